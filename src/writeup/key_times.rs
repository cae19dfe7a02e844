//! The times of the key events: from labelled lines and cells, else from rows of the timeline.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime};

use super::fact_names::fact_of;
use super::lines::{Block, Line, Table};
use super::outline::{Place, label_of, value_of};
use super::rows::{Blank, Reading, blank, looks_like_a_time};
use super::statements::{Manner, stated};
use super::timeline::{BACK, ReadRow, end_day};
use super::vocabulary::{key_of, plain, wants_a_time};
use super::when::{Day, When, leading};
use super::zone::Zone;
use super::{Key, SectionKind, StatedTime, TimeName, WriteUp};
use crate::runbook::Severity;

/// How far into a line a label reaches at most, in bytes.
const LABEL: usize = 80;
/// Names for the time from an incident's start to its end.
const WINDOWS: [&str; 16] = [
    "time",
    "when",
    "window",
    "date time",
    "date and time",
    "period",
    "incident window",
    "outage window",
    "impact window",
    "time window",
    "duration",
    "incident period",
    "time of incident",
    "incident time",
    "outage",
    "downtime",
];

/// What is said of a day that stands alone.
const NO_TIME: &str = "has a day but no time";

/// Where a statement stands: a labelled line counts before a row of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Labelled,
    Row(Manner),
}

/// A statement about a key event.
#[derive(Debug)]
struct Statement {
    key: Key,
    at_ms: Option<i64>,
    words: String,
    line: usize,
    rank: Rank,
}

/// A time of day that a label states without its day.
#[derive(Debug)]
struct Dayless {
    key: Key,
    time: NaiveTime,
    /// The day read last before it, or the incident's.
    near: NaiveDate,
    zone: Option<Zone>,
    words: String,
    line: usize,
}

/// A key event with its time at the beginning of some words, and the bytes both take.
pub(super) fn leading_statement(words: &str) -> Option<(When, Key, usize)> {
    let mut before = ' ';
    for (at, c) in words.char_indices().take_while(|(at, _)| *at <= LABEL) {
        let starts =
            at > 0 && (before.is_whitespace() || ":(".contains(before)) && !c.is_whitespace();
        before = c;
        if !starts {
            continue;
        }
        let Some(when) = leading(&words[at..]) else { continue };
        let label =
            words[..at].trim_matches([' ', ':', '-', '–', '—', '=', '~', '(', '|', '*', ',']);
        return key_of(label).map(|key| (when, key, at + when.length));
    }
    None
}

/// Whether some words state when a key event was.
pub(super) fn states_a_time(words: &str) -> bool {
    leading_statement(words).is_some()
}

/// Reads the times of one incident.
pub(super) fn read(reading: &mut Reading<'_>, rows: &[ReadRow], write_up: &mut WriteUp) {
    let told = reading.findings.iter().map(|finding| finding.line).collect();
    let (statements, dayless) = (Vec::new(), Vec::new());
    let mut found = Finder { reading, statements, dayless, day: None, told };
    found.front_matter();
    found.text();
    found.give_days();
    for row in rows {
        let keys = stated(&row.row.text, row.bold, row.phase.as_deref());
        for (key, manner) in keys {
            let words = shorten(&format!("{} {}", row.row.written, row.row.text));
            let at_ms = row.row.at_ms;
            if at_ms.is_some() {
                let (line, rank) = (row.row.line, Rank::Row(manner));
                found.statements.push(Statement { key, at_ms, words, line, rank });
            }
        }
    }
    let statements = found.statements;
    for point in TimeName::ALL {
        if let Some(stated) = choose(reading, &statements, point) {
            write_up.times.push(stated);
        }
    }
}

