//! Reports as files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{DeliveryError, Letter};
use crate::whole_file::write_atomically;

/// A folder that gets three files a report: HTML, Markdown and plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Where it is, absolute. It is made where it is missing; the folder it stands in is not.
    pub path: PathBuf,
}

impl Folder {
    pub(super) fn shown(&self) -> String {
        format!("folder {}", self.path.display())
    }

    pub(super) fn deliver(&self, letter: &Letter<'_>) -> Result<(), DeliveryError> {
        match fs::create_dir(&self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refused("make the folder", &self.path, &error)),
        }
        for (ending, text) in [("html", letter.html), ("md", letter.markdown), ("txt", letter.text)]
        {
            let path = self.path.join(format!("{}.{ending}", letter.file));
            write_atomically(&path, text.as_bytes())
                .map_err(|error| refused("write", &path, &error))?;
        }
        Ok(())
    }
}

fn refused(doing: &str, path: &Path, error: &io::Error) -> DeliveryError {
    let refused = DeliveryError::new(format!("cannot {doing} {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => {
            refused.hinted("the folder above it must be there: make it, or mount what it is on")
        }
        io::ErrorKind::PermissionDenied => {
            refused.hinted("whoever runs runledger needs the right to write there")
        }
        io::ErrorKind::NotADirectory => refused.hinted("a file stands where the folder belongs"),
        _ => refused,
    }
}
