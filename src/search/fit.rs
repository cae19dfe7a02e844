//! How well a hit fits what was asked for, and what else of its document does.

use std::collections::HashMap;

use super::expand::Plan;
use super::rerank::{self, BODY, Exact, FALSE_STARTS, HEADING, Ranked};
use super::score::{self, Collected, Found};
use super::snapshot::{DocNumber, Snapshot};
use super::{By, DocClass, Other, Request, snippet};

/// At most so many further sections of a document are named.
const MOST_OTHERS: usize = 3;

/// So many of them are looked at.
const LOOKED_AT: usize = 8;

/// At most so many words are said to be missing.
const MOST_LACKED: usize = 5;

/// How much of the query a document holds as it was typed, by rarity: 0 to 1. A word that nothing
/// holds counts like one that a single document does.
pub(super) fn held(snapshot: &Snapshot, plan: &Plan, collected: &Collected, hit: &Ranked) -> f32 {
    if hit.exact.as_ref().is_some_and(|exact: &Exact| exact.slips == 0) {
        return 1.0;
    }
    let all = u32::try_from(snapshot.groups().len()).unwrap_or(u32::MAX);
    let rare = score::rarity(1, all);
    let mut asked: f32 = plan.unknown.iter().map(|(_, weight)| weight * rare).sum();
    let mut there: f32 = 0.0;
    for (at, (concept, rarity)) in plan.concepts.iter().zip(&collected.rarity).enumerate() {
        if !concept.counts || concept.is_guessed() {
            continue;
        }
        asked += rarity;
        if hit.has >> at & 1 == 1 {
            there += rarity;
        }
    }
    if asked > 0.0 { there / asked } else { 0.0 }
}

/// The words of the query that others hold and this document does not.
pub(super) fn lacks(plan: &Plan, hit: &Ranked) -> Vec<String> {
    if hit.exact.is_some() {
        return Vec::new();
    }
    let concepts = plan.concepts.iter().enumerate();
    let missing = concepts
        .filter(|(at, concept)| concept.counts && !concept.is_guessed() && hit.has >> at & 1 == 0);
    let mut words: Vec<String> = missing.map(|(_, concept)| concept.typed.clone()).collect();
    words.dedup();
    words.truncate(MOST_LACKED);
    words
}

/// The further sections of each document that hold by themselves, not by the document's title
/// alone, some of what was asked for; by the document's best section.
pub(super) fn others(
    snapshot: &Snapshot,
    plan: &Plan,
    collected: &Collected,
    ranked: &[Ranked],
    request: &Request<'_>,
) -> tantivy::Result<HashMap<DocNumber, Vec<Other>>> {
    let mut others = HashMap::new();
    if request.by == By::Section {
        return Ok(others);
    }
    let mut groups: HashMap<u32, Vec<Found>> = HashMap::new();
    for found in &collected.found {
        groups.entry(found.group).or_default().push(*found);
    }
    let nth = |found: &Found| snapshot.facts_of(found.doc).nth;
    let mut beside: Vec<(DocNumber, Vec<Found>)> = Vec::new();
    for best in ranked {
        if !matches!(best.section.class, DocClass::Runbook | DocClass::Page) {
            continue;
        }
        let mut found = groups.remove(&best.group).unwrap_or_default();
        found.retain(|other| other.doc != best.doc && rerank::landing(snapshot, other.doc) >= 1.0);
        found.sort_by(|a, b| b.section.total_cmp(&a.section).then(nth(a).cmp(&nth(b))));
        found.truncate(LOOKED_AT);
        beside.push((best.doc, found));
    }
    let mut docs: Vec<DocNumber> =
        beside.iter().flat_map(|(_, found)| found.iter().map(|found| found.doc)).collect();
    docs.sort_unstable();
    let places = rerank::places(snapshot, plan, collected, &docs)?;
    let holds = |found: &&Found| {
        places.get(&found.doc).is_some_and(|places| {
            places.iter().any(|place| {
                [HEADING, BODY, FALSE_STARTS].contains(&place.field)
                    && plan.concepts[place.concept].counts
                    && snippet::is_telling(plan, place)
            })
        })
    };
    for (best, found) in beside {
        let mut named = Vec::new();
        for other in found.iter().filter(holds).take(MOST_OTHERS) {
            let section = snapshot.section(other.doc)?;
            named.push(Other { anchor: section.anchor, heading: section.heading });
        }
        others.insert(best, named);
    }
    Ok(others)
}