/// The statement that counts for a key event: a labelled one before a row's; of several the first
/// in time, and the last for the end.
fn choose(reading: &mut Reading<'_>, all: &[Statement], point: TimeName) -> Option<StatedTime> {
    let order = |statement: &Statement| {
        let declared = statement.key == Key::Declared;
        (statement.rank != Rank::Labelled, declared, statement.rank)
    };
    let own = || all.iter().filter(|statement| statement.key.point() == point);
    let best = own().filter(|statement| statement.at_ms.is_some()).map(order).min();
    let Some(best) = best else {
        let said = own().next()?;
        return Some(StatedTime { point, at_ms: None, words: said.words.clone(), line: said.line });
    };
    let equal = own().filter(|statement| statement.at_ms.is_some() && order(statement) == best);
    let chosen = if point == TimeName::Resolved {
        equal.max_by_key(|statement| statement.at_ms)
    } else {
        equal.min_by_key(|statement| statement.at_ms)
    }?;
    contradiction(reading, all, chosen);
    let words = chosen.words.clone();
    Some(StatedTime { point, at_ms: chosen.at_ms, words, line: chosen.line })
}

/// Says where the timeline tells another time for the end than the label that counts.
fn contradiction(reading: &mut Reading<'_>, all: &[Statement], chosen: &Statement) {
    let point = chosen.key.point();
    if chosen.rank != Rank::Labelled || !matches!(point, TimeName::Mitigated | TimeName::Resolved) {
        return;
    }
    let rows: Vec<&Statement> = all
        .iter()
        .filter(|other| other.key.point() == point && other.rank == Rank::Row(Manner::Label))
        .collect();
    let agrees = |row: &&Statement| {
        row.at_ms.zip(chosen.at_ms).is_some_and(|(a, b)| (a - b).abs() <= 60_000)
    };
    if let Some(row) = rows.first()
        && !rows.iter().any(agrees)
    {
        let message = format!(
            "the timeline says {} at another time than line {} does (`{}`); line {} counts",
            point.as_str(),
            chosen.line,
            chosen.words,
            chosen.line
        );
        let line = row.line;
        reading.report(line, "times-disagree", Severity::Warning, message);
    }
}

struct Finder<'r, 't> {
    reading: &'r mut Reading<'t>,
    statements: Vec<Statement>,
    dayless: Vec<Dayless>,
    /// The day read last, for a time without one after it.
    day: Option<NaiveDate>,
    /// Lines that something was said of before: a row of the timeline without a time is one.
    told: HashSet<usize>,
}

impl Finder<'_, '_> {
    fn front_matter(&mut self) {
        if self.reading.is_one_of_several {
            return;
        }
        for (key, value, line) in self.reading.source.front {
            if let Some(key_event) = key_of(key)
                && let Some(value) = value.as_str()
            {
                self.value(key_event, key, value, *line, &Place::default(), true);
            }
        }
    }

    fn text(&mut self) {
        let (blocks, outline) = (self.reading.blocks, self.reading.outline);
        let mut after_row = false;
        for (block, place) in blocks.iter().zip(&outline.places) {
            if !may_state(place.kind) {
                continue;
            }
            match block {
                Block::Line(line) if !line.quoted && !line.code => {
                    // Lines of prose are wrapped anywhere; a label begins a line.
                    let begins = line.begins || line.bold > 0 || line.words.contains(':');
                    if begins {
                        after_row = self.line(line, place) || after_row;
                    }
                }
                Block::Table(table) if !table.quoted => self.table(table, place),
                _ => {}
            }
        }
    }

    /// All statements of a line, one after the other: `Start: 14:00 | End: 15:00`.
    fn line(&mut self, line: &Line, place: &Place) -> bool {
        let mut rest = line.words.as_str();
        let mut any = false;
        for _ in 0..6 {
            let Some((when, key, length)) = leading_statement(rest) else { break };
            let said = shorten(rest.get(..length).unwrap_or(rest));
            let label = &rest[..length - when.length.min(length)];
            self.state(key, label, when, said, line.line, place);
            any = true;
            rest = rest[length..].trim_start_matches([
                ' ', ',', ';', '|', '·', '•', '/', ')', '.', '–', '—', '-', '→', '*',
            ]);
            rest = rest.strip_prefix("and ").unwrap_or(rest);
        }
        if !any && let Some(label) = label_of(line) {
            let value = value_of(line, label);
            self.window(label, value, line.line, place);
            if let Some(key) = key_of(label)
                && leading(value).is_none()
            {
                let after = line.words[label.len()..].trim_start();
                self.no_time(key, label, value, line.line, after.starts_with([':', '=']));
            }
        }
        any
    }

