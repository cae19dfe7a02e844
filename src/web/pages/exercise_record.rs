//! `POST /exercises`: a step worked or failed.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;

use super::run_act::result;
use crate::app::exercises::{Recorded, Recording, RowFate};
use crate::domain::exercise::{Outcome, StepResult};
use crate::error::Kind;
use crate::web::address;
use crate::web::error::{Again, Failure};
use crate::web::forms::Fields;
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// Records the exercise and goes back to the step.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Failure> {
    let slug = fields.required("slug")?;
    let actor = visitor.must_be_named(&fields)?;
    let cookie = keep(&actor.name);
    let recording = recording(&fields)?;
    let failed = address::within(&address::runbook(&slug, None), fields.get("within"));
    let recorded =
        state.run(move |app| app.record(&recording, &actor)).await.map_err(|failure| {
            let failure = failure.back_to(failed);
            if failure.kind != Some(Kind::Duplicate) {
                return failure;
            }
            failure.hinted("If it happened twice on that day, say so.").repeatable(again(&fields))
        })?;
    let back = address::step(&slug, fields.get("step"), notice(&recorded));
    let back = address::within(&back, fields.get("within"));
    Ok(([cookie], Redirect::to(&back)).into_response())
}

/// What the page says afterwards.
fn notice(recorded: &Recorded) -> &'static str {
    match (&recorded.row, recorded.exercise.outcome) {
        (RowFate::Pending { .. }, _) => "pending",
        (_, "failed") => "failed",
        _ => "worked",
    }
}

/// What the form says about the exercise.
fn recording(fields: &Fields) -> Result<Recording, Failure> {
    let result = result(&fields.required("result")?)?;
    let on: Option<NaiveDate> = fields.read("on", "2026-06-01")?;
    let steps: Vec<_> = fields.get("step").map(|id| (id.to_owned(), result)).into_iter().collect();
    let whole = match result {
        StepResult::Worked => Outcome::Worked,
        StepResult::Failed => Outcome::Failed,
    };
    Ok(Recording {
        slug: fields.required("slug")?,
        outcome: steps.is_empty().then_some(whole),
        steps,
        on,
        kind: fields.kind()?,
        context: fields.context(),
        minutes: fields.read("minutes", "12")?,
        // Whoever empties the field means that it belongs to no incident.
        incident: fields
            .sent("incident")
            .or(fields.get("within"))
            .filter(|label| !label.is_empty())
            .map(str::to_owned),
        note: fields.get("note").unwrap_or_default().to_owned(),
        again: fields.get("again").is_some(),
    })
}

/// The way to insist on a second exercise that looks like the first.
fn again(fields: &Fields) -> Again {
    Again {
        action: "/exercises".to_owned(),
        label: "It happened twice: record it again".to_owned(),
        ask: None,
        fields: fields.with("again", "yes"),
        typed: Vec::new(),
    }
}
