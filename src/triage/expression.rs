//! A regular expression of a rule: compiled when it is first needed, with the letters that any
//! text it matches must hold.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use regex_syntax::hir::Hir;

use super::matcher::Matcher;
use super::needs::{Needs, has_other_letters};
use super::plain::plain;
use super::words::{Words, named_well};

/// How large a compiled expression may be, in bytes; rules come from files of a team, too.
pub(super) const SIZE_LIMIT: usize = 4 << 20;

/// More alternatives than this are one too many for the first look at a text.
const MAX_LETTERS: usize = 400;

/// Which of the ways of an expression may be found in a text; those behind the last that has a
/// number always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenWays(u64);

impl OpenWays {
    /// Any of them.
    pub(super) const ALL: Self = Self(u64::MAX);

    /// Those that are said to be; none if none is.
    pub(super) fn of(may_be: impl Iterator<Item = bool>) -> Option<Self> {
        let mut count = 0;
        let ways = may_be.enumerate().fold(0, |ways, (at, may_be)| {
            count += 1;
            if at < 64 { ways | u64::from(may_be) << at } else { ways }
        });
        (ways != 0 || count > 64).then_some(Self(ways))
    }

    fn has(self, way: usize) -> bool {
        way >= 64 || self.0 >> way & 1 == 1
    }

    fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// An expression over bytes: ASCII classes, case does not count. It may be written in several ways.
#[derive(Debug)]
pub(super) struct Expression {
    ways: Vec<String>,
    words: Arc<Words>,
    matchers: Matchers,
    /// What stands in every text that each way matches; empty where one needs nothing that can be
    /// told by letters.
    needs: Vec<Needs>,
    /// One of these, in lower case, stands in every match; or why that cannot be told.
    required: Result<Vec<String>, &'static str>,
}

/// The matchers of an expression. What was of use once is compiled as a whole the second time.
#[derive(Debug, Default)]
struct Matchers {
    /// Of the ways that may be found in the first text it was used for, which are few of many.
    first: OnceLock<(OpenWays, Result<Matcher, String>)>,
    /// Of all ways, where those are not enough.
    whole: OnceLock<Result<Matcher, String>>,
}

impl Matchers {
    fn get(
        &self,
        ways: OpenWays,
        compile: impl Fn(OpenWays) -> Result<Matcher, String>,
    ) -> &Result<Matcher, String> {
        let (known, first) = self.first.get_or_init(|| (ways, compile(ways)));
        if known.covers(ways) { first } else { self.whole.get_or_init(|| compile(OpenWays::ALL)) }
    }
}

impl Expression {
    /// Reads one way, in which no words stand, without compiling it.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        Self::of(&[source.to_owned()], &Arc::default()).map_err(|(_, message)| message)
    }

    /// Reads all ways, without compiling them; the error names the way that is wrong.
    pub(super) fn of(ways: &[String], words: &Arc<Words>) -> Result<Self, (String, String)> {
        let mut each = Vec::with_capacity(ways.len());
        for way in ways {
            let wrong = |message| (way.clone(), message);
            named_well(way).map_err(wrong)?;
            let needs = Needs::of(&words.with_blanks(way), words);
            each.push(needs.map_err(|message| wrong(words.unknown(way).unwrap_or(message)))?);
        }
        let needs: Vec<Needs> = each.into_iter().collect::<Option<_>>().unwrap_or_default();
        let required = required(ways, &needs, words);
        let (ways, words) = (ways.to_vec(), Arc::clone(words));
        Ok(Self { ways, words, matchers: Matchers::default(), needs, required })
    }

    /// What stands in every text that each of its ways matches; empty where one needs nothing that
    /// can be told by letters.
    pub(super) fn needs(&self) -> &[Needs] {
        &self.needs
    }

    /// One of these stands in every text it matches.
    ///
    /// # Errors
    /// Why no letters tell where it may be found.
    pub(super) fn required(&self) -> Result<&[String], &'static str> {
        self.required.as_deref().map_err(|why| *why)
    }

    /// What finds it; none if it cannot be compiled, as where it is too large.
    pub(super) fn matcher(&self) -> Option<&Matcher> {
        self.matcher_of(OpenWays::ALL)
    }

    /// What finds it in a text in which only some of its ways may be found: the same as all of them
    /// do.
    pub(super) fn matcher_of(&self, ways: OpenWays) -> Option<&Matcher> {
        self.compiled(ways).as_ref().ok()
    }

    /// Why it cannot be compiled, if it cannot.
    pub(super) fn problem(&self) -> Option<&str> {
        self.compiled(OpenWays::ALL).as_ref().err().map(String::as_str)
    }

    fn compiled(&self, ways: OpenWays) -> &Result<Matcher, String> {
        let is_all = (0..self.ways.len()).all(|way| ways.has(way));
        self.matchers.get(if is_all { OpenWays::ALL } else { ways }, |ways| {
            let open = self.ways.iter().enumerate().filter(|(at, _)| ways.has(*at));
            let filled = open.map(|(_, way)| format!("(?:{})", self.words.filled(way)));
            compile(&filled.collect::<Vec<_>>().join("|"))
        })
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.matcher().is_some_and(|matcher| matcher.is_match(text))
    }
}

