//! Search: from whatever somebody types or pastes to the section to open.

use std::collections::HashMap;

use super::freshness::{Judged, freshness_view};
use super::index_source::LedgerSource;
use super::{App, Document};
use crate::domain::freshness::Status;
use crate::domain::id::{Slug, StepId};
use crate::error::Error;
use crate::search::{By, CatchUp, DocClass, Hit, Request, SearchError};
use crate::views::{FragmentView, HitView, RunbookRef, SearchResults};

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Whatever was typed or pasted.
    pub text: String,
    /// How many hits at most.
    pub limit: usize,
    /// One hit a runbook, or one a section.
    pub by: By,
    /// Only these kinds; all if none.
    pub kinds: Vec<DocClass>,
    /// Tell the parts of each score.
    pub explain: bool,
}

/// Where an alert's page leads.
#[derive(Clone, Debug)]
pub enum AlertAnswer {
    /// To this section of this runbook.
    Found {
        /// The runbook.
        slug: Slug,
        /// The section; empty for the whole runbook.
        anchor: String,
    },
    /// Nowhere; these are the closest.
    Closest(SearchResults),
}

impl App {
    /// Searches runbooks, pages, exercises and notes.
    ///
    /// # Errors
    /// The store cannot be read; nothing that is typed is an error.
    pub fn search(&mut self, query: &Query) -> Result<SearchResults, Error> {
        self.refresh()?;
        self.search_now(query)
    }

    /// Searches without looking for changed files first.
    ///
    /// # Errors
    /// As [`App::search`].
    pub fn search_now(&mut self, query: &Query) -> Result<SearchResults, Error> {
        let judged: HashMap<Slug, Judged> =
            self.judged()?.into_iter().map(|one| (one.document.slug.clone(), one)).collect();
        let rank = |slug: &str| freshness_rank(judged.get(&Slug::from(slug)));
        let hits = self.hits(query, &rank)?;
        let nearest = if hits.is_empty() { self.nearest(&query.text)? } else { Vec::new() };
        let documents: HashMap<Slug, Document> =
            self.documents()?.into_iter().map(|d| (d.slug.clone(), d)).collect();
        let views = hits.into_iter().map(|hit| hit_view(hit, &judged, &documents)).collect();
        Ok(SearchResults { query: query.text.clone(), hits: views, nearest })
    }

