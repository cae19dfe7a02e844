//! Moments as people say them: `14:03`, `-12m`, `yesterday 14:03`, `2026-04-15 14:03`, RFC 3339.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::{
    DateTime, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeDelta, TimeZone as _,
};
use chrono_tz::Tz;
use regex::{Captures, Regex};
use thiserror::Error;

use super::entry::Timestamp;
use crate::text::pattern::pattern;

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MomentError {
    /// It is none of the known forms.
    #[error("`{0}` is no time")]
    Unreadable(String),
    /// The day or the time does not exist in any calendar or on any clock.
    #[error("`{0}` is no time that exists")]
    Impossible(String),
    /// A clock time without a day that is still to come: a slip, or the clock of another zone.
    #[error("{time} is {ahead} ahead of now, {now}")]
    Ahead {
        /// The time asked for.
        time: String,
        /// How long it is until then.
        ahead: String,
        /// What the clock shows, and of which zone.
        now: String,
        /// The same time of the day before, as it is written.
        yesterday: String,
    },
    /// The clocks were put forward over this time.
    #[error("{time} did not exist in {zone}: the clocks went from {from} to {to} there")]
    Skipped {
        /// The date and time asked for.
        time: String,
        /// Name of the time zone.
        zone: &'static str,
        /// The last time before the gap.
        from: String,
        /// The first time after it.
        to: String,
    },
    /// The clocks were put back, so that this time came twice.
    #[error("{time} came twice in {zone}, as {first} and as {second}")]
    Twice {
        /// The date and time asked for.
        time: String,
        /// Name of the time zone.
        zone: &'static str,
        /// The earlier one with its offset.
        first: String,
        /// The later one with its offset.
        second: String,
    },
}

impl MomentError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable(_) | Self::Impossible(_) => {
                "a time is 14:03, -12m, -1h30m, yesterday 14:03, 2026-04-15 14:03 or \
                 2026-04-15T14:03:20Z"
                    .to_owned()
            }
            Self::Ahead { yesterday, .. } => format!(
                "for yesterday write {yesterday}; set `timezone` in runledger.toml if your clock \
                 shows another zone"
            ),
            Self::Skipped { to, .. } => format!("write {to} or later, or the time with its offset"),
            Self::Twice { first, second, .. } => format!("write {first} or {second}"),
        }
    }
}

/// A clock time that is at most this far ahead is refused: it is more likely a slip, or read from
/// the clock of another zone, than yesterday's. Further ahead, as 23:50 is at 00:10, yesterday's
/// is the nearer of the two.
const UNCLEAR: i64 = 12 * 3_600_000;

/// Clocks of two machines may differ by so much, so that this little ahead is now.
const CLOCK_SKEW: i64 = 120_000;

const TIME: &str = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])\.?m\.?)?";
const OFFSET: &str = r"(?: ?(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2}))?";

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "^(?i)(?:(today|yesterday|(\\d{{4}})-(\\d{{2}})-(\\d{{2}}))[ t,]+)?(?:at )?{TIME}{OFFSET}$"
    ))
});
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?i)(?:-|(\+)) ?(?:(\d+) ?(?:d|days?))? ?(?:(\d+) ?(?:h|hours?))? ?(?:(\d+) ?(?:m|min|minutes?))? ?(?:(\d+) ?(?:s|sec|seconds?))?(?: ago)?$",
    )
});

