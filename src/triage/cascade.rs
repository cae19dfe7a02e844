//! Whether a failure went from service to service, and in which order.
//!
//! A chain needs an order that the messages state, or a dependency file and alarms in it. Several
//! alerts without one happen at the same time, and no more is said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use super::chains::Kind;
use super::knowledge::Knowledge;
use super::message::{Input, Message, Place};
use super::reading::{Reading, judged};
use super::services::{Mention, Said, Services, is_whole};

/// A chain is no chain with fewer services.
const LEAST: usize = 3;

/// Statements of which service fails because of which that are looked at; the work grows with their
/// square.
const MAX_EDGES: usize = 1000;

/// Messages that are looked at.
const MAX_MESSAGES: usize = 200;

/// Alarms within this time may come of each other.
const WINDOW_MS: i64 = 30 * 60 * 1000;

/// So much later the alarm of a cause may come: each rule looks at its own pace.
const SLACK_MS: i64 = 60 * 1000;

/// A service in a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Its name.
    pub service: String,
    /// Whether it began there.
    pub origin: bool,
    /// The service it took it from.
    pub because_of: Option<String>,
    /// Where that is said; none where a dependency file says it.
    pub place: Option<Place>,
}

/// From which service to which other, and where it is said.
type Edges = BTreeMap<(String, String), Option<Place>>;

/// When each service first fails; none where no message of it has a time.
type Alarms = BTreeMap<String, Option<i64>>;

/// The chain, origin first; empty where there is none.
pub(super) fn chain(input: &Input<'_>, knowledge: &Knowledge, reading: &Reading<'_>) -> Vec<Stage> {
    let services = &knowledge.services;
    let mut edges = Edges::new();
    let mut alarms = Alarms::new();
    let known = Known::of(input.topology, services);
    let messages = input.messages.iter().take(MAX_MESSAGES).filter(|message| !message.resolved);
    let said = Said::of(services, messages.map(|message| judged(&message.text)));
    for (at, message) in input.messages.iter().enumerate().take(MAX_MESSAGES) {
        if message.resolved {
            continue;
        }
        let text = judged(&message.text);
        let fails = reading.found.iter().any(|f| f.message == at && f.evidence().is_some());
        let failing = fails || is_alarm(message);
        let mentions = said.mentions(text);
        for told in super::told::told(text, services) {
            let (cause, effect) = (services.normal(told.cause), services.normal(told.effect));
            let place = Place { message: Some(at), start: told.start, end: told.end };
            if cause != effect {
                edges.entry((cause, effect)).or_insert(Some(place));
            }
        }
        if failing {
            let mut about = known.labelled(message);
            about.extend(known.first_in(text, mentions.first()));
            known.needed(input.topology, &about, text, at, &mut edges);
            for service in about {
                let first = alarms.entry(service).or_insert(message.happened_at);
                *first = first.iter().copied().chain(message.happened_at).min();
            }
        }
        stated(text, at, &mentions, services, &mut edges);
    }
    for (dependent, needed) in input.topology {
        let (dependent, needed) = (services.normal(dependent), services.normal(needed));
        let both = alarms.get(&needed).zip(alarms.get(&dependent));
        if both.is_some_and(|(cause, effect)| follows(*cause, *effect)) {
            edges.entry((needed, dependent)).or_insert(None);
        }
    }
    let mut chain = longest(&edges);
    for stage in &mut chain {
        stage.service = known.shown(&stage.service);
        stage.because_of = stage.because_of.as_deref().map(|service| known.shown(service));
    }
    chain
}

/// An alert that fires is an alarm whatever it says; one that only informs is none.
fn is_alarm(message: &Message) -> bool {
    let severity = message.labels.get("severity").map(String::as_str);
    message.labels.contains_key("alertname") && !matches!(severity, Some("none" | "info"))
}

/// Whether one alarm can come of the other: not long before it, and in the same half hour. Where a
/// time is missing nothing speaks against it.
fn follows(cause: Option<i64>, effect: Option<i64>) -> bool {
    let Some((cause, effect)) = cause.zip(effect) else { return true };
    cause <= effect + SLACK_MS && effect - cause <= WINDOW_MS
}

/// The services of a dependency file, which are known by their bare names.
struct Known<'k> {
    services: &'k Services,
    names: BTreeMap<String, String>,
    letters: Option<AhoCorasick>,
    /// In the order of the letters.
    normal: Vec<String>,
}

impl<'k> Known<'k> {
    fn of(topology: &[(String, String)], services: &'k Services) -> Self {
        let all = topology.iter().flat_map(|(dependent, needed)| [dependent, needed]);
        let names: BTreeMap<String, String> =
            all.map(|name| (name.to_lowercase(), services.normal(name))).collect();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        // Names that cannot be searched for are known by the word "service" behind them alone.
        let letters = (!names.is_empty()).then(|| builder.build(names.keys()).ok()).flatten();
        Self { normal: names.values().cloned().collect(), letters, names, services }
    }

