//! The bodies of entries about action items. The subject of each is the incident's id.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::super::action_item::{ActionKind, ActionState, Priority};
use super::super::id::{ActionId, EntryId, QuestionId};

/// `action.opened`: something shall be different. The entry's id is the action item's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionOpened {
    /// Its number within its incident, given here for good.
    pub number: u32,
    /// What shall be done.
    pub text: String,
    /// What for.
    pub kind: ActionKind,
    /// How much it matters.
    pub priority: Priority,
    /// Who does it; nobody yet if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Where it is tracked; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The question whose bad answer led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionId>,
}

/// `action.changed`: it is told differently, or is further. What is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionChanged {
    /// The action item.
    pub action: ActionId,
    /// The entry whose version of it is replaced.
    pub replaces: EntryId,
    /// What shall be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActionKind>,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when; null where there is no such day any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub due: Option<Option<NaiveDate>>,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// How far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ActionState>,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What is told, be it null, is told apart from what is not.
fn told<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl ActionChanged {
    /// A change of an action item that changes nothing yet.
    pub const fn of(action: ActionId, replaces: EntryId) -> Self {
        Self {
            action,
            replaces,
            text: None,
            kind: None,
            priority: None,
            owner: None,
            due: None,
            link: None,
            state: None,
            reason: String::new(),
        }
    }
}
