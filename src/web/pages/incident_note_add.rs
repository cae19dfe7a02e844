//! `POST /incidents/{label}/notes`: a line for the timeline, or several pasted from a chat.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::incidents::{NewNote, Noted};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Adds what was said and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let text = fields.required("text")?;
    let at = fields.get("at").map(str::to_owned);
    let back = label.clone();
    let failed = address::incident(&label, "");
    let by = actor.clone();
    let noted = state.run(move |app| {
        let at = at.map(|at| app.moment_told(&at)).transpose()?;
        if text.contains('\n') {
            return app.paste_notes(&label, &text, at, "", &by);
        }
        let note = NewNote { text, at, ..NewNote::default() };
        app.note_incident(&label, &[note], &by)
    });
    let noted = noted.await.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &address::incident(&back, notice(&noted))))
}

/// What became of the lines, the most surprising first.
fn notice(noted: &Noted) -> &'static str {
    if !noted.redacted.is_empty() {
        "redacted"
    } else if noted.known == 0 {
        "added"
    } else if noted.ids.is_empty() {
        "known"
    } else {
        "partly-known"
    }
}
