//! Placeholders: the names that a reader fills in, and putting values in their place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Command;
use super::pattern::pattern;
use super::shell::{Quoting, Scan, assigned, is_name, scan};
use crate::text::shell_quote;

/// Variables that a shell sets by itself, or that people have set for good.
const KNOWN: [&str; 33] = [
    "HOME",
    "PATH",
    "USER",
    "PWD",
    "OLDPWD",
    "SHELL",
    "HOSTNAME",
    "TMPDIR",
    "EDITOR",
    "LANG",
    "LC_ALL",
    "TERM",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "GID",
    "PPID",
    "IFS",
    "LINENO",
    "LOGNAME",
    "DISPLAY",
    "OPTARG",
    "OPTIND",
    "REPLY",
    "PIPESTATUS",
    "BASHPID",
    "BASH_SOURCE",
    "BASH_VERSION",
    "FUNCNAME",
    "KUBECONFIG",
    "PAGER",
    "VISUAL",
];

/// Words of template languages that are no names.
const TEMPLATE_WORDS: [&str; 9] =
    ["end", "else", "if", "range", "with", "define", "block", "template", "break"];

static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"<(?P<angle>[\pL\pN](?:[\pL\pN _./|:#-]{0,58}[\pL\pN])?)>",
        r"|\$\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\}",
        r"|\$(?P<bare>[A-Za-z_][A-Za-z0-9_]*)",
        r"|\{\{[ \t]*(?P<curly>[A-Za-z_][A-Za-z0-9_-]*)[ \t]*\}\}",
    ))
});

static CLOSING: LazyLock<Regex> = LazyLock::new(|| pattern(r"</([^<>]{1,60})>"));

/// A placeholder in a command's text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found<'t> {
    name: &'t str,
    range: Range<usize>,
    quoting: Quoting,
    backticks: bool,
}

/// Every place of a command that can be filled, in order.
fn find<'t>(command: &'t str, scan: &Scan) -> Vec<Found<'t>> {
    let closed: BTreeSet<&str> = CLOSING
        .captures_iter(command)
        .filter_map(|found| found.get(1).map(|name| name.as_str()))
        .collect();
    FORMS
        .captures_iter(command)
        .filter_map(|found| {
            let range = found.get(0)?.range();
            let (quoting, backticks) = scan.at(range.start);
            let expands = !matches!(quoting, Quoting::Single | Quoting::RawHeredoc);
            let (name, counts) = if let Some(name) = found.name("angle") {
                (name.as_str(), is_angle_name(name.as_str()) && !closed.contains(name.as_str()))
            } else if let Some(name) = found.name("curly") {
                (name.as_str(), expands && !TEMPLATE_WORDS.contains(&name.as_str()))
            } else {
                let name = found.name("braced").or_else(|| found.name("bare"))?.as_str();
                (name, expands && !is_escaped(command, range.start) && !KNOWN.contains(&name))
            };
            let counts = counts && quoting != Quoting::Comment && !is_secret(name);
            counts.then_some(Found { name, range, quoting, backticks })
        })
        .collect()
}

/// `<RELEASE>` is a name; an address and a number are not.
fn is_angle_name(name: &str) -> bool {
    name.contains(char::is_alphabetic) && !name.contains("://")
}

fn is_escaped(text: &str, at: usize) -> bool {
    text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Whether a name says that its value is secret: such a value never gets a field.
fn is_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    upper.split(|c: char| !c.is_alphanumeric()).any(|part| {
        let part = part.strip_suffix('S').unwrap_or(part);
        part.ends_with("KEY")
            || ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"]
                .iter()
                .any(|word| part.starts_with(word) || part.ends_with(word))
    })
}

/// A place of a command that is to be filled.
pub(super) struct Place<'t> {
    pub(super) name: &'t str,
    pub(super) range: Range<usize>,
    /// How the shell reads a value there: `bare`, `double` or `single`.
    pub(super) quote: &'static str,
}

/// The places of a command that are to be filled, in order.
pub(super) fn places(command: &Command) -> Vec<Place<'_>> {
    let scan = scan(&command.text);
    find(&command.text, &scan)
        .into_iter()
        .filter(|found| command.placeholders.iter().any(|name| name == found.name))
        .map(|found| Place {
            name: found.name,
            range: found.range,
            quote: match found.quoting {
                Quoting::Single | Quoting::RawHeredoc => "single",
                Quoting::Double | Quoting::Heredoc => "double",
                _ => "bare",
            },
        })
        .collect()
}

