//! Action items, as JSON, pages and templates show them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::action_item::{ActionKind, ActionState, Closing, Priority};
use crate::domain::id::{ActionId, EntryId, IncidentLabel, QuestionId};

/// An action item: `action add --json`.
#[derive(Clone, Debug, Serialize)]
pub struct ActionItemView {
    /// Its identity.
    pub id: ActionId,
    /// What people call it: `INC-2026-05-20-001/2`.
    pub label: String,
    /// Its incident's label.
    pub incident: IncidentLabel,
    /// Its number within its incident, from 1.
    pub number: u32,
    /// What shall be done.
    pub text: String,
    /// What for.
    pub kind: ActionKind,
    /// How much it matters.
    pub priority: Priority,
    /// Who does it; null while nobody does.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// For how many days it is overdue; null while it is not.
    pub days_overdue: Option<i64>,
    /// Where it is tracked.
    pub link: Option<String>,
    /// The question whose bad answer led to it.
    pub question: Option<QuestionId>,
    /// How far it is.
    pub state: ActionState,
    /// Why it was changed last.
    pub reason: Option<String>,
    /// When it was opened, in UTC.
    pub opened_at: String,
    /// By whom, typed: `person:ana`.
    pub opened_by: String,
    /// When it was done or dropped, in UTC.
    pub closed_at: Option<String>,
    /// The entry that the next change replaces.
    pub version: EntryId,
    /// Two changes met; the later one stands.
    pub conflict: bool,
}

/// What became of the action items that were opened in a quarter.
#[derive(Clone, Debug, Serialize)]
pub struct ClosingView {
    /// `2026-Q2`.
    pub quarter: String,
    /// How many.
    #[serde(flatten)]
    pub counts: Closing,
    /// How many of a hundred are done.
    pub percent: Option<usize>,
}

/// A list of action items: `action list --json`.
#[derive(Clone, Debug, Serialize)]
pub struct ActionList {
    /// Overdue ones first.
    pub actions: Vec<ActionItemView>,
    /// By the quarter in which they were opened, oldest first.
    pub closing: Vec<ClosingView>,
}
