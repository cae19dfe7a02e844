//! Whether two questions mean the same: by groups of words, which are data.

use serde::{Deserialize, Deserializer, de::Error as _};

/// A text as lower-case words.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// A word or a phrase to look for; written `pin*` where more letters may follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    words: Vec<String>,
    open_end: bool,
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let words = words_of(&text);
        if words.is_empty() {
            return Err(D::Error::custom("expected a word or a phrase, found an empty one"));
        }
        Ok(Self { words, open_end: text.trim_end().ends_with('*') })
    }
}

impl Words {
    /// Whether it stands in a text.
    pub(super) fn is_in(&self, text: &[String]) -> bool {
        text.windows(self.words.len()).any(|window| self.is(window))
    }

    /// Whether a text begins with it.
    pub(super) fn begins(&self, text: &[String]) -> bool {
        text.get(..self.words.len()).is_some_and(|window| self.is(window))
    }

    fn is(&self, window: &[String]) -> bool {
        let last = self.words.len() - 1;
        self.words.iter().zip(window).enumerate().all(|(at, (wanted, word))| {
            wanted == word || (at == last && self.open_end && word.starts_with(wanted))
        })
    }
}

/// One way to ask something: a word of every group, and none of some others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meaning {
    pub(super) all: Vec<Vec<Words>>,
    #[serde(default)]
    none: Vec<Words>,
}

impl Meaning {
    /// Whether a question is asked in this way.
    pub(super) fn fits(&self, question: &[String]) -> bool {
        let is_in = |words: &Words| words.is_in(question);
        self.all.iter().all(|group| group.iter().any(is_in)) && !self.none.iter().any(is_in)
    }
}