    fn table(&mut self, table: &Table, place: &Place) {
        let header: Vec<Option<Key>> = table.header.iter().map(|name| key_of(name)).collect();
        let named = header.iter().flatten().count();
        if named >= 2 {
            if let Some(row) = table.rows.first() {
                for (at, cell) in row.cells.iter().enumerate() {
                    if let Some(Some(key)) = header.get(at) {
                        let label = table.header[at].clone();
                        self.value(*key, &label, &cell.words, row.line, place, true);
                    }
                }
            }
            return;
        }
        if let [label, value, ..] = table.header.as_slice() {
            self.cell_pair(label, value, table.line, place, false);
        }
        for row in &table.rows {
            if let [label, value, ..] = row.cells.as_slice() {
                let alone = row.cells.len() == 2;
                self.cell_pair(&label.words, &value.words, row.line, place, alone);
            }
        }
    }

    fn cell_pair(&mut self, label: &str, value: &str, line: usize, place: &Place, alone: bool) {
        if let Some(key) = key_of(label) {
            self.value(key, label, value, line, place, alone);
        } else {
            self.window(label, value, line, place);
        }
    }

    /// `alone` is whether the value stands there for its label and nothing else.
    fn value(
        &mut self,
        key: Key,
        label: &str,
        value: &str,
        line: usize,
        place: &Place,
        alone: bool,
    ) {
        match leading(value) {
            Some(when) => {
                let words = shorten(&format!("{}: {value}", label.trim_end_matches([':', ' '])));
                self.state(key, label, when, words, line, place);
            }
            None => self.no_time(key, label, value, line, alone),
        }
    }

    /// `Time: 14:03 – 14:42` states a start and an end.
    fn window(&mut self, label: &str, value: &str, line: usize, place: &Place) {
        let name = plain(label);
        if !WINDOWS.contains(&name.as_str()) {
            return;
        }
        let Some(when) = leading(value).filter(|when| when.until.is_some()) else { return };
        let words = shorten(&format!("{label}: {value}"));
        let impact = ["outage", "impact", "downtime"].iter().any(|word| name.contains(word));
        let end_key = if impact { Key::Mitigated } else { Key::Resolved };
        self.state(Key::Started, label, when, words.clone(), line, place);
        let mut end = When { day: when.until_day, time: when.until, ..when };
        (end.until, end.until_day) = (None, None);
        // One day is named for both: the end may lie past its midnight.
        if end.day.is_none()
            && let Some(day) = when.day
            && let Some(day) = self.reading.full_day(day, self.day.or(self.reading.day))
            && let (Some(from), Some(until)) = (when.time, when.until)
        {
            match end_day(day, from, until) {
                Some(day) => end.day = Some(Day::Full(day)),
                None => return self.report(line, &format!("`{words}` ends before it begins")),
            }
        }
        self.state(end_key, label, end, words, line, place);
    }

    fn state(
        &mut self,
        key: Key,
        label: &str,
        when: When,
        words: String,
        line: usize,
        place: &Place,
    ) {
        let near = self.day.or(self.reading.day);
        let Some(time) = when.time else {
            let what = if when.broken { "is no time that can be read" } else { NO_TIME };
            return self.report(line, &format!("`{words}` {what}"));
        };
        let zone = self.reading.zone_for(&when, label, place);
        let Some(day) = when.day else {
            match near {
                Some(near) => self.dayless.push(Dayless { key, time, near, zone, words, line }),
                None => self.report(line, &format!("`{words}` has a time but no day")),
            }
            return;
        };
        let Some(day) = self.reading.full_day(day, near) else {
            return self.report(line, &format!("`{words}` could be two days, or has no year"));
        };
        self.day = Some(day);
        let at_ms = self.reading.moment(day, time, zone, line);
        if at_ms.is_some() {
            self.statements.push(Statement { key, at_ms, words, line, rank: Rank::Labelled });
        }
    }

