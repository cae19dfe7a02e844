//! The bodies of entries about postmortems. The subject of each is the incident's id.

use serde::{Deserialize, Serialize};

use super::super::checklist::Answered;
use super::super::entry::Timestamp;
use super::super::id::{EntryId, Hash};
use super::super::incident::Severity;
use super::super::postmortem::{Cause, Section};

/// `postmortem.scheduled`: the incident is over, and it is settled what that asks for. The due
/// dates are written here, so that another configuration does not change them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemScheduled {
    /// Whether there has to be one.
    pub required: bool,
    /// How bad the incident was.
    pub severity: Severity,
    /// When the incident was resolved.
    pub resolved_at: Timestamp,
    /// Until when there has to be a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_due: Option<Timestamp>,
    /// Until when it has to be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_due: Option<Timestamp>,
}

/// `postmortem.started`: somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemStarted {
    /// Which template it is written after.
    pub template: String,
    /// Who sees to it that it is published.
    pub owner: String,
    /// What caused the incident, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why that cause; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `postmortem.changed`: something about it is told differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemChanged {
    /// The entry that said it before.
    pub replaces: EntryId,
    /// The template, if that is what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The owner, if that is what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The cause, if that is what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `postmortem.section_written`: a section has another text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemSectionWritten {
    /// Which.
    pub section: Section,
    /// Its text, in Markdown; empty takes it away.
    pub text: String,
    /// The entry whose text is replaced; none if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EntryId>,
}

/// `checklist.answered`: a question was answered, or is answered differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistAnswered {
    /// The question and the answer.
    #[serde(flatten)]
    pub answered: Answered,
    /// The entry whose answer is replaced; none if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EntryId>,
}

/// `postmortem.published`: nothing was missing, and it was written into a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemPublished {
    /// Its file, relative to the workspace.
    pub file: String,
    /// The file's text, kept as a blob.
    pub text: Hash,
}
