//! What is answered, whether that is good, and what is still wanted of it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDateTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::super::id::{ActionId, QuestionId};
use super::{Ask, AskedBy, Evidence, EvidenceKind, Good, Question};
use crate::text::has_words;

/// What was said to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer", content = "words")]
pub enum Answer {
    /// It was so.
    Yes,
    /// It was not.
    No,
    /// It makes no sense to ask here; a reason says why.
    NotApplicable,
    /// In words.
    Words(String),
}

impl Answer {
    /// Reads an answer as people write it.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        match text.to_lowercase().as_str() {
            "yes" | "y" => Self::Yes,
            "no" | "n" => Self::No,
            "na" | "n/a" | "not applicable" | "not-applicable" => Self::NotApplicable,
            _ => Self::Words(text.to_owned()),
        }
    }

    /// What people read.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotApplicable => "not applicable",
            Self::Words(text) => text,
        }
    }
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Something has to follow.
    Bad,
    /// It does not apply.
    NotApplicable,
    /// Told in words.
    Told,
}

impl Verdict {
    /// The word used in JSON and in the ledger's tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::NotApplicable => "not-applicable",
            Self::Told => "told",
        }
    }
}

/// What follows from a bad answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FollowUp {
    /// This action item.
    Action(ActionId),
    /// Nothing, and why.
    Declined(String),
}

/// An answer with everything that belongs to it. It repeats the question, so that it can be read
/// when the checklist and the runbook say something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Which question.
    pub question: QuestionId,
    /// What was asked.
    pub text: String,
    /// In which words runbooks asked it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AskedBy>,
    /// What was said.
    #[serde(flatten)]
    pub answer: Answer,
    /// What that comes to.
    pub verdict: Verdict,
    /// What it names, by the evidence's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, String>,
    /// Why it does not apply, or a remark; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What follows from a bad answer, once that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
}

/// Why something cannot be an answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A check is answered with yes or no.
    NotYesOrNo,
    /// An open question is answered in words.
    NotInWords,
    /// It does not apply, and nobody said why.
    NoReason,
    /// The question asks for no evidence of that name.
    NoSuchEvidence(String),
    /// The evidence of that name is not what it should be.
    Evidence {
        /// Its label.
        label: String,
        /// What was expected.
        expected: &'static str,
    },
    /// One moment should come after another and does not.
    OutOfOrder {
        /// The label of the one that is too early.
        label: String,
        /// The label of the other.
        after: String,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYesOrNo => f.write_str("this question is answered with yes, no or na"),
            Self::NotInWords => f.write_str("this question is open: it is answered in words"),
            Self::NoReason => f.write_str("an answer of \"not applicable\" needs a reason"),
            Self::NoSuchEvidence(name) => write!(f, "the question asks for no evidence `{name}`"),
            Self::Evidence { label, expected } => write!(f, "{label}: expected {expected}"),
            Self::OutOfOrder { label, after } => write!(f, "{label}: not after {after}"),
        }
    }
}

/// What an answer still lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is none.
    Answer,
    /// A good one names this evidence.
    Evidence(Evidence),
    /// A bad one needs an action item, or a reason why there is none.
    FollowUp,
}

