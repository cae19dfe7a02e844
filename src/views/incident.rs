//! Incidents, as JSON, pages and templates show them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::freshness::Status as Freshness;
use crate::domain::id::{EntryId, IncidentId, IncidentLabel, Slug, StepId};
use crate::domain::incident::{Link, Status};
use crate::runbook::DurationRange;

/// The five times in UTC, like `2026-04-15T14:03:00Z`; null where not known or not applicable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimesView {
    /// It began to hurt.
    pub started: Option<String>,
    /// Somebody or something noticed.
    pub detected: Option<String>,
    /// Somebody took it on.
    pub acknowledged: Option<String>,
    /// It hurt nobody any more.
    pub mitigated: Option<String>,
    /// It was over.
    pub resolved: Option<String>,
}

/// The lengths between the times in whole minutes, rounded; null where an end is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DurationsView {
    /// From started to detected.
    pub detect_min: Option<i64>,
    /// From detected to acknowledged.
    pub acknowledge_min: Option<i64>,
    /// From detected to mitigated.
    pub mitigate_min: Option<i64>,
    /// From detected to resolved.
    pub resolve_min: Option<i64>,
    /// From started to mitigated.
    pub impact_min: Option<i64>,
}

/// One line of a list of incidents.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentLine {
    /// Its identity.
    pub id: IncidentId,
    /// What people call it.
    pub label: IncidentLabel,
    /// What it is about.
    pub title: String,
    /// How bad it is, in the team's words.
    pub severity: String,
    /// The same as a rank: 0 is the worst, 4 the least.
    pub severity_rank: u8,
    /// How far it is.
    pub status: Status,
    /// Somebody still has to work on it.
    pub open: bool,
    /// Which services are hit.
    pub services: Vec<String>,
    /// Who decides, if anybody.
    pub commander: Option<String>,
    /// When what happened.
    pub times: TimesView,
    /// What lies between.
    pub durations: DurationsView,
    /// When it began to be recorded, in UTC; none for a report that names no day.
    pub opened_at: Option<String>,
    /// When it began, as people here read it: `2026-04-15 14:03`, or `unknown`.
    pub began: String,
    /// The report it was read from, where it was.
    pub imported_from: Option<String>,
}

/// A list of incidents: `incident list --json`.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentList {
    /// The newest first.
    pub incidents: Vec<IncidentLine>,
}

/// Everything about an incident: `incident show --json`.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentView {
    /// What lists show too.
    #[serde(flatten)]
    pub line: IncidentLine,
    /// The entry that changed it last.
    pub version: EntryId,
    /// For each thing that can be edited, the entry that gave it its value: `title`,
    /// `context.release`, `time.started`, `role.scribe`, `status`. What is not named has never
    /// been told, and its version is the incident's id.
    pub versions: BTreeMap<String, EntryId>,
    /// Who began to record it.
    pub opened_by: String,
    /// The label of the incident it is, where it is a duplicate.
    pub duplicate_of: Option<IncidentLabel>,
    /// How often it was reopened.
    pub reopened: u32,
    /// By what it was noticed; null where nobody said.
    pub detection: Option<String>,
    /// For what: names in lower case.
    pub context: BTreeMap<String, String>,
    /// Addresses worth opening.
    pub links: Vec<Link>,
    /// Who does what, by role; roles that nobody has are left out.
    pub roles: BTreeMap<&'static str, Vec<String>>,
    /// What is known of each time, and from where.
    pub time_facts: Vec<TimeFactView>,
    /// The runbooks used, first used first.
    pub runbooks: Vec<RunbookUseView>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineItemView>,
    /// Names of everything in which two edits met.
    pub conflicts: Vec<String>,
    /// What may be done to its status now.
    pub next: Vec<Status>,
}

/// What is known of a time.
#[derive(Clone, Debug, Serialize)]
pub struct TimeFactView {
    /// Which.
    pub name: &'static str,
    /// `known`, `not-applicable` or `unknown`.
    pub state: &'static str,
    /// When, in UTC.
    pub at: Option<String>,
    /// When, as people here read it.
    pub local: Option<String>,
    /// From where it is known.
    pub source: String,
    /// Why it was changed; may be empty.
    pub reason: String,
    /// The entry that the next edit replaces.
    pub version: EntryId,
    /// Two edits met.
    pub conflict: bool,
}

/// A runbook used in an incident.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookUseView {
    /// Its address; its identity where its file is gone.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Its file is there.
    pub found: bool,
    /// When it was first used, in UTC.
    pub first_used: Option<String>,
    /// The steps used, in order.
    pub steps: Vec<StepId>,
    /// Those of them that failed when somebody last said how they went in a run.
    pub failed_steps: Vec<StepId>,
    /// How it went; null while nobody said.
    pub outcome: Option<&'static str>,
    /// The exercise that says so.
    pub exercise: Option<EntryId>,
    /// The time it claims to take.
    pub claimed: Option<DurationRange>,
    /// From its first use to mitigated, in minutes; null where an end is missing.
    pub mitigate_min: Option<i64>,
    /// How far it can be trusted.
    pub status: Option<Freshness>,
    /// A step of it failed and has not worked since.
    pub failing: bool,
}

impl IncidentView {
    /// What tells this state of an incident from every other: what was edited last, and how much
    /// is told of it.
    pub fn revision(&self) -> String {
        format!("{} {}", self.version, self.timeline.len())
    }
}

/// A line of a timeline.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineItemView {
    /// The entry it comes from, to be erased by.
    pub id: EntryId,
    /// When it happened, in UTC; none for a row of a report that tells no time.
    pub at: Option<String>,
    /// The day, here; empty where there is no time.
    pub date: String,
    /// The time of day, here: `14:03`; empty where there is none.
    pub clock: String,
    /// `opened`, `note`, `status`, `field`, `time`, `role`, `runbook`, `exercise` or `erased`.
    pub kind: &'static str,
    /// What happened, in a sentence.
    pub text: String,
    /// Who said it, or did it.
    pub author: String,
    /// Who wrote it down, typed: `person:ana`.
    pub actor: String,
    /// Where it was said.
    pub link: Option<String>,
    /// From where it was taken, where it was not said here.
    pub source: Option<String>,
    /// The runbook used.
    pub slug: Option<Slug>,
    /// The step used.
    pub step: Option<StepId>,
    /// What was edited, by its name in [`IncidentView::versions`].
    pub field: Option<String>,
    /// What it was before.
    pub from: Option<String>,
    /// What it is since.
    pub to: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// It appears by itself: nobody wrote it for the timeline.
    pub automatic: bool,
    /// It met another edit that it did not know of.
    pub conflict: bool,
}

/// A runbook seen from an incident.
#[derive(Clone, Debug, Serialize)]
pub struct FillingView {
    /// The incident.
    pub label: IncidentLabel,
    /// What its context puts in place of placeholders.
    pub values: BTreeMap<String, String>,
    /// Literals of the runbook that stand for a name to which the incident gives another value.
    pub differing: Vec<DifferingView>,
}

/// A literal that is not what the incident is about.
#[derive(Clone, Debug, Serialize)]
pub struct DifferingView {
    /// The name it stands for.
    pub name: String,
    /// As the runbook says it.
    pub literal: String,
    /// As the incident says it.
    pub value: String,
}
