//! `GET /scenarios`: the cases that triage is held against, as they stand now.

use axum::extract::State;
use axum::response::Response;

use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let run = state.run(|app| app.scenario_list()).await;
    let list = run.map_err(|failure| failure.back_to("/triage"))?;
    Ok(page(&state, &visitor, Here::Elsewhere, "pages/scenario_list.html", &list))
}
