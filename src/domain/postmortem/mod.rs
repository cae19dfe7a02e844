//! A postmortem: what is written, what is answered, until when, and what still keeps it from being
//! published.

mod missing;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::checklist::Answered;
use super::entry::Timestamp;
use super::id::{EntryId, Hash, QuestionId};
use super::incident::Severity;

pub use missing::{About, Doubt, Draft, Missing, missing};

/// A part that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// What happened, in a few sentences.
    Summary,
    /// Who was affected, how and how much.
    Impact,
    /// How it was noticed.
    Detection,
    /// What made it happen.
    RootCause,
    /// Why that could be: question after question.
    Whys,
    /// What made it worse or more likely.
    ContributingFactors,
    /// What helped.
    WentWell,
    /// What did not.
    WentWrong,
    /// What could have been worse, and was not our doing.
    Lucky,
    /// What others should know from now on.
    Lessons,
}

impl Section {
    /// All of them, in the order they are read.
    pub const ALL: [Self; 10] = [
        Self::Summary,
        Self::Impact,
        Self::Detection,
        Self::RootCause,
        Self::Whys,
        Self::ContributingFactors,
        Self::WentWell,
        Self::WentWrong,
        Self::Lucky,
        Self::Lessons,
    ];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Impact => "impact",
            Self::Detection => "detection",
            Self::RootCause => "root-cause",
            Self::Whys => "whys",
            Self::ContributingFactors => "contributing-factors",
            Self::WentWell => "went-well",
            Self::WentWrong => "went-wrong",
            Self::Lucky => "lucky",
            Self::Lessons => "lessons",
        }
    }

    /// The heading above it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Impact => "Impact",
            Self::Detection => "Detection",
            Self::RootCause => "Root cause",
            Self::Whys => "Whys",
            Self::ContributingFactors => "Contributing factors",
            Self::WentWell => "What went well",
            Self::WentWrong => "What went wrong",
            Self::Lucky => "Where we were lucky",
            Self::Lessons => "Lessons",
        }
    }

    /// What belongs there.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Summary => "What happened, in a few sentences that anybody understands.",
            Self::Impact => "Who was affected, in what way, how many, for how long.",
            Self::Detection => "How it was noticed, and what would have noticed it sooner.",
            Self::RootCause => "What made it happen. Name systems and decisions, not people.",
            Self::Whys => "Why could that be? Ask again of each answer.",
            Self::ContributingFactors => "What made it more likely, larger or longer.",
            Self::WentWell => "What helped, and should stay.",
            Self::WentWrong => "What hindered.",
            Self::Lucky => "What could have been worse, and was not our doing.",
            Self::Lessons => "What others should know from now on.",
        }
    }

    /// Whether nothing is published without it.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Summary | Self::Impact | Self::RootCause | Self::Lessons)
    }

    /// Reads a section's word; spaces and underlines count as hyphens, case does not count.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace([' ', '_'], "-");
        Self::ALL.into_iter().find(|section| section.as_str() == word)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What caused an incident, as far as the choice of questions goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Something we changed.
    Change,
    /// Anything else.
    Other,
}

impl Cause {
    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Other => "other",
        }
    }
}

/// One text of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The entry that wrote it: what the next one names.
    pub id: EntryId,
    /// The text, in Markdown.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// It replaced a text that its writer had not seen, or that was gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}

/// An answer with the entry that gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The entry: what the next answer names.
    pub id: EntryId,
    /// The answer.
    pub answered: Answered,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// It replaced an answer that its giver had not seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}

/// Who writes it, and after what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// When it was begun.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// The template.
    pub template: String,
    /// Who sees to it that it is published.
    pub owner: String,
    /// What caused the incident, where somebody said so.
    pub cause: Option<Cause>,
    /// Why that cause; may be empty.
    pub reason: String,
    /// The entry that said this last: what the next change names.
    pub version: EntryId,
    /// Two changes met that did not know of each other; the later one stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}

/// Until when what has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Whether there has to be one.
    pub required: bool,
    /// How bad the incident was when this was settled.
    pub severity: Severity,
    /// When it was resolved.
    pub resolved_at: Timestamp,
    /// The draft.
    pub draft_due: Option<Timestamp>,
    /// The publication.
    pub publish_due: Option<Timestamp>,
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The entry that says so.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// Its file, relative to the workspace.
    pub file: String,
    /// The file's text.
    pub text: Hash,
}

/// How far a postmortem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostmortemStatus {
    /// Nobody has to write one.
    NotRequired,
    /// Somebody has to, and nobody has begun.
    Required,
    /// It is being written.
    Draft,
    /// Everybody can read it.
    Published,
}

impl PostmortemStatus {
    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRequired => "not-required",
            Self::Required => "required",
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
}

/// What the entries about an incident's postmortem come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postmortem {
    /// Who writes it; none while nobody has begun.
    pub begun: Option<Begun>,
    /// Until when; none while the incident is not over.
    pub schedule: Option<Schedule>,
    /// The texts of each section, the newest last.
    pub sections: BTreeMap<Section, Vec<Version>>,
    /// The answers.
    pub answers: BTreeMap<QuestionId, Given>,
    /// The last publication.
    pub published: Option<Published>,
}

impl Postmortem {
    /// How far it is.
    pub const fn status(&self) -> PostmortemStatus {
        match (&self.published, &self.begun, &self.schedule) {
            (Some(_), _, _) => PostmortemStatus::Published,
            (None, Some(_), _) => PostmortemStatus::Draft,
            (None, None, Some(Schedule { required: true, .. })) => PostmortemStatus::Required,
            (None, None, _) => PostmortemStatus::NotRequired,
        }
    }

    /// The text of a section as it stands; empty where nothing was written.
    pub fn text(&self, section: Section) -> &str {
        self.version(section).map_or("", |version| version.text.trim())
    }

    /// The version of a section that stands.
    pub fn version(&self, section: Section) -> Option<&Version> {
        self.sections.get(&section)?.last()
    }

    /// Since how many days what is overdue: its draft, or its publication.
    pub fn overdue(&self, now: Timestamp) -> Option<Overdue> {
        let schedule = self.schedule.filter(|schedule| schedule.required)?;
        let late = |due: Option<Timestamp>| due.filter(|due| now > *due);
        let (what, due) = match self.status() {
            PostmortemStatus::Published | PostmortemStatus::NotRequired => return None,
            PostmortemStatus::Required => match late(schedule.publish_due) {
                Some(due) => ("publication", due),
                None => ("draft", late(schedule.draft_due)?),
            },
            PostmortemStatus::Draft => ("publication", late(schedule.publish_due)?),
        };
        let days = u32::try_from((now.0 - due.0) / DAY_MS).unwrap_or(u32::MAX);
        Some(Overdue { what, due, days })
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// `draft` or `publication`.
    pub what: &'static str,
    /// When it was due.
    pub due: Timestamp,
    /// For how many whole days.
    pub days: u32,
}

#[cfg(test)]
mod tests;
