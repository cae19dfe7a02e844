//! Time zones as people write them after a time or above a table.

use std::ops::Range;

use chrono::{
    Datelike as _, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeZone as _,
};
use chrono_tz::{OffsetName as _, Tz};

/// A zone that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// So many seconds east of UTC.
    Fixed(i32),
    /// A place of the time zone database.
    Place(Tz),
    /// Letters, and what they mean where that is one thing: `CST` has several meanings in the
    /// world, but one in the standard for mail.
    Letters(&'static str, Option<i32>),
}

/// Letters and the seconds east of UTC they stand for. The American ones mean what RFC 822 gave
/// them; none where the world has not agreed.
const LETTERS: [(&str, Option<i32>); 36] = [
    ("UTC", Some(0)),
    ("GMT", Some(0)),
    ("Z", Some(0)),
    ("WET", Some(0)),
    ("WEST", Some(3600)),
    ("BST", Some(3600)),
    ("CET", Some(3600)),
    ("MEZ", Some(3600)),
    ("CEST", Some(7200)),
    ("MESZ", Some(7200)),
    ("EET", Some(7200)),
    ("SAST", Some(7200)),
    ("EEST", Some(10_800)),
    ("MSK", Some(10_800)),
    ("EAT", Some(10_800)),
    ("WIB", Some(25_200)),
    ("SGT", Some(28_800)),
    ("HKT", Some(28_800)),
    ("AWST", Some(28_800)),
    ("JST", Some(32_400)),
    ("KST", Some(32_400)),
    ("AEST", Some(36_000)),
    ("AEDT", Some(39_600)),
    ("NZST", Some(43_200)),
    ("NZDT", Some(46_800)),
    ("BRT", Some(-10_800)),
    ("EDT", Some(-14_400)),
    ("EST", Some(-18_000)),
    ("CDT", Some(-18_000)),
    ("CST", Some(-21_600)),
    ("MDT", Some(-21_600)),
    ("MST", Some(-25_200)),
    ("PDT", Some(-25_200)),
    ("PST", Some(-28_800)),
    ("AKST", Some(-32_400)),
    ("IST", None),
];

/// Letters for a place whose clocks change.
const PLACES: [(&str, Tz); 4] = [
    ("PT", Tz::America__Los_Angeles),
    ("MT", Tz::America__Denver),
    ("CT", Tz::America__Chicago),
    ("ET", Tz::America__New_York),
];

/// What became of a local time in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Milliseconds since 1970 in UTC.
    At(i64),
    /// The clocks were put forward over it.
    Skipped,
    /// The clocks were put back and showed it twice.
    Twice,
    /// Nobody can say which zone the letters mean.
    Unclear,
}

/// The zone that a text begins with, after spaces and an opening bracket, and the bytes it takes.
pub(super) fn leading_zone(text: &str) -> Option<(Zone, usize)> {
    let start = text.len() - text.trim_start_matches([' ', '\u{a0}']).len();
    let bracket = usize::from(text[start..].starts_with(['(', '[']));
    let at = start + bracket;
    let (zone, length) = zone_word(&text[at..])?;
    let end = at + length;
    let closing = bracket == 1 && text[end..].starts_with([')', ']']);
    Some((zone, end + usize::from(closing)))
}

fn zone_word(text: &str) -> Option<(Zone, usize)> {
    if let Some(found) = offset(text) {
        return Some(found);
    }
    let place = |c: char| c.is_ascii_alphanumeric() || "/_-+".contains(c);
    let end = text.find(|c: char| !place(c)).unwrap_or(text.len()).min(40);
    let word = text.get(..end)?;
    if word.contains('/')
        && let Ok(place) = word.trim_end_matches(['-', '+', '/']).parse::<Tz>()
    {
        return Some((Zone::Place(place), word.trim_end_matches(['-', '+', '/']).len()));
    }
    let end = word.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(word.len());
    let letters = &word[..end];
    if text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    if matches!(letters, "UTC" | "GMT") {
        let rest = &text[end..];
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        if let Some((zone, length)) = offset(&rest[spaces..]) {
            return Some((zone, end + spaces + length));
        }
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == letters) {
        return Some((Zone::Place(*place), end));
    }
    let (name, seconds) = LETTERS.iter().find(|(name, _)| *name == letters)?;
    Some((Zone::Letters(name, *seconds), end))
}

