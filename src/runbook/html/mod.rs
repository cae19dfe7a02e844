//! A runbook as HTML that is safe to show: every tag is emitted here, none comes from the text.
//!
//! Raw HTML is shown as text, but for a few tags without attributes; nesting is capped; links
//! lead to `http`, `https`, `mailto` and, through the caller, to other runbooks.

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use super::{Command, Runbook};

mod escape;
mod link;
mod raw;
mod table;

pub use escape::{command_html, escape};
use link::{Target, target};
use raw::{Open, Raw};

/// Tags open at once; what nests deeper is shown without further indentation.
const DEEPEST: usize = 64;

/// A section, ready to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SectionHtml {
    /// Its anchor.
    pub anchor: String,
    /// The heading level to show, 2 to 6; 0 where there is no heading.
    pub level: u8,
    /// The heading's words.
    pub title_html: String,
    /// What is in it. Only all blocks of a section together are balanced: a command inside a
    /// list stands between the list's opening and closing tags.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// HTML of ours.
    Html(String),
    /// A fence of shell commands.
    Commands {
        /// The fence's language; empty where none is given.
        language: String,
        /// They, in order.
        commands: Vec<Command>,
        /// The fence as written.
        raw: String,
    },
    /// The table of exercises stands here; rows that are no exercises follow as HTML.
    LastWorkedTable,
}

/// Where a relative link leads, if anywhere.
pub type Links<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Renders a runbook, one [`SectionHtml`] for each of its sections, in order.
pub fn render_sections(text: &str, runbook: &Runbook, links: Links<'_>) -> Vec<SectionHtml> {
    let offset = runbook.front.span.map_or(0, |span| span.end).max(bom(text));
    let source = text.get(offset..).unwrap_or_default();
    let mut writer = Writer::new(runbook, links);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        writer.take(event, range.start + offset, range.end + offset);
    }
    writer.finish()
}

const fn bom(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => 3,
        _ => 0,
    }
}

/// Where text goes at the moment.
enum Sink {
    /// Into the section, or its title.
    Body,
    /// Into a code block: its language and where it began.
    Code { language: String, start: usize, text: String },
    /// Into an image's description; how deep images are nested, and the address of the first.
    Image { depth: usize, target: Target, text: String },
    /// Raw HTML is gathered, because a comment may run over several lines.
    RawHtml { text: String },
    /// The last-worked table is shown from what was read; of its other rows the words are kept.
    Table { keep: bool, text: String },
}

struct Writer<'a> {
    runbook: &'a Runbook,
    links: Links<'a>,
    sections: Vec<SectionHtml>,
    current: usize,
    next: usize,
    open: Vec<Open>,
    /// Every command, by its place.
    commands: Vec<&'a Command>,
    sink: Sink,
    in_title: bool,
    alignments: Vec<Alignment>,
    cell: usize,
    in_head: bool,
}

impl<'a> Writer<'a> {
    fn new(runbook: &'a Runbook, links: Links<'a>) -> Self {
        let sections = runbook
            .sections
            .iter()
            .map(|section| SectionHtml {
                anchor: section.anchor.clone(),
                level: if section.level == 0 { 0 } else { (section.level + 1).clamp(2, 6) },
                ..SectionHtml::default()
            })
            .collect();
        let of_steps = runbook.steps.iter().flat_map(|step| &step.commands);
        let mut commands: Vec<&Command> = of_steps.chain(&runbook.loose_commands).collect();
        commands.sort_by_key(|command| command.span.start);
        Self {
            runbook,
            links,
            sections,
            current: 0,
            next: 0,
            open: Vec::new(),
            commands,
            sink: Sink::Body,
            in_title: false,
            alignments: Vec::new(),
            cell: 0,
            in_head: false,
        }
    }

