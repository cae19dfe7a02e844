//! `GET /runs/{id}`: a run, one step at a time.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::views::run::RunPage;
use crate::web::error::Failure;
use crate::web::forms::new_token;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    /// The step to look at.
    step: Option<String>,
}

/// What the page shows.
#[derive(Serialize)]
struct Following {
    page: RunPage,
    token: String,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let run = state.run(move |app| app.run_page(&id, asked.step.as_deref())).await?;
    let view = Following { page: run, token: new_token() };
    Ok(page(&state, &visitor, Here::Runbooks, "pages/run_show.html", &view))
}
