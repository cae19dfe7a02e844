//! `POST /notes`: a note for the next reader of a step.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// Adds the note and goes back to the step.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Failure> {
    let slug = fields.required("slug")?;
    let text = fields.required("text")?;
    let step = fields.get("step");
    let target = match step {
        Some(step) => format!("{slug}#{step}"),
        None => slug.clone(),
    };
    let actor = visitor.must_be_named(&fields)?;
    let cookie = keep(&actor.name);
    let back = address::step(&slug, step, "noted");
    let failed = address::runbook(&slug, None);
    state
        .run(move |app| app.add_note(&target, &text, &actor))
        .await
        .map_err(|failure| failure.back_to(failed))?;
    Ok(([cookie], Redirect::to(&back)).into_response())
}
