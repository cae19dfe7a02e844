//! Writing to an incident: what is there is read in the transaction that writes, so that nobody
//! overwrites what they have not seen.

use std::sync::Arc;

use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::Event;
use crate::domain::id::{EntryId, IncidentId};
use crate::domain::incident::Incident;
use crate::error::{Error, Kind};
use crate::ledger::Tx;

use super::super::App;
use super::super::exercises::entry;
use super::super::postmortems::schedule;

/// Why and from where somebody edits, and what they saw.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Why; needed where something that was known is told differently.
    pub reason: String,
    /// From where it is known; may be empty.
    pub source: String,
    /// The version that the editor saw: of the thing that is edited, or of the incident as a
    /// whole. Where it is another one now, the edit is refused.
    pub seen: Option<String>,
}

/// What a writer may look at inside the transaction.
pub(super) struct Desk<'a, 'tx> {
    pub(super) tx: &'a Tx<'tx>,
    pub(super) config: &'a Config,
    pub(super) now: Timestamp,
    pub(super) incident: Incident,
}

/// What was written.
pub(super) struct Written {
    /// The incident as it is now.
    pub(super) incident: Incident,
    /// The new entries, in order.
    pub(super) ids: Vec<EntryId>,
}

impl App {
    /// Appends what `work` makes of an incident as it is now, in one transaction.
    pub(super) fn write_incident(
        &mut self,
        id: IncidentId,
        actor: &Actor,
        work: impl FnOnce(&mut Desk<'_, '_>) -> Result<Vec<Event>, Error>,
    ) -> Result<Written, Error> {
        self.find_room();
        let now = Timestamp(self.clock.now_ms());
        let config = Arc::clone(&self.config);
        self.ledger.transact(|tx| -> Result<Written, Error> {
            let incident = there(tx, id)?;
            let mut desk = Desk { tx: &*tx, config: &config, now, incident };
            let events = work(&mut desk)?;
            let ids = append_events(tx, id, &events, now, actor)?;
            tx.project()?;
            let incident = there(tx, id)?;
            if let Some(event) = schedule(tx, &config, &incident)? {
                append_events(tx, id, &[event], now, actor)?;
            }
            Ok(Written { incident, ids })
        })
    }
}

/// Appends entries to an incident, in this order and behind all that are there.
pub(in crate::app) fn append_events(
    tx: &mut Tx<'_>,
    id: IncidentId,
    events: &[Event],
    now: Timestamp,
    actor: &Actor,
) -> Result<Vec<EntryId>, Error> {
    append_behind(tx, &id.to_string(), events, now, actor)
}

/// Appends entries to a subject, in this order and behind all that are there, also where the
/// clock stands still, went back, or another machine's is ahead of it: what is written last is
/// what was decided with everything else in sight.
pub(in crate::app) fn append_behind(
    tx: &mut Tx<'_>,
    subject: &str,
    events: &[Event],
    now: Timestamp,
    actor: &Actor,
) -> Result<Vec<EntryId>, Error> {
    let mut last = tx.last_entry_of(subject)?;
    let mut ids = Vec::with_capacity(events.len());
    for event in events {
        let at = last.map_or(now, |(last, _)| now.max(last));
        let id = following(last, at);
        tx.append(&entry(id, event, subject, at, actor)?)?;
        last = Some((at, id));
        ids.push(id);
    }
    Ok(ids)
}

fn there(tx: &Tx<'_>, id: IncidentId) -> Result<Incident, Error> {
    tx.incident(id)?.ok_or_else(|| Error::not_found(format!("no incident {id}")))
}

/// A new id that sorts after the last one of the same millisecond. What follows the counter is
/// random, so two machines that count alike still give different ids.
pub(in crate::app) fn following(last: Option<(Timestamp, EntryId)>, now: Timestamp) -> EntryId {
    let counter = match last {
        Some((at, id)) if at == now && id.is_time_ordered() => {
            let bytes = id.as_bytes();
            let before = (u16::from(bytes[6] & 0x0f) << 8) | u16::from(bytes[7]);
            (before + 1).min(0x0fff)
        }
        _ => 0,
    };
    let mut random = [0; 10];
    random[..2].copy_from_slice(&counter.to_be_bytes());
    // Not where version 4 keeps its fixed bits.
    random[2..].copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[8..16]);
    EntryId::at(now.0, random)
}

impl Desk<'_, '_> {
    /// Whether the editor saw the version that stands.
    pub(super) fn check_seen(
        &self,
        manner: &Manner,
        what: &str,
        version: EntryId,
        value: &str,
    ) -> Result<(), Error> {
        let Some(seen) = manner.seen.as_deref().map(str::trim).filter(|it| !it.is_empty()) else {
            return Ok(());
        };
        // The whole id: the beginning of one is the minute in which it was made.
        let is_one =
            EntryId::parse(seen).is_ok_and(|it| [version, self.incident.version].contains(&it));
        if is_one || self.came_before(seen, version)? {
            return Ok(());
        }
        let who = match self.tx.entry(version)? {
            Some((_, entry)) => format!(" by {}", entry.actor.name),
            None => String::new(),
        };
        let message = format!("{what} was changed meanwhile{who}: it is {value} now");
        Err(Error::new(Kind::Outdated, message)
            .hinted(format!("look at it again; its version is {version}"))
            .standing(Some(version)))
    }

    /// Whether a version was there already when an editor saw the incident as a whole: what was
    /// told of other things since keeps nobody from editing this one.
    fn came_before(&self, seen: &str, version: EntryId) -> Result<bool, Error> {
        let Ok(seen) = EntryId::parse(seen) else { return Ok(false) };
        let subject = self.incident.id.to_string();
        let Some((seen_seq, _)) = self.tx.entry(seen)?.filter(|(_, it)| it.subject == subject)
        else {
            return Ok(false);
        };
        Ok(self.tx.entry(version)?.is_some_and(|(seq, _)| seq <= seen_seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_follow_each_other() {
        let now = Timestamp(1_780_000_000_000);
        let mut last = None;
        for _ in 0..500 {
            let id = following(last, now);
            assert!(last.is_none_or(|(_, before)| before < id));
            last = Some((now, id));
        }
        assert_ne!(following(None, now), following(None, now));
    }
}
