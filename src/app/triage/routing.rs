//! Which runbook to open, and which of its steps.

use std::collections::BTreeSet;

use super::fit::{Fits, Said};
use super::steps::{Planned, Source, begins, step_to_open, steps};
use super::ways::{Ways, ways};
use crate::app::freshness::Judged;
use crate::app::search::{AlertAnswer, Query};
use crate::app::{App, Document};
use crate::domain::id::{Slug, StepId};
use crate::domain::incident::Incident;
use crate::error::Error;
use crate::runbook::DocKind;
use crate::search::{By, DocClass};
use crate::triage::{Pattern, PlanLint, Report};
use crate::views::triage::{FittingStep, RouteView, RoutingView};
use crate::views::{HitView, RunbookRef, SearchResults, StepView};

/// So many are named where none fits.
const NEAREST: usize = 3;

/// So many sections are looked through for a step.
const SECTIONS: usize = 20;

/// So much of the messages is searched with where no rule has words for them.
const LONGEST: usize = 400;

/// What a search finds is looked at down to this share of the best score: what scores far below
/// is found for a word or two of it.
const NEAR: f32 = 0.6;

/// What holds so much of what is said, and scores so much more than the next, is what is meant: it
/// was so for 118 of the 120 descriptions of other teams' alerts that had such a runbook.
const NEARLY_ALL: f32 = 0.7;
const STANDS_OUT: f32 = 1.5;

/// So many telling words of the messages are enough to find something by them alone.
const ENOUGH: usize = 3;

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
    pub(super) lint: &'a PlanLint,
}

