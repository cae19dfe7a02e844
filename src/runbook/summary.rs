//! A runbook without its text: what lists, freshness and search need, small enough to keep.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Diagnostic, DocKind, DurationRange, Lifecycle, RowReading, Runbook, SectionKind};
use crate::domain::fingerprint::StepPrint;
use crate::domain::freshness::StepFacts;
use crate::domain::id::RowKey;

/// What is kept of a document beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whether it is a runbook or a page.
    pub kind: DocKind,
    /// Its title.
    pub title: String,
    /// The front matter's `id`.
    pub id: Option<String>,
    /// Slugs it stood under before.
    pub moved_from: Vec<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// The service it is about.
    pub service: Option<String>,
    /// Names of alerts that lead to it.
    pub alerts: Vec<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Other names people search for.
    pub aliases: Vec<String>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Whether it has to be exercised, as far as the file says.
    pub required: bool,
    /// Its own limit in days.
    pub stale_after_days: Option<u32>,
    /// The time it claims to take.
    pub time_to_mitigate: Option<DurationRange>,
    /// The severity it names.
    pub severity: Option<String>,
    /// It is an example.
    pub example: bool,
    /// When somebody last read it through.
    pub last_reviewed_on: Option<NaiveDate>,
    /// Days after which it should be read again.
    pub review_in_days: Option<u32>,
    /// Its steps, in the text's order.
    pub steps: Vec<StepSummary>,
    /// The rows of its table, in the table's order.
    pub rows: Vec<RowSummary>,
    /// The columns of its table; none where it has no table.
    pub columns: Option<Vec<String>>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// A step without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSummary {
    /// What freshness needs.
    pub facts: StepFacts,
    /// What it is for.
    pub kind: SectionKind,
    /// Anchor of its section.
    pub anchor: String,
    /// How long it may take, in seconds.
    pub budget_s: Option<u32>,
    /// Its line, from 1.
    pub line: usize,
}

/// A row of a last-worked table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSummary {
    /// Its identity.
    pub key: RowKey,
    /// Its date.
    pub date: NaiveDate,
    /// Counts alike rows, from 0.
    pub occurrence: u32,
    /// Its cells as written, in the columns' order.
    pub cells: Vec<String>,
    /// Its notes, as written.
    pub notes: String,
    /// Its line, from 1.
    pub line: usize,
    /// Later rows have the greater number, whichever way the table runs.
    pub order: i64,
    /// What its cells mean.
    pub reading: RowReading,
}

/// Sums a runbook up.
pub fn summarise(runbook: &Runbook, diagnostics: Vec<Diagnostic>) -> Summary {
    let front = &runbook.front;
    Summary {
        kind: runbook.kind,
        title: runbook.title.clone(),
        id: front.id.clone(),
        moved_from: front.moved_from.clone(),
        owner: front.owner.clone(),
        service: front.service.clone(),
        alerts: runbook.alerts.iter().map(|alert| alert.value.clone()).collect(),
        tags: front.tags.clone(),
        aliases: front.aliases.clone(),
        lifecycle: front.status,
        required: runbook.kind == DocKind::Runbook
            && !front.exercise_not_required
            && front.status == Lifecycle::Active,
        stale_after_days: runbook.stale_after_days.as_ref().map(|limit| limit.value),
        time_to_mitigate: runbook.time_to_mitigate.as_ref().map(|time| time.value),
        severity: runbook.severity.as_ref().map(|severity| severity.value.clone()),
        example: front.example,
        last_reviewed_on: front.last_reviewed_on,
        review_in_days: front.review_in_days,
        steps: steps(runbook),
        rows: rows(runbook),
        columns: runbook.last_worked.as_ref().map(|table| table.columns.clone()),
        diagnostics,
    }
}

fn steps(runbook: &Runbook) -> Vec<StepSummary> {
    runbook
        .steps
        .iter()
        .zip(prints(runbook))
        .map(|(step, print)| StepSummary {
            facts: StepFacts { print, parent: step.parent.clone(), tracked: step.kind.is_action() },
            kind: step.kind,
            anchor: step.anchor.clone(),
            budget_s: step.budget_s,
            line: step.span.line,
        })
        .collect()
}

fn rows(runbook: &Runbook) -> Vec<RowSummary> {
    let Some(table) = &runbook.last_worked else { return Vec::new() };
    let last = i64::try_from(table.rows.len()).unwrap_or(i64::MAX) - 1;
    let rows = table.rows.iter().zip(0_i64..);
    rows.map(|(row, at)| RowSummary {
        key: row.key.clone(),
        date: row.date,
        occurrence: row.occurrence,
        cells: row.cells.clone(),
        notes: row.reading.notes.clone(),
        line: row.span.line,
        order: if table.newest_first { last - at } else { at },
        reading: row.reading.clone(),
    })
    .collect()
}

/// What each step says, for comparing with what it said before.
pub fn prints(runbook: &Runbook) -> Vec<StepPrint> {
    runbook
        .steps
        .iter()
        .map(|step| StepPrint {
            id: step.id.clone(),
            title: step.title.clone(),
            print: step.fingerprint.clone(),
        })
        .collect()
}
