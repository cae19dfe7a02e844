//! A letter to people's mailboxes, by a mail server.
//!
//! lettre speaks the protocol. Its blocking client bounds each read alone, and a server that says
//! one byte a minute would hold it forever; so this is its asynchronous client, on a runtime of
//! its own that lives for one letter, where one bound holds for everything.

use std::cell::Cell;
use std::error::Error as StdError;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::error::first_line;
use super::{DeliveryError, Letter, Secret, message, secret, trust};

/// How long the server may take to say good-bye, which changes nothing any more.
const GOODBYE: Duration = Duration::from_secs(2);

/// How the way to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The server is asked for it, and must do it.
    StartTls,
    /// From the first byte on.
    Wrapped,
    /// Not at all: for a server on this machine, or a way that is safe otherwise.
    None,
}

impl Tls {
    /// The port that is usual for it.
    pub const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Wrapped => 465,
            Self::None => 25,
        }
    }
}

/// Who we are to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password; never sent without encryption.
    pub password: Secret,
}

/// People's mailboxes, and the server that takes mail for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The server's host, by name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is encrypted.
    pub tls: Tls,
    /// Who we are to it, if it asks.
    pub login: Option<Login>,
    /// Whom the mail is from.
    pub from: Mailbox,
    /// Who gets it; all of them or nobody.
    pub to: Vec<Mailbox>,
    /// A file of authorities that are believed beside those of the machine.
    pub ca_file: Option<PathBuf>,
    /// How long one attempt may take until the mail is taken.
    pub patience: Duration,
}

/// What is being done, to be told where it ended.
#[derive(Clone, Copy)]
enum Stage<'a> {
    Connecting,
    Encrypting,
    SigningIn,
    NamingSender,
    Naming(&'a Mailbox),
    HandingOver,
}

impl Mail {
    /// How long an attempt may take where nobody says otherwise: with the good-bye less than a
    /// minute.
    pub const PATIENCE: Duration = Duration::from_secs(55);

    /// Where it goes, for people, without any secret.
    pub fn shown(&self) -> String {
        const NAMED: usize = 3;
        let named: Vec<String> =
            self.to.iter().take(NAMED).map(|to| to.email.to_string()).collect();
        let more = match self.to.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("mail to {}{more} via {}", named.join(", "), self.server())
    }

    fn server(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    pub(super) fn deliver(&self, letter: &Letter<'_>) -> Result<(), DeliveryError> {
        let message = message::compose(self, letter)?.formatted();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| DeliveryError::new(format!("cannot begin to send mail: {error}")))?;
        let stage = Cell::new(Stage::Connecting);
        let sent = runtime.block_on(async {
            match timeout(self.patience, self.send(&message, &stage)).await {
                Ok(Ok(mut connection)) => {
                    // The mail is taken: whatever comes now must not make it a second one.
                    let _ = timeout(GOODBYE, connection.abort()).await;
                    Ok(())
                }
                Ok(Err(error)) => Err(error),
                Err(_) => Err(self.gave_up(stage.get())),
            }
        });
        // Not waiting for a name that is still being looked up.
        runtime.shutdown_background();
        sent
    }

