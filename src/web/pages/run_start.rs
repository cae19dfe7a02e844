//! `POST /runs`: somebody follows a runbook from now on.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::runs::Start;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// Begins the run and goes to it.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Failure> {
    let start = Start {
        slug: fields.required("slug")?,
        kind: fields.kind()?,
        context: fields.context(),
        incident: fields.get("incident").map(str::to_owned),
    };
    let actor = visitor.must_be_named(&fields)?;
    let cookie = keep(&actor.name);
    let sent = fields.came()?;
    let back = address::runbook(&start.slug, None);
    let run = state.run(move |app| app.start_run(&start, &sent, &actor)).await;
    let run = run.map_err(|failure| failure.back_to(back))?;
    Ok(([cookie], Redirect::to(&format!("/runs/{run}"))).into_response())
}
