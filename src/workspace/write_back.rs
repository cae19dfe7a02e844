//! Writing files so that nobody loses anything.
//!
//! [`edit_file`] changes a file that people edit at the same time. Under a lock among our own
//! processes, the new text is written to a temporary file beside the original and *exchanged*
//! with it; what was swapped out is compared with what was read, and if somebody saved in
//! between, their file is swapped back and the edit is made again upon it.
//!
//! What is promised, on file systems that can exchange two names (ext4, xfs, btrfs, tmpfs, and
//! APFS):
//!
//! - A save by rename, which is what most editors and git do, is never lost, whatever the timing.
//! - A save in place (truncate, then write) is never lost if it begins after our exchange, or if
//!   its last write comes within [`GRACE`] of it. One that takes longer, having opened the file
//!   before the exchange, writes into a file that no longer has a name; the system offers no way
//!   to notice that without special rights.
//! - A crash at any point leaves the old or the new text under the file's name. What it may leave
//!   beside it under a temporary name is removed by the next edit if it holds nothing but our own
//!   old or new text, and is never removed, but reported, if it holds anything else.
//!
//! Elsewhere the file is compared a last time and then renamed over: a save within the few
//! microseconds between is lost.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{AtFlags, Dir, Gid, Mode, OFlags, RenameFlags, Uid};
use rustix::io::Errno;

pub use super::lock::Lock;
use super::open_beneath;
use crate::clock::Clock;
use crate::domain::id::Hash;
use crate::whole_file::open_folder;

/// How long what was swapped out is watched before it is let go.
pub const GRACE: Duration = Duration::from_millis(50);

/// How often an edit is begun anew when others keep saving.
const ATTEMPTS: u32 = 50;

/// How often two names are exchanged back before giving up.
const SWAPS: u32 = 100;

/// A pause between looks.
const PAUSE: Duration = Duration::from_millis(5);

/// A file to edit.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The folder it must stay in.
    pub folder: &'a Path,
    /// Its path under that folder.
    pub path: &'a Path,
    /// The lock file that all our processes agree on, outside the folder.
    pub lock: &'a Path,
    /// The largest file that is read, in bytes.
    pub max_size: u64,
}

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// There was nothing to change.
    Unchanged,
    /// The file has the new text.
    Changed,
}

/// Why a file was not edited. In every case the file itself is as its last editor left it.
#[derive(Debug, thiserror::Error)]
pub enum WriteBackError<E> {
    /// The edit itself was refused.
    #[error("{0}")]
    Edit(E),
    /// The file is not one that can be edited.
    #[error("cannot edit {}: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Others kept saving it.
    #[error("cannot edit {}: others keep saving it", path.display())]
    KeepsChanging {
        /// The file.
        path: PathBuf,
    },
    /// Something that is not ours to remove is in the way.
    #[error(
        "cannot edit {}: an interrupted write left {}, which holds what an editor saved",
        path.display(),
        left.display()
    )]
    LeftBehind {
        /// The file.
        path: PathBuf,
        /// What an editor saved at the moment of a crash: to be compared and removed by hand.
        left: PathBuf,
    },
    /// The system refused something.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Changes a file's text by a function, which may be called more than once: each time with the
/// text that is there now. `None` means that nothing is to be changed.
///
/// # Errors
/// See [`WriteBackError`]; the file is then as its last editor left it.
pub fn edit_file<E>(
    target: &Target<'_>,
    mut edit: impl FnMut(&str) -> Result<Option<String>, E>,
) -> Result<Written, WriteBackError<E>> {
    let full_path = target.folder.join(target.path);
    let failed = |doing| {
        let path = full_path.clone();
        move |source: io::Error| WriteBackError::Io { doing, path, source }
    };
    let _lock = Lock::take(target.lock).map_err(failed("lock"))?;
    let place = Place::open(target).map_err(failed("open"))?;
    if let Some(left) = place.clear_leftovers().map_err(failed("clean up beside"))? {
        let left = full_path.with_file_name(left);
        return Err(WriteBackError::LeftBehind { path: full_path, left });
    }
    for _ in 0..ATTEMPTS {
        let before = match place.read_settled().map_err(failed("read"))? {
            Read::File(before) => before,
            Read::Unfit(reason) => {
                return Err(WriteBackError::Unfit { path: full_path, reason });
            }
        };
        let Ok(text) = std::str::from_utf8(&before.bytes) else {
            let reason = "it is not UTF-8".to_owned();
            return Err(WriteBackError::Unfit { path: full_path, reason });
        };
        let after = match edit(text).map_err(WriteBackError::Edit)? {
            Some(after) if after != text => after,
            _ => return Ok(Written::Unchanged),
        };
        if place.replace(&before, after.as_bytes()).map_err(failed("write"))? {
            return Ok(Written::Changed);
        }
        thread::sleep(PAUSE);
    }
    Err(WriteBackError::KeepsChanging { path: full_path })
}

