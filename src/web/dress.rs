//! Dresses every answer that failed: the guards, the router and the extractors answer with a bare
//! status, handlers with words; visitors get a page, programs get JSON.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::catch_panic::ResponseForPanic;

use super::address;
use super::correction::correct;
use super::error::{Failure, Words, panic_message};
use super::forms::Kept;
use super::page::error_page;
use super::state::Shared;
use super::visitor::Visitor;
use crate::views::RunbookRef;

/// The middleware.
pub(super) async fn dress(
    State(state): State<Shared>,
    mut visitor: Visitor,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let program = request.uri().path().starts_with("/api/");
    let changes = request.method() != Method::GET;
    let kept = Kept::default();
    if changes {
        request.extensions_mut().insert(kept.clone());
        // Nobody can come back to where a form was sent.
        "/".clone_into(&mut visitor.path);
        "/".clone_into(&mut visitor.back);
    }
    let response = next.run(request).await;
    let Some(mut words) = Words::about(&response) else { return response };
    let status = response.status();
    if changes && status == StatusCode::SERVICE_UNAVAILABLE && is_bare(&response) {
        // What a worker has begun it ends, though nobody waits for the answer any more.
        words.hint = Some("Look whether it was recorded before you send it again.".to_owned());
    }
    if words.again.is_none()
        && let Some(fields) = kept.fields()
    {
        let about = response.extensions();
        words.again = correct(&path, fields, about.get().copied(), about.get().copied());
    }
    let mut dressed = if program {
        words.json(status)
    } else {
        let near = near(&state, &visitor, status).await;
        error_page(&state, &visitor, status, &words, &near)
    };
    // What the bare answer said about methods and retries stays true.
    for name in [header::ALLOW, header::RETRY_AFTER, header::CONNECTION] {
        if let Some(value) = response.headers().get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}

/// Nobody but a guard has answered.
fn is_bare(response: &Response) -> bool {
    response.extensions().get::<Words>().is_none()
}

/// The longest path that somebody may have meant, in bytes.
const LONGEST: usize = 400;

/// Runbooks that somebody may mean who asks for what is not there. This comes after the guards,
/// so one at a time is looked for: whoever asks for nonsense all day costs nobody else anything.
async fn near(state: &Shared, visitor: &Visitor, status: StatusCode) -> Vec<RunbookRef> {
    let path = address::decode(&visitor.path).unwrap_or_default();
    let first = path.trim_matches('/').split('/').next().unwrap_or_default();
    let fits = !["api", "static"].contains(&first);
    if status != StatusCode::NOT_FOUND || path.len() > LONGEST || !fits {
        return Vec::new();
    }
    let Ok(_alone) = state.guessing.try_acquire() else { return Vec::new() };
    state.run(move |app| app.near(&path)).await.unwrap_or_default()
}

/// Turns a panic on an asynchronous thread into an answer and a line in the log.
#[derive(Clone)]
pub(super) struct Panics(pub(super) Shared);

impl ResponseForPanic for Panics {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, panic: Box<dyn std::any::Any + Send>) -> Response {
        self.0.log(&format!("a handler panicked: {}", panic_message(panic.as_ref())));
        axum::response::IntoResponse::into_response(Failure::panicked())
    }
}
