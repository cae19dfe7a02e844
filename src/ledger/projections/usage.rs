//! How often runbooks and their steps were opened, by node and day.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::Told;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, UsageCounted};
use crate::domain::id::{RunbookId, StepId};
use crate::ledger::read::word_from;
use crate::ledger::{LedgerError, Reads};

/// A page or a step on a day.
type Place = (NaiveDate, RunbookId, Option<StepId>);

/// How often each was opened, and how many of these times from an alert.
pub(in crate::ledger) type Uses = BTreeMap<Place, (u32, u32)>;

/// Adds up what a node counted. Two machines of one name are two that counted, so a day that two
/// entries tell of is the sum of both.
pub(super) fn fold(told: &[Told<'_>]) -> Uses {
    let mut uses = Uses::new();
    for told in told {
        let Event::UsageCounted(UsageCounted { day, opened, .. }) = &told.event else { continue };
        for it in opened {
            let place = (*day, it.runbook.clone(), it.step.clone());
            let known = uses.entry(place).or_default();
            known.0 = known.0.saturating_add(it.times);
            known.1 = known.1.saturating_add(it.from_alerts);
        }
    }
    uses
}

/// Replaces what is known of a node.
pub(super) fn replace(conn: &Connection, subject: &str, uses: &Uses) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM usage WHERE subject = ?1")?.execute([subject])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO usage (subject, day, runbook, step, times, from_alerts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for ((day, runbook, step), (times, from_alerts)) in uses {
        let step = step.as_ref().map(StepId::as_str);
        let day = day.to_string();
        insert.execute(params![subject, day, runbook.as_str(), step, times, from_alerts])?;
    }
    Ok(())
}

impl Reads {
    /// How often an alert led to each runbook after one day and up to another, all nodes together;
    /// runbooks to which none did are left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn opened_from_alerts(
        &self,
        after: NaiveDate,
        until: NaiveDate,
    ) -> Result<HashMap<RunbookId, u64>, LedgerError> {
        let sql = "SELECT runbook, sum(from_alerts) FROM usage
             WHERE step IS NULL AND from_alerts > 0 AND ?1 < day AND day <= ?2 GROUP BY runbook";
        let days = [after.to_string(), until.to_string()];
        let read = self.all(sql, days, |row| {
            let times: i64 = row.get(1)?;
            Ok((RunbookId::new(row.get::<_, String>(0)?), u64::try_from(times).unwrap_or(0)))
        })?;
        Ok(read.into_iter().collect())
    }

    /// Whether what a node counted on a day was written, be it erased since. The moment of the
    /// entry says which day it is of, see
    /// [`UsageCounted::recorded_at`]; no body is needed for it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn is_usage_counted(&self, node: &str, at: Timestamp) -> Result<bool, LedgerError> {
        let sql = "SELECT 1 FROM entries
             WHERE subject = ?1 AND recorded_at = ?2 AND kind = 'usage.counted' LIMIT 1";
        let found = self.first(sql, params![UsageCounted::subject(node), at.0], |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// What is stored of a subject, to be compared with a replay.
    pub(in crate::ledger) fn projected_usage(&self, subject: &str) -> Result<Uses, LedgerError> {
        let sql = "SELECT day, runbook, step, times, from_alerts FROM usage WHERE subject = ?1";
        let read = self.all(sql, [subject], |row| {
            let step = row.get::<_, Option<String>>(2)?.map(StepId::new);
            let place = (word_from(row, 0)?, RunbookId::new(row.get::<_, String>(1)?), step);
            Ok((place, (row.get(3)?, row.get(4)?)))
        })?;
        Ok(read.into_iter().collect())
    }
}
