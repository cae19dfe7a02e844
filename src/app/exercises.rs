//! Exercises: recording that something worked, correcting it, taking it back.

use chrono::{Datelike as _, NaiveDate, Offset as _, TimeZone as _};

use super::recording::{
    EPOCH, MAX_LABEL, MAX_NOTE, cells_of, checked_context, checked_outcome, checked_steps,
    refuse_duplicate, short_enough,
};
use super::{App, Document};
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{
    Event, ExerciseAmended, ExerciseRecorded, ExerciseRetracted, Facts, Row,
};
use crate::domain::exercise::{Context, Exercise, ExerciseKind, Outcome, StepResult};
use crate::domain::id::{EntryId, RowKey};
use crate::error::Error;
use crate::runbook::last_worked::{cells_without_notes, row_key};
use crate::runbook::{DocKind, LastWorked, Runbook};
use crate::text::redact::redact;
use crate::views::ExerciseView;

/// What somebody says about a use of a runbook.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The runbook.
    pub slug: String,
    /// The steps used, and how each went.
    pub steps: Vec<(String, StepResult)>,
    /// How it went as a whole, where the steps do not tell.
    pub outcome: Option<Outcome>,
    /// The day; today if none.
    pub on: Option<NaiveDate>,
    /// Why it was used.
    pub kind: ExerciseKind,
    /// For what: name and value.
    pub context: Context,
    /// How long it took.
    pub minutes: Option<u32>,
    /// The incident's label.
    pub incident: Option<String>,
    /// Anything else.
    pub note: String,
    /// Record it even if the same is recorded already.
    pub again: bool,
}

/// What was done with a recording.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Recorded {
    /// The exercise, as it stands now.
    pub exercise: ExerciseView,
    /// What became of its row.
    pub row: RowFate,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", tag = "fate")]
pub enum RowFate {
    /// It stands in the file.
    Written {
        /// The file, relative to the workspace where it lies inside.
        path: String,
    },
    /// It was taken out of the file.
    Removed {
        /// The file.
        path: String,
    },
    /// Files are not written, by configuration.
    Off,
    /// The runbook has no last-worked table to write to.
    NoTable,
    /// It does not stand in the file, so there was nothing to take out.
    Absent,
    /// It could not be taken out: it stands in the file still.
    Stands {
        /// Why.
        why: String,
    },
    /// It is somebody's own row: it was left as it is.
    NotOurs,
    /// It could not be written now; it is tried again at the next scan.
    Pending {
        /// Why.
        why: String,
    },
}

impl App {
    /// Records a use of a runbook: the entry first, then the row in the file.
    ///
    /// # Errors
    /// The runbook, a step or a column is not known, the date lies in the future, the same is
    /// recorded already, or the entry cannot be stored. Nothing is recorded then.
    pub fn record(&mut self, recording: &Recording, actor: &Actor) -> Result<Recorded, Error> {
        self.refresh()?;
        let document = self.document(&recording.slug)?;
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        let facts = self.facts(recording, &document, &runbook)?;
        let known = self.exercises(&document)?;
        if !recording.again {
            refuse_duplicate(&facts, &known)?;
        }
        let row = self.row_for(&facts, runbook.last_worked.as_ref(), &known, None);
        let id = self.new_id();
        let now = Timestamp(self.clock.now_ms());
        let subject = document.runbook.clone();
        self.ledger.transact(|tx| -> Result<(), Error> {
            let blob = tx.put_blob(text.as_bytes())?;
            let event = Event::ExerciseRecorded(ExerciseRecorded { facts, text: Some(blob), row });
            tx.append(&entry(id, &event, subject.as_str(), now, actor)?)?;
            tx.set_prints(id, &blob.to_string(), Some(&crate::runbook::prints(&runbook)))?;
            Ok(())
        })?;
        let row = self.write_row_of(&document, id)?;
        Ok(Recorded { exercise: self.exercise_view(id)?, row })
    }

    /// Tells an exercise differently: the facts replace the earlier ones as a whole.
    ///
    /// # Errors
    /// As [`App::record`]; also when the exercise was taken back or stands in the file as
    /// somebody's own row, which is corrected there.
    pub fn amend(
        &mut self,
        id: &str,
        recording: &Recording,
        reason: &str,
        actor: &Actor,
    ) -> Result<Recorded, Error> {
        self.refresh()?;
        let exercise = self.find_exercise(id)?;
        need_reason(reason)?;
        if exercise.retracted.is_some() {
            return Err(Error::refused(format!("exercise {} was taken back", exercise.id)));
        }
        if exercise.source == crate::domain::exercise::Source::File {
            return Err(Error::refused("this exercise is a row of the file".to_owned())
                .hinted("correct the row in the file; the next scan amends the exercise"));
        }
        let document = self.document_of(&exercise.runbook)?;
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        let facts = self.facts(recording, &document, &runbook)?;
        let others: Vec<_> =
            self.exercises(&document)?.into_iter().filter(|e| e.id != exercise.id).collect();
        let row = match &exercise.row {
            Some(own) => self.row_for(&facts, runbook.last_worked.as_ref(), &others, Some(own)),
            None => None,
        };
        let event = Event::ExerciseAmended(ExerciseAmended {
            exercise: exercise.id,
            replaces: exercise.version,
            reason: redact(reason).text,
            facts: Some(facts),
            row,
        });
        let old_row = exercise.row.clone();
        self.append_event(&event, document.runbook.as_str(), actor)?;
        if let Some(key) = old_row {
            self.take_row_out(&document, &key)?;
        }
        let row = self.write_row_of(&document, exercise.id)?;
        Ok(Recorded { exercise: self.exercise_view(exercise.id)?, row })
    }

