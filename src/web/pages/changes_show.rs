//! `GET /changes/{slug}?step=`: what changed in a runbook since it, or one step of it, last worked.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What is asked about the runbook.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// Only since this step last worked.
    step: Option<String>,
}

/// The page. An address from before a move leads to where the runbook is.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let name = slug.clone();
    let step = asked.step.filter(|step| !step.trim().is_empty());
    let wanted = step.clone();
    let failed = address::runbook(&slug, None);
    let view = state.run(move |app| app.changes(&name, wanted.as_deref())).await;
    let view = view.map_err(|failure| failure.back_to(failed))?;
    if view.slug.as_str() != slug {
        let address = address::changes(view.slug.as_str(), step.as_deref());
        return Ok(Redirect::temporary(&address).into_response());
    }
    Ok(page(&state, &visitor, Here::Runbooks, "pages/changes_show.html", &view))
}
