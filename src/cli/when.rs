//! Moments and lengths as a person reads them: on the clock here.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::text::lengths::minutes_words;

/// A moment in UTC, as views tell it, on the clock here: `2026-11-29 15:06 CET`.
pub(crate) fn local(zone: Tz, utc: &str) -> String {
    match DateTime::parse_from_rfc3339(utc) {
        Ok(at) => at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string(),
        Err(_) => utc.to_owned(),
    }
}

/// A length in whole minutes.
pub(crate) fn length_of(minutes: i64) -> String {
    // Minutes of an incident are far below what a float counts exactly.
    minutes_words(minutes as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_on_the_clock_here() {
        let said = |zone: Tz| local(zone, "2026-12-04T22:59:59Z");
        assert_eq!(said(Tz::UTC), "2026-12-04 22:59 UTC");
        assert_eq!(said(Tz::Europe__Berlin), "2026-12-04 23:59 CET");
        assert_eq!(local(Tz::UTC, "soon"), "soon");
    }
}
