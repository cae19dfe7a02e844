//! Secrets that their place in a record tells: a line of `.pgpass`, a pair of keys, a column.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::made::{is_password, is_random, looks_made};
use super::named::{is_prose, names_an_object};
use super::names::{Family, IN_TEXT, WORDS, family, is_name, may_stand_in};
use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

/// Pairs of keys and of hashes.
static RECORDS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        (
            "key",
            r"(?-u:\b)(?:AKIA|ASIA)[A-Z2-7]{12,16}[0-9A-Z]{0,4}[\s\x22'|:;,=]{1,5}([0-9A-Za-z/+]{40})(?:$|[^0-9A-Za-z/+=])",
        ),
        ("password hash", r":[0-9]{1,10}:([0-9A-Fa-f]{32}:[0-9A-Fa-f]{32})(?-u:\b)"),
    ]
    .map(|(kind, text)| (kind, pattern(text)))
    .into()
});

/// The key of a service that calls people. Those of a queue are words with dots between them.
static SERVICE_KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:routing|integration|service)[ _-]?key\\?[\x22']?(?:[ \t]*[:=][ \t]*|[ \t]+(?:is[ \t]+)?)\\?[\x22']?([0-9a-z]{20,})(?:$|[^0-9a-z._-])",
    )
});
/// Two words in brackets, of which the first is a name: a pair of a map that was printed as a list.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    let quote = r"\\?[\x22']";
    pattern(&format!(
        r"(?i)[\[({{][ \t]*{quote}([0-9a-z_.-]*)({words}){quote}[ \t]*,[ \t]*{quote}([^\x22'\\\n]{{2,}}){quote}[ \t]*[\])}}]"
    ))
});

static CELL_NAME: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(r"(?i)^(?:[0-9a-z_]+[ _-])?({words})$"))
});

/// What follows the host in a line of `.pgpass`: the port, the database, a user and the password.
static PGPASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|:)(?:\*|[1-9][0-9]{3,4}):(\*|[A-Za-z_][0-9A-Za-z_-]*):(\*|[A-Za-z_][0-9A-Za-z_.@-]*):((?:[^\s:\x22'\\]|\\[:\\]){3,})(?:$|[\s\x22'\\])",
    )
});

/// What ends a cell.
const BORDERS: [char; 6] = ['|', ',', ';', '\t', '\r', '\n'];

/// No name of a host is longer, in bytes.
const NAME_MOST: usize = 253;

/// So many rows of a table are read below its head.
const MOST_ROWS: usize = 50;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for (kind, rule) in RECORDS.iter() {
        for secret in rule.captures_iter(text).filter_map(|found| found.get(1)) {
            if !stands_for_one(secret.as_str()) {
                spots.push(Spot { range: secret.range(), kind });
            }
        }
    }
    for found in PGPASS.captures_iter(text) {
        let start = found.get(0).map_or(0, |whole| whole.start());
        let is_word = |nth: usize| has_other_letters(&found[nth]);
        if let Some(password) = found.get(3).filter(|it| !stands_for_one(it.as_str()))
            && ends_with_host(&text[..start], is_word(1) || is_word(2))
        {
            spots.push(Spot { range: password.range(), kind: "password" });
        }
    }
    for key in SERVICE_KEY.captures_iter(text).filter_map(|found| found.get(1)) {
        let has = |what: fn(&u8) -> bool| key.as_str().bytes().any(|b| what(&b));
        if has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
            spots.push(Spot { range: key.range(), kind: "key" });
        }
    }
    pairs(text, spots);
    let mut done = 0;
    for name in IN_TEXT.find_iter(text) {
        // The name ends its cell.
        let rest = text[name.end()..].trim_start_matches([' ', '"', '\'']);
        if name.start() < done || !rest.is_empty() && !rest.starts_with(BORDERS) {
            continue;
        }
        let start = text[done..name.start()].rfind('\n').map_or(done, |at| done + at + 1);
        let end = text[name.end()..].find('\n').map_or(text.len(), |at| name.end() + at);
        done = table(text, start..end, spots);
    }
}