    /// Takes an exercise back: it stays in the ledger and counts for nothing; a row that
    /// runledger wrote is taken out of the file again.
    ///
    /// # Errors
    /// The exercise is not known or already taken back, or no reason is given.
    pub fn retract(&mut self, id: &str, reason: &str, actor: &Actor) -> Result<Recorded, Error> {
        self.refresh()?;
        let exercise = self.find_exercise(id)?;
        need_reason(reason)?;
        if exercise.retracted.is_some() {
            return Err(Error::refused(format!("exercise {} was taken back", exercise.id)));
        }
        let event = Event::ExerciseRetracted(ExerciseRetracted {
            exercise: exercise.id,
            reason: redact(reason).text,
        });
        self.append_event(&event, exercise.runbook.as_str(), actor)?;
        let row = match (exercise.source, &exercise.row) {
            (crate::domain::exercise::Source::File, _) => RowFate::NotOurs,
            (_, None) => RowFate::Off,
            (_, Some(key)) => {
                let document = self.document_of(&exercise.runbook)?;
                self.take_row_out(&document, key)?
            }
        };
        Ok(Recorded { exercise: self.exercise_view(exercise.id)?, row })
    }

    /// The exercises of one runbook, or of all, newest first.
    ///
    /// # Errors
    /// The runbook is not known.
    pub fn exercise_list(&mut self, slug: Option<&str>) -> Result<Vec<ExerciseView>, Error> {
        self.refresh()?;
        let documents = match slug {
            Some(slug) => vec![self.document(slug)?],
            None => self.documents()?,
        };
        let mut views = Vec::new();
        for document in &documents {
            let exercises = self.exercises(document)?;
            views.extend(exercises.iter().map(|e| super::runbooks::exercise_view(e, document)));
        }
        views.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.slug.cmp(&b.slug)));
        Ok(views)
    }

    /// One exercise, by its id or the beginning of it.
    ///
    /// # Errors
    /// None or several begin so.
    pub fn exercise_show(&mut self, id: &str) -> Result<ExerciseView, Error> {
        self.refresh()?;
        let exercise = self.find_exercise(id)?;
        self.exercise_view(exercise.id)
    }

    /// The facts that a recording states, checked against the runbook.
    pub(super) fn facts(
        &self,
        recording: &Recording,
        document: &Document,
        runbook: &Runbook,
    ) -> Result<Facts, Error> {
        if runbook.kind == DocKind::Page {
            return Err(Error::refused(format!("{} is a page, not a runbook", document.slug))
                .hinted("a runbook has an action section, an alert or a last-worked table"));
        }
        let steps = checked_steps(&recording.steps, runbook)?;
        let outcome = checked_outcome(recording.outcome, &steps)?;
        let today = self.real_today();
        let happened_on = recording.on.unwrap_or(today);
        if happened_on > today {
            return Err(Error::refused(format!("{happened_on} lies in the future"))
                .hinted(format!("today is {today} in {}", self.config.timezone)));
        }
        if happened_on.year() < EPOCH {
            return Err(Error::refused(format!("{happened_on} is no day of an exercise")));
        }
        short_enough("the note", &recording.note, MAX_NOTE)?;
        short_enough("the incident", recording.incident.as_deref().unwrap_or_default(), MAX_LABEL)?;
        let now = self.clock.now();
        let offset = self.config.timezone.offset_from_utc_datetime(&now.naive_utc()).fix();
        Ok(Facts {
            happened_on,
            offset: offset.to_string(),
            kind: recording.kind,
            outcome,
            steps,
            context: checked_context(&recording.context, runbook.last_worked.as_ref())?,
            note: redact(recording.note.trim()).text,
            minutes: recording.minutes,
            incident: match recording.incident.as_deref().filter(|label| !label.trim().is_empty()) {
                Some(label) => Some(self.checked_incident_label(label)?),
                None => None,
            },
        })
    }

    /// The row that shall stand in the file for these facts; none where files are not written
    /// or the runbook has no table. Its key must be the one that reading it back will give, so
    /// alike rows count where they stand or shall stand; `own` is about to be taken out.
    pub(super) fn row_for(
        &self,
        facts: &Facts,
        table: Option<&LastWorked>,
        known: &[Exercise],
        own: Option<&RowKey>,
    ) -> Option<Row> {
        if !self.writes_files() {
            return None;
        }
        let table = table?;
        let columns = &table.columns;
        let taken = |key: &RowKey| {
            let stands = Some(key) != own && table.rows.iter().any(|row| row.key == *key);
            let waits = |exercise: &Exercise| {
                exercise.row.as_ref() == Some(key) && exercise.retracted.is_none()
            };
            stands || known.iter().any(waits)
        };
        let cells = cells_without_notes(columns, &cells_of(facts, columns));
        let mut occurrence = 0;
        loop {
            let key = row_key(facts.happened_on, &cells, occurrence);
            if !taken(&key) {
                return Some(Row { key, date: facts.happened_on, cells, occurrence });
            }
            occurrence += 1;
        }
    }
}

/// An entry around an event.
pub(super) fn entry(
    id: EntryId,
    event: &Event,
    subject: &str,
    at: Timestamp,
    actor: &Actor,
) -> Result<Entry, Error> {
    let body =
        event.to_json().map_err(|e| Error::failed(format!("storing {}: {e}", event.kind())))?;
    Ok(Entry::new(id, event.kind(), event.version(), subject, at, actor.clone(), body))
}

fn need_reason(reason: &str) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::refused("a reason is needed".to_owned()).hinted("add --reason \"why\""));
    }
    Ok(())
}
