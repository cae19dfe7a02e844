//! The mandatory questions of a postmortem: what is asked, what a good answer is, what it names,
//! and what follows from a bad one.

mod answer;
mod asking;
mod load;
mod meaning;

use serde::{Deserialize, Serialize};

use super::action_item::ActionKind;
use super::id::{QuestionId, RunbookId};

pub use answer::{Answer, Answered, FollowUp, Lack, Unfit, Verdict};
pub use asking::{Group, RunbookQuestion, Used, asked};
pub use load::{ChecklistError, Checklists, Source};
use meaning::{Meaning, Words};

/// The answer of a check that needs nothing to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Good {
    /// It should have been so.
    Yes,
    /// It should not: "was the footgun met?"
    No,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Ask {
    /// By yes or no, one of which is good.
    Check {
        /// Which.
        good: Good,
    },
    /// In words.
    Open,
}

/// What sort of thing an evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// Any words.
    Text,
    /// A date with a time.
    Moment,
    /// One version; "latest" is none.
    Version,
    /// An http or https address.
    Link,
}

/// What a good answer has to name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its name in commands and JSON: `soak_start`.
    pub name: String,
    /// What people read: "start of the soak".
    pub label: String,
    /// What sort of thing it is.
    #[serde(default = "any_words")]
    pub kind: EvidenceKind,
    /// The evidence, also a moment, that it must come after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

const fn any_words() -> EvidenceKind {
    EvidenceKind::Text
}

/// A runbook's own words for a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBy {
    /// The runbook.
    pub runbook: RunbookId,
    /// Its question.
    pub question: String,
    /// What it says to do after a bad answer; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub if_bad: String,
}

/// A question that has to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its identity, which answers name: `change-rollback/staging-soak`, `asked/was-it-late`.
    pub id: QuestionId,
    /// What is asked.
    pub text: String,
    /// How it is answered.
    pub ask: Ask,
    /// What a good answer names.
    pub evidence: Vec<Evidence>,
    /// What follows from a bad answer by the checklist; may be empty.
    pub if_bad: String,
    /// What sort of action that is.
    pub action: ActionKind,
    /// The runbooks that ask the same, in their own words.
    pub also: Vec<AskedBy>,
}

impl Question {
    /// The action that a bad answer proposes: what a runbook says, since it knows the case, else
    /// what the checklist says.
    pub fn proposal(&self) -> Option<&str> {
        let of_runbooks = self.also.iter().map(|by| by.if_bad.as_str());
        of_runbooks.chain([self.if_bad.as_str()]).find(|text| !text.is_empty())
    }
}

/// When a checklist is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// After every incident.
    Always,
    /// After those that a change caused.
    Change,
}

/// A list of questions that belong together.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its name, and the first part of its questions' ids.
    pub name: String,
    /// What people read above its questions.
    pub title: String,
    /// When it is asked.
    pub applies: Applies,
    /// Words in a runbook's address, title or tags that show that a change was undone.
    change_signs: Vec<Words>,
    questions: Vec<Known>,
}

/// A question of a checklist, with the ways that runbooks may ask it.
#[derive(Clone, Debug)]
struct Known {
    question: Question,
    means: Vec<Meaning>,
}

impl Checklist {
    /// Its questions, without those of any runbook.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().map(|known| &known.question)
    }
}

#[cfg(test)]
mod tests;
