//! Secrets of several lines: private keys, also behind the heads of log lines, and tokens that a
//! terminal or a mail has wrapped.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Spot, looks_made};
use crate::text::pattern::pattern;

static KEY_BEGINS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----? ?BEGIN (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-----?"));
static KEY_ENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----? ?END (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-----?"));
/// Where the lines of a key begin that PuTTY keeps.
static PUTTY_BEGINS: LazyLock<Regex> = LazyLock::new(|| pattern(r"Private-Lines: [0-9]+"));
/// The first line of a token in three parts that goes on below.
static WRAPPED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)(?-u:\b)eyJ[0-9A-Za-z_-]{13,}[0-9A-Za-z_.-]*[ \t]*\r?$"));

/// A line of a wrapped token is at least so long, but for the last one.
const SHORTEST_LINE: usize = 16;

/// A wrapped token has at most so many lines.
const MOST_LINES: usize = 60;

/// A file that holds a private key, as a name of YAML whose value stands in the lines below.
static KEY_FILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?m)^([ \t]*)(?:-[ \t]+)?["']?[0-9A-Za-z_.-]*(?:\.key|key\.pem|\.p12|\.pfx|\.jks|\.keystore|\.keytab|(?-u:\b)id_(?:rsa|dsa|ecdsa|ed25519))["']?:[ \t]*[|>][0-9+-]{0,2}[ \t]*\r?\n"#,
    )
});

/// The shortest key that a file holds, in letters of base64.
const SHORTEST_KEY: usize = 40;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    private_keys(text, spots);
    key_files(text, spots);
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
    headless_keys(text, &begins, spots);
    for begin in PUTTY_BEGINS.find_iter(text) {
        let line_start = text[..begin.start()].rfind('\n').map_or(0, |at| at + 1);
        let head = text[line_start..begin.start()].split_whitespace().count();
        let rest = &text[begin.end()..];
        let length = key_length(&rest[..rest.find("Private-MAC").unwrap_or(rest.len())], head);
        if length > 0 {
            let range = begin.end()..begin.end() + length;
            spots.push(Spot { range, kind: "private key" });
        }
    }
}

/// The deeper lines below the name of a key's file, where they are nothing but base64: a path, a
/// placeholder or a sentence there is no key.
fn key_files(text: &str, spots: &mut Vec<Spot>) {
    for name in KEY_FILE.captures_iter(text) {
        let (Some(whole), Some(depth)) = (name.get(0), name.get(1)) else { continue };
        let mut range = whole.end()..whole.end();
        let mut letters = 0;
        for line in text[whole.end()..].split_inclusive('\n') {
            let words = line.trim();
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            if words.is_empty() || blank <= depth.len() || !is_dense(words) {
                break;
            }
            let start = if letters == 0 { range.end + blank } else { range.start };
            letters += words.len();
            range = start..range.end + line.len();
        }
        let key = text[range.clone()].trim_end();
        if letters >= SHORTEST_KEY && looks_made(key) {
            spots.push(Spot { range: range.start..range.start + key.len(), kind: "private key" });
        }
    }
}

/// The lines in front of an end whose beginning was cut off: as far back as they look like a key.
fn headless_keys(text: &str, begins: &[Range<usize>], spots: &mut Vec<Spot>) {
    let mut before = 0;
    for end in KEY_ENDS.find_iter(text) {
        // What a block before it has is another one's.
        let floor = std::mem::replace(&mut before, end.end());
        let next = begins.partition_point(|begin| begin.start < end.start());
        if next.checked_sub(1).is_some_and(|last| begins[last].start >= floor) {
            // Once more by itself, where the lines between are not all to be seen here.
            spots.push(Spot { range: end.range(), kind: "private key" });
            continue;
        }
        let line_start = text[floor..end.start()].rfind('\n').map_or(floor, |at| floor + at + 1);
        let head = text[line_start..end.start()].split_whitespace().count();
        let mut start = end.start();
        let mut is_first = true;
        for line in text[floor..end.start()].rsplit(['\n']) {
            // The end may stand in the line of its key, which then has escapes or spaces.
            let words = line.trim_end_matches(['\r', ' ', '\t']);
            let key = if is_first { words } else { behind(words, head) };
            let last = key.rsplit([' ', '"', '\'', ':', '>']).next().unwrap_or(key);
            let is_part = last.len() >= SHORTEST_LINE && is_dense(last);
            let is_end = is_first && (last.is_empty() || behind(line, head).is_empty());
            if !is_part && !is_end {
                break;
            }
            if is_part {
                start = line.as_ptr().addr() - text.as_ptr().addr() + words.len() - last.len();
            }
            if is_part && last.len() != key.len() {
                break;
            }
            is_first = false;
        }
        spots.push(Spot { range: start..end.end(), kind: "private key" });
    }
}

/// What a line says behind so many words.
fn behind(line: &str, words: usize) -> &str {
    (0..words).fold(line.trim(), |rest, _| {
        rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start())
    })
}

/// Whether a text has nothing but base64 and its breaks.
fn is_dense(words: &str) -> bool {
    words.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=\\-_".contains(&b))
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
        // What follows the mark on its own line has no head.
        let is_first = length == 0;
        let heads = if is_first { 0 } else { head };
        let words = behind(line, heads);
        let dense = is_dense(words);
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
