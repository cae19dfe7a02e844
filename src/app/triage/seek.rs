//! Looking for the runbook that is about a failure.

use std::collections::BTreeSet;

use super::engine::Engine;
use super::fit::Fits;
use super::kind::{Kind, Kinship};
use super::said::{Said, tells};
use crate::app::search::{AlertAnswer, Query};
use crate::app::{App, Document};
use crate::domain::id::{Slug, StepId};
use crate::error::Error;
use crate::runbook::DocKind;
use crate::search::{By, DocClass, telling_words};
use crate::triage::{Also, Pattern, Report, Routing, differ, products};
use crate::views::{HitView, RunbookRef, SearchResults};

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

/// So many words stand in front of the name of an alert where a team says that it is its own.
const IN_FRONT: usize = 2;

/// So many names of the messages are held against those of alerts that are written otherwise.
const MOST_NAMES: usize = 100;

/// So many telling words of the messages are enough to find something by them alone.
const ENOUGH: usize = 3;

/// Where something was found, and why there.
pub(super) struct Found {
    pub(super) slug: Slug,
    pub(super) anchor: String,
    pub(super) step: Option<StepId>,
    pub(super) reason: String,
}

/// What a runbook is looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    report: &'a Report,
    pub(super) routing: &'a Routing,
    kind: Kind<'a>,
}

impl<'a> Sought<'a> {
    /// One for what a report is about.
    pub(super) fn of(report: &'a Report, engine: &'a Engine) -> Self {
        let (pattern, subtype) = (report.pattern, report.subtype.as_deref());
        Self { report, routing: &report.routing, kind: Kind { engine, pattern, subtype } }
    }

    /// One for another failure of the same paste.
    pub(super) fn beside(report: &'a Report, also: &'a Also, engine: &'a Engine) -> Self {
        let (pattern, subtype) = (also.pattern, also.subtype.as_deref());
        Self { report, routing: &also.routing, kind: Kind { engine, pattern, subtype } }
    }

    /// One for what it leads to, as the same messages tell it.
    fn effect(report: &'a Report, engine: &'a Engine) -> Option<Self> {
        let (pattern, effect) = (report.pattern, report.effect.as_ref()?);
        let subtype = Some(effect.subtype.as_str());
        Some(Self { report, routing: &effect.routing, kind: Kind { engine, pattern, subtype } })
    }

    /// The names among those in the messages that runbooks know as those of alerts, in the same
    /// order.
    pub(super) fn known_alerts(&self, runbooks: &[Document]) -> Vec<String> {
        let all = runbooks.iter().flat_map(|document| &document.summary.alerts);
        let known: BTreeSet<String> = all.map(|alert| alert.to_lowercase()).collect();
        let names = self.routing.names.iter();
        names.filter(|name| known.contains(&name.to_lowercase())).cloned().collect()
    }

    /// A name in the messages, and the alert of a runbook that is called the same but for a word or
    /// two in front, which one of two teams leaves out. None where several alerts may be meant.
    fn alert_alike<'d>(&self, runbooks: &'d [Document]) -> Option<(&'a str, &'d str)> {
        let alerts = runbooks.iter().flat_map(|document| {
            let alerts = document.summary.alerts.iter();
            alerts.map(move |alert| (document, alert.as_str(), words(alert)))
        });
        let alerts: Vec<_> = alerts.collect();
        let mut names = self.routing.names.iter().take(MOST_NAMES).map(String::as_str);
        names.find_map(|name| {
            let of_name = words(name);
            let is_alike = |(document, alert, of_alert): &&(&Document, &str, Vec<String>)| {
                let title = document.summary.title.as_str();
                differ_in_front(&of_name, of_alert)
                    && !differ(&products([name].into_iter()), &products([title, alert].into_iter()))
            };
            let mut alike = alerts.iter().filter(is_alike).map(|(_, alert, _)| *alert);
            let first = alike.next()?;
            alike.all(|other| other.eq_ignore_ascii_case(first)).then_some((name, first))
        })
    }

    /// What the messages say of it that decided what it is.
    pub(super) fn said(&self) -> Said {
        let texts = &self.report.messages;
        let leading = self.routing.leading.iter().filter_map(|at| texts.get(*at));
        let ruled = self.routing.words.iter().map(String::as_str);
        Said::new(leading.map(|message| message.text.as_str()), ruled)
    }

    /// The same as one text; all of the messages where no rule knows what it is.
    fn told(&self) -> String {
        let texts = &self.report.messages;
        let is_unknown = self.kind.pattern == Pattern::Unknown;
        let leads = |at: &usize| is_unknown || self.routing.leading.contains(at);
        let leading = (0..texts.len()).filter(leads).map(|at| texts[at].text.chars());
        // Of a log of megabytes no more is copied than is searched with.
        let mut told = String::new();
        for text in leading {
            let left = LONGEST.saturating_sub(told.chars().count());
            if left == 0 {
                break;
            }
            told.extend(text.chain(std::iter::once('\n')).take(left));
        }
        told
    }

    /// What it is and the thing at fault, in the words of the rules.
    fn ruled(&self) -> String {
        let mut words: Vec<&str> = self.routing.words.iter().take(3).map(String::as_str).collect();
        words.extend(self.routing.object.as_deref());
        words.join(" ")
    }
}

