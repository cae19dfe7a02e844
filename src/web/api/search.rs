//! `GET /api/search?q=`: the same hits as `runledger search --json`.

use axum::Json;
use axum::extract::{Query, State};

use crate::views::SearchResults;
use crate::web::error::Failure;
use crate::web::pages::home::{Asked, search};
use crate::web::state::Shared;

/// The hits.
pub(in crate::web) async fn answer(
    State(state): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Json<SearchResults>, Failure> {
    let results = state.run(move |app| app.search(&search(&asked.query()))).await?;
    Ok(Json(results))
}
