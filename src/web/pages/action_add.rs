//! `POST /actions`: an action item that no question asked for.

use axum::extract::State;
use axum::response::Response;

use super::action_change::{kind, priority};
use crate::app::NewAction;
use crate::domain::action_item::{ActionKind, Priority};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Opens it and goes to the list.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let incident = fields.required("incident")?;
    let said = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let new = NewAction {
        text: fields.required("text")?,
        kind: kind(&fields)?.unwrap_or(ActionKind::Prevent),
        priority: priority(&fields)?.unwrap_or(Priority::Medium),
        owner: said("owner"),
        due: fields.read("due", "2026-06-01")?,
        link: said("link"),
        question: None,
    };
    let by = actor.clone();
    let added = state.run(move |app| app.add_action(&incident, &new, &by)).await;
    let added = added.map_err(|failure| failure.back_to("/actions"))?;
    let to = format!("/actions?notice=promised#A-{}", address::encode(&added.id.to_string()));
    Ok(Signed::lead_to(&actor, &to))
}
