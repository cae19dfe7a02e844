//! What is known: rules, signals, subtypes and the grammar of messages, read from YAML files in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::chains::RawChain;
use super::expression::Expression;
use super::gates::Gates;
use super::grammar::{self, Grammar, RawEntry};
use super::label::Labels;
use super::level::Level;
use super::pattern::Pattern;
use super::rule::{Meaning, RawRule, Rule, Section};
use super::services::{RawServices, Services};
use super::signal::{RawSignal, SignalRule};
use super::source::{FileError, Source, by_name};
use super::subtype::Subtype;
use super::words::Words;
use crate::text::yaml::each_once;

/// A file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    /// The pattern of its rules, unless they name their own.
    #[serde(default)]
    pattern: Option<Pattern>,
    /// Short names for expressions, used as `{name}` in any file.
    #[serde(default, deserialize_with = "by_name")]
    words: BTreeMap<String, String>,
    #[serde(default)]
    signals: Vec<RawSignal>,
    #[serde(default)]
    rules: Vec<RawRule>,
    #[serde(default)]
    severity: Vec<RawRule>,
    #[serde(default)]
    tiers: Vec<RawRule>,
    /// How messages say what came of what, and what did not happen.
    #[serde(default)]
    grammar: Vec<RawEntry>,
    /// Words for what went, each with the one for what came back.
    #[serde(default, deserialize_with = "by_name")]
    opposites: BTreeMap<String, String>,
    /// Words by which services are known.
    #[serde(default)]
    services: RawServices,
    /// How messages say which service fails because of which other.
    #[serde(default)]
    chains: Vec<RawChain>,
    #[serde(default, deserialize_with = "by_name")]
    subtypes: BTreeMap<String, Subtype>,
    /// What two incidents may share without being related.
    #[serde(default)]
    generic: Vec<String>,
    /// The last parts of names that are a host's or a domain's.
    #[serde(default)]
    domains: Vec<String>,
    /// Parts in front of a number that say which turn it is, and not which thing.
    #[serde(default)]
    turns: Vec<String>,
    /// Which words of a source stand for which level.
    #[serde(default, deserialize_with = "each_once")]
    labels: BTreeMap<Level, Vec<String>>,
    /// Those of them that are known without "severity" in front.
    #[serde(default)]
    alone: Vec<String>,
    /// Those that are known behind "severity" only, as they name other things, too.
    #[serde(default)]
    not_alone: Vec<String>,
}

/// All rules, ready to be used.
#[derive(Debug)]
pub struct Knowledge {
    pub(super) rules: Vec<Rule>,
    pub(super) signals: Vec<SignalRule>,
    pub(super) subtypes: BTreeMap<String, Subtype>,
    pub(super) generic: BTreeSet<String>,
    pub(super) domains: BTreeSet<String>,
    pub(super) turns: BTreeSet<String>,
    pub(super) labels: Labels,
    pub(super) grammar: Grammar,
    pub(super) services: Services,
    /// Which rules and signals a text may mean something to.
    pub(super) gates: Gates,
    pub(super) files: Vec<(String, String)>,
}

impl Knowledge {
    /// What comes with the program, for tests, read once for all of them; the faces read it with
    /// what a team adds.
    ///
    /// # Errors
    /// A built-in file is wrong, which a test rules out.
    #[cfg(test)]
    pub(super) fn built_in() -> Result<&'static Self, FileError> {
        static KNOWLEDGE: std::sync::LazyLock<Result<Knowledge, FileError>> =
            std::sync::LazyLock::new(|| Knowledge::load(&super::built_in::PATTERNS));
        KNOWLEDGE.as_ref().map_err(Clone::clone)
    }

    /// What is said and done about a refinement of a pattern. The same name may mean another thing
    /// in another pattern, where a file describes it as `PATTERN.name`: a processor is throttled
    /// otherwise than a provider's function.
    pub(super) fn subtype(&self, pattern: Pattern, name: &str) -> Option<&Subtype> {
        let of_pattern = format!("{}.{name}", pattern.as_str());
        self.subtypes.get(&of_pattern).or_else(|| self.subtypes.get(name))
    }

    /// Whether one refinement of a pattern may have led to another one, so that what mends the first
    /// is for the second, too.
    pub fn covers(&self, pattern: Pattern, one: &str, other: &str) -> bool {
        let subtype = self.subtype(pattern, one);
        subtype.is_some_and(|subtype| subtype.covers.iter().any(|name| name == other))
    }

    /// Whether one refinement of a pattern may have led to the other, whichever came first.
    pub fn go_together(&self, pattern: Pattern, one: &str, other: &str) -> bool {
        self.covers(pattern, one, other) || self.covers(pattern, other, one)
    }

    /// Reads files. The order of the files changes nothing.
    ///
    /// # Errors
    /// A file is no YAML of that shape, an expression is wrong, a name is used twice, or a rule
    /// could not be found by any letters.
    pub fn load(sources: &[Source<'_>]) -> Result<Self, FileError> {
        let mut sources = sources.to_vec();
        // Of two that do not go together, the one that is read second is refused.
        sources.sort_by_key(|source| (!source.built_in, source.name));
        let mut raw = Vec::new();
        let (mut words, mut names) = (Words::default(), Names::default());
        for source in &sources {
            let file: RawFile = source.read()?;
            for (name, word) in &file.words {
                names.once(source, "word", name)?;
                words.add(name, word).map_err(|m| source.at("words", &[name, word], m))?;
            }
            raw.push(file);
        }
        let mut loading = Loading { words: Arc::new(words), names, ..Loading::default() };
        for (at, (source, file)) in sources.iter().zip(raw).enumerate() {
            loading.add(at, source, file)?;
        }
        loading.finish(&sources)
    }

    /// The rules that hold for every finding of their patterns or subtypes.
    pub(super) fn always(&self) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.any.is_none()).collect()
    }
}

