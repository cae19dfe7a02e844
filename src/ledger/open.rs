//! Opening a ledger: its folder, its lock, and a connection that keeps the promises.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{FILE_NAME, Ledger, LedgerError, Reads, migrate};

/// How long a writer waits for another one.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// The first SQLite without the race of a write and a checkpoint that could lose a commit.
const OLDEST_SQLITE: i32 = 3_051_003;

const LOCK_NAME: &str = "ledger.lock";

impl Ledger {
    /// Opens the ledger in a folder, and makes both where there are none. Derived tables of an
    /// older version are rebuilt here.
    ///
    /// # Errors
    /// The folder or file cannot be made or opened, is not a ledger, or a newer program wrote it.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        check_sqlite()?;
        create_folder(folder)?;
        let lock = lock_shared(folder)?;
        let path = folder.join(FILE_NAME);
        let mut conn = connect(&path)?;
        migrate::migrate(&mut conn)?;
        let ledger = Self {
            reads: Reads::new(conn),
            folder: folder.to_owned(),
            opened: FileId::of(&path)?,
            read_only: false,
            full: false,
            _lock: Some(lock),
            _copy: None,
        };
        ledger.finish_scrub()?;
        Ok(ledger)
    }

    /// Opens a ledger that cannot be written: in place where SQLite can do that, as an immutable
    /// file where the folder is read-only and no write-ahead log is left, else as a private copy.
    ///
    /// # Errors
    /// There is no ledger, it cannot be read or copied, or a newer program wrote it.
    pub fn open_read_only(folder: &Path) -> Result<Self, LedgerError> {
        check_sqlite()?;
        let path = folder.join(FILE_NAME);
        let opened = FileId::of(&path)?;
        let lock =
            File::open(folder.join(LOCK_NAME)).ok().filter(|it| it.try_lock_shared().is_ok());
        let in_place = match read_only_connection(&path, false) {
            Err(error) if error.is_about_content() => return Err(error),
            // A log beside the file holds commits that an immutable opening would not see.
            Err(_) if !log_is_left(&path) => read_only_connection(&path, true).map(Some)?,
            other => other.ok(),
        };
        let (conn, copy) = match in_place {
            Some(conn) if migrate::is_current(&conn)? => (conn, None),
            other => {
                let copy = PrivateCopy::of(&path, other)?;
                let mut conn = connect(&copy.path())?;
                migrate::migrate(&mut conn)?;
                (conn, Some(copy))
            }
        };
        conn.pragma_update(None, "query_only", true)?;
        Ok(Self {
            reads: Reads::new(conn),
            folder: folder.to_owned(),
            opened,
            read_only: true,
            full: false,
            _lock: lock,
            _copy: copy,
        })
    }

    /// Opens a ledger whose disk has no room, not even for what SQLite needs beside the file, so
    /// that what it holds can be read. A write is refused because the disk is full.
    ///
    /// # Errors
    /// As [`Ledger::open_read_only`].
    pub fn open_on_full_disk(folder: &Path) -> Result<Self, LedgerError> {
        Ok(Self { full: true, ..Self::open_read_only(folder)? })
    }

    /// Whether it was opened by [`Ledger::open_on_full_disk`].
    pub const fn is_on_full_disk(&self) -> bool {
        self.full
    }

    /// Whether the file that was opened is still the one at its path. What is written to another
    /// one reaches the disk, and nobody ever finds it there.
    ///
    /// # Errors
    /// It was moved, removed or replaced.
    pub fn check_in_place(&self) -> Result<(), LedgerError> {
        match FileId::of(&self.path()) {
            Ok(found) if found == self.opened => Ok(()),
            _ => Err(LedgerError::Displaced { path: self.path() }),
        }
    }

    /// Opens the connection again after it was given up.
    pub(super) fn revive(&mut self) -> Result<(), LedgerError> {
        if self.reads.is_open() {
            return Ok(());
        }
        // Opening makes a file where there is none.
        self.check_in_place()?;
        let mut conn = connect(&self.path())?;
        migrate::migrate(&mut conn)?;
        self.reads = Reads::new(conn);
        Ok(())
    }

    /// Gives the connection up: after a failed fsync nobody knows what it believes to be on the
    /// disk. It must not touch the file once more, so closing it does no checkpoint.
    pub(super) fn poison(&mut self) {
        if let Some(conn) = self.reads.take() {
            // Closing goes on without it, only less carefully.
            let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

/// What a file is, whatever its name: its device and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(path: &Path) -> Result<Self, LedgerError> {
        let found = fs::metadata(path).map_err(LedgerError::io("open", path))?;
        Ok(Self { device: found.dev(), inode: found.ino() })
    }
}

/// Makes a folder for its owner alone, unless it is there.
pub(super) fn create_folder(folder: &Path) -> Result<(), LedgerError> {
    if folder.is_dir() {
        return Ok(());
    }
    let missing: Vec<&Path> = folder.ancestors().take_while(|it| !it.exists()).collect();
    let doing = LedgerError::io("create the folder", folder);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(doing)?;
    // A ledger whose folder a power cut takes away is lost, however well its file was written.
    missing.into_iter().rev().try_for_each(sync_place_of)
}

/// Sees the name of a file or folder to the disk.
pub(super) fn sync_place_of(path: &Path) -> Result<(), LedgerError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let opened = File::open(folder).map_err(LedgerError::io("open", folder))?;
    opened.sync_all().map_err(LedgerError::io("write", folder))
}

