//! From a file to its incidents: front matter, title, and which lines tell of which incident.

use std::ops::Range;

use chrono_tz::Tz;
use serde_json::Value;

use super::lines::{self, Block, Heading};
use super::outline::Outline;
use super::rows::{Reading, day_order};
use super::vocabulary::{key_of, plain, section_kind};
use super::when::{day_within, leading};
use super::{
    SectionKind, TimelineRow, WriteUp, actions, checks, durations, facts, key_times, timeline,
};
use crate::runbook::{Diagnostic, Severity, front_matter_values};
use crate::text::{Anchors, LineIndex};

/// Reads a file: see [`super::parse`].
pub(super) fn read(text: &str, file_name: &str, zone: Tz) -> (Vec<WriteUp>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let (front, body) = front_matter_values(text, &mut findings);
    let lines = LineIndex::new(text);
    let blocks = lines::read(text, body, &lines);
    let mut write_ups = Vec::new();
    let day_first = day_order(text);
    let source = Source { text, file_name, lines: &lines, zone, front: &front, day_first };
    for part in &parts(&blocks) {
        if let Some(write_up) = read_part(&source, &blocks, part, &mut findings) {
            write_ups.push(write_up);
        }
    }
    let is_said = |finding: &Diagnostic| {
        finding.severity == Severity::Error || finding.rule == "not-a-report"
    };
    if write_ups.is_empty() && !findings.iter().any(is_said) {
        let message = "tells of no incident: no times, no timeline and no sections of a report";
        findings.push(finding(1, "not-a-report", Severity::Info, message.to_owned()));
    }
    findings.sort_by_key(|finding| finding.line);
    findings.dedup();
    (write_ups, findings)
}

/// What all incidents of a file share.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) file_name: &'t str,
    pub(super) lines: &'t LineIndex,
    pub(super) zone: Tz,
    pub(super) front: &'t [(String, Value, usize)],
    /// Whether days with slashes are day first, where the text shows it.
    pub(super) day_first: Option<bool>,
}

/// The blocks that tell of one incident.
#[derive(Debug)]
struct Part {
    blocks: Range<usize>,
    title: Option<usize>,
    /// Its heading's anchor, where the file tells of several.
    anchor: Option<String>,
}

/// The incidents of a file. Several are told apart by headings of one level that each name a day
/// or an id and speak of an incident, with key events under at least two of them.
fn parts(blocks: &[Block]) -> Vec<Part> {
    let mut anchors = Anchors::default();
    let mut headings: Vec<(usize, &Heading, String)> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if let Block::Heading(heading) = block {
            headings.push((at, heading, anchors.unique(&heading.words)));
        }
    }
    for level in 1..=4 {
        let mut parts = Vec::new();
        let mut end = blocks.len();
        for (at, heading, anchor) in headings.iter().rev() {
            if heading.level == level && tells_an_incident(&heading.words) {
                let anchor = Some(anchor.clone());
                parts.push(Part { blocks: *at..end, title: Some(*at), anchor });
            }
            if heading.level <= level {
                end = *at;
            }
        }
        let told = parts.iter().filter(|part| has_key_event(&blocks[part.blocks.clone()]));
        if told.take(2).count() == 2 {
            parts.reverse();
            return parts;
        }
    }
    let first = headings.iter().find(|(_, heading, _)| heading.level == 1).or(headings.first());
    let title = first
        .filter(|(_, heading, _)| heading.level == 1 || section_kind(&heading.words).is_none());
    vec![Part { blocks: 0..blocks.len(), title: title.map(|(at, _, _)| *at), anchor: None }]
}

fn tells_an_incident(words: &str) -> bool {
    let name = plain(words);
    let speaks = ["incident", "outage", "postmortem", "post mortem", "inc "];
    let is_section = matches!(section_kind(words), Some(kind) if kind != SectionKind::Other);
    let names_one = day_within(words).is_some() || facts::label_within(words).is_some();
    names_one
        && (speaks.iter().any(|word| name.starts_with(word)) || !is_section)
        && (speaks.iter().any(|word| name.contains(word)) || facts::label_within(words).is_some())
}

