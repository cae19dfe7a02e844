//! What Helm says of a release: its history and its status, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::helm_output::Output;
use super::helm_row::chart_name;
use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::message::Message;

/// Revisions of one history that are read, the newest of them.
pub(super) const MAX_REVISIONS: usize = 500;

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

/// Reads `helm history -o json`, `helm status -o json` or `helm list -o json`.
pub(super) fn from_json(json: &Value) -> Option<Pasted> {
    let statuses = |all: &[Value]| all.iter().all(|one| one.pointer("/info/status").is_some());
    let listed = |all: &[Value]| all.iter().all(|one| listed(one).is_some());
    let outputs = match json {
        Value::Array(rows) if rows.is_empty() => return None,
        Value::Array(rows)
            if rows.iter().all(|row| row.get("revision").is_some_and(Value::is_u64)) =>
        {
            let passed = rows.len().saturating_sub(MAX_REVISIONS);
            let revisions = rows.iter().skip(passed).map(revision).collect();
            let release = HelmRelease { revisions, ..HelmRelease::default() };
            vec![Output { release, passed, ..Output::default() }]
        }
        Value::Array(all) if statuses(all) => all.iter().map(status).collect(),
        Value::Array(all) if listed(all) => all.iter().filter_map(self::listed).collect(),
        Value::Object(_) if json.pointer("/info/status").is_some() => vec![status(json)],
        _ => return None,
    };
    Some(Pasted { kind: InputKind::Helm, outputs, ..Pasted::default() })
}

/// What `helm status` says of a release.
fn status(json: &Value) -> Output {
    let release = HelmRelease {
        name: some(text_at(json, "/name")),
        namespace: some(text_at(json, "/namespace")),
        revisions: vec![HelmRevision {
            revision: json.get("version").and_then(Value::as_u64).unwrap_or(0),
            status: text_at(json, "/info/status").to_owned(),
            chart: text_at(json, "/chart/metadata/name").to_owned(),
            app_version: text_at(json, "/chart/metadata/appVersion").to_owned(),
            description: text_at(json, "/info/description").to_owned(),
        }],
        ..HelmRelease::default()
    };
    Output { release, ..Output::default() }
}

/// A release as `helm list` tells it.
fn listed(json: &Value) -> Option<Output> {
    let name = some(text_at(json, "/name"))?;
    let number = text_at(json, "/revision").parse().ok()?;
    let row = HelmRevision { revision: number, ..revision(json) };
    let release = HelmRelease {
        name: Some(name),
        namespace: some(text_at(json, "/namespace")),
        revisions: vec![row],
        ..HelmRelease::default()
    };
    Some(Output { release, is_list: true, ..Output::default() })
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

pub(super) fn is_bad(status: &str) -> bool {
    status == "failed" || status.starts_with("pending") || status == "uninstalling"
}

impl HelmRevision {
    pub(super) fn is_bad(&self) -> bool {
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
pub(super) struct Telling<'r> {
    pub(super) row: &'r HelmRevision,
    /// How many revisions it stands for.
    repeats: usize,
    /// Whether a later one was completed.
    over: bool,
}

impl Telling<'_> {
    /// A message of it, marked as the last good one if it is that, so that a plan can name it.
    pub(super) fn marked(&self, mut message: Message, last_good: Option<u64>) -> Message {
        if last_good == Some(self.row.revision) {
            message.labels.insert("good_revision".to_owned(), self.row.revision.to_string());
        }
        Message { repeats: self.repeats, resolved: self.over, ..message }
    }
}

impl HelmRelease {
    /// The revisions that say something, oldest first: what is wrong, and what was good before. What
    /// was wrong before a good one is over; of those that say the same the newest stands for all.
    pub(super) fn telling(&self) -> Vec<Telling<'_>> {
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

    /// Whether an output with such a head, or none, is of this one: their names and namespaces say
    /// so, else what they hold.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => Some(one != other),
            _ => None,
        };
        if differ(&self.namespace, &other.namespace) == Some(true) {
            return false;
        }
        differ(&self.name, &other.name).map_or_else(|| self.may_be(other), |differ| !differ)
    }

    /// Whether another one may be the same by its charts and revisions, where one of both has no name.
    /// A status has no chart: that of the same release says what the newest row says.
    fn may_be(&self, other: &Self) -> bool {
        let charts = |release: &Self| -> BTreeSet<String> {
            let charts = release.revisions.iter().map(|row| row.chart.as_str());
            let charts = charts.filter(|chart| !chart.is_empty());
            charts.map(|chart| chart_name(chart).unwrap_or(chart).to_owned()).collect()
        };
        let (own, others) = (charts(self), charts(other));
        if own.is_empty() || others.is_empty() {
            let newest = |release: &Self| release.revisions.last().map(|row| row.revision);
            let differ = newest(self).zip(newest(other)).is_some_and(|(one, other)| one != other);
            return !differ
                && self.newest_status().is_some()
                && self.newest_status() == other.newest_status();
        }
        let differs = |row: &HelmRevision| {
            let same_number = |of: &&HelmRevision| of.revision == row.revision;
            other.revisions.iter().find(same_number).is_some_and(|of| of.chart != row.chart)
        };
        !own.is_disjoint(&others) && !self.revisions.iter().any(differs)
    }

    fn newest_status(&self) -> Option<&str> {
        let newest = self.revisions.last().map(|row| row.status.as_str());
        newest.or(self.status.as_deref())
    }

    /// Takes what was read of it later.
    pub(super) fn take(&mut self, later: Self) {
        self.name = self.name.take().or(later.name);
        self.namespace = self.namespace.take().or(later.namespace);
        self.status = later.status.or(self.status.take());
        for row in later.revisions {
            let known = self.revisions.iter_mut().find(|known| known.revision == row.revision);
            match known.filter(|_| row.chart.is_empty()) {
                // A status says no more of a revision than how it is.
                Some(known) => known.status = row.status,
                None => self.revisions.push(row),
            }
        }
        self.settle();
    }

    /// Whether its newest revision is not what it should be.
    pub(super) fn is_ill(&self) -> bool {
        self.status.as_deref().is_some_and(is_bad)
    }

    /// What follows from the revisions.
    pub(super) fn settle(&mut self) {
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
    pub(super) fn told(&self, row: &HelmRevision) -> Message {
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
