//! What the cells of a row mean.

use std::sync::LazyLock;

use regex::Regex;

use super::date::read_date;
use super::resolved_by::{self, Resolution};
use crate::domain::exercise::{Context, ExerciseKind, Outcome};
use crate::runbook::duration::leading_range;
use crate::runbook::{RowReading, plain_words};
use crate::text::pattern::pattern;

/// Whether a column holds notes, which are no part of a row's identity.
pub fn is_notes_column(name: &str) -> bool {
    let notes = ["note", "notes", "comment", "comments", "remark", "remarks"];
    notes.contains(&normal(name).as_str())
}

/// Whether a column says what resolved it.
pub fn is_resolved_by_column(name: &str) -> bool {
    let names = [
        "resolved by",
        "resolved with",
        "resolved",
        "resolution",
        "fixed by",
        "fixed with",
        "fix",
        "mitigated by",
        "mitigation",
        "what worked",
        "worked by",
        "by step",
        "step",
        "steps",
        "step used",
        "steps used",
        "step(s)",
    ];
    names.contains(&normal(name).as_str())
}

/// Whether a column holds the day.
pub(super) fn is_date_column(name: &str) -> bool {
    let names = ["date", "day", "when", "on", "last worked", "last exercised", "exercised"];
    let name = normal(name);
    names.contains(&name.as_str()) || name.starts_with("date ")
}

fn is_outcome_column(name: &str) -> bool {
    let names = ["outcome", "result", "results", "status", "worked", "worked?", "success"];
    names.contains(&normal(name).as_str())
}

fn is_kind_column(name: &str) -> bool {
    ["kind", "type", "exercise", "exercise kind", "exercise type", "mode"]
        .contains(&normal(name).as_str())
}

fn is_minutes_column(name: &str) -> bool {
    let name = normal(name);
    let names =
        ["duration", "minutes", "minutes taken", "time taken", "time to mitigate", "ttm", "ttr"];
    names.contains(&name.as_str())
}

fn normal(name: &str) -> String {
    plain_words(name).to_lowercase()
}

/// What the cells of a row mean; `cells` are as written, the first is the date.
pub fn interpret(columns: &[String], cells: &[String]) -> RowReading {
    let pairs = columns.iter().zip(cells).skip(1);
    read(pairs.map(|(column, cell)| (column.as_str(), cell.as_str())))
}

/// What the cells of a row mean, given as pairs of column and cell. The date is not needed.
pub fn read_cells(cells: &Context) -> RowReading {
    let is_date = |name: &str, cell: &str| is_date_column(name) && read_date(cell).is_some();
    let pairs = cells.iter().map(|(column, cell)| (column.as_str(), cell.as_str()));
    read(pairs.filter(|(column, cell)| !is_date(column, cell)))
}

fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> RowReading {
    let mut resolved_by: Option<&str> = None;
    let mut outcome_cell: Option<&str> = None;
    let mut reading = RowReading {
        outcome: Outcome::Unclear,
        steps: Vec::new(),
        resolved_by: String::new(),
        notes: String::new(),
        context: Context::new(),
        kind: None,
        minutes: None,
    };
    for (column, cell) in pairs {
        let cell = cell.trim();
        if is_notes_column(column) {
            if !cell.is_empty() && !reading.notes.is_empty() {
                reading.notes.push_str("; ");
            }
            reading.notes.push_str(cell);
            continue;
        }
        if resolved_by.is_none() && is_resolved_by_column(column) {
            resolved_by = Some(cell);
            continue;
        }
        let words = plain_words(cell);
        if is_outcome_column(column) {
            outcome_cell = outcome_cell.or(Some(cell));
        }
        if is_kind_column(column) {
            reading.kind = reading.kind.or_else(|| exercise_kind(&words));
        }
        if is_minutes_column(column) {
            reading.minutes = reading.minutes.or_else(|| minutes(column, &words));
        }
        if !words.is_empty() {
            reading.context.push((plain_words(column), words));
        }
    }
    if let Some(cell) = resolved_by {
        cell.clone_into(&mut reading.resolved_by);
        let Resolution { outcome, steps } = resolved_by::read(&plain_words(cell));
        reading.outcome = outcome;
        reading.steps = steps;
    } else if let Some(cell) = outcome_cell {
        reading.outcome = told_outcome(&plain_words(cell));
    }
    reading
}

/// The outcome that a column of its own tells.
fn told_outcome(words: &str) -> Outcome {
    let words = words.to_lowercase();
    let word = words.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let first = word.unwrap_or_default();
    if words.contains('?') {
        return Outcome::Unclear;
    }
    match first {
        "worked" | "success" | "successful" | "succeeded" | "ok" | "pass" | "passed" | "yes"
        | "resolved" | "fixed" | "done" | "green" => Outcome::Worked,
        "failed" | "fail" | "failure" | "no" | "unsuccessful" | "red" => Outcome::Failed,
        "partial" | "partially" | "partly" => Outcome::Partial,
        "not" | "unused" | "skipped" => Outcome::NotUsed,
        _ if words.contains('✅') || words.contains('✓') || words.contains('✔') => {
            Outcome::Worked
        }
        _ if words.contains('❌') || words.contains('✗') => Outcome::Failed,
        _ => Outcome::Unclear,
    }
}

static KIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(incident|real|page)|(game[- ]?day|chaos)|(table[- ]?top)|(drill|rehearsal|test|exercise|practice))\b",
    )
});

fn exercise_kind(words: &str) -> Option<ExerciseKind> {
    let found = KIND.captures(words)?;
    let kinds = [
        ExerciseKind::Incident,
        ExerciseKind::GameDay,
        ExerciseKind::Tabletop,
        ExerciseKind::Drill,
    ];
    kinds.into_iter().enumerate().find_map(|(at, kind)| found.get(at + 1).map(|_| kind))
}

/// Minutes from a cell like `12`, `12 min` or `1 h`.
fn minutes(column: &str, words: &str) -> Option<u32> {
    if let Some(range) = leading_range(words) {
        return Some(range.max_s.div_ceil(60));
    }
    normal(column).starts_with("minutes").then(|| words.parse().ok())?
}
