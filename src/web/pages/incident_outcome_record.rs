//! `POST /incidents/{label}/outcomes`: how a runbook went that was used in it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::exercise::Outcome;
use crate::error::Kind;
use crate::web::address;
use crate::web::error::{Again, Failure};
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Records the exercise and goes back to the incident.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let runbook = fields.required("runbook")?;
    let word = fields.required("result")?;
    let outcome = match word.as_str() {
        "worked" => Outcome::Worked,
        "failed" => Outcome::Failed,
        "not-used" => Outcome::NotUsed,
        _ => {
            let message = format!("There is no outcome called “{word}”.");
            return Err(Failure::new(StatusCode::BAD_REQUEST, message));
        }
    };
    let again = fields.get("again").is_some();
    let (failed, done) = (address::incident(&label, ""), address::incident(&label, "told"));
    let action = address::of_incident(&label, "outcomes", "");
    let by = actor.clone();
    let recorded =
        state.run(move |app| app.record_outcome(&label, &runbook, outcome, again, &by)).await;
    recorded.map_err(|failure| {
        let failure = failure.back_to(failed);
        if failure.kind != Some(Kind::Duplicate) {
            return failure;
        }
        failure.hinted("If it happened twice on that day, say so.").repeatable(Again {
            action,
            label: "It happened twice: record it again".to_owned(),
            ask: None,
            fields: fields.with("again", "yes"),
            typed: Vec::new(),
        })
    })?;
    Ok(Signed::lead_to(&actor, &done))
}
