//! Action items: rows of a table or items of a list.
//!
//! They are counted. What an item says of its owner and date stays in the report, which is kept and
//! searchable: nothing here would remind anybody of it.

use super::SectionKind;
use super::columns::{named_column, names};
use super::lines::{Block, Line, Table};
use super::rows::{Reading, blank};

/// How many lines apart two lists are not one.
const APART: usize = 40;

/// Counts the action items of one incident.
pub(super) fn count(reading: &Reading<'_>) -> usize {
    let mut count = 0;
    // The line and the depth of the item before.
    let mut before: Option<(usize, usize)> = None;
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        if place.kind != Some(SectionKind::ActionItems) {
            continue;
        }
        match block {
            Block::Table(table) if !table.quoted => count += rows(table),
            Block::Line(line) if is_item(line) => {
                let begins_a_list = before.is_none_or(|(last, _)| last + APART < line.line);
                // What stands deeper is a part of the item above.
                if begins_a_list || before.is_some_and(|(_, depth)| line.depth <= depth) {
                    before = Some((line.line, line.depth));
                    count += 1;
                }
            }
            _ => {}
        }
    }
    count
}

/// How many rows of a table say what to do.
fn rows(table: &Table) -> usize {
    let header = names(table);
    let what = ["action", "description", "item", "task", "what", "follow up", "todo", "maßnahme"];
    let others = ["id", "nr", "no", "number", "owner", "assignee", "due", "priority", "status"];
    let text = named_column(&header, &what).or_else(|| {
        header.iter().position(|name| !name.is_empty() && !others.contains(&name.as_str()))
    });
    let text = text.unwrap_or_default();
    let says = |words: Option<&str>| words.is_some_and(|words| blank(words).is_none());
    table.rows.iter().filter(|row| says(row.cells.get(text).map(|it| it.words.as_str()))).count()
}

fn is_item(line: &Line) -> bool {
    let is_listed = !line.quoted && !line.code && line.depth > 0 && line.begins;
    is_listed && !line.all_bold && blank(&line.words).is_none()
}
