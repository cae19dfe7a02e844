//! One line of a paste: where its stamp is, and what stands beside it.

use std::sync::LazyLock;

use chrono::{FixedOffset, NaiveDate, NaiveTime, Weekday};
use regex::{Captures, Regex};

use crate::text::pattern::pattern;

/// The words that name a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Day {
    Today,
    Yesterday,
    Date(NaiveDate),
    /// `05/06/2026` is one of two.
    OneOf(Vec<NaiveDate>),
    /// Month and day of some year.
    OfYear(u32, u32),
    Weekday(Weekday),
}

/// A time as a line gives it.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    pub(super) day: Option<Day>,
    pub(super) time: NaiveTime,
    pub(super) offset: Option<FixedOffset>,
    /// Whether it says AM or PM.
    pub(super) has_half: bool,
    /// Whether a program wrote it: with `T`, an offset or fractions.
    pub(super) is_machine: bool,
    /// Whether it tells fractions of a second, as logs do.
    pub(super) has_fraction: bool,
}

/// On which side of its stamp the line says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// `14:03 text`.
    BeforeText,
    /// `ana  2:03 PM`, the text on the lines that follow.
    AfterAuthor,
    /// `2:03 PM`.
    Alone,
}

/// A line with a stamp.
#[derive(Clone, Debug)]
pub(super) struct Stamped<'a> {
    pub(super) stamp: Stamp,
    pub(super) place: Where,
    /// Whether the stamp is in brackets.
    pub(super) bracketed: bool,
    /// Who, where a mark makes it certain.
    pub(super) author: Option<&'a str>,
    pub(super) text: &'a str,
    /// Who and what, where the mark between them proves little.
    pub(super) unclear: Option<(&'a str, &'a str)>,
}

const MONTH: &str = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const WEEKDAY: &str = "mon|tue|wed|thu|fri|sat|sun";

/// The day's words in one named group each, so that two patterns can use them.
fn day_words() -> String {
    format!(
        r"(?P<word>today|yesterday)|(?P<iso>\d{{4}}[-/]\d{{2}}[-/]\d{{2}})|(?P<marks>\d{{1,2}}[./]\d{{1,2}}(?:[./](?:\d{{4}}|\d{{2}}))?)|(?:(?P<weekday>{WEEKDAY})[a-z]*\.?(?:,? +|(?-u:\b)))?(?:(?P<month>{MONTH})[a-z]*\.? +(?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?:,? +(?P<year>\d{{4}}))?|(?P<dom2>\d{{1,2}})\.? +(?P<month2>{MONTH})[a-z]*\.?(?:,? +(?P<year2>\d{{4}}))?)|(?P<only>{WEEKDAY})[a-z]*"
    )
}

fn stamp_words() -> String {
    format!(
        r"(?:(?:{})(?P<t>t|,? +(?:at +)?))?(?P<hour>\d{{1,2}})(?P<mark>[:.])(?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<offset>z|utc|gmt|[+-]\d{{2}}:?\d{{2}}))?",
        day_words()
    )
}

/// A stamp at the beginning, perhaps as an item of a list, and then the end or a break.
static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^\s*(?:[-*•]\s+)?(?P<open>[\[(])?{}(?:(?P<close>[\])])|\s|$|:\s)(?P<rest>.*)$",
        stamp_words()
    ))
});
/// A stamp at the end, after a name.
static LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^\s*(?P<name>[^\s\d\[(<>*•-][^\t\[<>]{{0,60}}?)(?P<gap>\t+|  +| *[—–|] *| +- +|, *| +)(?P<open>\[)?{}\]?$",
        stamp_words()
    ))
});
static DAY_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)^[\s—–=*_-]*(?:day changed(?: to)? )?(?:{})[\s—–=*_:-]*$", day_words()))
});
/// `<ana> text`, `< @ana> text`.
static IN_ANGLES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^<[ @+%~&]*([^\s<>]{1,60})>\s*(.*)$"));
/// What may stand between a name and words.
static APART: LazyLock<Regex> = LazyLock::new(|| pattern(r":\s+| +[-–—|] +|\t+|  +"));
static TIME_INSIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9][:.][0-9]{2}"));
/// `:palm_tree:` and the words that clients put after a name.
static AFTER_NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\s+(?::[a-z0-9_+-]+:|APP|BOT|App|Bot|\(edited\)|\(Guest\)))+$"));

/// A longer line has no stamp that a chat wrote before a name at its end.
const LONGEST_HEADING: usize = 120;

