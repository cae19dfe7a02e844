//! Collecting: every living section and group that holds any of a plan's concepts, scored.
//!
//! A group is scored as one text (its sections together, its title once) and a section as its
//! own, both by BM25 over weighted fields. Of the alternatives of a concept the best one counts.

use tantivy::schema::Field;

use super::expand::{Alternative, MOST_CONCEPTS, Plan};
use super::schema::Fields;
use super::snapshot::{DocNumber, Snapshot};
use super::{By, DocClass, Request};
use crate::runbook::SectionKind;

/// What frequencies are rounded to.
const STEP: f64 = 1.0 / 4096.0;

/// How fast repetition stops counting.
pub(super) const K1: f32 = 1.2;

/// What fields and kinds of sections count; found on labelled queries of three teams' runbooks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub(super) title: f32,
    pub(super) heading: f32,
    pub(super) words: f32,
    pub(super) false_starts: f32,
    pub(super) labels: f32,
    pub(super) name: f32,
    pub(super) ident: f32,
    /// How much longer titles, headings, bodies and groups are held against them.
    pub(super) title_length: f32,
    pub(super) heading_length: f32,
    pub(super) body_length: f32,
    pub(super) group_length: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            title: 2.0,
            heading: 3.0,
            words: 1.0,
            false_starts: 1.0,
            labels: 0.3,
            name: 4.0,
            ident: 0.6,
            title_length: 0.3,
            heading_length: 0.4,
            body_length: 0.9,
            group_length: 0.5,
        }
    }
}

impl Weights {
    /// The fields an alternative is looked up in: field, weight, length normalisation.
    pub(super) fn fields(
        &self,
        fields: &Fields,
        alternative: &Alternative,
    ) -> Vec<(Field, f32, f32)> {
        if alternative.whole {
            return vec![(fields.name, self.name, 0.0), (fields.ident, self.ident, 0.0)];
        }
        vec![
            (fields.title, self.title, self.title_length),
            (fields.heading, self.heading, self.heading_length),
            (fields.words, self.words, self.body_length),
            (fields.false_starts, self.false_starts, self.body_length),
            (fields.labels, self.labels, 0.0),
        ]
    }
}

/// How much the words of a section say about where to go: a list of related runbooks names all
/// the others, a table of exercises names everything that ever happened.
const fn kind_weight(kind: SectionKind) -> f32 {
    match kind {
        SectionKind::Related => 0.3,
        SectionKind::LastWorked | SectionKind::Postmortem => 0.5,
        _ => 1.0,
    }
}

/// A section that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) doc: DocNumber,
    pub(super) group: u32,
    /// As a text of its own.
    pub(super) section: f32,
    /// Its document as a whole.
    pub(super) whole: f32,
    /// Concepts in the section, as bits.
    pub(super) section_has: u64,
    /// Concepts in the document, as bits.
    pub(super) whole_has: u64,
}

/// What was collected, and how rare the concepts are.
pub(super) struct Collected {
    /// In no particular order.
    pub(super) found: Vec<Found>,
    /// For each concept, the weight of its rarest alternative among what is asked for, sections or
    /// documents; zero where nothing holds it.
    pub(super) rarity: Vec<f32>,
}

/// Rarity of what `count` of `all` hold.
pub(super) fn rarity(count: u32, all: u32) -> f32 {
    let (count, all) = (count as f32, all as f32);
    (1.0 + (all - count + 0.5) / (count + 0.5)).max(1.0).ln()
}

pub(super) fn collect(
    snapshot: &Snapshot,
    plan: &Plan,
    request: &Request<'_>,
    weights: &Weights,
) -> tantivy::Result<Collected> {
    debug_assert!(plan.concepts.len() <= MOST_CONCEPTS);
    let mut sections = Board::new(snapshot.documents());
    let mut groups = Board::new(snapshot.groups().len());
    let mut rarities = Vec::with_capacity(plan.concepts.len());
    for (bit, concept) in plan.concepts.iter().enumerate() {
        let mut rarest: f32 = 0.0;
        for alternative in &concept.alternatives {
            look_up(snapshot, alternative, request.kinds, weights, &mut sections, &mut groups)?;
            let all = u32::try_from(snapshot.groups().len()).unwrap_or(u32::MAX);
            let in_sections = sections.settle(alternative.weight, snapshot.living());
            let in_groups = groups.settle(alternative.weight, all);
            let rarity = match request.by {
                By::Runbook => in_groups,
                By::Section => in_sections,
            };
            rarest = rarest.max(alternative.weight * rarity);
        }
        sections.add(concept.weight, bit);
        groups.add(concept.weight, bit);
        rarities.push(rarest * concept.weight);
    }
    let found = sections.touched.iter().map(|doc| {
        let doc = *doc;
        let group = snapshot.group_of(doc);
        Found {
            doc,
            group,
            section: sections.score[doc as usize],
            whole: groups.score[group as usize],
            section_has: sections.has[doc as usize],
            whole_has: groups.has[group as usize],
        }
    });
    Ok(Collected { found: found.collect(), rarity: rarities })
}

