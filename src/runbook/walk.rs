//! The walk over the Markdown events that notes an [`Outline`].
//!
//! It keeps counters and flat lists, never a tree, so that nesting costs nothing.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::heading::{Heading, kind_under};
use super::html_text::{visible_block, visible_inline};
use super::outline::{
    Block, Cell, Fence, FoundLink, Item, Outline, Part, Piece, Row, Table, plain,
};
use super::{Section, SectionKind, Span};
use crate::text::{Anchors, LineIndex, collapse_whitespace};

/// The walk's state.
pub(super) struct Walk<'t> {
    out: Outline<'t>,
    anchors: Anchors,
    /// The headings above, as (level, index of the part).
    above: Vec<(u8, usize)>,
    /// Open quotes, lists and items.
    containers: usize,
    open_items: Vec<usize>,
    block: Option<Block>,
    heading: Option<(u8, Vec<Piece>)>,
    nested_heading: bool,
    strong: usize,
    open_links: Vec<usize>,
    table: Option<Table>,
    row: Option<Row>,
    cell: Option<(Range<usize>, Vec<Piece>)>,
    in_header: bool,
    in_fence: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, body: usize) -> Self {
        let opening = Part {
            section: Section {
                span: Span { start: body, ..Span::default() },
                heading: Span { start: body, end: body, ..Span::default() },
                ..Section::default()
            },
            ..Part::default()
        };
        Self {
            out: Outline {
                text,
                lines: LineIndex::new(text),
                body,
                parts: vec![opening],
                blocks: Vec::new(),
                items: Vec::new(),
                fences: Vec::new(),
                tables: Vec::new(),
                links: Vec::new(),
                title: None,
            },
            anchors: Anchors::default(),
            above: Vec::new(),
            containers: 0,
            open_items: Vec::new(),
            block: None,
            heading: None,
            nested_heading: false,
            strong: 0,
            open_links: Vec::new(),
            table: None,
            row: None,
            cell: None,
            in_header: false,
            in_fence: false,
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) if self.in_fence => self.fence_text(&text, range.start),
            Event::Text(text) => self.piece(&text, false, range),
            Event::Code(code) => self.piece(&self.rejoined(&code, &range), true, range),
            Event::InlineHtml(html) => self.piece(&visible_inline(&html), false, range),
            Event::SoftBreak | Event::HardBreak => self.piece(" ", false, range),
            Event::TaskListMarker(_)
            | Event::Html(_)
            | Event::Rule
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    /// A file name broken after a hyphen at a line's end is one name again.
    fn rejoined(&self, code: &str, range: &Range<usize>) -> String {
        if self.out.text.get(range.clone()).is_some_and(|source| source.contains('\n')) {
            let code = collapse_whitespace(code);
            let parts = code.split("- ").collect::<Vec<_>>();
            let is_name = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
            if parts.len() > 1 && parts.iter().all(|part| is_name(part.trim())) {
                return parts.join("-");
            }
            return code;
        }
        code.to_owned()
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Link { dest_url, .. } => {
                self.open_links.push(self.out.links.len());
                self.out.links.push(FoundLink { target: dest_url.into_string(), range });
            }
            Tag::Emphasis | Tag::Strikethrough | Tag::Image { .. } => {}
            Tag::Superscript | Tag::Subscript => {}
            Tag::TableHead | Tag::TableRow => {
                self.in_header = matches!(tag, Tag::TableHead);
                self.row = Some(Row { range, cells: Vec::new() });
            }
            Tag::TableCell => self.cell = Some((range, Vec::new())),
            other => {
                self.close_block();
                self.start_block(&other, range);
            }
        }
    }

    fn start_block(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.nested_heading = self.containers > 0;
                if self.nested_heading {
                    self.open_block(range);
                } else {
                    self.heading = Some((depth(*level), Vec::new()));
                }
            }
            Tag::Paragraph => self.open_block(range),
            Tag::BlockQuote(_) | Tag::List(_) => self.containers += 1,
            Tag::Item => {
                self.containers += 1;
                let item = Item {
                    section: self.section(),
                    depth: self.open_items.len() + 1,
                    range,
                    blocks: self.out.blocks.len()..self.out.blocks.len(),
                    fences: self.out.fences.len()..self.out.fences.len(),
                };
                self.open_items.push(self.out.items.len());
                self.out.items.push(item);
            }
            Tag::CodeBlock(kind) => {
                self.in_fence = true;
                let section = self.section();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let unclosed = matches!(kind, CodeBlockKind::Fenced(_))
                    && !closes(self.out.text.get(range.clone()).unwrap_or_default());
                let fence = Fence { section, info, range, unclosed, ..Fence::default() };
                self.out.fences.push(fence);
            }
            Tag::Table(_) => {
                let section = self.section();
                self.table = Some(Table { section, ..Table::default() });
            }
            Tag::HtmlBlock => {
                let shown = visible_block(self.out.text.get(range).unwrap_or_default());
                self.say(&shown);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Link => {
                self.open_links.pop();
            }
            TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Image => {}
            TagEnd::Superscript | TagEnd::Subscript => {}
            TagEnd::TableCell => self.end_cell(),
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(),
            TagEnd::Heading(_) if !self.nested_heading => {
                if let Some((level, pieces)) = self.heading.take() {
                    self.open_section(level, &plain(&pieces), range);
                }
            }
            _ => {
                self.close_block();
                self.end_container(tag);
            }
        }
    }

    fn end_container(&mut self, tag: TagEnd) {
        match tag {
            // An anchor is spent by a heading in a quote or list too, as on GitHub.
            TagEnd::Heading(_) => {
                if let Some(block) = self.out.blocks.last() {
                    self.anchors.unique(&block.plain());
                }
                self.nested_heading = false;
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => {
                self.containers = self.containers.saturating_sub(1);
            }
            TagEnd::Item => {
                self.containers = self.containers.saturating_sub(1);
                if let Some(item) = self.open_items.pop() {
                    let item = &mut self.out.items[item];
                    item.blocks.end = self.out.blocks.len();
                    item.fences.end = self.out.fences.len();
                }
            }
            TagEnd::CodeBlock => {
                self.in_fence = false;
                let content = self.out.fences.last().map(|fence| fence.content.clone());
                let part = &mut self.part().section.text;
                part.push_str(content.unwrap_or_default().trim_end());
                part.push('\n');
            }
            TagEnd::Table => {
                let table = self.table.take();
                if self.part().section.kind == SectionKind::LastWorked {
                    self.out.tables.extend(table);
                }
            }
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let Some((range, pieces)) = self.cell.take() else { return };
        let plain = plain(&pieces);
        if let Some(row) = &mut self.row {
            row.cells.push(Cell { range, plain });
        }
    }

    fn end_row(&mut self) {
        let Some(row) = self.row.take() else { return };
        let words: Vec<&str> = row.cells.iter().map(|cell| cell.plain.as_str()).collect();
        self.say(&words.join(" "));
        let source = self.out.text.get(row.range.clone()).unwrap_or_default();
        // GFM takes prose right under a table for a row of it.
        if !self.in_header && !source.contains('|') {
            let text = words.join(" ");
            let piece = Piece { text, range: row.range.clone(), ..Piece::default() };
            let section = self.section();
            let block = Block { section, item: None, range: row.range, pieces: vec![piece] };
            self.out.blocks.push(block);
            return;
        }
        let keep = self.part().section.kind == SectionKind::LastWorked;
        match &mut self.table {
            Some(table) if self.in_header => table.header = row,
            Some(table) if keep => table.rows.push(row),
            _ => {}
        }
    }

    fn piece(&mut self, text: &str, code: bool, range: Range<usize>) {
        let strong = self.strong > 0;
        let link = self.open_links.last().copied();
        let piece = Piece { text: text.to_owned(), code, strong, link, range };
        if let Some((_, pieces)) = &mut self.heading {
            pieces.push(piece);
        } else if let Some((_, pieces)) = &mut self.cell {
            pieces.push(piece);
        } else {
            if self.block.is_none() {
                self.open_block(piece.range.clone());
            }
            if let Some(block) = &mut self.block {
                block.range.end = block.range.end.max(piece.range.end);
                block.pieces.push(piece);
            }
        }
    }

    fn fence_text(&mut self, text: &str, at: usize) {
        if let Some(fence) = self.out.fences.last_mut() {
            fence.origin.push((fence.content.len(), at));
            fence.content.push_str(text);
        }
    }

    fn open_block(&mut self, range: Range<usize>) {
        self.close_block();
        let section = self.section();
        let item = self.open_items.last().copied();
        self.block = Some(Block { section, item, range, pieces: Vec::new() });
    }

    fn close_block(&mut self) {
        let Some(block) = self.block.take() else { return };
        let plain = block.plain();
        self.say(&plain);
        self.out.blocks.push(block);
    }

    /// Adds words to the section's text.
    fn say(&mut self, words: &str) {
        if words.trim().is_empty() {
            return;
        }
        let part = self.part();
        for text in [&mut part.section.text, &mut part.prose] {
            text.push_str(words.trim());
            text.push('\n');
        }
    }

    fn section(&self) -> usize {
        self.out.parts.len() - 1
    }

    fn part(&mut self) -> &mut Part {
        let last = self.section();
        &mut self.out.parts[last]
    }

    fn open_section(&mut self, level: u8, title: &str, range: &Range<usize>) {
        while self.above.last().is_some_and(|(above, _)| *above >= level) {
            self.above.pop();
        }
        let parent = self.above.last().map(|(_, part)| *part);
        let index = self.out.parts.len();
        let heading = Heading::read(title);
        let is_title = level == 1 && self.out.title.is_none();
        if is_title {
            self.out.title = Some(index);
        }
        let inherited = parent
            .filter(|parent| Some(*parent) != self.out.title)
            .map_or(SectionKind::Other, |parent| self.out.parts[parent].section.kind);
        let kind = if is_title { SectionKind::Other } else { kind_under(&heading, inherited) };
        let heading_span = self.out.span(range);
        let section = Section {
            anchor: self.anchors.unique(title),
            level,
            title: title.to_owned(),
            kind,
            heading: heading_span,
            span: heading_span,
            parent,
            ..Section::default()
        };
        self.part().section.span.end = range.start;
        self.above.push((level, index));
        self.out.parts.push(Part { section, heading, prose: String::new() });
    }

    pub(super) fn finish(mut self) -> Outline<'t> {
        self.close_block();
        let end = self.out.text.len();
        self.part().section.span.end = end;
        for at in 0..self.out.parts.len() {
            let span = self.out.parts[at].section.span;
            self.out.parts[at].section.span = self.out.span(&(span.start..span.end));
        }
        let opening = self.out.parts[0].section.span;
        self.out.parts[0].section.heading =
            Span { end: opening.start, end_line: opening.line, ..opening };
        self.out
    }
}

/// Whether a fence's source ends with a line that closes it.
fn closes(source: &str) -> bool {
    let source = source.trim_start();
    let Some(mark) = source.chars().next() else { return false };
    let opening = source.chars().take_while(|c| *c == mark).count();
    let Some((_, rest)) = source.split_once('\n') else { return false };
    let last = rest.trim_end().rsplit('\n').next().unwrap_or_default();
    let last = last.trim_start_matches(['>', ' ', '\t']).trim_end();
    last.chars().all(|c| c == mark) && last.chars().count() >= opening
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
