//! Lines pasted from a chat or a log, taken apart by their time stamps.
//!
//! What Slack, Teams, Discord, Mattermost, Telegram and IRC clients put into the clipboard differs,
//! but each message has a stamp before its text, or a line of its own with its author and stamp.
//! A line without a stamp goes on with the message before. Nothing is ever thrown away but lines
//! that only name a day; where an author is not certain, the words stay in the text.

mod stamp;
#[cfg(test)]
mod tests;
mod unclear;

use std::collections::HashMap;

use chrono::{
    DateTime, Datelike as _, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime,
    NaiveTime, TimeDelta, TimeZone as _, Timelike as _,
};
use chrono_tz::Tz;

use self::stamp::{Day, Stamp, Stamped, Where, could_author, is_name, read_day, read_line};
use self::unclear::Unclear;
use super::entry::Timestamp;

/// Clocks that go back by less are out of order; by as much or more, it is the next day.
const NEW_DAY: TimeDelta = TimeDelta::hours(6);

/// What a paste does not say about itself.
#[derive(Clone, Copy, Debug)]
pub struct PasteContext<'a> {
    /// When it was about: the start of the incident. The first stamp without a day is as near to
    /// it as it can be.
    pub near: Timestamp,
    /// When it was pasted; nothing pasted is later, unless it says so itself.
    pub now: Timestamp,
    /// Whose clock the stamps are from where they have no offset.
    pub zone: Tz,
    /// Names that may stand after a stamp without any mark: `14:03 ana rolled back`.
    pub people: &'a [&'a str],
}

/// One message of a paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedLine {
    /// When it was said; `None` for what stands before the first stamp, or where there is none.
    pub at: Option<Timestamp>,
    /// Who said it, if the paste says so.
    pub author: Option<String>,
    /// What was said, without stamp and author; may have several lines.
    pub text: String,
}

/// Takes a paste apart; a paste without any stamp is one note, an empty one is nothing.
pub fn split_paste(text: &str, context: &PasteContext<'_>) -> Vec<PastedLine> {
    let plain = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ").replace('\u{200e}', "");
    let lines: Vec<&str> = plain.lines().map(str::trim_end).collect();
    let read: Vec<Option<Stamped>> = lines.iter().map(|line| read_line(line)).collect();
    let unclear = Unclear::of(&read, context.people);
    let unmarked = unmarked_authors(&read, &unclear, context.people);
    let mut clock = WallClock::new(context);
    clock.begin(&lines, &read, &unclear);
    let mut found: Vec<PastedLine> = Vec::new();
    for (nth, line) in lines.iter().enumerate() {
        let Some(stamped) = &read[nth] else {
            match read_day(line) {
                Some(day) => clock.set_day(&day),
                None => go_on(&mut found, line),
            }
            continue;
        };
        let followed =
            lines[nth + 1..].iter().zip(&read[nth + 1..]).find(|(line, _)| !line.trim().is_empty());
        let followed = followed.is_some_and(|(_, read)| read.is_none());
        let (author, text) = match stamped.place {
            // A name and a time, and then nothing: that was no heading.
            Where::AfterAuthor if !followed => {
                go_on(&mut found, line);
                continue;
            }
            Where::AfterAuthor => (stamped.author.map(str::to_owned), ""),
            Where::Alone => (author_of_lone_stamp(&mut found, stamped, &lines, nth), ""),
            Where::BeforeText => match unclear.author(stamped) {
                Some((author, text)) => (Some(author.to_owned()), text),
                None => before_text(stamped, &unmarked, context.people, followed),
            },
        };
        let at = clock.moment(&stamped.stamp);
        found.push(PastedLine { at, author, text: text.to_owned() });
    }
    for line in &mut found {
        line.text.truncate(line.text.trim_end().len());
    }
    found.retain(|line| !line.text.is_empty());
    found
}

/// Adds a line without a stamp to the message before.
fn go_on(found: &mut Vec<PastedLine>, line: &str) {
    if found.is_empty() {
        found.push(PastedLine { at: None, author: None, text: String::new() });
    }
    if let Some(last) = found.last_mut() {
        if last.text.is_empty() {
            line.trim_start().clone_into(&mut last.text);
        } else {
            last.text.push('\n');
            last.text.push_str(line);
        }
    }
}

/// The line above a stamp that stands alone may be its author's name; else the same person goes on.
fn author_of_lone_stamp(
    found: &mut [PastedLine],
    stamped: &Stamped<'_>,
    lines: &[&str],
    nth: usize,
) -> Option<String> {
    let above = nth.checked_sub(1).map(|above| lines[above].trim()).unwrap_or_default();
    let is_heading = nth.checked_sub(2).is_none_or(|line| lines[line].trim().is_empty())
        || lines[nth].starts_with(' ')
        || stamped.stamp.has_half;
    let last = found.last_mut()?;
    if is_heading && is_name(above) && last.text.ends_with(above) {
        last.text.truncate(last.text.len() - above.len());
        return Some(above.to_owned());
    }
    last.author.clone()
}

