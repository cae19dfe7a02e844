//! Rows of last-worked tables: what stands in files told to the ledger, what the ledger recorded
//! written into files.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::exercises::entry;
use super::recording::notes_cell;
use super::{App, Document, RowFate};
use crate::config::WriteBack;
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{Event, ExerciseAmended, ExerciseFound, Row, RowWritten};
use crate::domain::exercise::{Exercise, Source};
use crate::domain::id::{EntryId, RowKey, RunbookId};
use crate::error::Error;
use crate::runbook::last_worked::{cells_without_notes, insert_row, is_notes_column, remove_row};
use crate::runbook::{Runbook, Summary, plain_words};
use crate::workspace::write_back::{Target, Written, edit_file};

/// The entries that follow from comparing a file's rows with what the ledger knows. `before` is
/// the summary of the scan before, so that a corrected row is told from a new one.
pub(super) fn entries_for(
    runbook: &RunbookId,
    now: &Summary,
    before: Option<&Summary>,
    rows: &[Row],
    known: &[Exercise],
    keys: &HashMap<RowKey, EntryId>,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    // Tables can have tens of thousands of rows: every look must be short.
    let by_id: HashMap<EntryId, &Exercise> = known.iter().map(|one| (one.id, one)).collect();
    let there: HashSet<&RowKey> = now.rows.iter().map(|row| &row.key).collect();
    let by_key = |key: &RowKey| by_id.get(keys.get(key)?).copied();
    let mut vanished: Vec<&Exercise> = before
        .map(|before| before.rows.iter().map(|row| &row.key).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter(|key| !there.contains(*key))
        .filter_map(by_key)
        .filter(|exercise| exercise.retracted.is_none())
        .collect();
    for row in rows {
        match by_key(&row.key) {
            Some(exercise) if exercise.pending && exercise.row.as_ref() == Some(&row.key) => {
                entries.push(written_entry(runbook, exercise.id, &row.key)?);
            }
            // An alike row was taken out, so this one counts from another place: it is still
            // the row of the exercise whose key has vanished.
            Some(exercise) if !holds(exercise, &row.key) => {
                if let Some(heir) = take_most_alike(&mut vanished, row) {
                    entries.push(amended_entry(runbook, heir, row)?);
                }
            }
            Some(_) => {}
            None => match take_most_alike(&mut vanished, row) {
                Some(exercise) => entries.push(amended_entry(runbook, exercise, row)?),
                None => entries.push(found_entry(runbook, row)?),
            },
        }
    }
    Ok(entries)
}

/// Whether a row of a file can be this exercise's. One that runledger took back, or gave another
/// row, had its row taken out; a person's own row stays where it is.
fn holds(exercise: &Exercise, key: &RowKey) -> bool {
    exercise.source == Source::File
        || (exercise.retracted.is_none() && exercise.row.as_ref() == Some(key))
}

/// The entry of a row: the same on every machine, because it follows from the row alone.
fn found_entry(runbook: &RunbookId, row: &Row) -> Result<Entry, Error> {
    let id = EntryId::derived(&["exercise.found", runbook.as_str(), row.key.as_str()]);
    let event = Event::ExerciseFound(ExerciseFound { row: row.clone() });
    entry(id, &event, runbook.as_str(), midnight(row), &Actor::scan())
}

fn amended_entry(runbook: &RunbookId, exercise: &Exercise, row: &Row) -> Result<Entry, Error> {
    let version = exercise.version.to_string();
    let id = EntryId::derived(&["exercise.amended", runbook.as_str(), &version, row.key.as_str()]);
    let event = Event::ExerciseAmended(ExerciseAmended {
        exercise: exercise.id,
        replaces: exercise.version,
        reason: "the row was corrected in the file".to_owned(),
        facts: None,
        row: Some(row.clone()),
    });
    entry(id, &event, runbook.as_str(), midnight(row), &Actor::scan())
}

/// Determined by exercise and row alone, so that two machines that see the row write one entry.
fn written_entry(runbook: &RunbookId, exercise: EntryId, key: &RowKey) -> Result<Entry, Error> {
    let id = EntryId::derived(&["row.written", &exercise.to_string(), key.as_str()]);
    let event = Event::RowWritten(RowWritten { exercise, key: key.clone() });
    entry(id, &event, runbook.as_str(), Timestamp(0), &Actor::scan())
}

fn midnight(row: &Row) -> Timestamp {
    Timestamp(row.date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
}

/// Of the exercises whose rows vanished, the one whose row this can be a correction of: at least
/// half of its cells, the date among them, say the same.
fn take_most_alike<'a>(vanished: &mut Vec<&'a Exercise>, row: &Row) -> Option<&'a Exercise> {
    let alike = |exercise: &Exercise| {
        let same_cells = row
            .cells
            .iter()
            .filter(|(name, value)| {
                *value == exercise.resolved_by
                    || exercise.context.iter().any(|(n, v)| n == name && v == value)
            })
            .count();
        same_cells + usize::from(exercise.date == row.date)
    };
    let (at, score) = vanished
        .iter()
        .enumerate()
        .map(|(at, exercise)| (at, alike(exercise)))
        .max_by_key(|(at, score)| (*score, std::cmp::Reverse(*at)))?;
    (score * 2 > row.cells.len()).then(|| vanished.remove(at))
}

/// The rows of a parsed runbook as the ledger keeps them: without their notes.
pub(super) fn rows_of(runbook: &Runbook) -> Vec<Row> {
    let Some(table) = &runbook.last_worked else { return Vec::new() };
    table
        .rows
        .iter()
        .map(|row| Row {
            key: row.key.clone(),
            date: row.date,
            cells: cells_without_notes(&table.columns, &row.cells),
            occurrence: row.occurrence,
        })
        .collect()
}

