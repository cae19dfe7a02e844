//! `GET /calendar.ics`: action items and drills on their days, for calendars that subscribe to it.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::id::Hash;
use crate::render::icalendar::icalendar;
use crate::web::error::Failure;
use crate::web::origin::Origin;
use crate::web::state::Shared;
use crate::web::tagged::tagged;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    /// Whose days alone.
    owner: String,
}

/// The calendar.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    Query(Asked { owner }): Query<Asked>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let owner = Some(owner.trim().to_owned()).filter(|owner| !owner.is_empty());
    let feed = state.run(move |app| app.calendar(owner.as_deref())).await?;
    let text = icalendar(&feed, &origin);
    let tag = format!("\"{}\"", Hash::of(text.as_bytes()));
    Ok(tagged(&headers, &tag, "text/calendar; charset=utf-8", text))
}
