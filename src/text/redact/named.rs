//! Secrets that are known by the name before them: `password=…`, `token: …`, `--api-key …`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::names::{Family, SHORT, WORDS, family, is_name, may_stand_in};
use super::stand_in::{is_code, is_elsewhere, stands_for_one, stands_for_one_in};
use super::{Spot, looks_made};
use crate::text::pattern::pattern;

/// A name, perhaps in the brackets of an index, a colon or equals sign, perhaps an anchor or a tag of
/// YAML, and a value in quotes, a quote in it as YAML and the shell write one, or up to the next space.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?i)([0-9a-z_.-]*)({words})(?:[_-]?(?:value|base64|base|b64))?\\?(?:["'`]\]?)?(?:[ \t]*\([^()\n]{{1,40}}\))?[ \t\u{{a0}}]*(:=|=>|=|->|→|::|[:：]|%3[AD])([ \t\u{{a0}}]*)(?:\[[ \t]*)?(?:(?:&[0-9A-Za-z_-]+|!![a-z]+|!(?:vault|Sub|Ref|env|secret|reference|ImportValue|GetAtt|Join))[ \t]+)*(?:\\"((?:[^"\\\n])+)|"((?:[^"\\\n]|\\.)+)|'((?:[^'\n]|''|'\\'')+)|`([^`\n]+)|([^\s"'`=,;&][^\s"'`,;&]*))"#
    ))
});
/// A name at the end of a line, and one word on the next: `password:` and below it the password, as
/// in a chat and in JSON whose lines were wrapped.
static BELOW: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?im)(?-u:\b)[0-9a-z_.-]*({words})["'`]?(?:(?:[ \t]+(?:is|was|lautet|ist|war)[ \t]*:?|[ \t]*\\?[:=])[ \t]*\r?\n[ \t>|]*|[ \t]*\r?\n[ \t>|]*[:=][ \t]*(?:\r?\n[ \t>|]*)?)["'`]?([^\s"'`]+)["'`]?[,;.}}\])]*[ \t]*\r?$"#
    ))
});
/// `--password VALUE`, `-storepass VALUE`.
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?i)(?:^|\s)--?(?:[0-9a-z]+-)*(?:(?:src|dest)?(?:store|key)|new|old|user|admin)?({words})[ \t]+(?:"([^"\n]+)|'([^'\n]+)|([^\s"'-][^\s"']*))"#
    ))
});
/// `name: DB_PASSWORD` and its `value:`, in YAML over two lines, in JSON or in XML.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?i)(?-u:\b)(?:name|key)["']?[ \t]*[:=][ \t]*["']?[0-9a-z_.:-]*({words})["']?,?(?:\s*|[ \t]*\r?\n[^\n]{{0,80}}?[ \t])["']?value["']?[ \t]*[:=][ \t]*(?:"([^"\n]+)|'([^'\n]+)|([^\s"',}}]+))"#
    ))
});
/// What becomes of a value in a plan of Terraform, and a value that stands before its name: the
/// value, and the name.
static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(r#"(?i)({words})"?[ \t]*=[ \t]*"[^"\n]*"[ \t]*->[ \t]*"([^"\n]+)""#))
});
static VALUE_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?i)(?-u:\b)value["']?[ \t]*[:=][ \t]*["']([^"'\n]+)["'],?\s*["']?(?:name|key)["']?[ \t]*[:=][ \t]*["'][0-9a-z_.:-]*({words})["']"#
    ))
});
/// `<password>VALUE</password>`, `<property name="password">VALUE</property>`, a list of
/// properties, a field of a form.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| {
    let words = &*WORDS;
    pattern(&format!(
        r#"(?i)<(?:[0-9a-z_.:-]*({words})(?:\s[^<>\n]*)?|[0-9a-z_.:-]+\s[^<>\n]*?(?:name|key)=["'][0-9a-z_.:-]*({words})["'][^<>\n]*)>(?:<!\[CDATA\[)?([^<>\n\]]+)(?:\]\]>)?</|<key>[0-9a-z_.:-]*({words})</key>\s*<string>([^<>\n]+)|<input[^<>\n]*[ \t]type=["'](password)["'][^<>\n]*[ \t]value=["']([^"'\n]+)"#
    ))
});
/// What a statement hashes or compares: `PASSWORD('VALUE')`.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:old_)?password[ \t]*\([ \t]*(?:"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|''|\\.)+)')"#,
    )
});
/// Begins a sentence behind `passphrase:`, which a passphrase of words does not.
const SENTENCE: &str = "\
    a an are ask asked does entered for has have in is it kept must needed never not of on only \
    please required see should stored the this to use was were will you";
