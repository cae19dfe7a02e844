//! A regular expression in a rule about commands.

use std::sync::OnceLock;

use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Up to this length, in bytes, an expression that counts nothing is never too large to compile.
const SHORT: usize = 400;

/// A regular expression, known to be right and compiled when it is first asked: of the hundreds, few
/// ever are.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(source: String) -> Result<Self, String> {
        let compiled = OnceLock::new();
        if source.len() <= SHORT && !source.contains('{') {
            regex_syntax::parse(&source).map_err(|error| error.to_string())?;
        } else {
            let regex = Regex::new(&source).map_err(|error| error.to_string())?;
            compiled.get_or_init(|| Some(regex));
        }
        Ok(Self { source, compiled })
    }

    /// Whether it is found in a text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.source).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_before_it_is_asked() {
        for wrong in ["a(b", r"\p{None}", r"(?:\w{1000}){1000}", &format!("a{}", "(".repeat(500))] {
            let expected = Regex::new(wrong).expect_err(wrong).to_string();
            assert_eq!(Pattern::new(wrong.to_owned()).expect_err(wrong), expected);
        }
        let pattern = |source: &str| Pattern::new(source.to_owned()).expect(source);
        assert!(pattern("^Löschen$").is_match("Löschen") && !pattern("^a").is_match("ba"));
        assert!(pattern("^a{2}$").is_match("aa"));
        // As large as a short one that counts nothing can be.
        let largest = pattern(&r"\w\W".repeat(SHORT / 4));
        assert!(largest.is_match("a-a-") || largest.compiled.get().is_some_and(Option::is_some));
    }
}
