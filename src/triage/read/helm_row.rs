//! A row of what `helm history` or `helm list` prints.

use super::helm::some;
use super::{HelmRelease, HelmRevision};

/// The name of a chart, without its version: `spark-3-operator` of `spark-3-operator-2.3.0`.
pub(super) fn chart_name(chart: &str) -> Option<&str> {
    let is_version = |rest: &str| {
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        behind.len() < rest.len() && behind.starts_with('.')
    };
    let mut hyphens = chart.match_indices('-').map(|(at, _)| at);
    let at = hyphens.find(|at| is_version(&chart[at + 1..]))?;
    chart.get(..at).filter(|name| !name.is_empty())
}

/// What a release may be.
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

/// A line of the table, and whether its date is written as Helm does. The date between the number and
/// the status has blanks of its own. Without such a date the name of a chart with its version tells a row
/// from `503 requests failed since noon`.
pub(super) fn row(line: &str) -> Option<(HelmRevision, bool)> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let revision = words.first()?.parse().ok()?;
    let at = words.iter().position(|word| STATES.contains(word))?;
    let dated = at == 6 && DAYS.contains(&words[1]);
    if !dated && words.get(at + 1).and_then(|chart| chart_name(chart)).is_none() {
        return None;
    }
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

/// Whether Helm prints such a line, in a history or in a list.
pub(super) fn is_row(line: &str) -> bool {
    row(line).is_some() || list_row(line).is_some()
}

/// A line of what `helm list` prints: a release with its newest revision.
pub(super) fn list_row(line: &str) -> Option<HelmRelease> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [name, namespace, number, date, _, ..] = words[..] else { return None };
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    let is_date = date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if !is_name(name) || !is_name(namespace) || !is_date {
        return None;
    }
    let at = words.iter().skip(5).position(|word| STATES.contains(word))? + 5;
    let word = |at: usize| words.get(at).map_or_else(String::new, |word| (*word).to_owned());
    let row = HelmRevision {
        revision: number.parse().ok()?,
        status: word(at),
        chart: word(at + 1),
        app_version: word(at + 2),
        description: String::new(),
    };
    Some(HelmRelease {
        name: some(name),
        namespace: some(namespace),
        revisions: vec![row],
        ..HelmRelease::default()
    })
}
