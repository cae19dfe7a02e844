//! Timelines: tables, lists and lines that begin with a time.

use std::ops::ControlFlow;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::columns::Columns;
use super::key_times;
use super::lines::{Block, Line};
use super::outline::Place;
use super::rows::{Reading, blank};
use super::when::{Day, When, leading};
use super::zone::Zone;
use super::{SectionKind, TimelineRow};
use crate::runbook::Severity;

/// A time that goes back by more than this has passed midnight; by less, the row is out of order.
const BACK: Duration = Duration::hours(2);

/// A row with what its statements are read from.
#[derive(Debug, Default)]
pub(super) struct ReadRow {
    pub(super) row: TimelineRow,
    /// How many bytes of the text are bold from the first on.
    pub(super) bold: usize,
    /// The cell of a column that names the phase.
    pub(super) phase: Option<String>,
}

/// A row before its day is known.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) read: ReadRow,
    pub(super) when: Option<When>,
    pub(super) zone: Option<Zone>,
    /// Only tells the day of the rows below.
    pub(super) is_day: bool,
    pub(super) depth: usize,
}

/// The rows of the timeline: of the sections of that name, else of wherever lines begin with times.
pub(super) fn read(reading: &mut Reading<'_>) -> Vec<ReadRow> {
    let mut raws = collect(reading, |kind| kind == Some(SectionKind::Timeline), true);
    if !raws.iter().any(|raw| raw.when.is_some_and(|when| when.time.is_some())) {
        let elsewhere = collect(reading, may_hold_rows, false);
        if elsewhere.iter().filter(|raw| !raw.is_day).count() >= 2 {
            raws = elsewhere;
        }
    }
    give_days(reading, raws)
}

/// Sections in which lines that begin with a time are what happened.
fn may_hold_rows(kind: Option<SectionKind>) -> bool {
    use SectionKind::{Detection, Facts, Impact, Resolution, RootCause, Summary, Trigger};
    match kind {
        None => true,
        Some(kind) => {
            [Detection, Facts, Impact, Resolution, RootCause, Summary, Trigger].contains(&kind)
        }
    }
}

fn collect(
    reading: &Reading<'_>,
    wanted: impl Fn(Option<SectionKind>) -> bool,
    named: bool,
) -> Vec<Raw> {
    let mut raws: Vec<Raw> = Vec::new();
    let mut before = Before::default();
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        match block {
            Block::Heading(heading) => {
                before = Before::default();
                if let Some(when) = leading(&heading.words)
                    && wanted(place.kind)
                {
                    raws.push(day_row(when, heading.line));
                }
            }
            Block::Line(line) if !line.quoted && wanted(place.kind) => {
                take_line(&mut raws, &mut before, line, place, named);
            }
            Block::Table(table) if !table.quoted && wanted(place.kind) => {
                before = Before::default();
                if let Some(columns) = Columns::of(table, named) {
                    raws.extend(table.rows.iter().filter_map(|row| columns.row(table, row, place)));
                }
            }
            _ => {}
        }
    }
    raws
}

/// What the line before was.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    is_row: bool,
}

/// A row that only tells the day of those below.
pub(super) fn day_row(when: When, line: usize) -> Raw {
    let read =
        ReadRow { row: TimelineRow { line, ..TimelineRow::default() }, ..ReadRow::default() };
    Raw { read, when: Some(when), is_day: true, ..Raw::default() }
}

fn take_line(raws: &mut Vec<Raw>, before: &mut Before, line: &Line, place: &Place, named: bool) {
    let words = line.words.trim_start_matches(['-', '–', '—', '•', '*', '·', '‣', ' ']);
    let dashed = words.len() < line.words.len();
    let when = leading(words);
    let starts = line.begins || dashed || line.code || (line.depth == 0 && before.is_row);
    let says_day = |when: &When| matches!(when.day, Some(Day::Full(_)));
    let is_row = when.is_some_and(|when| match when.time {
        Some(_) => starts || says_day(&when),
        None => starts && (named || line.depth > 0),
    });
    if let Some(when) = when.filter(|_| is_row) {
        let rest = text_after(words, when.length);
        before.is_row = true;
        let is_aside = rest.starts_with('(') && rest.ends_with(')');
        if when.time.is_none() && (rest.is_empty() || is_aside) {
            raws.push(day_row(when, line.line));
            return;
        }
        if !named && (when.time.is_none() || rest.is_empty()) {
            return;
        }
        let bold = line.strong.reach(line.words.len() - rest.len());
        raws.push(raw(line, place, when, &words[..when.length], rest, bold));
        return;
    }
    if named
        && starts
        && let Some(when) = key_times::leading_statement(words)
    {
        before.is_row = true;
        raws.push(raw(line, place, when.0, "", words, line.bold));
        return;
    }
    // More about the row above.
    if before.is_row
        && let Some(last) = raws.last_mut().filter(|last| !last.is_day)
    {
        let is_inside = line.depth > last.depth || !line.begins;
        if is_inside {
            let text = &mut last.read.row.text;
            text.push(if line.begins { '\n' } else { ' ' });
            text.push_str(&line.words);
            return;
        }
    }
    before.is_row = false;
    if named && line.depth > 0 && line.begins && !line.words.ends_with(':') {
        let row =
            TimelineRow { text: line.words.clone(), line: line.line, ..TimelineRow::default() };
        let read = ReadRow { row, bold: line.bold, phase: None };
        raws.push(Raw { read, depth: line.depth, ..Raw::default() });
    }
}

