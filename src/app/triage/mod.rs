//! Triage: what messages may mean, which runbook to open, and what to do. It changes nothing; a
//! person may add what it says to an incident's timeline.

mod engine;
mod fit;
mod kind;
mod known;
mod note;
mod plan;
mod routing;
mod said;
mod same;
mod samples;
mod seek;
mod steps;
mod ways;

pub use self::engine::{Engine, check_plan};
pub(super) use self::engine::{wrong_data, wrong_file};
pub(super) use self::known::SOURCE;
pub use self::note::Hypothesis;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use self::plan::{Plan, plan};
use self::routing::{Asking, Routed};
use super::App;
use crate::at_once::at_once;
use crate::domain::incident::{Incident, Role, Severity};
use crate::error::Error;
use crate::text::redact::redact_keeping_lines;
use crate::triage::read::meant;
use crate::triage::{Input, Level, Report, Tier, Topology, cleaned};
use crate::views::page::OwnerView;
use crate::views::triage::{EscalationView, RouteView, TriageSeverity, TriageView};

/// Where a team says which service needs which.
const TOPOLOGY: &str = "topology.yaml";

/// So much of a file of dependencies is read, in bytes.
const LARGEST_TOPOLOGY: u64 = 4 << 20;

/// A text that somebody pasted, and what it is judged with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paste<'a> {
    /// The text.
    pub text: &'a str,
    /// The incident it belongs to.
    pub incident: Option<&'a str>,
    /// A file that says which service needs which, in place of the workspace's own.
    pub topology: Option<&'a Path>,
}

impl App {
    /// Judges a text: a log, alerts, events, or Helm's output. With an incident, its experts are
    /// named, and it is not compared with itself.
    ///
    /// # Errors
    /// The store cannot be read, a file of rules or of dependencies is wrong, or the incident is
    /// not known. Nothing that is pasted is an error.
    pub fn triage(&mut self, paste: &Paste<'_>) -> Result<TriageView, Error> {
        let Paste { text, incident, topology } = paste;
        self.refresh()?;
        let topology = self.topology(*topology)?;
        let incident = incident.map(|name| self.find_incident(name)).transpose()?;
        // Before anything else: what is quoted from here on has no secrets.
        let without_secrets = || redact_keeping_lines(&cleaned(text));
        let (engine, redacted) = at_once(|| Engine::load(&self.assets), without_secrets);
        let engine = engine?;
        let mut pasted = engine.take_apart(&redacted.text);
        // A text in JSON is decoded only now, and may hold what was not to be seen before.
        let mut found = redacted.found;
        found.extend(pasted.redact());
        let conditions = incident.as_ref().map(context);
        let input = Input {
            messages: pasted.messages,
            conditions: conditions.as_deref(),
            notes: pasted.notes,
            topology: topology.pairs(),
        };
        let judging = engine.begin(&input);
        let known = self.known_incidents(&judging.names(), incident.as_ref().map(|one| one.id))?;
        let mut report = judging.report(&known.store(), &engine.lint);
        report.notes.extend(known.note());
        let helm = meant(&pasted.releases, report.of).cloned();
        let mut told = self.hypothesis(report, incident.as_ref(), &engine)?;
        told.helm = helm;
        told.redacted = found;
        told.redacted.sort_unstable();
        told.redacted.dedup();
        Ok(told)
    }

    /// What a report says here: with the team's runbooks, owners and words for severity. The index
    /// is up to date already.
    pub(in crate::app) fn hypothesis(
        &mut self,
        report: Report,
        incident: Option<&Incident>,
        engine: &Engine,
    ) -> Result<TriageView, Error> {
        let asking = Asking { report: &report, incident, engine };
        let also = self.beside(&report, engine)?;
        let Routed { view: routing, steps, ways } = self.route(asking)?;
        let Plan { steps: plan, left_out, nature } = plan(&report, steps, &ways);
        let mut report = report.with_tier(nature);
        // What no rule knows is led to a runbook by the name of an alert only.
        if routing.runbook.is_some() {
            report = report.with_runbook_for_alert();
        }
        Ok(TriageView {
            severity: self.suggested(&report),
            escalate_to: self.escalation(&report, routing.runbook.as_ref(), incident)?,
            routing,
            plan,
            left_out,
            helm: None,
            redacted: Vec::new(),
            noted: None,
            noted_before: false,
            without_runbooks: self.without_runbooks()?,
            pattern: report.pattern,
            subtype: report.subtype,
            because: report.because,
            runner_up: report.runner_up,
            confidence: report.confidence,
            correlated: report.correlated,
            linked: report.linked,
            groups: report.groups,
            also,
            cascade: report.cascade,
            remediation: report.remediation,
            remediation_because: report.remediation_because,
            root_cause: report.root_cause,
            statements: report.statements,
            to_check: report.to_check,
            evidence: report.evidence,
            signals: report.signals,
            messages: report.messages,
            notes: report.notes,
        })
    }

