//! A real mail server on this machine: aiosmtpd, which keeps what it takes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::certificates::{Authority, Identity};
use super::skip;

/// How a server behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// `starttls`, `tls` or `none`.
    pub(crate) tls: &'static str,
    /// Who may send mail, with the password; anybody where it is none.
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// Mailboxes it does not know.
    pub(crate) refused: &'static [&'static str],
    /// Each time so many mails were offered it does not take one, for now; never if zero.
    pub(crate) fail_every: usize,
    /// Each time so many mails were offered it takes one and breaks the connection before it
    /// says so; never if zero.
    pub(crate) break_every: usize,
}

/// A running server; ended when dropped.
pub(crate) struct MailServer {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it listens on 127.0.0.1.
    pub(crate) port: u16,
}

impl MailServer {
    /// One without encryption that takes everything; none where aiosmtpd is missing, which is
    /// said.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&Manners { tls: "none", ..Manners::default() }, None)
    }

    /// One with encryption, which shows a certificate for this machine.
    pub(crate) fn start_encrypted(manners: &Manners, authority: &Authority) -> Option<Self> {
        Self::start_with(manners, Some(&authority.sign_localhost()))
    }

    /// One that behaves so and shows this certificate.
    pub(crate) fn start_with(manners: &Manners, identity: Option<&Identity>) -> Option<Self> {
        let Some(python) = python() else {
            skip("no Python here has aiosmtpd");
            return None;
        };
        let folder =
            tempfile::Builder::new().prefix("runledger-mail-").tempdir().expect("a folder");
        let program =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/support/mail_server.py");
        let told = json!({
            "tls": manners.tls,
            "certificate": identity.map(|it| &it.certificate),
            "key": identity.map(|it| &it.key),
            "login": manners.login.map(|(user, password)| [user, password]),
            "refused": manners.refused,
            "fail_every": manners.fail_every,
            "break_every": manners.break_every,
            "folder": folder.path(),
            "port": 0,
        });
        let mut child = Command::new(python)
            .arg(program)
            .arg(told.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log")).expect("a log"))
            .spawn()
            .expect("the mail server starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let port = line.trim().strip_prefix("listening ").and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| {
            let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            panic!("the mail server said {line:?} and {log}")
        });
        Some(Self { child, folder, port })
    }

    /// Every mail it took, in order.
    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        let entries = std::fs::read_dir(self.folder.path()).expect("its folder").flatten();
        let mut paths: Vec<_> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort();
        let read = |path| std::fs::read_to_string(path).expect("a mail");
        paths
            .into_iter()
            .map(|path| ReceivedMail(serde_json::from_str(&read(path)).expect("a mail in JSON")))
            .collect()
    }

    /// What a mailbox shows that keeps the first mail of each Message-ID.
    pub(crate) fn distinct(&self) -> Vec<ReceivedMail> {
        let mut distinct: Vec<ReceivedMail> = Vec::new();
        for mail in self.mails() {
            if distinct.iter().all(|other| other.header("Message-ID") != mail.header("Message-ID"))
            {
                distinct.push(mail);
            }
        }
        distinct
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A mail as Python's own parser reads it.
pub(crate) struct ReceivedMail(Value);

impl ReceivedMail {
    /// A header's value, decoded; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        let headers = self.0["headers"].as_array().expect("headers");
        let named = |header: &&Value| {
            header[0].as_str().is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        let found: Vec<_> = headers.iter().filter(named).collect();
        assert!(found.len() <= 1, "{name} is there {} times", found.len());
        found.first().and_then(|header| header[1].as_str()).unwrap_or_default().to_owned()
    }

    /// The names of its headers, in order.
    pub(crate) fn header_names(&self) -> Vec<String> {
        let headers = self.0["headers"].as_array().expect("headers");
        headers.iter().map(|header| header[0].as_str().expect("a name").to_owned()).collect()
    }

    /// The decoded text of the part of a kind, like `text/plain`, with lines ended as on Unix.
    pub(crate) fn part(&self, kind: &str) -> String {
        let part = self.parts().iter().find(|part| part["kind"] == kind).expect("a part");
        part["text"].as_str().expect("a text").replace("\r\n", "\n")
    }

    /// Its parts: `kind`, `encoding` and `text`.
    pub(crate) fn parts(&self) -> &[Value] {
        self.0["parts"].as_array().expect("parts")
    }

    /// What else is known of it: `from`, `to`, `encrypted`, `kind`, `longest_line`.
    pub(crate) fn field(&self, name: &str) -> &Value {
        &self.0[name]
    }

    /// Every byte that was received.
    pub(crate) fn raw(&self) -> &str {
        self.0["raw"].as_str().expect("bytes")
    }
}

/// A Python that has the module. Where there are several, the system's own has what its packages
/// bring.
fn python() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", "import aiosmtpd.smtp"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}