/// The names that a command gives a value itself.
pub(super) fn assigned_names(command: &str) -> BTreeSet<String> {
    let scan = scan(command);
    let mut names = BTreeSet::new();
    let words: Vec<(&str, bool)> =
        scan.words.iter().map(|word| (&command[word.range.clone()], word.leads)).collect();
    for (at, (word, leads)) in words.iter().enumerate() {
        let rest = words[at + 1..].iter().take_while(|(_, leads)| !leads).map(|(word, _)| *word);
        if *leads {
            names.extend(assigned(word).map(str::to_owned));
        }
        match *word {
            "export" | "local" | "declare" | "typeset" | "readonly" if *leads => {
                names.extend(rest.map_while(declared).flatten().map(str::to_owned));
            }
            "for" | "select" if *leads => names.extend(rest.take(1).map(str::to_owned)),
            "read" | "mapfile" | "readarray" if *leads => {
                names.extend(rest.filter(|word| is_name(word)).map(str::to_owned));
            }
            "getopts" if *leads => names.extend(rest.skip(1).take(1).map(str::to_owned)),
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" | "-v" => {
                let value = rest.take(1).map(|word| assigned(word).unwrap_or(word));
                names.extend(value.filter(|word| is_name(word)).map(str::to_owned));
            }
            _ => {}
        }
    }
    names
}

/// What a word after `export` declares: `Some(None)` for an option, `None` where it ends.
fn declared(word: &str) -> Option<Option<&str>> {
    if word.starts_with('-') {
        return Some(None);
    }
    assigned(word).or_else(|| is_name(word).then_some(word)).map(Some)
}

/// The names to fill in a command, each once, in order. `assigned` are names that some command
/// of the runbook gives a value.
pub(super) fn names(command: &str, assigned: &BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for found in find(command, &scan(command)) {
        let is_variable = command[found.range.clone()].starts_with('$');
        if !(is_variable && assigned.contains(found.name)) && seen.insert(found.name) {
            names.push(found.name.to_owned());
        }
    }
    names
}

/// A command with values in place of its placeholders, quoted as the place needs it, and the
/// names that are still to be filled. Names it assigns itself are left alone; where the whole
/// runbook is known, [`Command::fill`] also knows the names that other commands assign.
pub fn fill(command: &str, values: &BTreeMap<String, String>) -> (String, Vec<String>) {
    let names = names(command, &assigned_names(command));
    fill_names(command, &names, values)
}

impl Command {
    /// The command with values in place of its placeholders, and the names still to be filled.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> (String, Vec<String>) {
        fill_names(&self.text, &self.placeholders, values)
    }
}

fn fill_names(
    command: &str,
    names: &[String],
    values: &BTreeMap<String, String>,
) -> (String, Vec<String>) {
    let scan = scan(command);
    let mut filled = String::with_capacity(command.len());
    let mut copied = 0;
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    for found in find(command, &scan).into_iter().filter(|found| wanted.contains(found.name)) {
        let Some(value) = values.get(found.name).filter(|value| !value.is_empty()) else {
            continue;
        };
        filled.push_str(&command[copied..found.range.start]);
        filled.push_str(&quoted(value, &found));
        copied = found.range.end;
    }
    filled.push_str(&command[copied..]);
    let is_unfilled = |name: &&String| values.get(*name).is_none_or(String::is_empty);
    (filled, names.iter().filter(is_unfilled).cloned().collect())
}

/// A value, quoted for its surroundings.
fn quoted(value: &str, found: &Found<'_>) -> String {
    let quoted = match found.quoting {
        Quoting::Bare | Quoting::Comment => shell_quote(value),
        Quoting::Single => value.replace('\'', r"'\''"),
        Quoting::Double => escaped(value, "\"$`\\").replace('!', "\"'!'\""),
        // A line of the value must not end the here-document.
        Quoting::Heredoc => escaped(&one_line(value), "$`\\"),
        Quoting::RawHeredoc => one_line(value),
    };
    if found.backticks { escaped(&quoted, "`\\") } else { quoted }
}

fn one_line(value: &str) -> String {
    value.replace(['\n', '\r'], " ")
}

