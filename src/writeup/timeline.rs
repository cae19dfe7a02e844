//! Timelines: tables, lists and lines that begin with a time.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::columns::Columns;
use super::key_times;
use super::lines::{Block, Line};
use super::outline::Place;
use super::rows::{Reading, blank};
use super::when::{Day, Dotted, When, leading};
use super::zone::Zone;
use super::{SectionKind, TimelineRow};
use crate::runbook::Severity;

/// A time that goes back by more than this has passed midnight; by less, the row is out of order.
pub(super) const BACK: Duration = Duration::hours(2);

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
    doubt_dots(&mut raws);
    give_days(reading, raws)
}

/// `22.04 nodes drained` begins with a time only where the timeline writes its times with dots: no
/// row has a colon, and another one has a dot too.
fn doubt_dots(raws: &mut [Raw]) {
    let timed = || raws.iter().filter_map(|raw| raw.when.filter(|when| when.time.is_some()));
    let colons = timed().filter(|when| when.dotted.is_none()).count();
    let dots = timed().count() - colons;
    if colons == 0 && dots > 1 {
        return;
    }
    for raw in raws.iter_mut() {
        if raw.when.is_some_and(|when| when.dotted == Some(Dotted::Unsure)) {
            let row = &mut raw.read.row;
            row.text = format!("{} {}", row.written, row.text).trim().to_owned();
            row.written.clear();
            raw.read.bold = 0;
            raw.when = None;
        }
    }
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
        if when.time.is_none() && !when.broken && (rest.is_empty() || is_aside) {
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
/// Where the newest stands first, time runs backwards from row to row.
fn give_days(reading: &mut Reading<'_>, mut raws: Vec<Raw>) -> Vec<ReadRow> {
    let mut clock = Clock::new(reading.day, is_newest_first(&raws));
    if clock.backwards {
        // What stands above the first day that is told is later than what that day is told of.
        let tells = |raw: &Raw| raw.when.is_some_and(|when| when.day.is_some());
        let head = raws.iter().position(tells).unwrap_or(raws.len());
        let (above, below) = raws.split_at_mut(head);
        clock.place_all(reading, below.iter_mut());
        clock = Clock { backwards: false, last: clock.first, ..clock };
        clock.day = clock.first.map(|first| first.date()).or(reading.day);
        clock.place_all(reading, above.iter_mut().rev());
    } else {
        clock.place_all(reading, raws.iter_mut());
    }
    if let Some(line) = clock.dayless {
        let message = "the timeline's times have no day: write the date into a row, a heading or \
                       the title";
        reading.report(line, "time-without-day", Severity::Warning, message.to_owned());
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
    /// The row before.
    last: Option<NaiveDateTime>,
    /// The row that was placed first.
    first: Option<NaiveDateTime>,
    /// Whether each row is earlier than the one before.
    backwards: bool,
    /// The first row without a day.
    dayless: Option<usize>,
}

impl Clock {
    const fn new(day: Option<NaiveDate>, backwards: bool) -> Self {
        Self { day, last: None, first: None, backwards, dayless: None }
    }

    fn place_all<'r>(
        &mut self,
        reading: &mut Reading<'_>,
        raws: impl Iterator<Item = &'r mut Raw>,
    ) {
        for raw in raws {
            match self.place(reading, raw) {
                ControlFlow::Break(Problem::NoDay) => {
                    self.dayless = self.dayless.or(Some(raw.read.row.line));
                }
                ControlFlow::Break(Problem::NoTime) => no_time(reading, raw),
                ControlFlow::Continue(()) => {}
            }
        }
    }

    fn place(&mut self, reading: &mut Reading<'_>, raw: &mut Raw) -> ControlFlow<Problem> {
        let line = raw.read.row.line;
        let Some(when) = raw.when else { return ControlFlow::Break(Problem::NoTime) };
        if let Some(day) = when.day {
            let Some(day) = reading.full_day(day, self.day) else {
                return self.unclear_day(reading, raw);
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
        } else {
            self.last = Some(day.and_time(time));
        }
        self.first = self.first.or(self.last);
        let row = &mut raw.read.row;
        row.at_ms = reading.moment(day, time, raw.zone, line);
        if let Some(until) = when.until {
            let end = when.until_day.and_then(|day| reading.full_day(day, self.day));
            let Some(end) = end.or_else(|| end_day(day, time, until)) else {
                let message =
                    format!("`{}` ends before it begins; its end is left out", row.written);
                reading.report(line, "unreadable-time", Severity::Warning, message);
                return ControlFlow::Continue(());
            };
            row.until_ms = reading.moment(end, until, raw.zone, line);
        }
        ControlFlow::Continue(())
    }

    /// A day that could be two: the rows below it, which have none of their own, are of neither.
    fn unclear_day(&mut self, reading: &mut Reading<'_>, raw: &Raw) -> ControlFlow<Problem> {
        let row = &raw.read.row;
        let what = match row.written.as_str() {
            "" => "the day of the rows below".to_owned(),
            written => format!("`{written}`"),
        };
        let message = format!("{what} could be two days, or has no year");
        reading.report(row.line, "unreadable-time", Severity::Warning, message);
        (self.day, self.last) = (None, None);
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
            let back = if self.backwards { here - last } else { last - here };
            if back > BACK {
                here += Duration::days(if self.backwards { -1 } else { 1 });
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

/// The day on which a range ends that names one day only; none where its end is so little before
/// its beginning that it is a slip rather than the next day.
pub(super) fn end_day(day: NaiveDate, from: NaiveTime, until: NaiveTime) -> Option<NaiveDate> {
    match from - until {
        back if back <= Duration::zero() => Some(day),
        back if back > BACK => day.succ_opt(),
        _ => None,
    }
}

/// Whether most rows stand before an earlier one.
fn is_newest_first(raws: &[Raw]) -> bool {
    // The day that a heading or a row above told last.
    let mut told = None;
    let mut before: Option<(Option<NaiveDate>, NaiveTime)> = None;
    let (mut down, mut up) = (0, 0);
    for raw in raws {
        let own = match raw.when.and_then(|when| when.day) {
            Some(Day::Full(day)) => Some(day),
            _ => None,
        };
        if raw.is_day {
            told = own;
            continue;
        }
        let Some(time) = raw.when.and_then(|when| when.time) else { continue };
        let day = own.or(told);
        let order = before.map_or(Ordering::Equal, |(known, last)| match (known, day) {
            (Some(a), Some(b)) if a != b || own.is_some() => {
                a.and_time(last).cmp(&b.and_time(time))
            }
            // Without days, 00:10 is rather a little after 23:50 than a whole day before it.
            _ if (time - last).abs() > Duration::hours(12) => time.cmp(&last),
            _ => last.cmp(&time),
        });
        down += usize::from(order == Ordering::Greater);
        up += usize::from(order == Ordering::Less);
        before = Some((day, time));
        told = day;
    }
    down > up && down >= 2
}
