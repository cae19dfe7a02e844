//! Ordering the best of what was collected by what needs a closer look: names, phrases,
//! completeness, the kind of page.

use std::collections::HashMap;

use super::dictionary::{self, Dictionary as _};
use super::expand::{Concept, Plan};
use super::score::{self, Collected, Found, K1};
use super::snapshot::{DocNumber, Snapshot};
use super::{By, DocClass, Explain, Request, SectionDoc, schema, tokenizer};
use crate::runbook::SectionKind;

/// How many are looked at closely.
const CANDIDATES: usize = 50;

/// Concepts whose positions are looked up: the rarest ones of a long message tell enough.
const MOST_PLACED: usize = 24;

/// Two scores nearer than this are alike, and freshness decides.
const ALIKE: f32 = 0.005;

/// What the features count; found on labelled queries of three teams' runbooks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Balance {
    /// The section's own score beside its document's, when documents are asked for.
    pub(super) section: f32,
    /// The document's score beside the section's, when sections are asked for.
    pub(super) whole: f32,
    /// A name that the query speaks of.
    pub(super) names: f32,
    /// How much more a name counts that is covered completely.
    pub(super) complete: f32,
    /// A heading, as a name of its section.
    pub(super) heading: f32,
    /// A name that is what was typed.
    pub(super) exact: f32,
    /// Words that stand together as they were typed.
    pub(super) phrase: f32,
    /// Part of the score that needs everything to be there.
    pub(super) coverage: f32,
}

impl Default for Balance {
    fn default() -> Self {
        Self {
            section: 0.5,
            whole: 0.3,
            names: 1.0,
            complete: 1.6,
            heading: 0.4,
            exact: 1.4,
            phrase: 0.3,
            coverage: 0.4,
        }
    }
}

/// A place where a query's concept stands in a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Which text field, as an index into [`fields`].
    pub(super) field: usize,
    pub(super) position: u32,
    pub(super) concept: usize,
    pub(super) alternative: usize,
}

/// A candidate with what was found out.
pub(super) struct Ranked {
    pub(super) section: SectionDoc,
    pub(super) places: Vec<Place>,
    pub(super) exact: Option<Exact>,
    pub(super) score: f32,
    pub(super) explain: Explain,
    pub(super) doc: DocNumber,
    /// Concepts in what is asked for, as bits.
    pub(super) has: u64,
    pub(super) group: u32,
    nth: u32,
}

/// A name that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exact {
    /// The name.
    pub(super) name: String,
    /// Whether it is an alert's, a title, a heading or a file's name.
    pub(super) what: &'static str,
    /// Slips forgiven.
    pub(super) slips: usize,
}

pub(super) fn rerank(
    snapshot: &Snapshot,
    plan: &Plan,
    collected: &Collected,
    request: &Request<'_>,
    balance: &Balance,
) -> tantivy::Result<Vec<Ranked>> {
    let candidates = candidates(snapshot, collected, request, balance);
    let mut docs: Vec<DocNumber> = candidates.iter().map(|found| found.doc).collect();
    docs.sort_unstable();
    let mut places = places(snapshot, plan, collected, &docs)?;
    let judge = Judge::new(snapshot, plan, collected, request, balance);
    let mut ranked = Vec::with_capacity(candidates.len());
    for found in candidates {
        let places = places.remove(&found.doc).unwrap_or_default();
        ranked.push(judge.judge(&found, places)?);
    }
    order(&mut ranked, request);
    Ok(ranked)
}

/// The best of what was collected, one section of each document where documents are asked for.
fn candidates(
    snapshot: &Snapshot,
    collected: &Collected,
    request: &Request<'_>,
    balance: &Balance,
) -> Vec<Found> {
    let first = |found: &Found| match request.by {
        By::Runbook => found.whole + landing(snapshot, found.doc) * balance.section * found.section,
        By::Section => found.section + balance.whole * found.whole,
    };
    // Equals in an order that is the same in every index of the same documents.
    let key = |found: &Found| {
        (snapshot.groups()[found.group as usize].number, snapshot.facts_of(found.doc).nth)
    };
    let better = |a: &(f32, Found), b: &(f32, Found)| {
        b.0.total_cmp(&a.0).then_with(|| key(&a.1).cmp(&key(&b.1)))
    };
    let scored = collected.found.iter().map(|found| (first(found), *found));
    let mut all: Vec<(f32, Found)> = match request.by {
        By::Section => scored.collect(),
        By::Runbook => {
            let mut best: HashMap<u32, (f32, Found)> = HashMap::new();
            for scored in scored {
                let known = best.entry(scored.1.group).or_insert(scored);
                if better(&scored, known).is_lt() {
                    *known = scored;
                }
            }
            best.into_values().collect()
        }
    };
    if all.len() > CANDIDATES {
        all.select_nth_unstable_by(CANDIDATES, better);
        all.truncate(CANDIDATES);
    }
    all.sort_by(better);
    all.into_iter().map(|(_, found)| found).collect()
}