fn escaped(value: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        if special.contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unassigned(command: &str) -> Vec<String> {
        names(command, &assigned_names(command))
    }

    #[test]
    fn placeholders_are_found_in_every_form() {
        let check =
            |command, expected: &[&str]| assert_eq!(unassigned(command), expected, "{command}");
        check("helm status <RELEASE> -n $NS", &["RELEASE", "NS"]);
        check("git revert <SHA-of-58.2.0-bump>", &["SHA-of-58.2.0-bump"]);
        check("a ${TENANT}-ml \"x ${TENANT}\" $REGION", &["TENANT", "REGION"]);
        check("a {{ name }} {{name}} {{ other-name }}", &["name", "other-name"]);
        check("a '<NAME>' 'x $NAME2'", &["NAME"]);
        check("X=<instance label from alert>", &["instance label from alert"]);
        check("cat <<EOF\n$A <B>\nEOF", &["A", "B"]);
        check("cat <<'EOF'\n$A <B>\nEOF", &["B"]);
    }

    #[test]
    fn what_only_looks_like_a_placeholder_is_none() {
        let check = |command| assert_eq!(unassigned(command), Vec::<String>::new(), "{command}");
        check("sort <in >out; a < b > c; diff <(a) <(b); cat <<EOF\nx\nEOF");
        check("echo $1 $? $# $@ $$ $(date) $HOME ${PATH} \\$X");
        check("awk '{print $NF}' | jq '.a | $b'");
        check("X=1; echo $X");
        check("for x in a b; do echo $x ${x}; done");
        check("read -r -p 'Name?' A B; echo $A $B");
        check("jq -n --arg n v \"\\$n $n\"");
        check("export A B=2; echo $A $B");
        check("curl -H \"Authorization: Bearer $API_TOKEN\" -u $STRIPE_API_KEY: $DB_PASSWORD");
        check("kubectl get x -o go-template='{{.code}} {{ .Values }}' {{ a | b }} {{ end }}");
        check("echo x # for <RELEASE>");
        check("cat <<EOF\n<b>x</b>\nEOF");
        check("a ${X:-default}");
    }

    #[test]
    fn docker_environment_is_no_assignment() {
        assert_eq!(unassigned("docker run -e REGION=$REGION x"), ["REGION"]);
    }

    #[test]
    fn keyspaces_are_no_secrets() {
        let check = |name, expected| assert_eq!(is_secret(name), expected, "{name}");
        check("API_KEY", true);
        check("apikeys", true);
        check("DB-PASSWORD", true);
        check("TOKEN_FILE", true);
        check("KEYSPACE", false);
        check("MONKEY_BUSINESS", true);
        check("RELEASE", false);
    }

    #[test]
    fn values_are_quoted_as_their_place_needs() {
        let check = |command, value: &str, expected: &str| {
            let values = BTreeMap::from([("X".to_owned(), value.to_owned())]);
            assert_eq!(fill(command, &values), (expected.to_owned(), Vec::new()), "{command}");
        };
        check("a <X> ${X} $X {{ X }}", "v", "a v v v v");
        check("a <X>-ml", "b c", "a 'b c'-ml");
        check("a \"n-${X}\"", "b $(c) \"d\" `e` \\", "a \"n-b \\$(c) \\\"d\\\" \\`e\\` \\\\\"");
        check("a \"${X}\"", "b!", "a \"b\"'!'\"\"");
        check("a '<X>'", "it's", r"a 'it'\''s'");
        check("a \"$(b ${X})\"", "c d", "a \"$(b 'c d')\"");
        check("cat <<EOF\n$X\nEOF", "a\nEOF $b", "cat <<EOF\na EOF \\$b\nEOF");
        check("a `b $X`", "it's", r"a `b 'it'\\''s'`");
        check("a $X # $X", ";rm", "a ';rm' # $X");
    }

    #[test]
    fn what_is_not_filled_is_named() {
        let values =
            BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), String::new())]);
        let (filled, missing) = fill("x $A $B <C>", &values);
        assert_eq!(filled, "x 1 $B <C>");
        assert_eq!(missing, ["B", "C"]);
    }

    #[test]
    fn names_that_other_commands_assign_are_left_alone() {
        let command = Command {
            text: "a $BACKUP $X".into(),
            placeholders: vec!["X".into()],
            ..Command::default()
        };
        let values = BTreeMap::from([("BACKUP".into(), "1".into()), ("X".into(), "2".into())]);
        assert_eq!(command.fill(&values), ("a $BACKUP 2".to_owned(), Vec::new()));
    }
}