    /// Ranks many queries over one state of the files: slugs with extension and anchor.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn search_batch(&mut self, queries: &[String], by: By) -> Result<Vec<Vec<String>>, Error> {
        self.refresh()?;
        let judged: HashMap<Slug, Judged> =
            self.judged()?.into_iter().map(|one| (one.document.slug.clone(), one)).collect();
        let rank = |slug: &str| freshness_rank(judged.get(&Slug::from(slug)));
        let mut answers = Vec::new();
        for text in queries {
            let query = Query {
                text: text.clone(),
                limit: 10,
                by,
                kinds: vec![DocClass::Runbook, DocClass::Page],
                explain: false,
            };
            let hits = self.hits(&query, &rank)?;
            answers.push(hits.into_iter().map(|hit| address(&hit)).collect());
        }
        Ok(answers)
    }

    /// The runbook, and the section of it, that an alert's link leads to.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn alert(&mut self, name: &str) -> Result<AlertAnswer, Error> {
        self.refresh()?;
        let wanted = name.trim().trim_matches('/');
        for document in self.documents()? {
            if document.summary.alerts.iter().any(|alert| alert.eq_ignore_ascii_case(wanted)) {
                let anchor = self.anchor_of_alert(&document, wanted)?;
                return Ok(AlertAnswer::Found { slug: document.slug, anchor });
            }
        }
        let query = Query {
            text: wanted.to_owned(),
            limit: 5,
            by: By::Runbook,
            kinds: vec![DocClass::Runbook, DocClass::Page],
            explain: false,
        };
        Ok(AlertAnswer::Closest(self.search_now(&query)?))
    }

    /// Where several alerts share a page, the section whose heading names this one.
    fn anchor_of_alert(&self, document: &Document, alert: &str) -> Result<String, Error> {
        let text = self.text_of(document)?;
        let (runbook, _) = self.parse(document, &text);
        let wanted = alert.to_lowercase();
        let named = runbook.sections.iter().find(|section| {
            section.level > 1
                && section
                    .title
                    .to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == wanted)
        });
        Ok(named.map(|section| section.anchor.clone()).unwrap_or_default())
    }

    /// Brings the index up to date. Whoever finds the writer's lock taken leaves the work to its
    /// holder.
    pub(super) fn catch_up(&mut self) -> Result<CatchUp, Error> {
        let mut source = LedgerSource { ledger: &mut self.ledger };
        self.index.catch_up(&mut source).map_err(Error::from)
    }

    /// Asks the index; one that turns out to be damaged is rebuilt and asked once more.
    fn hits(&mut self, query: &Query, rank: &dyn Fn(&str) -> u8) -> Result<Vec<Hit>, Error> {
        let request = Request {
            text: &query.text,
            limit: query.limit,
            by: query.by,
            kinds: &query.kinds,
            explain: query.explain,
            freshness_rank: rank,
        };
        match self.index.search(&request) {
            Ok(hits) => Ok(hits),
            Err(SearchError::Damaged(_) | SearchError::Missing) => {
                let mut source = LedgerSource { ledger: &mut self.ledger };
                self.index.catch_up(&mut source)?;
                self.index.search(&request).map_err(Error::from)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// When nothing matches: the titles nearest in spelling, so that there is a way on.
    fn nearest(&self, text: &str) -> Result<Vec<RunbookRef>, Error> {
        let words: Vec<String> = text.split_whitespace().take(8).map(str::to_lowercase).collect();
        let mut scored: Vec<(usize, Document)> = self
            .documents()?
            .into_iter()
            .map(|document| {
                let title = document.summary.title.to_lowercase();
                let near = words
                    .iter()
                    .filter(|word| crate::text::nearest(word, title.split_whitespace()).is_some())
                    .count();
                (near, document)
            })
            .collect();
        scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.slug.cmp(&b.1.slug)));
        Ok(scored
            .into_iter()
            .take(3)
            .map(|(_, d)| RunbookRef { slug: d.slug, title: d.summary.title })
            .collect())
    }
}

/// Among equals, what can be trusted more comes first: 0 is best.
const fn freshness_rank(judged: Option<&Judged>) -> u8 {
    match judged {
        None => 4,
        Some(one) if one.freshness.failing => 3,
        Some(one) => match one.freshness.status {
            Status::Fresh => 0,
            Status::Due | Status::NotTracked => 1,
            Status::Stale => 2,
            Status::Never => 3,
        },
    }
}

fn address(hit: &Hit) -> String {
    if hit.anchor.is_empty() { hit.path.clone() } else { format!("{}#{}", hit.path, hit.anchor) }
}

fn hit_view(
    hit: Hit,
    judged: &HashMap<Slug, Judged>,
    documents: &HashMap<Slug, Document>,
) -> HitView {
    let document = documents.get(&hit.slug);
    let step: Option<StepId> = document.and_then(|document| {
        let steps = &document.summary.steps;
        steps.iter().find(|step| step.anchor == hit.anchor).map(|s| s.facts.print.id.clone())
    });
    HitView {
        kind: hit.class.as_str(),
        snippet: hit.snippet.iter().map(|fragment| fragment.text.as_str()).collect(),
        fragments: hit
            .snippet
            .into_iter()
            .map(|fragment| FragmentView { text: fragment.text, hit: fragment.hit })
            .collect(),
        freshness: judged
            .get(&hit.slug)
            .map(|one| freshness_view(&one.freshness, &one.document.summary)),
        slug: hit.slug,
        path: hit.path,
        anchor: hit.anchor,
        title: hit.title,
        heading: hit.heading,
        step,
        why: hit.why,
        score: hit.score,
        explain: hit.explain.map(|parts| {
            [
                ("words of the text", parts.text),
                ("title, alert or heading", parts.names),
                ("words that stand together", parts.phrase),
                ("a name that was asked for", parts.exact),
                ("share of the words found", parts.coverage),
                ("kind of page", parts.page),
            ]
            .map(|(part, value)| (part.to_owned(), value))
            .to_vec()
        }),
    }
}
