//! The day of an incident, which counts for the times that have none: a report names several, and
//! not all of them are the incident's.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::fact_names::{Fact, fact_of};
use super::facts::stem;
use super::key_times::{leading_statement, may_state};
use super::lines::{Block, Heading};
use super::rows::{Reading, blank, looks_like_a_time};
use super::vocabulary::key_of;
use super::when::{Day, When, day_within, leading};
use crate::runbook::Severity;

/// The incident's day: as a label says it, else as the title, a key event or the file's name does.
/// The `date` of the front matter is as often the day that the report was published, so that it
/// counts after them.
pub(super) fn incident_day(
    reading: &mut Reading<'_>,
    pairs: &[(String, String, usize)],
    heading: Option<&Heading>,
) -> Option<NaiveDate> {
    let (published, labelled) = labelled_days(reading, pairs);
    let events = event_days(reading);
    let whole = |day: Day| reading.full_day(day, None);
    let titled = || heading.and_then(|heading| day_within(&heading.words)).and_then(whole);
    let within = |wanted: Fact| {
        let values = pairs.iter().filter(|(label, ..)| fact_of(label) == Some(wanted));
        values.filter_map(|(_, value, _)| day_within(value)).find_map(whole)
    };
    let named = || {
        let file = Some(reading.source.file_name).filter(|_| !reading.is_one_of_several)?;
        day_within(&stem(file).replace('_', " ")).and_then(whole)
    };
    let labelled = labelled.first().copied();
    let day = labelled
        .or_else(|| events.first().copied())
        .map(|(day, _)| day)
        .or_else(titled)
        .or(published.map(|(day, _)| day))
        .or_else(|| within(Fact::Title))
        .or_else(|| within(Fact::Id))
        .or_else(named)?;
    if let Some((said, line)) = labelled.or(published)
        && let Some((first, at)) = events.first()
        && !events.iter().any(|(event, _)| (*event - said).num_days().abs() <= 1)
    {
        let message = format!(
            "says {said}, but line {at} says {first}; {day} counts for times without a day"
        );
        reading.report(line, "days-disagree", Severity::Warning, message);
    }
    Some(day)
}

/// A day and the line that says it.
type SaidDay = (NaiveDate, usize);

/// The days that labels say: that of the front matter's `date`, and the others.
/// What could be two days is said.
fn labelled_days(
    reading: &mut Reading<'_>,
    pairs: &[(String, String, usize)],
) -> (Option<SaidDay>, Vec<SaidDay>) {
    let in_front = if reading.is_one_of_several { 0 } else { reading.source.front.len() };
    let (mut published, mut labelled) = (None, Vec::new());
    // What a table's columns are called is a day's only where it is written like one.
    let headers: HashSet<usize> = reading.blocks.iter().filter_map(Block::header_line).collect();
    for (at, (label, value, line)) in pairs.iter().enumerate() {
        if fact_of(label) != Some(Fact::Day) {
            continue;
        }
        let begins = leading(value);
        let is_written = begins.is_some() || looks_like_a_time(value);
        let within = || day_within(value).filter(|_| !is_written);
        let Some(said) = begins.and_then(|when| when.day).or_else(within) else {
            let is_header = headers.contains(line) && !is_written;
            if begins.is_none() && blank(value).is_none() && !is_header {
                let shown = crate::text::truncate_to_width(value, 60);
                let message = format!("`{shown}` is no day that can be read; it is left empty");
                reading.report(*line, "unreadable-time", Severity::Warning, message);
            }
            continue;
        };
        match reading.full_day(said, None) {
            Some(day) if at < in_front && label.eq_ignore_ascii_case("date") => {
                published = Some((day, *line));
            }
            Some(day) => labelled.push((day, *line)),
            None => {
                let shown = crate::text::truncate_to_width(value, 60);
                let message =
                    format!("`{shown}` could be two days, or has no year; it is left empty");
                reading.report(*line, "unreadable-time", Severity::Warning, message);
            }
        }
    }
    (published, labelled)
}

/// The days that key events name, in the text's order, with their lines.
fn event_days(reading: &Reading<'_>) -> Vec<(NaiveDate, usize)> {
    let whole = |when: Option<When>| {
        // What is wrong with the time may be wrong with the day.
        let when = when.filter(|when| !when.broken)?;
        reading.full_day(when.day?, None)
    };
    let mut days = Vec::new();
    if !reading.is_one_of_several {
        let front = reading.source.front.iter().filter(|(key, ..)| key_of(key).is_some());
        days.extend(
            front.filter_map(|(_, value, line)| Some((whole(leading(value.as_str()?))?, *line))),
        );
    }
    for (block, place) in reading.blocks.iter().zip(&reading.outline.places) {
        if !may_state(place.kind) {
            continue;
        }
        match block {
            Block::Line(line) if !line.quoted => {
                let stated = leading_statement(&line.words).map(|(when, ..)| when);
                days.extend(whole(stated).map(|day| (day, line.line)));
            }
            Block::Table(table) if !table.quoted => {
                let pairs = table.rows.iter().filter_map(|row| match row.cells.as_slice() {
                    [label, value, ..] if key_of(&label.words).is_some() => {
                        Some((whole(leading(&value.words))?, row.line))
                    }
                    _ => None,
                });
                days.extend(pairs);
            }
            _ => {}
        }
    }
    days
}
