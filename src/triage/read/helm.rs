//! What Helm says of a release: its history and its status, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::command_line::is_command;
use crate::triage::knowledge::Knowledge;
use crate::triage::message::Message;

/// The label of a message that names a release.
const RELEASE: &str = "release";

/// Revisions of one history that are read.
const MAX_REVISIONS: usize = 500;

/// A release as Helm tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HelmRelease {
    /// Its name: a history does not tell it, but the command above it does, or the description of a
    /// revision. Where nothing else names it, it is taken for that of its chart, and a note says so.
    pub name: Option<String>,
    /// Its namespace, which the command above a history tells.
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
    let message = |one: &Telling<'_>| one.marked(release.told(one.row), release.last_good);
    let messages = release.telling().iter().map(message).collect();
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

/// What was read of a text.
pub(super) struct Told {
    pub(super) release: HelmRelease,
    /// Pieces of the text as they stand there: what nobody pasted is no evidence and names nothing.
    pub(super) messages: Vec<Message>,
    /// The places of the text that these speak for.
    pub(super) places: Vec<Range<usize>>,
}

/// Reads the text of `helm history` and of `helm status`.
pub(super) fn from_text(text: &str) -> Option<Told> {
    let mut release = HelmRelease::default();
    let mut in_table = false;
    // Where each revision stands, and the lines from NAME to STATUS.
    let mut rows: BTreeMap<u64, (Range<usize>, usize)> = BTreeMap::new();
    let mut head: Option<(usize, usize)> = None;
    let mut block: Option<(Range<usize>, usize)> = None;
    let mut offset = 0;
    for (number, whole) in text.split_inclusive('\n').take(MAX_REVISIONS * 4).enumerate() {
        let start = offset;
        offset += whole.len();
        let end = start + whole.trim_end().len();
        let line = whole.trim_end().trim_start_matches(['#', ' ']);
        if line.starts_with("REVISION") && line.contains("STATUS") && line.contains("DESCRIPTION") {
            in_table = true;
            continue;
        }
        // Without its head, too, a row is known by the way in which Helm writes a date.
        match row(line).filter(|(_, dated)| in_table || *dated) {
            Some((row, _)) if release.revisions.len() < MAX_REVISIONS => {
                rows.insert(row.revision, (start..end, number + 1));
                release.revisions.push(row);
            }
            Some(_) => {}
            None => in_table = false,
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
                block = head.map(|(from, line)| (from..end, line));
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
    let (mut messages, mut places) = (Vec::new(), Vec::new());
    let message = |(place, line): &(Range<usize>, usize)| {
        let said = text.get(place.clone()).unwrap_or_default();
        let shown = said.trim_start();
        let offset = place.end - shown.len();
        Message { offset, line: *line, ..Message::new(shown) }
    };
    // A status is spread over several lines.
    if let Some(block) = block.filter(|_| bad) {
        messages.push(message(&block));
        places.push(block.0);
    }
    for one in release.telling() {
        if let Some(row) = rows.get(&one.row.revision) {
            messages.push(one.marked(message(row), release.last_good));
        }
    }
    let told = |row: &&HelmRevision| row.is_bad() || Some(row.revision) == release.last_good;
    let told = release.revisions.iter().filter(told).filter_map(|row| rows.get(&row.revision));
    places.extend(told.map(|(place, _)| place.clone()));
    Some(Told { release, messages, places })
}

/// Names the release, where it has no name yet, and its namespace: by the commands that were pasted
/// with the output, else by what its revisions say of it, else by its chart.
pub(super) fn name(pasted: &mut Pasted, knowledge: &Knowledge) {
    let Some(release) = pasted.helm.as_mut() else { return };
    let named = |kind: &str, by_commands: bool| {
        let messages = pasted.messages.iter().filter(|it| !by_commands || is_command(&it.text));
        let rules = || knowledge.signals.iter().filter(|rule| rule.kind == kind);
        let names: BTreeSet<&str> = messages
            .flat_map(|message| {
                let text = message.text.as_str();
                rules()
                    .flat_map(|rule| rule.values(text))
                    .filter_map(|(from, to)| text.get(from..to))
            })
            .collect();
        // Of several nobody says which is meant.
        names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned())
    };
    if release.namespace.is_none() {
        release.namespace = named("namespace", true);
    }
    if release.name.is_none() {
        release.name = named(RELEASE, true).or_else(|| named(RELEASE, false));
    }
    if release.name.is_some() || release.status.as_deref().is_none_or(|status| !is_bad(status)) {
        return;
    }
    let charts: BTreeSet<&str> =
        release.revisions.iter().filter_map(|row| chart_name(&row.chart)).collect();
    let Some(chart) = charts.first().filter(|_| charts.len() == 1).map(|one| (*one).to_owned())
    else {
        return;
    };
    for message in pasted.messages.iter_mut().filter(|message| message.text.contains(&chart)) {
        message.labels.insert(RELEASE.to_owned(), chart.clone());
    }
    pasted.notes.push(format!(
        "nothing names the release: it is taken for {chart}, as its chart is called, so make sure of it"
    ));
    release.name = Some(chart);
}

/// The name of a chart, without its version.
fn chart_name(chart: &str) -> Option<&str> {
    let digit = |rest: &str| rest.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    let at = chart.match_indices('-').map(|(at, _)| at).find(|at| digit(&chart[at + 1..]))?;
    chart.get(..at).filter(|name| !name.is_empty())
}

/// A line of the table, and whether its date is written as Helm does. The date between the number and
/// the status has blanks of its own.
fn row(line: &str) -> Option<(HelmRevision, bool)> {
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
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let revision = words.first()?.parse().ok()?;
    let at = words.iter().position(|word| STATES.contains(word))?;
    let dated = at == 6 && DAYS.contains(&words[1]);
    let word = |at: usize| words.get(at).map_or_else(String::new, |word| (*word).to_owned());
    let row = HelmRevision {
        revision,
        status: word(at),
        chart: word(at + 1),
        app_version: word(at + 2),
        description: words.get(at + 3..).unwrap_or_default().join(" "),
    };
    // A chart may have no version of what it installs, and tabs keep its place.
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let row = match cells.as_slice() {
        [_, _, _, _, app_version, description, ..] => HelmRevision {
            app_version: (*app_version).to_owned(),
            description: (*description).to_owned(),
            ..row
        },
        _ => row,
    };
    Some((row, dated))
}

fn is_bad(status: &str) -> bool {
    status == "failed" || status.starts_with("pending") || status == "uninstalling"
}

impl HelmRevision {
    fn is_bad(&self) -> bool {
        is_bad(&self.status) || self.description.to_lowercase().contains("failed")
    }

    /// Whether another one tells the same.
    fn says_as(&self, other: &Self) -> bool {
        (&self.chart, &self.description) == (&other.chart, &other.description)
    }

    /// Whether it was once completed.
    fn is_good(&self) -> bool {
        matches!(self.status.as_str(), "superseded" | "deployed") && !self.is_bad()
    }
}

/// A revision that says something.
struct Telling<'r> {
    row: &'r HelmRevision,
    /// How many revisions it stands for.
    repeats: usize,
    /// Whether a later one was completed.
    over: bool,
}

