//! What stands beside a message: the level that its source gives it, and in which environment it
//! happened. Both may stand in the message, at the head of its paragraph, or in the conditions.

use super::grammar::{Grammar, Kind};
use super::knowledge::Knowledge;
use super::label::Label;
use super::message::{Input, Message, Place};
use super::reading::{Reading, judged};
use super::severity::Beside;

/// The kind of signal that says that a message is about no production system.
pub(super) const ELSEWHERE: &str = "non_production";

/// The kind of signal that says that a message is about production.
pub(super) const PRODUCTION: &str = "production";

/// A longer line is no heading.
const MAX_HEADING: usize = 80;

/// Of each message.
pub(super) fn beside<'a>(
    input: &'a Input<'_>,
    reading: &Reading<'_>,
    knowledge: &Knowledge,
) -> Vec<Beside<'a>> {
    let labels = labels(input, reading, knowledge);
    let environments = environments(input, reading, &knowledge.grammar);
    let texts = input.messages.iter().map(|message| judged(&message.text));
    let all = texts.zip(labels).zip(environments);
    all.map(|((text, label), environment)| Beside { text, label, environment, ..Beside::default() })
        .collect()
}

/// A message's own label, else that of a heading of its paragraph, else that of the conditions.
/// What is over has none: its label says how bad it was.
fn labels(input: &Input<'_>, reading: &Reading<'_>, knowledge: &Knowledge) -> Vec<Option<Label>> {
    let words = &knowledge.labels;
    let lasts = |at: usize| !reading.over.contains(&at);
    let own: Vec<Option<Label>> = input
        .messages
        .iter()
        .enumerate()
        .map(|(at, message)| words.of_message(message, at).filter(|_| lasts(at)))
        .collect();
    let told = input.conditions.and_then(|text| words.stated(judged(text), None));
    let heads: Vec<bool> = input
        .messages
        .iter()
        .zip(&own)
        .map(|(message, label)| label.is_some() && is_heading(message, &knowledge.grammar))
        .collect();
    let headings = headings(&input.messages, &heads);
    let inherited = |at: usize| headings[at].map_or(told.as_ref(), |heading| own[heading].as_ref());
    (0..own.len())
        .map(|at| own[at].as_ref().or_else(|| inherited(at).filter(|_| lasts(at))).cloned())
        .collect()
}

/// Where it is said that a message is about no production system: in it, at the head of its
/// paragraph, or, where no message speaks of production, anywhere.
fn environments(input: &Input<'_>, reading: &Reading<'_>, grammar: &Grammar) -> Vec<Option<Place>> {
    let count = input.messages.len();
    let (mut own, mut live) = (vec![None; count], vec![false; count]);
    let (mut told, mut told_live) = (None, false);
    for signal in reading.signals.iter().filter(|signal| signal.affirmed) {
        match (signal.kind.as_str(), signal.place.message) {
            (ELSEWHERE, Some(at)) => drop(own[at].get_or_insert(signal.place)),
            (ELSEWHERE, None) => drop(told.get_or_insert(signal.place)),
            (PRODUCTION, Some(at)) => live[at] = true,
            (PRODUCTION, None) => told_live = true,
            _ => {}
        }
    }
    for (place, live) in own.iter_mut().zip(&live) {
        *place = place.filter(|_| !live);
    }
    let any = own.iter().flatten().next().copied();
    let told = told.or_else(|| any.filter(|_| !live.contains(&true) && !told_live));
    let heads: Vec<bool> = (0..count)
        .map(|at| (own[at].is_some() || live[at]) && is_heading(&input.messages[at], grammar))
        .collect();
    let headings = headings(&input.messages, &heads);
    let inherited = |at: usize| headings[at].map_or(told, |heading| own[heading]);
    (0..count).map(|at| own[at].or_else(|| inherited(at).filter(|_| !live[at]))).collect()
}