/// The values of pairs.
fn pairs(text: &str, spots: &mut Vec<Spot>) {
    if !may_stand_in(text) {
        return;
    }
    for found in PAIR.captures_iter(text) {
        let (Some(word), Some(value)) = (found.get(2), found.get(3)) else { continue };
        let (family, kind) = family(word.as_str());
        let name = format!("{}{}", &found[1], word.as_str());
        if is_of_pair(family, &name, value.as_str()) {
            spots.push(Spot { range: value.range(), kind });
        }
    }
}

/// Whether a text ends with the name of a host. Groups of hexadecimal digits alone are an address of
/// IPv6 or of a card, so that the host must be a word unless what follows it is one.
fn ends_with_host(text: &str, words_follow: bool) -> bool {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let length = text.bytes().rev().take(NAME_MOST).take_while(is_part).count();
    let host = &text[text.len() - length..];
    let before = text[..text.len() - length].bytes().next_back();
    let is_first =
        before.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'"' | b'\''));
    text.ends_with('*') || is_first && !host.is_empty() && (words_follow || has_other_letters(host))
}

/// Whether a word has letters that no hexadecimal number has.
fn has_other_letters(word: &str) -> bool {
    word.bytes().any(|b| !b.is_ascii_hexdigit() && b != b'*')
}

/// Whether the second of a pair is what the first one names: a list of names looks the same.
fn is_of_pair(family: Family, name: &str, value: &str) -> bool {
    // What is written in capitals is set for a program.
    let is_set = family == Family::Password && !name.bytes().any(|b| b.is_ascii_lowercase());
    let is_none = is_name(value) || is_prose(value) || stands_for_one(value);
    !is_none && (is_set || value.len() >= 4 && looks_made(value) && !names_an_object(value))
}

/// The secrets of the rows below a head, and where the table ends.
fn table(text: &str, head: Range<usize>, spots: &mut Vec<Spot>) -> usize {
    let line = &text[head.clone()];
    let Some(mark) = line.chars().find(|c| matches!(c, '|' | ',' | ';' | '\t')) else {
        return head.end;
    };
    let name = |cell: &str| {
        let found = CELL_NAME.captures(cell.trim_matches([' ', '"', '\'', '\r']))?;
        Some(family(&found[1]))
    };
    let columns: Vec<_> = line.split(mark).map(name).collect();
    // A sentence has commas as well: all that a head has is short.
    let is_head = line.split(mark).all(|cell| cell.split_whitespace().count() <= 2);
    let mut at = head.end;
    if !is_head || columns.len() < 2 {
        return at;
    }
    for row in text[head.end..].split_inclusive('\n').skip(1).take(MOST_ROWS) {
        let start = at + text[at..].find('\n').map_or(0, |end| end + 1);
        if row.matches(mark).count() + 1 != columns.len() {
            // The line below a head of `psql` has other marks.
            if row.trim().bytes().all(|b| b"-+=".contains(&b)) && !row.trim().is_empty() {
                at = start + row.trim_end_matches('\n').len();
                continue;
            }
            break;
        }
        let mut from = start;
        for (cell, column) in row.split(mark).zip(&columns) {
            let value = cell.trim_matches([' ', '"', '\'', '\n', '\r']);
            let offset = cell.len() - cell.trim_start_matches([' ', '"', '\'']).len();
            if let Some((family, kind)) = column
                && is_cell(*family, value)
            {
                spots.push(Spot { range: from + offset..from + offset + value.len(), kind });
            }
            from += cell.len() + mark.len_utf8();
        }
        at = start + row.trim_end_matches('\n').len();
    }
    at
}

/// Whether a cell of a column for secrets holds one.
fn is_cell(family: Family, value: &str) -> bool {
    let made = match family {
        Family::Password => is_password(value),
        Family::Key | Family::Secret => is_random(value),
    };
    made && !stands_for_one(value)
}
