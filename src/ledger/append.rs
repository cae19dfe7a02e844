//! Adding an entry: the one function that does.

use rusqlite::{OptionalExtension as _, params};

use super::{LedgerError, Tx};
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, chain_hash};
use crate::domain::id::Hash;

/// The longest body, in bytes. Longer texts are blobs.
pub const MAX_BODY: usize = 1 << 20;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the ledger now.
    New,
    /// It was there already, just the same.
    Known,
}

impl Tx<'_> {
    /// Adds an entry at the end of the chain. The same entry again changes nothing.
    ///
    /// # Errors
    /// Its id belongs to another entry, it cannot be kept as it is, or the ledger cannot be
    /// written.
    pub fn append(&mut self, entry: &Entry) -> Result<Appended, LedgerError> {
        if entry.body.is_none() {
            let what = format!("entry {} has no body, and only an import may bring such", entry.id);
            return Err(LedgerError::Invalid(what));
        }
        self.insert(entry)
    }

    /// As [`Self::append`], also for an entry whose body was erased elsewhere.
    pub(super) fn insert(&mut self, entry: &Entry) -> Result<Appended, LedgerError> {
        check(entry)?;
        let digest = entry.digest();
        let conn = self.conn()?;
        let known: Option<[u8; 32]> = conn
            .prepare_cached("SELECT digest FROM entries WHERE id = ?1")?
            .query_row([entry.id.as_bytes().as_slice()], |row| row.get(0))
            .optional()?;
        match known {
            Some(known) if known == *digest.as_bytes() => return Ok(Appended::Known),
            Some(_) => return Err(LedgerError::Conflict { id: entry.id }),
            None => {}
        }
        conn.prepare_cached(
            "INSERT INTO entries
             (id, kind, version, subject, recorded_at, actor, body, body_hash, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            entry.id.as_bytes().as_slice(),
            entry.kind,
            entry.version,
            entry.subject,
            entry.recorded_at.0,
            entry.actor.to_string(),
            entry.body,
            entry.body_hash.as_bytes().as_slice(),
            digest.as_bytes().as_slice(),
        ])?;
        let (seq, previous) = self.head()?.unwrap_or((0, Hash::ZERO));
        conn.prepare_cached("INSERT INTO chain (seq, entry_id, hash) VALUES (?1, ?2, ?3)")?
            .execute(params![
                seq + 1,
                entry.id.as_bytes().as_slice(),
                chain_hash(previous, digest).as_bytes().as_slice(),
            ])?;
        self.touched.insert(entry.subject.clone());
        self.carry_out_erasure(entry)?;
        Ok(Appended::New)
    }
}

/// Refuses what could not be read back exactly as it was hashed.
fn check(entry: &Entry) -> Result<(), LedgerError> {
    let refuse = |what: &str| Err(LedgerError::Invalid(format!("entry {}: {what}", entry.id)));
    if entry.kind.is_empty() || entry.subject.is_empty() || entry.version == 0 {
        return refuse("kind, version and subject must be given");
    }
    if Actor::parse(&entry.actor.to_string()).as_ref() != Ok(&entry.actor) {
        return refuse("its actor's name is not one line of at most 200 characters");
    }
    match &entry.body {
        Some(body) if body.len() > MAX_BODY => {
            let what = format!("its body has {} bytes; {MAX_BODY} are allowed", body.len());
            refuse(&what)
        }
        Some(body) if Hash::of(body.as_bytes()) != entry.body_hash => {
            refuse("its body is not what its hash says")
        }
        _ => Ok(()),
    }
}
