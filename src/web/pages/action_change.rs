//! `POST /actions/{id}`: an action item is further, or told differently.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::ActionEdit;
use crate::domain::action_item::{ActionKind, ActionState, Priority};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Changes it and goes back to the list, of its incident alone where that was shown.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(id): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let list = match fields.get("within") {
        Some(label) => format!("/actions?incident={}&", address::encode(label)),
        None => "/actions?".to_owned(),
    };
    let edit = edit(&fields).map_err(|failure| failure.back_to(&list))?;
    let anchor = address::encode(&id);
    let by = actor.clone();
    let changed = state.run(move |app| app.change_action(&id, &edit, &by)).await;
    changed.map_err(|failure| failure.back_to(&list))?;
    Ok(Signed::lead_to(&actor, &format!("{list}notice=moved#A-{anchor}")))
}

fn edit(fields: &Fields) -> Result<ActionEdit, Failure> {
    // What was emptied is removed; what the form does not have stays.
    let said = |name: &str| fields.sent(name).map(str::to_owned);
    let state = match fields.get("state") {
        None => None,
        Some(word) => Some(ActionState::parse(word).ok_or_else(|| unknown("state", word))?),
    };
    Ok(ActionEdit {
        text: said("text"),
        kind: kind(fields)?,
        priority: priority(fields)?,
        owner: said("owner"),
        due: fields.sent("due").map(|_| fields.read("due", "2026-06-01")).transpose()?,
        link: said("link"),
        state,
        reason: said("reason").unwrap_or_default(),
        seen: fields.get("seen").map(str::to_owned),
    })
}

/// What it is for, where the form says so.
pub(super) fn kind(fields: &Fields) -> Result<Option<ActionKind>, Failure> {
    let Some(word) = fields.get("kind") else { return Ok(None) };
    ActionKind::parse(word).map(Some).ok_or_else(|| unknown("kind", word))
}

/// How much it matters, where the form says so.
pub(super) fn priority(fields: &Fields) -> Result<Option<Priority>, Failure> {
    let Some(word) = fields.get("priority") else { return Ok(None) };
    Priority::parse(word).map(Some).ok_or_else(|| unknown("priority", word))
}

fn unknown(what: &str, word: &str) -> Failure {
    let message = format!("There is no {what} of an action item called “{word}”.");
    Failure::new(StatusCode::BAD_REQUEST, message)
}
