//! Secrets that are known by their shape alone: keys with a prefix, tokens in three parts, blocks.

use std::sync::LazyLock;

use regex::Regex;

use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

/// What each shape is called, and its pattern; a first group, where there is one, is the secret.
///
/// Word boundaries are those of ASCII, which the fast engine of `regex` knows.
const SHAPES: [(&str, &str); 30] = [
    ("AWS access key", r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?-u:\b)"),
    ("Google API key", r"(?-u:\b)AIza[0-9A-Za-z_-]{35}"),
    ("Google token", r"(?-u:\b)(?:ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,})"),
    ("Azure key", r"(?i-u:AccountKey|SharedAccessKey)=([0-9A-Za-z+/]{40,90}={0,2})"),
    ("Azure key", r"(?-u:\b)[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}"),
    (
        "signature",
        r"(?i-u:[?&;](?:sig|X-Amz-Signature|X-Goog-Signature|Signature))=([0-9A-Za-z%+/_=~-]{24,})",
    ),
    ("GitHub token", r"(?-u:\b)(?:gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{22,})"),
    (
        "GitLab token",
        r"(?-u:\b)gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[0-9A-Za-z_.-]{20,}",
    ),
    ("Slack token", r"(?-u:\b)(?:xox[abceoprs]|xapp)[.-][0-9A-Za-z.-]{10,}"),
    ("Slack webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([0-9A-Za-z/_-]{20,})"),
    ("Discord webhook", r"discord(?:app)?\.com/api/webhooks/[0-9]+/([0-9A-Za-z_-]{20,})"),
    ("Teams webhook", r"webhook\.office\.com/(webhookb2/[^\s<>\x22']{20,})"),
    ("Stripe key", r"(?-u:\b)[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
    ("webhook secret", r"(?-u:\b)whsec_[0-9A-Za-z+/=]{16,}"),
    ("npm token", r"(?-u:\b)npm_[0-9A-Za-z]{36}"),
    ("PyPI token", r"(?-u:\b)pypi-[0-9A-Za-z_-]{50,}"),
    ("Docker token", r"(?-u:\b)dckr_(?:pat|oat)_[0-9A-Za-z_-]{20,}"),
    ("SendGrid key", r"(?-u:\b)SG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}"),
    ("Twilio key", r"(?-u:\b)SK[0-9a-f]{32}(?-u:\b)"),
    (
        "model API key",
        r"(?-u:\b)sk-(?:(?:ant|proj|svcacct|or)-[0-9A-Za-z_-]{20,}|[0-9A-Za-z]{32,})",
    ),
    ("Vault token", r"(?-u:\b)hv[sbr]\.[0-9A-Za-z_-]{20,}"),
    ("Hugging Face token", r"(?-u:\b)hf_[0-9A-Za-z]{30,}"),
    ("Terraform token", r"(?-u:\b)[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{40,}"),
    ("DigitalOcean token", r"(?-u:\b)do[opr]_v1_[0-9a-f]{64}"),
    ("Grafana token", r"(?-u:\b)(?:glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}|glc_[0-9A-Za-z+/=]{32,})"),
    ("New Relic key", r"(?-u:\b)NRAK-[0-9A-Z]{20,}"),
    ("Telegram token", r"(?-u:\b)[0-9]{8,10}:AA[0-9A-Za-z_-]{32,}"),
    ("age key", r"(?-u:\b)AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    ("runledger token", r"(?-u:\b)rl_[0-9A-Za-z_-]{43}(?-u:\b)"),
    (
        "JWT",
        r"(?-u:\b)eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}(?:\.[0-9A-Za-z_-]+){0,2}",
    ),
];

static PATTERNS: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| SHAPES.iter().map(|(kind, text)| (*kind, pattern(text))).collect());

/// `scheme://name:password@host`; the last `@` before the path ends the password.
static IN_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"://[^\s/:@'"<>]*:([^\s/'"<>]+)@"#));
/// The same with slashes in the password, which cannot be a port and a path.
static WITH_SLASH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"://[^\s/:@'"<>]*:([^\s/:@'"<>]*[^\s0-9/:@'"<>][^\s/:@'"<>]*/[^\s:@?'"<>]*)@"#)
});
/// `https://TOKEN@host`.
static BEFORE_HOST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"://([0-9A-Za-z_-]{32,})@[0-9A-Za-z]"));

static KEY_BEGINS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----BEGIN (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"));
static KEY_ENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----END (?:[0-9A-Z]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"));

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for (kind, shape) in PATTERNS.iter() {
        for found in shape.captures_iter(text) {
            if let Some(secret) = found.get(1).or_else(|| found.get(0)) {
                spots.push(Spot { range: secret.range(), kind });
            }
        }
    }
    let places = [(&IN_ADDRESS, "password"), (&WITH_SLASH, "password"), (&BEFORE_HOST, "token")];
    for (place, kind) in places {
        let secrets = place.captures_iter(text).filter_map(|found| found.get(1));
        let real = secrets.filter(|secret| !stands_for_one(secret.as_str()));
        spots.extend(real.map(|secret| Spot { range: secret.range(), kind }));
    }
    private_keys(text, spots);
}

/// From each beginning to its end, or as far as the lines look like a key.
fn private_keys(text: &str, spots: &mut Vec<Spot>) {
    let begins: Vec<_> = KEY_BEGINS.find_iter(text).map(|found| found.range()).collect();
    for (nth, begin) in begins.iter().enumerate() {
        let next = begins.get(nth + 1).map_or(text.len(), |next| next.start);
        let rest = &text[begin.end..next];
        let length = end_mark(rest).unwrap_or_else(|| key_length(rest));
        spots.push(Spot { range: begin.start..begin.end + length, kind: "private key" });
    }
}

/// Bytes up to and with the mark that closes a block. That of a certificate further below does not.
fn end_mark(rest: &str) -> Option<usize> {
    KEY_ENDS.find(rest).map(|found| found.end())
}

/// Bytes of what goes on like a key that was cut off: base64, its breaks, and its headers.
fn key_length(rest: &str) -> usize {
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        let words = line.trim();
        let dense = words.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=\\-_".contains(&b));
        let header = ["Proc-Type:", "DEK-Info:", "Version:", "Comment:"];
        if !dense && !header.iter().any(|name| words.starts_with(name)) {
            break;
        }
        length += line.len();
    }
    rest[..length].trim_end().len()
}