    /// The whole conversation up to the point where the server has taken the mail.
    async fn send<'a>(
        &'a self,
        message: &[u8],
        stage: &Cell<Stage<'a>>,
    ) -> Result<AsyncSmtpConnection, DeliveryError> {
        let failed = |error: SmtpError| self.failed(stage.get(), &error);
        let hello = self.name_of_ours();
        let wrapped = match self.tls {
            Tls::Wrapped => Some(self.encryption()?),
            Tls::StartTls | Tls::None => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, None, &hello, wrapped, None)
                .await
                .map_err(failed)?;
        if self.tls == Tls::StartTls {
            stage.set(Stage::Encrypting);
            if !connection.can_starttls() {
                return Err(self.no_starttls());
            }
            connection.starttls(self.encryption()?, &hello).await.map_err(failed)?;
        }
        if let Some(login) = &self.login {
            stage.set(Stage::SigningIn);
            if !connection.is_encrypted() {
                let server = self.server();
                return Err(DeliveryError::new(format!(
                    "the password for the mail server {server} is not sent without encryption"
                )));
            }
            let login = Credentials::new(login.user.clone(), login.password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &login).await.map_err(failed)?;
        }
        stage.set(Stage::NamingSender);
        let from = From::new(Some(self.from.email.clone()), Vec::new());
        connection.command(from).await.map_err(failed)?;
        for to in &self.to {
            // Before the first byte of the mail: one who is refused leaves nobody with a copy.
            stage.set(Stage::Naming(to));
            let to = Rcpt::new(to.email.clone(), Vec::new());
            connection.command(to).await.map_err(failed)?;
        }
        stage.set(Stage::HandingOver);
        connection.command(Data).await.map_err(failed)?;
        connection.message(message).await.map_err(failed)?;
        Ok(connection)
    }

    /// How we introduce ourselves: relays distrust who has no name, and a machine's own often is
    /// none.
    fn name_of_ours(&self) -> ClientId {
        let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let is_name = machine.trim_matches('.').contains('.') && machine.chars().all(is_plain);
        let domain = self.from.email.domain();
        ClientId::Domain(if is_name { machine } else { domain.to_owned() })
    }

    fn encryption(&self) -> Result<TlsParameters, DeliveryError> {
        let unusable = |error: SmtpError| {
            DeliveryError::new(format!("cannot begin TLS with {}: {error}", self.server()))
        };
        let mut parameters = TlsParametersBuilder::new(self.host.clone());
        if let Some(path) = &self.ca_file {
            for authority in trust::of_file(path)? {
                let authority = Certificate::from_der(authority.to_vec()).map_err(unusable)?;
                parameters = parameters.add_root_certificate(authority);
            }
        }
        parameters.build().map_err(unusable)
    }

    fn no_starttls(&self) -> DeliveryError {
        DeliveryError::new(format!(
            "the mail server {} offers no STARTTLS, so nothing was sent",
            self.server()
        ))
        .hinted(
            "tls = \"tls\" is for a server that encrypts from the first byte on, mostly at port \
             465; a server without encryption needs tls = \"none\"",
        )
    }

    /// The server hung, or spoke too slowly.
    fn gave_up(&self, stage: Stage<'_>) -> DeliveryError {
        let (server, seconds) = (self.server(), self.patience.as_secs());
        let doing = match stage {
            Stage::Connecting => "connecting".to_owned(),
            Stage::Encrypting => "beginning TLS".to_owned(),
            Stage::SigningIn => "signing in".to_owned(),
            Stage::NamingSender => "naming the sender".to_owned(),
            Stage::Naming(to) => format!("naming the recipient {}", to.email),
            Stage::HandingOver => "handing over the mail".to_owned(),
        };
        let gave_up = DeliveryError::new(format!(
            "the mail server {server} did not answer: given up after {seconds} s while {doing}"
        ));
        match stage {
            Stage::HandingOver => gave_up.hinted(
                "it may have taken the mail all the same; the next attempt has the same \
                 Message-ID, so that one copy can be dropped",
            ),
            Stage::Connecting => gave_up.hinted(
                "see that host, port and `tls` belong together: 587 goes with \"starttls\", 465 \
                 with \"tls\"",
            ),
            _ => gave_up,
        }
    }

    fn failed(&self, stage: Stage<'_>, error: &SmtpError) -> DeliveryError {
        let server = self.server();
        if let Some(doubt) = trust::doubt(error) {
            return trust::refused(&format!("the mail server {server}"), doubt);
        }
        let cause = innermost(error);
        let Some(code) = error.status() else {
            let cause = first_line(&self.without_login(&cause.to_string()));
            if matches!(stage, Stage::SigningIn) && error.is_client() {
                return DeliveryError::new(format!(
                    "the mail server {server} offers no way to sign in that we know, which are \
                     PLAIN and LOGIN"
                ))
                .hinted("if it needs no password, leave `user` and `password` out");
            }
            let doing = match stage {
                Stage::Connecting => "cannot reach",
                Stage::Encrypting => "no TLS with",
                _ => "the connection broke with",
            };
            return DeliveryError::new(format!("{doing} the mail server {server}: {cause}"));
        };
        let said = first_line(&self.without_login(&cause.to_string()));
        let told = |what: String| {
            DeliveryError::new(format!("the mail server {server} {what}: {code} {said}"))
        };
        match stage {
            Stage::Connecting => told("does not want to talk to us".to_owned()),
            Stage::Encrypting => told("does not begin TLS".to_owned()),
            Stage::SigningIn => told(format!("does not let {} in", self.user()))
                .hinted("see that `user` and the password are those of the server"),
            Stage::NamingSender => {
                let from = &self.from.email;
                let refused = told(format!("refuses mail from {from}"));
                match self.login {
                    // These three ask for somebody who may send; others have reasons of their own.
                    None if [530, 535, 550].contains(&u16::from(code)) => {
                        refused.hinted("if it asks who we are, set `user` and `password`")
                    }
                    _ => refused,
                }
            }
            Stage::Naming(to) => told(format!("refuses the recipient {}", to.email)).hinted(
                "nobody got the mail: it goes to all recipients or to none; take this one out of \
                 `to`, or mend the mailbox",
            ),
            Stage::HandingOver => told("did not take the mail".to_owned()),
        }
    }

    fn user(&self) -> String {
        self.login.as_ref().map(|login| format!("`{}`", login.user)).unwrap_or_default()
    }

    /// Somebody else's words without the password, also as it is written on the wire.
    fn without_login(&self, said: &str) -> String {
        let Some(Login { user, password }) = &self.login else { return said.to_owned() };
        let password = password.expose();
        let plain = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        secret::without(said, &[password, &plain, &BASE64_STANDARD.encode(password)])
    }
}

