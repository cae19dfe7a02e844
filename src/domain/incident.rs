//! An incident: how bad it is, how far it is, who does what, and when what happened.
//!
//! The rules here are pure: they say what may be done, and the verbs ask them. Nothing that is in
//! the ledger already is ever refused; what does not fit is shown as a conflict.

mod state;
mod status;
mod times;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use state::{Happening, Incident, RunbookUse, TimelineItem, Versioned};
pub use status::{Refusal, Status};
pub use times::{Durations, Moment, OutOfOrder, TimeName, TimeTold, Times};

/// How bad it is: 0 is the worst, 4 the least. What a rank is called is the team's own matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Severity(u8);

impl Severity {
    /// All ranks, the worst first.
    pub const ALL: [Self; 5] = [Self(0), Self(1), Self(2), Self(3), Self(4)];

    /// The severity of this rank; none above 4.
    pub const fn new(rank: u8) -> Option<Self> {
        if rank <= 4 { Some(Self(rank)) } else { None }
    }

    /// Its rank, from 0.
    pub const fn rank(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Severity {
    type Error = String;

    fn try_from(rank: u8) -> Result<Self, String> {
        Self::new(rank).ok_or_else(|| format!("no severity has the rank {rank}"))
    }
}

impl From<Severity> for u8 {
    fn from(severity: Severity) -> Self {
        severity.0
    }
}

/// What somebody does in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Decides, and hands out the work.
    Commander,
    /// Stands in for the commander.
    Deputy,
    /// Writes the timeline.
    Scribe,
    /// Tells everybody else.
    Communications,
    /// Knows the systems; there may be several.
    Expert,
}

impl Role {
    /// All roles, in the order they are offered.
    pub const ALL: [Self; 5] =
        [Self::Commander, Self::Deputy, Self::Scribe, Self::Communications, Self::Expert];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Deputy => "deputy",
            Self::Scribe => "scribe",
            Self::Communications => "communications",
            Self::Expert => "expert",
        }
    }

    /// What people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Commander => "incident commander",
            Self::Deputy => "deputy",
            Self::Scribe => "scribe",
            Self::Communications => "communications",
            Self::Expert => "expert",
        }
    }

    /// Reads a role as people write it; none if it is no role.
    pub fn parse(word: &str) -> Option<Self> {
        let plain = |c: char| if c == ' ' || c == '_' { '-' } else { c };
        let word: String = word.trim().to_lowercase().chars().map(plain).collect();
        Some(match word.as_str() {
            "commander" | "incident-commander" | "ic" | "lead" => Self::Commander,
            "deputy" => Self::Deputy,
            "scribe" => Self::Scribe,
            "communications" | "communication" | "comms" => Self::Communications,
            "expert" | "experts" | "sme" => Self::Expert,
            _ => return None,
        })
    }

    /// Whether several people may have it at once.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Expert)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An address worth opening: the chat, a dashboard, the ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads: http or https.
    pub url: String,
    /// What it is; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A field that can be set after opening, with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "field", content = "value")]
pub enum Field {
    /// What it is called.
    Title(String),
    /// How bad it is.
    Severity(Severity),
    /// Which services are hit.
    Services(Vec<String>),
    /// By what it was noticed: alert, customer, colleague, …; empty where nobody said.
    Detection(String),
    /// Addresses worth opening.
    Links(Vec<Link>),
    /// For what: one name and its value; an empty value takes the name away.
    Context {
        /// The name, in lower case.
        name: String,
        /// The value.
        value: String,
    },
}

impl Field {
    /// The fields' names, as commands take them; any other name is one of the context.
    pub const NAMES: [&str; 5] = ["title", "severity", "services", "detection", "links"];

    /// The field's name; `context.release` for one of the context.
    pub fn name(&self) -> String {
        match self {
            Self::Title(_) => "title".to_owned(),
            Self::Severity(_) => "severity".to_owned(),
            Self::Services(_) => "services".to_owned(),
            Self::Detection(_) => "detection".to_owned(),
            Self::Links(_) => "links".to_owned(),
            Self::Context { name, .. } => format!("context.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_people_write_them() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(Role::parse(&role.title().to_uppercase()), Some(role));
            assert_eq!(serde_json::to_value(role).expect("a word"), role.as_str());
        }
        assert_eq!(Role::parse("IC"), Some(Role::Commander));
        assert_eq!(Role::parse("king"), None);
    }

    #[test]
    fn there_are_five_severities() {
        assert_eq!(Severity::new(5), None);
        assert_eq!(serde_json::from_str::<Severity>("5").ok(), None);
        assert_eq!(serde_json::from_str::<Severity>("4").ok(), Severity::new(4));
        assert!(Severity::ALL.iter().enumerate().all(|(at, it)| usize::from(it.rank()) == at));
    }
}
