//! A page: a template, what it is about, and the frame around it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Serialize;

use super::error::Words;
use super::state::Shared;
use super::visitor::{Notice, Visitor};
use crate::views::RunbookRef;

/// Where a page stands in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Here {
    /// The search.
    Search,
    /// The runbooks.
    Runbooks,
    /// What is stale.
    Stale,
    /// The incidents.
    Incidents,
    /// None of them.
    Elsewhere,
}

/// What every page shows around its content.
#[derive(Debug, Serialize)]
struct Frame<'a> {
    here: Here,
    name: Option<&'a str>,
    path: &'a str,
    as_of: Option<NaiveDate>,
    today: NaiveDate,
    notice: Option<Notice>,
    version: &'static str,
}

/// What a template is given.
#[derive(Debug, Serialize)]
struct Page<'a, V> {
    frame: Frame<'a>,
    view: &'a V,
}

/// What an error page is about.
#[derive(Debug, Serialize)]
struct ErrorView<'a> {
    status: u16,
    words: &'a Words,
    back: Option<&'a str>,
    near: &'a [RunbookRef],
}

/// Answers with a page.
pub(super) fn page<V: Serialize>(
    state: &Shared,
    visitor: &Visitor,
    here: Here,
    template: &str,
    view: &V,
) -> Response {
    let frame = Frame {
        here,
        name: visitor.name.as_deref(),
        path: &visitor.back,
        as_of: state.as_of,
        today: state.config.today(),
        notice: visitor.notice,
        version: env!("CARGO_PKG_VERSION"),
    };
    match state.renderer.render(template, &Page { frame, view }) {
        // Always asked for anew: what a runbook's banner says must never come from a cache.
        Ok(html) => ([(header::CACHE_CONTROL, "no-cache")], Html(html)).into_response(),
        Err(error) => {
            state.log(&format!("the page {template} cannot be rendered: {error}"));
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The same page, in no cache: it has in it what somebody sent, secrets too, and no disk is to keep
/// them.
pub(super) fn kept_nowhere(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Answers with a page about what went wrong, and runbooks that may be meant instead. Its last
/// resort needs no template.
pub(super) fn error_page(
    state: &Shared,
    visitor: &Visitor,
    status: StatusCode,
    words: &Words,
    near: &[RunbookRef],
) -> Response {
    let view = ErrorView { status: status.as_u16(), words, back: words.back.as_deref(), near };
    let mut response = page(state, visitor, Here::Elsewhere, "pages/error.html", &view);
    if response.status() != StatusCode::OK {
        response = words.message.clone().into_response();
    }
    *response.status_mut() = status;
    if words.again.is_some() { kept_nowhere(response) } else { response }
}
