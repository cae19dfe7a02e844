//! `POST /incidents/{label}/postmortem/publish`: it is published, or everything missing is named.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Publishes it and goes back to it.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let actor = signed.actor;
    let failed = address::of_incident(&label, "postmortem", "");
    let done = address::of_incident(&label, "postmortem", "published");
    let by = actor.clone();
    let published =
        state.run(move |app| app.publish_postmortem(&label, &by)?.or_refused(&label)).await;
    published.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &done))
}
