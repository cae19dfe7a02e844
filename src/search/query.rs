//! A search from the request to the hits.

use super::expand;
use super::fit;
use super::rerank::{self, Balance};
use super::score::{self, Weights};
use super::snapshot::Snapshot;
use super::snippet::{self, Fragment};
use super::synonyms::Synonyms;
use super::{DocClass, terms};
use crate::domain::id::Slug;

/// Words that count no more than this are not missed.
const FILLER: f32 = 0.4;

/// What a result is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// A document with its best section.
    #[default]
    Runbook,
    /// A section.
    Section,
}

/// What is asked for.
pub struct Request<'a> {
    /// What somebody typed or pasted, as it is.
    pub text: &'a str,
    /// At most so many results; no more than 50 are ranked.
    pub limit: usize,
    /// What a result is.
    pub by: By,
    /// Classes to look in; none means all.
    pub kinds: &'a [DocClass],
    /// Whether to say how the score comes about.
    pub explain: bool,
    /// Of two results that are alike, the one with the smaller number comes first.
    pub freshness_rank: &'a dyn Fn(&str) -> u8,
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Where the document stands.
    pub slug: Slug,
    /// The slug with its extension.
    pub path: String,
    /// The best section's anchor; empty for what stands before the first heading.
    pub anchor: String,
    /// What it is part of.
    pub class: DocClass,
    /// The document's title.
    pub title: String,
    /// The section's heading.
    pub heading: String,
    /// The best lines of the section.
    pub snippet: Vec<Fragment>,
    /// Why it was found, in plain words, the strongest reason first.
    pub why: Vec<String>,
    /// Higher is better; comparable within one search only.
    pub score: f32,
    /// How the score comes about, if asked for.
    pub explain: Option<Explain>,
    /// Line of the heading.
    pub line: usize,
    /// How much of the query the document holds as it was typed, by rarity: 0 to 1.
    pub held: f32,
    /// Typed words that others hold and this one does not.
    pub lacks: Vec<String>,
    /// Further sections of the document that match, best first; none where sections are asked for.
    pub others: Vec<Other>,
}

/// A further section that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its anchor.
    pub anchor: String,
    /// Its heading.
    pub heading: String,
}

/// What a search gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Typed words that nothing holds, in their order; none for a pasted text.
    pub unknown: Vec<String>,
}

/// The parts of a score: ((text + phrase) · coverage + names + exact) · page.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Explain {
    /// BM25 of the document and the section.
    pub text: f32,
    /// A title, alert or heading that the query speaks of.
    pub names: f32,
    /// Words that stand together as they were typed.
    pub phrase: f32,
    /// A name that the query is.
    pub exact: f32,
    /// How much of the query is there.
    pub coverage: f32,
    /// The kind of page.
    pub page: f32,
}

pub(super) fn search(
    snapshot: &Snapshot,
    synonyms: &Synonyms,
    request: &Request<'_>,
) -> tantivy::Result<Answer> {
    let understood = terms::understand(request.text);
    let plan = expand::plan(&understood, snapshot, synonyms)?;
    let unknown = match understood.pasted {
        true => Vec::new(),
        false => {
            let telling = plan.unknown.iter().filter(|(_, weight)| *weight > FILLER);
            telling.map(|(word, _)| word.clone()).collect()
        }
    };
    if plan.concepts.is_empty() {
        return Ok(Answer { hits: Vec::new(), unknown });
    }
    let collected = score::collect(snapshot, &plan, request, &Weights::default())?;
    let mut ranked = rerank::rerank(snapshot, &plan, &collected, request, &Balance::default())?;
    ranked.truncate(request.limit);
    let mut others = fit::others(snapshot, &plan, &collected, &ranked, request)?;
    let hits = ranked.into_iter().map(|ranked| {
        let others = others.remove(&ranked.doc).unwrap_or_default();
        let held = fit::held(snapshot, &plan, &collected, &ranked);
        // Of a pasted text most words are missing everywhere.
        let lacks = if understood.pasted { Vec::new() } else { fit::lacks(&plan, &ranked) };
        Hit { others, held, lacks, ..hit(&plan, ranked, request.explain) }
    });
    Ok(Answer { hits: hits.collect(), unknown })
}

fn hit(plan: &expand::Plan, ranked: rerank::Ranked, explain: bool) -> Hit {
    let snippet = snippet::snippet(&ranked.section.body, plan, &ranked.places);
    let why = snippet::why(plan, &ranked);
    let section = ranked.section;
    Hit {
        slug: section.slug,
        path: section.path,
        anchor: section.anchor,
        class: section.class,
        title: section.title,
        heading: section.heading,
        snippet,
        why,
        score: ranked.score,
        explain: explain.then_some(ranked.explain),
        line: section.line,
        held: 0.0,
        lacks: Vec::new(),
        others: Vec::new(),
    }
}
