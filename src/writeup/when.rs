//! Dates and times of day as people write them: `2024-04-15 14.43`, `2:03 PM`, `15 April 2024`.

use std::sync::LazyLock;

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use regex::{Captures, Regex};

use super::zone::{Zone, leading_zone};
use crate::text::months::month;
use crate::text::pattern::pattern;

/// A date, as far as the text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// All of it.
    Full(NaiveDate),
    /// `15 April`: the year stands elsewhere.
    Yearless(u32, u32),
    /// `04/05/2024` is one day in America and another in Europe: month first, day first.
    Either(NaiveDate, NaiveDate),
}

/// How sure it is that a number with a dot is a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dotted {
    /// A day stands before it, or a mark, a zone or nothing follows: it stands where a time does.
    Sure,
    /// Words follow, as they do after any number.
    Unsure,
}

/// What a text begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct When {
    pub(super) day: Option<Day>,
    pub(super) time: Option<NaiveTime>,
    pub(super) zone: Option<Zone>,
    /// The end of a range.
    pub(super) until: Option<NaiveTime>,
    /// The end's own day.
    pub(super) until_day: Option<Day>,
    /// `about`, `~`.
    pub(super) approximate: bool,
    /// After the day stands what is written like a time and is none: `2026-02-28 99:15`.
    pub(super) broken: bool,
    /// `22.04` before a word could be any number: what stands around it tells.
    pub(super) dotted: Option<Dotted>,
    /// Bytes of the text it takes.
    pub(super) length: usize,
}

static ISO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})"));
static NUMERIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,2})([-/.])(\d{1,2})([-/.])(\d{4}|\d{2})"));
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\d{1,2})(?:st|nd|rd|th|\.)?(?:\s+of)?[ -]?\s*(\p{L}{3,9})\.?(?:,?[ -]\s*(\d{4}))?")
});
static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\p{L}{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?"));
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:on\s+)?(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b[.,]?\s*(?:the\s+)?",
    )
});
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(\d{1,2})([:.h]|\u{ff1a})(\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?(?:\s?(a\.?m\b\.?|p\.?m\b\.?)|\s?(?:uhr|hrs?|hours)\b|h\b)?",
    )
});
static HOUR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(\d{1,2})\s?(a\.?m\b\.?|p\.?m\b\.?|uhr\b)"));
static MILITARY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{2})(\d{2})(?:\s?(?:hrs?|h|hours)\b|Z\b|\s(?:UTC|GMT)\b)"));
static BROKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{1,4}[:\u{ff1a}]\d{1,4}(?::\d{1,4})?"));
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:(?:about|around|approx\.?|approximately|circa|ca\.?|roughly|~|≈)\s*)+")
});

