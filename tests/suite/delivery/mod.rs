//! Reports handed to real servers: what arrives, what comes back, and for how long we wait.

mod chat;
mod folder;
mod hanging;
mod mail;

use runledger::delivery::{Letter, Mail, Secret, Tls};

/// A letter of one Monday, with what is awkward in it.
pub(crate) fn letter() -> Letter<'static> {
    Letter {
        key: "weekly-2026-07-20.0190c5a7-7f2e",
        file: "weekly-2026-07-20",
        sent_at: "2026-07-20T06:00:07Z".parse().expect("a moment"),
        subject: "Runbooks nobody should trust, 2026-07-20: Of 12 runbooks 3 are stale — schön",
        chat: "*Of 12 runbooks 3 are stale* &amp; <https://runbooks.example.org/reports/1|the rest>",
        text: "Of 12 runbooks 3 are stale.\n\n.hidden: a line that begins with a dot\n\
               From here on: Führung, naïve, 日本語\nx = 1\n",
        html: "<!doctype html><p>Of 12 runbooks <b>3</b> are stale. Führung</p>\n",
        markdown: "# Of 12 runbooks 3 are stale\n",
        link: Some("https://runbooks.example.org/reports/1"),
    }
}

/// Mail to two people by a server on this machine.
pub(crate) fn mail(port: u16, tls: Tls) -> Mail {
    Mail {
        host: "localhost".to_owned(),
        port,
        tls,
        login: None,
        from: "Führung der Runbooks <runledger@example.org>".parse().expect("a sender"),
        to: ["ana@example.org", "Bo <bo@example.org>"]
            .map(|to| to.parse().expect("a recipient"))
            .to_vec(),
        ca_file: None,
        patience: Mail::PATIENCE,
    }
}

/// A password that must not be seen anywhere.
pub(crate) fn password() -> Secret {
    Secret::new("hunter2-Gr\u{fc}n")
}
