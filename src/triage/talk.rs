//! Whether messages are talk, in which nobody names a thing that could fail.

use super::message::Message;
use super::reading::{Reading, judged};

/// The longest name that somebody speaks under, in bytes.
const MAX_NAME: usize = 30;

/// Whether people speak in all messages, and none names a thing, or holds a figure, a path or a key
/// as programs write them.
pub(super) fn is_talk(messages: &[Message], reading: &Reading<'_>) -> bool {
    let names = reading.signals.iter().any(|signal| signal.names);
    let talk = |message: &Message| {
        let said = spoken(judged(&message.text));
        said.is_some_and(|said| !said.split_whitespace().any(is_technical))
    };
    !names && !messages.is_empty() && messages.iter().all(talk)
}

/// What somebody says in a line of a chat, `[12:05] Anke: who is there?`.
fn spoken(line: &str) -> Option<&str> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let (name, said) = rest.split_once(": ")?;
    let is_time = time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || c == ':');
    let is_name =
        name.len() <= MAX_NAME && name.chars().all(|c| c.is_alphabetic() || " .-".contains(c));
    (is_time && is_name).then_some(said)
}

/// Whether people do not write such a word among themselves.
fn is_technical(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '/' | '\\' | '=' | '%' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_talk_and_a_figure_or_a_path_is_no_talk() {
        let check = |texts: &[&str], expected: bool| {
            let messages: Vec<Message> = texts.iter().map(|text| Message::new(text)).collect();
            assert_eq!(is_talk(&messages, &Reading::default()), expected, "{texts:?}");
        };
        let asks = "[12:05] Anke: who writes the list of holidays?";
        check(&[asks, "[12:07] Gregor: I do."], true);
        check(&[asks, "the whatsit says boo"], false);
        check(&["[12:05] Anke: the frobnicator says 45s"], false);
        check(&["[12:05] Anke: it is in /var/log"], false);
        check(&["[warn] Anke: the frobnicator says boo"], false);
        check(&[], false);
    }
}