impl Question {
    /// What an answer comes to.
    ///
    /// # Errors
    /// It is no answer to this question, lacks the reason, or brings evidence that is none.
    pub fn judge(
        &self,
        answer: &Answer,
        evidence: &BTreeMap<String, String>,
        reason: &str,
    ) -> Result<Verdict, Unfit> {
        for (name, value) in evidence {
            let wanted = self.evidence.iter().find(|wanted| wanted.name == *name);
            let wanted = wanted.ok_or_else(|| Unfit::NoSuchEvidence(name.clone()))?;
            wanted.check(value)?;
            let after = wanted.after.as_ref().and_then(|after| evidence.get(after));
            if let Some(after) = after
                && let (Some(at), Some(earlier)) = (moment(value), moment(after))
                && at <= earlier
            {
                return Err(Unfit::OutOfOrder {
                    label: wanted.label.clone(),
                    after: self.label_of(wanted.after.as_deref().unwrap_or_default()),
                });
            }
        }
        match (self.ask, answer) {
            (_, Answer::NotApplicable) if !has_words(reason) => Err(Unfit::NoReason),
            (_, Answer::NotApplicable) => Ok(Verdict::NotApplicable),
            (Ask::Check { good: Good::Yes }, Answer::Yes)
            | (Ask::Check { good: Good::No }, Answer::No) => Ok(Verdict::Good),
            (Ask::Check { .. }, Answer::Yes | Answer::No) => Ok(Verdict::Bad),
            (Ask::Check { .. }, Answer::Words(_)) => Err(Unfit::NotYesOrNo),
            (Ask::Open, Answer::Words(text)) if has_words(text) => Ok(Verdict::Told),
            (Ask::Open, _) => Err(Unfit::NotInWords),
        }
    }

    fn label_of(&self, name: &str) -> String {
        let found = self.evidence.iter().find(|evidence| evidence.name == name);
        found.map_or_else(|| name.to_owned(), |evidence| evidence.label.clone())
    }

    /// Everything that is still wanted of its answer.
    pub fn lacks(&self, answered: Option<&Answered>) -> Vec<Lack> {
        let Some(answered) = answered else { return vec![Lack::Answer] };
        match self.judge(&answered.answer, &BTreeMap::new(), &answered.reason) {
            // The question is another one now, or is asked in another way.
            Err(_) => vec![Lack::Answer],
            Ok(Verdict::Good) => {
                let named = |wanted: &&Evidence| {
                    let value = answered.evidence.get(&wanted.name);
                    value.is_none_or(|value| wanted.check(value).is_err())
                };
                self.evidence.iter().filter(named).cloned().map(Lack::Evidence).collect()
            }
            Ok(Verdict::Bad) => match &answered.follow_up {
                Some(FollowUp::Action(_)) => Vec::new(),
                Some(FollowUp::Declined(reason)) if has_words(reason) => Vec::new(),
                _ => vec![Lack::FollowUp],
            },
            Ok(Verdict::NotApplicable | Verdict::Told) => Vec::new(),
        }
    }
}

impl Evidence {
    /// Whether a value of it is a moment that has not come yet: nothing has soaked until next
    /// year. A moment without an offset is one of `now`'s zone.
    pub fn lies_ahead(&self, value: &str, now: &DateTime<Tz>) -> bool {
        if self.kind != EvidenceKind::Moment {
            return false;
        }
        match DateTime::parse_from_rfc3339(value.trim()) {
            Ok(at) => at > *now,
            Err(_) => moment(value).is_some_and(|at| at > now.naive_local()),
        }
    }

    fn check(&self, value: &str) -> Result<(), Unfit> {
        let value = value.trim();
        let fits = match self.kind {
            EvidenceKind::Text => has_words(value),
            EvidenceKind::Moment => moment(value).is_some(),
            EvidenceKind::Version => {
                let floating = ["latest", "stable", "main", "master", "head", "edge", "*"];
                value.contains(|c: char| c.is_ascii_digit())
                    && !floating.contains(&value.to_lowercase().as_str())
            }
            EvidenceKind::Link => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '<' && c != '>';
                rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain))
            }
        };
        if fits {
            return Ok(());
        }
        Err(Unfit::Evidence { label: self.label.clone(), expected: self.kind.expected() })
    }
}

impl EvidenceKind {
    /// What has to be given.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text => "some words",
            Self::Moment => "a date with a time, like 2026-05-12 09:30",
            Self::Version => "one version, like 4.12.1; \"latest\" pins nothing",
            Self::Link => "an address that begins with https:// or http://",
        }
    }
}

/// A moment as people write it; without an offset, it is only compared with its like.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.naive_utc());
    }
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}
