//! What shall be different next time.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::Told;
use crate::domain::action_item::{ActionItem, ActionState};
use crate::domain::entry::Entry;
use crate::domain::event::{ActionChanged, ActionOpened, Event};
use crate::domain::id::{ActionId, EntryId, IncidentId};
use crate::ledger::read::json_from;
use crate::ledger::{LedgerError, Reads};

/// Folds a subject's entries, given so that nothing comes before what it replaces.
pub(super) fn fold(told: &[&Told<'_>], erased: &HashSet<EntryId>) -> Vec<ActionItem> {
    let mut items: Vec<ActionItem> = Vec::new();
    for told in told {
        if let Event::ActionOpened(body) = &told.event {
            items.push(opened(told.entry, body));
        }
    }
    for told in told {
        if let Event::ActionChanged(body) = &told.event
            && let Some(item) = items.iter_mut().find(|item| item.id == body.action)
        {
            item.conflict = body.replaces != item.version && !erased.contains(&body.replaces);
            change(item, told.entry, body);
        }
    }
    items.sort_by_key(|item| (item.number, item.opened_at, item.id));
    items
}

fn opened(entry: &Entry, body: &ActionOpened) -> ActionItem {
    ActionItem {
        id: ActionId::new(entry.id),
        number: body.number,
        text: body.text.clone(),
        kind: body.kind,
        priority: body.priority,
        owner: body.owner.clone(),
        due: body.due,
        link: body.link.clone(),
        question: body.question.clone(),
        state: ActionState::Open,
        reason: String::new(),
        opened_at: entry.recorded_at,
        opened_by: entry.actor.clone(),
        closed_at: None,
        version: entry.id,
        conflict: false,
    }
}

fn change(item: &mut ActionItem, entry: &Entry, body: &ActionChanged) {
    if let Some(text) = &body.text {
        item.text.clone_from(text);
    }
    if let Some(owner) = &body.owner {
        item.owner.clone_from(owner);
    }
    if let Some(link) = &body.link {
        item.link.clone_from(link);
    }
    item.kind = body.kind.unwrap_or(item.kind);
    item.priority = body.priority.unwrap_or(item.priority);
    item.due = body.due.unwrap_or(item.due);
    if let Some(state) = body.state {
        item.closed_at = state.is_over().then_some(entry.recorded_at);
        item.state = state;
    }
    item.reason.clone_from(&body.reason);
    item.version = entry.id;
}

/// Replaces the rows of a subject.
pub(super) fn replace(
    conn: &Connection,
    subject: &str,
    items: &[ActionItem],
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM action_items WHERE subject = ?1")?.execute([subject])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO action_items (id, subject, place, item) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (place, item) in (0_i64..).zip(items) {
        let json =
            serde_json::to_string(item).map_err(|error| LedgerError::Invalid(error.to_string()))?;
        insert.execute(params![item.id.entry().as_bytes().as_slice(), subject, place, json])?;
    }
    Ok(())
}

impl Reads {
    /// An incident's action items, by their numbers.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn action_items_of(&self, incident: IncidentId) -> Result<Vec<ActionItem>, LedgerError> {
        self.projected_actions(&incident.to_string())
    }

    /// A subject's action items as they are stored, to be compared with a replay.
    pub(in crate::ledger) fn projected_actions(
        &self,
        subject: &str,
    ) -> Result<Vec<ActionItem>, LedgerError> {
        let sql = "SELECT item FROM action_items WHERE subject = ?1 ORDER BY place";
        self.all(sql, [subject], |row| json_from(row, 0))
    }

    /// All action items with their incidents' ids.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn action_items(&self) -> Result<Vec<(IncidentId, ActionItem)>, LedgerError> {
        let sql = "SELECT subject, item FROM action_items ORDER BY subject, place";
        let read = self.all(sql, [], |row| {
            let subject: String = row.get(0)?;
            Ok((IncidentId::of_subject(&subject), json_from(row, 1)?))
        })?;
        Ok(read.into_iter().filter_map(|(id, item)| Some((id?, item))).collect())
    }

    /// An action item and its incident's id.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn action_item(
        &self,
        id: ActionId,
    ) -> Result<Option<(IncidentId, ActionItem)>, LedgerError> {
        let sql = "SELECT subject, item FROM action_items WHERE id = ?1";
        let read = self.first(sql, [id.entry().as_bytes().as_slice()], |row| {
            let subject: String = row.get(0)?;
            Ok((IncidentId::of_subject(&subject), json_from(row, 1)?))
        })?;
        Ok(read.and_then(|(incident, item)| Some((incident?, item))))
    }
}
