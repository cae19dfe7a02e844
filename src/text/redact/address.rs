//! Secrets in addresses: before the host, in the parameters, and where the path is the secret.

use std::sync::LazyLock;

use regex::Regex;

use super::made::{is_random, looks_made};
use super::{Checked, Spot, checked, stands_for_one};
use crate::text::pattern::pattern;

/// `scheme://name:password@host`; the last `@` before the path ends the password.
static IN_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"://[^\s/:@'"<>]*:([^\s/'"<>]+)@"#));
/// `//name:password@host/share`, as shares of files are written.
static OF_A_SHARE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?:^|[\s"'`(=,])//[^\s/:@'"<>]+:([^\s/'"<>]+)@"#));
/// The same with slashes in the password, which cannot be a port and a path.
static WITH_SLASH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"://[^\s/:@'"<>]*:([^\s/:@'"<>]*[^\s0-9/:@'"<>][^\s/:@'"<>]*/[^\s:@?'"<>]*)@"#)
});
/// The same with a sign that ends passwords, too, before the first slash.
static WITH_BOTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"://[^\s/:@'"<>]*:([^\s/?'"<>]*@[^\s?'"<>]*/[^\s?'"<>]*)@[0-9A-Za-z\[]"#)
});
/// `https://TOKEN@host`, `https://TOKEN:x-oauth-basic@host`.
static BEFORE_HOST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"://([0-9A-Za-z_.-]{10,})(?::[0-9A-Za-z_.-]*)?@[0-9A-Za-z\[]"));
/// `https://TOKEN:@host`: who has no password is a token.
static WITHOUT_PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"://([0-9A-Za-z_.-]{8,}):(?:x-oauth-basic)?@[0-9A-Za-z\[]"));
/// `admin:password` in front of a host without a scheme, as it is given to a tool.
static LOGIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Za-z][0-9A-Za-z_.-]*:([^\s/:<>]{4,})$"));
/// The host has a form of its own, since `nginx:1.27@sha256` is an image.
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|localhost|host|[a-z0-9]+(?:[.-][a-z0-9]+)+)(?-u:\b)",
    )
});
/// `name:password` in front of the `@tcp(` of a driver of Go, where any sign may be in a password.
static OF_A_DRIVER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z_][0-9A-Za-z_.-]*:(.+)$"));
/// How a driver of Go says the network, behind the sign.
static NETWORK: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z][0-9a-z+-]{1,20}\("));
/// No name, password and host take more, in bytes.
const LONGEST: usize = 200;
/// Parameters that sign a request, or hand over who asks.
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"[?&;](?i:(?:[0-9a-z.-]+_)?(?:sig|signature|hmac|code|ticket|assertion|samlresponse|jwt|key|invite|magic|t))=([^\s&;"'<>#\\]{10,})"#,
    )
});
/// A signature that stands by itself in a log, in text or in JSON.
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i:(?:^|[\s"'`{(,;|])(?:[0-9a-z.-]+[_-])?(?:sig|signature|hmac))\\?["']?[ \t]?[:=][ \t]?\\?["']?([^\s&;,"'<>#\\(){}]{10,})"#,
    )
});
/// The same by names that nothing else has.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:[Xx]-(?:[Aa]mz|[Gg]oog)-[Ss]ignature|oauth_signature|client_assertion|SAMLResponse|code_verifier|SharedAccessSignature)=([^\s&;"'<>#\\]{10,})"#,
    )
});
/// A link that lets in whoever has it.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)/(?:reset[_-]?password|password[_/-]?reset|magic[_-]?link|invites?|invitation|verify(?:[_-]?email)?|activate|confirm)/([0-9A-Za-z_.-]{16,})",
    )
});
/// Where messages are posted to without another key, and what triggers something.
const HOOKS: [(&str, &str); 8] = [
    ("Slack webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([0-9A-Za-z/_-]{20,})"),
    ("Discord webhook", r"discord(?:app)?\.com/api/webhooks/[0-9]+/([0-9A-Za-z_-]{20,})"),
    ("Teams webhook", r"webhook\.office\.com/(webhookb2/[^\s<>\x22']{20,})"),
    ("Teams webhook", r"outlook\.office(?:365)?\.com/webhook/([^\s<>\x22']{20,})"),
    (
        "webhook",
        r"(?:hooks\.zapier\.com/hooks/catch/|events\.pagerduty\.com/integration/|/hooks/)([0-9A-Za-z][0-9A-Za-z/_-]{23,})",
    ),
    ("webhook", r"/open-apis/bot/v2/hook/([0-9A-Za-z-]{16,})"),
    ("webhook", r"/trigger/[^\s/]+/(?:json/)?with/key/([0-9A-Za-z_-]{16,})"),
    ("webhook", r"(?:hc-ping\.com|healthchecks\.io/ping)/([0-9A-Za-z-]{20,})"),
];

