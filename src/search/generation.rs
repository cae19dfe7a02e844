//! One folder of the index: `<schema>-<n>/`, opened, read, checked.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::directory::{Directory as _, RamDirectory};
use tantivy::{IndexReader, ReloadPolicy};

use super::schema::{Fields, SCHEMA};
use super::snapshot::Snapshot;
use super::{SearchError, Watermark};

/// An open generation.
pub(super) struct Generation {
    pub(super) folder: PathBuf,
    pub(super) index: tantivy::Index,
    pub(super) fields: Fields,
    reader: IndexReader,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
}

/// What a commit says of itself.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    /// See [`SCHEMA`].
    pub(super) schema: u32,
    /// How far it has read.
    #[serde(flatten)]
    pub(super) watermark: Watermark,
}

/// The folder's name of a generation.
pub(super) fn name_of(number: u32) -> String {
    format!("{SCHEMA}-{number}")
}

/// Whether a pointer names a folder of ours, of any schema, and nothing else.
pub(super) fn is_name(name: &str) -> bool {
    name.split_once('-').is_some_and(|(schema, number)| {
        [schema, number].iter().all(|part| {
            (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

impl Generation {
    /// Opens the generation a pointer names.
    pub(super) fn open(folder: &Path, pointer: &str) -> Result<Self, SearchError> {
        let damaged = |why: String| Err(SearchError::Damaged(why));
        if !is_name(pointer) {
            return damaged(format!("{pointer:?} is not a generation's name"));
        }
        let folder = folder.join(pointer);
        if pointer.split('-').next() != Some(&SCHEMA.to_string()) {
            return damaged(format!("{pointer} is of another version"));
        }
        catching_panics(|| {
            let (schema, fields) = Fields::schema();
            let open = |index: tantivy::Result<tantivy::Index>| {
                let index = index.map_err(|error| SearchError::of(&folder, error))?;
                if index.schema() != schema {
                    return damaged(format!("{pointer} has another schema"));
                }
                Self::of(folder.clone(), index, fields)
            };
            match open(tantivy::Index::open_in_dir(&folder)) {
                Err(SearchError::Io { source, .. }) if is_read_only(&source) => {
                    let copy = in_memory(&folder).map_err(|e| SearchError::io(&folder, e))?;
                    open(tantivy::Index::open(copy))
                }
                opened => opened,
            }
        })
    }

    /// Creates an empty generation.
    pub(super) fn create(folder: &Path, name: &str) -> Result<Self, SearchError> {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).map_err(|error| SearchError::io(&folder, error))?;
        let (schema, fields) = Fields::schema();
        let index = tantivy::Index::create_in_dir(&folder, schema)
            .map_err(|error| SearchError::of(&folder, error))?;
        Self::of(folder, index, fields)
    }

    fn of(folder: PathBuf, index: tantivy::Index, fields: Fields) -> Result<Self, SearchError> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(64)
            .try_into()
            .map_err(|error| SearchError::of(&folder, error))?;
        Ok(Self { folder, index, fields, reader, snapshot: Mutex::new(None) })
    }

    /// How far it has read; damage if it does not say.
    pub(super) fn watermark(&self) -> Result<Watermark, SearchError> {
        let metas =
            self.index.load_metas().map_err(|error| SearchError::of(&self.folder, error))?;
        let payload = metas.payload.unwrap_or_default();
        match serde_json::from_str::<Payload>(&payload) {
            Ok(payload) if payload.schema == SCHEMA => Ok(payload.watermark),
            Ok(_) => Err(SearchError::Damaged("it is of another version".to_owned())),
            Err(_) => Err(SearchError::Damaged("it does not say how far it has read".to_owned())),
        }
    }

    /// The documents as of the last reload.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>, SearchError> {
        let mut kept = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(snapshot) = &*kept {
            return Ok(snapshot.clone());
        }
        let snapshot = Snapshot::of(self.reader.searcher(), self.fields)
            .map_err(|error| SearchError::of(&self.folder, error))?;
        let snapshot = Arc::new(snapshot);
        *kept = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// Sees what was committed since, by whomever.
    pub(super) fn reload(&self) -> Result<(), SearchError> {
        let before = self.reader.searcher().generation().generation_id();
        self.reader.reload().map_err(|error| SearchError::of(&self.folder, error))?;
        if self.reader.searcher().generation().generation_id() != before {
            *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(())
    }

    /// Files whose checksum does not hold.
    pub(super) fn validate(&self) -> Result<Vec<PathBuf>, SearchError> {
        let damaged =
            self.index.validate_checksum().map_err(|error| SearchError::of(&self.folder, error))?;
        let mut damaged: Vec<_> = damaged.into_iter().map(|name| self.folder.join(name)).collect();
        damaged.sort();
        Ok(damaged)
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

/// A copy of an index in memory: the engine takes a lock file even to read, which a read-only
/// file system refuses.
fn in_memory(folder: &Path) -> io::Result<RamDirectory> {
    let copy = RamDirectory::create();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_file() && !name.as_encoded_bytes().ends_with(b".lock") {
            copy.atomic_write(Path::new(&name), &std::fs::read(entry.path())?)?;
        }
    }
    Ok(copy)
}

/// The engine panics on some damaged bytes; that is damage, not the end of the program.
pub(super) fn catching_panics<T>(
    act: impl FnOnce() -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            Err(SearchError::Damaged(format!("the engine gave up on it: {text}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_cannot_lead_out_of_the_folder() {
        let check = |name: &str, expected: bool| assert_eq!(is_name(name), expected, "{name}");
        check("1-1", true);
        check("12-345", true);
        check("../1-1", false);
        check("1-", false);
        check("broken-1-1", false);
        check("", false);
    }

    #[test]
    fn a_copy_in_memory_opens_as_the_index_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let made = Generation::create(folder.path(), "1-1").unwrap();
        let copy = tantivy::Index::open(in_memory(&made.folder).unwrap()).unwrap();
        assert_eq!(copy.schema(), made.index.schema());
        assert!(is_read_only(&io::ErrorKind::ReadOnlyFilesystem.into()));
        assert!(!is_read_only(&io::ErrorKind::StorageFull.into()));
    }

    #[test]
    fn a_panic_is_damage() {
        let result: Result<(), _> = catching_panics(|| panic!("boom"));
        assert!(matches!(result, Err(SearchError::Damaged(why)) if why.contains("boom")));
    }
}
