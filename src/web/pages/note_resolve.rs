//! `POST /notes/{id}/resolve`: a note is dealt with.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// Resolves the note and goes back to where it stood.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let slug = fields.required("slug")?;
    let actor = visitor.must_be_named(&fields)?;
    let cookie = keep(&actor.name);
    let reason = fields.get("reason").unwrap_or_default().to_owned();
    let back = address::step(&slug, fields.get("step"), "resolved");
    let failed = address::runbook(&slug, None);
    state
        .run(move |app| app.resolve_note(&id, &reason, &actor))
        .await
        .map_err(|failure| failure.back_to(failed))?;
    Ok(([cookie], Redirect::to(&back)).into_response())
}