/// Author and text of what stands after a stamp.
fn before_text<'a>(
    stamped: &Stamped<'a>,
    unmarked: &HashMap<String, usize>,
    people: &[&str],
    followed: bool,
) -> (Option<String>, &'a str) {
    if let Some(author) = stamped.author {
        return (Some(author.to_owned()), stamped.text);
    }
    // `[14:03] Ana Lopez` and the text on the next line.
    let known = |name: &str| people.iter().any(|person| person.eq_ignore_ascii_case(name));
    let two_words = stamped.text.contains(' ');
    if followed && (is_name(stamped.text) && two_words && stamped.bracketed || known(stamped.text))
    {
        return (Some(stamped.text.to_owned()), "");
    }
    match stamped.text.split_once(char::is_whitespace) {
        Some((first, rest)) if unmarked.contains_key(&first.to_lowercase()) => {
            (Some(first.to_owned()), rest.trim_start())
        }
        _ => (None, stamped.text),
    }
}

/// First words after stamps that are authors: those who are known, and, where the same few names
/// come again and again and nothing speaks against it, all of them.
fn unmarked_authors(
    read: &[Option<Stamped>],
    unclear: &Unclear<'_>,
    people: &[&str],
) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let (mut messages, mut all_names) = (0, true);
    for stamped in read.iter().flatten() {
        let has_author = stamped.author.is_some() || unclear.author(stamped).is_some();
        if stamped.place != Where::BeforeText || has_author {
            continue;
        }
        let first = stamped.text.split_whitespace().next().unwrap_or_default();
        messages += 1;
        all_names &= could_author(first) && !stamped.stamp.is_machine;
        *counts.entry(first.to_lowercase()).or_default() += 1;
    }
    let repeated = messages >= 3 && counts.len() * 3 <= messages * 2;
    if !(all_names && repeated) {
        counts.retain(|name, _| people.iter().any(|person| person.to_lowercase() == *name));
    }
    counts
}

/// How many days a paste may go back before it names one.
const LONGEST: u64 = 7;

/// Reads stamps without a day in the order in which they come.
#[derive(Clone)]
struct WallClock<'a> {
    context: &'a PasteContext<'a>,
    day: Option<NaiveDate>,
    last: Option<(NaiveTime, Timestamp)>,
    /// The stamp before said AM or PM, so this one may have left it out.
    has_half: bool,
}

impl<'a> WallClock<'a> {
    const fn new(context: &'a PasteContext<'a>) -> Self {
        Self { context, day: None, last: None, has_half: false }
    }

