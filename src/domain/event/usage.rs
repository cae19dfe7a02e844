//! The body of the entry that says how often runbooks were opened. Its subject is the node that
//! counted, see [`UsageCounted::subject`].

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::super::entry::Timestamp;
use super::super::id::{RunbookId, StepId};

/// `usage.counted`: what one server counted on one day. It knows no person, no address and no
/// words that were searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageCounted {
    /// The node that counted.
    pub node: String,
    /// The day, in that node's configured zone.
    pub day: NaiveDate,
    /// What was opened, by runbook and step, each once.
    pub opened: Vec<Opened>,
}

/// How often a runbook's page, or one of its steps, was opened on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The runbook.
    pub runbook: RunbookId,
    /// The step; none for the page itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// How often.
    pub times: u32,
    /// How many of these times an alert led there.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub from_alerts: u32,
}

impl UsageCounted {
    /// The subject of a node's counts. A runbook may have the same id, for its front matter may say
    /// anything; that is harmless, because each projection takes only the kinds it knows.
    pub fn subject(node: &str) -> String {
        format!("node:{node}")
    }

    /// The moment under which the counts of a day are recorded: its midnight in UTC, whatever the
    /// zone, so that the day is known also where the body was erased.
    pub fn recorded_at(&self) -> Timestamp {
        Timestamp(self.day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    }
}
