//! Secrets that are known by the name before them: `password=…`, `token: …`, `--api-key …`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Spot, looks_made, stands_for_one};
use crate::text::pattern::pattern;

/// The last word of a name whose value is a secret.
const WORDS: &str = "password|passwd|passphrase|passcode|pwd|secret|token|credentials?\
    |redis[_-]?cli[_-]?auth|sshpass|client-key-data\
    |(?:api|app|application|access|secret|private|signing|encryption|master|auth|account\
    |shared[_-]?access|storage|subscription|license|deploy|ingest|integration|service|ssh|webhook)\
    [_-]?key|(?:pass|auth|cred)(?-u:\\b)";

/// A name, a colon or equals sign, and a value in quotes or up to the next space.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)([0-9a-z_.-]*)({WORDS})(?:[_-]?(?:value|base64|b64))?\\?["'`]?[ \t]*(:=|=>|=|:)([ \t]*)(?:\\"((?:[^"\\\n])+)|"((?:[^"\\\n]|\\.)+)|'([^'\n]+)|`([^`\n]+)|([^\s"'`=,;&][^\s"'`,;&]*))"#
    ))
});
/// `--password VALUE`.
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)(?:^|\s)--(?:[0-9a-z]+-)*({WORDS})[ \t]+(?:"([^"\n]+)|'([^'\n]+)|([^\s"'-][^\s"']*))"#
    ))
});
/// `name: DB_PASSWORD` and its `value:`, in YAML over two lines, or in JSON.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)(?-u:\b)(?:name|key)["']?[ \t]*:[ \t]*["']?[0-9a-z_.-]*({WORDS})["']?,?\s*["']?value["']?[ \t]*:[ \t]*(?:"([^"\n]+)|'([^'\n]+)|([^\s"',}}]+))"#
    ))
});
/// `the password is …`, `ALTER USER … PASSWORD '…'`.
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(password|passwd|passphrase|pwd|pw|token|secret|api key)[ \t]+(?:(?:is|was)(?: now)?:?[ \t]+["'`]?([^\s"'`]+)|'([^'\n]+)')"#,
    )
});
static IDENTIFIED_BY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)identified(?: with [0-9a-z_]+)? by '([^'\n]+)'"));
/// Tools that take the password right after a letter.
static GLUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)(?-u:\b)[^\n|;]*?[ \t]-p|sshpass[ \t]+-p[ \t]*|redis-cli(?-u:\b)[^\n|;]*?[ \t]-a[ \t]+)["']?([^\s"'-][^\s"']*)"#,
    )
});

/// What stands after "password:" without being one.
const NO_SECRETS: &str = "\
    a an and are at auth authentication bad been by can cannot changed correct could default \
    denied disabled does empty enabled error expired fail failed false for from generated given \
    has have hidden if in incorrect invalid is it its leaked length malformed mandatory missing \
    mismatch must needed never new nil no none not null of ok old on optional or please prompt \
    read refused rejected required reset revoked rotated same secret see set should still string \
    that the this to token too true undefined unknown unset unused updated valid was we were \
    will with wrong yes you";

/// Beginnings of names whose tokens and keys are no secrets.
const HARMLESS: &str = "\
    next page continue continuation cancel cancellation max min eos bos pad stop sync fencing \
    pull image-pull imagepull author co by com tres";

/// How careful to be, by the word before the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Anything may be a password.
    Password,
    /// Tokens and keys look made.
    Key,
    /// So do secrets, whose names are also those of Kubernetes objects.
    Secret,
}

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    let mut from = 0;
    while let Some(found) = ASSIGNED.captures_at(text, from) {
        let (spot, end) = assigned(text, &found);
        spots.extend(spot);
        from = end;
    }
    for (rule, is_flag) in [(&FLAG, true), (&VARIABLE, false)] {
        for found in rule.captures_iter(text) {
            let Some(value) = (2..=4).find_map(|nth| found.get(nth)) else { continue };
            let (family, kind) = family(&found[1]);
            let is_secret = is_secret(family, value.as_str(), !is_flag);
            spots.extend(is_secret.then(|| Spot { range: value.range(), kind }));
        }
    }
    for found in SAID.captures_iter(text) {
        let quoted = found.get(3);
        let Some(value) = quoted.or_else(|| found.get(2)) else { continue };
        let shown = value.as_str().trim_end_matches(['.', ',', ';', ')', '!', '?']);
        let likely = quoted.is_some() || shown.len() >= 4 && looks_made(shown);
        if likely && !stands_for_one(shown) {
            let kind = family(&found[1]).1;
            spots.push(Spot { range: value.start()..value.start() + shown.len(), kind });
        }
    }
    for rule in [&IDENTIFIED_BY, &GLUED] {
        for value in rule.captures_iter(text).filter_map(|found| found.get(1)) {
            if !stands_for_one(value.as_str()) {
                spots.push(Spot { range: value.range(), kind: "password" });
            }
        }
    }
}

