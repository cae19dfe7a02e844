//! The words of messages that tell what they are about, and what the rules call it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::search::telling_words;
use crate::triage::{is_of_site, products};

/// So much of one message is read for words, in bytes.
const LONGEST: usize = 8 << 10;

/// What machines and documents are called, and that something is wrong with them: words of any
/// alarm.
static GENERIC: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let words = "runbook page playbook guide alert alarm incident issue problem error errors fail \
        failed failing failure service app application apps node pod pods host hosts server \
        servers machine cluster kube kubernetes system layer code status state high low no not out \
        up down off on back any all via new old time times user users job jobs request requests \
        production staging prod warning critical unknown image images connection message log logs \
        process data database name type value run running event events too many much more most \
        less several almost when use used using step check verify meaning background context";
    telling_words(words).map(|(_, stem)| stem).collect()
});

/// Whether a word says what a text is about, and not only that it is about a machine.
pub(super) fn tells(stem: &str) -> bool {
    stem.len() > 2 && !GENERIC.contains(stem) && !stem.bytes().all(|byte| byte.is_ascii_digit())
}

/// What messages say, and what the rules call it.
pub(super) struct Said {
    /// Stems of the messages' words, message by message.
    texts: Vec<Vec<String>>,
    /// All of them.
    pub(super) words: BTreeSet<String>,
    /// Stems of the rules' words.
    pub(super) ruled: BTreeSet<String>,
    /// Products that the messages name.
    pub(super) products: BTreeSet<&'static str>,
    /// Whether they are about a site that anybody may open, and nothing of a cluster.
    pub(super) of_site: bool,
}

impl Said {
    pub(super) fn new<'t>(
        texts: impl Iterator<Item = &'t str>,
        ruled: impl Iterator<Item = &'t str>,
    ) -> Self {
        let stems = |text: &str| telling_words(text).map(|(_, stem)| stem).collect::<Vec<_>>();
        let cut = |text: &'t str| &text[..text.floor_char_boundary(LONGEST)];
        let texts: Vec<&str> = texts.map(cut).collect();
        let products = products(texts.iter().copied());
        let of_site = is_of_site(&texts);
        let texts: Vec<Vec<String>> = texts.into_iter().map(stems).collect();
        let words = texts.iter().flatten().cloned().collect();
        Self { texts, words, ruled: ruled.flat_map(stems).collect(), products, of_site }
    }

    /// Whether a message says two words of a phrase no further apart than this, and in its order.
    pub(super) fn in_order(&self, words: &[&str], apart: usize) -> bool {
        let together = |pair: &[&str], text: &Vec<String>| {
            text.iter()
                .enumerate()
                .filter(|(_, word)| *word == pair[0])
                .any(|(at, _)| text[at + 1..].iter().take(apart).any(|word| word == pair[1]))
        };
        words.windows(2).any(|pair| self.texts.iter().any(|text| together(pair, text)))
    }

    /// Whether a message says any two of these words no further apart than this.
    pub(super) fn near(&self, words: &[&str], apart: usize) -> bool {
        self.texts.iter().any(|text| {
            let places: Vec<(usize, &String)> = text
                .iter()
                .enumerate()
                .filter(|(_, word)| words.contains(&word.as_str()))
                .collect();
            places.windows(2).any(|pair| pair[0].1 != pair[1].1 && pair[1].0 - pair[0].0 <= apart)
        })
    }

    /// How many words of the messages say something.
    pub(super) fn telling(&self) -> usize {
        self.words.iter().filter(|stem| tells(stem)).count()
    }

    /// Whether the messages hold a word.
    pub(super) fn holds(&self, stem: &str) -> bool {
        self.words.contains(stem)
    }
}
