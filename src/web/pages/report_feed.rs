//! `GET /reports.atom`: the reports as a feed.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::domain::id::Hash;
use crate::views::report_list::KeptReportView;
use crate::web::error::Failure;
use crate::web::origin::Origin;
use crate::web::state::Shared;
use crate::web::tagged::tagged;

/// The view.
#[derive(Debug, Serialize)]
struct Feed {
    /// Address of the server, without a slash at its end.
    origin: String,
    /// The workspace's id, or the name of its folder: what the feed is called.
    name: String,
    /// When the newest was made; the beginning of time where none was.
    updated: String,
    reports: Vec<KeptReportView>,
}

/// The feed.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let list = state.run(crate::app::App::report_list).await?;
    let newest = list.reports.first().map(|report| report.generated_at.clone());
    let feed = Feed {
        origin,
        name: name(&state),
        updated: newest.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()),
        reports: list.reports,
    };
    match state.renderer.render("feeds/reports.xml", &feed) {
        Ok(xml) => {
            let tag = format!("\"{}\"", Hash::of(xml.as_bytes()));
            Ok(tagged(&headers, &tag, "application/atom+xml; charset=utf-8", xml))
        }
        Err(error) => {
            state.log(&format!("the feed of reports cannot be rendered: {error}"));
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

fn name(state: &Shared) -> String {
    let folder =
        || state.config.workspace.file_name().map(|name| name.to_string_lossy().into_owned());
    state.config.id.clone().or_else(folder).unwrap_or_else(|| "runbooks".to_owned())
}
