//! Moments and lengths as a person reads them: on the clock here, in units that fit.

use chrono::DateTime;
use chrono_tz::Tz;

/// A moment in UTC, as views tell it, on the clock here: `2026-11-29 15:06 CET`.
pub(crate) fn local(zone: Tz, utc: &str) -> String {
    match DateTime::parse_from_rfc3339(utc) {
        Ok(at) => at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string(),
        Err(_) => utc.to_owned(),
    }
}

/// `4 min`, `1.5 min`, `3 h 12 min`, `2 days 4 h`.
pub(crate) fn length(minutes: f64) -> String {
    if minutes < 120.0 {
        return format!("{minutes} min");
    }
    let whole = minutes.round();
    let (days, hours) = ((whole / 1440.0).floor(), (whole / 60.0).floor());
    let parts = if hours < 48.0 {
        [(hours, "h"), (whole - hours * 60.0, "min")]
    } else {
        [(days, "days"), (hours - days * 24.0, "h")]
    };
    let said = parts.iter().filter(|(number, _)| *number > 0.0);
    said.map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<_>>().join(" ")
}

/// The same of whole minutes.
pub(crate) fn length_of(minutes: i64) -> String {
    // Minutes of an incident are far below what a float counts exactly.
    length(minutes as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_units_that_fit() {
        let check = |minutes: f64, expected: &str| assert_eq!(length(minutes), expected);
        check(0.0, "0 min");
        check(1.5, "1.5 min");
        check(119.0, "119 min");
        check(120.0, "2 h");
        check(192.4, "3 h 12 min");
        check(1_500.0, "25 h");
        check(2_880.0, "2 days");
        check(4_570.0, "3 days 4 h");
        assert_eq!(length_of(121), "2 h 1 min");
    }

    #[test]
    fn moments_are_told_on_the_clock_here() {
        let said = |zone: Tz| local(zone, "2026-12-04T22:59:59Z");
        assert_eq!(said(Tz::UTC), "2026-12-04 22:59 UTC");
        assert_eq!(said(Tz::Europe__Berlin), "2026-12-04 23:59 CET");
        assert_eq!(local(Tz::UTC, "soon"), "soon");
    }
}