/// The secret of an assignment, if it is one, and where to read on.
fn assigned(text: &str, found: &Captures<'_>) -> (Option<Spot>, usize) {
    let group = |nth: usize| found.get(nth).map_or("", |group| group.as_str());
    let (before, word, mark, space) = (group(1), group(2), group(3), group(4));
    let whole_end = found.get(0).map_or(text.len(), |whole| whole.end());
    let quoted = (5..=8).find_map(|nth| found.get(nth)).map(|value| value.range());
    let is_quoted = quoted.is_some();
    let plain = || found.get(9).map(|value| value.start()..value_end(text, value.end()));
    let Some(range) = quoted.or_else(plain) else { return (None, whole_end) };
    let end = whole_end.max(range.end);
    let value = text[range.clone()].trim_end_matches([')', ']', '}', '\\', '>']);
    let value = if is_quoted { &text[range.clone()] } else { value };
    let range = range.start..range.start + value.len();
    let short = ["pass", "auth", "cred"].contains(&word.to_ascii_lowercase().as_str());
    // `bypass` and `compass` end like a password; `db_pass` and `dbPass` mean one.
    let apart = before.is_empty()
        || before.ends_with(['_', '-', '.'])
        || word.starts_with(|c: char| c.is_ascii_uppercase())
            && before.ends_with(|c: char| c.is_ascii_lowercase());
    let stem = before.trim_end_matches(['_', '-', '.']).to_ascii_lowercase();
    if short && !apart || HARMLESS.split(' ').any(|it| it == stem) {
        return (None, end);
    }
    // In quotes nothing is prose, and what follows `auth:` alone may be anything.
    let certain = is_quoted || mark != ":" || space.is_empty();
    let weak = short && !word.eq_ignore_ascii_case("pass");
    let (family, kind) = family(word);
    let is_secret = if weak {
        value.len() >= 12 && looks_made(value) && is_secret(Family::Key, value, certain)
    } else {
        is_secret(family, value, certain)
    };
    (is_secret.then_some(Spot { range, kind }), end)
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

fn family(word: &str) -> (Family, &'static str) {
    let word = word.to_ascii_lowercase();
    if word.starts_with("pass") || ["pwd", "pw", "sshpass"].contains(&word.as_str()) {
        (Family::Password, "password")
    } else if word == "secret" {
        (Family::Secret, "secret")
    } else if word == "token" {
        (Family::Key, "token")
    } else if word.starts_with("redis") {
        (Family::Password, "password")
    } else if word.starts_with("cred") {
        (Family::Key, "credential")
    } else {
        (Family::Key, "key")
    }
}

/// Whether a value is one; `certain` where nothing but a value can stand there.
fn is_secret(family: Family, value: &str, certain: bool) -> bool {
    let word = value.trim_end_matches(['.', '!', '?', ':']).to_ascii_lowercase();
    if value.len() < 2 || stands_for_one(value) || NO_SECRETS.split(' ').any(|it| it == word) {
        return false;
    }
    if is_reference(value) {
        return family == Family::Password && !value.contains(['(', '$']) && value.starts_with('/');
    }
    match family {
        Family::Password => true,
        Family::Secret if names_an_object(value) => false,
        // A count, or a port.
        Family::Key | Family::Secret if value.len() < 6 => false,
        Family::Key | Family::Secret => certain || looks_made(value) || value.len() >= 24,
    }
}

/// Whether a value says where the secret is: a path, an address, a call, an item of a vault.
fn is_reference(value: &str) -> bool {
    let starts = ["/", "./", "../", "~/", "@", "file:", "op://", "vault:", "arn:", "env.", "env:"];
    let calls = ["os.environ", "process.env", "secrets.", "var.", "local.", "data.", "config."];
    let is_call = value.find('(').is_some_and(|paren| {
        paren > 0 && value[..paren].chars().all(|c| c.is_ascii_alphanumeric() || "_.:".contains(c))
    });
    is_call
        || starts.iter().any(|start| value.starts_with(start))
        || calls.iter().any(|start| value.starts_with(start))
}

/// Whether a value is a name like `pg-credentials-v2`: words and small numbers with hyphens.
fn names_an_object(value: &str) -> bool {
    let part = |part: &str| {
        let word = !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let digits = part.strip_prefix('v').unwrap_or(part);
        word || (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    value.split(['-', '/', '.']).all(part)
}
