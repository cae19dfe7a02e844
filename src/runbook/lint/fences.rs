//! The commands of a document, whether they belong to a step or not, as the reader finds them.

use crate::runbook::outline::{Fence, Outline};
use crate::runbook::{Runbook, command, danger};

/// A command and where it starts.
pub(super) struct Placed {
    pub(super) byte: usize,
    /// Counts the fences.
    pub(super) fence: usize,
    pub(super) text: String,
}

/// Languages of fences that hold SQL.
const SQL: [&str; 7] = ["mysql", "pgsql", "plpgsql", "postgresql", "psql", "sql", "sqlite"];

/// Every command, in the text's order.
pub(super) fn commands(text: &str, runbook: &Runbook) -> Vec<Placed> {
    let body = runbook.front.span.map_or_else(
        || if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        |span| span.end,
    );
    let mut placed = Vec::new();
    for (number, fence) in Outline::read(text, body).fences.iter().enumerate() {
        let reading = command::read(fence);
        let typed = reading.commands.into_iter();
        placed.extend(typed.map(|typed| Placed {
            byte: fence.locate(typed.range.start),
            fence: number,
            text: typed.text,
        }));
        let is_sql = SQL.contains(&reading.language.as_str());
        if is_sql || reading.language.is_empty() {
            placed.extend(statements(fence, number).filter(|placed| danger::is_sql(&placed.text)));
        }
    }
    placed.sort_by_key(|command| command.byte);
    placed
}

/// The SQL statements of a fence, each up to a line that ends with a semicolon.
fn statements(fence: &Fence, number: usize) -> impl Iterator<Item = Placed> {
    let mut at = 0;
    fence.content.split_inclusive(";\n").map(move |statement| {
        let blank = statement.len() - statement.trim_start().len();
        let byte = fence.locate(at + blank);
        at += statement.len();
        Placed { byte, fence: number, text: statement.trim().to_owned() }
    })
}