impl App {
    /// Writes the rows that wait for it, after a scan. Failures stay pending.
    pub(super) fn write_pending_rows(&mut self) -> Result<usize, Error> {
        if !self.writes_files() {
            return Ok(0);
        }
        let mut written = 0;
        for waiting in self.ledger.pending_rows()? {
            let Ok(document) = self.document_of(&waiting.exercise.runbook) else { continue };
            let id = waiting.exercise.id;
            if matches!(self.write_row(&document, id)?, RowFate::Written { .. }) {
                written += 1;
            }
        }
        Ok(written)
    }

    /// Writes the row of one exercise, if it waits for that, and says what became of it.
    pub(super) fn write_row_of(
        &mut self,
        document: &Document,
        id: EntryId,
    ) -> Result<RowFate, Error> {
        let fate = self.write_row(document, id)?;
        self.refresh()?;
        Ok(fate)
    }

    fn write_row(&mut self, document: &Document, id: EntryId) -> Result<RowFate, Error> {
        if !self.writes_files() {
            return Ok(RowFate::Off);
        }
        let (Some(row), Some(exercise)) = (self.ledger.row_of(id)?, self.ledger.exercise(id)?)
        else {
            return Ok(RowFate::NoTable);
        };
        let key = row.key.clone();
        let fate =
            self.edit(document, |runbook, text| row_inserted(runbook, text, &row, &exercise))?;
        if matches!(fate, RowFate::Written { .. }) {
            let entry = written_entry(&document.runbook, id, &key)?;
            self.ledger.transact(|tx| -> Result<(), Error> {
                tx.append(&entry)?;
                Ok(())
            })?;
        }
        Ok(fate)
    }

    /// Takes a row of ours out of the file, if it still stands there as it was written.
    pub(super) fn take_row_out(
        &mut self,
        document: &Document,
        key: &RowKey,
    ) -> Result<RowFate, Error> {
        if !self.writes_files() {
            return Ok(RowFate::Off);
        }
        let fate = self.edit(document, |runbook, text| {
            let table = runbook.last_worked.as_ref()?;
            remove_row(text, table, key)
        })?;
        self.refresh()?;
        Ok(match fate {
            RowFate::Written { path } => RowFate::Removed { path },
            RowFate::NoTable => RowFate::Absent,
            RowFate::Pending { why } => RowFate::Stands { why },
            other => other,
        })
    }

    /// Edits a runbook's file by a pure function of its text; one that has nothing to change
    /// leaves the file alone.
    fn edit(
        &self,
        document: &Document,
        mut change: impl FnMut(&Runbook, &str) -> Option<String>,
    ) -> Result<RowFate, Error> {
        let file = self.file_of(document);
        let shown = self.shown_path(&file);
        let name = super::file_stem(document.slug.as_str()).to_owned();
        let target = Target {
            folder: &self.config.workspace.join(&document.folder),
            path: Path::new(&document.path),
            lock: &self.config.store.join("write-back.lock"),
            max_size: self.config.max_file_size,
        };
        let outcome = edit_file(&target, |text: &str| {
            let (runbook, _) = crate::runbook::parse(text, &name);
            Ok::<_, Error>(change(&runbook, text))
        });
        match outcome {
            Ok(Written::Unchanged) => Ok(RowFate::NoTable),
            Ok(Written::Changed) => {
                if self.write_back == WriteBack::Commit {
                    self.commit(&file, document)?;
                }
                Ok(RowFate::Written { path: shown })
            }
            Err(error) => Ok(RowFate::Pending { why: error.to_string() }),
        }
    }

    fn commit(&self, file: &Path, document: &Document) -> Result<(), Error> {
        let Some(git) = crate::workspace::git::Git::open(&self.config.workspace) else {
            return Ok(());
        };
        let message = format!("runbook: record an exercise of {}", document.slug);
        git.commit_file(file, &message).map_err(|error| {
            Error::failed(format!("the row stands in the file, but git did not commit it: {error}"))
        })
    }

    /// A document's file on disk.
    pub(super) fn file_of(&self, document: &Document) -> PathBuf {
        self.file_at(&document.folder, &document.path)
    }

    /// A file on disk, from its place as the ledger calls it.
    pub(super) fn file_at(&self, folder: &str, path: &str) -> PathBuf {
        self.config.workspace.join(folder).join(path)
    }

    /// A path as people know it: relative to the workspace where it lies inside.
    pub(super) fn shown_path(&self, file: &Path) -> String {
        file.strip_prefix(&self.config.workspace).unwrap_or(file).display().to_string()
    }
}

/// The text with the row inserted; nothing where it stands there already or there is no table.
fn row_inserted(runbook: &Runbook, text: &str, row: &Row, exercise: &Exercise) -> Option<String> {
    let table = runbook.last_worked.as_ref()?;
    if table.rows.iter().any(|standing| standing.key == row.key) {
        return None;
    }
    let has_incident = row.cells.iter().any(|(name, _)| name.eq_ignore_ascii_case("incident"));
    let cells: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let name = plain_words(column);
            let kept = row.cells.iter().find(|(known, _)| *known == name);
            match kept {
                _ if at == 0 => row.date.to_string(),
                Some((_, cell)) => cell.clone(),
                None if is_notes_column(column) => notes_cell(exercise, has_incident),
                None => String::new(),
            }
        })
        .collect();
    Some(insert_row(text, table, row.date, &cells))
}

/// Whether an exercise's row was taken out of the file by hand.
pub(super) const fn row_removed(exercise: &Exercise, stands: bool) -> bool {
    exercise.row.is_some() && !stands && !exercise.pending && exercise.retracted.is_none()
}
