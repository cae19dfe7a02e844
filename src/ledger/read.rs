//! Reading: what [`Ledger`](super::Ledger) and [`Tx`](super::Tx) have in common.

use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use serde::de::DeserializeOwned;

use super::LedgerError;
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::id::{EntryId, Hash, RunbookId};

/// The reading half of a ledger.
#[derive(Debug)]
pub struct Reads {
    /// None after a failed fsync, until the next write opens it again.
    conn: Option<Connection>,
}

/// The columns that [`entry_from`] reads, in its order.
pub(super) const ENTRY_COLUMNS: &str =
    "e.id, e.kind, e.version, e.subject, e.recorded_at, e.actor, e.body, e.body_hash";

impl Reads {
    pub(super) const fn new(conn: Connection) -> Self {
        Self { conn: Some(conn) }
    }

    pub(super) fn conn(&self) -> Result<&Connection, LedgerError> {
        self.conn.as_ref().ok_or(LedgerError::Sync)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.conn.is_some()
    }

    pub(super) const fn take(&mut self) -> Option<Connection> {
        self.conn.take()
    }

    pub(super) fn into_inner(self) -> Option<Connection> {
        self.conn
    }

    /// All rows of a query.
    pub(super) fn all<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        mut read: impl FnMut(&Row<'_>) -> Result<T, LedgerError>,
    ) -> Result<Vec<T>, LedgerError> {
        let mut statement = self.conn()?.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// The first row of a query.
    pub(super) fn first<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        read: impl FnOnce(&Row<'_>) -> Result<T, LedgerError>,
    ) -> Result<Option<T>, LedgerError> {
        let mut statement = self.conn()?.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read).transpose()
    }

    /// Runs several reads on one state of the ledger, whatever others write meanwhile.
    ///
    /// # Errors
    /// What `work` returns, or why the ledger cannot be read.
    pub fn snapshot<T, E: From<LedgerError>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let conn = self.conn()?;
        // Inside a transaction there is one state already.
        let _held = match conn.is_autocommit() {
            true => Some(conn.unchecked_transaction().map_err(LedgerError::from)?),
            false => None,
        };
        work(self)
    }

    /// The chain's last number and hash; none while nothing has happened.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn head(&self) -> Result<Option<(i64, Hash)>, LedgerError> {
        let sql = "SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1";
        self.first(sql, [], |row| Ok((row.get(0)?, hash_from(row, 1)?)))
    }

    /// An entry with its number.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn entry(&self, id: EntryId) -> Result<Option<(i64, Entry)>, LedgerError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS}, c.seq FROM entries e JOIN chain c ON c.entry_id = e.id
             WHERE e.id = ?1"
        );
        self.first(&sql, [id.as_bytes().as_slice()], numbered_entry_from)
    }

    /// Entries after a number, in the order they arrived here.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Entry)>, LedgerError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS}, c.seq FROM chain c JOIN entries e ON e.id = c.entry_id
             WHERE c.seq > ?1 ORDER BY c.seq LIMIT ?2"
        );
        self.all(&sql, (after, limit_of(limit)), numbered_entry_from)
    }

    /// All entries of a subject in canonical order: by time of recording, then id. It is the
    /// same on every machine.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn entries_of(&self, subject: &str) -> Result<Vec<Entry>, LedgerError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entries e WHERE e.subject = ?1
             ORDER BY e.recorded_at, e.id"
        );
        self.all(&sql, [subject], entry_from)
    }

    /// When a subject's last entry was written down, and its id: the last in canonical order.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn last_entry_of(
        &self,
        subject: &str,
    ) -> Result<Option<(Timestamp, EntryId)>, LedgerError> {
        let sql = "SELECT recorded_at, id FROM entries WHERE subject = ?1
             ORDER BY recorded_at DESC, id DESC LIMIT 1";
        self.first(sql, [subject], |row| Ok((Timestamp(row.get(0)?), id_from(row, 1)?)))
    }

    /// Ids that begin with these hexadecimal digits, hyphens or not; at most `limit`.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn ids_beginning(&self, start: &str, limit: usize) -> Result<Vec<EntryId>, LedgerError> {
        let Some((low, high)) = ids_between(start) else { return Ok(Vec::new()) };
        self.all(
            "SELECT id FROM entries WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            (low.as_bytes().as_slice(), high.as_bytes().as_slice(), limit_of(limit)),
            |row| id_from(row, 0),
        )
    }

    /// Every subject that has entries.
    pub(super) fn subjects(&self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT DISTINCT subject FROM entries ORDER BY subject";
        self.all(sql, [], |row| Ok(row.get(0)?))
    }

    /// How many exercises of a runbook had their entry erased: they happened, and that is all
    /// that is left of them.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn erased_exercises(&self, runbook: &RunbookId) -> Result<usize, LedgerError> {
        let sql = "SELECT count(*) FROM entries WHERE subject = ?1 AND body IS NULL
             AND kind IN ('exercise.recorded', 'exercise.found')";
        let count = self.first(sql, [runbook.as_str()], |row| Ok(row.get::<_, i64>(0)?))?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
    }

    /// When a runbook was first heard of: its file was first seen, or something happened to it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn first_known_ms(&self, runbook: &RunbookId) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT min(at) FROM (
                 SELECT first_seen_ms AS at FROM sightings WHERE runbook = ?1
                 UNION ALL SELECT min(recorded_at) FROM entries WHERE subject = ?1)";
        let known = self.first(sql, [runbook.as_str()], |row| Ok(row.get::<_, Option<i64>>(0)?))?;
        Ok(known.flatten())
    }

    /// The latest moment at which an entry was recorded; none while there is none.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn newest_recorded(&self) -> Result<Option<Timestamp>, LedgerError> {
        let newest = self.first("SELECT max(recorded_at) FROM entries", [], |row| {
            Ok(row.get::<_, Option<i64>>(0)?)
        })?;
        Ok(newest.flatten().map(Timestamp))
    }

    /// A setting of derived data.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, LedgerError> {
        let mut statement = self.conn()?.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }
}

