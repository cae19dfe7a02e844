//! Catching up, rebuilding, setting aside what is damaged.
//!
//! One process writes at a time: a lock on `writer.lock` is held from reading the pointer to
//! switching it. A rebuild goes into a folder of its own and the pointer is switched when it is
//! complete, so a search finds either the old index or the new one. What was damaged is renamed
//! `broken-…` only then, and at most two of those are kept.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::indexer::LogMergePolicy;
use tantivy::{IndexWriter, Term};

use super::generation::{self, Generation, Payload};
use super::schema::{self, SCHEMA};
use super::{Change, Index, Part, SearchError, Source, Watermark};

/// Memory for a few changed files; the engine's least is 15 MB.
const HEAP_CATCHING_UP: usize = 16_000_000;

/// Memory for a rebuild: fewer, larger segments.
const HEAP_REBUILDING: usize = 50_000_000;

/// How many damaged indices are kept for whoever wants to know why.
const BROKEN_KEPT: usize = 2;

/// A segment is rewritten when this much of it is deleted.
const DELETED_BEFORE_MERGE: f32 = 0.3;

/// What [`Index::catch_up`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// In one word.
    pub outcome: Outcome,
    /// Parts of documents read.
    pub replaced: usize,
    /// Slugs forgotten.
    pub removed: usize,
    /// Why it was rebuilt, if it was.
    pub why: Option<String>,
    /// Where a damaged index was put aside.
    pub set_aside: Option<PathBuf>,
    /// The generation in use.
    pub pointer: Option<String>,
}

/// What catching up came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing new.
    Current,
    /// What was new was read.
    Updated,
    /// It was built anew.
    Rebuilt,
    /// Somebody else is writing; what is there was loaded.
    Busy,
}

impl CatchUp {
    fn of(outcome: Outcome, pointer: Option<String>) -> Self {
        Self { outcome, replaced: 0, removed: 0, why: None, set_aside: None, pointer }
    }
}

/// What has to be done.
enum Need {
    Nothing,
    Changes { since: Watermark },
    Rebuild { why: String, broken: bool },
}

pub(super) fn catch_up(index: &Index, source: &mut dyn Source) -> Result<CatchUp, SearchError> {
    let wanted = source.watermark().map_err(SearchError::Source)?;
    follow_pointer(index, source)?;
    if matches!(need(index, &wanted)?, Need::Nothing) {
        return current(index, Outcome::Current);
    }
    let Some(_lock) = lock(&index.folder)? else {
        return current(index, Outcome::Busy);
    };
    // Whoever had the lock before may have done the work.
    follow_pointer(index, source)?;
    match need(index, &wanted)? {
        Need::Nothing => current(index, Outcome::Current),
        Need::Rebuild { why, broken } => rebuild(index, source, &wanted, why, broken),
        Need::Changes { since } => {
            let changed =
                generation::catching_panics(|| apply_changes(index, source, &since, &wanted));
            match changed {
                Err(SearchError::Damaged(why)) => rebuild(index, source, &wanted, why, true),
                other => other,
            }
        }
    }
}

pub(super) fn rebuild_now(index: &Index, source: &mut dyn Source) -> Result<CatchUp, SearchError> {
    let wanted = source.watermark().map_err(SearchError::Source)?;
    let Some(_lock) = lock(&index.folder)? else {
        return current(index, Outcome::Busy);
    };
    follow_pointer(index, source)?;
    let broken = index.lock().damaged.is_some();
    rebuild(index, source, &wanted, "it was asked for".to_owned(), broken)
}

/// Uses the generation that the pointer names now.
fn follow_pointer(index: &Index, source: &mut dyn Source) -> Result<(), SearchError> {
    let pointer = source.pointer().map_err(SearchError::Source)?;
    let mut open = index.lock();
    if open.pointer != pointer {
        open.pointer = pointer;
        open.generation = None;
        open.damaged = None;
    }
    Ok(())
}