/// The moment that a text means, said at `now` by somebody in `zone`.
///
/// A time without a day is today's, or yesterday's where today's is more than twelve hours ahead:
/// `14:03` said at 02:00 is yesterday's, and so is `23:50` at 00:10. A time with a day may be in the
/// future; who does not want that refuses it. `Z`, `UTC` or an offset (`+02:00`) after a time counts
/// instead of the zone.
///
/// # Errors
/// It is no time, one without a day that is still to come today, a time that the clocks skipped, or
/// one that came twice without an offset to tell which. Of the two, one that is still to come is not
/// meant where no day is given.
pub fn parse_moment(text: &str, now: Timestamp, zone: Tz) -> Result<Timestamp, MomentError> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{2212}', "-");
    let impossible = || MomentError::Impossible(text.trim().to_owned());
    if words.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    let spoken = DateTime::from_timestamp_millis(now.0).ok_or_else(impossible)?;
    if let Some(found) = AGO.captures(&words) {
        return ago(&found)
            .and_then(|span| spoken.checked_sub_signed(span))
            .map(|at| stamp(&at))
            .ok_or_else(|| MomentError::Unreadable(text.trim().to_owned()));
    }
    let found =
        CLOCK.captures(&words).ok_or_else(|| MomentError::Unreadable(text.trim().to_owned()))?;
    let time = time_of_day(&found).ok_or_else(impossible)?;
    let offset = match found.get(10) {
        Some(text) => Some(offset_of(text.as_str()).ok_or_else(impossible)?),
        None => None,
    };
    let today = match offset {
        Some(offset) => spoken.with_timezone(&offset).date_naive(),
        None => spoken.with_timezone(&zone).date_naive(),
    };
    let at = |day: NaiveDate| match offset {
        Some(offset) => offset
            .from_local_datetime(&day.and_time(time))
            .single()
            .map(|at| stamp(&at))
            .ok_or_else(impossible),
        None => local(day.and_time(time), zone, None),
    };
    let before = |day: NaiveDate| day.checked_sub_days(Days::new(1)).ok_or_else(impossible);
    match found.get(1).map(|day| day.as_str().to_ascii_lowercase()).as_deref() {
        Some("today") => at(today),
        Some("yesterday") => at(before(today)?),
        Some(_) => at(date_of(&found).ok_or_else(impossible)?),
        None => {
            let todays = match offset {
                Some(_) => Some(at(today)?),
                None => earliest(today.and_time(time), zone),
            };
            let ahead = todays.map_or(0, |at| at.0 - now.0);
            let day = if ahead > UNCLEAR { before(today)? } else { today };
            if (CLOCK_SKEW + 1..=UNCLEAR).contains(&ahead) {
                return Err(MomentError::Ahead {
                    time: text.trim().to_owned(),
                    ahead: ahead_words(ahead / 60_000),
                    now: clock(now, zone, offset),
                    yesterday: format!(
                        "{}{}",
                        shown(before(today)?.and_time(time)),
                        offset.map(|it| it.to_string()).unwrap_or_default()
                    ),
                });
            }
            if offset.is_some() { at(day) } else { local(day.and_time(time), zone, Some(now)) }
        }
    }
}

/// What a clock shows: `15:19 CEST`.
fn clock(now: Timestamp, zone: Tz, offset: Option<FixedOffset>) -> String {
    let now = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
    match offset.filter(|offset| offset.local_minus_utc() != 0) {
        Some(offset) => now.with_timezone(&offset).format("%H:%M %:z").to_string(),
        None if offset.is_some() => now.format("%H:%M UTC").to_string(),
        None => now.with_timezone(&zone).format("%H:%M %Z").to_string(),
    }
}

fn ahead_words(minutes: i64) -> String {
    let part = |number: i64, unit: &str| match number {
        0 => None,
        1 => Some(format!("1 {unit}")),
        many => Some(format!("{many} {unit}s")),
    };
    let parts = [part(minutes / 60, "hour"), part(minutes % 60, "minute")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn stamp<Z: chrono::TimeZone>(moment: &DateTime<Z>) -> Timestamp {
    Timestamp(moment.timestamp_millis())
}

fn number(found: &Captures<'_>, nth: usize) -> Option<i64> {
    found.get(nth).map_or(Some(0), |digits| digits.as_str().parse().ok())
}

/// `None` where nothing is said or too much.
fn ago(found: &Captures<'_>) -> Option<TimeDelta> {
    let anything = (2..=5).any(|nth| found.get(nth).is_some());
    if !anything || found.get(1).is_some() {
        return None;
    }
    let parts = [(2, 86_400), (3, 3_600), (4, 60), (5, 1)];
    let seconds = parts.iter().try_fold(0_i64, |sum, (nth, unit)| {
        sum.checked_add(number(found, *nth)?.checked_mul(*unit)?)
    })?;
    TimeDelta::try_seconds(seconds)
}

fn date_of(found: &Captures<'_>) -> Option<NaiveDate> {
    let part = |nth: usize| found.get(nth)?.as_str().parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(2)?).ok()?, part(3)?, part(4)?)
}

