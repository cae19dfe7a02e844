//! All messages, read once: signals and the places where rules hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::beside::{ELSEWHERE, PRODUCTION};
use super::clause::{Clauses, Role};
use super::command_line::is_command;
use super::correlate::thing;
use super::expression::OpenWays;
use super::gates::{Gates, TextLetters};
use super::knowledge::Knowledge;
use super::message::{Input, Place};
use super::paths::blanked;
use super::pattern::Pattern;
use super::rule::{After, Hit, Meaning, Rule};
use super::signal::{self, Signal};

/// How much of one message is judged, in bytes.
pub(super) const MAX_TEXT: usize = 64 << 10;

/// Labels beside a message that say where it happened.
const WHERE: [&str; 7] =
    ["env", "environment", "stage", "namespace", "cluster", "account", "workspace"];

/// A rule that holds somewhere.
#[derive(Clone, Debug)]
pub(super) struct Found<'k> {
    pub(super) rule: &'k Rule,
    pub(super) message: usize,
    pub(super) hit: Hit,
    /// Half for what a log writes as information only, nothing for what a line of the same shape
    /// has said already.
    pub(super) factor: f64,
}

impl Found<'_> {
    /// Where it holds.
    pub(super) const fn place(&self) -> Place {
        Place { message: Some(self.message), start: self.hit.start, end: self.hit.end }
    }

    /// The pattern it speaks for, the subtype, and how much it adds.
    pub(super) fn evidence(&self) -> Option<(Pattern, Option<&str>, f64)> {
        match &self.rule.meaning {
            Meaning::Evidence { pattern, subtype, weight } if self.hit.affirmed => {
                let score = f64::from(*weight) * self.hit.role.factor() * self.factor;
                Some((*pattern, subtype.as_deref(), score))
            }
            _ => None,
        }
    }

    /// How strong the rule is by itself.
    pub(super) const fn weight(&self) -> u8 {
        match &self.rule.meaning {
            Meaning::Evidence { weight, .. } => *weight,
            _ => 0,
        }
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Reading<'k> {
    /// Of all messages in order, then those of the conditions.
    pub(super) signals: Vec<Signal>,
    /// In order of message and rule.
    pub(super) found: Vec<Found<'k>>,
    /// Messages that their source, or a later one, says are over.
    pub(super) over: BTreeSet<usize>,
    /// Each message, taken apart.
    pub(super) clauses: Vec<Clauses<'k>>,
    /// Messages that only say of what the others speak: keys with values, as in the head of a
    /// description.
    pub(super) tables: BTreeSet<usize>,
    /// How many messages were longer than is judged.
    pub(super) cut: usize,
    /// Of which of the things that a paste tells apart each message is.
    of: Vec<Option<usize>>,
}

impl Reading<'_> {
    /// Of which of the things that a paste tells apart a message is; none where it may be about any.
    pub(super) fn thing_of(&self, message: usize) -> Option<usize> {
        self.of.get(message).copied().flatten()
    }
}

/// A text with what its letters tell: the rules that they wake, which is none for most lines.
struct Woken<'k> {
    text: &'k str,
    gates: &'k Gates,
    letters: TextLetters,
    rules: Vec<usize>,
}

impl<'k> Woken<'k> {
    fn by(text: &'k str, knowledge: &'k Knowledge) -> Self {
        let gates = &knowledge.gates;
        let letters = gates.held(text);
        let rules = gates.woken(&letters);
        Self { text, gates, letters, rules }
    }

    /// The rules that may hold in the text as it is told, which has fewer letters where something in
    /// it is blank, each with the ways in which it may.
    fn may_hold(&self, told: &str) -> Vec<(usize, OpenWays)> {
        let is_blank = !self.rules.is_empty() && told != self.text;
        let fewer = is_blank.then(|| self.gates.held(told));
        let letters = fewer.as_ref().unwrap_or(&self.letters);
        let ways = |rule: &usize| Some((*rule, self.gates.ways(*rule, letters)?));
        self.rules.iter().filter_map(ways).collect()
    }
}

