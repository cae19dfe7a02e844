//! Triage: messages in; pattern, severity, confidence, links, chain, tier, cause and plan out.
//!
//! Everything is decided by rules that can be read: they stand in `data/patterns/`, each with an
//! example it must match and one it must not; how messages deny what they name, and how they name
//! services, stands there as well. Only the formats that programs write are known here. The same messages, incidents and rules give the
//! same report, whatever the order of the files. Nothing here reads a clock, a file or the
//! ledger, and nothing acts: a report is a hypothesis for a person, with the place in the text
//! for each of its statements.
//!
//! - [`read`]: a paste, alerts, Kubernetes events or Helm's output in, [`Message`]s out.
//! - [`triage`]: messages and [`Knowledge`] in, a [`Report`] out.
//! - [`PlanLint`]: what a plan would destroy, ours or somebody else's.
//! - [`scenario`]: cases with what is expected of them, run and scored.
//!
//! # How it decides
//!
//! 1. Each rule that holds adds its weight times the role of the words (cause 2, plain 1, effect
//!    0.5) to its pattern, once a message; half of it in a log line that calls itself information.
//!    What is denied or over adds nothing.
//! 2. Where a component speaks for itself, limits, errors, refusals and timeouts keep half; of the
//!    last three the loudest message counts: that many services see errors is one symptom.
//! 3. A cause that the first message names wins over a leader without one, if it is close.
//! 4. A workload at fault covers the ways in which its fault shows.
//! 5. The highest score wins from 2.0 on; below, the answer is UNKNOWN.

pub mod read;
pub mod scenario;

mod allowed;
mod also;
mod beside;
#[cfg(test)]
mod built_in;
mod came_back;
mod cascade;
mod chains;
mod clause;
mod clean;
mod command_line;
mod confidence;
mod correlate;
mod decide;
mod decisive;
mod examples;
mod expression;
#[cfg(test)]
mod fuzz_tests;
mod gates;
mod grammar;
#[cfg(test)]
mod harmless_tests;
#[cfg(test)]
mod helm_tests;
mod knowledge;
mod label;
mod lead;
mod level;
mod links;
mod matcher;
mod message;
mod named;
mod narrative;
#[cfg(test)]
mod narrative_tests;
mod needs;
mod paths;
mod pattern;
mod plain;
mod plan_avoid;
mod plan_command;
mod plan_forbidden;
mod plan_limits;
mod plan_line;
mod plan_lint;
mod plan_number;
mod plan_proposal;
mod plan_prose;
mod plan_talk;
#[cfg(test)]
mod plan_tests;
mod plan_text;
mod plan_words;
mod product;
mod quote;
mod reading;
mod recovery;
mod report;
mod routing;
mod rule;
mod services;
mod severity;
mod signal;
mod slots;
mod source;
mod subtype;
mod template;
#[cfg(test)]
mod tests;
mod tier;
mod told;
#[cfg(test)]
mod told_tests;
mod topology;
mod words;

pub use self::allowed::Doing;
pub use self::also::Also;
pub use self::cascade::Stage;
pub use self::clause::Role;
pub use self::clean::{cleaned, cleaned_plan};
pub use self::correlate::Group;
pub use self::knowledge::Knowledge;
pub use self::level::{Level, Line};
pub use self::links::{Link, LinkKind};
pub use self::message::{Input, KeptMessage, KnownIncident, Message, Place, Store};
pub use self::narrative::{Part, PlanStep, Statement};
pub use self::pattern::Pattern;
pub use self::plan_avoid::LeftOut;
pub use self::plan_lint::{PlanDanger, PlanFinding, PlanLint, PlanSources};
pub use self::product::{differ, is_of_site, products};
pub use self::report::{
    Effect, Evidence, Ground, MessageView, Report, Routing, RunnerUp, SeverityView,
};
pub use self::signal::Signal;
pub use self::source::{FileError, Source};
pub use self::tier::{PlanNature, Tier};
pub use self::topology::Topology;

use std::collections::BTreeSet;

