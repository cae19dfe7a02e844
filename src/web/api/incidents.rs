//! `GET /api/incidents/{label}`: whether anything happened in an incident, for pages that show it.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

use crate::web::error::Failure;
use crate::web::state::Shared;

/// The answer.
#[derive(Serialize)]
pub(in crate::web) struct Revision {
    revision: String,
}

/// What tells the incident as it is from what it was.
pub(in crate::web) async fn answer(
    State(state): State<Shared>,
    Path(label): Path<String>,
) -> Result<Json<Revision>, Failure> {
    let incident = state.run(move |app| app.incident(&label)).await?;
    Ok(Json(Revision { revision: incident.revision() }))
}
