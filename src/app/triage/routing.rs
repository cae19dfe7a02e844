//! Which runbook to open, and which of its steps.

use std::collections::BTreeMap;

use crate::app::freshness::Judged;
use crate::app::search::{AlertAnswer, Query};
use crate::app::{App, Document};
use crate::domain::id::{Slug, StepId};
use crate::error::Error;
use crate::runbook::SectionKind;
use crate::search::{By, DocClass};
use crate::triage::{Pattern, PlanDanger, PlanLint, Report, Signal};
use crate::views::triage::{RouteView, RoutingView, TriageStep};
use crate::views::{HitView, RunbookRef, StepView};

/// So many are named where none fits.
const NEAREST: usize = 3;

/// So many sections are looked through for a step.
const SECTIONS: usize = 20;

/// So much of the messages is searched with where no rule has words for them.
const LONGEST: usize = 400;

/// Where something was found, and why there.
struct Found {
    slug: Slug,
    anchor: String,
    step: Option<StepId>,
    reason: String,
}

impl App {
    /// The runbook and step to open. The index is up to date already.
    pub(super) fn route(&mut self, report: &Report) -> Result<RoutingView, Error> {
        let routing = &report.routing;
        let mut view = RoutingView {
            words: routing.words.clone(),
            object: routing.object.clone(),
            alerts: routing.alerts.clone(),
            ..RoutingView::default()
        };
        let known = report.pattern != Pattern::Unknown;
        if let Some(found) = self.named_by_alert(&routing.alerts)? {
            view.runbook = self.route_to(found)?;
            return Ok(view);
        }
        let results = self.search_now(&Query {
            text: asked(report),
            limit: SECTIONS,
            by: By::Section,
            kinds: vec![DocClass::Runbook],
            explain: false,
        })?;
        let best = results.hits.first().filter(|_| known && !results.weak);
        if let Some(best) = best {
            let hits = results.hits.iter().filter(|hit| hit.slug == best.slug);
            let with_step = hits.clone().find(|hit| hit.step.is_some()).unwrap_or(best);
            view.runbook = self.route_to(Found {
                slug: best.slug.clone(),
                anchor: with_step.anchor.clone(),
                step: with_step.step.clone(),
                reason: reason(best),
            })?;
            return Ok(view);
        }
        view.nearest = nearest(&results.hits, results.nearest);
        Ok(view)
    }

    /// The runbook that names an alert of the messages.
    fn named_by_alert(&mut self, alerts: &[String]) -> Result<Option<Found>, Error> {
        for alert in alerts.iter().take(NEAREST) {
            if let AlertAnswer::Found { slug, anchor, .. } = self.alert(alert)? {
                let reason = format!("it names the alert {alert}");
                return Ok(Some(Found { slug, anchor, step: None, reason }));
            }
        }
        Ok(None)
    }

    fn route_to(&self, found: Found) -> Result<Option<RouteView>, Error> {
        let Found { slug, anchor, step, reason } = found;
        let judged = self.judged()?;
        let Some(one) = judged.iter().find(|one| one.document.slug == slug) else {
            return Ok(None);
        };
        let line = self.line(one);
        let opened = self.open_document(one.document.clone())?;
        let view = self.view(&opened)?;
        let named = step.or_else(|| step_at(&one.document, &anchor));
        let named = named.and_then(|id| view.steps.iter().find(|step| step.id == id));
        let step = named.filter(|step| begins(step.kind)).or_else(|| first_to_do(&view.steps));
        Ok(Some(RouteView {
            title: view.title.clone(),
            step: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()).unwrap_or_default(),
            anchor: step.map_or(anchor, |step| step.anchor.clone()),
            reason,
            warning: warning(one, step, line.reason),
            step_freshness: step.and_then(|step| step.freshness.clone()),
            freshness: view.freshness,
            slug,
        }))
    }

    /// What the runbook has to say in a plan: the step to open, and the one after it that tells
    /// whether it helped.
    pub(super) fn runbook_steps(
        &self,
        route: &RouteView,
        signals: &[Signal],
        lint: &PlanLint,
    ) -> Result<[Option<TriageStep>; 2], Error> {
        let Some(wanted) = &route.step else { return Ok([None, None]) };
        let opened = self.open_document(self.document(route.slug.as_str())?)?;
        let view = self.view(&opened)?;
        let Some(at) = view.steps.iter().position(|step| step.id == *wanted) else {
            return Ok([None, None]);
        };
        let mut later = view.steps[at + 1..].iter();
        let verify = later.find(|step| step.kind == SectionKind::Verify);
        let values = values(signals);
        let told = |step: &StepView| told(step, route, &values, lint);
        Ok([Some(told(&view.steps[at])), verify.map(told)])
    }
}

