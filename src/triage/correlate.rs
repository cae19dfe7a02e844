//! What messages name, as far as two of them may belong together by it: one side of a comparison,
//! and the messages of one paste that name the same thing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::decide::Verdict;
use super::knowledge::Knowledge;
use super::message::Input;
use super::named::{Holders, Named};
use super::pattern::Pattern;
use super::reading::{Reading, judged};
use super::signal::Signal;
use super::template::masked;

/// Messages of a stored incident that are looked at.
pub(super) const MAX_MESSAGES: usize = 20;

/// Words like names of one paste that are looked for among the services of incidents.
const MAX_WORDS: usize = 500;

/// One side of a comparison.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) pattern: Pattern,
    /// The same failure of the same thing: pattern, subtype, and the thing.
    pub(super) key: Option<(Pattern, String, String)>,
    /// Kind and value, in lower case.
    pub(super) named: BTreeSet<(String, String)>,
    /// The messages without what changes from one to the next.
    pub(super) shapes: Vec<String>,
    /// When the first of them happened, in milliseconds of UTC.
    pub(super) at: Option<i64>,
    /// What failed, where its subtype is known: pattern and subtype.
    pub(super) failure: Option<(Pattern, String)>,
    /// The services that a stored incident is about.
    pub(super) services: BTreeSet<String>,
    /// Words of the messages that are written as names are, whatever they name. Nobody but the
    /// service of a stored incident says that one of them is a service; one that both sides hold is
    /// a thing of both if it looks like one.
    pub(super) words: BTreeSet<String>,
}

/// What a kind of signal means for the comparison.
pub(super) fn is_place(kind: &str) -> bool {
    matches!(kind, "namespace" | "host" | "site" | "cluster")
}

pub(super) fn is_change(kind: &str) -> bool {
    matches!(kind, "version" | "change" | "image")
}

/// The release that a verdict is of and where it is: `mailer in namespace prod`.
pub(super) fn release(verdict: &Verdict, reading: &Reading<'_>) -> Option<String> {
    let holders = Holders::of(reading, verdict);
    let named = |kind| match holders.name(&reading.signals, kind, |_| true) {
        Named::One(signal) => Some(signal.value.as_str()),
        Named::Nothing | Named::Several(_) => None,
    };
    let place = named("namespace").map(|place| format!(" in namespace {place}"));
    named("release").map(|name| format!("{name}{}", place.unwrap_or_default()))
}

/// The thing at fault: what the messages that hold the evidence name of the first of the subtype's
/// kinds that they name at all, hashes taken off. None where it is unclear which of several it is.
pub(super) fn object(
    knowledge: &Knowledge,
    verdict: &Verdict,
    reading: &Reading<'_>,
) -> Option<String> {
    let subtype =
        verdict.subtype.as_ref().and_then(|name| knowledge.subtype(verdict.pattern, name));
    let default = ["release", "deployment", "service", "database", "device", "node", "host"];
    let kinds: Vec<&str> = match subtype {
        Some(subtype) if !subtype.object.is_empty() => {
            subtype.object.iter().map(String::as_str).collect()
        }
        _ => default.to_vec(),
    };
    let holders = Holders::of(reading, verdict);
    let named = kinds.iter().map(|kind| holders.name(&reading.signals, kind, |_| true));
    match named.into_iter().find(|named| *named != Named::Nothing)? {
        Named::One(signal) => Some(without_hashes(&signal.value)),
        Named::Nothing | Named::Several(_) => None,
    }
}

/// What two signals of a kind share if they name the same thing: pods of a workload are one, and
/// `web-node01` and `web-node02` are two machines.
pub(super) fn thing(signal: &Signal) -> String {
    match signal.kind.as_str() {
        "pod" => without_hashes(&signal.value),
        _ => signal.value.to_lowercase(),
    }
}

/// `cart-6c9d8b7f5-x2x9p` is `cart`, as of a Deployment's pod; names without hashes stay.
pub(super) fn without_hashes(name: &str) -> String {
    let is_hash = |part: &str| {
        (5..=10).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && part.bytes().any(|b| b.is_ascii_digit())
    };
    let mut parts: Vec<&str> = name.split('-').collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_hash(part)) {
        parts.pop();
    }
    parts.join("-").to_lowercase()
}