/// Refuses an engine that is known to lose data.
fn check_sqlite() -> Result<(), LedgerError> {
    if rusqlite::version_number() >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(LedgerError::OldSqlite { found: rusqlite::version().to_owned() })
}

fn lock_file(folder: &Path) -> Result<File, LedgerError> {
    let path = folder.join(LOCK_NAME);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(&path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied if folder.join(FILE_NAME).exists() => LedgerError::ReadOnly,
        _ => LedgerError::io("create", &path)(error),
    })
}

/// Says "I have it open". Only a restore holds it alone, and not for long.
fn lock_shared(folder: &Path) -> Result<File, LedgerError> {
    let file = lock_file(folder)?;
    let started = Instant::now();
    loop {
        match file.try_lock_shared() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if started.elapsed() < BUSY_TIMEOUT => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(LedgerError::InUse { folder: folder.to_owned() });
            }
            Err(TryLockError::Error(error)) => {
                return Err(LedgerError::io("lock", &folder.join(LOCK_NAME))(error));
            }
        }
    }
}

/// Says "nobody else may have it open".
pub(super) fn lock_alone(folder: &Path) -> Result<File, LedgerError> {
    let file = lock_file(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => {
            Err(LedgerError::io("lock", &folder.join(LOCK_NAME))(error))
        }
    }
}

/// Makes a file, unless it is there: here and not by SQLite, so that it, and the two that SQLite
/// puts beside it, are the owner's alone. A file that is there must not be opened: closing it
/// would drop the locks that other connections of this process hold on it.
pub(super) fn create_private(path: &Path) -> Result<(), LedgerError> {
    /// Nobody locks the new file while it is still open here.
    static CREATING: Mutex<()> = Mutex::new(());
    let _alone = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => drop(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(LedgerError::io("create", path)(error)),
    }
    sync_place_of(path)
}

/// A connection for reading and writing, with everything that is promised about it.
pub(super) fn connect(path: &Path) -> Result<Connection, LedgerError> {
    create_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    migrate::check_ours(&conn, path)?;
    enter_wal(&conn)?;
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;
         PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// Two processes that make one ledger at the same time meet here, where SQLite does not wait.
fn enter_wal(conn: &Connection) -> Result<(), LedgerError> {
    let started = Instant::now();
    loop {
        let mode = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Err(error)
                if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy)
                    || started.elapsed() > BUSY_TIMEOUT =>
            {
                return Err(error.into());
            }
            Ok(mode) if started.elapsed() > BUSY_TIMEOUT => {
                let what = format!("the journal mode stays `{mode}` where `wal` is needed");
                return Err(LedgerError::Invalid(what));
            }
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn read_only_connection(path: &Path, immutable: bool) -> Result<Connection, LedgerError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = if immutable {
        flags |= OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(format!("file:{}?immutable=1", uri_path(path)), flags)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.execute_batch("PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;")?;
    migrate::check_ours(&conn, path)?;
    Ok(conn)
}

/// A path inside an SQLite URI: everything but plain characters is percent-encoded.
fn uri_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn log_is_left(path: &Path) -> bool {
    fs::metadata(with_suffix(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Copies a ledger from wherever it is: as SQLite sees it, where SQLite can open it.
pub(super) fn copy_database(from: &Path, to: &Path) -> Result<(), LedgerError> {
    match read_only_connection(from, false) {
        Ok(conn) => copy_connected(&conn, to).map(drop),
        Err(error) if error.is_about_content() => Err(error),
        Err(_) => copy_files(from, to),
    }
}

/// Copies one state of an open database into a new file.
pub(super) fn copy_connected(from: &Connection, to: &Path) -> Result<Connection, LedgerError> {
    create_private(to)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags)?;
    // All pages in one step: a step sees one state, and writers do not have to wait for it.
    let step = Duration::from_millis(50);
    Backup::new(from, &mut copy)?.run_to_completion(i32::MAX, step, None)?;
    Ok(copy)
}

/// Copies the file of a database that nobody can write, and the log that may be beside it.
fn copy_files(from: &Path, to: &Path) -> Result<(), LedgerError> {
    for suffix in ["", "-wal"] {
        if suffix.is_empty() || log_is_left(from) {
            let (from, to) = (with_suffix(from, suffix), with_suffix(to, suffix));
            fs::copy(&from, &to).map_err(LedgerError::io("copy", &from))?;
            // The copy has its original's mode, which may forbid writing.
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(&to, mode).map_err(LedgerError::io("write", &to))?;
        }
    }
    Ok(())
}

/// A copy of a database and its log, in a folder of its own that goes away with this value.
#[derive(Debug)]
pub(super) struct PrivateCopy {
    folder: PathBuf,
}

impl PrivateCopy {
    /// Copies a database, through its connection where it could be opened.
    fn of(path: &Path, opened: Option<Connection>) -> Result<Self, LedgerError> {
        let copy = Self { folder: private_folder()? };
        match opened {
            Some(conn) => copy_connected(&conn, &copy.path()).map(drop)?,
            None => copy_files(path, &copy.path())?,
        }
        Ok(copy)
    }

    /// The copied database.
    fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        // What is left of a copy is in the system's temporary folder, and the system's to clear.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn private_folder() -> Result<PathBuf, LedgerError> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let base = std::env::temp_dir();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("runledger-{}-{count}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LedgerError::io("create the folder", &folder)(error)),
        }
    }
}