impl Asking<'_> {
    /// What the messages say of it that decided what it is.
    fn said(self) -> Said {
        let Report { messages, routing, .. } = self.report;
        let leading = routing.leading.iter().filter_map(|at| messages.get(*at));
        let ruled = routing.words.iter().map(String::as_str);
        Said::new(leading.map(|message| message.text.as_str()), ruled)
    }
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
        let runbooks = self.runbooks()?;
        let named = known_alerts(&runbooks, &routing.names);
        for alert in &named {
            if !view.alerts.contains(alert) {
                view.alerts.push(alert.clone());
            }
        }
        if let Some(found) = self.named_by_alert(&named)? {
            return self.routed(view, found, asking);
        }
        let told = self.found(told(report))?;
        if report.pattern == Pattern::Unknown {
            view.nearest = nearest(&told.hits, told.nearest);
            return Ok(Routed { view, ..Routed::default() });
        }
        let said = asking.said();
        let fits = Fits::of(&runbooks, &said);
        let clear = (said.telling() >= ENOUGH).then(|| stands_out(&told.hits, &fits)).flatten();
        if let Some(found) = clear.or_else(|| spoken_of(&told.hits, &fits)) {
            return self.routed(view, found, asking);
        }
        let ruled = self.found(ruled(report))?;
        if let Some((slug, fit)) = fits.best() {
            let mut hits = ruled.hits.iter().filter(|hit| hit.slug == *slug);
            let first = hits.clone().next();
            let place = hits.find(|hit| hit.step.is_some()).or(first);
            let found = Found {
                anchor: place.map(|hit| hit.anchor.clone()).unwrap_or_default(),
                step: place.and_then(|hit| hit.step.clone()),
                slug: slug.clone(),
                reason: fit.reason.clone(),
            };
            return self.routed(view, found, asking);
        }
        // What the messages say themselves comes first.
        let hits: Vec<HitView> = told.hits.into_iter().chain(ruled.hits).collect();
        view.nearest = nearest(&hits, told.nearest);
        Ok(Routed { view, ..Routed::default() })
    }

    /// What may be opened: lists and policies are read at another time.
    fn runbooks(&self) -> Result<Vec<Document>, Error> {
        let mut runbooks = self.documents()?;
        runbooks.retain(|document| document.summary.kind == DocKind::Runbook);
        Ok(runbooks)
    }

    /// The sections of runbooks that a search finds.
    fn found(&mut self, text: String) -> Result<SearchResults, Error> {
        let (kinds, by) = (vec![DocClass::Runbook], By::Section);
        self.search_now(&Query { text, limit: SECTIONS, by, kinds, explain: false })
    }

    /// The runbook that names the first of these alerts.
    fn named_by_alert(&mut self, alerts: &[String]) -> Result<Option<Found>, Error> {
        for alert in alerts {
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
        let mut sections = opened.runbook.sections.iter();
        let heading = sections.find(|section| section.anchor == anchor && section.level > 1);
        let heading = heading.map(|section| section.title.clone()).unwrap_or_default();
        let done = match asking.incident {
            Some(incident) => self.steps_done_in(incident, &one.document.runbook)?,
            None => Vec::new(),
        };
        let source = Source { text: &opened.text, parsed: &opened.runbook };
        let steps = steps(&view, &source, &done, asking.report, asking.lint);
        let used = opened.exercises.iter().filter(|exercise| exercise.retracted.is_none());
        let used = used.map(|exercise| exercise.steps.iter().map(|step| step.id.clone()).collect());
        let together: Vec<Vec<StepId>> = used.collect();
        let ways = ways(&opened.text, &opened.runbook, &together, &asking.said());
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

/// What the messages say that decided what it is; all of it where no rule knows what it is.
fn told(report: &Report) -> String {
    let Report { messages, routing, pattern, .. } = report;
    let leads = |at: &usize| *pattern == Pattern::Unknown || routing.leading.contains(at);
    let leading = (0..messages.len()).filter(leads);
    let texts: Vec<&str> = leading.map(|at| messages[at].text.as_str()).collect();
    texts.join("\n").chars().take(LONGEST).collect()
}

/// What it is and the thing at fault, in the words of the rules.
fn ruled(report: &Report) -> String {
    let routing = &report.routing;
    let mut words: Vec<&str> = routing.words.iter().take(3).map(String::as_str).collect();
    words.extend(routing.object.as_deref());
    words.join(" ")
}

/// What stands out among what a search found: it holds nearly all that the messages say, and the
/// next one far less.
fn stands_out(hits: &[HitView], fits: &Fits<'_>) -> Option<Found> {
    let best = hits.first().filter(|best| best.held >= NEARLY_ALL)?;
    if fits.is_of_another_product(&best.slug) {
        return None;
    }
    // Sections of one runbook are rivals only where each is about something of its own.
    let is_rival = |hit: &&HitView| {
        hit.slug != best.slug
            || hit.heading != best.heading && fits.of_section(&hit.heading).is_some()
    };
    let next = hits.iter().find(is_rival).map_or(0.0, |hit| hit.score);
    let reason = "it holds most of what the messages say, and is found far before any other";
    (best.score >= next * STANDS_OUT).then(|| found(best, reason.to_owned()))
}

/// The first of what a search found that is about it: a runbook by its names, or a section by its
/// heading.
fn spoken_of(hits: &[HitView], fits: &Fits<'_>) -> Option<Found> {
    let best = hits.first()?.score;
    let near = hits.iter().take_while(|hit| hit.score >= best * NEAR);
    let mut near = near.filter(|hit| !fits.is_of_another_product(&hit.slug));
    near.find_map(|hit| {
        let of_section = fits.of_section(&hit.heading);
        let fit = of_section.as_ref().or_else(|| fits.of_runbook(&hit.slug))?;
        Some(found(hit, fit.reason.clone()))
    })
}

fn found(hit: &HitView, reason: String) -> Found {
    Found { slug: hit.slug.clone(), anchor: hit.anchor.clone(), step: hit.step.clone(), reason }
}

/// The names among these that runbooks know as those of alerts, in the same order.
fn known_alerts(runbooks: &[Document], names: &[String]) -> Vec<String> {
    let all = runbooks.iter().flat_map(|document| &document.summary.alerts);
    let known: BTreeSet<String> = all.map(|alert| alert.to_lowercase()).collect();
    names.iter().filter(|name| known.contains(&name.to_lowercase())).cloned().collect()
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
