//! How far an incident is, and what may follow.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TimeName;

/// How far an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody knows yet what it is.
    Investigating,
    /// It is known what it is.
    Identified,
    /// It hurts nobody any more.
    Mitigated,
    /// It is over.
    Resolved,
    /// All that had to be done about it is done.
    Closed,
    /// It was none.
    Cancelled,
    /// It is another one, under another label.
    Duplicate,
}

/// Why a status cannot follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has that status.
    #[error("it is {0} already")]
    Already(Status),
    /// What is over is reopened first.
    #[error("it is {0}, and has to be reopened first")]
    Over(Status),
    /// Only what is resolved can be closed.
    #[error("it is {0}, and only a resolved incident can be closed")]
    NotResolved(Status),
    /// What was resolved has happened.
    #[error("it is {0}, so it has happened and cannot be cancelled")]
    Happened(Status),
    /// Nothing is over that could begin again.
    #[error("it is {0}, so there is nothing to reopen")]
    Open(Status),
}

impl Status {
    /// All of them, in the order of an incident's life.
    pub const ALL: [Self; 7] = [
        Self::Investigating,
        Self::Identified,
        Self::Mitigated,
        Self::Resolved,
        Self::Closed,
        Self::Cancelled,
        Self::Duplicate,
    ];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Duplicate => "duplicate",
        }
    }

    /// Reads a word; none if it is no status.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        let word = if word == "canceled" { "cancelled" } else { &word };
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether somebody still has to work on it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Investigating | Self::Identified | Self::Mitigated)
    }

    /// Whether it counts as an incident at all: neither cancelled nor another one.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Duplicate)
    }

    /// The time that this status stands for.
    pub const fn time(self) -> Option<TimeName> {
        match self {
            Self::Mitigated => Some(TimeName::Mitigated),
            Self::Resolved => Some(TimeName::Resolved),
            _ => None,
        }
    }

    /// Whether `next` may follow. Steps may be left out, and an open incident may go back to an
    /// earlier one; what is over is reopened, by [`Self::may_reopen`].
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_become(self, next: Self) -> Result<(), Refusal> {
        match (self, next) {
            (now, next) if now == next => Err(Refusal::Already(now)),
            (Self::Closed | Self::Cancelled | Self::Duplicate, _) => Err(Refusal::Over(self)),
            (Self::Resolved, Self::Closed | Self::Duplicate) => Ok(()),
            (Self::Resolved, Self::Cancelled) => Err(Refusal::Happened(self)),
            (Self::Resolved, _) => Err(Refusal::Over(self)),
            (_, Self::Closed) => Err(Refusal::NotResolved(self)),
            _ => Ok(()),
        }
    }

    /// Whether it can be reopened.
    ///
    /// # Errors
    /// It is open.
    pub const fn may_reopen(self) -> Result<(), Refusal> {
        if self.is_open() { Err(Refusal::Open(self)) } else { Ok(()) }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Cancelled, Closed, Duplicate, Identified, Investigating, Mitigated, Resolved};

    #[test]
    fn steps_may_be_left_out_and_taken_back_while_it_is_open() {
        for from in [Investigating, Identified, Mitigated] {
            for to in [Investigating, Identified, Mitigated, Resolved, Cancelled, Duplicate] {
                assert_eq!(from.may_become(to).is_ok(), from != to, "{from} to {to}");
            }
            assert_eq!(from.may_become(Closed), Err(Refusal::NotResolved(from)));
            assert_eq!(from.may_reopen(), Err(Refusal::Open(from)));
        }
    }

    #[test]
    fn what_is_over_is_only_closed_or_reopened() {
        assert_eq!(Resolved.may_become(Closed), Ok(()));
        assert_eq!(Resolved.may_become(Duplicate), Ok(()));
        assert_eq!(Resolved.may_become(Cancelled), Err(Refusal::Happened(Resolved)));
        assert_eq!(Resolved.may_become(Identified), Err(Refusal::Over(Resolved)));
        for from in [Closed, Cancelled, Duplicate] {
            for to in Status::ALL.into_iter().filter(|to| *to != from) {
                assert_eq!(from.may_become(to), Err(Refusal::Over(from)));
            }
        }
        for over in [Resolved, Closed, Cancelled, Duplicate] {
            assert_eq!(over.may_reopen(), Ok(()));
        }
    }

    #[test]
    fn every_word_is_the_word_in_json() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).expect("a word"), status.as_str());
            assert_eq!(Status::parse(&status.as_str().to_uppercase()), Some(status));
        }
        assert_eq!(Status::parse("canceled"), Some(Cancelled));
        assert_eq!(Status::parse("done"), None);
    }
}
