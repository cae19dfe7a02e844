//! Small questions about plain text: how wide, how alike, how to quote, how to show it safely.

mod decode;
pub mod lengths;
pub mod months;
pub mod pattern;
pub mod redact;
pub mod yaml;
pub mod yaml_limits;

pub use self::decode::{decoded, no_text, strictly_decoded};

use std::collections::HashMap;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Every run of whitespace as one space, none at the ends.
pub fn collapse_whitespace(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// Whether a text says anything: it has a letter or a digit outside of what Markdown hides.
pub fn has_words(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, hidden)) = rest.split_once("<!--") {
        if before.contains(char::is_alphanumeric) {
            return true;
        }
        rest = hidden.split_once("-->").map_or("", |(_, after)| after);
    }
    rest.contains(char::is_alphanumeric)
}

/// A text without the characters that steer a terminal; line ends and tabs stay.
pub fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The anchor GitHub gives a heading: lower case, spaces as hyphens, punctuation dropped.
pub fn anchor_of(heading: &str) -> String {
    let mut anchor = String::with_capacity(heading.len());
    for letter in heading.trim().chars() {
        match letter {
            ' ' | '\t' => anchor.push('-'),
            '-' | '_' => anchor.push(letter),
            _ if letter.is_alphanumeric() || is_mark(letter) => {
                anchor.extend(letter.to_lowercase());
            }
            _ => {}
        }
    }
    anchor
}

/// Combining marks belong to the letter before them.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// Hands out anchors, each once per document.
#[derive(Debug, Default)]
pub struct Anchors {
    taken: HashMap<String, usize>,
}

impl Anchors {
    /// The heading's anchor, with `-1`, `-2` … where it was handed out before, as GitHub does.
    pub fn unique(&mut self, heading: &str) -> String {
        let base = anchor_of(heading);
        let mut anchor = base.clone();
        let mut repeats = self.taken.get(&base).copied().unwrap_or(0);
        while self.taken.contains_key(&anchor) {
            repeats += 1;
            anchor = format!("{base}-{repeats}");
        }
        self.taken.insert(base, repeats);
        self.taken.entry(anchor.clone()).or_insert(0);
        anchor
    }
}

/// Finds the line of a byte without walking the text again.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Notes where each line of a text begins.
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: std::iter::once(0).chain(after_breaks.map(|(at, _)| at + 1)).collect() }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte)
    }

    /// The first byte of a line counted from 1; the last line's where there are fewer.
    pub fn start(&self, line: usize) -> usize {
        let last = self.starts.len() - 1;
        self.starts[line.saturating_sub(1).min(last)]
    }

    /// The line of a byte and its column in characters, both from 1. `text` is the indexed text.
    pub fn line_column(&self, text: &str, byte: usize) -> (usize, usize) {
        let line = self.line(byte);
        let start = self.start(line);
        let before = text.get(start..byte.min(text.len())).unwrap_or_default();
        let before = if start == 0 { before.trim_start_matches('\u{feff}') } else { before };
        (line, before.chars().count() + 1)
    }
}

/// The candidate a mistyped word most likely means, if one is close; case does not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let limit = (word.len() / 3).max(2);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            if letters.len().abs_diff(word.len()) > limit {
                return None;
            }
            let distance = edit_distance(&word, &letters);
            let something_is_left = distance < word.len().max(letters.len());
            (distance <= limit && something_is_left || distance == 0)
                .then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether a word is another one with a letter or two wrong: one of four letters or more, two of
/// seven or more.
pub fn is_slip_of(word: &str, other: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (word, other) = (letters(word), letters(other));
    let limit = match word.len() {
        0..4 => return false,
        4..7 => 1,
        _ => 2,
    };
    word.len().abs_diff(other.len()) <= limit && edit_distance(&word, &other) <= limit
}

