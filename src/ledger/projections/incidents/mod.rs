//! The incidents and their timelines, as the entries tell them.

mod fold;
mod imported;

use rusqlite::{Connection, Row, params};

pub(super) use fold::causal;
pub(in crate::ledger) use fold::{BEGINNINGS, FoldedIncident, fold};

use crate::domain::id::IncidentId;
use crate::domain::incident::{Incident, TimeName, TimelineItem};
use crate::ledger::read::json_from;
use crate::ledger::{LedgerError, Reads};

/// Replaces the rows of a subject.
pub(super) fn replace(
    conn: &Connection,
    subject: &str,
    folded: Option<&FoldedIncident>,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM incidents WHERE subject = ?1")?.execute([subject])?;
    conn.prepare_cached("DELETE FROM incident_timeline WHERE subject = ?1")?.execute([subject])?;
    let Some(FoldedIncident { incident, timeline }) = folded else { return Ok(()) };
    let time = |name| incident.time(name).known().map(|at| at.0);
    conn.prepare_cached(
        "INSERT INTO incidents (subject, label, severity, status, opened_at, started, detected,
         acknowledged, mitigated, resolved, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        subject,
        incident.label.as_str(),
        incident.severity.value.rank(),
        incident.status.value.as_str(),
        incident.opened_at.0,
        time(TimeName::Started),
        time(TimeName::Detected),
        time(TimeName::Acknowledged),
        time(TimeName::Mitigated),
        time(TimeName::Resolved),
        json(incident)?,
    ])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO incident_timeline (subject, place, at, item) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (place, item) in (0_i64..).zip(timeline) {
        insert.execute(params![subject, place, item.at.0, json(item)?])?;
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Invalid(error.to_string()))
}

/// The newest first: by when it started, else was noticed, else began to be recorded.
const NEWEST_FIRST: &str =
    "ORDER BY coalesce(started, detected, opened_at) DESC, label DESC, subject DESC";

impl Reads {
    /// An incident.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn incident(&self, id: IncidentId) -> Result<Option<Incident>, LedgerError> {
        let sql = "SELECT state FROM incidents WHERE subject = ?1";
        self.first(sql, [id.to_string()], incident_from)
    }

    /// All incidents, the newest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn incidents(&self) -> Result<Vec<Incident>, LedgerError> {
        self.all(&format!("SELECT state FROM incidents {NEWEST_FIRST}"), [], incident_from)
    }

    /// The incidents that somebody still has to work on, the worst and newest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn open_incidents(&self) -> Result<Vec<Incident>, LedgerError> {
        let sql = "SELECT state FROM incidents
             WHERE status IN ('investigating', 'identified', 'mitigated')
             ORDER BY severity, coalesce(started, detected, opened_at) DESC, label DESC, subject";
        self.all(sql, [], incident_from)
    }

    /// The incidents whose label begins so, whatever its case; labels of several machines may be
    /// alike, so there may be several even for a whole one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn incidents_labelled(&self, start: &str) -> Result<Vec<Incident>, LedgerError> {
        let sql = format!(
            "SELECT state FROM incidents WHERE upper(substr(label, 1, length(?1))) = upper(?1)
             {NEWEST_FIRST}"
        );
        self.all(&sql, [start], incident_from)
    }

    /// Every label there is.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn incident_labels(&self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT label FROM incidents ORDER BY label";
        self.all(sql, [], |row| Ok(row.get(0)?))
    }

    /// An incident's timeline, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn timeline_of(&self, id: IncidentId) -> Result<Vec<TimelineItem>, LedgerError> {
        let sql = "SELECT item FROM incident_timeline WHERE subject = ?1 ORDER BY place";
        self.all(sql, [id.to_string()], |row| json_from(row, 0))
    }

    /// Shows every incident's state and timeline as the JSON that is stored, one piece after the
    /// other, each with whose it is: what is looked for in all of them is looked for without
    /// reading all of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn each_incident_text(
        &self,
        mut look: impl FnMut(IncidentId, &str),
    ) -> Result<(), LedgerError> {
        let sql = "SELECT subject, state FROM incidents
             UNION ALL SELECT subject, item FROM incident_timeline";
        let mut statement = self.conn()?.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(id) = row.get_ref(0)?.as_str().ok().and_then(IncidentId::of_subject) else {
                continue;
            };
            look(id, row.get_ref(1)?.as_str().unwrap_or_default());
        }
        Ok(())
    }

    /// An incident's rows as they are stored, to be compared with a replay.
    pub(in crate::ledger) fn projected_incident(
        &self,
        subject: &str,
    ) -> Result<Option<FoldedIncident>, LedgerError> {
        let Some(id) = IncidentId::of_subject(subject) else { return Ok(None) };
        let Some(incident) = self.incident(id)? else { return Ok(None) };
        Ok(Some(FoldedIncident { incident, timeline: self.timeline_of(id)? }))
    }
}

fn incident_from(row: &Row<'_>) -> Result<Incident, LedgerError> {
    json_from(row, 0)
}
