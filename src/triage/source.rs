//! A file of knowledge, and what is wrong with one.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};

use crate::text::{display_width, printable, yaml};

/// The longest name, in columns: it stands in lines with others.
const LONGEST_NAME: usize = 200;

/// A file of knowledge: its name and its text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its YAML.
    pub text: &'a str,
    /// Whether it comes with the program: where two files do not go together, a team's own is the
    /// one to be changed.
    pub built_in: bool,
}

/// What is wrong with a file of knowledge, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: line {line}, column {column}: {message}")]
pub struct FileError {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl<'a> Source<'a> {
    /// A file of a team's own.
    pub const fn own(name: &'a str, text: &'a str) -> Self {
        Self { name, text, built_in: false }
    }

    /// Reads it.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, FileError> {
        yaml::read(self.text).map_err(|fault| self.error((fault.line, fault.column), fault.message))
    }

    pub(super) fn error(&self, (line, column): (usize, usize), message: String) -> FileError {
        FileError { file: self.name.to_owned(), line, column, message }
    }

    /// Something about the entry with that id or name, and within it about what stands at the end of
    /// a path: a key, and a text behind it. As far as the path is found, it is followed.
    pub(super) fn at(&self, id: &str, path: &[&str], message: String) -> FileError {
        let lines: Vec<&str> = self.text.lines().collect();
        let Some((mut at, mut byte, entry)) = entry(&lines, id) else {
            return self.error((1, 1), message);
        };
        let mut from = (entry.start, 0);
        for part in path.iter().filter_map(|part| part.lines().next()) {
            let found = (from.0..entry.end).find_map(|line| {
                let skipped = if line == from.0 { from.1 } else { 0 };
                Some((line, skipped + lines[line].get(skipped..)?.find(part)?))
            });
            let Some(found) = found else { break };
            (at, byte) = found;
            from = (at, byte + part.len());
        }
        self.error((at + 1, lines[at][..byte].chars().count() + 1), message)
    }
}

/// The line and byte of the entry with that id or name, and its lines.
fn entry(lines: &[&str], id: &str) -> Option<(usize, usize, Range<usize>)> {
    let head = |line: &str| {
        let begun = line.trim_start_matches(['-', ' ', '{']);
        let key = begun.strip_prefix("id:").map_or(begun, str::trim_start);
        let name = key.trim_start_matches(['"', '\'']);
        let byte = line.len() - name.len();
        is_whole(name, id).then_some(byte)
    };
    // Of keys in braces, like `words: {store: x}`, none begins a line.
    let within = |line: &str| {
        let mut all = line.match_indices(id).map(|(byte, _)| byte);
        all.find(|byte| {
            let (before, name) = line.split_at(*byte);
            let is_key = name[id.len()..].trim_start_matches(['"', '\'']).starts_with(':');
            is_key && before.trim_end_matches(['"', '\'']).ends_with(['{', ' ', ','])
        })
    };
    let found = |of: &dyn Fn(&str) -> Option<usize>| {
        lines.iter().enumerate().find_map(|(at, line)| Some((at, of(line)?)))
    };
    let (at, byte) = found(&head).or_else(|| found(&within))?;
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    // The id need not be the first key of its entry.
    let is_start = |line: &str| is_item(line) && indent(line) < indent(lines[at]);
    let start = match is_item(lines[at]) {
        true => at,
        false => (0..at)
            .rev()
            .take_while(|above| {
                indent(lines[*above]) >= indent(lines[at]) || is_start(lines[*above])
            })
            .find(|above| is_start(lines[*above]))
            .unwrap_or(at),
    };
    let goes_on = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[start]);
    let more = lines[start + 1..].iter().take_while(goes_on).count();
    Some((at, byte, start..start + 1 + more))
}

/// Whether a text begins with a name, and that name is no part of a longer one.
fn is_whole(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix(name);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c)))
}

/// A name or a few words, which are shown to people: they say something, and nothing in them steers
/// a terminal or hides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shown(String);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShownVisitor;

        impl Visitor<'_> for ShownVisitor {
            type Value = Shown;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Shown, E> {
                match not_shown(text) {
                    None => Ok(Shown(text.to_owned())),
                    Some(why) => Err(E::custom(why)),
                }
            }
        }

        deserializer.deserialize_str(ShownVisitor)
    }
}

/// Reads a name, or a few words, that can be shown to people.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Shown::deserialize(deserializer).map(|shown| shown.0)
}

/// Reads a map by such names, none of which stands twice.
pub(super) fn by_name<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    let all: BTreeMap<Shown, V> = yaml::each_once(deserializer)?;
    Ok(all.into_iter().map(|(name, value)| (name.0, value)).collect())
}

