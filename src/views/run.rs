//! Runs: runbooks being followed, as JSON, pages and templates share them.

use serde::Serialize;

use super::page::{PlaceholderView, SectionPage};
use crate::domain::exercise::Context;
use crate::domain::id::{EntryId, Slug, StepId};
use crate::runbook::DurationRange;

/// A moment, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Milliseconds since 1970 in UTC.
    pub ms: i64,
    /// The moment with its offset: `2026-06-01T14:03:20+02:00`.
    pub iso: String,
    /// `14:03`, with the day before it where that is not today.
    pub words: String,
}

/// A run: `run show --json` and `/api/runs/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct RunView {
    /// Its id.
    pub id: EntryId,
    /// Greater after everything that happens in it.
    pub version: u32,
    /// The runbook's address; the one it had when the run began where its file is gone.
    pub slug: Slug,
    /// The runbook's title when the run began.
    pub title: String,
    /// The runbook's file is there.
    pub found: bool,
    /// The runbook was edited since the run began; the run follows the text it began with.
    pub edited: bool,
    /// Why the runbook is followed.
    pub kind: &'static str,
    /// For what.
    #[serde(serialize_with = "super::context")]
    pub context: Context,
    /// The incident's label.
    pub incident: Option<String>,
    /// When it began.
    pub started_at: Moment,
    /// Who began it.
    pub started_by: String,
    /// `open`, `ended` or `abandoned`.
    pub state: &'static str,
    /// When it was over.
    pub over_at: Option<Moment>,
    /// Who said so.
    pub over_by: Option<String>,
    /// The exercise it was recorded as.
    pub exercise: Option<EntryId>,
    /// Why it was given up.
    pub reason: Option<String>,
    /// Its steps, in the runbook's order.
    pub steps: Vec<RunStepView>,
    /// The step at hand.
    pub current: Option<StepId>,
    /// Since when.
    pub current_since: Option<Moment>,
    /// What was noted, oldest first.
    pub notes: Vec<RunNoteView>,
    /// Everybody who did something, in order of appearance.
    pub people: Vec<String>,
    /// The time to mitigate that the runbook claims.
    pub claimed: Option<DurationRange>,
    /// The real one, in seconds: from the start to the last tick of a mitigating step that
    /// worked.
    pub mitigated_s: Option<u32>,
    /// How long it takes, or took, in seconds.
    pub elapsed_s: u32,
    /// Steps that were ticked or skipped.
    pub done: usize,
    /// What was said after it was over.
    pub conflicts: Vec<String>,
}

/// A step of a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunStepView {
    /// The step.
    pub id: StepId,
    /// Its number; empty where steps are known by their headings.
    pub label: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub kind: &'static str,
    /// It only holds the steps under it, one of which is to be chosen.
    pub group: bool,
    /// It stands under another one.
    pub sub: bool,
    /// How long it may take, in seconds.
    pub budget_s: Option<u32>,
    /// `open`, `worked`, `failed` or `skipped`.
    pub state: &'static str,
    /// It is the step at hand.
    pub current: bool,
    /// How long it was at hand, in seconds.
    pub used_s: u32,
    /// Who ticked or skipped it.
    pub by: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// What others said of it afterwards.
    pub also: Vec<AlsoView>,
}

/// What somebody else said of a step.
#[derive(Clone, Debug, Serialize)]
pub struct AlsoView {
    /// Who.
    pub by: String,
    /// `worked`, `failed` or `skipped`.
    pub state: &'static str,
    /// When.
    pub at: Moment,
}

/// Something noted during a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunNoteView {
    /// Its id.
    pub id: EntryId,
    /// The step at hand.
    pub step: Option<StepId>,
    /// What was said.
    pub text: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// Something that happened in a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunMoment {
    /// When.
    pub at: Moment,
    /// What it was: `begun`, `worked`, `failed`, `skipped`, `noted`, `ended` or `abandoned`.
    pub what: &'static str,
    /// The step it is about.
    pub step: Option<StepId>,
    /// What was said: a note, or the reason.
    pub text: Option<String>,
    /// Who.
    pub by: String,
}