/// The date, the time or both that a text begins with.
pub(super) fn leading(text: &str) -> Option<When> {
    let mut reader = Reader { text, at: 0, iso: false };
    let mut when = When::default();
    reader.take(" \u{a0}([*`\u{1f550}");
    if let Some(found) = ABOUT.find(reader.rest()) {
        reader.at += found.end();
        when.approximate = true;
    }
    reader.weekday();
    when.day = reader.day();
    if when.day.is_some() {
        when.length = reader.at;
        reader.between_day_and_time();
        let start = reader.at;
        when.time = reader.time(true);
        when.dotted = is_dotted(&text[start..reader.at]).then_some(Dotted::Sure);
    } else {
        let start = reader.at;
        when.time = reader.time(false);
        if is_dotted(&text[start..reader.at]) {
            let rest = reader.rest().trim_start_matches([' ', '\u{a0}']);
            let says_so = text[start..reader.at].ends_with(char::is_alphabetic)
                || !rest.starts_with(|c: char| c.is_alphanumeric());
            when.dotted = Some(if says_so { Dotted::Sure } else { Dotted::Unsure });
        }
    }
    if when.time.is_none() {
        if let Some(found) = BROKEN.find(reader.rest()).filter(|_| when.day.is_some()) {
            when.broken = true;
            when.length = reader.at + found.end();
        }
        return when.day.is_some().then_some(when);
    }
    when.length = reader.at;
    reader.zone(&mut when);
    if when.day.is_none() {
        reader.day_after_time(&mut when);
    }
    reader.until(&mut when);
    when.length = reader.at;
    if when.dotted.is_some() && (when.zone.is_some() || when.day.is_some()) {
        when.dotted = Some(Dotted::Sure);
    }
    Some(when)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// The day and the time were joined by a `T`.
    iso: bool,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes over some characters, a few at most.
    fn take(&mut self, characters: &str) {
        let rest = self.rest();
        let taken: usize =
            rest.chars().take(8).take_while(|c| characters.contains(*c)).map(char::len_utf8).sum();
        self.at += taken;
    }

    fn weekday(&mut self) {
        if let Some(found) = WEEKDAY.find(self.rest()) {
            self.at += found.end();
        }
    }

    fn day(&mut self) -> Option<Day> {
        let (day, length) = leading_day(self.rest())?;
        self.at += length;
        Some(day)
    }

    fn time(&mut self, after_day: bool) -> Option<NaiveTime> {
        let (time, length) = leading_time(self.rest(), after_day)?;
        self.at += length;
        Some(time)
    }

    /// `T`, a comma, `at`, a dash.
    fn between_day_and_time(&mut self) {
        let rest = self.rest();
        if rest.starts_with(['T', 't']) && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1;
            self.iso = true;
            return;
        }
        self.take(" \u{a0},;@)*`");
        let rest = self.rest();
        for word in ["at ", "um ", "– ", "— ", "- ", "| "] {
            if rest.starts_with(word) {
                self.at += word.len();
                break;
            }
        }
        if let Some(found) = ABOUT.find(self.rest()) {
            self.at += found.end();
        }
    }

    fn zone(&mut self, when: &mut When) {
        let rest = self.rest();
        let Some((zone, length)) = leading_zone(rest) else { return };
        let taken = rest[..length].trim_start();
        // A minus sign is an offset only in a timestamp: `14:03-14:10` is a range.
        let is_offset = match taken.chars().next() {
            Some('+') => true,
            Some('-') => {
                self.iso || (when.day.is_some() && taken.len() == 5 && !taken.contains(':'))
            }
            Some('−' | '–') => self.iso,
            _ => true,
        };
        if is_offset {
            self.at += length;
            when.zone = Some(zone);
        }
    }

    /// `14:03 on 15 April 2024`, `14:03, 2024-04-15`.
    fn day_after_time(&mut self, when: &mut When) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', ',', '(']);
        let trimmed = trimmed.strip_prefix("on ").unwrap_or(trimmed);
        let weekday = WEEKDAY.find(trimmed).map_or(0, |found| found.end());
        let Some((day, length)) = leading_day(&trimmed[weekday..]) else { return };
        if matches!(day, Day::Yearless(..))
            && !rest.starts_with([',', '('])
            && !rest.contains(" on ")
        {
            return;
        }
        self.at += rest.len() - trimmed.len() + weekday + length;
        when.day = Some(day);
        self.take(")");
        if when.zone.is_none() {
            self.zone(when);
        }
    }

    /// `14:03–14:10`, `14:03 to 14:10 UTC`.
    fn until(&mut self, when: &mut When) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\u{a0}', ')', '*', '`']);
        let mark = ["-", "–", "—", "->", "→", "to ", "until ", "till ", "bis "]
            .iter()
            .rev()
            .find(|mark| trimmed.starts_with(**mark));
        let Some(mark) = mark else { return };
        let mut end = Reader {
            text: self.text,
            at: self.at + rest.len() - trimmed.len() + mark.len(),
            iso: false,
        };
        end.take(" *`");
        let day = end.day();
        if day.is_some() {
            end.between_day_and_time();
        }
        let start = end.at;
        let Some(time) = end.time(day.is_some()) else { return };
        // `14:03 - 10.5 GB were free` is no range, nor is `14:03 – 12.50 requests/s`.
        let next = end.rest().chars().next();
        if next.is_some_and(|c| c.is_alphanumeric() || c == '%' || c == '.') {
            return;
        }
        let is_number = is_dotted(&end.text[start..end.at]) && when.day.is_none() && day.is_none();
        if is_number && when.dotted.is_none() {
            return;
        }
        when.until = Some(time);
        when.until_day = day;
        if when.zone.is_none() {
            end.zone(when);
        } else if let Some((_, length)) = leading_zone(end.rest()) {
            end.at += length;
        }
        self.at = end.at;
    }
}

