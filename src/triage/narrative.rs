//! The cause in words, and a plan, from the templates of a subtype: only what a place supports.

use std::collections::BTreeSet;

use serde::Serialize;

use super::allowed::Doing;
use super::decide::Verdict;
use super::decisive::{self, Grounds};
use super::grammar::Kind;
use super::knowledge::Knowledge;
use super::message::{Input, Message, Place};
use super::named::Holders;
use super::pattern::Pattern;
use super::plan_avoid::LeftOut;
use super::plan_lint::{PlanDanger, PlanLint};
use super::product::products;
use super::quote::shortened;
use super::reading::{Reading, judged};
use super::slots::{Slots, Unclear, slots};
use super::subtype::{Proposed, Run, Subtype, Template};

/// A runner-up with this share of the leader's score has almost as much.
const NEAR: f64 = 0.8;

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

/// Cause and plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrative {
    pub(super) statements: Vec<Statement>,
    pub(super) plan: Vec<PlanStep>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) to_check: Vec<String>,
}

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
        let is_over = |message: &Message| says_over(knowledge, message);
        let open = if recovered || input.messages.iter().any(is_over) {
            "whether it stays well, and why it happened: the messages say no more than that it is over"
        } else {
            "whether anything failed, and what: no message says it in words that a rule knows"
        };
        let to_check = vec![open.to_owned()];
        return Narrative { to_check, ..Narrative::default() };
    }
    let (named, general) = subtypes(knowledge, verdict);
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
    let planned = planned(subtype, general);
    let filling =
        Filling { slots: &slots, products: named_products(planned, input, reading, verdict) };
    steps(&mut narrative, planned, &filling, lint);
    let told = |template: &&Template| concerns(template, &filling, input);
    for template in planned.avoid.iter().filter(told) {
        let (text, command, _) = step(template, &filling);
        // What has no command is left to its own reason, by which it is known once it is proposed.
        let dangers = match &template.proposed {
            Some(proposed) if command.is_none() => vec![proposed.danger()],
            _ => lint.judge(&text, command.as_deref()),
        };
        narrative.left_out.push(LeftOut::new(text, command, dangers));
    }
    narrative.to_check = to_check(subtype, planned, &filling, &unclear);
    narrative.to_check.extend(rival(verdict, grounds));
    narrative
}

/// What is known of the verdict's subtype, and of its pattern.
fn subtypes<'k>(
    knowledge: &'k Knowledge,
    verdict: &Verdict,
) -> (Option<&'k Subtype>, Option<&'k Subtype>) {
    let named = verdict.subtype.as_ref().and_then(|name| knowledge.subtype(verdict.pattern, name));
    (named, knowledge.subtypes.get(verdict.pattern.as_str()))
}

/// A subtype without a plan has that of its pattern.
fn planned<'k>(subtype: &'k Subtype, general: Option<&'k Subtype>) -> &'k Subtype {
    general.filter(|_| subtype.plan.is_empty()).unwrap_or(subtype)
}

/// What is to be avoided in this kind of failure, if somebody proposes it.
pub(super) fn avoided<'k>(knowledge: &'k Knowledge, verdict: &Verdict) -> Vec<&'k Proposed> {
    let (named, general) = subtypes(knowledge, verdict);
    let steps = named.or(general).map(|subtype| &planned(subtype, general).avoid);
    steps.into_iter().flatten().filter_map(|step| step.proposed.as_ref()).collect()
}

/// Whether a message says that something is over, be it of what no rule knows.
fn says_over(knowledge: &Knowledge, message: &Message) -> bool {
    message.resolved || knowledge.grammar.is_in(Kind::Over, judged(&message.text))
}

/// What stands in a step's words and command.
struct Filling<'s> {
    slots: &'s Slots,
    /// The products that messages name, of those that have commands of their own.
    products: BTreeSet<&'static str>,
}

