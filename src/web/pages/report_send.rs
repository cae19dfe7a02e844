//! `POST /reports/{name}/{day}`: a report is to be sent to a destination, for the first time or
//! again.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Asks for it and goes back to the report.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path((name, day)): Path<(String, String)>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let label = format!("{name}/{day}");
    let failed = address::report(&label, "");
    let done = address::report(&label, "sending");
    let to = fields.required("to")?;
    let by = actor.clone();
    let asked = state.run(move |app| app.request_report(&label, &to, &by)).await;
    asked.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &done))
}
