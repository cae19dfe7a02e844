//! Which runbook to open, and which of its steps.

use super::engine::Engine;
use super::seek::{Found, Sought};
use super::steps::{Planned, Source, begins, step_to_open, steps};
use super::ways::{Ways, ways};
use crate::app::freshness::Judged;
use crate::app::{App, Document};
use crate::domain::id::StepId;
use crate::domain::incident::Incident;
use crate::error::Error;
use crate::triage::{Also, Report};
use crate::views::StepView;
use crate::views::triage::{AlsoView, BesideView, FittingStep, RouteView, RoutingView};

/// For so many other failures of a paste a runbook is looked for.
const OTHERS: usize = 3;

/// Which runbook, and its steps for a plan.
#[derive(Default)]
pub(super) struct Routed {
    pub(super) view: RoutingView,
    /// Those that apply and are not recorded as done, in the runbook's order.
    pub(super) steps: Vec<Planned>,
    /// Those of which one is to be taken.
    pub(super) ways: Vec<Ways>,
}

/// What decides which step is the next one.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) report: &'a Report,
    /// What is recorded as done in it needs no second time.
    pub(super) incident: Option<&'a Incident>,
    pub(super) engine: &'a Engine,
}

impl App {
    /// The runbook and step to open. The index is up to date already.
    pub(super) fn route(&mut self, asking: Asking<'_>) -> Result<Routed, Error> {
        let sought = Sought::of(asking.report, asking.engine);
        let routing = sought.routing;
        let mut view = RoutingView {
            words: routing.words.clone(),
            object: routing.object.clone(),
            alerts: routing.alerts.clone(),
            ..RoutingView::default()
        };
        let runbooks = self.runbooks()?;
        for alert in sought.known_alerts(&runbooks) {
            if !view.alerts.contains(&alert) {
                view.alerts.push(alert);
            }
        }
        match self.seek_for(asking.report, asking.engine, &runbooks)? {
            Ok(found) => self.routed(view, found, asking),
            Err(nearest) => {
                Ok(Routed { view: RoutingView { nearest, ..view }, ..Routed::default() })
            }
        }
    }

    /// The other failures of a paste, each of its own with the runbook to open for it.
    pub(super) fn beside(
        &mut self,
        report: &Report,
        engine: &Engine,
    ) -> Result<Vec<AlsoView>, Error> {
        if report.also.iter().all(|also| !also.apart) {
            let view = |also: &Also| AlsoView { also: also.clone(), runbook: None };
            return Ok(report.also.iter().map(view).collect());
        }
        let (runbooks, judged) = (self.runbooks()?, self.judged()?);
        let mut looked = 0;
        let mut view = |also: &Also| {
            let mut found = None;
            if also.apart && looked < OTHERS {
                looked += 1;
                found = self.seek(&Sought::beside(report, also, engine), &runbooks)?.ok();
            }
            let runbook = found.and_then(|found| {
                let one = judged.iter().find(|one| one.document.slug == found.slug)?;
                let title = one.document.summary.title.clone();
                let warning = self.line(one).reason;
                let Found { slug, anchor, reason, .. } = found;
                Some(BesideView { slug, title, anchor, reason, warning })
            });
            Ok(AlsoView { also: also.clone(), runbook })
        };
        report.also.iter().map(&mut view).collect()
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
        let mut sections = opened.runbook.sections.iter();
        let heading = sections.find(|section| section.anchor == anchor && section.level > 1);
        let heading = heading.map(|section| section.title.clone()).unwrap_or_default();
        let done = match asking.incident {
            Some(incident) => self.steps_done_in(incident, &one.document.runbook)?,
            None => Vec::new(),
        };
        let source = Source { text: &opened.text, parsed: &opened.runbook };
        let steps = steps(&view, &source, &done, asking.report, &asking.engine.lint);
        let used = opened.exercises.iter().filter(|exercise| exercise.retracted.is_none());
        let used = used.map(|exercise| exercise.steps.iter().map(|step| step.id.clone()).collect());
        let together: Vec<Vec<StepId>> = used.collect();
        let ways = ways(
            &opened.text,
            &opened.runbook,
            &together,
            &Sought::of(asking.report, asking.engine).said(),
        );
        let fits = step.or_else(|| step_at(&one.document, &anchor));
        let fits = fits.and_then(|id| view.steps.iter().find(|step| step.id == id));
        let fits = fits.filter(|step| begins(step.kind));
        let step = step_to_open(&view.steps, &steps, fits);
        let other = fits.filter(|fits| step.is_some_and(|step| step.id != fits.id));
        routing.runbook = Some(RouteView {
            title: view.title.clone(),
            step: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()).unwrap_or_default(),
            section: step.map_or(heading, |_| String::new()),
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
        Ok(Routed { view: routing, steps, ways })
    }
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
