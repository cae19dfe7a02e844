//! The cause in words, and a plan, from the templates of a subtype: only what a place supports.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::allowed::Doing;
use super::decide::Verdict;
use super::decisive::{self, Grounds};
use super::knowledge::Knowledge;
use super::message::{Input, Place};
use super::named::{GOOD_BEFORE, Holders, Named};
use super::pattern::Pattern;
use super::plan_lint::{PlanDanger, PlanLint};
use super::quote::{shortened, whole};
use super::reading::{Reading, judged};
use super::signal::Signal;
use super::subtype::{Subtype, Template};

/// A statement about the cause, and where each of its parts is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The words.
    pub text: String,
    /// What they were taken from: the words that were taken, and where.
    pub parts: Vec<Part>,
}

/// Words of a statement or step that were taken from a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The slot they fill.
    pub slot: String,
    /// They.
    pub value: String,
    /// Where they stand; the text there holds them to the letter.
    pub place: Place,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    /// Its number, from 1.
    pub step: usize,
    /// What to do.
    pub text: String,
    /// The command for it; `<NAMES>` stand for what no message says.
    pub command: Option<String>,
    /// Where it comes from: `template`, or the address of a runbook's step.
    pub source: String,
    /// Warnings that stand beside it. A step with a refusal is left out instead.
    pub dangers: Vec<PlanDanger>,
    /// What its words were taken from.
    pub parts: Vec<Part>,
    /// It comes before anything that a runbook says.
    #[serde(skip)]
    pub first: bool,
    /// What it does, if it is one that a tool may be allowed to do.
    #[serde(skip)]
    pub doing: Option<Doing>,
}

/// A step that the plan does without, and what it would have destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it would be.
    pub text: String,
    /// The command for it.
    pub command: Option<String>,
    /// The rules that refuse it.
    pub rules: Vec<String>,
    /// What it would have destroyed.
    pub destroys: Vec<String>,
    /// What to do instead.
    pub safer: Vec<String>,
}

/// Cause and plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrative {
    pub(super) statements: Vec<Statement>,
    pub(super) plan: Vec<PlanStep>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) to_check: Vec<String>,
}

/// Slots and what fills them.
type Slots = BTreeMap<String, Part>;

/// Kinds of which several things are named where one is meant, and these.
type Unclear<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Writes it.
pub(super) fn write(
    knowledge: &Knowledge,
    lint: &PlanLint,
    input: &Input<'_>,
    reading: &Reading<'_>,
    verdict: &Verdict,
    grounds: &Grounds<'_>,
    recovered: bool,
) -> Narrative {
    if verdict.pattern == Pattern::Unknown {
        let open = if recovered {
            "whether it stays well, and why it happened: the messages say no more than that it is over"
        } else {
            "what failed: no message says it in words that a rule knows"
        };
        let to_check = vec![open.to_owned()];
        return Narrative { to_check, ..Narrative::default() };
    }
    let named = verdict.subtype.as_ref().and_then(|name| knowledge.subtype(verdict.pattern, name));
    let general = knowledge.subtypes.get(verdict.pattern.as_str());
    let decided = |mut statements: Vec<Statement>| {
        let only_quoted = statements.is_empty();
        if only_quoted {
            statements = quoted(input, reading, verdict);
        }
        decisive::tell(input, reading, verdict, grounds, &mut statements, only_quoted);
        statements
    };
    let Some(subtype) = named.or(general) else {
        return Narrative { statements: decided(Vec::new()), ..Narrative::default() };
    };
    let (slots, unclear) = slots(subtype, input, reading, verdict);
    let mut statements: Vec<Statement> =
        subtype.cause.iter().filter_map(|template| statement(template, &slots)).collect();
    told_once(&mut statements);
    let statements = decided(statements);
    let mut narrative = Narrative { statements, ..Narrative::default() };
    let planned = general.filter(|_| subtype.plan.is_empty()).unwrap_or(subtype);
    steps(&mut narrative, planned, &slots, lint);
    narrative.to_check = to_check(subtype, planned, &slots, &unclear, verdict);
    narrative
}

