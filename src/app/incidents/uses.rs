//! Which runbooks were at work in an incident, and since when: somebody said so, followed one, or
//! recorded an exercise of it afterwards.

use super::super::App;
use crate::domain::entry::Timestamp;
use crate::domain::exercise::{Exercise, StepResult};
use crate::domain::id::{RunbookId, StepId};
use crate::domain::incident::Incident;
use crate::domain::run::{Marked, Run};
use crate::error::Error;

/// A runbook, or a step of it, at work in an incident.
pub(super) struct Used {
    pub(super) runbook: RunbookId,
    pub(super) step: Option<StepId>,
    /// How the step went, where a run says so.
    pub(super) result: Option<StepResult>,
    pub(super) at: Timestamp,
}

/// Every use that somebody said or that a run shows, first used first.
pub(super) fn uses(incident: &Incident, runs: &[Run]) -> Vec<Used> {
    let said = incident.runbooks.iter().map(|used| Used {
        runbook: used.runbook.clone(),
        step: used.step.clone(),
        result: None,
        at: used.at,
    });
    let mut uses: Vec<Used> = said.collect();
    for run in runs {
        let runbook = run.runbook.clone();
        uses.push(Used { runbook, step: None, result: None, at: run.started_at });
        for step in &run.steps {
            let Some(mark) = step.mark() else { continue };
            if let Marked::Ticked { result, .. } = mark.what {
                let (runbook, step) = (run.runbook.clone(), Some(step.id.clone()));
                uses.push(Used { runbook, step, result: Some(result), at: mark.at });
            }
        }
    }
    uses.sort_by_key(|used| used.at);
    uses
}

/// Each runbook once, first used first, with its first use; an exercise alone does not tell when.
pub(super) fn each_once(
    uses: &[Used],
    exercises: &[Exercise],
) -> Vec<(RunbookId, Option<Timestamp>)> {
    let mut order: Vec<(RunbookId, Option<Timestamp>)> = Vec::new();
    let used = uses.iter().map(|used| (&used.runbook, Some(used.at)));
    for (runbook, at) in used.chain(exercises.iter().map(|it| (&it.runbook, None))) {
        if !order.iter().any(|(known, _)| known == runbook) {
            order.push((runbook.clone(), at));
        }
    }
    order
}

impl App {
    /// The runbooks used in an incident, first used first, each with its first use where that is
    /// known.
    pub(in crate::app) fn runbooks_in(
        &self,
        incident: &Incident,
    ) -> Result<Vec<(RunbookId, Option<Timestamp>)>, Error> {
        let runs = self.ledger.runs_in(&incident.label)?;
        let exercises = self.ledger.exercises_in(&incident.label)?;
        Ok(each_once(&uses(incident, &runs), &exercises))
    }

    /// The steps of a runbook that somebody has done in an incident: used, ticked or recorded, and
    /// not told to have failed.
    pub(in crate::app) fn steps_done_in(
        &self,
        incident: &Incident,
        runbook: &RunbookId,
    ) -> Result<Vec<StepId>, Error> {
        let runs = self.ledger.runs_in(&incident.label)?;
        let exercises = self.ledger.exercises_in(&incident.label)?;
        let used = uses(incident, &runs).into_iter().filter(|used| used.runbook == *runbook);
        let mut told: Vec<(StepId, bool)> = used
            .filter_map(|used| Some((used.step?, used.result != Some(StepResult::Failed))))
            .collect();
        let recorded = exercises.iter().filter(|it| it.runbook == *runbook);
        let recorded = recorded.filter(|it| it.retracted.is_none()).flat_map(|it| &it.steps);
        told.extend(recorded.map(|it| (it.id.clone(), it.result == StepResult::Worked)));
        // What was said last counts.
        let mut done: Vec<StepId> = Vec::new();
        for (step, is_done) in told {
            done.retain(|known| *known != step);
            if is_done {
                done.push(step);
            }
        }
        done.sort();
        Ok(done)
    }
}
