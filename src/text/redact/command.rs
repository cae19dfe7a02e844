//! Secrets that a command takes without their name: after a letter, beside a name, or piped in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::address::is_token;
use super::made::is_password;
use super::named::is_prose;
use super::stand_in::is_elsewhere;
use super::{Spot, stands_for_one};
use crate::text::pattern::pattern;

/// A value in quotes or up to the next space; a mark of another option begins none.
pub(super) const VALUE: &str = r#"(?:"([^"\n]+)"|'([^'\n]+)'|["']?([^\s"'-][^\s"']*))"#;

/// Tools, and the option that their password follows. `-p` of one tool is a port of another, so
/// each is named.
const OPTIONS: [(&str, &str); 19] = [
    (
        "mysql|mysqldump|mysqladmin|mysqlcheck|mysqlimport|mariadb|mariadb-dump|xtrabackup|unrar|rar",
        "-p",
    ),
    ("mysqladmin", "password[ \t]+"),
    ("sshpass", "-p[ \t]*"),
    (
        "(?:docker|podman|nerdctl|helm|oras|skopeo|crane|buildah)(?-u:\\b)[^\n|;]*?(?-u:\\b)login|(?:oc|az|tsh) login",
        "-p[ \t=]*",
    ),
    ("redis-cli|valkey-cli|keydb-cli", "(?:-a|(?i:auth)(?:[ \t]+default)?)[ \t]+"),
    ("ldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn)", "-w[ \t]*"),
    (
        "mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|mongostat|cqlsh|psexec|rdesktop|twine",
        "-p[ \t]+",
    ),
    ("mongosh?", "-p"),
    ("sqlcmd|osql|isql|bcp|ipmitool|mosquitto_(?:pub|sub)", "-P[ \t]*"),
    ("zip|unzip", "-P[ \t]*"),
    ("7za?", "-p"),
    ("plink|pscp|psftp", "-pw[ \t]+"),
    ("openssl", "(?:-[kK][ \t]+|-(?:passin|passout|pass)[ \t]+pass:)"),
    ("ssh-keygen", "-[NP][ \t]+"),
    ("x?freerdp3?|wfreerdp|mstsc", "/p:"),
    ("cmdkey", "/pass:"),
    ("schtasks", "/rp[ \t]+"),
    ("useradd|usermod", "-p[ \t]+"),
    ("doctl", "-t[ \t]+"),
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
        r#"(?-u:\b)(?:(?:curl|wget|http|etcdctl)(?-u:\b)[^\n]*?[ \t](?:-[a-zA-Z]*u|--user|--proxy-user|-U)|(?:https?|xhs?)[ \t](?:[^\n|;]*?[ \t])??(?:-a|--auth)|(?:smbclient|rpcclient|net|smbmap)(?-u:\b)[^\n]*?[ \t]-U)[ =]{0,8}(?:"[^\s:%'"]+[:%]([^"\n]+)|'[^\s:%'"]+[:%]([^'\n]+)|[^\s:%'"]+[:%]([^\s'"]+))"#,
    )
});
/// `curl -u TOKEN:`, with no password behind the colon.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:curl|wget|https?|xhs?)(?-u:\b)[^\n]*?[ \t](?:-[a-zA-Z]*u|--user|-a|--auth)[ =]{0,8}["']?([0-9A-Za-z_.-]{10,}):["']?(?:\s|$)"#,
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
        r"net[ \t]+user[ \t]+\S+[ \t]+",
        r"net[ \t]+use[ \t]+(?:\S+[ \t]+)?\\{1,4}\S+[ \t]+(?:/user:\S+[ \t]+)?",
        r"lftp[ \t]+-u[ \t]+[^\s,]+,",
        r"(?i:ConvertTo-SecureString)[ \t]+(?:-(?i:String|AsPlainText|Force)[ \t]+)*",
        r"nmcli[ \t][^\n|;]*?[ \t]password[ \t]+",
        r"rclone[ \t]+config[ \t]+[^\n|;]*?[ \t]pass[ \t]+",
        r"(?i:acl setuser)[ \t]+\S+[^\n]*?[ \t]>",
        r"(?:chpasswd|passwd[ \t][^\n|;<]*--stdin[^\n|;<]*|login --with-token|--password-stdin|cryptsetup[^\n|;<]*)[ \t]*<<<[ \t]*",
        r"(?:(?i:ftp|pop3?|imap)[^\n]{0,40}?|USER[ \t]+\S+\s{1,4}(?:[^\n]{0,60}?[ >:])?)PASS[ \t]+",
        r"AUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2|NTLM|CRAM-MD5)[ \t]+",
        r"[A-Za-z]?[0-9]+[ \t]+LOGIN[ \t]+\S+[ \t]+",
        r"machine[ \t]+\S+[\s>|]+login[ \t]+\S+[\s>|]+password[ \t]+",
        r"default[ \t]+login[ \t]+\S+\s+password[ \t]+",
    ];
    pattern(&format!(r"(?-u:\b)(?:{}){VALUE}", commands.join("|")))
});
/// Words after a command that are a secret only if nobody would write them in a sentence.
static MADE: LazyLock<Regex> = LazyLock::new(|| {
    let commands = [
        r"vault[ \t]+(?:login|operator[ \t]+unseal|unwrap)[ \t]+",
        r"(?:flyctl|fly)[ \t]+auth[ \t]+token[ \t]+",
        r"heroku[ \t]+auth:token[ \t]+",
        r"gcloud[ \t]+auth[ \t]+activate-refresh-token[ \t]+\S+[ \t]+",
        r"npm[ \t]+config[ \t]+set[ \t]+\S*_(?:authToken|auth|password)[ \t]+",
        r"AUTH[ \t]+(?:default[ \t]+)?",
        r"LOGIN[ \t]+\S+[ \t]+",
    ];
    pattern(&format!(r"(?-u:\b)(?:{}){VALUE}", commands.join("|")))
});
/// The second of two words in a call that logs in, or that takes a key.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:NetworkCredential|PSCredential|(?-u:\b)db\.auth|HTTPBasicAuth|pgp_sym_(?:en|de)crypt)\([^\n]{1,120}?,[ \t]*(?:"([^"\n]+)"|'([^'\n]+)')"#,
    )
});
/// What asks a device over SNMP, and its two passwords.
static SNMP: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)snmp[a-z]+[ \t]+-[^\n|;]*"));
static SNMP_OPTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"[ \t]-[cAX][ \t]*{VALUE}")));
/// `echo … | docker login --password-stdin`.
static PIPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)?(?:"([^"\n|]+)"|'([^'\n|]+)'|([^\s"'|-][^\s"'|]*))[ \t]*\|[^\n]*?(?:--password-stdin|--passphrase-fd|passwd[ \t][^\n]*?--stdin|chpasswd|sudo[ \t]+-[a-zA-Z]*S|--token-stdin|cryptsetup|--with-token)"#,
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
        // `curl -u https://…` has forgotten a name.
        let is_none = is_prose(said) || said.starts_with("//") || stands_for_one(said);
        if said.contains(char::is_alphanumeric) && !is_none {
            spots.push(Spot { range: value, kind: "password" });
        }
    };
    // In a sentence `-p95` is a latency.
    let is_latency = |value: &Range<usize>| {
        value.len() < 4 && text[value.clone()].bytes().all(|b| b.is_ascii_digit())
    };
    let options = OPTION.captures_iter(text).filter_map(|found| value(&found));
    options.filter(|value| !is_latency(value)).for_each(&mut take);
    for rule in [&USER, &ORACLE, &PIPED, &CALL] {
        rule.captures_iter(text).filter_map(|found| value(&found)).for_each(&mut take);
    }
    let tokens = TOKEN.captures_iter(text).filter_map(|found| found.get(1));
    tokens.filter(|it| is_token(it.as_str())).for_each(|it| take(it.range()));
    let placed = PLACED.captures_iter(text).filter_map(|found| value(&found));
    placed.filter(|value| !is_elsewhere(&text[value.clone()])).for_each(&mut take);
    let made = MADE.captures_iter(text).filter_map(|found| value(&found));
    made.filter(|value| is_password(&text[value.clone()])).for_each(&mut take);
    for command in SNMP.find_iter(text) {
        for value in SNMP_OPTION.captures_iter(command.as_str()).filter_map(|it| value(&it)) {
            take(command.start() + value.start..command.start() + value.end);
        }
    }
    for command in SECRET_OF_LITERALS.find_iter(text) {
        for value in LITERAL.captures_iter(command.as_str()).filter_map(|found| value(&found)) {
            take(command.start() + value.start..command.start() + value.end);
        }
    }
}

/// The group of a rule that is there.
pub(super) fn value(found: &Captures<'_>) -> Option<Range<usize>> {
    found.iter().skip(1).flatten().next().map(|value| value.range())
}
