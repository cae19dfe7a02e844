//! Reports that were made, where they went, and when the next ones come.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::id::{EntryId, ReportLabel};
use crate::domain::report::Kind;

/// The reports made, and those to come: `report list --json`.
#[derive(Clone, Debug, Serialize)]
pub struct ReportList {
    /// What this node is called.
    pub node: String,
    /// The node that makes and sends reports; null where none is named.
    pub reporter: Option<String>,
    /// This node is it.
    pub is_reporter: bool,
    /// What the settings plan.
    pub planned: Vec<PlannedReportView>,
    /// What was made, the newest first.
    pub reports: Vec<KeptReportView>,
    /// Older ones are left out.
    pub more: bool,
}

/// A report that is made on a schedule.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedReportView {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// When, as a cron pattern.
    pub when: String,
    /// The same in words.
    pub when_words: String,
    /// By the clocks of this zone.
    pub timezone: String,
    /// Only what this owner has.
    pub owner: Option<String>,
    /// When it is made next, in UTC; null where nobody makes it.
    pub next: Option<String>,
    /// When it should have been made last and was not, in UTC.
    pub missed: Option<String>,
    /// Where it goes.
    pub to: Vec<DestinationView>,
    /// What it said last.
    pub latest: Option<ReportLabel>,
}

/// Where reports go.
#[derive(Clone, Debug, Serialize)]
pub struct DestinationView {
    /// Its name in the settings.
    pub name: String,
    /// Where that is, without secrets, in words.
    pub shown: String,
}

/// A report that was made.
#[derive(Clone, Debug, Serialize)]
pub struct KeptReportView {
    /// Its identity.
    pub id: EntryId,
    /// What it is called: the end of its address.
    pub label: ReportLabel,
    /// The name in the settings.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// The day before the first one of its period.
    pub since: NaiveDate,
    /// Only what this owner has.
    pub owner: Option<String>,
    /// Its title.
    pub title: String,
    /// All of it in one sentence.
    pub headline: String,
    /// What was wrong with the team's template.
    pub warning: Option<String>,
    /// When it was made, in UTC.
    pub generated_at: String,
    /// By whom, typed: `service:reporter`.
    pub generated_by: String,
    /// Whether its schedule asked for it.
    pub on_schedule: bool,
    /// What became of each delivery.
    pub deliveries: Vec<DeliveryView>,
}

/// A report on its way to one destination.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryView {
    /// The destination.
    pub to: String,
    /// `waiting`, `delivered` or `given up`.
    pub state: &'static str,
    /// When it arrived or was given up, in UTC.
    pub at: Option<String>,
    /// When it is tried again, in UTC; null where that is at once, or never.
    pub retry_at: Option<String>,
    /// How many attempts failed.
    pub failed: u32,
    /// Why the last one did.
    pub reason: Option<String>,
    /// What a receiver can tell it by.
    pub key: String,
}

/// A report with what it says: its page.
#[derive(Clone, Debug, Serialize)]
pub struct ReportPage {
    /// What is known of it.
    pub report: KeptReportView,
    /// What it says, as HTML of ours, one piece for each heading; empty where it was erased.
    pub sections: Vec<super::postmortem::PreviewSectionView>,
    /// The forms in which it can be had.
    pub forms: Vec<&'static str>,
    /// The destinations it can be sent to.
    pub destinations: Vec<DestinationView>,
    /// This node sends reports.
    pub can_send: bool,
}
