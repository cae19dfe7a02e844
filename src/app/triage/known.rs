//! What the ledger knows of earlier incidents, as far as correlation needs it.

use crate::app::App;
use crate::app::incidents::utc;
use crate::domain::id::IncidentId;
use crate::domain::incident::{Happening, Incident, TimeName};
use crate::error::Error;
use crate::triage::KnownIncident;

/// From where a hypothesis is noted. What was only supposed is no evidence for the next time.
pub(in crate::app) const SOURCE: &str = "triage";

/// So many incidents are compared, the newest first.
const MOST: usize = 500;

/// So many lines of each timeline are read.
const LINES: usize = 12;

/// The longest line that is compared, in characters.
const LONGEST: usize = 600;

impl App {
    /// Incidents but this one, imported ones among them, and how many were not looked at.
    pub(super) fn known_incidents(
        &self,
        but: Option<IncidentId>,
    ) -> Result<(Vec<KnownIncident>, usize), Error> {
        let mut all = self.ledger.incidents()?;
        all.retain(|one| Some(one.id) != but && !one.erased);
        all.sort_by_key(|one| (std::cmp::Reverse(began(one)), one.id));
        let left = all.len().saturating_sub(MOST);
        all.truncate(MOST);
        let known: Result<Vec<_>, Error> = all.iter().map(|one| self.known(one)).collect();
        Ok((known?, left))
    }

    fn known(&self, incident: &Incident) -> Result<KnownIncident, Error> {
        let timeline = self.ledger.timeline_of(incident.id)?;
        let said = timeline.iter().filter_map(|item| match &item.what {
            Happening::Noted { text, source, .. } if source != SOURCE => Some(text),
            _ => None,
        });
        let mut messages: Vec<String> =
            said.take(LINES).map(|text| text.chars().take(LONGEST).collect()).collect();
        let context: Vec<String> =
            incident.context().map(|(name, value)| format!("{name} {value}")).collect();
        if !context.is_empty() {
            messages.push(context.join(", "));
        }
        Ok(KnownIncident {
            id: incident.label.to_string(),
            title: incident.title.value.clone(),
            occurred_at: (!incident.is_undated()).then(|| utc(began(incident))),
            services: incident.services.value.clone(),
            messages,
        })
    }
}

/// When it began, as far as somebody says.
fn began(incident: &Incident) -> crate::domain::entry::Timestamp {
    let told = [TimeName::Started, TimeName::Detected].map(|name| incident.time(name).known());
    told.into_iter().flatten().next().unwrap_or(incident.opened_at)
}
