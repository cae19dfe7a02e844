//! A run: a runbook being followed now. It ends in an exercise.
//!
//! [`fold`] is pure and never fails. Of several marks on one step the first in canonical order
//! counts, and the others are shown beside it; what comes after the end is kept as a conflict.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::entry::{Entry, Timestamp};
use super::event::{Event, RunStarted};
use super::exercise::{Context, ExerciseKind, StepOutcome, StepResult};
use super::id::{EntryId, Hash, RunbookId, Slug, StepId};

/// A run as its entries tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id: that of the entry that began it.
    pub id: EntryId,
    /// The runbook.
    pub runbook: RunbookId,
    /// Its slug when the run began.
    pub slug: Slug,
    /// Its title then.
    pub title: String,
    /// Its text then.
    pub text: Hash,
    /// For what.
    pub context: Context,
    /// Why.
    pub kind: ExerciseKind,
    /// The incident's label.
    pub incident: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// Who began it.
    pub started_by: Actor,
    /// Whether it goes on.
    pub state: RunState,
    /// The steps that were touched, in the order of that.
    pub steps: Vec<RunStep>,
    /// The step at hand, and since when its clock runs.
    pub current: Option<(StepId, Timestamp)>,
    /// What was noted, in order.
    pub notes: Vec<RunNote>,
    /// Everybody who did something, in order of appearance.
    pub people: Vec<Actor>,
    /// How many entries made it what it is: greater after each one.
    pub version: u32,
    /// When the last of them was written down; the next one goes behind it.
    pub written_at: Timestamp,
    /// What was said after its end, in words; it counts for nothing.
    pub conflicts: Vec<String>,
}

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RunState {
    /// It does.
    Open,
    /// It was recorded.
    Ended {
        /// As this exercise.
        exercise: EntryId,
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
    },
    /// It was given up.
    Abandoned {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
    },
}

/// A step of a run that was touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStep {
    /// The step.
    pub id: StepId,
    /// How long it was at hand, in milliseconds, the time since it was opened last left out.
    pub used_ms: i64,
    /// What was said of it and not undone; the first counts.
    pub marks: Vec<Mark>,
}

/// What somebody said of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The entry.
    pub entry: EntryId,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Marked,
}

/// What can be said of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "kebab-case")]
pub enum Marked {
    /// It was done.
    Ticked {
        /// How it went.
        result: StepResult,
        /// It is there to mitigate.
        mitigates: bool,
    },
    /// It was left out.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// Something noted during a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNote {
    /// The entry.
    pub id: EntryId,
    /// The step at hand, if there was one.
    pub step: Option<StepId>,
    /// What was said.
    pub text: String,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

impl RunStep {
    /// What counts of it.
    pub fn mark(&self) -> Option<&Mark> {
        self.marks.first()
    }
}

impl Run {
    /// Whether it goes on.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, RunState::Open)
    }

    /// What is known of a step, if it was touched.
    pub fn step(&self, id: &StepId) -> Option<&RunStep> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// What counts of a step, if anything was said of it.
    pub fn mark(&self, id: &StepId) -> Option<&Mark> {
        self.step(id)?.mark()
    }

    /// How long a step was at hand until `now`, in milliseconds.
    pub fn used_ms(&self, id: &StepId, now: Timestamp) -> i64 {
        let before = self.step(id).map_or(0, |step| step.used_ms);
        match &self.current {
            Some((current, since)) if current == id && self.is_open() => before + span(*since, now),
            _ => before,
        }
    }

    /// The steps that were used, and how each went.
    pub fn outcomes(&self) -> Vec<StepOutcome> {
        let ticked = self.steps.iter().filter_map(|step| match step.mark()?.what {
            Marked::Ticked { result, .. } => Some(StepOutcome { id: step.id.clone(), result }),
            Marked::Skipped { .. } => None,
        });
        ticked.collect()
    }

    /// The real time to mitigate, in milliseconds: from the start of the run to the last tick of
    /// a step of the kind "mitigate" that worked. None while there is no such tick.
    pub fn mitigated_ms(&self) -> Option<i64> {
        let ticks = self.steps.iter().filter_map(|step| {
            let mark = step.mark()?;
            let worked = Marked::Ticked { result: StepResult::Worked, mitigates: true };
            (mark.what == worked).then_some(mark.at)
        });
        ticks.max().map(|at| span(self.started_at, at))
    }

    /// When something was last said of a step; the start where nothing was.
    pub fn last_mark_at(&self) -> Timestamp {
        let marks = self.steps.iter().filter_map(|step| step.mark());
        marks.map(|mark| mark.at).max().unwrap_or(self.started_at)
    }
}

/// From one moment to another in milliseconds; clocks that disagree make no negative time.
fn span(from: Timestamp, to: Timestamp) -> i64 {
    (to.0 - from.0).max(0)
}

