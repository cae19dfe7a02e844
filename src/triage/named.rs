//! What the messages that hold the evidence name. A healthy release in the line above is not the
//! one that is stuck, and a command with the wrong name would mend what works.

use std::collections::BTreeSet;

use super::clause::Role;
use super::correlate::thing;
use super::decide::Verdict;
use super::pattern::Pattern;
use super::reading::{Found, Reading};
use super::signal::Signal;

/// The kind of what worked before it failed: the reader of a history labels its line so.
pub(super) const GOOD_BEFORE: &str = "good_revision";

/// What is named of a kind.
#[derive(Debug, PartialEq)]
pub(super) enum Named<'a> {
    /// Nothing.
    Nothing,
    /// One thing.
    One(&'a Signal),
    /// Several, and nothing says which of them is meant.
    Several(Vec<&'a str>),
}

/// The messages that hold the evidence of a verdict.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// Those that speak of the subtype, then those that speak of the pattern.
    tiers: Vec<BTreeSet<usize>>,
    /// The clauses in which they do, with their messages.
    clauses: BTreeSet<(usize, usize, usize)>,
    /// Messages that say of what the others speak.
    tables: BTreeSet<usize>,
    /// Those of them that say it of the very thing that the verdict is of.
    own_tables: BTreeSet<usize>,
    /// Messages that are of something else.
    others: BTreeSet<usize>,
    /// Nothing was found, so that any message may name what it is about.
    any: bool,
}

impl Holders {
    /// Finds them.
    pub(super) fn of(reading: &Reading<'_>, verdict: &Verdict) -> Self {
        let mut holders = Self { any: verdict.pattern == Pattern::Unknown, ..Self::default() };
        let is_other = |at: &usize| !verdict.may_be_of(reading, *at);
        holders.others = (0..reading.clauses.len()).filter(is_other).collect();
        holders.tables = reading.tables.difference(&holders.others).copied().collect();
        let is_own = |at: &usize| verdict.of.is_some() && reading.thing_of(*at) == verdict.of;
        holders.own_tables = holders.tables.iter().copied().filter(is_own).collect();
        let (mut of_subtype, mut of_pattern) = (BTreeSet::new(), BTreeSet::new());
        let others = holders.others.clone();
        let mut all = reading.found.iter().filter(|found| !others.contains(&found.message));
        let strong = |found: &Found<'_>| {
            found.weight() >= 2
                && found.evidence().is_some_and(|(pattern, _, _)| pattern == verdict.pattern)
        };
        let hints_only = !all.clone().any(strong);
        for found in all.by_ref() {
            let Some((pattern, subtype, _)) = found.evidence() else { continue };
            // A hint, like the name of a tool, is no evidence of who fails.
            if pattern != verdict.pattern || found.weight() < 2 && !hints_only {
                continue;
            }
            let (at, hit) = (found.message, found.hit);
            of_pattern.insert(at);
            if subtype.is_some() && subtype == verdict.subtype.as_deref() {
                of_subtype.insert(at);
            }
            if let Some(clauses) = reading.clauses.get(at) {
                let (from, _) = clauses.around(hit.start);
                let (_, to) = clauses.around(hit.end.saturating_sub(1).max(hit.start));
                holders.clauses.insert((at, from, to));
            }
        }
        holders.tiers = vec![of_subtype, of_pattern];
        holders
    }

    /// The messages, those first that say most of it.
    pub(super) fn messages(&self) -> impl Iterator<Item = usize> + '_ {
        self.tiers.iter().flatten().copied()
    }

    /// What they name of a kind, else what the conditions name of it. Only signals that are fit for
    /// the purpose are looked at.
    pub(super) fn name<'a>(
        &self,
        signals: &'a [Signal],
        kind: &str,
        fit: impl Fn(&Signal) -> bool,
    ) -> Named<'a> {
        let is_other = |at: Option<usize>| at.is_some_and(|at| self.others.contains(&at));
        let fitting = |signal: &&Signal| {
            signal.kind == kind && signal.affirmed && !is_other(signal.place.message) && fit(signal)
        };
        let all: Vec<&Signal> = signals.iter().filter(fitting).collect();
        let within = |wanted: &dyn Fn(&Signal) -> bool| -> Vec<&'a Signal> {
            all.iter().copied().filter(|signal| wanted(signal)).collect()
        };
        let first = all.first().copied();
        if self.any {
            return first.map_or(Named::Nothing, Named::One);
        }
        let tiers = self.tiers.iter().map(|tier| {
            within(&|signal| signal.place.message.is_some_and(|at| tier.contains(&at)))
        });
        let beside = within(&|signal| signal.place.message.is_none());
        // What was good before stands in a line of its own, in which nothing fails.
        let before = if kind == GOOD_BEFORE { all.clone() } else { Vec::new() };
        let told_in = |tables: &BTreeSet<usize>| {
            within(&|signal| signal.place.message.is_some_and(|at| tables.contains(&at)))
        };
        let [own, tables] = [&self.own_tables, &self.tables].map(told_in);
        let Some(named) =
            tiers.chain([own, tables, beside, before]).find(|named| !named.is_empty())
        else {
            return Named::Nothing;
        };
        self.chosen(&named)
    }

    /// The one that is meant: where several are named, the one beside the evidence, or the cause.
    fn chosen<'a>(&self, named: &[&'a Signal]) -> Named<'a> {
        let in_clause = |signal: &Signal| {
            let Some(at) = signal.place.message else { return false };
            let start = signal.place.start;
            self.clauses.iter().any(|(of, from, to)| *of == at && (*from..*to).contains(&start))
        };
        let mut named = named.to_vec();
        let narrower: [&dyn Fn(&Signal) -> bool; 2] =
            [&in_clause, &|signal| signal.role == Role::Cause];
        for narrower in narrower {
            if of_one(&named) {
                break;
            }
            let fewer: Vec<&Signal> = named.iter().copied().filter(|it| narrower(it)).collect();
            if !fewer.is_empty() {
                named = fewer;
            }
        }
        match named.first() {
            Some(first) if of_one(&named) => Named::One(first),
            _ => {
                let mut values: Vec<&str> = named.iter().map(|it| it.value.as_str()).collect();
                values.sort_unstable();
                values.dedup();
                Named::Several(values)
            }
        }
    }
}

/// Whether signals of a kind are the same thing. A message may well speak of two versions and mean
/// the first; of what has a name it means one.
fn of_one(named: &[&Signal]) -> bool {
    let Some(first) = named.first() else { return false };
    named.iter().all(|signal| {
        let told_first = !first.names && signal.place.message == first.place.message;
        told_first || thing(signal) == thing(first)
    })
}
