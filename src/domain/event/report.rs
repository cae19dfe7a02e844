//! The bodies of a report's entries. The subject is the report's id, which is that of its first
//! entry; a schedule has a subject of its own.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::entry::Timestamp;
use crate::domain::id::{Hash, ReportLabel};
use crate::domain::report::{Form, Kind};

/// `report.scheduled`: a report is made on a schedule from now on. What was due before is not
/// caught up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportScheduled {
    /// The report's name.
    pub name: String,
    /// When it is made, in the form of cron.
    pub when: String,
    /// The zone whose clocks count.
    pub timezone: String,
}

/// `report.generated`: a report was made, and is kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportGenerated {
    /// What it is called, for good: `weekly/2026-07-20`.
    pub label: ReportLabel,
    /// The name in the settings; the kind's own word where somebody made it by hand.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// The day before the first one of its period.
    pub since: NaiveDate,
    /// Only what this owner has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The moment of the schedule that it was made for; none where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Timestamp>,
    /// What it is called when it is read: with its day.
    pub title: String,
    /// All of it in one sentence.
    pub headline: String,
    /// Its bytes in each form, as blobs.
    pub forms: BTreeMap<Form, Hash>,
    /// What was wrong with the team's template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The destinations it is to be sent to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
}

/// `report.requested`: somebody wants it sent to a destination, for the first time or again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRequested {
    /// The destination.
    pub to: String,
}

/// `report.delivered`: a destination has taken it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDelivered {
    /// The destination.
    pub to: String,
}

/// `report.delivery_failed`: a destination has not taken it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDeliveryFailed {
    /// The destination.
    pub to: String,
    /// What came back.
    pub reason: String,
    /// When it is tried again; none where it was tried often enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}