/// A regular file as it was read.
struct Seen {
    bytes: Vec<u8>,
    inode: u64,
    mode: u32,
    owner: (u32, u32),
    times: (i64, i64, i64, i64),
}

impl Seen {
    /// The same file with the same contents.
    fn is(&self, other: &Self) -> bool {
        self.inode == other.inode && self.bytes == other.bytes
    }
}

/// What stands under a name.
enum Read {
    File(Seen),
    Unfit(String),
}

/// A name in an open folder: what others do to the folders above it does not matter any more.
struct Place {
    folder: File,
    name: OsString,
    max_size: u64,
}

impl Place {
    fn open(target: &Target<'_>) -> io::Result<Self> {
        let name = target.path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
        let parent = target.path.parent().unwrap_or(Path::new(""));
        let root = open_folder(target.folder)?;
        let folder = open_beneath(&root, parent, OFlags::RDONLY | OFlags::DIRECTORY)?;
        Ok(Self { folder, name, max_size: target.max_size })
    }

    /// Our temporary names begin so: short, hidden, and one for each file.
    fn prefix(&self) -> String {
        let hash = Hash::of(self.name.as_encoded_bytes()).to_string();
        format!(".runledger-{}-", &hash[..16])
    }

    /// Removes what an interrupted edit of ours left; names what is not ours to remove.
    fn clear_leftovers(&self) -> io::Result<Option<OsString>> {
        let prefix = self.prefix();
        let mut left = None;
        for entry in Dir::read_from(&self.folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let Some(kind) = name.strip_prefix(&prefix) else { continue };
            if kind == "part" || self.holds_ours(name, kind) {
                self.remove(name)?;
            } else {
                left = Some(OsString::from(name));
            }
        }
        Ok(left)
    }

    /// Whether a swap file holds one of the two texts that its name tells.
    fn holds_ours(&self, name: &str, kind: &str) -> bool {
        let Ok(Read::File(seen)) = self.read(name.as_ref()) else { return false };
        let hash = short_hash(&seen.bytes);
        kind.strip_prefix("swap-").is_some_and(|hashes| hashes.split('-').any(|ours| ours == hash))
    }

