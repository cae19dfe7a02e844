//! The verbs: what can be done, whoever asks. The only place where ledger, search and the team's
//! folder meet; command line, pages and API only translate to and from here.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization as _;

use crate::assets::Assets;
use crate::config::{Config, WriteBack};
use crate::domain::entry::Timestamp;
use crate::domain::exercise::Exercise;
use crate::domain::freshness::Policy;
use crate::domain::id::{EntryId, RunbookId, Slug};
use crate::error::Error;
use crate::ledger::{Ledger, LedgerError};
use crate::runbook::{Diagnostic, Lifecycle, Runbook, Summary, danger};
use crate::text::nearest;
use crate::workspace::scan;

pub mod action_items;
mod anchors;
mod changes;
pub mod exercises;
pub mod freshness;
mod history;
mod identity;
mod incident_index;
pub mod incidents;
mod index_source;
pub mod keeping;
pub mod lint;
pub mod listing;
pub mod metrics;

pub mod moves;
pub mod notes;
mod overview;
pub mod page;
pub mod postmortems;
mod recording;
pub mod reporter;
pub mod reports;
mod rows;
pub mod runbooks;
pub mod runs;
pub mod scenarios;
pub mod search;
pub mod sync;
mod texts;
pub mod triage;
mod usage;

pub use action_items::{ActionEdit, ActionFilter, NewAction};
pub use exercises::{Recorded, Recording, RowFate};
pub use incidents::{IncidentFilter, Opening};
pub use postmortems::{
    Follow, NewAnswer, Publication, Retold as PostmortemRetold, Start as PostmortemStart,
    cause_named, section_named,
};
pub use sync::{FileProblem, SyncReport};

/// Everything a verb needs. One per thread: it holds a connection of its own.
pub struct App {
    config: Arc<Config>,
    clock: crate::clock::Clock,
    ledger: Ledger,
    index: crate::search::Index,
    rules: scan::Rules,
    dangers: Arc<danger::Rules>,
    assets: Arc<Assets>,
    as_of: Option<NaiveDate>,
    write_back: WriteBack,
    read_only: bool,
}

/// A document as the last scan left it.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its address today.
    pub slug: Slug,
    /// Its identity for good.
    pub runbook: RunbookId,
    /// Its file, relative to its folder.
    pub path: String,
    /// Its folder.
    pub folder: String,
    /// What lists need of it.
    pub summary: Summary,
    /// When it was first seen by this store.
    pub first_seen: Timestamp,
}

impl Document {
    fn read(kept: crate::ledger::Document) -> Result<Self, Error> {
        let summary = serde_json::from_str(&kept.summary).map_err(|e| {
            Error::failed(format!("what was kept of {} cannot be read: {e}", kept.path))
                .hinted("`runledger rebuild` makes it anew")
        })?;
        Ok(Self {
            slug: kept.slug,
            runbook: kept.runbook,
            path: kept.path,
            folder: kept.folder,
            summary,
            first_seen: Timestamp(kept.first_seen_ms.unwrap_or(kept.scanned_ms)),
        })
    }
}

/// What the faces decide.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What to do with rows where the configuration does not say.
    pub write_back: WriteBack,
    /// Show another day than today.
    pub as_of: Option<NaiveDate>,
}

