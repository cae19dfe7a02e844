//! What fills the slots of a subtype's sentences and commands.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::Verdict;
use super::message::{Input, Place};
use super::named::{GOOD_BEFORE, Holders, Named};
use super::narrative::Part;
use super::quote::whole;
use super::reading::{Reading, judged};
use super::signal::Signal;
use super::subtype::Subtype;

/// Slots and what fills them.
pub(super) type Slots = BTreeMap<String, Part>;

/// Kinds of which several things are named where one is meant, and these.
pub(super) type Unclear<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Fills slots: by the subtype's own expressions, else by what is named of that kind. Only the
/// messages that hold the evidence fill one; where they name several of a kind and it is unclear
/// which is meant, the slot stays empty, since a command on the wrong one would do harm.
pub(super) fn slots<'r>(
    subtype: &Subtype,
    input: &Input<'_>,
    reading: &'r Reading<'_>,
    verdict: &Verdict,
) -> (Slots, Unclear<'r>) {
    let (mut slots, mut unclear) = (Slots::new(), Unclear::new());
    let holders = Holders::of(reading, verdict);
    let is_own = |at: usize| verdict.may_be_of(reading, at);
    let tables: BTreeSet<usize> = reading.tables.iter().copied().filter(|at| is_own(*at)).collect();
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
        (Some(anchor), Some(at))
            if signal.names
                && at != anchor
                && signal.kind != GOOD_BEFORE
                && !tables.contains(&at) =>
        {
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
    // What a step depends on may be said beside the evidence, of the same thing.
    let of_holders: BTreeSet<&String> =
        holders.messages().filter_map(|at| things.get(&at)).flatten().collect();
    let related = |at: &usize| {
        things.get(at).is_some_and(|named| named.iter().any(|it| of_holders.contains(it)))
    };
    for (name, slot) in &subtype.slots {
        let wide = subtype.decides(name);
        let beside = (0..input.messages.len()).filter(|at| wide && is_own(*at) && related(at));
        let places: Vec<usize> =
            holders.messages().chain(tables.iter().copied()).chain(beside).collect();
        let found = slot.expressions.iter().find_map(|(expression, limited)| {
            places.iter().copied().find_map(|at| {
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
