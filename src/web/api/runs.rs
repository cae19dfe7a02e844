//! `GET /api/runs/{id}?since=`: a run for those who watch it; only its version where nothing
//! happened since.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use crate::views::run::RunView;
use crate::web::error::Failure;
use crate::web::state::Shared;

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    /// The version that is known already.
    #[serde(default)]
    since: u32,
}

/// The answer.
#[derive(Serialize)]
pub(in crate::web) struct Since {
    version: u32,
    run: Option<RunView>,
}

/// The run, if there is anything new.
pub(in crate::web) async fn answer(
    State(state): State<Shared>,
    Path(id): Path<String>,
    Query(Asked { since }): Query<Asked>,
) -> Result<Json<Since>, Failure> {
    let run = state.run(move |app| app.run_since(&id, since)).await?;
    Ok(Json(Since { version: run.as_ref().map_or(since, |run| run.version), run }))
}