/// The date that a text begins with, and the bytes it takes.
pub(super) fn leading_day(text: &str) -> Option<(Day, usize)> {
    let end = text.char_indices().nth(32).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let no_more = |length: usize| !head[length..].starts_with(|c: char| c.is_ascii_digit());
    if let Some(found) = ISO.captures(head) {
        let date = date(&found[1], found[3].parse().ok()?, &found[5])?;
        return (found[2] == found[4] && no_more(found[0].len()))
            .then_some((Day::Full(date), found[0].len()));
    }
    if let Some(found) = NUMERIC.captures(head)
        && found[2] == found[4]
        && no_more(found[0].len())
        && !is_version(&found, &head[found[0].len()..])
    {
        return Some((numeric(&found[1], &found[2], &found[3], &found[5])?, found[0].len()));
    }
    if let Some(found) = DAY_MONTH.captures(head)
        && let Some(month) = month(&found[2])
    {
        return named(&found[1], month, found.get(3).map(|year| year.as_str()), found[0].len());
    }
    let found = MONTH_DAY.captures(head)?;
    let month = month(&found[1])?;
    let day_end = found.get(2)?.end();
    let is_clock = head[day_end..].starts_with([':', 'h']);
    (!is_clock).then_some(())?;
    named(&found[2], month, found.get(3).map(|year| year.as_str()), found[0].len())
}

/// `1.2.10 rolled back`: with a short year, a date with dots has two digits for day and month, and
/// no words follow.
fn is_version(found: &Captures<'_>, rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\u{a0}']);
    &found[2] == "."
        && found[5].len() == 2
        && (found[1].len() < 2
            || found[3].len() < 2
            || rest.starts_with(|c: char| c.is_alphabetic() || c == '.'))
}

fn named(day: &str, month: u32, year: Option<&str>, length: usize) -> Option<(Day, usize)> {
    if let Some(year) = year {
        return Some((Day::Full(date(year, month, day)?), length));
    }
    let day = day.parse().ok()?;
    NaiveDate::from_ymd_opt(2024, month, day)?;
    Some((Day::Yearless(month, day), length))
}

/// Whether a time that was read has a dot where others have a colon.
fn is_dotted(time: &str) -> bool {
    time.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.')
}

/// With dots it is the day first, as in Germany; with slashes or hyphens only a number over 12
/// tells which is the day.
fn numeric(first: &str, mark: &str, second: &str, year: &str) -> Option<Day> {
    let year = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
    let (a, b) = (first.parse::<u32>().ok()?, second.parse::<u32>().ok()?);
    let day_first = date(&year, b, first);
    if mark == "." || a > 12 {
        return day_first.map(Day::Full);
    }
    let month_first = date(&year, a, second);
    match (month_first, day_first) {
        (Some(x), Some(y)) if x == y => Some(Day::Full(x)),
        (Some(x), Some(y)) => Some(Day::Either(x, y)),
        (one, other) => one.or(other).map(Day::Full),
    }
}

fn date(year: &str, month: u32, day: &str) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?;
    (1970..=9998).contains(&date.year()).then_some(date)
}

/// The time of day that a text begins with, and the bytes it takes. `14.43` could be a number, so
/// it has to be followed by the end, a space or a mark, and by no unit.
pub(super) fn leading_time(text: &str, after_day: bool) -> Option<(NaiveTime, usize)> {
    let end = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    if let Some(found) = CLOCK.captures(head) {
        let length = found[0].len();
        let rest = &text[length..];
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if &found[2] == "." && !after_day && (is_measure(rest) || found[1].len() < 2) {
            return None;
        }
        let noon = found.get(5).map(|half| half.as_str());
        let second = found.get(4).map_or("0", |second| second.as_str());
        return clock(&found[1], &found[3], second, noon).map(|time| (time, length));
    }
    if let Some(found) = HOUR.captures(head) {
        let half = Some(&found[2]).filter(|half| !half.eq_ignore_ascii_case("uhr"));
        return clock(&found[1], "0", "0", half).map(|time| (time, found[0].len()));
    }
    let found = MILITARY.captures(head)?;
    // The zone after it is read by who asked.
    let length = if found[0].ends_with(['Z', 'C', 'T']) { 4 } else { found[0].len() };
    clock(&found[1], &found[2], "0", None).map(|time| (time, length))
}

