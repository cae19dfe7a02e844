//! What the entries of an incident come to: its fields as they stand, and its timeline.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::actor::Actor;
use super::super::entry::Timestamp;
use super::super::id::{EntryId, Hash, IncidentId, IncidentLabel, RunbookId, StepId};
use super::{Field, Link, Moment, Role, Severity, Status, TimeName, TimeTold, Times};

/// A value with the entry that gave it: what the next edit names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// As it stands.
    pub value: T,
    /// The entry that made it so.
    pub version: EntryId,
    /// Two edits met that did not know of each other; the later one stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}

impl<T> Versioned<T> {
    /// A value that an entry gave.
    pub const fn new(value: T, version: EntryId) -> Self {
        Self { value, version, conflict: false }
    }
}

/// A runbook at work in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookUse {
    /// The entry that says so.
    pub id: EntryId,
    /// The runbook.
    pub runbook: RunbookId,
    /// The step, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// When it was used.
    pub at: Timestamp,
    /// The exercise it ended in, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<EntryId>,
    /// The run it is part of, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EntryId>,
}

/// An incident as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its identity, and the subject of its entries.
    pub id: IncidentId,
    /// What people call it.
    pub label: IncidentLabel,
    /// What it is about.
    pub title: Versioned<String>,
    /// How bad it is.
    pub severity: Versioned<Severity>,
    /// How far it is.
    pub status: Versioned<Status>,
    /// The incident it is, where it is a duplicate.
    pub duplicate_of: Option<IncidentId>,
    /// Which services are hit.
    pub services: Versioned<Vec<String>>,
    /// By what it was noticed; may be empty.
    pub detection: Versioned<String>,
    /// Addresses worth opening.
    pub links: Versioned<Vec<Link>>,
    /// For what, by name in lower case; an empty value is none.
    pub context: BTreeMap<String, Versioned<String>>,
    /// Who does what.
    pub roles: BTreeMap<Role, Versioned<Vec<String>>>,
    /// When what happened.
    pub times: BTreeMap<TimeName, Versioned<TimeTold>>,
    /// The runbooks used, oldest first.
    pub runbooks: Vec<RunbookUse>,
    /// How often it was reopened.
    pub reopened: u32,
    /// The resolved time that stands is one of before it was reopened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resolved_before: bool,
    /// When it began to be recorded.
    pub opened_at: Timestamp,
    /// Who began.
    pub opened_by: Actor,
    /// The entry that changed it last.
    pub version: EntryId,
    /// The report it was read from, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_from: Option<String>,
    /// That report's text, kept as a blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Hash>,
    /// Nobody said how bad it is: the severity that stands is the least.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub severity_unknown: bool,
    /// What it said at first was erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

impl Incident {
    /// The five times without where they come from.
    pub fn plain_times(&self) -> Times {
        let mut times = Times::default();
        for (name, told) in &self.times {
            times.set(*name, told.value.moment);
        }
        times
    }

    /// Whether nothing tells when it was: it was read from a report that names no day, and is
    /// recorded at the first moment there is, so that all machines record it alike.
    pub fn is_undated(&self) -> bool {
        let known = [TimeName::Started, TimeName::Detected].map(|name| self.time(name).known());
        (self.imported_from.is_some() || self.erased)
            && self.opened_at == Timestamp::default()
            && known.iter().all(Option::is_none)
    }

    /// When it began, as far as is known: it hurt, it was noticed, or it began to be recorded.
    pub fn began(&self) -> Timestamp {
        let known = [TimeName::Started, TimeName::Detected];
        let known = known.into_iter().find_map(|name| self.time(name).known());
        known.unwrap_or(self.opened_at)
    }

    /// What is known of a time.
    pub fn time(&self, name: TimeName) -> Moment {
        self.times.get(&name).map_or(Moment::Unknown, |told| told.value.moment)
    }

    /// The context that says something.
    pub fn context(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.context.iter().map(|(name, told)| (name.as_str(), told.value.as_str()));
        all.filter(|(_, value)| !value.is_empty())
    }

    /// Who has a role.
    pub fn people(&self, role: Role) -> &[String] {
        self.roles.get(&role).map_or(&[], |told| &told.value)
    }

