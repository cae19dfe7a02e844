//! Runbooks being followed, and those that were.

use rusqlite::{Connection, Row, params};

use super::Told;
use crate::domain::id::{EntryId, IncidentLabel, RunbookId};
use crate::domain::run::{self, Run};
use crate::ledger::read::{ids_between, json_from};
use crate::ledger::{LedgerError, Reads};

/// Folds entries into the run they tell of, in canonical order.
pub(super) fn fold(told: &[Told<'_>]) -> Option<Run> {
    run::fold(told.iter().map(|told| (told.entry, &told.event)))
}

/// Replaces what is kept of a subject's run.
pub(super) fn replace(
    conn: &Connection,
    subject: &str,
    run: Option<&Run>,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM runs WHERE subject = ?1")?.execute([subject])?;
    let Some(run) = run else { return Ok(()) };
    let told = serde_json::to_string(run)
        .map_err(|error| LedgerError::Invalid(format!("the run {}: {error}", run.id)))?;
    conn.prepare_cached(
        "INSERT INTO runs (id, subject, runbook, open, started_at, run)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        run.id.as_bytes().as_slice(),
        subject,
        run.runbook.as_str(),
        run.is_open(),
        run.started_at.0,
        told,
    ])?;
    Ok(())
}

impl Reads {
    /// One run, by the id of the entry that began it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn run(&self, id: EntryId) -> Result<Option<Run>, LedgerError> {
        self.first("SELECT run FROM runs WHERE id = ?1", [id.as_bytes().as_slice()], run_from)
    }

    /// The runs whose ids begin with these hexadecimal digits, hyphens or not; at most `limit`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn runs_beginning(&self, start: &str, limit: u32) -> Result<Vec<Run>, LedgerError> {
        let Some((low, high)) = ids_between(start) else { return Ok(Vec::new()) };
        let sql = "SELECT run FROM runs WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3";
        self.all(sql, (low.as_bytes().as_slice(), high.as_bytes().as_slice(), limit), run_from)
    }

    /// The runs that go on, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn open_runs(&self) -> Result<Vec<Run>, LedgerError> {
        let sql = "SELECT run FROM runs WHERE open = 1 ORDER BY started_at, id";
        self.all(sql, [], run_from)
    }

    /// A runbook's runs, newest first, whatever became of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn runs_of(&self, runbook: &RunbookId) -> Result<Vec<Run>, LedgerError> {
        let sql = "SELECT run FROM runs WHERE runbook = ?1 ORDER BY started_at DESC, id DESC";
        self.all(sql, [runbook.as_str()], run_from)
    }

    /// The runs of an incident, by its label, oldest first, whatever became of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn runs_in(&self, incident: &IncidentLabel) -> Result<Vec<Run>, LedgerError> {
        let sql = "SELECT run FROM runs WHERE json_extract(run, '$.incident') = ?1
             ORDER BY started_at, id";
        self.all(sql, [incident.as_str()], run_from)
    }

    /// The run that a subject's entries tell of.
    pub(super) fn run_of_subject(&self, subject: &str) -> Result<Option<Run>, LedgerError> {
        self.first("SELECT run FROM runs WHERE subject = ?1", [subject], run_from)
    }
}

fn run_from(row: &Row<'_>) -> Result<Run, LedgerError> {
    json_from(row, 0)
}
