//! `[destinations]`: where reports go. What is secret about one is named in the file and found
//! elsewhere, and only when something is sent: the file is in git, and a laptop with the same
//! checkout works without any secret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::file::{Placed, Reader, Value};
use super::values::{filled, unknown_word};
use super::{Config, untilde};
use crate::delivery::{Mail, Mailbox, Secret, Tls, Webhook, is_loopback};

/// The keys of a destination, the three that say what it is first.
const KEYS: [&str; 10] = [
    "webhook",
    "smtp",
    "folder",
    "tls",
    "user",
    "password",
    "from",
    "to",
    "ca_file",
    "allow_plaintext",
];

/// The words for `tls`.
const TLS_WORDS: [&str; 3] = ["starttls", "tls", "none"];

/// Where a secret may be kept.
const SECRET_KEYS: [&str; 2] = ["env", "file"];

/// A destination as the file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A chat's incoming webhook.
    Webhook {
        /// Its address.
        url: Source,
        /// A file of more authorities, relative to the workspace.
        ca_file: Option<String>,
        /// Whether it may be called without encryption.
        allow_plaintext: bool,
    },
    /// Mail. The password and the file of authorities are not in there yet.
    Mail {
        /// Everything else about it.
        mail: Box<Mail>,
        /// The user and where the password is.
        login: Option<(String, Source)>,
        /// A file of more authorities, relative to the workspace.
        ca_file: Option<String>,
    },
    /// A folder, relative to the workspace.
    Folder(String),
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the file itself.
    Here(Secret),
    /// In a variable of the environment.
    Environment(String),
    /// In a file of its own, relative to the workspace.
    File(String),
}

impl Setting {
    /// Where it goes, for people: from what the file says alone, so that nothing secret is looked
    /// for.
    pub fn shown(&self) -> String {
        match self {
            Self::Webhook { url: Source::Here(url), .. } => {
                // It was checked when it was read.
                Webhook::new(url.expose(), true).map(|it| it.shown()).unwrap_or_default()
            }
            Self::Webhook { url: Source::Environment(name), .. } => {
                format!("webhook in the variable {name}")
            }
            Self::Webhook { url: Source::File(path), .. } => format!("webhook in the file {path}"),
            Self::Mail { mail, .. } => mail.shown(),
            Self::Folder(path) => format!("folder {path}"),
        }
    }
}

impl Config {
    /// Patterns of what is not read, relative to a runbooks folder: what the team ignores, and the
    /// folders that reports are delivered into. A report of last week is no page of today.
    pub fn not_read(&self) -> Vec<String> {
        let folders = self.destinations.values().filter_map(|setting| match setting {
            Setting::Folder(path) => Some(self.workspace.join(untilde(path, &self.environment))),
            Setting::Webhook { .. } | Setting::Mail { .. } => None,
        });
        let inside = folders.flat_map(|folder| {
            let relative = self.runbooks.iter().filter_map(|runbooks| {
                let path = folder.strip_prefix(runbooks).ok()?.to_str()?;
                (!path.is_empty()).then(|| format!("/{}", globset::escape(path)))
            });
            relative.collect::<Vec<_>>()
        });
        self.ignore.iter().cloned().chain(inside).collect()
    }
}

/// Reads the table of destinations.
pub(super) fn read(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
) -> Option<BTreeMap<String, Setting>> {
    const SHAPE: &str = "a table for each destination, like [destinations.archive]";
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, SHAPE);
        return None;
    };
    let mut destinations = BTreeMap::new();
    for (name, value) in table {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let name = (name.get_ref().as_ref(), name.span());
        if name.0.is_empty() || !name.0.chars().all(is_plain) {
            let message = format!("`{}` is no name of a-z, A-Z, 0-9, `.`, `_` and `-`", name.0);
            reader.complain(&name.1, message);
        }
        if value.get_ref().as_table().is_none() {
            reader.expected(value, SHAPE);
        } else if let Some(setting) = (Fields { at: name.1, value }).setting(reader) {
            destinations.insert(name.0.to_owned(), setting);
        }
    }
    Some(destinations)
}

/// One destination's table.
struct Fields<'a> {
    at: std::ops::Range<usize>,
    value: &'a Value<'a>,
}

