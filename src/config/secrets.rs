//! Destinations with their secrets, which are looked for when something is sent and never before.

use std::fs::File;
use std::io::Read as _;

use super::destinations::{Setting, Source};
use super::{Config, untilde};
use crate::delivery::{Destination, Folder, Login, Secret, Webhook};
use crate::text::nearest;

/// The largest file with a secret in it, in bytes.
const LONGEST_SECRET: u64 = 64 * 1024;

impl Config {
    /// A destination with its secrets, ready to be delivered to.
    ///
    /// # Errors
    /// There is none of that name, or a secret of it is not to be had on this machine; in words
    /// for people.
    pub fn destination(&self, name: &str) -> Result<Destination, String> {
        let Some(setting) = self.destinations.get(name) else {
            return Err(self.no_destination(name));
        };
        let place = |path: &str| self.workspace.join(untilde(path, &self.environment));
        let ready = match setting {
            Setting::Webhook { url, ca_file, allow_plaintext } => {
                let url = self.secret(url).map_err(|why| format!("destination {name}: {why}"))?;
                let mut webhook = Webhook::new(url.expose().trim(), *allow_plaintext)
                    .map_err(|why| format!("destination {name}: {why}"))?;
                webhook.ca_file = ca_file.as_deref().map(place);
                Destination::Webhook(webhook)
            }
            Setting::Mail { mail, login, ca_file } => {
                let mut mail = mail.clone();
                if let Some((user, password)) = login {
                    let password = self
                        .secret(password)
                        .map_err(|why| format!("destination {name}: {why}"))?;
                    mail.login = Some(Login { user: user.clone(), password });
                }
                mail.ca_file = ca_file.as_deref().map(place);
                Destination::Mail(mail)
            }
            Setting::Folder(path) => Destination::Folder(Folder { path: place(path) }),
        };
        Ok(ready)
    }

    fn no_destination(&self, name: &str) -> String {
        let known: Vec<&str> = self.destinations.keys().map(String::as_str).collect();
        if known.is_empty() {
            return format!(
                "there is no destination {name}, and none at all: describe it in {} as \
                 [destinations.{name}]",
                super::FILE_NAME
            );
        }
        match nearest(name, known.iter().copied()) {
            Some(near) => format!("there is no destination {name}; did you mean {near}?"),
            None => format!("there is no destination {name}; there are: {}", known.join(", ")),
        }
    }

    fn secret(&self, source: &Source) -> Result<Secret, String> {
        // Whoever puts a secret into a file or a variable may end it with a new line, which is no
        // part of it.
        let filled = |text: &str| {
            let text = text.trim_end_matches(['\r', '\n']);
            (!text.is_empty()).then(|| Secret::new(text))
        };
        match source {
            Source::Here(secret) => Ok(secret.clone()),
            Source::Environment(variable) => self
                .environment
                .variables
                .get(variable)
                .and_then(|value| filled(value.expose()))
                .ok_or_else(|| format!("the environment variable {variable} is not set, or empty")),
            Source::File(path) => {
                let path = self.workspace.join(untilde(path, &self.environment));
                let wrong = |why: String| format!("cannot read {}: {why}", path.display());
                // Anything else could keep us waiting for somebody to write into it.
                if path.metadata().is_ok_and(|it| !it.is_file()) {
                    return Err(wrong("it is no file".to_owned()));
                }
                let mut text = String::new();
                File::open(&path)
                    .and_then(|file| file.take(LONGEST_SECRET).read_to_string(&mut text))
                    .map_err(|error| wrong(error.to_string()))?;
                let empty = || wrong("it is empty, and a secret is expected in it".to_owned());
                filled(&text).ok_or_else(empty)
            }
        }
    }
}
