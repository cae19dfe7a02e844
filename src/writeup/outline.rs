//! Which section each line of a report belongs to, and the sections' own text.

use std::ops::Range;

use super::lines::{Block, Line};
use super::vocabulary::{key_of, names_a_section, section_kind};
use super::when::leading;
use super::zone::{Zone, zone_within};
use super::{Section, SectionKind};
use crate::text::LineIndex;

/// What a block stands under.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) kind: Option<SectionKind>,
    /// The zone that a heading or label above names.
    pub(super) zone: Option<Zone>,
}

/// A section's heading and extent.
#[derive(Debug)]
struct Opened {
    kind: Option<SectionKind>,
    title: String,
    line: usize,
    /// Where the line of its heading begins.
    head: usize,
    /// Where the lines under it begin and end.
    start: usize,
    end: usize,
    /// What stands on the line of its label.
    inline: String,
    depth: Depth,
    zone: Option<Zone>,
    /// Whether it says itself what it is for.
    named: bool,
}

/// How deep a section is: a heading by level, then bold lines, then list items by depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Heading(u8),
    Bold,
    Item(usize),
}

/// The outline of some blocks.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) places: Vec<Place>,
    sections: Vec<Opened>,
}

impl Outline {
    /// Notes the place of each block. `title` is the block that is the report's title.
    pub(super) fn of(
        blocks: &[Block],
        title: Option<usize>,
        lines: &LineIndex,
        end: usize,
    ) -> Self {
        let mut out = Self { places: Vec::with_capacity(blocks.len()), sections: Vec::new() };
        let mut open: Vec<usize> = Vec::new();
        for (at, block) in blocks.iter().enumerate() {
            let new = match block {
                Block::Heading(heading) if Some(at) == title => {
                    out.close(&mut open, |_| true, heading.start);
                    None
                }
                Block::Heading(heading) => {
                    let depth = Depth::Heading(heading.level);
                    out.close(&mut open, |other| other >= depth, heading.start);
                    let inherited = out.inherited(&open);
                    let own = section_kind(&heading.words);
                    Some(Opened {
                        kind: own.or(inherited),
                        title: heading.words.clone(),
                        line: heading.line,
                        head: heading.start,
                        start: heading.end,
                        end,
                        inline: String::new(),
                        depth,
                        zone: zone_within(&heading.words),
                        named: own.is_some(),
                    })
                }
                Block::Line(line) => {
                    let head = lines.start(line.line);
                    if line.begins && line.depth > 0 {
                        let depth = Depth::Item(line.depth);
                        out.close(&mut open, |other| other >= depth, head);
                    }
                    let next = lines.start(line.line + 1).max(line.end).min(end);
                    let opened = out.opened_by(line, &open, head..next, end);
                    if opened.as_ref().is_some_and(|new| new.depth == Depth::Bold) {
                        out.close(&mut open, |other| other >= Depth::Bold, head);
                    }
                    opened
                }
                Block::Table(_) => None,
            };
            if let Some(new) = new {
                open.push(out.sections.len());
                out.sections.push(new);
            }
            out.places.push(out.place(&open));
        }
        out
    }

    fn close(&mut self, open: &mut Vec<usize>, over: impl Fn(Depth) -> bool, at: usize) {
        while let Some(last) = open.last().copied() {
            if !over(self.sections[last].depth) {
                break;
            }
            self.sections[last].end = self.sections[last].end.min(at);
            open.pop();
        }
    }

    fn inherited(&self, open: &[usize]) -> Option<SectionKind> {
        open.last().and_then(|last| self.sections[*last].kind)
    }

