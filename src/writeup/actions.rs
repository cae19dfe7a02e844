//! Action items: rows of a table or items of a list.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{Block, Line, Row, Table};
use super::rows::{Reading, blank};
use super::vocabulary::plain;
use super::when::{Day, day_within, leading};
use super::{Action, SectionKind, WriteUp};
use crate::text::pattern::pattern;

static TICKET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[A-Z][A-Z0-9]{1,9}-\d{1,7}\b|(?:^|[\s(\[])#\d{1,7}\b"));
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s(\[,;|–—-])(owner|assignee|assigned to|responsible|who|due|due date|deadline|by when|eta|target|ticket|issue|jira|priority|prio|status|type)\s*:\s*((?:[^,;|)\].]|\.\S)+)",
    )
});
static AT_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[\s(\[])@([\w.-]{2,40})"));
static NAME_AND_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[(\[]([\p{Lu}][\p{L}.' -]{1,40}),\s*(?:due\s+|by\s+)?([^)\]]{4,24})[)\]]\s*\.?$")
});

/// Reads the action items of one incident.
pub(super) fn read(reading: &mut Reading<'_>, write_up: &mut WriteUp) {
    let mut found = Vec::new();
    let mut depth = 0;
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        if place.kind != Some(SectionKind::ActionItems) {
            continue;
        }
        match block {
            Block::Table(table) if !table.quoted => {
                let columns = Columns::of(table);
                let actions = table.rows.iter().filter_map(|row| columns.action(reading, row));
                found.extend(actions);
            }
            Block::Line(line) if !line.quoted && !line.code && line.depth > 0 => {
                let is_first = found.last().is_none_or(|a: &Action| a.line + 40 < line.line);
                if line.begins && (is_first || line.depth <= depth || depth == 0) {
                    depth = line.depth;
                    found.extend(item(reading, line));
                } else if let Some(last) = found.last_mut() {
                    last.text.push(if line.begins { '\n' } else { ' ' });
                    last.text.push_str(&line.words);
                }
            }
            _ => {}
        }
    }
    write_up.actions = found;
}

/// Which column is what.
struct Columns {
    text: usize,
    id: Option<usize>,
    owner: Option<usize>,
    due: Option<usize>,
    ticket: Option<usize>,
    priority: Option<usize>,
    kind: Option<usize>,
    status: Option<usize>,
}

impl Columns {
    fn of(table: &Table) -> Self {
        let header: Vec<String> = table.header.iter().map(|name| plain(name)).collect();
        let find = |names: &[&str]| {
            header.iter().position(|name| {
                names.iter().any(|known| {
                    name == known
                        || name.strip_prefix(known).is_some_and(|rest| rest.starts_with(' '))
                })
            })
        };
        let id = find(&["id", "nr", "no", "number"])
            .or((header.first().is_some_and(String::is_empty)).then_some(0));
        let owner = find(&[
            "owner",
            "owners",
            "assignee",
            "assigned",
            "responsible",
            "who",
            "dri",
            "person",
            "wer",
            "verantwortlich",
        ]);
        let due =
            find(&["due", "deadline", "eta", "target", "by when", "when", "date", "bis", "fällig"]);
        let ticket = find(&[
            "ticket",
            "tickets",
            "bug",
            "bugs",
            "issue",
            "jira",
            "link",
            "links",
            "tracking",
            "pr",
            "reference",
        ]);
        let priority = find(&["priority", "prio", "severity"]);
        let kind = find(&["type", "kind", "category"]);
        let status = find(&["status", "state", "done", "progress"]);
        let text = find(&[
            "action",
            "action item",
            "description",
            "item",
            "task",
            "what",
            "follow up",
            "todo",
            "maßnahme",
            "summary",
            "title",
        ]);
        let taken = [id, owner, due, ticket, priority, kind, status];
        let free = (0..header.len()).find(|at| !taken.contains(&Some(*at)));
        Self { text: text.or(free).unwrap_or(0), id, owner, due, ticket, priority, kind, status }
    }

    fn action(&self, reading: &Reading<'_>, row: &Row) -> Option<Action> {
        let cell = |at: Option<usize>| {
            let words = row.cells.get(at?)?.words.as_str();
            blank(words).is_none().then(|| words.to_owned())
        };
        let text = cell(Some(self.text))?;
        let link = self.ticket.and_then(|at| row.cells.get(at)?.links.first().cloned());
        let status = cell(self.status);
        Some(Action {
            id: cell(self.id),
            owner: cell(self.owner),
            due: cell(self.due).and_then(|words| day(reading, &words)),
            ticket: cell(self.ticket).or(link),
            priority: cell(self.priority),
            kind: cell(self.kind),
            done: status.as_deref().and_then(is_done),
            status,
            text,
            line: row.line,
        })
    }
}

fn day(reading: &Reading<'_>, words: &str) -> Option<chrono::NaiveDate> {
    let day = leading(words).and_then(|when| when.day).or_else(|| day_within(words))?;
    reading
        .full_day(day, reading.day)
        .filter(|_| !matches!(day, Day::Yearless(..)) || reading.day.is_some())
}

fn is_done(status: &str) -> Option<bool> {
    let name = plain(status);
    let first = name.split_whitespace().next()?;
    match first {
        "done" | "complete" | "completed" | "closed" | "fixed" | "resolved" | "yes" | "merged"
        | "erledigt" => Some(true),
        "open" | "todo" | "new" | "pending" | "in" | "started" | "planned" | "not" | "offen" => {
            Some(false)
        }
        _ if status.contains(['✅', '☑', '✔']) => Some(true),
        _ => None,
    }
}

/// `- [ ] Add an alert (@ana, due 2024-05-01) PROJ-12`.
fn item(reading: &Reading<'_>, line: &Line) -> Option<Action> {
    let words = line.words.as_str();
    if blank(words).is_some() || line.all_bold {
        return None;
    }
    let mut action =
        Action { text: words.to_owned(), line: line.line, done: line.ticked, ..Action::default() };
    for field in FIELD.captures_iter(words).take(12) {
        let value = field[2].trim().to_owned();
        match field[1].to_lowercase().as_str() {
            "owner" | "assignee" | "assigned to" | "responsible" | "who" => {
                action.owner = Some(value);
            }
            "ticket" | "issue" | "jira" => action.ticket = Some(value),
            "priority" | "prio" => action.priority = Some(value),
            "status" => {
                action.done = is_done(&value).or(action.done);
                action.status = Some(value);
            }
            "type" => action.kind = Some(value),
            // `July 11, 2024` goes on after the comma.
            _ => {
                action.due =
                    field.get(2).and_then(|at| day(reading, words[at.start()..].trim_start()));
            }
        }
    }
    if let Some(found) = NAME_AND_DAY.captures(words)
        && action.due.is_none()
    {
        action.due = day(reading, &found[2]);
        if action.due.is_some() && action.owner.is_none() {
            action.owner = Some(found[1].trim().to_owned());
        }
    }
    if action.due.is_none()
        && let Some(open) = words.rfind('(')
    {
        action.due = day_within(&words[open..]).and_then(|day| reading.full_day(day, reading.day));
    }
    if action.owner.is_none() {
        action.owner =
            AT_NAME.captures(words).map(|found| found[1].trim_end_matches(['.', '-']).to_owned());
    }
    if action.ticket.is_none() {
        let ticket =
            TICKET.find(words).map(|found| found.as_str().trim_matches([' ', '(', '[']).to_owned());
        action.ticket = ticket.or_else(|| line.links.first().cloned());
    }
    Some(action)
}
