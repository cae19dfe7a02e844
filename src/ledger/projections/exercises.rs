//! The exercises of every runbook, as the entries tell them.

use std::collections::HashMap;

use rusqlite::{Connection, Row as SqlRow, params};

use super::{Folded, Projected};
use crate::domain::entry::Timestamp;
use crate::domain::event::Row;
use crate::domain::exercise::{Exercise, Source};
use crate::domain::fingerprint::StepPrint;
use crate::domain::id::{EntryId, Hash, IncidentLabel, RowKey, RunbookId};
use crate::ledger::read::{actor_from, id_from, json_from, word_from};
use crate::ledger::{LedgerError, Reads, Tx};

/// An exercise whose row is still to be written into the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The exercise.
    pub exercise: Exercise,
    /// Its row.
    pub row: Row,
}

/// Replaces a runbook's exercises.
pub(super) fn replace(
    conn: &Connection,
    runbook: &str,
    folded: &Folded,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM exercises WHERE runbook = ?1")?.execute([runbook])?;
    conn.prepare_cached("DELETE FROM exercise_keys WHERE runbook = ?1")?.execute([runbook])?;
    let mut insert = conn.prepare_cached(include_str!("../sql/insert_exercise.sql"))?;
    for Projected { exercise, row } in &folded.exercises {
        insert.execute(params![
            exercise.id.as_bytes().as_slice(),
            exercise.version.as_bytes().as_slice(),
            exercise.runbook.as_str(),
            exercise.kind.as_str(),
            exercise.date.to_string(),
            exercise.outcome.as_str(),
            json(&exercise.steps)?,
            json(&exercise.context)?,
            exercise.resolved_by,
            exercise.notes,
            exercise.minutes,
            exercise.incident,
            exercise.actor.to_string(),
            exercise.recorded_at.0,
            match exercise.source {
                Source::File => "file",
                Source::Ledger => "ledger",
            },
            row.as_ref().map(json).transpose()?,
            exercise.text.as_ref().map(|hash| hash.as_bytes().as_slice()),
            exercise.pending,
            exercise.retracted,
            exercise.conflict,
        ])?;
    }
    let mut insert = conn
        .prepare_cached("INSERT INTO exercise_keys (runbook, key, exercise) VALUES (?1, ?2, ?3)")?;
    for (key, exercise) in &folded.keys {
        insert.execute(params![runbook, key.as_str(), exercise.as_bytes().as_slice()])?;
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Invalid(error.to_string()))
}

const SELECT: &str = "SELECT x.id, x.version, x.runbook, x.kind, x.date, x.outcome, x.steps,
     x.context, x.resolved_by, x.notes, x.minutes, x.incident, x.actor, x.recorded_at, x.source,
     x.row, x.text_hash, x.pending, x.retracted, x.conflict, p.prints
     FROM exercises x LEFT JOIN prints p ON p.exercise = x.id";

const IN_ORDER: &str = "ORDER BY x.date, x.recorded_at, x.id";

impl Tx<'_> {
    /// Keeps what the steps said when an exercise was held, and which text that was taken from:
    /// a hash, or a word for "no such text". None where the text is not known.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn set_prints(
        &mut self,
        exercise: EntryId,
        source: &str,
        prints: Option<&[StepPrint]>,
    ) -> Result<(), LedgerError> {
        let prints = prints.map(|prints| json(&prints)).transpose()?;
        self.conn()?
            .prepare_cached(
                "INSERT OR REPLACE INTO prints (exercise, source, prints) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![exercise.as_bytes().as_slice(), source, prints])?;
        Ok(())
    }
}

