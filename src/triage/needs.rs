//! The letters without which an expression cannot match: found in a text far faster than the
//! expression is compiled, and most texts lack some of them.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind};

use super::expression::parsed;
use super::words::{Words, is_escaped};

/// Fewer fixed letters than this would let an expression run on every line of a log.
pub(super) const MIN_LETTERS: usize = 3;

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
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(super) fn of(source: &str, words: &Words) -> Result<Option<Self>, String> {
        let hir = parsed(source)?;
        Ok(if has_other_letters(source) { None } else { Self::of_part(&hir, words) })
    }

    fn of_part(hir: &Hir, words: &Words) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                (text.len() >= MIN_LETTERS).then(|| Self::Letters(text.to_ascii_lowercase()))
            }
            HirKind::Capture(capture) => {
                match capture.name.as_deref().and_then(|name| words.at_blank(name)) {
                    Some((name, needs)) => needs.map(|_| Self::Word(name.to_owned())),
                    None => Self::of_part(&capture.sub, words),
                }
            }
            HirKind::Repetition(repeated) if repeated.min > 0 => {
                Self::of_part(&repeated.sub, words)
            }
            HirKind::Concat(parts) => {
                let parts = parts.iter().filter_map(|part| Self::of_part(part, words));
                Self::joined(parts.collect(), Self::All)
            }
            HirKind::Alternation(branches) => {
                let ways = branches.iter().map(|branch| Self::of_part(branch, words));
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

/// Whether some letters of an expression match others than they are: the flag `u` folds case in all
/// scripts, so that a Kelvin sign is a `k`, and `x` takes the blanks out of the words that stand in
/// it.
pub(super) fn has_other_letters(source: &str) -> bool {
    source.match_indices("(?").any(|(open, group)| {
        let mut set = source[open + group.len()..].bytes().take_while(u8::is_ascii_alphabetic);
        !is_escaped(&source[..open]) && set.any(|flag| matches!(flag, b'u' | b'x'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_needs_all_that_stands_side_by_side_and_one_of_each_choice() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        words.add("any", r"\w+").expect("a word");
        let of = |text: &str| Needs::of(&words.with_blanks(text), &words).expect(text);
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

    #[test]
    fn letters_that_match_others_are_not_needed() {
        let mut words = Words::default();
        words.add("fail", "(?i)failed|is down").expect("a word");
        words.add("over", "(?u:über)").expect("a word");
        let of = |text: &str| Needs::of(&words.with_blanks(text), &words).expect(text);
        for free in [
            "(?u:über)",
            "(?u)disk",
            "(?iu-s:disk)",
            "(?:a|(?u:disk))",
            "(?x) disk {fail}",
            "(?x:{fail})",
            r"\\(?u:disk)",
            "{over}",
        ] {
            assert_eq!(of(free), None, "{free}");
        }
        for bound in [
            "(?s)disk",
            "(?s-u:disk)",
            "(?-x)disk",
            "(?<ux>disk)",
            "(?P<ux>disk)",
            r"\(?user",
            "disk {over}",
        ] {
            assert!(of(bound).is_some(), "{bound}");
        }
    }
}