fn need(index: &Index, wanted: &Watermark) -> Result<Need, SearchError> {
    if let Some(why) = index.lock().damaged.clone() {
        return Ok(Need::Rebuild { why, broken: true });
    }
    let reached = index.generation().and_then(|generation| {
        generation::catching_panics(|| {
            generation.reload()?;
            generation.watermark()
        })
    });
    Ok(match reached {
        Ok(reached) if reached == *wanted => Need::Nothing,
        Ok(reached) if reached.lineage != wanted.lineage => {
            Need::Rebuild { why: "it belongs to another ledger".to_owned(), broken: false }
        }
        Ok(reached) if reached.seq > wanted.seq || reached.files_rev > wanted.files_rev => {
            Need::Rebuild { why: "it is ahead of the ledger".to_owned(), broken: false }
        }
        Ok(since) => Need::Changes { since },
        Err(SearchError::Missing) => {
            Need::Rebuild { why: "there was none".to_owned(), broken: false }
        }
        Err(SearchError::Damaged(why)) => Need::Rebuild { why, broken: true },
        Err(error) => return Err(error),
    })
}

fn current(index: &Index, outcome: Outcome) -> Result<CatchUp, SearchError> {
    Ok(CatchUp::of(outcome, index.lock().pointer.clone()))
}

/// The writers' lock, or none if somebody has it. It is let go when the file is closed.
fn lock(folder: &Path) -> Result<Option<File>, SearchError> {
    let refused = |error| SearchError::io(folder, error);
    fs::create_dir_all(folder).map_err(refused)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("writer.lock"))
        .map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

fn apply_changes(
    index: &Index,
    source: &mut dyn Source,
    since: &Watermark,
    wanted: &Watermark,
) -> Result<CatchUp, SearchError> {
    let generation = index.generation()?;
    let mut writing = Writing::start(&generation, HEAP_CATCHING_UP)?;
    source.changed_since(since, &mut |change| writing.take(change)).map_err(SearchError::Source)?;
    let mut done = writing.finish(wanted)?;
    generation.reload()?;
    done.pointer.clone_from(&index.lock().pointer);
    Ok(done)
}

fn rebuild(
    index: &Index,
    source: &mut dyn Source,
    wanted: &Watermark,
    why: String,
    broken: bool,
) -> Result<CatchUp, SearchError> {
    let folder = &index.folder;
    let name = generation::name_of(highest_number(folder)? + 1);
    let filled = fill(folder, &name, source, wanted);
    if filled.is_err() {
        // Half an index is of no use; what cannot be removed now is removed the next time.
        let _ = fs::remove_dir_all(folder.join(&name));
    }
    let (generation, mut done) = filled?;

    let before = {
        let mut open = index.lock();
        open.generation = Some(Arc::new(generation));
        open.damaged = None;
        open.pointer.replace(name.clone())
    };
    done.outcome = Outcome::Rebuilt;
    done.why = Some(why);
    done.pointer = Some(name.clone());
    if let Some(before) = before.filter(|name| broken && generation::is_name(name)) {
        done.set_aside = set_aside(folder, &before);
    }
    tidy(folder, &name);
    Ok(done)
}

/// Builds a generation and points to it.
fn fill(
    folder: &Path,
    name: &str,
    source: &mut dyn Source,
    wanted: &Watermark,
) -> Result<(Generation, CatchUp), SearchError> {
    let generation = Generation::create(folder, name)?;
    let mut writing = Writing::start(&generation, HEAP_REBUILDING)?;
    source.all(&mut |change| writing.take(change)).map_err(SearchError::Source)?;
    let done = writing.finish(wanted)?;
    generation.reload()?;
    source.set_pointer(name).map_err(SearchError::Source)?;
    Ok((generation, done))
}

