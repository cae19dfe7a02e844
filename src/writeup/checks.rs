//! What does not fit together: durations that the times contradict, times in an impossible order.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::rows::Reading;
use super::when::leading;
use super::{Span, StatedDuration, StatedTime, TimeName, WriteUp};
use crate::domain::incident::Times;
use crate::runbook::Severity;
use crate::text::duration_words;

/// Compares what one report says with itself. Of times in an impossible order, those that must be
/// wrong are left out.
pub(super) fn check(reading: &mut Reading<'_>, write_up: &mut WriteUp) {
    while let Some((wrong, because)) = misplaced(&write_up.times) {
        let [wrong, because] = [wrong, because].map(|at| write_up.times[at].clone());
        let order = if wrong.point > because.point { "before" } else { "after" };
        let message = format!(
            "`{}` is {order} `{}` (line {}), which cannot be; {} is left empty",
            wrong.words,
            because.words,
            because.line,
            wrong.point.as_str()
        );
        reading.report(wrong.line, "impossible-order", Severity::Warning, message);
        write_up.times.retain(|stated| stated.point != wrong.point);
    }
    for stated in &write_up.durations {
        compare(reading, write_up, stated);
    }
}

/// The time that cannot be, by its place in the list, and one that it contradicts: the one that
/// contradicts most others; where that tells nothing, the one that the report names later.
fn misplaced(times: &[StatedTime]) -> Option<(usize, usize)> {
    let mut contradicted: Vec<Vec<usize>> = vec![Vec::new(); times.len()];
    for (a, first) in times.iter().enumerate() {
        for (b, second) in times.iter().enumerate() {
            let must_follow = Times::ORDERS.contains(&(first.point, second.point));
            let follows = first.at_ms.zip(second.at_ms).is_none_or(|(a, b)| a <= b);
            if must_follow && !follows {
                contradicted[a].push(b);
                contradicted[b].push(a);
            }
        }
    }
    let wrong = (0..times.len())
        .max_by_key(|at| (contradicted[*at].len(), times[*at].line, times[*at].point))?;
    contradicted[wrong].first().map(|because| (wrong, *because))
}

/// The ends that a stated duration may have: the first pair is the one it is compared with, the
/// others count only where the words do not name the ends.
fn ends(span: Span) -> (&'static [(TimeName, TimeName)], bool) {
    use TimeName::{Acknowledged, Detected, Mitigated, Resolved, Started};
    match span {
        Span::Detect => (&[(Started, Detected)], true),
        Span::Acknowledge => (&[(Detected, Acknowledged), (Started, Acknowledged)], true),
        Span::Mitigate => (&[(Detected, Mitigated), (Started, Mitigated)], true),
        Span::Resolve => (&[(Detected, Resolved), (Started, Resolved)], true),
        Span::Impact => (
            &[
                (Started, Mitigated),
                (Started, Resolved),
                (Detected, Mitigated),
                (Detected, Resolved),
            ],
            false,
        ),
        Span::Whole => (
            &[
                (Started, Resolved),
                (Detected, Resolved),
                (Started, Mitigated),
                (Detected, Mitigated),
            ],
            false,
        ),
    }
}

fn compare(reading: &mut Reading<'_>, write_up: &WriteUp, stated: &StatedDuration) {
    let (pairs, strict) = ends(stated.span);
    let known: Vec<(TimeName, TimeName, i64, i64)> = pairs
        .iter()
        .filter_map(|(a, b)| Some((*a, *b, write_up.at(*a)?, write_up.at(*b)?)))
        .filter(|(_, _, from, to)| from <= to)
        .collect();
    let Some((from, to, start, end)) = known.first().copied() else { return };
    let hours = if stated.support_hours { support_hours(&stated.words) } else { None };
    if stated.support_hours && hours.is_none() {
        return;
    }
    let zone = reading.workspace();
    let length = |start: i64, end: i64| match hours {
        Some(hours) => hours.between(start, end, zone),
        None => (end - start) / 1000,
    };
    let candidates = if strict { &known[..1] } else { &known[..] };
    if candidates.iter().any(|(_, _, a, b)| agree(stated, length(*a, *b))) {
        return;
    }
    let other = known[1..].iter().find(|(_, _, a, b)| agree(stated, length(*a, *b)));
    let aside = match other {
        Some((a, b, ..)) => format!("; it is the time from {} to {}", a.as_str(), b.as_str()),
        None => String::new(),
    };
    let in_hours = if hours.is_some() { " within the hours it names" } else { "" };
    let message = format!(
        "says `{}`, but from {} to {} it is {}{in_hours}{aside}",
        stated.words,
        from.as_str(),
        to.as_str(),
        words_for(length(start, end)),
    );
    reading.report(stated.line, "durations-disagree", Severity::Warning, message);
}

/// Whether a stated duration is the computed one: to the minute; a round or rough one to half of
/// its unit.
fn agree(stated: &StatedDuration, computed: i64) -> bool {
    let difference = (stated.seconds - computed).abs();
    let lower = stated.words.to_lowercase();
    let rough =
        ["about", "around", "approx", "roughly", "~", "≈", "circa", "ca.", "almost", "nearly"]
            .iter()
            .any(|word| lower.contains(word));
    let slack = if rough { computed.max(stated.seconds) / 8 } else { 0 };
    let unit = match stated.seconds {
        s if s > 0 && s % 86_400 == 0 && lower.contains("day") => 86_400 / 2 - 1,
        s if s > 0 && s % 3600 == 0 && lower.contains("hour") && !lower.contains("min") => 1800 - 1,
        _ => 60,
    };
    difference <= slack.max(unit)
}

fn words_for(seconds: i64) -> String {
    duration_words(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The hours of a week that a report counts.
#[derive(Clone, Copy, Debug)]
struct Hours {
    from: NaiveTime,
    to: NaiveTime,
}

/// `(during support hours 10:00-17:00 M-F)`: the hours, and Monday to Friday, which is what such
/// notes mean.
fn support_hours(words: &str) -> Option<Hours> {
    let lower = words.to_lowercase();
    let at = lower.find("hours ").map(|at| at + "hours ".len())?;
    let rest = words.get(at..)?;
    let start = rest.find(|c: char| c.is_ascii_digit())?;
    let when = leading(&rest[start..])?;
    let (from, to) = (when.time?, when.until?);
    (from < to).then_some(Hours { from, to })
}

impl Hours {
    /// Seconds between two moments that are within the hours, on working days.
    fn between(self, start_ms: i64, end_ms: i64, zone: Tz) -> i64 {
        let local = |ms: i64| {
            DateTime::from_timestamp_millis(ms)
                .map(|moment| moment.with_timezone(&zone).naive_local())
        };
        let (Some(start), Some(end)) = (local(start_ms), local(end_ms)) else { return 0 };
        let mut seconds = 0;
        // Ten years are enough for any incident.
        for day in start.date().iter_days().take(3660).take_while(|day| *day <= end.date()) {
            if is_working(day) {
                let from = day.and_time(self.from).max(start);
                let to = day.and_time(self.to).min(end);
                seconds += (to - from).max(Duration::zero()).num_seconds();
            }
        }
        seconds
    }
}

fn is_working(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
