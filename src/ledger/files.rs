//! What the scanner found in the team's folder: derived, rebuilt by scanning again.

use rusqlite::{OptionalExtension as _, Row, params};

use super::blobs::{compress, expand};
use super::read::hash_from;
use super::{LedgerError, Reads, Tx};
use crate::domain::id::{Hash, RunbookId, Slug};

/// What tells that a file has not changed, without reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileStat {
    /// Length in bytes.
    pub size: u64,
    /// When its content changed, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When anything about it changed.
    pub ctime_ns: i64,
    /// Its number in its file system.
    pub inode: u64,
}

/// A file as it was just read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// The runbooks folder it is in.
    pub folder: String,
    /// Its path in there, `/`-separated.
    pub path: String,
    /// Its slug.
    pub slug: Slug,
    /// The runbook it is.
    pub runbook: RunbookId,
    /// To tell whether it changed.
    pub stat: FileStat,
    /// Of its bytes.
    pub sha256: Hash,
    /// Its text.
    pub text: String,
    /// What lists need of it, as JSON.
    pub summary: String,
    /// When it was read.
    pub scanned_ms: i64,
}

/// A file that was read, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFile {
    /// The runbooks folder it is in.
    pub folder: String,
    /// Its path in there.
    pub path: String,
    /// Its slug.
    pub slug: Slug,
    /// The runbook it is.
    pub runbook: RunbookId,
    /// To tell whether it changed.
    pub stat: FileStat,
    /// Of its bytes.
    pub sha256: Hash,
    /// The change that brought it here.
    pub rev: i64,
    /// It was there once and is not any more.
    pub retired: bool,
}

/// A document that is there now, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its slug.
    pub slug: Slug,
    /// The runbook it is.
    pub runbook: RunbookId,
    /// The runbooks folder it is in.
    pub folder: String,
    /// Its path in there.
    pub path: String,
    /// The change that brought its present text.
    pub rev: i64,
    /// Of its bytes.
    pub sha256: Hash,
    /// What lists need of it, as JSON.
    pub summary: String,
    /// When the runbook was first seen here.
    pub first_seen_ms: Option<i64>,
    /// When it was last read.
    pub scanned_ms: i64,
}

/// A file that could not be read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The runbooks folder it is in.
    pub folder: String,
    /// Its path in there.
    pub path: String,
    /// Where in it, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// Where in that line, from 1; 0 where the whole line is meant.
    pub column: usize,
    /// What is wrong and what was done.
    pub message: String,
    /// To tell whether it changed since.
    pub stat: Option<FileStat>,
}

const REV_KEY: &str = "files.rev";

const DOCUMENT: &str = "SELECT f.slug, f.runbook, f.folder, f.path, f.rev, f.sha256, f.summary,
     s.first_seen_ms, f.scanned_ms
     FROM files f LEFT JOIN sightings s ON s.runbook = f.runbook";

const KNOWN: &str = "SELECT folder, path, slug, runbook, size, mtime_ns, ctime_ns, inode, sha256,
     rev, retired FROM files";

