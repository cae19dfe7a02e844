//! Files for browsers, with a tag so that they are fetched once and never shown outdated.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::error::Failure;
use super::state::Shared;

/// `GET /static/{*name}`
pub(super) async fn show(
    State(state): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = state.assets.static_file(&name) else {
        return Failure::not_found("there is no such file").into_response();
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == file.etag));
    let caching =
        [(header::ETAG, file.etag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, file.content_type)], file.bytes).into_response()
}

/// `GET /favicon.ico`, which browsers ask for whatever a page says.
pub(super) async fn favicon() -> Response {
    axum::response::Redirect::permanent("/static/favicon.svg").into_response()
}