impl<'a> Fields<'a> {
    fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.value.get_ref().as_table().and_then(|table| table.get(key))
    }

    fn setting(&self, reader: &mut Reader<'_>) -> Option<Setting> {
        let table = self.value.get_ref().as_table()?;
        let mut is_understood = true;
        for key in table.keys() {
            if !KEYS.contains(&key.get_ref().as_ref()) {
                reader.complain(&key.span(), unknown_word("key", key.get_ref(), &KEYS));
                is_understood = false;
            }
        }
        let kinds: Vec<_> =
            table.keys().filter(|it| KEYS[..3].contains(&it.get_ref().as_ref())).collect();
        let kind = match kinds.as_slice() {
            [] if !is_understood => return None,
            [] => {
                const MISSING: &str = "a destination needs one of `webhook`, `smtp` and `folder`";
                reader.complain(&self.at, MISSING.to_owned());
                return None;
            }
            [kind] => kind.get_ref().as_ref(),
            [first, second, ..] => {
                let message = format!(
                    "a destination is one thing, and this one has `{}` and `{}`: make two of it",
                    first.get_ref(),
                    second.get_ref()
                );
                reader.complain(&second.span(), message);
                return None;
            }
        };
        let belonging: &[&str] = match kind {
            "webhook" => &["ca_file", "allow_plaintext"],
            "smtp" => &KEYS[3..],
            _ => &[],
        };
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if name != kind && KEYS.contains(&name) && !belonging.contains(&name) {
                reader.complain(&key.span(), format!("`{name}` does not belong to a {kind}"));
            }
        }
        match kind {
            "webhook" => self.webhook(reader),
            "smtp" => self.mail(reader),
            _ => reader.checked(self.get("folder")?, folder).map(Setting::Folder),
        }
    }

    fn webhook(&self, reader: &mut Reader<'_>) -> Option<Setting> {
        let ca_file = self.text(reader, "ca_file");
        let allow_plaintext = self.yes(reader, "allow_plaintext");
        let value = self.get("webhook")?;
        let url = if value.get_ref().as_str().is_some() {
            reader.checked(value, |text| {
                Webhook::new(text, allow_plaintext)?;
                Ok(Source::Here(Secret::new(text)))
            })?
        } else {
            source(reader, value, "an address in quotes, or { env = \"VARIABLE\" }")?
        };
        Some(Setting::Webhook { url, ca_file, allow_plaintext })
    }

    fn mail(&self, reader: &mut Reader<'_>) -> Option<Setting> {
        let mut tls = Tls::StartTls;
        if let Some(value) = self.get("tls") {
            reader.set(&mut tls, value, |r, v| r.checked(v, tls_word));
        }
        let ca_file = self.text(reader, "ca_file");
        let allow_plaintext = self.yes(reader, "allow_plaintext");
        let login = self.login(reader, tls);
        let from = self.needed(reader, "from").and_then(|it| reader.checked(it, mailbox));
        let to = self.needed(reader, "to").and_then(|it| recipients(reader, it));
        let place = self.get("smtp")?;
        let (host, port) = reader.checked(place, |text| server(text, tls.port()))?;
        if tls == Tls::None && !allow_plaintext && !is_loopback(&host) {
            let message = format!(
                "with tls = \"none\" everybody on the way to {host} could read the mail: set \
                 allow_plaintext = true if that way is safe"
            );
            reader.complain(&self.get("tls").unwrap_or(place).span(), message);
        }
        let mail = Box::new(Mail {
            host,
            port,
            tls,
            login: None,
            from: from?,
            to: to?,
            ca_file: None,
            patience: Mail::PATIENCE,
        });
        Some(Setting::Mail { mail, login, ca_file })
    }

    fn login(&self, reader: &mut Reader<'_>, tls: Tls) -> Option<(String, Source)> {
        let user = self.text(reader, "user");
        let Some(value) = self.get("password") else {
            if let Some(user) = self.get("user") {
                const ALONE: &str = "`user` needs a `password`, like { env = \"SMTP_PASSWORD\" }";
                reader.complain(&user.span(), ALONE.to_owned());
            }
            return None;
        };
        if value.get_ref().as_str().is_some() {
            const HINT: &str = "a password does not belong here, since this file is in git: write \
                                { env = \"SMTP_PASSWORD\" } or { file = \"/run/secrets/smtp\" }";
            reader.complain(&value.span(), HINT.to_owned());
            return None;
        }
        if tls == Tls::None {
            const CLEAR: &str = "with tls = \"none\" everybody on the way could read the password";
            reader.complain(&value.span(), CLEAR.to_owned());
        }
        let password = source(reader, value, "{ env = \"VARIABLE\" } or { file = \"PATH\" }")?;
        if self.get("user").is_none() {
            reader.complain(&value.span(), "`password` needs a `user`".to_owned());
        }
        Some((user?, password))
    }

    fn needed(&self, reader: &mut Reader<'_>, key: &str) -> Option<&'a Value<'a>> {
        let value = self.get(key);
        if value.is_none() {
            reader.complain(&self.at, format!("mail needs `{key}`"));
        }
        value
    }

    fn text(&self, reader: &mut Reader<'_>, key: &str) -> Option<String> {
        self.get(key).and_then(|value| reader.checked(value, filled))
    }

    fn yes(&self, reader: &mut Reader<'_>, key: &str) -> bool {
        let Some(value) = self.get(key) else { return false };
        let yes = value.get_ref().as_bool();
        if yes.is_none() {
            reader.expected(value, "true or false");
        }
        yes.unwrap_or_default()
    }
}

