//! Webhooks: what a chat gets, and what its answers mean.

use std::time::{Duration, Instant};

use runledger::delivery::{DeliveryError, Destination, Webhook, deliver};

use super::letter;
use crate::support::certificates::Authority;
use crate::support::chat_server::{Answer, ChatServer};
use crate::support::skip;

fn webhook(url: &str) -> Webhook {
    Webhook::new(url, false).expect("an address")
}

fn send(url: &str) -> Result<(), DeliveryError> {
    deliver(&Destination::Webhook(webhook(url)), &letter())
}

/// What comes back when a server answers so; never with the secret part of its address.
fn refused(answer: Answer) -> (ChatServer, DeliveryError) {
    let chat = ChatServer::start(move |_| answer.clone());
    let error = send(&chat.url).expect_err("it does not arrive");
    let all = format!("{error} {error:?}");
    assert!(!all.contains("s3cr3t"), "{all}");
    (chat, error)
}

fn said(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer::Said(status, headers, body.to_owned())
}

#[test]
fn a_chat_gets_one_message_and_the_key() {
    let chat = ChatServer::start(|_| said(200, &[], "ok"));
    send(&chat.url).expect("it arrives");
    let requests = chat.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.line, "POST /hooks/s3cr3t-k3y");
    assert!(request.header("Content-Type").starts_with("application/json"));
    assert_eq!(request.key(), letter().key);
    assert_eq!(request.header("User-Agent"), concat!("runledger/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.text(), letter().chat);
}

#[test]
fn a_second_attempt_has_the_same_key_and_a_receiver_that_honours_it_shows_one_message() {
    let chat = ChatServer::start(|nth| if nth == 1 { 503 } else { 204 });
    send(&chat.url).expect_err("the first attempt");
    send(&chat.url).expect("the second attempt");
    send(&chat.url).expect("a third, as after a restart");
    let keys: Vec<_> = chat.requests().iter().map(|it| it.key().to_owned()).collect();
    assert_eq!(keys, [letter().key; 3]);
    assert_eq!(chat.distinct().len(), 1);
}

#[test]
fn an_error_says_what_came_back_and_hides_the_address() {
    let echo = "\n  No hook \u{1b}[31m/hooks/s3cr3t-k3y\nTraceback: and so on\n";
    let (chat, error) = refused(said(500, &[], echo));
    let place = chat.url.split('/').nth(2).expect("a host");
    let expected = format!("the webhook at {place} answered 500: No hook \\u{{1b}}[31m…");
    assert_eq!((error.to_string(), error.hint, error.retry_after), (expected, None, None));

    let (_chat, error) = refused(said(404, &[], ""));
    assert!(error.to_string().ends_with("answered 404"), "{error}");
    assert!(error.hint.expect("a hint").contains("make a new one"));
}

#[test]
fn a_receiver_may_ask_for_a_pause_of_at_most_an_hour() {
    let pause = |headers: &[(&'static str, &str)]| refused(said(429, headers, "")).1.retry_after;
    assert_eq!(pause(&[("Retry-After", "30")]), Some(Duration::from_secs(30)));
    assert_eq!(pause(&[("Retry-After", "999999")]), Some(Duration::from_secs(3600)));
    let date = ("Date", "Mon, 20 Jul 2026 06:00:00 GMT");
    let later = ("Retry-After", "Mon, 20 Jul 2026 06:02:00 GMT");
    assert_eq!(pause(&[date, later]), Some(Duration::from_secs(120)));
    assert_eq!(pause(&[]), None);
}

#[test]
fn a_redirect_is_not_followed() {
    let other = ChatServer::start(|_| 200);
    let (_chat, error) = refused(said(302, &[("Location", &other.url)], ""));
    assert!(error.to_string().contains("answered 302 and points to 127.0.0.1"), "{error}");
    assert!(other.requests().is_empty());
}

#[test]
fn a_long_answer_is_read_to_its_beginning_only() {
    let start = Instant::now();
    let (_chat, error) = refused(said(500, &[], &"no ".repeat(3_500_000)));
    assert!(error.to_string().chars().count() < 300, "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    let chat = ChatServer::start(|_| said(200, &[], &"ok ".repeat(3_500_000)));
    send(&chat.url).expect("a success with a long answer is one");
}

#[test]
fn a_chat_that_hangs_is_left_in_time() {
    for answer in [Answer::Nothing, Answer::Dribble] {
        let chat = ChatServer::start(move |_| answer.clone());
        let mut webhook = webhook(&chat.url);
        assert_eq!(webhook.patience, Duration::from_secs(30));
        webhook.patience = Duration::from_secs(1);
        let start = Instant::now();
        let error = deliver(&Destination::Webhook(webhook), &letter()).expect_err("it hangs");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert!(!error.to_string().contains("s3cr3t"), "{error}");
    }
}

#[test]
fn nobody_there_is_told_without_the_address() {
    let error = send("http://127.0.0.1:1/hooks/s3cr3t").expect_err("nobody listens there");
    let expected = "cannot reach the webhook at 127.0.0.1:1: Connection refused (os error 111)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_authority_is_believed_only_if_it_is_named() {
    let Some(authority) = Authority::new() else { return };
    let chat = ChatServer::start_encrypted(&authority.sign_localhost());
    let error = send(&chat.url).expect_err("nobody knows that authority");
    assert!(
        error.to_string().contains("is not trusted: an authority that this machine"),
        "{error}"
    );
    assert!(error.hint.expect("a hint").contains("`ca_file`"));

    let mut known = webhook(&chat.url);
    known.ca_file = Some(authority.file());
    deliver(&Destination::Webhook(known.clone()), &letter()).expect("it arrives");
    assert_eq!(chat.requests().len(), 1, "nothing was sent to a server that is not trusted");

    let Some(another) = Authority::new() else { return };
    known.ca_file = Some(another.file());
    let error = deliver(&Destination::Webhook(known.clone()), &letter()).expect_err("another one");
    assert!(error.to_string().contains("is not trusted"), "{error}");

    let chat = ChatServer::start_encrypted(&authority.sign("DNS:elsewhere.example"));
    let mut elsewhere = webhook(&chat.url);
    elsewhere.ca_file = Some(authority.file());
    let error = deliver(&Destination::Webhook(elsewhere), &letter()).expect_err("another name");
    assert!(error.to_string().ends_with("is not trusted: it is for another name"), "{error}");
}

#[test]
fn a_file_of_authorities_that_has_none_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    let mut webhook = webhook("https://localhost:1/x");
    webhook.ca_file = Some(path.clone());
    let destination = Destination::Webhook(webhook);
    let told = || deliver(&destination, &letter()).expect_err("it cannot be read").to_string();
    assert!(told().contains("ca.pem: No such file"), "{}", told());
    std::fs::write(&path, "nothing\n").expect("a file");
    assert!(told().ends_with("ca.pem: there is none"), "{}", told());
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&path, garbage).expect("a file");
    assert!(told().ends_with("ca.pem: not all of them are certificates"), "{}", told());
}

#[test]
fn a_name_that_does_not_exist_is_told() {
    let mut nowhere = webhook("https://no-such-host.invalid/hooks/s3cr3t");
    nowhere.patience = Duration::from_secs(10);
    let error = deliver(&Destination::Webhook(nowhere), &letter()).expect_err("no such host");
    if error.to_string().contains("did not answer") {
        return skip("nothing here says that a name does not exist");
    }
    assert!(error.to_string().contains("at no-such-host.invalid"), "{error}");
    assert!(!error.to_string().contains("s3cr3t"), "{error}");
}