/// What a line with a stamp says; `None` for all others.
pub(super) fn read_line(line: &str) -> Option<Stamped<'_>> {
    // The stamp is near the beginning, so the rest of a long line is not looked at.
    let head_end = line.char_indices().nth(LONGEST_HEADING).map_or(line.len(), |(at, _)| at);
    if !TIME_INSIDE.is_match(&line[..head_end]) {
        return None;
    }
    if let Some(found) = FIRST.captures(line) {
        let bracketed = found.name("open").is_some();
        let sound = bracketed == found.name("close").is_some()
            // `3.14 of it` is a number; in brackets, or with its day, it is a time.
            && (&found["mark"] == ":" || bracketed || found.name("t").is_some());
        if let Some(stamp) = sound.then(|| stamp(&found)).flatten() {
            let rest = found.name("rest").map_or("", |rest| rest.as_str());
            return Some(with_text(stamp, bracketed, rest));
        }
    }
    if head_end < line.len() {
        return None;
    }
    let found = LAST.captures(line)?;
    let name = found.name("name")?.as_str().trim();
    let (gap, half) = (&found["gap"], found.name("half").is_some());
    let name = AFTER_NAME.find(name).map_or(name, |after| &name[..after.start()]);
    // One space alone is also what stands before a time in a sentence.
    let is_heading = if gap == " " && found.name("open").is_none() {
        is_name(name) && (half || found.name("t").is_some() || !name.contains(' '))
    } else {
        is_name(name)
    };
    if !is_heading || &found["mark"] == "." && found.name("t").is_none() {
        return None;
    }
    let stamp = stamp(&found)?;
    Some(Stamped {
        stamp,
        place: Where::AfterAuthor,
        bracketed: false,
        author: Some(name),
        text: "",
        unclear: None,
    })
}

fn with_text(stamp: Stamp, bracketed: bool, rest: &str) -> Stamped<'_> {
    let said = rest.trim_start();
    let dash = said.strip_prefix(['-', '–', '—', '|']).filter(|after| after.starts_with(' '));
    let said = dash.map_or(said, str::trim_start);
    let place = if said.is_empty() { Where::Alone } else { Where::BeforeText };
    let (author, text) = match (IN_ANGLES.captures(said), named(said)) {
        (Some(found), _) => (found.get(1), found.get(2).map_or("", |text| text.as_str())),
        (None, Some((name, text))) if !stamp.is_machine => {
            return Stamped { stamp, place, bracketed, author: Some(name), text, unclear: None };
        }
        _ => (None, said),
    };
    let author = author.map(|author| author.as_str());
    let unclear = if author.is_none() { unclear(said) } else { None };
    Stamped { stamp, place, bracketed, author, text, unclear }
}

/// `ana - text`, `ana  text`, and after a program's stamp also `ana: text`.
fn unclear(said: &str) -> Option<(&str, &str)> {
    let head = &said[..said.char_indices().nth(60).map_or(said.len(), |(at, _)| at)];
    let found = APART.find(head)?;
    let (name, text) = (&said[..found.start()], said[found.end()..].trim_start());
    (is_name(name) && !text.is_empty()).then_some((name, text))
}

/// `ana: text`, `Ana Lopez: text`, `@ana text`.
fn named(said: &str) -> Option<(&str, &str)> {
    if let Some(mention) = said.strip_prefix('@') {
        let (name, text) = mention.split_once(char::is_whitespace)?;
        return Some((name.trim_end_matches(':'), text.trim_start()));
    }
    let head = &said[..said.char_indices().nth(60).map_or(said.len(), |(at, _)| at)];
    let colon = head.find(':')?;
    let (name, text) = (said[..colon].trim(), &said[colon + 1..]);
    let spaced = text.is_empty() || text.starts_with(char::is_whitespace);
    (spaced && is_name(name)).then(|| (name, text.trim_start()))
}

/// Whether words can be somebody's name: one word, or up to four that begin with capitals.
pub(super) fn is_name(words: &str) -> bool {
    let words = words.strip_prefix('@').unwrap_or(words);
    let mut parts = words.split(' ').filter(|part| !part.is_empty());
    let count = parts.clone().count();
    let capital = |part: &str| part.starts_with(|c: char| c.is_uppercase() || c == '(');
    let small =
        ["de", "da", "di", "do", "dos", "van", "von", "der", "den", "la", "le", "bin", "al"];
    match count {
        1 => could_author(words),
        2..=4 => {
            words.chars().all(|c| c.is_alphanumeric() || " .'’_-()".contains(c))
                && words.starts_with(char::is_uppercase)
                && parts.all(|part| capital(part) || small.contains(&part))
                && !words
                    .split(' ')
                    .any(|part| NO_NAMES.split(' ').any(|it| it == part.to_lowercase()))
        }
        _ => false,
    }
}

/// What begins lines of a timeline and is nobody.
const NO_NAMES: &str = "\
    a after alert alerts all also an and at before but by customer customers debug detection end \
    error fatal fix fixed for from http https i impact in info is it no note now ok on our panic \
    response restart rollback root severity sev1 sev2 since start status still summary the then \
    there they this time to todo trace until update us warn warning was we went what when why \
    you";

