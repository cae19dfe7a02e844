//! Erasing: the one exception to "nothing is ever changed". A body goes, its hash stays.

use rusqlite::Connection;

use super::{Appended, Ledger, LedgerError, Reads, Tx};
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{BlobErased, EntryErased, Event, KeptFacts};
use crate::domain::id::{EntryId, Hash, IncidentId};
use crate::domain::incident::Incident;
use crate::ledger::projections::incidents::BEGINNINGS;

/// Set while erased bytes may still be in the write-ahead log.
const SCRUB_KEY: &str = "scrub.pending";

/// Kinds whose bodies say what was erased and why; they are what verifying rests on.
const NOT_ERASABLE: [&str; 2] = ["entry.erased", "blob.erased"];

/// Who erases, when and why, and under which id that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Of the entry that tells about it.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: String,
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It was there and is gone.
    Now,
    /// It was gone already; nothing was written.
    Before,
}

impl Tx<'_> {
    /// Erases an entry's body for good, and says so in an entry of its own.
    ///
    /// # Errors
    /// There is no such entry, it tells of an erasure itself, or the ledger cannot be written.
    pub fn erase_entry(&mut self, id: EntryId, by: Erasure) -> Result<Erased, LedgerError> {
        let (_, target) = self.entry(id)?.ok_or(LedgerError::NoEntry(id))?;
        if NOT_ERASABLE.contains(&target.kind.as_str()) {
            let what = format!("entry {id} tells what was erased and why, and stays");
            return Err(LedgerError::Invalid(what));
        }
        if target.body.is_none() {
            return Ok(Erased::Before);
        }
        let reason = by.reason.clone();
        let begins = BEGINNINGS.contains(&target.kind.as_str());
        let incident = IncidentId::of_subject(&target.subject).filter(|_| begins);
        let incident = incident.map(|id| self.incident(id)).transpose()?.flatten();
        let keeps = incident.map(|incident| kept(&target, incident));
        let event = Event::EntryErased(EntryErased { entry: id, reason, keeps });
        self.erase_kept_texts(&target, &by)?;
        self.append_erasure(&target.subject, &event, by)
    }

    /// What an entry alone holds on to is erased with it: a report's bytes in every form, but for
    /// those that another report has, too, and the messages that a hypothesis judges.
    fn erase_kept_texts(&mut self, target: &Entry, by: &Erasure) -> Result<(), LedgerError> {
        let body = target.body.as_deref().unwrap_or_default();
        let blobs: Vec<Hash> = match Event::decode(&target.kind, target.version, body) {
            Ok(Some(Event::ReportGenerated(report))) => report.forms.into_values().collect(),
            Ok(Some(Event::IncidentNoted(note))) => note.judged.into_iter().collect(),
            _ => Vec::new(),
        };
        for blob in blobs {
            if self.is_of_another_report(&target.subject, blob)? {
                continue;
            }
            let id = EntryId::derived(&["erased with", &by.id.to_string(), &blob.to_string()]);
            self.erase_blob(blob, Erasure { id, ..by.clone() })?;
        }
        Ok(())
    }

    /// Erases a kept text for good, and says so in an entry.
    ///
    /// # Errors
    /// There is no such text, or the ledger cannot be written.
    pub fn erase_blob(&mut self, blob: Hash, by: Erasure) -> Result<Erased, LedgerError> {
        if !self.knows_blob(blob)? {
            return Err(LedgerError::NoBlob(blob));
        }
        if !self.has_blob(blob)? {
            return Ok(Erased::Before);
        }
        let reason = by.reason.clone();
        self.append_erasure(&blob.to_string(), &Event::BlobErased(BlobErased { blob, reason }), by)
    }

    fn append_erasure(
        &mut self,
        subject: &str,
        event: &Event,
        by: Erasure,
    ) -> Result<Erased, LedgerError> {
        let body = event.to_json().map_err(|error| LedgerError::Invalid(error.to_string()))?;
        let version = event.version();
        let entry = Entry::new(by.id, event.kind(), version, subject, by.at, by.actor, body);
        match self.append(&entry)? {
            Appended::New => Ok(Erased::Now),
            Appended::Known => Ok(Erased::Before),
        }
    }

    /// Whoever appended it, here or on another machine: an erasure erases.
    pub(super) fn carry_out_erasure(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let Some(body) = &entry.body else { return Ok(()) };
        match Event::decode(&entry.kind, entry.version, body) {
            Ok(Some(Event::EntryErased(event))) => self.clear_body(event.entry),
            Ok(Some(Event::BlobErased(event))) => self.clear_blob(event.blob),
            _ => Ok(()),
        }
    }

    fn clear_body(&mut self, id: EntryId) -> Result<(), LedgerError> {
        let Some((_, target)) = self.entry(id)? else { return Ok(()) };
        if target.body.is_none() || NOT_ERASABLE.contains(&target.kind.as_str()) {
            return Ok(());
        }
        let key = [id.as_bytes().as_slice()];
        self.conn()?.execute("UPDATE entries SET body = NULL WHERE id = ?1", key)?;
        self.conn()?.execute("DELETE FROM prints WHERE exercise = ?1", key)?;
        self.touched.insert(target.subject);
        self.note_erasure()
    }

    fn clear_blob(&mut self, blob: Hash) -> Result<(), LedgerError> {
        let key = [blob.as_bytes().as_slice()];
        let sql = "UPDATE blobs SET bytes = NULL WHERE hash = ?1 AND bytes NOT NULL";
        if self.conn()?.execute(sql, key)? > 0 {
            self.note_erasure()?;
        }
        Ok(())
    }

    fn note_erasure(&mut self) -> Result<(), LedgerError> {
        self.erased = true;
        self.set_meta(SCRUB_KEY, "1")
    }
}

