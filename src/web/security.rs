//! What stands between the network and the handlers, in this order: the names we answer
//! to · requests from other sites · how many at a time · how large · how long.
//!
//! The order matters: the check of the name is what stops DNS rebinding, and the check for other
//! sites alone would let that through.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::{BoxError, Router, error_handling::HandleErrorLayer};
use tower::ServiceBuilder;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use super::hosts::Hosts;

/// What every page may do: nothing but load our own styles, scripts, pictures and answers.
/// So there is no inline script and no inline style anywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
    frame-ancestors 'none'";

/// What a document may do that is no page of ours: show itself with the styles it brings along.
pub(super) const DOCUMENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/// Headers of every answer; an answer that says less of itself may keep its own policy.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Requests answered at a time; more are turned away at once.
    pub(super) at_a_time: usize,
    /// Bytes of a body.
    pub(super) body: usize,
    /// Time for an answer, reading the body included. What a worker has begun it ends in any
    /// case, so this is long: nobody should hear "too busy" of something that is being recorded.
    pub(super) time: Duration,
    /// Time in which nothing of a body comes.
    pub(super) stalled: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            at_a_time: 64,
            body: 1 << 20,
            time: Duration::from_secs(60),
            stalled: Duration::from_secs(10),
        }
    }
}

/// Puts the guards around all routes, the outermost last.
pub(super) fn guard(
    router: Router,
    hosts: Hosts,
    public_url: Option<&str>,
    bounds: Bounds,
) -> Router {
    // A proxy may rewrite `Host`; then an old browser's `Origin` still names the public address.
    let csrf = public_url.map_or_else(CsrfLayer::new, |url| {
        CsrfLayer::new().add_trusted_origin(url).unwrap_or_default()
    });
    let overload = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_: BoxError| async { StatusCode::SERVICE_UNAVAILABLE }))
        .load_shed()
        .concurrency_limit(bounds.at_a_time);
    let too_slow = StatusCode::SERVICE_UNAVAILABLE;
    router
        .layer(TimeoutLayer::with_status_code(too_slow, bounds.time))
        .layer(RequestBodyTimeoutLayer::new(bounds.stalled))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(bounds.body))
        .layer(overload)
        .layer(csrf)
        .layer(from_fn_with_state(hosts, known_host))
}

/// Adds the headers of every answer; goes outside everything that answers.
pub(super) fn with_headers(router: Router) -> Router {
    router.layer(map_response(|mut response: Response| async {
        for (name, value) in HEADERS {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response
    }))
}

async fn known_host(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.allow(&request) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::http::Method;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    fn router(bounds: Bounds) -> Router {
        let hosts = Hosts::new("127.0.0.1:7311".parse().expect("an address"), None);
        let slow = || async { tokio::time::sleep(Duration::from_secs(60)).await };
        let routes = Router::new()
            .route("/", get(|| async { "read" }).post(|body: Bytes| async move { body }))
            .route("/slow", get(slow));
        with_headers(guard(routes, hosts, None, bounds))
    }

    fn ask(bounds: Bounds, requests: Vec<Request>) -> Vec<Response> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let router = router(bounds);
            let running: Vec<_> = requests
                .into_iter()
                .map(|request| tokio::spawn(router.clone().oneshot(request)))
                .collect();
            let mut responses = Vec::new();
            for response in running {
                responses.push(response.await.expect("no panic").expect("an answer"));
            }
            responses
        })
    }

    fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Request {
        let mut request = Request::builder().method(method).uri(path);
        let host = [("host", "localhost:7311")];
        let named = headers.iter().any(|(name, _)| *name == "host");
        for (name, value) in host.iter().filter(|_| !named).chain(headers) {
            request = request.header(*name, *value);
        }
        request.body(Body::from(body)).expect("a request")
    }

    fn check(method: Method, headers: &[(&str, &str)], size: usize, expected: u16) {
        let request = request(method, "/", headers, vec![b'x'; size]);
        let response = ask(Bounds::default(), vec![request]).remove(0);
        assert_eq!(response.status().as_u16(), expected, "{headers:?}, {size} bytes");
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY);
        assert_eq!(policy.and_then(|policy| policy.to_str().ok()), Some(POLICY));
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn a_foreign_name_is_misdirected_whatever_else_it_says() {
        check(Method::GET, &[("host", "evil.example")], 0, 421);
        let same = [("host", "evil.example"), ("sec-fetch-site", "same-origin")];
        check(Method::POST, &same, 0, 421);
    }

    #[test]
    fn other_sites_may_read_nothing_into_us() {
        check(Method::POST, &[("sec-fetch-site", "cross-site")], 0, 403);
        check(Method::POST, &[("sec-fetch-site", "same-site")], 0, 403);
        check(Method::POST, &[("origin", "http://evil.example")], 0, 403);
        check(Method::POST, &[("origin", "null")], 0, 403);
        check(Method::POST, &[("origin", "http://localhost:7311")], 0, 200);
        check(Method::POST, &[("sec-fetch-site", "same-origin")], 0, 200);
        check(Method::GET, &[("sec-fetch-site", "cross-site")], 0, 200);
    }

    #[test]
    fn a_body_over_the_limit_is_refused() {
        check(Method::POST, &[], 1 << 20, 200);
        check(Method::POST, &[], (1 << 20) + 1, 413);
    }

    #[test]
    fn what_takes_too_long_and_what_is_too_much_is_unavailable() {
        let bounds = Bounds { at_a_time: 1, time: Duration::from_millis(300), ..Bounds::default() };
        let slow = || request(Method::GET, "/slow", &[], Vec::new());
        let responses = ask(bounds, vec![slow(), slow()]);
        assert!(responses.iter().all(|response| response.status() == 503));
    }
}
