//! What a report says about its incident in labelled lines and cells: title, id, severity, day,
//! people, services.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::days::incident_day;
use super::fact_names::{Fact, fact_of};
use super::lines::Block;
use super::outline::{Place, label_of, value_of};
use super::rows::{Blank, Reading, blank};
use super::when::{Day, leading};
use super::{Person, SectionKind, WriteUp};
use crate::runbook::Severity;
use crate::text::pattern::pattern;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:INC|INCIDENT|SEV|PM|IR|OUT|OUTAGE|PIR|RCA)[-_ ]?#?(?:\d{2,}[\w-]*|\d[\w-]*-\d[\w-]*)",
    )
});
/// Any other tracker's id, where a title has nothing else in that place.
static TRACKER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[\[(:]\s?)([A-Z][A-Z0-9]{1,9}-\d{1,7})(?:$|[\])]|\s*[:–—]|\s-\s)")
});
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:blameless\s+|public\s+|incident\s+|example\s+|sample\s+)*(?:post[- ]?mortem|post[- ]incident (?:review|report)|incident (?:report|review|summary|postmortem)|incident|outage report|rca|root cause analysis|pir)(?:\s+(?:report|review|analysis|doc(?:ument)?|for|on|of))*)\s*(?:[-–—:#|]+\s*|\s+(?:for|on|of)\s+|$)",
    )
});
static SEVERITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:sev(?:erity)?|priority|prio|level)?[- ]?(?:p[0-5]|s[0-5]|sev[- ]?[0-5]|[0-5])\b|critical|high|major|medium|moderate|minor|low|trivial|blocker|catastrophic)\b",
    )
});
static IN_TITLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[\[(\s])(p[0-4]|sev[- ]?[0-5])(?:$|[\])\s:,])"));

/// Reads the facts of one incident, its day first.
pub(super) fn read(reading: &mut Reading<'_>, write_up: &mut WriteUp) {
    let heading = reading.title.and_then(|at| match &reading.blocks[at] {
        Block::Heading(heading) => Some(heading),
        _ => None,
    });
    let pairs = pairs(reading);
    reading.day = incident_day(reading, &pairs, heading);
    write_up.date = reading.day;
    for (label, value, line) in &pairs {
        take(reading, write_up, label, value, *line);
    }
    let file = stem(reading.source.file_name);
    let titles: Vec<&str> = heading.map(|h| h.words.as_str()).into_iter().collect();
    if write_up.label.is_none() {
        let from_title =
            titles.iter().find_map(|title| label_within(title).or_else(|| tracked(title)));
        let from_file = || label_within(file).filter(|_| !reading.is_one_of_several);
        write_up.label = from_title.or_else(from_file);
    }
    if write_up.severity.is_none() {
        let named = titles.iter().find_map(|title| IN_TITLE.captures(title));
        write_up.severity = named.map(|found| found[1].to_owned());
    }
    if write_up.title.is_empty() {
        let said = titles.iter().map(|title| without_lead(title, write_up.label.as_deref()));
        let title = said.into_iter().find(|title| !title.is_empty());
        write_up.title = title.unwrap_or_else(|| {
            titles.first().map_or_else(|| file.to_owned(), |title| (*title).to_owned())
        });
    }
}

