//! `GET /follow/{slug}`: begin to follow a runbook, or join those who do.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::views::run::RunStart;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::new_token;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the page shows.
#[derive(Serialize)]
struct Beginning {
    start: RunStart,
    token: String,
}

/// The form. An address from before a move leads to where the runbook is.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let back = address::runbook(&slug, None);
    let asked = slug.clone();
    let start = state.run(move |app| app.run_start(&asked)).await;
    let start = start.map_err(|failure| failure.back_to(back))?;
    if start.slug.as_str() != slug {
        return Ok(Redirect::temporary(&address::follow(start.slug.as_str())).into_response());
    }
    let view = Beginning { start, token: new_token() };
    Ok(page(&state, &visitor, Here::Runbooks, "pages/follow_start.html", &view))
}