/// A passphrase of several words, up to the end of its line or of the quotation that it stands in.
static PHRASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?im)(?-u:\b)pass[ _-]?phrase["']?[ \t]*[:=][ \t]*((?:[0-9a-z'-]{2,20}[ \t]+){2,11}[0-9a-z'-]{1,20})[ \t]*\\?(?:["<]|\r?$)"#,
    )
});
/// What is counted behind a number.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[ \t]+(?:characters?|chars?|letters?|digits?|symbols?|bytes?|bits?|words?|days?|hours?|minutes?|times|attempts?|tries|failures?|zeichen|stellen|tage|versuche|caract(?:è|e)res|caracteres|jours|d(?:í|i)as)(?-u:\b)",
    )
});
/// No such unit is longer, with the spaces before it, in bytes.
const LONGEST_UNIT: usize = 20;
/// A folder, as Unix and Windows write it.
static FOLDER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:~|[.]{1,2}|[A-Za-z]:)?[/\\][0-9A-Za-z_.,@:+/\\-]*$"));
/// What stands after "password:" without being one.
const NO_SECRETS: &str = "\
    a an and are at auth authentication bad been by can cannot changed correct could default \
    denied disabled does empty enabled error expired fail failed false for from generated given \
    has have hidden if in incorrect invalid is it its leaked length malformed mandatory missing \
    mismatch must needed never new nil no none not null of ok old on optional or please prompt \
    policy read fixme refused rejected required reset revoked rotated rotation same secret see set should still string \
    tbd that the this to todo token too true undefined unknown unset unused updated valid was we were \
    will with wrong yes you";

/// Whether a word, perhaps with signs behind it, stands where a secret would without being one.
pub(super) fn is_prose(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    NO_SECRETS.split(' ').any(|it| it.eq_ignore_ascii_case(word))
}

/// A value that belongs to no name is read again up to this length, in bytes.
const LONGEST_AGAIN: usize = 256;

/// Beginnings of names whose tokens and keys are no secrets.
const HARMLESS: &str = "\
    next page continue continuation cancel cancellation max min eos bos pad stop sync fencing \
    pull image-pull imagepull author co by com tres";

/// What the secrets of an application are called, the one side of which it keeps.
const SHARED: &str = "client jwt consumer cookie app oauth signing hmac session webhook shared";

/// How likely it is that a value stands there and no prose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// It is in quotes, or between marks that say as much.
    Quoted,
    /// It follows an equals sign, or a colon without a space.
    Likely,
    /// A sentence may go on there.
    Unlikely,
}

