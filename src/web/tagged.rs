//! Answers with a tag of what they hold, so that it is sent once and never shown outdated.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// Answers with a body, or that what the asker has is the same.
pub(super) fn tagged(
    asked: &HeaderMap,
    tag: &str,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    // A proxy that compresses makes a tag a weak one; here both mean the same.
    let same = |known: &str| known.trim().trim_start_matches("W/") == tag;
    let is_known = known.flat_map(|tags| tags.split(',')).any(same);
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache")];
    if is_known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}
