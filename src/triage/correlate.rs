//! Which incidents, and which other messages of the same paste, belong to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::decide::{Verdict, decide};
use super::knowledge::Knowledge;
use super::message::{Input, KnownIncident, Message, Store, unix_ms};
use super::named::{Holders, Named};
use super::pattern::Pattern;
use super::reading::{Reading, judged, read};
use super::signal::Signal;
use super::template::{alike, masked};

/// A score from which two belong together.
const THRESHOLD: f64 = 1.0;

/// Incidents within this time of each other happen at once.
const WINDOW_MS: i64 = 30 * 60 * 1000;

/// Messages of a stored incident that are looked at.
const MAX_MESSAGES: usize = 20;

/// Words like names of one paste that are looked for among the services of incidents.
const MAX_WORDS: usize = 500;

/// How many linked incidents are told, best first.
const MAX_LINKS: usize = 50;

/// In which way two belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// At the same time.
    Concurrent,
    /// The same failure of the same thing, at another time.
    Recurrence,
    /// The same thing, failing in another way.
    Neighbour,
}

/// A stored incident that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// Its label, else its title.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In which way.
    pub kind: LinkKind,
    /// The sum of the reasons' weights, in hundredths; at least 1.
    pub score: f64,
    /// Why, each in words with its weight.
    pub reasons: Vec<String>,
    /// Values that both name and that few others name.
    pub shared: Vec<String>,
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) struct Side {
    pattern: Pattern,
    key: Option<(Pattern, String, String)>,
    /// Kind and value, in lower case.
    named: BTreeSet<(String, String)>,
    shapes: Vec<String>,
    at: Option<i64>,
    /// What failed, where its subtype is known: pattern and subtype.
    failure: Option<(Pattern, String)>,
    /// The services that a stored incident is about.
    services: BTreeSet<String>,
    /// Words of the messages that are written as names are, whatever they name. Nobody but the
    /// service of a stored incident says that one of them is a service; one that both sides hold is
    /// a thing of both if it looks like one.
    words: BTreeSet<String>,
}

/// What a kind of signal means for the comparison.
fn is_place(kind: &str) -> bool {
    matches!(kind, "namespace" | "host" | "site" | "cluster")
}

