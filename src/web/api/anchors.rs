//! `GET /api/anchors/{slug}?was=`: where a heading that was renamed stands today. A browser never
//! sends what stands behind the `#`, so the page asks when its address names nothing on it.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use crate::views::changes::AnchorView;
use crate::web::error::Failure;
use crate::web::state::Shared;

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    /// The anchor in the address.
    #[serde(default)]
    was: String,
}

/// Its place today; null where nothing is known of it.
pub(in crate::web) async fn answer(
    State(state): State<Shared>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Option<AnchorView>>, Failure> {
    Ok(Json(state.run(move |app| app.anchor_now(&slug, &asked.was)).await?))
}
