//! The lines that decide, where the sentence about the cause does not hold them.
//!
//! A sentence of a subtype quotes what shows the subtype, which is often a word of a state. Whoever
//! reads it wants the line on which the severity rests and the one that says why: the limit that
//! turned a pull away, the hook that failed before the release was stuck, the login that worked
//! after many that did not.

use std::sync::LazyLock;

use regex::Regex;

use super::also::Also;
use super::cascade::Stage;
use super::clause::Role;
use super::decide::Verdict;
use super::level::Level;
use super::message::{Input, Place};
use super::narrative::{Part, Statement};
use super::pattern::Pattern;
use super::quote::Quote;
use super::reading::{Found, Reading, judged};
use super::severity::Held;
use crate::text::pattern::pattern;

/// So many are told beside the sentence.
const MOST: usize = 2;

/// A text of so few messages is read as a whole by the person who pasted it.
const FEW: usize = 20;

/// What is said of a line that no rule knows.
const BESIDE: &str = "a program says beside it";

/// How programs say that they give up.
static GIVES_UP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:FATAL|PANIC|EMERG)\b|\b(?:panic|fatal|Fatal): |\b\w+Exception\b")
});

/// What a rule that knows the very wording adds.
const PLAIN: u8 = 3;

/// What may lead to failures elsewhere, so that a line about it that comes first is a reason and no
/// effect.
const BELOW: [Pattern; 10] = [
    Pattern::CertificateExpiry,
    Pattern::DnsFailure,
    Pattern::StorageEvent,
    Pattern::DiskFull,
    Pattern::MemoryExhaustion,
    Pattern::CpuSaturation,
    Pattern::VirtualizationEvent,
    Pattern::NodeEvent,
    Pattern::NetworkEvent,
    Pattern::CloudEvent,
];

/// What decided, beside the places where rules hold.
pub(super) struct Grounds<'a> {
    /// What set the severity.
    pub(super) held: &'a [Held],
    /// The other failures.
    pub(super) also: &'a [Also],
    /// From service to service.
    pub(super) cascade: &'a [Stage],
}

impl Grounds<'_> {
    /// Whether a message speaks of another failure.
    fn is_apart(&self, message: usize) -> bool {
        self.also.iter().any(|one| one.apart && one.messages.contains(&message))
    }
}

/// A line that may be told.
struct Line<'a> {
    message: usize,
    rule: &'a str,
    says: &'a str,
    place: Place,
    /// The refinement that it shows.
    subtype: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(found: &'a Found<'_>) -> Self {
        let (rule, place) = (found.rule, found.place());
        let subtype = found.evidence().and_then(|(_, subtype, _)| subtype);
        Self { message: found.message, rule: &rule.id, says: &rule.says, place, subtype }
    }
}

/// Adds to statements the line that says why, and those on which a severity of HIGH or more rests,
/// each as the words of its rule and a quotation. Nothing of another failure. Where the statements
/// only quote what shows the failure, a reason that a message gave before it leads.
pub(super) fn tell(
    input: &Input<'_>,
    reading: &Reading<'_>,
    verdict: &Verdict,
    grounds: &Grounds<'_>,
    told: &mut Vec<Statement>,
    only_quoted: bool,
) {
    let first = told.iter().flat_map(|one| &one.parts).filter_map(|it| it.place.message).min();
    // The sentence of a subtype tells it; another line of the same adds nothing.
    let is_told = |line: &Line<'_>| {
        !only_quoted && line.subtype.is_some() && line.subtype == verdict.subtype.as_deref()
    };
    let reason = reason(input, reading, verdict, grounds, first.unwrap_or_default())
        .filter(|line| !is_told(line));
    let is_below = BELOW.contains(&verdict.pattern);
    let leads =
        only_quoted && !is_below && reason.as_ref().is_some_and(|it| Some(it.message) < first);
    let high = |held: &&Held| held.line.level() >= Level::High;
    let of_severity = grounds.held.iter().filter(high).filter_map(|held| {
        let (place, message) = (held.place?, held.place?.message?);
        let line = Line { message, rule: &held.rule, says: &held.says, place, subtype: None };
        (!grounds.is_apart(message)).then_some(line)
    });
    let before = told.len();
    for (rank, line) in
        reason.into_iter().map(|line| (0, line)).chain(of_severity.map(|it| (1, it)))
    {
        if told.len() == before + MOST {
            break;
        }
        if let Some(statement) = untold(input, &line, told) {
            let to = if rank == 0 && leads { 0 } else { told.len() };
            told.insert(to, statement);
        }
    }
    let said = last_words(input, reading, grounds).filter(|_| told.len() == before);
    told.extend(said.and_then(|line| untold(input, &line, told)));
}

