//! An incident as it is shown: fields, clocks, runbooks and timeline.

use std::collections::BTreeMap;

use crate::domain::entry::Timestamp;
use crate::domain::exercise::{Exercise, StepResult};
use crate::domain::id::{EntryId, RunbookId, StepId};
use crate::domain::incident::{Incident, Moment, Role, Status, TimeName};
use crate::domain::metrics::{Measure, plain_minutes};
use crate::domain::run::Run;
use crate::error::Error;
use crate::runbook::DocKind;
use crate::views::incident::{
    DurationsView, IncidentLine, IncidentView, RunbookUseView, TimeFactView, TimelineItemView,
    TimesView,
};

use super::super::{App, Document};
use super::uses::{Used, each_once, uses};
use super::utc;

impl App {
    /// An incident as a line of a list.
    pub(crate) fn incident_line(&self, incident: &Incident) -> IncidentLine {
        let began = [TimeName::Started, TimeName::Detected]
            .into_iter()
            .find_map(|name| incident.time(name).known())
            .unwrap_or(incident.opened_at);
        let severity = incident.severity.value;
        let title = match incident.title.value.as_str() {
            "" if incident.erased => "(erased)".to_owned(),
            title => title.to_owned(),
        };
        IncidentLine {
            id: incident.id,
            label: incident.label.clone(),
            title,
            severity: match incident.severity_unknown {
                true => "unknown".to_owned(),
                false => self.config.incidents.severities.label(severity).to_owned(),
            },
            severity_rank: severity.rank(),
            status: incident.status.value,
            open: incident.status.value.is_open(),
            services: incident.services.value.clone(),
            commander: incident.people(Role::Commander).first().cloned(),
            times: times_view(incident),
            durations: durations_view(incident),
            opened_at: (!incident.is_undated()).then(|| utc(incident.opened_at)),
            began: match incident.is_undated() {
                true => "unknown".to_owned(),
                false => self.local_time(began),
            },
            imported_from: incident.imported_from.clone(),
        }
    }

    /// Everything about an incident.
    pub(crate) fn incident_view(&self, incident: &Incident) -> Result<IncidentView, Error> {
        let exercises = self.ledger.exercises_in(&incident.label)?;
        let runs = self.ledger.runs_in(&incident.label)?;
        let duplicate_of =
            incident.duplicate_of.map(|id| self.ledger.incident(id)).transpose()?.flatten();
        let people = incident.roles.iter().filter(|(_, told)| !told.value.is_empty());
        Ok(IncidentView {
            line: self.incident_line(incident),
            version: incident.version,
            versions: versions(incident),
            opened_by: incident.opened_by.name.clone(),
            duplicate_of: duplicate_of.map(|other| other.label),
            reopened: incident.reopened,
            detection: Some(incident.detection.value.clone()).filter(|it| !it.is_empty()),
            context: incident.context().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            links: incident.links.value.clone(),
            roles: people.map(|(role, told)| (role.as_str(), told.value.clone())).collect(),
            time_facts: TimeName::ALL.map(|name| self.time_fact(incident, name)).to_vec(),
            runbooks: self.runbooks_used(incident, &uses(incident, &runs), &exercises)?,
            timeline: self.whole_timeline(incident, &runs, &exercises)?,
            conflicts: incident.conflicts(),
            next: next(incident.status.value),
        })
    }

    fn time_fact(&self, incident: &Incident, name: TimeName) -> TimeFactView {
        let told = incident.times.get(&name);
        let moment = incident.time(name);
        TimeFactView {
            name: name.as_str(),
            state: match moment {
                Moment::At(_) => "known",
                Moment::NotApplicable => "not-applicable",
                Moment::Unknown => "unknown",
            },
            at: moment.known().map(utc),
            local: moment.known().map(|at| self.local_time(at)),
            source: told.map(|told| told.value.source.clone()).unwrap_or_default(),
            reason: told.map(|told| told.value.reason.clone()).unwrap_or_default(),
            version: incident.time_version(name),
            conflict: told.is_some_and(|told| told.conflict),
        }
    }

