//! A regular expression of a rule: compiled when it is first needed, with the letters that any
//! text it matches must hold.

use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use super::needs::Needs;
use super::words::Words;

/// How large a compiled expression may be, in bytes; rules come from files of a team, too.
pub(super) const SIZE_LIMIT: usize = 4 << 20;

/// More alternatives than this are one too many for the first look at a text.
const MAX_LETTERS: usize = 400;

/// An expression over bytes: ASCII classes, case does not count. It may be written in several ways.
#[derive(Debug)]
pub(super) struct Expression {
    ways: Vec<String>,
    words: Arc<Words>,
    compiled: OnceLock<Result<Regex, String>>,
    /// What stands in every text it matches; none where that cannot be told by letters.
    needs: Option<Needs>,
    /// One of these, in lower case, stands in every match; empty where that cannot be told.
    required: Vec<String>,
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
            let hir = parsed(&words.with_blanks(way))
                .map_err(|message| (way.clone(), words.unknown(way).unwrap_or(message)))?;
            each.push(Needs::of(&hir, words));
        }
        let needs = Needs::any(each.into_iter());
        let letters = needs.as_ref().map_or_else(Vec::new, |needs| needs.letters(words));
        let mut required: Vec<String> = letters.into_iter().map(str::to_owned).collect();
        if required.len() > MAX_LETTERS {
            required.clear();
        }
        let (ways, words) = (ways.to_vec(), Arc::clone(words));
        Ok(Self { ways, words, compiled: OnceLock::new(), needs, required })
    }

    /// What stands in every text it matches; none where that cannot be told by letters.
    pub(super) const fn needs(&self) -> Option<&Needs> {
        self.needs.as_ref()
    }

    /// One of these stands in every text it matches.
    pub(super) fn required(&self) -> &[String] {
        &self.required
    }

    /// The compiled expression; none if it cannot be compiled, as where it is too large.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled().as_ref().ok()
    }

    /// Why it cannot be compiled, if it cannot.
    pub(super) fn problem(&self) -> Option<&str> {
        self.compiled().as_ref().err().map(String::as_str)
    }

    fn compiled(&self) -> &Result<Regex, String> {
        self.compiled.get_or_init(|| {
            let ways: Vec<String> =
                self.ways.iter().map(|way| format!("(?:{})", self.words.filled(way))).collect();
            RegexBuilder::new(&ways.join("|"))
                .unicode(false)
                .case_insensitive(true)
                .size_limit(SIZE_LIMIT)
                .build()
                .map_err(|error| not_compiled(&error))
        })
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

/// Why an expression cannot be compiled.
pub(super) fn not_compiled(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "the expression is too large: repeat less in it, or give it fewer words".to_owned()
        }
        _ => error.to_string(),
    }
}

/// An expression, taken apart as it is written: with case folded there would be no literals left to
/// find.
pub(super) fn parsed(source: &str) -> Result<Hir, String> {
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
            assert_eq!(expression.required(), expected, "{source}");
        };
        check(r"\bCrashLoop(?:BackOff)?\b", &["crashloop"]);
        check(r"oom|out of memory", &["oom", "out of memory"]);
        check(r"(?:a|disk) (?:full|quite full)", &["full", "quite full"]);
        check(r"\d+%", &[]);
        check(r"(?:failed)? disk", &[" disk"]);
        check(r"(?:failed)+ \d", &["failed"]);
    }

    #[test]
    fn a_wrong_expression_says_what_is_wrong() {
        let error = Expression::new("a(b").expect_err("unclosed");
        assert!(error.contains("unclosed"), "{error}");
        assert!(Expression::new(r"\p{Greek}").is_err());
    }
}
