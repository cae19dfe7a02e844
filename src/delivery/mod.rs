//! A report in, handed to a chat, to mail or to a folder.
//!
//! One attempt is one call of [`deliver`], which blocks for at most a minute and tells what came
//! back; when to try again, and how often, is decided above. Whatever is tried again carries the
//! same key, so that a receiver can drop what it already has: webhooks get it as
//! `Idempotency-Key`, mail as its `Message-ID`, and a folder as the names of its files.
//!
//! An address of a webhook and a password are [`Secret`]s: no message of an error, no `Debug` and
//! nothing that [`Destination::shown`] says contains one.

mod error;
mod folder;
mod mail;
mod message;
mod secret;
mod trust;
mod webhook;

use chrono::{DateTime, Utc};

pub use error::DeliveryError;
pub use folder::Folder;
pub use lettre::message::Mailbox;
pub use mail::{Login, Mail, Tls};
pub use secret::Secret;
pub use webhook::Webhook;

/// Where reports go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A chat's incoming webhook.
    Webhook(Webhook),
    /// People's mailboxes.
    Mail(Box<Mail>),
    /// A folder of files.
    Folder(Folder),
}

impl Destination {
    /// The word for what it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Mail(_) => "mail",
            Self::Folder(_) => "folder",
        }
    }

    /// Where it goes, for people, without any secret.
    pub fn shown(&self) -> String {
        match self {
            Self::Webhook(webhook) => webhook.shown(),
            Self::Mail(mail) => mail.shown(),
            Self::Folder(folder) => folder.shown(),
        }
    }
}

/// What is delivered: a report in the forms that receivers want.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// What tells this letter from all others, the same at each attempt: ASCII letters, digits,
    /// dots and hyphens.
    pub key: &'a str,
    /// What its files are called, without their endings: `weekly-2026-07-20`.
    pub file: &'a str,
    /// When the report was made, which dates a mail, so that a later attempt is the same mail.
    pub sent_at: DateTime<Utc>,
    /// What it says in one line.
    pub subject: &'a str,
    /// The message for a chat, in the markup and with the escapes of Slack.
    pub chat: &'a str,
    /// The whole report as plain text.
    pub text: &'a str,
    /// The whole report as HTML.
    pub html: &'a str,
    /// The whole report as Markdown.
    pub markdown: &'a str,
    /// The report's stable address, where others can reach the server. A mail has it as
    /// `Archived-At`; whoever shall read it finds it in the texts, if they say it.
    pub link: Option<&'a str>,
}

impl Letter<'_> {
    /// Key and file name end up in headers and names of files, so they must be plain.
    fn check(&self) -> Result<(), DeliveryError> {
        let plain = |text: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_plain)
        };
        for (what, text) in [("key", self.key), ("file name", self.file)] {
            if !plain(text) {
                return Err(DeliveryError::new(format!(
                    "the {what} of a report must be letters, digits, dots and hyphens, and this \
                     one is not: {text:?}"
                )));
            }
        }
        Ok(())
    }
}

/// Delivers a letter once. To be called from a thread that may block.
///
/// # Errors
/// It did not arrive, or whether it arrived is not known; then the same letter may be delivered
/// again.
pub fn deliver(destination: &Destination, letter: &Letter<'_>) -> Result<(), DeliveryError> {
    letter.check()?;
    match destination {
        Destination::Webhook(webhook) => webhook.deliver(letter),
        Destination::Mail(mail) => mail.deliver(letter),
        Destination::Folder(folder) => folder.deliver(letter),
    }
}

/// Whether a host is this machine, by its name or its address alone: nothing is asked.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
