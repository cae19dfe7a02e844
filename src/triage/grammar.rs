//! The grammar of messages: which words tell a cause and which an effect, which say that something
//! did not happen or is over. The words stand in files; here is where each kind of them counts.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::expression::{compile, parsed};
use super::matcher::Matcher;
use super::words::Words;

/// What words do to those around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A cause follows, up to the end of the clause.
    Cause,
    /// What went wrong follows, up to the end of the sentence or quotation.
    Detail,
    /// An effect follows, up to the end of the clause.
    Effect,
    /// The clause ends.
    Comma,
    /// The sentence ends.
    Stop,
    /// What follows at once did not happen.
    Not,
    /// Denies the clause that it begins.
    No,
    /// The same, and a count as well.
    Zero,
    /// In front of what is counted: there is none of it.
    NoneOf,
    /// Behind a count of none: what is missing.
    Left,
    /// A count of all, which are well if both numbers are the same.
    Well,
    /// Not all of them are well.
    Ill,
    /// It is over; holds for its clause.
    Over,
    /// Between an "and" and that: it is still said of what stands in front of the "and".
    SameSubject,
    /// It is over and was good, as in `no longer valid`: that is the failure itself.
    Good,
    /// It is good to be rid of it: an alarm that is no longer active is over.
    Bad,
    /// At the end of a clause: it was meant to be so.
    Meant,
    /// Turns "as planned" into its opposite.
    Negation,
    /// What follows is taken for possible and has not been seen.
    Maybe,
    /// It was once; holds for its clause, unless the message says that it lasts.
    Past,
    /// It lasts, as the same sentence says.
    Lasts,
    /// It is there again, wherever the message says so.
    Recurs,
    /// Nothing is wrong in the whole line.
    NoIncident,
    /// The line announces work to come: what it says will not work does so by intent.
    Planned,
    /// The line tells what came of the work, so that it announces nothing.
    Happened,
    /// The head of a line that speaks of failures as a subject and reports none.
    Talk,
    /// What stands in front is a subject, as in `disk full runbook review`.
    Subject,
    /// At the head of a message: its source tells that something is over.
    Recovery,
    /// The same in the words of people, who may say the opposite with them.
    RecoveryTold,
    /// Nothing is over that stands in a line with this, and no alarm false.
    NotOver,
    /// A line that says so of its paragraph.
    RecoveryLine,
    /// All that was told before is over.
    AllClear,
    /// Not where this stands with it.
    NotAllClear,
    /// A state that is well: what left it is ill, and what came to it is well.
    Reached,
    /// At the head of a message: it begins a mail all of which is over.
    RecoveryMail,
    /// At the head of a message: something else begins, so that a mail before it has ended.
    MessageHead,
    /// What sources call the level that they give.
    SeverityName,
    /// What else a line may say of its paragraph.
    Heading,
}

/// No word is cut here: of what stands on both sides, one is no part of a word.
macro_rules! edge {
    () => {
        r"(?:\b{start-half}|\b{end-half})"
    };
}

/// The head of a text, behind whatever is no letter of any language.
macro_rules! marks {
    () => {
        r"\A(?u:\W)*"
    };
}

/// The kinds that part a message, in the order in which they are asked.
const TURNS: [Kind; 5] = [Kind::Cause, Kind::Detail, Kind::Effect, Kind::Comma, Kind::Stop];

impl Kind {
    /// What stands around the words of this kind.
    pub(super) const fn frame(self) -> (&'static str, &'static str) {
        match self {
            Self::Not | Self::NoneOf => (concat!(edge!(), "(?:"), r")\s+\z"),
            Self::No | Self::Zero | Self::SameSubject | Self::Reached => (r"\A(?:", r")\z"),
            Self::Left => (r"\A\s*(?:", concat!(")", edge!())),
            Self::Good => (r"\A(?:", concat!(")", edge!())),
            Self::Talk => (r"\A\W*(?:", concat!(")", edge!(), r"[^:\n]{0,40}:")),
            Self::Recovery | Self::RecoveryTold | Self::RecoveryMail | Self::MessageHead => {
                (concat!(marks!(), "(?:"), concat!(")", edge!()))
            }
            Self::RecoveryLine => (concat!(marks!(), "(?:"), r")(?u:\W)*\z"),
            Self::SeverityName | Self::Heading => {
                (concat!(marks!(), "(?:"), r")(?u:\W)*[:=]\s*\S+(?: \S+){0,2}(?u:\W)*\z")
            }
            Self::Subject => (r"\A\s+(?:\w+\s+)?(?:", concat!(")", edge!())),
            _ => ANYWHERE,
        }
    }
}

/// Anywhere, but cutting no word.
pub(super) const ANYWHERE: (&str, &str) = (concat!(edge!(), "(?:"), concat!(")", edge!()));

