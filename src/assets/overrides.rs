//! The folders in which a workspace puts files in the place of built-in ones: which names they have,
//! and what is safe to read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path};

use rustix::fs::{Mode, OFlags};

use crate::text::strictly_decoded;
use crate::text::yaml::is_yaml_name;

/// The largest file that may take the place of a built-in one, in bytes.
pub(super) const MAX_OVERRIDE: u64 = 1024 * 1024;

/// How deep an override folder is looked into.
const MAX_DEPTH: usize = 8;

/// Whether a name stays inside its folder and names no hidden file.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && Path::new(name).components().all(|part| match part {
            Component::Normal(part) => !part.as_encoded_bytes().starts_with(b"."),
            _ => false,
        })
}

/// Adds the names of the regular files under a folder. What cannot be listed has no names.
pub(super) fn list(folder: &Path, prefix: &str, depth: usize, names: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        let name = format!("{prefix}{name}");
        if !is_plain_name(&name) {
            continue;
        }
        // A folder with the name of a file was meant to be one.
        let is_file = is_yaml_name(&name);
        if kind.is_dir() && !is_file && depth < MAX_DEPTH {
            list(&entry.path(), &format!("{name}/"), depth + 1, names);
        } else if is_file || !entry.path().is_dir() {
            // A folder, a link or a pipe is refused when it is read, by name: what is left out in
            // silence is missed.
            names.insert(name);
        }
    }
}

/// Why a workspace's file is not read.
pub(super) enum Unusable {
    Missing,
    Because(String),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Because(error.to_string()),
        }
    }
}

/// Reads a regular file that truly stands under `folder`: no link leads out, no pipe hangs.
pub(super) fn read_regular(folder: &Path, path: &Path) -> Result<String, Unusable> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(Unusable::Because("it is a symbolic link".to_owned()));
    }
    if !fs::canonicalize(path)?.starts_with(fs::canonicalize(folder)?) {
        return Err(Unusable::Because("it stands outside the workspace".to_owned()));
    }
    // Opened without waiting for the other end of a pipe, and judged by what was opened.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(Unusable::Because("it is a folder, and no file".to_owned()));
    }
    if !kind.is_file() {
        return Err(Unusable::Because("it is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(MAX_OVERRIDE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_OVERRIDE {
        return Err(Unusable::Because(format!("it is larger than {MAX_OVERRIDE} bytes")));
    }
    strictly_decoded(bytes).map_err(Unusable::Because)
}

/// Why what stands where a folder is expected is none; nothing there is a workspace without one.
pub(super) fn no_folder(path: &Path) -> Option<String> {
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => None,
        Ok(_) => Some("it is a file: make it a folder with the files in it".to_owned()),
        Err(error) => match Unusable::from(error) {
            // A link to nowhere was made by somebody for something.
            Unusable::Missing if fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink()) => {
                Some("it is a link that leads nowhere".to_owned())
            }
            Unusable::Missing => None,
            Unusable::Because(reason) => Some(reason),
        },
    }
}
