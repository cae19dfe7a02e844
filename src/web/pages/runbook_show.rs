//! `GET /runbooks/{slug}`: a runbook, what is known of it, and the forms to add to that.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::views::page::RunbookPage;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::layout::Laid;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::usage::Opens;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// The incident that it is read for.
    incident: Option<String>,
    /// `alert` where an alert led here.
    from: Option<String>,
    /// The step that it led to.
    at: Option<String>,
}

impl Asked {
    /// Whether an alert led here.
    fn is_from_alert(&self) -> bool {
        self.from.as_deref() == Some("alert")
    }

    /// The same asked of another address.
    fn of(&self, address: &str) -> String {
        let mut address = address::within(address, self.incident.as_deref());
        if self.is_from_alert() {
            address = address::asking(&address, "from=alert");
            if let Some(step) = &self.at {
                address = address::asking(&address, &format!("at={}", address::encode(step)));
            }
        }
        address
    }
}

/// The page. An address from before a move, with a slash or with a file's extension at its end
/// leads to where the runbook is.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    opens: Opens,
) -> Result<Response, Failure> {
    let (wanted, within) = (slug.clone(), asked.incident.clone());
    match state.run(move |app| app.runbook_page(&wanted, within.as_deref())).await {
        Ok(runbook) if runbook.runbook.slug.as_str() != slug => {
            let address = address::runbook(runbook.runbook.slug.as_str(), None);
            Ok(Redirect::temporary(&asked.of(&address)).into_response())
        }
        Ok(runbook) => {
            if opens.0 {
                count(&state, &runbook, &asked);
            }
            let laid = Laid::out(&runbook);
            Ok(page(&state, &visitor, Here::Runbooks, "pages/runbook_show.html", &laid))
        }
        Err(failure) if failure.status == StatusCode::NOT_FOUND => {
            match elsewhere(&state, slug).await? {
                Some(to) => Ok(Redirect::temporary(&asked.of(&to)).into_response()),
                None => Err(failure),
            }
        }
        Err(failure) => Err(failure),
    }
}

/// Counts the page, and the step that an alert led to if it is one of the runbook's own: what an
/// address makes up is not counted.
fn count(state: &Shared, runbook: &RunbookPage, asked: &Asked) {
    let (day, from_alert) = (state.config.today(), asked.is_from_alert());
    state.usage.opened(day, &runbook.id, None, from_alert);
    if let Some(step) = asked.at.as_deref().filter(|_| from_alert) {
        let step = runbook.runbook.steps.iter().map(|it| &it.id).find(|id| id.as_str() == step);
        if let Some(step) = step {
            state.usage.opened(day, &runbook.id, Some(step), true);
        }
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
