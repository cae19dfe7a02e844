//! Which drills fit into two hours, the most urgent first.

/// How long people are together, in minutes.
pub const ROOM_MIN: u32 = 120;

/// What each drill takes beside the runbook's own time: something to break, and writing it down.
pub const SET_UP_MIN: u32 = 10;

/// How long a drill takes where the runbook claims no time, all in all.
pub const UNKNOWN_MIN: u32 = 30;

/// How long a drill takes: the time that the runbook claims, in seconds, in whole minutes, and
/// what comes beside it.
pub fn drill_minutes(claimed_s: Option<u32>) -> u32 {
    match claimed_s {
        Some(seconds) if seconds > 0 => seconds.div_ceil(60).saturating_add(SET_UP_MIN),
        _ => UNKNOWN_MIN,
    }
}

/// Which of the drills fit, by index: each is taken that still has room after those before it.
pub fn fitting(minutes: &[u32]) -> Vec<usize> {
    let mut room = ROOM_MIN;
    let mut taken = Vec::new();
    for (at, length) in minutes.iter().enumerate() {
        if let Some(left) = room.checked_sub(*length) {
            room = left;
            taken.push(at);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hours_are_filled_and_never_overrun() {
        assert_eq!(fitting(&[60, 60, 1]), [0, 1]);
        assert_eq!(fitting(&[60, 61, 59, 2, 1]), [0, 2, 4]);
        assert_eq!(fitting(&[121, 120]), [1]);
        assert_eq!(fitting(&[]), Vec::<usize>::new());
    }

    #[test]
    fn a_drill_takes_what_is_claimed_and_the_time_beside() {
        assert_eq!(drill_minutes(Some(60)), 11);
        assert_eq!(drill_minutes(Some(61)), 12);
        assert_eq!(drill_minutes(Some(0)), 30);
        assert_eq!(drill_minutes(None), 30);
    }
}
