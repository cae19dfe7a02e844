//! What is noted of a report's Markdown: headings, lines and tables in the text's order, flat.
//!
//! A line of a paragraph stays a line, since `**Date:** …` stands above `**Status:** …` in one
//! paragraph more often than in two.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::runbook::markdown_options;
use crate::text::{LineIndex, collapse_whitespace};

/// One thing of the text.
#[derive(Debug)]
pub(super) enum Block {
    Heading(Heading),
    Line(Line),
    Table(Table),
}

impl Block {
    /// Where a table's columns are named.
    pub(super) fn header_line(&self) -> Option<usize> {
        match self {
            Self::Table(table) => Some(table.line),
            Self::Heading(_) | Self::Line(_) => None,
        }
    }
}

/// A heading outside lists and quotes.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) words: String,
    pub(super) line: usize,
    /// Where it begins in the text.
    pub(super) start: usize,
    /// Where what stands under it begins.
    pub(super) end: usize,
}

/// A line of a paragraph or list item.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) words: String,
    /// How many bytes of the words are bold, from the first on.
    pub(super) bold: usize,
    /// Where the first bold words end, wherever they begin.
    pub(super) strong: Strong,
    /// Whether all of it is bold.
    pub(super) all_bold: bool,
    /// Lists it stands in.
    pub(super) depth: usize,
    /// Whether it begins a list item or a paragraph.
    pub(super) begins: bool,
    pub(super) quoted: bool,
    pub(super) code: bool,
    pub(super) line: usize,
    pub(super) end: usize,
}

/// Where the first bold words of a line or cell stand in its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Strong {
    start: usize,
    end: usize,
}

impl Strong {
    /// How many bytes are bold from a place in the words on.
    pub(super) const fn reach(self, at: usize) -> usize {
        if self.start <= at && self.end > at { self.end - at } else { 0 }
    }
}

/// A table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) quoted: bool,
    pub(super) line: usize,
    pub(super) end: usize,
}

/// A row of a table.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    pub(super) line: usize,
}

/// A cell.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) words: String,
    pub(super) strong: Strong,
    pub(super) links: Vec<String>,
}

/// Reads a text from a byte on.
pub(super) fn read(text: &str, body: usize, lines: &LineIndex) -> Vec<Block> {
    let mut walk = Walk { text, lines, out: Vec::new(), state: State::default() };
    for (event, range) in Parser::new_ext(&text[body..], markdown_options()).into_offset_iter() {
        walk.take(event, range.start + body..range.end + body);
    }
    walk.close();
    walk.out
}

/// Words that are being gathered.
#[derive(Debug, Default)]
struct Words {
    text: String,
    /// Where the first bold run begins and ends, and whether it is over.
    strong: Option<(usize, usize)>,
    is_over: bool,
    links: Vec<String>,
}

impl Words {
    fn push(&mut self, text: &str, strong: bool) {
        let start = self.text.len();
        self.text.push_str(text);
        if !strong {
            // Blanks between two bold runs divide nothing.
            self.is_over |= self.strong.is_some() && !text.trim().is_empty();
        } else if !self.is_over {
            let from = self.strong.map_or(start, |(from, _)| from);
            self.strong = Some((from, self.text.len()));
        }
    }
}

#[derive(Debug, Default)]
struct State {
    lists: usize,
    quotes: usize,
    strong: usize,
    in_code: bool,
    in_cell: bool,
    begins: bool,
    heading: Option<(u8, usize)>,
    words: Words,
    range: Option<Range<usize>>,
    table: Option<Table>,
    row: Option<(usize, Vec<Cell>)>,
    in_header: bool,
}

struct Walk<'t> {
    text: &'t str,
    lines: &'t LineIndex,
    out: Vec<Block>,
    state: State,
}

