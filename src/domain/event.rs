//! The bodies of entries: every kind, every version, read and written in this one file forever.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::exercise::{Context, ExerciseKind, Outcome, StepOutcome};
use super::id::{EntryId, Hash, IncidentLabel, RowKey, Slug, StepId};
use super::incident::{Severity, Status};

mod action;
mod incident;
mod incident_import;
mod postmortem;
mod report;
mod run;
mod usage;

pub use action::{ActionChanged, ActionOpened};
pub use incident::{
    IncidentFieldSet, IncidentNoted, IncidentOpened, IncidentReopened, IncidentRoleSet,
    IncidentRunbookUsed, IncidentStatusChanged, IncidentTimeSet,
};
pub use incident_import::{ImportedRow, IncidentImported};
pub use postmortem::{
    ChecklistAnswered, PostmortemChanged, PostmortemPublished, PostmortemScheduled,
    PostmortemSectionWritten, PostmortemStarted,
};
pub use report::{
    ReportDelivered, ReportDeliveryFailed, ReportGenerated, ReportRequested, ReportScheduled,
};
pub use run::{
    RunAbandoned, RunEnded, RunNoted, RunStarted, RunStepOpened, RunStepSkipped, RunStepTicked,
    RunTickUndone,
};
pub use usage::{Opened, UsageCounted};

/// What a person says about an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The day in the recorder's zone.
    pub happened_on: NaiveDate,
    /// That zone's offset then, like `+02:00`.
    pub offset: String,
    /// Why the runbook was used.
    pub kind: ExerciseKind,
    /// How it went.
    pub outcome: Outcome,
    /// The steps used.
    pub steps: Vec<StepOutcome>,
    /// For what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Context,
    /// Anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// The incident's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
}

/// A row that stands, or shall stand, in a runbook's last-worked table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The row's identity.
    pub key: RowKey,
    /// Its date.
    pub date: NaiveDate,
    /// Column and cell, in the table's order, the notes left out.
    pub cells: Context,
    /// Counts rows that are alike, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub occurrence: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// `exercise.recorded`: somebody used a runbook and said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseRecorded {
    /// What they said.
    pub facts: Facts,
    /// The runbook's text at that time, kept as a blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Hash>,
    /// The row to write into the file; none where files are not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
}

/// `exercise.found`: a row was found in a file. Fully determined by the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseFound {
    /// The row.
    pub row: Row,
}

/// `exercise.amended`: an exercise is told differently now, by a person or by a corrected row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseAmended {
    /// The exercise.
    pub exercise: EntryId,
    /// The entry whose version of it is replaced.
    pub replaces: EntryId,
    /// Why.
    pub reason: String,
    /// The new facts, where a person gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// The new row, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
}

/// `exercise.retracted`: it never happened, or not so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseRetracted {
    /// The exercise.
    pub exercise: EntryId,
    /// Why.
    pub reason: String,
}

/// `row.written`: the row of an exercise stands in the file now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowWritten {
    /// The exercise.
    pub exercise: EntryId,
    /// Its row.
    pub key: RowKey,
}

/// `note.added`: somebody says something about a runbook or one of its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// The step, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// That step's title then, so that a renumbered step keeps its notes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step_title: String,
    /// What they say.
    pub text: String,
}

/// `note.resolved`: a note is dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteResolved {
    /// The entry that added it.
    pub note: EntryId,
    /// How it was dealt with; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// How a move became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveSeen {
    /// Git shows a rename.
    Git,
    /// The front matter says `moved_from`.
    FrontMatter,
    /// The same bytes vanished in one place and appeared in another.
    SameText,
    /// Somebody said so.
    Hand,
}

/// `runbook.moved`: the runbook's file has another path now; the subject is the runbook's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookMoved {
    /// Its slug before.
    pub from: Slug,
    /// Its slug now.
    pub to: Slug,
    /// How this is known.
    pub seen: MoveSeen,
}

/// `entry.erased`: a body was removed for good; the chain still holds its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryErased {
    /// The entry whose body is gone.
    pub entry: EntryId,
    /// Why.
    pub reason: String,
    /// Where it began an incident: what that is called and how bad it is, so that no other one
    /// gets its label and nobody takes it for harmless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<KeptFacts>,
}

/// What stays of an incident whose beginning was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFacts {
    /// What people call it.
    pub label: IncidentLabel,
    /// How bad it is.
    pub severity: Severity,
    /// How far it was, where a report said so: what was over is not open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The version of the report that the erased one had replaced, which does not count again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EntryId>,
}

/// `blob.erased`: a kept text was removed for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobErased {
    /// Its hash, which stays.
    pub blob: Hash,
    /// Why.
    pub reason: String,
}

