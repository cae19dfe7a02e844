//! What can go wrong with a ledger, precisely; people get kind, message and hint from it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::domain::id::{EntryId, Hash, Slug};

/// Why the ledger refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A newer program wrote it; this one would lose what it does not know.
    #[error("{what} has version {found}; this runledger knows versions up to {known}")]
    Newer {
        /// What is newer: the ledger, its derived tables, an export.
        what: &'static str,
        /// Its version.
        found: i64,
        /// The newest one that is known here.
        known: i64,
    },
    /// The file is a database of another program.
    #[error("{} is a database, but not a ledger", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The engine has a known way to lose committed writes.
    #[error("the SQLite in use is {found}; at least 3.51.3 is needed")]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// The id is taken by an entry that says something else.
    #[error("entry {id} exists already and says something else")]
    Conflict {
        /// The id.
        id: EntryId,
    },
    /// What was given cannot be kept as it is.
    #[error("{0}")]
    Invalid(String),
    /// No such entry.
    #[error("there is no entry {0}")]
    NoEntry(EntryId),
    /// No such blob.
    #[error("there is no kept text {0}")]
    NoBlob(Hash),
    /// Two files claim one slug.
    #[error("{path} and {holder} both have the slug `{slug}`")]
    SlugTaken {
        /// The slug.
        slug: Slug,
        /// The file that came second.
        path: String,
        /// The file that has it.
        holder: String,
    },
    /// No room.
    #[error("the disk is full; nothing was written")]
    Full,
    /// Somebody else writes for too long.
    #[error("the ledger is busy: another process has been writing for 30 seconds")]
    Busy,
    /// Somebody else has the ledger open.
    #[error("the ledger in {} is in use by another process", folder.display())]
    InUse {
        /// The store.
        folder: PathBuf,
    },
    /// Bytes are not what they were.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// It may only be read.
    #[error("the ledger cannot be written here: its folder or file is read-only")]
    ReadOnly,
    /// The file at its path is not the one that was opened.
    #[error("the ledger {} was moved, removed or replaced while it was open", path.display())]
    Displaced {
        /// Where it was opened.
        path: PathBuf,
    },
    /// An fsync failed: what was written may or may not be on the disk.
    #[error("the disk did not confirm the write; nothing was acknowledged")]
    Sync,
    /// A line of an import is not what it should be.
    #[error("line {line}: {message}")]
    Import {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// Restoring would lose entries.
    #[error("the backup lacks {missing} of the entries that the ledger has, the first is {first}")]
    WouldLose {
        /// How many.
        missing: usize,
        /// One of them.
        first: EntryId,
    },
    /// A file or folder could not be used.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was being done: `create`, `copy`.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Anything else that SQLite says.
    #[error("the ledger's database refused: {0}")]
    Sqlite(rusqlite::Error),
}

impl LedgerError {
    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Newer { .. } => "use the newest runledger that has opened this ledger",
            Self::NotOurs { .. } => "choose another folder with --store",
            Self::OldSqlite { .. } => "build runledger with its bundled SQLite",
            Self::Conflict { .. } => "run `runledger verify` on both ledgers; one was changed",
            Self::SlugTaken { .. } => "rename one of the two files",
            Self::Full => "make room on the disk and do it again; reading still works",
            Self::Busy => "do it again in a moment",
            Self::InUse { .. } => "stop `runledger serve` and other commands, then do it again",
            Self::Damaged(_) => {
                "run `runledger verify` to see what is damaged, and `runledger restore` a backup"
            }
            Self::Displaced { .. } => "put it back, or start `runledger serve` again",
            Self::ReadOnly => "choose a folder that can be written with --store",
            Self::Sync => "check the disk, then look whether it was recorded before doing it again",
            Self::Import { .. } => "nothing was imported; export again on the other machine",
            Self::WouldLose { .. } => {
                "`runledger export` those entries first, or say --force; the ledger is kept aside"
            }
            Self::Invalid(_)
            | Self::NoEntry(_)
            | Self::NoBlob(_)
            | Self::Io { .. }
            | Self::Sqlite(_) => return None,
        })
    }

    /// Whether it is the file's content that cannot be used, however it is opened.
    pub(super) const fn is_about_content(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::NotOurs { .. } | Self::Damaged(_))
    }

    /// For `map_err`: an operation on a path that failed.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io { doing, path, source },
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error() else { return Self::from_value(error) };
        match (failure.code, failure.extended_code) {
            (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
                Self::Damaged(error.to_string())
            }
            (ErrorCode::ReadOnly, _) => Self::ReadOnly,
            (_, ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => Self::Sync,
            _ => Self::Sqlite(error),
        }
    }
}

impl LedgerError {
    /// A stored value that has another type than every value we write is damage too.
    fn from_value(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Damaged(error.to_string()),
            other => Self::Sqlite(other),
        }
    }
}