impl Reads {
    /// A runbook's exercises, oldest first, those taken back included (see
    /// [`Exercise::retracted`]). For rows of files, what only the file tells is left open:
    /// notes, order, whether the row was removed.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn exercises_of(&self, runbook: &RunbookId) -> Result<Vec<Exercise>, LedgerError> {
        let sql = format!("{SELECT} WHERE x.runbook = ?1 {IN_ORDER}");
        self.all(&sql, [runbook.as_str()], |row| Ok(projected_from(row)?.exercise))
    }

    /// Every runbook's exercises, each list as in [`Self::exercises_of`].
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn all_exercises(&self) -> Result<HashMap<RunbookId, Vec<Exercise>>, LedgerError> {
        let mut by_runbook: HashMap<RunbookId, Vec<Exercise>> = HashMap::new();
        let all = self.all(&format!("{SELECT} {IN_ORDER}"), [], projected_from)?;
        for Projected { exercise, .. } in all {
            by_runbook.entry(exercise.runbook.clone()).or_default().push(exercise);
        }
        Ok(by_runbook)
    }

    /// One exercise, by the id of the entry that first recorded it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn exercise(&self, id: EntryId) -> Result<Option<Exercise>, LedgerError> {
        let key = [id.as_bytes().as_slice()];
        self.first(&format!("{SELECT} WHERE x.id = ?1"), key, |row| {
            Ok(projected_from(row)?.exercise)
        })
    }

    /// The whole row that stands, or shall stand, for an exercise.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn row_of(&self, exercise: EntryId) -> Result<Option<Row>, LedgerError> {
        let key = [exercise.as_bytes().as_slice()];
        let row = self.first(&format!("{SELECT} WHERE x.id = ?1"), key, projected_from)?;
        Ok(row.and_then(|projected| projected.row))
    }

    /// Every row key that an exercise of this runbook has, or has ever had: a row of the file
    /// with such a key is no new exercise.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn row_keys(&self, runbook: &RunbookId) -> Result<HashMap<RowKey, EntryId>, LedgerError> {
        let sql = "SELECT key, exercise FROM exercise_keys WHERE runbook = ?1";
        let keys = self.all(sql, [runbook.as_str()], |row| {
            Ok((RowKey::new(row.get::<_, String>(0)?), id_from(row, 1)?))
        })?;
        Ok(keys.into_iter().collect())
    }

    /// The exercises whose rows are still to be written into their files, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn pending_rows(&self) -> Result<Vec<Pending>, LedgerError> {
        let all = self.all(
            &format!("{SELECT} WHERE x.pending = 1 ORDER BY x.recorded_at, x.id"),
            [],
            projected_from,
        )?;
        let pending = all.into_iter().filter_map(|it| {
            let Projected { exercise, row } = it;
            row.map(|row| Pending { exercise, row })
        });
        Ok(pending.collect())
    }

    /// The exercises of an incident, by its label, oldest first; those taken back are left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn exercises_in(&self, incident: &IncidentLabel) -> Result<Vec<Exercise>, LedgerError> {
        let sql = format!("{SELECT} WHERE x.incident = ?1 AND x.retracted IS NULL {IN_ORDER}");
        self.all(&sql, [incident.as_str()], |row| Ok(projected_from(row)?.exercise))
    }

    /// For each exercise whose text of then was looked for: where its prints come from. Those
    /// of rows in files change when git tells more.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn print_sources(&self) -> Result<HashMap<EntryId, String>, LedgerError> {
        let sql = "SELECT exercise, source FROM prints";
        let all = self.all(sql, [], |row| Ok((id_from(row, 0)?, row.get(1)?)))?;
        Ok(all.into_iter().collect())
    }

    /// A runbook's rows as they are stored, to be compared with a replay.
    pub(in crate::ledger) fn projected(&self, subject: &str) -> Result<Folded, LedgerError> {
        let runbook = RunbookId::from(subject);
        let sql = format!("{SELECT} WHERE x.runbook = ?1 ORDER BY x.recorded_at, x.id");
        let mut exercises = self.all(&sql, [subject], projected_from)?;
        for projected in &mut exercises {
            projected.exercise.prints = None;
        }
        Ok(Folded {
            exercises,
            keys: self.row_keys(&runbook)?.into_iter().collect(),
            notes: self.notes_of(&runbook)?,
            moves: self.moves_of(&runbook)?,
            incident: self.projected_incident(subject)?,
            run: self.run_of_subject(subject)?,
            report: self.report_of_subject(subject)?,
            schedule: self.schedule_of_subject(subject)?,
            postmortem: self.projected_postmortem(subject)?,
            actions: self.projected_actions(subject)?,
            usage: self.projected_usage(subject)?,
        })
    }
}

fn projected_from(row: &SqlRow<'_>) -> Result<Projected, LedgerError> {
    let stored_row: Option<Row> = match row.get_ref(15)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(json_from(row, 15)?),
    };
    let prints = match row.get_ref(20)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(json_from(row, 20)?),
    };
    let exercise = Exercise {
        id: id_from(row, 0)?,
        version: id_from(row, 1)?,
        runbook: RunbookId::new(row.get::<_, String>(2)?),
        kind: word_from(row, 3)?,
        date: word_from(row, 4)?,
        outcome: word_from(row, 5)?,
        steps: json_from(row, 6)?,
        context: json_from(row, 7)?,
        resolved_by: row.get(8)?,
        notes: row.get(9)?,
        minutes: row.get(10)?,
        incident: row.get(11)?,
        actor: actor_from(row, 12)?,
        recorded_at: Timestamp(row.get(13)?),
        source: word_from(row, 14)?,
        row: stored_row.as_ref().map(|row| row.key.clone()),
        text: row.get::<_, Option<[u8; 32]>>(16)?.map(Hash::from_bytes),
        pending: row.get(17)?,
        row_removed: false,
        retracted: row.get(18)?,
        conflict: row.get(19)?,
        order: 0,
        prints,
    };
    Ok(Projected { exercise, row: stored_row })
}