/// Reads everything.
pub(super) fn read<'k>(input: &Input<'_>, knowledge: &'k Knowledge) -> Reading<'k> {
    let mut reading = Reading {
        over: super::recovery::over(&input.messages, &knowledge.grammar),
        of: input.messages.iter().map(|message| message.of).collect(),
        ..Reading::default()
    };
    let mut counted: BTreeSet<(u64, usize)> = BTreeSet::new();
    for (at, message) in input.messages.iter().enumerate() {
        let text = judged(&message.text);
        let over = reading.over.contains(&at);
        reading.cut += usize::from(text.len() < message.text.len());
        if is_table(text) {
            reading.tables.insert(at);
        }
        let told = blanked(text);
        let clauses = Clauses::new(&told, &knowledge.grammar);
        let factor = if is_information(text) { 0.5 } else { 1.0 };
        let woken = Woken::by(text, knowledge);
        for (number, ways) in woken.may_hold(&told) {
            let rule = &knowledge.rules[number];
            if let Some(mut hit) = rule.find(&told, &clauses, ways) {
                hit.affirmed &= !over;
                let again =
                    message.shape.is_some_and(|it| hit.affirmed && !counted.insert((it, number)));
                let factor = if again { 0.0 } else { factor };
                reading.found.push(Found { rule, message: at, hit, factor });
            }
        }
        let mut signals = signal::extract(knowledge, text, &woken.letters, &clauses, Some(at));
        // What is over is at fault no more.
        signals.iter_mut().for_each(|signal| signal.affirmed &= !message.resolved);
        reading.signals.extend(signals);
        for (key, value) in &message.labels {
            let (start, end) = word_in(text, value);
            let signal = |kind: &str, names| Signal {
                kind: kind.to_owned(),
                value: value.clone(),
                place: Place { message: Some(at), start, end },
                affirmed: !message.resolved,
                role: Role::Plain,
                names,
            };
            let names = !matches!(key.as_str(), "severity" | "job" | "prometheus");
            reading.signals.push(signal(key, names));
            // What a label means is told by the same rules as if it stood in the text; only one that
            // names where it happened says so.
            let written = format!("{key}={value}");
            let means = knowledge.signals.iter().filter(|rule| {
                (rule.kind == ELSEWHERE || rule.kind == PRODUCTION)
                    && WHERE.contains(&key.as_str())
                    && rule.values(&written).next().is_some()
            });
            reading.signals.extend(means.map(|rule| signal(&rule.kind, false)));
        }
        reading.clauses.push(clauses);
    }
    let back = super::came_back::came_back(&input.messages, &reading, &knowledge.grammar);
    for found in reading.found.iter_mut().filter(|found| back.contains(&found.message)) {
        found.hit.affirmed = false;
    }
    reading.over.extend(back);
    keep_what_came_after(&mut reading);
    super::decide::without_fallbacks(&mut reading.found);
    if let Some(conditions) = input.conditions {
        let text = judged(conditions);
        let held = knowledge.gates.held(text);
        let clauses = Clauses::new(text, &knowledge.grammar);
        reading.signals.extend(signal::extract(knowledge, text, &held, &clauses, None));
    }
    reading
}

/// The value of a line that is a key and a value.
fn pair(line: &str) -> Option<&str> {
    let (key, value) = line.trim().trim_start_matches(['-', '*', ' ']).split_once(':')?;
    let is_key = key.len() <= 40 && key.starts_with(char::is_alphabetic) && !key.contains("  ");
    let value = value.trim();
    (is_key && value.len() <= 120).then_some(value)
}