/// What is searched for: what it is and the thing at fault, in the words of the rules.
fn asked(report: &Report) -> String {
    let routing = &report.routing;
    if report.pattern == Pattern::Unknown {
        let texts: Vec<&str> =
            report.messages.iter().map(|message| message.text.as_str()).collect();
        return texts.join(" ").chars().take(LONGEST).collect();
    }
    let mut words: Vec<&str> = routing.words.iter().take(3).map(String::as_str).collect();
    words.extend(routing.object.as_deref());
    words.join(" ")
}

fn reason(hit: &HitView) -> String {
    if hit.why.is_empty() { "its words fit best".to_owned() } else { hit.why.join("; ") }
}

fn nearest(hits: &[HitView], others: Vec<RunbookRef>) -> Vec<RunbookRef> {
    let mut nearest: Vec<RunbookRef> = Vec::new();
    let hits =
        hits.iter().map(|hit| RunbookRef { slug: hit.slug.clone(), title: hit.title.clone() });
    for one in hits.chain(others) {
        if nearest.iter().all(|known| known.slug != one.slug) {
            nearest.push(one);
        }
    }
    nearest.truncate(NEAREST);
    nearest
}

fn step_at(document: &Document, anchor: &str) -> Option<StepId> {
    let steps = &document.summary.steps;
    steps.iter().find(|step| step.anchor == anchor).map(|step| step.facts.print.id.clone())
}

/// Nobody begins with what comes when it is over.
const fn begins(kind: SectionKind) -> bool {
    !matches!(kind, SectionKind::Verify | SectionKind::Communicate | SectionKind::Postmortem)
}

/// Where no step was found to begin with: the first that checks, else the first.
fn first_to_do(steps: &[StepView]) -> Option<&StepView> {
    let checks = steps.iter().find(|step| step.kind == SectionKind::Check);
    checks.or_else(|| steps.first())
}

/// Why to look twice before it is trusted: about the step where it is the step's fault.
fn warning(one: &Judged, step: Option<&StepView>, whole: String) -> String {
    let failing = step.and_then(|step| step.freshness.as_ref()).is_some_and(|it| it.failing);
    match step {
        Some(step) if failing && !one.freshness.failing => {
            format!("step {} failed and has not worked since", step.id)
        }
        _ => whole,
    }
}

/// What messages name, as values for placeholders: `RELEASE`, `NAMESPACE`.
fn values(signals: &[Signal]) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for signal in signals.iter().filter(|signal| signal.names && signal.affirmed) {
        values.entry(signal.kind.to_uppercase()).or_insert_with(|| signal.value.clone());
    }
    values
}

/// A runbook's step as one of a plan, with what its commands would destroy.
fn told(
    step: &StepView,
    route: &RouteView,
    values: &BTreeMap<String, String>,
    lint: &PlanLint,
) -> TriageStep {
    let fill = |command: &crate::views::CommandView| {
        crate::runbook::fill(&command.text, &command.placeholders, &command.bound, values).0
    };
    let commands: Vec<String> = step.commands.iter().map(fill).collect();
    let mut dangers: Vec<PlanDanger> = lint.judge(&step.title, None);
    for command in &commands {
        for danger in lint.judge("", Some(command)) {
            if dangers.iter().all(|known| known.rule != danger.rule) {
                dangers.push(danger);
            }
        }
    }
    TriageStep {
        step: 0,
        text: step.title.clone(),
        commands,
        source: format!("{}#{}", route.slug, step.id),
        budget_s: step.budget_s,
        freshness: step.freshness.clone(),
        dangers,
        parts: Vec::new(),
    }
}