/// Leaves out a statement all of whose words stand in another one before it.
fn told_once(statements: &mut Vec<Statement>) {
    let mut kept: Vec<Statement> = Vec::new();
    for one in std::mem::take(statements) {
        let told = |part: &Part| {
            kept.iter().flat_map(|statement| &statement.parts).any(|known| {
                let (a, b) = (known.place, part.place);
                a.message == b.message && a.start <= b.start && b.end <= a.end
            })
        };
        if !one.parts.iter().all(told) {
            kept.push(one);
        }
    }
    *statements = kept;
}

/// Fills slots: by the subtype's own expressions, else by what is named of that kind. Only the
/// messages that hold the evidence fill one; where they name several of a kind and it is unclear
/// which is meant, the slot stays empty, since a command on the wrong one would do harm.
fn slots<'r>(
    subtype: &Subtype,
    input: &Input<'_>,
    reading: &'r Reading<'_>,
    verdict: &Verdict,
) -> (Slots, Unclear<'r>) {
    let (mut slots, mut unclear) = (Slots::new(), Unclear::new());
    let holders = Holders::of(reading, verdict);
    // Labels have no place in the text; conditions may name things and no more.
    let fit = |signal: &Signal| {
        let Place { message, start, end } = signal.place;
        let text = |at: usize| input.messages.get(at)?.text.get(start..end);
        message.map_or(signal.names, |at| text(at) == Some(signal.value.as_str()))
    };
    let anchor = anchor(subtype, &holders, reading, fit);
    let things = things(reading);
    // A command must not name one failure's deployment and another one's namespace.
    let near = |signal: &Signal| match (anchor, signal.place.message) {
        (Some(anchor), Some(at)) if signal.names && at != anchor && signal.kind != GOOD_BEFORE => {
            let of = |at: usize| things.get(&at);
            of(anchor).zip(of(at)).is_some_and(|(one, other)| !one.is_disjoint(other))
        }
        _ => true,
    };
    let kinds: BTreeSet<&str> = reading.signals.iter().map(|it| it.kind.as_str()).collect();
    for kind in kinds {
        match holders.name(&reading.signals, kind, |signal| fit(signal) && near(signal)) {
            Named::Nothing => {}
            Named::Several(values) => drop(unclear.insert(kind, values)),
            Named::One(signal) => {
                let (slot, value) = (kind.to_owned(), signal.value.clone());
                slots.insert(kind.to_owned(), Part { slot, value, place: signal.place });
            }
        }
    }
    for (name, slot) in &subtype.slots {
        let found = slot.expressions.iter().find_map(|(expression, limited)| {
            holders.messages().find_map(|at| {
                let message = input.messages.get(at)?;
                let text = judged(&message.text);
                let group = expression.matcher()?.named(text, "value")?;
                let start = text.floor_char_boundary(group.start);
                let end = text.ceil_char_boundary(group.end);
                let clauses = reading.clauses.get(at)?;
                let told = !message.resolved && !clauses.is_denied(text, start);
                let (start, end) = whole(text, start, end, *limited);
                let value = text.get(start..end).filter(|_| told)?.trim();
                let start = start + text.get(start..end)?.find(value)?;
                let place = Place { message: Some(at), start, end: start + value.len() };
                (!value.is_empty()).then(|| (value.to_owned(), place))
            })
        });
        if let Some((value, place)) = found {
            unclear.remove(name.as_str());
            slots.insert(name.clone(), Part { slot: name.clone(), value, place });
        }
    }
    (slots, unclear)
}

/// The message that names the thing at fault.
fn anchor(
    subtype: &Subtype,
    holders: &Holders,
    reading: &Reading<'_>,
    fit: impl Fn(&Signal) -> bool + Copy,
) -> Option<usize> {
    subtype.object.iter().find_map(|kind| match holders.name(&reading.signals, kind, fit) {
        Named::One(signal) => signal.place.message,
        _ => None,
    })
}

