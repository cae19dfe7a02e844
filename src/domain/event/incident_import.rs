//! `incident.imported`: an incident that a report tells of. The subject is the incident's id,
//! which follows from the report's path, so that all machines mean the same incident.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::entry::Timestamp;
use super::super::exercise::Context;
use super::super::id::{EntryId, Hash, IncidentLabel};
use super::super::incident::{Role, Severity, Status, TimeName, TimeTold};

/// `incident.imported`: what a report says. It is fully determined by the file and the entry it
/// replaces; importing a changed file replaces all that the file said before, and nothing that
/// people said since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentImported {
    /// The report's own id, else one made of its day and name.
    pub label: IncidentLabel,
    /// What it is about.
    pub title: String,
    /// How bad it is; none where the report names no severity of the team's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// How far it is.
    pub status: Status,
    /// The times that the report states.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<TimeName, TimeTold>,
    /// Which services were hit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// For what: names in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Context,
    /// By what it was noticed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detection: String,
    /// Who did what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, Vec<String>>,
    /// The timeline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<ImportedRow>,
    /// The report: its path in the workspace, with the anchor of the incident's heading where it
    /// tells of several.
    pub source: String,
    /// The report's text, kept as a blob.
    pub text: Hash,
    /// The entry of the report's version before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EntryId>,
}

/// A row of a report's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedRow {
    /// When it happened; for a row without a time of its own, where it stands among the others.
    pub at: Timestamp,
    /// Whether the report gives the row no time that can be read: [`Self::at`] is only its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untimed: bool,
    /// What happened.
    pub text: String,
    /// Who did it, where the report says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Where it was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// Line of the report.
    pub line: usize,
}
