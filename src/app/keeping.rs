//! Keeping the ledger: verify, rebuild, export, import, back up, restore, erase.

pub use crate::ledger::RestoreOptions;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use super::App;
use super::index_source::LedgerSource;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::id::{EntryId, Hash};
use crate::error::Error;
use crate::ledger::{Erasure, Exported, Imported, Ledger, Report, Restored};
use crate::search::CatchUp;

/// What verifying found: in the ledger, and in the index beside it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verified {
    /// The ledger.
    pub ledger: Report,
    /// The index's damage, which repairs itself.
    pub index: Vec<String>,
}

impl Verified {
    /// Whether nothing is wrong with the ledger.
    pub fn is_clean(&self) -> bool {
        self.ledger.problems.is_empty()
    }
}

impl App {
    /// Walks the whole ledger and the index. The index is derived: what is wrong with it is
    /// repaired and said.
    ///
    /// # Errors
    /// The store cannot be read at all.
    pub fn verify(&mut self, head: Option<Hash>) -> Result<Verified, Error> {
        let ledger = self.ledger.verify(head)?;
        let mut index = Vec::new();
        match self.index.validate() {
            Ok(damaged) if damaged.is_empty() => {}
            Ok(damaged) => {
                index.extend(damaged.iter().map(|file| format!("{}: damaged", file.display())));
            }
            Err(error) => index.push(error.to_string()),
        }
        if !self.read_only {
            self.catch_up()?;
        }
        Ok(Verified { ledger, index })
    }

    /// Makes all derived data anew from entries and files.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn rebuild(&mut self) -> Result<CatchUp, Error> {
        self.ledger.rebuild()?;
        self.refresh()?;
        let mut source = LedgerSource { ledger: &mut self.ledger };
        Ok(self.index.rebuild(&mut source)?)
    }

    /// Writes every entry and blob as JSON lines.
    ///
    /// # Errors
    /// The ledger cannot be read or the output not be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<Exported, Error> {
        Ok(self.ledger.export(out)?)
    }

    /// Reads what [`App::export`] wrote. All of it or nothing.
    ///
    /// # Errors
    /// A line is damaged or contradicts the ledger; nothing is imported then.
    pub fn import(&mut self, lines: &mut dyn BufRead) -> Result<Imported, Error> {
        let imported = self.ledger.import(lines)?;
        self.remember_all_texts()?;
        self.refresh()?;
        Ok(imported)
    }

    /// Where a backup goes when nobody says: into the store, named for the moment.
    pub fn backup_path(&self) -> PathBuf {
        let now = self.clock.now().format("%Y-%m-%d-%H%M%S");
        self.config.store.join("backups").join(format!("ledger-{now}.db"))
    }

    /// Copies the ledger while it is in use, and checks the copy.
    ///
    /// # Errors
    /// The copy cannot be written or is not whole.
    pub fn backup(&self, to: &Path) -> Result<Report, Error> {
        Ok(self.ledger.backup(to)?)
    }

    /// Forgets the body of one entry for good.
    ///
    /// # Errors
    /// The entry is not known or already erased, or no reason is given.
    pub fn erase(&mut self, id: &str, reason: &str, actor: &Actor) -> Result<(), Error> {
        if reason.trim().is_empty() {
            return Err(Error::refused("a reason is needed").hinted("add --reason \"why\""));
        }
        let by = Erasure {
            id: self.new_id(),
            at: Timestamp(self.clock.now_ms()),
            actor: actor.clone(),
            reason: reason.trim().to_owned(),
        };
        if let Some(blob) = Hash::parse(id) {
            self.ledger.transact(|tx| tx.erase_blob(blob, by))?;
        } else {
            let entry = EntryId::parse(id).map_err(|_| {
                Error::refused(format!("{id} names no entry or blob"))
                    .hinted("give the whole id; `exercise list` and `note list` show ids")
            })?;
            self.ledger.transact(|tx| tx.erase_entry(entry, by))?;
        }
        self.catch_up()?;
        Ok(())
    }
}

/// Puts a backup in place of a store's ledger. The old one is kept beside it.
///
/// # Errors
/// The backup is damaged, or the ledger knows entries that the backup lacks and `force` is not
/// given.
pub fn restore(store: &Path, from: &Path, options: RestoreOptions) -> Result<Restored, Error> {
    Ok(Ledger::restore(store, from, options)?)
}