impl Walk<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) if self.state.in_code => self.code(&text, range.start),
            Event::Text(text) | Event::Code(text) => self.piece(&text, range),
            Event::InlineHtml(html) => {
                if html.to_ascii_lowercase().starts_with("<br") {
                    self.soft_break();
                } else {
                    self.piece(&crate::runbook::visible_inline(&html), range);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.soft_break(),
            Event::Html(_)
            | Event::Rule
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Strong => self.state.strong += 1,
            Tag::Link { dest_url, .. } => self.state.words.links.push(dest_url.into_string()),
            Tag::Emphasis | Tag::Strikethrough | Tag::Image { .. } => {}
            Tag::Superscript | Tag::Subscript => {}
            Tag::TableHead | Tag::TableRow => {
                self.state.in_header = matches!(tag, Tag::TableHead);
                self.state.row = Some((range.start, Vec::new()));
            }
            Tag::TableCell => {
                self.state.in_cell = true;
                self.state.words = Words::default();
            }
            other => {
                self.close();
                self.start_block(&other, range);
            }
        }
    }

    fn start_block(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } if self.state.lists + self.state.quotes == 0 => {
                self.state.heading = Some((depth(*level), range.start));
            }
            Tag::BlockQuote(_) => self.state.quotes += 1,
            Tag::List(_) => self.state.lists += 1,
            Tag::Item => {
                self.state.begins = true;
            }
            Tag::Paragraph => self.state.begins = true,
            Tag::CodeBlock(_) => self.state.in_code = true,
            Tag::Table(_) => {
                let quoted = self.state.quotes > 0;
                let line = self.lines.line(range.start);
                self.state.table = Some(Table { quoted, line, ..Table::default() });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Strong => self.state.strong = self.state.strong.saturating_sub(1),
            TagEnd::Link | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Image => {}
            TagEnd::Superscript | TagEnd::Subscript => {}
            TagEnd::TableCell => {
                self.state.in_cell = false;
                let words = std::mem::take(&mut self.state.words);
                let cell = cell(words);
                if let Some((_, cells)) = &mut self.state.row {
                    cells.push(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(range),
            TagEnd::Heading(_) if self.state.heading.is_some() => self.end_heading(range),
            _ => {
                self.close();
                self.end_block(tag, range);
            }
        }
    }

    fn end_block(&mut self, tag: TagEnd, range: &Range<usize>) {
        let state = &mut self.state;
        match tag {
            TagEnd::BlockQuote(_) => state.quotes = state.quotes.saturating_sub(1),
            TagEnd::List(_) => state.lists = state.lists.saturating_sub(1),
            TagEnd::CodeBlock => state.in_code = false,
            TagEnd::Table => {
                if let Some(mut table) = state.table.take() {
                    table.end = range.end;
                    self.out.push(Block::Table(table));
                }
            }
            _ => {}
        }
    }

    fn end_heading(&mut self, range: &Range<usize>) {
        let Some((level, start)) = self.state.heading.take() else { return };
        let words = collapse_whitespace(&std::mem::take(&mut self.state.words).text);
        self.state.range = None;
        let line = self.lines.line(start);
        self.out.push(Block::Heading(Heading { level, words, line, start, end: range.end }));
    }

    fn end_row(&mut self, range: &Range<usize>) {
        let Some((start, cells)) = self.state.row.take() else { return };
        let Some(table) = &mut self.state.table else { return };
        if self.state.in_header {
            table.header = cells.into_iter().map(|cell| cell.words).collect();
            return;
        }
        let line = self.lines.line(start);
        // GFM takes prose right under a table for a row of it.
        let source = self.text.get(range.clone()).unwrap_or_default();
        if source.contains('|') {
            table.rows.push(Row { cells, line });
        }
    }

    /// Each line of a fence is a line.
    fn code(&mut self, text: &str, start: usize) {
        let mut at = start;
        for source in text.split_inclusive('\n') {
            let words = collapse_whitespace(source);
            if !words.is_empty() {
                let line = Line {
                    words,
                    code: true,
                    begins: true,
                    depth: self.state.lists,
                    quoted: self.state.quotes > 0,
                    line: self.lines.line(at),
                    end: at + source.len(),
                    ..Line::default()
                };
                self.out.push(Block::Line(line));
            }
            at += source.len();
        }
    }

    fn piece(&mut self, text: &str, range: Range<usize>) {
        let strong = self.state.strong > 0;
        self.state.words.push(text, strong);
        let gathered = self.state.range.get_or_insert(range.clone());
        gathered.end = gathered.end.max(range.end);
    }

    fn soft_break(&mut self) {
        if self.state.in_cell || self.state.heading.is_some() {
            self.state.words.text.push(' ');
            return;
        }
        self.close();
    }

    /// Ends the line that is being gathered.
    fn close(&mut self) {
        if self.state.in_cell || self.state.heading.is_some() {
            return;
        }
        let words = std::mem::take(&mut self.state.words);
        let Some(range) = self.state.range.take() else { return };
        let cell = cell(words);
        if cell.words.is_empty() {
            return;
        }
        let bold = cell.strong.reach(0);
        let all_bold =
            bold > 0 && cell.words[bold..].trim_matches([' ', ':', '.', '-', '–', '—']).is_empty();
        let line = Line {
            all_bold,
            bold,
            strong: cell.strong,
            words: cell.words,
            depth: self.state.lists,
            begins: std::mem::take(&mut self.state.begins),
            quoted: self.state.quotes > 0,
            code: false,
            line: self.lines.line(range.start),
            end: range.end,
        };
        self.out.push(Block::Line(line));
    }
}

/// The words on one line, and where the first bold ones stand.
fn cell(words: Words) -> Cell {
    let strong = words.strong.map_or_else(Strong::default, |(from, to)| {
        let before = &words.text[..from];
        let gap = usize::from(before.ends_with(char::is_whitespace) && !before.trim().is_empty());
        Strong {
            start: collapse_whitespace(before).len() + gap,
            end: collapse_whitespace(&words.text[..to]).len(),
        }
    });
    Cell { words: collapse_whitespace(&words.text), strong, links: words.links }
}

const fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let lines = LineIndex::new(text);
        let say = |block: &Block| match block {
            Block::Heading(h) => format!("{}: H{} {}", h.line, h.level, h.words),
            Block::Line(l) => format!(
                "{}: {}{}|{}",
                l.line,
                ">".repeat(l.depth),
                &l.words[..l.bold],
                &l.words[l.bold..]
            ),
            Block::Table(t) => format!("{}: {:?} {} rows", t.line, t.header, t.rows.len()),
        };
        read(text, 0, &lines).iter().map(say).collect()
    }

    #[test]
    fn a_text_is_headings_lines_and_tables_in_order() {
        let text = "# A *b*\n\n**Date**: x\n**Status:** y\n\n- one\n  - `two` 3\n\n| a | b |\n|---|---|\n\
                    | 1 | 2 |\ntail\n";
        let expected = [
            "1: H1 A b",
            "3: Date|: x",
            "4: Status:| y",
            "6: >|one",
            "7: >>|two 3",
            "9: [\"a\", \"b\"] 1 rows",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn lines_of_a_fence_and_of_a_loose_item_know_their_line() {
        let text = "- a\r\n\r\n  b\r\n\r\n```\r\n14:03 x\r\n14:04 y\r\n```\r\n";
        assert_eq!(shown(text), ["1: >|a", "3: >|b", "6: |14:03 x", "7: |14:04 y"]);
    }
}
