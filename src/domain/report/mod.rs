//! What a weekly report says beyond freshness: which runbook would hurt most and why, what
//! changed since the last one, and which drills fit into an afternoon; when it is made, and what
//! became of it. Pure: facts in, order and words out.

mod change;
mod drill;
mod kept;
mod risk;
mod schedule;

use serde::{Deserialize, Serialize};

pub use change::{Change, Moved, Standing};
pub use drill::{ROOM_MIN, SET_UP_MIN, UNKNOWN_MIN, drill_minutes, fitting};
pub use kept::{Delivery, DeliveryState, KeptReport, fold, retry_after};
pub use risk::{ALERT_DAYS, Facts, INCIDENT_DAYS, Point, risk, total};
pub use schedule::Schedule;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The runbooks that nobody should trust.
    Stale,
    /// What incidents came to.
    Incidents,
    /// What was promised, and what became of it.
    Actions,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Stale, Self::Incidents, Self::Actions];

    /// The word that names its templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Incidents => "incidents",
            Self::Actions => "actions",
        }
    }

    /// What it is called when it is read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stale => "Runbooks nobody should trust",
            Self::Incidents => "Incidents",
            Self::Actions => "Action items",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A form in which a report is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A message for a chat.
    Chat,
    /// A table for spreadsheets.
    Csv,
    /// A page that is also a mail.
    Html,
    /// The view itself.
    Json,
    /// Markdown.
    Md,
    /// Plain text.
    Text,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 6] =
        [Self::Chat, Self::Csv, Self::Html, Self::Json, Self::Md, Self::Text];

    /// The words of the command line.
    pub const WORDS: [&str; 6] = ["md", "html", "text", "json", "csv", "chat"];

    /// The word of commands and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Json => "json",
            Self::Md => "md",
            Self::Text => "text",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == word)
    }
}