fn look_up(
    snapshot: &Snapshot,
    alternative: &Alternative,
    kinds: &[DocClass],
    weights: &Weights,
    sections: &mut Board,
    groups: &mut Board,
) -> tantivy::Result<()> {
    let fields = &snapshot.fields;
    for (field, weight, normalise) in weights.fields(fields, alternative) {
        // A title stands on every section; in the group it counts once.
        let once = field == fields.title || field == fields.labels || field == fields.name;
        snapshot.walk(field, &alternative.term, |here| {
            let facts = snapshot.facts_of(here.doc);
            // What is not asked for does not make a word common either: the exercises of a
            // runbook carry its title.
            if !kinds.is_empty() && !kinds.contains(&facts.class) {
                return;
            }
            let group = snapshot.group_of(here.doc);
            let mut often = weight * here.count as f32;
            if field == fields.words {
                often *= kind_weight(facts.kind);
            }
            let normalised = often / (1.0 - normalise + normalise * here.length);
            sections.note(here.doc, normalised);
            if once {
                groups.note_once(group, normalised);
            } else {
                let length = snapshot.group_length(group);
                let b = weights.group_length;
                groups.note(group, often / (1.0 - b + b * length));
            }
        })?;
        groups.settle_once();
    }
    Ok(())
}

/// Scores of numbered things, while concepts come in one after the other.
struct Board {
    score: Vec<f32>,
    has: Vec<u64>,
    touched: Vec<u32>,
    /// The best alternative of the concept at hand, and who has any.
    best: Vec<f32>,
    having: Vec<u32>,
    /// Frequency of the alternative at hand, and who holds it. In steps of [`STEP`], so that the
    /// order of adding, which differs between two indices of the same documents, changes nothing.
    often: Vec<f64>,
    holding: Vec<u32>,
    /// Frequency in a field that counts once.
    once: Vec<f32>,
    holding_once: Vec<u32>,
}

impl Board {
    fn new(size: usize) -> Self {
        Self {
            score: vec![0.0; size],
            has: vec![0; size],
            touched: Vec::new(),
            best: vec![0.0; size],
            having: Vec::new(),
            often: vec![0.0; size],
            holding: Vec::new(),
            once: vec![0.0; size],
            holding_once: Vec::new(),
        }
    }

    fn note(&mut self, at: u32, often: f32) {
        let here = &mut self.often[at as usize];
        if *here == 0.0 {
            self.holding.push(at);
        }
        *here += (f64::from(often) / STEP).round().max(1.0) * STEP;
    }

    fn note_once(&mut self, at: u32, often: f32) {
        let here = &mut self.once[at as usize];
        if *here == 0.0 {
            self.holding_once.push(at);
        }
        *here = here.max(often);
    }

    fn settle_once(&mut self) {
        for at in std::mem::take(&mut self.holding_once) {
            let often = std::mem::take(&mut self.once[at as usize]);
            self.note(at, often);
        }
    }

    /// Ends an alternative; returns its rarity, zero if nobody holds it.
    fn settle(&mut self, weight: f32, all: u32) -> f32 {
        let count = u32::try_from(self.holding.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return 0.0;
        }
        let rarity = rarity(count, all);
        for at in self.holding.drain(..) {
            let often = std::mem::take(&mut self.often[at as usize]) as f32;
            let value = weight * rarity * often * (K1 + 1.0) / (K1 + often);
            let best = &mut self.best[at as usize];
            if *best == 0.0 {
                self.having.push(at);
            }
            *best = best.max(value);
        }
        rarity
    }

    /// Ends a concept.
    fn add(&mut self, weight: f32, bit: usize) {
        for at in self.having.drain(..) {
            let value = weight * std::mem::take(&mut self.best[at as usize]);
            if self.has[at as usize] == 0 {
                self.touched.push(at);
            }
            self.score[at as usize] += value;
            self.has[at as usize] |= 1 << bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_holds_is_hardly_worth_anything_and_never_negative() {
        assert!(rarity(1, 100) > rarity(50, 100));
        assert!(rarity(50, 100) > rarity(100, 100));
        assert!(rarity(100, 100) >= 0.0);
    }

    #[test]
    fn of_the_alternatives_of_a_concept_the_best_counts() {
        let mut board = Board::new(1);
        board.note(0, 1.0);
        board.settle(1.0, 10);
        board.add(1.0, 0);
        let alone = board.score[0];
        let mut board = Board::new(1);
        board.note(0, 1.0);
        board.settle(1.0, 10);
        board.note(0, 1.0);
        board.settle(0.5, 10);
        board.add(1.0, 0);
        assert!((board.score[0] - alone).abs() < f32::EPSILON);
    }
}
