//! A message for a chat, by its incoming webhook: Slack's form, which Mattermost, Rocket.Chat and
//! others read too.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use ureq::http::{HeaderMap, Response, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Timeout};

use super::error::first_line;
use super::{DeliveryError, Letter, Secret, is_loopback, secret, trust};

/// How long one attempt may take in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of an answer is read, in bytes.
const MOST_READ: u64 = 4096;

/// The longest wait that a receiver may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A chat's incoming webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Whoever knows the address may write into the chat.
    url: Secret,
    /// Host and, if the address has one, port: what of the address may be shown.
    place: String,
    /// Whether it is on this machine.
    is_local: bool,
    /// A file of authorities that are believed beside those of the machine.
    pub ca_file: Option<PathBuf>,
    /// How long one attempt may take in all.
    pub patience: Duration,
}

impl Webhook {
    /// A webhook at an address. Without encryption the address could be read on its way, so that
    /// is refused where it leaves the machine, unless `allow_plaintext`.
    ///
    /// # Errors
    /// That is no such address; the message says why and does not repeat it.
    pub fn new(url: &str, allow_plaintext: bool) -> Result<Self, String> {
        const SHAPE: &str = "the webhook must be an address like https://chat.example.org/hooks/…";
        let uri: Uri = url.parse().map_err(|_| SHAPE.to_owned())?;
        let authority = uri.authority().filter(|it| !it.host().is_empty()).ok_or(SHAPE)?;
        let place = match authority.port_u16() {
            Some(port) => format!("{}:{port}", authority.host()),
            None => authority.host().to_owned(),
        };
        // What of it is neither host nor port, nor a user before them, is no address.
        let bare = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, it)| it);
        if bare != place {
            return Err(SHAPE.to_owned());
        }
        let is_local = is_loopback(authority.host());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if allow_plaintext || is_local => {}
            Some("http") => {
                return Err(format!(
                    "the webhook at {place} would be called without encryption, and its address \
                     is a secret: write https://, or set allow_plaintext = true if the way there \
                     is safe"
                ));
            }
            _ => return Err(SHAPE.to_owned()),
        }
        Ok(Self { url: Secret::new(url), place, is_local, ca_file: None, patience: PATIENCE })
    }

    /// Where it goes, for people, without any secret.
    pub fn shown(&self) -> String {
        format!("webhook at {}", self.place)
    }

    pub(super) fn deliver(&self, letter: &Letter<'_>) -> Result<(), DeliveryError> {
        let sent = self
            .agent()?
            .post(self.url.expose())
            .header("Idempotency-Key", letter.key)
            .send_json(serde_json::json!({ "text": letter.chat }));
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(self.refused(answer)),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn agent(&self) -> Result<Agent, DeliveryError> {
        let mut authorities = trust::of_the_machine();
        if let Some(path) = &self.ca_file {
            authorities.extend(trust::of_file(path)?);
        }
        let authorities: Vec<_> =
            authorities.iter().map(|it| Certificate::from_der(it).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(authorities)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let settings = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(self.patience))
            .user_agent(concat!("runledger/", env!("CARGO_PKG_VERSION")))
            // The letter is for this address: where an answer points may be anybody's.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        // A proxy would look for a loopback address on its own machine.
        let settings = if self.is_local { settings.proxy(None) } else { settings };
        Ok(settings.build().new_agent())
    }

    /// An answer that is no success.
    fn refused(&self, answer: Response<Body>) -> DeliveryError {
        let status = answer.status();
        let place = &self.place;
        if status.is_redirection() {
            let location = answer.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
            let target = location.and_then(|it| it.parse::<Uri>().ok());
            let host = target.as_ref().and_then(Uri::host).unwrap_or("another place");
            return DeliveryError::new(format!(
                "the webhook at {place} answered {} and points to {}, where no report is sent",
                status.as_u16(),
                first_line(host)
            ))
            .hinted("if the webhook has moved, set its new address");
        }
        let retry_after = retry_after(answer.headers());
        let mut said = Vec::new();
        // What arrived before a break is enough to say what came back.
        let _ = answer.into_body().into_reader().take(MOST_READ).read_to_end(&mut said);
        let said = first_line(&self.without_address(&String::from_utf8_lossy(&said)));
        let status = status.as_u16();
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let refused = DeliveryError::new(format!("the webhook at {place} answered {status}{said}"));
        let refused = DeliveryError { retry_after, ..refused };
        match status {
            401 | 403 | 404 | 410 => refused.hinted(
                "the chat does not know this webhook, or no longer: make a new one there and set \
                 its address",
            ),
            _ => refused,
        }
    }

    /// No answer at all.
    fn failed(&self, error: &ureq::Error) -> DeliveryError {
        let place = &self.place;
        match error {
            ureq::Error::Timeout(timeout) => {
                let doing = match timeout {
                    Timeout::Resolve => "asking for its address",
                    Timeout::Connect => "connecting",
                    _ => "waiting for its answer",
                };
                let seconds = self.patience.as_secs();
                DeliveryError::new(format!(
                    "the webhook at {place} did not answer: given up after {seconds} s while \
                     {doing}"
                ))
            }
            ureq::Error::Rustls(tls) => trust::refused(&format!("the webhook at {place}"), tls),
            ureq::Error::Io(io) => match trust::doubt(io) {
                Some(tls) => trust::refused(&format!("the webhook at {place}"), tls),
                None => DeliveryError::new(format!("cannot reach the webhook at {place}: {io}")),
            },
            other => {
                let other = first_line(&self.without_address(&other.to_string()));
                DeliveryError::new(format!("cannot reach the webhook at {place}: {other}"))
            }
        }
    }

    /// Somebody else's words without the address or a part of it that lets one in.
    fn without_address(&self, said: &str) -> String {
        let url = self.url.expose();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
        let mut parts = vec![url, path];
        // The parts of a path that are no words, like those that Slack gives.
        parts.extend(path.split(['/', '?', '&', '=']).filter(|part| part.len() >= 8));
        if let Some((user, _)) = rest.split_once('@') {
            parts.push(user);
        }
        secret::without(said, &parts)
    }
}

