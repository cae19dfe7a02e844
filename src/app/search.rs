//! Search: from whatever somebody types or pastes to the section to open.

use std::collections::HashMap;

use super::freshness::{Judged, freshness_view, step_view};
use super::index_source::LedgerSource;
use super::{App, Document};
use crate::domain::freshness::Status;
use crate::domain::id::{Slug, StepId};
use crate::error::Error;
use crate::search::{Answer, By, CatchUp, DocClass, Hit, Request, SearchError};
use crate::views::{FragmentView, HitView, PlaceView, RunbookRef, SearchResults};

/// Where the best hit holds a smaller share of the query than this, weighed by rarity, no hit
/// answers it: chosen so that one rare word of five is not enough.
const WEAK: f32 = 0.2;

/// So many of such hits are shown.
const NEAREST: usize = 5;

/// So many runbooks come closest to an alert.
const CLOSEST: usize = 5;

/// So many runbooks are suggested where none is found.
const SUGGESTED: usize = 3;

/// A name this alike to what was asked for may be meant.
const ALIKE: f32 = 0.45;

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
        /// The step that this section is, if it is one.
        step: Option<StepId>,
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
        let Answer { hits, unknown } = self.hits(query, &rank)?;
        let weak = !hits.is_empty() && hits.iter().all(|hit| hit.held < WEAK);
        let nearest = if hits.is_empty() { self.nearest(&query.text)? } else { Vec::new() };
        let documents: HashMap<Slug, Document> =
            self.documents()?.into_iter().map(|d| (d.slug.clone(), d)).collect();
        let shown = if weak { NEAREST } else { usize::MAX };
        let views =
            hits.into_iter().take(shown).map(|hit| hit_view(hit, &judged, &documents)).collect();
        Ok(SearchResults { query: query.text.clone(), hits: views, nearest, weak, unknown })
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
            let answer = self.hits(&query, &rank)?;
            answers.push(answer.hits.into_iter().map(|hit| address(&hit)).collect());
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
        let names = |document: &Document| {
            document.summary.alerts.iter().any(|alert| alert.eq_ignore_ascii_case(wanted))
        };
        let mut named = self.documents()?;
        named.retain(names);
        let query = Query {
            text: wanted.to_owned(),
            limit: CLOSEST,
            by: By::Runbook,
            kinds: vec![DocClass::Runbook, DocClass::Page],
            explain: false,
        };
        if named.len() > 1 {
            // Several name it: a list of alerts beside the runbook itself, or two teams. The one
            // that a search finds first is the one to open.
            let found = self.search_now(&query)?.hits;
            let place =
                |document: &Document| found.iter().position(|hit| hit.slug == document.slug);
            named.sort_by_key(|document| place(document).unwrap_or(usize::MAX));
        }
        if let Some(document) = named.into_iter().next() {
            let (anchor, step) = self.place_of_alert(&document, wanted)?;
            return Ok(AlertAnswer::Found { slug: document.slug, anchor, step });
        }
        Ok(AlertAnswer::Closest(self.search_now(&query)?))
    }

    /// Where several alerts share a page, the section whose heading names this one, and the step
    /// that it is.
    fn place_of_alert(
        &self,
        document: &Document,
        alert: &str,
    ) -> Result<(String, Option<StepId>), Error> {
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
        let place = named.map(|section| (section.anchor.clone(), section.step.clone()));
        Ok(place.unwrap_or_default())
    }

    /// Brings the index up to date. Whoever finds the writer's lock taken leaves the work to its
    /// holder.
    pub(super) fn catch_up(&mut self) -> Result<CatchUp, Error> {
        let mut source = LedgerSource { ledger: &mut self.ledger };
        self.index.catch_up(&mut source).map_err(Error::from)
    }

    /// Asks the index; one that turns out to be damaged is rebuilt and asked once more.
    fn hits(&mut self, query: &Query, rank: &dyn Fn(&str) -> u8) -> Result<Answer, Error> {
        let request = Request {
            text: &query.text,
            limit: query.limit,
            by: query.by,
            kinds: &query.kinds,
            explain: query.explain,
            freshness_rank: rank,
        };
        match self.index.search(&request) {
            Ok(answer) => Ok(answer),
            Err(SearchError::Damaged(_) | SearchError::Missing) => {
                let mut source = LedgerSource { ledger: &mut self.ledger };
                self.index.catch_up(&mut source)?;
                self.index.search(&request).map_err(Error::from)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// When nothing matches: the titles and names most alike, so that there is a way on.
    fn nearest(&self, text: &str) -> Result<Vec<RunbookRef>, Error> {
        let alike = self.by_likeness(text)?;
        Ok(alike.into_iter().take(SUGGESTED).map(|(_, one)| one).collect())
    }

    /// The runbooks and pages that somebody may mean who asked for an address that is not there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn near(&mut self, path: &str) -> Result<Vec<RunbookRef>, Error> {
        let path = path.trim_matches('/');
        let name = path.split_once('/').map_or(path, |(_, name)| name);
        let words = name.replace(|c: char| !c.is_alphanumeric(), " ");
        let mut alike = self.by_likeness(&words)?;
        alike.retain(|(likeness, _)| *likeness >= ALIKE);
        let mut near: Vec<RunbookRef> = alike.into_iter().map(|(_, one)| one).collect();
        let query = Query {
            text: words,
            limit: SUGGESTED,
            by: By::Runbook,
            kinds: vec![DocClass::Runbook, DocClass::Page],
            explain: false,
        };
        let found = self.search_now(&query)?;
        for hit in found.hits.into_iter().filter(|_| !found.weak) {
            if near.iter().all(|known| known.slug != hit.slug) {
                near.push(RunbookRef { slug: hit.slug, title: hit.title });
            }
        }
        near.truncate(SUGGESTED);
        Ok(near)
    }

    /// All documents with how alike a text is to their title or name, the most alike first.
    fn by_likeness(&self, text: &str) -> Result<Vec<(f32, RunbookRef)>, Error> {
        let text: String = text.chars().take(200).collect();
        let mut all: Vec<(f32, RunbookRef)> = self
            .documents()?
            .into_iter()
            .map(|document| {
                let title = crate::text::likeness(&text, &document.summary.title);
                let slug = crate::text::likeness(&text, document.slug.as_str());
                let one = RunbookRef { slug: document.slug, title: document.summary.title };
                (title.max(slug), one)
            })
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.slug.cmp(&b.1.slug)));
        Ok(all)
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
    mut hit: Hit,
    judged: &HashMap<Slug, Judged>,
    documents: &HashMap<Slug, Document>,
) -> HitView {
    if let Some(label) = super::incident_index::label_in(hit.class, &hit.path) {
        hit.slug = label;
        hit.others.clear();
    }
    let document = documents.get(&hit.slug);
    let step_at = |anchor: &str| -> Option<StepId> {
        let steps = &document?.summary.steps;
        steps.iter().find(|step| step.anchor == anchor).map(|step| step.facts.print.id.clone())
    };
    let step = step_at(&hit.anchor);
    let step_freshness = step.as_ref().and_then(|id| {
        let one = judged.get(&hit.slug)?;
        let known = one.freshness.steps.iter().find(|known| known.id == *id)?;
        Some(step_view(known, &one.exercises))
    });
    let others = hit.others.into_iter().map(|other| PlaceView {
        step: step_at(&other.anchor),
        anchor: other.anchor,
        heading: other.heading,
    });
    HitView {
        others: others.collect(),
        held: hit.held,
        lacks: hit.lacks,
        step_freshness,
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