/// What began it: the words of the system or of the server.
fn innermost<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &[&str]) -> Mail {
        Mail {
            host: "smtp.example.org".to_owned(),
            port: Tls::StartTls.port(),
            tls: Tls::StartTls,
            login: Some(Login { user: "me".to_owned(), password: Secret::new("hunter2!") }),
            from: "runledger@example.org".parse().unwrap(),
            to: to.iter().map(|to| to.parse().unwrap()).collect(),
            ca_file: None,
            patience: Mail::PATIENCE,
        }
    }

    #[test]
    fn it_says_to_whom_and_by_whom() {
        let shown = mail(&["Ana <a@example.org>"]).shown();
        assert_eq!(shown, "mail to a@example.org via smtp.example.org:587");
        let shown = mail(&["a@e", "b@e", "c@e", "d@e"]).shown();
        assert_eq!(shown, "mail to a@e, b@e, c@e and 1 more via smtp.example.org:587");
        assert!(!format!("{:?}", mail(&[])).contains("hunter2"));
    }

    #[test]
    fn an_attempt_ends_within_a_minute() {
        assert!(Mail::PATIENCE + GOODBYE < Duration::from_secs(60));
    }

    #[test]
    fn a_server_that_repeats_the_password_is_not_repeated() {
        let mail = mail(&["a@e"]);
        let plain = BASE64_STANDARD.encode("\0me\0hunter2!");
        let said = format!("unknown: AUTH PLAIN {plain}, {}", BASE64_STANDARD.encode("hunter2!"));
        assert_eq!(mail.without_login(&said), "unknown: AUTH PLAIN …, …");
        assert_eq!(mail.without_login("not hunter2!"), "not …");
    }
}