fn time_of_day(found: &Captures<'_>) -> Option<NaiveTime> {
    let part = |nth: usize| u32::try_from(number(found, nth)?).ok();
    let half = found.get(9).map(|half| half.as_str().to_ascii_lowercase());
    let hour = match (part(5)?, half.as_deref()) {
        (hour @ 1..=12, Some(half)) => hour % 12 + if half == "p" { 12 } else { 0 },
        (_, Some(_)) => return None,
        (hour, None) => hour,
    };
    let fraction = found.get(8).map_or("", |digits| digits.as_str());
    let millis = format!("{fraction:0<3}")[..3].parse().ok()?;
    NaiveTime::from_hms_milli_opt(hour, part(6)?, part(7)?, millis)
}

fn offset_of(text: &str) -> Option<FixedOffset> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return FixedOffset::east_opt(0);
    }
    let digits = text[1..].replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i32>().ok()? };
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes * 60;
    FixedOffset::east_opt(if text.starts_with('-') { -seconds } else { seconds })
}

/// The first moment of a local time; the end of the gap where the clocks skipped it.
fn earliest(time: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    match zone.from_local_datetime(&time) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(stamp(&at)),
        MappedLocalTime::None => gap(time, zone).map(|(_, after)| stamp(&after)),
    }
}

/// The moment of a local time; with `now` given, one that is to come is not meant.
fn local(time: NaiveDateTime, zone: Tz, now: Option<Timestamp>) -> Result<Timestamp, MomentError> {
    match zone.from_local_datetime(&time) {
        MappedLocalTime::Single(at) => Ok(stamp(&at)),
        MappedLocalTime::Ambiguous(first, second) if first == second => Ok(stamp(&first)),
        MappedLocalTime::Ambiguous(first, second) => {
            if now.is_some_and(|now| stamp(&second) > now) {
                return Ok(stamp(&first));
            }
            let said = |at: DateTime<Tz>| at.format("%Y-%m-%d %H:%M%:z").to_string();
            Err(MomentError::Twice {
                time: shown(time),
                zone: zone.name(),
                first: said(first),
                second: said(second),
            })
        }
        MappedLocalTime::None => match gap(time, zone) {
            Some((before, after)) => Err(MomentError::Skipped {
                time: shown(time),
                zone: zone.name(),
                from: before.format("%H:%M").to_string(),
                to: clock_and_day(after, time.date()),
            }),
            None => Err(MomentError::Impossible(shown(time))),
        },
    }
}

/// The last wall-clock time before a gap and the first moment after it.
fn gap(time: NaiveDateTime, zone: Tz) -> Option<(NaiveDateTime, DateTime<Tz>)> {
    // Whole days were skipped where a country moved across the date line.
    let hour = |hours| TimeDelta::hours(hours);
    let before = (1..=30).find_map(|n| zone.from_local_datetime(&(time - hour(n))).latest())?;
    // The instant at which the clocks were put forward, to the second, by halving.
    let offset = |at: i64| {
        let at = DateTime::from_timestamp(at, 0)?;
        Some(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
    };
    let (mut low, mut high) = (before.timestamp(), before.timestamp() + 31 * 3600);
    let old = offset(low)?;
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if offset(middle)? == old { low = middle } else { high = middle }
    }
    let after = DateTime::from_timestamp(high, 0)?.with_timezone(&zone);
    let from = DateTime::from_timestamp(high, 0)?.naive_utc() + TimeDelta::seconds(i64::from(old));
    Some((from, after))
}