/// How long `Retry-After` asks to wait: seconds, or a moment by the answer's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let header = |name| headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim);
    let asked = header(header::RETRY_AFTER)?;
    let wait = match asked.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let moment = |text: &str| DateTime::parse_from_rfc2822(text).ok();
            let wait = moment(asked)? - moment(header(header::DATE)?)?;
            wait.to_std().unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_unless_it_stays_on_the_machine() {
        for url in
            ["https://a.example/x", "http://127.0.0.1:80/x", "http://[::1]/", "http://localhost"]
        {
            assert!(Webhook::new(url, false).is_ok(), "{url}");
        }
        for url in [
            "",
            "a.example/x",
            "ftp://a.example/x",
            "https://",
            "/x",
            "https://a b/",
            "https://a:99999/x",
            "https://a:b/x",
        ] {
            assert!(Webhook::new(url, true).is_err(), "{url}");
        }
        let refused = Webhook::new("http://chat.example:8065/hooks/s3cret", false).unwrap_err();
        assert!(refused.contains("at chat.example:8065 would"), "{refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
        assert!(Webhook::new("http://chat.example:8065/hooks/s3cret", true).is_ok());
    }

    #[test]
    fn nothing_of_the_address_but_its_host_is_shown() {
        let webhook =
            Webhook::new("https://me:pass@chat.example/services/T0/B00000000?k=v9", false);
        let webhook = webhook.unwrap();
        assert_eq!(webhook.shown(), "webhook at chat.example");
        assert!(!format!("{webhook:?}").contains("B00000000"));
        let said = "no B00000000 at /services/T0/B00000000?k=v9 for me:pass";
        assert_eq!(webhook.without_address(said), "no … at … for …");
    }

    #[test]
    fn a_wait_is_seconds_or_a_moment_and_an_hour_at_most() {
        let check = |asked: &str, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::DATE, "Mon, 20 Jul 2026 06:00:00 GMT".parse().unwrap());
            headers.insert(header::RETRY_AFTER, asked.parse().unwrap());
            assert_eq!(retry_after(&headers).map(|it| it.as_secs()), expected, "{asked}");
        };
        check("7", Some(7));
        check("86400", Some(3600));
        check("Mon, 20 Jul 2026 06:01:30 GMT", Some(90));
        check("Mon, 20 Jul 2026 05:00:00 GMT", Some(0));
        check("soon", None);
        check("-1", None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
