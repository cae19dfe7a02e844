//! The configuration file: TOML in, settings out, every complaint with its place.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::Path;

use chrono_tz::Tz;
use globset::Glob;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::values::{
    filled, listen, public_url, size, source_url, timezone, unknown_word, workspace_id, write_back,
};
use super::{
    ConfigError, Incidents, Owner, PlannedReport, Postmortems, PublicUrl, SourceUrl, WriteBack,
    destinations, incidents, postmortems, reports, support_hours,
};
use crate::text::LineIndex;

/// Every key of the file's top level.
pub const KEYS: &[&str] = &[
    "workspace",
    "runbooks",
    "extensions",
    "ignore",
    "stale_after_days",
    "due_within_days",
    "timezone",
    "default_owner",
    "owners",
    "write_back",
    "source_url",
    "listen",
    "public_url",
    "incidents",
    "postmortems",
    "destinations",
    "report",
    "reporter",
    "count_use",
    "max_file_size",
    "store",
    "support_hours",
];

/// The keys of an owner.
const OWNER_KEYS: [&str; 2] = ["chat", "page"];

/// The largest configuration file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// The largest `max_file_size`, in bytes: documents are read whole.
const LARGEST_DOCUMENT: u64 = 64 * 1024 * 1024;

/// Ten years, in days: no limit is longer.
const LONGEST_DAYS: u32 = 3650;

/// Something in the file that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// A text of the file with its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) value: String,
    line: usize,
    column: usize,
}

impl Placed {
    /// Something that is wrong with it.
    pub(super) const fn problem(&self, message: String) -> Problem {
        Problem { line: self.line, column: self.column, message }
    }
}

/// What a file says; what it does not say is the default.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) workspace: Option<String>,
    pub(super) runbooks: Option<Vec<Placed>>,
    pub(super) extensions: Vec<String>,
    pub(super) ignore: Vec<String>,
    pub(super) stale_after_days: u32,
    pub(super) due_within_days: u32,
    pub(super) timezone: Tz,
    pub(super) listen: SocketAddr,
    pub(super) write_back: Option<WriteBack>,
    pub(super) default_owner: Option<String>,
    pub(super) owners: BTreeMap<String, Owner>,
    pub(super) source_url: Option<SourceUrl>,
    pub(super) public_url: Option<PublicUrl>,
    pub(super) incidents: Incidents,
    pub(super) postmortems: Postmortems,
    pub(super) destinations: BTreeMap<String, destinations::Setting>,
    pub(super) reports: Vec<PlannedReport>,
    pub(super) reporter: Option<String>,
    pub(super) count_use: bool,
    pub(super) max_file_size: u64,
    pub(super) store: Option<String>,
    pub(super) support_hours: support_hours::Table,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workspace: None,
            runbooks: None,
            extensions: vec!["md".to_owned(), "markdown".to_owned()],
            ignore: Vec::new(),
            stale_after_days: 90,
            due_within_days: 14,
            timezone: Tz::UTC,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7311)),
            write_back: None,
            default_owner: None,
            owners: BTreeMap::new(),
            source_url: None,
            public_url: None,
            incidents: Incidents::default(),
            postmortems: Postmortems::default(),
            destinations: BTreeMap::new(),
            reports: Vec::new(),
            reporter: None,
            count_use: true,
            max_file_size: 1024 * 1024,
            store: None,
            support_hours: support_hours::Table::default(),
        }
    }
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Settings, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_path_buf(), source };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE {
        let path = path.display();
        return Err(ConfigError::wrong(format!("{path} is larger than {MAX_FILE} bytes")));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    parse(&text).map_err(|problems| ConfigError::File { path: path.to_path_buf(), problems })
}

