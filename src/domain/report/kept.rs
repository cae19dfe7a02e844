//! A report that was made and kept, and what became of each delivery: folded from its entries,
//! with no clock, so that any machine comes to the same.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Form, Kind};
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{Event, ReportDeliveryFailed, ReportGenerated};
use crate::domain::id::{EntryId, Hash, ReportLabel};

/// No attempt is put off for longer, in milliseconds.
const LONGEST_WAIT_MS: i64 = 13 * 60 * 60 * 1000;

/// How old a report may be, in milliseconds, when an attempt to deliver it fails and another one
/// follows.
const TIMELY_MS: i64 = 36 * 60 * 60 * 1000;

/// How long after each attempt the next one follows: a day and a half in all. Who cannot be
/// reached for so long has to be looked after by somebody.
const WAITS: [Duration; 11] = [
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
];

/// How long to wait after so many failed attempts to deliver what is so many milliseconds old;
/// none when it was tried often enough, or is no news any more. A receiver that asks for more time
/// gets it.
pub fn retry_after(failed: u32, age_ms: i64, asked: Option<Duration>) -> Option<Duration> {
    if age_ms >= TIMELY_MS {
        return None;
    }
    let own = failed.checked_sub(1).and_then(|at| WAITS.get(at as usize).copied());
    own.map(|own| asked.map_or(own, |asked| own.max(asked)))
}

/// A report that was made and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReport {
    /// The entry that tells of it.
    pub id: EntryId,
    /// What it is called.
    pub label: ReportLabel,
    /// The name in the settings.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// The day before the first one of its period.
    pub since: NaiveDate,
    /// Only what this owner has.
    pub owner: Option<String>,
    /// The moment of the schedule that it was made for.
    pub slot: Option<Timestamp>,
    /// What it is called when it is read.
    pub title: String,
    /// All of it in one sentence.
    pub headline: String,
    /// Its bytes in each form.
    pub forms: BTreeMap<Form, Hash>,
    /// What was wrong with the team's template.
    pub warning: Option<String>,
    /// When it was made.
    pub generated_at: Timestamp,
    /// By whom.
    pub generated_by: Actor,
    /// What became of each delivery, in the order in which they were asked for.
    pub deliveries: Vec<Delivery>,
}

/// A report on its way to one destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The destination.
    pub to: String,
    /// The same for every attempt, so that a receiver can tell them from another report: the
    /// report, the destination, and how often it was asked for.
    pub key: String,
    /// How many attempts failed.
    pub failed: u32,
    /// How far it is.
    pub state: DeliveryState,
}

/// How far a delivery is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It has to be tried, at once or from then on.
    Waiting {
        /// Not before.
        retry_at: Option<Timestamp>,
        /// Why it failed, if it did.
        reason: Option<String>,
    },
    /// The destination has taken it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// It was tried often enough.
    GivenUp {
        /// When.
        at: Timestamp,
        /// Why the last attempt failed.
        reason: String,
    },
}

impl Delivery {
    fn new(report: EntryId, to: &str, before: usize) -> Self {
        let place = EntryId::derived(&["delivery", &report.to_string(), to, &before.to_string()]);
        Self {
            to: to.to_owned(),
            key: place.to_string(),
            failed: 0,
            state: DeliveryState::Waiting { retry_at: None, reason: None },
        }
    }

    /// Whether it has to be tried at that moment.
    pub fn is_due(&self, now: Timestamp) -> bool {
        match &self.state {
            // Who wrote it down may have had a clock that was ahead.
            DeliveryState::Waiting { retry_at, .. } => {
                retry_at.is_none_or(|at| at <= now || at.0 - now.0 > LONGEST_WAIT_MS)
            }
            DeliveryState::Delivered { .. } | DeliveryState::GivenUp { .. } => false,
        }
    }

