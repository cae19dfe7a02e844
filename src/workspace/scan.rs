//! Finding and reading the documents of the runbooks folders.
//!
//! A cheap [`walk`] lists what is there with its stat; [`Walk::changed`] tells what differs from
//! what was known, and [`Walk::read`] reads one file at a time, so that ten thousand are never in
//! memory at once. One bad file never stops the others: it is an error with its place.
//!
//! Read are regular files that stand under a folder. Hidden names, `node_modules`, folders that
//! are marked as caches (`CACHEDIR.TAG`, as `target` is) and what the team ignores are passed
//! over; a symbolic link is not followed, and is an error where it leads out of the folders.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{AtFlags, Dir, FileType, OFlags};
use unicode_normalization::UnicodeNormalization as _;

use super::open_beneath;
pub use super::rules::Rules;
pub use super::stat::Stat;
use crate::domain::id::{Hash, Slug};
use crate::whole_file::open_folder;

/// How often a file that changes under our eyes is read anew.
const READINGS: usize = 3;

/// A document that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the folders it stands under.
    pub folder: usize,
    /// Its path under that folder, `/`-separated, as it is on disk.
    pub path: String,
    /// What it is called: the path in Unicode's composed form, without the extension.
    pub slug: Slug,
    /// Its stat when it was found.
    pub stat: Stat,
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its text, as it is.
    pub text: String,
    /// The hash of its bytes.
    pub hash: Hash,
    /// The stat to keep for the next scan. For a file that changed just now it is one that no
    /// file has, so that the file is read once more when it has settled.
    pub stat: Stat,
}

/// A file or folder that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FileError {
    /// Which of the folders it stands under.
    pub folder: usize,
    /// Its path under that folder; empty for the folder itself.
    pub path: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 where the file as a whole is meant.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.path.as_str(), self.line) {
            ("", _) => f.write_str(&self.message),
            (path, 0) => write!(f, "{path}: {}", self.message),
            (path, line) => write!(f, "{path}:{line}:{}: {}", self.column, self.message),
        }
    }
}

/// What a walk through the folders found.
#[derive(Debug)]
pub struct Walk {
    /// The documents, by folder and path.
    pub files: Vec<Found>,
    /// What cannot be used, by folder and path.
    pub errors: Vec<FileError>,
    folders: Vec<PathBuf>,
    roots: Vec<Option<File>>,
    /// Folders whose contents are not known.
    unlisted: Vec<(usize, String)>,
    /// Paths where something stands that is not read.
    barred: HashSet<(usize, String)>,
    max_file_size: u64,
}

/// Lists the documents under some folders. Reads none of them.
pub fn walk(folders: &[PathBuf], rules: &Rules) -> Walk {
    let canonical = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    let mut walker = Walker {
        rules,
        folders,
        canonical,
        walk: Walk {
            files: Vec::new(),
            errors: Vec::new(),
            folders: folders.to_vec(),
            roots: Vec::new(),
            unlisted: Vec::new(),
            barred: HashSet::new(),
            max_file_size: rules.max_file_size,
        },
    };
    for folder in 0..folders.len() {
        walker.walk_folder(folder);
    }
    let mut walk = walker.walk;
    walk.files.sort_by(|a, b| (a.folder, &a.path).cmp(&(b.folder, &b.path)));
    walk.refuse_collisions();
    walk.errors.sort_by(|a, b| (a.folder, &a.path).cmp(&(b.folder, &b.path)));
    walk
}