/// How good a place a section is to arrive at: a bare heading, a table of what was, a list of
/// other runbooks only if there is nothing else.
pub(super) fn landing(snapshot: &Snapshot, doc: DocNumber) -> f32 {
    match snapshot.facts_of(doc).kind {
        SectionKind::Related | SectionKind::LastWorked | SectionKind::Postmortem => 0.5,
        _ if snapshot.is_bare(doc) => 0.5,
        _ => 1.0,
    }
}

/// The text fields of a candidate, in the order of [`Place::field`].
const FIELDS: usize = 5;

/// Their handles.
fn fields(snapshot: &Snapshot) -> [tantivy::schema::Field; FIELDS] {
    let fields = &snapshot.fields;
    [fields.title, fields.heading, fields.words, fields.false_starts, fields.labels]
}

/// [`Place::field`] of the names.
pub(super) const TITLE: usize = 0;
/// Of the headings.
pub(super) const HEADING: usize = 1;
/// Of the body.
pub(super) const BODY: usize = 2;
/// Of the false starts.
pub(super) const FALSE_STARTS: usize = 3;

/// Where the concepts of a plan stand in the candidates.
pub(super) fn places(
    snapshot: &Snapshot,
    plan: &Plan,
    collected: &Collected,
    docs: &[DocNumber],
) -> tantivy::Result<HashMap<DocNumber, Vec<Place>>> {
    let mut rarest: Vec<usize> = (0..plan.concepts.len()).collect();
    rarest.sort_by(|a, b| collected.rarity[*b].total_cmp(&collected.rarity[*a]).then(a.cmp(b)));
    rarest.truncate(MOST_PLACED);
    let mut places: HashMap<DocNumber, Vec<Place>> = HashMap::new();
    for concept in rarest {
        for (alternative, written) in plan.concepts[concept].alternatives.iter().enumerate() {
            if written.whole {
                continue;
            }
            for (field, handle) in fields(snapshot).into_iter().enumerate() {
                snapshot.positions(handle, &written.term, docs, |doc, positions| {
                    let here = places.entry(doc).or_default();
                    here.extend(positions.iter().map(|position| Place {
                        field,
                        position: *position,
                        concept,
                        alternative,
                    }));
                })?;
            }
        }
    }
    for here in places.values_mut() {
        here.sort_unstable();
    }
    Ok(places)
}

/// What candidates are judged by.
struct Judge<'a> {
    snapshot: &'a Snapshot,
    plan: &'a Plan,
    collected: &'a Collected,
    by: By,
    balance: &'a Balance,
    /// Each stem that is looked for: the concept's index and the alternative's weight.
    stems: HashMap<&'a str, (usize, f32)>,
    /// What a text could score that holds everything.
    attainable: f32,
    /// The same of concepts that count.
    counting: f32,
}

impl<'a> Judge<'a> {
    fn new(
        snapshot: &'a Snapshot,
        plan: &'a Plan,
        collected: &'a Collected,
        request: &Request<'_>,
        balance: &'a Balance,
    ) -> Self {
        let mut stems: HashMap<&str, (usize, f32)> = HashMap::new();
        for (at, concept) in plan.concepts.iter().enumerate() {
            for written in concept.alternatives.iter().filter(|written| !written.whole) {
                let known = stems.entry(&written.term).or_insert((at, written.weight));
                if known.1 < written.weight {
                    *known = (at, written.weight);
                }
            }
        }
        let sum = |only_counting: bool| -> f32 {
            let concepts = plan.concepts.iter().zip(&collected.rarity);
            concepts.filter(|(c, _)| c.counts || !only_counting).map(|(_, rarity)| rarity).sum()
        };
        let counting = sum(true).max(f32::MIN_POSITIVE);
        let attainable = counting * (K1 + 1.0);
        let by = request.by;
        Self { snapshot, plan, collected, by, balance, stems, attainable, counting }
    }

