//! How messages say which service fails because of which other. The expressions stand in files; each
//! names what it finds by its groups.

use std::collections::BTreeMap;

use regex::{Captures, Match, Regex, RegexBuilder};
use serde::Deserialize;

use super::expression::{SIZE_LIMIT, not_compiled, syntax};
use super::words::Words;

/// What an expression finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A service.
    Mention,
    /// A service that fails, and the one because of which it does.
    Because,
    /// Who speaks: `cart: …` at the head or `service=cart`.
    Speaker,
    /// Of whom the speaker fails.
    OfWhom,
    /// Between two services: the second fails because of the first.
    Outward,
    /// Between two services: the first fails because of the second.
    Inward,
    /// All between two services of which the second is meant as the first was.
    Listed,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Mention,
        Self::Because,
        Self::Speaker,
        Self::OfWhom,
        Self::Outward,
        Self::Inward,
        Self::Listed,
    ];

    /// The groups that it needs; what comes of it stands last.
    pub(super) const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Mention | Self::Speaker => &["name"],
            Self::Because => &["cause", "effect"],
            Self::OfWhom => &["cause"],
            Self::Outward | Self::Inward | Self::Listed => &[],
        }
    }

    /// What stands around all expressions of a kind. Of words, none is cut.
    const fn frame(self) -> (&'static str, &'static str) {
        match self {
            Self::Mention => ("(?i)(?:", ")"),
            Self::Because | Self::Speaker | Self::OfWhom => ("(?:", ")"),
            Self::Outward | Self::Inward => {
                (r"(?i)(?:\b{start-half}|\b{end-half})(?:", r")(?:\b{start-half}|\b{end-half})")
            }
            Self::Listed => (r"(?i)\A(?:", r")\z"),
        }
    }
}

/// How many places of a kind are looked at in one text.
const MAX_TRIES: usize = 200;

/// An entry as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChain {
    #[serde(deserialize_with = "super::source::name")]
    pub(super) id: String,
    pub(super) is: Kind,
    #[serde(deserialize_with = "crate::text::yaml::one_or_many")]
    any: Vec<String>,
    /// Each with a name, or with a cause and its effect.
    #[serde(default, deserialize_with = "crate::text::yaml::each_once")]
    pub(super) finds: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "crate::text::yaml::one_or_many")]
    pub(super) ignores: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) raw: RawChain,
    /// Its expressions, with the words filled in.
    ways: Vec<String>,
    pub(super) file: usize,
}

/// Several ways to say it as one expression, with the groups of each.
#[derive(Debug, Default)]
pub(super) struct Forms {
    regex: Option<Regex>,
    groups: Vec<Vec<usize>>,
}

impl Forms {
    fn of<'w>(kind: Kind, ways: impl Iterator<Item = &'w String>) -> Result<Self, String> {
        let numbered: Vec<String> =
            ways.enumerate().map(|(at, way)| numbered(way, kind.groups(), at)).collect();
        if numbered.is_empty() {
            return Ok(Self::default());
        }
        let (before, after) = kind.frame();
        let regex = compiled(&[before, &numbered.join("|"), after].concat())?;
        let groups = (0..numbered.len()).map(|at| {
            let index = |name: &&str| {
                let name = own(name, at);
                regex.capture_names().position(|known| known == Some(name.as_str()))
            };
            kind.groups().iter().filter_map(index).collect()
        });
        Ok(Self { groups: groups.collect(), regex: Some(regex) })
    }

    /// What the groups of each place hold that is wanted, in the order of the kind's groups. Behind a
    /// place that is not wanted, the search goes on within it: it may hide another.
    pub(super) fn found<'t>(
        &self,
        text: &'t str,
        is_wanted: impl Fn(&[Match<'t>]) -> bool,
    ) -> impl Iterator<Item = Vec<Match<'t>>> {
        let mut from = 0;
        let mut tries = 0..MAX_TRIES;
        let next = move || {
            loop {
                tries.next()?;
                let found = self.regex.as_ref()?.captures_at(text, from)?;
                let whole = found.get(0)?;
                let held = self.groups.iter().find_map(|groups| held(&found, groups));
                if let Some(held) = held.filter(|held| is_wanted(held)) {
                    from = whole.end();
                    return Some(held);
                }
                from = text.ceil_char_boundary(whole.start() + 1);
            }
        };
        std::iter::from_fn(next)
    }

    /// Where it first stands in a text.
    pub(super) fn start(&self, text: &str) -> Option<usize> {
        self.regex.as_ref()?.find(text).map(|found| found.start())
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

fn held<'t>(found: &Captures<'t>, groups: &[usize]) -> Option<Vec<Match<'t>>> {
    groups.iter().map(|group| found.get(*group)).collect()
}