/// `{ env = "VARIABLE" }` or `{ file = "PATH" }`.
fn source(reader: &mut Reader<'_>, value: &Value<'_>, shape: &str) -> Option<Source> {
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, shape);
        return None;
    };
    let mut found = Vec::new();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "env" => found.push(reader.checked(value, filled).map(Source::Environment)),
            "file" => found.push(reader.checked(value, filled).map(Source::File)),
            unknown => {
                reader.complain(&key.span(), unknown_word("key", unknown, &SECRET_KEYS));
                return None;
            }
        }
    }
    if found.len() != 1 {
        reader.complain(&value.span(), "name one of `env` and `file`".to_owned());
        return None;
    }
    found.pop()?
}

fn recipients(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Vec<Mailbox>> {
    let texts = reader.texts(value)?;
    if texts.is_empty() {
        reader.complain(&value.span(), "name at least one recipient".to_owned());
        return None;
    }
    let mut recipients = Vec::new();
    for text in &texts {
        match mailbox(&text.value) {
            Ok(mailbox) => recipients.push(mailbox),
            Err(message) => reader.complain_of(Placed::problem(text, message)),
        }
    }
    Some(recipients)
}

/// An address, perhaps with a name. The address must be ASCII, which every server takes.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let mailbox: Mailbox = text
        .parse()
        .map_err(|_| format!("`{text}` is no mail address like \"Ana <ana@example.org>\""))?;
    if mailbox.email.user().is_ascii() && mailbox.email.domain().is_ascii() {
        Ok(mailbox)
    } else {
        Err(format!(
            "the address in `{text}` must be of ASCII; only the name before it may be other"
        ))
    }
}

