//! `POST /incidents/{label}/postmortem/sections`: a section has another text.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::section_named;
use crate::error::Kind;
use crate::web::address;
use crate::web::error::{Again, Failure};
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// What a form says whose section had no text yet: an empty field would be one that is left out.
const NOTHING: &str = "nothing";

/// Saves it and goes back to the section. What somebody else wrote meanwhile is not overwritten
/// unseen, and what was typed here is not lost.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let section = fields.required("section")?;
    let text = fields.get("text").unwrap_or_default().to_owned();
    let seen = fields.get("seen").map(|it| if it == NOTHING { "" } else { it }.to_owned());
    let anchor = format!("#S-{}", address::encode(&section));
    let failed = format!("{}{anchor}", address::of_incident(&label, "postmortem", ""));
    let done = format!("{}{anchor}", address::of_incident(&label, "postmortem", "written"));
    let action = address::of_incident(&label, "postmortem/sections", "");
    let by = actor.clone();
    let written = state.run(move |app| {
        let section = section_named(&section)?;
        app.write_section(&label, section, &text, seen.as_deref(), &by)
    });
    written.await.map_err(|failure| {
        let failure = failure.back_to(failed);
        if failure.kind != Some(Kind::Outdated) {
            return failure;
        }
        failure.hinted("Go back to read it; the text before yours is kept.").repeatable(Again {
            action,
            label: "Save mine in its place".to_owned(),
            ask: None,
            fields: fields.with("seen", ""),
        })
    })?;
    Ok(Signed::lead_to(&actor, &done))
}