fn is_change(kind: &str) -> bool {
    matches!(kind, "version" | "change" | "image")
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

/// The last part of a name that is a host's or a domain's.
const TOP_LEVELS: [&str; 24] = [
    "com", "net", "org", "io", "de", "fr", "es", "it", "nl", "ch", "at", "uk", "eu", "cloud",
    "dev", "app", "internal", "local", "lan", "corp", "svc", "intranet", "example", "test",
];

/// Parts in front of a number that say which turn it is, and not which thing.
const TURNS: [&str; 18] = [
    "exec", "thread", "pool", "nio", "attempt", "try", "line", "code", "error", "errno", "step",
    "part", "page", "level", "http", "tls", "sha", "utf",
];

/// Whether a word in lower case is the name of one thing, as hosts, circuits and disks have them:
/// with a number behind a part that is no turn, or a domain.
fn is_thing(word: &str) -> bool {
    if word.rsplit_once('.').is_some_and(|(_, last)| TOP_LEVELS.contains(&last)) {
        return true;
    }
    let parts: Vec<&str> = word.split(['-', '_', '.']).collect();
    // Files and classes have a dot and no number behind it.
    if word.contains('.') && !parts.last().is_some_and(|last| last.ends_with(char::is_numeric)) {
        return false;
    }
    let turns = |part: &str| TURNS.contains(&part.trim_end_matches(char::is_numeric));
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

fn known_side(knowledge: &Knowledge, incident: &KnownIncident) -> Side {
    let mut texts: Vec<&str> = incident.messages.iter().map(String::as_str).collect();
    texts.push(&incident.title);
    let messages = texts.iter().take(MAX_MESSAGES).map(|text| Message::new(text)).collect();
    let input = Input { messages, ..Input::default() };
    let reading = read(&input, knowledge);
    let verdict = decide(&reading.found, knowledge);
    let mut side = side(knowledge, &reading, &verdict, &input);
    let services = incident.services.iter().map(|name| without_hashes(name));
    side.services = services.filter(|value| !knowledge.generic.contains(value)).collect();
    side.named.extend(side.services.iter().map(|value| ("service".to_owned(), value.clone())));
    side.at = incident.occurred_at.as_deref().and_then(unix_ms);
    side
}

/// The stored incidents that belong to what was read, best first.
pub(super) fn links(knowledge: &Knowledge, ours: &Side, store: &Store<'_>) -> Vec<Link> {
    let theirs: Vec<Side> = store.incidents.iter().map(|one| known_side(knowledge, one)).collect();
    // A value that many incidents name tells little.
    let mut holders: BTreeMap<&str, usize> =
        store.elsewhere.iter().map(|(value, count)| (value.as_str(), *count)).collect();
    for side in &theirs {
        let named = side.named.iter().map(|(_, value)| value.as_str());
        let words = side.words.iter().map(String::as_str).filter(|word| is_thing(word));
        let values: BTreeSet<&str> = named.chain(words).collect();
        for value in values {
            *holders.entry(value).or_default() += 1;
        }
    }
    let rarity = |value: &str| {
        let (all, with) = (store.all as f64, holders.get(value).copied().unwrap_or(0) as f64);
        // 1 for a value of few incidents, towards 0 for one that all of many share.
        if store.all < 4 { 1.0 } else { (1.0 - (with - 1.0).max(0.0) / all).max(0.0) }
    };
    let mut links: Vec<Link> = store
        .incidents
        .iter()
        .zip(&theirs)
        .filter_map(|(incident, side)| compare(ours, side, incident, &rarity))
        .collect();
    links.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    links.truncate(MAX_LINKS);
    links
}

fn compare(
    ours: &Side,
    theirs: &Side,
    incident: &KnownIncident,
    rarity: &dyn Fn(&str) -> f64,
) -> Option<Link> {
    let mut score = 0.0;
    let mut reasons = Vec::new();
    let mut add = |weight: f64, reason: String| {
        score += weight;
        reasons.push(format!("{reason} (+{weight:.2})"));
    };
    let same_object = same_object(ours, theirs);
    if let Some(object) = same_object {
        let subtype = ours.failure.as_ref().map(|(_, subtype)| subtype.as_str());
        let what = subtype.unwrap_or(ours.pattern.as_str());
        add(1.0, format!("the same failure, {what}, of {object}"));
    }
    // The same value under another kind is the same thing: a release and its service.
    let values = |side: &Side, wanted: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        side.named.iter().filter(|(kind, _)| wanted(kind)).map(|(_, v)| v.clone()).collect()
    };
    let rare = |kind: &str| !is_place(kind) && !is_change(kind);
    let mut shared: BTreeSet<String> =
        values(ours, &rare).intersection(&values(theirs, &rare)).cloned().collect();
    shared.extend(ours.words.intersection(&theirs.services).cloned());
    shared.extend(ours.words.intersection(&theirs.words).filter(|word| is_thing(word)).cloned());
    let shared: Vec<String> = shared.into_iter().collect();
    let mut identifiers = 0.0;
    for value in &shared {
        identifiers += 0.6 * rarity(value);
    }
    if identifiers > 0.0 {
        add(
            (identifiers * 100.0).round().min(120.0) / 100.0,
            format!("both name {}", shared.join(", ")),
        );
    }
    // One of them may say less exactly what it is.
    let either = ours.failure.as_ref().zip(theirs.failure.as_ref());
    let alike_failures = ours.pattern != Pattern::Unknown
        && ours.pattern == theirs.pattern
        && either.is_none_or(|(one, other)| one == other);
    let same_failure = same_object.is_some() || alike_failures && !shared.is_empty();
    if same_failure && same_object.is_none() {
        add(0.4, format!("the same failure, {}", ours.pattern.as_str()));
    }
    let shapes =
        ours.shapes.iter().flat_map(|one| theirs.shapes.iter().map(move |other| (one, other)));
    if shapes.map(|(one, other)| alike(one, other)).any(|likeness| likeness >= 0.6) {
        add(0.4, "messages of the same shape".to_owned());
    }
    let places: Vec<String> =
        values(ours, &is_place).intersection(&values(theirs, &is_place)).cloned().collect();
    if !places.is_empty() && ours.pattern == theirs.pattern && ours.pattern != Pattern::Unknown {
        add(0.3, format!("the same pattern at {}", places.join(", ")));
    }
    let apart = ours.at.zip(theirs.at).map(|(one, other)| (one - other).abs());
    let concurrent = apart.is_some_and(|apart| apart <= WINDOW_MS);
    if concurrent {
        add(0.3, "within half an hour of each other".to_owned());
    }
    let changes: Vec<String> =
        values(ours, &is_change).intersection(&values(theirs, &is_change)).cloned().collect();
    if !changes.is_empty() {
        add(0.4, format!("both speak of {}", changes.join(", ")));
    }
    let specific =
        same_object.is_some() || !shared.is_empty() || !places.is_empty() || !changes.is_empty();
    if !specific || score < THRESHOLD {
        return None;
    }
    let kind = match (concurrent, same_failure) {
        (true, _) => LinkKind::Concurrent,
        (false, true) => LinkKind::Recurrence,
        (false, false) => LinkKind::Neighbour,
    };
    let id = if incident.id.is_empty() { incident.title.clone() } else { incident.id.clone() };
    let score = (score * 100.0).round() / 100.0;
    Some(Link { id, title: incident.title.clone(), kind, score, reasons, shared })
}

/// The thing of which the same failure is told on both sides. An incident whose words name none is
/// about its services.
fn same_object<'s>(ours: &'s Side, theirs: &'s Side) -> Option<&'s str> {
    if let Some((_, _, object)) = ours.key.as_ref().filter(|_| ours.key == theirs.key) {
        return Some(object);
    }
    let same_failure = ours.failure.is_some() && ours.failure == theirs.failure;
    if !same_failure || theirs.key.is_some() {
        return None;
    }
    match &ours.key {
        Some((_, _, object)) => theirs.services.contains(object).then_some(object),
        None => ours.words.intersection(&theirs.services).next().map(String::as_str),
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
    fn a_service_of_an_incident_is_a_name_wherever_it_stands() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let known = |service: &str| KnownIncident {
            title: "brokers were lost".to_owned(),
            services: vec![service.to_owned()],
            messages: vec![
                "Kafka events-kf: 388 under-replicated partitions since broker 3 left".to_owned(),
            ],
            ..KnownIncident::default()
        };
        let shared = |text: &str, service: &str| {
            let input = Input { messages: vec![Message::new(text)], ..Input::default() };
            let reading = read(&input, knowledge);
            let verdict = decide(&reading.found, knowledge);
            let ours = side(knowledge, &reading, &verdict, &input);
            let incidents = [known(service)];
            let links = links(knowledge, &ours, &Store::from(incidents.as_slice()));
            links.into_iter().flat_map(|link| link.shared).collect::<Vec<_>>()
        };
        let text = "Kafka events-kf: 412 under-replicated partitions since broker 3 left";
        assert_eq!(shared(text, "events-kf"), ["events-kf"]);
        assert_eq!(shared(text, "events-kg"), [] as [&str; 0]);
        // A word of any sentence is no name, and what everything is called is none either.
        assert_eq!(shared(text, "broker"), [] as [&str; 0]);
        assert_eq!(
            shared("Kafka kube-system: 412 under-replicated partitions", "kube-system"),
            [] as [&str; 0]
        );
    }

    #[test]
    fn the_same_failure_of_a_thing_that_both_name_is_the_same() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let linked = |text: &str, before: &str| {
            let input = Input { messages: vec![Message::new(text)], ..Input::default() };
            let reading = read(&input, knowledge);
            let verdict = decide(&reading.found, knowledge);
            let ours = side(knowledge, &reading, &verdict, &input);
            let known = KnownIncident { title: before.to_owned(), ..KnownIncident::default() };
            links(knowledge, &ours, &Store::from([known].as_slice())).pop().map(|link| link.kind)
        };
        let expired = "Post \"https://api.pay.example.com/v2/charges\": certificate has expired";
        let before = "x509: certificate has expired on https://api.pay.example.com";
        assert_eq!(linked(expired, before), Some(LinkKind::Recurrence));
        assert_eq!(
            linked(expired, "x509: certificate has expired on https://www.example.net"),
            None
        );
        assert_eq!(linked(expired, "api.pay.example.com was moved"), None, "another matter");
        let circuit = "BGP neighbor is down, circuit NX-88213 is dark";
        assert_eq!(linked(circuit, "circuit NX-88213: BGP is down"), Some(LinkKind::Recurrence));
        // What every program of a kind writes names nothing.
        let trace = "java.lang.NullPointerException in [http-nio-8080-exec-4] Pay.java";
        assert_eq!(linked(trace, trace), None);
    }

    #[test]
    fn things_have_a_number_or_a_domain() {
        for thing in
            ["nx-88213", "api.pay.example.com", "vm-crm02", "broker-2.kafka.internal", "geo-1"]
        {
            assert!(is_thing(thing), "{thing}");
        }
        for other in
            ["re-run", "pay.java", "http-nio-8080-exec-4", "main.loadregions", "x509", "utf-8"]
        {
            assert!(!is_thing(other), "{other}");
        }
    }
}
