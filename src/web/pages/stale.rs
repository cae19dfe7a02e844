//! `GET /stale`: what nobody should trust without a look, the worst first.

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
    let list = state.run(|app| app.stale(false, None)).await?;
    Ok(page(&state, &visitor, Here::Stale, "pages/stale.html", &list))
}