impl Telling<'_> {
    /// A message of it, marked as the last good one if it is that, so that a plan can name it.
    fn marked(&self, mut message: Message, last_good: Option<u64>) -> Message {
        if last_good == Some(self.row.revision) {
            message.labels.insert("good_revision".to_owned(), self.row.revision.to_string());
        }
        Message { repeats: self.repeats, resolved: self.over, ..message }
    }
}

impl HelmRelease {
    /// The revisions that say something, oldest first: what is wrong, and what was good before. What
    /// was wrong before a good one is over; of those that say the same the newest stands for all.
    fn telling(&self) -> Vec<Telling<'_>> {
        let is_well = self.status.as_deref() == Some("deployed");
        let mut telling: Vec<Telling<'_>> = Vec::new();
        let good = |row: &HelmRevision| Some(row.revision) == self.last_good;
        for row in self.revisions.iter().rev().filter(|row| row.is_bad() || good(row)) {
            let over = row.is_bad() && (is_well || Some(row.revision) < self.last_good);
            let same = |one: &&mut Telling<'_>| {
                one.over == over && one.row.status == row.status && one.row.says_as(row)
            };
            match telling.iter_mut().find(same).filter(|_| !good(row)) {
                Some(known) => known.repeats += 1,
                None => telling.push(Telling { row, repeats: 1, over }),
            }
        }
        telling.reverse();
        telling
    }

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
        Message::new(&format!(
            "Helm release{name}{place} revision {revision} ({chart}) has status {status}{said}"
        ))
    }
}
