//! Secrets that people tell each other in a sentence: `the password for db-3 is …`, `log in with
//! admin / …`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use regex::{Match, Regex};

use super::named::{Family, NO_SECRETS, family, names_an_object};
use super::{Spot, looks_made, stands_for_one};
use crate::text::pattern::pattern;

/// What a secret is called in a sentence, in lower case.
const CALLED: [&str; 24] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "pw",
    "token",
    "secret",
    "api key",
    "passwort",
    "kennwort",
    "wachtwoord",
    "contrasena",
    "contrase\u{f1}a",
    "senha",
    "mot de passe",
    "haslo",
    "has\u{142}o",
    "heslo",
    "salasana",
    "losenord",
    "l\u{f6}senord",
    "пароль",
];

/// What a sentence begins with that tells a name and a password.
const LOGINS: [&str; 14] = [
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
];

/// Where a sentence may tell a secret. Few words do, so each rule is tried only where one stands.
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
    words(&builder, CALLED.iter().chain(&LOGINS))
});

#[expect(clippy::expect_used, reason = "the words are constants; the first test shows a wrong one")]
fn words<'w>(
    builder: &AhoCorasickBuilder,
    words: impl Iterator<Item = &'w &'w str>,
) -> AhoCorasick {
    builder.build(words).expect("few words")
}

/// A value in quotes of any kind, or one word.
const VALUE: &str = r#"(?:"([^"\n]{1,80})"|'([^'\n]{1,80})'|`([^`\n]{1,80})`|([^\s"'`]+))"#;

/// After what it is called: ` of the root user on db-3 is now …`.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"[^\s.,;:!?=\x22'`]+";
    let whose = format!(
        r"[ \t]+(?:for|of|on|to|at|f(?:u|ü)r|von|vom|des|auf|pour|de|du|para|del|voor|van)(?:[ \t]+{word}(?:[.:]{word})*){{1,5}}?"
    );
    let is = r"(?:is|was|lautet|ist|est|es|é|(?:will|should|must|has to) be)(?:[ \t]+(?:now|set to|jetzt|maintenant|ahora))?:?";
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
        r"(?i)^(?:{with}|{are})[ \t]+[\x22'`]?[0-9a-z_.@\\-]+[\x22'`]?(?:[ \t]*/[ \t]*|:){VALUE}"
    ))
});
static IDENTIFIED_BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?-u:\b)identified(?: with [0-9a-z_]+)? by (?:'([^'\n]+)'|"([^"\n]+)")"#)
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
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let here = Here { text, at: called.end() };
        if called.pattern().as_usize() >= CALLED.len() {
            login(&here, spots);
        } else {
            sentence(&here, called.start(), spots);
        }
    }
    for found in IDENTIFIED_BY.captures_iter(text) {
        if let Some(value) = found.get(1).or_else(|| found.get(2))
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
        let mut end = self.text.len().min(self.at + LONGEST);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        &self.text[self.at..end]
    }

    fn push(&self, value: Match<'_>, shown: &str, kind: &'static str, spots: &mut Vec<Spot>) {
        let start = self.at + value.start();
        spots.push(Spot { range: start..start + shown.len(), kind });
    }
}

/// What may follow a word that a secret is called by, which begins at `start`.
fn sentence(here: &Here<'_>, start: usize, spots: &mut Vec<Spot>) {
    let (name, line) = (&here.text[start..here.at], here.line());
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
        // `PASSWORD '…'` of SQL; a word without quotes needs more before it, and so does a "pass"
        // that may be a verb. A secret in quotes is one by name, in words of Kubernetes.
        let is_verb = name.eq_ignore_ascii_case("pass");
        let is_told = match family(name).0 {
            Family::Password => is_quoted && !is_verb || WITH.is_match(lead(here.text, start)),
            Family::Key => found.get(2).is_some(),
            Family::Secret => false,
        };
        if is_told {
            tell((1..=4).find_map(|nth| found.get(nth)), is_quoted);
        }
    }
}

/// A little of what stands before a place.
fn lead(text: &str, at: usize) -> &str {
    let mut start = at.saturating_sub(LEAD);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..at]
}

/// A name and a password, after what says that they follow.
fn login(here: &Here<'_>, spots: &mut Vec<Spot>) {
    let Some(found) = LOGIN.captures(here.line()) else { return };
    let Some(value) = (1..=4).find_map(|nth| found.get(nth)) else { return };
    let is_quoted = found.get(4).is_none();
    let shown = if is_quoted { value.as_str() } else { trimmed(value.as_str()) };
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
    let is_of_prose = |word: &str| NO_SECRETS.split(' ').any(|it| it.eq_ignore_ascii_case(word));
    let words = || shown.split_whitespace();
    let is_prose = is_quoted
        && is_of_prose(words().next().unwrap_or_default())
        && (words().count() <= 2 || words().nth(1).is_some_and(is_of_prose));
    let is_made = shown.len() >= 4 && looks_made(shown);
    let likely = match family {
        Family::Password => is_quoted || is_made,
        Family::Secret => is_made && !names_an_object(shown),
        Family::Key => is_made,
    };
    let none = is_prose || is_way(shown) || stands_for_one(shown);
    (likely && !none).then_some((shown, kind))
}

fn is_way(value: &str) -> bool {
    WAYS.contains(&value.to_ascii_lowercase().as_str())
}

/// A value without what ends the sentence.
fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ';', ')', '!', '?'])
}
