//! `GET /runbooks/{slug}`: a runbook, what is known of it, and the forms to add to that.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::web::address;
use crate::web::error::Failure;
use crate::web::layout::Laid;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// The incident that it is read for.
    incident: Option<String>,
}

/// The page. An address from before a move, with a slash or with a file's extension at its end
/// leads to where the runbook is.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(Asked { incident }): Query<Asked>,
) -> Result<Response, Failure> {
    let (asked, within) = (slug.clone(), incident.clone());
    match state.run(move |app| app.runbook_page(&asked, within.as_deref())).await {
        Ok(runbook) if runbook.runbook.slug.as_str() != slug => {
            let address = address::runbook(runbook.runbook.slug.as_str(), None);
            let address = address::within(&address, incident.as_deref());
            Ok(Redirect::temporary(&address).into_response())
        }
        Ok(runbook) => {
            let laid = Laid::out(&runbook);
            Ok(page(&state, &visitor, Here::Runbooks, "pages/runbook_show.html", &laid))
        }
        Err(failure) if failure.status == StatusCode::NOT_FOUND => {
            match elsewhere(&state, slug).await? {
                Some(to) => {
                    Ok(Redirect::temporary(&address::within(&to, incident.as_deref()))
                        .into_response())
                }
                None => Err(failure),
            }
        }
        Err(failure) => Err(failure),
    }
}

/// Where a runbook of that name is instead.
async fn elsewhere(state: &Shared, slug: String) -> Result<Option<String>, Failure> {
    let bare = slug.trim_end_matches('/');
    let bare = bare.strip_suffix(".md").or(bare.strip_suffix(".markdown")).unwrap_or(bare);
    if bare.is_empty() {
        return Ok(Some("/runbooks".to_owned()));
    }
    if bare != slug {
        return Ok(Some(address::runbook(bare, None)));
    }
    let moved = state.run(move |app| app.moved_slug(&slug)).await?;
    Ok(moved.map(|slug| address::runbook(slug.as_str(), None)))
}