/// Folds a subject's entries, given in canonical order, into the run they tell of, if they do.
pub fn fold<'a>(told: impl Iterator<Item = (&'a Entry, &'a Event)> + Clone) -> Option<Run> {
    let (first, started) = told.clone().find_map(|(entry, event)| match event {
        Event::RunStarted(body) => Some((entry, body)),
        _ => None,
    })?;
    // An undoing counts wherever it stands: a slow clock may put it before what it undoes.
    let undone: HashSet<EntryId> = told
        .clone()
        .filter_map(|(_, event)| match event {
            Event::RunTickUndone(body) => Some(body.ticks.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    let mut run = begin(first, started);
    for (entry, event) in told {
        run.apply(entry, event, &undone);
    }
    Some(run)
}

fn begin(entry: &Entry, body: &RunStarted) -> Run {
    Run {
        id: entry.id,
        runbook: body.runbook.clone(),
        slug: body.slug.clone(),
        title: body.title.clone(),
        text: body.text,
        context: body.context.clone(),
        kind: body.kind,
        incident: body.incident.clone(),
        started_at: body.at,
        started_by: entry.actor.clone(),
        state: RunState::Open,
        steps: Vec::new(),
        current: None,
        notes: Vec::new(),
        people: Vec::new(),
        version: 0,
        written_at: entry.recorded_at,
        conflicts: Vec::new(),
    }
}

impl Run {
    fn apply(&mut self, entry: &Entry, event: &Event, undone: &HashSet<EntryId>) {
        let said = match event {
            Event::RunStarted(_) => {
                self.count(entry);
                return;
            }
            Event::RunStepOpened(_) => "opened a step",
            Event::RunStepTicked(_) => "ticked a step",
            Event::RunStepSkipped(_) => "skipped a step",
            Event::RunTickUndone(_) => "undid a tick",
            Event::RunNoted(_) => "left a note",
            Event::RunEnded(_) => "recorded it again",
            Event::RunAbandoned(_) => "gave it up",
            _ => return,
        };
        self.count(entry);
        let is_note = matches!(event, Event::RunNoted(_));
        if !self.is_open() && !is_note {
            self.conflicts.push(format!("{} {said} after the run was over", entry.actor.name));
            return;
        }
        match event {
            Event::RunStepOpened(body) => {
                self.close(body.at);
                self.touch(&body.step);
                self.current = Some((body.step.clone(), body.at));
            }
            Event::RunStepTicked(body) => {
                let what = Marked::Ticked { result: body.result, mitigates: body.mitigates };
                self.mark_step(entry, &body.step, body.at, what, undone);
            }
            Event::RunStepSkipped(body) => {
                let what = Marked::Skipped { reason: body.reason.clone() };
                self.mark_step(entry, &body.step, body.at, what, undone);
            }
            Event::RunNoted(body) => self.notes.push(RunNote {
                id: entry.id,
                step: body.step.clone(),
                text: body.text.clone(),
                by: entry.actor.clone(),
                at: body.at,
            }),
            Event::RunEnded(body) => {
                self.close(body.at);
                let by = entry.actor.clone();
                self.state = RunState::Ended { exercise: body.exercise, at: body.at, by };
            }
            Event::RunAbandoned(body) => {
                self.close(body.at);
                let (reason, by) = (body.reason.clone(), entry.actor.clone());
                self.state = RunState::Abandoned { reason, at: body.at, by };
            }
            _ => {}
        }
    }

    fn count(&mut self, entry: &Entry) {
        self.version += 1;
        self.written_at = self.written_at.max(entry.recorded_at);
        if !self.people.contains(&entry.actor) {
            self.people.push(entry.actor.clone());
        }
    }

    fn touch(&mut self, id: &StepId) -> &mut RunStep {
        let at = self.steps.iter().position(|step| step.id == *id).unwrap_or_else(|| {
            self.steps.push(RunStep { id: id.clone(), used_ms: 0, marks: Vec::new() });
            self.steps.len() - 1
        });
        &mut self.steps[at]
    }

    fn mark_step(
        &mut self,
        entry: &Entry,
        step: &StepId,
        at: Timestamp,
        what: Marked,
        undone: &HashSet<EntryId>,
    ) {
        if self.current.as_ref().is_some_and(|(current, _)| current == step) {
            self.close(at);
        }
        let step = self.touch(step);
        if !undone.contains(&entry.id) {
            step.marks.push(Mark { entry: entry.id, by: entry.actor.clone(), at, what });
        }
    }

    /// Stops the clock of the step at hand.
    fn close(&mut self, at: Timestamp) {
        if let Some((step, since)) = self.current.take() {
            self.touch(&step).used_ms += span(since, at);
        }
    }
}

#[cfg(test)]
mod tests;
