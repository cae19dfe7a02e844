//! When a report is made: a cron pattern, read by the clocks of one zone.
//!
//! Where clocks are put forward, what falls into the hour that is not there happens right after
//! it; where they are put back, what falls into the hour that is there twice happens in the first
//! one. So a report is never left out and never made twice.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, Direction};

use crate::domain::entry::Timestamp;

/// How many moments are looked at to see whether a day has two: those of more than a year.
const LOOKED_AT: usize = 400;

/// A cron pattern of five fields, and the zone whose clocks it means.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    text: String,
    zone: Tz,
}

impl Schedule {
    /// Reads a pattern: minute, hour, day of the month, month, day of the week.
    ///
    /// # Errors
    /// It is no such pattern, no moment fits it, or a day has more than one: a report speaks of a
    /// whole day.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let parser =
            CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(&text).map_err(|error| {
            let why = error.to_string();
            let why = why.trim_end_matches('.');
            format!(
                "`{text}` is no cron pattern like \"0 8 * * 1\" (minute, hour, day of the month, \
                 month, day of the week): {why}"
            )
        })?;
        let schedule = Self { cron, text, zone };
        schedule.check()?;
        Ok(schedule)
    }

    fn check(&self) -> Result<(), String> {
        // Any year would do: a pattern of five fields knows none.
        let start = DateTime::<Utc>::default().with_timezone(&self.zone);
        let mut moments = self
            .cron
            .iter_from(start, Direction::Forward)
            .take(LOOKED_AT)
            .map(|at| at.date_naive());
        let Some(mut before) = moments.next() else {
            return Err(format!("no moment fits `{}`, so it would never happen", self.text));
        };
        for day in moments {
            if day == before {
                return Err(format!(
                    "`{}` happens more than once a day, and a report speaks of a whole day",
                    self.text
                ));
            }
            before = day;
        }
        Ok(())
    }

    /// The pattern in words: "At 08:00, on Monday."
    pub fn words(&self) -> String {
        self.cron.describe()
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The zone.
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// The last moment up to now, if there is one.
    pub fn last_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.find(now, true, Direction::Backward)
    }

    /// The first moment after now.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.find(now, false, Direction::Forward)
    }

    /// The day of a moment, by the zone's clocks.
    pub fn day_of(&self, at: Timestamp) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// A moment by the zone's clocks.
    pub fn local(&self, at: Timestamp) -> DateTime<Tz> {
        DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&self.zone)
    }

    fn find(&self, now: Timestamp, inclusive: bool, direction: Direction) -> Option<Timestamp> {
        let now = self.local(now);
        let found = match direction {
            Direction::Forward => self.cron.find_next_occurrence(&now, inclusive),
            Direction::Backward => self.cron.find_previous_occurrence(&now, inclusive),
        };
        found.ok().map(|at| Timestamp(at.timestamp_millis()))
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.zone == other.zone
    }
}

impl Eq for Schedule {}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).expect("a moment").timestamp_millis())
    }

    fn berlin(text: &str) -> Schedule {
        Schedule::parse(text, chrono_tz::Europe::Berlin).expect("a schedule")
    }

    fn told(at: Option<Timestamp>) -> String {
        let at = at.and_then(|at| DateTime::from_timestamp_millis(at.0));
        at.map(|at| at.to_rfc3339()).unwrap_or_default()
    }

    #[test]
    fn mondays_at_eight_are_at_eight_on_both_sides_of_a_change_of_clocks() {
        let mondays = berlin("0 8 * * 1");
        let next = |now| told(mondays.next_after(at(now)));
        // Clocks go forward on 2026-03-29 and back on 2026-10-25.
        assert_eq!(next("2026-03-23T07:00:00Z"), "2026-03-30T06:00:00+00:00");
        assert_eq!(next("2026-10-19T06:00:00Z"), "2026-10-26T07:00:00+00:00");
        let last = |now| told(mondays.last_until(at(now)));
        assert_eq!(last("2026-03-30T06:00:00Z"), "2026-03-30T06:00:00+00:00", "now counts");
        assert_eq!(last("2026-03-30T05:59:59.999Z"), "2026-03-23T07:00:00+00:00");
        assert_eq!(mondays.day_of(at("2026-03-29T22:30:00Z")).to_string(), "2026-03-30");
    }

    #[test]
    fn an_hour_that_is_not_there_or_twice_there_counts_once() {
        let nights = berlin("30 2 * * *");
        let after = |now: &str, n: usize| {
            let mut now = at(now);
            let mut seen = Vec::new();
            for _ in 0..n {
                now = nights.next_after(now).expect("another one");
                seen.push(told(Some(now)));
            }
            seen
        };
        let spring = after("2026-03-28T00:00:00Z", 3);
        assert_eq!(spring[0], "2026-03-28T01:30:00+00:00");
        // 02:30 does not exist on that day; 03:00 is 01:00 in UTC.
        assert_eq!(spring[1], "2026-03-29T01:00:00+00:00");
        assert_eq!(spring[2], "2026-03-30T00:30:00+00:00");
        let autumn = after("2026-10-24T00:00:00Z", 3);
        assert_eq!(autumn[0], "2026-10-24T00:30:00+00:00");
        assert_eq!(autumn[1], "2026-10-25T00:30:00+00:00");
        assert_eq!(autumn[2], "2026-10-26T01:30:00+00:00");
        for day in ["2026-03-29", "2026-10-25"] {
            let mut now = at(&format!("{day}T23:59:00Z"));
            let found = std::iter::from_fn(|| {
                now = Timestamp(nights.last_until(now)?.0 - 1);
                Some(Timestamp(now.0 + 1))
            });
            let same: Vec<_> =
                found.take(3).filter(|at| nights.day_of(*at).to_string() == day).collect();
            assert_eq!(same.len(), 1, "{day} looked at backwards: {same:?}");
        }
    }

    #[test]
    fn what_can_never_happen_or_happens_too_often_is_refused() {
        let refused = |text: &str, expected: &str| {
            let error = Schedule::parse(text, Tz::UTC).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        };
        refused("0 8 31 2 *", "never happen");
        refused("0 8 30 2 *", "never happen");
        refused("0 * * * *", "more than once a day");
        refused("0 8,20 * * 1", "more than once a day");
        refused("* 8 29 2 *", "more than once a day");
        refused("", "no cron pattern");
        refused("monday", "no cron pattern");
        refused("0 0 8 * * 1", "no cron pattern");
        refused("0 8 * * 1 2030", "no cron pattern");
        refused("60 8 * * 1", "no cron pattern");
        refused("0 25 * * 1", "no cron pattern");
        assert!(Schedule::parse("0 8 29 2 *", Tz::UTC).is_ok(), "every fourth year is enough");
        assert_eq!(berlin("  0  8 * *   MON ").to_string(), "0 8 * * MON Europe/Berlin");
    }
}
