//! What is well again in other words than those in which it failed: a message that is headed as a
//! recovery and names all that an earlier one names takes that back, if it may be of the same failure.

use std::collections::BTreeSet;

use super::correlate::is_place;
use super::grammar::{Grammar, Kind};
use super::message::Message;
use super::pattern::Pattern;
use super::reading::{Reading, word_in};
use super::recovery::{alert, is_headed};
use super::rule::Meaning;

/// What is compared of two messages.
struct About<'m> {
    text: &'m str,
    /// The things it names, but for where they are. A host is one of them.
    things: BTreeSet<&'m str>,
    /// What it speaks of, be that denied or not.
    patterns: BTreeSet<Pattern>,
    /// The alert that it names.
    alert: Option<&'m str>,
}

impl<'m> About<'m> {
    fn of(at: usize, messages: &'m [Message], reading: &'m Reading<'_>) -> Self {
        let named = reading
            .signals
            .iter()
            .filter(|it| it.names && (it.kind == "host" || !is_place(&it.kind)));
        let named = named.filter(|signal| signal.place.message == Some(at));
        let found = reading.found.iter().filter(|found| found.message == at && found.weight() > 1);
        let pattern = |meaning: &Meaning| match meaning {
            Meaning::Evidence { pattern, .. } => Some(*pattern),
            _ => None,
        };
        Self {
            text: &messages[at].text,
            things: named.map(|signal| signal.value.as_str()).collect(),
            patterns: found.filter_map(|found| pattern(&found.rule.meaning)).collect(),
            alert: alert(&messages[at].text).map(|(name, _)| name),
        }
    }

    /// Whether this recovery may be of what the other tells. One that speaks of nothing that a rule
    /// knows is of whatever befell the thing.
    fn ends(&self, other: &Self) -> bool {
        let same = self.patterns.is_empty() || !self.patterns.is_disjoint(&other.patterns);
        // By their words, as nobody calls a node a node twice.
        let mut things = other.things.iter();
        let names_all =
            !other.things.is_empty() && things.all(|thing| word_in(self.text, thing) != (0, 0));
        same && names_all
    }
}

/// The messages that a later one takes back, or one at the head of their paragraph. What came more
/// than once may have come behind it.
pub(super) fn came_back(
    messages: &[Message],
    reading: &Reading<'_>,
    grammar: &Grammar,
) -> BTreeSet<usize> {
    let headed = reading.over.iter().copied();
    let headed = headed.filter(|at| is_headed(&messages[*at].text, grammar));
    let recoveries: Vec<(usize, About<'_>)> =
        headed.map(|at| (at, About::of(at, messages, reading))).collect();
    if recoveries.is_empty() {
        return BTreeSet::new();
    }
    // A mail repeats below its head what it was about.
    let is_below = |at: usize, head: usize| {
        let (line, head) = (&messages[at], &messages[head]);
        line.paragraph.is_some()
            && line.paragraph == head.paragraph
            && !grammar.is_in(Kind::MessageHead, &line.text)
            && !grammar.is_in(Kind::MessageHead, &head.text)
    };
    let lasting = |at: &usize| messages[*at].repeats <= 1 && !reading.over.contains(at);
    let is_back = |at: &usize| {
        let told = About::of(*at, messages, reading);
        let is_same = |it: &About<'_>| it.alert.is_none() || it.alert == told.alert;
        let is_of = |back: usize, it: &About<'_>| match back > *at {
            true => is_same(it),
            false => is_below(*at, back) && (told.alert.is_none() || is_same(it)),
        };
        recoveries.iter().any(|(back, it)| is_of(*back, it) && it.ends(&told))
    };
    (0..messages.len()).filter(lasting).filter(is_back).collect()
}

#[cfg(test)]
mod tests {
    use super::super::message::Input;
    use super::super::{Knowledge, reading};
    use super::*;

    fn check(texts: [&str; 2], over: &[usize]) {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let messages = texts.map(Message::new).to_vec();
        let read = reading::read(&Input { messages, ..Input::default() }, knowledge);
        assert_eq!(read.over.iter().copied().collect::<Vec<_>>(), over, "{texts:?}");
    }

    #[test]
    fn a_recovery_in_other_words_takes_back_what_befell_the_same_thing() {
        check(["node galera-2 desynced from cluster cms", "RESOLVED: galera-2 recovered"], &[0, 1]);
        check(
            [
                "PROBLEM 03:10 rabbitmq mq-2: queue labels.print has 18422 unacked messages",
                "RECOVERY 03:24 rabbitmq mq-2: queue labels.print drained, consumers are back",
            ],
            &[0, 1],
        );
    }

    #[test]
    fn another_thing_another_failure_and_another_alert_stay() {
        check(["disk full on host db-1", "RESOLVED: host db-2 recovered"], &[1]);
        check(["disk full on host db-1", "RESOLVED: high CPU load on host db-1"], &[1]);
        check(["disk full on host db-1", "[RESOLVED] TheOddAlert host db-1"], &[1]);
        check(["RESOLVED: host db-1 recovered", "disk full on host db-1"], &[0]);
        check(["disk full", "RESOLVED: host db-1 recovered"], &[1]);
    }

    #[test]
    fn what_a_recovery_repeats_below_its_head_is_over() {
        let paste = |text: &str| {
            let knowledge = Knowledge::built_in().expect("the built-in files");
            let messages = super::super::read::read(text, knowledge).messages;
            let read = reading::read(&Input { messages, ..Input::default() }, knowledge);
            read.found.iter().filter(|found| found.evidence().is_some()).count()
        };
        let head = "[RESOLVED] DiskFull host db-1\n";
        let below = "summary: disk on host db-1 is full (98%)";
        assert_eq!(paste(&format!("{head}  - {below}")), 0);
        for other in [
            &below.replace("db-1", "db-2"),
            &format!("\n{below}"),
            &format!("[02:31] ann: {below}"),
        ] {
            assert!(paste(&format!("{head}{other}")) > 0, "{other}");
        }
    }
}