fn shown(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// `03:00`, with its day where that is another one.
fn clock_and_day(at: DateTime<Tz>, day: NaiveDate) -> String {
    let mut said = String::new();
    if at.date_naive() != day {
        said = at.format("%Y-%m-%d ").to_string();
    }
    // Writing into a text does not fail.
    let _ = write!(said, "{}", at.format("%H:%M"));
    said
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;

    const NOW: &str = "2026-05-20T16:00:00Z";

    fn at(text: &str) -> Timestamp {
        stamp(&DateTime::parse_from_rfc3339(text).unwrap())
    }

    /// Said at a moment in Berlin: the moment meant, or the whole complaint.
    fn said(text: &str, now: &str) -> Result<String, String> {
        parse_moment(text, at(now), Berlin)
            .map(|found| DateTime::from_timestamp_millis(found.0).unwrap().to_rfc3339())
            .map(|found| found.replace("+00:00", "Z"))
            .map_err(|error| error.to_string())
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(said(text, NOW).as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn a_time_alone_is_the_latest_that_has_come() {
        check("14:03", "2026-05-20T12:03:00Z");
        check(" 14:03:20 ", "2026-05-20T12:03:20Z");
        check("18:00", "2026-05-20T16:00:00Z");
        check("18:01", "2026-05-20T16:01:00Z");
        check("06:01", "2026-05-20T04:01:00Z");
        check("2:03 PM", "2026-05-20T12:03:00Z");
        check("12:10am", "2026-05-19T22:10:00Z");
        check("14.03", "2026-05-20T12:03:00Z");
        check("14:03Z", "2026-05-20T14:03:00Z");
        check("14:03 UTC", "2026-05-20T14:03:00Z");
        check("01:00+10:00", "2026-05-20T15:00:00Z");
        check("now", NOW);
    }

    #[test]
    fn a_time_that_is_to_come_today_is_refused_with_both_readings() {
        let check = |text: &str, expected: &str, yesterday: &str| {
            let error = parse_moment(text, at(NOW), Berlin).unwrap_err();
            assert_eq!(error.to_string(), expected, "{text}");
            let hint = error.hint();
            assert!(hint.starts_with(&format!("for yesterday write {yesterday};")), "{hint}");
            assert!(hint.contains("`timezone`"), "{hint}");
            let meant = said(yesterday, NOW).unwrap();
            assert!(meant.starts_with("2026-05-19"), "{yesterday} is {meant}");
        };
        let ahead = "is 11 minutes ahead of now, 18:00 CEST";
        check("18:11", &format!("18:11 {ahead}"), "2026-05-19 18:11");
        check("6:11 pm", &format!("6:11 pm {ahead}"), "2026-05-19 18:11");
        let ahead = "is 1 hour 30 minutes ahead of now, 16:00 UTC";
        check("17:30Z", &format!("17:30Z {ahead}"), "2026-05-19 17:30+00:00");
        let ahead = "is 3 minutes ahead of now, 02:00 +10:00";
        check("02:03+10:00", &format!("02:03+10:00 {ahead}"), "2026-05-20 02:03+10:00");
    }

    #[test]
    fn after_midnight_the_evening_before_is_meant() {
        let soon_after = "2026-05-19T22:10:00Z";
        assert_eq!(said("23:50", soon_after).as_deref(), Ok("2026-05-19T21:50:00Z"));
        assert_eq!(said("12:11", soon_after).as_deref(), Ok("2026-05-19T10:11:00Z"));
        assert!(said("12:10", soon_after).is_err());
        assert_eq!(said("21:50Z", soon_after).as_deref(), Ok("2026-05-19T21:50:00Z"));
    }

    #[test]
    fn time_that_has_passed_counts_back_from_now() {
        check("-12m", "2026-05-20T15:48:00Z");
        check("-1h30m", "2026-05-20T14:30:00Z");
        check("-1h 30m", "2026-05-20T14:30:00Z");
        check("- 90 min ago", "2026-05-20T14:30:00Z");
        check("-2d", "2026-05-18T16:00:00Z");
        check("-45s", "2026-05-20T15:59:15Z");
        check("\u{2212}12m", "2026-05-20T15:48:00Z");
    }

    #[test]
    fn a_day_before_the_time_is_that_day() {
        check("yesterday 14:03", "2026-05-19T12:03:00Z");
        check("Yesterday at 2:03 pm", "2026-05-19T12:03:00Z");
        check("today 23:00", "2026-05-20T21:00:00Z");
        check("2026-04-15 14:03", "2026-04-15T12:03:00Z");
        check("2026-04-15  14:03:20", "2026-04-15T12:03:20Z");
        check("2026-01-15T14:03", "2026-01-15T13:03:00Z");
        check("2026-04-15T14:03:20Z", "2026-04-15T14:03:20Z");
        check("2026-04-15T14:03:20.123456+02:00", "2026-04-15T12:03:20.123Z");
        check("2026-04-15 14:03 -0530", "2026-04-15T19:33:00Z");
        check("2027-01-01 00:00", "2026-12-31T23:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_would_be() {
        for text in [
            "",
            "soon",
            "25",
            "14",
            "-",
            "-12",
            "+12m",
            "-m",
            "yesterday",
            "2026-04-15",
            "14:3",
            "14:03 tomorrow",
            "15.04.2026 14:03",
            "-99999999999999999999h",
            "-9999999999999d",
            "x14:03",
        ] {
            let error = parse_moment(text, at(NOW), Berlin).unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is no time"));
            assert!(error.hint().contains("14:03, -12m"), "{}", error.hint());
        }
        for text in [
            "25:00",
            "24:00",
            "14:60",
            "13:00 pm",
            "0:10 am",
            "2026-02-30 14:03",
            "14:03+99:00",
            "14:03+24",
        ] {
            let expected = format!("`{text}` is no time that exists");
            assert_eq!(said(text, NOW), Err(expected));
        }
    }

    #[test]
    fn a_time_that_the_clocks_skipped_is_refused() {
        let skipped = "2026-03-29 02:30 did not exist in Europe/Berlin: \
                       the clocks went from 02:00 to 03:00 there";
        let after = "2026-03-29T12:00:00Z";
        assert_eq!(said("02:30", after).unwrap_err(), skipped);
        assert_eq!(said("2026-03-29 02:30", NOW).unwrap_err(), skipped);
        assert_eq!(said("yesterday 02:30", "2026-03-30T12:00:00Z").unwrap_err(), skipped);
        assert_eq!(said("2026-03-29 02:30+01:00", NOW).as_deref(), Ok("2026-03-29T01:30:00Z"));
        // Before the gap, nobody can tell which one is meant.
        let ahead = "02:30 is 30 minutes ahead of now, 01:30 CET";
        assert_eq!(said("02:30", "2026-03-29T00:30:00Z").unwrap_err(), ahead);
        let error = parse_moment("2026-03-29 02:30", at(NOW), Berlin).unwrap_err();
        assert_eq!(error.hint(), "write 03:00 or later, or the time with its offset");
    }

    #[test]
    fn a_whole_day_that_was_skipped_is_refused_too() {
        let found = parse_moment("2011-12-30 14:03", at(NOW), chrono_tz::Pacific::Apia);
        let said = "2011-12-30 14:03 did not exist in Pacific/Apia: \
                    the clocks went from 00:00 to 2011-12-31 00:00 there";
        assert_eq!(found.unwrap_err().to_string(), said);
    }

    #[test]
    fn a_time_that_came_twice_must_be_told_apart() {
        let twice = "2026-10-25 02:30 came twice in Europe/Berlin, \
                     as 2026-10-25 02:30+02:00 and as 2026-10-25 02:30+01:00";
        assert_eq!(said("02:30", "2026-10-25T12:00:00Z").unwrap_err(), twice);
        assert_eq!(said("2026-10-25 02:30", NOW).unwrap_err(), twice);
        let error = parse_moment("2026-10-25 02:30", at(NOW), Berlin).unwrap_err();
        let hint = "write 2026-10-25 02:30+02:00 or 2026-10-25 02:30+01:00";
        assert_eq!(error.hint(), hint);
        assert_eq!(said("2026-10-25 02:30+02:00", NOW).as_deref(), Ok("2026-10-25T00:30:00Z"));
        assert_eq!(said("2026-10-25 02:30+01:00", NOW).as_deref(), Ok("2026-10-25T01:30:00Z"));
        // Between the two, only the first has come.
        let between = "2026-10-25T00:45:00Z";
        assert_eq!(said("02:30", between).as_deref(), Ok("2026-10-25T00:30:00Z"));
        // At 02:20 for the second time, 02:30 came once.
        let second = "2026-10-25T01:20:00Z";
        assert_eq!(said("02:30", second).as_deref(), Ok("2026-10-25T00:30:00Z"));
    }
}