/// All expressions, ready to be used.
#[derive(Debug, Default)]
pub(super) struct Chains {
    pub(super) entries: Vec<Entry>,
    /// In the order of the kinds.
    forms: [Forms; Kind::ALL.len()],
}

impl Chains {
    /// Adds an entry of a file.
    ///
    /// # Errors
    /// An expression is wrong, or a group is missing: which, and why.
    pub(super) fn add(
        &mut self,
        raw: RawChain,
        file: usize,
        words: &Words,
    ) -> Result<(), (Option<String>, String)> {
        let mut ways = Vec::new();
        for way in &raw.any {
            let wrong = |message: String| (Some(way.clone()), message);
            let source = words.filled(way).replace("(?P<", "(?<");
            let parsed = regex_syntax::parse(&source)
                .map_err(|error| wrong(words.unknown(way).unwrap_or_else(|| syntax(&error))))?;
            if parsed.properties().minimum_len().unwrap_or(0) == 0 {
                let message = "this is found where nothing stands: require a letter";
                return Err(wrong(message.to_owned()));
            }
            for group in raw.is.groups() {
                if !source.contains(&format!("(?<{group}>")) {
                    return Err(wrong(format!("the expression needs a group `(?<{group}>…)`")));
                }
            }
            ways.push(source);
        }
        if ways.is_empty() {
            return Err((None, "the entry needs `any`".to_owned()));
        }
        self.entries.push(Entry { raw, ways, file });
        Ok(())
    }

    /// Makes one expression of all entries of a kind.
    ///
    /// # Errors
    /// Together they cannot be compiled: the entry that cannot, or is too much, its file, and why.
    pub(super) fn compile(&mut self) -> Result<(), (usize, String, String)> {
        for (forms, kind) in self.forms.iter_mut().zip(Kind::ALL) {
            let entries = || self.entries.iter().filter(move |entry| entry.raw.is == kind);
            *forms = Forms::of(kind, entries().flat_map(|entry| &entry.ways)).map_err(|all| {
                let alone = entries().find_map(|entry| Some((entry, entry.forms().err()?)));
                let blamed = alone.or_else(|| Some((entries().next_back()?, all)));
                blamed.map_or_else(Default::default, |(entry, message)| {
                    (entry.file, entry.raw.id.clone(), message)
                })
            })?;
        }
        Ok(())
    }

    /// The expressions of a kind.
    pub(super) const fn of(&self, kind: Kind) -> &Forms {
        &self.forms[kind as usize]
    }

    /// The ways in which a service is named, each with the number of its own in its group `name`.
    pub(super) fn mentions(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let entries = self.entries.iter().filter(|entry| entry.raw.is == Kind::Mention);
        let ways = entries.flat_map(|entry| &entry.ways).enumerate();
        ways.map(|(at, way)| (numbered(way, Kind::Mention.groups(), at), own("name", at)))
    }
}

impl Entry {
    pub(super) fn forms(&self) -> Result<Forms, String> {
        Forms::of(self.raw.is, self.ways.iter())
    }
}

/// An expression with a number behind its groups: each way has its own.
fn numbered(way: &str, groups: &[&str], number: usize) -> String {
    let named = groups.iter().fold(way.to_owned(), |way, group| {
        way.replace(&format!("(?<{group}>"), &format!("(?<{}>", own(group, number)))
    });
    // A flag in one way is none of the next one.
    format!("(?:{named})")
}

fn own(group: &str, number: usize) -> String {
    format!("{group}__{number}")
}

pub(super) fn compiled(source: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(source).size_limit(SIZE_LIMIT).build();
    built.map_err(|error| not_compiled(&error))
}