    /// The names of everything in which two edits met.
    pub fn conflicts(&self) -> Vec<String> {
        let mut names = Vec::new();
        let fields = [
            ("title", self.title.conflict),
            ("severity", self.severity.conflict),
            ("status", self.status.conflict),
            ("services", self.services.conflict),
            ("detection", self.detection.conflict),
            ("links", self.links.conflict),
        ];
        names.extend(fields.iter().filter(|(_, met)| *met).map(|(name, _)| (*name).to_owned()));
        let context = self.context.iter().filter(|(_, told)| told.conflict);
        names.extend(context.map(|(name, _)| format!("context.{name}")));
        let roles = self.roles.iter().filter(|(_, told)| told.conflict);
        names.extend(roles.map(|(role, _)| format!("role.{role}")));
        let times = self.times.iter().filter(|(_, told)| told.conflict);
        names.extend(times.map(|(name, _)| format!("time.{name}")));
        names
    }

    /// The field of this kind and name as it stands, with its version; a name of the context that
    /// was never given is empty, and as old as the incident.
    pub fn field(&self, like: &Field) -> (Field, EntryId) {
        match like {
            Field::Title(_) => (Field::Title(self.title.value.clone()), self.title.version),
            Field::Severity(_) => (Field::Severity(self.severity.value), self.severity.version),
            Field::Services(_) => {
                (Field::Services(self.services.value.clone()), self.services.version)
            }
            Field::Detection(_) => {
                (Field::Detection(self.detection.value.clone()), self.detection.version)
            }
            Field::Links(_) => (Field::Links(self.links.value.clone()), self.links.version),
            Field::Context { name, .. } => {
                let told = self.context.get(name);
                let value = told.map(|told| told.value.clone()).unwrap_or_default();
                let version = told.map_or_else(|| self.id.entry(), |told| told.version);
                (Field::Context { name: name.clone(), value }, version)
            }
        }
    }

    /// Gives a field another value.
    pub fn set_field(&mut self, to: &Field, version: EntryId, conflict: bool) {
        match to {
            Field::Title(to) => set(&mut self.title, to, version, conflict),
            Field::Severity(to) => {
                self.severity_unknown = false;
                set(&mut self.severity, to, version, conflict);
            }
            Field::Services(to) => set(&mut self.services, to, version, conflict),
            Field::Detection(to) => set(&mut self.detection, to, version, conflict),
            Field::Links(to) => set(&mut self.links, to, version, conflict),
            Field::Context { name, value } => {
                let told = Versioned { value: value.clone(), version, conflict };
                self.context.insert(name.clone(), told);
            }
        }
    }

    /// The entry that the next edit of a role replaces.
    pub fn role_version(&self, role: Role) -> EntryId {
        self.roles.get(&role).map_or_else(|| self.id.entry(), |told| told.version)
    }

    /// The entry that the next edit of a time replaces.
    pub fn time_version(&self, name: TimeName) -> EntryId {
        self.times.get(&name).map_or_else(|| self.id.entry(), |told| told.version)
    }
}

fn set<T: Clone>(to: &mut Versioned<T>, value: &T, version: EntryId, conflict: bool) {
    *to = Versioned { value: value.clone(), version, conflict };
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// The entry it comes from.
    pub id: EntryId,
    /// Counts the lines that one entry tells, from 0.
    pub part: u32,
    /// When it happened.
    pub at: Timestamp,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub actor: Actor,
    /// It met another edit that it did not know of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
    /// What happened.
    pub what: Happening,
}

/// What a line of a timeline tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Happening {
    /// It began to be recorded.
    Opened,
    /// Somebody noted something.
    Noted {
        /// What.
        text: String,
        /// Who said it, where that is not who wrote it down.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        author: String,
        /// Where it was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        link: String,
        /// From where it was taken: `paste`, `report.md:12`; empty for a note.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        source: String,
        /// Nobody says when: the line's moment is only its place among the others.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        untimed: bool,
    },
    /// The status changed.
    Status {
        /// Before.
        from: Status,
        /// Now.
        to: Status,
        /// Which incident it is, where it is a duplicate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate_of: Option<IncidentId>,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A field was set.
    Field {
        /// Before.
        from: Field,
        /// Now.
        to: Field,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A time was told.
    Time {
        /// Which.
        name: TimeName,
        /// Before.
        from: Moment,
        /// Now.
        to: TimeTold,
    },
    /// Somebody took a role, or gave it away.
    Role {
        /// Which.
        role: Role,
        /// Who had it.
        from: Vec<String>,
        /// Who has it.
        to: Vec<String>,
    },
    /// A runbook, or a step of it, was used.
    Runbook {
        /// The runbook.
        runbook: RunbookId,
        /// The step, if one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepId>,
        /// That step's title then.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        step_title: String,
        /// What was said about it; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// What stood here was erased; that is all that is left of it.
    Erased {
        /// The entry's kind.
        was: String,
    },
}