/// The first line of a short text in which a program says that it gave up, where no rule knows the
/// words: why a container ends stands there, and not in the state that an orchestrator shows.
fn last_words<'a>(
    input: &Input<'_>,
    reading: &Reading<'_>,
    grounds: &Grounds<'_>,
) -> Option<Line<'a>> {
    let few = input.messages.len() <= FEW;
    let open = |at: &usize| {
        let known = reading.found.iter().any(|found| found.message == *at && found.hit.affirmed);
        let over = input.messages[*at].resolved || reading.over.contains(at);
        !known && !over && !grounds.is_apart(*at)
    };
    (0..input.messages.len()).filter(|_| few).filter(open).find_map(|message| {
        let text = judged(&input.messages[message].text);
        let hit = GIVES_UP.find(text)?;
        let denied = reading.clauses.get(message)?.is_denied(text, hit.start());
        let place = Place { message: Some(message), start: hit.start(), end: hit.end() };
        let line = Line { message, rule: "last-words", says: BESIDE, place, subtype: None };
        (!denied).then_some(line)
    })
}

/// What a line adds to what was told; none if that is nothing.
fn untold(input: &Input<'_>, line: &Line<'_>, told: &[Statement]) -> Option<Statement> {
    let known = || told.iter().flat_map(|one| &one.parts);
    let says_so = |one: &Statement| one.text.starts_with(&format!("{}: “", line.says));
    if told.iter().any(says_so) || known().any(|part| meet(part.place, line.place)) {
        return None;
    }
    let text = judged(&input.messages.get(line.message)?.text);
    let mut quote = Quote::around(text, line.place.start, line.place.end);
    // A sentence that is told in several parts is told, but for its beginning.
    let within = |part: &&Part| {
        let place = part.place;
        place.message == Some(line.message) && quote.start <= place.start && place.end <= quote.end
    };
    if known().filter(within).count() > 1 && known().filter(within).any(|it| it.value.contains(' '))
    {
        return None;
    }
    // What was told of this sentence is not told again; a name alone is no sentence.
    for part in known().filter(|part| part.place.message == Some(line.message)) {
        if !part.value.contains(' ') {
            continue;
        }
        if part.place.end <= line.place.start {
            quote = quote.behind(text, part.place.end);
        } else if line.place.end <= part.place.start {
            quote = quote.before(text, part.place.start);
        }
    }
    (quote.start < quote.end).then(|| quoted(text, line, &quote))
}

/// What a rule found in a message: its words with a quotation.
pub(super) fn quotation(input: &Input<'_>, found: &Found<'_>) -> Statement {
    let text = judged(&input.messages[found.message].text);
    let quote = Quote::around(text, found.hit.start, found.hit.end);
    quoted(text, &Line::of(found), &quote)
}

fn quoted(text: &str, line: &Line<'_>, quote: &Quote) -> Statement {
    let value = text.get(quote.start..quote.end).unwrap_or_default().to_owned();
    let more = if quote.cut { "…" } else { "" };
    let place = Place { message: Some(line.message), start: quote.start, end: quote.end };
    Statement {
        text: format!("{}: “{value}{more}”", line.says),
        parts: vec![Part { slot: line.rule.to_owned(), value, place }],
    }
}

/// The line that says why: of what was found, the strongest that a message names as a cause; else
/// where a chain of services began; else what may lead to others, or another refinement of the same,
/// that stands before all that was told.
fn reason<'a>(
    input: &Input<'_>,
    reading: &'a Reading<'_>,
    verdict: &Verdict,
    grounds: &Grounds<'_>,
    first: usize,
) -> Option<Line<'a>> {
    let speaks =
        |found: &&Found<'_>| found.evidence().is_some() && !grounds.is_apart(found.message);
    let all = || reading.found.iter().filter(speaks);
    let plain = || all().filter(|found| found.weight() >= PLAIN);
    let causes = plain().filter(|found| found.hit.role == Role::Cause);
    // The first of those that are equally strong.
    let cause = causes.reduce(|best, next| if next.weight() > best.weight() { next } else { best });
    let origin = grounds.cascade.iter().find(|stage| stage.origin);
    let is_effect = |at: usize| {
        grounds.cascade.iter().any(|stage| stage.place.is_some_and(|it| it.message == Some(at)))
    };
    let names = |at: usize, name: &str| judged(&input.messages[at].text).contains(name);
    let began = || {
        let origin = &origin?.service;
        all().find(|found| !is_effect(found.message) && names(found.message, origin))
    };
    let leads_to = |found: &Found<'_>| {
        found.evidence().is_some_and(|(pattern, subtype, _)| {
            if pattern == verdict.pattern {
                subtype.is_some() && subtype != verdict.subtype.as_deref()
            } else {
                BELOW.contains(&pattern)
            }
        })
    };
    let earlier = || plain().find(|found| found.message < first && leads_to(found));
    cause.or_else(began).or_else(earlier).map(Line::of)
}

/// Whether two places have letters in common.
fn meet(one: Place, other: Place) -> bool {
    one.message == other.message && one.start < other.end && other.start < one.end
}
