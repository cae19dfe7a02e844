//! Files written as a whole: the old contents or the new, never half.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::RenameFlags;
use rustix::io::Errno;

use super::open_folder;

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
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let part = parent.join(format!(".runledger-{}-{number}-part", std::process::id()));
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
    }
}
