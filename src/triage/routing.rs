//! What leads to a runbook: which messages say what is wrong, and the names that stand in them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::correlate;
use super::decide::Verdict;
use super::knowledge::Knowledge;
use super::level::Level;
use super::message::Input;
use super::pattern::Pattern;
use super::reading::{Found, Reading, judged};
use super::report::{Effect, Routing};

/// So many messages are looked through for names.
const MAX_MESSAGES: usize = 500;

/// So many names are taken from one message.
const MAX_NAMES: usize = 100;

/// A shorter word is no name of an alert that could be told from others.
const SHORTEST: usize = 6;

/// What was read, out of which names for a search are taken.
#[derive(Clone, Copy)]
pub(super) struct Router<'a, 'k> {
    pub(super) input: &'a Input<'a>,
    pub(super) knowledge: &'k Knowledge,
    pub(super) reading: &'a Reading<'k>,
    /// How bad each message is.
    pub(super) levels: &'a [Option<Level>],
}

impl Router<'_, '_> {
    /// What a search for a runbook needs. Only messages that may be about the verdict and whose
    /// failure is not over have a say, and of those the ones that say what the verdict says speak
    /// first: a runbook for another alarm of the same paste is the wrong one to open.
    pub(super) fn routing(self, verdict: &Verdict, is_about: impl Fn(usize) -> bool) -> Routing {
        let Self { input, knowledge, reading, levels } = self;
        let lasting = |at: &usize| {
            is_about(*at) && verdict.may_be_of(reading, *at) && !reading.over.contains(at)
        };
        let mut order: Vec<usize> = (0..input.messages.len()).filter(lasting).collect();
        let leads = leading(reading, verdict, &order, input.messages.len());
        order.sort_by_key(|at| (!leads[*at], Reverse(levels[*at]), *at));
        order.truncate(MAX_MESSAGES);

        let (mut alerts, mut names) = (Vec::new(), Vec::new());
        let add = |list: &mut Vec<String>, name: &str| {
            if !list.iter().any(|known| known == name) {
                list.push(name.to_owned());
            }
        };
        for at in &order {
            let message = &input.messages[*at];
            if let Some(name) = message.labels.get("alertname") {
                add(&mut alerts, name);
                add(&mut names, name);
            }
            let text = judged(&message.text);
            for (start, name) in identifiers(text).take(MAX_NAMES) {
                if !reading.clauses[*at].is_denied(text, start) {
                    add(&mut names, name);
                }
            }
        }
        let leading = order.into_iter().filter(|at| leads[*at]).collect();
        let object = correlate::object(knowledge, verdict, reading);
        Routing { words: words(knowledge, verdict), object, alerts, names, leading }
    }

    /// The same for what the verdict's refinement leads to, of several for that of which most is
    /// said: a container that is ended for its memory restarts again and again.
    pub(super) fn effect(
        self,
        verdict: &Verdict,
        is_about: impl Fn(usize) -> bool,
    ) -> Option<Effect> {
        let pattern = verdict.pattern;
        let own = verdict.subtype.as_deref()?;
        let mut said: BTreeMap<&str, f64> = BTreeMap::new();
        for (of, subtype, score) in self.reading.found.iter().filter_map(Found::evidence) {
            let covered = subtype.filter(|one| self.knowledge.covers(pattern, own, one));
            if let Some(subtype) = covered.filter(|_| of == pattern) {
                *said.entry(subtype).or_default() += score;
            }
        }
        let (most, _) = said.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let subtype = most.to_owned();
        let (other, of) = (Some(subtype.clone()), verdict.of);
        let other = Verdict { pattern, subtype: other, of, ..Verdict::default() };
        Some(Effect { subtype, routing: self.routing(&other, is_about) })
    }
}

/// Which messages, of those that have a say, say what the verdict says: those that speak of its
/// refinement, else those that speak of its kind. One that names another part of the same whole has
/// words of another runbook.
fn leading(reading: &Reading<'_>, verdict: &Verdict, lasting: &[usize], count: usize) -> Vec<bool> {
    let speaking = |of_subtype: bool| {
        let mut leads = vec![false; count];
        let own = reading.found.iter().filter(|found| verdict.may_be_of(reading, found.message));
        for found in own {
            leads[found.message] |= found.evidence().is_some_and(|(pattern, subtype, _)| {
                let is_it = subtype.is_some() && subtype == verdict.subtype.as_deref();
                pattern == verdict.pattern && (!of_subtype || is_it)
            });
        }
        leads
    };
    let of_subtype = speaking(true);
    if lasting.iter().any(|at| of_subtype[*at]) { of_subtype } else { speaking(false) }
}

