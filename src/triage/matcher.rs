//! A compiled expression of a rule.
//!
//! It runs over messages, which are short, and only where the letters that it needs stand in one. So
//! nothing is gained by a search for letters in front of it; making that is a third of the time that
//! the `regex` crate takes for an expression, and the reason why it is not used here.

use std::ops::Range;

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::syntax;
use regex_automata::{Input, Match, PatternID};

/// A group: its number, and where it is found.
pub(super) type Group = (usize, Range<usize>);

/// An expression over bytes: ASCII classes, case does not count.
#[derive(Debug)]
pub(super) struct Matcher(Regex);

impl Matcher {
    /// Compiles an expression, up to so many bytes.
    ///
    /// # Errors
    /// What is wrong with it; nothing where it is too large.
    pub(super) fn new(source: &str, size_limit: usize) -> Result<Self, Option<String>> {
        let config =
            Config::new().utf8_empty(false).auto_prefilter(false).nfa_size_limit(Some(size_limit));
        let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(true);
        let built = Regex::builder().configure(config).syntax(syntax).build(source);
        let wrong = |error: BuildError| match error.size_limit() {
            Some(_) => None,
            None => Some(match error.syntax_error() {
                Some(error) => error.to_string(),
                None => error.to_string(),
            }),
        };
        built.map(Self).map_err(wrong)
    }

    /// Whether it is found in a text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// Where it is first found from a byte on.
    pub(super) fn find_at(&self, text: &[u8], at: usize) -> Option<Match> {
        self.0.find(Input::new(text).range(at..))
    }

    /// Each place where it is found.
    pub(super) fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.0.find_iter(text.as_bytes()).map(|found| found.range())
    }

    /// Each place where it is found, with the first of its groups that took part.
    pub(super) fn groups<'t>(
        &'t self,
        text: &'t str,
    ) -> impl Iterator<Item = (Range<usize>, Option<Group>)> + 't {
        let all = self.0.captures_iter(text.as_bytes());
        all.filter_map(|found| {
            let mut groups = found.iter().enumerate();
            let (_, whole) = groups.next()?;
            let first = groups.find_map(|(number, group)| Some((number, group?.range())));
            Some((whole?.range(), first))
        })
    }

    /// The number of the group of that name.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        self.0.group_info().to_index(PatternID::ZERO, name)
    }

    /// What the group of that name holds where the expression is first found.
    pub(super) fn named(&self, text: &str, name: &str) -> Option<Range<usize>> {
        let mut found = self.0.create_captures();
        self.0.captures(text.as_bytes(), &mut found);
        Some(found.get_group_by_name(name)?.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_what_the_regex_crate_finds() {
        let text = "Disk /dev/sda1 is FULL, disk über 2 is full at 97%; x";
        for source in [
            r"disk (\S+)|at (?<value>\d+)%",
            r"\b(?:is|at) (?<value>\w+)?",
            r"x|full|FULL",
            r"(?:a|b)*",
            r"[^a-z]+$",
            r"(disk) .{0,9}?(full)?",
        ] {
            let matcher = Matcher::new(source, 1 << 20).expect(source);
            let mut builder = regex::bytes::RegexBuilder::new(source);
            let regex = builder.unicode(false).case_insensitive(true).build().expect(source);
            let first = |groups: regex::bytes::Captures<'_>| {
                let mut each = groups.iter().enumerate().skip(1);
                let group = each.find_map(|(number, group)| Some((number, group?.range())));
                (groups.get(0).expect("the whole").range(), group)
            };
            let expected: Vec<_> = regex.captures_iter(text.as_bytes()).map(first).collect();
            assert_eq!(matcher.groups(text).collect::<Vec<_>>(), expected, "{source}");
            let places: Vec<_> = regex.find_iter(text.as_bytes()).map(|it| it.range()).collect();
            assert_eq!(matcher.places(text).collect::<Vec<_>>(), places, "{source}");
            let value = regex.capture_names().position(|name| name == Some("value"));
            assert_eq!(matcher.group("value"), value, "{source}");
            assert_eq!(matcher.is_match(text), regex.is_match(text.as_bytes()), "{source}");
            let found = |at| regex.find_at(text.as_bytes(), at).map(|found| found.range());
            for at in [0, 6, text.len()] {
                let own = matcher.find_at(text.as_bytes(), at).map(|found| found.range());
                assert_eq!(own, found(at), "{source}");
            }
            let captures = regex.captures(text.as_bytes());
            let named = captures.and_then(|it| Some(it.name("value")?.range()));
            assert_eq!(matcher.named(text, "value"), named, "{source}");
        }
    }

    #[test]
    fn what_cannot_be_compiled_is_told() {
        assert_eq!(Matcher::new("(?:ab{900}){90}", 1 << 20).expect_err("large"), None);
        for wrong in ["a(b", "(?<a>b)(?<a>c)"] {
            let error = regex::bytes::Regex::new(wrong).expect_err(wrong).to_string();
            assert_eq!(Matcher::new(wrong, 1 << 20).expect_err(wrong), Some(error));
        }
    }
}
