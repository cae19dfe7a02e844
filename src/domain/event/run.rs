//! The bodies of a run's entries. The subject is the run's id, which is that of its first entry;
//! each body says when its own thing happened, because a tick may reach the ledger later.

use serde::{Deserialize, Serialize};

use crate::domain::entry::Timestamp;
use crate::domain::exercise::{Context, ExerciseKind, StepResult};
use crate::domain::id::{EntryId, Hash, RunbookId, Slug, StepId};

/// `run.started`: somebody follows a runbook now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// The runbook.
    pub runbook: RunbookId,
    /// Its slug then.
    pub slug: Slug,
    /// Its title then.
    pub title: String,
    /// Its text then, kept as a blob: the run follows this one, whatever is edited meanwhile.
    pub text: Hash,
    /// For what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Context,
    /// Why.
    pub kind: ExerciseKind,
    /// The incident's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// When it began.
    pub at: Timestamp,
}

/// `run.step_opened`: a step is at hand now, and its clock runs; also after a jump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStepOpened {
    /// The step.
    pub step: StepId,
    /// When.
    pub at: Timestamp,
}

/// `run.step_ticked`: a step was done, and worked or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStepTicked {
    /// The step.
    pub step: StepId,
    /// Its title then.
    pub title: String,
    /// How it went.
    pub result: StepResult,
    /// The step is there to mitigate.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mitigates: bool,
    /// When.
    pub at: Timestamp,
}

/// `run.step_skipped`: a step was left out, for a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStepSkipped {
    /// The step.
    pub step: StepId,
    /// Its title then.
    pub title: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// `run.tick_undone`: a step was not done, or not so, after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTickUndone {
    /// The step.
    pub step: StepId,
    /// The entries that said otherwise: ticks and skips.
    pub ticks: Vec<EntryId>,
    /// When.
    pub at: Timestamp,
}

/// `run.noted`: somebody says something while following.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNoted {
    /// The step at hand, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// What they say.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// `run.ended`: it is over, and recorded as an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnded {
    /// The exercise.
    pub exercise: EntryId,
    /// When.
    pub at: Timestamp,
}

/// `run.abandoned`: it is over, and nothing is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAbandoned {
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
