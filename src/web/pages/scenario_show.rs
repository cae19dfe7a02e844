//! `GET /scenarios/{name}`: a case, what was expected beside what came out, and what led to it.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;

use crate::views::triage::ScenarioView;
use crate::web::error::Failure;
use crate::web::judged::Judged;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    judged: Judged,
    scenario: ScenarioView,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let run = state.run(move |app| app.scenario(&name)).await;
    let scenario = run.map_err(|failure| failure.back_to("/scenarios"))?;
    let shown = Shown { judged: Judged::of(scenario.told.clone()), scenario };
    Ok(page(&state, &visitor, Here::Elsewhere, "pages/scenario_show.html", &shown))
}
