//! All messages, read once: signals and the places where rules hold.

use super::clause::{Clauses, Role};
use super::knowledge::Knowledge;
use super::message::{Input, Place};
use super::pattern::Pattern;
use super::rule::{Hit, Meaning, Rule};
use super::severity::{self, Label};
use super::signal::{self, Signal};

/// How much of one message is judged, in bytes.
pub(super) const MAX_TEXT: usize = 64 << 10;

/// A rule that holds somewhere.
#[derive(Clone, Debug)]
pub(super) struct Found<'k> {
    pub(super) rule: &'k Rule,
    pub(super) message: usize,
    pub(super) hit: Hit,
    /// Half for what a log writes as information only.
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
    /// The level that a source states.
    pub(super) label: Option<Label>,
    /// Each message, taken apart.
    pub(super) clauses: Vec<Clauses>,
    /// How many messages were longer than is judged.
    pub(super) cut: usize,
}

/// Reads everything.
pub(super) fn read<'k>(input: &Input<'_>, knowledge: &'k Knowledge) -> Reading<'k> {
    let mut reading = Reading::default();
    for (at, message) in input.messages.iter().enumerate() {
        let text = judged(&message.text);
        reading.cut += usize::from(text.len() < message.text.len());
        let clauses = Clauses::new(text);
        let factor = if is_information(text) { 0.5 } else { 1.0 };
        for woken in knowledge.woken(text) {
            let rule = &knowledge.rules[woken];
            if let Some(mut hit) = rule.find(text, &clauses) {
                hit.affirmed &= !message.resolved;
                reading.found.push(Found { rule, message: at, hit, factor });
            }
        }
        reading.signals.extend(signal::extract(&knowledge.signals, text, &clauses, Some(at)));
        for (key, value) in &message.labels {
            let place = Place { message: Some(at), start: 0, end: 0 };
            reading.signals.push(Signal {
                kind: key.clone(),
                value: value.clone(),
                place,
                affirmed: true,
                role: Role::Plain,
                names: !matches!(key.as_str(), "severity" | "job" | "prometheus"),
            });
        }
        let label = message.labels.get("severity").and_then(|said| labelled(said));
        let label = label.or_else(|| severity::stated(text, Some(at)));
        if let Some(label) = label.filter(|_| !message.resolved)
            && reading.label.as_ref().is_none_or(|known| known.level < label.level)
        {
            reading.label = Some(label);
        }
        reading.clauses.push(clauses);
    }
    if let Some(conditions) = input.conditions {
        let text = judged(conditions);
        let clauses = Clauses::new(text);
        reading.signals.extend(signal::extract(&knowledge.signals, text, &clauses, None));
        reading.label = reading.label.or_else(|| severity::stated(text, None));
    }
    reading
}

/// The part of a text that is judged.
pub(super) fn judged(text: &str) -> &str {
    &text[..super::clean::floor(text, MAX_TEXT)]
}

fn labelled(said: &str) -> Option<Label> {
    let level = severity::Level::of_label(said)?;
    Some(Label { level, place: None, said: said.to_owned() })
}

/// Whether a log line calls itself information, by the word at its head.
fn is_information(text: &str) -> bool {
    let head = &text[..super::clean::floor(text, 96)];
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
