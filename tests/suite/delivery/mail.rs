//! Mail, by a real mail server: what arrives, and what its refusals mean.

use runledger::delivery::{DeliveryError, Destination, Letter, Login, Mail, Secret, Tls, deliver};

use super::{letter, mail, password};
use crate::support::certificates::Authority;
use crate::support::mail_server::{MailServer, Manners};

fn send(mail: &Mail, letter: &Letter<'_>) -> Result<(), DeliveryError> {
    deliver(&Destination::Mail(Box::new(mail.clone())), letter)
}

#[test]
fn a_mail_arrives_once_with_its_headers_and_both_texts() {
    let Some(server) = MailServer::start() else { return };
    send(&mail(server.port, Tls::None), &letter()).expect("it arrives");
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let got = &mails[0];
    assert_eq!(got.header("Subject"), letter().subject);
    assert_eq!(got.header("From"), "Führung der Runbooks <runledger@example.org>");
    assert_eq!(got.header("To"), "ana@example.org, Bo <bo@example.org>");
    assert_eq!(got.header("Date"), "Mon, 20 Jul 2026 06:00:07 +0000");
    assert_eq!(got.header("Message-ID"), "<weekly-2026-07-20.0190c5a7-7f2e@example.org>");
    assert_eq!(got.header("Auto-Submitted"), "auto-generated");
    assert_eq!(got.header("Archived-At"), "<https://runbooks.example.org/reports/1>");
    assert_eq!(got.field("kind"), "multipart/alternative");
    assert_eq!(got.field("from"), "runledger@example.org");
    assert_eq!(got.field("to").as_array().expect("recipients").len(), 2);
    let kinds: Vec<_> = got.parts().iter().map(|part| part["kind"].clone()).collect();
    assert_eq!(kinds, ["text/plain", "text/html"], "the last is shown by those who can");
    assert_eq!(got.part("text/plain"), letter().text);
    assert_eq!(got.part("text/html"), letter().html);
}

#[test]
fn a_second_attempt_is_the_same_mail_to_the_byte() {
    let manners = Manners { tls: "none", fail_every: 2, break_every: 3, ..Manners::default() };
    let Some(server) = MailServer::start_with(&manners, None) else { return };
    let mail = mail(server.port, Tls::None);
    send(&mail, &letter()).expect("the first is taken");
    let later = send(&mail, &letter()).expect_err("the second is not, for now");
    assert!(
        later.to_string().ends_with("did not take the mail: 451 4.3.0 later, please"),
        "{later}"
    );
    let unknown = send(&mail, &letter()).expect_err("whether the third was taken is not known");
    assert!(unknown.to_string().starts_with("the connection broke with"), "{unknown}");
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "the third was taken, and nobody could know");
    assert_eq!(mails[0].raw(), mails[1].raw());
    assert_eq!(server.distinct().len(), 1);
}

