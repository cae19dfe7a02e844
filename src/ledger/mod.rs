//! The ledger: what happened, kept for good, and everything derived from it and from the files.
//!
//! All SQL of the project is under this module. [`Ledger::transact`] is the only way to write,
//! [`Tx::append`] the only function that adds an entry, and nothing ever changes or deletes one:
//! triggers refuse it, the chain would show it. [`Ledger`] and [`Tx`] read alike, through
//! [`Reads`]. Projections ([`projections`]) are a pure fold of the entries of one subject, in the
//! transaction that appends; they and the `files` tables may be dropped at any time.

mod append;
mod backup;
mod blobs;
mod erase;
mod error;
mod exchange;
mod files;
mod import;
mod migrate;
mod open;
pub mod projections;
mod read;
mod rebuild;
mod transact;
mod verify;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

pub use append::{Appended, MAX_BODY};
pub use backup::{RestoreOptions, Restored};
pub use blobs::MAX_BLOB;
pub use erase::{Erased, Erasure};
pub use error::LedgerError;
pub use exchange::Exported;
pub use files::{Document, FileError, FileRecord, FileStat, KnownFile};
pub use import::Imported;
pub use migrate::DERIVED_VERSION;
pub use projections::exercises::Pending;
pub use projections::moves::Move;
pub use projections::notes::{Note, Resolution};
pub use projections::postmortems::AnswerCount;
pub use projections::reports::Scheduled;
pub use read::Reads;
pub use transact::Tx;
pub use verify::{Problem, Report};

/// The name of the database in its folder.
pub const FILE_NAME: &str = "ledger.db";

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    reads: Reads,
    folder: PathBuf,
    /// The file that was opened, by which a move or a swap is noticed.
    opened: open::FileId,
    read_only: bool,
    /// Read-only for want of room.
    full: bool,
    /// Shared by everybody who has the ledger open; taken alone to put another one in its place.
    /// None where the folder cannot be written.
    _lock: Option<File>,
    /// The private copy that is read where the original cannot be opened in place.
    _copy: Option<open::PrivateCopy>,
}

impl Ledger {
    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Whether writing is refused.
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }
}

impl Deref for Ledger {
    type Target = Reads;

    fn deref(&self) -> &Reads {
        &self.reads
    }
}
