//! Mail servers that hang or break off, at each point of the conversation.

use std::time::{Duration, Instant};

use runledger::delivery::{Destination, Mail, Tls, deliver};

use super::{letter, mail};
use crate::support::scripted_server::{Then, scripted};

const PATIENCE: Duration = Duration::from_secs(1);

const GREETING: &str = "220 localhost at your service";

/// What comes back from a server that follows a script up to a point; soon.
#[track_caller]
fn given_up(lines: &'static [&'static str], then: Then, tls: Tls) -> (String, Option<String>) {
    let mail = Mail { patience: PATIENCE, ..mail(scripted(lines, then), tls) };
    let start = Instant::now();
    let error = deliver(&Destination::Mail(Box::new(mail)), &letter()).expect_err("no mail");
    assert!(start.elapsed() < PATIENCE + Duration::from_secs(4), "{:?}", start.elapsed());
    (error.to_string(), error.hint)
}

#[test]
fn a_server_that_falls_silent_is_left_in_time() {
    let check = |lines, tls, expected: &str| {
        let (error, _) = given_up(lines, Then::Silence, tls);
        let end = format!("did not answer: given up after 1 s while {expected}");
        assert!(error.ends_with(&end), "{error}");
    };
    check(&[], Tls::None, "connecting");
    check(&[], Tls::Wrapped, "connecting");
    check(&[GREETING], Tls::None, "connecting");
    check(&[GREETING, "250 STARTTLS"], Tls::StartTls, "beginning TLS");
    check(&[GREETING, "250 STARTTLS", "220 go on"], Tls::StartTls, "beginning TLS");
    check(&[GREETING, "250 hello"], Tls::None, "naming the sender");
    let named = "naming the recipient ana@example.org";
    check(&[GREETING, "250 hello", "250 you"], Tls::None, named);
    check(
        &[GREETING, "250 hello", "250 you", "250 her", "250 him"],
        Tls::None,
        "handing over the mail",
    );
}

#[test]
fn silence_after_the_mail_says_that_it_may_have_arrived() {
    let lines = &[GREETING, "250 hello", "250 you", "250 her", "250 him", "354 go on"];
    let (error, hint) = given_up(lines, Then::Silence, Tls::None);
    assert!(error.ends_with("while handing over the mail"), "{error}");
    assert!(hint.expect("a hint").contains("it may have taken the mail all the same"));
}

#[test]
fn a_server_that_never_ends_its_line_is_left_in_time() {
    let (error, _) = given_up(&[], Then::Dribble, Tls::None);
    assert!(error.ends_with("given up after 1 s while connecting"), "{error}");
    let lines = &[GREETING, "250 hello", "250 you", "250 her", "250 him", "354 go on"];
    let (error, _) = given_up(lines, Then::Dribble, Tls::None);
    assert!(error.ends_with("given up after 1 s while handing over the mail"), "{error}");
}

#[test]
fn a_server_that_hangs_up_is_told() {
    let (error, _) = given_up(&[], Then::HangUp, Tls::None);
    assert!(error.starts_with("cannot reach the mail server localhost:"), "{error}");
    let (error, _) = given_up(&[GREETING, "250 hello"], Then::HangUp, Tls::None);
    assert!(error.starts_with("the connection broke with the mail server localhost:"), "{error}");
}

#[test]
fn nonsense_and_refusals_are_told_in_one_line() {
    let (error, _) = given_up(&["HTTP/1.1 400 Bad Request"], Then::HangUp, Tls::None);
    assert!(error.starts_with("cannot reach the mail server localhost:"), "{error}");
    let (error, _) = given_up(&["554 5.7.1 not from \u{1b}[2Jyou"], Then::HangUp, Tls::None);
    assert!(
        error.ends_with("does not want to talk to us: 554 5.7.1 not from \\u{1b}[2Jyou"),
        "{error}"
    );
    let (error, hint) = given_up(&[GREETING], Then::Silence, Tls::Wrapped);
    assert!(error.starts_with("no TLS with the mail server localhost:"), "{error}");
    assert!(error.ends_with("what it says is no TLS"), "{error}");
    assert!(hint.expect("a hint").contains("its port"));
}

#[test]
fn a_server_without_starttls_gets_nothing() {
    let lines = &[GREETING, "250-localhost\r\n250 AUTH PLAIN", "250 never asked"];
    let (error, hint) = given_up(lines, Then::HangUp, Tls::StartTls);
    assert!(error.ends_with("offers no STARTTLS, so nothing was sent"), "{error}");
    assert!(hint.expect("a hint").contains("tls = \"tls\""));
}