/// Whether what follows makes a number of it: `10.30 %`, `1.24.0`, `14.50 USD`, `2.50ms`.
fn is_measure(rest: &str) -> bool {
    let next = rest.trim_start();
    let word: String = next.chars().take_while(|c| c.is_alphanumeric() || *c == '%').collect();
    const UNITS: [&str; 19] = [
        "%", "ms", "s", "sec", "seconds", "min", "minutes", "gb", "mb", "tb", "kb", "gib", "mib",
        "x", "usd", "eur", "percent", "million", "k",
    ];
    rest.starts_with(|c: char| c.is_alphanumeric())
        || rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_alphanumeric())
        || UNITS.contains(&word.to_lowercase().as_str())
}

fn clock(hour: &str, minute: &str, second: &str, half: Option<&str>) -> Option<NaiveTime> {
    let mut hour = hour.parse::<u32>().ok()?;
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            // `14:03 PM` can only be one time.
            return (13..24).contains(&hour).then_some(hour).and_then(|hour| {
                NaiveTime::from_hms_opt(hour, minute.parse().ok()?, second.parse().ok()?)
            });
        }
        let after_noon = half.starts_with(['p', 'P']);
        hour = hour % 12 + if after_noon { 12 } else { 0 };
    }
    NaiveTime::from_hms_opt(hour, minute.parse().ok()?, second.parse().ok()?)
}

/// The first date anywhere in some words, read whole: of a title or a file's name.
pub(super) fn day_within(words: &str) -> Option<Day> {
    let mut before = ' ';
    for (at, c) in words.char_indices() {
        let starts = !before.is_alphanumeric() && c.is_alphanumeric();
        before = c;
        if !starts {
            continue;
        }
        if let Some((day @ (Day::Full(_) | Day::Either(..)), _)) = leading_day(&words[at..]) {
            return Some(day);
        }
        if let Some(day) = compact(&words[at..]) {
            return Some(day);
        }
    }
    None
}