/// What closes something around a value and is no part of it.
const CLOSING: [char; 5] = [')', ']', '}', '\\', '>'];

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    // Each rule of this file has one of the names, and most texts have none.
    if !may_stand_in(text) {
        return;
    }
    let mut from = 0;
    while let Some(found) = ASSIGNED.captures_at(text, from) {
        let (spot, end) = assigned(text, &found);
        spots.extend(spot);
        from = end;
    }
    for found in VALUE_FIRST.captures_iter(text) {
        let (Some(value), (family, kind)) = (found.get(1), family(&found[2])) else { continue };
        let is_secret = is_secret(family, text, &value.range(), Sure::Quoted);
        spots.extend(is_secret.then(|| Spot { range: value.range(), kind }));
    }
    for (rule, is_flag) in [(&FLAG, true), (&VARIABLE, false), (&CHANGED, false)] {
        for found in rule.captures_iter(text) {
            let Some(value) = (2..=4).find_map(|nth| found.get(nth)) else { continue };
            let (family, kind) = family(&found[1]);
            let sure = if is_flag { Sure::Unlikely } else { Sure::Likely };
            let is_secret = is_secret(family, text, &value.range(), sure);
            spots.extend(is_secret.then(|| Spot { range: value.range(), kind }));
        }
    }
    let called = CALLED.captures_iter(text).filter_map(|found| found.get(1).or(found.get(2)));
    let phrases = PHRASE.captures_iter(text).filter_map(|found| found.get(1));
    let is_phrase = |it: &Match<'_>| {
        let first = it.as_str().split_whitespace().next().unwrap_or_default();
        !SENTENCE.split(' ').any(|word| word.eq_ignore_ascii_case(first))
    };
    for value in called.chain(phrases.filter(is_phrase)) {
        let is_secret = is_secret(Family::Password, text, &value.range(), Sure::Quoted);
        spots.extend(is_secret.then(|| Spot { range: value.range(), kind: "password" }));
    }
    for found in BELOW.captures_iter(text) {
        let (Some(word), Some(value)) = (found.get(1), found.get(2)) else { continue };
        let (family, kind) = family(word.as_str());
        // A key of YAML, an item of a list or a bracket goes on there.
        let goes_on = value.as_str().ends_with([':', '{', '['])
            || value.as_str().starts_with(['-', '{', '[', '}', ']', '<', '#']);
        let is_secret = !goes_on
            && (looks_made(value.as_str())
                || family == Family::Password
                    && value.as_str().bytes().any(|b| b.is_ascii_digit()))
            && is_secret(family, text, &value.range(), Sure::Likely);
        spots.extend(is_secret.then(|| Spot { range: value.range(), kind }));
    }
    for found in ELEMENT.captures_iter(text) {
        let first = |groups: [usize; 4]| groups.into_iter().find_map(|nth| found.get(nth));
        let (Some(word), Some(value)) = (first([1, 2, 4, 6]), first([3, 5, 7, 7])) else {
            continue;
        };
        let (family, kind) = family(word.as_str());
        let is_secret = is_secret(family, text, &value.range(), Sure::Quoted);
        spots.extend(is_secret.then(|| Spot { range: value.range(), kind }));
    }
}