use self::also::Other;
use self::confidence::{features, value};
use self::decide::Verdict;
use self::grammar::Kind;
use self::narrative::Narrative;
use self::reading::{Found, Reading};
use self::routing::Router;
use self::rule::Meaning;
use self::severity::{Held, Severity};
use self::tier::Grounds;

/// Judges messages beside what a store holds.
pub fn triage(
    input: &Input<'_>,
    store: &Store<'_>,
    knowledge: &Knowledge,
    lint: &PlanLint,
) -> Report {
    Judging::begin(input, knowledge).report(store, lint)
}

/// What kind of failure a few words name, as a title does; none where no rule knows them.
pub fn kind(words: &str, knowledge: &Knowledge) -> Option<(Pattern, Option<String>)> {
    let input = Input { messages: vec![Message::new(words)], ..Input::default() };
    let mut reading = reading::read(&input, knowledge);
    // "Recovery of a database" is no failure that is over.
    reading.found.iter_mut().for_each(|found| found.hit.affirmed = true);
    let verdict = decide::decide(&reading.found, knowledge);
    (verdict.pattern != Pattern::Unknown).then_some((verdict.pattern, verdict.subtype))
}

/// Messages that were read and not yet compared with what a store holds: a store that is large is
/// asked first which of its incidents hold a name of theirs.
#[derive(Debug)]
pub struct Judging<'a> {
    input: &'a Input<'a>,
    knowledge: &'a Knowledge,
    reading: Reading<'a>,
    cascade: Vec<Stage>,
    verdict: Verdict,
    side: correlate::Side,
}

impl<'a> Judging<'a> {
    /// Reads messages.
    pub fn begin(input: &'a Input<'a>, knowledge: &'a Knowledge) -> Self {
        let mut reading = reading::read(input, knowledge);
        let cascade = cascade::chain(input, knowledge, &reading);
        lessen_effects(&mut reading, &cascade);
        let verdict = lead::verdict(input, knowledge, &reading, &cascade);
        let side = correlate::side(knowledge, &reading, &verdict, input);
        Self { input, knowledge, reading, cascade, verdict, side }
    }

    /// The names, in lower case, of which an incident has to hold one to belong to the messages.
    pub fn names(&self) -> Vec<&str> {
        self.side.names()
    }

    /// Says what they mean.
    pub fn report(self, store: &Store<'_>, lint: &PlanLint) -> Report {
        let linked = links::links(self.knowledge, &self.side, store);
        self.written(lint, linked)
    }
}

/// In a chain, the message that says of whom a service fails tells an effect: what it says of
/// errors, refusals and waiting counts half, as after "resulting in" within one message, also where
/// it calls the service before it the cause. What is said of the origin stays what it is: where no
/// other message speaks of it, by the one that fails because of it.
fn lessen_effects(reading: &mut Reading<'_>, cascade: &[Stage]) {
    let Some(origin) = cascade.iter().find(|stage| stage.origin) else { return };
    let message = |stage: &Stage| stage.place?.message;
    let effects: BTreeSet<usize> = cascade.iter().filter_map(message).collect();
    let speaks = |found: &Found<'_>| found.evidence().is_some();
    let of_origin =
        reading.found.iter().any(|found| speaks(found) && !effects.contains(&found.message));
    let names_origin = |stage: &&Stage| stage.because_of.as_ref() == Some(&origin.service);
    let kept: BTreeSet<usize> = cascade
        .iter()
        .filter(|stage| !of_origin && names_origin(stage))
        .filter_map(message)
        .collect();
    for found in reading.found.iter_mut().filter(|found| effects.contains(&found.message)) {
        let generic = found.evidence().is_some_and(|(pattern, _, _)| pattern.is_generic());
        let is_cause = found.hit.role == Role::Cause;
        // What it calls the cause is the effect before it, where the origin speaks for itself.
        let of_another = is_cause && of_origin;
        let is_kept = is_cause && kept.contains(&found.message);
        if of_another || generic && !is_kept {
            found.hit.role = Role::Symptom;
        }
    }
}