/// The highest number of any generation, damaged ones included, so that no name comes twice.
fn highest_number(folder: &Path) -> Result<u32, SearchError> {
    Ok(names(folder)?
        .iter()
        .filter_map(|name| name.rsplit('-').next()?.parse::<u32>().ok())
        .max()
        .unwrap_or(0))
}

fn names(folder: &Path) -> Result<Vec<String>, SearchError> {
    let refused = |error| SearchError::io(folder, error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        names.extend(entry.map_err(refused)?.file_name().into_string());
    }
    Ok(names)
}

/// Keeps a damaged index under another name. That it cannot be renamed harms nothing: nobody
/// points to it any more.
fn set_aside(folder: &Path, name: &str) -> Option<PathBuf> {
    let aside = folder.join(format!("broken-{name}"));
    fs::rename(folder.join(name), &aside).ok().map(|()| aside)
}

/// Removes generations nobody points to, half-built ones too, and all but the last few damaged
/// ones. Only called with the lock held; what cannot be removed is tried again the next time.
fn tidy(folder: &Path, current: &str) {
    let Ok(names) = names(folder) else { return };
    let number = |name: &str| name.rsplit('-').next().and_then(|n| n.parse::<u32>().ok());
    let mut broken: Vec<_> = names
        .iter()
        .filter(|name| name.strip_prefix("broken-").is_some_and(generation::is_name))
        .collect();
    broken.sort_by_key(|name| std::cmp::Reverse(number(name)));
    let old = names.iter().filter(|name| generation::is_name(name) && *name != current);
    for name in old.chain(broken.into_iter().skip(BROKEN_KEPT)) {
        // An error here costs disk space only.
        let _ = fs::remove_dir_all(folder.join(name));
    }
}

/// A writer at work.
struct Writing<'a> {
    generation: &'a Generation,
    writer: IndexWriter,
    replaced: usize,
    removed: usize,
    failed: Option<tantivy::TantivyError>,
}

impl<'a> Writing<'a> {
    fn start(generation: &'a Generation, heap: usize) -> Result<Self, SearchError> {
        let writer = generation
            .index
            .writer_with_num_threads(1, heap)
            .map_err(|error| SearchError::of(&generation.folder, error))?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
        writer.set_merge_policy(Box::new(policy));
        Ok(Self { generation, writer, replaced: 0, removed: 0, failed: None })
    }

    fn take(&mut self, change: Change) {
        if self.failed.is_some() {
            return;
        }
        match change {
            Change::Remove { slug } => {
                self.removed += 1;
                for part in Part::ALL {
                    self.delete(&schema::part_key(&slug, part));
                }
            }
            Change::Replace { slug, part, docs } => {
                self.replaced += 1;
                self.delete(&schema::part_key(&slug, part));
                let fields = &self.generation.fields;
                for document in schema::documents(fields, &slug, part, &docs) {
                    if let Err(error) = self.writer.add_document(document) {
                        self.failed = Some(error);
                        return;
                    }
                }
            }
        }
    }

    fn delete(&self, key: &str) {
        self.writer.delete_term(Term::from_field_text(self.generation.fields.part, key));
    }

    fn finish(mut self, watermark: &Watermark) -> Result<CatchUp, SearchError> {
        let sorted = |error| SearchError::of(&self.generation.folder, error);
        if let Some(error) = self.failed {
            return Err(sorted(error));
        }
        let payload = Payload { schema: SCHEMA, watermark: watermark.clone() };
        let payload = serde_json::to_string(&payload)
            .map_err(|error| SearchError::Engine(error.to_string()))?;
        let mut commit = self.writer.prepare_commit().map_err(sorted)?;
        commit.set_payload(&payload);
        commit.commit().map_err(sorted)?;
        self.writer.wait_merging_threads().map_err(sorted)?;
        Ok(CatchUp {
            replaced: self.replaced,
            removed: self.removed,
            ..CatchUp::of(Outcome::Updated, None)
        })
    }
}
