//! Placeholders: the names that a reader fills in, and putting values in their place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Command;
use super::literal::{Bound, occurrences};
use super::shell::{Quoting, Scan, assigned, is_name, scan};
use crate::text::pattern::pattern;
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

/// Verbs that make a statement of words that stand in angle brackets.
const VERBS: [&str; 22] = [
    "will", "is", "are", "was", "were", "has", "have", "had", "can", "could", "should", "shall",
    "must", "may", "might", "would", "does", "did", "goes", "follows", "comes", "needs",
];

/// Words after which a verb only tells which thing is meant: `<PR that was merged>`.
const RELATIVES: [&str; 6] = ["that", "which", "who", "whose", "where", "what"];

/// A place of a command's text that takes a value.
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

/// `<RELEASE>` is a name; an address, a number and a sentence are not.
fn is_angle_name(name: &str) -> bool {
    name.contains(char::is_alphabetic) && !name.contains("://") && !is_statement(name)
}

/// `<link will be added later>` states something; `<instance label from alert>` names something.
/// Runbooks write both in lower case and with spaces; only the statement has a verb of its own.
fn is_statement(words: &str) -> bool {
    let mut verbs = words.split_whitespace().take_while(|word| !RELATIVES.contains(word));
    words.contains(' ') && verbs.any(|word| VERBS.contains(&word))
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
    /// How the shell reads a value there: `bare`, `double`, `single`, or in a here-document
    /// `heredoc`, or `raw` where its end is quoted.
    pub(super) quote: &'static str,
    /// It stands between backticks too, which take a layer of backslashes away.
    pub(super) backticks: bool,
    /// It holds a literal that stays where no value is given.
    pub(super) bound: bool,
}

/// The places of a command that are to be filled, in order.
pub(super) fn places(command: &Command) -> Vec<Place<'_>> {
    let scan = scan(&command.text);
    wanted(&command.text, &command.placeholders, &command.bound, &scan)
        .into_iter()
        .map(|(found, bound)| Place {
            name: found.name,
            range: found.range,
            quote: match found.quoting {
                Quoting::Single => "single",
                Quoting::Double => "double",
                Quoting::Heredoc => "heredoc",
                Quoting::RawHeredoc => "raw",
                Quoting::Bare | Quoting::Comment => "bare",
            },
            backticks: found.backticks,
            bound,
        })
        .collect()
}

/// The places of the names and of the bound literals, in order; the latter are marked.
fn wanted<'t>(
    command: &'t str,
    names: &[String],
    bound: &'t [Bound],
    scan: &Scan,
) -> Vec<(Found<'t>, bool)> {
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let named = find(command, scan).into_iter().filter(|found| wanted.contains(found.name));
    let mut all: Vec<(Found<'t>, bool)> = named.map(|found| (found, false)).collect();
    for Bound { name, literal } in bound {
        for range in occurrences(command, literal) {
            let (quoting, backticks) = scan.at(range.start);
            let apart = |(other, _): &(Found<'_>, bool)| {
                range.end <= other.range.start || other.range.end <= range.start
            };
            if quoting != Quoting::Comment && all.iter().all(apart) {
                all.push((Found { name: name.as_str(), range, quoting, backticks }, true));
            }
        }
    }
    all.sort_by_key(|(found, _)| found.range.start);
    all
}

/// The literals of the front matter that stand in a command.
pub(super) fn bound_in(command: &str, literals: &BTreeMap<String, String>) -> Vec<Bound> {
    let scan = scan(command);
    let all = literals.iter().filter(|(name, literal)| {
        let stands = |range: Range<usize>| scan.at(range.start).0 != Quoting::Comment;
        !is_secret(name) && occurrences(command, literal).into_iter().any(stands)
    });
    all.map(|(name, literal)| Bound { name: name.clone(), literal: literal.clone() }).collect()
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

/// A command with values in place of its placeholders and bound literals, quoted as each place
/// needs it, and the names that are still to be filled. `names` and `bound` are those that
/// reading the whole runbook found: a variable that some command of it assigns is not among them.
pub fn fill(
    command: &str,
    names: &[String],
    bound: &[Bound],
    values: &BTreeMap<String, String>,
) -> (String, Vec<String>) {
    let scan = scan(command);
    let mut filled = String::with_capacity(command.len());
    let mut copied = 0;
    for (found, _) in wanted(command, names, bound, &scan) {
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
            let filled = fill(command, &unassigned(command), &[], &values);
            assert_eq!(filled, (expected.to_owned(), Vec::new()), "{command}");
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
        let (filled, missing) = fill("x $A $B <C>", &unassigned("x $A $B <C>"), &[], &values);
        assert_eq!(filled, "x 1 $B <C>");
        assert_eq!(missing, ["B", "C"]);
    }

    #[test]
    fn names_that_other_commands_assign_are_left_alone() {
        let values = BTreeMap::from([("BACKUP".into(), "1".into()), ("X".into(), "2".into())]);
        let filled = fill("a $BACKUP $X", &["X".into()], &[], &values);
        assert_eq!(filled, ("a $BACKUP 2".to_owned(), Vec::new()));
    }

    #[test]
    fn a_sentence_in_angle_brackets_is_no_name() {
        let check = |name, expected: bool| assert_eq!(is_angle_name(name), expected, "{name}");
        check("link will be added later", false);
        check("PR is merged", false);
        check("value of the label on the node", true);
        check("PR that was merged", true);
        check("current replicas", true);
        check("HH:MM UTC", true);
        check("will", true);
    }

    #[test]
    fn a_bound_literal_takes_a_value_and_stays_without_one() {
        let literals = BTreeMap::from([
            ("RELEASE".to_owned(), "shop".to_owned()),
            ("API_TOKEN".to_owned(), "abc".to_owned()),
        ]);
        let text = "helm rollback shop 13 --set a=\"shop\" shop-db abc # shop";
        let bound = bound_in(text, &literals);
        assert_eq!(bound.len(), 1, "a secret never gets a field");
        let none = BTreeMap::new();
        assert_eq!(fill(text, &[], &bound, &none), (text.to_owned(), Vec::new()));
        let values = BTreeMap::from([("RELEASE".to_owned(), "a b".to_owned())]);
        let filled = "helm rollback 'a b' 13 --set a=\"a b\" shop-db abc # shop";
        assert_eq!(fill(text, &[], &bound, &values).0, filled);
        assert_eq!(bound_in("helm list # shop", &literals), []);
    }
}