fn has_key_event(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Line(line) => key_times::states_a_time(&line.words),
        Block::Table(table) => table
            .rows
            .iter()
            .any(|row| row.cells.first().is_some_and(|cell| key_of(&cell.words).is_some())),
        Block::Heading(_) => false,
    })
}

fn read_part(
    source: &Source<'_>,
    blocks: &[Block],
    part: &Part,
    findings: &mut Vec<Diagnostic>,
) -> Option<WriteUp> {
    let title = part.title.map(|at| at - part.blocks.start);
    let own = &blocks[part.blocks.clone()];
    let end = match blocks.get(part.blocks.end) {
        Some(Block::Heading(heading)) => heading.start,
        _ => source.text.len(),
    };
    let outline = Outline::of(own, title, source.lines, end);
    let mut reading = Reading::new(source, own, &outline, title, part.anchor.is_some());
    let mut write_up = WriteUp { anchor: part.anchor.clone(), ..WriteUp::default() };
    write_up.line = own.first().map_or(1, |block| reading.line_of(block));
    write_up.end_line = source.lines.line(end.saturating_sub(1));
    facts::read(&mut reading, &mut write_up);
    let rows = timeline::read(&mut reading);
    key_times::read(&mut reading, &rows, &mut write_up);
    write_up.timeline = rows.into_iter().map(|row| row.row).collect();
    durations::read(&mut reading, &mut write_up);
    write_up.action_items = actions::count(&reading);
    write_up.sections = outline.sections(source.text);
    if !is_report(&write_up, reading.placeholder.is_some()) {
        findings.extend(reading.template_finding());
        return None;
    }
    checks::check(&mut reading, &mut write_up);
    findings.append(&mut reading.findings);
    Some(write_up)
}

/// Whether a text tells of an incident: a time or a duration of it, a timeline with times, or at
/// least three of the sections that only a report has, and a day, or a timeline without a day and
/// one section more. Where nothing is known and what
/// should stand is written as `HH:MM` and the like, it is a template.
fn is_report(write_up: &WriteUp, has_placeholders: bool) -> bool {
    use SectionKind::{
        ActionItems, Contributing, Detection, Impact, Lessons, Lucky, Resolution, RootCause,
        Timeline, Trigger, WentWell, WentWrong,
    };
    let has = |kinds: &[SectionKind]| {
        write_up.sections.iter().any(|s| kinds.contains(&s.kind) && !s.text.is_empty())
    };
    let signs = [
        has(&[RootCause, Trigger, Contributing]),
        has(&[Impact]),
        has(&[Resolution, Detection]),
        has(&[ActionItems]) || write_up.action_items > 0,
        has(&[Timeline]) || !write_up.timeline.is_empty(),
        has(&[Lessons, Lucky, WentWell, WentWrong]),
    ];
    let sections = signs.iter().filter(|sign| **sign).count();
    let times = write_up.times.iter().filter(|time| time.at_ms.is_some()).count();
    let rows = write_up.timeline.iter().filter(|row| row.at_ms.is_some()).count();
    let has_clock = |row: &&TimelineRow| leading(&row.written).is_some_and(|it| it.time.is_some());
    let dayless = write_up.timeline.iter().filter(has_clock).count();
    let known = times + usize::from(rows > 1) + write_up.durations.len();
    match known {
        0 if has_placeholders => false,
        0 if dayless > 1 && sections >= 2 => true,
        0 => sections >= 3 && write_up.date.is_some() || sections >= 4,
        1 => sections >= 1 || write_up.label.is_some(),
        _ => times > 0 || sections >= 1,
    }
}

/// A finding about a line.
pub(super) fn finding(line: usize, rule: &str, severity: Severity, message: String) -> Diagnostic {
    Diagnostic { line, column: 1, rule: rule.to_owned(), severity, message }
}
