//! Which runbook to open, and which of its steps.

use super::steps::{begins, step_to_open, steps};
use crate::app::freshness::Judged;
use crate::app::search::{AlertAnswer, Query};
use crate::app::{App, Document};
use crate::domain::id::{Slug, StepId};
use crate::domain::incident::Incident;
use crate::error::Error;
use crate::search::{By, DocClass};
use crate::triage::{Pattern, PlanLint, Report};
use crate::views::triage::{FittingStep, RouteView, RoutingView, TriageStep};
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

/// Which runbook, and its steps for a plan.
#[derive(Default)]
pub(super) struct Routed {
    pub(super) view: RoutingView,
    /// Those that apply and are not recorded as done, in the runbook's order.
    pub(super) steps: Vec<TriageStep>,
}

/// What decides which step is the next one.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) report: &'a Report,
    /// What is recorded as done in it needs no second time.
    pub(super) incident: Option<&'a Incident>,
    pub(super) lint: &'a PlanLint,
}

impl App {
    /// The runbook and step to open. The index is up to date already.
    pub(super) fn route(&mut self, asking: Asking<'_>) -> Result<Routed, Error> {
        let report = asking.report;
        let routing = &report.routing;
        let mut view = RoutingView {
            words: routing.words.clone(),
            object: routing.object.clone(),
            alerts: routing.alerts.clone(),
            ..RoutingView::default()
        };
        let known = report.pattern != Pattern::Unknown;
        if let Some(found) = self.named_by_alert(&routing.alerts)? {
            return self.routed(view, found, asking);
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
            let found = Found {
                slug: best.slug.clone(),
                anchor: with_step.anchor.clone(),
                step: with_step.step.clone(),
                reason: reason(best),
            };
            return self.routed(view, found, asking);
        }
        view.nearest = nearest(&results.hits, results.nearest);
        Ok(Routed { view, ..Routed::default() })
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

    fn routed(
        &self,
        mut routing: RoutingView,
        found: Found,
        asking: Asking<'_>,
    ) -> Result<Routed, Error> {
        let Found { slug, anchor, step, reason } = found;
        let judged = self.judged()?;
        let Some(one) = judged.iter().find(|one| one.document.slug == slug) else {
            return Ok(Routed { view: routing, ..Routed::default() });
        };
        let line = self.line(one);
        let opened = self.open_document(one.document.clone())?;
        let view = self.view(&opened)?;
        let done = match asking.incident {
            Some(incident) => self.steps_done_in(incident, &one.document.runbook)?,
            None => Vec::new(),
        };
        let steps = steps(&view, &done, &asking.report.signals, asking.lint);
        let fits = step.or_else(|| step_at(&one.document, &anchor));
        let fits = fits.and_then(|id| view.steps.iter().find(|step| step.id == id));
        let fits = fits.filter(|step| begins(step.kind));
        let step = step_to_open(&view.steps, &steps, fits);
        let other = fits.filter(|fits| step.is_some_and(|step| step.id != fits.id));
        routing.runbook = Some(RouteView {
            title: view.title.clone(),
            step: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()).unwrap_or_default(),
            anchor: step.map_or(anchor, |step| step.anchor.clone()),
            reason,
            warning: warning(one, step, line.reason),
            step_freshness: step.and_then(|step| step.freshness.clone()),
            freshness: view.freshness.clone(),
            done,
            fits: other.map(|step| FittingStep {
                id: step.id.clone(),
                title: step.title.clone(),
                anchor: step.anchor.clone(),
            }),
            slug,
        });
        Ok(Routed { view: routing, steps })
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
