//! `/runs/{id}/finish`: one form, already filled, that records a run as an exercise.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::run_act::result;
use crate::app::exercises::{Recording, RowFate};
use crate::domain::exercise::Outcome;
use crate::error::Kind;
use crate::web::address;
use crate::web::error::{Again, Failure};
use crate::web::forms::Fields;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// The fields that say how a step went: `step.3a`.
const STEP: &str = "step.";

/// The form. A run that is over has none: its page says what became of it.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let back = run(&id);
    match state.run(move |app| app.run_finish(&id)).await {
        Ok(view) => Ok(page(&state, &visitor, Here::Runbooks, "pages/run_finish.html", &view)),
        Err(failure) if failure.status == StatusCode::CONFLICT => {
            Ok(Redirect::to(&back).into_response())
        }
        Err(failure) => Err(failure),
    }
}

/// Records the run and goes to the runbook, whose banner counts it already.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let back = run(&id);
    let actor = visitor.must_be_named(&fields).map_err(|failure| failure.back_to(&back))?;
    let cookie = keep(&actor.name);
    let recording = recording(&fields).map_err(|failure| failure.back_to(&back))?;
    let seen = fields.get("seen").map(str::to_owned);
    let form = format!("{back}/finish");
    let finished =
        state.run(move |app| app.finish_run(&id, &recording, seen.as_deref(), &actor)).await;
    let finished = finished.map_err(|failure| {
        let again = |label: &str, fields| Again {
            action: form.clone(),
            label: label.to_owned(),
            ask: None,
            fields,
            typed: Vec::new(),
        };
        match failure.kind {
            Some(Kind::Duplicate) => {
                let fields = fields.with("again", "yes");
                failure
                    .back_to(&back)
                    .hinted("If it happened twice on that day, say so.")
                    .repeatable(again("It happened twice: record it again", fields))
            }
            Some(Kind::Outdated) => {
                let fields = fields.with("seen", "");
                let failure = failure.hinted("Go back for a form with all of it.");
                failure.back_to(&form).repeatable(again("Record it as I filled it in", fields))
            }
            _ => failure.back_to(&back),
        }
    })?;
    let notice = match (&finished.row, finished.outcome) {
        (RowFate::Pending { .. }, _) => "pending",
        (_, Outcome::Worked) => "recorded",
        (_, Outcome::Failed) => "failed",
        (_, Outcome::Partial) => "partly",
        (_, Outcome::NotUsed | Outcome::Unclear) => "kept",
    };
    let to = match &finished.slug {
        Some(slug) => address::step(slug.as_str(), None, notice),
        None => format!("/runs/{}", finished.run),
    };
    Ok(([cookie], Redirect::to(&to)).into_response())
}

fn run(id: &str) -> String {
    format!("/runs/{}", address::encode(id))
}

/// What the form says about the run as a whole.
fn recording(fields: &Fields) -> Result<Recording, Failure> {
    let mut steps = Vec::new();
    for (name, word) in fields.all() {
        let step = name.strip_prefix(STEP).filter(|_| !word.is_empty());
        if let Some(step) = step {
            steps.push((step.to_owned(), result(&word)?));
        }
    }
    let outcome = match fields.get("outcome") {
        _ if !steps.is_empty() => None,
        None | Some("not-used") => Some(Outcome::NotUsed),
        Some("worked") => Some(Outcome::Worked),
        Some("failed") => Some(Outcome::Failed),
        Some(other) => {
            let message = format!("There is no outcome called “{other}”.");
            return Err(Failure::new(StatusCode::BAD_REQUEST, message));
        }
    };
    Ok(Recording {
        slug: String::new(),
        steps,
        outcome,
        on: None,
        kind: fields.kind()?,
        context: fields.context(),
        minutes: fields.read("minutes", "12")?,
        incident: fields.get("incident").map(str::to_owned),
        note: fields.get("note").unwrap_or_default().to_owned(),
        again: fields.get("again").is_some(),
    })
}