    /// The places of all services that a text names as whole words.
    fn bare<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (&'t str, usize, usize)> {
        let found = self.letters.iter().flat_map(move |letters| letters.find_iter(text));
        found.filter(|found| is_whole(text, found.start(), found.end())).map(|found| {
            (self.normal[found.pattern().as_usize()].as_str(), found.start(), found.end())
        })
    }

    /// The service that a message is about: the one it names first.
    fn first_in(&self, text: &str, mention: Option<&Mention>) -> Option<String> {
        match (self.bare(text).next(), mention) {
            (Some((name, start, _)), mention) if mention.is_none_or(|it| start <= it.start) => {
                Some(name.to_owned())
            }
            (_, mention) => mention.map(|mention| mention.name.clone()),
        }
    }

    /// A failing service whose message names one that it needs says of whom it fails.
    fn needed(
        &self,
        topology: &[(String, String)],
        services: &[String],
        text: &str,
        at: usize,
        edges: &mut Edges,
    ) {
        for (name, start, end) in self.bare(text) {
            for service in services.iter().filter(|service| *service != name) {
                let needs = topology.iter().any(|(dependent, needed)| {
                    self.services.normal(dependent) == **service
                        && self.services.normal(needed) == name
                });
                if needs {
                    let place = Place { message: Some(at), start, end };
                    edges.entry((name.to_owned(), service.clone())).or_insert(Some(place));
                }
            }
        }
    }

    /// A service as the team writes it.
    fn shown(&self, service: &str) -> String {
        let known = self.names.iter().find(|(_, normal)| *normal == service);
        known.map_or_else(|| service.to_owned(), |(name, _)| name.clone())
    }

    /// Those that an alert names in its labels.
    fn labelled(&self, message: &Message) -> Vec<String> {
        let labels = ["service", "app", "deployment", "job", "component"];
        let named = labels.iter().filter_map(|label| message.labels.get(*label));
        named.filter_map(|value| self.names.get(&value.to_lowercase()).cloned()).collect()
    }
}

/// The edges one message states.
fn stated(text: &str, at: usize, mentions: &[Mention], services: &Services, edges: &mut Edges) {
    let [outwards, inwards, listing] =
        [Kind::Outward, Kind::Inward, Kind::Listed].map(|kind| services.chains.of(kind));
    let mut carried: Option<(&Mention, bool)> = None;
    for pair in mentions.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        let between = text.get(one.end..other.start).unwrap_or_default();
        if between.len() > 160 || between.contains(['\n', ';']) || between.contains(". ") {
            carried = None;
            continue;
        }
        // "A causing failures to reach B": the word that stands first says which way it goes.
        let outward = match (outwards.start(between), inwards.start(between)) {
            (Some(outward), Some(inward)) => Some(outward < inward),
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        };
        // "A takes down B, C and D": what held for B holds for the others.
        let listed = listing.is_in(between.trim());
        let (from, outward) = match (outward, carried.filter(|_| listed)) {
            (Some(outward), _) => (one, outward),
            (None, Some(carried)) => carried,
            (None, None) => {
                carried = None;
                continue;
            }
        };
        carried = Some((from, outward));
        if from.name == other.name {
            continue;
        }
        let (cause, effect) = if outward { (from, other) } else { (other, from) };
        let place = Place { message: Some(at), start: from.start, end: other.end };
        edges.entry((cause.name.clone(), effect.name.clone())).or_insert(Some(place));
    }
}

/// The causes and effects that a text by itself states.
pub(super) fn edges(text: &str, services: &Services) -> Vec<(String, String)> {
    let mut edges = Edges::new();
    stated(text, 0, &services.mentions(text), services, &mut edges);
    edges.into_keys().collect()
}