    /// Whether it has still to be tried, now or later.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. })
    }

    fn fail(&mut self, at: Timestamp, body: &ReportDeliveryFailed) {
        self.failed += 1;
        let reason = body.reason.clone();
        self.state = match body.retry_at {
            Some(retry_at) => {
                DeliveryState::Waiting { retry_at: Some(retry_at), reason: Some(reason) }
            }
            None => DeliveryState::GivenUp { at, reason },
        };
    }
}

impl KeptReport {
    fn new(entry: &Entry, body: &ReportGenerated) -> Self {
        let mut report = Self {
            id: entry.id,
            label: body.label.clone(),
            name: body.name.clone(),
            kind: body.kind,
            as_of: body.as_of,
            since: body.since,
            owner: body.owner.clone(),
            slot: body.slot,
            title: body.title.clone(),
            headline: body.headline.clone(),
            forms: body.forms.clone(),
            warning: body.warning.clone(),
            generated_at: entry.recorded_at,
            generated_by: entry.actor.clone(),
            deliveries: Vec::new(),
        };
        body.to.iter().for_each(|to| report.request(to));
        report
    }

    /// A destination that is still to be tried is not asked for twice. One that was given up is
    /// tried anew under its key, because an attempt may have arrived and only the answer not.
    fn request(&mut self, to: &str) {
        let before = self.deliveries.iter().filter(|it| it.to == to).count();
        let id = self.id;
        match self.last(to) {
            Some(last) if last.is_waiting() => {}
            Some(last) if matches!(last.state, DeliveryState::GivenUp { .. }) => {
                last.failed = 0;
                last.state = DeliveryState::Waiting { retry_at: None, reason: None };
            }
            _ => self.deliveries.push(Delivery::new(id, to, before)),
        }
    }

    /// The last delivery to a destination.
    pub fn delivery(&self, to: &str) -> Option<&Delivery> {
        self.deliveries.iter().rev().find(|delivery| delivery.to == to)
    }

    fn last(&mut self, to: &str) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().rev().find(|delivery| delivery.to == to)
    }

    /// Whether something has still to be tried.
    pub fn is_waiting(&self) -> bool {
        self.deliveries.iter().any(Delivery::is_waiting)
    }
}

