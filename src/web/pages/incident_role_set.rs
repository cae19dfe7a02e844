//! `POST /incidents/{label}/roles`: who does what.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::incidents::{RoleChange, role_named};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

use super::incident_time_set::manner;

/// Sets it and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let role = fields.required("role")?;
    let change = match fields.get("who_has_it") {
        Some(people) => {
            RoleChange::Take(people.split(',').map(|it| it.trim().to_owned()).collect())
        }
        None => RoleChange::Leave(Vec::new()),
    };
    let manner = manner(&fields);
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let changed = state
        .run(move |app| app.set_incident_role(&label, role_named(&role)?, &change, &manner, &by));
    let incident = changed.await.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "changed")))
}
