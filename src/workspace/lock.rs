//! A lock among the processes of this program.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How long a lock is waited for, as long as the ledger waits for its own.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pause between looks.
const PAUSE: Duration = Duration::from_millis(5);

/// An advisory lock on a file that stays. It is
/// given back when this is dropped, or when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, waiting for up to 30 seconds.
    ///
    /// # Errors
    /// The file cannot be opened, or somebody holds the lock for too long
    /// ([`io::ErrorKind::ResourceBusy`]).
    pub fn take(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if waited >= PATIENCE => {
                    return Err(io::Error::new(
                        io::ErrorKind::ResourceBusy,
                        format!("another process holds {}", path.display()),
                    ));
                }
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(PAUSE);
                    waited += PAUSE;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::take(&path).unwrap();
        let other = File::open(&path).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(lock);
        other.try_lock().unwrap();
    }
}