    /// The section that a line opens: a bold line, or an item whose label names one. A label that
    /// names a zone, as `Date / Time (UTC):` does, opens one without a name.
    fn opened_by(
        &self,
        line: &Line,
        open: &[usize],
        place: Range<usize>,
        end: usize,
    ) -> Option<Opened> {
        if line.quoted || line.code || !(line.begins || line.bold > 0) {
            return None;
        }
        // Under a heading that says what it is for, a label is a part of that.
        let is_free = matches!(self.inherited(open), None | Some(SectionKind::Facts));
        let same_rank = line.depth == 0 && !self.heading_is_named(open);
        if !is_free && !same_rank {
            return None;
        }
        let label = label_of(line)?;
        let value = value_of(line, label);
        // `Resolution: 15:00` is a time, `Resolution: we rolled back` a section.
        if key_of(label).is_some() && leading(value).is_some() {
            return None;
        }
        let kind = names_a_section(label);
        let zone = zone_within(label);
        if kind.is_none() && zone.is_none() {
            return None;
        }
        Some(Opened {
            kind,
            title: label.to_owned(),
            line: line.line,
            head: place.start,
            start: place.end,
            end,
            inline: value.to_owned(),
            depth: if line.depth == 0 { Depth::Bold } else { Depth::Item(line.depth) },
            zone,
            named: kind.is_some(),
        })
    }

    fn heading_is_named(&self, open: &[usize]) -> bool {
        open.iter().any(|at| {
            let section = &self.sections[*at];
            section.named
                && matches!(section.depth, Depth::Heading(_))
                && section.kind != Some(SectionKind::Facts)
        })
    }

    fn place(&self, open: &[usize]) -> Place {
        let known = open.iter().rev().copied().find(|at| self.sections[*at].kind.is_some());
        Place {
            kind: known.and_then(|at| self.sections[at].kind),
            zone: open.iter().rev().find_map(|at| self.sections[*at].zone),
        }
    }

    /// The sections that say what they are for, with their text.
    pub(super) fn sections(&self, text: &str) -> Vec<Section> {
        let mut sections = Vec::new();
        for (at, opened) in self.sections.iter().enumerate() {
            let Some(kind) = opened.kind.filter(|_| opened.named) else { continue };
            // What a section of another kind inside it says is not said twice.
            let mut inside = self.sections[at + 1..].iter().take_while(|o| o.head < opened.end);
            let end = inside.find(|o| o.named).map_or(opened.end, |inner| inner.head);
            let under = text.get(opened.start..end.max(opened.start)).unwrap_or_default();
            let mut body = opened.inline.clone();
            let under = dedent(under);
            if !body.is_empty() && !under.is_empty() {
                body.push('\n');
            }
            body.push_str(&under);
            let (title, line) = (opened.title.clone(), opened.line);
            sections.push(Section { kind, title, text: body, line });
        }
        sections
    }
}

/// The label of a line: what is bold at its beginning, or stands before a colon.
pub(super) fn label_of(line: &Line) -> Option<&str> {
    let words = line.words.as_str();
    let bold = &words[..line.bold];
    let head = if line.bold > 0 {
        bold.split_once(": ").map_or(bold, |(label, _)| label)
    } else {
        let colon = words.match_indices(':').map(|(at, _)| at).find(|at| {
            let next = words[at + 1..].chars().next();
            !next.is_some_and(|c| c.is_ascii_digit() || c == '/')
        });
        match colon {
            Some(at) => &words[..at],
            None => return None,
        }
    };
    let head = head.trim_end_matches([':', ' ', '.', '-', '–', '—']);
    let short = head.len() <= 80 && head.split_whitespace().count() <= 9;
    (short && !head.is_empty()).then_some(head)
}

/// What stands after a line's label.
pub(super) fn value_of<'l>(line: &'l Line, label: &str) -> &'l str {
    let start = label.len().min(line.words.len());
    line.words[start..].trim_start_matches([':', ' ', '.', '=', '–', '—', '-', '\u{a0}'])
}

/// A text without the blanks that all of its lines begin with, and without empty lines around it.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let full = lines.iter().filter(|line| !line.is_empty());
    let indent = full.map(|line| line.len() - line.trim_start_matches(' ').len()).min();
    let cut = |line: &&str| line.get(indent.unwrap_or(0)..).unwrap_or_default().to_owned();
    let shown: Vec<String> = lines.iter().map(cut).collect();
    shown.join("\n").trim_matches('\n').to_owned()
}
