//! `GET /runbooks`: all of them, or those of a state, an owner, a label, an alert and a service
//! together; the filter is in the address.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use crate::views::page::RunbookList;
use crate::web::error::Failure;
use crate::web::filters::{Filters, Way};
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view.
#[derive(Debug, Serialize)]
struct Listed {
    asked: Filters,
    /// What is filtered by, each with the list without it.
    filters: Vec<Way>,
    /// Any state and each state, with the list of it.
    states: Vec<Way>,
    list: RunbookList,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Filters>,
) -> Result<Response, Failure> {
    let filter = asked.filter();
    let list = state.run(move |app| app.runbook_list(&filter)).await?;
    let listed =
        Listed { filters: asked.without(), states: asked.states(&list.facets.state), asked, list };
    Ok(page(&state, &visitor, Here::Runbooks, "pages/runbook_list.html", &listed))
}
