//! Using runbooks in an incident.

use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentRunbookUsed};
use crate::error::Error;
use crate::runbook::DocKind;
use crate::views::incident::IncidentView;

use super::super::App;
use super::super::recording::{find_step, unknown_step};
use super::opening::{check_not_future, checked_value};

impl App {
    /// Says that a runbook, or a step of it (`slug#step`), is used in an incident.
    ///
    /// # Errors
    /// The incident, the runbook or the step is not known, it is a page, or the time lies in the
    /// future.
    pub fn use_runbook(
        &mut self,
        name: &str,
        target: &str,
        at: Option<Timestamp>,
        note: &str,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        self.refresh()?;
        let id = self.find_incident(name)?.id;
        let (document, step) = self.target(target)?;
        if document.summary.kind == DocKind::Page {
            return Err(Error::refused(format!("{} is a page, not a runbook", document.slug))
                .hinted("note its link in the timeline instead"));
        }
        let (step, step_title) = match step {
            None => (None, String::new()),
            Some(name) => {
                let text = self.text_of(&document)?;
                let (runbook, _) = self.parse(&document, &text);
                let step =
                    find_step(&name, &runbook).ok_or_else(|| unknown_step(&name, &runbook))?;
                (Some(step.id.clone()), step.title.clone())
            }
        };
        let note = checked_value(note, "a note")?;
        let written = self.write_incident(id, actor, |desk| {
            let at = at.unwrap_or(desk.now);
            check_not_future(desk.config, [at], desk.now)?;
            let runbook = document.runbook.clone();
            let (exercise, run) = (None, None);
            Ok(vec![Event::IncidentRunbookUsed(IncidentRunbookUsed {
                runbook,
                step,
                step_title,
                at,
                exercise,
                run,
                note,
            })])
        })?;
        self.incident_view(&written.incident)
    }
}
