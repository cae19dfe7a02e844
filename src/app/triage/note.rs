//! A hypothesis in an incident's timeline: only because a person wants it there.

use crate::app::App;
use crate::app::incidents::NewNote;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, IncidentNoted};
use crate::domain::id::{EntryId, Hash, IncidentId};
use crate::error::Error;
use crate::text::redact::redact;
use crate::text::truncate_to_width;
use crate::triage::KeptMessage;
use crate::views::triage::TriageView;

/// How much of what was judged is kept, in bytes; the beginning of a log says most.
const KEPT: usize = 256 << 10;

/// The longest note that a hypothesis makes, in columns.
const LONGEST: usize = 1500;

/// Where a hypothesis stands in a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Its entry.
    pub id: EntryId,
    /// Whether it stood there already, of the same messages and in the same words: nothing was
    /// added.
    pub stood: bool,
    /// What to say of what is too much to be kept with it; none where all of it is kept.
    pub not_kept: Option<String>,
}

/// Says how much of what was judged is too much to be kept.
fn not_kept_words(bytes: usize) -> Option<String> {
    (bytes > 0).then(|| {
        format!(
            "Only the first {} KiB of what was judged are kept with it; {} KiB are not: keep the log elsewhere.",
            KEPT >> 10,
            bytes.div_ceil(1024)
        )
    })
}

impl App {
    /// Adds a hypothesis to an incident's timeline, labelled as one. The incident's severity stays
    /// as it is. Whoever was not told that it was added may add it again, and it stands there once.
    ///
    /// # Errors
    /// The incident is not known or over, or the store cannot be written.
    pub fn note_hypothesis(
        &mut self,
        incident: &str,
        view: &TriageView,
        actor: &Actor,
    ) -> Result<Hypothesis, Error> {
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
        let (judged, not_kept) = self.keep_judged(view)?;
        let not_kept = not_kept_words(not_kept);
        let mut text = redact(&words(view)).text;
        if let Some(words) = &not_kept {
            text = format!("{}\n{words}", text.trim_end());
        }
        let stands = |(_, told): &(EntryId, IncidentNoted)| {
            told.source == source && told.judged == Some(judged) && told.text == text.trim()
        };
        let before = self.notes_judging(known.id)?.into_iter().find(stands);
        if let Some((id, _)) = before {
            return Ok(Hypothesis { id, stood: true, not_kept });
        }
        let note = NewNote { text, source, judged: Some(judged), ..NewNote::default() };
        let noted = self.note_incident(incident, &[note], actor)?;
        let id = noted.ids.first().copied();
        let id = id.ok_or_else(|| Error::failed("adding a hypothesis: it was not written"))?;
        Ok(Hypothesis { id, stood: false, not_kept })
    }

    /// The notes of an incident that judge messages, in order, with their entries.
    fn notes_judging(&self, incident: IncidentId) -> Result<Vec<(EntryId, IncidentNoted)>, Error> {
        let mut notes = Vec::new();
        for entry in self.ledger.entries_of(&incident.to_string())? {
            let body = entry.body.as_deref().unwrap_or_default();
            if let Ok(Some(Event::IncidentNoted(note))) =
                Event::decode(&entry.kind, entry.version, body)
                && note.judged.is_some()
            {
                notes.push((entry.id, note));
            }
        }
        Ok(notes)
    }

    /// Keeps what was judged, so that it can be judged again, and become a case; tells how many
    /// bytes of it were too much.
    fn keep_judged(&mut self, view: &TriageView) -> Result<(Hash, usize), Error> {
        let mut kept: Vec<KeptMessage> = Vec::new();
        let (mut room, mut not_kept) = (KEPT, 0);
        for message in &view.messages {
            if room == 0 {
                not_kept += message.text.len();
                continue;
            }
            let mut text = redact(&message.text).text;
            let end = text.floor_char_boundary(room);
            not_kept += text.len() - end;
            // What follows the first that is cut would stand there without what it follows.
            room = if end < text.len() { 0 } else { room - end };
            text.truncate(end);
            if !text.is_empty() || message.text.is_empty() {
                kept.push(KeptMessage { text, resolved: message.resolved });
            }
        }
        let json = serde_json::to_vec(&kept)
            .map_err(|e| Error::failed(format!("telling what was judged: {e}")))?;
        self.ledger.transact(|tx| Ok((tx.put_blob(&json)?, not_kept)))
    }

    /// The messages that the hypotheses of an incident judged, each once, in order.
    pub(in crate::app) fn judged_in(
        &self,
        incident: IncidentId,
    ) -> Result<Vec<KeptMessage>, Error> {
        let mut all: Vec<KeptMessage> = Vec::new();
        for judged in self.notes_judging(incident)?.into_iter().filter_map(|(_, note)| note.judged)
        {
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
