//! Tables: shown as they are, but for the last-worked table, which is shown from what was read.

use pulldown_cmark::{Alignment, Tag};

use super::raw::Open;
use super::{Block, Sink, Writer, escape};

impl Writer<'_> {
    pub(super) fn table(&mut self, alignments: Vec<Alignment>, start: usize, end: usize) {
        let is_last_worked = self
            .runbook
            .last_worked
            .as_ref()
            .is_some_and(|table| start <= table.header.start && table.header.start < end);
        if is_last_worked && self.open.iter().all(Open::is_raw) {
            self.block(Block::LastWorkedTable);
            self.sink = Sink::Table { keep: false, text: String::new() };
            return;
        }
        self.alignments = alignments;
        self.open("<div class=\"table-scroll\"><table>\n", "</tbody></table></div>\n");
    }

    /// Inside the last-worked table: a line that is no exercise is often prose that was glued
    /// under it, and must not vanish.
    pub(super) fn table_part(&mut self, tag: &Tag<'_>, start: usize) {
        let rows = self.runbook.last_worked.as_ref().map(|table| &table.rows);
        let is_row = rows.is_some_and(|rows| {
            rows.binary_search_by(|row| {
                if row.span.end < start {
                    std::cmp::Ordering::Less
                } else if row.span.start > start {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok()
        });
        if let (Sink::Table { keep, text }, Tag::TableRow) = (&mut self.sink, tag) {
            *keep = !is_row;
            text.clear();
        }
    }

    pub(super) fn kept_row(&mut self) {
        let words = match &mut self.sink {
            Sink::Table { keep: true, text } => std::mem::take(text),
            _ => return,
        };
        if !words.trim().is_empty() {
            self.push(&format!("<p>{}</p>\n", escape(words.trim())));
        }
    }

    pub(super) fn cell(&mut self) {
        let align = match self.alignments.get(self.cell) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.cell += 1;
        let (tag, close) = if self.in_head { ("th", "</th>") } else { ("td", "</td>") };
        self.open(&format!("<{tag}{align}>"), close);
    }
}
