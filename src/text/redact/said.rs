//! Secrets that people tell each other in a sentence: `the password for db-3 is …`, `log in with
//! admin / …`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::{Match, Regex};

use super::made::{is_password, is_random, is_seed, looks_made};
use super::named::{is_prose, names_an_object};
use super::names::{CALLED, Family, any_of, family};
use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

/// What a sentence begins with that tells a name and a password.
const LOGINS: [&str; 19] = [
    "basic auth",
    "log in",
    "logged in",
    "login",
    "log-in",
    "sign in",
    "signed in",
    "einloggen",
    "anmelde",
    "credential",
    "creds",
    "zugangsdaten",
    "identifiants",
    "user/pass",
    "username/pass",
    "user / pass",
    "username / pass",
    "benutzer/pass",
    "benutzername/",
];

/// Where a sentence may tell a secret. Few words do, so each rule is tried only where one stands.
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words: Vec<&str> = CALLED.iter().map(String::as_str).chain(LOGINS).collect();
    any_of(&words)
});

/// A value in quotes of any kind, or one word.
const VALUE: &str = r#"(?:"([^"\n]{1,80})"|'([^'\n]{1,80})'|`([^`\n]{1,80})`|([^\s"'`]+))"#;

/// After what it is called: ` of the root user on db-3 is now …`.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"[^\s.,;:!?=\x22'`]+";
    let whose = format!(
        r"[ \t]+(?:for|of|on|to|at|f(?:u|ü)r|von|vom|des|auf|pour|de|du|para|del|voor|van)(?:[ \t]+{word}(?:[.:]{word})*){{1,5}}?"
    );
    let is = r"(?:is|was|lautet|ist|est|es|é|è|now|jetzt|это|(?:will|should|must|has to) be)(?:[ \t]+(?:now|set to|jetzt|maintenant|ahora))?:?";
    let became = r"(?:(?:was|is|got)[ \t]+)?(?:changed|set|reset|updated)[ \t]+to:?";
    pattern(&format!(r"(?i)^(?:{whose})?[ \t]+(?:{is}|{became})[ \t]+{VALUE}"))
});
/// After what it is called: ` changed from … to …`.
static FROM_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^(?:[ \t]+[^\s.,;:!?=]+){{0,4}}?[ \t]+from[ \t]+{VALUE}[ \t]+to[ \t]+{VALUE}"
    ))
});
/// Right after what it is called.
static BESIDE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^[ \t]+{VALUE}")));
/// After what it is called and whose it is: ` of the admin: …`, ` for root = …`; behind a dash or a
/// border of a table.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^(?:[ \t]+(?:for|of|on|to|f(?:u|ü)r|von|vom|des|auf|pour|de|du|para|del|voor|van)(?:[ \t]+[^\s.,;:!?=]+(?:\.[^\s.,;:!?=]+)*){{1,5}}?[ \t]*(?:[:=]|->|→)|[ \t]*(?:[ \t]-{{1,2}}|[–—|]|:?[ \t]\(|,[ \t]*))[ \t]*{VALUE}"
    ))
});
/// Without a space, as in Chinese and Japanese.
static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[ \t]*(?:是|为|為|は|는|은)[ \t]*[:：「]?[ \t]*([!#-&(-\[\]-_a-~]{4,})")
});
/// Before what it is called: `… is the `, `use … as `.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:^|[\s"'`(])([^\s"'`()]{6,})["'`]?[ \t]+(?:as|is|ist|est|es|was)[ \t]+(?:[a-zäöüé]+[ \t]+){0,3}$"#,
    )
});
/// Before what it is called: `with user … and the `.
static WITH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:with|using|use|try|mit|avec|con)[ \t]+(?:(?:the|this|my|our|dem|le|la)[ \t]+)?(?:user(?:name)?[ \t]+\S+[ \t]+(?:and|und|et|y)[ \t]+)?$",
    )
});
/// `log in with admin / …`, `credentials: admin / …`.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    let with = r"(?:[ \t]+(?:to|on|at|auf|bei)[ \t]+\S+)?[ \t]+(?:with|as|using|mit|als|is)";
    let are = r"[a-z]*(?:[ \t]+(?:for|of|on|to|f(?:u|ü)r)(?:[ \t]+[^\s.,;:!?]+){1,3}?)?(?:[ \t]*[:=]|[ \t]+(?:are|is|sind|lauten))";
    pattern(&format!(
        r"(?i)^(?:word|wd|wort|kennwort|passwort)?(?<verb>{with}|{are})?[ \t]+[\x22'`]?[0-9a-z_.@\\-]+[\x22'`]?(?:[ \t]*/[ \t]*|:|[ \t]+with[ \t]+){VALUE}"
    ))
});
/// What SQL makes of a password: `PASSWORD E'…'`, `SET PASSWORD FOR a = MD5('…')`.
static SET_PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)password(?:[ \t]+for[ \t]+\S+)?[ \t]*=?[ \t]*(?:[NE]|(?:(?:old_)?password|md5|sha1|sha2|crypt|hash)\([ \t]*)'([^'\n]+)'",
    )
});
static IDENTIFIED_BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)identified(?: with [0-9a-z_]+)? by (?:values )?(?:'([^'\n]+)'|"([^"\n]+)"|([^\s'"();,]{4,}))"#,
    )
});

