//! `POST /incidents/{label}/fields`: one thing about an incident is otherwise.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::incidents::Change;
use crate::domain::incident::Link;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::signed::Signed;
use crate::web::state::Shared;

use super::incident_time_set::manner;

/// Changes it and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let change = change(&fields)?;
    let manner = manner(&fields);
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let changed = state.run(move |app| app.edit_incident(&label, &[change], &manner, &by)).await;
    let incident = changed.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "changed")))
}

/// What the form wants to be otherwise.
fn change(fields: &Fields) -> Result<Change, Failure> {
    let value = || fields.get("value").unwrap_or_default().to_owned();
    Ok(match fields.required("field")?.as_str() {
        "title" => Change::Title(fields.required("value")?),
        "severity" => Change::Severity(fields.required("value")?),
        "services" => Change::Services(value().split(',').map(|it| it.trim().to_owned()).collect()),
        "detection" => Change::Detection(value()),
        "link" => {
            let text = fields.get("name").unwrap_or_default().to_owned();
            Change::Link(Link { url: fields.required("value")?, text })
        }
        "context" => Change::Context { name: fields.required("name")?, value: value() },
        other => match other.strip_prefix("context.") {
            Some(name) => Change::Context { name: name.to_owned(), value: value() },
            None => {
                let message = format!("“{other}” is nothing that an incident has.");
                return Err(Failure::new(StatusCode::BAD_REQUEST, message));
            }
        },
    })
}
