//! Beginning a run.

use super::{Sent, id_of, must_have_steps};
use crate::app::App;
use crate::app::exercises::entry;
use crate::app::recording::{checked_context, context_columns};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, RunStarted, RunStepOpened};
use crate::domain::exercise::{Context, ExerciseKind};
use crate::domain::id::EntryId;
use crate::domain::run::Run;
use crate::error::Error;
use crate::views::run::RunStart;

/// What somebody says who begins a run.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The runbook.
    pub slug: String,
    /// Why.
    pub kind: ExerciseKind,
    /// For what.
    pub context: Context,
    /// The incident's label.
    pub incident: Option<String>,
}

impl App {
    /// Begins a run and opens its first step. Gives the run's id.
    ///
    /// # Errors
    /// The runbook or a column is not known, there is nothing to follow, or it cannot be stored.
    pub fn start_run(
        &mut self,
        start: &Start,
        sent: &Sent,
        actor: &Actor,
    ) -> Result<EntryId, Error> {
        self.refresh()?;
        let document = self.document(&start.slug)?;
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        must_have_steps(&document, &runbook)?;
        let context = checked_context(&start.context, runbook.last_worked.as_ref())?;
        let incident = match start.incident.as_deref().filter(|label| !label.trim().is_empty()) {
            Some(label) => Some(self.checked_incident_label(label)?),
            None => None,
        };
        let mut said = vec!["started", document.slug.as_str(), &actor.name, start.kind.as_str()];
        said.extend(context.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
        said.extend(incident.as_deref());
        let known = id_of(&said, sent);
        if let Some(run) = known.map(|id| self.ledger.run(id)).transpose()?.flatten()
            && run.is_open()
        {
            return Ok(run.id);
        }
        let fresh = self.new_id();
        // The form of a run that is over may be sent again from a page that was kept.
        let id = match known {
            Some(id) if self.ledger.entry(id)?.is_none() => id,
            _ => fresh,
        };
        let (now, opening) = (self.clock.now_ms(), self.new_id());
        let first = runbook.steps.first().map(|step| step.id.clone());
        self.ledger.transact(|tx| -> Result<EntryId, Error> {
            // The same form may have been sent twice at once.
            let known = known.map(|id| tx.run(id)).transpose()?.flatten();
            if let Some(run) = known.filter(Run::is_open) {
                return Ok(run.id);
            }
            let at = Timestamp(now);
            let event = Event::RunStarted(RunStarted {
                runbook: document.runbook.clone(),
                slug: document.slug.clone(),
                title: runbook.title.clone(),
                text: tx.put_blob(text.as_bytes())?,
                context,
                kind: start.kind,
                incident,
                at,
            });
            let subject = id.to_string();
            tx.append(&entry(id, &event, &subject, at, actor)?)?;
            if let Some(step) = first {
                let event = Event::RunStepOpened(RunStepOpened { step, at });
                tx.append(&entry(opening, &event, &subject, Timestamp(now + 1), actor)?)?;
            }
            Ok(id)
        })
    }

    /// What the page says before a run of a runbook is begun.
    ///
    /// # Errors
    /// The runbook is not known, or there is nothing to follow.
    pub fn run_start(&mut self, slug: &str) -> Result<RunStart, Error> {
        self.refresh()?;
        let document = self.document(slug)?;
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        must_have_steps(&document, &runbook)?;
        let columns = runbook.last_worked.as_ref();
        Ok(RunStart {
            open: self.open_runs_of(&document.runbook)?,
            real: self.real_times(&document.runbook)?,
            steps: runbook.steps.len(),
            claimed: runbook.time_to_mitigate.as_ref().map(|range| range.value),
            columns: columns
                .map(|table| context_columns(table).map(str::to_owned).collect())
                .unwrap_or_default(),
            title: runbook.title,
            slug: document.slug,
        })
    }
}
