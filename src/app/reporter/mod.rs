//! Reports that come by themselves: made on schedule, kept as they were made, and delivered at
//! least once. All that has to be remembered is in the ledger, so whoever does the next duty, and
//! after whatever crash, goes on where the last one was.

mod delivering;
mod listing;
mod making;
mod parcel;
mod sending;

use std::fs::{File, TryLockError};
use std::time::Duration;

use super::App;
use crate::domain::entry::Timestamp;
use crate::domain::id::ReportLabel;
use crate::domain::report::{Delivery, KeptReport};
use crate::error::Error;

pub use sending::{Sending, Sent};

/// The file that is locked by whoever makes and delivers reports, in the store.
const LOCK: &str = "reports.lock";

/// How long somebody waits for the turn: as long as two deliveries that hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often they look whether it is theirs.
const POLL: Duration = Duration::from_millis(100);

/// What a look at the duties came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duties {
    /// Somebody else is at it.
    pub busy: bool,
    /// The reports that were made.
    pub made: Vec<ReportLabel>,
    /// What was delivered: the report, and where.
    pub delivered: Vec<(ReportLabel, String)>,
    /// What was not: the report, where, and why.
    pub failed: Vec<(ReportLabel, String, String)>,
    /// What could not be made: the plan's name, and why. It is tried at the next look.
    pub unmade: Vec<(String, String)>,
}

impl Duties {
    /// Adds what came of an attempt.
    fn note(&mut self, report: &KeptReport, delivery: &Delivery, outcome: Result<(), String>) {
        let (label, to) = (report.label.clone(), delivery.to.clone());
        match outcome {
            Ok(()) => self.delivered.push((label, to)),
            Err(reason) => self.failed.push((label, to, reason)),
        }
    }

    /// Whether nothing was done.
    pub const fn is_empty(&self) -> bool {
        self.made.is_empty()
            && self.delivered.is_empty()
            && self.failed.is_empty()
            && self.unmade.is_empty()
    }
}

/// Held while reports are made and delivered; another process that wants to waits or goes away.
struct Turn {
    _lock: File,
}

impl App {
    /// Whether this node is the one that makes and delivers reports.
    pub fn is_reporter(&self) -> bool {
        self.config.reporter.as_deref() == Some(self.config.node().as_str())
    }

    /// Refuses where another node, or none, makes the reports.
    ///
    /// # Errors
    /// This node is not the reporter.
    pub fn check_reporter(&self) -> Result<(), Error> {
        if self.is_reporter() {
            return Ok(());
        }
        let node = self.config.node();
        Err(match &self.config.reporter {
            None => Error::refused("no node is named to make and send the reports").hinted(
                format!("set `reporter = \"{node}\"` in runledger.toml; this node is {node}"),
            ),
            Some(reporter) => Error::refused(format!(
                "this node is {node}, and {reporter} makes and sends the reports"
            ))
            .hinted("set RUNLEDGER_NODE where the machine's name is not the node's"),
        })
    }

    /// Makes what its schedule asks for and delivers what is due, once.
    ///
    /// # Errors
    /// This node is not the reporter, or the store cannot be read or written. What cannot be
    /// delivered is no error: it is kept, and tried again.
    pub fn report_duties(&mut self) -> Result<Duties, Error> {
        self.check_reporter()?;
        let Some(_turn) = self.try_turn()? else {
            return Ok(Duties { busy: true, ..Duties::default() });
        };
        let mut duties = Duties::default();
        let config = std::sync::Arc::clone(&self.config);
        for plan in &config.reports {
            // One that cannot be made keeps no other from being made and delivered.
            match self.make_if_due(plan) {
                Ok(made) => duties.made.extend(made),
                Err(error) => duties.unmade.push((plan.name.clone(), error.to_string())),
            }
        }
        self.deliver_what_is_due(&mut duties)?;
        Ok(duties)
    }

    /// Takes the turn, unless somebody else has it.
    fn try_turn(&self) -> Result<Option<Turn>, Error> {
        let (file, path) = self.turn_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Turn { _lock: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path, error)),
        }
    }

    /// Takes the turn, waiting for it a while.
    fn wait_for_turn(&self) -> Result<Turn, Error> {
        for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
            if let Some(turn) = self.try_turn()? {
                return Ok(turn);
            }
            std::thread::sleep(POLL);
        }
        Err(Error::busy("another process is delivering reports, and takes long")
            .hinted("`runledger report list` shows how far it is; run the same again"))
    }

    fn turn_file(&self) -> Result<(File, std::path::PathBuf), Error> {
        let path = self.config.store.join(LOCK);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|error| Error::io("open", &path, error))?;
        Ok((file, path))
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_ms())
    }
}