impl App {
    /// Opens store and index for a configuration. Nothing is scanned yet.
    ///
    /// # Errors
    /// The store cannot be opened, or belongs to a newer program.
    pub fn open(config: Arc<Config>, options: Options) -> Result<Self, Error> {
        let assets = Arc::new(Assets::new(Some(&config.workspace)));
        let known = assets.data("dangers.yaml")?;
        let dangers = danger::Rules::from_yaml(&known.text).map_err(|e| {
            Error::refused(format!("reading the danger rules: {}", e.message))
                .at(format!("{}:{}:{}", known.name, e.line, e.column))
        })?;
        let (ledger, read_only) = open_ledger(&config.store)?;
        if !read_only {
            // So that a store is found again when runledger.toml is lost; not worth failing for.
            let _ = config.remember();
        }
        let pointer = ledger.meta(index_source::POINTER)?;
        let synonyms = assets.data("synonyms.yaml")?;
        let index = crate::search::Index::open(&config.store.join("index"), pointer.as_deref())
            .with_synonyms(&synonyms.text)
            .map_err(|e| Error::refused(format!("reading the synonyms: {e}")).at(synonyms.name))?;
        let rules = scan::Rules::new(&config.extensions, &config.not_read(), config.max_file_size)
            .map_err(|e| Error::refused(format!("reading `ignore`: {e}")))?;
        Ok(Self {
            write_back: config.write_back.unwrap_or(options.write_back),
            clock: config.clock,
            config,
            ledger,
            index,
            rules,
            dangers: Arc::new(dangers),
            assets,
            as_of: options.as_of,
            read_only,
        })
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the store can only be read: nothing is scanned or recorded then.
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Built-in and overridden files.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// The day that views speak of: the one asked for, else today.
    pub fn today(&self) -> NaiveDate {
        self.as_of.unwrap_or_else(|| self.real_today())
    }

    /// The day asked for, if it is not simply today.
    pub const fn as_of(&self) -> Option<NaiveDate> {
        self.as_of
    }

    /// Looks at another day for as long as something takes.
    fn at_day<T>(
        &mut self,
        day: NaiveDate,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = self.as_of.replace(day);
        let done = work(self);
        self.as_of = before;
        done
    }

    /// The day the clock shows in the configured zone.
    pub(crate) fn real_today(&self) -> NaiveDate {
        self.config.date_of(self.clock.now())
    }

    /// The day of a moment in the configured zone.
    fn date_of(&self, at: Timestamp) -> NaiveDate {
        chrono::DateTime::from_timestamp_millis(at.0)
            .map_or_else(NaiveDate::default, |moment| self.config.date_of(moment))
    }

    /// Whether a disk that was full when the store was opened has room again. A server must not
    /// have to be started anew for it.
    fn find_room(&mut self) -> bool {
        if self.ledger.is_on_full_disk()
            && let Ok(ledger) = Ledger::open(&self.config.store)
        {
            self.ledger = ledger;
            self.read_only = false;
        }
        !self.read_only
    }

    const fn writes_files(&self) -> bool {
        !matches!(self.write_back, WriteBack::Off) && !self.read_only
    }

    fn new_id(&self) -> EntryId {
        let random = uuid::Uuid::new_v4();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&random.as_bytes()[..10]);
        EntryId::at(self.clock.now_ms(), bytes)
    }

    fn policy(&self, summary: &Summary) -> Policy {
        let required = summary.required && summary.lifecycle != Lifecycle::Deprecated;
        self.config.policy(summary.stale_after_days, required)
    }

    fn owner_name(&self, summary: &Summary) -> Option<String> {
        summary.owner.clone().or_else(|| self.config.default_owner.clone())
    }

    /// All live documents, by slug.
    fn documents(&self) -> Result<Vec<Document>, Error> {
        let documents = self.ledger.live_documents()?;
        documents.into_iter().map(Document::read).collect()
    }

    /// The document of that slug; also by file name, by the end of its slug where only one ends
    /// so, or by a slug it had before.
    fn document(&self, name: &str) -> Result<Document, Error> {
        let wanted = name.trim().trim_matches('/');
        if let Some(found) = self.ledger.document(&Slug::from(wanted))? {
            return Document::read(found);
        }
        let documents = self.documents()?;
        let stem = wanted.trim_start_matches("./");
        let ends: Vec<&Document> = documents
            .iter()
            .filter(|d| {
                d.path == stem
                    || d.slug.as_str().eq_ignore_ascii_case(stem)
                    || d.slug
                        .as_str()
                        .rsplit('/')
                        .next()
                        .is_some_and(|l| l.eq_ignore_ascii_case(stem))
            })
            .collect();
        match ends.as_slice() {
            [one] => return Ok((*one).clone()),
            [] => {}
            several => {
                let list: Vec<&str> = several.iter().map(|d| d.slug.as_str()).collect();
                return Err(Error::refused(format!("{wanted} names several runbooks"))
                    .hinted(format!("say which: {}", list.join(", "))));
            }
        }
        if let Some(now) = self.moved_to(wanted)? {
            return Ok(now);
        }
        let error = Error::not_found(format!("no runbook {wanted}"));
        let slugs = documents.iter().map(|d| d.slug.as_str());
        let short = slugs.clone().filter_map(|slug| slug.rsplit('/').next());
        let near = nearest(wanted, slugs.clone()).map(str::to_owned).or_else(|| {
            let near = nearest(wanted, short)?;
            slugs.clone().find(|slug| slug.ends_with(near)).map(str::to_owned)
        });
        Err(match near {
            Some(near) => error.hinted(format!("did you mean {near}?")),
            None => error.hinted(format!("`runledger search {wanted}` looks for the words")),
        })
    }

