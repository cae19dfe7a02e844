//! What people say about runbooks and their steps.

use rusqlite::{Connection, Row, params};

use super::Told;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::Event;
use crate::domain::id::{EntryId, RunbookId, StepId};
use crate::ledger::read::{actor_from, id_from};
use crate::ledger::{LedgerError, Reads};

/// Something somebody says about a runbook or one of its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The entry that added it.
    pub id: EntryId,
    /// About which runbook.
    pub runbook: RunbookId,
    /// About which step, if about one.
    pub step: Option<StepId>,
    /// That step's title then.
    pub step_title: String,
    /// What they say.
    pub text: String,
    /// Who.
    pub actor: Actor,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// How it was dealt with; none while it is open.
    pub resolved: Option<Resolution>,
}

/// How a note was dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Who did.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// How; may be empty.
    pub reason: String,
}

/// Folds entries into notes, in canonical order.
pub(super) fn fold(subject: &str, told: &[Told<'_>]) -> Vec<Note> {
    let mut notes: Vec<Note> = told
        .iter()
        .filter_map(|told| {
            let Event::NoteAdded(body) = &told.event else { return None };
            Some(Note {
                id: told.entry.id,
                runbook: RunbookId::from(subject),
                step: body.step.clone(),
                step_title: body.step_title.clone(),
                text: body.text.clone(),
                actor: told.entry.actor.clone(),
                recorded_at: told.entry.recorded_at,
                resolved: None,
            })
        })
        .collect();
    for told in told {
        let Event::NoteResolved(body) = &told.event else { continue };
        if let Some(note) = notes.iter_mut().find(|note| note.id == body.note) {
            note.resolved.get_or_insert_with(|| Resolution {
                actor: told.entry.actor.clone(),
                at: told.entry.recorded_at,
                reason: body.reason.clone(),
            });
        }
    }
    notes
}

/// Replaces a runbook's notes.
pub(super) fn replace(conn: &Connection, runbook: &str, notes: &[Note]) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM notes WHERE runbook = ?1")?.execute([runbook])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO notes (id, runbook, step, step_title, text, actor, recorded_at,
         resolved_by, resolved_at, resolution) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for note in notes {
        let resolved = note.resolved.as_ref();
        insert.execute(params![
            note.id.as_bytes().as_slice(),
            note.runbook.as_str(),
            note.step.as_ref().map(StepId::as_str),
            note.step_title,
            note.text,
            note.actor.to_string(),
            note.recorded_at.0,
            resolved.map(|it| it.actor.to_string()),
            resolved.map(|it| it.at.0),
            resolved.map(|it| it.reason.as_str()),
        ])?;
    }
    Ok(())
}

const SELECT: &str = "SELECT id, runbook, step, step_title, text, actor, recorded_at,
     resolved_by, resolved_at, resolution FROM notes";

impl Reads {
    /// A runbook's notes, oldest first, those dealt with included.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn notes_of(&self, runbook: &RunbookId) -> Result<Vec<Note>, LedgerError> {
        let sql = format!("{SELECT} WHERE runbook = ?1 ORDER BY recorded_at, id");
        self.all(&sql, [runbook.as_str()], note_from)
    }

    /// Every runbook's notes that nobody has dealt with, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn open_notes(&self) -> Result<Vec<Note>, LedgerError> {
        let sql = format!("{SELECT} WHERE resolved_at IS NULL ORDER BY recorded_at, id");
        self.all(&sql, [], note_from)
    }

    /// One note.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn note(&self, id: EntryId) -> Result<Option<Note>, LedgerError> {
        self.first(&format!("{SELECT} WHERE id = ?1"), [id.as_bytes().as_slice()], note_from)
    }
}

fn note_from(row: &Row<'_>) -> Result<Note, LedgerError> {
    let resolved = match row.get::<_, Option<i64>>(8)? {
        None => None,
        Some(at) => {
            let reason = row.get::<_, Option<String>>(9)?.unwrap_or_default();
            Some(Resolution { actor: actor_from(row, 7)?, at: Timestamp(at), reason })
        }
    };
    Ok(Note {
        id: id_from(row, 0)?,
        runbook: RunbookId::new(row.get::<_, String>(1)?),
        step: row.get::<_, Option<String>>(2)?.map(StepId::new),
        step_title: row.get(3)?,
        text: row.get(4)?,
        actor: actor_from(row, 5)?,
        recorded_at: Timestamp(row.get(6)?),
        resolved,
    })
}