    fn take(&mut self, event: Event<'_>, start: usize, end: usize) {
        match event {
            Event::Start(tag) => self.start(tag, start, end),
            Event::End(tag) => self.end(tag, end),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.wrapped("<code>", &code, "</code>"),
            Event::InlineMath(math) | Event::DisplayMath(math) => self.text(&math),
            Event::Html(html) => match &mut self.sink {
                Sink::RawHtml { text } => text.push_str(&html),
                _ => self.raw(&html),
            },
            Event::InlineHtml(html) => self.raw(&html),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => match self.sink {
                Sink::Body => self.push("<br>\n"),
                _ => self.text("\n"),
            },
            Event::Rule => self.push("<hr>\n"),
            Event::TaskListMarker(done) => self.push(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(name) => self.text(&format!("[{name}]")),
        }
    }

    /// Moves on to the section that a place belongs to. Only between blocks: a heading inside a
    /// list or quotation starts no section of the page, or the list would be torn.
    fn enter(&mut self, start: usize) {
        if self.open.iter().any(|open| !open.is_raw()) {
            return;
        }
        while let Some(section) = self.runbook.sections.get(self.next) {
            if section.span.start > start {
                break;
            }
            self.close_all();
            self.current = self.next;
            self.next += 1;
        }
    }

    fn start(&mut self, tag: Tag<'_>, start: usize, end: usize) {
        if let Sink::Image { depth, .. } = &mut self.sink {
            if matches!(tag, Tag::Image { .. }) {
                *depth += 1;
            }
            return;
        }
        if matches!(self.sink, Sink::Table { .. }) {
            self.table_part(&tag, start);
            return;
        }
        if self.open.is_empty() || self.open.iter().all(Open::is_raw) {
            self.enter(start);
        }
        match tag {
            Tag::Heading { level, .. } => self.heading(level, start),
            Tag::Paragraph => self.open("<p>", "</p>\n"),
            Tag::BlockQuote(_) => self.open("<blockquote>\n", "</blockquote>\n"),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => String::new(),
                };
                self.sink = Sink::Code { language, start, text: String::new() };
            }
            Tag::HtmlBlock => self.sink = Sink::RawHtml { text: String::new() },
            Tag::List(Some(first)) if first != 1 && first <= 9_999 => {
                self.open(&format!("<ol start=\"{first}\">\n"), "</ol>\n");
            }
            Tag::List(Some(_)) => self.open("<ol>\n", "</ol>\n"),
            Tag::List(None) => self.open("<ul>\n", "</ul>\n"),
            Tag::Item => self.open("<li>", "</li>\n"),
            Tag::Table(alignments) => self.table(alignments, start, end),
            Tag::TableHead => {
                self.in_head = true;
                self.cell = 0;
                self.open("<thead><tr>", "</tr></thead>\n");
            }
            Tag::TableRow => {
                self.cell = 0;
                self.open("<tr>", "</tr>\n");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.open("<em>", "</em>"),
            Tag::Strong => self.open("<strong>", "</strong>"),
            Tag::Strikethrough => self.open("<del>", "</del>"),
            Tag::Superscript => self.open("<sup>", "</sup>"),
            Tag::Subscript => self.open("<sub>", "</sub>"),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                let target = target(&dest_url, self.links);
                self.sink = Sink::Image { depth: 1, target, text: String::new() };
            }
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => self.open("<div>", "</div>\n"),
        }
    }

    fn end(&mut self, tag: TagEnd, end: usize) {
        match (&mut self.sink, tag) {
            (Sink::Image { depth, .. }, TagEnd::Image) if *depth > 1 => *depth -= 1,
            (Sink::Image { .. }, TagEnd::Image) => self.image(),
            (Sink::Image { .. }, _) => {}
            (Sink::Table { .. }, TagEnd::Table) => self.sink = Sink::Body,
            (Sink::Table { .. }, TagEnd::TableRow) => self.kept_row(),
            (Sink::Table { text, .. }, TagEnd::TableCell) => text.push(' '),
            (Sink::Table { .. }, _) => {}
            (Sink::Code { .. }, TagEnd::CodeBlock) => self.code(end),
            (Sink::RawHtml { .. }, TagEnd::HtmlBlock) => {
                if let Sink::RawHtml { text } = std::mem::replace(&mut self.sink, Sink::Body) {
                    self.raw(&text);
                }
            }
            (_, TagEnd::Heading(_)) => {
                self.close();
                self.in_title = false;
            }
            (_, TagEnd::TableHead) => {
                self.in_head = false;
                self.close();
                // Where the table itself stood too deep to be shown, so does its body.
                if self.open.last().is_some_and(|open| !open.closes("")) {
                    self.push("<tbody>\n");
                }
            }
            _ => self.close(),
        }
    }

    /// A heading is its section's title, or, inside a list or quotation, a paragraph in bold.
    fn heading(&mut self, level: HeadingLevel, start: usize) {
        let own = self.runbook.sections.get(self.current).is_some_and(|section| {
            section.level > 0
                && section.heading.start <= start.max(section.span.start)
                && section.span.start <= start
                && start <= section.heading.end
        });
        if own && self.open.iter().all(Open::is_raw) {
            self.close_all();
            self.in_title = true;
            self.open("", "");
            return;
        }
        let level = (level as u8 + 1).clamp(2, 6);
        self.open(&format!("<h{level}>"), &format!("</h{level}>\n"));
    }

    fn code(&mut self, end: usize) {
        let Sink::Code { language, start, text } = std::mem::replace(&mut self.sink, Sink::Body)
        else {
            return;
        };
        let first = self.commands.partition_point(|command| command.span.start < start);
        let inside = self.commands[first..].iter().take_while(|command| command.span.end <= end);
        let commands: Vec<Command> = inside.map(|command| (*command).clone()).collect();
        if !commands.is_empty() {
            self.block(Block::Commands { language, commands, raw: text });
            return;
        }
        let class = match language.is_empty() {
            true => String::new(),
            false => format!(" class=\"language-{}\"", escape(&language)),
        };
        self.push(&format!("<pre><code{class}>{}</code></pre>\n", escape(&text)));
    }

    fn raw(&mut self, html: &str) {
        match &mut self.sink {
            Sink::Body => {}
            Sink::Code { text, .. }
            | Sink::Image { text, .. }
            | Sink::RawHtml { text }
            | Sink::Table { text, .. } => {
                text.push_str(html);
                return;
            }
        }
        for piece in raw::pieces(html) {
            match piece {
                Raw::Text(text) => self.push(&escape(text)),
                Raw::Void(tag) => self.push(&format!("<{tag}>")),
                Raw::Open(tag) if self.open.len() < DEEPEST => {
                    self.push(&format!("<{tag}>"));
                    self.open.push(Open::Raw(tag));
                }
                Raw::Open(_) => {}
                Raw::Close(tag) => self.close_raw(tag),
            }
        }
    }

    fn close_raw(&mut self, tag: &'static str) {
        let inside = self.open.iter().rev().take_while(|open| open.is_raw());
        let Some(depth) = inside.clone().position(|open| open.is_tag(tag)) else { return };
        for _ in 0..=depth {
            if let Some(open) = self.open.pop() {
                self.push(&open.close());
            }
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.sink {
            Sink::Body => self.push(&escape(text)),
            Sink::Code { text: into, .. }
            | Sink::Image { text: into, .. }
            | Sink::RawHtml { text: into }
            | Sink::Table { text: into, .. } => into.push_str(text),
        }
    }

    fn wrapped(&mut self, before: &str, text: &str, after: &str) {
        match self.sink {
            Sink::Body => self.push(&format!("{before}{}{after}", escape(text))),
            _ => self.text(text),
        }
    }

    fn open(&mut self, tag: &str, close: &str) {
        if self.open.len() < DEEPEST {
            self.push(tag);
            self.open.push(Open::Ours(close.to_owned()));
        } else {
            self.open.push(Open::Ours(String::new()));
        }
    }

    /// Closes what was opened last, and whatever raw tags were left open inside.
    fn close(&mut self) {
        while let Some(open) = self.open.pop() {
            self.push(&open.close());
            if !open.is_raw() {
                break;
            }
        }
    }

    fn close_all(&mut self) {
        while let Some(open) = self.open.pop() {
            self.push(&open.close());
        }
    }

    fn push(&mut self, html: &str) {
        let Some(section) = self.sections.get_mut(self.current) else { return };
        if self.in_title {
            section.title_html.push_str(html);
            return;
        }
        match section.blocks.last_mut() {
            Some(Block::Html(text)) => text.push_str(html),
            _ if html.is_empty() => {}
            _ => section.blocks.push(Block::Html(html.to_owned())),
        }
    }

    fn block(&mut self, block: Block) {
        if let Some(section) = self.sections.get_mut(self.current) {
            section.blocks.push(block);
        }
    }

    fn finish(mut self) -> Vec<SectionHtml> {
        self.sink = Sink::Body;
        self.close_all();
        self.sections
    }
}

/// The first word of a fence's info string, lower case, letters and the like only.
fn language(info: &CowStr<'_>) -> String {
    let word = info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
    word.chars().filter(|c| c.is_ascii_alphanumeric() || "+-_#.".contains(*c)).take(30).collect()
}

#[cfg(test)]
mod tests;
