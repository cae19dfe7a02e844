//! Which names the server answers to. This stops DNS rebinding: a page of another site whose
//! name suddenly points to this machine still says its own name in `Host`.

use std::net::SocketAddr;

use axum::http::uri::Authority;
use axum::http::{Request, header};

/// The authorities (`name:port`) that requests may name.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    /// The loopback names with our port, and the host of the public address if there is one.
    pub(super) fn new(listening: SocketAddr, public_url: Option<&str>) -> Self {
        let port = listening.port();
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .map(|name| format!("{name}:{port}"))
            .collect();
        names.push(listening.to_string());
        if port == 80 {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        names.extend(public_url.and_then(authority_of));
        Self { names }
    }

    /// Whether a request names us, in its target and in its one `Host` header alike.
    pub(super) fn allow<B>(&self, request: &Request<B>) -> bool {
        let mut headers = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (headers.next(), headers.next()) else { return false };
        let named = host.to_str().is_ok_and(|host| self.knows(host));
        let target = request.uri().authority().is_none_or(|target| self.knows(target.as_str()));
        named && target
    }

    fn knows(&self, authority: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(authority))
    }
}

/// `name` or `name:port` of an address, as a browser sends it: default ports left out.
fn authority_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority: Authority = rest.split(['/', '?', '#']).next()?.parse().ok()?;
    let default = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    Some(match authority.port_u16() {
        Some(port) if port != default => format!("{}:{port}", authority.host()),
        _ => authority.host().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public: Option<&str>, target: &str, hosts: &[&str], expected: bool) {
        let listening = "127.0.0.1:7311".parse().expect("an address");
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        let request = request.body(()).expect("a request");
        let allowed = Hosts::new(listening, public).allow(&request);
        assert_eq!(allowed, expected, "{public:?} {target} {hosts:?}");
    }

    #[test]
    fn loopback_names_with_our_port_are_ours() {
        check(None, "/", &["localhost:7311"], true);
        check(None, "/", &["LOCALHOST:7311"], true);
        check(None, "/", &["127.0.0.1:7311"], true);
        check(None, "/", &["[::1]:7311"], true);
    }

    #[test]
    fn another_name_another_port_and_no_name_are_not() {
        check(None, "/", &["evil.example:7311"], false);
        check(None, "/", &["localhost:7312"], false);
        check(None, "/", &["localhost"], false);
        check(None, "/", &["localhost:7311.evil.example"], false);
        check(None, "/", &[], false);
    }

    #[test]
    fn two_host_headers_and_a_foreign_target_are_refused() {
        check(None, "/", &["localhost:7311", "evil.example"], false);
        check(None, "http://evil.example/", &["localhost:7311"], false);
        check(None, "http://localhost:7311/", &["localhost:7311"], true);
    }

    #[test]
    fn the_public_address_is_ours_too() {
        check(Some("https://ops.example/x"), "/", &["ops.example"], true);
        check(Some("https://ops.example:443"), "/", &["ops.example"], true);
        check(Some("https://ops.example:8443/"), "/", &["ops.example:8443"], true);
        check(Some("https://ops.example:8443/"), "/", &["ops.example"], false);
    }
}
