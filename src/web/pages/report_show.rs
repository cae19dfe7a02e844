//! `GET /reports/{name}/{day}`: a report as it was made, and where it went.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path((name, day)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let label = format!("{name}/{day}");
    let report = state.run(move |app| app.report_page(&label)).await;
    let report = report.map_err(|failure| failure.back_to("/reports"))?;
    Ok(page(&state, &visitor, Here::Stale, "pages/report_show.html", &report))
}