    /// What happened, with what was done in runs and recorded as exercises.
    fn whole_timeline(
        &self,
        incident: &Incident,
        runs: &[Run],
        exercises: &[Exercise],
    ) -> Result<Vec<TimelineItemView>, Error> {
        let mut lines: Vec<(Timestamp, TimelineItemView)> = Vec::new();
        for item in self.ledger.timeline_of(incident.id)? {
            lines.push((item.at, self.timeline_view(&item)?));
        }
        lines.extend(runs.iter().flat_map(|run| self.run_lines(run)));
        for exercise in exercises {
            lines.push((exercise.recorded_at, self.exercise_line(exercise)?));
        }
        lines.sort_by_key(|(at, _)| *at);
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    fn runbooks_used(
        &self,
        incident: &Incident,
        uses: &[Used],
        exercises: &[Exercise],
    ) -> Result<Vec<RunbookUseView>, Error> {
        let one = |(runbook, _): &(RunbookId, Option<Timestamp>)| {
            let own: Vec<&Used> = uses.iter().filter(|it| it.runbook == *runbook).collect();
            self.runbook_used(incident, runbook, &own, exercises)
        };
        each_once(uses, exercises).iter().map(one).collect()
    }

    fn runbook_used(
        &self,
        incident: &Incident,
        runbook: &RunbookId,
        uses: &[&Used],
        exercises: &[Exercise],
    ) -> Result<RunbookUseView, Error> {
        let exercise = exercises.iter().rev().find(|it| it.runbook == *runbook);
        let first = uses.first().map(|used| used.at);
        let mut steps: Vec<StepId> = Vec::new();
        let failed = steps_failed(uses);
        let exercised = exercise.iter().flat_map(|it| it.steps.iter().map(|step| step.id.clone()));
        for step in uses.iter().filter_map(|used| used.step.clone()).chain(exercised) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        let mitigated = incident.time(TimeName::Mitigated).known();
        let mitigate_min = match (first, mitigated) {
            (Some(from), Some(to)) if to >= from => Some(plain_minutes(from, to)),
            _ => None,
        };
        let document = self.ledger.document_of(runbook)?.map(Document::read).transpose()?;
        let mut view = RunbookUseView {
            slug: runbook.as_str().into(),
            title: runbook.to_string(),
            found: document.is_some(),
            first_used: first.map(utc),
            steps,
            failed_steps: failed,
            outcome: exercise.map(|it| it.outcome.as_str()),
            exercise: exercise.map(|it| it.id),
            claimed: None,
            mitigate_min,
            status: None,
            failing: false,
        };
        if let Some(document) = document {
            view.slug = document.slug.clone();
            view.title.clone_from(&document.summary.title);
            view.claimed = document.summary.time_to_mitigate;
            if document.summary.kind != DocKind::Page {
                let freshness = self.judge(&document.summary, &self.exercises(&document)?);
                view.status = Some(freshness.status);
                view.failing = freshness.failing;
            }
        }
        Ok(view)
    }
}

/// The steps that failed when somebody last said how they went.
fn steps_failed(uses: &[&Used]) -> Vec<StepId> {
    let mut failed: Vec<StepId> = Vec::new();
    for used in uses {
        let (Some(step), Some(result)) = (&used.step, used.result) else { continue };
        failed.retain(|known| known != step);
        if result == StepResult::Failed {
            failed.push(step.clone());
        }
    }
    failed
}

fn times_view(incident: &Incident) -> TimesView {
    let time = |name| incident.time(name).known().map(utc);
    TimesView {
        started: time(TimeName::Started),
        detected: time(TimeName::Detected),
        acknowledged: time(TimeName::Acknowledged),
        mitigated: time(TimeName::Mitigated),
        resolved: time(TimeName::Resolved),
    }
}

fn durations_view(incident: &Incident) -> DurationsView {
    let times = incident.plain_times();
    let minutes = |measure: Measure| {
        let (from, to) = measure.ends();
        let (from, to) = (times.known(from)?, times.known(to)?);
        (from <= to).then(|| plain_minutes(from, to))
    };
    DurationsView {
        detect_min: minutes(Measure::Detect),
        acknowledge_min: minutes(Measure::Acknowledge),
        mitigate_min: minutes(Measure::Mitigate),
        resolve_min: minutes(Measure::Resolve),
        impact_min: minutes(Measure::Impact),
    }
}

/// What may follow a status: first what is next in an incident's life.
fn next(status: Status) -> Vec<Status> {
    Status::ALL.into_iter().filter(|next| status.may_become(*next).is_ok()).collect()
}

fn versions(incident: &Incident) -> BTreeMap<String, EntryId> {
    let mut versions = BTreeMap::from([
        ("title".to_owned(), incident.title.version),
        ("severity".to_owned(), incident.severity.version),
        ("status".to_owned(), incident.status.version),
        ("services".to_owned(), incident.services.version),
        ("detection".to_owned(), incident.detection.version),
        ("links".to_owned(), incident.links.version),
    ]);
    versions.extend(incident.context.iter().map(|(n, it)| (format!("context.{n}"), it.version)));
    versions.extend(incident.roles.iter().map(|(role, it)| (format!("role.{role}"), it.version)));
    versions.extend(incident.times.iter().map(|(name, it)| (format!("time.{name}"), it.version)));
    versions
}
