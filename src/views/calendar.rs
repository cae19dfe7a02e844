//! What has to be done on which day, as calendars show it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// A calendar to subscribe to: `/calendar.ics`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarFeed {
    /// What it is called.
    pub name: String,
    /// When what it tells of was last recorded.
    pub stamp: DateTime<Utc>,
    /// What is to be done, by day.
    pub events: Vec<CalendarEvent>,
}

/// Something to be done on a day, whenever there is time on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarEvent {
    /// The same as long as it is the same thing, whatever its day.
    pub uid: String,
    /// Its day.
    pub day: NaiveDate,
    /// The last of its days: what is late goes on until it is done.
    pub last: NaiveDate,
    /// What to do, in one line.
    pub summary: String,
    /// More about it, line by line.
    pub lines: Vec<String>,
    /// Where it stands on this site, beginning with a slash.
    pub address: String,
    /// What sort of thing it is, in one word.
    pub category: &'static str,
}