/// What stays of an incident after the erasure of an entry that begins it.
fn kept(beginning: &Entry, incident: Incident) -> KeptFacts {
    let said = beginning.body.as_deref().and_then(|body| {
        match Event::decode(&beginning.kind, beginning.version, body) {
            Ok(Some(Event::IncidentImported(said))) => Some(said),
            _ => None,
        }
    });
    KeptFacts {
        label: incident.label,
        severity: incident.severity.value,
        status: said.as_ref().map(|said| said.status),
        replaces: said.and_then(|said| said.replaces),
    }
}

impl Reads {
    /// Whether erased bytes may still be in the write-ahead log, because somebody was reading it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn scrub_pending(&self) -> Result<bool, LedgerError> {
        Ok(self.meta(SCRUB_KEY)?.is_some())
    }
}

impl Ledger {
    /// Empties the write-ahead log, so that erased bytes are in no file of the ledger any more
    /// (freed pages are overwritten with zeroes as they are freed).
    ///
    /// # Errors
    /// Somebody else is reading the log, or the ledger cannot be written.
    pub fn scrub(&self) -> Result<(), LedgerError> {
        let conn = self.conn()?;
        truncate_log(conn)?;
        conn.execute("DELETE FROM meta WHERE key = ?1", [SCRUB_KEY])?;
        Ok(())
    }

    /// Does what an interrupted or hindered erasure left to do, if it can be done now.
    pub(super) fn finish_scrub(&self) -> Result<(), LedgerError> {
        if !self.scrub_pending()? {
            return Ok(());
        }
        match self.scrub() {
            // Reading must work on a full disk, and beside long readers.
            Ok(()) | Err(LedgerError::Busy | LedgerError::Full) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Writes the whole log into the database and empties it. Does not wait long for readers: they
/// may be slow, and whoever comes next tries again.
fn truncate_log(conn: &Connection) -> Result<(), LedgerError> {
    conn.busy_timeout(std::time::Duration::from_secs(2))?;
    let busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    conn.busy_timeout(super::open::BUSY_TIMEOUT)?;
    if busy? == 0 { Ok(()) } else { Err(LedgerError::Busy) }
}