#[test]
fn encryption_and_password_are_used_where_they_are_asked_for() {
    let Some(authority) = Authority::new() else { return };
    for (word, tls) in [("starttls", Tls::StartTls), ("tls", Tls::Wrapped)] {
        let login = Some(("runledger", "hunter2-Gr\u{fc}n"));
        let manners = Manners { tls: word, login, ..Manners::default() };
        let Some(server) = MailServer::start_encrypted(&manners, &authority) else { return };
        let stranger = mail(server.port, tls);
        let error = send(&stranger, &letter()).expect_err("nobody knows that authority");
        assert!(error.to_string().contains("is not trusted: an authority that"), "{error}");
        assert!(error.hint.expect("a hint").contains("`ca_file`"));

        let nobody = Mail { ca_file: Some(authority.file()), ..stranger };
        let error = send(&nobody, &letter()).expect_err("it wants to know who we are");
        assert!(
            error.to_string().contains("refuses mail from runledger@example.org: 530"),
            "{error}"
        );
        assert!(error.hint.expect("a hint").contains("`user` and `password`"));

        let wrong = Login { user: "runledger".to_owned(), password: Secret::new("wr0ng-pass") };
        let somebody = Mail { login: Some(wrong), ..nobody.clone() };
        let error = send(&somebody, &letter()).expect_err("another password");
        let expected = "does not let `runledger` in: 535 5.7.8 nobody here has the password …";
        assert!(error.to_string().ends_with(expected), "{error}");

        let login = Login { user: "runledger".to_owned(), password: password() };
        let known = Mail { login: Some(login), ..nobody };
        send(&known, &letter()).expect("it arrives");
        let mails = server.mails();
        assert_eq!(mails.len(), 1, "{word}");
        assert_eq!(mails[0].field("encrypted"), true);
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let Some(authority) = Authority::new() else { return };
    let manners = Manners { tls: "starttls", ..Manners::default() };
    let identity = authority.sign("DNS:elsewhere.example");
    let Some(server) = MailServer::start_with(&manners, Some(&identity)) else { return };
    let mail = Mail { ca_file: Some(authority.file()), ..mail(server.port, Tls::StartTls) };
    let error = send(&mail, &letter()).expect_err("another name");
    assert!(error.to_string().ends_with("is not trusted: it is for another name"), "{error}");
    assert!(server.mails().is_empty());
}

#[test]
fn a_password_is_not_sent_in_clear() {
    let Some(server) = MailServer::start() else { return };
    let login = Login { user: "runledger".to_owned(), password: password() };
    let mail = Mail { login: Some(login), ..mail(server.port, Tls::None) };
    let error = send(&mail, &letter()).expect_err("no encryption");
    assert!(error.to_string().ends_with("is not sent without encryption"), "{error}");
    assert!(server.mails().is_empty());
}

#[test]
fn a_refused_recipient_is_named_and_nobody_gets_the_mail() {
    let manners = Manners { tls: "none", refused: &["bo@example.org"], ..Manners::default() };
    let Some(server) = MailServer::start_with(&manners, None) else { return };
    let error = send(&mail(server.port, Tls::None), &letter()).expect_err("one is refused");
    let expected = "refuses the recipient bo@example.org: 550 5.1.1 no such mailbox here";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert!(error.hint.expect("a hint").starts_with("nobody got the mail"));
    assert!(server.mails().is_empty());
}

#[test]
fn no_text_becomes_a_header_and_long_lines_are_folded() {
    let Some(server) = MailServer::start() else { return };
    let html = format!("<p>{}</p>\n", "ein sehr langer Satz über Runbooks = ".repeat(500));
    let attack = Letter {
        subject: "stale\r\nBcc: eve@example.org\n\nbody \u{1b}[2J\u{202e}x",
        text: "=_\r\n.\r\nMAIL FROM:<eve@example.org>\r\n--=_x\nlast\n",
        html: &html,
        link: Some("https://x/\r\nBcc: eve@example.org"),
        ..letter()
    };
    send(&mail(server.port, Tls::None), &attack).expect("it arrives");
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let got = &mails[0];
    assert_eq!(got.header("Bcc"), "");
    assert_eq!(got.header("Archived-At"), "");
    assert!(
        got.header("Subject").starts_with("stale Bcc: eve@example.org body [2J"),
        "{}",
        got.header("Subject")
    );
    assert_eq!(got.part("text/plain"), "=_\n.\nMAIL FROM:<eve@example.org>\n--=_x\nlast\n");
    assert_eq!(got.part("text/html"), html);
    assert!(got.field("longest_line").as_u64().expect("a number") <= 998);
    assert!(got.raw().is_ascii());
    assert_eq!(got.parts().len(), 2);
    assert!(!got.header_names().iter().any(|name| name.eq_ignore_ascii_case("bcc")));
}

#[test]
fn the_plain_part_can_be_read_as_it_stands() {
    let Some(server) = MailServer::start() else { return };
    let plain =
        Letter { text: "Of 12 runbooks 3 are stale.\n\n1. Roll back: 107 days.\n", ..letter() };
    send(&mail(server.port, Tls::None), &plain).expect("it arrives");
    let mails = server.mails();
    let raw = mails[0].raw();
    assert!(
        raw.contains("\r\nOf 12 runbooks 3 are stale.\r\n\r\n1. Roll back: 107 days.\r\n"),
        "{raw}"
    );
}

#[test]
fn nobody_there_is_told() {
    let error = send(&mail(1, Tls::StartTls), &letter()).expect_err("nobody listens there");
    let expected = "cannot reach the mail server localhost:1: Connection refused (os error 111)";
    assert_eq!(error.to_string(), expected);
}
