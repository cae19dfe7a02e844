//! How long something took, in words.

/// A length in minutes as people say it: `0.5 min`, `45 min`, `1 h 30 min`, `2 d 3 h`.
pub fn minutes_words(minutes: f64) -> String {
    const HOUR: f64 = 60.0;
    const DAY: f64 = 24.0 * HOUR;
    let in_two = |unit: f64, big: &str, part: f64, small: &str| {
        let parts = (minutes / part).round();
        let (whole, rest) = ((parts / (unit / part)).floor(), parts % (unit / part));
        if rest > 0.0 { format!("{whole} {big} {rest} {small}") } else { format!("{whole} {big}") }
    };
    if minutes < HOUR {
        format!("{minutes} min")
    } else if minutes.round() < DAY {
        in_two(HOUR, "h", 1.0, "min")
    } else {
        in_two(DAY, "d", HOUR, "h")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lengths_are_told_in_hours_and_days() {
        for (length, words) in [
            (0.0, "0 min"),
            (12.5, "12.5 min"),
            (60.0, "1 h"),
            (90.4, "1 h 30 min"),
            (1439.6, "1 d"),
            (1440.0, "1 d"),
            (3070.0, "2 d 3 h"),
            (14_399.0, "10 d"),
        ] {
            assert_eq!(minutes_words(length), words, "{length}");
        }
    }
}
