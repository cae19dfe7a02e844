//! The letters without which an expression cannot match: found in a text far faster than the
//! expression is compiled, and most texts lack some of them.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind};

use super::words::Words;

/// Fewer fixed letters than this would let an expression run on every line of a log.
const MIN_LETTERS: usize = 3;

/// What stands in every text that an expression matches, in lower case. What cannot be told by
/// letters is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// These letters.
    Letters(String),
    /// What the word of that name needs.
    Word(String),
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
}

impl Needs {
    /// What an expression needs, as it is written: with case folded there would be no letters left
    /// to find. None if a match may do without any.
    pub(super) fn of(hir: &Hir, words: &Words) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                (text.len() >= MIN_LETTERS).then(|| Self::Letters(text.to_ascii_lowercase()))
            }
            HirKind::Capture(capture) => {
                match capture.name.as_deref().and_then(|name| words.at_blank(name)) {
                    Some((name, needs)) => needs.map(|_| Self::Word(name.to_owned())),
                    None => Self::of(&capture.sub, words),
                }
            }
            HirKind::Repetition(repeated) if repeated.min > 0 => Self::of(&repeated.sub, words),
            HirKind::Concat(parts) => {
                let parts = parts.iter().filter_map(|part| Self::of(part, words));
                Self::joined(parts.collect(), Self::All)
            }
            HirKind::Alternation(branches) => {
                let ways = branches.iter().map(|branch| Self::of(branch, words));
                Self::joined(ways.collect::<Option<_>>()?, Self::Any)
            }
            _ => None,
        }
    }

    fn joined(mut parts: Vec<Self>, join: impl Fn(Vec<Self>) -> Self) -> Option<Self> {
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(join(parts)),
        }
    }

    /// Letters of which each match holds one, the rarest of those it needs: long ones, and few of
    /// them.
    pub(super) fn letters<'n>(&'n self, words: &'n Words) -> Vec<&'n str> {
        match self {
            Self::Letters(letters) => vec![letters],
            Self::Word(name) => words.letters(name).iter().map(String::as_str).collect(),
            Self::All(parts) => {
                let shortest = |set: &Vec<&str>| set.iter().map(|one| one.len()).min().unwrap_or(0);
                let each = parts.iter().map(|part| part.letters(words));
                let rarest = each.max_by_key(|set| (shortest(set), usize::MAX - set.len()));
                rarest.unwrap_or_default()
            }
            Self::Any(ways) => {
                let mut all: Vec<&str> = ways.iter().flat_map(|way| way.letters(words)).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
        }
    }

    /// Adds all letters that are asked for, but for those of words.
    pub(super) fn each_of<'n>(&'n self, all: &mut BTreeSet<&'n str>) {
        match self {
            Self::Letters(letters) => all.extend([letters.as_str()]),
            Self::Word(_) => {}
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.each_of(all));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::parsed;
    use super::*;

    #[test]
    fn a_text_needs_all_that_stands_side_by_side_and_one_of_each_choice() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        words.add("any", r"\w+").expect("a word");
        let of = |text: &str| Needs::of(&parsed(&words.with_blanks(text)).expect(text), &words);
        let letters = |text: &str| Needs::Letters(text.to_owned());
        let word = || Needs::Word("fail".to_owned());
        assert_eq!(
            of(r"(?<n>disk|Volume) (?:is )?{fail}\b.*now"),
            Some(Needs::All(vec![
                Needs::Any(vec![letters("disk"), letters("volume")]),
                word(),
                letters("now"),
            ]))
        );
        assert_eq!(
            of(r"(?:{fail}|broken)+ {any}"),
            Some(Needs::Any(vec![word(), letters("broken")]))
        );
        for free in [r"{any}", r"\d+%", r"(?:disk|\d)", r"{fail}?", "(?:disk)*"] {
            assert_eq!(of(free), None, "{free}");
        }
    }
}
