//! Whether the server lives, and whether it can answer: for monitoring.

use axum::extract::State;

use crate::web::error::Failure;
use crate::web::state::Shared;

/// `GET /healthz`: the process answers.
pub(in crate::web) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: ledger and index answer too.
pub(in crate::web) async fn ready(State(state): State<Shared>) -> Result<&'static str, Failure> {
    state.run(|app| app.overview().map(drop)).await?;
    Ok("ok\n")
}