/// Letters of which one stands in every match of these ways, or why that cannot be told.
fn required(ways: &[String], needs: &[Needs], words: &Words) -> Result<Vec<String>, &'static str> {
    // Most ways are told by the same few words.
    let letters: BTreeSet<&str> = needs.iter().flat_map(|needs| needs.letters(words)).collect();
    if letters.len() > MAX_LETTERS {
        return Err(
            "the rule is found by too many letters: make several of it, each with some of \
                    the ways in `any`",
        );
    }
    if !letters.is_empty() {
        return Ok(letters.into_iter().map(str::to_owned).collect());
    }
    Err(if ways.iter().any(|way| has_other_letters(way)) {
        "the flags `u` and `x` make other letters of those that are written, so that nothing finds \
         the rule by them: write `(?:ü|Ü)` or `[ ]` without them"
    } else {
        "each way in `any` needs three fixed letters that it always holds"
    })
}

/// Why an expression cannot be compiled.
pub(super) fn not_compiled(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => too_large(),
        _ => error.to_string(),
    }
}

/// Compiles an expression over bytes.
///
/// # Errors
/// What is wrong with it.
pub(super) fn compile(source: &str) -> Result<Matcher, String> {
    Matcher::new(source, SIZE_LIMIT).map_err(|wrong| wrong.unwrap_or_else(too_large))
}

fn too_large() -> String {
    "the expression is too large: repeat less in it, or give it fewer words".to_owned()
}

/// An expression, taken apart as it is written: with case folded there would be no literals left to
/// find.
pub(super) fn parsed(source: &str) -> Result<Hir, String> {
    plain(source).map_or_else(|| parsed_fully(source), Ok)
}

/// The same, however it is written, or what is wrong with it.
pub(super) fn parsed_fully(source: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(50)
        .build()
        .parse(source)
        .map_err(|error| syntax(&error))
}

/// What is wrong with an expression, without the drawing of it.
pub(super) fn syntax(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_every_match_holds_are_known() {
        let check = |source, expected: &[&str]| {
            let expression = Expression::new(source).expect(source);
            assert_eq!(expression.required().unwrap_or_default(), expected, "{source}");
        };
        check(r"\bCrashLoop(?:BackOff)?\b", &["crashloop"]);
        check(r"oom|out of memory", &["oom", "out of memory"]);
        check(r"(?:a|disk) (?:full|quite full)", &["full", "quite full"]);
        check(r"\d+%", &[]);
        check(r"(?:failed)? disk", &[" disk"]);
        check(r"(?:failed)+ \d", &["failed"]);
    }

    #[test]
    fn letters_count_once_and_why_there_are_none_is_told() {
        let word = |from: usize, to: usize| {
            (from..to).map(|number| format!("word-{number}-")).collect::<Vec<_>>().join("|")
        };
        let mut words = Words::default();
        words.add("many", &word(0, MAX_LETTERS)).expect("a word");
        words.add("more", &word(1, MAX_LETTERS + 1)).expect("a word");
        let words = Arc::new(words);
        let required = |ways: &[&str]| {
            let ways: Vec<String> = ways.iter().map(|way| (*way).to_owned()).collect();
            let expression = Expression::of(&ways, &words).expect("good");
            expression.required().map(<[String]>::len)
        };
        assert_eq!(required(&["{many} a", "{many} b", "c {many}"]), Ok(MAX_LETTERS));
        let none = |ways: &[&str]| required(ways).expect_err("none");
        assert!(none(&["{many}", "{more}"]).contains("too many letters"));
        assert!(none(&["disk", "(?u:über)"]).contains("the flags `u` and `x`"));
        assert!(none(&["disk", r"\d+"]).contains("three fixed letters"));
    }

    #[test]
    fn some_of_the_ways_find_what_all_of_them_do() {
        let ways = ["disk (full)", "volume (full|low)", "(low)"].map(str::to_owned);
        let expression = Expression::of(&ways, &Arc::default()).expect("good");
        let found = |ways: OpenWays, text: &str| {
            let group = expression.matcher_of(ways)?.groups(text).next()?.1;
            group.map(|(_, range)| text[range].to_owned())
        };
        let open = |each: [bool; 3]| OpenWays::of(each.into_iter()).expect("some");
        let first = open([false, true, true]);
        assert_eq!(found(first, "volume full, low").as_deref(), Some("full"));
        // The same ways and fewer are there already, others are not.
        assert_eq!(found(open([false, false, true]), "it is low").as_deref(), Some("low"));
        assert_eq!(found(first, "disk full"), None);
        assert!(expression.matchers.whole.get().is_none());
        assert_eq!(found(open([true, false, false]), "disk full").as_deref(), Some("full"));
        assert!(expression.matchers.whole.get().is_some());
        assert_eq!(OpenWays::of([false; 3].into_iter()), None);
        assert!(OpenWays::of([false; 70].into_iter()).is_some_and(|ways| ways.has(69)));
        assert!(OpenWays::of([true; 70].into_iter()).is_some_and(|ways| ways.has(3)));
    }

    #[test]
    fn a_wrong_expression_says_what_is_wrong() {
        let error = Expression::new("a(b").expect_err("unclosed");
        assert!(error.contains("unclosed"), "{error}");
        assert!(Expression::new(r"\p{Greek}").is_err());
    }
}
