//! What is noted of a Markdown text: sections, blocks, list items, fences, tables and links, each
//! with its byte range in the whole file. Everything else is read from these notes.

use std::ops::Range;

use pulldown_cmark::{Options, Parser};

use super::heading::Heading;
use super::walk::Walk;
use super::{Section, Span};
use crate::text::{LineIndex, collapse_whitespace};

/// The Markdown dialect: what GitHub shows, without footnotes.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// A run of words of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) code: bool,
    pub(super) strong: bool,
    /// Index of the link it stands in.
    pub(super) link: Option<usize>,
    pub(super) range: Range<usize>,
}

/// A paragraph, a tight list item's words, or a line that a table swallowed.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) section: usize,
    /// Index of the innermost list item it stands in.
    pub(super) item: Option<usize>,
    pub(super) range: Range<usize>,
    pub(super) pieces: Vec<Piece>,
}

impl Block {
    /// The words, markup removed, on one line.
    pub(super) fn plain(&self) -> String {
        plain(&self.pieces)
    }
}

/// The words of some pieces, markup removed, on one line.
pub(super) fn plain(pieces: &[Piece]) -> String {
    collapse_whitespace(&pieces.iter().map(|piece| piece.text.as_str()).collect::<String>())
}

/// A list item.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) section: usize,
    /// 1 for an item that stands in no other.
    pub(super) depth: usize,
    pub(super) range: Range<usize>,
    /// Indexes of the blocks that stand in it, those of nested items included.
    pub(super) blocks: Range<usize>,
    /// Indexes of the fences that stand in it.
    pub(super) fences: Range<usize>,
}

/// A code block.
#[derive(Debug, Default)]
pub(super) struct Fence {
    pub(super) section: usize,
    /// The info string; empty for a fence without one and for indented code.
    pub(super) info: String,
    pub(super) content: String,
    /// Where pieces of the content come from: offset in `content`, offset in the file.
    pub(super) origin: Vec<(usize, usize)>,
    pub(super) range: Range<usize>,
    pub(super) unclosed: bool,
}

impl Fence {
    /// The file's offset of an offset in the content.
    pub(super) fn locate(&self, offset: usize) -> usize {
        let after = self.origin.partition_point(|(start, _)| *start <= offset);
        let (start, file) =
            after.checked_sub(1).map_or((0, self.range.start), |at| self.origin[at]);
        file + (offset - start)
    }
}

/// A row of a table, with its cells.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) range: Range<usize>,
    pub(super) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) range: Range<usize>,
    /// Markup removed.
    pub(super) plain: String,
}

/// A table under a last-worked heading.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) section: usize,
    pub(super) header: Row,
    pub(super) rows: Vec<Row>,
}

/// A link, with the words it is on.
#[derive(Debug, Default)]
pub(super) struct FoundLink {
    pub(super) target: String,
    pub(super) range: Range<usize>,
}

/// A section with what steps need of it.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) section: Section,
    pub(super) heading: Heading,
    /// The body's words without its code blocks.
    pub(super) prose: String,
}

/// Everything a walk notes.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) text: &'t str,
    pub(super) lines: LineIndex,
    /// Where the Markdown begins, after the front matter.
    pub(super) body: usize,
    pub(super) parts: Vec<Part>,
    pub(super) blocks: Vec<Block>,
    pub(super) items: Vec<Item>,
    pub(super) fences: Vec<Fence>,
    pub(super) tables: Vec<Table>,
    pub(super) links: Vec<FoundLink>,
    /// The section whose heading is the title.
    pub(super) title: Option<usize>,
}

impl<'t> Outline<'t> {
    /// Walks the Markdown that begins at byte `body` of `text`.
    pub(super) fn read(text: &'t str, body: usize) -> Self {
        let mut walk = Walk::new(text, body);
        for (event, range) in Parser::new_ext(&text[body..], options()).into_offset_iter() {
            walk.take(event, range.start + body..range.end + body);
        }
        walk.finish()
    }

    /// A span without trailing line ends and spaces.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        let start = range.start.min(self.text.len());
        let end = range.end.min(self.text.len()).max(start);
        let end = start + self.text.get(start..end).map_or(0, |slice| slice.trim_end().len());
        Span {
            start,
            end,
            line: self.lines.line(start),
            end_line: self.lines.line(end.saturating_sub(1).max(start)),
        }
    }
}
