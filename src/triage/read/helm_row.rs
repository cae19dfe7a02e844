//! A row of what `helm history` prints.

use super::HelmRevision;

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

/// A line of the table, and whether its date is written as Helm does. The date between the number and
/// the status has blanks of its own.
pub(super) fn row(line: &str) -> Option<(HelmRevision, bool)> {
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