pub(super) fn side(
    knowledge: &Knowledge,
    reading: &Reading<'_>,
    verdict: &Verdict,
    input: &Input<'_>,
) -> Side {
    let generic = |value: &str| knowledge.generic.contains(value) || value.len() < 2;
    let named = reading.signals.iter().filter(|signal| signal.names || is_change(&signal.kind));
    let named = named
        .map(|signal| (signal.kind.clone(), without_hashes(&signal.value)))
        .filter(|(_, value)| !generic(value));
    let object = object(knowledge, verdict, reading);
    let key = object.filter(|name| !generic(name)).and_then(|object| {
        let known = verdict.pattern != Pattern::Unknown;
        known.then(|| (verdict.pattern, verdict.subtype.clone().unwrap_or_default(), object))
    });
    Side {
        pattern: verdict.pattern,
        key,
        named: named.collect(),
        shapes: input.messages.iter().take(MAX_MESSAGES).map(|m| masked(&m.text)).collect(),
        at: input.messages.iter().filter_map(|message| message.happened_at).min(),
        failure: verdict.subtype.clone().map(|subtype| (verdict.pattern, subtype)),
        services: BTreeSet::new(),
        words: words(input).filter(|word| !generic(word)).take(MAX_WORDS).collect(),
    }
}

/// Words that are written as names are: of letters, joined by what joins no words of a sentence or
/// with a figure behind them.
fn words<'i>(input: &'i Input<'_>) -> impl Iterator<Item = String> + 'i {
    let texts = input.messages.iter().take(MAX_MESSAGES).map(|message| judged(&message.text));
    let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let pieces = texts.flat_map(move |text| text.split(move |c: char| !is_part(c)));
    let names = pieces.map(|piece| piece.trim_matches(|c: char| !c.is_alphanumeric()));
    let names = names.filter(|name| {
        (4..=64).contains(&name.len())
            && name.starts_with(char::is_alphabetic)
            && name.contains(|c: char| !c.is_alphabetic())
    });
    // `NX-88213` is a circuit, and its number no hash: those are of names without capitals.
    names.map(|name| match name.chars().any(char::is_uppercase) {
        true => name.to_lowercase(),
        false => without_hashes(name),
    })
}

/// Whether a word in lower case is the name of one thing, as hosts, circuits and disks have them:
/// with a number behind a part that is no turn, or a domain.
pub(super) fn is_thing(knowledge: &Knowledge, word: &str) -> bool {
    if word.rsplit_once('.').is_some_and(|(_, last)| knowledge.domains.contains(last)) {
        return true;
    }
    let parts: Vec<&str> = word.split(['-', '_', '.']).collect();
    // Files and classes have a dot and no number behind it.
    if word.contains('.') && !parts.last().is_some_and(|last| last.ends_with(char::is_numeric)) {
        return false;
    }
    let turns = |part: &str| knowledge.turns.contains(part.trim_end_matches(char::is_numeric));
    let numbered = |part: &str| part.ends_with(char::is_numeric);
    parts.len() > 1
        && parts.iter().any(|part| numbered(part))
        && !parts.iter().any(|part| turns(part))
}

impl Side {
    /// Nothing belongs to it that holds none of these: the thing at fault, what is named that is not
    /// generic, and words that may be a service or a thing of a stored incident. They stand in a text
    /// as they are, but for capitals and what follows them.
    pub(super) fn names(&self) -> Vec<&str> {
        let named = self.named.iter().map(|(_, value)| value.as_str());
        let object = self.key.iter().map(|(_, _, object)| object.as_str());
        let words = self.words.iter().map(String::as_str);
        let mut names: Vec<&str> = named.chain(object).chain(words).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Messages of one paste that speak of the same failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common.
    pub shared: String,
    /// Their numbers, from 0.
    pub messages: Vec<usize>,
}

/// Groups of messages that name the same thing, larger ones first.
pub(super) fn groups(knowledge: &Knowledge, reading: &Reading<'_>) -> Vec<Group> {
    let mut by_value: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for signal in reading.signals.iter().filter(|signal| signal.names && !is_place(&signal.kind)) {
        let value = without_hashes(&signal.value);
        if let Some(message) = signal.place.message.filter(|_| !knowledge.generic.contains(&value))
        {
            by_value.entry(value).or_default().insert(message);
        }
    }
    let several = by_value.into_iter().filter(|(_, messages)| messages.len() > 1);
    let mut groups: Vec<Group> = several
        .map(|(shared, messages)| Group { shared, messages: messages.into_iter().collect() })
        .collect();
    groups.sort_by(|a, b| b.messages.len().cmp(&a.messages.len()).then(a.shared.cmp(&b.shared)));
    groups.truncate(20);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_taken_off_names() {
        let check = |name, expected: &str| assert_eq!(without_hashes(name), expected);
        check("cart-6c9d8b7f5-x2x9p", "cart");
        check("api-gateway", "api-gateway");
        check("db-3", "db-3");
        check("Worker-7", "worker-7");
    }

    #[test]
    fn things_have_a_number_or_a_domain() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        for thing in
            ["nx-88213", "api.pay.example.com", "vm-crm02", "broker-2.kafka.internal", "geo-1"]
        {
            assert!(is_thing(knowledge, thing), "{thing}");
        }
        for other in
            ["re-run", "pay.java", "http-nio-8080-exec-4", "main.loadregions", "x509", "utf-8"]
        {
            assert!(!is_thing(knowledge, other), "{other}");
        }
    }
}