impl Judging<'_> {
    fn written(self, lint: &PlanLint, linked: Vec<Link>) -> Report {
        let Self { input, knowledge, reading, cascade, verdict, .. } = self;
        let verdict = &verdict;
        let severity = severity_of(input, knowledge, &reading, verdict);
        let levels = severity.of_messages.clone();
        let denied = |found: &&Found<'_>| matches!(found.rule.meaning, Meaning::Evidence { .. });
        let affirmed = reading.found.iter().any(|found| found.evidence().is_some());
        let recovered = !affirmed && reading.found.iter().find(denied).is_some();
        let evidence = evidence(input, &reading);
        let others = also::others(input, knowledge, &reading, verdict, &cascade);
        let router = Router { input, knowledge, reading: &reading, levels: &levels };
        let also = also::also(router, &others, &evidence);
        let decisive = decisive::Grounds { held: &severity.held, also: &also, cascade: &cascade };
        let narrative =
            narrative::write(knowledge, lint, input, &reading, verdict, &decisive, recovered);
        let lengths: Vec<usize> =
            input.messages.iter().map(|message| reading::judged(&message.text).len()).collect();
        let confidence = (verdict.pattern != Pattern::Unknown)
            .then(|| value(&features(&reading, verdict, &lengths)));
        let stated =
            reading.found.iter().filter(|found| found.hit.affirmed).filter_map(
                |found| match &found.rule.meaning {
                    Meaning::Tier(tier) => Some((*tier, found.rule.says.as_str())),
                    _ => None,
                },
            );
        let stated = stated.max_by_key(|(tier, _)| *tier as u8);
        let grounds = Grounds {
            pattern: verdict.pattern,
            level: severity.level,
            lines: severity.lines(),
            recovered,
            known: severity.known,
            stated: stated.map(|(tier, says)| (tier, says.to_owned())),
            confidence,
        };
        let groups = correlate::groups(knowledge, &reading);
        let apart = others.iter().filter(|other| other.apart);
        let apart: BTreeSet<usize> = apart.flat_map(Other::messages).collect();
        let is_about = |at: usize| !apart.contains(&at);
        let is_other = |at: &usize| !verdict.may_be_of(&reading, *at);
        let elsewhere = (0..input.messages.len()).filter(is_other).collect();
        let routing = router.routing(verdict, is_about);
        let effect = router.effect(verdict, is_about);
        let Narrative { statements, plan, left_out, to_check } = narrative;
        let avoided = narrative::avoided(knowledge, verdict);
        let (left_out, unread) = plan_proposal::with_proposals(input, lint, &avoided, left_out);
        let nature = PlanNature::of(plan.iter().map(|step| step.doing), false);
        let report = Report {
            pattern: verdict.pattern,
            subtype: verdict.subtype.clone(),
            score: verdict.score,
            because: verdict.because.clone(),
            runner_up: runner_up(verdict, &evidence),
            severity: severity_view(severity, &evidence),
            confidence,
            of: verdict.of,
            elsewhere,
            correlated: !linked.is_empty(),
            linked,
            groups,
            also,
            cascade,
            grounds,
            remediation: Tier::default(),
            remediation_because: String::new(),
            routing,
            effect,
            root_cause: narrative::sentence(&statements),
            statements,
            plan,
            left_out,
            to_check,
            evidence,
            messages: input.messages.iter().zip(levels).map(view).collect(),
            notes: notes(input, &reading).into_iter().chain(unread).collect(),
            signals: reading.signals,
        };
        report.with_tier(nature)
    }
}

