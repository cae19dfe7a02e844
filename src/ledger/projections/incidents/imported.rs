//! An incident that began as a report: the newest version of the report is where it begins.

use std::collections::{HashMap, HashSet};

use super::super::Told;
use super::fold::{Begun, blank};
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{Event, IncidentImported};
use crate::domain::id::{EntryId, IncidentId};
use crate::domain::incident::{Happening, Versioned};

/// The version of the report that no other replaces, with what it says; nothing where that was
/// erased: older versions do not count again. Of several, an erased one, else the last in canonical
/// order.
pub(super) fn newest<'a>(
    entries: &'a [Entry],
    told: &'a [Told<'a>],
) -> Option<(&'a Entry, Option<&'a IncidentImported>)> {
    let mut bodies: HashMap<EntryId, &IncidentImported> = HashMap::new();
    let mut replaced: HashSet<EntryId> = HashSet::new();
    for Told { entry, event } in told {
        match event {
            Event::IncidentImported(body) => {
                bodies.insert(entry.id, body);
                replaced.extend(body.replaces);
            }
            Event::EntryErased(body) => {
                replaced.extend(body.keeps.as_ref().and_then(|kept| kept.replaces));
            }
            _ => {}
        }
    }
    let versions = || {
        let reports = entries.iter().filter(|entry| entry.kind == "incident.imported");
        let told = reports.map(|entry| (entry, bodies.get(&entry.id).copied()));
        told.filter(|(entry, said)| said.is_some() || entry.body.is_none()).rev()
    };
    let current = || versions().filter(|(entry, _)| !replaced.contains(&entry.id));
    let erased = current().find(|(_, said)| said.is_none());
    erased.or_else(|| current().next()).or_else(|| versions().next())
}

/// Versions of the report: an edit of what an earlier one said still stands.
pub(super) fn versions(entries: &[Entry]) -> impl Iterator<Item = EntryId> {
    entries.iter().filter(|entry| entry.kind == "incident.imported").map(|entry| entry.id)
}

/// The incident as the report tells it.
pub(super) fn begun(id: IncidentId, entry: &Entry, body: &IncidentImported) -> Begun {
    let mut incident = blank(id, entry);
    let version = entry.id;
    incident.label.clone_from(&body.label);
    incident.title.value.clone_from(&body.title);
    incident.severity_unknown = body.severity.is_none();
    if let Some(severity) = body.severity {
        incident.severity.value = severity;
    }
    incident.status.value = body.status;
    incident.services.value.clone_from(&body.services);
    incident.detection.value.clone_from(&body.detection);
    for (name, value) in &body.context {
        incident.context.insert(name.clone(), Versioned::new(value.clone(), version));
    }
    for (role, people) in &body.roles {
        incident.roles.insert(*role, Versioned::new(people.clone(), version));
    }
    for (name, told) in &body.times {
        incident.times.insert(*name, Versioned::new(told.clone(), version));
    }
    incident.imported_from = Some(body.source.clone());
    incident.report = Some(body.text);
    let source = body.source.split('#').next().unwrap_or_default();
    let lines: Vec<(Timestamp, Happening)> = body
        .timeline
        .iter()
        .map(|row| {
            let what = Happening::Noted {
                text: row.text.clone(),
                author: row.author.clone(),
                link: row.link.clone(),
                source: format!("{source}:{}", row.line),
                untimed: row.untimed,
            };
            (row.at, what)
        })
        .collect();
    Begun { incident, lines }
}