/// Files on their way to be knowledge.
#[derive(Default)]
struct Loading {
    words: Arc<Words>,
    rules: Vec<Rule>,
    signals: Vec<SignalRule>,
    subtypes: BTreeMap<String, Subtype>,
    generic: BTreeSet<String>,
    domains: BTreeSet<String>,
    turns: BTreeSet<String>,
    labels: Labels,
    grammar: Grammar,
    services: Services,
    names: Names,
    /// Labels that are known by themselves, with the number of their file.
    alone: Vec<(usize, String)>,
    /// The same of words that are none by themselves.
    not_alone: Vec<(usize, String)>,
}

/// The names of words, entries and subtypes, each with the file it stands in.
#[derive(Default)]
struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    /// Keeps a name of a kind.
    ///
    /// # Errors
    /// It is known.
    fn once(
        &mut self,
        source: &Source<'_>,
        what: &'static str,
        name: &str,
    ) -> Result<(), FileError> {
        let message = match self.0.insert((what, name.to_owned()), source.name.to_owned()) {
            None => return Ok(()),
            Some(file) if file == source.name => {
                format!("the {what} {name} is here twice: keep one")
            }
            Some(file) => format!(
                "the {what} {name} stands in {file}, too: choose another, or put a file of the same \
                 name in that one's place"
            ),
        };
        Err(source.at(name, &[], message))
    }

    /// The file that a name of a kind stands in.
    fn file(&self, what: &'static str, name: &str) -> Option<&str> {
        self.0.get(&(what, name.to_owned())).map(String::as_str)
    }

    fn has_id(&self, id: &str) -> bool {
        self.0.contains_key(&("id", id.to_owned()))
    }
}

impl Loading {
    fn add(&mut self, at: usize, source: &Source<'_>, file: RawFile) -> Result<(), FileError> {
        let sections = [
            (Section::Rules, file.rules),
            (Section::Severity, file.severity),
            (Section::Tiers, file.tiers),
        ];
        for (section, rules) in sections {
            for raw in rules {
                self.names.once(source, "id", &raw.id)?;
                let rule = self.rule(at, source, raw, section, file.pattern)?;
                self.rules.push(rule);
            }
        }
        for raw in file.signals {
            self.names.once(source, "id", &raw.id)?;
            let expression = self.expression(source, &raw.id, &raw.any)?;
            let Some(any) = expression else {
                return Err(source.at(&raw.id, &[], "the signal needs `any`".to_owned()));
            };
            self.signals.push(SignalRule {
                id: raw.id,
                kind: raw.kind,
                names: raw.names,
                any,
                not: raw.not,
                finds: raw.finds,
                ignores: raw.ignores,
                file: at,
            });
        }
        for raw in file.grammar {
            let id = raw.id.clone();
            self.names.once(source, "id", &id)?;
            let added = self.grammar.add(raw, at, &self.words);
            added.map_err(|(part, message)| source.at(&id, part.as_deref().as_slice(), message))?;
        }
        let added = self.grammar.add_opposites(&file.opposites);
        added.map_err(|(word, message)| source.at("opposites", &[&word], message))?;
        for raw in file.chains {
            let id = raw.id.clone();
            self.names.once(source, "id", &id)?;
            let added = self.services.chains.add(raw, at, &self.words);
            added.map_err(|(part, message)| source.at(&id, part.as_deref().as_slice(), message))?;
        }
        let added = self.services.add(file.services, at);
        added.map_err(|(word, message)| source.at("services", &[&word], message))?;
        for (name, mut subtype) in file.subtypes {
            subtype.compile(&self.words).map_err(|(part, m)| source.at(&name, &[&part], m))?;
            self.names.once(source, "subtype", &name)?;
            self.subtypes.insert(name, subtype);
        }
        for (level, words) in &file.labels {
            let added = self.labels.add(*level, words);
            added.map_err(|(word, m)| source.at("labels", &[level.as_str(), &word], m))?;
        }
        self.alone.extend(file.alone.into_iter().map(|word| (at, word)));
        self.not_alone.extend(file.not_alone.into_iter().map(|word| (at, word)));
        for (kept, told) in [
            (&mut self.generic, &file.generic),
            (&mut self.domains, &file.domains),
            (&mut self.turns, &file.turns),
        ] {
            kept.extend(told.iter().map(|value| value.to_lowercase()));
        }
        Ok(())
    }