/// Reads a text. All that is wrong is told at once.
pub(super) fn parse(text: &str) -> Result<Settings, Vec<Problem>> {
    // A byte order mark is no part of TOML, but editors leave it behind.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, lines: LineIndex::new(text), problems: Vec::new() };
    let mut settings = Settings::default();
    match DeTable::parse(text) {
        Ok(table) => reader.settings(table.get_ref(), &mut settings),
        Err(error) => reader.complain(&error.span().unwrap_or(0..0), error.message().to_owned()),
    }
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

pub(super) struct Reader<'a> {
    text: &'a str,
    lines: LineIndex,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn complain(&mut self, span: &Range<usize>, message: String) {
        let (line, column) = self.lines.line_column(self.text, span.start);
        self.problems.push(Problem { line, column, message });
    }

    pub(super) fn complain_of(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn settings(&mut self, table: &DeTable<'_>, to: &mut Settings) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "workspace" => to.workspace = self.checked(value, workspace_id),
                "runbooks" => to.runbooks = self.folders(value),
                "extensions" => self.set(&mut to.extensions, value, Self::extensions),
                "ignore" => self.set(&mut to.ignore, value, Self::globs),
                "stale_after_days" => {
                    self.set(&mut to.stale_after_days, value, |r, v| r.days(v, 1));
                }
                "due_within_days" => {
                    self.set(&mut to.due_within_days, value, |r, v| r.days(v, 0));
                }
                "timezone" => self.set(&mut to.timezone, value, |r, v| r.checked(v, timezone)),
                "listen" => self.set(&mut to.listen, value, |r, v| r.checked(v, listen)),
                "write_back" => to.write_back = self.checked(value, write_back),
                "default_owner" => to.default_owner = self.checked(value, filled),
                "owners" => self.set(&mut to.owners, value, Self::owners),
                "source_url" => to.source_url = self.checked(value, source_url),
                "public_url" => to.public_url = self.checked(value, public_url),
                "incidents" => self.set(&mut to.incidents, value, incidents::read),
                "destinations" => self.set(&mut to.destinations, value, destinations::read),
                // Read below: these go by what other keys say.
                "postmortems" | "report" => {}
                "reporter" => to.reporter = self.checked(value, filled),
                "count_use" => self.set(&mut to.count_use, value, Self::yes_or_no),
                "max_file_size" => self.set(&mut to.max_file_size, value, Self::size),
                "store" => to.store = self.checked(value, filled),
                "support_hours" => {
                    self.set(&mut to.support_hours, value, support_hours::read);
                }
                unknown => {
                    let message = unknown_word("key", unknown, KEYS);
                    self.complain(&key.span(), message);
                }
            }
        }
        if let Some(value) = table.get("postmortems") {
            let severities = &to.incidents.severities;
            let read = postmortems::read(self, value, severities);
            to.postmortems = read.unwrap_or_default();
        }
        if let Some(value) = table.get("report") {
            let named = table.get("destinations").and_then(|it| it.get_ref().as_table());
            let named: Vec<&str> =
                named.iter().flat_map(|it| it.keys()).map(|key| key.get_ref().as_ref()).collect();
            to.reports = reports::read(self, value, to.timezone, &named);
        }
        if to.due_within_days >= to.stale_after_days {
            let span = ["due_within_days", "stale_after_days"]
                .iter()
                .find_map(|key| table.get(*key).map(Spanned::span))
                .unwrap_or(0..0);
            let Settings { due_within_days: due, stale_after_days: stale, .. } = to;
            self.complain(
                &span,
                format!("due_within_days ({due}) must be less than stale_after_days ({stale})"),
            );
        }
    }

    /// Sets a field that has a default; a wrong value leaves it, and is complained about.
    pub(super) fn set<T>(
        &mut self,
        to: &mut T,
        value: &Value<'_>,
        read: impl FnOnce(&mut Self, &Value<'_>) -> Option<T>,
    ) {
        if let Some(value) = read(self, value) {
            *to = value;
        }
    }

    pub(super) fn expected(&mut self, value: &Value<'_>, what: &str) {
        let found = value.get_ref().type_str();
        self.complain(&value.span(), format!("expected {what}, found {}", with_article(found)));
    }

    fn text(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.expected(value, "a text in quotes");
        }
        text
    }

    /// A text that a function makes something of, or says why it cannot.
    pub(super) fn checked<T>(
        &mut self,
        value: &Value<'_>,
        check: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(value)?;
        match check(text.trim()) {
            Ok(checked) => Some(checked),
            Err(message) => {
                self.complain(&value.span(), message);
                None
            }
        }
    }

    /// A list of texts, each with its place.
    pub(super) fn texts(&mut self, value: &Value<'_>) -> Option<Vec<Placed>> {
        let Some(array) = value.get_ref().as_array() else {
            self.expected(value, "a list of texts, like [\"one\", \"two\"]");
            return None;
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            let (line, column) = self.lines.line_column(self.text, item.span().start);
            texts.push(Placed { value: self.checked(item, filled)?, line, column });
        }
        Some(texts)
    }

    fn folders(&mut self, value: &Value<'_>) -> Option<Vec<Placed>> {
        let folders = self.texts(value)?;
        if folders.is_empty() {
            self.complain(&value.span(), "name at least one folder, like [\"runbooks\"]".into());
            return None;
        }
        Some(folders)
    }

    fn extensions(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let mut extensions = Vec::new();
        let texts = self.texts(value)?;
        if texts.is_empty() {
            self.complain(&value.span(), "name at least one extension, like [\"md\"]".into());
        }
        for placed in texts {
            let extension = placed.value.trim_start_matches('.').to_lowercase();
            if extension.is_empty() || extension.contains(['/', '*']) {
                let message = format!("`{}` is no extension like `md`", placed.value);
                self.problems.push(placed.problem(message));
            } else if !extensions.contains(&extension) {
                extensions.push(extension);
            }
        }
        Some(extensions)
    }

    fn globs(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let texts = self.texts(value)?;
        for placed in &texts {
            if let Err(error) = Glob::new(&placed.value) {
                let message = format!("`{}` is no pattern: {}", placed.value, error.kind());
                self.problems.push(placed.problem(message));
            }
        }
        Some(texts.into_iter().map(|placed| placed.value).collect())
    }

    fn days(&mut self, value: &Value<'_>, least: u32) -> Option<u32> {
        let days = integer(value.get_ref()).and_then(|days| u32::try_from(days).ok());
        match days.filter(|days| (least..=LONGEST_DAYS).contains(days)) {
            Some(days) => Some(days),
            None => {
                let message = format!("expected a number of days from {least} to {LONGEST_DAYS}");
                self.complain(&value.span(), message);
                None
            }
        }
    }

    fn yes_or_no(&mut self, value: &Value<'_>) -> Option<bool> {
        let said = value.get_ref().as_bool();
        if said.is_none() {
            self.expected(value, "true or false");
        }
        said
    }

    fn size(&mut self, value: &Value<'_>) -> Option<u64> {
        let bytes = match value.get_ref() {
            DeValue::String(text) => size(text),
            other => integer(other).and_then(|bytes| u64::try_from(bytes).ok()),
        };
        match bytes.filter(|bytes| (1..=LARGEST_DOCUMENT).contains(bytes)) {
            Some(bytes) => Some(bytes),
            None => {
                let message = "expected a size up to 64 MiB, in bytes or like \"1 MiB\"";
                self.complain(&value.span(), message.to_owned());
                None
            }
        }
    }

    fn owners(&mut self, value: &Value<'_>) -> Option<BTreeMap<String, Owner>> {
        const SHAPE: &str = "a table for each owner, like [owners.payments]";
        let Some(table) = value.get_ref().as_table() else {
            self.expected(value, SHAPE);
            return None;
        };
        let mut owners = BTreeMap::new();
        for (name, fields) in table {
            let Some(table) = fields.get_ref().as_table() else {
                self.expected(fields, SHAPE);
                continue;
            };
            let mut owner = Owner::default();
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "chat" => owner.chat = self.checked(value, filled),
                    "page" => owner.page = self.checked(value, filled),
                    unknown => {
                        let message = unknown_word("key", unknown, &OWNER_KEYS);
                        self.complain(&key.span(), message);
                    }
                }
            }
            owners.insert(name.get_ref().clone().into_owned(), owner);
        }
        Some(owners)
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
