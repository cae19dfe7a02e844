//! An incident that began as a report: the newest version of the report is where it begins.

use std::collections::HashSet;

use super::super::Told;
use super::fold::{Begun, blank};
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{Event, IncidentImported};
use crate::domain::id::{EntryId, IncidentId};
use crate::domain::incident::{Happening, Versioned};

/// The version of the report that no other replaces: of several, the last in canonical order.
pub(super) fn newest<'a>(told: &'a [Told<'a>]) -> Option<(&'a Entry, &'a IncidentImported)> {
    let versions = || {
        told.iter().filter_map(|told| match &told.event {
            Event::IncidentImported(body) => Some((told.entry, body)),
            _ => None,
        })
    };
    let replaced: HashSet<EntryId> = versions().filter_map(|(_, body)| body.replaces).collect();
    let current = versions().rev().find(|(entry, _)| !replaced.contains(&entry.id));
    current.or_else(|| versions().next_back())
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