/// What fails because of each service, and where that is said.
type Effects<'e> = BTreeMap<&'e str, Vec<(&'e str, Option<Place>)>>;

/// The services reached from the origin that reaches most; in a tie the first by name.
fn longest(edges: &Edges) -> Vec<Stage> {
    let mut of: Effects<'_> = BTreeMap::new();
    for ((cause, effect), place) in edges.iter().take(MAX_EDGES) {
        of.entry(cause).or_default().push((effect, *place));
    }
    let effects: BTreeSet<&str> = of.values().flatten().map(|(effect, _)| *effect).collect();
    let mut best: Vec<Stage> = Vec::new();
    for origin in of.keys().filter(|cause| !effects.contains(*cause)) {
        let chain = reached(&of, origin);
        if chain.len() > best.len() {
            best = chain;
        }
    }
    if best.len() < LEAST { Vec::new() } else { best }
}

fn reached(of: &Effects<'_>, origin: &str) -> Vec<Stage> {
    let first = Stage { service: origin.to_owned(), origin: true, because_of: None, place: None };
    let mut chain = vec![first];
    let mut known = BTreeSet::from([origin]);
    let mut waiting = VecDeque::from([origin]);
    while let Some(cause) = waiting.pop_front() {
        for (effect, place) in of.get(cause).into_iter().flatten() {
            if known.insert(effect) {
                chain.push(Stage {
                    service: (*effect).to_owned(),
                    origin: false,
                    because_of: Some(cause.to_owned()),
                    place: *place,
                });
                waiting.push_back(effect);
            }
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(messages: &[&str], topology: &[(&str, &str)], expected: &[&str]) {
        let topology: Vec<(String, String)> =
            topology.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let messages = messages.iter().map(|text| Message::new(text)).collect();
        let input = Input { messages, topology: &topology, ..Input::default() };
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let stages = chain(&input, knowledge, &Reading::default());
        let names: Vec<&str> = stages.iter().map(|stage| stage.service.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_chain_is_stated_by_its_messages() {
        check(
            &[
                "Cart service errors connecting to Redis",
                "Checkout service fails calls to cart service",
            ],
            &[],
            &["redis", "cart", "checkout"],
        );
        check(
            &["vault sealed, causing orders service, billing service and payments service to fail"],
            &[],
            &["vault", "billing", "order", "payment"],
        );
    }

    #[test]
    fn thousands_of_statements_are_followed_at_once() {
        let told = |at: usize| format!("a{at}-api fails because of a{}-api.", at + 1);
        let texts: Vec<String> = (0..200)
            .map(|of| (0..24).map(|at| told(of * 24 + at)).collect::<Vec<_>>().join(" "))
            .collect();
        let messages = texts.iter().map(|text| Message::new(text)).collect();
        let input = Input { messages, ..Input::default() };
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let stages = chain(&input, knowledge, &Reading::default());
        assert!((LEAST..=MAX_EDGES + 1).contains(&stages.len()), "{}", stages.len());
    }

    #[test]
    fn a_chain_is_found_in_the_words_of_people_and_of_programs() {
        let people = [
            "storefront returns 503 because checkout is unavailable",
            "checkout fails because cart is unavailable",
            "cart fails because redis refuses connections",
        ];
        check(&people, &[], &["redis", "cart", "checkout", "storefront"]);
        let storm = [
            "HighErrorRate cart: 41% - dial tcp cart-redis:6379: connect: connection refused",
            "HighErrorRate checkout: 38% - upstream cart returned 503",
            "HighErrorRate storefront: 33% - checkout unavailable: 503 from checkout",
        ];
        let names = ["cart-redis", "cart", "checkout", "storefront"];
        check(&storm, &[], &names);
        let needs = [("storefront", "checkout"), ("checkout", "cart"), ("cart", "cart-redis")];
        check(&storm, &needs, &names);
    }

    #[test]
    fn a_chain_is_found_in_dense_sentences_about_machines_and_products() {
        check(
            &[
                "Cooling lost in hall 2: CRAC-1 tripped while CRAC-2 is off for repair",
                "Storage array san-a powered down due to CRAC-1 over-temperature, wms-db-1 lost its LUNs \
                 because san-a is unavailable",
                "picking idle for an hour because wms-db-1 answers nothing",
            ],
            &[],
            &["crac-1", "san-a", "wms-db-1", "picking"],
        );
        check(
            &["cart-api was changed due to CHG-2011", "Users cannot pay because cart-api is down"],
            &[],
            &[],
        );
    }

    #[test]
    fn a_word_in_front_of_a_name_is_none_of_it() {
        check(
            &[
                "Latency is above threshold for frontend service because catalog service is slow",
                "Latency is above threshold for frontend-proxy service due to frontend service",
                "Error rate is above threshold for portal service because frontend service is failing",
            ],
            &[],
            &["catalog", "frontend", "frontend-proxy", "portal"],
        );
    }

    #[test]
    fn a_service_is_known_without_the_word_where_another_message_calls_it_one() {
        check(
            &[
                "Cart service cannot authenticate to valkey-cart due to a wrong password",
                "Checkout service receives errors when trying to retrieve cart information",
                "Frontend receives errors from checkout service due to cart failures",
                "Frontend-proxy receives errors from frontend service",
            ],
            &[],
            &["valkey-cart", "cart", "checkout", "frontend", "frontend-proxy"],
        );
        check(
            &[
                "Checkout service experiencing connection failures to product-catalog",
                "Payment service receiving no requests from checkout",
            ],
            &[],
            &["product-catalog", "checkout", "payment"],
        );
    }

    #[test]
    fn several_alerts_without_an_order_are_no_chain() {
        check(
            &["cart service is slow", "orders service is slow", "search service is slow"],
            &[],
            &[],
        );
        check(&["cart service failing due to Redis"], &[], &[]);
    }
}
