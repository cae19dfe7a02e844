//! Secrets that a command takes without their name: after a letter, beside a name, or piped in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::named::NO_SECRETS;
use super::{Spot, looks_made, stands_for_one};
use crate::text::pattern::pattern;

/// A value in quotes or up to the next space; a mark of another option begins none.
const VALUE: &str = r#"(?:"([^"\n]+)"|'([^'\n]+)'|["']?([^\s"'-][^\s"']*))"#;

/// Tools, and the option that their password follows. `-p` of one tool is a port of another, so
/// each is named.
const OPTIONS: [(&str, &str); 12] = [
    ("mysql|mysqldump|mysqladmin|mysqlcheck|mysqlimport|mariadb|mariadb-dump|xtrabackup", "-p"),
    ("sshpass", "-p[ \t]*"),
    (
        "(?:docker|podman|nerdctl|helm|oras|skopeo|crane|buildah)(?-u:\\b)[^\n|;]*?(?-u:\\b)login|(?:oc|az|tsh) login",
        "-p[ \t=]*",
    ),
    ("redis-cli|valkey-cli|keydb-cli", "-a[ \t]+"),
    ("ldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn)", "-w[ \t]*"),
    ("mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|mongostat|cqlsh", "-p[ \t]+"),
    ("sqlcmd|bcp|ipmitool|mosquitto_(?:pub|sub)", "-P[ \t]*"),
    ("snmp(?:get|walk|bulkwalk|set|getnext|trap)", "-[cAX][ \t]*"),
    ("zip|unzip", "-P[ \t]*"),
    ("7za?", "-p"),
    ("plink|pscp|psftp", "-pw[ \t]+"),
    ("openssl", "(?:-[kK][ \t]+|-(?:passin|passout|pass)[ \t]+pass:)"),
];