    fn rule(
        &self,
        file: usize,
        source: &Source<'_>,
        raw: RawRule,
        section: Section,
        pattern: Option<Pattern>,
    ) -> Result<Rule, FileError> {
        let wrong = |message| source.at(&raw.id, &[], message);
        let meaning = raw.meaning(section, pattern);
        let meaning = meaning.map_err(|(key, message)| source.at(&raw.id, &[key], message))?;
        let any = self.expression(source, &raw.id, &raw.any)?;
        if let (Some(least), Some(most)) = (raw.at_least, raw.below)
            && least >= most
        {
            let message = format!("no number is at least {least} and below {most}");
            return Err(source.at(&raw.id, &["at_least"], message));
        }
        match &any {
            None => {
                let narrowed = !raw.patterns.is_empty() || !raw.subtypes.is_empty();
                if section != Section::Severity || !narrowed {
                    return Err(wrong("the rule matches nothing: fill `any`".to_owned()));
                }
            }
            Some(any) => {
                let is_found = any.required();
                is_found.map_err(|why| source.at(&raw.id, &["any"], why.to_owned()))?;
            }
        }
        let list = |sources: &[String]| -> Result<Vec<Expression>, FileError> {
            let one = |text: &String| {
                self.expression(source, &raw.id, std::slice::from_ref(text)).map(Option::into_iter)
            };
            let nested: Result<Vec<_>, _> = sources.iter().map(one).collect();
            Ok(nested?.into_iter().flatten().collect())
        };
        Ok(Rule {
            meaning,
            any,
            with: list(&raw.with)?,
            near: list(&raw.near)?,
            without: list(&raw.without)?,
            apart: list(&raw.apart)?,
            after: raw.after,
            at_least: raw.at_least,
            below: raw.below,
            role: raw.role,
            fallback: raw.fallback,
            finds: raw.finds,
            ignores: raw.ignores,
            says: raw.says,
            id: raw.id,
            file,
        })
    }

    /// One expression of several ways to say it.
    fn expression(
        &self,
        source: &Source<'_>,
        id: &str,
        ways: &[String],
    ) -> Result<Option<Expression>, FileError> {
        if ways.is_empty() {
            return Ok(None);
        }
        let read = Expression::of(ways, &self.words);
        read.map(Some).map_err(|(way, message)| source.at(id, &[&way], message))
    }