#[cfg(test)]
mod tests {
    use super::super::cascade::edges;
    use super::super::{FileError, Knowledge, Source};

    const OWN: &str = "services:\n  products: [frobnicator]\n  called: [dienst]\n\
                       chains:\n  - id: because-dutch\n    is: because\n    \
                       any: '\\b(?<effect>{svc}) faalt door (?<cause>{svc})'\n    \
                       finds: {kassa faalt door mand: mand -> kassa}\n    ignores: de kassa faalt\n";

    /// With the built-in files.
    fn load(text: &str) -> Result<Knowledge, FileError> {
        let mut sources = super::super::built_in::PATTERNS.clone();
        sources.push(Source::own("own.yaml", text));
        Knowledge::load(&sources)
    }

    fn wrong(from: &str, to: &str) -> Vec<String> {
        let knowledge = load(&OWN.replace(from, to)).expect("it loads");
        knowledge.check_examples(&["own.yaml"]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_team_adds_its_own_names_and_ways_to_say_it() {
        let knowledge = load(OWN).expect("good");
        assert_eq!(wrong("", ""), [""; 0]);
        let services = &knowledge.services;
        let told = super::super::told::told("kassa faalt door mand", services);
        assert_eq!((told[0].cause, told[0].effect), ("mand", "kassa"));
        let pair = |cause: &str, effect: &str| vec![(cause.to_owned(), effect.to_owned())];
        let text = "Frobnicator is down, causing Kassa-Dienst to fail";
        assert_eq!(edges(text, services), pair("frobnicator", "kassa"));
        let text = "redis is down, causing cart service to fail";
        assert_eq!(edges(text, services), pair("redis", "cart"));
        let none = Knowledge::load(&[]).expect("nothing");
        assert!(edges(text, &none.services).is_empty(), "all of it stands in files");
    }

    #[test]
    fn a_wrong_entry_is_refused_with_its_place() {
        let check = |from: &str, to: &str, line: usize, column: usize, says: &str| {
            let error = load(&OWN.replace(from, to)).expect_err(says);
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(error.message.contains(says) && error.file == "own.yaml", "{error}");
        };
        check("is: because", "is: why", 6, 9, "unknown word `why`");
        check("(?<cause>{svc})", "(?<cause>{svc}", 7, 11, "unclosed group");
        check("(?<cause>{svc})", "(?<cause>{svk})", 7, 11, "has a word `svk`");
        check("(?<cause>{svc})", "{svc}", 7, 11, "needs a group `(?<cause>…)`");
        check("door ", "(?<cause>door) ", 7, 11, "duplicate");
        check("faalt door (?<cause>{svc})", "|(?<cause>{svc})|", 7, 11, "where nothing stands");
        check("[dienst]", "[dienst, c++]", 3, 20, "`c++` is no name");
        check("products:", "product:", 2, 3, "unknown key `product`");
    }

    #[test]
    fn an_entry_is_held_against_its_examples() {
        let check = |from: &str, to: &str, place: &str, says: &str| {
            let wrong = wrong(from, to);
            assert!(wrong.len() == 1 && wrong[0].contains(says), "{wrong:?}");
            assert!(wrong[0].starts_with(&format!("own.yaml: line {place}: ")), "{wrong:?}");
        };
        check("    ignores: de kassa faalt\n", "", "5, column 9", "one in `ignores`");
        check("mand -> kassa", "kassa -> mand", "8, column 13", "gives [\"mand -> kassa\"]");
        check("kassa faalt door mand", "it faalt door mand", "8, column 13", "gives []");
        check(
            "de kassa faalt",
            "de kassa faalt door mand",
            "9, column 14",
            "where nothing should be told",
        );
        let onder = "chains:\n  - {id: onder, is: inward, any: lijdt onder, ignores: een dienst, \
                     finds: {cart service lijdt onder redis: redis -> cart}}\n";
        assert_eq!(wrong(OWN, onder), [""; 0]);
        let other = onder.replace("service lijdt onder", "service due to");
        assert!(wrong(OWN, &other)[0].contains("holds nothing that `any`"));
    }
}
