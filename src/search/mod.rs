//! The search index: a folder that may be deleted at any time.
//!
//! The unit of search is a section; the unit of a result is a document with its best section, or
//! a section. The module knows nothing of files, the ledger or the configuration: a [`Source`]
//! streams documents and keeps the pointer to the generation in use.
//!
//! # Why an incremental and a rebuilt index answer alike
//!
//! The engine's own statistics count deleted documents until their segment is merged, and its
//! order of equals is the order of document numbers. Both depend on how an index came about. So
//! tantivy serves as what it is best at, dictionary, postings, positions and columns, and the
//! score is ours (`score`): postings are walked once, deleted documents are skipped, and counts
//! and mean lengths are those of the living. Equals are ordered by freshness and name.
//!
//! # Parts
//!
//! `tokenizer` and `schema` say what is kept of a text, [`docs`] turns a runbook into
//! sections, `generation` is one folder of the index, `indexer` fills it and repairs it;
//! `terms` understands a query, `expand` finds words near those that nobody wrote,
//! `snapshot` and `score` collect, `rerank` orders, `fit` says how well hits fit, `snippet` shows.

mod dictionary;
pub mod docs;
mod document;
mod error;
mod expand;
mod fit;
mod generation;
mod indexer;
mod query;
mod rerank;
mod schema;
mod score;
mod snapshot;
mod snippet;
mod synonyms;
mod terms;
mod tokenizer;

#[cfg(test)]
mod eval_tests;
#[cfg(test)]
mod lifecycle_tests;

pub use document::{Change, DocClass, Part, SectionDoc, Source, Watermark};
pub use error::{SearchError, SourceError};
pub use indexer::{CatchUp, Outcome};
pub use query::{Answer, By, Explain, Hit, Other, Request};
pub use snippet::Fragment;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use generation::Generation;
use synonyms::Synonyms;

/// The words of a text that say what it is about, in order, each with what it shares with its
/// inflections: `expired` and `expires` are one word to a search.
pub fn telling_words(text: &str) -> impl Iterator<Item = (String, String)> {
    let words = tokenizer::words(text).filter(|word| !tokenizer::is_stop_word(&word.text));
    words.map(|word| {
        let stem = tokenizer::stem(&word.text).into_owned();
        (word.text, stem)
    })
}

/// A text with its words apart: `KubeNodeNotReady` says what `kube node not ready` says.
pub fn spaced(text: &str) -> String {
    tokenizer::words(text).map(|word| word.text).collect::<Vec<_>>().join(" ")
}

/// The index of a store. Opening it does nothing that could fail; reading and writing do.
pub struct Index {
    folder: PathBuf,
    synonyms: Synonyms,
    open: Mutex<Open>,
}

/// What is open now.
#[derive(Default)]
struct Open {
    pointer: Option<String>,
    generation: Option<Arc<Generation>>,
    damaged: Option<String>,
}

impl Index {
    /// The index in `folder`, whose generation in use is the one `pointer` names. Missing and
    /// damaged is no error here: a search says so, and [`Index::catch_up`] mends it.
    pub fn open(folder: &Path, pointer: Option<&str>) -> Self {
        Self {
            folder: folder.to_owned(),
            synonyms: Synonyms::built_in(),
            open: Mutex::new(Open { pointer: pointer.map(str::to_owned), ..Open::default() }),
        }
    }

    /// With a team's own list of words that mean the same, in the form of `data/synonyms.yaml`.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn with_synonyms(mut self, yaml: &str) -> Result<Self, String> {
        self.synonyms = Synonyms::from_yaml(yaml)?;
        Ok(self)
    }

    /// The best results for what somebody typed or pasted.
    ///
    /// # Errors
    /// There is no index, or it cannot be read. Nothing that can be typed is an error.
    pub fn search(&self, request: &Request<'_>) -> Result<Answer, SearchError> {
        self.guarded(|generation| {
            let snapshot = generation.snapshot()?;
            query::search(&snapshot, &self.synonyms, request)
                .map_err(|error| SearchError::of(&generation.folder, error))
        })
    }

    /// How far the generation in use has read.
    ///
    /// # Errors
    /// There is no index, or it cannot be read.
    pub fn watermark(&self) -> Result<Watermark, SearchError> {
        self.guarded(|generation| generation.watermark())
    }

    /// Names of files whose checksum does not hold. What is found makes the next
    /// [`Index::catch_up`] set the index aside and build another.
    ///
    /// # Errors
    /// There is no index, or it cannot be read.
    pub fn validate(&self) -> Result<Vec<PathBuf>, SearchError> {
        let damaged = self.guarded(|generation| generation.validate())?;
        if let Some(first) = damaged.first() {
            self.lock().damaged = Some(format!("the checksum of {} is wrong", first.display()));
        }
        Ok(damaged)
    }

    /// Reads what is new. A missing or damaged index is set aside and built anew meanwhile
    /// searches go on with what there is. One writes at a time: if somebody else does, the
    /// outcome is [`Outcome::Busy`] and what is there is loaded.
    ///
    /// # Errors
    /// The source or the file system refuses; nothing is lost or wiped then.
    pub fn catch_up(&self, source: &mut dyn Source) -> Result<CatchUp, SearchError> {
        indexer::catch_up(self, source)
    }

    /// Builds the index anew, whatever there is.
    ///
    /// # Errors
    /// As [`Index::catch_up`].
    pub fn rebuild(&self, source: &mut dyn Source) -> Result<CatchUp, SearchError> {
        indexer::rebuild_now(self, source)
    }

    /// Runs a reading of the generation in use; damage and panics are remembered.
    fn guarded<T>(
        &self,
        read: impl FnOnce(&Generation) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let generation = self.generation()?;
        let result = generation::catching_panics(|| read(&generation));
        if let Err(SearchError::Damaged(why)) = &result {
            self.lock().damaged = Some(why.clone());
        }
        result
    }

    /// The generation in use, opened when first asked for.
    fn generation(&self) -> Result<Arc<Generation>, SearchError> {
        let mut open = self.lock();
        if let Some(generation) = &open.generation {
            return Ok(generation.clone());
        }
        let Some(pointer) = &open.pointer else { return Err(SearchError::Missing) };
        let generation = Arc::new(Generation::open(&self.folder, pointer)?);
        open.generation = Some(generation.clone());
        Ok(generation)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        // Nothing is left half-done under this lock, so a panic elsewhere does not matter.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
