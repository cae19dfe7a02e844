//! What stands beside a message: the level that its source gives it, and in which environment it
//! happened. Both may stand in the message, at the head of its paragraph, or in the conditions.

use super::label::{Label, Labels};
use super::message::{Input, Message, Place};
use super::reading::{Reading, judged};
use super::severity::Beside;

/// The kind of signal that says that a message is about no production system.
pub(super) const ELSEWHERE: &str = "non_production";

/// The kind of signal that says that a message is about production.
pub(super) const PRODUCTION: &str = "production";

/// A longer line is no heading.
const MAX_HEADING: usize = 160;

/// Of each message.
pub(super) fn beside<'a>(
    input: &'a Input<'_>,
    reading: &Reading<'_>,
    words: &Labels,
) -> Vec<Beside<'a>> {
    let labels = labels(input, reading, words);
    let environments = environments(input, reading);
    let texts = input.messages.iter().map(|message| judged(&message.text));
    let all = texts.zip(labels).zip(environments);
    all.map(|((text, label), environment)| Beside { text, label, environment, bears: false })
        .collect()
}

/// A message's own label, else that of a heading of its paragraph, else that of the conditions.
/// What is over has none: its label says how bad it was.
fn labels(input: &Input<'_>, reading: &Reading<'_>, words: &Labels) -> Vec<Option<Label>> {
    let lasts = |at: usize| !reading.over.contains(&at);
    let own: Vec<Option<Label>> = input
        .messages
        .iter()
        .enumerate()
        .map(|(at, message)| words.of_message(message, at).filter(|_| lasts(at)))
        .collect();
    let told = input.conditions.and_then(|text| words.stated(judged(text), None));
    let heads = |at: usize| own[at].is_some() && is_heading(input, reading, at);
    let inherited = |at: usize| {
        heading_of(&input.messages, at, heads).map_or(told.as_ref(), |head| own[head].as_ref())
    };
    (0..own.len())
        .map(|at| own[at].as_ref().or_else(|| inherited(at).filter(|_| lasts(at))).cloned())
        .collect()
}

/// Where it is said that a message is about no production system: in it, at the head of its
/// paragraph, or, where no message speaks of production, anywhere.
fn environments(input: &Input<'_>, reading: &Reading<'_>) -> Vec<Option<Place>> {
    let says = |kind: &str, at: Option<usize>| {
        let mut of_kind = reading.signals.iter().filter(|signal| signal.kind == kind);
        of_kind
            .find(|signal| signal.affirmed && signal.place.message == at)
            .map(|signal| signal.place)
    };
    let count = input.messages.len();
    let live: Vec<bool> = (0..count).map(|at| says(PRODUCTION, Some(at)).is_some()).collect();
    let own: Vec<Option<Place>> =
        (0..count).map(|at| says(ELSEWHERE, Some(at)).filter(|_| !live[at])).collect();
    let told = says(ELSEWHERE, None).or_else(|| {
        let any = own.iter().flatten().next().copied();
        any.filter(|_| !live.contains(&true) && says(PRODUCTION, None).is_none())
    });
    let heads = |at: usize| (own[at].is_some() || live[at]) && is_heading(input, reading, at);
    let inherited =
        |at: usize| heading_of(&input.messages, at, heads).map_or(told, |head| own[head]);
    (0..count).map(|at| own[at].or_else(|| inherited(at).filter(|_| !live[at]))).collect()
}

/// Whether a message is a line that says what follows is about, as in `Severity: P2`, and nothing
/// of its own. A line with a time is one of a log, which speaks for itself.
fn is_heading(input: &Input<'_>, reading: &Reading<'_>, at: usize) -> bool {
    let message = &input.messages[at];
    message.happened_at.is_none()
        && message.text.len() <= MAX_HEADING
        && !message.text.contains('{')
        && !reading.found.iter().any(|found| found.message == at && found.hit.affirmed)
}

/// The last heading before a message in its paragraph, else the first one behind it.
fn heading_of(messages: &[Message], at: usize, heads: impl Fn(usize) -> bool) -> Option<usize> {
    let paragraph = messages[at].paragraph?;
    let same = |other: &usize| messages[*other].paragraph == Some(paragraph);
    let before = (0..at).rev().take_while(same).find(|other| heads(*other));
    before.or_else(|| (at + 1..messages.len()).take_while(same).find(|other| heads(*other)))
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
        let line = "2026-05-01T10:00:00Z severity=info a user came";
        check(&format!("{line}\n{down}"), None, &[Level::Info, High], High);
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
            &format!("Environment: staging\n{cart}\n\nEnvironment: production\n{shop}"),
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