/// `20240415`, as in names of files.
fn compact(text: &str) -> Option<Day> {
    let digits = text.get(..8).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let ends = !text[8..].starts_with(|c: char| c.is_ascii_digit());
    let date = date(&digits[..4], digits[4..6].parse().ok()?, &digits[6..])?;
    (ends && (2000..2100).contains(&date.year())).then_some(Day::Full(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(when: When) -> String {
        let day = match when.day {
            None => "-".to_owned(),
            Some(Day::Full(day)) => day.to_string(),
            Some(Day::Yearless(month, day)) => format!("{month}/{day}"),
            Some(Day::Either(..)) => "either".to_owned(),
        };
        let time = when.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let until = when.until.map_or_else(String::new, |time| format!(" to {time}"));
        let zone = when.zone.map_or_else(String::new, |zone| format!(" {}", zone.name()));
        format!("{day} {time}{until}{zone}")
    }

    #[test]
    fn dates_and_times_are_read_as_people_write_them() {
        let check = |text: &str, expected: &str, rest: &str| {
            let found = leading(text);
            let shown = found.map_or_else(String::new, say);
            assert_eq!(shown, expected, "{text}");
            assert_eq!(&text[found.map_or(0, |when| when.length)..], rest, "{text}");
        };
        check("2024-04-15 12:32", "2024-04-15 12:32:00", "");
        check("2024-04-15 14.43", "2024-04-15 14:43:00", "");
        check("2024-04-15T14:03:22Z: x", "2024-04-15 14:03:22 Z", ": x");
        check("2024-04-15T14:03:22.123+02:00", "2024-04-15 14:03:22 UTC+02:00", "");
        check("2024-04-15 14:03 UTC | x", "2024-04-15 14:03:00 UTC", " | x");
        check("15.04.2024 14.43", "2024-04-15 14:43:00", "");
        check("15.04.2024, 14:43 Uhr", "2024-04-15 14:43:00", "");
        check("15. März 2024 9:05", "2024-03-15 09:05:00", "");
        check("04/15/2024 2:03 PM PDT", "2024-04-15 14:03:00 PDT", "");
        check("04/05/2024 14:03", "either 14:03:00", "");
        check("April 15, 2024 at 2:03pm", "2024-04-15 14:03:00", "");
        check("Mon, 15 Apr 2024 14:03", "2024-04-15 14:03:00", "");
        check("Apr 15 14:03 alert", "4/15 14:03:00", " alert");
        check("14:03 – text", "- 14:03:00", " – text");
        check("14:03–14:10 text", "- 14:03:00 to 14:10:00", " text");
        check("14:03 - 14:10 UTC: x", "- 14:03:00 to 14:10:00 UTC", ": x");
        check("14:03 UTC — text", "- 14:03:00 UTC", " — text");
        check("14:03-07:00 x", "- 14:03:00 to 07:00:00", " x");
        check("14:03 on April 15, 2024", "2024-04-15 14:03:00", "");
        check("14:03 (2024-04-15)", "2024-04-15 14:03:00", "");
        check("~14:03", "- 14:03:00", "");
        check("around 2 PM", "- 14:00:00", "");
        check("12:05 am", "- 00:05:00", "");
        check("1403 UTC page", "- 14:03:00 UTC", " page");
        check("14h03", "- 14:03:00", "");
        check("14.43 restarted", "- 14:43:00", " restarted");
        check("14:03 – 12.50 requests/s", "- 14:03:00", " – 12.50 requests/s");
        check("14.03 – 14.50: x", "- 14:03:00 to 14:50:00", ": x");
        check("15.04.24 14.43", "2024-04-15 14:43:00", "");
        check("2024-04-15", "2024-04-15 -", "");
        check("2024-04-15: x", "2024-04-15 -", ": x");
    }

    #[test]
    fn what_is_written_like_a_time_after_a_day_is_told_from_no_time() {
        let check = |text: &str, broken: bool, rest: &str| {
            let when = leading(text).unwrap();
            assert_eq!((when.time, when.broken), (None, broken), "{text}");
            assert_eq!(&text[when.length..], rest, "{text}");
        };
        check("2026-02-28 99:15 x", true, " x");
        check("2026-02-28T24:61:00Z", true, "Z");
        check("28 February 2026 at 14:7", true, "");
        check("2026-02-28", false, "");
        check("2026-02-28 3 pods", false, " 3 pods");
        check("2026-02-28: 12 pods", false, ": 12 pods");
    }

    #[test]
    fn numbers_that_are_no_times_are_left_alone() {
        for text in [
            "10.30 % of requests",
            "1.24.0 was rolled out",
            "1.2.10 rolled back",
            "25:61",
            "4200 customers",
            "12 replicas",
            "2.50ms",
            "May the force",
            "3 pods",
            "14:0x",
            "HH:MM",
            "10.50.1.2",
            "99:99",
            "",
            "Mayor 12, 2024",
            "2024-13-01 10:00",
            "31.02.2024 10:00",
        ] {
            assert_eq!(leading(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_found_in_a_name_or_title() {
        let check = |text: &str, expected: &str| {
            let found = day_within(text).map(|day| say(When { day: Some(day), ..When::default() }));
            assert_eq!(found.unwrap_or_default(), format!("{expected} -"), "{text}");
        };
        check("sample-postmortem-2026-04-15", "2026-04-15");
        check("Incident on 2024-04-15 - x", "2024-04-15");
        check("20240415_outage", "2024-04-15");
        check("Outage of 3 May 2024", "2024-05-03");
        assert_eq!(day_within("PM2022-001 - x"), None);
        assert_eq!(day_within("12345678"), None);
    }
}
