//! How bad a source says itself that it is.

use std::sync::LazyLock;

use regex::Regex;

use super::level::Level;
use super::message::{Message, Place};
use crate::text::pattern::pattern;

/// A level that a source states, and where.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) level: Level,
    /// None where it is a label beside the text.
    pub(super) place: Option<Place>,
    pub(super) said: String,
}

/// The level that the source of a message gives it: in a label beside the text, else within it.
pub(super) fn of_message(message: &Message, number: usize) -> Option<Label> {
    let beside = message.labels.get("severity").and_then(|said| {
        Some(Label { level: Level::of_label(said)?, place: None, said: said.clone() })
    });
    beside.or_else(|| stated(super::reading::judged(&message.text), Some(number)))
}

static LABELS: LazyLock<Regex> = LazyLock::new(|| {
    let source = concat!(
        r"(?i)\b(?:severity|priority|prio|sev|urgency)\s*(?:[=:]|is)?\s*",
        r#"["'\[(]*(critical|crit|page|disaster|emergency|fatal|error|high|major|warning|warn|medium|"#,
        r"moderate|average|low|minor|info|informational|none|s[1-4]|p[0-4]|sev-?[1-5]|[1-4])\b",
        r"|(?:^|[\s\[(])(p[0-4]|sev-?[1-5])\b(?:\s*[-:\])]|\s+(?:incident|alert|ticket|outage))",
        r"|^\W*(?:\*\*\s*)?(?:problem|alert|firing)\b[^.;]*?\b(critical|warning)\b",
        r"|\[(?:firing[:\d]*\]\s*\[?)?(critical|warning|page|sev-?[1-5]|p[0-4])\]",
    );
    pattern(source)
});

/// The level that a text states about itself, and where.
pub(super) fn stated(text: &str, message: Option<usize>) -> Option<Label> {
    // A label stands at the head of an alert; further on it speaks of something else.
    let head = &text[..super::clean::floor(text, 4096)];
    LABELS.captures_iter(head).find_map(|found| {
        let group = (1..found.len()).find_map(|at| found.get(at))?;
        let said = group.as_str();
        // `severity: 1` counts in the same way as `sev1`.
        let level = match said {
            "1" | "2" | "3" | "4" => Level::of_label(&format!("sev{said}")),
            _ => Level::of_label(said),
        }?;
        let place = Place { message, start: group.start(), end: group.end() };
        Some(Label { level, place: Some(place), said: said.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_level_is_found() {
        let check = |text, expected| {
            assert_eq!(stated(text, None).map(|label| label.level), expected, "{text}");
        };
        check("Alert rule labelled severity=critical; x", Some(Level::Critical));
        check("severity: \"warning\"", Some(Level::Medium));
        check("[P1] checkout is down", Some(Level::High));
        check("SEV2 - login", Some(Level::High));
        check("[FIRING:1] [critical] x", Some(Level::Critical));
        check("the process has high priority", None);
        check("page 3 not found, critical section entered", None);
        check("p99 is 3 s", None);
    }
}
