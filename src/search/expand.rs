//! From words to what is looked up: the word itself, and words near it where the corpus lacks it.

use std::collections::{HashMap, HashSet};

use super::dictionary::Dictionary;
use super::synonyms::Synonyms;
use super::terms::{QueryWord, Understood};
use super::tokenizer;

/// At most this many concepts are looked up, the rarest first; they fit the bits of a mask.
pub(super) const MOST_CONCEPTS: usize = 60;

/// At most this many words stand in for one.
const MOST_ALTERNATIVES: usize = 20;

/// Words of one query that are looked for near others; more are not mistyped but another language.
const MOST_UNKNOWN: usize = 8;

/// Words that count less than this are not searched for slips.
const WORTH_A_SEARCH: f32 = 0.4;

/// A thing the query speaks of, and the ways it may be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Concept {
    /// As typed.
    pub(super) typed: String,
    /// How much it counts.
    pub(super) weight: f32,
    /// Whether a result is less complete without it.
    pub(super) counts: bool,
    /// The ways to write it; the best one counts.
    pub(super) alternatives: Vec<Alternative>,
}

/// One way to write it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    /// A stem, or a squashed identifier.
    pub(super) term: String,
    /// Which of the two.
    pub(super) whole: bool,
    /// How near it is to what was typed, at most 1.
    pub(super) weight: f32,
    /// Why it is looked for.
    pub(super) via: Via,
}

/// How an alternative follows from what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// It was typed.
    Typed,
    /// It was mistyped; this is the word.
    Typo(String),
    /// It was not finished; this is the word.
    Prefix(String),
    /// It means the same.
    Synonym,
    /// It was typed in several words, or in one.
    Joined,
}

/// What to look up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// In the order of the query.
    pub(super) concepts: Vec<Concept>,
    /// All that was typed, squashed; empty when pasted.
    pub(super) squashed: String,
    /// Words that nothing holds as they were typed, and how much each counts.
    pub(super) unknown: Vec<(String, f32)>,
}

impl Concept {
    /// Whether it is held only if it was mistyped.
    pub(super) fn is_guessed(&self) -> bool {
        self.alternatives.iter().all(|way| matches!(way.via, Via::Typo(_)))
    }
}

/// Plans a query.
pub(super) fn plan(
    query: &Understood,
    dictionary: &impl Dictionary,
    synonyms: &Synonyms,
) -> tantivy::Result<Plan> {
    let mut planning = Planning { query, dictionary, synonyms, concepts: Vec::new(), unknown: 0 };
    planning.words()?;
    planning.identifiers()?;
    planning.joined()?;
    planning.several_word_synonyms()?;
    let unknown = planning.unknown();
    let concepts = planning.rarest()?;
    let squashed = query.typed.iter().map(|word| word.text.as_str()).collect();
    Ok(Plan { concepts, squashed, unknown })
}

struct Planning<'a, D> {
    query: &'a Understood,
    dictionary: &'a D,
    synonyms: &'a Synonyms,
    concepts: Vec<Concept>,
    unknown: usize,
}

