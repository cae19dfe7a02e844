//! `POST /incidents/{label}/postmortem`: it is begun, or its owner, cause or template are others.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::{PostmortemRetold, PostmortemStart, cause_named};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// Says so and goes back to the postmortem.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let said = |name: &str| fields.get(name).map(str::to_owned);
    let (template, owner, cause) = (said("template"), said("owner"), said("cause"));
    let (reason, seen) = (said("reason").unwrap_or_default(), said("seen"));
    let failed = address::of_incident(&label, "postmortem", "");
    let notice = if seen.is_some() { "changed" } else { "begun" };
    let done = address::of_incident(&label, "postmortem", notice);
    let by = actor.clone();
    let changed = state.run(move |app| {
        let cause = cause.as_deref().map(cause_named).transpose()?;
        match seen {
            None => {
                let start = PostmortemStart { template, owner, cause, reason };
                app.start_postmortem(&label, &start, &by)
            }
            Some(_) => {
                let retold = PostmortemRetold { template, owner, cause, reason, seen };
                app.change_postmortem(&label, &retold, &by)
            }
        }
    });
    changed.await.map_err(|failure| failure.back_to(failed))?;
    Ok(Signed::lead_to(&actor, &done))
}