/// The products that a plan has commands for, as the messages with the evidence name them, else as
/// any does.
fn named_products(
    planned: &Subtype,
    input: &Input<'_>,
    reading: &Reading<'_>,
    verdict: &Verdict,
) -> BTreeSet<&'static str> {
    let commands = planned.plan.iter().filter_map(|step| step.run.as_ref());
    let wanted: BTreeSet<&str> = commands.flat_map(Run::products).collect();
    if wanted.is_empty() {
        return BTreeSet::new();
    }
    let texts = |at: usize| {
        let message = &input.messages[at];
        std::iter::once(judged(&message.text)).chain(message.labels.values().map(String::as_str))
    };
    let named = |messages: &[usize]| {
        let mut named = products(messages.iter().flat_map(|at| texts(*at)));
        named.retain(|product| wanted.contains(product));
        named
    };
    let holders: Vec<usize> = Holders::of(reading, verdict).messages().collect();
    let of_holders = named(&holders);
    if of_holders.is_empty() {
        named(&(0..input.messages.len()).collect::<Vec<_>>())
    } else {
        of_holders
    }
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
    let own = reading.found.iter().filter(|found| verdict.may_be_of(reading, found.message));
    let of_leader = own.filter_map(|found| {
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
                    // Of a command no part may be cut: a shorter path is another one.
                    if quote {
                        done.push_str(&crate::text::shell_quote(&part.value));
                    } else {
                        done.push_str(&shortened(&part.value));
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

fn steps(narrative: &mut Narrative, subtype: &Subtype, filling: &Filling<'_>, lint: &PlanLint) {
    for template in subtype.plan.iter().filter(|template| is_wanted(template, filling)) {
        let (text, command, parts) = step(template, filling);
        let dangers = lint.judge(&text, command.as_deref());
        if dangers.iter().any(PlanDanger::refuses) {
            narrative.left_out.push(LeftOut::new(text, command, dangers));
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
}

/// Whether all that a step needs is known.
fn is_wanted(template: &Template, filling: &Filling<'_>) -> bool {
    template.needs.iter().all(|name| filling.slots.contains_key(name))
}

/// Whether what a template warns of has to do with what is said: its command is about a thing that
/// is known, or is one of which a message speaks.
fn concerns(template: &Template, filling: &Filling<'_>, input: &Input<'_>) -> bool {
    let known = |slot: &str| filling.slots.contains_key(slot.trim_start_matches('?'));
    let command = template.run.as_ref().map(|run| run.command(&filling.products));
    is_wanted(template, filling)
        && command.is_none_or(|run| {
            run.is_some_and(|run| {
                pieces(run).into_iter().filter_map(Result::err).any(known)
                    || super::plan_avoid::is_spoken_of(run, input)
            })
        })
}

fn step(template: &Template, filling: &Filling<'_>) -> (String, Option<String>, Vec<Part>) {
    let mut parts = Vec::new();
    let text = filled(&template.text, filling.slots, &mut parts, false);
    let run = template.run.as_ref().and_then(|run| run.command(&filling.products));
    let command = run.map(|run| filled(run, filling.slots, &mut parts, true));
    (text, command, parts)
}

/// What nobody said, of what one would like to know. That none was found is true; that none is
/// named would be known only if every way to name one were.
fn to_check(
    subtype: &Subtype,
    planned: &Subtype,
    filling: &Filling<'_>,
    unclear: &Unclear<'_>,
) -> Vec<String> {
    let Filling { slots, products } = filling;
    let object = subtype.object.first().map(String::as_str);
    let commands = || planned.plan.iter().filter_map(|step| step.run.as_ref());
    let needed = |kind: &str| {
        let slot = format!("{{{kind}}}");
        let texts = planned.plan.iter().map(|step| step.text.as_str());
        let runs = commands().filter_map(|run| run.command(products));
        object == Some(kind) || texts.chain(runs).any(|text| text.contains(&slot))
    };
    let several = unclear.iter().filter(|(kind, _)| needed(kind)).map(|(kind, values)| {
        let kind = kind.replace('_', " ");
        format!("which {kind} it is: the messages name {}", values.join(", "))
    });
    let known = |kind: &String| slots.contains_key(kind) || unclear.contains_key(kind.as_str());
    let mut open = Vec::new();
    if !subtype.object.is_empty() && !subtype.object.iter().any(known) {
        let kinds: Vec<String> = subtype.object.iter().map(|kind| kind.replace('_', " ")).collect();
        open.push(format!("which {} it is: none was found in the messages", one_of(&kinds)));
    }
    open.extend(several);
    let of_products: BTreeSet<&str> = commands().flat_map(Run::products).collect();
    if !of_products.is_empty() && products.len() != 1 {
        let of_products: Vec<&str> = of_products.into_iter().collect();
        open.push(format!("whether it is {}: each has commands of its own", one_of(&of_products)));
    }
    let mut ignored = Vec::new();
    open.extend(subtype.check.iter().filter_map(|text| {
        // `{!slot}` at its head: only where nothing fills that slot.
        let marked = text.strip_prefix("{!").and_then(|text| text.split_once('}'));
        let (known, text) =
            marked.map_or((false, text.as_str()), |(slot, text)| (slots.contains_key(slot), text));
        (!known).then(|| filled(text, slots, &mut ignored, false))
    }));
    open
}

/// `one, another or a third`.
fn one_of<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What it may be instead. What is told as another failure is no rival.
fn rival(verdict: &Verdict, grounds: &Grounds<'_>) -> Option<String> {
    let (pattern, score) = verdict.runner_up?;
    let told = grounds.also.iter().any(|one| one.pattern == pattern);
    let near = score >= verdict.score * NEAR && !told;
    near.then(|| format!("whether it is not {pattern} instead: almost as much speaks for it"))
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
