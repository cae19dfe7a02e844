//! From places where rules hold to one pattern, its subtype and the runner-up.

use std::collections::{BTreeMap, BTreeSet};

use super::clause::Role;
use super::knowledge::Knowledge;
use super::pattern::Pattern;
use super::reading::{Found, Reading};
use super::rule::Meaning;

/// Less evidence than this is none.
const FLOOR: f64 = 2.0;

/// With so much for a component, a generic symptom keeps half of its score.
const COMPONENT: f64 = 3.0;

/// A named cause wins over a leader without one from this share of its score on.
const CAUSE_SHARE: f64 = 0.6;

/// Evidence from which a subtype covers another one: as much as the strongest rule gives.
const COVERING: f64 = 4.0;

/// What the evidence amounts to.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) pattern: Pattern,
    pub(super) subtype: Option<String>,
    pub(super) score: f64,
    pub(super) runner_up: Option<(Pattern, f64)>,
    /// What decided, where it was more than the score.
    pub(super) because: Vec<String>,
    /// Of which of the things that a paste tells apart it is, if it is of one of them.
    pub(super) of: Option<usize>,
}

impl Verdict {
    /// Whether a message may be about it: it is of no other of the things that a paste tells apart.
    pub(super) fn may_be_of(&self, reading: &Reading<'_>, message: usize) -> bool {
        let of = reading.thing_of(message);
        self.of.is_none() || of.is_none() || of == self.of
    }
}