impl RunView {
    /// Everything that counts, in the order in which it happened.
    #[must_use]
    pub fn moments(&self) -> Vec<RunMoment> {
        let begun = RunMoment {
            at: self.started_at.clone(),
            what: "begun",
            step: None,
            text: None,
            by: self.started_by.clone(),
        };
        let marks = self.steps.iter().filter_map(|step| {
            let (at, by) = (step.at.clone()?, step.by.clone()?);
            let (what, text) = (step.state, step.reason.clone());
            Some(RunMoment { at, what, step: Some(step.id.clone()), text, by })
        });
        let notes = self.notes.iter().map(|note| RunMoment {
            at: note.at.clone(),
            what: "noted",
            step: note.step.clone(),
            text: Some(note.text.clone()),
            by: note.by.clone(),
        });
        let mut moments: Vec<RunMoment> =
            std::iter::once(begun).chain(marks).chain(notes).collect();
        moments.sort_by_key(|moment| moment.at.ms);
        if let (Some(at), Some(by)) = (self.over_at.clone(), self.over_by.clone()) {
            moments.push(RunMoment {
                at,
                what: self.state,
                step: None,
                text: self.reason.clone(),
                by,
            });
        }
        moments
    }
}

/// A run in a list: `run list --json`.
#[derive(Clone, Debug, Serialize)]
pub struct RunLine {
    /// Its id.
    pub id: EntryId,
    /// The runbook's address.
    pub slug: Slug,
    /// The runbook's title.
    pub title: String,
    /// Why it is followed.
    pub kind: &'static str,
    /// For what.
    #[serde(serialize_with = "super::context")]
    pub context: Context,
    /// The incident's label.
    pub incident: Option<String>,
    /// `open`, `ended` or `abandoned`.
    pub state: &'static str,
    /// When it began.
    pub started_at: Moment,
    /// Minutes since then, or that it took.
    pub minutes: u32,
    /// Everybody on it.
    pub people: Vec<String>,
    /// The step at hand.
    pub current: Option<StepId>,
    /// Steps that were ticked or skipped.
    pub done: usize,
}

/// How long it really took to mitigate, in the runs of one runbook that tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RealTimes {
    /// How many runs tell.
    pub runs: usize,
    /// The newest of them, in seconds.
    pub last_s: u32,
    /// The middle one by length, in seconds.
    pub median_s: u32,
}

/// The page of a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunPage {
    /// The run.
    pub run: RunView,
    /// Each step with its text.
    pub steps: Vec<RunStepPage>,
    /// What happened so far.
    pub moments: Vec<RunMoment>,
    /// Every placeholder, each once, with its value where the context tells it.
    pub placeholders: Vec<RunPlaceholder>,
    /// How long it really took before.
    pub real: Option<RealTimes>,
    /// Its incident is one of ours, with a page of its own.
    pub known_incident: bool,
}

/// A step of a run with its text.
#[derive(Clone, Debug, Serialize)]
pub struct RunStepPage {
    /// The step.
    pub step: RunStepView,
    /// It is shown first: the one at hand, or the one asked for.
    pub shown: bool,
    /// Its section and those under it.
    pub sections: Vec<SectionPage>,
    /// The steps to choose from, where it only holds them.
    pub choices: Vec<RunStepView>,
}

/// A name to fill.
#[derive(Clone, Debug, Serialize)]
pub struct RunPlaceholder {
    /// The name and its uses.
    #[serde(flatten)]
    pub placeholder: PlaceholderView,
    /// What the run's context says it is.
    pub value: Option<String>,
}

/// What the page says before a run is begun.
#[derive(Clone, Debug, Serialize)]
pub struct RunStart {
    /// The runbook's address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// How many steps it has.
    pub steps: usize,
    /// The context columns of its table.
    pub columns: Vec<String>,
    /// Runs of it that go on.
    pub open: Vec<RunLine>,
    /// The time to mitigate that it claims.
    pub claimed: Option<DurationRange>,
    /// How long it really took before.
    pub real: Option<RealTimes>,
}

/// The form that ends a run, filled as far as the run tells.
#[derive(Clone, Debug, Serialize)]
pub struct RunFinish {
    /// The run.
    pub run: RunView,
    /// The context columns of the runbook's table, with what was said at the start.
    pub columns: Vec<(String, String)>,
    /// The time really taken: from the start to the last tick, in whole minutes.
    pub minutes: u32,
    /// The notes and the reasons for skipping.
    pub note: String,
    /// Differs as soon as somebody ticks, skips, undoes or notes something.
    pub seen: String,
}
