//! Timelines in tables: which column is the time, what happened, who and where from.

use super::TimelineRow;
use super::lines::{Row, Table};
use super::outline::Place;
use super::timeline::{Raw, ReadRow, day_row};
use super::vocabulary::plain;
use super::when::leading;
use super::zone::{Zone, zone_within};

/// Which column of a table is what.
#[derive(Debug)]
pub(super) struct Columns {
    day: Option<usize>,
    time: usize,
    author: Option<usize>,
    source: Option<usize>,
    phase: Option<usize>,
    zone: Option<Zone>,
}

/// The names of a table's columns, as they are compared.
pub(super) fn names(table: &Table) -> Vec<String> {
    table.header.iter().map(|name| plain(name)).collect()
}

/// The first column that has one of some names, alone or before other words.
pub(super) fn named_column(header: &[String], names: &[&str]) -> Option<usize> {
    let begins = |name: &str, known: &str| {
        name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    header.iter().position(|name| names.iter().any(|known| begins(name, known)))
}

impl Columns {
    /// The columns of a table that is a timeline.
    pub(super) fn of(table: &Table, named: bool) -> Option<Self> {
        let header = names(table);
        let find = |names: &[&str]| named_column(&header, names);
        let day = find(&["date", "day", "datum", "tag"]);
        let time = find(&[
            "time",
            "times",
            "timestamp",
            "when",
            "datetime",
            "zeit",
            "uhrzeit",
            "zeitpunkt",
            "utc",
        ]);
        let readable = |column: usize| {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(column));
            cells.filter(|cell| leading(&cell.words).is_some_and(|w| w.time.is_some())).count()
        };
        let (day, time) = match (day, time) {
            (Some(day), Some(time)) if day != time => (Some(day), time),
            (_, Some(time)) => (None, time),
            (Some(day), None) => (None, day),
            (None, None) => (None, 0),
        };
        let rows = readable(time);
        let tells = header.len() > 1 && (rows >= 2 || named && rows >= 1 || named && day.is_some());
        if !tells || (!named && header.get(time).is_some_and(|name| name.contains("due"))) {
            return None;
        }
        let other = |at: Option<usize>| at.filter(|at| *at != time && Some(*at) != day);
        Some(Self {
            day,
            time,
            author: other(find(&[
                "who",
                "actor",
                "author",
                "person",
                "by",
                "owner",
                "responder",
                "engineer",
                "name",
                "wer",
            ])),
            source: other(find(&[
                "source",
                "sources",
                "link",
                "links",
                "reference",
                "references",
                "ref",
                "evidence",
                "quelle",
            ])),
            phase: other(find(&[
                "phase",
                "status",
                "stage",
                "state",
                "type",
                "milestone",
                "category",
                "event type",
            ])),
            zone: table.header.get(time).and_then(|name| zone_within(name)),
        })
    }

    pub(super) fn row(&self, table: &Table, row: &Row, place: &Place) -> Option<Raw> {
        let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.words.as_str());
        let own =
            |at: Option<usize>| at.map(cell).filter(|words| !words.is_empty()).map(str::to_owned);
        let mut written = cell(self.time).to_owned();
        if let Some(day) = own(self.day) {
            written = format!("{day} {written}").trim().to_owned();
        }
        let when = leading(&written);
        let taken = [Some(self.time), self.day, self.author, self.source];
        let rest: Vec<usize> = (0..row.cells.len().min(table.header.len().max(2)))
            .filter(|at| !taken.contains(&Some(*at)) && !cell(*at).is_empty())
            .collect();
        let mut text_cells: Vec<usize> =
            rest.iter().copied().filter(|at| Some(*at) != self.phase).collect();
        if text_cells.is_empty() {
            text_cells = rest;
        }
        let text = text_cells.iter().map(|at| cell(*at)).collect::<Vec<_>>().join(" — ");
        if text.is_empty() {
            let when = when.filter(|when| when.time.is_none() && when.day.is_some())?;
            return Some(day_row(when, row.line));
        }
        let bold = text_cells
            .first()
            .and_then(|at| row.cells.get(*at))
            .map_or(0, |cell| cell.strong.reach(0));
        let links = row.cells.iter().enumerate().filter(|(at, _)| Some(*at) == self.source);
        let link = links.flat_map(|(_, cell)| cell.links.first()).next();
        let zone = when.and_then(|when| when.zone).or(self.zone).or(place.zone);
        let row = TimelineRow {
            written,
            text,
            author: own(self.author),
            source: own(self.source),
            link: link.cloned(),
            line: row.line,
            ..TimelineRow::default()
        };
        let phase = own(self.phase);
        Some(Raw { read: ReadRow { row, bold, phase }, when, zone, is_day: false, depth: 0 })
    }
}