impl Tx<'_> {
    /// Takes a file's new content for the old; clears its error. All changes of one transaction
    /// share one revision.
    ///
    /// # Errors
    /// Another file that is there has the slug, or the ledger cannot be written.
    pub fn replace_file(&mut self, file: &FileRecord) -> Result<i64, LedgerError> {
        self.check_slug(file)?;
        let rev = self.next_files_rev()?;
        self.leave_slug(&file.folder, &file.path, &file.slug, rev)?;
        let (size, inode) = (file.stat.size as i64, file.stat.inode as i64);
        self.conn()?.prepare_cached(include_str!("sql/replace_file.sql"))?.execute(params![
            file.folder,
            file.path,
            file.slug.as_str(),
            file.runbook.as_str(),
            size,
            file.stat.mtime_ns,
            file.stat.ctime_ns,
            inode,
            file.sha256.as_bytes().as_slice(),
            rev,
            file.text.len() as i64,
            compress(file.text.as_bytes()),
            file.summary,
            file.scanned_ms,
        ])?;
        self.conn()?
            .prepare_cached("DELETE FROM gone WHERE slug = ?1")?
            .execute([file.slug.as_str()])?;
        self.see_runbook(&file.runbook, file.scanned_ms)?;
        self.clear_file_error(&file.folder, &file.path)?;
        Ok(rev)
    }

    fn check_slug(&self, file: &FileRecord) -> Result<(), LedgerError> {
        let holder: Option<String> = self
            .conn()?
            .prepare_cached(
                "SELECT path FROM files
                 WHERE slug = ?1 AND retired = 0 AND NOT (folder = ?2 AND path = ?3)",
            )?
            .query_row([file.slug.as_str(), &file.folder, &file.path], |row| row.get(0))
            .optional()?;
        match holder {
            None => Ok(()),
            Some(holder) => {
                let (slug, path) = (file.slug.clone(), file.path.clone());
                Err(LedgerError::SlugTaken { slug, path, holder })
            }
        }
    }

    /// A file whose slug changes leaves the old one behind.
    fn leave_slug(
        &self,
        folder: &str,
        path: &str,
        slug: &Slug,
        rev: i64,
    ) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached(
                "INSERT OR REPLACE INTO gone (slug, rev)
                 SELECT slug, ?4 FROM files
                 WHERE folder = ?1 AND path = ?2 AND slug <> ?3 AND retired = 0",
            )?
            .execute(params![folder, path, slug.as_str(), rev])?;
        Ok(())
    }

    /// A runbook was seen, now or earlier; the earliest time is kept.
    pub(super) fn see_runbook(&mut self, runbook: &RunbookId, ms: i64) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached(
                "INSERT INTO sightings (runbook, first_seen_ms) VALUES (?1, ?2)
                 ON CONFLICT (runbook) DO UPDATE SET first_seen_ms = excluded.first_seen_ms
                 WHERE excluded.first_seen_ms < first_seen_ms",
            )?
            .execute(params![runbook.as_str(), ms])?;
        Ok(())
    }

    /// The file was looked at and says what it said, though it looks different from outside.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn touch_file(
        &mut self,
        folder: &str,
        path: &str,
        stat: FileStat,
        scanned_ms: i64,
    ) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached(
                "UPDATE files SET size = ?3, mtime_ns = ?4, ctime_ns = ?5, inode = ?6,
                 scanned_ms = ?7 WHERE folder = ?1 AND path = ?2",
            )?
            .execute(params![
                folder,
                path,
                stat.size as i64,
                stat.mtime_ns,
                stat.ctime_ns,
                stat.inode as i64,
                scanned_ms,
            ])?;
        Ok(())
    }

    /// The file is not there any more. What is known of it stays, out of sight. Also forgets an
    /// error of it.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn retire_file(&mut self, folder: &str, path: &str) -> Result<(), LedgerError> {
        self.clear_file_error(folder, path)?;
        let live = self
            .conn()?
            .prepare_cached(
                "SELECT slug FROM files WHERE folder = ?1 AND path = ?2 AND retired = 0",
            )?
            .query_row([folder, path], |row| row.get::<_, String>(0))
            .optional()?;
        let Some(slug) = live else { return Ok(()) };
        let rev = self.next_files_rev()?;
        self.conn()?
            .prepare_cached(
                "UPDATE files SET retired = 1, rev = ?3 WHERE folder = ?1 AND path = ?2",
            )?
            .execute(params![folder, path, rev])?;
        self.conn()?
            .prepare_cached("INSERT OR REPLACE INTO gone (slug, rev) VALUES (?1, ?2)")?
            .execute(params![slug, rev])?;
        Ok(())
    }

    /// A file could not be read. What was read of it before stays in force.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn set_file_error(&mut self, error: &FileError) -> Result<(), LedgerError> {
        let stat = error.stat;
        self.conn()?
            .prepare_cached(
                "INSERT OR REPLACE INTO file_errors (folder, path, line, \"column\", message,
                 size, mtime_ns, ctime_ns, inode) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                error.folder,
                error.path,
                error.line as i64,
                error.column as i64,
                error.message,
                stat.map(|stat| stat.size as i64),
                stat.map(|stat| stat.mtime_ns),
                stat.map(|stat| stat.ctime_ns),
                stat.map(|stat| stat.inode as i64),
            ])?;
        Ok(())
    }

    /// The file can be read again, or is gone.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn clear_file_error(&mut self, folder: &str, path: &str) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached("DELETE FROM file_errors WHERE folder = ?1 AND path = ?2")?
            .execute([folder, path])?;
        Ok(())
    }

    /// The revision of this transaction, a new one the first time it is asked for.
    pub(super) fn next_files_rev(&mut self) -> Result<i64, LedgerError> {
        if let Some(rev) = self.files_rev {
            return Ok(rev);
        }
        let rev = Reads::files_rev(self)? + 1;
        self.set_meta(REV_KEY, &rev.to_string())?;
        self.files_rev = Some(rev);
        Ok(rev)
    }
}