    /// Places what comes before the first stamp with a day: lines of one paste ascend, so it is the
    /// last day from which they lead up to that stamp.
    fn begin(&mut self, lines: &[&str], read: &[Option<Stamped<'_>>], unclear: &Unclear<'_>) {
        let dated = |it: &Option<Stamped<'_>>| it.as_ref().is_some_and(|it| it.stamp.day.is_some());
        let Some(nth) = read.iter().position(dated) else { return };
        let Some(next) = &read[nth] else { return };
        let first: Vec<&Stamp> = read[..nth].iter().flatten().map(|it| &it.stamp).collect();
        let (Some(lead), false) =
            (first.first(), lines[..nth].iter().any(|line| read_day(line).is_some()))
        else {
            return;
        };
        let Some(until) = self.clone().moment(&next.stamp) else { return };
        let (Some(nearest), Some(last)) =
            (self.nearest(lead), self.date_of(until, next.stamp.offset))
        else {
            return;
        };
        let leads_up = |day: &NaiveDate| {
            let mut clock = Self { day: Some(*day), ..self.clone() };
            let latest = until.0 + NEW_DAY.num_milliseconds();
            first.iter().filter_map(|stamp| clock.moment(stamp)).all(|at| at.0 < latest)
        };
        let days = (0..=LONGEST).filter_map(|back| last.checked_sub_days(Days::new(back)));
        // A line of a log may be quoted from long before; it moves nobody back.
        let is_log =
            next.stamp.is_machine && next.author.is_none() && unclear.author(next).is_none();
        self.day = days.into_iter().find(leads_up).filter(|day| *day >= nearest || !is_log);
    }

    fn set_day(&mut self, day: &Day) {
        if let Some(day) = self.resolve(day, None) {
            self.day = Some(day);
            self.last = None;
        }
    }

    fn moment(&mut self, stamp: &Stamp) -> Option<Timestamp> {
        let stamp = &Stamp { time: self.with_half(stamp), ..stamp.clone() };
        let given = stamp.day.as_ref().and_then(|day| self.resolve(day, stamp.offset));
        let day = match (given, self.day) {
            (Some(day), _) => day,
            (None, Some(day)) => self.same_or_next(day, stamp)?,
            (None, None) => self.nearest(stamp)?,
        };
        let at = self.instant(day.and_time(stamp.time), stamp.offset)?;
        self.day = Some(day);
        self.last = Some((stamp.time, at));
        Some(at)
    }

    /// Slack shows `2:04` below `2:03 PM` of the same person: the half is the one that goes on.
    fn with_half(&mut self, stamp: &Stamp) -> NaiveTime {
        let (hour, before) = (stamp.time.hour(), self.has_half);
        self.has_half = stamp.has_half || before && (1..=12).contains(&hour);
        if stamp.has_half || !self.has_half {
            return stamp.time;
        }
        let halves = [hour % 12, hour % 12 + 12].map(|hour| stamp.time.with_hour(hour));
        let last = self.last.map_or(NaiveTime::MIN, |(last, _)| last);
        let minute = |time: NaiveTime| (time.hour(), time.minute());
        let goes_on = |time: &NaiveTime| minute(*time) >= minute(last);
        halves.into_iter().flatten().find(goes_on).unwrap_or(stamp.time)
    }

    /// The next day, once the clock went back past midnight.
    fn same_or_next(&self, day: NaiveDate, stamp: &Stamp) -> Option<NaiveDate> {
        let Some((last, _)) = self.last else { return Some(day) };
        let next = day.checked_add_days(Days::new(1))?;
        let went_back = last.signed_duration_since(stamp.time) >= NEW_DAY;
        let has_come = self
            .instant(next.and_time(stamp.time), stamp.offset)
            .is_some_and(|at| at <= self.context.now);
        Some(if went_back && has_come { next } else { day })
    }

    /// The day on which the time is nearest to what the paste is about, and not to come.
    fn nearest(&self, stamp: &Stamp) -> Option<NaiveDate> {
        let middle = self.date_of(self.context.near, stamp.offset)?;
        let days = [middle.pred_opt(), Some(middle), middle.succ_opt()];
        days.into_iter().flatten().min_by_key(|day| {
            let at = self.instant(day.and_time(stamp.time), stamp.offset).unwrap_or_default();
            (at > self.context.now, at.0.abs_diff(self.context.near.0))
        })
    }

    fn date_of(&self, at: Timestamp, offset: Option<FixedOffset>) -> Option<NaiveDate> {
        let at = DateTime::from_timestamp_millis(at.0)?;
        Some(match offset {
            Some(offset) => at.with_timezone(&offset).date_naive(),
            None => at.with_timezone(&self.context.zone).date_naive(),
        })
    }

    /// The date that a day's words mean; of several, the one nearest to what the paste is about.
    fn resolve(&self, day: &Day, offset: Option<FixedOffset>) -> Option<NaiveDate> {
        let today = self.date_of(self.context.now, offset)?;
        let near = self.date_of(self.context.near, offset)?;
        let nearest = |dates: &mut dyn Iterator<Item = NaiveDate>| {
            dates.min_by_key(|date| (*date > today, (*date - near).num_days().abs()))
        };
        match day {
            Day::Today => Some(today),
            Day::Yesterday => today.pred_opt(),
            Day::Date(date) => Some(*date),
            Day::OneOf(dates) => nearest(&mut dates.iter().copied()),
            Day::OfYear(month, day) => nearest(
                &mut (near.year() - 1..=near.year() + 1)
                    .filter_map(|year| NaiveDate::from_ymd_opt(year, *month, *day)),
            ),
            Day::Weekday(weekday) => nearest(
                &mut (0..14)
                    .filter_map(|back| today.checked_sub_days(Days::new(back)))
                    .filter(|date| date.weekday() == *weekday),
            ),
        }
    }

    /// A paste is never refused: of an hour that came twice the one is meant that keeps the order,
    /// and a time that the clocks skipped is read as if they had not.
    fn instant(&self, wall: NaiveDateTime, offset: Option<FixedOffset>) -> Option<Timestamp> {
        let at = match offset {
            Some(offset) => offset.from_local_datetime(&wall).single()?.timestamp_millis(),
            None => match self.context.zone.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) => at.timestamp_millis(),
                MappedLocalTime::Ambiguous(first, second) => {
                    let first = first.timestamp_millis();
                    let gone = self.last.is_some_and(|(_, last)| last.0 > first);
                    if gone { second.timestamp_millis() } else { first }
                }
                MappedLocalTime::None => {
                    let before = wall - TimeDelta::hours(3);
                    let at = self.context.zone.from_local_datetime(&before).latest()?;
                    (at + TimeDelta::hours(3)).timestamp_millis()
                }
            },
        };
        Some(Timestamp(at))
    }
}