/// The secret of an assignment, if it is one, and where to read on.
fn assigned(text: &str, found: &Captures<'_>) -> (Option<Spot>, usize) {
    let group = |nth: usize| found.get(nth).map_or("", |group| group.as_str());
    let (before, word, mark, space) = (group(1), group(2), group(3), group(4));
    let whole_end = found.get(0).map_or(text.len(), |whole| whole.end());
    let quoted = (5..=8).find_map(|nth| found.get(nth)).map(|value| value.range());
    let is_quoted = quoted.is_some();
    let block = || block_scalar(text, found);
    let is_block = !is_quoted && block().is_some();
    let plain = || found.get(9).map(|value| value.start()..value_end(text, value.end()));
    let Some(mut range) = quoted.or_else(block).or_else(plain) else { return (None, whole_end) };
    if mark == "=" && space.is_empty() {
        range = shell_word(text, range);
    }
    let end = whole_end.max(range.end);
    let value = &text[range.clone()];
    let value = if is_quoted || is_block { value } else { value.trim_end_matches(CLOSING) };
    let range = range.start..range.start + value.len();
    let is_short = SHORT.contains(&word.to_ascii_lowercase().as_str());
    // `bypass` and `compass` end like a password; `db_pass` and `dbPass` mean one.
    let last = before.rfind(['_', '-', '.']).map_or(before, |at| &before[at + 1..]);
    let apart = last.is_empty()
        || is_name(&format!("{last}{word}"))
        || word.starts_with(|c: char| c.is_ascii_uppercase())
            && before.ends_with(|c: char| c.is_ascii_lowercase());
    let stem = before.trim_end_matches(['_', '-', '.']).to_ascii_lowercase();
    let is_tally = before.is_empty() && !is_quoted && is_tally(text, word, &range);
    // `Password::new` is a path in a program; `userPassword:: …` says that the value is base64.
    let is_path = ["::", "->", "→"].contains(&mark) && space.is_empty();
    let start = found.get(0).map_or(0, |whole| whole.start());
    let is_file = text[..start].ends_with("from-file=");
    // `:thumbsup:` in a chat, `arn:aws:secretsmanager:…:secret:…`.
    let is_emoji = mark == ":"
        && space.is_empty()
        && value
            .strip_suffix(':')
            .is_some_and(|it| it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    let is_in_name = is_emoji || is_of_arn(text, start);
    if is_short && !apart
        || is_in_name
        || is_folder(&format!("{before}{word}"), value)
        || is_path
        || is_file
        || is_tally
        || HARMLESS.split(' ').any(|it| it == stem)
    {
        // What was taken for a value may be another assignment, as in `oauth:?token=…`. Of a long
        // one that would take too much time.
        return (None, if value.len() <= LONGEST_AGAIN { range.start } else { end });
    }
    // In quotes nothing is prose, and what follows `auth:` alone may be anything.
    let sure = match () {
        () if is_quoted || is_block => Sure::Quoted,
        () if !["->", "→"].contains(&mark) && (mark != ":" || space.is_empty()) => Sure::Likely,
        () => Sure::Unlikely,
    };
    let word = if ["rediscli", "redis_cli"].contains(&stem.as_str()) { "redis" } else { word };
    // What an application shares is no object of Kubernetes.
    let is_shared = SHARED.split_whitespace().any(|it| stem.ends_with(it));
    let is_weak = ["auth", "cred"].contains(&word.to_ascii_lowercase().as_str());
    let (family, kind) = match family(word) {
        (Family::Secret, kind) if is_shared => (Family::Key, kind),
        known => known,
    };
    let is_secret = if is_weak {
        value.len() >= 12 && looks_made(value) && is_secret(Family::Key, text, &range, sure)
    } else {
        is_secret(family, text, &range, sure)
    };
    (is_secret.then_some(Spot { range, kind }), end)
}

/// Whether a value says how much of something there is: `password: 16 characters`.
fn is_measure(text: &str, range: &Range<usize>) -> bool {
    let is_small = range.len() <= 3 && text[range.clone()].bytes().all(|b| b.is_ascii_digit());
    is_small && UNIT.is_match(&text[range.end..text.floor_char_boundary(range.end + LONGEST_UNIT)])
}

/// Whether a name is the one that shells keep the folder under that they are in, as `sudo` logs it,
/// or its like in a log, with a folder.
fn is_folder(name: &str, value: &str) -> bool {
    match name {
        "PWD" | "OLDPWD" => FOLDER.is_match(value),
        "pwd" | "oldpwd" => {
            value.starts_with(['/', '~', '.'])
                && is_elsewhere(value)
                && !value.bytes().any(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

/// Whether a value is a path of words, the last of which may have an ending.
fn is_path(value: &str) -> bool {
    let is_word = |part: &str| {
        let name = part.split('.').next().unwrap_or(part);
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        name.len() - letters.len() <= 2
            && letters.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
    };
    let mut parts = value.trim_start_matches('/').split('/');
    value.trim_matches('/').contains('/') && parts.all(is_word)
}

/// Whether a place is within the name of something at Amazon's.
fn is_of_arn(text: &str, at: usize) -> bool {
    let from = text.ceil_char_boundary(at.saturating_sub(LONGEST_AGAIN));
    let word = text[from..at].rsplit(|c: char| c.is_whitespace() || "\"'=".contains(c)).next();
    text[..at].ends_with(':') && word.is_some_and(|word| word.starts_with("arn:"))
}

/// Whether `pass: 37` counts what passed: few, or beside what failed.
fn is_tally(text: &str, word: &str, value: &Range<usize>) -> bool {
    let number = text[value.clone()].trim_end_matches(['%', '.', ',', ';']);
    let rest = || text[value.end..].chars().take(40).collect::<String>().to_ascii_lowercase();
    let has_failures = || ["fail", "skip"].iter().any(|word| rest().contains(word));
    // `PASS: TestLogin` is the result of one test.
    let is_test = word == "PASS" && number.to_ascii_lowercase().starts_with("test");
    is_test
        || word.eq_ignore_ascii_case("pass")
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'/')
            && (number.len() <= 3 || has_failures())
}

/// What a `|` or `>` after a name in YAML announces: the deeper lines below.
fn block_scalar(text: &str, found: &Captures<'_>) -> Option<Range<usize>> {
    let (name, mark) = (found.get(1)?, found.get(9)?);
    let signs = mark.as_str().strip_prefix(['|', '>'])?;
    let is_mark = signs.len() <= 2 && signs.bytes().all(|b| b"+-123456789".contains(&b));
    let rest = text[mark.end()..].trim_start_matches([' ', '\t', '\r']);
    if !is_mark || !rest.starts_with(['\n', '#']) {
        return None;
    }
    let line_end = text[mark.end()..].find('\n')? + mark.end();
    let line_start = text[..name.start()].rfind('\n').map_or(0, |at| at + 1);
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let outer = depth(&text[line_start..mark.start()]);
    let mut end = line_end + 1;
    for line in text[line_end + 1..].split_inclusive('\n') {
        if !line.trim().is_empty() && depth(line) <= outer {
            break;
        }
        end += line.len();
    }
    let block = &text[line_end + 1..end];
    let start = line_end + 1 + (block.len() - block.trim_start().len());
    let end = line_end + 1 + block.trim_end().len();
    (start < end).then_some(start..end)
}

/// Where a value ends that goes on after a comma, semicolon or ampersand, unless the sentence or
/// the next assignment begins there.
fn value_end(text: &str, mut end: usize) -> usize {
    let is_part = |c: char| !c.is_whitespace() && !"\"'`,;&".contains(c);
    while text[end..].starts_with([',', ';', '&']) {
        let rest = &text[end + 1..];
        let part = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let name = rest[..part].find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c));
        let assigns = name.is_some_and(|at| at > 0 && rest[at..].starts_with(['=', ':']));
        if part == 0 || assigns {
            break;
        }
        end += 1 + part;
    }
    end
}

/// A word of the shell whose first piece is known: a blank behind a backslash goes on with it, and so
/// does what stands right behind its quote.
fn shell_word(text: &str, piece: Range<usize>) -> Range<usize> {
    let quote = text[piece.end..].chars().next().filter(|it| matches!(it, '"' | '\''));
    let is_quoted = quote.is_some() && text[..piece.start].ends_with(['"', '\'']);
    let whole = piece.start - usize::from(is_quoted);
    let first_end = piece.end + usize::from(is_quoted);
    let mut end = first_end;
    loop {
        let rest = &text[end..];
        let is_escaped = text[..end].ends_with('\\') && rest.starts_with([' ', '\t']);
        let mark = rest.chars().next().filter(|it| matches!(it, '"' | '\''));
        let is_joined = end > first_end || is_quoted || is_escaped;
        let from = usize::from(is_escaped || mark.is_some());
        if !is_joined || !rest[from..].starts_with(char::is_alphanumeric) {
            break;
        }
        end += match mark {
            Some(mark) => match rest[1..].find([mark, '\n']) {
                Some(close) if rest[1 + close..].starts_with(mark) => close + 2,
                _ => break,
            },
            None => {
                let is_border = |c: char| c.is_whitespace() || "\"'`,;&|<>".contains(c);
                from + rest[from..].find(is_border).unwrap_or(rest.len() - from)
            }
        };
    }
    if end == first_end { piece } else { whole..end }
}

/// Whether a value is a secret, by its place in the text.
fn is_secret(family: Family, text: &str, range: &Range<usize>, sure: Sure) -> bool {
    let value = &text[range.clone()];
    let word = value.trim_end_matches(['.', '!', '?', ':']).to_ascii_lowercase();
    // Between two names in quotes there is a comma or a sentence, and no value.
    let is_gap = value.starts_with([' ', '\t']) || value.trim_matches([',', ';', ' ']).is_empty();
    // In a text within JSON a line may end behind the name.
    let is_line_end = value.starts_with('\\')
        && value.split('\\').all(|part| ["", "n", "r", "t"].contains(&part));
    if value.len() < 2
        || is_gap
        || is_line_end
        || is_measure(text, range)
        || NO_SECRETS.split(' ').any(|it| it == word)
    {
        return false;
    }
    let only_stands_for_one = match sure {
        Sure::Quoted => stands_for_one(value),
        Sure::Likely | Sure::Unlikely => stands_for_one_in(text, range) || is_code(text, range),
    };
    // A password may begin with a slash; in a path there is more than one word.
    let is_password = family == Family::Password && value.starts_with('/') && !is_path(value);
    if only_stands_for_one || is_elsewhere(value) && !is_password {
        return false;
    }
    match family {
        Family::Password => true,
        Family::Secret if names_an_object(value) => false,
        // A count, or a port.
        Family::Key | Family::Secret if value.len() < 6 => false,
        Family::Key | Family::Secret => {
            sure != Sure::Unlikely || looks_made(value) || value.len() >= 24
        }
    }
}

/// Whether a value is a name like `pg-credentials-v2`: words and small numbers with hyphens.
pub(super) fn names_an_object(value: &str) -> bool {
    let part = |part: &str| {
        let word = !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let digits = part.strip_prefix('v').unwrap_or(part);
        word || (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    value.split(['-', '/', '.']).all(part)
}
