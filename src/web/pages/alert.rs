//! `GET /alerts/{AlertName}`: where an alert's `runbook_url` points. The name may come in any
//! case and with a slash at its end, as monitoring systems build such addresses.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::app::search::AlertAnswer;
use crate::domain::id::StepId;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::found::Found;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view of an alert that no runbook names.
#[derive(Debug, Serialize)]
struct Closest {
    name: String,
    /// What the partial of search results looks at.
    query: String,
    found: Found,
}

/// Leads to the runbook, or shows the closest ones: never a bare 404.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let name = name.trim_matches('/').trim().to_owned();
    let asked = name.clone();
    match state.run(move |app| app.alert(&asked)).await? {
        AlertAnswer::Found { slug, anchor, step } => {
            let step = step.as_ref().map(StepId::as_str);
            let address = match state.usage.is_on() {
                true => address::from_alert(slug.as_str(), &anchor, step),
                false => address::runbook(slug.as_str(), Some(&anchor)),
            };
            Ok(Redirect::to(&address).into_response())
        }
        AlertAnswer::Closest(results) => {
            let closest = Closest { query: name.clone(), name, found: Found::from(results) };
            let mut response =
                page(&state, &visitor, Here::Elsewhere, "pages/alert.html", &closest);
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            Ok(response)
        }
    }
}
