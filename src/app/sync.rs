//! The scan: changed files are read, gone ones retired, moved ones recognised, rows told to the
//! ledger, and the index catches up.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::exercises::entry;
use super::identity::{Identities, Identity};
use super::rows::{entries_for, rows_of};
use super::texts::Memory;
use super::{App, file_stem};
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, RunbookMoved};
use crate::domain::id::{Hash, RunbookId, Slug};
use crate::error::{Error, Kind};
use crate::ledger::{FileError, FileRecord, FileStat, KnownFile};
use crate::runbook::{Runbook, Summary};
use crate::workspace::scan::{self, Found, Stat, Walk};

/// How many files are told to the ledger in one transaction; parsing happens before it.
const BATCH: usize = 500;

/// What a scan did.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct SyncReport {
    /// Files that are there.
    pub files: usize,
    /// Files that were new or had changed, and were read.
    pub read: usize,
    /// Files that are gone.
    pub retired: usize,
    /// Files that were recognised under another path: from, to.
    pub moved: Vec<(Slug, Slug)>,
    /// New exercises found in tables.
    pub exercises_found: usize,
    /// Rows that were written into files.
    pub rows_written: usize,
    /// Files that could not be read.
    pub problems: Vec<FileProblem>,
    /// Why the search index lags behind, if it could not be brought up to date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

