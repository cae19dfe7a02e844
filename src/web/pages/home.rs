//! `GET /`: one search field, what it found, and how the runbooks stand.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::app::search::Query as Search;
use crate::error::Result;
use crate::search::By;
use crate::views::page::Overview;
use crate::web::error::Failure;
use crate::web::found::Found;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// How many results a page shows.
const SHOWN: usize = 20;

/// The longest query that is looked at, in characters: a long stack trace, but not a whole log.
const LONGEST: usize = 20_000;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    q: String,
}

impl Asked {
    /// The query, cut where nobody would have typed on.
    pub(in crate::web) fn query(&self) -> String {
        self.q.trim().chars().take(LONGEST).collect()
    }
}

/// The search behind some words: one hit a runbook, of every kind.
pub(in crate::web) fn search(words: &str) -> Search {
    Search {
        text: words.to_owned(),
        limit: SHOWN,
        by: By::Runbook,
        kinds: Vec::new(),
        explain: false,
    }
}

/// The view.
#[derive(Debug, Serialize)]
struct Home {
    query: String,
    /// What the tab says of it: itself, or how many lines were pasted.
    title: String,
    /// So many characters were looked at and no more, where the query is longer.
    cut: Option<usize>,
    found: Option<Found>,
    overview: Option<Overview>,
}

impl Home {
    fn of(app: &mut App, asked: &Asked) -> Result<Self> {
        let query = asked.query();
        let cut = (asked.q.trim().len() > query.len()).then_some(LONGEST);
        let found = match query.as_str() {
            "" => None,
            words => Some(Found::from(app.search(&search(words))?)),
        };
        let overview = if found.is_none() { Some(app.overview()?) } else { None };
        let title = match query.lines().count() {
            0 | 1 => query.clone(),
            lines => format!("{lines} pasted lines"),
        };
        Ok(Self { query, title, cut, found, overview })
    }
}

/// The whole page; without JavaScript it is where the form leads.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let home = state.run(move |app| Home::of(app, &asked)).await?;
    Ok(page(&state, &visitor, Here::Search, "pages/home.html", &home))
}

/// The part of it that changes while somebody types, by the same partial as a shared address.
pub(in crate::web) async fn results(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let home = state.run(move |app| Home::of(app, &asked)).await?;
    Ok(page(&state, &visitor, Here::Search, "pages/home_results.html", &home))
}

/// The same for what is too long for an address.
pub(in crate::web) async fn results_of_a_paste(
    state: State<Shared>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Failure> {
    results(state, visitor, Query(asked)).await
}