static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    let each: Vec<String> = OPTIONS
        .iter()
        .map(|(tools, option)| format!(r"(?:{tools})(?-u:\b)[^\n|;]*?[ \t]{option}"))
        .collect();
    pattern(&format!(r"(?-u:\b)(?:{}){VALUE}", each.join("|")))
});
/// `curl -u name:password`, and `http -a name:password` of HTTPie and its like.
static USER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:(?:curl|wget|http)(?-u:\b)[^\n]*?[ \t](?:-u|--user|--proxy-user|-U)|(?:https?|xhs?)[ \t](?:[^\n|;]*?[ \t])??(?:-a|--auth)|(?:smbclient|rpcclient|net|smbmap)(?-u:\b)[^\n]*?[ \t]-U)[ =]?(?:"[^\s:%'"]+[:%]([^"\n]+)|'[^\s:%'"]+[:%]([^'\n]+)|[^\s:%'"]+[:%]([^\s'"]+))"#,
    )
});
/// `sqlplus name/password@database`, `jdbc:oracle:thin:name/password@database`.
static ORACLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:(?:sqlplus|sqlldr|sqlcl|impdp|expdp|rman)(?:\.exe)?(?:[ \t]+(?:-[a-z]+(?:[ \t]+[0-9.]+)?|userid=|target(?:[ \t]+/)?|catalog|auxiliary))*[ \t=]+["']?[a-z][0-9a-z_$#.]*/"?([^\s/"'@]+)|(?:conn|connect|exp|imp)[ \t]+[a-z][0-9a-z_$#]*/"?([^\s/"'@]+)"?@|jdbc:oracle:[a-z0-9]+:[^\s/:@"']+/([^\s/"']+)@)"#,
    )
});
/// Words after a command of which one is a password.
static PLACED: LazyLock<Regex> = LazyLock::new(|| {
    let commands = [
        r"rabbitmqctl[ \t]+(?:-[^\s]+[ \t]+)*(?:add_user|change_password|authenticate_user)[ \t]+\S+[ \t]+",
        r"htpasswd[ \t]+-(?:[a-zA-Z]*n[a-zA-Z]*[ \t]+(?:[0-9]+[ \t]+)?|[a-mo-zA-Z]*b[a-mo-zA-Z]*[ \t]+(?:[0-9]+[ \t]+)?\S+[ \t]+)\S+[ \t]+",
        r"mc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+",
        r"aws[ \t]+configure[ \t]+set[ \t]+(?:\S+\.)?aws_(?:secret_access_key|session_token)[ \t]+",
        r"kubeadm[^\n|;]*?[ \t]token[ \t]+(?:create|delete)[ \t]+",
        r"(?:CONFIG SET|config set)[ \t]+(?:requirepass|masterauth)[ \t]+",
        r"machine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+",
    ];
    pattern(&format!(r"(?-u:\b)(?:{}){VALUE}", commands.join("|")))
});
/// A line of a configuration that has no mark between name and password.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:bindpw|rootpw(?:[ \t]+--(?:plaintext|iscrypted))?|requirepass|masterauth|auth_pass|sasl_passwd|ldap_default_authtok|wpa_passphrase|rocommunity|rwcommunity|snmp-server[ \t]+community|enable[ \t]+(?:secret|password)(?:[ \t]+[0-9])?)[ \t]+{VALUE}"
    ))
});
/// `echo … | docker login --password-stdin`.
static PIPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)?(?:"([^"\n|]+)"|'([^'\n|]+)'|([^\s"'|-][^\s"'|]*))[ \t]*\|[^\n]*?(?:--password-stdin|--passphrase-fd|passwd[ \t]+--stdin|chpasswd|sudo[ \t]+-[a-zA-Z]*S|--token-stdin|cryptsetup|--with-token)"#,
    )
});
/// Each value of a secret that `kubectl` is to make, whatever its name.
static SECRET_OF_LITERALS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)create[ \t]+secret(?-u:\b)[^\n]*"));
static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"--from-literal[ \t=]+(?:"[^"\n=]+=([^"\n]+)|'[^'\n=]+=([^'\n]+)|[^\s"'=]+=(?:"([^"\n]+)|'([^'\n]+)|([^\s"']+)))"#,
    )
});

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    let mut take = |value: Range<usize>| {
        let said = &text[value.clone()];
        if said.contains(char::is_alphanumeric) && !stands_for_one(said) {
            spots.push(Spot { range: value, kind: "password" });
        }
    };
    // In a sentence `-p95` is a latency.
    let is_latency = |value: &Range<usize>| {
        value.len() < 4 && text[value.clone()].bytes().all(|b| b.is_ascii_digit())
    };
    let options = OPTION.captures_iter(text).filter_map(|found| value(&found));
    options.filter(|value| !is_latency(value)).for_each(&mut take);
    for rule in [&USER, &ORACLE, &PLACED, &PIPED] {
        rule.captures_iter(text).filter_map(|found| value(&found)).for_each(&mut take);
    }
    for found in DIRECTIVE.captures_iter(text) {
        let before =
            text[..found.get(0).map_or(0, |whole| whole.start())].trim_end_matches([' ', '\t']);
        let begins = before.is_empty() || before.ends_with('\n');
        // A sentence may have the name as well.
        let is_set = |value: &Range<usize>| {
            let said = &text[value.clone()];
            (begins || looks_made(said)) && !NO_SECRETS.split(' ').any(|it| it == said)
        };
        value(&found).filter(is_set).into_iter().for_each(&mut take);
    }
    for command in SECRET_OF_LITERALS.find_iter(text) {
        for value in LITERAL.captures_iter(command.as_str()).filter_map(|found| value(&found)) {
            take(command.start() + value.start..command.start() + value.end);
        }
    }
}

/// The group of a rule that is there.
fn value(found: &Captures<'_>) -> Option<Range<usize>> {
    found.iter().skip(1).flatten().next().map(|value| value.range())
}
