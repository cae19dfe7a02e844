//! Takes secrets out of what people paste, before anything is stored.
//!
//! What has the shape of a key, what is named like a password, and what stands in a header or an
//! address where a secret belongs is replaced by `[redacted password]` and the like. Hashes, UUIDs,
//! names of pods and digests of images stay: without them a timeline is worth nothing. Where it is
//! not clear, a word too many is taken out, because the ledger never forgets by itself.
//!
//! A text is also read as it is without its escapes and without letters in disguise, and base64 as
//! what it stands for.
//!
//! Rules are regular expressions without look-around. Where a rule reads a place again, as the value
//! of an assignment, it does so for a few bytes only, so that the time grows with the text.

mod address;
mod base64;
mod block;
mod code;
mod command;
mod config;
mod disguise;
mod encoded;
mod escapes;
mod header;
mod kubernetes;
mod listed;
mod made;
mod named;
mod names;
mod record;
mod said;
mod shape;
mod stand_in;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use regex::Regex;

use made::looks_made;
use stand_in::stands_for_one;

use crate::at_once::at_once;

/// So many layers of escapes and base64 are looked under, the one within the other.
const MOST_LAYERS: usize = 4;

/// A text without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The text, each secret replaced by `[redacted …]`.
    pub text: String,
    /// What was taken out, in the order of the text: `password`, `bearer token`, …
    pub found: Vec<&'static str>,
}

/// Replaces every secret of a text; doing it again changes nothing.
pub fn redact(text: &str) -> Redacted {
    replace(text, spots(text), false)
}

/// A value that stands under a name by itself, as in a table: the name may say that it is secret.
pub fn redact_value(name: &str, value: &str) -> String {
    let lead = format!("{}=", name.trim());
    let text = redact(&format!("{lead}{value}")).text;
    text.strip_prefix(&lead).map_or_else(|| redact(value).text, str::to_owned)
}

/// As [`redact`], with a line break for each one that a secret of several lines had: what follows
/// stays on its line.
pub fn redact_keeping_lines(text: &str) -> Redacted {
    replace(text, spots(text), true)
}

fn spots(text: &str) -> Vec<Spot> {
    let mut spots = Vec::new();
    find(text, MOST_LAYERS, &mut spots);
    let again = repeated(text, &spots);
    spots.extend(again);
    merged(spots)
}

/// So many secrets of one text are looked for again.
const MOST_REPEATED: usize = 1000;

/// A shorter value may be a word of any text, in bytes.
const SHORTEST_REPEATED: usize = 8;

/// Where what was found to be a secret stands once more with nothing around that says so, as in
/// `invalid credential …`. A password that is a word, like `postgres`, stays where it is a word.
fn repeated(text: &str, spots: &[Spot]) -> Vec<Spot> {
    let mut kinds: BTreeMap<&str, &'static str> = BTreeMap::new();
    for spot in spots {
        let value = text.get(spot.range.clone()).unwrap_or_default();
        let is_one = value.len() >= SHORTEST_REPEATED
            && !value.contains(char::is_whitespace)
            && looks_made(value)
            && value.contains(char::is_alphabetic);
        if is_one && kinds.len() < MOST_REPEATED {
            kinds.entry(value).or_insert(spot.kind);
        }
    }
    // Most texts hold none.
    if kinds.is_empty() {
        return Vec::new();
    }
    let Ok(values) = AhoCorasick::new(kinds.keys()) else { return Vec::new() };
    let kinds: Vec<&'static str> = kinds.into_values().collect();
    let is_part = |c: char| c.is_alphanumeric();
    let is_whole = |range: &Range<usize>| {
        !text[..range.start].ends_with(is_part) && !text[range.end..].starts_with(is_part)
    };
    let found =
        values.find_iter(text).map(|found| (found.range(), kinds[found.pattern().as_usize()]));
    found.filter(|(range, _)| is_whole(range)).map(|(range, kind)| Spot { range, kind }).collect()
}

