//! Words of a message as a sentence about it quotes them: nothing ends in the middle.
//!
//! A piece that a limit of length cut off reads as if it were all, and what is missing is often
//! what matters: `the current time … is`, `only 12.3 % is left and is`. So what ends on a word that
//! wants another one behind it, or where a limit stopped, goes on to the end of its sentence; only
//! what is far too long is cut, between words and with a mark.

use std::sync::LazyLock;

use regex::Regex;

use super::clean::whole_words;
use crate::text::pattern::pattern;

/// The longest piece of a message that a sentence quotes, in bytes.
pub(super) const MAX_QUOTE: usize = 240;

/// Of a longer sentence so much is quoted up to the end of what was found, in bytes: what went wrong
/// at last stands behind all through which it came.
const MAX_BEFORE: usize = 160;

/// A shorter sentence, in bytes, says nothing without the one before it: `Connection refused.`
const FEWEST: usize = 24;

/// Words that want another one behind them, in English and German.
const OPEN: [&str; 75] = [
    "a", "after", "an", "and", "are", "as", "at", "be", "because", "been", "before", "but", "by",
    "can", "cannot", "could", "due", "for", "from", "had", "has", "have", "if", "in", "into", "is",
    "its", "may", "must", "no", "of", "or", "over", "since", "than", "that", "the", "their", "to",
    "until", "was", "were", "when", "which", "while", "will", "with", "within", "would", "aber",
    "als", "am", "auf", "bei", "das", "dass", "dem", "den", "der", "die", "durch", "ein", "eine",
    "einer", "im", "ist", "mit", "nach", "oder", "sind", "und", "von", "wegen", "zu", "zum",
];

/// When a log line was written, and the level, which say nothing about what fails.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\] |\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]? +|\[\d\d:\d\d(?::\d\d)?\] +)",
    )
});

/// Whether words end on one that wants another one.
pub(super) fn is_open(words: &str) -> bool {
    let last = words.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let begins = last.len() < words.len();
    begins && OPEN.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// What was found, to the end of what it says. `limited` is what an expression found that may stop
/// at a length.
pub(super) fn whole(text: &str, start: usize, end: usize, limited: bool) -> (usize, usize) {
    let found = text.get(start..end).unwrap_or_default().trim_end();
    let stops = start + found.len();
    let after = text.get(stops..).unwrap_or_default();
    let phrase = found.contains(char::is_whitespace);
    let goes_on = phrase && (is_open(found) || limited && !ends_before(after) || contrasts(after));
    if !goes_on {
        return whole_words(text, start, end);
    }
    let (from, _) = whole_words(text, start, text.len());
    (from, sentence_end(text, stops))
}

/// Whether what was said ends before these words.
fn ends_before(after: &str) -> bool {
    let mut letters = after.chars();
    match letters.next() {
        None | Some(',' | ';' | '\n' | '"' | '\'' | '”' | ')' | '|' | '}') => true,
        // Not the point of a number.
        Some('.') => letters.next().is_none_or(char::is_whitespace),
        _ => false,
    }
}

/// Whether the words behind say what it is not, without which the half before is the wrong one.
fn contrasts(after: &str) -> bool {
    [", not ", ", but ", ", got "].iter().any(|words| after.starts_with(words))
}

/// Where the sentence around a byte ends: before a line end, or a stop that is none of a number or
/// an abbreviation.
fn sentence_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.char_indices().find(|(near, letter)| match letter {
        '\n' | ';' => true,
        '.' | '!' | '?' => is_stop(&text[..at + near], &rest[near + 1..]),
        _ => false,
    });
    let end = at + end.map_or(rest.len(), |(near, _)| near);
    at + text.get(at..end).unwrap_or_default().trim_end().len()
}