impl App {
    /// What may be opened: lists and policies are read at another time.
    pub(super) fn runbooks(&self) -> Result<Vec<Document>, Error> {
        let mut runbooks = self.documents()?;
        runbooks.retain(|document| document.summary.kind == DocKind::Runbook);
        Ok(runbooks)
    }

    /// The runbook for what a report is about, else the one for what that leads to, or else the
    /// nearest. The index is up to date already.
    pub(super) fn seek_for(
        &mut self,
        report: &Report,
        engine: &Engine,
        runbooks: &[Document],
    ) -> Result<Result<Found, Vec<RunbookRef>>, Error> {
        let nearest = match self.seek(&Sought::of(report, engine), runbooks)? {
            Ok(found) => return Ok(Ok(found)),
            Err(nearest) => nearest,
        };
        let Some(effect) = Sought::effect(report, engine) else { return Ok(Err(nearest)) };
        let found = self.seek(&effect, runbooks)?.map_err(|_| nearest);
        Ok(found.map(|found| {
            let words = |subtype: Option<&str>| subtype.unwrap_or_default().replace('_', " ");
            let (own, other) = (words(report.subtype.as_deref()), words(effect.kind.subtype));
            let reason = format!("{}; none is for {own}, which leads to {other}", found.reason);
            Found { reason, ..found }
        }))
    }

    /// The runbook that is about it, or else the nearest.
    pub(super) fn seek(
        &mut self,
        sought: &Sought<'_>,
        runbooks: &[Document],
    ) -> Result<Result<Found, Vec<RunbookRef>>, Error> {
        if let Some(found) = self.named_by_alert(&sought.known_alerts(runbooks))? {
            return Ok(Ok(found));
        }
        if let Some((name, alert)) = sought.alert_alike(runbooks)
            && let Some(found) = self.named_by_alert(&[alert.to_owned()])?
        {
            let reason = format!("{}, which is {name} but for the word in front", found.reason);
            return Ok(Ok(Found { reason, ..found }));
        }
        let told = self.found(sought.told())?;
        if sought.kind.pattern == Pattern::Unknown {
            return Ok(Err(nearest(told.hits.iter().map(named).chain(told.nearest))));
        }
        let said = sought.said();
        let fits = Fits::of(runbooks, &said, sought.kind);
        let clear = (said.telling() >= ENOUGH).then(|| stands_out(&told.hits, &fits)).flatten();
        let spoken = spoken_of(&told.hits, &fits);
        // What means the very failure comes before what has the words, unless it has more of them.
        let comes_after = |(kinship, score): (Kinship, f64)| {
            kinship == Kinship::Silent && fits.twin().is_some_and(|(_, twin)| twin.rank().1 > score)
        };
        let spoken = spoken.filter(|(rank, _)| !comes_after(*rank));
        if let Some(found) = clear.or_else(|| spoken.map(|(_, found)| found)) {
            return Ok(Ok(found));
        }
        let ruled = self.found(sought.ruled())?;
        if let Some((slug, fit)) = fits.best() {
            let mut hits = ruled.hits.iter().filter(|hit| hit.slug == *slug);
            let first = hits.clone().next();
            let place = hits.find(|hit| hit.step.is_some()).or(first);
            return Ok(Ok(Found {
                anchor: place.map(|hit| hit.anchor.clone()).unwrap_or_default(),
                step: place.and_then(|hit| hit.step.clone()),
                slug: slug.clone(),
                reason: fit.reason.clone(),
            }));
        }
        let failing = told.hits.first().and_then(|hit| Some((hit, fits.of_failing(&hit.slug)?)));
        if let Some((hit, reason)) = failing {
            return Ok(Ok(found(hit, reason)));
        }
        // What the messages say themselves comes first.
        let hits = told.hits.iter().chain(&ruled.hits).map(named);
        Ok(Err(nearest(hits.chain(told.nearest))))
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
}

/// The words of a name, as they are compared.
fn words(name: &str) -> Vec<String> {
    telling_words(name).map(|(_, stem)| stem).collect()
}

/// Whether two names of alerts are the same but for a word or two in front of one of them. What is
/// left has to tell something: any team has something that is not ready.
fn differ_in_front(one: &[String], other: &[String]) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let telling = short.iter().filter(|stem| tells(stem)).count();
    let tells_enough = telling >= 2 || telling == 1 && short.len() > 2;
    let in_front = long.len() - short.len();
    (1..=IN_FRONT).contains(&in_front) && tells_enough && long.ends_with(short)
}

