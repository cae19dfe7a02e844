//! Secrets of several lines: private keys, also behind the heads of log lines, and tokens that a
//! terminal or a mail has wrapped.

use std::sync::LazyLock;

use regex::Regex;

use super::{Spot, looks_made};
use crate::text::pattern::pattern;

static KEY_BEGINS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----BEGIN (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"));
static KEY_ENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----END (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"));
/// The first line of a token in three parts that goes on below.
static WRAPPED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)(?-u:\b)eyJ[0-9A-Za-z_-]{13,}[0-9A-Za-z_.-]*[ \t]*\r?$"));

/// A line of a wrapped token is at least so long, but for the last one.
const SHORTEST_LINE: usize = 16;

/// A wrapped token has at most so many lines.
const MOST_LINES: usize = 60;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    private_keys(text, spots);
    wrapped_tokens(text, spots);
}

/// From each beginning to its end, or as far as the lines look like a key.
fn private_keys(text: &str, spots: &mut Vec<Spot>) {
    let begins: Vec<_> = KEY_BEGINS.find_iter(text).map(|found| found.range()).collect();
    for (nth, begin) in begins.iter().enumerate() {
        let next = begins.get(nth + 1).map_or(text.len(), |next| next.start);
        let rest = &text[begin.end..next];
        let before = nth.checked_sub(1).map_or(0, |last| begins[last].end);
        let line_start = text[before..begin.start].rfind('\n').map_or(before, |at| before + at + 1);
        let head = text[line_start..begin.start].split_whitespace().count();
        let length = end_mark(rest).unwrap_or_else(|| key_length(rest, head));
        spots.push(Spot { range: begin.start..begin.end + length, kind: "private key" });
    }
}

/// Bytes up to and with the mark that closes a block. That of a certificate further below does not.
fn end_mark(rest: &str) -> Option<usize> {
    KEY_ENDS.find(rest).map(|found| found.end())
}

/// Bytes of what goes on like a key that was cut off: base64, its breaks, and its headers, after as
/// many words as stand before its first line.
fn key_length(rest: &str, head: usize) -> usize {
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        let mut words = line.trim();
        // What follows the mark on its own line has no head.
        let is_first = length == 0;
        let heads = if is_first { 0 } else { head };
        for _ in 0..heads {
            words = words.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
        let dense = words.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=\\-_".contains(&b));
        let header = ["Proc-Type:", "DEK-Info:", "Version:", "Comment:"];
        // A single word behind a head may be one of a sentence.
        let is_word =
            heads > 0 && !words.is_empty() && words.len() < SHORTEST_LINE && !words.ends_with('=');
        let is_header = header.iter().any(|name| words.starts_with(name));
        if is_word || !dense && !is_header {
            break;
        }
        length += line.len();
    }
    rest[..length].trim_end().len()
}

/// From a line that ends within a token, to the line that ends it.
fn wrapped_tokens(text: &str, spots: &mut Vec<Spot>) {
    let mut done = 0;
    for first in WRAPPED.find_iter(text) {
        if first.start() < done {
            continue;
        }
        let mut dots = first.as_str().matches('.').count();
        let mut before = first.as_str().trim_end().len();
        let mut end = first.end();
        let mut lines = 0;
        for line in text[first.end()..].split_inclusive('\n').skip(1).take(MOST_LINES) {
            let start = end + text[end..].find('\n').map_or(0, |at| at + 1);
            // In a mail or a chat each line has a mark of its own.
            let words = line.trim_start_matches([' ', '\t', '>', '|']).trim_end();
            let is_part = words.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
            // A whole token may end where its line ends.
            let goes_on = dots < 2 || lines > 0 && before >= 2 * SHORTEST_LINE && looks_made(words);
            if words.is_empty() || !is_part || !goes_on || dots + words.matches('.').count() > 4 {
                break;
            }
            dots += words.matches('.').count();
            before = words.len();
            end = start + line.trim_end().len();
            lines += 1;
            if before < SHORTEST_LINE {
                break;
            }
        }
        if lines > 0 && dots >= 2 {
            spots.push(Spot { range: first.start()..end, kind: "JWT" });
            done = end;
        }
    }
}
