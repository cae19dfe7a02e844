//! Projections: what the entries of one subject come to, folded by a pure function that never
//! fails and knows no clock, configuration or file. A replay anywhere gives the same rows.

pub mod action_items;
pub mod exercises;
mod fold;
pub mod incidents;
pub mod moves;
pub mod notes;
pub mod postmortems;
pub mod reports;
mod runs;
mod usage;

use rusqlite::Connection;

use super::LedgerError;
use crate::domain::entry::Entry;
use crate::domain::event::Event;

pub(super) use fold::{Folded, Projected, fold};

/// An entry whose body this program could read.
pub(super) struct Told<'a> {
    pub(super) entry: &'a Entry,
    pub(super) event: Event,
}

/// What can be read of some entries. Kinds and versions of a newer program, erased bodies and
/// bodies that are not what their kind promises are left out.
pub(super) fn told(entries: &[Entry]) -> Vec<Told<'_>> {
    entries
        .iter()
        .filter_map(|entry| {
            let body = entry.body.as_deref()?;
            let event = Event::decode(&entry.kind, entry.version, body).ok()??;
            Some(Told { entry, event })
        })
        .collect()
}

/// Replaces the rows of one subject by what its entries, in canonical order, come to.
pub(super) fn project(
    conn: &Connection,
    subject: &str,
    entries: &[Entry],
) -> Result<(), LedgerError> {
    let folded = fold(subject, entries);
    action_items::replace(conn, subject, &folded.actions)?;
    exercises::replace(conn, subject, &folded)?;
    incidents::replace(conn, subject, folded.incident.as_ref())?;
    notes::replace(conn, subject, &folded.notes)?;
    moves::replace(conn, subject, &folded.moves)?;
    runs::replace(conn, subject, folded.run.as_ref())?;
    reports::replace(conn, subject, folded.report.as_ref())?;
    reports::replace_schedule(conn, subject, folded.schedule.as_ref())?;
    usage::replace(conn, subject, &folded.usage)?;
    postmortems::replace(conn, subject, folded.postmortem.as_ref())
}
