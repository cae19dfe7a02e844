//! The vocabulary of plans: verbs with all their forms, things and scopes, made of the words that
//! the data give. English verbs are inflected here, and so are German ones.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::expression::{SIZE_LIMIT, not_compiled};

/// Fewer letters in front of a noun are more often a syllable than a noun of its own: "re-index".
const SHORTEST_HEAD: usize = 3;

/// Verbs as they stand in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVerbs {
    #[serde(default)]
    english: Vec<String>,
    #[serde(default)]
    german: Vec<String>,
}

/// Verbs that mean the same to a rule.
#[derive(Debug)]
pub(super) struct Verbs {
    /// Whether one of them, or its first word, begins here in any form.
    pub(super) begins: Regex,
    /// One that is told, with all of its words.
    pub(super) told: Regex,
    /// The first word of one that is told, and the rest, which stands behind what it is about.
    pub(super) apart: Vec<(Regex, Regex)>,
    /// One that is to be done to something: a participle.
    pub(super) done: Regex,
    /// One that ends a German clause: an infinitive.
    pub(super) last: Regex,
}

/// The forms of one or more verbs, as alternatives of an expression.
#[derive(Debug, Default)]
struct Forms {
    told: Vec<String>,
    apart: Vec<(String, String)>,
    done: Vec<String>,
    last: Vec<String>,
}

/// Compiles an expression of a plan's words: Unicode, in any case.
pub(super) fn compiled(source: &str) -> Result<Regex, String> {
    RegexBuilder::new(source)
        .case_insensitive(true)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| not_compiled(&error))
}

/// Entries as alternatives; a blank is any blank, an umlaut may be written in two letters.
pub(super) fn either(entries: &[String]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| spelled(entry)).collect();
    format!("(?:{})", entries.join("|"))
}

/// An entry as an expression.
fn spelled(entry: &str) -> String {
    let mut text = String::with_capacity(entry.len());
    let mut letters = entry.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' if letters.peek() == Some(&'?') => text.push_str(r"[\s-]"),
            ' ' => text.push_str(r"[\s-]+"),
            '\u{e4}' => text.push_str("(?:\u{e4}|ae|a\u{308})"),
            '\u{f6}' => text.push_str("(?:\u{f6}|oe|o\u{308})"),
            '\u{fc}' => text.push_str("(?:\u{fc}|ue|u\u{308})"),
            '\u{df}' => text.push_str("(?:\u{df}|ss)"),
            _ => text.push(letter),
        }
    }
    text
}

/// What names one of these things, in the singular or plural. An entry with a hyphen in front may
/// also end a compound noun, since that is what the whole is: `Kundendatenbank` is a `-datenbank`.
pub(super) fn things(entries: &[String]) -> Result<Regex, String> {
    let ends: Vec<String> =
        entries.iter().filter_map(|one| one.strip_prefix('-')).map(str::to_owned).collect();
    let whole: Vec<String> =
        entries.iter().map(|one| one.trim_start_matches('-').to_owned()).collect();
    // A path and an address begin with no letter, so a blank may do for the edge of a word.
    let mut forms = format!(r"(?:\b|\s){}", either(&whole));
    if !ends.is_empty() {
        forms.push_str(&format!(r"|\b[\p{{L}}\x{{308}}]{{{SHORTEST_HEAD},}}{}", either(&ends)));
    }
    compiled(&format!(r"(?:{forms})(?:es|s)?\b"))
}

/// What says how much or how far.
pub(super) fn scope(entries: &[String]) -> Result<Regex, String> {
    compiled(&format!(r"(?:\b|\s){}\b", either(entries)))
}

impl Verbs {
    /// Puts together what the verbs of one set look like, and notes each form that is told.
    pub(super) fn new(raw: &RawVerbs, all: &mut AllVerbs) -> Result<Self, String> {
        let mut forms = Forms::default();
        raw.english.iter().for_each(|verb| forms.english(verb));
        raw.german.iter().for_each(|verb| forms.german(verb));
        let heads = forms.apart.iter().map(|(head, _)| head);
        let begins: Vec<String> = [&forms.told, &forms.done, &forms.last]
            .into_iter()
            .flatten()
            .chain(heads)
            .cloned()
            .collect();
        let apart: Result<Vec<_>, String> = forms
            .apart
            .iter()
            .map(|(head, rest)| {
                let behind = compiled(&format!(r"^(?:\s+\S+){{0,3}}?\s+{rest}\b"))?;
                Ok((at_start(std::slice::from_ref(head))?, behind))
            })
            .collect();
        let verbs = Self {
            begins: at_start(&begins)?,
            told: at_start(&forms.told)?,
            apart: apart?,
            done: at_start(&forms.done)?,
            last: at_start(&forms.last)?,
        };
        all.told.extend(forms.told);
        all.begin.extend(begins);
        Ok(verbs)
    }
}

/// Every form of every verb.
#[derive(Debug, Default)]
pub(super) struct AllVerbs {
    /// Those that are told, as alternatives of an expression.
    pub(super) told: Vec<String>,
    /// All of them.
    pub(super) begin: Vec<String>,
}

