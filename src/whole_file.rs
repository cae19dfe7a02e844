//! Files written as a whole: the old contents or the new, never half.
//!
//! A leaf, because everything that writes a file of ours needs it: settings, reports, what is
//! delivered into a folder.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// Opens a folder, to open things beneath it.
pub(crate) fn open_folder(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Writes a file as a whole: a reader, or a crash, finds the old contents or the new, never half.
///
/// # Errors
/// The system refused something; the file is as before.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, bytes, RenameFlags::empty())
}

/// The same, for a file that must not exist yet.
///
/// # Errors
/// It exists ([`io::ErrorKind::AlreadyExists`]), or the system refused something.
pub fn write_new_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, bytes, RenameFlags::NOREPLACE)
}

fn write_whole(path: &Path, bytes: &[u8], flags: RenameFlags) -> io::Result<()> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let folder = open_folder(parent)?;
    clear_leftovers(parent, name);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let beginning = beginning_of_part(name);
    let part = parent.join(format!("{beginning}{}-{number}-part", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        if let Ok(meta) = fs::metadata(path) {
            file.set_permissions(meta.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        let part = part.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        match rustix::fs::renameat_with(&folder, part, &folder, name, flags) {
            Err(Errno::INVAL | Errno::NOSYS) if !flags.is_empty() && !path.exists() => {
                rustix::fs::renameat(&folder, part, &folder, name)?;
            }
            Err(Errno::INVAL | Errno::NOSYS) if flags.is_empty() => {
                rustix::fs::renameat(&folder, part, &folder, name)?;
            }
            other => other?,
        }
        folder.sync_all()
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}

/// How the names of unfinished files begin that were to become the one called `name`.
fn beginning_of_part(name: &OsStr) -> String {
    format!(".runledger-{}-", name.to_string_lossy())
}

/// Removes what writers of the same file left that were killed; those at work keep theirs.
fn clear_leftovers(folder: &Path, name: &OsStr) {
    let beginning = beginning_of_part(name);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let process = found.to_str().and_then(|found| {
            let (process, _) =
                found.strip_prefix(&beginning)?.strip_suffix("-part")?.split_once('-')?;
            process.parse::<u32>().ok()
        });
        // Only a writer that is gone: where nothing tells who runs, nothing is removed.
        let is_gone = |process: u32| {
            Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{process}")).exists()
        };
        if process.is_some_and(is_gone) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[test]
    fn a_whole_file_is_written_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        write_new_atomically(&path, b"one").unwrap();
        let again = write_new_atomically(&path, b"two").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_atomically(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_atomically(&folder.path().join("no/x"), b"").is_err());
        // No process has that number: the largest is 4,194,304.
        let [dead, of_another] = ["x.json", "y.json"]
            .map(|name| folder.path().join(format!(".runledger-{name}-99999999-0-part")));
        let alive = format!(".runledger-x.json-{}-9-part", std::process::id());
        let alive = folder.path().join(alive);
        for path in [&dead, &of_another, &alive] {
            fs::write(path, b"half").unwrap();
        }
        write_atomically(&path, b"four").unwrap();
        assert!(!dead.exists() && of_another.exists() && alive.exists());
    }
}