/// An entry as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntry {
    #[serde(deserialize_with = "super::source::name")]
    pub(super) id: String,
    pub(super) is: Kind,
    #[serde(deserialize_with = "crate::text::yaml::one_or_many")]
    any: Vec<String>,
    /// Only in front of these words.
    #[serde(default, deserialize_with = "crate::text::yaml::one_or_many")]
    before: Vec<String>,
    #[serde(default, deserialize_with = "crate::text::yaml::one_or_many")]
    pub(super) finds: Vec<String>,
    #[serde(default, deserialize_with = "crate::text::yaml::one_or_many")]
    pub(super) ignores: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) raw: RawEntry,
    /// Its words, as an expression.
    pub(super) ways: String,
    pub(super) file: usize,
}

/// All of it, ready to be used.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    pub(super) entries: Vec<Entry>,
    kinds: BTreeMap<Kind, Matcher>,
    /// All turns as one, with the group of each kind.
    turns: Option<(Matcher, [Option<usize>; TURNS.len()])>,
    /// Words that deny only in front of certain others, with those.
    not_before: Vec<(Matcher, Matcher)>,
    /// Words for what went and for what came back: each with the first of its pair, and whether it is
    /// that one.
    opposites: BTreeMap<String, (String, bool)>,
}

impl Grammar {
    /// Adds an entry of a file.
    ///
    /// # Errors
    /// An expression is wrong: which, and why.
    pub(super) fn add(
        &mut self,
        raw: RawEntry,
        file: usize,
        words: &Words,
    ) -> Result<(), (Option<String>, String)> {
        let ways = ways(&raw.any, words)?.ok_or((None, "the entry needs `any`".to_owned()))?;
        if let Some(others) = ways_before(&raw, words)? {
            let front = compile(&framed(Kind::Not.frame(), &ways));
            let behind = compile(&framed(Kind::Good.frame(), &others));
            let both = front.and_then(|front| Ok((front, behind?)));
            self.not_before.push(both.map_err(|message| (None, message))?);
        }
        self.entries.push(Entry { raw, ways, file });
        Ok(())
    }

    /// Adds words for what went, each with the one for what came back.
    ///
    /// # Errors
    /// One of them is known: which, and why.
    pub(super) fn add_opposites(
        &mut self,
        pairs: &BTreeMap<String, String>,
    ) -> Result<(), (String, String)> {
        for (went, came) in pairs {
            for (word, is_first) in [(went, true), (came, false)] {
                if word.is_empty() || !word.chars().all(char::is_alphanumeric) {
                    let message = format!("`{word}` is no word of letters and digits");
                    return Err((word.clone(), message));
                }
                let pair = (went.to_lowercase(), is_first);
                if self.opposites.insert(word.to_lowercase(), pair).is_some() {
                    let message = format!("the word {word} has an opposite already: keep one");
                    return Err((word.clone(), message));
                }
            }
        }
        Ok(())
    }

    /// Of a word in lower case for what went or came back: the word for what went, and whether it is
    /// that.
    pub(super) fn opposite(&self, word: &str) -> Option<(&str, bool)> {
        self.opposites.get(word).map(|(went, is_first)| (went.as_str(), *is_first))
    }

    /// The words of a kind as an expression; none if there are none.
    pub(super) fn source(&self, kind: Kind) -> Option<String> {
        let entries: Vec<&Entry> =
            self.entries.iter().filter(|entry| entry.raw.is == kind).collect();
        (!entries.is_empty()).then(|| together(&entries))
    }

