//! `POST /incidents/{label}/status`: how far it is; reopened, cancelled, or another one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::incident::Status;
use crate::error::Error;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

use super::incident_time_set::manner;

/// Says how far it is and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let to = fields.required("to")?;
    let to = Status::parse(&to).ok_or_else(|| {
        Failure::new(StatusCode::BAD_REQUEST, format!("“{to}” is no status of an incident."))
    })?;
    let at = fields.get("at").map(str::to_owned);
    if at.is_some() && matches!(to, Status::Duplicate) {
        let message = "A duplicate is one at every time: leave the time empty.";
        return Err(Failure::new(StatusCode::BAD_REQUEST, message));
    }
    let of = if to == Status::Duplicate { Some(fields.required("of")?) } else { None };
    let manner = manner(&fields);
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let changed = state.run(move |app| match of {
        Some(other) => app.mark_duplicate(&label, &other, &manner, &by),
        None if to == Status::Investigating && !app.incident(&label)?.line.open => {
            if at.is_some() {
                return Err(Error::refused("an incident is reopened when that is said").hinted(
                    "leave the time empty, and note what happened before in the timeline",
                ));
            }
            app.reopen_incident(&label, &manner, &by)
        }
        None => {
            let at = at.map(|at| app.moment_told(&at)).transpose()?;
            app.change_incident_status(&label, to, at, &manner, &by)
        }
    });
    let incident = changed.await.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "changed")))
}
