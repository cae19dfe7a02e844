//! `POST /reports`: a report is made now, and perhaps sent.

use axum::extract::State;
use axum::response::Response;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Makes it and goes to it.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let name = fields.required("name")?;
    let send = fields.get("send").is_some();
    let by = actor.clone();
    let made = state.run(move |app| app.make_report_now(&name, send, &by)).await;
    let made = made.map_err(|failure| failure.back_to("/reports"))?;
    let notice = if made.deliveries.is_empty() { "made" } else { "made-and-sent" };
    Ok(Signed::lead_to(&actor, &address::report(made.label.as_str(), notice)))
}
