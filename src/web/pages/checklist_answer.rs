//! `POST /incidents/{label}/checklist`: a question is answered.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use crate::app::{Follow, NewAnswer};
use crate::error::Kind;
use crate::web::address;
use crate::web::error::{Again, Failure};
use crate::web::forms::Fields;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// The fields that name what a good answer rests on: `evidence.soak_start`.
const EVIDENCE: &str = "evidence.";

/// What a form says whose question had no answer yet.
const NOTHING: &str = "nothing";

/// Keeps the answer and goes back to its question.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let question = fields.required("question")?;
    let anchor = match fields.get("number") {
        Some(number) => format!("#Q-{}", address::encode(number)),
        None => String::new(),
    };
    let failed = format!("{}{anchor}", address::of_incident(&label, "checklist", ""));
    let done = format!("{}{anchor}", address::of_incident(&label, "checklist", "answered"));
    let action = address::of_incident(&label, "checklist", "");
    let new = answer(&fields).map_err(|failure| failure.back_to(&failed))?;
    let by = actor.clone();
    let answered =
        state.run(move |app| app.answer_question(&label, &question, &new, &by).map(|_| ())).await;
    answered.map_err(|failure| {
        let failure = failure.back_to(failed);
        if failure.kind != Some(Kind::Outdated) {
            return failure;
        }
        failure.hinted("Go back to read it; the answer before yours is kept.").repeatable(Again {
            action,
            label: "Answer it as I did all the same".to_owned(),
            ask: None,
            fields: fields.with("seen", ""),
        })
    })?;
    Ok(Signed::lead_to(&actor, &done))
}

fn answer(fields: &Fields) -> Result<NewAnswer, Failure> {
    let said = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let due: Option<NaiveDate> = fields.read("due", "2026-06-01")?;
    let follow = match fields.get("follow") {
        Some("action") => Some(Follow::Action {
            text: said("action"),
            kind: None,
            priority: None,
            owner: said("owner"),
            due,
        }),
        Some("nothing") => Some(Follow::Decline(said("declined"))),
        _ => None,
    };
    let evidence = fields
        .all()
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(EVIDENCE)?.to_owned(), value)));
    Ok(NewAnswer {
        answer: fields.required("answer")?,
        evidence: evidence.collect(),
        reason: said("reason"),
        follow,
        seen: fields.get("seen").map(|it| if it == NOTHING { "" } else { it }.to_owned()),
    })
}