/// Where the sentence around a byte begins.
fn sentence_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mut ends = before.char_indices().filter(|(near, letter)| match letter {
        '\n' => true,
        '.' | '!' | '?' | ';' => is_stop(&text[..*near], &text[near + 1..]),
        _ => false,
    });
    ends.next_back().map_or(0, |(near, _)| near + 1)
}

/// Whether a stop between these words ends a sentence. The one behind a name with points of its own
/// is part of the name.
fn is_stop(before: &str, after: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    if word.contains('.') && word.ends_with(char::is_alphabetic) && !after.trim().is_empty() {
        return false;
    }
    let mut letters = after.chars();
    match letters.next() {
        None | Some('\n') => true,
        Some(' ' | '\t') => {
            letters.find(|c| *c != ' ').is_none_or(|c| !c.is_lowercase() && !c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Words of a message that are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    /// Their first byte.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// More follows that is too long to be quoted.
    pub(super) cut: bool,
}

impl Quote {
    /// The sentence around a place; of a long one what stands nearest to the place.
    pub(super) fn around(text: &str, start: usize, end: usize) -> Self {
        let (mut from, to) = (sentence_start(text, start), sentence_end(text, end));
        let is_line = text[..from].ends_with('\n');
        if to.saturating_sub(from) < FEWEST && !is_line {
            from = sentence_start(text, from.saturating_sub(2));
        }
        let to = quotation_end(text, from, to).max(end).min(text.len());
        let head = HEAD.find(&text[from..to]).map_or(0, |head| head.end());
        from = (from + head).min(start);
        if to - from > MAX_QUOTE {
            from = near_before(text, from, start, end);
        }
        let cut = to > from + MAX_QUOTE;
        let to = text.floor_char_boundary(to.min(from + MAX_QUOTE)).max(from);
        let (from, to) = if cut { whole_words(text, from, to) } else { (from, to) };
        Self { cut, ..Self::trimmed(text, from, to) }
    }

    /// The same without what stands before a place, and what parts both.
    pub(super) fn behind(&self, text: &str, place: usize) -> Self {
        let from = place.clamp(self.start, self.end);
        let closing = |c: char| c.is_whitespace() || "'\"”’»)]}".contains(c);
        let rest = text.get(from..self.end).unwrap_or_default();
        let from = self.end - rest.trim_start_matches(closing).len();
        Self { cut: self.cut, ..Self::trimmed(text, from, self.end) }
    }

    /// The same without what stands behind a place.
    pub(super) fn before(&self, text: &str, place: usize) -> Self {
        let to = place.clamp(self.start, self.end);
        let opening = |c: char| c.is_whitespace() || "'\"“‘«([{".contains(c);
        let rest = text.get(self.start..to).unwrap_or_default();
        Self::trimmed(text, self.start, self.start + rest.trim_end_matches(opening).len())
    }

    fn trimmed(text: &str, from: usize, to: usize) -> Self {
        let value = text.get(from..to).unwrap_or_default();
        let trimmed = value.trim_matches(|c: char| c.is_whitespace() || ",;.:—–-|".contains(c));
        let start = from + value.find(trimmed).unwrap_or(0);
        Self { start, end: start + trimmed.len(), cut: false }
    }
}

/// Where what a program said ends, if it is quoted and a stop within it was taken for the end.
fn quotation_end(text: &str, from: usize, to: usize) -> usize {
    let is_open = text[from..to].matches('"').count() % 2 == 1;
    let rest = text.get(to..).unwrap_or_default();
    let line = rest.find('\n').unwrap_or(rest.len());
    let close = rest[..line].find('"').filter(|close| is_open && to + close - from < MAX_QUOTE);
    close.map_or(to, |close| to + close + 1)
}

/// The first place behind a colon, comma or dash that is near enough to a place; the place itself
/// where there is none.
fn near_before(text: &str, from: usize, start: usize, end: usize) -> usize {
    let nearest = text.ceil_char_boundary(end.saturating_sub(MAX_BEFORE).max(from)).min(start);
    let before = &text[nearest..start];
    let parts = [": ", ", ", " - ", " — "]
        .iter()
        .filter_map(|part| before.find(part).map(|at| nearest + at + part.len()));
    parts.min().unwrap_or(start)
}

/// A value without what is too long to be quoted.
pub(super) fn shortened(value: &str) -> String {
    if value.len() <= MAX_QUOTE {
        return value.to_owned();
    }
    let cut = &value[..value.floor_char_boundary(MAX_QUOTE)];
    // A word that is cut reads like another one.
    let whole = cut.rfind(' ').map_or(cut, |at| &cut[..at]);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_words() {
        let long = "word ".repeat(60);
        assert!(shortened(&long).ends_with("word…"), "{}", shortened(&long));
    }

    #[test]
    fn what_was_cut_goes_on_to_the_end_of_its_sentence() {
        let check = |text: &str, found: &str, limited: bool, expected: &str| {
            let start = text.find(found).expect("it stands there");
            let (start, end) = whole(text, start, start + found.len(), limited);
            assert_eq!(&text[start..end], expected, "{text}");
        };
        let time =
            "expired or not yet valid: current time 2026-11-30T02:50:00Z is after 2026-11-29. More";
        check(
            time,
            "current time 2026-11-30T02:50:00Z is",
            false,
            "current time 2026-11-30T02:50:00Z is after 2026-11-29",
        );
        let disk = "only 2.4% free and will be full within 4.5 hours.\nNext";
        check(
            disk,
            "only 2.4% free and will be full within",
            false,
            "only 2.4% free and will be full within 4.5 hours",
        );
        check(
            disk,
            "only 2.4% free and will be full within 4",
            true,
            "only 2.4% free and will be full within 4.5 hours",
        );
        let name = "certificate is valid for a.example.com, not b.example.com";
        check(name, "valid for a.example.com", false, "valid for a.example.com, not b.example.com");
        check("worker-2 NotReady and tainted", "NotReady", true, "NotReady");
        check("lag 40 s, since noon", "lag 40 s", true, "lag 40 s");
        check(
            "Die Platte ist voll und der Dienst steht",
            "Die Platte ist voll und",
            false,
            "Die Platte ist voll und der Dienst steht",
        );
    }

    #[test]
    fn a_sentence_is_quoted_whole_without_the_hour() {
        let check = |text: &str, found: &str, expected: &str| {
            let start = text.find(found).expect("it stands there");
            let quote = Quote::around(text, start, start + found.len());
            assert_eq!(&text[quote.start..quote.end], expected, "{text}");
        };
        let down =
            "haproxy[12]: Server api-2 is DOWN, reason: Layer7 wrong status, code: 500. 1 left.";
        check(
            down,
            "wrong status",
            "haproxy[12]: Server api-2 is DOWN, reason: Layer7 wrong status, code: 500. 1 left",
        );
        let stamped = "Nov 30 02:55:01 db-2 postgres[21]: FATAL: No space left on device";
        check(stamped, "No space", "db-2 postgres[21]: FATAL: No space left on device");
        let three = "One is well. Two of the workers failed now. Three is well.";
        check(three, "failed", "Two of the workers failed now");
        let short = "Error 111 connecting to redis-cart:6379. Connection refused.";
        check(short, "refused", "Error 111 connecting to redis-cart:6379. Connection refused");
        let name = "[ERROR] 2 api.example.com. A: read udp: i/o timeout";
        check(name, "[ERROR]", name);
        let said =
            "Backup aus: \"Job finished with Failed. Error: No space left\". Sonst läuft alles.";
        check(said, "Failed", "Backup aus: \"Job finished with Failed. Error: No space left\"");
        let long =
            format!("pull {}: cannot resolve: status 429 Too Many Requests", "image ".repeat(50));
        check(&long, "Too Many Requests", "cannot resolve: status 429 Too Many Requests");
    }
}
