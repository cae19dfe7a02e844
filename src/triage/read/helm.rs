//! What Helm says of a release: its history and its status, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::helm_row::{chart_name, row};
use super::helm_status::{Block, blocks};
use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::command_line::is_command;
use crate::triage::knowledge::Knowledge;
use crate::triage::message::Message;

/// The label of a message that names a release.
const RELEASE: &str = "release";

/// Revisions of one history that are read, the newest of them.
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
            let passed = rows.len().saturating_sub(MAX_REVISIONS);
            release.revisions = rows.iter().skip(passed).map(revision).collect();
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

pub(super) fn some(text: &str) -> Option<String> {
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
    /// Where another release begins, of which nothing was read.
    pub(super) until: Option<usize>,
}

/// Where a revision stands, and on which line.
pub(super) type Standing = (Range<usize>, usize);

/// A history of a text.
#[derive(Default)]
struct Table {
    /// Where it begins, with the command above it.
    start: usize,
    /// Its rows, and what the command says.
    release: HelmRelease,
    /// Where each of its rows stands.
    standing: Vec<Standing>,
}

/// The lines of a text: where each stands, without its end, and its number.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, Standing)> {
    let mut offset = 0;
    text.split_inclusive('\n').enumerate().map(move |(at, whole)| {
        let start = offset;
        offset += whole.len();
        let line = whole.trim_end();
        (line, (start..start + line.len(), at + 1))
    })
}

/// The histories of a text, each with the command above it.
fn tables(text: &str, knowledge: &Knowledge) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut commands: Vec<(&str, usize)> = Vec::new();
    let (mut in_table, mut anew) = (false, true);
    for (whole, standing) in lines(text) {
        let line = whole.trim_start_matches(['#', ' ']);
        if line.starts_with("REVISION") && line.contains("STATUS") && line.contains("DESCRIPTION") {
            (in_table, anew) = (true, true);
            continue;
        }
        // Without its head, too, a row is known by the way in which Helm writes a date.
        let Some((row, _)) = row(line).filter(|(_, dated)| in_table || *dated) else {
            in_table = false;
            if is_command(whole) {
                commands.push((whole, standing.0.start));
            }
            continue;
        };
        if anew || !commands.is_empty() {
            let start = commands.first().map_or(standing.0.start, |(_, start)| *start);
            let mut table = Table { start, ..Table::default() };
            let said = commands.iter().map(|(command, _)| *command);
            table.release.name_by(said, knowledge);
            tables.push(table);
            commands.clear();
            anew = false;
        }
        if let Some(table) = tables.last_mut() {
            table.release.revisions.push(row);
            table.standing.push(standing);
        }
    }
    for table in &mut tables {
        let passed = table.standing.len().saturating_sub(MAX_REVISIONS);
        table.release.revisions.drain(..passed);
        table.standing.drain(..passed);
    }
    tables
}

/// Reads the text of `helm history` and of `helm status`. Of several histories those of the first
/// release are read.
pub(super) fn from_text(text: &str, knowledge: &Knowledge) -> Option<Told> {
    let mut release = HelmRelease::default();
    let mut rows: BTreeMap<u64, Standing> = BTreeMap::new();
    let tables = tables(text, knowledge);
    let mut blocks = blocks(text);
    let first = match (tables.first(), blocks.first()) {
        (Some(table), Some(block)) if block.standing.0.start < table.start => block.release.clone(),
        (Some(table), _) => table.release.clone(),
        (None, Some(block)) => block.release.clone(),
        (None, None) => return None,
    };
    // A status has no chart that could tell it from a history without a name; that of the same
    // release says what the newest row says.
    let newest = first.revisions.last().map(|row| row.status.clone());
    let others = |block: &Block| match &first.name {
        Some(_) => block.release.name != first.name && block.release.is_another(&first),
        None => newest.is_some() && block.release.status != newest,
    };
    let another = |table: &&Table| {
        let is_told = !first.revisions.is_empty() || table.release.name.is_some();
        is_told && table.release.is_another(&first)
    };
    let until = tables.iter().find(another).map(|table| table.start);
    let other_block =
        blocks.iter().find(|it| others(it)).map(|it| with_command(text, it.standing.0.start));
    let until = until.into_iter().chain(other_block).min();
    for table in tables.iter().take_while(|table| !another(table)) {
        for (row, standing) in table.release.revisions.iter().zip(&table.standing) {
            rows.insert(row.revision, standing.clone());
            release.revisions.push(row.clone());
        }
    }
    // Of two looks at the same release the later one counts.
    blocks.retain(|block| !others(block));
    let block = blocks.pop();
    if let Some(Block { release: said, .. }) = &block {
        let HelmRelease { name, namespace, status, .. } = said.clone();
        release = HelmRelease { name, namespace, status, ..release };
    }
    let bad = release.status.as_deref().is_some_and(is_bad);
    release.settle();
    if let Some(table) = tables.first() {
        release.name = release.name.or_else(|| table.release.name.clone());
        release.namespace = release.namespace.or_else(|| table.release.namespace.clone());
    }
    let (mut messages, mut places) = (Vec::new(), Vec::new());
    let message = |(place, line): &Standing| {
        let said = text.get(place.clone()).unwrap_or_default();
        let shown = said.trim_start();
        let offset = place.end - shown.len();
        Message { offset, line: *line, ..Message::new(shown) }
    };
    // A status is spread over several lines.
    if let Some(Block { standing, .. }) = block.filter(|_| bad) {
        messages.push(message(&standing));
        places.push(standing.0);
    }
    for one in release.telling() {
        if let Some(row) = rows.get(&one.row.revision) {
            messages.push(one.marked(message(row), release.last_good));
        }
    }
    let told = |row: &&HelmRevision| row.is_bad() || Some(row.revision) == release.last_good;
    let told = release.revisions.iter().filter(told).filter_map(|row| rows.get(&row.revision));
    places.extend(told.map(|(place, _)| place.clone()));
    Some(Told { release, messages, places, until })
}

