//! A regular expression of a rule: compiled when it is first needed, with the letters that any
//! text it matches must hold.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

/// How large a compiled expression may be, in bytes; rules come from files of a team, too.
const SIZE_LIMIT: usize = 4 << 20;

/// Fewer fixed letters than this would let an expression run on every line of a log.
const MIN_LETTERS: usize = 3;

/// More alternatives than this are one too many for the first look at a text.
const MAX_LETTERS: usize = 400;

/// An expression over bytes: ASCII classes, case does not count.
#[derive(Debug)]
pub(super) struct Expression {
    source: String,
    compiled: OnceLock<Option<Regex>>,
    /// One of these, in lower case, stands in every match; empty where that cannot be told.
    required: Vec<String>,
}

impl Expression {
    /// Reads it, without compiling.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        // Parsed as written: with case folded there would be no literals left to find.
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .nest_limit(50)
            .build()
            .parse(source)
            .map_err(|error| match error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => error.to_string(),
            })?;
        let required = required(&hir).unwrap_or_default();
        let required = if required.len() > MAX_LETTERS { Vec::new() } else { required };
        Ok(Self { source: source.to_owned(), compiled: OnceLock::new(), required })
    }

    /// One of these stands in every text it matches.
    pub(super) fn required(&self) -> &[String] {
        &self.required
    }

    /// The compiled expression; none if it is too large to compile.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || {
            RegexBuilder::new(&self.source)
                .unicode(false)
                .case_insensitive(true)
                .size_limit(SIZE_LIMIT)
                .build()
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

/// Literals of which each match holds one; none if a match may do without.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            (text.len() >= MIN_LETTERS).then(|| vec![text.to_ascii_lowercase()])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => required(&repeated.sub),
        HirKind::Concat(parts) => {
            let shortest = |set: &Vec<String>| set.iter().map(String::len).min().unwrap_or(0);
            // The rarest: long words, and few of them.
            parts
                .iter()
                .filter_map(required)
                .max_by_key(|set| (shortest(set), usize::MAX - set.len()))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
            }
            all.sort_unstable();
            all.dedup();
            Some(all)
        }
        _ => None,
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
