//! Which slugs a runbook stood under before.

use rusqlite::{Connection, Row, params};

use super::Told;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, MoveSeen};
use crate::domain::id::{EntryId, RunbookId, Slug};
use crate::ledger::read::{id_from, word_from};
use crate::ledger::{LedgerError, Reads};

/// A runbook's file got another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The entry that says so.
    pub id: EntryId,
    /// The runbook.
    pub runbook: RunbookId,
    /// Its slug before.
    pub from: Slug,
    /// Its slug afterwards.
    pub to: Slug,
    /// How this is known.
    pub seen: MoveSeen,
    /// When it was written down.
    pub recorded_at: Timestamp,
}

/// Folds entries into moves, in canonical order.
pub(super) fn fold(told: &[Told<'_>]) -> Vec<Move> {
    told.iter()
        .filter_map(|told| {
            let Event::RunbookMoved(body) = &told.event else { return None };
            Some(Move {
                id: told.entry.id,
                runbook: RunbookId::from(told.entry.subject.as_str()),
                from: body.from.clone(),
                to: body.to.clone(),
                seen: body.seen,
                recorded_at: told.entry.recorded_at,
            })
        })
        .collect()
}

/// Replaces a runbook's moves.
pub(super) fn replace(conn: &Connection, runbook: &str, moves: &[Move]) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM moves WHERE runbook = ?1")?.execute([runbook])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO moves (id, runbook, from_slug, to_slug, seen, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for it in moves {
        insert.execute(params![
            it.id.as_bytes().as_slice(),
            it.runbook.as_str(),
            it.from.as_str(),
            it.to.as_str(),
            word(it.seen),
            it.recorded_at.0,
        ])?;
    }
    Ok(())
}

const fn word(seen: MoveSeen) -> &'static str {
    match seen {
        MoveSeen::Git => "git",
        MoveSeen::FrontMatter => "front-matter",
        MoveSeen::SameText => "same-text",
        MoveSeen::Hand => "hand",
    }
}

const SELECT: &str = "SELECT id, runbook, from_slug, to_slug, seen, recorded_at FROM moves";

impl Reads {
    /// Every move of every runbook, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn moves(&self) -> Result<Vec<Move>, LedgerError> {
        self.all(&format!("{SELECT} ORDER BY recorded_at, id"), [], move_from)
    }

    /// A runbook's moves, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn moves_of(&self, runbook: &RunbookId) -> Result<Vec<Move>, LedgerError> {
        let sql = format!("{SELECT} WHERE runbook = ?1 ORDER BY recorded_at, id");
        self.all(&sql, [runbook.as_str()], move_from)
    }
}

fn move_from(row: &Row<'_>) -> Result<Move, LedgerError> {
    Ok(Move {
        id: id_from(row, 0)?,
        runbook: RunbookId::new(row.get::<_, String>(1)?),
        from: Slug::new(row.get::<_, String>(2)?),
        to: Slug::new(row.get::<_, String>(3)?),
        seen: word_from(row, 4)?,
        recorded_at: Timestamp(row.get(5)?),
    })
}
