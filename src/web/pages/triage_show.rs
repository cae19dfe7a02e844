//! `GET` and `POST /triage`: a paste in; a hypothesis out, each conclusion a link to the words that
//! say so. Nothing is recorded.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::triage::Paste;
use crate::app::{App, IncidentFilter};
use crate::error::Result;
use crate::triage::cleaned;
use crate::views::incident::IncidentLine;
use crate::web::error::Failure;
use crate::web::judged::Judged;
use crate::web::page::{Here, kept_nowhere, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What was pasted, and for which incident.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    text: String,
    #[serde(default)]
    incident: String,
}

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    text: String,
    judged: Option<Judged>,
    /// The incidents that go on: a hypothesis may be added to one of them.
    open: Vec<IncidentLine>,
    /// The label of the one that it is judged for.
    incident: Option<String>,
}

pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let shown = state.run(move |app| Shown::of(app, &asked)).await?;
    let answer = page(&state, &visitor, Here::Elsewhere, "pages/triage_show.html", &shown);
    Ok(if shown.text.is_empty() { answer } else { kept_nowhere(answer) })
}

/// The same for what is too long for an address.
pub(in crate::web) async fn of_a_paste(
    state: State<Shared>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Failure> {
    show(state, visitor, Query(asked)).await
}

impl Shown {
    fn of(app: &mut App, asked: &Asked) -> Result<Self> {
        let open =
            app.incident_list(&IncidentFilter { open: true, ..IncidentFilter::default() })?;
        let open = open.incidents;
        // An address may be older than the end of its incident: the text is judged all the same.
        let wanted = open.iter().map(|line| line.label.to_string());
        let incident = wanted.into_iter().find(|label| *label == asked.incident);
        // What steers a terminal does not come back from a form whole, and would then hide a name.
        let text = cleaned(asked.text.trim()).into_owned();
        let judged = match text.as_str() {
            "" => None,
            _ => {
                let incident = incident.as_deref();
                let paste = Paste { text: &text, incident, ..Paste::default() };
                Some(Judged::of(app.triage(&paste)?))
            }
        };
        Ok(Self { text, judged, open, incident })
    }
}
