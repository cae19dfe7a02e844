//! What Helm says of a release: its history and its status, as text and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::message::Message;

/// Revisions of one history that are read.
const MAX_REVISIONS: usize = 500;

/// A release as Helm tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HelmRelease {
    /// Its name; a history does not tell it.
    pub name: Option<String>,
    /// Its namespace; a history does not tell it.
    pub namespace: Option<String>,
    /// The status of its newest revision, like `pending-rollback`.
    pub status: Option<String>,
    /// Its revisions, oldest first.
    pub revisions: Vec<HelmRevision>,
    /// The newest revision before the current one that was completed.
    pub last_good: Option<u64>,
}

/// A revision of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HelmRevision {
    /// Its number.
    pub revision: u64,
    /// Its status.
    pub status: String,
    /// The chart and its version.
    pub chart: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// What was done.
    pub description: String,
}

/// Reads `helm history -o json` or `helm status -o json`.
pub(super) fn from_json(json: &Value) -> Option<Pasted> {
    let mut release = HelmRelease::default();
    match json {
        Value::Array(rows)
            if rows.iter().all(|row| row.get("revision").is_some_and(Value::is_u64)) =>
        {
            release.revisions = rows.iter().take(MAX_REVISIONS).map(revision).collect();
        }
        Value::Object(_) if json.pointer("/info/status").is_some() => {
            release.name = some(text_at(json, "/name"));
            release.namespace = some(text_at(json, "/namespace"));
            release.revisions.push(HelmRevision {
                revision: json.get("version").and_then(Value::as_u64).unwrap_or(0),
                status: text_at(json, "/info/status").to_owned(),
                chart: text_at(json, "/chart/metadata/name").to_owned(),
                app_version: text_at(json, "/chart/metadata/appVersion").to_owned(),
                description: text_at(json, "/info/description").to_owned(),
            });
        }
        _ => return None,
    }
    if release.revisions.is_empty() {
        return None;
    }
    release.settle();
    let told = |row: &&HelmRevision| row.is_bad() || Some(row.revision) == release.last_good;
    let messages = release.revisions.iter().filter(told).map(|row| release.told(row)).collect();
    Some(Pasted { kind: InputKind::Helm, messages, helm: Some(release), notes: Vec::new() })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| cleaned(text).into_owned())
}

fn revision(row: &Value) -> HelmRevision {
    let text = |key: &str| cleaned(text_at(row, key)).into_owned();
    HelmRevision {
        revision: row.get("revision").and_then(Value::as_u64).unwrap_or(0),
        status: text("/status"),
        chart: text("/chart"),
        app_version: text("/app_version"),
        description: text("/description"),
    }
}

/// Reads the text of `helm history` and of `helm status`. A message of it is a piece of the text as
/// it stands there: what nobody pasted is no evidence and names nothing.
pub(super) fn from_text(text: &str) -> Option<(HelmRelease, Vec<Message>)> {
    let mut release = HelmRelease::default();
    let mut in_table = false;
    // Where each revision stands, and the lines from NAME to STATUS.
    let mut rows: BTreeMap<u64, (usize, usize, &str)> = BTreeMap::new();
    let mut head: Option<(usize, usize)> = None;
    let mut block: Option<(usize, usize, usize)> = None;
    let mut offset = 0;
    for (number, whole) in text.split_inclusive('\n').take(MAX_REVISIONS * 4).enumerate() {
        let start = offset;
        offset += whole.len();
        let line = whole.trim_end().trim_start_matches(['#', ' ']);
        if line.starts_with("REVISION") && line.contains("STATUS") && line.contains("DESCRIPTION") {
            in_table = true;
            continue;
        }
        if in_table {
            match row(line) {
                Some(row) if release.revisions.len() < MAX_REVISIONS => {
                    rows.insert(row.revision, (start, number + 1, whole.trim_end()));
                    release.revisions.push(row);
                }
                Some(_) => {}
                None => in_table = false,
            }
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key {
            "NAME" => {
                release.name = some(value);
                head = Some((start, number + 1));
            }
            "NAMESPACE" => release.namespace = some(value),
            "STATUS" => {
                release.status = some(value);
                block = head.map(|(from, line)| (from, line, start + whole.trim_end().len()));
            }
            _ => {}
        }
    }
    let status = release.name.is_some() && release.status.is_some();
    if !status && release.revisions.is_empty() {
        return None;
    }
    let bad = release.status.as_deref().is_some_and(is_bad);
    release.settle();
    let mut messages = Vec::new();
    // The lines of a history are messages already; a status is spread over several lines.
    if let Some((from, line, to)) = block.filter(|_| bad) {
        let text = text.get(from..to).unwrap_or_default();
        messages.push(Message { offset: from, line, ..Message::new(text) });
    }
    if let Some((offset, line, row)) = release.last_good.and_then(|good| rows.get(&good)) {
        let good = Message { offset: *offset, line: *line, ..Message::new(row) };
        messages.push(release.labelled(good));
    }
    Some((release, messages))
}

/// A line of the table: the date between the number and the status has blanks of its own.
fn row(line: &str) -> Option<HelmRevision> {
    const STATES: [&str; 9] = [
        "unknown",
        "deployed",
        "uninstalled",
        "superseded",
        "failed",
        "uninstalling",
        "pending-install",
        "pending-upgrade",
        "pending-rollback",
    ];
    let words: Vec<&str> = line.split_whitespace().collect();
    let revision = words.first()?.parse().ok()?;
    let at = words.iter().position(|word| STATES.contains(word))?;
    let word = |at: usize| words.get(at).map_or_else(String::new, |word| (*word).to_owned());
    Some(HelmRevision {
        revision,
        status: word(at),
        chart: word(at + 1),
        app_version: word(at + 2),
        description: words.get(at + 3..).unwrap_or_default().join(" "),
    })
}

fn is_bad(status: &str) -> bool {
    status == "failed" || status.starts_with("pending") || status == "uninstalling"
}

impl HelmRevision {
    fn is_bad(&self) -> bool {
        is_bad(&self.status) || self.description.to_lowercase().contains("failed")
    }

    /// Whether it was once completed.
    fn is_good(&self) -> bool {
        matches!(self.status.as_str(), "superseded" | "deployed") && !self.is_bad()
    }
}

impl HelmRelease {
    /// What follows from the revisions.
    fn settle(&mut self) {
        self.revisions.sort_by_key(|row| row.revision);
        let newest = self.revisions.last().map_or(0, |row| row.revision);
        if let Some(row) = self.revisions.last().filter(|row| !row.status.is_empty()) {
            self.status = Some(row.status.clone());
        }
        let earlier = self.revisions.iter().filter(|row| row.revision < newest && row.is_good());
        self.last_good = earlier.map(|row| row.revision).max();
    }

    /// A revision as a message, in words, since JSON has none.
    fn told(&self, row: &HelmRevision) -> Message {
        let HelmRevision { revision, status, chart, description, .. } = row;
        let place =
            self.namespace.as_ref().map(|n| format!(" in namespace {n}")).unwrap_or_default();
        let said = if description.is_empty() { String::new() } else { format!(": {description}") };
        let name = self.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        let message = Message::new(&format!(
            "Helm release{name}{place} revision {revision} ({chart}) has status {status}{said}"
        ));
        if Some(*revision) == self.last_good { self.labelled(message) } else { message }
    }

    /// The message of the last good revision, marked as such, so that a plan can name it.
    fn labelled(&self, mut message: Message) -> Message {
        if let Some(good) = self.last_good {
            message.labels.insert("good_revision".to_owned(), good.to_string());
        }
        message
    }
}