/// What stands behind a slash without being a password: ways to log in or to keep one.
const WAYS: [&str; 10] = [
    "oauth2",
    "saml2",
    "ipv6",
    "ipv4",
    "http2",
    "sha256",
    "sha512",
    "scram-sha-256",
    "base64",
    "utf-8",
];

/// How much of a text may belong to one sentence that tells a secret, in bytes.
const LONGEST: usize = 400;

/// How far back the words are looked for that lead to a secret, in bytes.
const LEAD: usize = 80;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for called in TELLING.find_iter(text) {
        let before = text[..called.start()].chars().next_back();
        // Words of Chinese and Japanese stand side by side.
        if before.is_some_and(|it| it.is_alphanumeric() && it < '\u{3000}') {
            continue;
        }
        let here = Here { text, at: called.end() };
        let is_login = called.pattern().as_usize() >= CALLED.len();
        if is_login || text[called.range()].to_ascii_lowercase().starts_with("credential") {
            login(&here, spots);
        }
        if !is_login {
            sentence(&here, called.start(), spots);
        }
    }
    for value in SET_PASSWORD.captures_iter(text).filter_map(|found| found.get(1)) {
        if !stands_for_one(value.as_str()) {
            spots.push(Spot { range: value.range(), kind: "password" });
        }
    }
    for found in IDENTIFIED_BY.captures_iter(text) {
        let quoted = found.get(1).or_else(|| found.get(2));
        // In a sentence something is identified by its name.
        let plain = found.get(3).filter(|value| is_password(value.as_str()));
        if let Some(value) = quoted.or(plain)
            && !stands_for_one(value.as_str())
        {
            spots.push(Spot { range: value.range(), kind: "password" });
        }
    }
}

/// A place in a text that a rule begins at.
struct Here<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Here<'t> {
    /// The line from here on; no sentence that tells a secret is longer.
    fn line(&self) -> &'t str {
        &self.text[self.at..self.text.floor_char_boundary(self.at + LONGEST)]
    }

    fn push(&self, value: Match<'_>, shown: &str, kind: &'static str, spots: &mut Vec<Spot>) {
        let start = self.at + value.start();
        spots.push(Spot { range: start..start + shown.len(), kind });
    }
}

