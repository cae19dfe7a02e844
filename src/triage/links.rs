//! Which incidents of the store belong to what was read, in which way, and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::correlate::{MAX_MESSAGES, Side, is_change, is_place, is_thing, side, without_hashes};
use super::decide::decide;
use super::knowledge::Knowledge;
use super::message::{Input, KnownIncident, Message, Store, unix_ms};
use super::pattern::Pattern;
use super::reading::read;
use super::template::alike;

/// A score from which two belong together.
const THRESHOLD: f64 = 1.0;

/// Incidents within this time of each other happen at once.
const WINDOW_MS: i64 = 30 * 60 * 1000;

/// What an incident that goes on counts if somebody said that it is about the thing at fault: as
/// much as the same failure of the same thing, since who opened it knew no failure yet.
const SAID: f64 = 1.0;

/// The same where its title has the name, which may be any word of a sentence.
const TITLED: f64 = 0.7;

/// A name in a title is at least so long, in bytes.
const SHORTEST_TITLED: usize = 4;

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
        let words = side.words.iter().map(String::as_str).filter(|word| is_thing(knowledge, word));
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
        .filter_map(|(incident, side)| compare(knowledge, ours, side, incident, &rarity))
        .collect();
    links.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    links.truncate(MAX_LINKS);
    links
}

fn compare(
    knowledge: &Knowledge,
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
    let told = told(ours, incident).filter(|_| same_object.is_none());
    if let Some((weight, words)) = &told {
        add(*weight, words.clone());
    }
    let shared = shared_things(knowledge, ours, theirs);
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
    let places: Vec<String> = shared_values(ours, theirs, &is_place).into_iter().collect();
    if !places.is_empty() && ours.pattern == theirs.pattern && ours.pattern != Pattern::Unknown {
        add(0.3, format!("the same pattern at {}", places.join(", ")));
    }
    let apart = ours.at.zip(theirs.at).map(|(one, other)| (one - other).abs());
    let together = apart.is_some_and(|apart| apart <= WINDOW_MS);
    // What goes on lasts until now, and now is when messages without a time were pasted.
    let before = ours.at.zip(theirs.at).is_some_and(|(one, began)| one < began);
    let goes_on = incident.open && !before;
    if together {
        add(0.3, "within half an hour of each other".to_owned());
    } else if goes_on {
        add(0.3, "it goes on still".to_owned());
    }
    let concurrent = together || goes_on;
    let changes: Vec<String> = shared_values(ours, theirs, &is_change).into_iter().collect();
    if !changes.is_empty() {
        add(0.4, format!("both speak of {}", changes.join(", ")));
    }
    let specific = same_object.is_some()
        || told.is_some()
        || !shared.is_empty()
        || !places.is_empty()
        || !changes.is_empty();
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

/// The values of these kinds that both name. The same value under another kind is the same thing: a
/// release and its service.
fn shared_values(ours: &Side, theirs: &Side, wanted: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
    let values = |side: &Side| -> BTreeSet<String> {
        side.named.iter().filter(|(kind, _)| wanted(kind)).map(|(_, v)| v.clone()).collect()
    };
    values(ours).intersection(&values(theirs)).cloned().collect()
}

/// The things that both name.
fn shared_things(knowledge: &Knowledge, ours: &Side, theirs: &Side) -> Vec<String> {
    let mut shared = shared_values(ours, theirs, &|kind| !is_place(kind) && !is_change(kind));
    shared.extend(ours.words.intersection(&theirs.services).cloned());
    let words = ours.words.intersection(&theirs.words);
    shared.extend(words.filter(|word| is_thing(knowledge, word)).cloned());
    shared.into_iter().collect()
}

/// What an incident that goes on says of the thing at fault, if it names it: in its context, among
/// its services, or in its title; the weight, and the words.
fn told(ours: &Side, incident: &KnownIncident) -> Option<(f64, String)> {
    let (_, _, object) = ours.key.as_ref().filter(|_| incident.open)?;
    let is_it = |name: &String| without_hashes(name) == *object;
    if incident.about.iter().chain(&incident.services).any(is_it) {
        return Some((SAID, format!("it is said to be about {object}")));
    }
    let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let mut words = incident.title.split(|c: char| !is_part(c));
    let is_titled = object.len() >= SHORTEST_TITLED
        && words.any(|word| without_hashes(word.trim_matches(['-', '_', '.'])) == *object);
    is_titled.then(|| (TITLED, format!("its title names {object}")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_that_goes_on_is_linked_by_what_it_is_said_to_be_about() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let linked = |known: KnownIncident| {
            let text = "Helm release payments stuck in pending-upgrade in namespace shop";
            let input = Input { messages: vec![Message::new(text)], ..Input::default() };
            let reading = read(&input, knowledge);
            let verdict = decide(&reading.found, knowledge);
            let ours = side(knowledge, &reading, &verdict, &input);
            links(knowledge, &ours, &Store::from([known].as_slice())).pop()
        };
        let told = |title: &str, about: &[&str], services: &[&str], open: bool| KnownIncident {
            title: title.to_owned(),
            about: about.iter().map(|it| (*it).to_owned()).collect(),
            services: services.iter().map(|it| (*it).to_owned()).collect(),
            open,
            ..KnownIncident::default()
        };
        for known in [
            told("it hangs", &["payments", "shop"], &[], true),
            told("it hangs", &[], &["payments"], true),
            told("payments is down", &[], &[], true),
            told("Payments-7d9c6b5f4d: slow", &[], &[], true),
        ] {
            let title = known.title.clone();
            let link = linked(known).unwrap_or_else(|| panic!("{title}"));
            assert_eq!(link.kind, LinkKind::Concurrent, "{link:?}");
            assert!(link.score >= 1.0 && link.reasons.len() > 1, "{link:?}");
        }
        for known in [
            told("it hangs", &["payments", "shop"], &[], false),
            told("payments is down", &[], &[], false),
            told("the namespace shop is slow", &["shop"], &[], true),
            told("a release is stuck in pending-upgrade", &["release"], &[], true),
            told("upgrade failed", &["helm", "production"], &["web"], true),
            told("prepayments are down", &[], &[], true),
        ] {
            assert_eq!(linked(known), None);
        }
        // What happened before it began is none of it.
        let old = KnownIncident {
            occurred_at: Some("2026-01-01T10:00:00Z".to_owned()),
            ..told("payments is down", &[], &[], true)
        };
        assert!(linked(old).is_some(), "messages without a time are of now");
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
}