    /// Which service needs which: from the file that is named, else from the workspace's
    /// `data/topology.yaml`, if it has one.
    fn topology(&self, file: Option<&Path>) -> Result<Topology, Error> {
        let (name, text) = match file {
            Some(path) => {
                let file = File::open(path).map_err(|error| Error::io("read", path, error))?;
                let mut text = String::new();
                let read = file.take(LARGEST_TOPOLOGY).read_to_string(&mut text);
                read.map_err(|error| Error::io("read", path, error))?;
                (path.display().to_string(), text)
            }
            None if self.assets.data_names(TOPOLOGY).is_empty() => return Ok(Topology::default()),
            None => {
                let asset = self.assets.data(TOPOLOGY)?;
                (format!("data/{}", asset.name), asset.text.into_owned())
            }
        };
        Topology::from_yaml(&name, &text).map_err(wrong_file)
    }

    /// The level in the team's own words.
    fn suggested(&self, report: &Report) -> TriageSeverity {
        let level = report.severity.level;
        let label = Severity::new(rank(level))
            .map_or("", |rank| self.config.incidents.severities.label(rank));
        let judged = report.severity.clone();
        let says = if judged.known { "suggests" } else { "cannot be judged, so take it for" };
        let words = format!("{says} {}, your {label}", level.as_str());
        TriageSeverity { judged, suggests: label.to_owned(), words }
    }

    /// Whom to call where the person on call is not enough.
    fn escalation(
        &self,
        report: &Report,
        route: Option<&RouteView>,
        incident: Option<&Incident>,
    ) -> Result<Option<EscalationView>, Error> {
        if report.remediation != Tier::RemoteHands {
            return Ok(None);
        }
        let experts = incident.map(|one| one.people(Role::Expert).to_vec()).unwrap_or_default();
        let name = match route {
            Some(route) => self.owner_name(&self.document(route.slug.as_str())?.summary),
            None => self.config.default_owner.clone(),
        };
        let owner = name.map(|name| {
            let known = self.config.owners.get(&name);
            OwnerView {
                chat: known.and_then(|owner| owner.chat.clone()),
                page: known.and_then(|owner| owner.page.clone()),
                name,
            }
        });
        let mut whom = experts.clone();
        whom.extend(owner.as_ref().map(reached));
        if whom.is_empty() {
            return Ok(None);
        }
        let words = format!("escalate to {}", whom.join(", or "));
        Ok(Some(EscalationView { words, experts, owner }))
    }
}

/// What an incident says of where it is, as conditions: what no message names is filled from it.
fn context(incident: &Incident) -> String {
    let pairs: Vec<String> = incident
        .context()
        .map(|(name, value)| format!("{}={value}", name.to_lowercase()))
        .collect();
    pairs.join("\n")
}

/// An owner with the ways to reach them.
fn reached(owner: &OwnerView) -> String {
    let ways = [("page", &owner.page), ("chat", &owner.chat)];
    let ways = ways.iter().filter_map(|(way, to)| to.as_ref().map(|to| format!("{way} {to}")));
    let ways: Vec<String> = ways.collect();
    if ways.is_empty() {
        return format!("{}, for whom no contact is configured", owner.name);
    }
    format!("{} ({})", owner.name, ways.join(", "))
}

/// The rank of a level in a team's scale.
const fn rank(level: Level) -> u8 {
    match level {
        Level::Critical => 0,
        Level::High => 1,
        Level::Medium => 2,
        Level::Low => 3,
        Level::Info => 4,
    }
}