fn tls_word(word: &str) -> Result<Tls, String> {
    match word {
        "starttls" => Ok(Tls::StartTls),
        "tls" => Ok(Tls::Wrapped),
        "none" => Ok(Tls::None),
        _ => Err(unknown_word("value", word, &TLS_WORDS)),
    }
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
fn server(text: &str, usual_port: u16) -> Result<(String, u16), String> {
    let wrong = || format!("`{text}` is no host and port, like smtp.example.org:587");
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => {
            host.parse::<std::net::Ipv6Addr>().map_err(|_| wrong())?;
            (host, rest)
        }
        None => match text.find(':') {
            Some(colon) => text.split_at(colon),
            None => (text, ""),
        },
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    if host.is_empty() || !host.chars().all(is_plain) {
        return Err(wrong());
    }
    let port = match port.strip_prefix(':') {
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?,
        None if port.is_empty() => usual_port,
        None => return Err(wrong()),
    };
    Ok((host.to_owned(), port))
}

/// A folder inside the workspace, or an absolute one.
fn folder(text: &str) -> Result<String, String> {
    let path = PathBuf::from(filled(text)?);
    let climbs = path.components().any(|part| part == std::path::Component::ParentDir);
    if climbs {
        return Err(format!(
            "`{text}` leads out of a folder; write the folder's absolute path if it is meant"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::file::parse;
    use crate::config::{Environment, Flags, Variables};
    use crate::delivery::Destination;

    const TABLES: &str = "[destinations.chat]\nwebhook = { env = 'CHAT_URL' }\n\
        [destinations.mail]\nsmtp = 'smtp.example.org'\nuser = 'me'\n\
        password = { file = 'secrets/smtp' }\nfrom = 'Führung <r@example.org>'\n\
        to = ['a@example.org', 'Bo <b@example.org>']\nca_file = 'ca.pem'\n\
        [destinations.archive]\nfolder = 'reports'\n";

    fn read(text: &str) -> Result<BTreeMap<String, Setting>, String> {
        let told = |it: &super::super::Problem| format!("{}:{}:{}", it.line, it.column, it.message);
        parse(text)
            .map(|settings| settings.destinations)
            .map_err(|problems| problems.iter().map(told).collect::<Vec<_>>().join("\n"))
    }

    fn config(text: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("work");
        fs::create_dir(&workspace).unwrap();
        fs::write(workspace.join("runledger.toml"), text).unwrap();
        let variables: Variables =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let home = Some(folder.path().to_path_buf());
        let environment = Environment { home, variables, ..Environment::default() };
        let config = Config::load(&Flags::default(), &environment, &workspace).unwrap();
        (folder, config)
    }

    #[test]
    fn a_secret_is_needed_only_when_something_is_sent() {
        let (_folder, config) = config(TABLES, &[("CHAT_URL", "")]);
        assert_eq!(config.destinations.len(), 3);
        let unset = config.destination("chat").unwrap_err();
        assert_eq!(
            unset,
            "destination chat: the environment variable CHAT_URL is not set, or empty"
        );
        let missing = config.destination("mail").unwrap_err();
        assert!(missing.starts_with("destination mail: cannot read "), "{missing}");
        assert!(missing.contains("secrets/smtp: "), "{missing}");
        fs::create_dir(config.workspace.join("secrets")).unwrap();
        fs::write(config.workspace.join("secrets/smtp"), "\r\n").unwrap();
        let empty = config.destination("mail").unwrap_err();
        assert!(empty.ends_with("it is empty, and a secret is expected in it"), "{empty}");
    }

    #[test]
    fn a_destination_is_ready_once_its_secrets_are_there() {
        let url = "https://chat.example/hooks/s3cr3t";
        let (_folder, config) =
            config(TABLES, &[("CHAT_URL", &format!("{url}\n")), ("OTHER", "s3cr3t too")]);
        let shown = |name| config.destination(name).map(|it| (it.kind(), it.shown()));
        assert_eq!(shown("chat"), Ok(("webhook", "webhook at chat.example".to_owned())));
        let reports = config.workspace.join("reports");
        assert_eq!(shown("archive"), Ok(("folder", format!("folder {}", reports.display()))));
        fs::create_dir(config.workspace.join("secrets")).unwrap();
        fs::write(config.workspace.join("secrets/smtp"), "hunter2\n").unwrap();
        let Ok(Destination::Mail(mail)) = config.destination("mail") else { panic!("no mail") };
        assert_eq!((mail.port, mail.tls), (587, Tls::StartTls));
        assert_eq!(mail.login.as_ref().unwrap().password.expose(), "hunter2");
        assert_eq!(mail.ca_file, Some(config.workspace.join("ca.pem")));
        assert_eq!(mail.to.len(), 2);
        let seen = format!("{config:?} {mail:?} {:?}", config.destination("chat"));
        assert!(!seen.contains("s3cr3t") && !seen.contains("hunter2"), "{seen}");
    }

    #[test]
    fn a_destination_that_is_not_there_is_told_with_the_nearest() {
        let (_folder, config) = config(TABLES, &[("CHAT_URL", "ftp://x/y")]);
        let told = |name| config.destination(name).unwrap_err();
        assert_eq!(told("archiv"), "there is no destination archiv; did you mean archive?");
        assert_eq!(told("zulu"), "there is no destination zulu; there are: archive, chat, mail");
        assert!(told("chat").contains("must be an address like https://"), "{}", told("chat"));
        assert!(!told("chat").contains("ftp://x/y"), "{}", told("chat"));
    }

    #[test]
    fn a_server_has_the_port_of_its_encryption_unless_it_names_one() {
        assert_eq!(server("smtp.example.org", 587), Ok(("smtp.example.org".to_owned(), 587)));
        assert_eq!(server("10.0.0.1:25", 587), Ok(("10.0.0.1".to_owned(), 25)));
        assert_eq!(server("[::1]:2525", 587), Ok(("::1".to_owned(), 2525)));
        assert_eq!(server("[::1]", 587), Ok(("::1".to_owned(), 587)));
        for wrong in ["", ":25", "a b", "a:0", "a:70000", "a:", "::1", "[x]:25", "smtp://a"] {
            assert!(server(wrong, 587).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |lines: &str, expected: &str| {
            let error = read(&format!("[destinations.x]\n{lines}\n")).expect_err(lines);
            assert!(error.starts_with(expected), "{lines}:\n{error}");
        };
        check("", "1:15:a destination needs one of `webhook`, `smtp` and `folder`");
        check("folders = 'x'", "2:1:unknown key `folders`; did you mean `folder`?");
        check("folder = 'x'\nsmtp = 'y'", "3:1:a destination is one thing");
        check("folder = 'x'\ntls = 'none'", "3:1:`tls` does not belong to a folder");
        check("folder = '../x'", "2:10:`../x` leads out of a folder");
        check("folder = ''", "2:10:must not be empty");
        check("webhook = 'chat.example'", "2:11:the webhook must be an address");
        check("webhook = 'http://chat.example/k'", "2:11:the webhook at chat.example would be");
        check("webhook = 1", "2:11:expected an address in quotes, or { env = \"VARIABLE\" }");
        check("webhook = {}", "2:11:name one of `env` and `file`");
        check("webhook = { evn = 'X' }", "2:13:unknown key `evn`; did you mean `env`?");
        check("webhook = { env = '' }", "2:19:must not be empty");
        let mail = |lines: &str, expected: &str| {
            check(&format!("smtp = 'm.example'\nfrom = 'r@e'\nto = ['a@e']\n{lines}"), expected);
        };
        mail("tls = 'ssl'", "5:7:unknown value `ssl`; did you mean `tls`?");
        mail("tls = 'none'", "5:7:with tls = \"none\" everybody on the way to m.example");
        mail("user = 'me'", "5:8:`user` needs a `password`");
        mail("password = 'hunter2'", "5:12:a password does not belong here");
        mail("password = { env = 'P' }", "5:12:`password` needs a `user`");
        let clear = "allow_plaintext = true\ntls = 'none'\nuser = 'm'\npassword = { env = 'P' }";
        mail(clear, "8:12:with tls = \"none\" everybody on the way could read the password");
        mail("allow_plaintext = 'yes'", "5:19:expected true or false, found a string");
        check("smtp = 'm'\nto = ['a@e']", "1:15:mail needs `from`");
        check("smtp = 'm'\nfrom = 'r@e'\nto = []", "4:6:name at least one recipient");
        check("smtp = 'm'\nfrom = 'r'\nto = ['a@e']", "3:8:`r` is no mail address");
        check("smtp = 'm'\nfrom = 'r@e'\nto = ['a@e', 'b']", "4:14:`b` is no mail address");
        check("smtp = 'm'\nfrom = 'r@e'\nto = ['ä@e.org']", "4:7:the address in `ä@e.org` must");
        let error = read("[destinations]\n'a b' = { folder = 'x' }\nc = 1\n").unwrap_err();
        assert!(error.starts_with("2:1:`a b` is no name of"), "{error}");
        assert!(error.contains("\n3:5:expected a table for each destination"), "{error}");
    }

    #[test]
    fn a_way_that_is_safe_otherwise_may_be_in_clear() {
        let text = "[destinations.a]\nsmtp = 'localhost'\ntls = 'none'\nfrom = 'r@e'\nto = ['a@e']\n\
                    [destinations.b]\nwebhook = 'http://chat.internal/k'\nallow_plaintext = true\n";
        let read = read(text).unwrap();
        let Setting::Mail { mail, .. } = &read["a"] else { panic!("no mail") };
        assert_eq!((mail.host.as_str(), mail.port), ("localhost", 25));
    }
}