impl Walk {
    /// The documents that have to be read: all but those whose known stat is the one found, and
    /// which have not changed within the last moments.
    pub fn changed<'a>(
        &'a self,
        known: impl Fn(&Found) -> Option<Stat> + 'a,
        now_ms: i64,
    ) -> impl Iterator<Item = &'a Found> {
        let now_ns = now_ms.saturating_mul(1_000_000);
        self.files
            .iter()
            .filter(move |found| known(found) != Some(found.stat) || found.stat.is_young(now_ns))
    }

    /// Where a document stands: under its folder as it was given to the walk.
    pub fn path_of(&self, found: &Found) -> PathBuf {
        self.folders[found.folder].join(&found.path)
    }

    /// Whether a document that is not among the files is truly gone: not if its folder could not
    /// be listed, nor if something unreadable stands in its place.
    pub fn may_retire(&self, folder: usize, path: &str) -> bool {
        let hidden = |(unlisted, prefix): &(usize, String)| {
            *unlisted == folder
                && (prefix.is_empty()
                    || path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('/')))
        };
        folder < self.roots.len()
            && !self.unlisted.iter().any(hidden)
            && !self.barred.contains(&(folder, path.to_owned()))
    }

    /// Whether everything under a folder was listed.
    pub fn complete(&self, folder: usize) -> bool {
        folder < self.roots.len() && self.unlisted.iter().all(|(unlisted, _)| *unlisted != folder)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// It is too large, no text, no regular file any more, or cannot be read.
    pub fn read(&self, found: &Found, now_ms: i64) -> Result<Content, FileError> {
        let refuse = |line, column, message| FileError {
            folder: found.folder,
            path: found.path.clone(),
            line,
            column,
            message,
        };
        let Some(root) = self.roots.get(found.folder).and_then(Option::as_ref) else {
            return Err(refuse(0, 0, "its folder could not be opened".to_owned()));
        };
        let (bytes, stat) = self
            .read_bytes(root, &found.path, now_ms)
            .map_err(|unfit| refuse(0, 0, unfit.to_string()))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Content { hash: Hash::of(text.as_bytes()), text, stat }),
            Err(error) => {
                let (line, column) = first_bad_byte(&error);
                let message = "is not UTF-8 from here on; save it as UTF-8".to_owned();
                Err(refuse(line, column, message))
            }
        }
    }

    /// The bytes of a regular file, and the stat to keep for it.
    fn read_bytes(
        &self,
        root: &File,
        path: &str,
        now_ms: i64,
    ) -> Result<(Vec<u8>, Stat), UnfitFile> {
        let mut reading = 1;
        loop {
            let file = open_beneath(root, Path::new(path), OFlags::RDONLY)?;
            let meta = file.metadata()?;
            if !meta.is_file() {
                return Err(UnfitFile::NotRegular);
            }
            if meta.len() > self.max_file_size {
                return Err(UnfitFile::TooLarge { limit: self.max_file_size });
            }
            let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
            (&file).take(self.max_file_size + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > self.max_file_size {
                return Err(UnfitFile::TooLarge { limit: self.max_file_size });
            }
            let stat = Stat::of(&meta);
            let steady = Stat::of(&file.metadata()?) == stat && bytes.len() as u64 == stat.size;
            if steady && !stat.is_young(now_ms.saturating_mul(1_000_000)) {
                return Ok((bytes, stat));
            }
            if steady || reading == READINGS {
                return Ok((bytes, stat.unsettled()));
            }
            reading += 1;
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Two files cannot have one slug: the first keeps it.
    fn refuse_collisions(&mut self) {
        let mut taken: HashMap<Slug, PathBuf> = HashMap::new();
        let files = std::mem::take(&mut self.files);
        for found in files {
            if let Some(first) = taken.get(&found.slug) {
                self.errors.push(FileError {
                    message: format!(
                        "has the slug `{}`, which {} has already; rename one of them",
                        found.slug,
                        first.display()
                    ),
                    folder: found.folder,
                    path: found.path,
                    line: 0,
                    column: 0,
                });
            } else {
                taken.insert(found.slug.clone(), self.path_of(&found));
                self.files.push(found);
            }
        }
    }
}

/// Reads a file that somebody named: a regular one, of no more than some bytes.
///
/// # Errors
/// It is too large, no text, no regular file, or cannot be read.
pub fn read_one(path: &Path, max_file_size: u64, now_ms: i64) -> Result<String, FileError> {
    let refuse = |unfit: UnfitFile| FileError {
        folder: 0,
        path: path.display().to_string(),
        line: 0,
        column: 0,
        message: unfit.to_string(),
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or(UnfitFile::NotRegular).map_err(refuse)?;
    let root = open_folder(parent).map_err(|error| refuse(error.into()))?;
    let meta = fs::symlink_metadata(path).map_err(|error| refuse(error.into()))?;
    let found =
        Found { folder: 0, path: name.to_owned(), slug: Slug::new(name), stat: Stat::of(&meta) };
    let walk = Walk {
        files: Vec::new(),
        errors: Vec::new(),
        folders: vec![parent.to_owned()],
        roots: vec![Some(root)],
        unlisted: Vec::new(),
        barred: HashSet::new(),
        max_file_size,
    };
    Ok(walk.read(&found, now_ms)?.text)
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
enum UnfitFile {
    #[error("is not a regular file; only those are read")]
    NotRegular,
    #[error("is larger than max_file_size ({limit} bytes); split it, or raise the limit")]
    TooLarge { limit: u64 },
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Line and column of the first byte that is no UTF-8.
fn first_bad_byte(error: &std::string::FromUtf8Error) -> (usize, usize) {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line_start = good.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
    // Bytes that begin a character; continuation bytes do not count.
    let column = good[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    (line, column)
}

struct Walker<'a> {
    rules: &'a Rules,
    folders: &'a [PathBuf],
    canonical: Vec<PathBuf>,
    walk: Walk,
}

impl Walker<'_> {
    fn walk_folder(&mut self, folder: usize) {
        let path = &self.folders[folder];
        let root = match open_folder(path) {
            Ok(root) => root,
            Err(error) => {
                let message = format!(
                    "the runbooks folder {} cannot be read, what is known of it is kept: {error}",
                    path.display()
                );
                self.unlisted(folder, String::new(), message);
                self.walk.roots.push(None);
                return;
            }
        };
        let mut pending = vec![String::new()];
        while let Some(path) = pending.pop() {
            if let Err(error) = self.list(folder, &root, &path, &mut pending) {
                let message = format!("cannot be listed, what is known of it is kept: {error}");
                self.unlisted(folder, path, message);
            }
        }
        self.walk.roots.push(Some(root));
    }

    fn unlisted(&mut self, folder: usize, path: String, message: String) {
        self.complain(folder, path.clone(), message);
        self.walk.unlisted.push((folder, path));
    }

    fn complain(&mut self, folder: usize, path: String, message: String) {
        self.walk.errors.push(FileError { folder, path, line: 0, column: 0, message });
    }

    /// Takes note of what one folder holds; folders in it are added to those pending.
    fn list(
        &mut self,
        folder: usize,
        root: &File,
        path: &str,
        pending: &mut Vec<String>,
    ) -> io::Result<()> {
        let open = open_beneath(root, Path::new(path), OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&open)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_bytes() == b"CACHEDIR.TAG" && !path.is_empty() {
                return Ok(());
            }
            if !name.to_bytes().starts_with(b".") {
                entries.push((name.to_owned(), entry.file_type()));
            }
        }
        for (name, mut kind) in entries {
            let Ok(name) = name.to_str() else {
                self.undecodable(folder, path, &name.to_string_lossy());
                continue;
            };
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            if self.rules.ignores(&path) {
                continue;
            }
            if kind == FileType::Unknown {
                kind = match rustix::fs::statat(&open, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(_) => continue,
                };
            }
            match kind {
                FileType::Directory if name != "node_modules" => pending.push(path),
                FileType::Directory => {}
                FileType::Symlink => self.link(folder, path),
                kind => self.file(folder, &open, name, path, kind),
            }
        }
        Ok(())
    }

    fn undecodable(&mut self, folder: usize, path: &str, name: &str) {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        if self.rules.stem(&path).is_some() {
            self.complain(folder, path, "its name is not UTF-8; rename it".to_owned());
        }
    }

    /// Takes note of something that is neither folder nor link.
    fn file(&mut self, folder: usize, open: &File, name: &str, path: String, kind: FileType) {
        let Some(stem) = self.rules.stem(&path) else { return };
        if path.contains(char::is_control) {
            // A line break in a slug would forge lines of lists, logs and reports.
            let shown = path.escape_debug().to_string();
            let message = "its name contains control characters; rename it".to_owned();
            self.complain(folder, shown, message);
            return;
        }
        let slug = Slug::new(stem.nfc().collect::<String>());
        if kind != FileType::RegularFile {
            self.complain(folder, path.clone(), UnfitFile::NotRegular.to_string());
            self.walk.barred.insert((folder, path));
            return;
        }
        match rustix::fs::statat(open, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let stat = Stat::of_raw(&stat);
                self.walk.files.push(Found { folder, path, slug, stat });
            }
            // Removed since it was listed.
            Err(rustix::io::Errno::NOENT) => {}
            Err(error) => {
                self.complain(folder, path.clone(), UnfitFile::Io(error.into()).to_string());
                self.walk.barred.insert((folder, path));
            }
        }
    }

    /// A link is not followed. What it leads to inside the folders is read under its own name; a
    /// document or folder elsewhere is not read at all, and that is said.
    fn link(&mut self, folder: usize, path: String) {
        let full = self.folders[folder].join(&path);
        let is_document = self.rules.stem(&path).is_some();
        let message = match fs::canonicalize(&full) {
            Ok(target) if self.canonical.iter().any(|root| target.starts_with(root)) => return,
            Ok(target) if is_document || target.is_dir() => {
                "is a symbolic link out of the runbooks folder, and is not followed"
            }
            Err(_) if is_document => "is a symbolic link that leads nowhere",
            _ => return,
        };
        self.complain(folder, path.clone(), message.to_owned());
        if is_document {
            self.walk.barred.insert((folder, path));
        } else {
            self.walk.unlisted.push((folder, path));
        }
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
