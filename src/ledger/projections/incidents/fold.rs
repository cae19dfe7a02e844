//! The fold of an incident's entries into what it is now and its timeline.
//!
//! Entries are told in canonical order, but an edit never before what it replaces: a machine with
//! a slow clock must not make its own second edit look like the first one. Whatever begins an
//! incident makes a [`Begun`]; everything else changes it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::Told;
use super::imported;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{
    Event, IncidentFieldSet, IncidentNoted, IncidentOpened, IncidentReopened, IncidentRoleSet,
    IncidentRunbookUsed, IncidentStatusChanged, IncidentTimeSet,
};
use crate::domain::id::{EntryId, IncidentId, IncidentLabel};
use crate::domain::incident::{
    Happening, Incident, Moment, RunbookUse, Severity, Status, TimeName, TimeTold, TimelineItem,
    Versioned,
};

/// An incident with its timeline, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ledger) struct FoldedIncident {
    pub(in crate::ledger) incident: Incident,
    pub(in crate::ledger) timeline: Vec<TimelineItem>,
}

/// Kinds that begin an incident.
pub(in crate::ledger) const BEGINNINGS: [&str; 2] = ["incident.imported", "incident.opened"];

/// Folds a subject's entries, given in canonical order; none where nothing began here yet.
pub(in crate::ledger) fn fold(
    subject: &str,
    entries: &[Entry],
    told: &[Told<'_>],
) -> Option<FoldedIncident> {
    if !entries.iter().any(|entry| entry.kind.starts_with("incident.")) {
        return None;
    }
    let id = IncidentId::of_subject(subject)?;
    let opening = || told.iter().find_map(|told| Some((told.entry, begun(id, told)?)));
    let reported = || {
        let (entry, said) = imported::newest(entries, told)?;
        let erased = || erased_beginning(id, entry, told);
        Some((entry, said.map_or_else(erased, |body| imported::begun(id, entry, body))))
    };
    let beginning = opening().or_else(reported);
    let (entry, begun) = match beginning {
        Some(begun) => begun,
        None => {
            let erased = |entry: &&Entry| entry.body.is_none() && entry.kind == "incident.opened";
            let entry = entries.iter().find(erased)?;
            (entry, erased_beginning(id, entry, told))
        }
    };
    let erased = entries.iter().filter(|entry| entry.body.is_none()).map(|it| it.id);
    // An edit of what an earlier version of a report said is no conflict with the newest.
    let erased = erased.chain(imported::versions(entries)).collect();
    let mut fold = Fold::new(entry, begun, erased);
    for told in causal(told) {
        fold.change(told);
    }
    fold.remember_erased(entries);
    Some(fold.finish())
}

/// An incident as it was when it began to be recorded, and the lines that came with it.
pub(super) struct Begun {
    pub(super) incident: Incident,
    pub(super) lines: Vec<(Timestamp, Happening)>,
}

/// What begins an incident, if the entry does.
fn begun(id: IncidentId, told: &Told<'_>) -> Option<Begun> {
    match &told.event {
        Event::IncidentOpened(body) => Some(opened(id, told.entry, body)),
        _ => None,
    }
}

fn opened(id: IncidentId, entry: &Entry, body: &IncidentOpened) -> Begun {
    let mut incident = blank(id, entry);
    let version = entry.id;
    incident.label.clone_from(&body.label);
    incident.title.value.clone_from(&body.title);
    incident.severity.value = body.severity;
    incident.services.value.clone_from(&body.services);
    incident.detection.value.clone_from(&body.detection);
    incident.links.value.clone_from(&body.links);
    for (name, value) in &body.context {
        incident.context.insert(name.clone(), Versioned::new(value.clone(), version));
    }
    for (role, people) in &body.roles {
        incident.roles.insert(*role, Versioned::new(people.clone(), version));
    }
    for (name, told) in &body.times {
        incident.times.insert(*name, Versioned::new(told.clone(), version));
    }
    Begun { incident, lines: vec![(entry.recorded_at, Happening::Opened)] }
}

/// The opening's body is gone: the incident stands, without what it said but for what its erasure
/// keeps.
fn erased_beginning(id: IncidentId, entry: &Entry, told: &[Told<'_>]) -> Begun {
    let mut incident = blank(id, entry);
    incident.erased = true;
    let kept = told.iter().find_map(|told| match &told.event {
        Event::EntryErased(body) if body.entry == entry.id => body.keeps.as_ref(),
        _ => None,
    });
    if let Some(kept) = kept {
        incident.label.clone_from(&kept.label);
        incident.severity.value = kept.severity;
        if let Some(status) = kept.status {
            incident.status.value = status;
        }
    }
    Begun { incident, lines: vec![(entry.recorded_at, Happening::Opened)] }
}

pub(super) fn blank(id: IncidentId, entry: &Entry) -> Incident {
    let version = entry.id;
    Incident {
        id,
        label: IncidentLabel::new(format!("INC-{id}")),
        title: Versioned::new(String::new(), version),
        severity: Versioned::new(Severity::ALL[Severity::ALL.len() - 1], version),
        status: Versioned::new(Status::Investigating, version),
        duplicate_of: None,
        services: Versioned::new(Vec::new(), version),
        detection: Versioned::new(String::new(), version),
        links: Versioned::new(Vec::new(), version),
        context: BTreeMap::new(),
        roles: BTreeMap::new(),
        times: BTreeMap::new(),
        runbooks: Vec::new(),
        reopened: 0,
        resolved_before: false,
        opened_at: entry.recorded_at,
        opened_by: entry.actor.clone(),
        version,
        imported_from: None,
        report: None,
        severity_unknown: false,
        erased: false,
    }
}

/// The entry that an event replaces.
const fn replaces(event: &Event) -> Option<EntryId> {
    match event {
        Event::IncidentFieldSet(body) => Some(body.replaces),
        Event::IncidentTimeSet(body) => Some(body.replaces),
        Event::IncidentStatusChanged(body) => Some(body.replaces),
        Event::IncidentReopened(body) => Some(body.replaces),
        Event::IncidentRoleSet(body) => Some(body.replaces),
        Event::PostmortemChanged(body) => Some(body.replaces),
        Event::PostmortemSectionWritten(body) => body.replaces,
        Event::ChecklistAnswered(body) => body.replaces,
        Event::ActionChanged(body) => Some(body.replaces),
        _ => None,
    }
}

/// The given order, except that nothing comes before what it replaces.
pub(in crate::ledger::projections) fn causal<'a>(told: &'a [Told<'a>]) -> Vec<&'a Told<'a>> {
    let there: HashSet<EntryId> = told.iter().map(|told| told.entry.id).collect();
    let mut waiting: HashMap<EntryId, Vec<&Told<'_>>> = HashMap::new();
    let mut done: HashSet<EntryId> = HashSet::new();
    let mut order = Vec::with_capacity(told.len());
    for next in told {
        let before = replaces(&next.event).filter(|id| there.contains(id) && !done.contains(id));
        if let Some(before) = before {
            waiting.entry(before).or_default().push(next);
            continue;
        }
        let mut ready = vec![next];
        while let Some(next) = ready.pop() {
            done.insert(next.entry.id);
            order.push(next);
            ready.extend(waiting.remove(&next.entry.id).into_iter().flatten().rev());
        }
    }
    // Entries that replace one another in a circle: nobody's program writes such.
    order.extend(told.iter().filter(|told| !done.contains(&told.entry.id)));
    order
}

struct Fold {
    incident: Incident,
    timeline: Vec<TimelineItem>,
    /// Erased entries, and versions of a report: what they replaced cannot be told, so an edit of
    /// theirs is no conflict.
    erased: HashSet<EntryId>,
}

impl Fold {
    fn new(entry: &Entry, begun: Begun, erased: HashSet<EntryId>) -> Self {
        let Begun { incident, lines } = begun;
        let mut timeline = Vec::with_capacity(lines.len());
        for (part, (at, what)) in (0..).zip(lines) {
            timeline.push(TimelineItem { part, ..item(entry, at, false, what) });
        }
        Self { incident, timeline, erased }
    }

    fn change(&mut self, told: &Told<'_>) {
        let entry = told.entry;
        match &told.event {
            Event::IncidentFieldSet(body) => self.field(entry, body),
            Event::IncidentTimeSet(body) => self.time(entry, body),
            Event::IncidentStatusChanged(body) => self.status(entry, body),
            Event::IncidentReopened(body) => self.reopen(entry, body),
            Event::IncidentRoleSet(body) => self.role(entry, body),
            Event::IncidentNoted(body) => self.note(entry, body),
            Event::IncidentRunbookUsed(body) => self.runbook(entry, body),
            _ => {}
        }
    }

    /// Whether an edit did not know what it met.
    fn met(&self, replaces: EntryId, version: EntryId) -> bool {
        replaces != version && !self.erased.contains(&replaces)
    }

    fn tell(&mut self, entry: &Entry, at: Timestamp, conflict: bool, what: Happening) {
        self.incident.version = entry.id;
        self.timeline.push(item(entry, at, conflict, what));
    }

    fn field(&mut self, entry: &Entry, body: &IncidentFieldSet) {
        let (from, version) = self.incident.field(&body.to);
        let conflict = self.met(body.replaces, version);
        self.incident.set_field(&body.to, entry.id, conflict);
        let what = Happening::Field { from, to: body.to.clone(), reason: body.reason.clone() };
        self.tell(entry, entry.recorded_at, conflict, what);
    }

    fn time(&mut self, entry: &Entry, body: &IncidentTimeSet) {
        let conflict = self.met(body.replaces, self.incident.time_version(body.time));
        let from = self.incident.time(body.time);
        self.set_time(body.time, body.told.clone(), entry.id, conflict);
        let what = Happening::Time { name: body.time, from, to: body.told.clone() };
        self.tell(entry, entry.recorded_at, conflict, what);
    }

    fn set_time(&mut self, name: TimeName, told: TimeTold, version: EntryId, conflict: bool) {
        // A time that is corrected while it goes on again is the one it was resolved at before.
        if name == TimeName::Resolved && !self.incident.status.value.is_open() {
            self.incident.resolved_before = false;
        }
        self.incident.times.insert(name, Versioned { value: told, version, conflict });
    }

    fn status(&mut self, entry: &Entry, body: &IncidentStatusChanged) {
        let conflict = self.met(body.replaces, self.incident.status.version);
        let from = self.incident.status.value;
        self.incident.status = Versioned { value: body.to, version: entry.id, conflict };
        self.incident.duplicate_of = body.duplicate_of;
        if let Some(name) = body.to.time() {
            // The first mitigated time stays, and the last resolved one; one that somebody told
            // by hand is not overwritten by a change of status.
            let again = name == TimeName::Resolved && self.incident.resolved_before;
            if again || self.incident.time(name) == Moment::Unknown {
                let source = "status".to_owned();
                let moment = Moment::At(body.at);
                let told = TimeTold { moment, source, reason: body.reason.clone() };
                self.set_time(name, told, entry.id, false);
            }
        }
        let duplicate_of = body.duplicate_of;
        let reason = body.reason.clone();
        let what = Happening::Status { from, to: body.to, duplicate_of, reason };
        self.tell(entry, body.at, conflict, what);
    }

    fn reopen(&mut self, entry: &Entry, body: &IncidentReopened) {
        let conflict = self.met(body.replaces, self.incident.status.version);
        let (from, to) = (self.incident.status.value, Status::Investigating);
        self.incident.status = Versioned { value: to, version: entry.id, conflict };
        self.incident.duplicate_of = None;
        self.incident.reopened += 1;
        self.incident.resolved_before = true;
        let reason = body.reason.clone();
        let what = Happening::Status { from, to, duplicate_of: None, reason };
        self.tell(entry, body.at, conflict, what);
    }

    fn role(&mut self, entry: &Entry, body: &IncidentRoleSet) {
        let conflict = self.met(body.replaces, self.incident.role_version(body.role));
        let from = self.incident.people(body.role).to_vec();
        let told = Versioned { value: body.people.clone(), version: entry.id, conflict };
        self.incident.roles.insert(body.role, told);
        let what = Happening::Role { role: body.role, from, to: body.people.clone() };
        self.tell(entry, body.at, conflict, what);
    }

    fn note(&mut self, entry: &Entry, body: &IncidentNoted) {
        let what = Happening::Noted {
            text: body.text.clone(),
            author: body.author.clone(),
            link: body.link.clone(),
            source: body.source.clone(),
            untimed: false,
        };
        self.tell(entry, body.at, false, what);
    }

    fn runbook(&mut self, entry: &Entry, body: &IncidentRunbookUsed) {
        self.incident.runbooks.push(RunbookUse {
            id: entry.id,
            runbook: body.runbook.clone(),
            step: body.step.clone(),
            at: body.at,
            exercise: body.exercise,
            run: body.run,
        });
        let what = Happening::Runbook {
            runbook: body.runbook.clone(),
            step: body.step.clone(),
            step_title: body.step_title.clone(),
            note: body.note.clone(),
        };
        self.tell(entry, body.at, false, what);
    }

    /// What was erased leaves a line, so that nobody takes the gap for silence.
    fn remember_erased(&mut self, entries: &[Entry]) {
        let erased = entries.iter().filter(|entry| {
            let begins = BEGINNINGS.contains(&entry.kind.as_str());
            entry.body.is_none() && entry.kind.starts_with("incident.") && !begins
        });
        for entry in erased {
            let what = Happening::Erased { was: entry.kind.clone() };
            self.timeline.push(item(entry, entry.recorded_at, false, what));
        }
    }

    fn finish(mut self) -> FoldedIncident {
        self.incident.runbooks.sort_by_key(|used| (used.at, used.id));
        self.timeline.sort_by_key(|item| (item.at, item.recorded_at, item.id, item.part));
        FoldedIncident { incident: self.incident, timeline: self.timeline }
    }
}

fn item(entry: &Entry, at: Timestamp, conflict: bool, what: Happening) -> TimelineItem {
    TimelineItem {
        id: entry.id,
        part: 0,
        at,
        recorded_at: entry.recorded_at,
        actor: entry.actor.clone(),
        conflict,
        what,
    }
}
