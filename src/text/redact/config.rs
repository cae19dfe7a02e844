//! Secrets in configurations that have no sign between name and value: of daemons, of network
//! devices, and the communities of SNMP.

use std::sync::LazyLock;

use regex::Regex;

use super::command::{VALUE, value};
use super::made::{is_random, looks_made};
use super::named::is_prose;
use super::stand_in::is_elsewhere;
use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

/// A line of a configuration that has no mark between name and password. Some of the names are also
/// those of a sentence, unless they begin it.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    let names = [
        r"bindpw|rootpw(?:[ \t]+--(?:plaintext|iscrypted))?|requirepass|masterauth|auth_pass|sasl_passwd|ldap_default_authtok",
        r"wpa_passphrase|wpa-psk|wifi-sec\.psk|r[ow]community6?",
        r"enable[ \t]+(?:secret|password)(?:[ \t]+[0-9])?",
        r"username[ \t]+\S+[ \t]+(?:privilege[ \t]+[0-9]+[ \t]+)?(?:password|secret)(?:[ \t]+[0-9])?",
        r"key-string(?:[ \t]+[0-9])?|pre-shared-key(?:[ \t]+(?:local|remote|hex))?|authentication-key",
        r"(?:ENV|setenv)[ \t]+[0-9A-Z_]*(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)",
    ];
    pattern(&format!(r"(?:{})[ \t]+{VALUE}", names.join("|")))
});
/// Names that no sentence has.
static TELLING: LazyLock<Regex> = LazyLock::new(|| {
    let names = [
        r"snmp-server[ \t]+community|com2sec6?[ \t]+\S+[ \t]+\S+|:[ \t]*PSK",
        r"createUser[ \t]+\S+[ \t]+(?:MD5|SHA[0-9-]*)",
        r"set[ \t]+psksecret|set[ \t]+(?:password|passwd)[ \t]+ENC|pre-shared-key[ \t]+ascii-text",
        r"(?:tacacs|radius)-server[ \t]+(?:host[ \t]+\S+[ \t]+(?:[a-z-]+[ \t]+[0-9]+[ \t]+)*)?key(?:[ \t]+[0-9])?",
        r"isakmp[ \t]+key(?:[ \t]+[06])?|ospf[ \t]+authentication-key(?:[ \t]+[0-9])?",
        r"message-digest-key[ \t]+[0-9]+[ \t]+md5(?:[ \t]+[0-9])?|chap[ \t]+password[ \t]+[0-9]",
        r"neighbor[ \t]+\S+[ \t]+password(?:[ \t]+[0-9])?",
        r"standby[ \t]+[0-9]+[ \t]+authentication(?:[ \t]+(?:md5[ \t]+key-string|text))?",
    ];
    pattern(&format!(r"(?:{})[ \t]+{VALUE}", names.join("|")))
});
/// The second of two words behind a name, which the first one hides.
static SECOND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?:createUser[ \t]+\S+[ \t]+(?:MD5|SHA[0-9-]*)[ \t]+\S+(?:[ \t]+password\])?[ \t]+(?:DES|AES)[0-9-]*|(?-u:\b)wpa_passphrase[ \t]+[^\s\["':]+)[ \t]+{VALUE}"#
    ))
});
/// A key that a network device has encrypted.
static ENCRYPTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)key[ \t]+[67][ \t]+([0-9A-Fa-f]{8,})"));
/// The name of a community, its sign, and its value.
static COMMUNITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)community((?:[ _-]?(?:string|name))?)["']?([ \t]*(?:[:=]|->|→)[ \t]*|[ \t]+(?:is|ist|was)[ \t]+|[ \t]+)["'`]?([^\s"'`,;:&]+)"#,
    )
});

/// So much in front of a community may say that it is one of SNMP, in bytes.
const CONTEXT: usize = 60;

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    for found in DIRECTIVE.captures_iter(text) {
        let start = found.get(0).map_or(0, |whole| whole.start());
        let before = text[..start].trim_end_matches([' ', '\t']);
        let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        // Behind the level of a line of a log something begins as well.
        let begins = last.bytes().all(|b| b.is_ascii_uppercase());
        let Some(range) = value(&found) else { continue };
        let said = &text[range.clone()];
        // A sentence may have the name as well.
        let is_set = (begins || looks_made(said)) && !is_prose(said);
        if is_set && !is_elsewhere(said) && !stands_for_one(said) {
            spots.push(Spot { range, kind: "password" });
        }
    }
    for rule in [&TELLING, &SECOND, &ENCRYPTED] {
        let values = rule.captures_iter(text).filter_map(|found| value(&found));
        let is_set = |said: &str| !is_prose(said) && !stands_for_one(said);
        let values = values.filter(|range| is_set(&text[range.clone()]));
        spots.extend(values.map(|range| Spot { range, kind: "password" }));
    }
    for found in COMMUNITY.captures_iter(text) {
        let Some(value) = found.get(3) else { continue };
        let said = value.as_str().trim_end_matches(['.', ')', '!', '?']);
        let from = text.ceil_char_boundary(value.start().saturating_sub(CONTEXT));
        let near = text[from..value.start()].to_ascii_lowercase();
        let is_of_snmp = near.contains("snmp") || near.contains("v2c") || !found[1].is_empty();
        let is_told = match found[2].trim() {
            "=" => found[2].len() == 1 || is_of_snmp,
            "" => is_of_snmp && looks_made(said),
            _ => is_of_snmp || is_random(said),
        };
        // Routes have communities of numbers.
        let is_route = said.bytes().all(|b| b.is_ascii_digit());
        if is_told && said.len() >= 3 && !is_route && !is_prose(said) && !stands_for_one(said) {
            let range = value.start()..value.start() + said.len();
            spots.push(Spot { range, kind: "community" });
        }
    }
}