    /// `slug#step`, taken apart and looked up.
    fn target(&self, target: &str) -> Result<(Document, Option<String>), Error> {
        let (slug, step) = match target.split_once('#') {
            Some((slug, step)) => (slug, Some(step)),
            None => (target, None),
        };
        let step = step.map(|step| step.trim().to_owned()).filter(|step| !step.is_empty());
        Ok((self.document(slug)?, step))
    }

    fn document_of(&self, runbook: &RunbookId) -> Result<Document, Error> {
        match self.ledger.document_of(runbook)? {
            Some(document) => Document::read(document),
            None => Err(Error::not_found(format!("the file of runbook {runbook} is gone"))
                .hinted("if it was renamed: `runledger move OLD NEW`")),
        }
    }

    fn text_of(&self, document: &Document) -> Result<String, Error> {
        self.ledger
            .text_of(&document.slug)?
            .ok_or_else(|| Error::not_found(format!("no runbook {}", document.slug)))
    }

    /// The slug of a file, from its path inside its folder; none if it is no runbook's.
    fn slug_of_path(&self, path: &str) -> Option<String> {
        let extensions = self.config.extensions.iter();
        let stems = extensions.filter_map(|extension| {
            path.strip_suffix(extension.trim_start_matches('.'))?.strip_suffix('.')
        });
        stems.min_by_key(|stem| stem.len()).map(|stem| stem.nfc().collect())
    }

    #[expect(clippy::unused_self, reason = "reading belongs to the app, whatever it needs")]
    fn parse(&self, document: &Document, text: &str) -> (Runbook, Vec<Diagnostic>) {
        crate::runbook::parse(text, file_stem(document.slug.as_str()))
    }

    fn find_exercise(&self, id: &str) -> Result<Exercise, Error> {
        let mut found = Vec::new();
        for id in self.ledger.ids_beginning(id.trim(), 64)? {
            found.extend(self.ledger.exercise(id)?);
        }
        match (found.pop(), found.len()) {
            (Some(exercise), 0) => Ok(exercise),
            (Some(_), more) => {
                Err(Error::refused(format!("{} exercises begin with {id}", more + 1))
                    .hinted("give more of the id"))
            }
            (None, _) => Err(Error::not_found(format!("no exercise {id}"))
                .hinted("`runledger exercise list` shows them")),
        }
    }
}

/// The last part of a slug: the file's name without extension.
fn file_stem(slug: &str) -> &str {
    slug.rsplit('/').next().unwrap_or(slug)
}

/// Opens the store for writing, or for reading alone where the file system allows no more.
fn open_ledger(folder: &Path) -> Result<(Ledger, bool), Error> {
    let file = folder.join("ledger.db");
    let empty = std::fs::metadata(&file).is_ok_and(|meta| meta.len() == 0);
    // A first start that was cut short leaves an empty file too, but no generation of the index.
    if empty && std::fs::read_dir(folder.join("index")).is_ok_and(|all| all.count() > 0) {
        return Err(Error::failed(format!(
            "the ledger {} is empty, but was in use",
            file.display()
        ))
        .hinted("`runledger restore` a backup; to begin anew, move the whole store away"));
    }
    match Ledger::open(folder) {
        Ok(ledger) => Ok((ledger, false)),
        Err(LedgerError::ReadOnly) => Ok((Ledger::open_read_only(folder)?, true)),
        Err(LedgerError::Full) if !empty && file.exists() => {
            Ok((Ledger::open_on_full_disk(folder)?, true))
        }
        Err(error) => Err(error.into()),
    }
}
