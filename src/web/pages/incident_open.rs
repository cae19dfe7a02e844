//! `POST /incidents`: something is broken, and from now on it is recorded.

use axum::extract::State;
use axum::response::Response;

use crate::app::incidents::Opening;
use crate::domain::incident::TimeName;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Opens it and leads to its page.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let services = fields.get("services").unwrap_or_default();
    let mut opening = Opening {
        title: fields.required("title")?,
        severity: fields.required("severity")?,
        services: services.split(',').map(|it| it.trim().to_owned()).collect(),
        detection: fields.get("detection").unwrap_or_default().to_owned(),
        token: fields.get("token").unwrap_or_default().to_owned(),
        ..Opening::default()
    };
    let by = actor.clone();
    let incident = state.run(move |app| {
        for name in [TimeName::Started, TimeName::Detected] {
            if let Some(text) = fields.get(name.as_str()) {
                opening.times.insert(name, app.time_told(text)?);
            }
        }
        app.open_incident(&opening, &by)
    });
    let incident = incident.await.map_err(|failure| failure.back_to("/incidents"))?;
    Ok(Signed::lead_to(&actor, &address::incident(incident.line.label.as_str(), "opened")))
}
