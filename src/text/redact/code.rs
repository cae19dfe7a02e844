//! Secrets of a few digits: a PIN, a code that is used once, and the long number that opens a disk.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::Spot;
use super::names::any_of;
use crate::text::pattern::pattern;

/// What such a number is called. A `code` needs a word before it that says which.
static NAME: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(&NAMES));
const NAMES: [&str; 13] = [
    "pin", "otp", "puk", "cvv", "cvc", "code", "digo", "totp", "hotp", "2fa", "mfa", "tan",
    "passkey",
];
/// Names that are words of a sentence as well: a sign or a verb must follow them.
const SIGNED: [&str; 4] = ["2fa", "mfa", "tan", "passkey"];

/// In front of a code.
static WHICH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^0-9a-z])(?:[m2]fa|t?otp|pin|sms|verification|security|confirmation|login|sign-?in|one[ _-]?time|recovery|backup|best(?:ä|ae)tigungs|sicherheits|einmal|your)[ _-]?$",
    )
});
/// What follows a name: a sign, a verb or nothing, and the digits.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^(?:s|2|[ _-]?(?:code|nummer|number))?(?: de (?:verificaci(?:ó|o)n|seguridad))?\\?["'`]?(?:[ \t]*(?::=|=>|->|[:=：→])[ \t]*|[ \t]+(?:is|was|ist|lautet|est|es|now)[ \t]*:?[ \t]*|[ \t]+)(?:\\?["'`(])?([0-9]{3,8}(?:[ -][0-9]{3,8})*)(?:$|[^0-9a-z.:/_%-]|[.](?:$|[^0-9]))"#,
    )
});
/// A code of letters and digits that is used once.
static ONCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:[0-9a-z_-]*[_-])?(?:t?otp|hotp|one[_-]?time[_-]?(?:code|pin))(?:[_-]?code)?\\?["']?[ \t]*[:=][ \t]*\\?["']?([0-9a-z]{6,12})(?:$|[^0-9a-z._-])"#,
    )
});
/// What the codes of a device are made of, in base32 as it is shown to be typed in.
static SEED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i:(?:^|[^0-9a-z])(?:[th]?otp|[2m]fa|authenticator|one[ _-]?time)(?:[ _-](?:app|auth|login|shared|setup))*[ _-]?(?:secret|seed|key)s?(?:[ _-]key)?\\?["']?(?:[ \t]*(?:[:=]|->|→)[ \t]*|[ \t]+(?:is|was|ist|lautet)[ \t]*:?[ \t]*|[ \t]+))\\?["'`]?([0-9A-Z]{16,}|[0-9A-Za-z]{4}(?:[ -][0-9A-Za-z]{4}){3,})(?:$|[^0-9A-Za-z])"#,
    )
});
/// Eight groups of six digits, which open a disk of Windows.
static RECOVERY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{6}(?:-[0-9]{6}){7}(?-u:\b)"));

/// So much around a name belongs to it, in bytes.
const NEAR: usize = 120;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for name in NAME.find_iter(text) {
        let ahead = &text[name.end()..text.floor_char_boundary(name.end() + NEAR)];
        let Some(code) = DIGITS.captures(ahead).and_then(|found| found.get(1)) else { continue };
        let before =
            &text[text.floor_char_boundary(name.start().saturating_sub(NEAR))..name.start()];
        let which = NAMES[name.pattern().as_usize()];
        let is_name = match which {
            "code" => WHICH.is_match(before),
            "digo" => before.ends_with(['ó', 'o']),
            // `opinion 2024` and `v1.otp` are none, and `userPin` is one.
            _ => {
                let is_camel = before.ends_with(|c: char| c.is_ascii_lowercase())
                    && text[name.range()].starts_with(|c: char| c.is_ascii_uppercase());
                let sign = ahead[..code.start()].trim_matches([' ', '\t', '"', '\'', '\\', '(']);
                let is_told = !SIGNED.contains(&which) || !sign.is_empty();
                let is_apart = !before.ends_with(|c: char| c.is_alphanumeric() || c == '.');
                (is_apart || is_camel) && is_told
            }
        };
        let digits = code.as_str().bytes().filter(u8::is_ascii_digit).count();
        // A year, or the leg of a chip.
        let is_date = code.as_str().starts_with("20") && code.as_str().contains('-');
        if is_name && !is_date && (digits >= 4 || which.starts_with("cv")) {
            let range = name.end() + code.start()..name.end() + code.end();
            spots.push(Spot { range, kind: "code" });
        }
    }
    for (rule, kind) in [(&ONCE, "code"), (&SEED, "one-time secret")] {
        for secret in rule.captures_iter(text).filter_map(|found| found.get(1)) {
            let has = |what: fn(&u8) -> bool| secret.as_str().bytes().any(|b| what(&b));
            if has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
                spots.push(Spot { range: secret.range(), kind });
            }
        }
    }
    let keys = RECOVERY.find_iter(text);
    spots.extend(keys.map(|key| Spot { range: key.range(), kind: "recovery key" }));
}
