//! `POST /runs`: somebody follows a runbook from now on.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::runs::Start;
use crate::domain::id::EntryId;
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
    let begun = state.run(move |app| {
        let before: Vec<EntryId> = app.open_runs()?.iter().map(|run| run.id).collect();
        let run = app.start_run(&start, &sent, &actor)?;
        let (runbook, step) = app.step_at_hand(&run.to_string())?;
        // The same form sent twice is one run, and its step was opened once.
        Ok((run, runbook, step.filter(|_| !before.contains(&run))))
    });
    let (run, runbook, step) = begun.await.map_err(|failure| failure.back_to(back))?;
    if let Some(step) = step {
        state.usage.opened(state.config.today(), &runbook, Some(&step), false);
    }
    Ok(([cookie], Redirect::to(&format!("/runs/{run}"))).into_response())
}