/// Whether one word can be a name: no word of an action, of a log, and nothing with odd marks.
pub(super) fn could_author(word: &str) -> bool {
    let small = word.to_lowercase();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && word.chars().count() <= 40
        && word.starts_with(|c: char| c.is_alphabetic() || c == '@')
        && word.chars().all(|c| c.is_alphanumeric() || "@._'’-".contains(c))
        && !word.ends_with('.')
        && !small.ends_with("ed")
        && !small.ends_with("ing")
        && !NO_NAMES.split(' ').any(|it| it == small)
}

/// The day that a line names, if it says nothing else.
pub(super) fn read_day(line: &str) -> Option<Day> {
    if line.len() > LONGEST_HEADING {
        return None;
    }
    day(&DAY_LINE.captures(line)?)
}

fn stamp(found: &Captures<'_>) -> Option<Stamp> {
    let number =
        |name: &str| found.name(name).map_or(Some(0), |digits| digits.as_str().parse::<u32>().ok());
    let half = found.name("half").map(|half| half.as_str().to_lowercase());
    let hour = match (number("hour")?, half.as_deref()) {
        (hour @ 1..=12, Some(half)) => hour % 12 + if half == "p" { 12 } else { 0 },
        // `14:02 PM` says the same twice.
        (hour @ 13..=23, Some("p")) => hour,
        (_, Some(_)) => return None,
        (hour, None) => hour,
    };
    let fraction = found.name("fraction").map_or("", |digits| digits.as_str());
    let millis = format!("{fraction:0<3}")[..3].parse().ok()?;
    let time = NaiveTime::from_hms_milli_opt(hour, number("minute")?, number("second")?, millis)?;
    let offset = match found.name("offset") {
        Some(text) => Some(offset(text.as_str())?),
        None => None,
    };
    let has_t = found.name("t").is_some_and(|t| t.as_str().eq_ignore_ascii_case("t"));
    let is_machine = has_t || offset.is_some() || !fraction.is_empty();
    let day = match found.name("t") {
        Some(_) => Some(day(found)?),
        None => None,
    };
    let has_half = half.is_some() && number("hour")? <= 12;
    Some(Stamp { day, time, offset, has_half, is_machine, has_fraction: !fraction.is_empty() })
}

fn offset(text: &str) -> Option<FixedOffset> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return FixedOffset::east_opt(0);
    }
    let digits = text[1..].replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    FixedOffset::east_opt(if text.starts_with('-') { -seconds } else { seconds })
}

fn day(found: &Captures<'_>) -> Option<Day> {
    let text = |name: &str| found.name(name).map(|part| part.as_str());
    let number = |name: &str| text(name)?.parse::<u32>().ok();
    if let Some(word) = text("word") {
        return Some(if word.eq_ignore_ascii_case("today") { Day::Today } else { Day::Yesterday });
    }
    if let Some(iso) = text("iso") {
        return iso.replace('/', "-").parse().ok().map(Day::Date);
    }
    if let Some(marks) = text("marks") {
        return day_of_marks(marks);
    }
    if let Some(weekday) = text("only") {
        return weekday.parse().ok().map(Day::Weekday);
    }
    let month = text("month").or_else(|| text("month2"))?.to_lowercase();
    let month = u32::try_from(MONTH.split('|').position(|name| name == month)? + 1).ok()?;
    let of_month = number("dom").or_else(|| number("dom2"))?;
    match number("year").or_else(|| number("year2")) {
        Some(year) => {
            NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, of_month).map(Day::Date)
        }
        None => Some(Day::OfYear(month, of_month)),
    }
}

/// `15.04.2026`, `4/15/26`, `4/15`: with dots the day comes first, with slashes either may.
fn day_of_marks(marks: &str) -> Option<Day> {
    let numbers: Vec<u32> = marks.split(['.', '/']).filter_map(|part| part.parse().ok()).collect();
    let (a, b) = (*numbers.first()?, *numbers.get(1)?);
    let orders: &[(u32, u32)] = if marks.contains('.') { &[(b, a)] } else { &[(a, b), (b, a)] };
    let year = numbers.get(2).map(|year| if *year < 100 { year + 2000 } else { *year });
    let Some(year) = year else {
        // Without a year, slashes mean the American order if that can be.
        let (month, day) = orders
            .iter()
            .find(|(month, day)| (1..=12).contains(month) && (1..=31).contains(day))?;
        return Some(Day::OfYear(*month, *day));
    };
    let year = i32::try_from(year).ok()?;
    let dates =
        orders.iter().filter_map(|(month, day)| NaiveDate::from_ymd_opt(year, *month, *day));
    let dates: Vec<NaiveDate> = dates.collect();
    (!dates.is_empty()).then_some(Day::OneOf(dates))
}
