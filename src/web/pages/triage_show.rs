//! `GET` and `POST /triage`: a paste in; a hypothesis out, each conclusion a link to the words that
//! say so. Nothing is recorded.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::web::error::Failure;
use crate::web::judged::Judged;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What was pasted.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    text: String,
}

/// The view.
#[derive(Debug, Serialize)]
struct Page {
    text: String,
    judged: Option<Judged>,
}

pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = asked.text.trim().to_owned();
    let judged = match text.as_str() {
        "" => None,
        _ => {
            let pasted = text.clone();
            let triage = state.run(move |app| app.triage(&pasted, None)).await?;
            Some(Judged::of(triage))
        }
    };
    let view = Page { text, judged };
    Ok(page(&state, &visitor, Here::Elsewhere, "pages/triage_show.html", &view))
}

/// The same for what is too long for an address.
pub(in crate::web) async fn of_a_paste(
    state: State<Shared>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Failure> {
    show(state, visitor, Query(asked)).await
}