/// Decides what places speak of, and of which of the things that a paste tells apart.
pub(super) fn decide_of(
    found: &[Found<'_>],
    reading: &Reading<'_>,
    knowledge: &Knowledge,
) -> Verdict {
    let verdict = decide(found, knowledge);
    let bears =
        |one: &&Found<'_>| one.evidence().is_some_and(|(pattern, _, _)| pattern == verdict.pattern);
    let of = found.iter().filter(bears).find_map(|one| reading.thing_of(one.message));
    Verdict { of, ..verdict }
}

/// Decides.
pub(super) fn decide(found: &[Found<'_>], knowledge: &Knowledge) -> Verdict {
    let mut scores = scores(found);
    let mut because = Vec::new();
    let component =
        scores.iter().any(|(pattern, score)| !pattern.is_generic() && *score >= COMPONENT);
    if component {
        for (pattern, score) in scores.iter_mut().filter(|(pattern, _)| pattern.is_generic()) {
            // A limit is met by whoever calls too often, and by nobody else.
            let counts =
                if *pattern == Pattern::RateLimit { *score } else { loudest(found, *pattern) };
            *score = counts / 2.0;
        }
    }
    let first = first_failure(found);
    let ranked = ranked(&scores);
    let mut leader = ranked.first().copied().unwrap_or_default();
    if let Some(cause) = named_cause(found, first, &ranked) {
        because.push(format!("{} is named as the cause in the first message", cause.0));
        leader = cause;
    }
    if let Some(container) = umbrella(found, first, leader.0, &scores) {
        because.push(format!("the failing object is a workload, so it is not {}", leader.0));
        leader = container;
    }
    let runner_up = ranked.iter().copied().find(|(pattern, _)| *pattern != leader.0);
    if leader.1 < FLOOR {
        let runner_up = ranked.first().copied();
        return Verdict { runner_up, ..Verdict::default() };
    }
    let subtype = subtype(found, leader.0, knowledge, &mut because);
    let (pattern, score) = leader;
    Verdict { pattern, subtype, score, runner_up, because, of: None }
}

/// Takes away what is a last resort, where something else reaches the floor: the name of a component
/// beside a word of trouble must not turn what is known. The same where a rule that knows more found
/// it denied, as in `the disk is not full`.
pub(super) fn without_fallbacks(found: &mut Vec<Found<'_>>) {
    let speaks_for = |one: &Found<'_>| match one.rule.meaning {
        Meaning::Evidence { pattern, .. } => Some((one.message, pattern)),
        _ => None,
    };
    let told = |found: &[Found<'_>], affirmed| -> BTreeSet<(usize, Pattern)> {
        // What has the least weight only names what it is about.
        let of_rules = found.iter().filter(|one| !one.rule.fallback && one.weight() > 1);
        of_rules.filter(|one| one.hit.affirmed == affirmed).filter_map(speaks_for).collect()
    };
    let (denied, affirmed) = (told(found, false), told(found, true));
    let is_denied = |of: (usize, Pattern)| denied.contains(&of) && !affirmed.contains(&of);
    found.retain(|one| !one.rule.fallback || !speaks_for(one).is_some_and(is_denied));
    let known = ranked(&scores(found.iter().filter(|one| !one.rule.fallback)));
    if known.first().is_some_and(|(_, score)| *score >= FLOOR) {
        found.retain(|one| !one.rule.fallback);
    }
}

/// What places of one message speak of by themselves: the pattern with most evidence, if that is
/// enough, and its strongest subtype.
pub(super) fn leading<'k>(found: &'k [Found<'_>]) -> Option<(Pattern, Option<&'k str>)> {
    let (pattern, score) = ranked(&scores(found)).first().copied()?;
    let strongest = found
        .iter()
        .filter_map(Found::evidence)
        .filter(|(of, subtype, _)| *of == pattern && subtype.is_some())
        .max_by(|(_, _, a), (_, _, b)| a.total_cmp(b));
    (score >= FLOOR).then_some((pattern, strongest.and_then(|(_, subtype, _)| subtype)))
}

/// The most that one message says for a pattern. That each of many services sees errors is one
/// symptom, and not many faults, where a component speaks for itself.
fn loudest(found: &[Found<'_>], pattern: Pattern) -> f64 {
    let mut of_message: BTreeMap<usize, f64> = BTreeMap::new();
    for one in found {
        if let Some((_, _, score)) = one.evidence().filter(|(of, _, _)| *of == pattern) {
            *of_message.entry(one.message).or_default() += score;
        }
    }
    of_message.into_values().fold(0.0, f64::max)
}

/// How much speaks for each pattern.
fn scores<'f>(found: impl IntoIterator<Item = &'f Found<'f>>) -> BTreeMap<Pattern, f64> {
    let mut scores = BTreeMap::new();
    for (pattern, _, score) in found.into_iter().filter_map(Found::evidence) {
        *scores.entry(pattern).or_default() += score;
    }
    scores
}

/// Best first; in a tie the pattern of higher precedence.
fn ranked(scores: &BTreeMap<Pattern, f64>) -> Vec<(Pattern, f64)> {
    let mut ranked: Vec<(Pattern, f64)> = scores.iter().map(|(p, s)| (*p, *s)).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}

/// The first message with evidence that is more than a hint.
fn first_failure(found: &[Found<'_>]) -> Option<usize> {
    let strong = found.iter().filter(|found| found.evidence().is_some() && found.weight() >= 2);
    strong.map(|found| found.message).min()
}

/// Evidence for a pattern that the first message gives as a cause.
fn causes(found: &[Found<'_>], first: Option<usize>, pattern: Pattern) -> bool {
    found.iter().any(|one| {
        Some(one.message) == first
            && one.hit.role == Role::Cause
            && one.weight() >= 2
            && one.evidence().is_some_and(|(of, _, _)| of == pattern)
    })
}

/// The pattern that the first message names as the cause, where the leader is not.
fn named_cause(
    found: &[Found<'_>],
    first: Option<usize>,
    ranked: &[(Pattern, f64)],
) -> Option<(Pattern, f64)> {
    let (leader, best) = *ranked.first()?;
    if causes(found, first, leader) {
        return None;
    }
    let close = ranked.iter().skip(1).filter(|(_, score)| *score >= best * CAUSE_SHARE);
    let mut named = close.filter(|(pattern, score)| {
        *score >= FLOOR && !pattern.is_generic() && causes(found, first, *pattern)
    });
    named.next().copied()
}

/// A workload at fault covers the ways in which its fault shows.
fn umbrella(
    found: &[Found<'_>],
    first: Option<usize>,
    leader: Pattern,
    scores: &BTreeMap<Pattern, f64>,
) -> Option<(Pattern, f64)> {
    let covered = matches!(
        leader,
        Pattern::RateLimit
            | Pattern::MemoryExhaustion
            | Pattern::ConnectionRefused
            | Pattern::Timeout
            | Pattern::LoadBalancerEvent
    );
    let container = *scores.get(&Pattern::ContainerEvent)?;
    if !covered || container < FLOOR || causes(found, first, leader) {
        return None;
    }
    // The workload itself must fail where it begins, not only be mentioned.
    let fails = found.iter().any(|one| {
        Some(one.message) == first
            && one.weight() >= 3
            && one.evidence().is_some_and(|(of, _, _)| of == Pattern::ContainerEvent)
    });
    fails.then_some((Pattern::ContainerEvent, container))
}

/// The subtype with the most evidence, or one that covers it; in a tie the one that is named first.
fn subtype(
    found: &[Found<'_>],
    pattern: Pattern,
    knowledge: &Knowledge,
    because: &mut Vec<String>,
) -> Option<String> {
    let mut sums: Vec<(&str, f64, usize)> = Vec::new();
    for (at, one) in found.iter().enumerate() {
        let Some((of, Some(subtype), score)) = one.evidence() else { continue };
        if of != pattern {
            continue;
        }
        match sums.iter_mut().find(|(name, _, _)| *name == subtype) {
            Some((_, sum, _)) => *sum += score,
            None => sums.push((subtype, score, at)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.cmp(&b.2)));
    let (leader, _, _) = *sums.first()?;
    let covers = |name: &str| knowledge.covers(pattern, name, leader);
    let over = sums.iter().find(|(name, sum, _)| *sum >= COVERING && covers(name));
    let Some((over, _, _)) = over else { return Some(leader.to_owned()) };
    because.push(format!("{over} has to be mended before {leader} can be"));
    Some((*over).to_owned())
}
