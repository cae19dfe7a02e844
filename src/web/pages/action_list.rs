//! `GET /actions`: what was promised, overdue ones first, and the postmortems that are late.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::ActionFilter;
use crate::views::action::ActionList;
use crate::views::postmortem::{PostmortemLine, PostmortemList};
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    owner: String,
    incident: String,
    all: String,
}

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    list: ActionList,
    late: Vec<PostmortemLine>,
    asked: Asked,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let said = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let filter = ActionFilter {
        all: said(&asked.all).is_some(),
        owner: said(&asked.owner),
        incident: said(&asked.incident),
    };
    let read = state.run(move |app| Ok((app.action_list(&filter)?, app.postmortem_list()?)));
    let (list, postmortems) = read.await.map_err(|failure| failure.back_to("/actions"))?;
    let PostmortemList { postmortems, .. } = postmortems;
    let late = postmortems.into_iter().filter(|line| line.overdue.is_some()).collect();
    let shown = Shown { list, late, asked };
    Ok(page(&state, &visitor, Here::Incidents, "pages/action_list.html", &shown))
}
