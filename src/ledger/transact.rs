//! The only way to write: everything in a transaction happens, or nothing.

use std::collections::BTreeSet;
use std::ops::Deref;

use rusqlite::{Transaction, TransactionBehavior};

use super::{Ledger, LedgerError, Reads, projections};

/// A transaction that writes. It reads like the ledger, and sees what it has written.
pub struct Tx<'a> {
    reads: &'a Reads,
    /// Subjects with new entries, to be projected before the end.
    pub(super) touched: BTreeSet<String>,
    /// The number under which this transaction's changes of files are known, once there is one.
    pub(super) files_rev: Option<i64>,
    /// Something was erased, and its bytes have to leave the log too.
    pub(super) erased: bool,
}

impl Ledger {
    /// Runs `work` while no other process writes, projects what it touched, and commits. Where
    /// it fails or panics, nothing has happened.
    ///
    /// # Errors
    /// What `work` returns, or why the ledger cannot be written.
    pub fn transact<T, E>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<LedgerError>,
    {
        if self.full {
            return Err(LedgerError::Full.into());
        }
        if self.read_only {
            return Err(LedgerError::ReadOnly.into());
        }
        self.revive()?;
        let (value, erased) = match self.attempt(work) {
            Ok(done) => done,
            Err(Failure::Work(error)) => return Err(error),
            Err(Failure::Commit(error)) => {
                if matches!(error, LedgerError::Sync) {
                    self.poison();
                    // Reading goes on if it can; if not, the next write tries again.
                    let _ = self.revive();
                }
                return Err(error.into());
            }
        };
        if erased {
            // The erasure is committed; a reader in the way only delays the cleaning of the log.
            match self.scrub() {
                Ok(()) | Err(LedgerError::Busy) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(value)
    }

    fn attempt<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<(T, bool), Failure<E>>
    where
        E: From<LedgerError>,
    {
        let conn = self.reads.conn().map_err(Failure::Commit)?;
        // Rolls back when dropped: on an error, and when unwinding from a panic.
        let inner = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(|error| Failure::Commit(error.into()))?;
        // As late as can be: a restore waits for the lock, but a person with `mv` does not.
        self.check_in_place().map_err(Failure::Commit)?;
        let mut tx = Tx::new(&self.reads);
        let value = work(&mut tx).map_err(Failure::Work)?;
        tx.finish().map_err(Failure::Commit)?;
        let erased = tx.erased;
        inner.commit().map_err(|error| Failure::Commit(error.into()))?;
        Ok((value, erased))
    }
}

enum Failure<E> {
    Work(E),
    Commit(LedgerError),
}

impl<'a> Tx<'a> {
    pub(super) const fn new(reads: &'a Reads) -> Self {
        Self { reads, touched: BTreeSet::new(), files_rev: None, erased: false }
    }

    /// Projects what was touched.
    pub(super) fn finish(&mut self) -> Result<(), LedgerError> {
        for subject in std::mem::take(&mut self.touched) {
            projections::project(self.conn()?, &subject, &self.entries_of(&subject)?)?;
        }
        Ok(())
    }

    /// Projects now instead of at the end, for work that reads what it has just appended.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn project(&mut self) -> Result<(), LedgerError> {
        self.finish()
    }

    /// Keeps a setting of derived data: a pointer to the search index and the like.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached(
                "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute([key, value])?;
        Ok(())
    }

    /// Forgets a setting.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn remove_meta(&mut self, key: &str) -> Result<(), LedgerError> {
        self.conn()?.execute("DELETE FROM meta WHERE key = ?1", [key])?;
        Ok(())
    }
}

impl Deref for Tx<'_> {
    type Target = Reads;

    fn deref(&self) -> &Reads {
        self.reads
    }
}
