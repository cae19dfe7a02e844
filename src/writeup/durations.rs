//! Durations that a report states: `Time to repair: 3h 21m`, `resolved in 1h 12m`.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Block;
use super::outline::{label_of, value_of};
use super::rows::{Reading, blank};
use super::vocabulary::stretch_of;
use super::when::leading;
use super::{SectionKind, Span, StatedDuration, WriteUp};
use crate::runbook::Severity;
use crate::text::pattern::pattern;
use crate::text::truncate_to_width;

static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(\d{1,6}(?:[.,]\d{1,2})?)\s*-?(d(?:ays?)?|tage?n?|h(?:rs?|ours?)?|stunden?|m(?:ins?|inutes?)?|minuten?|s(?:ecs?|econds?)?|sekunden?|w(?:eeks?)?)\b\.?",
    )
});
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?:\s*(?:h|hrs?|hours?)\b)?"));
static COMPACT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(\d{1,3})h([0-5]\d)m?\b"));
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:about|around|approx\.?|approximately|roughly|circa|ca\.?|under|over|less than|more than|up to|nearly|almost|[~≈<>≤≥])\s*",
    )
});
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(detected|acknowledged|acked|mitigated|repaired|restored|recovered|resolved|fixed)\s+(?:in|after)\s+|\b(?:incident|outage)\s+(?:lasted|took)\s+(?:for\s+)?",
    )
});
static HOURS_OF_WORK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:support|business|working|office)\s+(?:hours?|days?|time)\b")
});

/// A duration at the beginning of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) seconds: i64,
    /// Bytes it takes.
    pub(super) bytes: usize,
}

/// The duration that some words begin with: `1h 12m`, `39 minutes`, `0:39`, `2 days, 3 hours`.
pub(super) fn leading_length(words: &str) -> Option<Length> {
    let mut at = words.len() - words.trim_start().len();
    while let Some(found) = LEAD.find(&words[at..]) {
        at += found.end();
    }
    let rest = &words[at..];
    if let Some(found) = COMPACT.captures(rest) {
        let seconds = number(&found[1])? * 3600 + number(&found[2])? * 60;
        return Some(Length { seconds, bytes: at + found[0].len() });
    }
    if let Some(found) = CLOCK.captures(rest) {
        let last = found.get(3).map_or(Some(0), |s| number(s.as_str()))?;
        let seconds = number(&found[1])? * 3600 + number(&found[2])? * 60 + last;
        return Some(Length { seconds, bytes: at + found[0].len() });
    }
    let mut seconds = 0;
    let mut smallest = i64::MAX;
    let mut end = None;
    loop {
        let rest = &words[at..];
        let skipped = rest.len() - rest.trim_start_matches([' ', ',']).len();
        let mut next = at + skipped;
        if end.is_some() && words[next..].starts_with("and ") {
            next += 4;
        }
        let Some(found) = PIECE.captures(&words[next..]) else { break };
        let unit = unit(&found[2]);
        if unit >= smallest {
            break;
        }
        smallest = unit;
        seconds += scaled(&found[1], unit)?;
        at = next + found[0].len();
        end = Some(at);
    }
    Some(Length { seconds, bytes: end? })
}

fn number(digits: &str) -> Option<i64> {
    digits.parse().ok()
}

/// A number with at most two decimals, times a unit.
fn scaled(number: &str, unit: i64) -> Option<i64> {
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let hundredths = match part.len() {
        0 => 0,
        1 => part.parse::<i64>().ok()? * 10,
        _ => part.parse::<i64>().ok()?,
    };
    Some(whole.parse::<i64>().ok()? * unit + hundredths * unit / 100)
}

fn unit(word: &str) -> i64 {
    match word.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('w') => 604_800,
        Some('d' | 't') => 86_400,
        Some('h') => 3600,
        Some('m') => 60,
        _ if word.to_lowercase().starts_with("st") => 3600,
        _ => 1,
    }
}