/// Whether a line says what the others of its paragraph are about, and nothing else.
fn is_heading(message: &Message, grammar: &Grammar) -> bool {
    let kinds = [Kind::SeverityName, Kind::Heading];
    message.text.len() <= MAX_HEADING
        && kinds.iter().any(|kind| grammar.is_in(*kind, &message.text))
}

/// For each message the last heading before it in its paragraph, else the first one behind it.
fn headings(messages: &[Message], heads: &[bool]) -> Vec<Option<usize>> {
    let mut headings = vec![None; messages.len()];
    let passes: [&mut dyn Iterator<Item = usize>; 2] =
        [&mut (0..messages.len()), &mut (0..messages.len()).rev()];
    for pass in passes {
        // The last heading that was met, and its paragraph.
        let mut last: Option<(usize, usize)> = None;
        for at in pass {
            let Some(paragraph) = messages[at].paragraph else { continue };
            let near = last.filter(|(of, _)| *of == paragraph).map(|(_, heading)| heading);
            headings[at] = headings[at].or(near);
            if heads[at] {
                last = Some((paragraph, at));
            }
        }
    }
    headings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Input, Knowledge, Level, Message, PlanLint, Store, read, triage};

    /// The level of each message that has one, and of all.
    fn levels(text: &str, conditions: Option<&str>) -> (Vec<Level>, Level) {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let messages = read::read(text, knowledge).messages;
        of(messages, conditions, knowledge)
    }

    fn of(
        messages: Vec<Message>,
        conditions: Option<&str>,
        knowledge: &Knowledge,
    ) -> (Vec<Level>, Level) {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let input = Input { messages, conditions, ..Input::default() };
        let report = triage(&input, &Store::default(), knowledge, lint);
        (report.messages.iter().filter_map(|one| one.level).collect(), report.severity.level)
    }

    #[test]
    fn a_label_holds_for_its_message_and_a_heading_for_its_paragraph() {
        use Level::{Critical, High, Low, Medium};
        let down = "the payment service is down";
        let check = |text: &str, conditions, expected: &[Level], all| {
            assert_eq!(levels(text, conditions), (expected.to_vec(), all), "{text}");
        };
        check(&format!("severity=low {down}\n{down}, too"), None, &[Low, High], High);
        check(&format!("Service: payment\nSeverity: P3\n{down}"), None, &[Low, Low, Low], Low);
        check(&format!("{down}\nSeverity: P3"), None, &[Low, Low], Low);
        check(&format!("Severity: P3\n\n{down}"), None, &[Low, High], High);
        for line in [
            "2026-05-01T10:00:00Z severity=info a user came",
            "May  1 10:00:00 web app: severity=info a user came",
            "[warning] a user came",
        ] {
            assert_eq!(levels(&format!("{line}\n{down}"), None).1, High, "{line}");
        }
        check(down, Some("labelled severity=warning"), &[Medium], Medium);
        check(&format!("[critical] {down}"), Some("severity=warning"), &[Critical], Critical);
    }

    #[test]
    fn an_environment_holds_for_what_says_no_other() {
        use Level::{High, Medium};
        let check = |text: &str, conditions, expected: &[Level]| {
            assert_eq!(levels(text, conditions).0, expected, "{text}");
        };
        let (cart, shop) = ("the cart service is down", "the mail service is down");
        check(&format!("in namespace staging {cart}\n{shop}"), None, &[Medium, Medium]);
        check(
            &format!("in namespace staging {cart}\nin namespace production {shop}"),
            None,
            &[Medium, High],
        );
        check(
            &format!("Environment: staging\n{cart}\n\nEnvironment: production\n{cart}"),
            None,
            &[Medium, High],
        );
        check(cart, Some("the staging cluster"), &[Medium]);
        check(
            "the rollout in staging was good; in production the mail service is down",
            None,
            &[High],
        );
        let labels: BTreeMap<String, String> = [("env".to_owned(), "qa".to_owned())].into();
        let alert = Message { labels, ..Message::new(cart) };
        let knowledge = Knowledge::built_in().expect("the built-in files");
        assert_eq!(of(vec![alert], None, knowledge).1, Medium);
    }
}
