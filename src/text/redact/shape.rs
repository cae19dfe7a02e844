//! Secrets that are known by their shape alone: keys with a prefix, tokens in three parts, hashes of
//! passwords.

use std::sync::LazyLock;

use regex::Regex;

use super::Spot;
use crate::text::pattern::pattern;

/// What each shape is called, and its pattern; a first group, where there is one, is the secret.
///
/// Word boundaries are those of ASCII, which the fast engine of `regex` knows.
const SHAPES: [(&str, &str); 41] = [
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
        r"(?-u:\b)(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[0-9A-Za-z_.-]{20,}|GR1348941[0-9A-Za-z_-]{20,})",
    ),
    ("Slack token", r"(?-u:\b)(?:xox[abceoprs]|xapp)[.-][0-9A-Za-z.-]{10,}"),
    ("Stripe key", r"(?-u:\b)[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
    ("webhook secret", r"(?-u:\b)whsec_[0-9A-Za-z+/=]{16,}"),
    ("npm token", r"(?-u:\b)npm_[0-9A-Za-z]{36}"),
    ("DigitalOcean token", r"(?-u:\b)do[opr]_v1_[0-9a-f]{64}(?-u:\b)"),
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
    ("Telegram token", r"(?-u:\b)(?:bot)?([0-9]{8,10}:AA[0-9A-Za-z_-]{32,})"),
    (
        "private key",
        r"(?-u:\b)(?:b3BlbnNzaC1rZXktdjE|LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVkFUR|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZBVEUg|BFTkNSWVBURUQgUFJJVkFUR|BEU0EgUFJJVkFUR))[0-9A-Za-z+/=]{16,}",
    ),
    // A key that begins without its head, and is no certificate.
    ("private key", r"(?-u:\b)(?:MII[0-9A-Za-z+/]{3}IBA[AD]|MHcCAQEE)[0-9A-Za-z+/]{40,}={0,2}"),
    (
        "cluster token",
        r"(?-u:\b)(K10[0-9a-f]{64}::[^\s\x22']+|SWMTKN-1-[0-9a-z]{20,}-[0-9a-z]{20,})",
    ),
    ("Grafana token", r"(?-u:\b)eyJrIjoi[0-9A-Za-z+/=]{30,}"),
    ("age key", r"(?-u:\b)AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    ("Shopify token", r"(?-u:\b)shp(?:at|ca|pa|ss|tka|rt)_[0-9A-Fa-f]{32,}"),
    ("Mailgun key", r"(?-u:\b)key-[0-9a-f]{32}(?-u:\b)"),
    ("Atlassian token", r"(?-u:\b)AT(?:ATT|CTT|BB)[0-9A-Za-z]{2,3}[0-9A-Za-z_=-]{20,}"),
    (
        "access token",
        r"(?-u:\b)(?:tskey-[a-z]+-|pscale_(?:tkn|pw|oauth)_|lin_api_|rubygems_|PMAK-|figd_|xkeysib-|xsmtpsib-|sntry[su]_|dp\.(?:st|pt|ct|sa|scim|audit)\.|AVNS_|bkua_|CCIPAT_|pul-|gsk_|NR(?:II|AA|SP|RA)-|ops_eyJ|sgp_|fm[12]_|cfut_|sq0csp-|shippo_live_|PLAK|EZAK|fo1_|ntn_|nfp_|vercel_)[0-9A-Za-z_./+=-]{16,}|(?-u:\b)dapi[0-9a-f]{32}",
    ),
    (
        "password hash",
        r"\$(?:(?:1|5|6|apr1|md5)\$(?:rounds=[0-9]+\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{20,}|[PHS]\$[./0-9A-Za-z]{30,}|(?:2[abxy]?|7|8|9|y|gy|sha1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha(?:1|256|512))?|bcrypt-sha256)\$[./0-9A-Za-z=,+$-]{16,})",
    ),
    (
        "password hash",
        r"(?:SCRAM-SHA-(?:1|256|512)\$[0-9]+:[0-9A-Za-z+/=]+\$[0-9A-Za-z+/=:]+|(?:pbkdf2_sha(?:1|256|512)|pbkdf2:sha(?:1|256|512)(?::[0-9]+)?|bcrypt_sha256|scrypt:[0-9:]+)\$[0-9A-Za-z$+/=.-]{16,}|grub\.pbkdf2\.sha[0-9]+\.[0-9A-F.]{32,})",
    ),
    (
        "password hash",
        r"\{(?i-u:s?sha(?:-?(?:256|384|512))?|s?md5|crypt|pbkdf2[0-9a-z-]*|argon2|bcrypt)\}([$0-9A-Za-z+/][0-9A-Za-z+/=$.,_-]{15,})",
    ),
    ("password hash", r"(?:^|[\s'\x22])(\*[0-9A-F]{40})(?-u:\b)"),
    ("one-time secret", r"otpauth://[^\s\x22'<>]*?[?&]secret=([0-9A-Za-z=%]{8,})"),
    ("runledger token", r"(?-u:\b)rl_[0-9A-Za-z_-]{43}(?-u:\b)"),
    (
        "JWT",
        r"(?-u:\b)eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}(?:\.[0-9A-Za-z_-]+){0,2}",
    ),
];

/// A Vault token of old looks like a call in a program, but for its digits or many capitals.
static VAULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)s\.[0-9A-Za-z]{24}(?-u:\b)"));

static PATTERNS: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| SHAPES.iter().map(|(kind, text)| (*kind, pattern(text))).collect());

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for (kind, shape) in PATTERNS.iter() {
        for found in shape.captures_iter(text) {
            if let Some(secret) = found.get(1).or_else(|| found.get(0)) {
                spots.push(Spot { range: secret.range(), kind });
            }
        }
    }
    let is_token = |token: &str| {
        let capitals = token.bytes().filter(u8::is_ascii_uppercase).count();
        capitals > 5 || token.bytes().any(|b| b.is_ascii_digit())
    };
    let vault = VAULT.find_iter(text).filter(|it| is_token(it.as_str()));
    spots.extend(vault.map(|it| Spot { range: it.range(), kind: "Vault token" }));
}
