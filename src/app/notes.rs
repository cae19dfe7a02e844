//! Notes: what somebody on call says about a step, shown beside it until it is dealt with.

use super::exercises::entry;
use super::recording::{find_step, unknown_step};
use super::{App, Document};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, NoteAdded, NoteResolved};
use crate::domain::id::EntryId;
use crate::error::Error;
use crate::ledger::Note;
use crate::text::redact::redact;
use crate::views::NoteView;

/// How many ids that begin alike are looked at.
const MANY: usize = 64;

/// The longest note; what is longer belongs into the runbook.
const MAX_NOTE: usize = 16 * 1024;

impl App {
    /// Leaves a note on a runbook, or on a step (`slug#step`).
    ///
    /// # Errors
    /// The runbook or step is not known, or the note is empty or too long.
    pub fn add_note(&mut self, target: &str, text: &str, actor: &Actor) -> Result<NoteView, Error> {
        self.refresh()?;
        let (document, step) = self.target(target)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::refused("a note needs words"));
        }
        if text.len() > MAX_NOTE {
            return Err(Error::refused(format!("a note is at most {MAX_NOTE} bytes long"))
                .hinted("write it into the runbook itself"));
        }
        let (step, step_title) = match step {
            None => (None, String::new()),
            Some(name) => {
                let source = self.text_of(&document)?;
                let (runbook, _) = self.parse(&document, &source);
                match find_step(&name, &runbook) {
                    Some(step) => (Some(step.id.clone()), step.title.clone()),
                    None => return Err(unknown_step(&name, &runbook)),
                }
            }
        };
        let event = Event::NoteAdded(NoteAdded { step, step_title, text: redact(text).text });
        let id = self.append_event(&event, document.runbook.as_str(), actor)?;
        self.note_view(id)
    }

    /// Marks a note as dealt with.
    ///
    /// # Errors
    /// The note is not known or already dealt with.
    pub fn resolve_note(&mut self, id: &str, how: &str, actor: &Actor) -> Result<NoteView, Error> {
        let note = self.find_note(id)?;
        if note.resolved.is_some() {
            return Err(Error::refused(format!("note {} is resolved already", note.id)));
        }
        let event =
            Event::NoteResolved(NoteResolved { note: note.id, reason: redact(how.trim()).text });
        self.append_event(&event, note.runbook.as_str(), actor)?;
        self.note_view(note.id)
    }

    /// All open notes, newest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn open_notes(&mut self) -> Result<Vec<(Document, NoteView)>, Error> {
        self.refresh()?;
        let mut notes = Vec::new();
        for note in self.ledger.open_notes()? {
            if let Ok(document) = self.document_of(&note.runbook) {
                notes.push((document, self.view_of_note(&note)));
            }
        }
        notes.reverse();
        Ok(notes)
    }

    /// The notes of a runbook: open ones first, then newest first.
    pub(super) fn notes_of(&self, document: &Document) -> Result<Vec<NoteView>, Error> {
        let mut notes = self.ledger.notes_of(&document.runbook)?;
        notes.sort_by_key(|note| (note.resolved.is_some(), std::cmp::Reverse(note.recorded_at)));
        Ok(notes.iter().map(|note| self.view_of_note(note)).collect())
    }

    fn find_note(&self, id: &str) -> Result<Note, Error> {
        let mut found = Vec::new();
        for id in self.ledger.ids_beginning(id.trim(), MANY)? {
            found.extend(self.ledger.note(id)?);
        }
        match (found.pop(), found.len()) {
            (Some(note), 0) => Ok(note),
            (Some(_), more) => Err(Error::refused(format!("{} notes begin with {id}", more + 1))
                .hinted("give more of the id")),
            (None, _) => Err(Error::not_found(format!("no note {id}"))
                .hinted("`runledger note list` shows the open ones")),
        }
    }

    fn note_view(&self, id: EntryId) -> Result<NoteView, Error> {
        self.find_note(&id.to_string()).map(|note| self.view_of_note(&note))
    }

    fn view_of_note(&self, note: &Note) -> NoteView {
        NoteView {
            id: note.id,
            step: note.step.clone(),
            text: note.text.clone(),
            actor: note.actor.to_string(),
            date: self.date_of(note.recorded_at),
            resolved: note.resolved.as_ref().map(|how| match how.reason.as_str() {
                "" => "resolved".to_owned(),
                reason => reason.to_owned(),
            }),
        }
    }

    /// Appends one event about a runbook, now.
    pub(super) fn append_event(
        &mut self,
        event: &Event,
        subject: &str,
        actor: &Actor,
    ) -> Result<EntryId, Error> {
        let id = self.new_id();
        let entry = entry(id, event, subject, Timestamp(self.clock.now_ms()), actor)?;
        self.ledger.transact(|tx| -> Result<(), Error> {
            tx.append(&entry)?;
            Ok(())
        })?;
        Ok(id)
    }
}
