//! A copy of the ledger, and putting one back.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::open::{
    connect, copy_connected, copy_database, create_folder, lock_alone, sync_place_of, with_suffix,
};
use super::rebuild::INDEX_PREFIX;
use super::{FILE_NAME, Ledger, LedgerError, Reads, Report, migrate};
use crate::domain::id::EntryId;

/// How to restore.
#[derive(Clone, Copy, Debug, Default)]
pub struct RestoreOptions {
    /// Also where entries would be missing afterwards.
    pub force: bool,
    /// Now: names the ledger that is kept aside.
    pub now_ms: i64,
}

/// What restoring did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup holds.
    pub report: Report,
    /// Where the ledger of before is; none where there was none.
    pub kept_aside: Option<PathBuf>,
    /// How many of its entries the backup lacks; none where it could not be read.
    pub missing: Option<usize>,
}

impl Ledger {
    /// Copies the ledger, while others go on writing, and verifies the copy before it takes the
    /// place of an older one.
    ///
    /// # Errors
    /// The ledger cannot be read, the copy not written, or the copy is damaged.
    pub fn backup(&self, to: &Path) -> Result<Report, LedgerError> {
        if is_same(&self.path(), to) {
            let what = format!("{} is the ledger itself", to.display());
            return Err(LedgerError::Invalid(what));
        }
        let draft = with_suffix(to, &format!(".{}.tmp", std::process::id()));
        let report = self.copy_to(&draft).inspect_err(|_| remove_database(&draft))?;
        put_in_place(&draft, to)?;
        Ok(report)
    }

    fn copy_to(&self, draft: &Path) -> Result<Report, LedgerError> {
        remove_database(draft);
        let copy = copy_connected(self.conn()?, draft)?;
        finish_copy(copy, draft)
    }

    /// Puts a backup in the place of the ledger of a folder. Nobody else may have it open. The
    /// files have to be scanned and indexed again afterwards.
    ///
    /// # Errors
    /// The backup is damaged or no ledger, lacks entries that the ledger has, the ledger is in
    /// use, or a file cannot be written. Then the ledger is as it was.
    pub fn restore(
        folder: &Path,
        from: &Path,
        options: RestoreOptions,
    ) -> Result<Restored, LedgerError> {
        let current = folder.join(FILE_NAME);
        if is_same(&current, from) {
            let what = format!("{} is the ledger itself", from.display());
            return Err(LedgerError::Invalid(what));
        }
        fs::metadata(from).map_err(LedgerError::io("open", from))?;
        create_folder(folder)?;
        let _alone = lock_alone(folder)?;
        let draft = with_suffix(&current, ".restoring");
        remove_database(&draft);
        let (report, missing) = prepare(from, &draft, &current)
            .and_then(|(report, missing)| match missing.as_deref() {
                Some([first, more @ ..]) if !options.force => {
                    Err(LedgerError::WouldLose { missing: 1 + more.len(), first: *first })
                }
                _ => Ok((report, missing)),
            })
            .inspect_err(|_| remove_database(&draft))?;
        let kept_aside = keep_aside(&current, options.now_ms)?;
        put_in_place(&draft, &current)?;
        Ok(Restored { report, kept_aside, missing: missing.map(|missing| missing.len()) })
    }
}

/// Copies a backup to where it can be brought up to date, verifies it there, and says which of
/// the ledger's entries it lacks.
fn prepare(
    from: &Path,
    draft: &Path,
    current: &Path,
) -> Result<(Report, Option<Vec<EntryId>>), LedgerError> {
    copy_database(from, draft)?;
    let mut conn = connect(draft).map_err(|error| match error {
        LedgerError::NotOurs { .. } => LedgerError::NotOurs { path: from.to_owned() },
        other => other,
    })?;
    migrate::migrate(&mut conn)?;
    // It points into the index of another ledger now.
    conn.execute("DELETE FROM meta WHERE key GLOB ?1", [format!("{INDEX_PREFIX}*")])?;
    let missing = missing_from(&conn, current)?;
    Ok((finish_copy(conn, draft)?, missing))
}

/// Makes one file of a copy, without a log beside it, verifies it, and sees it to the disk.
fn finish_copy(copy: Connection, path: &Path) -> Result<Report, LedgerError> {
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let reads = Reads::new(copy);
    let report = reads.verify(None)?;
    if let Some(problem) = report.problems.first() {
        return Err(LedgerError::Damaged(format!("the backup fails verifying: {}", problem.what)));
    }
    drop(reads);
    let file = File::open(path).map_err(LedgerError::io("open", path))?;
    file.sync_all().map_err(LedgerError::io("write", path))?;
    Ok(report)
}

/// The entries of the ledger that the backup lacks. None where the ledger is too damaged to be
/// asked, which is what backups are for.
fn missing_from(backup: &Connection, current: &Path) -> Result<Option<Vec<EntryId>>, LedgerError> {
    if !current.exists() {
        return Ok(Some(Vec::new()));
    }
    let known: HashSet<EntryId> = ids_of(backup)?.into_iter().collect();
    match connect(current).and_then(|conn| ids_of(&conn)) {
        Ok(ids) => Ok(Some(ids.into_iter().filter(|id| !known.contains(id)).collect())),
        Err(LedgerError::Damaged(_) | LedgerError::Sqlite(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ids_of(conn: &Connection) -> Result<Vec<EntryId>, LedgerError> {
    if migrate::is_empty(conn)? {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare("SELECT entry_id FROM chain ORDER BY seq")?;
    let ids = statement.query_map([], |row| Ok(EntryId::from_bytes(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Gives the present file a second name, so that there is never a moment without a ledger; a log
/// that could not be written back goes with it.
fn keep_aside(current: &Path, now_ms: i64) -> Result<Option<PathBuf>, LedgerError> {
    if !current.exists() {
        return Ok(None);
    }
    let aside = with_suffix(current, &format!(".before-restore-{now_ms}"));
    fs::hard_link(current, &aside).map_err(LedgerError::io("keep aside", &aside))?;
    let log = with_suffix(current, "-wal");
    if log.exists() {
        fs::rename(&log, with_suffix(&aside, "-wal"))
            .map_err(LedgerError::io("keep aside", &log))?;
    }
    let index = with_suffix(current, "-shm");
    if index.exists() {
        fs::remove_file(&index).map_err(LedgerError::io("remove", &index))?;
    }
    Ok(Some(aside))
}

/// Renames a finished file to its place, and sees that to the disk.
fn put_in_place(draft: &Path, place: &Path) -> Result<(), LedgerError> {
    fs::rename(draft, place).map_err(LedgerError::io("write", place))?;
    sync_place_of(place)
}

/// Removes what is left of a draft; what is not there need not be removed.
fn remove_database(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(with_suffix(path, suffix));
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
