//! A hypothesis in an incident's timeline: only because a person wants it there.

use crate::app::App;
use crate::app::incidents::{NewNote, Noted};
use crate::domain::actor::Actor;
use crate::domain::event::{Event, IncidentNoted};
use crate::domain::id::{Hash, IncidentId};
use crate::error::Error;
use crate::text::redact::redact;
use crate::text::truncate_to_width;
use crate::triage::KeptMessage;
use crate::views::triage::TriageView;

/// How much of what was judged is kept, in bytes; the beginning of a log says most.
const KEPT: usize = 256 << 10;

/// The longest note that a hypothesis makes, in columns.
const LONGEST: usize = 1500;

impl App {
    /// Adds a hypothesis to an incident's timeline, labelled as one. The incident's severity stays
    /// as it is.
    ///
    /// # Errors
    /// The incident is not known or over, or the store cannot be written.
    pub fn note_hypothesis(
        &mut self,
        incident: &str,
        view: &TriageView,
        actor: &Actor,
    ) -> Result<Noted, Error> {
        let known = self.find_incident(incident)?;
        let status = known.status.value;
        if !status.is_open() {
            let label = &known.label;
            return Err(Error::conflict(format!(
                "{label} is {}: a hypothesis is for an incident that goes on",
                status.as_str()
            ))
            .hinted(format!(
                "name an open one, or `runledger incident reopen {label} --reason WHY` first"
            )));
        }
        let source = super::known::SOURCE.to_owned();
        let judged = Some(self.keep_judged(view)?);
        let note = NewNote { text: words(view), source, judged, ..NewNote::default() };
        self.note_incident(incident, &[note], actor)
    }

    /// Keeps what was judged, so that it can be judged again, and become a case.
    fn keep_judged(&mut self, view: &TriageView) -> Result<Hash, Error> {
        let mut kept: Vec<KeptMessage> = Vec::new();
        let mut bytes = 0;
        for message in &view.messages {
            bytes += message.text.len();
            if bytes > KEPT {
                break;
            }
            let text = redact(&message.text).text;
            kept.push(KeptMessage { text, resolved: message.resolved });
        }
        let json = serde_json::to_vec(&kept)
            .map_err(|e| Error::failed(format!("telling what was judged: {e}")))?;
        self.ledger.transact(|tx| Ok(tx.put_blob(&json)?))
    }

    /// The messages that the hypotheses of an incident judged, each once, in order.
    pub(in crate::app) fn judged_in(
        &self,
        incident: IncidentId,
    ) -> Result<Vec<KeptMessage>, Error> {
        let mut all: Vec<KeptMessage> = Vec::new();
        for entry in self.ledger.entries_of(&incident.to_string())? {
            let body = entry.body.as_deref().unwrap_or_default();
            let Ok(Some(Event::IncidentNoted(IncidentNoted { judged: Some(judged), .. }))) =
                Event::decode(&entry.kind, entry.version, body)
            else {
                continue;
            };
            let kept = self.ledger.blob(judged)?.unwrap_or_default();
            let messages: Vec<KeptMessage> = serde_json::from_slice(&kept).unwrap_or_default();
            for message in messages {
                if !all.contains(&message) {
                    all.push(message);
                }
            }
        }
        Ok(all)
    }
}

/// What it says, in a few lines.
fn words(view: &TriageView) -> String {
    let subtype = view.subtype.as_ref().map(|name| format!(" / {name}")).unwrap_or_default();
    let sure = view.confidence.map(|it| format!(", confidence {:.0} %", it * 100.0));
    let rules: Vec<String> =
        view.severity.judged.rules.iter().map(|line| format!("{line:?}")).collect();
    let by = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let mut lines = vec![format!(
        "Hypothesis of triage, checked by nobody: {}{subtype}{}; {}{by}.",
        view.pattern,
        sure.unwrap_or_default(),
        view.severity.words,
    )];
    if !view.root_cause.is_empty() {
        lines.push(view.root_cause.clone());
    }
    if let Some(route) = &view.routing.runbook {
        let step = route.step.as_ref().map(|step| format!("#{step}")).unwrap_or_default();
        lines.push(format!("Runbook: {}{step}", route.slug));
    }
    truncate_to_width(&lines.join("\n"), LONGEST)
}
