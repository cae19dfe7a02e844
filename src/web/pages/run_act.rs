//! `POST /runs/{id}/{verb}`: what people do during a run. Each goes back to the run.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::runs::Action;
use crate::domain::exercise::StepResult;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::state::Shared;
use crate::web::visitor::{Visitor, keep};

/// Does it.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    visitor: Visitor,
    Path((id, verb)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let back = format!("/runs/{}", crate::web::address::encode(&id));
    let action = action(&verb, &fields).map_err(|failure| failure.back_to(&back))?;
    let actor = visitor.must_be_named(&fields).map_err(|failure| failure.back_to(&back))?;
    let cookie = keep(&actor.name);
    let sent = fields.came()?;
    let done = state.run(move |app| {
        // Not of the run itself: one that is not known is refused below, in the words for that.
        let before = app.step_at_hand(&id).ok();
        let run = app.act_on_run(&id, &action, &sent, &actor)?;
        let after = app.step_at_hand(&run.to_string())?;
        Ok((run, Some(after).filter(|after| before.as_ref() != Some(after))))
    });
    let (run, opened) = done.await.map_err(|failure| failure.back_to(&back))?;
    // Sent again, or by somebody else meanwhile, the step is at hand already.
    if let Some((runbook, Some(step))) = opened {
        state.usage.opened(state.config.today(), &runbook, Some(&step), false);
    }
    Ok(([cookie], Redirect::to(&format!("/runs/{run}"))).into_response())
}

/// What the form says.
fn action(verb: &str, fields: &Fields) -> Result<Action, Failure> {
    let words = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    Ok(match verb {
        "open" => Action::Open(fields.required("step")?),
        "tick" => Action::Tick(fields.required("step")?, result(&fields.required("result")?)?),
        "skip" => Action::Skip(fields.required("step")?, words("reason")),
        "undo" => Action::Undo(fields.required("step")?),
        "note" => Action::Note(fields.get("step").map(str::to_owned), words("text")),
        "abandon" => Action::Abandon(words("reason")),
        _ => return Err(Failure::not_found("Nothing is done at this address.")),
    })
}

/// How a step went, by its word.
pub(super) fn result(word: &str) -> Result<StepResult, Failure> {
    match word {
        "worked" => Ok(StepResult::Worked),
        "failed" => Ok(StepResult::Failed),
        other => {
            let message = format!("A step worked or failed; “{other}” is neither.");
            Err(Failure::new(StatusCode::BAD_REQUEST, message))
        }
    }
}