/// What may follow a word that a secret is called by, which begins at `start`, and what may lead
/// to it.
fn sentence(here: &Here<'_>, start: usize, spots: &mut Vec<Spot>) {
    let (name, line) = (&here.text[start..here.at], here.line());
    let (family, kind) = family(name);
    // "pass" may be a verb.
    let is_verb = name.eq_ignore_ascii_case("pass");
    let is_strong = |value: &str| match family {
        Family::Password if !is_verb => is_password(value),
        _ => is_random(value) || is_seed(value),
    };
    let is_only_secret = |value: &str| is_strong(value) && !is_way(value) && !stands_for_one(value);
    let before = lead(here.text, start);
    if let Some(value) = BEFORE.captures(before).and_then(|found| found.get(1))
        && is_only_secret(value.as_str())
    {
        let from = start - before.len();
        spots.push(Spot { range: from + value.start()..from + value.end(), kind });
    }
    if let Some(value) = JOINED.captures(line).and_then(|found| found.get(1)) {
        let shown = trimmed(value.as_str());
        if is_only_secret(shown) {
            here.push(value, shown, kind, spots);
        }
    }
    if let Some(found) = SIGNED.captures(line)
        && let Some(value) = (1..=4).find_map(|nth| found.get(nth))
    {
        let shown = trimmed(value.as_str());
        let is_assigned = line[..value.start()].trim_end_matches([' ', '"', '\'']).ends_with('=');
        if is_only_secret(shown)
            || is_assigned && family == Family::Password && told(name, shown, true).is_some()
        {
            here.push(value, shown, kind, spots);
        }
    }
    if !line.starts_with([' ', '\t']) {
        return;
    }
    let mut tell = |value: Option<Match<'_>>, is_quoted: bool| {
        let Some(value) = value else { return };
        if let Some((shown, kind)) = told(name, value.as_str(), is_quoted) {
            here.push(value, shown, kind, spots);
        }
    };
    if let Some(found) = IS.captures(line) {
        tell((1..=4).find_map(|nth| found.get(nth)), found.get(4).is_none());
    }
    if let Some(found) = FROM_TO.captures(line) {
        for values in [1..=4, 5..=8] {
            let is_quoted = found.get(*values.end()).is_none();
            tell(values.into_iter().find_map(|nth| found.get(nth)), is_quoted);
        }
    }
    if let Some(found) = BESIDE.captures(line) {
        let is_quoted = found.get(4).is_none();
        let value = (1..=4).find_map(|nth| found.get(nth));
        // `PASSWORD '…'` of SQL; a word without quotes needs more before it, or can be nothing
        // else. A secret in quotes is one by name, in words of Kubernetes.
        let is_told = match family {
            Family::Password => is_quoted && !is_verb || WITH.is_match(before),
            Family::Key => found.get(2).is_some(),
            Family::Secret => false,
        };
        if is_told || value.is_some_and(|it| is_only_secret(trimmed(it.as_str()))) {
            tell(value, is_quoted);
        }
    }
}

/// A little of what stands before a place.
fn lead(text: &str, at: usize) -> &str {
    &text[text.ceil_char_boundary(at.saturating_sub(LEAD))..at]
}

/// A name and a password, after what says that they follow.
fn login(here: &Here<'_>, spots: &mut Vec<Spot>) {
    let Some(found) = LOGIN.captures(here.line()) else { return };
    let Some(value) = (2..=5).find_map(|nth| found.get(nth)) else { return };
    let is_quoted = found.get(5).is_none();
    let shown = if is_quoted { value.as_str() } else { trimmed(value.as_str()) };
    if found.name("verb").is_none() && !is_password(shown) {
        return;
    }
    let is_number = shown.bytes().all(|b| b.is_ascii_digit());
    // `login with https://…`, `logged in as system:serviceaccount:…`.
    let is_address = shown.starts_with("//") || !is_quoted && shown.contains(':');
    let likely = is_quoted || shown.len() >= 4 && looks_made(shown) && !is_number;
    if likely && !is_way(shown) && !is_address && !stands_for_one(shown) {
        here.push(value, shown, "password", spots);
    }
}

/// A value that a sentence tells and its kind, if it can be a secret: anything in quotes for a
/// password, and what looks made.
fn told<'v>(name: &str, value: &'v str, is_quoted: bool) -> Option<(&'v str, &'static str)> {
    let (family, kind) = family(name);
    let shown = if is_quoted { value } else { trimmed(value) };
    // Two words of a sentence begin what is none: `the password is "not valid"`.
    let words = || shown.split_whitespace();
    let begins_none = is_quoted
        && is_prose(words().next().unwrap_or_default())
        && (words().count() <= 2 || words().nth(1).is_some_and(is_prose));
    let is_made = shown.len() >= 4 && looks_made(shown);
    let likely = match family {
        Family::Password => is_quoted || is_made,
        Family::Secret => is_made && !names_an_object(shown),
        Family::Key => is_made,
    };
    let none = begins_none || is_way(shown) || stands_for_one(shown);
    (likely && !none).then_some((shown, kind))
}

fn is_way(value: &str) -> bool {
    WAYS.contains(&value.to_ascii_lowercase().as_str())
}

/// A value without what ends the sentence.
fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ';', ')', '!', '?'])
}
