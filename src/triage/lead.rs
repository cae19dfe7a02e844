//! What a paste is about, of several failures and of several things that it tells apart.

use std::collections::BTreeSet;

use super::also::{self, Other};
use super::cascade::Stage;
use super::decide::{self, Verdict};
use super::knowledge::Knowledge;
use super::level::Level;
use super::message::Input;
use super::pattern::Pattern;
use super::reading::{Found, Reading};

/// What the messages are about: of several failures the worst, which is mended first. What belongs to
/// the others has no say in it.
pub(super) fn verdict(
    input: &Input<'_>,
    knowledge: &Knowledge,
    reading: &Reading<'_>,
    cascade: &[Stage],
) -> Verdict {
    let found = without_others(input, knowledge, reading);
    let verdict = decide::decide_of(&found, reading, knowledge);
    let others = also::others(input, knowledge, reading, &verdict, cascade);
    if others.iter().all(|other| !other.apart) {
        return verdict;
    }
    let levels = super::severity_of(input, knowledge, reading, &verdict).of_messages;
    let own = |other: &Other<'_>| -> BTreeSet<usize> { other.messages().collect() };
    let decided = |is_own: &dyn Fn(usize) -> bool| {
        let found: Vec<Found<'_>> =
            reading.found.iter().filter(|found| is_own(found.message)).cloned().collect();
        decide::decide_of(&found, reading, knowledge)
    };
    if let Some(worse) = also::worse(reading, &verdict, &others, &levels) {
        let own = own(worse);
        let mut worse = decided(&|at| own.contains(&at));
        worse.because.insert(
            0,
            format!("of several failures it is the worst; {} is another", verdict.pattern),
        );
        return worse;
    }
    let apart: BTreeSet<usize> = others.iter().filter(|other| other.apart).flat_map(own).collect();
    decided(&|at| !apart.contains(&at) && verdict.may_be_of(reading, at))
}

/// What was found but for what is of other things that a paste tells apart than the one that is worst,
/// of several as bad the one of which most is said, then the first.
fn without_others<'k>(
    input: &Input<'_>,
    knowledge: &Knowledge,
    reading: &Reading<'k>,
) -> Vec<Found<'k>> {
    let of = |found: &Found<'_>| reading.thing_of(found.message);
    let things: BTreeSet<usize> = reading.found.iter().filter_map(of).collect();
    let mut worst: Option<(Option<Level>, f64, usize)> = None;
    for thing in things.iter().copied() {
        let own = reading.found.iter().filter(|found| of(found) == Some(thing));
        let own: Vec<Found<'_>> = own.cloned().collect();
        let verdict = decide::decide_of(&own, reading, knowledge);
        if verdict.pattern == Pattern::Unknown {
            continue;
        }
        let levels = super::severity_of(input, knowledge, reading, &verdict).of_messages;
        let level = own.iter().filter_map(|found| levels.get(found.message).copied()).max();
        let level = level.flatten();
        if worst.is_none_or(|(known, score, _)| (level, verdict.score) > (known, score)) {
            worst = Some((level, verdict.score, thing));
        }
    }
    let leads = worst.map(|(_, _, thing)| thing);
    let is_kept = |found: &&Found<'_>| leads.is_none() || of(found).is_none() || of(found) == leads;
    reading.found.iter().filter(is_kept).cloned().collect()
}
