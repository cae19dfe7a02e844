//! Writing a row into the table: one line comes or goes, no other byte changes.

use std::ops::Range;

use chrono::NaiveDate;

use crate::domain::id::RowKey;
use crate::runbook::{LastWorked, LastWorkedRow, Span};
use crate::text::display_width;

/// The whole text with one more row, in the table's own date order: above the rows of that day
/// and older ones where the newest stand first, else below them. `cells` are in the columns'
/// order, the date's included; where that one is empty, the date is written as `2026-05-12`.
/// `table` must be read from this very text.
pub fn insert_row(text: &str, table: &LastWorked, date: NaiveDate, cells: &[String]) -> String {
    let mut edited = text.to_owned();
    let (at, line) = insertion(text, table, date, cells, None);
    edited.insert_str(at, &line);
    edited
}

/// The whole text without the row of that key, if it is there.
pub fn remove_row(text: &str, table: &LastWorked, key: &RowKey) -> Option<String> {
    let row = table.rows.iter().find(|row| row.key == *key)?;
    let mut edited = text.to_owned();
    edited.replace_range(removal(text, row), "");
    Some(edited)
}

/// The whole text with other cells in the row of that key, at the place its date asks for.
pub fn replace_row(
    text: &str,
    table: &LastWorked,
    key: &RowKey,
    date: NaiveDate,
    cells: &[String],
) -> Option<String> {
    let row = table.rows.iter().find(|row| row.key == *key)?;
    let mut edited = text.to_owned();
    if row.date == date {
        let line = written(text, table, date, cells);
        edited.replace_range(row.span.start..row.span.end, &line);
        return Some(edited);
    }
    let (at, line) = insertion(text, table, date, cells, Some(key));
    let gone = removal(text, row);
    if at >= gone.end {
        edited.insert_str(at, &line);
        edited.replace_range(gone, "");
    } else {
        edited.replace_range(gone, "");
        edited.insert_str(at, &line);
    }
    Some(edited)
}

/// Where a new row goes and the text to put there, its line end included.
fn insertion(
    text: &str,
    table: &LastWorked,
    date: NaiveDate,
    cells: &[String],
    without: Option<&RowKey>,
) -> (usize, String) {
    let rows: Vec<&LastWorkedRow> =
        table.rows.iter().filter(|row| Some(&row.key) != without).collect();
    let above = if table.newest_first {
        rows.iter().find(|row| row.date <= date)
    } else if rows.iter().any(|row| row.date <= date) {
        None
    } else {
        rows.first()
    };
    let below = if table.newest_first {
        rows.last()
    } else {
        rows.iter().rev().find(|row| row.date <= date)
    };
    let delimiter = &table.delimiter;
    let quote = text.get(line_start(text, delimiter.start)..delimiter.start).unwrap_or_default();
    let after_dashes = line_end(text, delimiter.end);
    let line_break = if text[..after_dashes].ends_with("\r\n") { "\r\n" } else { "\n" };
    let row = format!("{quote}{}", written(text, table, date, cells));
    if let Some(above) = above {
        return (line_start(text, above.span.start), format!("{row}{line_break}"));
    }
    let at = below.map_or(after_dashes, |below| line_end(text, below.span.end));
    if text[..at].ends_with('\n') {
        (at, format!("{row}{line_break}"))
    } else {
        (at, format!("{line_break}{row}"))
    }
}

/// A row's line with its line end; of a last line without one, the line end before it.
fn removal(text: &str, row: &LastWorkedRow) -> Range<usize> {
    let start = line_start(text, row.span.start);
    let end = line_end(text, row.span.end);
    if text[..end].ends_with('\n') {
        return start..end;
    }
    let before = &text[..start];
    let before = before.strip_suffix('\n').unwrap_or(before);
    before.strip_suffix('\r').unwrap_or(before).len()..end
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// After the line end of the line with this byte.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// A row in the table's style: outer pipes as in the row of dashes, cells as wide as there.
fn written(text: &str, table: &LastWorked, date: NaiveDate, cells: &[String]) -> String {
    let Span { start, end, .. } = table.delimiter;
    let dashes = text.get(start..end).unwrap_or_default();
    let (opens, closes) = (dashes.starts_with('|'), dashes.len() > 1 && dashes.ends_with('|'));
    let inner = dashes.strip_prefix('|').unwrap_or(dashes);
    let inner = if closes { inner.strip_suffix('|').unwrap_or(inner) } else { inner };
    let widths: Vec<usize> = inner.split('|').map(display_width).collect();
    let last = table.columns.len().saturating_sub(1);
    let mut row = String::from(if opens { "|" } else { "" });
    for at in 0..=last {
        let cell = cells.get(at).map(|cell| escaped(cell)).unwrap_or_default();
        let cell = if at == 0 && cell.is_empty() { date.to_string() } else { cell };
        let mut width = widths.get(at).copied().unwrap_or(0);
        if at > 0 || opens {
            row.push(' ');
            width = width.saturating_sub(1);
        }
        row.push_str(&cell);
        if at == last && !closes {
            continue;
        }
        let used = display_width(&cell) + 1;
        row.extend(std::iter::repeat_n(' ', width.saturating_sub(used) + 1));
        row.push('|');
    }
    row
}

/// A cell's text on one line, with its pipes escaped.
fn escaped(cell: &str) -> String {
    cell.replace(['\n', '\r'], " ").trim().replace('|', "\\|")
}
