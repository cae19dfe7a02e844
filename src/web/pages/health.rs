//! Whether the server lives, and whether it can answer: for monitoring.

use axum::extract::State;

use crate::web::error::Failure;
use crate::web::state::Shared;

/// `GET /healthz`: the process answers.
pub(in crate::web) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: ledger and index answer too, and the ledger is where it was. One that can only
/// be read is ready for those who read.
pub(in crate::web) async fn ready(State(state): State<Shared>) -> Result<&'static str, Failure> {
    let read_only = state.run(|app| app.check_ready().map(|()| app.is_read_only())).await?;
    Ok(if read_only { "ok, read-only: nothing can be recorded\n" } else { "ok\n" })
}
