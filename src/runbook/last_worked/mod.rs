//! The table that says when a runbook last worked: read, and written to.

mod date;
mod edit;
mod reading;
mod resolved_by;
mod table;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

pub use self::date::read_date;
pub use self::edit::{insert_row, remove_row, replace_row};
pub use self::reading::{interpret, is_notes_column, is_resolved_by_column, read_cells};
pub use self::resolved_by::say;
pub(super) use self::table::read;
use super::plain_words;
use crate::domain::exercise::Context;
use crate::domain::id::RowKey;
use crate::text::collapse_whitespace;

/// A row's cells under their columns' names, as written, without the date and the notes: what
/// identifies the row beside its date.
pub fn cells_without_notes(columns: &[String], cells: &[String]) -> Context {
    let pairs = columns.iter().zip(cells).skip(1);
    pairs
        .filter(|(column, cell)| !is_notes_column(column) && !cell.trim().is_empty())
        .map(|(column, cell)| (plain_words(column), cell.trim().to_owned()))
        .collect()
}

/// The identity of a row. The columns' order and case, empty cells and spaces do not count, so
/// that tidying a table up makes no new exercises. `occurrence` counts alike rows from 0, the
/// oldest first.
pub fn row_key(date: NaiveDate, cells_without_notes: &Context, occurrence: u32) -> RowKey {
    let mut cells: Vec<(String, String)> = cells_without_notes
        .iter()
        .map(|(name, value)| (collapse_whitespace(name).to_lowercase(), collapse_whitespace(value)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    cells.sort();
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    part(&date.to_string());
    part(&occurrence.to_string());
    for (name, value) in &cells {
        part(name);
        part(value);
    }
    let digest: String =
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    RowKey::new(format!("r1:{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, 12).unwrap_or_default()
    }

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn tidying_up_keeps_a_rows_identity() {
        let key = |pairs: &[(&str, &str)]| row_key(day(), &context(pairs), 0);
        let original = key(&[("Release", "a b"), ("Region", "x")]);
        assert_eq!(original, key(&[("region", "x"), ("RELEASE", " a  b ")]));
        assert_eq!(original, key(&[("Release", "a b"), ("Region", "x"), ("Tenant", "")]));
        assert_ne!(original, key(&[("Release", "x"), ("Region", "a b")]));
        assert_ne!(original, key(&[("Release", "a B"), ("Region", "x")]));
        assert_ne!(original, row_key(day(), &context(&[("Release", "a b"), ("Region", "x")]), 1));
        assert!(original.as_str().starts_with("r1:"));
    }

    #[test]
    fn a_row_reads_alike_from_the_table_and_from_the_ledger() {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let columns = own(&["Date", "Kind", "Release", "Duration", "Resolved by", "Notes"]);
        let cells = own(&["2026-05-12", "drill", "**x**", "14 min", "Step `3a` failed", "n `m`"]);
        let from_table = interpret(&columns, &cells);
        assert_eq!(
            from_table.context,
            context(&[("Kind", "drill"), ("Release", "x"), ("Duration", "14 min")])
        );
        assert_eq!(
            (from_table.notes.as_str(), from_table.resolved_by.as_str()),
            ("n `m`", "Step `3a` failed")
        );
        assert_eq!(from_table.minutes, Some(14));
        assert_eq!(from_table.kind, Some(crate::domain::exercise::ExerciseKind::Drill));
        let mut from_ledger = read_cells(&cells_without_notes(&columns, &cells));
        assert_eq!(from_ledger.notes, "");
        from_ledger.notes.clone_from(&from_table.notes);
        assert_eq!(from_ledger, from_table);
    }

    #[test]
    fn without_a_resolved_by_column_an_outcome_column_tells() {
        use crate::domain::exercise::Outcome::{Failed, NotUsed, Unclear, Worked};
        let check = |column: &str, cell: &str, expected| {
            let reading = read_cells(&context(&[("Region", "x"), (column, cell)]));
            assert_eq!(reading.outcome, expected, "{column}: {cell}");
        };
        check("Outcome", "worked", Worked);
        check("Result", "✅", Worked);
        check("Status", "failed at 3b", Failed);
        check("Outcome", "not used", NotUsed);
        check("Outcome", "worked?", Unclear);
        check("Cause", "worked", Unclear);
    }
}
