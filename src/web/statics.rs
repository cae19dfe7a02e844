//! Files for browsers, with a tag so that they are fetched once and never shown outdated.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::error::Failure;
use super::state::Shared;
use super::tagged::tagged;

/// `GET /static/{*name}`
pub(super) async fn show(
    State(state): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = state.assets.static_file(&name) else {
        return Failure::not_found("there is no such file").into_response();
    };
    tagged(&headers, &file.etag, file.content_type, file.bytes)
}

/// `GET /favicon.ico`, which browsers ask for whatever a page says.
pub(super) async fn favicon_ico() -> Response {
    axum::response::Redirect::permanent("/favicon.svg").into_response()
}

/// What the icon of a page shall tell.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    state: String,
}

/// `GET /favicon.svg?state=`: the icon, with the shape of a state over its corner. Tabs are
/// told apart by it where their titles are cut.
pub(super) async fn favicon(State(state): State<Shared>, Query(told): Query<Told>) -> Response {
    let Some(file) = state.assets.static_file("favicon.svg") else {
        return Failure::not_found("there is no icon").into_response();
    };
    let icon = String::from_utf8_lossy(file.bytes);
    let icon = icon.trim_end().trim_end_matches("</svg>");
    let icon = format!("{icon}{}</svg>", badge(&told.state));
    let caching = (header::CACHE_CONTROL, "max-age=3600");
    ([caching, (header::CONTENT_TYPE, file.content_type)], icon).into_response()
}

/// The shape of a state that somebody should look at, in the lower right corner; each has an
/// outline of its own, so that it is not told by colour alone.
fn badge(state: &str) -> &'static str {
    match state {
        "failing" => {
            "<path d=\"M17 14h10l5 5v8l-5 5H17l-5-5v-8z\" fill=\"#a3101f\" stroke=\"#fff\" \
             stroke-width=\"2\"/><path d=\"M18 19l8 8M26 19l-8 8\" stroke=\"#fff\" \
             stroke-width=\"3.5\" stroke-linecap=\"round\"/>"
        }
        "stale" => {
            "<path d=\"M21 12l10.5 19h-21z\" fill=\"#f0a030\" stroke=\"#1e2226\" \
             stroke-width=\"2\" stroke-linejoin=\"round\"/><path d=\"M21 19v6M21 28v.1\" \
             stroke=\"#1e2226\" stroke-width=\"3\" stroke-linecap=\"round\"/>"
        }
        "due" => {
            "<circle cx=\"22\" cy=\"22\" r=\"9\" fill=\"#fff\" stroke=\"#765000\" stroke-width=\"2\"/>\
             <path d=\"M22 13a9 9 0 0 1 0 18z\" fill=\"#765000\"/>"
        }
        "never" => {
            "<circle cx=\"22\" cy=\"22\" r=\"8.5\" fill=\"#fff\" stroke=\"#4c545e\" \
             stroke-width=\"3\" stroke-dasharray=\"4 2.7\"/>"
        }
        _ => "",
    }
}
