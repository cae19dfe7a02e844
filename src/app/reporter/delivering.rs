//! Handing reports over, one attempt at a time. What came of an attempt is an entry; an attempt
//! that nobody wrote down, because the power went, is made again under the same key.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::super::App;
use super::super::incidents::append_behind;
use super::Duties;
use super::parcel::Parcel;
use crate::delivery::{DeliveryError, deliver};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, ReportDelivered, ReportDeliveryFailed};
use crate::domain::report::{Delivery, KeptReport, retry_after};
use crate::error::Error;

/// The setting that is written before each attempt.
const ATTEMPTED: &str = "report.attempted";

/// What is written there: longer than the entry of any attempt, so that there is room for that.
const ROOM: usize = 16 * 1024;

/// Why an attempt failed.
pub(super) struct Refusal {
    pub(super) reason: String,
    /// How long the receiver wants to be left alone.
    retry_after: Option<Duration>,
    /// Trying again cannot help.
    is_final: bool,
}

impl Refusal {
    /// One that may pass.
    pub(super) const fn passing(reason: String) -> Self {
        Self { reason, retry_after: None, is_final: false }
    }

    /// One that stays.
    pub(super) const fn lasting(reason: String) -> Self {
        Self { reason, retry_after: None, is_final: true }
    }
}

impl From<DeliveryError> for Refusal {
    fn from(error: DeliveryError) -> Self {
        let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        Self { reason: format!("{error}{hint}"), retry_after: error.retry_after, is_final: false }
    }
}

impl App {
    /// Attempts what is due, each once, to all destinations at the same time: one that hangs holds
    /// up no other. What a destination does not take keeps what follows for it until the next look.
    pub(super) fn deliver_what_is_due(&mut self, duties: &mut Duties) -> Result<(), Error> {
        let groups = self.parcels_due(duties)?;
        if groups.is_empty() {
            return Ok(());
        }
        self.check_that_it_can_be_written_down()?;
        let (tell, told) = channel();
        let mut unwritten = None;
        std::thread::scope(|scope| {
            for parcels in groups.into_values() {
                let tell = tell.clone();
                scope.spawn(move || {
                    for parcel in parcels {
                        let outcome = deliver(&parcel.destination, &parcel.letter());
                        let goes_on = outcome.is_ok();
                        if tell.send((parcel, outcome)).is_err() || !goes_on {
                            break;
                        }
                    }
                });
            }
            drop(tell);
            for (parcel, outcome) in told {
                let outcome = outcome.map_err(Refusal::from);
                match self.write_attempt(
                    &parcel.report,
                    &parcel.delivery,
                    outcome,
                    &Actor::reporter(),
                ) {
                    Ok(outcome) => duties.note(&parcel.report, &parcel.delivery, outcome),
                    Err(error) => unwritten = Some(error),
                }
            }
        });
        unwritten.map_or(Ok(()), Err)
    }

    /// What is to be attempted now, by destination, the oldest first. A report that was made on
    /// schedule gives way to a newer one of its name: who could not be reached for so long gets the
    /// news alone.
    fn parcels_due(&mut self, duties: &mut Duties) -> Result<BTreeMap<String, Vec<Parcel>>, Error> {
        let now = self.now();
        let mut groups: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
        for report in self.ledger.waiting_reports()? {
            let newer = match report.slot {
                Some(slot) => self
                    .ledger
                    .last_scheduled_report(&report.name, now)?
                    .filter(|it| it.slot.is_some_and(|newer| slot < newer)),
                None => None,
            };
            for delivery in report.deliveries.iter().filter(|delivery| delivery.is_due(now)) {
                let parcel = match &newer {
                    Some(it) => Err(Refusal::lasting(format!("{} takes its place", it.label))),
                    None => self.parcel(&report, delivery),
                };
                match parcel {
                    Ok(parcel) => groups.entry(delivery.to.clone()).or_default().push(parcel),
                    Err(refusal) => {
                        let outcome = self.write_attempt(
                            &report,
                            delivery,
                            Err(refusal),
                            &Actor::reporter(),
                        )?;
                        duties.note(&report, delivery, outcome);
                    }
                }
            }
        }
        Ok(groups)
    }

    /// One attempt, written down. What came back is the inner result.
    pub(super) fn attempt(
        &mut self,
        report: &KeptReport,
        delivery: &Delivery,
        actor: &Actor,
    ) -> Result<Result<(), String>, Error> {
        self.check_that_it_can_be_written_down()?;
        let outcome = self.parcel(report, delivery).and_then(|parcel| {
            deliver(&parcel.destination, &parcel.letter()).map_err(Refusal::from)
        });
        self.write_attempt(report, delivery, outcome, actor)
    }

    /// Writes down what came of an attempt, and when the next one follows.
    fn write_attempt(
        &mut self,
        report: &KeptReport,
        delivery: &Delivery,
        outcome: Result<(), Refusal>,
        actor: &Actor,
    ) -> Result<Result<(), String>, Error> {
        let now = self.now();
        let to = delivery.to.clone();
        let (event, told) = match outcome {
            Ok(()) => (Event::ReportDelivered(ReportDelivered { to }), Ok(())),
            Err(refusal) => {
                let age = now.0.saturating_sub(report.generated_at.0);
                let wait = retry_after(delivery.failed + 1, age, refusal.retry_after)
                    .filter(|_| !refusal.is_final)
                    .and_then(|wait| i64::try_from(wait.as_millis()).ok());
                let retry_at = wait.map(|wait| Timestamp(now.0 + wait));
                let reason = refusal.reason;
                let body = ReportDeliveryFailed { to, reason: reason.clone(), retry_at };
                (Event::ReportDeliveryFailed(body), Err(reason))
            }
        };
        let subject = report.id.to_string();
        self.ledger.transact(|tx| append_behind(tx, &subject, &[event], now, actor).map(drop))?;
        Ok(told)
    }

    /// What is delivered and cannot be written down would be delivered again and again: where the
    /// disk is full, or somebody holds the ledger, nothing is sent.
    fn check_that_it_can_be_written_down(&mut self) -> Result<(), Error> {
        let room = format!("{:<ROOM$}", self.now().0);
        self.ledger.transact(|tx| Ok::<_, Error>(tx.set_meta(ATTEMPTED, &room)?))
    }
}