static HOOK: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| HOOKS.iter().map(|(kind, text)| (*kind, pattern(text))).collect());

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for (kind, rule) in HOOK.iter() {
        let hooks = rule.captures_iter(text).filter_map(|found| found.get(1));
        spots.extend(hooks.map(|hook| Spot { range: hook.range(), kind }));
    }
    let rules: [Checked; 10] = [
        (&WITH_BOTH, "password", |_| true),
        (&IN_ADDRESS, "password", |_| true),
        (&OF_A_SHARE, "password", |_| true),
        (&WITHOUT_PASSWORD, "token", looks_made),
        (&WITH_SLASH, "password", |_| true),
        (&BEFORE_HOST, "token", is_token),
        (&SIGNED, "signature", is_parameter),
        (&PARAMETER, "signature", is_parameter),
        (&SIGNATURE, "signature", is_signature),
        (&LINK, "token", is_random),
    ];
    checked(text, &rules, spots);
    for (at, _) in text.match_indices('@') {
        logins(text, at, spots);
    }
}

/// A password in front of the sign that stands before a host.
fn logins(text: &str, at: usize, spots: &mut Vec<Spot>) {
    let ahead = &text[at + 1..text.floor_char_boundary(at + LONGEST)];
    let (form, is_secret): (&Regex, fn(&str) -> bool) = match () {
        () if NETWORK.is_match(ahead) => (&OF_A_DRIVER, |_| true),
        () if HOST.is_match(ahead) => (&LOGIN, is_login),
        () => return,
    };
    let from = text.floor_char_boundary(at.saturating_sub(LONGEST));
    let is_border = |c: char| c.is_whitespace() || "\"'`(=".contains(c);
    let start = text[from..at].rfind(is_border).map_or(from, |border| from + border + 1);
    let found = text.get(start..at).and_then(|word| form.captures(word));
    if let Some(password) = found.and_then(|found| found.get(1))
        && !stands_for_one(password.as_str())
        && is_secret(password.as_str())
    {
        let range = start + password.start()..start + password.end();
        spots.push(Spot { range, kind: "password" });
    }
}

/// Whether what stands for a name alone is a token: names of people and robots are words, and their
/// numbers are short.
pub(super) fn is_token(value: &str) -> bool {
    let is_long_mix = |piece: &str| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        piece.len() >= 14 && (3..piece.len()).contains(&digits)
    };
    let mut pieces = value.split(['-', '_', '.']);
    let is_one_word = value.bytes().all(|b| b.is_ascii_alphanumeric());
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    is_random(value)
        || value.len() >= 14 && is_one_word && has_digit
        || pieces.any(is_long_mix)
        || value.len() >= 32
}

/// Whether what stands between a name and a host is a password: a port and a version are none.
fn is_login(value: &str) -> bool {
    let is_version = value.trim_start_matches('v').bytes().all(|b| b.is_ascii_digit() || b == b'.');
    !is_version && looks_made(value) && !value.contains("//")
}

/// Whether what is called a signature is one: letters and digits, and no word, signal or address of
/// memory.
fn is_signature(value: &str) -> bool {
    let plain = value.trim_end_matches(['=', ')', ']', '.']);
    let has = |what: fn(&u8) -> bool| plain.bytes().any(|b| what(&b));
    let is_written = plain.starts_with("0x") || plain.contains(['-', '_', '.', ':']);
    is_parameter(value) || !is_written && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// Whether a parameter carries more than a name or a number.
fn is_parameter(value: &str) -> bool {
    // A key of a cache is written in pieces.
    let is_in_pieces = ["%3a", "%3A", "%2c", "%2C", ":", ","].iter().any(|it| value.contains(it));
    let plain = value.trim_end_matches("%3D").trim_end_matches("%3d").trim_end_matches('=');
    let token = plain.rsplit("ST-").next().unwrap_or(plain);
    let is_long = plain.len() >= 24 && !plain.contains('.') && looks_made(plain);
    !is_in_pieces && (is_random(token) || is_long)
}