/// What each message names.
fn things(reading: &Reading<'_>) -> BTreeMap<usize, BTreeSet<String>> {
    let mut things: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for signal in reading.signals.iter().filter(|signal| signal.names && signal.affirmed) {
        if let Some(at) = signal.place.message {
            things.entry(at).or_default().insert(super::correlate::thing(signal));
        }
    }
    things
}

/// A template's pieces: text, and names of slots. `{?name}` prints nothing and must be filled.
fn pieces(template: &str) -> Vec<Result<&str, &str>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once('{') {
        let Some((name, after)) = inside.split_once('}') else { break };
        pieces.push(Ok(before));
        pieces.push(Err(name));
        rest = after;
    }
    pieces.push(Ok(rest));
    pieces
}

fn statement(template: &str, slots: &Slots) -> Option<Statement> {
    let mut done = Statement { text: String::new(), parts: Vec::new() };
    for piece in pieces(template) {
        match piece {
            Ok(text) => done.text.push_str(text),
            Err(name) => {
                let part = slots.get(name.trim_start_matches('?'))?;
                if !name.starts_with('?') {
                    done.text.push_str(&shortened(&part.value));
                }
                done.parts.push(part.clone());
            }
        }
    }
    // What was quoted may end its sentence; another statement may follow.
    done.text.truncate(done.text.trim_end_matches('.').len());
    // Without a part nothing would support it.
    (!done.parts.is_empty()).then_some(done)
}

/// What the strongest rule found, in the message's own words.
fn quoted(input: &Input<'_>, reading: &Reading<'_>, verdict: &Verdict) -> Vec<Statement> {
    let of_leader = reading.found.iter().filter_map(|found| {
        let (pattern, subtype, score) = found.evidence()?;
        let refined = subtype.is_some() && subtype == verdict.subtype.as_deref();
        (pattern == verdict.pattern).then_some((found, (refined, score)))
    });
    // The first of those that say most of what was found.
    let best = of_leader.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let Some((found, _)) = best else { return Vec::new() };
    vec![decisive::quotation(input, found)]
}

/// The sentence that statements make. What begins with a name or words of a message keeps their
/// letters: `Worker-a2` is no node.
pub(super) fn sentence(statements: &[Statement]) -> String {
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
    let joined = texts.join("; ");
    let named = statements.first().and_then(|one| one.parts.first());
    let is_theirs = named.is_some_and(|part| joined.starts_with(&shortened(&part.value)));
    let mut letters = joined.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if joined.ends_with(['.', '!', '?']) { "" } else { "." };
    if is_theirs {
        return format!("{joined}{end}");
    }
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

/// A step's text: what is not known stands as `<NAME>`.
fn filled(template: &str, slots: &Slots, parts: &mut Vec<Part>, quote: bool) -> String {
    let mut done = String::new();
    for piece in pieces(template) {
        match piece {
            Ok(text) => done.push_str(text),
            Err(slot) => match named(slot, slots) {
                Ok(part) => {
                    let value = shortened(&part.value);
                    if quote {
                        done.push_str(&crate::text::shell_quote(&value));
                    } else {
                        done.push_str(&value);
                    }
                    if !parts.contains(part) {
                        parts.push(part.clone());
                    }
                }
                Err(instead) => done.push_str(&instead),
            },
        }
    }
    done
}

/// What fills a slot of a step; else the word that `{slot|word}` has for it, or `<SLOT>`.
fn named<'s>(slot: &str, slots: &'s Slots) -> Result<&'s Part, String> {
    let (name, word) = slot.split_once('|').map_or((slot, None), |(name, word)| (name, Some(word)));
    slots
        .get(name)
        .ok_or_else(|| word.map_or_else(|| format!("<{}>", name.to_uppercase()), str::to_owned))
}