/// All labelled facts in the text's order: front matter, lines, tables of two columns.
fn pairs(reading: &Reading<'_>) -> Vec<(String, String, usize)> {
    let mut pairs = Vec::new();
    if !reading.is_one_of_several {
        for (key, value, line) in reading.source.front {
            pairs.push((key.clone(), front_value(value), *line));
        }
    }
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        if !may_tell(place) {
            continue;
        }
        match block {
            Block::Line(line) if !line.quoted && !line.code => {
                // Several facts on a line: `ID: X | Severity: Y`.
                let parts: Vec<&str> = line.words.split(['|', '·', '•']).collect();
                if parts.iter().filter(|part| part.contains(':')).count() > 1 {
                    for part in parts {
                        if let Some((label, value)) = part.split_once(':') {
                            pairs.push((
                                label.trim().to_owned(),
                                value.trim().to_owned(),
                                line.line,
                            ));
                        }
                    }
                } else if let Some(label) = label_of(line) {
                    pairs.push((label.to_owned(), value_of(line, label).to_owned(), line.line));
                }
            }
            Block::Table(table) if !table.quoted => {
                if let [label, value] = table.header.as_slice() {
                    pairs.push((label.clone(), value.clone(), table.line));
                }
                for row in &table.rows {
                    if let [label, value] = row.cells.as_slice() {
                        pairs.push((label.words.clone(), value.words.clone(), row.line));
                    }
                }
                wide(table, &mut pairs);
            }
            _ => {}
        }
    }
    pairs
}

/// A table with one row of facts under their names.
fn wide(table: &super::lines::Table, pairs: &mut Vec<(String, String, usize)>) {
    let known = table.header.iter().filter(|name| fact_of(name).is_some()).count();
    if table.rows.len() == 1 && known >= 2 {
        let row = &table.rows[0];
        let cells = table.header.iter().zip(&row.cells);
        pairs.extend(cells.map(|(name, cell)| (name.clone(), cell.words.clone(), row.line)));
    }
}

fn may_tell(place: &Place) -> bool {
    use SectionKind::{Detection, Facts, Impact, Summary};
    place.kind.is_none_or(|kind| [Detection, Facts, Impact, Summary].contains(&kind))
}

fn front_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(front_value).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Object(_) => String::new(),
        other => other.to_string(),
    }
}

fn take(reading: &mut Reading<'_>, write_up: &mut WriteUp, label: &str, value: &str, line: usize) {
    let Some(fact) = fact_of(label) else { return };
    match blank(value) {
        Some(Blank::Placeholder) => {
            reading.placeholder = reading.placeholder.or(Some(line));
            return;
        }
        // A time that is `ongoing` is not known yet; a status that is, is told.
        Some(_) if fact == Fact::Status && value.to_lowercase().contains("ongoing") => {}
        Some(_) => return,
        None => {}
    }
    let value = value.trim();
    match fact {
        Fact::Title if write_up.title.is_empty() => {
            write_up.title = without_lead(value, None);
        }
        Fact::Id if write_up.label.is_none() => id(reading, write_up, value, line),
        Fact::Severity if write_up.severity.is_none() => {
            severity(reading, write_up, value, line);
            write_up.stated_at.severity = line;
        }
        Fact::Status if write_up.status.is_none() => {
            write_up.status = Some(value.to_owned());
            write_up.stated_at.status = line;
        }
        Fact::Services => {
            if write_up.services.is_empty() {
                write_up.stated_at.services = line;
            }
            let new = list(value).into_iter().filter(|name| reading.services.insert(name.clone()));
            write_up.services.extend(new);
        }
        Fact::Detection if write_up.detection.is_none() => {
            write_up.detection = Some(value.to_owned());
        }
        Fact::Who(part) => {
            let names = list(value).into_iter().filter(|name| name.len() <= 80);
            write_up.people.extend(names.map(|name| Person { part, name }));
        }
        Fact::Context(name) => write_up.context.push((name.to_owned(), value.to_owned())),
        _ => {}
    }
}

