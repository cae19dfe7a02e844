//! How a runbook went that was used in an incident: the exercise takes its steps, its day and its
//! context from what the incident knows.

use chrono::DateTime;

use super::super::App;
use super::super::exercises::{Recorded, Recording};
use super::super::recording::context_columns;
use crate::domain::actor::Actor;
use crate::domain::exercise::{Outcome, StepResult};
use crate::domain::id::StepId;
use crate::error::Error;
use crate::views::incident::RunbookUseView;

impl App {
    /// Records how a runbook went as a whole. Where it worked, so did the steps that were used,
    /// but for those that were ticked as failed; which of several failed is not guessed.
    ///
    /// # Errors
    /// The incident or the runbook is not known, the runbook was not used in it, the same is
    /// recorded already, or it cannot be stored.
    pub fn record_outcome(
        &mut self,
        name: &str,
        runbook: &str,
        outcome: Outcome,
        again: bool,
        actor: &Actor,
    ) -> Result<Recorded, Error> {
        let incident = self.incident(name)?;
        let label = incident.line.label.to_string();
        let document = self.document(runbook)?;
        let used = incident.runbooks.into_iter().find(|used| used.slug == document.slug);
        let used = used.ok_or_else(|| {
            Error::refused(format!("{} was not used in {label}", document.slug))
                .hinted(format!("`runledger incident use {label} {}`", document.slug))
        })?;
        let text = self.text_of(&document)?;
        let (parsed, _) = self.parse(&document, &text);
        let columns: Vec<String> = parsed
            .last_worked
            .as_ref()
            .map(|table| context_columns(table).map(str::to_owned).collect())
            .unwrap_or_default();
        let (_, values) = self.incident_columns(&label, &columns)?;
        let context = columns.into_iter().zip(values).filter(|(_, value)| !value.is_empty());
        let steps = steps_of(&used, outcome);
        if outcome == Outcome::Worked && steps.iter().any(|(_, it)| *it == StepResult::Failed) {
            check_some_worked(&used, &steps)?;
        }
        let first_used = used.first_used.as_deref().and_then(|at| {
            DateTime::parse_from_rfc3339(at).ok().map(|at| self.config.date_of(at.to_utc()))
        });
        let recording = Recording {
            slug: document.slug.to_string(),
            outcome: steps.is_empty().then_some(outcome),
            steps,
            on: first_used,
            context: context.collect(),
            incident: Some(label),
            again,
            ..Recording::default()
        };
        self.record(&recording, actor)
    }
}

/// Where all that was done failed, nothing of it can have worked.
fn check_some_worked(used: &RunbookUseView, steps: &[(String, StepResult)]) -> Result<(), Error> {
    if steps.iter().any(|(_, result)| *result == StepResult::Worked) {
        return Ok(());
    }
    let failed: Vec<&str> = used.failed_steps.iter().map(StepId::as_str).collect();
    Err(Error::refused(format!("step {} of {} was ticked as failed", failed.join(", "), used.slug))
        .hinted(format!("say which step worked: `runledger worked {} --step ID`", used.slug)))
}

/// The steps that an outcome of the whole tells of.
fn steps_of(used: &RunbookUseView, outcome: Outcome) -> Vec<(String, StepResult)> {
    let all = |result: StepResult| {
        let of = |step: &StepId| (step.as_str().to_owned(), result);
        used.steps.iter().map(of).collect()
    };
    match (outcome, used.steps.len()) {
        (Outcome::Worked, _) => {
            let mut steps: Vec<(String, StepResult)> = all(StepResult::Worked);
            for (step, result) in &mut steps {
                if used.failed_steps.iter().any(|failed| failed.as_str() == step) {
                    *result = StepResult::Failed;
                }
            }
            steps
        }
        (Outcome::Failed, 1) => all(StepResult::Failed),
        _ => Vec::new(),
    }
}