/// Folds a subject's entries, in canonical order, into the report they tell of.
pub fn fold<'a>(
    entries: impl Iterator<Item = (&'a Entry, &'a Event)> + Clone,
) -> Option<KeptReport> {
    let mut made = entries.clone().filter_map(|(entry, event)| match event {
        Event::ReportGenerated(body) => Some(KeptReport::new(entry, body)),
        _ => None,
    });
    let mut report = made.next()?;
    for (entry, event) in entries {
        match event {
            Event::ReportRequested(body) => report.request(&body.to),
            Event::ReportDelivered(body) => {
                if let Some(delivery) = report.last(&body.to) {
                    delivery.state = DeliveryState::Delivered { at: entry.recorded_at };
                }
            }
            Event::ReportDeliveryFailed(body) => {
                // What was delivered once stays so: another attempt crossed it.
                if let Some(delivery) = report.last(&body.to).filter(|it| it.is_waiting()) {
                    delivery.fail(entry.recorded_at, body);
                }
            }
            _ => {}
        }
    }
    Some(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{ReportDelivered, ReportRequested};

    fn entries(events: &[Event]) -> Vec<(Entry, Event)> {
        let entry = |at: usize, event: &Event| {
            let id = EntryId::derived(&[&at.to_string()]);
            let at = Timestamp(i64::try_from(at).expect("few"));
            let body = event.to_json().expect("a body");
            Entry::new(id, event.kind(), event.version(), "r", at, Actor::scan(), body)
        };
        events.iter().enumerate().map(|(at, event)| (entry(at, event), event.clone())).collect()
    }

    fn folded(events: &[Event]) -> KeptReport {
        let entries = entries(events);
        fold(entries.iter().map(|(entry, event)| (entry, event))).expect("a report")
    }

    fn generated() -> Event {
        let day = NaiveDate::from_ymd_opt(2026, 7, 20).expect("a day");
        Event::ReportGenerated(ReportGenerated {
            label: "weekly/2026-07-20".into(),
            name: "weekly".to_owned(),
            kind: Kind::Stale,
            as_of: day,
            since: day,
            owner: None,
            slot: None,
            title: String::new(),
            headline: String::new(),
            forms: BTreeMap::new(),
            warning: None,
            to: vec!["chat".to_owned(), "mail".to_owned()],
        })
    }

    fn failed(to: &str, retry_at: Option<i64>) -> Event {
        let (to, reason) = (to.to_owned(), "500".to_owned());
        let retry_at = retry_at.map(Timestamp);
        Event::ReportDeliveryFailed(ReportDeliveryFailed { to, reason, retry_at })
    }

    fn delivered(to: &str) -> Event {
        Event::ReportDelivered(ReportDelivered { to: to.to_owned() })
    }

    #[test]
    fn what_failed_is_due_again_when_it_was_said_to_be() {
        let report = folded(&[generated(), failed("chat", Some(100)), delivered("mail")]);
        let chat = report.delivery("chat").expect("asked for");
        assert_eq!((chat.failed, chat.is_due(Timestamp(99))), (1, false));
        assert!(chat.is_due(Timestamp(100)) && report.is_waiting());
        let by_a_wrong_clock = folded(&[generated(), failed("chat", Some(1 << 50))]);
        assert!(by_a_wrong_clock.delivery("chat").expect("asked for").is_due(Timestamp(100)));
        let report = folded(&[generated(), failed("chat", None), delivered("mail")]);
        assert!(!report.is_waiting(), "given up");
    }

    #[test]
    fn a_key_stays_through_all_attempts_and_is_another_when_it_is_sent_again() {
        let first = folded(&[generated()]);
        let later = folded(&[generated(), failed("chat", Some(1)), failed("chat", Some(2))]);
        let key = |report: &KeptReport, to| report.delivery(to).expect("asked for").key.clone();
        assert_eq!(key(&first, "chat"), key(&later, "chat"));
        assert_ne!(key(&first, "chat"), key(&first, "mail"));
        let again = Event::ReportRequested(ReportRequested { to: "chat".to_owned() });
        let sent = folded(&[generated(), delivered("chat"), again.clone()]);
        assert_ne!(key(&first, "chat"), key(&sent, "chat"));
        let impatient = folded(&[generated(), again.clone()]);
        assert_eq!(impatient.deliveries.len(), 2, "it is on its way already");
        let anew = folded(&[generated(), failed("chat", None), again]);
        assert_eq!(key(&first, "chat"), key(&anew, "chat"), "it may have arrived after all");
        assert!(anew.delivery("chat").expect("asked for").is_due(Timestamp(0)));
    }

    #[test]
    fn a_failure_that_crosses_a_delivery_changes_nothing() {
        let report = folded(&[generated(), delivered("chat"), failed("chat", Some(5))]);
        let chat = report.delivery("chat").expect("asked for");
        assert_eq!(chat.state, DeliveryState::Delivered { at: Timestamp(1) });
    }

    #[test]
    fn waiting_grows_and_ends_and_heeds_the_receiver() {
        let waits: Vec<_> = (1..).map_while(|failed| retry_after(failed, 0, None)).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        let all: Duration = waits.iter().sum();
        assert!((24..48).contains(&(all.as_secs() / 3600)), "{all:?}");
        let asked = Some(Duration::from_secs(600));
        assert_eq!(retry_after(1, 0, asked), asked);
        assert_eq!(retry_after(6, 0, asked), Some(Duration::from_secs(3600)));
        assert_eq!(retry_after(12, 0, asked), None);
        assert_eq!(retry_after(1, TIMELY_MS - 1, asked), asked);
        assert_eq!(retry_after(1, TIMELY_MS, asked), None, "it is no news any more");
    }
}