impl Reads {
    /// Counts the changes of files, as far as they were scanned; it only ever grows.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn files_rev(&self) -> Result<i64, LedgerError> {
        Ok(self.meta(REV_KEY)?.and_then(|rev| rev.parse().ok()).unwrap_or(0))
    }

    /// Every file that was ever read, also those that are not there any more.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn files(&self) -> Result<Vec<KnownFile>, LedgerError> {
        self.all(&format!("{KNOWN} ORDER BY folder, path"), [], known_from)
    }

    /// The file that has a slug now.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn file_by_slug(&self, slug: &Slug) -> Result<Option<KnownFile>, LedgerError> {
        let sql = format!("{KNOWN} WHERE slug = ?1 AND retired = 0");
        self.first(&sql, [slug.as_str()], known_from)
    }

    /// Every document that is there, by slug.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn live_documents(&self) -> Result<Vec<Document>, LedgerError> {
        self.all(&format!("{DOCUMENT} WHERE f.retired = 0 ORDER BY f.slug"), [], document_from)
    }

    /// The document with a slug.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn document(&self, slug: &Slug) -> Result<Option<Document>, LedgerError> {
        let sql = format!("{DOCUMENT} WHERE f.slug = ?1 AND f.retired = 0");
        self.first(&sql, [slug.as_str()], document_from)
    }

    /// The document that a runbook is now.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn document_of(&self, runbook: &RunbookId) -> Result<Option<Document>, LedgerError> {
        let sql = format!("{DOCUMENT} WHERE f.runbook = ?1 AND f.retired = 0 ORDER BY f.slug");
        self.first(&sql, [runbook.as_str()], document_from)
    }

    /// The summary of the document with a slug, as JSON.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn document_summary(&self, slug: &Slug) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT summary FROM files WHERE slug = ?1 AND retired = 0";
        self.first(sql, [slug.as_str()], |row| Ok(row.get(0)?))
    }

    /// The text of the document with a slug.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn text_of(&self, slug: &Slug) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT text_size, text FROM files WHERE slug = ?1 AND retired = 0";
        self.first(sql, [slug.as_str()], |row| {
            let packed: Vec<u8> = row.get(1)?;
            expand(&packed, row.get(0)?)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(|| LedgerError::Damaged(format!("the text of `{slug}`")))
        })
    }

    /// The documents that changed after a revision, and the slugs that are gone since then.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn changed_since(&self, rev: i64) -> Result<(Vec<Document>, Vec<Slug>), LedgerError> {
        let sql = format!("{DOCUMENT} WHERE f.rev > ?1 AND f.retired = 0 ORDER BY f.slug");
        let changed = self.all(&sql, [rev], document_from)?;
        let sql = "SELECT slug FROM gone WHERE rev > ?1 ORDER BY slug";
        let gone = self.all(sql, [rev], |row| Ok(Slug::new(row.get::<_, String>(0)?)))?;
        Ok((changed, gone))
    }

    /// The files that could not be read.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn file_errors(&self) -> Result<Vec<FileError>, LedgerError> {
        let sql = "SELECT folder, path, line, \"column\", message, size, mtime_ns, ctime_ns, inode
             FROM file_errors ORDER BY folder, path";
        self.all(sql, [], error_from)
    }
}

fn known_from(row: &Row<'_>) -> Result<KnownFile, LedgerError> {
    Ok(KnownFile {
        folder: row.get(0)?,
        path: row.get(1)?,
        slug: Slug::new(row.get::<_, String>(2)?),
        runbook: RunbookId::new(row.get::<_, String>(3)?),
        stat: FileStat {
            size: row.get::<_, i64>(4)? as u64,
            mtime_ns: row.get(5)?,
            ctime_ns: row.get(6)?,
            inode: row.get::<_, i64>(7)? as u64,
        },
        sha256: hash_from(row, 8)?,
        rev: row.get(9)?,
        retired: row.get(10)?,
    })
}

fn document_from(row: &Row<'_>) -> Result<Document, LedgerError> {
    Ok(Document {
        slug: Slug::new(row.get::<_, String>(0)?),
        runbook: RunbookId::new(row.get::<_, String>(1)?),
        folder: row.get(2)?,
        path: row.get(3)?,
        rev: row.get(4)?,
        sha256: hash_from(row, 5)?,
        summary: row.get(6)?,
        first_seen_ms: row.get(7)?,
        scanned_ms: row.get(8)?,
    })
}

fn error_from(row: &Row<'_>) -> Result<FileError, LedgerError> {
    let stat = match row.get::<_, Option<i64>>(5)? {
        None => None,
        Some(size) => Some(FileStat {
            size: size as u64,
            mtime_ns: row.get(6)?,
            ctime_ns: row.get(7)?,
            inode: row.get::<_, i64>(8)? as u64,
        }),
    };
    Ok(FileError {
        folder: row.get(0)?,
        path: row.get(1)?,
        line: row.get::<_, i64>(2)? as usize,
        column: row.get::<_, i64>(3)? as usize,
        message: row.get(4)?,
        stat,
    })
}
