//! `POST /incidents/{label}/times`: what is known of one of the five times.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::incidents::{Change, Manner};
use crate::domain::incident::TimeName;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Sets it and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let name = fields.required("time")?;
    let name = TimeName::parse(&name).ok_or_else(|| {
        Failure::new(StatusCode::BAD_REQUEST, format!("“{name}” is none of the five times."))
    })?;
    let at = fields.required("at")?;
    let manner = manner(&fields);
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let changed = state.run(move |app| {
        let change = Change::Time(name, app.time_told(&at)?);
        app.edit_incident(&label, &[change], &manner, &by)
    });
    let incident = changed.await.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "changed")))
}

/// Why something is edited, from where it is known, and what the editor saw.
pub(super) fn manner(fields: &Fields) -> Manner {
    let said = |name| fields.get(name).unwrap_or_default().to_owned();
    Manner {
        reason: said("reason"),
        source: said("source"),
        seen: fields.get("seen").map(str::to_owned),
    }
}