/// What the rules call it.
fn words(knowledge: &Knowledge, verdict: &Verdict) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let kind = verdict.pattern.as_str();
    words.extend(verdict.subtype.as_ref().map(|subtype| subtype.replace('_', " ")));
    let named = verdict.subtype.as_deref().unwrap_or(kind);
    let titled = knowledge.subtype(verdict.pattern, named).map(|subtype| subtype.title.clone());
    words.extend(titled.filter(|title| !title.is_empty()));
    words.extend(knowledge.subtype(verdict.pattern, named).and_then(|it| it.mended_by.clone()));
    // That it is of the network says nothing of what it is, and stands in many a title.
    if verdict.pattern != Pattern::Unknown && !kind.ends_with("_EVENT") {
        words.push(kind.to_lowercase().replace('_', " "));
    }
    words.dedup();
    words
}

/// Words that are written as names are, `DiskWillFill` and `disk_will_fill`, with their places.
fn identifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let pieces = text.split(move |c: char| !is_part(c));
    let placed = pieces.map(move |piece| (piece.as_ptr() as usize - text.as_ptr() as usize, piece));
    placed.filter(|(_, piece)| {
        let letters = piece.as_bytes();
        let joint = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
        piece.len() >= SHORTEST && (piece.contains('_') || letters.windows(2).any(joint))
    })
}

/// The name of the alert at the head of a text, with its place. In `AlertBot: [FIRING] ShopIsDown`
/// the first name is of who speaks.
pub(super) fn alert_at_head(head: &str) -> Option<(usize, &str)> {
    let speaks = |(start, name): &(usize, &str)| head[start + name.len()..].starts_with(": [");
    let mut names = identifiers(head);
    let first = names.next()?;
    let other = if speaks(&first) { names.find(|name| !speaks(name)) } else { None };
    Some(other.unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Input, Knowledge, Message, PlanLint, Routing, Store, triage};

    fn routed(messages: Vec<Message>) -> Routing {
        let input = Input { messages, ..Input::default() };
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let lint = PlanLint::built_in().expect("the built-in rules");
        triage(&input, &Store::default(), knowledge, lint).routing
    }

    fn alert(name: &str, severity: &str, text: &str, resolved: bool) -> Message {
        let labels = [("alertname", name), ("severity", severity)];
        let labels: BTreeMap<String, String> =
            labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Message { labels, resolved, ..Message::new(&format!("{name}: {text}")) }
    }

    #[test]
    fn only_what_lasts_has_a_say() {
        let over = alert("KubePodCrashLooping", "critical", "Pod is in CrashLoopBackOff", true);
        let lag = alert("PostgreSQLReplicationLag", "warning", "replication lag is 740 s", false);
        let routing = routed(vec![over.clone(), lag]);
        assert_eq!(routing.alerts, ["PostgreSQLReplicationLag"]);
        assert_eq!(routing.names, ["PostgreSQLReplicationLag"]);
        assert!(routed(vec![over]).names.is_empty());
    }

    #[test]
    fn what_the_verdict_rests_on_comes_first_then_the_worst() {
        let routing = routed(vec![
            alert("AaaNothing", "warning", "see the dashboard", false),
            alert("BbbNothing", "critical", "see the dashboard", false),
            alert("ZzzLag", "info", "replication lag of the replica is 740 s", false),
        ]);
        assert_eq!(routing.alerts, ["ZzzLag", "BbbNothing", "AaaNothing"]);
        assert_eq!(routing.leading, [2]);
    }

    #[test]
    fn what_speaks_of_another_part_of_the_same_whole_does_not_lead() {
        let routing = routed(vec![
            Message::new("failed calling webhook \"quota.shop.example\": connection refused"),
            Message::new("etcd cluster: no leader, insufficient members (1)"),
            Message::new("etcdserver: no leader"),
        ]);
        assert_eq!(routing.leading, [1, 2]);
    }

    #[test]
    fn names_stand_in_plain_text_too_unless_it_is_over() {
        let plain = |text: &str| routed(vec![Message::new(text)]).names;
        assert_eq!(
            plain("ShopCatalogLatency firing: p99 of catalog is 2.4s"),
            ["ShopCatalogLatency"]
        );
        assert_eq!(plain("[FIRING:1] disk_will_fill db-1 critical"), ["disk_will_fill"]);
        assert!(plain("ShopCatalogLatency is resolved").is_empty());
        assert!(plain("nothing is written like one").is_empty());
    }
}