fn steps(narrative: &mut Narrative, subtype: &Subtype, slots: &Slots, lint: &PlanLint) {
    let wanted = |template: &&Template| template.needs.iter().all(|name| slots.contains_key(name));
    for template in subtype.plan.iter().filter(wanted) {
        let (text, command, parts) = step(template, slots);
        let dangers = lint.judge(&text, command.as_deref());
        if dangers.iter().any(PlanDanger::refuses) {
            narrative.left_out.push(left_out(text, command, &dangers));
            continue;
        }
        let listed = match &command {
            Some(command) => lint.doing(command),
            None => template.harmless.then_some(Doing::Looks),
        };
        let doing = listed.filter(|_| dangers.is_empty());
        let step = narrative.plan.len() + 1;
        let source = "template".to_owned();
        let first = template.first;
        let step = PlanStep { step, text, command, source, dangers, parts, first, doing };
        narrative.plan.push(step);
    }
    for template in subtype.avoid.iter().filter(wanted) {
        let (text, command, _) = step(template, slots);
        let dangers = lint.judge(&text, command.as_deref());
        narrative.left_out.push(left_out(text, command, &dangers));
    }
}

fn step(template: &Template, slots: &Slots) -> (String, Option<String>, Vec<Part>) {
    let mut parts = Vec::new();
    let text = filled(&template.text, slots, &mut parts, false);
    let command = template.run.as_ref().map(|run| filled(run, slots, &mut parts, true));
    (text, command, parts)
}

fn left_out(text: String, command: Option<String>, dangers: &[PlanDanger]) -> LeftOut {
    LeftOut {
        text,
        command,
        rules: dangers.iter().map(|danger| danger.rule.clone()).collect(),
        destroys: dangers.iter().map(|danger| danger.destroys.clone()).collect(),
        safer: dangers.iter().map(|danger| danger.safer.clone()).collect(),
    }
}

/// What nobody said, of what one would like to know.
fn to_check(
    subtype: &Subtype,
    planned: &Subtype,
    slots: &Slots,
    unclear: &Unclear<'_>,
    verdict: &Verdict,
) -> Vec<String> {
    let object = subtype.object.first().map(String::as_str);
    let needed = |kind: &str| {
        let slot = format!("{{{kind}}}");
        let mut texts = planned.plan.iter().flat_map(|step| [Some(&step.text), step.run.as_ref()]);
        object == Some(kind) || texts.any(|text| text.is_some_and(|it| it.contains(&slot)))
    };
    let several = unclear.iter().filter(|(kind, _)| needed(kind)).map(|(kind, values)| {
        let kind = kind.replace('_', " ");
        format!("which {kind} it is: the messages name {}", values.join(", "))
    });
    let mut open: Vec<String> = object
        .filter(|kind| !slots.contains_key(*kind) && !unclear.contains_key(kind))
        .map(|kind| format!("which {kind} it is: no message names one"))
        .into_iter()
        .chain(several)
        .collect();
    let mut ignored = Vec::new();
    open.extend(subtype.check.iter().filter_map(|text| {
        // `{!slot}` at its head: only where nothing fills that slot.
        let marked = text.strip_prefix("{!").and_then(|text| text.split_once('}'));
        let (known, text) =
            marked.map_or((false, text.as_str()), |(slot, text)| (slots.contains_key(slot), text));
        (!known).then(|| filled(text, slots, &mut ignored, false))
    }));
    if let Some((pattern, score)) = verdict.runner_up
        && score >= verdict.score * 0.6
    {
        open.push(format!("whether it is not {pattern} instead: almost as much speaks for it"));
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_slot_has_its_word_or_its_name() {
        let slots = Slots::new();
        let told = filled("{workload|deployment}/{name}", &slots, &mut Vec::new(), true);
        assert_eq!(told, "deployment/<NAME>");
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let one = |text: &str, start, end| Statement {
            text: text.to_owned(),
            parts: vec![Part {
                slot: "x".to_owned(),
                value: String::new(),
                place: Place { message: Some(0), start, end },
            }],
        };
        let mut statements = vec![one("a", 0, 20), one("b", 4, 9), one("c", 4, 30)];
        told_once(&mut statements);
        let told: Vec<&str> = statements.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(told, ["a", "c"]);
    }
}
