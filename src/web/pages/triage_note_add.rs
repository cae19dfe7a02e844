//! `POST /triage/notes`: a hypothesis for the timeline of an incident, because somebody wants it
//! there.

use axum::extract::State;
use axum::response::Response;

use crate::app::triage::Paste;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Judges the text once more, adds what comes of it, and leads to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let required = |name| fields.required(name).map_err(|failure| failure.back_to("/triage"));
    let (text, incident) = (required("text")?, required("incident")?);
    let by = actor.clone();
    let noted = state.run(move |app| {
        let paste = Paste { text: &text, incident: Some(&incident), ..Paste::default() };
        let told = app.triage(&paste)?;
        let noted = app.note_hypothesis(&incident, &told, &by)?;
        Ok((app.incident(&incident)?.line.label.to_string(), noted.stood))
    });
    let (label, stood) = noted.await.map_err(|failure| failure.back_to("/triage"))?;
    Ok(Signed::lead_to(&actor, &address::incident(&label, if stood { "known" } else { "added" })))
}