/// Whether a text is a key with a name as its value, a heading over lines of keys and values, or the
/// command that printed the lines below.
fn is_table(text: &str) -> bool {
    if is_command(text) {
        return true;
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next().and_then(pair) else { return false };
    if text.trim().contains('\n') {
        return first.split_whitespace().count() <= 1 && lines.all(|line| pair(line).is_some());
    }
    !first.is_empty() && !first.contains(char::is_whitespace)
}

/// Where a text holds the words of a label, be it with a version behind them as in `cart-2.3.0`; an
/// empty place where it does not.
pub(super) fn word_in(text: &str, value: &str) -> (usize, usize) {
    let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let versioned = |after: &str| {
        let version = after.strip_prefix("-v").or_else(|| after.strip_prefix('-'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut found = text.match_indices(value).filter(|_| !value.is_empty());
    let whole = found.find(|(start, _)| {
        let (before, after) = (&text[..*start], &text[start + value.len()..]);
        !before.ends_with(is_part) && (!after.starts_with(is_part) || versioned(after))
    });
    whole.map_or((0, 0), |(start, _)| (start, start + value.len()))
}

/// Takes away what only counts behind another rule, where that one did not hold before it, or not of
/// the same thing where that is asked for.
fn keep_what_came_after(reading: &mut Reading<'_>) {
    let mut waiting: BTreeMap<&str, Vec<&After>> = BTreeMap::new();
    for after in reading.found.iter().filter_map(|one| one.rule.after.as_ref()) {
        let of_rule = waiting.entry(&after.rule).or_default();
        if !of_rule.contains(&after) {
            of_rule.push(after);
        }
    }
    if waiting.is_empty() {
        return;
    }
    let asked: BTreeSet<&str> =
        waiting.values().flatten().filter_map(|after| after.same.as_deref()).collect();
    let mut named: HashMap<(&str, usize), Vec<&str>> = HashMap::new();
    for signal in reading.signals.iter().filter(|signal| asked.contains(signal.kind.as_str())) {
        if let Some(message) = signal.place.message {
            named.entry((&signal.kind, message)).or_default().push(&signal.value);
        }
    }
    // Of each rule that something waits for, what the messages named in which it held so far.
    let mut held: HashMap<&After, BTreeSet<&str>> = HashMap::new();
    let mut order: Vec<usize> = (0..reading.found.len()).collect();
    order.sort_by_key(|at| (reading.found[*at].message, reading.found[*at].hit.start));
    let mut kept = vec![true; reading.found.len()];
    for at in order {
        let one = &reading.found[at];
        if let Some(after) = &one.rule.after {
            let before = held.get(after);
            kept[at] = before.is_some_and(|before| match after.same {
                None => true,
                Some(_) => {
                    names(&named, after, one.message).iter().any(|name| before.contains(name))
                }
            });
        }
        for after in waiting.get(one.rule.id.as_str()).into_iter().flatten() {
            if one.hit.affirmed {
                held.entry(after).or_default().extend(names(&named, after, one.message));
            }
        }
    }
    let mut kept = kept.into_iter();
    reading.found.retain(|_| kept.next().unwrap_or(true));
}

/// What a message names of the kind that both have to name.
fn names<'n>(
    named: &HashMap<(&str, usize), Vec<&'n str>>,
    after: &After,
    message: usize,
) -> Vec<&'n str> {
    let of_kind = after.same.as_ref().and_then(|kind| named.get(&(kind.as_str(), message)));
    of_kind.cloned().unwrap_or_default()
}

/// What a line amounts to: two of a shape are the same message only if this is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Which rules find something in it, and whether that is said to be so.
    pub(super) rules: Vec<(usize, bool)>,
    /// What it names beside, where a rule holds.
    pub(super) named: BTreeSet<String>,
}

impl Judgement {
    /// Whether a rule holds.
    pub(super) fn holds(&self) -> bool {
        self.rules.iter().any(|(_, affirmed)| *affirmed)
    }
}

/// Judges a line by itself, before it is a message.
pub(super) fn judgement(text: &str, knowledge: &Knowledge) -> Judgement {
    let text = judged(text);
    let woken = Woken::by(text, knowledge);
    if woken.rules.is_empty() {
        return Judgement::default();
    }
    let told = blanked(text);
    let may_hold = woken.may_hold(&told);
    if may_hold.is_empty() {
        return Judgement::default();
    }
    let clauses = Clauses::new(&told, &knowledge.grammar);
    let finds = |(at, ways): (usize, OpenWays)| {
        Some((at, knowledge.rules[at].find(&told, &clauses, ways)?.affirmed))
    };
    let mut judgement = Judgement {
        rules: may_hold.into_iter().filter_map(finds).collect(),
        named: BTreeSet::new(),
    };
    if judgement.holds() {
        let signals = signal::extract(knowledge, text, &woken.letters, &clauses, None);
        let named = signals.iter().filter(|signal| signal.names);
        judgement.named = named.map(thing).collect();
    }
    judgement
}

/// The part of a text that is judged.
pub(super) fn judged(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

/// Whether a log line calls itself information, by the word at its head.
fn is_information(text: &str) -> bool {
    let head = &text[..text.floor_char_boundary(96)];
    let mut words =
        head.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    // The level stands behind the time and perhaps the name of a host or thread.
    let level = words.by_ref().take(14).find(|word| {
        let upper = word.bytes().all(|byte| byte.is_ascii_uppercase());
        let known = ["trace", "debug", "info", "notice", "warn", "warning", "error", "fatal"];
        let lower = word.to_ascii_lowercase();
        (upper || head.contains(&format!("level={word}")) || head.contains(&format!("\"{word}\"")))
            && known.contains(&lower.as_str())
    });
    level.is_some_and(|level| {
        ["trace", "debug", "info", "notice"].contains(&level.to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_name_is_a_table_and_a_sentence_is_none() {
        let check = |text, expected| assert_eq!(is_table(text), expected, "{text}");
        check("Namespace:        shop", true);
        check("- Host: web-1", true);
        check("Lock Info:\n  ID:  9db5\n  Created: 2026-11-29 21:14 UTC", true);
        check("INFO: release 'edge' was upgraded", false);
        check("Lock Info:\n  somebody holds it", false);
        check("Events:", false);
        check("$ kubectl -n shop get pods", true);
        check("no key", false);
    }

    #[test]
    fn a_label_stands_where_its_words_do_also_before_a_version() {
        let check = |text: &str, expected| assert_eq!(word_in(text, "cart"), expected, "{text}");
        check("failed cart-2.3.0 x", (7, 11));
        check("failed cart-v2 x", (7, 11));
        check("failed cart-blue x, cart", (20, 24));
        check("failed shop-cart-2.3.0", (0, 0));
    }

    #[test]
    fn a_line_of_information_is_known_by_its_head() {
        let check = |text, expected| assert_eq!(is_information(text), expected, "{text}");
        check("2026-05-01T10:00:00Z INFO  [main] connection timeout is 30 s", true);
        check("level=info ts=1 msg=x", true);
        check("{\"level\":\"debug\",\"msg\":\"x\"}", true);
        check("2026-05-01 ERROR INFO", false);
        check("Info on the failed node", false);
        check("node is down", false);
    }
}