/// Reads the durations of one incident.
pub(super) fn read(reading: &mut Reading<'_>, write_up: &mut WriteUp) {
    let mut found = Vec::new();
    if !reading.is_one_of_several {
        for (key, value, line) in reading.source.front {
            if let Some(span) = stretch_of(key) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                labelled(reading, &mut found, span, &value, *line);
            }
        }
    }
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        if !may_tell(place.kind) {
            continue;
        }
        match block {
            Block::Line(line) if !line.quoted && !line.code => {
                let label = label_of(line);
                if let Some((label, span)) = label.and_then(|l| Some((l, stretch_of(l)?))) {
                    labelled(reading, &mut found, span, value_of(line, label), line.line);
                } else if tells_in_sentences(place.kind) {
                    sentences(&mut found, &line.words, line.line);
                }
            }
            Block::Table(table) if !table.quoted => {
                let header = table.header.as_slice();
                if let [label, value, ..] = header
                    && let Some(span) = stretch_of(label)
                {
                    let (value, line) = (value.clone(), table.line);
                    labelled(reading, &mut found, span, &value, line);
                }
                for row in &table.rows {
                    if let [label, value, ..] = row.cells.as_slice()
                        && let Some(span) = stretch_of(&label.words)
                    {
                        labelled(reading, &mut found, span, &value.words, row.line);
                    }
                }
            }
            _ => {}
        }
    }
    write_up.durations = found;
}

fn may_tell(kind: Option<SectionKind>) -> bool {
    use SectionKind::{ActionItems, Lessons, Lucky, Other, Timeline, WentWell, WentWrong};
    let apart = [ActionItems, Lessons, Lucky, Other, Timeline, WentWell, WentWrong];
    !kind.is_some_and(|kind| apart.contains(&kind))
}

fn tells_in_sentences(kind: Option<SectionKind>) -> bool {
    use SectionKind::{Detection, Impact, Resolution, Summary};
    kind.is_none_or(|kind| [Detection, Facts, Impact, Resolution, Summary].contains(&kind))
}
use SectionKind::Facts;

fn labelled(
    reading: &mut Reading<'_>,
    found: &mut Vec<StatedDuration>,
    span: Span,
    value: &str,
    line: usize,
) {
    let value = value.trim();
    // `Duration: 14:03 – 14:42 (39 minutes)` names its ends first.
    let is_range = leading(value).is_some_and(|when| when.until.is_some() || when.day.is_some());
    let inner = value.find('(').filter(|_| is_range).map_or(value, |at| &value[at + 1..]);
    if let Some(length) = leading_length(inner) {
        let words = truncate_to_width(value, 60);
        let support_hours = HOURS_OF_WORK.is_match(value);
        found.push(StatedDuration { span, seconds: length.seconds, words, support_hours, line });
        return;
    }
    let says_a_number = value.starts_with(|c: char| c.is_ascii_digit());
    if says_a_number && !is_range && blank(value).is_none() {
        let message = format!("`{}` is no duration that can be read", truncate_to_width(value, 60));
        reading.report(line, "unreadable-duration", Severity::Warning, message);
    }
}

/// `It was resolved in 1h 12m.`
fn sentences(found: &mut Vec<StatedDuration>, words: &str, line: usize) {
    for verb in SENTENCE.captures_iter(words).take(8) {
        let end = verb.get(0).map_or(0, |whole| whole.end());
        let Some(length) = leading_length(&words[end..]) else { continue };
        let before = words[..end - verb[0].len()].to_lowercase();
        const WISHES: [&str; 9] =
            ["be", "can", "could", "might", "must", "not", "should", "will", "would"];
        if before.split_whitespace().rev().take(4).any(|word| WISHES.contains(&word)) {
            continue;
        }
        let span =
            verb.get(1).map_or(Span::Whole, |verb| match verb.as_str().to_lowercase().as_str() {
                "detected" => Span::Detect,
                "acknowledged" | "acked" => Span::Acknowledge,
                "resolved" | "fixed" => Span::Resolve,
                _ => Span::Mitigate,
            });
        let said = &words[end - verb[0].len()..end + length.bytes];
        let (seconds, words) = (length.seconds, truncate_to_width(said.trim(), 60));
        found.push(StatedDuration { span, seconds, words, support_hours: false, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let check = |words: &str, expected: Option<i64>| {
            assert_eq!(leading_length(words).map(|l| l.seconds), expected, "{words}");
        };
        check("39 minutes", Some(39 * 60));
        check("1h 12m", Some(72 * 60));
        check("5h 09m (during support hours 10:00-17:00)", Some(309 * 60));
        check("~2 hours and 5 min", Some(125 * 60));
        check("2 days, 3 hours", Some(51 * 3600));
        check("1.5 hours", Some(90 * 60));
        check("0:39", Some(39 * 60));
        check("1:02:03", Some(3723));
        check("1h12", Some(72 * 60));
        check("about 45 min.", Some(45 * 60));
        check("90s", Some(90));
        check("3 Stunden 5 Minuten", Some(185 * 60));
        check("12 minus", None);
        check("TBC", None);
        check("4200 customers", None);
        check("", None);
    }
}