    fn judge(&self, found: &Found, places: Vec<Place>) -> tantivy::Result<Ranked> {
        let section = self.snapshot.section(found.doc)?;
        let balance = self.balance;
        let (text, has) = match self.by {
            By::Runbook => (found.whole + balance.section * found.section, found.whole_has),
            By::Section => (found.section + balance.whole * found.whole, found.section_has),
        };
        let (names, exact) = self.names(&section)?;
        let phrase = balance.phrase * self.phrase(&places);
        let coverage = 1.0 - balance.coverage + balance.coverage * self.coverage(has);
        let exactly =
            exact.as_ref().map_or(0.0, |(_, share)| balance.exact * share * self.attainable);
        let page = page_weight(&section);
        let score = ((text + phrase) * coverage + names + exactly) * page;
        Ok(Ranked {
            nth: self.snapshot.facts_of(found.doc).nth,
            section,
            places,
            score,
            explain: Explain { text, names, phrase, exact: exactly, coverage, page },
            exact: exact.map(|(exact, _)| exact),
            doc: found.doc,
            group: found.group,
            has,
        })
    }

    /// How much of the query is there, by rarity.
    fn coverage(&self, has: u64) -> f32 {
        let concepts = self.plan.concepts.iter().zip(&self.collected.rarity).enumerate();
        let there = concepts.filter(|(at, (concept, _))| concept.counts && has >> at & 1 == 1);
        there.map(|(_, (_, rarity))| rarity).sum::<f32>() / self.counting
    }

    /// What the names of a section are worth: the best by how completely the query speaks of it,
    /// and the one that the query is, with the share of [`Balance::exact`] it gets.
    fn names(&self, section: &SectionDoc) -> tantivy::Result<(f32, Option<(Exact, f32)>)> {
        let mut best: f32 = 0.0;
        let mut exact: Option<(Exact, f32)> = None;
        for (name, what) in named(section) {
            let weight = match (what, self.by) {
                ("heading", By::Runbook) => self.balance.heading,
                _ => self.balance.names,
            };
            best = best.max(weight * self.name(name)?);
            if let Some((slips, share)) = self.exactly(name) {
                let share =
                    if what == "heading" && self.by == By::Runbook { 0.3 * share } else { share };
                if exact.as_ref().is_none_or(|(_, before)| *before < share) {
                    exact = Some((Exact { name: name.to_owned(), what, slips }, share));
                }
            }
        }
        Ok((best * (K1 + 1.0), exact))
    }

    /// The rarity of the words of a name that the query speaks of, less where words are missing.
    fn name(&self, name: &str) -> tantivy::Result<f32> {
        let mut stems = tokenizer::stems(name);
        stems.sort();
        stems.dedup();
        let (mut all, mut there) = (0.0, 0.0);
        for stem in &stems {
            let count = self.snapshot.stemmed(stem)?;
            let rarity = score::rarity(count, self.snapshot.living());
            all += rarity;
            if let Some((concept, weight)) = self.stems.get(stem.as_str()) {
                let asked = self.plan.concepts[*concept].weight;
                there += rarity * weight.min(1.0) * asked.min(1.0);
            }
        }
        if all <= 0.0 {
            return Ok(0.0);
        }
        Ok(there * (there / all).powf(self.balance.complete))
    }