impl<D: Dictionary> Planning<'_, D> {
    fn words(&mut self) -> tantivy::Result<()> {
        let query = self.query;
        let last = query.words.len().saturating_sub(1);
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (at, word) in query.words.iter().enumerate() {
            let stem = tokenizer::stem(&word.text).into_owned();
            if let Some(known) = seen.get(&stem) {
                let concept: &mut Concept = &mut self.concepts[*known];
                concept.weight = concept.weight.max(word.weight);
                continue;
            }
            let concept = self.word(word, &stem, query.unfinished && at == last)?;
            seen.insert(stem, self.concepts.len());
            if concept.alternatives.is_empty() && self.is_worth_a_search(word) {
                self.unknown += 1;
                if let Some(pieces) = self.split(&word.text)? {
                    self.concepts.extend(pieces.into_iter().map(|piece| Concept {
                        weight: concept.weight,
                        alternatives: vec![Alternative::joined(piece, false)],
                        ..concept.clone()
                    }));
                    continue;
                }
            }
            self.concepts.push(concept);
        }
        for at in 0..self.concepts.len() {
            let concept = &self.concepts[at];
            if concept.weight > WORTH_A_SEARCH
                && concept.alternatives.is_empty()
                && self.unknown <= MOST_UNKNOWN
            {
                self.unknown += 1;
                let near = self.mistyped(&concept.typed)?;
                let known = &mut self.concepts[at].alternatives;
                for other in near {
                    if known.iter().all(|known| known.term != other.term) {
                        known.push(other);
                    }
                }
            }
            self.concepts[at].alternatives.truncate(MOST_ALTERNATIVES);
        }
        Ok(())
    }

    /// A message in a language that the corpus lacks is not searched for slips word by word.
    fn is_worth_a_search(&self, word: &QueryWord) -> bool {
        word.weight > WORTH_A_SEARCH && self.unknown < MOST_UNKNOWN
    }

    fn word(&self, word: &QueryWord, stem: &str, unfinished: bool) -> tantivy::Result<Concept> {
        let known = self.dictionary.stemmed(stem)? > 0;
        let mut concept = Concept {
            typed: word.text.clone(),
            weight: word.weight,
            counts: true,
            alternatives: Vec::new(),
        };
        if known {
            concept.alternatives.push(Alternative::typed(stem.to_owned(), false));
        }
        for (_, way) in self.synonyms.of(&[stem]) {
            if let [other] = way.as_slice()
                && self.dictionary.stemmed(other)? > 0
            {
                concept.alternatives.push(Alternative {
                    term: other.clone(),
                    whole: false,
                    weight: if known { 0.4 } else { 0.7 },
                    via: Via::Synonym,
                });
            }
        }
        if unfinished && word.text.chars().count() >= 2 {
            self.finish(&word.text, known, &mut concept)?;
        }
        Ok(concept)
    }

    /// Words that begin with what was typed.
    fn finish(&self, word: &str, known: bool, concept: &mut Concept) -> tantivy::Result<()> {
        for longer in self.dictionary.prefixed(word, MOST_ALTERNATIVES)? {
            let term = tokenizer::stem(&longer).into_owned();
            if concept.alternatives.iter().any(|other| other.term == term) {
                continue;
            }
            let weight = if known { 0.3 } else { 0.8 };
            let via = Via::Prefix(longer);
            concept.alternatives.push(Alternative { term, whole: false, weight, via });
        }
        Ok(())
    }

    /// Words near what was typed.
    fn mistyped(&self, word: &str) -> tantivy::Result<Vec<Alternative>> {
        let slips = match word.chars().count() {
            0..4 => return Ok(Vec::new()),
            4..8 => 1,
            _ => 2,
        };
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let near = self.dictionary.near(word, slips, MOST_ALTERNATIVES)?;
        let nearest = near.first().map_or(0, |(_, distance)| *distance);
        // Two slips are forgiven where one leads nowhere.
        for (near, distance) in near.into_iter().take_while(|(_, distance)| *distance == nearest) {
            let first_same = near.chars().next() == word.chars().next();
            let weight = match (distance, first_same) {
                (1, true) => 0.85,
                (1, false) => 0.7,
                (_, true) => 0.6,
                (_, false) => 0.45,
            };
            let mut add = |term: String, whole: bool| {
                let via = Via::Typo(near.clone());
                found.push(Alternative { term, whole, weight, via });
            };
            if self.dictionary.spelled(&near)? > 0 {
                add(tokenizer::stem(&near).into_owned(), false);
            }
            if self.dictionary.identifier(&near)? > 0 {
                add(near.clone(), true);
            }
        }
        Ok(found)
    }

    /// The known words that an unknown one is made of, stemmed; the fewest, if there are any.
    fn split(&self, word: &str) -> tantivy::Result<Option<Vec<String>>> {
        const LONGEST: usize = 60;
        if !(6..=LONGEST).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return Ok(None);
        }
        // best[i]: how few pieces the first i letters take, and where the last one begins.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        for end in 2..=word.len() {
            for start in (0..=end - 2).rev() {
                let Some((pieces, _)) = best[start] else { continue };
                let better = best[end].is_none_or(|(fewest, _)| pieces + 1 < fewest);
                let piece = &word[start..end];
                if better && self.dictionary.spelled(piece)? > 0 {
                    best[end] = Some((pieces + 1, start));
                }
            }
        }
        let Some((count, _)) = best[word.len()] else { return Ok(None) };
        // Many short pieces are an accident.
        if count < 2 || word.len() < 3 * count {
            return Ok(None);
        }
        let mut pieces = Vec::new();
        let mut end = word.len();
        while let (true, Some((_, start))) = (end > 0, best[end]) {
            pieces.push(tokenizer::stem(&word[start..end]).into_owned());
            end = start;
        }
        pieces.reverse();
        Ok(Some(pieces))
    }

    fn identifiers(&mut self) -> tantivy::Result<()> {
        let mut seen = HashSet::new();
        for identifier in &self.query.identifiers {
            if !seen.insert(&identifier.squashed) {
                continue;
            }
            let count = self.dictionary.identifier(&identifier.squashed)?
                + self.dictionary.name(&identifier.squashed)?;
            if count > 0 {
                self.concepts.push(Concept {
                    typed: identifier.squashed.clone(),
                    weight: identifier.weight,
                    counts: false,
                    alternatives: vec![Alternative::typed(identifier.squashed.clone(), true)],
                });
            }
        }
        Ok(())
    }

    /// Neighbouring words that the corpus writes as one: `crash loop` → `crashloop`.
    fn joined(&mut self) -> tantivy::Result<()> {
        let words = if self.query.pasted { &self.query.words } else { &self.query.typed };
        let longest = if self.query.pasted { 3 } else { words.len() };
        let mut looked_up = 0;
        for from in 0..words.len() {
            for to in from + 2..=words.len().min(from + longest) {
                // Within one run it is an identifier already.
                if words[from].run == words[to - 1].run {
                    continue;
                }
                looked_up += 1;
                if looked_up > 400 {
                    return Ok(());
                }
                let squashed: String =
                    words[from..to].iter().map(|word| word.text.as_str()).collect();
                if self.concepts.iter().any(|concept| concept.typed == squashed) {
                    continue;
                }
                let mut alternatives = Vec::new();
                if self.dictionary.identifier(&squashed)? + self.dictionary.name(&squashed)? > 0 {
                    let mut whole = Alternative::joined(squashed.clone(), true);
                    // Two words meet in a name by chance.
                    if to - from == 2 {
                        whole.weight = 0.5;
                    }
                    alternatives.push(whole);
                }
                let stem = tokenizer::stem(&squashed).into_owned();
                if self.dictionary.stemmed(&stem)? > 0 {
                    alternatives.push(Alternative::joined(stem, false));
                }
                if !alternatives.is_empty() {
                    let typed = squashed;
                    let concept = Concept { typed, weight: 0.8, counts: false, alternatives };
                    self.concepts.push(concept);
                }
            }
        }
        Ok(())
    }

    /// Synonyms of several words, or for several words: `oom` and `out of memory`.
    fn several_word_synonyms(&mut self) -> tantivy::Result<()> {
        let stems: Vec<String> =
            self.query.words.iter().map(|word| tokenizer::stem(&word.text).into_owned()).collect();
        let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        // A log says the same line many times, and must not crowd out by it what it says once.
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut added: Vec<Concept> = Vec::new();
        for (from, word) in self.query.words.iter().enumerate() {
            let weight = 0.4 * word.weight;
            for (length, way) in self.synonyms.of(&stems[from..]) {
                if length == 1 && way.len() == 1 {
                    continue;
                }
                for term in way {
                    if let Some(known) = seen.get(term.as_str()) {
                        let concept = &mut added[*known];
                        concept.weight = concept.weight.max(weight);
                        continue;
                    }
                    if stems.contains(&term.as_str()) || self.dictionary.stemmed(term)? == 0 {
                        continue;
                    }
                    seen.insert(term, added.len());
                    added.push(Concept {
                        typed: word.text.clone(),
                        weight,
                        counts: false,
                        alternatives: vec![Alternative {
                            term: term.clone(),
                            whole: false,
                            weight: 1.0,
                            via: Via::Synonym,
                        }],
                    });
                }
            }
        }
        self.concepts.extend(added);
        Ok(())
    }

    /// The words that nothing holds as they were typed, alone or joined with their neighbours.
    fn unknown(&self) -> Vec<(String, f32)> {
        let joined = |word: &str| {
            self.concepts
                .iter()
                .any(|other| !other.counts && !other.is_guessed() && other.typed.contains(word))
        };
        let guessed = self.concepts.iter().filter(|concept| concept.counts && concept.is_guessed());
        let unknown = guessed.filter(|concept| !joined(&concept.typed));
        unknown.map(|concept| (concept.typed.clone(), concept.weight)).collect()
    }

    /// The concepts that can be found, at most so many, the rarest of them.
    fn rarest(mut self) -> tantivy::Result<Vec<Concept>> {
        self.concepts.retain(|concept| !concept.alternatives.is_empty());
        if self.concepts.len() <= MOST_CONCEPTS {
            return Ok(self.concepts);
        }
        let mut ranked = Vec::new();
        for (at, concept) in self.concepts.into_iter().enumerate() {
            let first = &concept.alternatives[0];
            let count = match first.whole {
                true => self.dictionary.identifier(&first.term)?,
                false => self.dictionary.stemmed(&first.term)?,
            };
            ranked.push((count as f32 / concept.weight.max(0.01), at, concept));
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.truncate(MOST_CONCEPTS);
        ranked.sort_by_key(|(_, at, _)| *at);
        Ok(ranked.into_iter().map(|(_, _, concept)| concept).collect())
    }
}

impl Alternative {
    fn typed(term: String, whole: bool) -> Self {
        Self { term, whole, weight: 1.0, via: Via::Typed }
    }

    fn joined(term: String, whole: bool) -> Self {
        Self { term, whole, weight: 1.0, via: Via::Joined }
    }
}
