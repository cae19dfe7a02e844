//! `GET /incidents/{label}/checklist`: the questions of a postmortem, each with its answer.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::views::postmortem::PostmortemView;
use crate::web::address;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    postmortem: PostmortemView,
    asked: usize,
    complete: usize,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(label): Path<String>,
) -> Result<Response, Failure> {
    let asked = label.clone();
    let postmortem = state.run(move |app| app.postmortem(&asked)).await;
    let postmortem = postmortem.map_err(|failure| failure.back_to("/incidents"))?;
    let known = postmortem.line.incident.as_str();
    if known != label {
        let to = address::of_incident(known, "checklist", "");
        return Ok(Redirect::temporary(&to).into_response());
    }
    let questions = || postmortem.checklist.iter().flat_map(|group| &group.questions);
    let (asked, complete) = (questions().count(), questions().filter(|it| it.complete).count());
    let shown = Shown { postmortem, asked, complete };
    Ok(page(&state, &visitor, Here::Incidents, "pages/checklist_show.html", &shown))
}