/// `+02:00`, `-0700`, `+2`, with any minus sign.
fn offset(text: &str) -> Option<(Zone, usize)> {
    let sign = text.chars().next()?;
    let east = match sign {
        '+' => 1,
        '-' | '−' | '–' => -1,
        _ => return None,
    };
    let rest = &text[sign.len_utf8()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (hours, minutes, length) = match digits {
        1 | 2 => match rest.get(digits..digits + 3) {
            Some(more)
                if more.starts_with(':') && more[1..].bytes().all(|b| b.is_ascii_digit()) =>
            {
                (&rest[..digits], &more[1..], digits + 3)
            }
            _ => (&rest[..digits], "0", digits),
        },
        4 => (&rest[..2], &rest[2..4], 4),
        _ => return None,
    };
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    let ends = !rest[length..].starts_with(|c: char| c.is_alphanumeric() || c == ':');
    let real = hours <= 14 && minutes < 60 && ends;
    real.then_some((Zone::Fixed(east * (hours * 3600 + minutes * 60)), sign.len_utf8() + length))
}

/// The first zone that some words name, as a heading `Timeline (UTC)` or a sentence does.
pub(super) fn zone_within(words: &str) -> Option<Zone> {
    let starts = words
        .char_indices()
        .filter(|(at, c)| !c.is_ascii_lowercase() && is_word_start(words, *at))
        .map(|(at, _)| at);
    let mut found = starts.filter_map(|at| Some((at, zone_word(&words[at..])?)));
    let is_meant = |at: usize, length: usize| {
        let is_word = words[at..].starts_with(|c: char| c.is_ascii_uppercase());
        is_word && length > 2 || is_said_as_zone(words, at..at + length)
    };
    found.find(|(at, (_, length))| is_meant(*at, *length)).map(|(_, it)| it.0)
}

/// Some words without the zone that stands in brackets among them: `Detected (UTC)`.
pub(super) fn without_zone(words: &str) -> String {
    let opened = words.match_indices(['(', '[']);
    let mut found = opened.filter_map(|(at, _)| Some((at, at + leading_zone(&words[at..])?.1)));
    let closed = |end: usize| words[..end].ends_with([')', ']']);
    match found.find(|(_, end)| closed(*end)) {
        Some((start, end)) => format!("{}{}", &words[..start], &words[end..]),
        None => words.to_owned(),
    }
}

/// Whether a letter or two, or an offset, in some words are meant as a zone: alone in brackets, as
/// `Timeline (PT)` has them, or last after what speaks of times. `PT tenant` and `plan Z` are no
/// zones.
fn is_said_as_zone(words: &str, letters: Range<usize>) -> bool {
    let (before, after) = (&words[..letters.start], words[letters.end..].trim_start_matches(' '));
    if before.ends_with(['(', '[']) {
        return after.starts_with([')', ']']);
    }
    let mut back = before.trim_end_matches(':').rsplit(' ').take(8);
    let last = back.find(|word| !["", "in", "are"].contains(&word.to_lowercase().as_str()));
    let last = last.unwrap_or_default().trim_end_matches(':').to_lowercase();
    let speaks = ["time", "times", "timezone", "zone"];
    speaks.contains(&last.as_str()) && (after.is_empty() || after.starts_with(['.', ',', ';', ')']))
}

fn is_word_start(words: &str, at: usize) -> bool {
    !words[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/')
}

impl Zone {
    /// A local time of this zone as a moment. Letters that the workspace's own zone is called by,
    /// in winter or in summer, mean what they mean there.
    pub(super) fn moment(self, local: NaiveDateTime, workspace: Tz) -> Moment {
        match self {
            Self::Fixed(seconds) => fixed(local, seconds),
            Self::Place(place) => in_place(local, place),
            Self::Letters(letters, meaning) => {
                let year = local.year();
                let halves = [1, 7].map(|month| NaiveDate::from_ymd_opt(year, month, 1));
                let halves = halves.into_iter().flatten().map(|day| day.and_time(NaiveTime::MIN));
                let mut here = std::iter::once(local)
                    .chain(halves)
                    .map(|at| workspace.offset_from_utc_datetime(&at));
                if let Some(own) = here.find(|offset| offset.abbreviation() == Some(letters)) {
                    return fixed(local, own.fix().local_minus_utc());
                }
                meaning.map_or(Moment::Unclear, |seconds| fixed(local, seconds))
            }
        }
    }

    /// How the zone is called in a message.
    pub(super) fn name(self) -> String {
        match self {
            Self::Fixed(seconds) => {
                FixedOffset::east_opt(seconds).map_or_else(String::new, |o| format!("UTC{o}"))
            }
            Self::Place(place) => place.name().to_owned(),
            Self::Letters(letters, _) => letters.to_owned(),
        }
    }
}

fn fixed(local: NaiveDateTime, seconds: i32) -> Moment {
    Moment::At(local.and_utc().timestamp_millis() - i64::from(seconds) * 1000)
}

fn in_place(local: NaiveDateTime, place: Tz) -> Moment {
    match place.from_local_datetime(&local) {
        LocalResult::Single(moment) => Moment::At(moment.timestamp_millis()),
        LocalResult::Ambiguous(..) => Moment::Twice,
        LocalResult::None => Moment::Skipped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn zones_are_read_as_people_write_them() {
        let check = |text: &str, seconds: Option<i32>, rest: &str| {
            let found = leading_zone(text).map(|(zone, length)| {
                let Moment::At(at) = zone.moment(local("2024-01-15 12:00"), Tz::UTC) else {
                    panic!("{text}");
                };
                let utc = local("2024-01-15 12:00").and_utc().timestamp_millis();
                (i32::try_from((utc - at) / 1000).unwrap(), &text[length..])
            });
            assert_eq!(found, seconds.map(|s| (s, rest)), "{text}");
        };
        check(" UTC: x", Some(0), ": x");
        check(" (UTC) x", Some(0), " x");
        check("Z", Some(0), "");
        check("+02:00", Some(7200), "");
        check(" UTC+5:30 x", Some(19_800), " x");
        check(" GMT-7", Some(-25_200), "");
        check(" CET.", Some(3600), ".");
        check(" Europe/Berlin,", Some(3600), ",");
        check(" PT |", Some(-28_800), " |");
        check(" ESTIMATE", None, "");
        check(" Alert", None, "");
        check(" - 14:05", None, "");
    }

    #[test]
    fn unclear_letters_mean_the_zone_of_the_workspace_or_nothing() {
        let (zone, _) = leading_zone("IST").unwrap();
        let noon = local("2024-07-15 12:00");
        assert_eq!(zone.moment(noon, Tz::UTC), Moment::Unclear);
        let there = zone.moment(noon, Tz::Asia__Kolkata);
        assert_eq!(there, Moment::At(noon.and_utc().timestamp_millis() - 19_800_000));
        // In Havana's summer, its own winter letters still mean five hours, not Chicago's six.
        let (zone, _) = leading_zone("CST").unwrap();
        let there = zone.moment(noon, Tz::America__Havana);
        assert_eq!(there, Moment::At(noon.and_utc().timestamp_millis() + 18_000_000));
    }

    #[test]
    fn hours_that_a_clock_change_skips_or_repeats_are_told_apart() {
        let zone = Zone::Place(Tz::Europe__Berlin);
        assert_eq!(zone.moment(local("2024-03-31 02:30"), Tz::UTC), Moment::Skipped);
        assert_eq!(zone.moment(local("2024-10-27 02:30"), Tz::UTC), Moment::Twice);
    }

    #[test]
    fn a_heading_or_a_sentence_names_a_zone() {
        let check = |text: &str, expected: Option<&str>| {
            let found = zone_within(text).map(Zone::name);
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("Timeline (UTC)", Some("UTC"));
        check("All times in CET.", Some("CET"));
        check("times are Europe/Berlin", Some("Europe/Berlin"));
        check("Timeline", None);
        check("The EST_TIME flag", None);
        check("Timeline (PT)", Some("America/Los_Angeles"));
        check("All times in PT.", Some("America/Los_Angeles"));
        check("Time zone: ET", Some("America/New_York"));
        check("Timeline (PT tenant)", None);
        check("CT scanner down", None);
        check("Outage of MT", None);
        check("Timeline of the PT tenant (UTC)", Some("UTC"));
        check("Timeline (Z)", Some("Z"));
        check("Detected (Z):", Some("Z"));
        check("All times in Z", Some("Z"));
        check("Timeline (+02:00)", Some("UTC+02:00"));
        check("Timeline (-2 days)", None);
        check("Timeline +2", None);
        check("Timeline Z", None);
        check("Plan Z:", None);
        check("Plan Z– the last one", None);
        check("Plan Z (UTC)", Some("UTC"));
    }
}
