//! Finding the table and reading its rows.

use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDate;

use super::date::{is_blank, read_date};
use super::reading::is_date_column;
use super::{cells_without_notes, interpret, row_key};
use crate::domain::exercise::Outcome;
use crate::runbook::outline::{Cell, Outline, Row, Table};
use crate::runbook::{Diagnostic, LastWorked, LastWorkedRow, Severity, Span};
use crate::text::collapse_whitespace;

/// Reads the first table under a last-worked heading whose first column is a date.
pub(in crate::runbook) fn read(
    outline: &Outline<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LastWorked> {
    let table = outline.tables.iter().find(|table| is_of_dates(table))?;
    let columns: Vec<String> =
        table.header.cells.iter().map(|cell| source(outline, cell)).collect();
    let mut rows = Vec::new();
    for row in &table.rows {
        let first = row.cells.first().map_or("", |cell| cell.plain.as_str());
        let Some(date) = read_date(first) else {
            if !is_blank(first) {
                diagnostics.push(without_date(outline, row, first));
            }
            continue;
        };
        rows.push(read_row(outline, row, date, &columns, diagnostics));
    }
    let newest_first = newest_first(&rows);
    number(&mut rows, &columns, newest_first);
    Some(LastWorked {
        section: table.section,
        header: outline.span(&table.header.range),
        delimiter: delimiter(outline, &table.header.range),
        columns,
        rows,
        newest_first,
    })
}

fn is_of_dates(table: &Table) -> bool {
    let first = |row: &Row| row.cells.first().map(|cell| cell.plain.clone()).unwrap_or_default();
    is_date_column(&first(&table.header))
        || table.rows.iter().any(|row| read_date(&first(row)).is_some())
}

/// A cell as written, on one line, with `\|` as the pipe it stands for.
fn source(outline: &Outline<'_>, cell: &Cell) -> String {
    let source = outline.text.get(cell.range.clone()).unwrap_or_default();
    source.trim().replace("\\|", "|")
}

fn read_row(
    outline: &Outline<'_>,
    row: &Row,
    date: NaiveDate,
    columns: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> LastWorkedRow {
    let mut cells: Vec<String> = row.cells.iter().map(|cell| source(outline, cell)).collect();
    cells.resize(columns.len(), String::new());
    let reading = interpret(columns, &cells);
    let span = outline.span(&row.range);
    if reading.outcome == Outcome::Unclear {
        let (line, column) = outline.lines.line_column(outline.text, span.start);
        let said = match reading.resolved_by.as_str() {
            "" => "nothing says what resolved it".to_owned(),
            words => format!("“{words}” does not say what worked"),
        };
        diagnostics.push(Diagnostic {
            line,
            column,
            rule: "row-doubtful".to_owned(),
            severity: Severity::Warning,
            message: format!(
                "the row of {date} refreshes nothing: {said}; name the step, like “Step 3a”, or \
                 say “not used” or “failed”"
            ),
        });
    }
    // The key waits for the count of alike rows.
    let key = crate::domain::id::RowKey::default();
    LastWorkedRow { key, occurrence: 0, date, cells, span, reading }
}

fn without_date(outline: &Outline<'_>, row: &Row, first: &str) -> Diagnostic {
    let start = row.cells.first().map_or(row.range.start, |cell| cell.range.start);
    let blanks = outline.text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let (line, column) = outline.lines.line_column(outline.text, start + blanks);
    let first = collapse_whitespace(first);
    let shown: String = first.chars().take(40).collect();
    Diagnostic {
        line,
        column,
        rule: "row-without-date".to_owned(),
        severity: Severity::Error,
        message: format!(
            "“{shown}” is not a date that can be read, so the row is skipped; write it like \
             2026-05-12"
        ),
    }
}

/// Whether newer rows mostly stand above older ones.
fn newest_first(rows: &[LastWorkedRow]) -> bool {
    let falling = rows.windows(2).filter(|pair| pair[0].date > pair[1].date).count();
    let rising = rows.windows(2).filter(|pair| pair[0].date < pair[1].date).count();
    falling >= rising
}

/// Counts alike rows from the oldest end, so that a new one leaves the others' keys alone.
fn number(rows: &mut [LastWorkedRow], columns: &[String], newest_first: bool) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut set = |row: &mut LastWorkedRow| {
        let cells = cells_without_notes(columns, &row.cells);
        let alike = seen.entry(row_key(row.date, &cells, 0).as_str().to_owned()).or_insert(0);
        row.occurrence = *alike;
        *alike += 1;
        row.key = row_key(row.date, &cells, row.occurrence);
    };
    if newest_first {
        rows.iter_mut().rev().for_each(&mut set);
    } else {
        rows.iter_mut().for_each(&mut set);
    }
}

/// The row of dashes: the line below the header, without what quotes or indents it.
fn delimiter(outline: &Outline<'_>, header: &Range<usize>) -> Span {
    let text = outline.text;
    let rest = text.get(header.start..).unwrap_or_default();
    let start = rest.find('\n').map_or(text.len(), |end| header.start + end + 1);
    let line = text[start..].split('\n').next().unwrap_or_default();
    let dashes = line.find(['|', '-', ':']).unwrap_or(0);
    outline.span(&(start + dashes..start + line.len()))
}
