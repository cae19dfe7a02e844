//! Keeping the ledger: verify, rebuild, export, import, back up, restore, erase.

pub use crate::ledger::RestoreOptions;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use super::App;
use super::index_source::LedgerSource;
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::Event;
use crate::domain::id::{EntryId, Hash, IncidentId};
use crate::error::Error;
use crate::ledger::{Erasure, Exported, Imported, Ledger, Report, Restored};
use crate::search::CatchUp;
use crate::text::redact::redact;

/// How many of the daily backups are kept.
const DAILY_BACKUPS: usize = 14;

/// What verifying found: in the ledger, and in the index beside it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verified {
    /// The ledger.
    pub ledger: Report,
    /// The index's damage, which repairs itself.
    pub index: Vec<String>,
}

impl Verified {
    /// Whether nothing is wrong with the ledger.
    pub fn is_clean(&self) -> bool {
        self.ledger.problems.is_empty()
    }
}

impl App {
    /// Walks the whole ledger and the index. The index is derived: what is wrong with it is
    /// repaired and said.
    ///
    /// # Errors
    /// The store cannot be read at all.
    pub fn verify(&mut self, head: Option<Hash>) -> Result<Verified, Error> {
        let ledger = self.ledger.verify(head)?;
        let mut index = Vec::new();
        match self.index.validate() {
            Ok(damaged) if damaged.is_empty() => {}
            Ok(damaged) => {
                index.extend(damaged.iter().map(|file| format!("{}: damaged", file.display())));
            }
            Err(error) => index.push(error.to_string()),
        }
        if !self.read_only
            && let Err(error) = self.catch_up()
        {
            // A damaged ledger cannot be indexed either; its own problems are what to tell.
            index.push(error.to_string());
        }
        Ok(Verified { ledger, index })
    }

    /// Makes all derived data anew from entries and files.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn rebuild(&mut self) -> Result<CatchUp, Error> {
        self.ledger.rebuild()?;
        self.refresh()?;
        let mut source = LedgerSource { ledger: &mut self.ledger };
        Ok(self.index.rebuild(&mut source)?)
    }

    /// Writes every entry and blob as JSON lines.
    ///
    /// # Errors
    /// The ledger cannot be read or the output not be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<Exported, Error> {
        Ok(self.ledger.export(out)?)
    }

    /// Reads what [`App::export`] wrote. All of it or nothing.
    ///
    /// # Errors
    /// A line is damaged or contradicts the ledger; nothing is imported then.
    pub fn import(&mut self, lines: &mut dyn BufRead) -> Result<Imported, Error> {
        let imported = self.ledger.import(lines)?;
        self.remember_all_texts()?;
        self.refresh()?;
        Ok(imported)
    }

    /// Where a backup goes when nobody says: into the store, named for the moment.
    pub fn backup_path(&self) -> PathBuf {
        let now = self.clock.now().format("%Y-%m-%d-%H%M%S");
        self.backups().join(format!("ledger-{now}.db"))
    }

    /// The folder of backups that nobody gave a place.
    pub fn backups(&self) -> PathBuf {
        self.config.store.join("backups")
    }

    /// Makes today's backup unless it is there, and lets go of the oldest daily ones.
    ///
    /// # Errors
    /// The copy cannot be written or is not whole, or an old one cannot be removed.
    pub fn daily_backup(&self) -> Result<Option<PathBuf>, Error> {
        let folder = self.backups();
        let today = folder.join(format!("daily-{}.db", self.real_today()));
        if self.read_only || today.exists() {
            return Ok(None);
        }
        self.backup(&today)?;
        let listing = std::fs::read_dir(&folder).map_err(|e| Error::io("list", &folder, e))?;
        let mut daily: Vec<PathBuf> = listing
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                name.is_some_and(|name| name.starts_with("daily-") && name.ends_with(".db"))
            })
            .collect();
        // The date in the name orders them.
        daily.sort();
        for old in daily.iter().rev().skip(DAILY_BACKUPS) {
            std::fs::remove_file(old).map_err(|e| Error::io("remove", old, e))?;
        }
        Ok(Some(today))
    }

    /// Copies the ledger while it is in use, and checks the copy.
    ///
    /// # Errors
    /// The copy cannot be written or is not whole.
    pub fn backup(&self, to: &Path) -> Result<Report, Error> {
        if let Some(folder) = to.parent().filter(|folder| folder.starts_with(self.backups())) {
            std::fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, e))?;
        }
        Ok(self.ledger.backup(to)?)
    }

    /// Forgets the body of one entry for good, and says where else its words may stand.
    ///
    /// # Errors
    /// The entry is not known or already erased, or no reason is given.
    pub fn erase(&mut self, id: &str, reason: &str, actor: &Actor) -> Result<Vec<String>, Error> {
        if reason.trim().is_empty() {
            return Err(Error::refused("a reason is needed").hinted("add --reason \"why\""));
        }
        let by = Erasure {
            id: self.new_id(),
            at: Timestamp(self.clock.now_ms()),
            actor: actor.clone(),
            reason: redact(reason.trim()).text,
        };
        let mut elsewhere = Vec::new();
        if let Some(blob) = Hash::parse(id) {
            self.ledger.transact(|tx| tx.erase_blob(blob, by))?;
        } else {
            let entry = EntryId::parse(id).map_err(|_| {
                Error::refused(format!("{id} names no entry or blob"))
                    .hinted("give the whole id; `exercise list` and `note list` show ids")
            })?;
            if let Some((_, known)) = self.ledger.entry(entry)? {
                elsewhere = self.words_elsewhere(&known)?;
            }
            self.ledger.transact(|tx| tx.erase_entry(entry, by))?;
        }
        // The body is gone from the ledger; an index that cannot follow now does so later.
        let _ = self.catch_up();
        Ok(elsewhere)
    }

    /// Where what an entry about an incident says stands besides: texts are kept by themselves.
    fn words_elsewhere(&self, entry: &Entry) -> Result<Vec<String>, Error> {
        let Some(incident) = IncidentId::of_subject(&entry.subject) else { return Ok(Vec::new()) };
        let mut places = Vec::new();
        for other in self.ledger.entries_of(&entry.subject)? {
            let Some(body) = &other.body else { continue };
            let text = match Event::decode(&other.kind, other.version, body) {
                Ok(Some(Event::IncidentImported(body))) if entry.kind == other.kind => {
                    if other.id != entry.id {
                        places.push(format!("another version of its report: entry {}", other.id));
                    }
                    Some(("the whole report", body.text))
                }
                Ok(Some(Event::PostmortemPublished(body))) => {
                    Some(("a postmortem as it was published", body.text))
                }
                _ => None,
            };
            if let Some((what, hash)) = text
                && self.ledger.has_blob(hash)?
            {
                places.push(format!("{what}: text {hash}"));
            }
        }
        let published = self.ledger.postmortem(incident)?.and_then(|it| it.published);
        places.extend(published.map(|it| format!("the file {}; publish it again", it.file)));
        Ok(places)
    }
}

/// Puts a backup in place of a store's ledger. The old one is kept beside it.
///
/// # Errors
/// The backup is damaged, or the ledger knows entries that the backup lacks and `force` is not
/// given.
pub fn restore(store: &Path, from: &Path, options: RestoreOptions) -> Result<Restored, Error> {
    Ok(Ledger::restore(store, from, options)?)
}
