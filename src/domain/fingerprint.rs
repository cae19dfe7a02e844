//! What a step said at some time, short enough to keep: so that "edited since" can be told.

use serde::{Deserialize, Serialize};

use super::id::StepId;

/// Hashes of a step's commands and of its words, whitespace collapsed, each `f1:` and hex, or
/// empty where the step has none: steps without commands do not have the same commands. The
/// title is no part of it, so that a new heading over the same text is still the same step.
/// A parser that reads steps differently bumps the prefix, and prints are recomputed from texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Of the commands, in order.
    pub commands: String,
    /// Of everything else the step says.
    pub words: String,
}

/// One step of one version of a runbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPrint {
    /// The step's id in that version.
    pub id: StepId,
    /// Its title in that version.
    pub title: String,
    /// What it said.
    pub print: Fingerprint,
}

/// Whether something was edited since a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edited {
    /// It says the same.
    No,
    /// It says something else.
    Yes {
        /// A command changed.
        commands: bool,
        /// The wording changed.
        words: bool,
    },
    /// The text of that moment is not known.
    #[default]
    Unknown,
}

impl Edited {
    /// `yes`, `no` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes { .. } => "yes",
            Self::Unknown => "unknown",
        }
    }

    /// What changed, for people; nothing where nothing is known to have changed.
    pub const fn what(self) -> Option<&'static str> {
        match self {
            Self::Yes { commands: true, .. } => Some("command changed"),
            Self::Yes { .. } => Some("wording changed"),
            Self::No | Self::Unknown => None,
        }
    }

    /// Compares a fingerprint of then with one of now.
    pub fn between(then: &Fingerprint, now: &Fingerprint) -> Self {
        let (commands, words) = (then.commands != now.commands, then.words != now.words);
        if commands || words { Self::Yes { commands, words } } else { Self::No }
    }

    /// Both changes together: yes wins over unknown, unknown over no.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes { commands: a, words: b }, Self::Yes { commands: c, words: d }) => {
                Self::Yes { commands: a || c, words: b || d }
            }
            (yes @ Self::Yes { .. }, _) | (_, yes @ Self::Yes { .. }) => yes,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::No, Self::No) => Self::No,
        }
    }
}

impl Serialize for Edited {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