    fn finish(mut self, sources: &[Source<'_>]) -> Result<Knowledge, FileError> {
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        self.signals.sort_by(|a, b| a.id.cmp(&b.id));
        for rule in &self.rules {
            let Meaning::Evidence { subtype: Some(name), .. } = &rule.meaning else { continue };
            if !self.subtypes.contains_key(name) {
                let message = format!("the subtype {name} is described in no file");
                return Err(sources[rule.file].at(&rule.id, &["subtype", name], message));
            }
        }
        for rule in &self.rules {
            let Some(after) = &rule.after else { continue };
            if !self.names.has_id(&after.rule) {
                let message =
                    format!("no rule has the id {}, after which it should hold", after.rule);
                return Err(sources[rule.file].at(&rule.id, &["after", &after.rule], message));
            }
        }
        for (name, subtype) in &self.subtypes {
            let unknown = subtype.covers.iter().find(|it| !self.subtypes.contains_key(*it));
            if let (Some(unknown), Some(file)) = (unknown, self.names.file("subtype", name)) {
                let message = format!("the subtype {unknown} is described in no file");
                let source = sources.iter().find(|source| source.name == file);
                let place = |source: &Source<'_>| source.at(name, &["covers", unknown], message);
                return Err(source.map_or_else(|| no_file(unknown), place));
            }
        }
        for (file, word) in &self.alone {
            let known = self.labels.known_alone(word);
            known.map_err(|message| sources[*file].at("alone", &[word], message))?;
        }
        for (file, word) in &self.not_alone {
            let known = self.labels.not_alone(word);
            known.map_err(|message| sources[*file].at("not_alone", &[word], message))?;
        }
        self.labels.called(self.grammar.source(grammar::Kind::SeverityName));
        let compiled = self.grammar.compile().and_then(|()| self.services.compile());
        compiled.map_err(|(file, id, message)| sources[file].at(&id, &[], message))?;
        let gates = Gates::new(&self.rules, &self.signals, &self.words);
        let files = sources.iter().map(|s| (s.name.to_owned(), s.text.to_owned())).collect();
        let Self { rules, signals, subtypes, generic, domains, turns, .. } = self;
        let (labels, grammar, services) = (self.labels, self.grammar, self.services);
        Ok(Knowledge {
            rules,
            signals,
            subtypes,
            generic,
            domains,
            turns,
            labels,
            grammar,
            services,
            gates,
            files,
        })
    }
}

fn no_file(error: &impl ToString) -> FileError {
    FileError { file: String::new(), line: 1, column: 1, message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_do_what_their_examples_say() {
        let knowledge = Knowledge::built_in().expect("the built-in files");
        let names: Vec<&str> = super::super::built_in::PATTERNS.iter().map(|it| it.name).collect();
        let wrong = knowledge.check_examples(&names);
        let shown: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        assert!(wrong.is_empty(), "{}", shown.join("\n"));
    }

    const GOOD: &str = "pattern: DNS_FAILURE\nrules:\n  - id: one\n    says: it\n    weight: 2\n    \
                        any: 'lookup failed'\n    finds: lookup failed\n    ignores: lookup done\n";

    fn load(text: &str) -> Result<Knowledge, FileError> {
        Knowledge::load(&[Source::own("own.yaml", text)])
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_place() {
        assert!(load(GOOD).expect("good").check_examples(&["own.yaml"]).is_empty());
        let check = |from: &str, to: &str, line: usize, column: usize, says: &str| {
            let error = load(&GOOD.replace(from, to)).expect_err(says);
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(error.message.contains(says) && error.file == "own.yaml", "{error}");
        };
        check("'lookup failed'", "'lookup (failed'", 6, 11, "unclosed");
        check("weight: 2", "weight: 9", 5, 5, "1, 2, 3 or 4");
        check("weight", "wait", 5, 5, "unknown key `wait`");
        check("'lookup failed'", "'\\d+'", 6, 5, "three fixed letters");
        check("'lookup failed'", "'lookup (?<__0_a>b)'", 6, 11, "begins with `__`");
        check("says: it", "{says: it", 5, 11, "");
        check("weight: 2", "weight: 2\n    subtype: none", 6, 14, "described in no file");
        let pair = ["a.yaml", "b.yaml"].map(|name| Source::own(name, GOOD));
        let twice = Knowledge::load(&pair).expect_err("twice");
        assert_eq!((twice.file.as_str(), twice.line), ("b.yaml", 3));
        assert!(twice.message.contains("stands in a.yaml, too"), "{twice}");
        let twice = format!("{GOOD}  - {{id: one, says: x, weight: 1, any: abc}}\n");
        assert!(load(&twice).expect_err("twice").message.contains("twice"));
        let wrong =
            load(&GOOD.replace("ignores: lookup done", "ignores: lookup failed")).expect("loads");
        assert!(wrong.check_examples(&["own.yaml"])[0].message.contains("should not"));
        assert!(wrong.check_examples(&["other.yaml"]).is_empty(), "only what was asked for");
        let deep = load(&format!("{GOOD}generic: {}", "[".repeat(100))).expect_err("deep");
        assert_eq!((deep.line, deep.column), (9, 74), "{deep}");
    }

    #[test]
    fn the_order_of_files_changes_nothing() {
        let one = Source::own("a.yaml", GOOD);
        let other = GOOD.replace("id: one", "id: two");
        let two = Source::own("b.yaml", &other);
        let ids = |sources: &[Source<'_>]| -> Vec<String> {
            let knowledge = Knowledge::load(sources).expect("good");
            knowledge.rules.into_iter().map(|rule| rule.id).collect()
        };
        assert_eq!(ids(&[one, two]), ids(&[two, one]));
    }
}
