//! Counts of use: in a small file of the store while a day lasts, and one entry a node and day once
//! it is over.
//!
//! Two servers on one store add to one file, each under the lock. A server whose store is another
//! one, or whose node is called otherwise, writes entries of its own.

use std::io;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::App;
use super::exercises::entry;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, UsageCounted};
use crate::domain::id::EntryId;
use crate::domain::usage::Tally;
use crate::error::Error;
use crate::whole_file::write_atomically;
use crate::workspace::lock::Lock;

/// The file, in the folder of the store.
const FILE: &str = "usage.json";

/// What is locked while the file is read and written. It is a file of its own, for the other one is
/// replaced each time.
const LOCK: &str = "usage.lock";

/// The form of the file that this program reads and writes.
const VERSION: u32 = 1;

/// How long after midnight a day is over: until then another server of this store may still add
/// what it has counted before.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    counted: Vec<UsageCounted>,
}

impl App {
    /// The first day that is not over yet, as far as counts are concerned.
    pub fn first_open_day(&self) -> NaiveDate {
        self.config.date_of(self.clock.now() - GRACE)
    }

    /// Adds what was counted to what is kept, and writes the entries of the days that are over.
    /// What is kept is taken out of `fresh`; where something fails before that, it stays there.
    /// What somebody should know is returned, a sentence each.
    ///
    /// A store that cannot be written keeps no counts: they are let go, for they are worth less than
    /// the memory that a server which only reads would fill with them.
    ///
    /// # Errors
    /// The file cannot be read or written, or the ledger cannot. Calling again goes on where it
    /// stopped, and counts nothing twice.
    pub fn keep_counts(&mut self, fresh: &mut Tally) -> Result<Vec<String>, Error> {
        let path = self.config.store.join(FILE);
        if !self.find_room() {
            *fresh = Tally::default();
            return Ok(Vec::new());
        }
        if fresh.is_empty() && !path.exists() {
            return Ok(Vec::new());
        }
        let lock = self.config.store.join(LOCK);
        let _lock = Lock::take(&lock).map_err(|e| Error::io("lock", &lock, e))?;
        let mut said = Vec::new();
        let mut kept = self.kept_counts(&mut said)?;
        if !fresh.is_empty() {
            kept.merge(fresh.clone());
            // Before anything is written to the ledger: where this program is ended in between, the
            // entry follows from the file, and is the same one.
            self.replace_kept_counts(&kept)?;
            *fresh = Tally::default();
        }
        let over = kept.split_before(self.first_open_day());
        if over.is_empty() {
            return Ok(said);
        }
        for counted in over.into_counted() {
            said.extend(self.write_counted(counted)?);
        }
        self.replace_kept_counts(&kept)?;
        Ok(said)
    }

    /// What the file says. One that says nothing that can be read costs a day of counts at most.
    fn kept_counts(&self, said: &mut Vec<String>) -> Result<Tally, Error> {
        let path = self.config.store.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tally::default()),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        let mut tally = Tally::default();
        match serde_json::from_slice::<Kept>(&text) {
            Ok(kept) if kept.version == VERSION => {
                kept.counted.into_iter().for_each(|counted| tally.add_counted(counted));
            }
            unreadable => {
                let why = match unreadable {
                    Ok(kept) => {
                        // A newer program will want it back.
                        let aside = path.with_extension(format!("{}.json", kept.version));
                        std::fs::rename(&path, &aside)
                            .map_err(|error| Error::io("set aside", &path, error))?;
                        format!("it is of version {}, not {VERSION}", kept.version)
                    }
                    Err(error) => error.to_string(),
                };
                said.push(format!(
                    "{}: the counts of use cannot be read and begin anew: {why}",
                    path.display()
                ));
            }
        }
        Ok(tally)
    }

    fn replace_kept_counts(&self, tally: &Tally) -> Result<(), Error> {
        let path = self.config.store.join(FILE);
        if tally.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Error::io("remove", &path, error))
                }
                _ => Ok(()),
            };
        }
        let kept = Kept { version: VERSION, counted: tally.clone().into_counted() };
        let text = serde_json::to_vec(&kept)
            .map_err(|e| Error::failed(format!("telling the counts of use: {e}")))?;
        write_atomically(&path, &text).map_err(|e| Error::io("write", &path, e))
    }

    /// Writes the entry of a day. Its id follows from all it says, so that writing it again is
    /// nothing. Where the node has told otherwise of that day, what came late is let go: two entries
    /// would count what both of them know twice.
    fn write_counted(&mut self, counted: UsageCounted) -> Result<Option<String>, Error> {
        let (node, day, at) = (counted.node.clone(), counted.day, counted.recorded_at());
        let event = Event::UsageCounted(counted);
        let draft = EntryId::derived(&[]);
        let mut new = entry(draft, &event, &UsageCounted::subject(&node), at, &Actor::count())?;
        // Not from node and day alone: two machines of one name, whose ledgers meet in an import,
        // would be two entries of one id, and the import would be refused for it.
        let parts = [event.kind(), &node, &day.to_string(), &new.body_hash.to_string()];
        new.id = EntryId::derived(&parts);
        self.ledger.transact(|tx| {
            if tx.entry(new.id)?.is_none() && tx.is_usage_counted(&node, at)? {
                return Ok(Some(format!(
                    "what node {node} counted on {day} was written before, so what came after that \
                     is left out"
                )));
            }
            tx.append(&new)?;
            Ok(None)
        })
    }
}