impl AllVerbs {
    /// Finds where any of them stands.
    pub(super) fn anywhere(&self) -> Result<Regex, String> {
        compiled(&format!(r"\b(?:{})\b", self.begin.join("|")))
    }
}

/// One of these forms at the start of a text; nothing where there are none.
fn at_start(forms: &[String]) -> Result<Regex, String> {
    if forms.is_empty() {
        // An empty class is found nowhere.
        return compiled(r"[^\s\S]");
    }
    compiled(&format!(r"^(?:{})\b", forms.join("|")))
}

impl Forms {
    /// "drop", "drops", "dropping"; "be dropped".
    fn english(&mut self, verb: &str) {
        let (first, rest) = verb.split_once(' ').map_or((verb, None), |(a, b)| (a, Some(b)));
        let stem = first.strip_suffix('e').filter(|stem| !stem.ends_with('e'));
        let sibilant = ["s", "x", "z", "ch", "sh"].iter().any(|end| first.ends_with(end));
        let last = first.chars().next_back().unwrap_or_default();
        let (told, done) = match stem {
            Some(stem) => (format!("{stem}(?:es|e|ing)"), format!("{stem}t?e[dn]")),
            None if sibilant => (format!("{first}(?:es|ing)?"), format!("{first}ed")),
            None => (format!("{first}(?:s|{last}?ing)?"), format!("{first}(?:{last}?ed|n)?")),
        };
        match rest.map(spelled) {
            Some(rest) => {
                self.told.push(format!(r"{told}[\s-]+{rest}"));
                self.done.push(format!(r"{done}[\s-]+{rest}"));
                self.apart.push((told, rest));
            }
            None => {
                self.told.push(told);
                self.done.push(done);
            }
        }
    }

    /// "lösche", "löschen", "löscht"; "schalte … ab", "abschalten", "abzuschalten".
    fn german(&mut self, verb: &str) {
        let (part, verb) = verb.split_once('|').map_or((None, verb), |(a, b)| (Some(a), b));
        let stem = verb.strip_suffix("en").unwrap_or(verb);
        // A short stem is another word as well: "leer"; none is that with its part behind.
        let bare = if stem.chars().count() > 4 || part.is_some() { "?" } else { "" };
        let (told, verb) = (format!("{}(?:en|et|e|t){bare}", spelled(stem)), spelled(verb));
        match part.map(spelled) {
            Some(part) => {
                self.last.push(format!(r"{part}\s?(?:zu\s?)?{verb}"));
                self.apart.push((told, part));
            }
            None => {
                self.last.push(verb);
                self.told.push(told);
            }
        }
    }
}

/// What to say where a part of the vocabulary has no entry of that name.
pub(super) fn unknown(name: &str, part: &str) -> String {
    format!("`{name}` is not among the {part} of `words`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbs(english: &[&str], german: &[&str]) -> Verbs {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let raw = RawVerbs { english: owned(english), german: owned(german) };
        Verbs::new(&raw, &mut AllVerbs::default()).expect("verbs")
    }

    fn check(regex: &Regex, yes: &[&str], no: &[&str]) {
        let whole = |text: &&&str| regex.find(text).is_some_and(|found| found.end() == text.len());
        assert_eq!(yes.iter().find(|text| !whole(text)), None, "{regex}");
        assert_eq!(no.iter().find(whole), None, "{regex}");
    }

    #[test]
    fn what_ends_a_compound_is_the_thing() {
        let entries = ["-datenbank(?:en)?", "table", "-index"].map(str::to_owned);
        let regex = things(&entries).expect("things");
        let yes = ["Datenbank", "Kundendatenbank", "auftragsdatenbanken", "Suchindexes", "tables"];
        let no = ["Datenbankverbindung", "Kundendatenbankpasswort", "vegetable", "reindex"];
        assert_eq!(yes.iter().find(|text| !regex.is_match(text)), None);
        assert_eq!(no.iter().find(|text| regex.is_match(text)), None);
    }

    #[test]
    fn english_verbs_have_their_forms() {
        let verbs = verbs(&["delete", "drop", "wipe", "flush", "turn off"], &[]);
        let told = ["delete", "deletes", "deleting", "drop", "Dropping", "flushes", "turns off"];
        check(&verbs.told, &told, &["deleted", "dropped", "turn", "off", "flushs"]);
        check(&verbs.done, &["deleted", "dropped", "wiped", "flushed", "turned off"], &["delete"]);
        let (head, rest) = &verbs.apart[0];
        check(head, &["turn", "turning"], &["turned"]);
        check(rest, &[" off", " on db01 off"], &["off", " a b c d off"]);
    }

    #[test]
    fn german_verbs_have_their_forms() {
        let verbs = verbs(&[], &["l\u{f6}schen", "leeren", "ab|schalten"]);
        check(&verbs.told, &["l\u{f6}sche", "loesche", "L\u{f6}scht", "leere"], &["leer"]);
        check(&verbs.last, &["l\u{f6}schen", "abschalten", "abzuschalten"], &["schalten"]);
        let (head, rest) = &verbs.apart[0];
        check(head, &["schalte", "schalten"], &["abschalten"]);
        check(rest, &[" ab", " jetzt ab"], &[]);
    }
}