pub(super) fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Reads [`ENTRY_COLUMNS`].
/// The lowest and the highest id that begin so, for an index to find those between; nothing
/// where no id can begin so.
pub(super) fn ids_between(start: &str) -> Option<(EntryId, EntryId)> {
    let digits: String =
        start.chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let fit = (1..=32).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
    let bound = |all: String| fit.then(|| EntryId::parse(&all).ok()).flatten();
    Some((bound(format!("{digits:0<32}"))?, bound(format!("{digits:F<32}"))?))
}

pub(super) fn entry_from(row: &Row<'_>) -> Result<Entry, LedgerError> {
    Ok(Entry {
        id: id_from(row, 0)?,
        kind: row.get(1)?,
        version: row.get(2)?,
        subject: row.get(3)?,
        recorded_at: Timestamp(row.get(4)?),
        actor: actor_from(row, 5)?,
        body: row.get(6)?,
        body_hash: hash_from(row, 7)?,
    })
}

fn numbered_entry_from(row: &Row<'_>) -> Result<(i64, Entry), LedgerError> {
    Ok((row.get(8)?, entry_from(row)?))
}

pub(super) fn id_from(row: &Row<'_>, column: usize) -> Result<EntryId, LedgerError> {
    Ok(EntryId::from_bytes(row.get(column)?))
}

pub(super) fn hash_from(row: &Row<'_>, column: usize) -> Result<Hash, LedgerError> {
    Ok(Hash::from_bytes(row.get(column)?))
}

/// An actor, refused unless it is written just as we write it: the digest covers the text.
pub(super) fn actor_from(row: &Row<'_>, column: usize) -> Result<Actor, LedgerError> {
    let text: String = row.get(column)?;
    let actor = Actor::parse(&text).ok().filter(|actor| actor.to_string() == text);
    actor.ok_or_else(|| LedgerError::Damaged(format!("`{text}` is no actor")))
}

/// A value kept as JSON.
pub(super) fn json_from<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<T, LedgerError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| LedgerError::Damaged(format!("`{text}`: {error}")))
}

/// A value kept as its word: what serde writes for it, without the quotes.
pub(super) fn word_from<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<T, LedgerError> {
    let word: String = row.get(column)?;
    let damaged = |error| LedgerError::Damaged(format!("`{word}`: {error}"));
    serde_json::from_value(serde_json::Value::String(word.clone())).map_err(damaged)
}