fn raw(line: &Line, place: &Place, when: When, written: &str, rest: &str, bold: usize) -> Raw {
    let row = TimelineRow {
        written: written.trim().to_owned(),
        text: rest.to_owned(),
        line: line.line,
        ..TimelineRow::default()
    };
    let zone = when.zone.or(place.zone);
    Raw {
        read: ReadRow { row, bold, phase: None },
        when: Some(when),
        zone,
        is_day: false,
        depth: line.depth,
    }
}

/// What follows a time, without the marks between them.
fn text_after(words: &str, length: usize) -> &str {
    let rest = words.get(length..).unwrap_or_default();
    rest.trim_start_matches([
        ' ', '\u{a0}', ':', '-', '–', '—', ')', ']', '|', '*', '.', ',', '>', '`', '+', '=', '→',
    ])
}

/// Gives each row its day: its own, else the day of the row before, the next one past midnight.
fn give_days(reading: &mut Reading<'_>, mut raws: Vec<Raw>) -> Vec<ReadRow> {
    let newest_first = is_newest_first(&raws);
    if newest_first {
        raws.reverse();
    }
    let mut clock = Clock { day: reading.day, last: None };
    let mut dayless = None;
    for raw in &mut raws {
        let line = raw.read.row.line;
        let step = clock.place(reading, raw);
        match step {
            ControlFlow::Break(Problem::NoDay) => dayless = dayless.or(Some(line)),
            ControlFlow::Break(Problem::NoTime) => no_time(reading, raw),
            ControlFlow::Continue(()) => {}
        }
    }
    if let Some(line) = dayless {
        let message = "the timeline's times have no day: write the date into a row, a heading or \
                       the title";
        reading.report(line, "time-without-day", Severity::Warning, message.to_owned());
    }
    if newest_first {
        raws.reverse();
    }
    raws.into_iter().filter(|raw| !raw.is_day).map(|raw| raw.read).collect()
}

/// Why a row has no moment.
enum Problem {
    NoDay,
    NoTime,
}

fn no_time(reading: &mut Reading<'_>, raw: &Raw) {
    let row = &raw.read.row;
    if blank(&row.written).is_some() && row.written.starts_with(['<', 'H', 'Y', '{', '[', 'h', 'y'])
    {
        reading.placeholder = reading.placeholder.or(Some(row.line));
        return;
    }
    let message = match row.written.as_str() {
        "" => "this row of the timeline has no time".to_owned(),
        written => format!("`{written}` is no time of day; the row is kept without one"),
    };
    reading.report(row.line, "row-without-time", Severity::Warning, message);
}

/// Where the reading of the rows stands.
struct Clock {
    day: Option<NaiveDate>,
    last: Option<NaiveDateTime>,
}

impl Clock {
    fn place(&mut self, reading: &mut Reading<'_>, raw: &mut Raw) -> ControlFlow<Problem> {
        let line = raw.read.row.line;
        let Some(when) = raw.when else { return ControlFlow::Break(Problem::NoTime) };
        if let Some(day) = when.day {
            let Some(day) = reading.full_day(day, self.day) else {
                if raw.is_day {
                    return ControlFlow::Continue(());
                }
                let message =
                    format!("`{}` could be two days, or has no year", raw.read.row.written);
                reading.report(line, "unreadable-time", Severity::Warning, message);
                return ControlFlow::Continue(());
            };
            self.day = Some(day);
            self.last = None;
        }
        if raw.is_day {
            return ControlFlow::Continue(());
        }
        let Some(time) = when.time else { return ControlFlow::Break(Problem::NoTime) };
        let Some(mut day) = self.day else { return ControlFlow::Break(Problem::NoDay) };
        if when.day.is_none() {
            day = self.day_of(reading, day, time, line);
        }
        let row = &mut raw.read.row;
        row.at_ms = reading.moment(day, time, raw.zone, line);
        if let Some(until) = when.until {
            let end = when.until_day.and_then(|day| reading.full_day(day, self.day));
            let end = end.unwrap_or(if until < time { day + Duration::days(1) } else { day });
            row.until_ms = reading.moment(end, until, raw.zone, line);
        }
        ControlFlow::Continue(())
    }

    /// The day of a time without one, after the time before it.
    fn day_of(
        &mut self,
        reading: &mut Reading<'_>,
        day: NaiveDate,
        time: NaiveTime,
        line: usize,
    ) -> NaiveDate {
        let mut here = day.and_time(time);
        if let Some(last) = self.last {
            let back = last - here;
            if back > BACK {
                here += Duration::days(1);
            } else if back > Duration::zero() {
                let message = format!(
                    "{} stands after {}; it is taken for the same day",
                    time.format("%H:%M"),
                    last.format("%H:%M")
                );
                reading.report(line, "row-out-of-order", Severity::Info, message);
                return here.date();
            }
        }
        self.day = Some(here.date());
        self.last = Some(here);
        here.date()
    }
}

/// Whether most rows stand before an earlier one.
fn is_newest_first(raws: &[Raw]) -> bool {
    let key = |raw: &Raw| {
        let when = raw.when?;
        let day = match when.day {
            Some(Day::Full(day)) => Some(day),
            _ => None,
        };
        Some((day, when.time?))
    };
    let times: Vec<_> = raws.iter().filter_map(key).collect();
    let pairs = || times.windows(2).filter(|pair| pair[0].0.is_some() == pair[1].0.is_some());
    let down = pairs().filter(|pair| pair[0] > pair[1]).count();
    let up = pairs().filter(|pair| pair[0] < pair[1]).count();
    down > up && down >= 2
}