fn severity_of(
    input: &Input<'_>,
    knowledge: &Knowledge,
    reading: &Reading<'_>,
    verdict: &Verdict,
) -> Severity {
    let holding = reading.found.iter().filter(|found| found.hit.affirmed);
    let lines = holding.filter(|found| matches!(found.rule.meaning, Meaning::Severity(_)));
    let lines: Vec<_> = lines.map(|found| (found.rule, found.place())).collect();
    let mut messages = beside::beside(input, reading, knowledge);
    for of_message in reading.found.chunk_by(|one, next| one.message == next.message) {
        let beside = &mut messages[of_message[0].message];
        let speaks = |found: &Found<'_>| found.evidence().map(|(pattern, _, _)| pattern);
        beside.bears = verdict.may_be_of(reading, of_message[0].message)
            && of_message.iter().any(|found| speaks(found) == Some(verdict.pattern));
        beside.own = (!beside.bears).then(|| decide::leading(of_message)).flatten();
    }
    // What is denied in one sentence says nothing of the next, where that goes on with a "but".
    let goes_on = |found: &Found<'_>| {
        let message = input.messages.get(found.message);
        let behind = message.and_then(|it| reading::judged(&it.text).get(found.hit.end..));
        behind.is_some_and(|behind| knowledge.grammar.is_in(Kind::NotOver, behind))
    };
    let denied = reading.found.iter().filter(|found| !found.hit.affirmed && !goes_on(found));
    let denied: BTreeSet<usize> = denied.map(|found| found.message).collect();
    let subtype = verdict.subtype.as_deref();
    let mut severity =
        severity::judge(verdict.pattern, subtype, &lines, &knowledge.always(), &messages);
    let is_none = |at: usize| reading.clauses.get(at).is_some_and(|it| it.is_no_incident);
    let well = |at| reading.over.contains(&at) || is_none(at) || denied.contains(&at);
    severity.weigh(verdict.pattern, well);
    severity
}

/// Every place where a rule holds, in order of place and rule.
fn evidence(input: &Input<'_>, reading: &Reading<'_>) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = reading
        .found
        .iter()
        .map(|found| {
            let place = found.place();
            let text = input.messages[found.message].text.get(place.start..place.end);
            Evidence {
                rule: found.rule.id.clone(),
                says: found.rule.says.clone(),
                speaks_for: match &found.rule.meaning {
                    Meaning::Evidence { pattern, .. } => pattern.to_string(),
                    Meaning::Severity(meaning) => format!("{:?}", meaning.line),
                    Meaning::Tier(tier) => tier.as_str().to_owned(),
                },
                place,
                text: text.unwrap_or_default().to_owned(),
                role: found.hit.role,
                affirmed: found.hit.affirmed,
                adds: found.evidence().map_or(0.0, |(_, _, score)| score),
            }
        })
        .collect();
    evidence.sort_by(|a, b| (a.place, &a.rule).cmp(&(b.place, &b.rule)));
    evidence
}

fn runner_up(verdict: &Verdict, evidence: &[Evidence]) -> Option<RunnerUp> {
    let (pattern, score) = verdict.runner_up?;
    let speaks = |one: &Evidence| one.affirmed && one.speaks_for == pattern.as_str();
    let evidence = (0..evidence.len()).filter(|at| speaks(&evidence[*at])).collect();
    Some(RunnerUp { pattern, score, evidence })
}

fn severity_view(severity: Severity, evidence: &[Evidence]) -> SeverityView {
    let rules = severity.lines();
    let number = |held: &Held| {
        let place = held.place?;
        evidence.iter().position(|one| one.rule == held.rule && one.place == place)
    };
    let ground = |held: &Held| Ground {
        line: held.line,
        rule: held.rule.clone(),
        says: held.says.clone(),
        evidence: number(held),
    };
    SeverityView {
        level: severity.level,
        rules,
        because: severity.because,
        known: severity.known,
        label_place: severity.label.as_ref().and_then(|label| label.place),
        environment: severity.environment,
        label: severity.label.map(|label| label.said),
        grounds: severity.held.iter().map(ground).collect(),
    }
}

fn notes(input: &Input<'_>, reading: &Reading<'_>) -> Vec<String> {
    let mut notes = input.notes.clone();
    if reading.cut > 0 {
        let (count, most) = (reading.cut, reading::MAX_TEXT >> 10);
        notes.push(format!("of {count} long messages the first {most} KiB were judged"));
    }
    notes
}

fn view((message, level): (&Message, Option<Level>)) -> MessageView {
    MessageView {
        level,
        text: message.text.clone(),
        line: message.line,
        offset: message.offset,
        repeats: message.repeats,
        resolved: message.resolved,
    }
}