/// How alike two texts are by the pairs of letters they share: 0 for nothing, 1 for all. Case,
/// spaces and punctuation do not count.
pub fn likeness(one: &str, other: &str) -> f32 {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        let pairs = words.flat_map(|word| word.chars().zip(word.chars().skip(1)));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable();
        pairs
    };
    let (mut ours, mut theirs) = (pairs(one).into_iter().peekable(), pairs(other));
    let all = ours.len() + theirs.len();
    if all == 0 {
        return 0.0;
    }
    theirs.reverse();
    let mut shared = 0;
    while let (Some(a), Some(b)) = (ours.peek(), theirs.last()) {
        let order = a.cmp(b);
        if order.is_eq() {
            shared += 1;
        }
        if order.is_le() {
            ours.next();
        }
        if order.is_ge() {
            theirs.pop();
        }
    }
    2.0 * shared as f32 / all as f32
}

/// Days since something, as people say it: exact up to a year, since limits are counted in days.
pub fn days_ago(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        -1 => "tomorrow".to_owned(),
        ..0 => format!("in {} days", days.unsigned_abs()),
        2..366 => format!("{days} days ago"),
        366..731 => "over a year ago".to_owned(),
        _ => format!("over {} years ago", days * 100 / 36_525),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

/// The text as one word of a POSIX shell, in single quotes only where it needs them.
pub fn shell_quote(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The text with everything that could steer a terminal, or hide or reorder what is read, written
/// out as `\u{202e}`. New lines and tabs stay.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_steering(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// What makes letters stand in another order than they are read and copied in.
pub const fn is_reordering(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Controls, direction marks, and what has no width.
fn is_steering(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e0000}'..='\u{e007f}' => true,
        _ => letter.is_control(),
    }
}

/// How many columns of a terminal the text takes.
pub fn display_width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns, with `…` at the end where something was left out.
pub fn truncate_to_width(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let mut kept = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(letter);
    }
    // A variation selector may make the whole wider than its letters.
    while display_width(&kept) + 1 > width {
        kept.pop();
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// A duration for people: `60 s`, `2 min`, `1 h 30 min`.
pub fn duration_words(seconds: u32) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if seconds < 120 {
        return format!("{seconds} s");
    }
    let parts = [(hours, "h"), (minutes, "min"), (rest, "s")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    said.join(" ")
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A number with its noun: `1 runbook`, `3 runbooks`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Percent-encodes everything but the unreserved characters, and the slash if it is kept.
pub fn percent_encode(value: &str, keep_slash: bool) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (keep_slash && byte == b'/');
        if plain {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_of_the_letters_and_not_of_their_order_in_the_sentence() {
        let check = |one, other, least: f32, most: f32| {
            let likeness = likeness(one, other);
            assert!((least..=most).contains(&likeness), "{one} {other} {likeness}");
        };
        check("Roll back a release", "release: roll BACK, a", 1.0, 1.0);
        check("rollback hlm", "rollback/helm", 0.7, 0.9);
        check("disk", "kafka", 0.0, 0.0);
        check("", "x", 0.0, 0.0);
    }

    #[test]
    fn days_are_told_in_words() {
        let check = |days, expected: &str| assert_eq!(days_ago(days), expected);
        check(0, "today");
        check(1, "yesterday");
        check(107, "107 days ago");
        check(365, "365 days ago");
        check(366, "over a year ago");
        check(731, "over 2 years ago");
        check(-1, "tomorrow");
        check(-3, "in 3 days");
    }

    #[test]
    fn whitespace_collapses_to_single_spaces() {
        assert_eq!(collapse_whitespace("  a\t b\r\n\n c "), "a b c");
        assert_eq!(collapse_whitespace(" \n"), "");
    }

    #[test]
    fn anchors_are_those_of_github() {
        let check = |heading, expected| assert_eq!(anchor_of(heading), expected);
        check("Step 3 — Mitigate (< 60s)", "step-3--mitigate--60s");
        check("What's _up_ & `down`?", "whats-_up_--down");
        check("Über Änderung 2.0", "über-änderung-20");
        check("3a. Roll back", "3a-roll-back");
        check("!!!", "");
    }

    #[test]
    fn repeated_anchors_are_numbered_and_never_clash() {
        let mut anchors = Anchors::default();
        let given: Vec<_> = ["Fix", "Fix", "Fix-1", "Fix", "fix"]
            .iter()
            .map(|heading| anchors.unique(heading))
            .collect();
        assert_eq!(given, ["fix", "fix-1", "fix-1-1", "fix-2", "fix-3"]);
    }

    #[test]
    fn many_alike_headings_are_numbered_in_linear_time() {
        let mut anchors = Anchors::default();
        let last = (0..50_000).map(|_| anchors.unique("Same")).last();
        assert_eq!(last.as_deref(), Some("same-49999"));
    }

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let text = "aé\nb\r\n\nü x";
        let index = LineIndex::new(text);
        assert_eq!(index.line(0), 1);
        assert_eq!(index.line_column(text, 4), (2, 1));
        assert_eq!(index.line_column(text, 11), (4, 3));
        assert_eq!(index.line_column(text, 999), (4, 4));
        assert_eq!(index.start(4), 8);
        let marked = "\u{feff}a";
        assert_eq!(LineIndex::new(marked).line_column(marked, 3), (1, 1));
    }

    #[test]
    fn the_nearest_word_is_found_only_when_it_is_close() {
        let check = |word, expected| {
            assert_eq!(nearest(word, ["release", "region", "tenant"]), expected, "{word}");
        };
        check("Relaese", Some("release"));
        check("REGION", Some("region"));
        check("tennat", Some("tenant"));
        check("customer", None);
        assert_eq!(nearest("x", ["ab", "y"]), None);
    }

    #[test]
    fn swapped_neighbours_are_one_edit() {
        let distance = |a: &str, b: &str| {
            edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(distance("abcd", "abdc"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn words_are_quoted_for_the_shell_only_where_needed() {
        let check = |text, expected: &str| assert_eq!(shell_quote(text), expected);
        check("ingress-nginx", "ingress-nginx");
        check("", "''");
        check("a b", "'a b'");
        check("it's", r"'it'\''s'");
        check("$(rm -rf /)", "'$(rm -rf /)'");
        check("~", "'~'");
        check("a\nb", "'a\nb'");
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_printed() {
        let check = |text, expected: &str| assert_eq!(printable(text), expected);
        check("a\tb\nc", "a\tb\nc");
        check("\u{1b}]0;x\u{7}", r"\u{1b}]0;x\u{7}");
        check("\r\u{9b}1m", r"\u{d}\u{9b}1m");
        check("a\u{202e}b\u{200b}c\u{feff}", r"a\u{202e}b\u{200b}c\u{feff}");
        check("naïve — 漢", "naïve — 漢");
    }

    #[test]
    fn truncation_counts_columns_not_letters() {
        let check = |text, width, expected: &str| {
            assert_eq!(truncate_to_width(text, width), expected);
        };
        check("abc", 3, "abc");
        check("abcd", 3, "ab…");
        check("漢字漢字", 5, "漢字…");
        check("漢字漢字", 4, "漢…");
        check("ab cd", 4, "ab…");
        check("abc", 0, "");
        assert_eq!(display_width("漢a"), 3);
    }

    #[test]
    fn durations_read_well() {
        let check = |seconds, expected: &str| assert_eq!(duration_words(seconds), expected);
        check(0, "0 s");
        check(60, "60 s");
        check(119, "119 s");
        check(120, "2 min");
        check(150, "2 min 30 s");
        check(3600, "1 h");
        check(5400, "1 h 30 min");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "runbook", "runbooks"), "1 runbook");
        assert_eq!(count(0, "runbook", "runbooks"), "0 runbooks");
    }

    #[test]
    fn a_segment_of_a_path_is_encoded_whole() {
        assert_eq!(percent_encode("a/b c?d#é", false), "a%2Fb%20c%3Fd%23%C3%A9");
        assert_eq!(percent_encode("a/b c", true), "a/b%20c");
    }
}
