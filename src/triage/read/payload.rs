//! JSON that somebody pasted with a line or two around it: below the heading of a chat, after
//! `here is the payload:`, between fences.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::helm_row::is_row;
use super::{Pasted, log, structured};
use crate::text::LineIndex;
use crate::text::pattern::pattern;
use crate::triage::knowledge::Knowledge;
use crate::triage::reading::judgement;

/// So many lines may stand around; in more of them, JSON is one of many things that are told.
const MOST_LINES: usize = 12;

/// So many brackets are tried: each may begin JSON, and most begin none.
const MOST_TRIES: usize = 24;

/// Who wrote at what time, and nothing else: `alertmanager APP  02:13`, `[02:13] ana:`.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"[\[(]?(?:\S+ at )?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?[\])]?";
    let name = r"\*{0,2}@?[\p{L}\d_.-]+(?: [\p{L}\d_.-]+){0,3}\*{0,2}";
    pattern(&format!(r"^(?:{name},? *(?:[—–-] *)?{time}|{time},? *(?:{name})?):?$"))
});

/// Reads what stands in a text as JSON of a shape that is known; none if nothing does, or if more
/// than a few lines stand around it.
pub(super) fn read(text: &str, knowledge: &Knowledge) -> Option<Pasted> {
    let payloads = payloads(text)?;
    let lines = LineIndex::new(text);
    let mut all = Pasted::default();
    let mut from = 0;
    for (range, mut pasted) in payloads {
        around(text, from..range.start, &lines, knowledge, &mut all);
        pasted.messages.iter_mut().for_each(|message| message.offset = range.start);
        pasted.outputs.iter_mut().for_each(|output| output.range = range.clone());
        all.outputs.append(&mut pasted.outputs);
        all.kind = pasted.kind;
        all.messages.extend(pasted.messages);
        all.notes.extend(pasted.notes);
        from = range.end;
    }
    around(text, from..text.len(), &lines, knowledge, &mut all);
    Some(all)
}

/// Each JSON of a shape that is known, and where it stands.
fn payloads(text: &str) -> Option<Vec<(Range<usize>, Pasted)>> {
    let mut found = Vec::new();
    let (mut at, mut from, mut lines) = (0, 0, 0);
    for _ in 0..MOST_TRIES {
        let Some(next) = text[at..].find(['{', '[']).map(|next| at + next) else { break };
        if lines + said(&text[from..next]).count() > MOST_LINES {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(&text[next..]).into_iter::<Value>();
        at = match values.next() {
            // What was cut off is no JSON, and neither is a piece of it.
            Some(Err(error)) if error.is_eof() => break,
            Some(Ok(json)) => {
                let end = next + values.byte_offset();
                if let Some(pasted) = structured(&json) {
                    lines += said(&text[from..next]).count();
                    found.push((next..end, pasted));
                    from = end;
                }
                end
            }
            _ => next + 1,
        };
    }
    let few = lines + said(&text[from..]).take(MOST_LINES + 1).count() <= MOST_LINES;
    (few && !found.is_empty()).then_some(found)
}

/// The lines that say anything, but for rows that Helm printed.
fn said(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !is_fence(line) && !line.trim().is_empty() && !is_row(line))
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ', '\t']);
    line.starts_with("```") || line.starts_with("~~~")
}

/// The lines beside JSON, each a message as it would be without it.
fn around(
    text: &str,
    piece: Range<usize>,
    lines: &LineIndex,
    knowledge: &Knowledge,
    all: &mut Pasted,
) {
    let first = lines.line(piece.start) - 1;
    let paragraphs = all.messages.iter().filter_map(|message| message.paragraph).max();
    let mut pasted = log::read(&text[piece.clone()], knowledge);
    pasted.messages.retain(|message| !is_heading(&message.text, knowledge));
    for message in &mut pasted.messages {
        message.offset += piece.start;
        message.line += first;
        // What stands on the other side of a payload is told by itself.
        let before = paragraphs.map_or(0, |last| last + 1);
        message.paragraph = message.paragraph.map(|paragraph| before + paragraph);
    }
    all.messages.append(&mut pasted.messages);
    all.notes.append(&mut pasted.notes);
}

/// Whether a line only says who writes, or that something follows.
fn is_heading(line: &str, knowledge: &Knowledge) -> bool {
    let line = line.trim();
    let announces = || line.ends_with(':') && !judgement(line, knowledge).holds();
    is_fence(line) || HEADING.is_match(line) || announces()
}

#[cfg(test)]
mod tests {
    use super::super::{InputKind, Pasted};
    use crate::triage::knowledge::Knowledge;

    const ALERTS: &str = r#"{"status":"firing","alerts":[
 {"labels":{"alertname":"DiskFull","severity":"critical"},
  "annotations":{"summary":"/var is full"}}]}"#;

    fn read(text: &str) -> Pasted {
        super::super::read(text, Knowledge::built_in().expect("the built-in files"))
    }

    /// What is read of a text, its own lines with their places.
    fn check(text: &str, expected: &[&str]) {
        let pasted = read(text);
        let texts: Vec<&str> = pasted.messages.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, expected, "{text}");
        for message in pasted.messages.iter().filter(|message| message.line > 0) {
            let line = text.lines().nth(message.line - 1).expect("the line");
            assert!(line.contains(&message.text), "{}: {line}", message.line);
            assert!(text[message.offset..].starts_with(&message.text), "{}", message.offset);
        }
    }

    #[test]
    fn json_below_a_heading_is_read_as_what_it_is() {
        let alert = "DiskFull: /var is full";
        for heading in [
            "alertmanager APP  02:13\n",
            "**alertmanager** [02:13]\n",
            "[02:13:55] ana:\n",
            "Ana Lovelace — Today at 2:13 PM\n",
            "here is the payload:\n",
            "here is the payload: ",
            "\n```json\n",
            "alertmanager APP  02:13\nthe payload:\n\n```\n",
        ] {
            check(&format!("{heading}{ALERTS}"), &[alert]);
            check(&format!("{heading}{ALERTS}\n```\n"), &[alert]);
        }
        assert_eq!(read(&format!("bot APP 02:13\n{ALERTS}")).kind, InputKind::Alerts);
        let severity = read(&format!("bot 02:13\n{ALERTS}")).messages[0].labels["severity"].clone();
        assert_eq!(severity, "critical");
    }

    #[test]
    fn what_is_said_around_json_stays_and_keeps_its_place() {
        let alert = "DiskFull: /var is full";
        check(
            &format!(
                "ana 02:13\ngröße of db-1 is at 100%\n```\n{ALERTS}\n```\nwrites fail since then\n"
            ),
            &["größe of db-1 is at 100%", alert, "writes fail since then"],
        );
        check(
            &format!("[warn] {{x}} disk full, payload: {ALERTS} ok?"),
            &["[warn] {x} disk full, payload: ", alert, "ok?"],
        );
        check(&format!("{ALERTS}\nbot 02:14\n{ALERTS}"), &[alert, alert]);
    }

    #[test]
    fn json_among_many_lines_or_of_no_known_shape_or_cut_off_is_text() {
        let long = "all is well\n".repeat(20);
        for text in [
            format!("{long}{ALERTS}"),
            format!("{ALERTS}\n{long}"),
            format!("bot 02:13\n{}", &ALERTS[..ALERTS.len() - 3]),
            "bot 02:13\n{\"level\":\"error\",\"msg\":\"x\"}".to_owned(),
        ] {
            assert_eq!(read(&text).kind, InputKind::Log, "{text}");
        }
    }
}
