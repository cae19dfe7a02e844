//! How bad a source says itself that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use regex::Regex;

use super::level::Level;
use super::message::{Message, Place};

/// How much of a text is looked at for what it states, in bytes.
const MAX_HEAD: usize = 4096;

/// The groups of a stated word; a team's names for a level may have groups of their own.
const GROUPS: [&str; 6] =
    ["__named", "__numbered", "__alone", "__bracketed", "__grouped", "__checked"];

/// An expression that finds nothing.
const NOTHING: &str = r"[^\s\S]";

/// A level that a source states, and where.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) level: Level,
    /// None where it is a label beside the text.
    pub(super) place: Option<Place>,
    pub(super) said: String,
}

/// Which word stands for which level.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// In lower case.
    levels: BTreeMap<String, Level>,
    /// Words that are known without "severity" in front of them.
    alone: BTreeSet<String>,
    /// Words that are not, though they have a digit.
    not_alone: BTreeSet<String>,
    /// What sources call a level, as an expression.
    names: Option<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Labels {
    /// Adds the words for a level.
    ///
    /// # Errors
    /// A word stands for two levels, or is none of letters, digits and hyphens: which, and why.
    pub(super) fn add(&mut self, level: Level, words: &[String]) -> Result<(), (String, String)> {
        for own in words {
            let word = own.to_lowercase();
            let wrong = |message| Err((own.clone(), message));
            if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '-') {
                return wrong(format!("`{word}` is no word of letters, digits and hyphens"));
            }
            if self.levels.insert(word.clone(), level).is_some_and(|known| known != level) {
                return wrong(format!("the label {word} stands for two levels: keep one"));
            }
        }
        Ok(())
    }

    /// Says that a word is known by itself, too, once all levels are there.
    ///
    /// # Errors
    /// It stands for no level.
    pub(super) fn known_alone(&mut self, word: &str) -> Result<(), String> {
        let word = self.of_a_level(word)?;
        self.alone.insert(word);
        Ok(())
    }

    /// Says that a word is known behind "severity" only: `s3` is a store as well.
    ///
    /// # Errors
    /// It stands for no level.
    pub(super) fn not_alone(&mut self, word: &str) -> Result<(), String> {
        let word = self.of_a_level(word)?;
        self.not_alone.insert(word);
        Ok(())
    }

    /// A word as it is compared, if it stands for a level.
    fn of_a_level(&self, word: &str) -> Result<String, String> {
        let word = word.to_lowercase();
        let unknown = || format!("`{word}` stands for no level: name it in `labels`");
        if self.levels.contains_key(&word) { Ok(word.clone()) } else { Err(unknown()) }
    }

    /// Says what sources call a level.
    pub(super) fn called(&mut self, names: Option<String>) {
        self.names = names;
    }

    /// The level that the source of a message gives it: in a label beside the text, else within it.
    pub(super) fn of_message(&self, message: &Message, number: usize) -> Option<Label> {
        let beside = message.labels.get("severity").and_then(|said| {
            let level = *self.levels.get(&said.to_lowercase())?;
            Some(Label { level, place: None, said: said.clone() })
        });
        beside.or_else(|| self.stated(super::reading::judged(&message.text), Some(number)))
    }

    /// The level that a text states about itself, and where.
    pub(super) fn stated(&self, text: &str, message: Option<usize>) -> Option<Label> {
        let regex = self.compiled.get_or_init(|| self.expression()).as_ref()?;
        // A label stands at the head of an alert; further on it speaks of something else.
        let head = &text[..text.floor_char_boundary(MAX_HEAD)];
        regex.captures_iter(head).find_map(|found| {
            let said = GROUPS.iter().find_map(|group| found.name(group))?;
            let level = *self.levels.get(&said.as_str().to_lowercase())?;
            let place = Place { message, start: said.start(), end: said.end() };
            Some(Label { level, place: Some(place), said: said.as_str().to_owned() })
        })
    }

    /// The ways in which a text states a level, with each word in a group.
    fn expression(&self) -> Option<Regex> {
        // The longest first, so that `sev` does not hide `sev-1`.
        let among = |wanted: &dyn Fn(&str) -> bool| {
            let mut words: Vec<&str> =
                self.levels.keys().map(String::as_str).filter(|word| wanted(word)).collect();
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
            let words: Vec<String> = words.into_iter().map(regex::escape).collect();
            if words.is_empty() { NOTHING.to_owned() } else { words.join("|") }
        };
        let numbered = |word: &str| {
            word.contains(char::is_numeric)
                && word.contains(char::is_alphabetic)
                && !self.not_alone.contains(word)
        };
        let all = among(&|_| true);
        let numbered_words = among(&|word| numbered(word));
        let alone = among(&|word| self.alone.contains(word));
        let bracketed = among(&|word| numbered(word) || self.alone.contains(word));
        let source = [
            r"(?i)\b(?:",
            self.names.as_deref().unwrap_or(NOTHING),
            r#")\s*(?:[=:]|is)?\s*["'\[(]*(?<__named>"#,
            &all,
            r")\b|(?:^|[\s\[(])(?<__numbered>",
            &numbered_words,
            r")\b(?:\s*[-:\])]|\s+(?:incident|alert|ticket|outage))",
            // A title with the labels' values behind the name: `[FIRING:1] Name (db-1 warning)`.
            r"|\[(?:firing|resolved)[:\d]*\][^\n(]{0,160}\((?:[^)\n]*\s)?(?<__grouped>",
            &alone,
            r")(?:\s[^)\n]*)?\)|^\W*(?:\*\*\s*)?(?:problem|alert|firing)\b[^.;]*?\b(?<__alone>",
            &alone,
            r")\b|\[(?:firing[:\d]*\]\s*\[?)?(?<__bracketed>",
            &bracketed,
            // What Checkmk writes in front of the name of what it checked.
            r")\]|^(?:checkmk\W+|)(?-i:(?<__checked>WARN|CRIT))(?: - (?:Service|Host)\b| \S+ / )",
        ];
        Regex::new(&source.concat()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    #[test]
    fn a_team_may_name_a_level_with_groups_of_its_own() {
        let mut labels = Labels::default();
        labels.add(Level::High, &["hoch".to_owned()]).expect("a word");
        labels.called(Some("(dring)lichkeit|(?<x>stufe)".to_owned()));
        let stated = labels.stated("Dringlichkeit: hoch", None).expect("a level");
        assert_eq!((stated.level, stated.said.as_str()), (Level::High, "hoch"));
    }

    #[test]
    fn a_stated_level_is_found() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let check = |text, expected| {
            let found = knowledge.labels.stated(text, None).map(|label| label.level);
            assert_eq!(found, expected, "{text}");
        };
        check("Alert rule labelled severity=critical; x", Some(Level::Critical));
        check("severity: \"warning\"", Some(Level::Medium));
        check("severity: 2", Some(Level::High));
        check("severity: S3", Some(Level::Medium));
        check("s3: bucket orders is gone", None);
        check("[P1] checkout is down", Some(Level::High));
        check("SEV2 - login", Some(Level::High));
        check("sev-1: login", Some(Level::Critical));
        check("[FIRING:1] [critical] x", Some(Level::Critical));
        check("[FIRING:1] ApiSlow (apiserver k8s-ber LIST warning)", Some(Level::Medium));
        check("[FIRING:1] ApiSlow (critical-path-api prod warning)", Some(Level::Medium));
        check("WARN - Service CPU utilization on app-7", Some(Level::Medium));
        check("Checkmk: CRIT db-1 / Filesystem /var", Some(Level::Critical));
        check("WARN - the pool is empty", None);
        check("the process has high priority", None);
        check("page 3 not found, critical section entered", None);
        check("p99 is 3 s", None);
        check("[error] it is down", None);
        check("1: one of the lines", None);
    }

    #[test]
    fn a_team_counts_as_it_does() {
        let mut labels = Labels::default();
        labels.add(Level::Critical, &["P1".to_owned(), "rot".to_owned()]).expect("words");
        labels.known_alone("rot").expect("a word");
        let level = |text| labels.stated(text, None).map(|label| label.level);
        assert_eq!(level("[P1] it is down"), Some(Level::Critical));
        assert_eq!(level("[rot] it is down"), Some(Level::Critical));
        assert_eq!(level("severity=critical"), None);
        assert!(labels.add(Level::Low, &["p1".to_owned()]).is_err(), "two levels");
        assert!(labels.add(Level::Low, &["a b".to_owned()]).is_err(), "no word");
        assert!(labels.known_alone("blau").is_err(), "no level");
        assert_eq!(Labels::default().stated("severity=critical", None).map(|it| it.level), None);
    }
}