    /// Whether a name, or an identifier in it, is what was typed, or is whole in what was pasted:
    /// slips, and the share.
    fn exactly(&self, name: &str) -> Option<(usize, f32)> {
        let names = schema::squashed_names(name);
        let whole = names.first()?.len() as f32;
        let found = names.iter().filter_map(|squashed| {
            let (slips, share) = self.is_squashed(squashed)?;
            Some((slips, share * squashed.len() as f32 / whole))
        });
        found.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn is_squashed(&self, squashed: &str) -> Option<(usize, f32)> {
        let typed = &self.plan.squashed;
        if typed == squashed {
            return Some((0, 1.0));
        }
        let named = |concept: &Concept| {
            let written = concept.alternatives.iter().find(|written| written.whole)?;
            (written.term == squashed).then_some(concept.weight * written.weight)
        };
        if let Some(weight) = self.plan.concepts.iter().filter_map(named).reduce(f32::max) {
            return Some((0, 0.8 * weight));
        }
        let most = match typed.len() {
            0..6 => return None,
            6..12 => 1,
            _ => 2,
        };
        let typed: Vec<char> = typed.chars().collect();
        let slips = dictionary::distance(&typed, squashed, most)?;
        Some((slips, if slips == 1 { 0.7 } else { 0.5 }))
    }

    /// How much of the query stands together as it was typed.
    fn phrase(&self, places: &[Place]) -> f32 {
        let (mut sum, mut run) = (0.0, 0.0);
        let counting: Vec<usize> =
            (0..self.plan.concepts.len()).filter(|at| self.plan.concepts[*at].counts).collect();
        for pair in counting.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            let nearness = (0..FIELDS).map(|field| nearness(places, field, one, other));
            let best = nearness.fold(0.0, f32::max);
            // A whole sentence repeated is worth more than its pairs.
            run = if best >= 0.6 { run + 1.0 } else { 0.0 };
            let rarity = self.collected.rarity[one].min(self.collected.rarity[other]);
            sum += best * rarity * (1.0 + 0.3 * f32::min(run, 6.0));
        }
        sum
    }
}

/// How near two concepts stand to each other in a field: 1 one after the other, 0 apart.
fn nearness(places: &[Place], field: usize, one: usize, other: usize) -> f32 {
    let of = |concept: usize| {
        places
            .iter()
            .filter(move |place| place.field == field && place.concept == concept)
            .map(|place| i64::from(place.position))
    };
    let mut best: f32 = 0.0;
    for a in of(one) {
        for b in of(other) {
            best = best.max(match b - a {
                1 => 1.0,
                -1 | 2 => 0.6,
                -3..=4 => 0.35,
                -8..=8 => 0.15,
                _ => 0.0,
            });
        }
    }
    best
}

/// The names of a section and what they are. The title of an incident is no name that somebody
/// asks for: it is made of the words for what is wrong, and whoever types those needs a runbook.
fn named(section: &SectionDoc) -> impl Iterator<Item = (&str, &'static str)> {
    let alerts = section.alerts.iter().map(|name| (name.as_str(), "alert name"));
    let others = section.identifiers.iter().map(|name| (name.as_str(), "name"));
    let own = [(section.title.as_str(), "title"), (section.heading.as_str(), "heading")];
    let is_told = matches!(section.class, DocClass::Incident | DocClass::Postmortem);
    alerts.chain(others).chain(own.into_iter().filter(move |_| !is_told))
}

/// Somewhere to act comes before somewhere to read, and both before a table of contents.
fn page_weight(section: &SectionDoc) -> f32 {
    match section.class {
        DocClass::Runbook if section.is_index() => 0.9,
        DocClass::Runbook => 1.0,
        DocClass::Page if section.is_index() => 0.6,
        DocClass::Page => 0.75,
        DocClass::Exercise | DocClass::Note => 0.75,
        DocClass::Incident | DocClass::Postmortem => 0.6,
    }
}

/// The best first; what is alike by freshness, then by name, so that the order is the same in
/// every index of the same documents.
fn order(ranked: &mut [Ranked], request: &Request<'_>) {
    // Steps of a scale instead of differences, so that "alike" cannot lead round in a circle.
    let step = |score: f32| (score.max(f32::MIN_POSITIVE).ln() / ALIKE).round();
    ranked.sort_by_cached_key(|ranked| {
        let slug = &ranked.section.slug;
        (
            std::cmp::Reverse(step(ranked.score) as i64),
            (request.freshness_rank)(slug.as_str()),
            slug.clone(),
            ranked.section.class,
            ranked.nth,
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_stand_together_as_typed_are_nearest() {
        let place = |position, concept| Place { field: BODY, position, concept, alternative: 0 };
        let check = |a: u32, b: u32, expected: f32| {
            let nearness = nearness(&[place(a, 0), place(b, 1)], BODY, 0, 1);
            assert!((nearness - expected).abs() < f32::EPSILON, "{a} {b}");
        };
        check(4, 5, 1.0);
        check(5, 4, 0.6);
        check(4, 7, 0.35);
        check(4, 40, 0.0);
    }
}
