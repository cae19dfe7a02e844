//! Paths of addresses, names of documents and numbers of names: `GET /api/outage/failed 200` reports no
//! outage, `see disk-full.md` no full disk, and `svc-503` no status. What stands in them is a name that
//! somebody chose, so the rules read them blank, and so the size of an answer that a web server logs
//! behind its status. Hosts, status codes and the files of systems, like `/var/lib/mysql`, stay.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::text::pattern::bytes_pattern;

/// What stands in place of each byte, so that all places stay what they are. It parts no word.
const BLANK: u8 = b'_';

/// Words in the name of a document that somebody who does harm leaves behind.
const NOTES: [&[u8]; 5] = [b"decrypt", b"recover", b"restore", b"ransom", b"_readme."];

/// Behind these a number is a status, as in `http-503`.
const STATUS: [&[u8]; 9] =
    [b"http", b"https", b"error", b"err", b"status", b"code", b"elb", b"alb", b"response"];

/// The path behind a host, behind a method, or behind the name of a field; a document's name; how many
/// bytes were answered; or what looks like a status at the end of a name.
static PATHS: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r#"(?i)\b[a-z][a-z0-9+.-]{1,15}://[^\s/"'<>|]+/(?<url>[^\s"'<>|)\]]+)"#,
        r#"|\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ :]+"?/(?<method>[^\s"'|?]+(?:\?[^\s"'|]*)?)"#,
        r#"|\b(?:path|uri|url|route|endpoint|request_?uri|referr?er)["']?[=:] ?["']?/(?<field>[^\s"',|}]+)"#,
        r#"|(?<name>[\w./%-]*[\w%-]\.(?:md|html?|pdf|png|jpe?g|gif|svg|docx?|xlsx?|csv|txt))\b"#,
        r#"|HTTP/[\d.]+"? [1-5]\d\d (?<size>\d+)\b"#,
        r#"|(?:^|[^\w-])(?:[a-z][a-z0-9]*[-_])*(?<stem>[a-z][a-z0-9]*)[-_](?<number>[45]\d\d)\b"#,
    ))
});

/// A text with each of its paths and names of documents blank. Its length is that of the text.
pub(super) fn blanked(text: &str) -> Cow<'_, str> {
    // Each form holds one of these, and most lines hold none.
    let joins = |two: &[u8]| matches!(two[0], b'-' | b'_') && matches!(two[1], b'4' | b'5');
    let is_likely = |byte: u8| byte == b'/' || byte == b'.';
    if !text.bytes().any(is_likely) && !text.as_bytes().windows(2).any(joins) {
        return Cow::Borrowed(text);
    }
    let mut bytes: Option<Vec<u8>> = None;
    for Range { start, end } in paths(text) {
        let bytes = bytes.get_or_insert_with(|| text.as_bytes().to_vec());
        bytes[start..end].iter_mut().filter(|byte| **byte != b'/').for_each(|byte| *byte = BLANK);
    }
    let blank = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    blank.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn paths(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    PATHS.captures_iter(text.as_bytes()).filter_map(move |found| {
        let named = found.name("name");
        let of = ["url", "method", "field", "size"].into_iter().find_map(|name| found.name(name));
        let numbered = found.name("number").filter(|_| {
            let stem = found.name("stem").map_or(&b""[..], |stem| stem.as_bytes());
            !STATUS.iter().any(|status| status.eq_ignore_ascii_case(stem))
        });
        let path = of.or(numbered);
        let path = path.or_else(|| named.filter(|name| !is_note(name.as_bytes())))?.range();
        Some(text.floor_char_boundary(path.start)..text.ceil_char_boundary(path.end))
    })
}

fn is_note(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    NOTES.iter().any(|word| name.windows(word.len()).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::super::{Input, Knowledge, Level, Pattern, PlanLint, Store, read, triage};
    use super::*;

    #[test]
    fn what_stands_in_a_path_is_blank_and_keeps_its_place() {
        let check = |text: &str, expected: &str| {
            assert_eq!(blanked(text), expected, "{text}");
            assert_eq!(blanked(text).len(), text.len());
        };
        check("GET /api/outage/failed 200", "GET /___/______/______ 200");
        check("\"POST /disk/full?a=down HTTP/1.1\" 503", "\"POST /____/___________ HTTP/1.1\" 503");
        check(
            "see https://wiki.example.org/disk-full now",
            "see https://wiki.example.org/_________ now",
        );
        check("path=/oom-killed status=500", "path=/__________ status=500");
        check("see disk-full.md, the disk is full", "see ____________, the disk is full");
        check("GET /störung 200", "GET /________ 200");
        check("svc-503 refuses, worker_x-502", "svc-___ refuses, worker_x-___");
        check("\"GET / HTTP/1.1\" 200 502 \"-\"", "\"GET / HTTP/1.1\" 200 ___ \"-\"");
        for kept in [
            "/var/lib/mysql is at 97%",
            "GET / 500",
            "http-503 and HTTP_503",
            "HTTPCode_ELB_503_Count",
            "\"GET / HTTP/1.1\" 502 ",
            "dial tcp 10.0.0.1:6443: connect: connection refused",
            "http://cart:8080/ failed",
            "HOW_TO_DECRYPT.txt on each desktop",
            "template: shop/templates/svc.yaml:4:10",
        ] {
            check(kept, kept);
        }
    }

    #[test]
    fn the_words_of_a_path_say_nothing_and_its_host_and_status_do() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let lint = PlanLint::built_in().expect("the built-in rules");
        let judge = |text: &str| {
            let input =
                Input { messages: read::read(text, knowledge).messages, ..Input::default() };
            let report = triage(&input, &Store::default(), knowledge, lint);
            (report.pattern, report.severity.level)
        };
        for text in [
            "GET /api/outage/failed 200 12ms",
            "INFO orders path=/docs/oom-killed-crashloop-disk-full status=200 dur=9ms",
            "the page is https://wiki.example.org/runbooks/database-down-data-loss",
            "uploaded split-brain-data-corrupt.pdf",
        ] {
            let (pattern, level) = judge(text);
            assert_eq!(pattern, Pattern::Unknown, "{text}");
            assert!(level <= Level::Medium, "{text}");
        }
        let (pattern, _) = judge("GET /api/outage/failed 500 Internal Server Error");
        assert_eq!(pattern, Pattern::ServerError);
        let (pattern, _) =
            judge("Get \"https://shop.example.org/v1/disk-full\": connection refused");
        assert_eq!(pattern, Pattern::ConnectionRefused);
    }
}
