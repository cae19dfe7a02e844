//! `POST /incidents/{label}/runbooks`: a runbook is used in it.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Links the two and goes back to the incident, from where the runbook is followed.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let runbook = fields.required("runbook")?;
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let used = state.run(move |app| app.use_runbook(&label, &runbook, None, "", &by)).await;
    let incident = used.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "used")))
}
