//! Things that messages name: identifiers, quantities, states.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clause::{Clauses, Role};
use super::expression::Expression;
use super::gates::TextLetters;
use super::knowledge::Knowledge;
use super::message::Place;

/// How many signals of one rule are taken from one message.
const MAX_OF_A_KIND: usize = 8;

/// How much of a long message is searched for signals, in bytes.
const MAX_TEXT: usize = 16 << 10;

/// Something a message names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// What it is, like `release` or `percent`.
    pub kind: String,
    /// As it is written.
    pub value: String,
    /// Where.
    pub place: Place,
    /// Whether the words around say that it is so, and not that it is over.
    pub affirmed: bool,
    /// Cause, effect or neither.
    pub role: Role,
    /// Whether it names a thing, so that two messages that share it speak of the same.
    pub names: bool,
}

/// What a kind of signal looks like.
#[derive(Debug)]
pub(super) struct SignalRule {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) names: bool,
    pub(super) any: Expression,
    /// Words that stand where a value may stand, and are none.
    pub(super) not: Vec<String>,
    pub(super) finds: BTreeMap<String, String>,
    pub(super) ignores: Vec<String>,
    pub(super) file: usize,
}

/// The same as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignal {
    #[serde(deserialize_with = "super::source::name")]
    pub(super) id: String,
    #[serde(deserialize_with = "super::source::name")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) names: bool,
    #[serde(deserialize_with = "crate::text::yaml::one_or_many")]
    pub(super) any: Vec<String>,
    #[serde(default)]
    pub(super) not: Vec<String>,
    #[serde(default, deserialize_with = "crate::text::yaml::each_once")]
    pub(super) finds: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "crate::text::yaml::one_or_many")]
    pub(super) ignores: Vec<String>,
}

impl SignalRule {
    /// The places of its values in a text, in order.
    pub(super) fn values<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let matcher = self.any.matcher();
        let found = matcher.into_iter().flat_map(move |matcher| matcher.groups(text));
        found.filter_map(move |(_, group)| {
            // The named group that took part; a way to say it has one.
            let (_, group) = group?;
            let start = text.floor_char_boundary(group.start);
            let end = text.ceil_char_boundary(group.end);
            let is_word = |word: &String| word.eq_ignore_ascii_case(&text[start..end]);
            let is_value = start < end && !cuts_word(text, end) && !self.not.iter().any(is_word);
            is_value.then_some((start, end))
        })
    }
}

/// Whether a place parts two letters. Expressions know the letters of ASCII only, to which a word ends in
/// front of an umlaut: `den falschen Namespace gelöscht` names no namespace `gel`.
fn cuts_word(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    let is_letter = |letter: char| letter.is_alphanumeric();
    after.chars().next().is_some_and(|next| !next.is_ascii() && is_letter(next))
        && before.chars().next_back().is_some_and(is_letter)
}

/// All signals of a text with these letters, in order of place and kind; the same value of a kind once.
pub(super) fn extract(
    knowledge: &Knowledge,
    text: &str,
    held: &TextLetters,
    clauses: &Clauses<'_>,
    message: Option<usize>,
) -> Vec<Signal> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut signals: Vec<Signal> = Vec::new();
    let may_stand = |at: &usize| knowledge.gates.lets_signal(*at, held);
    for rule in (0..knowledge.signals.len()).filter(may_stand).map(|at| &knowledge.signals[at]) {
        for (start, end) in rule.values(text).take(MAX_OF_A_KIND) {
            let value = &text[start..end];
            if signals.iter().any(|known| known.kind == rule.kind && known.value == value) {
                continue;
            }
            signals.push(Signal {
                kind: rule.kind.clone(),
                value: value.to_owned(),
                place: Place { message, start, end },
                affirmed: !clauses.is_denied(text, start),
                role: clauses.role_at(start),
                names: rule.names,
            });
        }
    }
    signals.sort_by(|a, b| (a.place, &a.kind).cmp(&(b.place, &b.kind)));
    signals
}