/// Where the command stands that printed what begins there, if it is in the line above.
fn with_command(text: &str, start: usize) -> usize {
    let above = text[..start].trim_end_matches('\n');
    let line = above.rfind('\n').map_or(0, |end| end + 1);
    if is_command(&above[line..]) { line } else { start }
}

/// The one thing of a kind that texts name; of several nobody says which is meant.
fn named<'t>(
    knowledge: &Knowledge,
    kind: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Option<String> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for text in texts {
        let rules = knowledge.signals.iter().filter(|rule| rule.kind == kind);
        let values = rules.flat_map(|rule| rule.values(text));
        names.extend(values.filter_map(|(from, to)| text.get(from..to)));
    }
    names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned())
}

/// Names the release, where it has no name yet, and its namespace: by the commands that were pasted
/// with the output, else by what its revisions say of it, else by its chart. Where another release
/// begins in the text, nothing behind it names this one.
pub(super) fn name(pasted: &mut Pasted, knowledge: &Knowledge, until: Option<usize>) {
    let Some(release) = pasted.helm.as_mut() else { return };
    if until.is_some() {
        pasted.notes.push(
            "a history of another release stands there as well: it was not read as one, so paste it \
             by itself"
                .to_owned(),
        );
    }
    let before = |message: &&Message| until.is_none_or(|until| message.offset < until);
    let texts = pasted.messages.iter().filter(before).map(|message| message.text.as_str());
    release.name_by(texts, knowledge);
    if release.name.is_none() {
        let rows = release.revisions.iter().map(|row| row.description.as_str());
        release.name = named(knowledge, RELEASE, rows);
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
    // What JSON tells has our words.
    let nameless = HelmRelease::default();
    let told: BTreeSet<String> =
        release.revisions.iter().map(|row| nameless.told(row).text).collect();
    let is_row = |text: &str| {
        told.contains(text)
            || row(text).is_some_and(|(row, _)| chart_name(&row.chart) == Some(chart.as_str()))
    };
    for message in pasted.messages.iter_mut().filter(|message| is_row(&message.text)) {
        message.labels.insert(RELEASE.to_owned(), chart.clone());
    }
    pasted.notes.push(format!(
        "nothing names the release: it is taken for {chart}, as its chart is called, so make sure of it"
    ));
    release.name = Some(chart);
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

    /// Takes its name and its namespace, as far as they are not known, from the commands among texts.
    pub(super) fn name_by<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t str>,
        knowledge: &Knowledge,
    ) {
        let commands: Vec<&str> = texts.filter(|text| is_command(text)).collect();
        let said = |kind| named(knowledge, kind, commands.iter().copied());
        self.name = self.name.take().or_else(|| said(RELEASE));
        self.namespace = self.namespace.take().or_else(|| said("namespace"));
    }

    /// Whether it is another one: its name or its namespace says so, else its charts do.
    pub(super) fn is_another(&self, other: &Self) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => Some(one != other),
            _ => None,
        };
        let charts = |release: &Self| -> BTreeSet<String> {
            let charts = release.revisions.iter().map(|row| row.chart.as_str());
            charts.map(|chart| chart_name(chart).unwrap_or(chart).to_owned()).collect()
        };
        let other_place = differ(&self.namespace, &other.namespace) == Some(true);
        let other_name = differ(&self.name, &other.name);
        other_place || other_name.unwrap_or_else(|| charts(self).is_disjoint(&charts(other)))
    }

    /// Takes what was read of it later.
    pub(super) fn take(&mut self, later: Self) {
        self.name = self.name.take().or(later.name);
        self.namespace = self.namespace.take().or(later.namespace);
        self.status = later.status;
        self.revisions.extend(later.revisions);
        self.settle();
    }

    /// What follows from the revisions.
    fn settle(&mut self) {
        // Of a revision that is told twice the last row counts: it is newer.
        let rows = std::mem::take(&mut self.revisions).into_iter();
        let by_number: BTreeMap<u64, HelmRevision> = rows.map(|row| (row.revision, row)).collect();
        self.revisions = by_number.into_values().collect();
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
