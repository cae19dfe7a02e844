//! What the search index reads: the ledger's documents, exercises, notes and incidents, as
//! sections.

use std::collections::BTreeSet;

use crate::domain::exercise::Exercise;
use crate::domain::id::{IncidentId, Slug};
use crate::error::Error;
use crate::ledger::{Ledger, LedgerError, Note};
use crate::search::{Change, DocClass, Part, SectionDoc, Source, SourceError, Watermark};

use super::{Document, file_stem, incident_index};

/// Where the ledger's derived settings keep which generation of the index is in use.
pub(super) const POINTER: &str = "index.pointer";

/// The ledger, seen by the index.
pub(super) struct LedgerSource<'a> {
    pub(super) ledger: &'a mut Ledger,
}

impl LedgerSource<'_> {
    fn incident_changes(&self, id: IncidentId, sink: &mut dyn FnMut(Change)) -> Result<(), Error> {
        let docs = incident_index::docs_of(&*self.ledger, id)?;
        sink(Change::Replace { slug: incident_index::key_of(id), part: Part::Incident, docs });
        Ok(())
    }

    fn changes_of(
        &self,
        document: &Document,
        with_text: bool,
        sink: &mut dyn FnMut(Change),
    ) -> Result<(), Error> {
        let slug = document.slug.clone();
        if with_text {
            let text = self.ledger.text_of(&slug)?.unwrap_or_default();
            let (runbook, _) = crate::runbook::parse(&text, file_stem(slug.as_str()));
            let docs = crate::search::docs::docs_of(&runbook, &slug, &document.path);
            sink(Change::Replace { slug: slug.clone(), part: Part::Text, docs });
        }
        let mut exercises = self.ledger.exercises_of(&document.runbook)?;
        super::freshness::join_rows(&mut exercises, &document.summary);
        let told = exercises.iter().filter(|e| e.retracted.is_none());
        let docs = told.filter_map(|e| exercise_doc(document, e)).collect();
        sink(Change::Replace { slug: slug.clone(), part: Part::Exercises, docs });
        let notes = self.ledger.notes_of(&document.runbook)?;
        let open = notes.iter().filter(|note| note.resolved.is_none());
        let docs = open.map(|note| note_doc(document, note)).collect();
        sink(Change::Replace { slug, part: Part::Notes, docs });
        Ok(())
    }
}

impl Source for LedgerSource<'_> {
    fn watermark(&mut self) -> Result<Watermark, SourceError> {
        let seq = self.ledger.head().map_err(wrap)?.map_or(0, |(seq, _)| seq);
        let files_rev = self.ledger.files_rev().map_err(wrap)?;
        Ok(Watermark { seq, files_rev, lineage: lineage(self.ledger).map_err(wrap)? })
    }

    fn pointer(&mut self) -> Result<Option<String>, SourceError> {
        self.ledger.meta(POINTER).map_err(wrap)
    }

    fn set_pointer(&mut self, pointer: &str) -> Result<(), SourceError> {
        let kept: Result<(), Error> = self.ledger.transact(|tx| {
            tx.set_meta(POINTER, pointer)?;
            Ok(())
        });
        kept.map_err(wrap)
    }

    fn changed_since(
        &mut self,
        since: &Watermark,
        sink: &mut dyn FnMut(Change),
    ) -> Result<(), SourceError> {
        let (documents, gone) = self.ledger.changed_since(since.files_rev).map_err(wrap)?;
        for slug in gone {
            sink(Change::Remove { slug });
        }
        let mut done: BTreeSet<Slug> = BTreeSet::new();
        for document in documents {
            let document = Document::read(document).map_err(wrap)?;
            self.changes_of(&document, true, sink).map_err(wrap)?;
            done.insert(document.slug);
        }
        for subject in subjects_since(self.ledger, since.seq).map_err(wrap)? {
            if let Some(id) = IncidentId::of_subject(&subject) {
                self.incident_changes(id, sink).map_err(wrap)?;
                continue;
            }
            let Some(document) = self.ledger.document_of(&subject.into()).map_err(wrap)? else {
                continue;
            };
            if !done.contains(&document.slug) {
                let document = Document::read(document).map_err(wrap)?;
                self.changes_of(&document, false, sink).map_err(wrap)?;
            }
        }
        Ok(())
    }

    fn all(&mut self, sink: &mut dyn FnMut(Change)) -> Result<(), SourceError> {
        for document in self.ledger.live_documents().map_err(wrap)? {
            let document = Document::read(document).map_err(wrap)?;
            self.changes_of(&document, true, sink).map_err(wrap)?;
        }
        for incident in self.ledger.incidents().map_err(wrap)? {
            self.incident_changes(incident.id, sink).map_err(wrap)?;
        }
        Ok(())
    }
}

/// Which ledger this is: its first entry. An index of another one is of no use.
fn lineage(ledger: &Ledger) -> Result<String, LedgerError> {
    let first = ledger.entries(0, 1)?.pop();
    Ok(first.map(|(_, entry)| entry.id.to_string()).unwrap_or_default())
}

/// The subjects of all entries after a place in the chain.
fn subjects_since(ledger: &Ledger, seq: i64) -> Result<BTreeSet<String>, LedgerError> {
    let mut subjects = BTreeSet::new();
    let mut after = seq;
    loop {
        let entries = ledger.entries(after, 500)?;
        let Some((last, _)) = entries.last() else { return Ok(subjects) };
        after = *last;
        subjects.extend(entries.into_iter().map(|(_, entry)| entry.subject));
    }
}

fn wrap(error: impl std::error::Error + Send + Sync + 'static) -> SourceError {
    Box::new(error)
}

/// An exercise as a section: only one with words of its own is worth finding.
fn exercise_doc(document: &Document, exercise: &Exercise) -> Option<SectionDoc> {
    let context = exercise.context.iter().map(|(name, value)| format!("{name} {value}"));
    let mut words: Vec<String> = context.collect();
    words.push(exercise.resolved_by.clone());
    words.push(exercise.notes.clone());
    words.extend(exercise.incident.clone());
    words.retain(|part| !part.trim().is_empty());
    if exercise.notes.trim().is_empty() && exercise.context.is_empty() {
        return None;
    }
    Some(SectionDoc {
        slug: document.slug.clone(),
        path: document.path.clone(),
        class: DocClass::Exercise,
        title: document.summary.title.clone(),
        heading: format!("{} on {}", exercise.outcome, exercise.date),
        body: words.join(". "),
        ..SectionDoc::default()
    })
}

fn note_doc(document: &Document, note: &Note) -> SectionDoc {
    SectionDoc {
        slug: document.slug.clone(),
        path: document.path.clone(),
        anchor: anchor_of_step(document, note),
        class: DocClass::Note,
        title: document.summary.title.clone(),
        heading: match &note.step {
            Some(step) => format!("note on step {step}"),
            None => "note".to_owned(),
        },
        body: note.text.clone(),
        ..SectionDoc::default()
    }
}

fn anchor_of_step(document: &Document, note: &Note) -> String {
    let steps = &document.summary.steps;
    let step = steps.iter().find(|step| Some(&step.facts.print.id) == note.step.as_ref());
    step.map(|step| step.anchor.clone()).unwrap_or_default()
}
