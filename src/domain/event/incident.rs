//! The bodies of entries about incidents. The subject of each is the incident's id.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::entry::Timestamp;
use super::super::exercise::Context;
use super::super::id::{EntryId, Hash, IncidentId, IncidentLabel, RunbookId, StepId};
use super::super::incident::{Field, Link, Role, Severity, Status, TimeName, TimeTold};

/// `incident.opened`: somebody began to record an incident. The entry's id is the incident's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentOpened {
    /// Its label, given here for good.
    pub label: IncidentLabel,
    /// What it is about.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The times told so far.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<TimeName, TimeTold>,
    /// Which services are hit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// For what: names in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Context,
    /// Addresses worth opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// By what it was noticed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detection: String,
    /// Who does what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, Vec<String>>,
}

/// `incident.field_set`: a field has another value now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentFieldSet {
    /// The field and its value.
    #[serde(flatten)]
    pub to: Field,
    /// The entry whose version of it is replaced.
    pub replaces: EntryId,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `incident.time_set`: a time is told, or told differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTimeSet {
    /// Which.
    pub time: TimeName,
    /// What is known of it now, from where, and why it was changed.
    pub told: TimeTold,
    /// The entry whose version of it is replaced.
    pub replaces: EntryId,
}

/// `incident.status_changed`: it is further, over, or no incident of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentStatusChanged {
    /// How far it is.
    pub to: Status,
    /// Since when.
    pub at: Timestamp,
    /// The entry whose status is replaced.
    pub replaces: EntryId,
    /// Which incident it is, where it is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<IncidentId>,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `incident.reopened`: it was not over. The first mitigated time and the last resolved one stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentReopened {
    /// Since when.
    pub at: Timestamp,
    /// The entry whose status is replaced.
    pub replaces: EntryId,
    /// Why.
    pub reason: String,
}

/// `incident.role_set`: who has a role now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRoleSet {
    /// The role.
    pub role: Role,
    /// Everybody who has it; nobody if empty.
    pub people: Vec<String>,
    /// Since when.
    pub at: Timestamp,
    /// The entry whose version of it is replaced.
    pub replaces: EntryId,
}

/// `incident.noted`: a line of the timeline, by hand or from a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentNoted {
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// Who said it, where that is not who wrote it down.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Where it was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// From where it was taken: `paste`; empty for a note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The messages that it judges, without secrets, kept as a blob: a list of texts as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Hash>,
}

/// `incident.runbook_used`: a runbook, or a step of it, was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRunbookUsed {
    /// The runbook.
    pub runbook: RunbookId,
    /// The step, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// That step's title then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step_title: String,
    /// When.
    pub at: Timestamp,
    /// The exercise it ended in, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<EntryId>,
    /// The run it is part of, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EntryId>,
    /// What was said about it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