/// What stands out among what a search found: it holds nearly all that the messages say, and the
/// next one far less.
fn stands_out(hits: &[HitView], fits: &Fits<'_>) -> Option<Found> {
    let best = hits.first().filter(|best| best.held >= NEARLY_ALL)?;
    if fits.is_of_another(&best.slug, &best.heading)
        || !fits.may_be_meant(&best.slug, &best.heading)
    {
        return None;
    }
    // Sections of one runbook are rivals only where each is about something of its own.
    let is_rival = |hit: &&HitView| {
        hit.slug != best.slug
            || hit.heading != best.heading && fits.of_section(&hit.slug, &hit.heading).is_some()
    };
    let next = hits.iter().find(is_rival).map_or(0.0, |hit| hit.score);
    let reason = "it holds most of what the messages say, and is found far before any other";
    (best.score >= next * STANDS_OUT).then(|| found(best, reason.to_owned()))
}

/// What a search found that is about it, and how well it fits: a runbook by its names, or a section
/// by its heading. The first of those that mean the same kind of failure, else the first of all.
fn spoken_of(hits: &[HitView], fits: &Fits<'_>) -> Option<((Kinship, f64), Found)> {
    let best = hits.first()?.score;
    let near = hits.iter().take_while(|hit| hit.score >= best * NEAR);
    let fitting =
        near.filter(|hit| !fits.is_of_another(&hit.slug, &hit.heading)).filter_map(|hit| {
            let of_section = fits.of_section(&hit.slug, &hit.heading);
            let fit = of_section.as_ref().or_else(|| fits.of_runbook(&hit.slug))?;
            Some((fit.rank(), found(hit, fit.reason.clone())))
        });
    fitting.reduce(|a, b| if b.0.0 > a.0.0 { b } else { a })
}

fn found(hit: &HitView, reason: String) -> Found {
    Found { slug: hit.slug.clone(), anchor: hit.anchor.clone(), step: hit.step.clone(), reason }
}

fn named(hit: &HitView) -> RunbookRef {
    RunbookRef { slug: hit.slug.clone(), title: hit.title.clone() }
}

fn nearest(all: impl Iterator<Item = RunbookRef>) -> Vec<RunbookRef> {
    let mut nearest: Vec<RunbookRef> = Vec::new();
    for one in all {
        if nearest.iter().all(|known| known.slug != one.slug) {
            nearest.push(one);
        }
    }
    nearest.truncate(NEAREST);
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_front_makes_no_other_alert() {
        let check = |one: &str, other: &str, expected| {
            let (one, other) = (words(one), words(other));
            assert_eq!(differ_in_front(&one, &other), expected, "{one:?}");
            assert_eq!(differ_in_front(&other, &one), expected, "{one:?}");
        };
        check("APILatencyP99High", "BookstoreAPILatencyP99High", true);
        check("shop_queue_grows", "ProdShopQueueGrows", true);
        check("NotReady", "KubeNodeNotReady", false);
        check("ErrorsHigh", "ShopErrorsHigh", false);
        check("QueueGrows", "QueueGrows", false);
        check("QueueGrows", "QueueGrowsFast", false);
        check("QueueGrows", "TheTeamsOwnShopQueueGrows", false);
    }
}