/// Declares the enum of all events with the kind and version each is stored under.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $version:literal;)*) => {
        /// Everything that can have happened.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name($name),)*
        }

        impl Event {
            /// The kind it is stored under, in the past tense.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind,)* }
            }

            /// The body version that is written today.
            pub const fn version(&self) -> u32 {
                match self { $(Self::$name(_) => $version,)* }
            }

            /// The body's JSON text, to be stored and hashed verbatim.
            ///
            /// # Errors
            /// A value cannot be told in JSON; no event of ours is such a value.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self { $(Self::$name(body) => serde_json::to_string(body),)* }
            }

            /// Reads a stored body. `Ok(None)` for a kind or version that this program is too
            /// old to know: such entries are kept and skipped.
            ///
            /// # Errors
            /// The body is not what its kind and version promise.
            pub fn decode(
                kind: &str,
                version: u32,
                body: &str,
            ) -> Result<Option<Self>, serde_json::Error> {
                match (kind, version) {
                    $(($kind, $version) => serde_json::from_str(body).map(|b| Some(Self::$name(b))),)*
                    _ => Ok(None),
                }
            }
        }
    };
}

events! {
    /// Somebody used a runbook and said so.
    ExerciseRecorded = "exercise.recorded", 1;
    /// A row was found in a file.
    ExerciseFound = "exercise.found", 1;
    /// An exercise is told differently now.
    ExerciseAmended = "exercise.amended", 1;
    /// An exercise was taken back.
    ExerciseRetracted = "exercise.retracted", 1;
    /// An exercise's row stands in the file.
    RowWritten = "row.written", 1;
    /// Somebody left a note.
    NoteAdded = "note.added", 1;
    /// A note was dealt with.
    NoteResolved = "note.resolved", 1;
    /// A runbook's file moved.
    RunbookMoved = "runbook.moved", 1;
    /// Somebody began to record an incident.
    IncidentOpened = "incident.opened", 1;
    /// A report tells of an incident.
    IncidentImported = "incident.imported", 1;
    /// A field of an incident has another value.
    IncidentFieldSet = "incident.field_set", 1;
    /// A time of an incident is told.
    IncidentTimeSet = "incident.time_set", 1;
    /// An incident is further, over, or no incident of its own.
    IncidentStatusChanged = "incident.status_changed", 1;
    /// An incident was not over.
    IncidentReopened = "incident.reopened", 1;
    /// Who has a role in an incident.
    IncidentRoleSet = "incident.role_set", 1;
    /// A line of an incident's timeline.
    IncidentNoted = "incident.noted", 1;
    /// A runbook was used in an incident.
    IncidentRunbookUsed = "incident.runbook_used", 1;
    /// Somebody follows a runbook now.
    RunStarted = "run.started", 1;
    /// A step of a run is at hand.
    RunStepOpened = "run.step_opened", 1;
    /// A step of a run worked or failed.
    RunStepTicked = "run.step_ticked", 1;
    /// A step of a run was left out.
    RunStepSkipped = "run.step_skipped", 1;
    /// Ticks of a run were taken back.
    RunTickUndone = "run.tick_undone", 1;
    /// Something was noted during a run.
    RunNoted = "run.noted", 1;
    /// A run is over and recorded.
    RunEnded = "run.ended", 1;
    /// A run was given up.
    RunAbandoned = "run.abandoned", 1;
    /// It is settled whether an incident needs a postmortem, and until when.
    PostmortemScheduled = "postmortem.scheduled", 1;
    /// Somebody began a postmortem.
    PostmortemStarted = "postmortem.started", 1;
    /// Something about a postmortem is told differently.
    PostmortemChanged = "postmortem.changed", 1;
    /// A section of a postmortem has another text.
    PostmortemSectionWritten = "postmortem.section_written", 1;
    /// A question was answered.
    ChecklistAnswered = "checklist.answered", 1;
    /// A postmortem was published.
    PostmortemPublished = "postmortem.published", 1;
    /// An action item was opened.
    ActionOpened = "action.opened", 1;
    /// An action item is told differently, or is further.
    ActionChanged = "action.changed", 1;
    /// A report is made on a schedule from now on.
    ReportScheduled = "report.scheduled", 1;
    /// A report was made.
    ReportGenerated = "report.generated", 1;
    /// Somebody wants a report sent.
    ReportRequested = "report.requested", 1;
    /// A report has arrived.
    ReportDelivered = "report.delivered", 1;
    /// A report has not arrived.
    ReportDeliveryFailed = "report.delivery_failed", 1;
    /// What was opened on a day was counted.
    UsageCounted = "usage.counted", 1;
    /// An entry's body was erased.
    EntryErased = "entry.erased", 1;
    /// A blob was erased.
    BlobErased = "blob.erased", 1;
}

#[cfg(test)]
mod tests;
