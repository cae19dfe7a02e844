//! What can go wrong with the index, told apart by what has to follow.

use std::io;
use std::path::PathBuf;

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};

/// Why a search or a catch-up did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// There is no index yet; catching up builds one.
    #[error("the search index is not built yet")]
    Missing,
    /// The index cannot be read as what it is; the next catch-up sets it aside and builds another.
    #[error("the search index is damaged: {0}")]
    Damaged(String),
    /// Somebody else is writing.
    #[error("another process is writing the search index")]
    Busy,
    /// The file system refused. Nothing is wiped for this.
    #[error("cannot use the search index in {}: {source}", folder.display())]
    Io {
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is to be indexed could not be read.
    #[error("cannot read what is to be indexed: {0}")]
    Source(#[source] SourceError),
    /// The search engine could not go on for a reason that no rebuilding mends.
    #[error("the search engine failed: {0}")]
    Engine(String),
}

/// An error of whoever supplies the documents.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

impl SearchError {
    /// Whether catching up once and trying again may help.
    pub const fn is_mended_by_catching_up(&self) -> bool {
        matches!(self, Self::Missing | Self::Damaged(_))
    }

    pub(super) fn io(folder: &std::path::Path, source: io::Error) -> Self {
        Self::Io { folder: folder.to_owned(), source }
    }

    /// Sorts an error of tantivy into missing, damaged, busy, refused and failed.
    pub(super) fn of(folder: &std::path::Path, error: TantivyError) -> Self {
        let text = error.to_string();
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Busy,
            TantivyError::LockFailure(LockError::IoError(error), _)
            | TantivyError::IoError(error) => Self::of_io(folder, &error),
            TantivyError::OpenDirectoryError(error) => match error {
                OpenDirectoryError::DoesNotExist(_) => Self::Missing,
                OpenDirectoryError::NotADirectory(_) => Self::Damaged(text),
                OpenDirectoryError::FailedToCreateTempDir(error)
                | OpenDirectoryError::IoError { io_error: error, .. } => {
                    Self::of_io(folder, &error)
                }
            },
            TantivyError::OpenReadError(error) => match error {
                OpenReadError::FileDoesNotExist(_) | OpenReadError::IncompatibleIndex(_) => {
                    Self::Damaged(text)
                }
                OpenReadError::IoError { io_error, .. } => Self::of_io(folder, &io_error),
            },
            TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => {
                Self::of_io(folder, &io_error)
            }
            TantivyError::OpenWriteError(OpenWriteError::FileAlreadyExists(_))
            | TantivyError::IndexAlreadyExists
            | TantivyError::DataCorruption(_)
            | TantivyError::FieldNotFound(_)
            | TantivyError::SchemaError(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::DeserializeError(_)
            | TantivyError::InternalError(_) => Self::Damaged(text),
            _ => Self::Engine(text),
        }
    }

    /// What the system says has a number; what has none was found in a file's bytes.
    fn of_io(folder: &std::path::Path, error: &io::Error) -> Self {
        let found_in_bytes = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::InvalidData
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::Other
        );
        match error.raw_os_error() {
            None if found_in_bytes => Self::Damaged(error.to_string()),
            None => Self::io(folder, io::Error::new(error.kind(), error.to_string())),
            Some(number) => Self::io(folder, io::Error::from_raw_os_error(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn only_damage_is_mended_by_rebuilding() {
        let check = |kind: io::ErrorKind, mended: bool| {
            let error = TantivyError::IoError(Arc::new(io::Error::new(kind, "x")));
            let error = SearchError::of(std::path::Path::new("index"), error);
            assert_eq!(error.is_mended_by_catching_up(), mended, "{kind:?}");
        };
        check(io::ErrorKind::UnexpectedEof, true);
        check(io::ErrorKind::InvalidData, true);
        check(io::ErrorKind::Other, true);
        check(io::ErrorKind::PermissionDenied, false);
        check(io::ErrorKind::StorageFull, false);
        let number = TantivyError::IoError(Arc::new(io::Error::from_raw_os_error(5)));
        let error = SearchError::of(std::path::Path::new("index"), number);
        assert!(!error.is_mended_by_catching_up(), "an I/O error is no damage: {error}");
        let busy = TantivyError::LockFailure(LockError::LockBusy, None);
        assert!(matches!(SearchError::of(std::path::Path::new("i"), busy), SearchError::Busy));
    }
}
