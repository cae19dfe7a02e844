//! `GET /follow/{slug}`: begin to follow a runbook, or join those who do.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::views::run::RunStart;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::forms::new_token;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// The incident in which the runbook is followed.
    #[serde(default)]
    incident: String,
}

/// What the page shows.
#[derive(Serialize)]
struct Beginning {
    start: RunStart,
    /// The columns, each with what the incident says of it.
    columns: Vec<(String, String)>,
    incident: String,
    token: String,
}

/// The form. An address from before a move leads to where the runbook is.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(Asked { incident }): Query<Asked>,
) -> Result<Response, Failure> {
    let back = address::runbook(&slug, None);
    let (asked, within) = (slug.clone(), incident.clone());
    let begun = state.run(move |app| {
        let start = app.run_start(&asked)?;
        let filled = match within.trim() {
            "" => (String::new(), vec![String::new(); start.columns.len()]),
            within => {
                let (label, values) = app.incident_columns(within, &start.columns)?;
                (label.to_string(), values)
            }
        };
        Ok((start, filled))
    });
    let (start, (label, values)) = begun.await.map_err(|failure| failure.back_to(back))?;
    if start.slug.as_str() != slug {
        let mut to = address::follow(start.slug.as_str());
        if !label.is_empty() {
            to = format!("{to}?incident={}", address::encode(&label));
        }
        return Ok(Redirect::temporary(&to).into_response());
    }
    let columns = start.columns.iter().cloned().zip(values).collect();
    let view = Beginning { start, columns, incident: label, token: new_token() };
    Ok(page(&state, &visitor, Here::Runbooks, "pages/follow_start.html", &view))
}