    /// Gives the times without a day theirs, in the order of an incident's life whatever their
    /// order in the text: the day read before them, or the next one past midnight. One that then
    /// stands after what it must come before is of no day that can be told.
    fn give_days(&mut self) {
        let mut dayless = std::mem::take(&mut self.dayless);
        dayless.sort_by_key(|stated| stated.key.point());
        let (mut known, mut before, mut after) = (None, None, None);
        for Dayless { key, time, near, zone, words, line } in dayless {
            if known != Some(key.point()) {
                (before, after) = self.bounds(key.point());
                known = Some(key.point());
            }
            let mut at_ms = self.reading.moment(near, time, zone, line);
            if let Some((at, before)) = at_ms.zip(before)
                && before - at > BACK.num_milliseconds()
                && let Some(next) = near.succ_opt()
            {
                at_ms = self.reading.moment(next, time, zone, line);
            }
            let Some(at) = at_ms else { continue };
            if after.is_some_and(|after| at - after > BACK.num_milliseconds()) {
                let what = format!("`{words}` has no day, and fits on none that is named");
                self.report(line, &what);
                continue;
            }
            self.statements.push(Statement { key, at_ms, words, line, rank: Rank::Labelled });
        }
    }

    /// The moments that a key event lies between, as far as others are known: the latest that
    /// comes before it in an incident's life, and the earliest that comes after.
    fn bounds(&self, point: TimeName) -> (Option<i64>, Option<i64>) {
        let first = |other: TimeName| {
            let own = self.statements.iter().filter(|known| known.key.point() == other);
            own.filter_map(|known| known.at_ms).min()
        };
        let last = |other: TimeName| {
            let own = self.statements.iter().filter(|known| known.key.point() == other);
            own.filter_map(|known| known.at_ms).max()
        };
        let before = TimeName::ALL.into_iter().filter(|other| *other < point);
        let after = TimeName::ALL.into_iter().filter(|other| *other > point);
        (before.filter_map(first).max(), after.filter_map(last).min())
    }

    /// A key event whose value is no time: there is none, or it cannot be read.
    fn no_time(&mut self, key: Key, label: &str, value: &str, line: usize, alone: bool) {
        match blank(value) {
            Some(Blank::NotApplicable) => {
                let words = shorten(&format!("{label}: {value}"));
                let rank = Rank::Labelled;
                self.statements.push(Statement { key, at_ms: None, words, line, rank });
            }
            Some(Blank::Placeholder) => {
                self.reading.placeholder = self.reading.placeholder.or(Some(line));
            }
            Some(Blank::Open) => {}
            None if looks_like_a_time(value) => {
                self.report(line, &format!("`{}` is no time that can be read", shorten(value)));
            }
            None if alone
                && wants_a_time(label)
                && fact_of(label).is_none()
                && !self.told.contains(&line) =>
            {
                let said = shorten(&format!("{}: {value}", label.trim_end_matches([':', ' '])));
                self.report(line, &format!("`{said}` states no time that can be read"));
            }
            None => {}
        }
    }

    fn report(&mut self, line: usize, what: &str) {
        let message = format!("{what}; it is left empty");
        self.reading.report(line, "unreadable-time", Severity::Warning, message);
    }
}

/// Sections that tell of the incident rather than of what follows from it.
pub(super) fn may_state(kind: Option<SectionKind>) -> bool {
    use SectionKind::{ActionItems, Lessons, Lucky, Other, WentWell, WentWrong};
    !kind.is_some_and(|kind| {
        [ActionItems, Lessons, Lucky, Other, WentWell, WentWrong].contains(&kind)
    })
}

/// Words for a message, not too many of them.
fn shorten(words: &str) -> String {
    crate::text::truncate_to_width(words.trim(), 80)
}