fn id(reading: &mut Reading<'_>, write_up: &mut WriteUp, value: &str, line: usize) {
    let upper = value.to_uppercase();
    if upper.contains("YYYY") || upper.contains("NNN") {
        reading.placeholder = reading.placeholder.or(Some(line));
        return;
    }
    let word =
        value.split([' ', ',']).next().unwrap_or_default().trim_matches(['(', ')', '#', '[', ']']);
    // `Incident: web01 unreachable` is a title: an id stands alone, or before what explains it.
    let rest = value.trim_start_matches(['(', '#', '[']).get(word.len()..).unwrap_or_default();
    let rest = rest.trim_start_matches([')', ']', ' ']);
    let is_alone = rest.is_empty() || rest.starts_with(['(', '[', '-', '–', '—', ':', ',', '/']);
    let is_id = is_alone
        && word.chars().any(|c| c.is_ascii_digit())
        && (4..=64).contains(&word.len())
        && leading(value).is_none();
    if let Some(found) = label_within(value) {
        write_up.label = Some(found);
    } else if is_id {
        write_up.label = Some(word.to_owned());
    }
}

/// The label before what explains it: `P0 (half of all customers)`. `P0 | P1` is a template's.
fn severity(reading: &mut Reading<'_>, write_up: &mut WriteUp, value: &str, line: usize) {
    let others: Vec<&str> = value.split(['|', '/']).map(str::trim).collect();
    let choices = others.iter().filter(|part| SEVERITY.is_match(part)).count();
    if choices > 1 {
        reading.placeholder = reading.placeholder.or(Some(line));
        return;
    }
    match SEVERITY.find(value) {
        Some(found) => write_up.severity = Some(found.as_str().trim().to_owned()),
        None => {
            let end = value.find(['(', ',', ';', '–', '—', '.']).unwrap_or(value.len());
            let word = value[..end].trim();
            if word.split_whitespace().count() <= 3 {
                write_up.severity = Some(word.to_owned());
            } else {
                let message = format!(
                    "`{}` names no severity; it is left empty",
                    crate::text::truncate_to_width(value, 60)
                );
                reading.report(line, "unknown-severity", Severity::Warning, message);
            }
        }
    }
}

/// Names between commas; what stands in brackets explains them.
fn list(value: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_u32;
    for c in value.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' | ';' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => {
                if let Some(name) = names.last_mut() {
                    name.push(c);
                }
            }
            _ => {}
        }
    }
    let names = names.iter().map(|name| name.trim().trim_end_matches('.').to_owned());
    names.filter(|name| !name.is_empty() && name != "and").collect()
}

/// Another tracker's id, where a title has it alone or in brackets.
fn tracked(title: &str) -> Option<String> {
    Some(TRACKER.captures(title)?[1].to_owned())
}

/// An incident's id somewhere in some words.
pub(super) fn label_within(words: &str) -> Option<String> {
    let found = LABEL.find(words)?;
    Some(found.as_str().trim_end_matches(['-', '_']).to_owned())
}

/// A title without what all reports begin with, and without the id in brackets at its end.
fn without_lead(title: &str, label: Option<&str>) -> String {
    let mut rest = title.trim();
    for _ in 0..3 {
        if let Some(found) = LEAD.find(rest)
            && found.end() > 0
        {
            rest = rest[found.end()..].trim_start();
        }
        if let Some((day, length)) = super::when::leading_day(rest)
            && matches!(day, Day::Full(_))
        {
            let after = &rest[length..];
            let time =
                leading(after).filter(|when| when.day.is_none()).map_or(0, |when| when.length);
            rest = after[time..].trim_start_matches([' ', '-', '–', '—', ':', ',', '/']);
        }
        if let Some(label) = label {
            if let Some(after) = rest.strip_prefix(label) {
                rest = after.trim_start_matches([' ', '-', '–', '—', ':', '|']);
            }
            let bracketed = format!("({label})");
            if let Some(before) = rest.strip_suffix(&bracketed) {
                rest = before.trim_end();
            }
        }
    }
    rest.trim_matches([' ', ':', '-', '–', '—', '|']).to_owned()
}

/// A file's name without its extensions.
pub(super) fn stem(file_name: &str) -> &str {
    let name = file_name.rsplit('/').next().unwrap_or(file_name);
    let mut stem = name;
    for ending in [".erb", ".md", ".markdown", ".mdx", ".txt", ".html"] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    stem
}