    /// Makes one expression of all entries of a kind.
    ///
    /// # Errors
    /// Together they are too large: the entry that is too much, its file, and why.
    pub(super) fn compile(&mut self) -> Result<(), (usize, String, String)> {
        let mut kinds: BTreeMap<Kind, Vec<&Entry>> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.raw.before.is_empty()) {
            kinds.entry(entry.raw.is).or_default().push(entry);
        }
        let turns: Vec<(Kind, Vec<&Entry>)> =
            TURNS.iter().filter_map(|kind| kinds.remove_entry(kind)).collect();
        for (kind, entries) in &kinds {
            let all = framed(kind.frame(), &together(entries));
            self.kinds.insert(*kind, of_kind(&all, entries)?);
        }
        let groups = turns.iter().map(|(kind, entries)| {
            format!("(?<{}>{})", group(*kind), framed(kind.frame(), &together(entries)))
        });
        let entries: Vec<&Entry> = turns.iter().flat_map(|(_, entries)| entries.clone()).collect();
        if !entries.is_empty() {
            let all = of_kind(&groups.collect::<Vec<_>>().join("|"), &entries)?;
            let groups = TURNS.map(|kind| all.group(&group(kind)));
            self.turns = Some((all, groups));
        }
        Ok(())
    }

    /// Where a text turns, in order: the kind of the turn, and its bytes.
    pub(super) fn turns<'t>(
        &'t self,
        text: &'t str,
    ) -> impl Iterator<Item = (Kind, Range<usize>)> + 't {
        self.turns.iter().flat_map(move |(regex, groups)| {
            regex.groups(text).filter_map(move |(_, group)| {
                // The first group is that of the kind, which all others stand in.
                let (group, range) = group?;
                let kind = groups.iter().position(|at| *at == Some(group))?;
                Some((TURNS[kind], whole(text, range)))
            })
        })
    }

    /// Where words of a kind stand, in order.
    pub(super) fn all<'t>(
        &'t self,
        kind: Kind,
        text: &'t str,
    ) -> impl Iterator<Item = Range<usize>> + 't {
        let regex = self.kinds.get(&kind).into_iter();
        regex.flat_map(move |regex| regex.places(text).map(|range| whole(text, range)))
    }

    /// Whether words of a kind stand in a text.
    pub(super) fn is_in(&self, kind: Kind, text: &str) -> bool {
        self.kinds.get(&kind).is_some_and(|regex| regex.is_match(text))
    }

    /// Whether what stands in front denies what follows at once.
    pub(super) fn denies(&self, before: &str, after: &str) -> bool {
        let is_pair =
            |(front, behind): &(Matcher, Matcher)| front.is_match(before) && behind.is_match(after);
        self.is_in(Kind::Not, before) || self.not_before.iter().any(is_pair)
    }
}

/// Expressions read bytes: a range of them, widened to whole characters.
fn whole(text: &str, Range { start, end }: Range<usize>) -> Range<usize> {
    text.floor_char_boundary(start)..text.ceil_char_boundary(end)
}

/// Several ways to say it as one, with the words filled in; none if there are none.
fn ways(all: &[String], words: &Words) -> Result<Option<String>, (Option<String>, String)> {
    let mut filled = Vec::new();
    for way in all {
        let source = words.filled(way);
        let wrong = |message: String| (Some(way.clone()), message);
        let parsed =
            parsed(&source).map_err(|message| wrong(words.unknown(way).unwrap_or(message)))?;
        if parsed.properties().minimum_len().unwrap_or(0) == 0 {
            return Err(wrong("this is found where nothing stands: require a letter".to_owned()));
        }
        // A flag in one way is none of the next one.
        filled.push(format!("(?:{source})"));
    }
    Ok((!filled.is_empty()).then(|| filled.join("|")))
}

fn ways_before(raw: &RawEntry, words: &Words) -> Result<Option<String>, (Option<String>, String)> {
    if raw.is != Kind::Not && !raw.before.is_empty() {
        return Err((Some("before".to_owned()), "only `is: not` can have `before`".to_owned()));
    }
    ways(&raw.before, words)
}

pub(super) fn framed((before, after): (&str, &str), ways: &str) -> String {
    [before, ways, after].concat()
}

fn together(entries: &[&Entry]) -> String {
    entries.iter().map(|entry| entry.ways.as_str()).collect::<Vec<_>>().join("|")
}

/// The group of a turn, with a name that words of files do not take by chance.
fn group(kind: Kind) -> String {
    format!("__{kind:?}")
}

fn of_kind(source: &str, entries: &[&Entry]) -> Result<Matcher, (usize, String, String)> {
    compile(source).map_err(|message| {
        // Each is no larger than all of them: the one that fails alone, else the last one.
        let fails = |entry: &&&Entry| compile(&entry.ways).is_err();
        let entry = entries.iter().find(fails).or(entries.last());
        let (file, id) = entry.map_or((0, ""), |entry| (entry.file, entry.raw.id.as_str()));
        (file, id.to_owned(), message)
    })
}

#[cfg(test)]
mod tests {
    use super::super::clause::Clauses;
    use super::super::{FileError, Knowledge, Source};
    use super::*;

    const OWN: &str = "grammar:\n  - id: over-dutch\n    is: over\n    any: [hersteld, 'weer (?:op|goed)']\n    \
                       finds: de [schijf] is hersteld\n    ignores: de [schijf] is vol\n";

    fn load(text: &str) -> Result<Knowledge, FileError> {
        Knowledge::load(&[Source::own("own.yaml", text)])
    }