    fn read(&self, name: &Path) -> io::Result<Read> {
        let file = match open_beneath(&self.folder, name, OFlags::RDONLY) {
            Ok(file) => file,
            Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
                return Ok(Read::Unfit("it is a symbolic link".to_owned()));
            }
            Err(error) => return Err(error),
        };
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Ok(Read::Unfit("it is not a regular file".to_owned()));
        }
        let mut bytes = Vec::new();
        (&file).take(self.max_size + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.max_size {
            return Ok(Read::Unfit(format!("it is larger than {} bytes", self.max_size)));
        }
        Ok(Read::File(Seen {
            bytes,
            inode: meta.ino(),
            mode: meta.mode() & 0o7777,
            owner: (meta.uid(), meta.gid()),
            times: (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()),
        }))
    }

    /// Reads the file, after a short wait if somebody is just writing it in place.
    fn read_settled(&self) -> io::Result<Read> {
        let mut waited = Duration::ZERO;
        loop {
            let read = self.read(self.name.as_ref())?;
            let Read::File(seen) = &read else { return Ok(read) };
            if seen.mode & 0o222 == 0 {
                return Ok(Read::Unfit("it is read-only".to_owned()));
            }
            let (seconds, nanos, ..) = seen.times;
            let age_ms = Clock::system().now_ms() - (seconds * 1000 + nanos / 1_000_000);
            let grace_ms = i64::try_from(GRACE.as_millis()).unwrap_or(i64::MAX);
            if !(0..grace_ms).contains(&age_ms) || waited >= 2 * GRACE {
                return Ok(read);
            }
            thread::sleep(PAUSE);
            waited += PAUSE;
        }
    }

    /// Puts a new text in the place of what was read. False if somebody saved in between: their
    /// file is then in its place.
    fn replace(&self, before: &Seen, after: &[u8]) -> io::Result<bool> {
        let prefix = self.prefix();
        let part = format!("{prefix}part");
        let swap = format!("{prefix}swap-{}-{}", short_hash(&before.bytes), short_hash(after));
        // Only a name that begins with "swap" may ever hold somebody else's file.
        let written = self
            .write_part(&part, before, after)
            .and_then(|()| Ok(rustix::fs::renameat(&self.folder, &part, &self.folder, &swap)?));
        if let Err(error) = written {
            let _ = self.remove(&part);
            return Err(error);
        }
        let ours = match self.read(swap.as_ref())? {
            Read::File(ours) => ours,
            Read::Unfit(reason) => return Err(io::Error::other(reason)),
        };
        match self.exchange(&swap) {
            Ok(()) => {}
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                return self.rename_over(&swap, before);
            }
            Err(error) => {
                self.remove(&swap)?;
                // Somebody moved the file away: what is there now is read again.
                return if error == Errno::NOENT { Ok(false) } else { Err(error.into()) };
            }
        }
        if self.was_untouched(&swap, before)? {
            self.remove(&swap)?;
            self.folder.sync_all()?;
            return Ok(true);
        }
        self.swap_back(&swap, ours)?;
        self.folder.sync_all()?;
        Ok(false)
    }

    /// Writes a text with the mode and, as far as we may, the owner of what it replaces.
    fn write_part(&self, part: &str, before: &Seen, after: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, part, flags, Mode::RUSR | Mode::WUSR)?;
        let mut file = File::from(file);
        file.write_all(after)?;
        let meta = file.metadata()?;
        if (meta.uid(), meta.gid()) != before.owner {
            let (user, group) = (Uid::from_raw(before.owner.0), Gid::from_raw(before.owner.1));
            // Only root may give files away; a group that we are in can be kept by anybody.
            if rustix::fs::fchown(&file, Some(user), Some(group)).is_err() {
                let _ = rustix::fs::fchown(&file, None, Some(group));
            }
        }
        file.set_permissions(Permissions::from_mode(before.mode))?;
        file.sync_all()
    }

    fn exchange(&self, swap: &str) -> Result<(), Errno> {
        let (folder, flags) = (&self.folder, RenameFlags::EXCHANGE);
        rustix::fs::renameat_with(folder, swap, folder, &self.name, flags)
    }

    /// Where names cannot be exchanged: a last comparison, then a plain rename.
    fn rename_over(&self, swap: &str, before: &Seen) -> io::Result<bool> {
        let now = self.read(self.name.as_ref());
        let same = matches!(&now, Ok(Read::File(now)) if now.bytes == before.bytes);
        if !same {
            self.remove(swap)?;
            return Ok(false);
        }
        rustix::fs::renameat(&self.folder, swap, &self.folder, &self.name)?;
        self.folder.sync_all()?;
        Ok(true)
    }

    /// Whether what was swapped out is what was read, and stays so for a while: a save in place
    /// that began before the exchange still writes into it.
    fn was_untouched(&self, swap: &str, before: &Seen) -> io::Result<bool> {
        let mut watched = Duration::ZERO;
        let mut first: Option<Seen> = None;
        loop {
            let Read::File(now) = self.read(swap.as_ref())? else { return Ok(false) };
            let quiet = first.as_ref().is_none_or(|first| first.times == now.times);
            if !quiet || now.bytes != before.bytes {
                return Ok(false);
            }
            if watched >= GRACE {
                return Ok(true);
            }
            first.get_or_insert(now);
            thread::sleep(PAUSE);
            watched += PAUSE;
        }
    }

    /// Gives the place back to the newest file that somebody else saved.
    ///
    /// `placed` is what we last put under the file's name. What comes out in exchange is either
    /// that, and all is well, or something newer that was saved meanwhile, which then goes back
    /// in its turn.
    fn swap_back(&self, swap: &str, mut placed: Seen) -> io::Result<()> {
        for _ in 0..SWAPS {
            let held = self.read(swap.as_ref())?;
            match self.exchange(swap) {
                Ok(()) => {}
                // The file was deleted or moved away meanwhile; what we hold is the last that
                // stood there, so it goes back to where it was.
                Err(Errno::NOENT) => {
                    let (folder, flags) = (&self.folder, RenameFlags::NOREPLACE);
                    match rustix::fs::renameat_with(folder, swap, folder, &self.name, flags) {
                        Ok(()) => return Ok(()),
                        Err(Errno::EXIST) => continue,
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => return Err(error.into()),
            }
            match (self.read(swap.as_ref())?, held) {
                (Read::File(out), _) if out.is(&placed) => return self.remove(swap),
                (_, Read::File(held)) => placed = held,
                // A link or a folder was put there: it is back, and what came out stays beside
                // it for a person to look at.
                (_, Read::Unfit(reason)) => return Err(io::Error::other(reason)),
            }
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, "others keep replacing it"))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match rustix::fs::unlinkat(&self.folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn short_hash(bytes: &[u8]) -> String {
    let mut hash = Hash::of(bytes).to_string();
    hash.truncate(16);
    hash
}

#[cfg(test)]
#[path = "write_back_tests.rs"]
mod tests;