/// What all rules see in a text, and in what is written in escapes or base64 within it.
fn find(text: &str, layers: usize, spots: &mut Vec<Spot>) {
    rules(&escapes::without_colours(text), spots);
    if layers == 0 {
        return;
    }
    let inner = |text: &str| {
        let mut spots = Vec::new();
        find(text, layers - 1, &mut spots);
        spots
    };
    if let Some(plain) = escapes::unescaped(text) {
        let found = inner(&plain.text).into_iter();
        spots.extend(found.map(|it| Spot { range: plain.back(&it.range), kind: it.kind }));
    }
    if let Some(words) = encoded::decode(text) {
        let found = inner(&words.text).into_iter();
        spots.extend(found.map(|it| Spot { range: words.back(&it.range), kind: it.kind }));
    }
}

/// What some of the rules see in a text.
type Finder = fn(&str, &mut Vec<Spot>);

/// All rules. The more telling name comes first, since it wins where two rules see the same secret.
const FINDERS: [Finder; 12] = [
    shape::find,
    block::find,
    address::find,
    header::find,
    kubernetes::find,
    command::find,
    config::find,
    code::find,
    record::find,
    listed::find,
    named::find,
    said::find,
];

/// A text that is at least so long is worth threads of its own, in bytes.
const LONG: usize = 256 << 10;

/// So many rules share a thread where a text is long: each part takes about as long as the others.
const SHARE: usize = 6;

/// What all rules see in a text as it is.
fn rules(text: &str, spots: &mut Vec<Spot>) {
    let see = |finders: &[Finder], spots: &mut Vec<Spot>| {
        finders.iter().for_each(|find| find(text, spots));
    };
    if text.len() < LONG {
        return see(&FINDERS, spots);
    }
    let (first, second) = FINDERS.split_at(SHARE);
    let seen = |finders: &[Finder]| {
        let mut spots = Vec::new();
        see(finders, &mut spots);
        spots
    };
    let (first, second) = at_once(|| seen(first), || seen(second));
    spots.extend(first);
    spots.extend(second);
}

/// A place of the text that holds a secret.
#[derive(Clone, Debug)]
struct Spot {
    range: Range<usize>,
    kind: &'static str,
}

/// What may be a secret, its kind, and what must hold for it to be one.
type Checked = (&'static Regex, &'static str, fn(&str) -> bool);

/// Each place that a rule finds, unless it stands for a secret or is none.
fn checked(text: &str, rules: &[Checked], spots: &mut Vec<Spot>) {
    for (rule, kind, is_secret) in rules {
        for secret in rule.captures_iter(text).filter_map(|found| found.get(1)) {
            if !stands_for_one(secret.as_str()) && is_secret(secret.as_str()) {
                spots.push(Spot { range: secret.range(), kind });
            }
        }
    }
}

/// Overlapping places become one, under the name of the rule that came first.
fn merged(spots: Vec<Spot>) -> Vec<Spot> {
    let mut ranked: Vec<(usize, Spot)> = spots.into_iter().enumerate().collect();
    ranked.sort_by_key(|(rank, spot)| (spot.range.start, *rank));
    let mut merged: Vec<(usize, Spot)> = Vec::new();
    for (rank, spot) in ranked {
        match merged.last_mut() {
            Some((first, last)) if spot.range.start < last.range.end => {
                last.range.end = last.range.end.max(spot.range.end);
                if rank < *first {
                    (*first, last.kind) = (rank, spot.kind);
                }
            }
            _ => merged.push((rank, spot)),
        }
    }
    merged.into_iter().map(|(_, spot)| spot).collect()
}

fn replace(text: &str, spots: Vec<Spot>, keep_lines: bool) -> Redacted {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for spot in &spots {
        kept.push_str(&text[at..spot.range.start]);
        kept.push_str("[redacted ");
        kept.push_str(spot.kind);
        kept.push(']');
        if keep_lines {
            let breaks = text[spot.range.clone()].matches('\n');
            kept.extend(breaks);
        }
        at = spot.range.end;
    }
    kept.push_str(&text[at..]);
    Redacted { text: kept, found: spots.into_iter().map(|spot| spot.kind).collect() }
}
