//! Reports that were made and kept, and since when each schedule counts.

use chrono::NaiveDate;
use rusqlite::{Connection, Row, params};

use super::Told;
use crate::domain::entry::Timestamp;
use crate::domain::event::Event;
use crate::domain::id::{EntryId, Hash, ReportLabel};
use crate::domain::report::{self, KeptReport, Kind};
use crate::ledger::read::json_from;
use crate::ledger::{LedgerError, Reads};

/// A schedule that a report is made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The report's name.
    pub name: String,
    /// Pattern and zone, as the settings said when it was seen.
    pub schedule: String,
    /// Since when.
    pub since: Timestamp,
}

/// Folds entries, in canonical order, into the report they tell of.
pub(super) fn fold(told: &[Told<'_>]) -> Option<KeptReport> {
    report::fold(told.iter().map(|told| (told.entry, &told.event)))
}

/// Folds entries, in canonical order, into the schedule they tell of: it counts from when it was
/// first seen.
pub(super) fn fold_schedule(told: &[Told<'_>]) -> Option<Scheduled> {
    told.iter().find_map(|told| match &told.event {
        Event::ReportScheduled(body) => Some(Scheduled {
            name: body.name.clone(),
            schedule: format!("{} {}", body.when, body.timezone),
            since: told.entry.recorded_at,
        }),
        _ => None,
    })
}

/// Replaces what is kept of a subject's report.
pub(super) fn replace(
    conn: &Connection,
    subject: &str,
    report: Option<&KeptReport>,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM reports WHERE subject = ?1")?.execute([subject])?;
    let Some(report) = report else { return Ok(()) };
    let told = serde_json::to_string(report)
        .map_err(|error| LedgerError::Invalid(format!("the report {}: {error}", report.id)))?;
    conn.prepare_cached(
        "INSERT INTO reports (subject, label, name, as_of, slot, generated_at, waiting, report)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        subject,
        report.label.as_str(),
        report.name,
        report.as_of.to_string(),
        report.slot.map(|slot| slot.0),
        report.generated_at.0,
        report.is_waiting(),
        told,
    ])?;
    Ok(())
}

/// Replaces what is kept of a subject's schedule.
pub(super) fn replace_schedule(
    conn: &Connection,
    subject: &str,
    scheduled: Option<&Scheduled>,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM report_schedules WHERE subject = ?1")?.execute([subject])?;
    let Some(scheduled) = scheduled else { return Ok(()) };
    conn.prepare_cached(
        "INSERT INTO report_schedules (subject, name, schedule, since) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![subject, scheduled.name, scheduled.schedule, scheduled.since.0])?;
    Ok(())
}

impl Reads {
    /// One report, by its label.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn report(&self, label: &ReportLabel) -> Result<Option<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports WHERE label = ?1 ORDER BY generated_at, subject";
        self.first(sql, [label.as_str()], report_from)
    }

    /// One report, by the id of the entry that tells of it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn report_by_id(&self, id: EntryId) -> Result<Option<KeptReport>, LedgerError> {
        self.report_of_subject(&id.to_string())
    }

    /// The reports made last, the newest first; at most `limit`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn reports(&self, limit: u32) -> Result<Vec<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports ORDER BY as_of DESC, generated_at DESC, subject DESC LIMIT ?1";
        self.all(sql, [limit], report_from)
    }

    /// The newest report of a name; none where none was made.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn latest_report(&self, name: &str) -> Result<Option<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports WHERE name = ?1
             ORDER BY as_of DESC, generated_at DESC, subject DESC LIMIT 1";
        self.first(sql, [name], report_from)
    }

    /// The last report of a kind on what everybody owns that speaks of a day or an earlier one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn last_whole_report(
        &self,
        kind: Kind,
        until: NaiveDate,
    ) -> Result<Option<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports
             WHERE as_of <= ?2 AND json_extract(report, '$.kind') = ?1
               AND json_extract(report, '$.owner') IS NULL
             ORDER BY as_of DESC, generated_at DESC, subject DESC LIMIT 1";
        self.first(sql, [kind.as_str(), &until.to_string()], report_from)
    }

    /// The last report of a name that its schedule asked for up to a moment.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn last_scheduled_report(
        &self,
        name: &str,
        until: Timestamp,
    ) -> Result<Option<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports WHERE name = ?1 AND slot <= ?2
             ORDER BY slot DESC, subject DESC LIMIT 1";
        self.first(sql, params![name, until.0], report_from)
    }

    /// The reports that have still to be delivered somewhere, the oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn waiting_reports(&self) -> Result<Vec<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports WHERE waiting = 1 ORDER BY generated_at, subject";
        self.all(sql, [], report_from)
    }

    /// The reports of a name that speak of a day, the first one first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn reports_on(&self, name: &str, day: NaiveDate) -> Result<Vec<KeptReport>, LedgerError> {
        let sql = "SELECT report FROM reports WHERE name = ?1 AND as_of = ?2
             ORDER BY generated_at, subject";
        self.all(sql, [name, &day.to_string()], report_from)
    }

    /// The report that a subject's entries tell of.
    pub(in crate::ledger) fn report_of_subject(
        &self,
        subject: &str,
    ) -> Result<Option<KeptReport>, LedgerError> {
        self.first("SELECT report FROM reports WHERE subject = ?1", [subject], report_from)
    }

    /// Whether a kept text is also a form of another report than that of a subject.
    pub(in crate::ledger) fn is_of_another_report(
        &self,
        subject: &str,
        blob: Hash,
    ) -> Result<bool, LedgerError> {
        let sql = "SELECT 1 FROM reports WHERE subject <> ?1 AND instr(report, ?2) LIMIT 1";
        Ok(self.first(sql, [subject, &blob.to_string()], |_| Ok(()))?.is_some())
    }

    /// The schedule that a subject's entries tell of, and since when it counts.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn schedule_of_subject(&self, subject: &str) -> Result<Option<Scheduled>, LedgerError> {
        let sql = "SELECT name, schedule, since FROM report_schedules WHERE subject = ?1";
        self.first(sql, [subject], scheduled_from)
    }
}

fn report_from(row: &Row<'_>) -> Result<KeptReport, LedgerError> {
    json_from(row, 0)
}

fn scheduled_from(row: &Row<'_>) -> Result<Scheduled, LedgerError> {
    Ok(Scheduled { name: row.get(0)?, schedule: row.get(1)?, since: Timestamp(row.get(2)?) })
}