    fn wrong(from: &str, to: &str) -> Vec<String> {
        let knowledge = load(&OWN.replace(from, to)).expect("it loads");
        knowledge.check_examples(&["own.yaml"]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_team_adds_words_of_its_own_language() {
        let mut sources = super::super::built_in::PATTERNS.clone();
        sources.push(Source::own("own.yaml", OWN));
        let knowledge = Knowledge::load(&sources).expect("good");
        assert!(knowledge.check_examples(&["own.yaml"]).is_empty());
        let denied = |text: &str| Clauses::new(text, &knowledge.grammar).is_denied(text, 0);
        assert!(denied("disk full is hersteld") && denied("disk full has recovered"));
        assert!(!denied("disk full, node is hersteld") && !denied("disk full is hersteldt"));
        // Without any file nothing is denied, and nothing is a cause.
        let none = Grammar::default();
        let text = "disk full due to a log. It has recovered";
        let clauses = Clauses::new(text, &none);
        assert_eq!((clauses.is_denied(text, 0), clauses.around(20)), (false, (0, text.len())));
    }

    #[test]
    fn a_wrong_entry_is_refused_with_its_place() {
        let check = |from: &str, to: &str, line: usize, column: usize, says: &str| {
            let error = load(&OWN.replace(from, to)).expect_err(says);
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(error.message.contains(says) && error.file == "own.yaml", "{error}");
        };
        check("is: over", "is: finished", 3, 9, "unknown word `finished`");
        check("hersteld,", "'her(steld',", 4, 12, "unclosed");
        check("hersteld,", "'{herstel}',", 4, 12, "has a word `herstel`");
        check("hersteld,", "'x?',", 4, 12, "where nothing stands");
        check("    any: [hersteld, 'weer (?:op|goed)']\n", "", 2, 5, "the key `any` is missing");
        check("any:", "before: hersteld\n    any:", 4, 5, "only `is: not`");
        check("any:", "wait: 1\n    any:", 4, 5, "unknown key `wait`");
        let twice = format!("{OWN}  - {{id: over-dutch, is: over, any: klaar}}\n");
        assert!(load(&twice).expect_err("twice").message.contains("twice"));
    }

    #[test]
    fn an_entry_is_held_against_its_examples() {
        let check = |from: &str, to: &str, place: &str, says: &str| {
            let wrong = wrong(from, to);
            assert!(wrong.len() == 1 && wrong[0].contains(says), "{wrong:?}");
            assert!(wrong[0].starts_with(&format!("own.yaml: line {place}: ")), "{wrong:?}");
        };
        let (id, finds, ignores) = ("2, column 9", "5, column 12", "6, column 14");
        check("    ignores: de [schijf] is vol\n", "", id, "one in `ignores`");
        check("    finds: de [schijf] is hersteld\n", "", id, "one in `ignores`");
        check("[schijf] is hersteld", "schijf is hersteld", finds, "no words in [ ]");
        check("[schijf] is hersteld", "[schijf] is vol", finds, "holds nothing that `any`");
        check("[schijf] is vol", "[schijf] is weer op", ignores, "are said not to have happened");
        let role = |kind: &str| wrong("is: over", &format!("is: {kind}"));
        assert!(role("cause")[0].contains("are not told as a cause"));
        assert!(role("effect")[0].contains("are not told as an effect"));
        assert!(role("comma")[0].contains("are not the beginning of a clause"));
        assert!(wrong("", "").is_empty());
    }

    #[test]
    fn a_message_is_read_as_a_whole_and_pairs_are_added() {
        let own = OWN
            .replace("is: over", "is: recovery")
            .replace("de [schijf] is hersteld", "'Hersteld: schijf is vol'")
            .replace("de [schijf] is vol", "de schijf is hersteld")
            + "opposites: {weg: terug}\n";
        let knowledge = load(&own).expect("it loads");
        assert!(knowledge.check_examples(&["own.yaml"]).is_empty());
        assert_eq!(knowledge.grammar.opposite("terug"), Some(("weg", false)));
        let wrong = load(&own.replace("'Hersteld: ", "'De ")).expect("it loads");
        let wrong = wrong.check_examples(&["own.yaml"]);
        assert!(wrong[0].message.contains("does not find `De schijf is vol`"), "{wrong:?}");
        let check = |pairs: &str, column: usize, says: &str| {
            let error = load(&own.replace("weg: terug", pairs)).expect_err(says);
            assert_eq!((error.line, error.column), (7, column), "{error}");
            assert!(error.message.contains(says), "{error}");
        };
        check("weg: terug, kwijt: terug", 18, "terug has an opposite already");
        check("weg: er is", 18, "no word of letters");
    }

    #[test]
    fn only_whole_words_and_whole_characters_are_found() {
        let own = OWN.replace("hersteld,", "'über', '.{1,2}ffnet',");
        let knowledge = load(&own).expect("it loads");
        let all = |text: &'static str| -> Vec<&str> {
            knowledge.grammar.all(Kind::Over, text).map(|range| &text[range]).collect()
        };
        assert_eq!(all("es ist über die Zeit"), ["über"]);
        assert!(all("es ist überall").is_empty());
        assert_eq!(all("sie öffnet"), ["öffnet"]);
    }
}