impl SyncReport {
    /// Whether anything changed.
    pub fn changed(&self) -> bool {
        self.read + self.retired + self.exercises_found + self.rows_written > 0
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileProblem {
    /// The file, relative to the workspace where it lies inside.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// A file that was read and understood, before the ledger hears of it.
pub(super) struct Read {
    /// Its folder, as the ledger calls it.
    pub(super) folder: String,
    pub(super) path: String,
    pub(super) slug: Slug,
    pub(super) stat: FileStat,
    pub(super) hash: Hash,
    pub(super) text: String,
    pub(super) runbook: Runbook,
    pub(super) summary: Summary,
}

impl Read {
    fn place(&self) -> Place {
        (self.folder.clone(), self.path.clone())
    }
}

/// A file's place: its folder, as the ledger calls it, and its path in it.
pub(super) type Place = (String, String);

/// The files that the ledger knows and has not retired, by place.
pub(super) type Known = HashMap<Place, KnownFile>;

/// Told as the work goes on: files done, files to do.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

impl App {
    /// Brings the derived data up to date with the files, quietly. Every reading verb begins so.
    ///
    /// # Errors
    /// The store cannot be read. That it cannot be written is no error here: what is known can be
    /// read, and whoever wants to write hears of it then.
    pub fn refresh(&mut self) -> Result<SyncReport, Error> {
        match self.sync(&mut |_, _| {}) {
            Err(error) if matches!(error.kind(), Kind::Full | Kind::Unwritable) => {
                Ok(SyncReport::default())
            }
            done => done,
        }
    }

    /// Scans the folders: reads what changed, retires what is gone, and says so.
    ///
    /// # Errors
    /// The store cannot be written. A file that cannot be read is no error: it is in the report.
    pub fn sync(&mut self, progress: Progress<'_>) -> Result<SyncReport, Error> {
        if self.read_only && !self.find_room() {
            return Ok(SyncReport::default());
        }
        let mut report = self.scan(progress)?;
        report.rows_written = self.write_pending_rows()?;
        if report.rows_written > 0 {
            self.scan(&mut |_, _| {})?;
        }
        // Files and ledger are as they should be; the index is derived, and whoever comes next
        // tries again. Nothing that was recorded may look refused for its sake.
        report.index = self.catch_up().err().map(|error| error.to_string());
        Ok(report)
    }

    /// The scan alone, without writing rows and without the index.
    pub(super) fn scan(&mut self, progress: Progress<'_>) -> Result<SyncReport, Error> {
        let now = Timestamp(self.clock.now_ms());
        let all = self.ledger.files()?;
        let known: Known = all
            .iter()
            .filter(|file| !file.retired)
            .map(|file| ((file.folder.clone(), file.path.clone()), file.clone()))
            .collect();
        let names: Vec<String> =
            (0..self.config.runbooks.len()).map(|at| self.folder_name(at)).collect();
        let walk = scan::walk(&self.config.runbooks, &self.rules);
        let mut report = SyncReport { files: walk.files.len(), ..SyncReport::default() };
        let mut errors = walk.errors.clone();

        let gone = self.gone(&known, &walk);
        let before = |found: &Found| {
            let file = known.get(&(names.get(found.folder)?.clone(), found.path.clone()));
            file.map(|file| stat_of(file.stat))
        };
        let changed: Vec<&Found> = walk.changed(before, Clock::system().now_ms()).collect();
        let mut identities = Identities::new(&all, &known, &gone, self.ledger.moves()?);
        let mut memory = Memory::default();
        let mut done = 0;
        for batch in changed.chunks(BATCH) {
            let reads = self.read_batch(batch, &walk, &known, &mut errors)?;
            report.read += reads.len();
            let mut placed = Vec::new();
            for read in reads {
                let identity = identities.of(&read, self, &mut memory);
                placed.push((read, identity));
            }
            self.tell(&placed, &known, &mut memory, now, &mut report)?;
            done += batch.len();
            progress(done, changed.len());
        }
        self.retire(&gone)?;
        report.retired = gone.len().saturating_sub(report.moved.len());
        self.keep_problems(&errors)?;
        report.problems = errors.iter().map(|error| self.problem(error)).collect();
        report.problems.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(report)
    }

    /// The known files that are not there any more; a folder that could not be listed hides none.
    fn gone<'a>(&self, known: &'a Known, walk: &Walk) -> Vec<&'a KnownFile> {
        let present: HashSet<Place> = walk.files.iter().map(|f| self.place_of(f)).collect();
        let folders: HashMap<String, usize> =
            (0..self.config.runbooks.len()).map(|at| (self.folder_name(at), at)).collect();
        let gone = known.iter().filter(|(place, file)| {
            !present.contains(*place)
                && folders.get(&file.folder).is_none_or(|at| walk.may_retire(*at, &file.path))
        });
        gone.map(|(_, file)| file).collect()
    }

    /// What the ledger calls a folder: its path relative to the workspace where it lies inside.
    pub(super) fn folder_name(&self, folder: usize) -> String {
        let path = self.config.runbooks.get(folder).map_or(Path::new(""), PathBuf::as_path);
        self.shown_path(path)
    }

    fn place_of(&self, found: &Found) -> Place {
        (self.folder_name(found.folder), found.path.clone())
    }

    /// Reads and parses files outside any transaction. A file whose bytes are the same as before
    /// only has its times noted.
    fn read_batch(
        &mut self,
        batch: &[&Found],
        walk: &Walk,
        known: &Known,
        errors: &mut Vec<scan::FileError>,
    ) -> Result<Vec<Read>, Error> {
        let mut reads = Vec::new();
        let mut touched = Vec::new();
        // Files carry the system's times, whatever day the application is told it is.
        let (now, system) = (self.clock.now_ms(), Clock::system().now_ms());
        for found in batch {
            let content = match walk.read(found, system) {
                Ok(content) => content,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let (folder, path) = self.place_of(found);
            let stat = known_stat(content.stat);
            let before = known.get(&(folder.clone(), path.clone()));
            if let Some(file) = before.filter(|file| file.sha256 == content.hash) {
                if file.stat != stat {
                    touched.push((folder, path, stat));
                }
                continue;
            }
            let name = file_stem(found.slug.as_str());
            let (runbook, diagnostics) = crate::runbook::parse(&content.text, name);
            reads.push(Read {
                folder,
                path,
                slug: found.slug.clone(),
                stat,
                hash: content.hash,
                summary: crate::runbook::summarise(&runbook, diagnostics),
                text: content.text,
                runbook,
            });
        }
        if !touched.is_empty() {
            self.ledger.transact(|tx| -> Result<(), Error> {
                for (folder, path, stat) in &touched {
                    tx.touch_file(folder, path, *stat, now)?;
                }
                Ok(())
            })?;
        }
        Ok(reads)
    }

    /// Tells the ledger of files that were read: their text, and what their rows say happened.
    pub(super) fn tell(
        &mut self,
        placed: &[(Read, Identity)],
        known: &Known,
        memory: &mut Memory,
        now: Timestamp,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        if placed.is_empty() {
            return Ok(());
        }
        let new_ids: Vec<_> = placed.iter().map(|_| self.new_id()).collect();
        let mut befores = Vec::new();
        for (read, identity) in placed {
            befores.push(self.summary_before(known.get(&read.place()).or(identity.file.as_ref()))?);
        }
        let mut found = 0;
        self.ledger.transact(|tx| -> Result<(), Error> {
            // A file that moved gives its slug back before another takes it.
            for (_, identity) in placed {
                if let Some(file) = &identity.file {
                    tx.retire_file(&file.folder, &file.path)?;
                }
            }
            for (((read, identity), id), before) in placed.iter().zip(&new_ids).zip(&befores) {
                if let Some((from, seen)) = &identity.moved {
                    let event = Event::RunbookMoved(RunbookMoved {
                        from: from.clone(),
                        to: read.slug.clone(),
                        seen: *seen,
                    });
                    let subject = identity.runbook.as_str();
                    tx.append(&entry(*id, &event, subject, now, &Actor::scan())?)?;
                }
                let exercises = tx.exercises_of(&identity.runbook)?;
                let keys = tx.row_keys(&identity.runbook)?;
                let entries = entries_for(
                    &identity.runbook,
                    &read.summary,
                    before.as_ref(),
                    &rows_of(&read.runbook),
                    &exercises,
                    &keys,
                )?;
                for entry in &entries {
                    tx.append(entry)?;
                }
                found += entries.iter().filter(|entry| entry.kind == "exercise.found").count();
                tx.replace_file(&file_record(read, &identity.runbook, now)?)?;
            }
            Ok(())
        })?;
        report.exercises_found += found;
        for (read, identity) in placed {
            if let Some((from, _)) = &identity.moved {
                report.moved.push((from.clone(), read.slug.clone()));
            }
            let file = self.file_at(&read.folder, &read.path);
            self.remember_texts(&identity.runbook, &file, &read.slug, memory)?;
        }
        Ok(())
    }

    /// What the scan before read in a file; what cannot be read any more counts as nothing.
    fn summary_before(&self, file: Option<&KnownFile>) -> Result<Option<Summary>, Error> {
        let Some(file) = file else { return Ok(None) };
        let kept = self.ledger.document_summary(&file.slug)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    fn retire(&mut self, gone: &[&KnownFile]) -> Result<(), Error> {
        if gone.is_empty() {
            return Ok(());
        }
        self.ledger.transact(|tx| -> Result<(), Error> {
            for file in gone {
                tx.retire_file(&file.folder, &file.path)?;
            }
            Ok(())
        })
    }

    fn problem(&self, error: &scan::FileError) -> FileProblem {
        let folder = self.config.runbooks.get(error.folder).cloned().unwrap_or_default();
        FileProblem {
            path: self.shown_path(&folder.join(&error.path)),
            line: error.line.max(1),
            column: error.column.max(1),
            message: error.message.clone(),
        }
    }

    /// Keeps which files could not be read, so that pages can say so.
    fn keep_problems(&mut self, errors: &[scan::FileError]) -> Result<(), Error> {
        let told: Vec<FileError> = errors
            .iter()
            .map(|error| FileError {
                folder: self.folder_name(error.folder),
                path: error.path.clone(),
                line: error.line.max(1),
                column: error.column.max(1),
                message: error.message.clone(),
                stat: None,
            })
            .collect();
        let kept = self.ledger.file_errors()?;
        let same = kept.len() == told.len() && told.iter().all(|error| kept.contains(error));
        if same {
            return Ok(());
        }
        self.ledger.transact(|tx| -> Result<(), Error> {
            for error in &kept {
                tx.clear_file_error(&error.folder, &error.path)?;
            }
            for error in &told {
                tx.set_file_error(error)?;
            }
            Ok(())
        })
    }
}

fn file_record(read: &Read, runbook: &RunbookId, now: Timestamp) -> Result<FileRecord, Error> {
    let summary = serde_json::to_string(&read.summary)
        .map_err(|e| Error::failed(format!("storing what {} says: {e}", read.path)))?;
    Ok(FileRecord {
        folder: read.folder.clone(),
        path: read.path.clone(),
        slug: read.slug.clone(),
        runbook: runbook.clone(),
        stat: read.stat,
        sha256: read.hash,
        text: read.text.clone(),
        summary,
        scanned_ms: now.0,
    })
}

/// The scanner's stat as the ledger keeps it; neither knows the other.
const fn known_stat(stat: Stat) -> FileStat {
    FileStat {
        size: stat.size,
        mtime_ns: stat.mtime_ns,
        ctime_ns: stat.ctime_ns,
        inode: stat.inode,
    }
}

const fn stat_of(stat: FileStat) -> Stat {
    Stat { size: stat.size, mtime_ns: stat.mtime_ns, ctime_ns: stat.ctime_ns, inode: stat.inode }
}