/// Why a text cannot stand where people read a name.
fn not_shown(name: &str) -> Option<String> {
    if !name.contains(char::is_alphanumeric) {
        return Some("a name or words with letters have to stand here".to_owned());
    }
    if name.trim() != name || name.contains(['\n', '\t']) || printable(name) != name {
        let shown = name.escape_debug();
        return Some(format!("\"{shown}\" has signs that nobody sees: take them out"));
    }
    let width = display_width(name);
    (width > LONGEST_NAME)
        .then(|| format!("{width} columns are too many for a name: keep it below {LONGEST_NAME}"))
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    const RULE: &str = "pattern: DISK_FULL\nrules:\n  - weight: 3\n    id: own\n    says: it is full\n    \
                        any: it is full\n    finds: it is full\n    ignores: it is tidy\n";

    /// The place and the words of what is refused.
    fn refused(text: &str) -> (usize, usize, String) {
        let own = Source::own("own.yaml", text);
        let wrong = match Knowledge::load(&[own]) {
            Ok(knowledge) => knowledge.check_examples(&["own.yaml"]).remove(0),
            Err(error) => error,
        };
        assert_eq!(wrong.message, printable(&wrong.message), "nothing steers a terminal");
        (wrong.line, wrong.column, wrong.message)
    }

    #[test]
    fn a_name_is_one_that_people_can_read() {
        for (name, says) in [
            ("''", "have to stand here"),
            ("'  '", "have to stand here"),
            ("\"a\\e[31mb\"", "signs that nobody sees"),
            ("\"a\\u202eb\"", "signs that nobody sees"),
            ("' own'", "signs that nobody sees"),
            (&"x".repeat(500), "too many for a name"),
        ] {
            for (from, line, column) in [("id: own", 4, 9), ("says: it is full", 5, 11)] {
                let key = from.split_once(' ').expect("a key").0;
                let (l, c, message) = refused(&RULE.replace(from, &format!("{key} {name}")));
                assert!(message.contains(says), "{message}");
                assert_eq!((l, c), (line, column), "{message}");
            }
            let words = refused(&format!("{RULE}words:\n  {name}: abc\n"));
            assert_eq!((words.0, words.1), (10, 3), "{}", words.2);
        }
        assert!(Knowledge::load(&[Source::own("a", &RULE.replace("own", "größe 2"))]).is_ok());
    }

    #[test]
    fn what_is_wrong_with_an_entry_is_placed_within_it() {
        let check = |from: &str, to: &str, line: usize, column: usize, says: &str| {
            let (l, c, message) = refused(&RULE.replace(from, to));
            assert!(message.contains(says), "{message}");
            assert_eq!((l, c), (line, column), "{message}");
        };
        check("weight: 3", "weight: 9", 3, 5, "1, 2, 3 or 4");
        check("finds: it is full", "finds: it is shut", 7, 12, "does not find");
        check("tidy", "full", 8, 14, "should not");
        check("weight: 3", "weight: 3\n    tier: OPERATOR", 4, 5, "means nothing there");
        check("weight: 3", "weight: 3\n    at_least: 5\n    below: 5", 4, 5, "no number is");
        check("rules:", "words: {a: 'x('}\nrules:", 2, 13, "unclosed");
        check("rules:", "labels: {LOW: [a b]}\nrules:", 2, 16, "no word of letters");
        check("rules:", "alone: [zzz]\nrules:", 2, 9, "stands for no level");
        check("rules:", "subtypes: {s: {title: a, covers: [t]}}\nrules:", 2, 35, "no file");
    }

    #[test]
    fn what_does_not_go_with_the_programs_own_is_blamed_on_the_team() {
        let all = |own: &str| {
            let mut sources = super::super::built_in::PATTERNS.clone();
            sources.push(Source::own("patterns/a.yaml", own));
            Knowledge::load(&sources).map(|_| ()).expect_err(own)
        };
        for own in [
            "words: {svc: abc}",
            "subtypes: {helm_release_stuck: {title: a}}",
            "opposites: {up: terug}",
            "labels: {LOW: [critical]}",
            "grammar:\n  - {id: dns, is: over, any: '(?:ab{900}){90}'}",
        ] {
            assert_eq!(all(own).file, "patterns/a.yaml", "{own}");
        }
        let many: Vec<String> = (0..9_000).map(|at| format!("name{at}of-many")).collect();
        let error = all(&format!("services: {{products: [{}]}}", many.join(", ")));
        assert_eq!(error.file, "patterns/a.yaml", "{error}");
        // Which words stand alone may be said in a file before the one that has them.
        let [a, b] = [("a", "alone: [rot]"), ("b", "labels: {HIGH: [rot]}")];
        assert!(Knowledge::load(&[a, b].map(|(name, text)| Source::own(name, text))).is_ok());
    }
}
