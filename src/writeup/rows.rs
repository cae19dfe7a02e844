//! What the readers of one incident share: its lines, its day, its zone, and how a written time
//! becomes a moment.

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::lines::{Block, Line};
use super::outline::{Outline, Place};
use super::split::{Source, finding};
use super::when::{Day, When};
use super::zone::{Moment, Zone, zone_within};
use crate::runbook::{Diagnostic, Severity};

/// One incident while it is read.
pub(super) struct Reading<'t> {
    pub(super) source: &'t Source<'t>,
    pub(super) blocks: &'t [Block],
    pub(super) outline: &'t Outline,
    /// The block that is the title.
    pub(super) title: Option<usize>,
    /// Whether the file tells of other incidents too.
    pub(super) is_one_of_several: bool,
    /// The incident's day, where the text tells one.
    pub(super) day: Option<NaiveDate>,
    /// The zone that the text gives for all of its times.
    pub(super) zone: Option<Zone>,
    /// Whether some day of the text can only be day first or month first.
    pub(super) day_first: Option<bool>,
    pub(super) findings: Vec<Diagnostic>,
    /// A value that was left as the template has it.
    pub(super) placeholder: Option<usize>,
    /// The services named so far.
    pub(super) services: HashSet<String>,
    /// Whether winter time in summer was doubted.
    doubted: bool,
}

impl<'t> Reading<'t> {
    pub(super) fn new(
        source: &'t Source<'t>,
        blocks: &'t [Block],
        outline: &'t Outline,
        title: Option<usize>,
        is_one_of_several: bool,
    ) -> Self {
        let mut reading = Self {
            source,
            blocks,
            outline,
            title,
            is_one_of_several,
            day: None,
            zone: None,
            day_first: None,
            findings: Vec::new(),
            placeholder: None,
            services: HashSet::new(),
            doubted: false,
        };
        reading.zone = reading.lines().find_map(|(line, _)| zone_of_all(&line.words));
        reading.day_first = source.day_first;
        reading
    }

    /// The lines that count, with their places: no quotes.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'t Line, Place)> + use<'t> {
        let (blocks, outline) = (self.blocks, self.outline);
        blocks.iter().zip(&outline.places).filter_map(|(block, place)| match block {
            Block::Line(line) if !line.quoted => Some((line, *place)),
            _ => None,
        })
    }

    pub(super) fn line_of(&self, block: &Block) -> usize {
        match block {
            Block::Heading(heading) => heading.line,
            Block::Line(line) => line.line,
            Block::Table(table) => table.line,
        }
    }

    /// Reports something.
    pub(super) fn report(&mut self, line: usize, rule: &str, severity: Severity, message: String) {
        self.findings.push(finding(line, rule, severity, message));
    }

    /// Why this is no report, if it is a template that nobody filled in.
    pub(super) fn template_finding(&self) -> Option<Diagnostic> {
        let line = self.placeholder?;
        let message = "is a template that was not filled in; nothing is read from it".to_owned();
        Some(finding(line, "not-a-report", Severity::Info, message))
    }

    /// The day that is meant; `near` helps where the year is missing.
    pub(super) fn full_day(&self, day: Day, near: Option<NaiveDate>) -> Option<NaiveDate> {
        match day {
            Day::Full(day) => Some(day),
            Day::Yearless(month, day) => {
                let near = near.or(self.day)?;
                let years = [near.year() - 1, near.year(), near.year() + 1];
                let days = years.into_iter().filter_map(|y| NaiveDate::from_ymd_opt(y, month, day));
                days.min_by_key(|day| (*day - near).num_days().abs())
            }
            Day::Either(month_first, day_first) => match self.day_first {
                Some(true) => Some(day_first),
                Some(false) => Some(month_first),
                None => {
                    [month_first, day_first].into_iter().find(|day| Some(*day) == near.or(self.day))
                }
            },
        }
    }

    /// A local time as a moment, in the zone that the text names nearest to it.
    pub(super) fn moment(
        &mut self,
        day: NaiveDate,
        time: NaiveTime,
        zone: Option<Zone>,
        line: usize,
    ) -> Option<i64> {
        let workspace = self.source.zone;
        let zone = zone.or(self.zone).unwrap_or(Zone::Place(workspace));
        let words = match zone.moment(day.and_time(time), workspace) {
            Moment::At(at) => {
                self.doubt_winter_time(zone, day, line);
                return Some(at);
            }
            Moment::Skipped => "does not exist there: the clocks were put forward over it",
            Moment::Twice => "happened twice there: the clocks were put back; write the offset too",
            Moment::Unclear => "could mean several zones; write UTC or an offset",
        };
        let message = format!("{day} {} {} {words}", time.format("%H:%M"), zone.name());
        self.report(line, "unreadable-time", Severity::Warning, message);
        None
    }

    /// `CET` in July is read as written, an hour away from what most people mean.
    fn doubt_winter_time(&mut self, zone: Zone, day: NaiveDate, line: usize) {
        let Zone::Letters(letters, _) = zone else { return };
        let summer = match letters {
            "CET" | "MEZ" => "CEST",
            "EET" => "EEST",
            "WET" => "WEST",
            "EST" => "EDT",
            "CST" => "CDT",
            "MST" => "MDT",
            "PST" => "PDT",
            _ => return,
        };
        let is_summer = (5..=9).contains(&day.month());
        if is_summer && !std::mem::replace(&mut self.doubted, true) {
            let message = format!(
                "{letters} is winter time and is read as such; if the summer's was meant, write {summer}"
            );
            self.report(line, "winter-time", Severity::Info, message);
        }
    }

    /// The zone that counts for a time: its own, else that of its label, else the place's.
    pub(super) fn zone_for(&self, when: &When, label: &str, place: &Place) -> Option<Zone> {
        when.zone.or_else(|| zone_within(label)).or(place.zone)
    }

    /// The workspace's zone.
    pub(super) fn workspace(&self) -> Tz {
        self.source.zone
    }
}

/// `All times in UTC`, `Timezone: Europe/Berlin`.
fn zone_of_all(words: &str) -> Option<Zone> {
    if words.len() > 200 {
        return None;
    }
    let lower = words.to_lowercase();
    let speaks =
        ["times are", "times in", "times utc", "timezone", "time zone", "all times", "zeiten"];
    let at = speaks.iter().find_map(|phrase| lower.find(phrase))?;
    words.get(at..).and_then(zone_within)
}

/// Whether the days of a text with slashes are day first: as soon as one of them can only be so.
pub(super) fn day_order(text: &str) -> Option<bool> {
    let (mut day_first, mut month_first) = (false, false);
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('/') {
        let digits = |range: std::ops::Range<usize>| -> Option<u32> {
            let digits = bytes.get(range)?;
            std::str::from_utf8(digits).ok()?.parse().ok()
        };
        let Some(second) = digits(at + 1..at + 3) else { continue };
        if bytes.get(at + 3) != Some(&b'/') || digits(at + 4..at + 8).is_none() {
            continue;
        }
        let Some(first) = at.checked_sub(2).and_then(|start| digits(start..at)) else { continue };
        day_first |= first > 12 && second <= 12;
        month_first |= second > 12 && first <= 12;
    }
    (day_first != month_first).then_some(day_first)
}

/// What stands where a value should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// `N/A`: there is none.
    NotApplicable,
    /// `TBD`, `unknown`, a dash, nothing.
    Open,
    /// `YYYY-MM-DD`, `<name>`: the template's own words.
    Placeholder,
}

/// Whether a value is blank, and how.
pub(super) fn blank(value: &str) -> Option<Blank> {
    let inner = value.trim().trim_matches(['(', ')', '*', '_', '.', '`']).trim();
    let lower = inner.to_lowercase();
    if ["n/a", "na", "not applicable", "none", "entfällt"].contains(&lower.as_str()) {
        return Some(Blank::NotApplicable);
    }
    let open = [
        "tbd",
        "tba",
        "tbc",
        "unknown",
        "unclear",
        "todo",
        "pending",
        "ongoing",
        "unbekannt",
        "not known",
        "to be confirmed",
        "to be determined",
    ];
    if open.contains(&lower.as_str()) || inner.chars().all(|c| "-–—.…?… ".contains(c)) {
        return Some(Blank::Open);
    }
    let template = (lower.starts_with('<') && lower.ends_with('>'))
        || lower.starts_with("yyyy")
        || lower.starts_with("hh:mm")
        || lower.starts_with("{{")
        || (lower.starts_with('[') && lower.ends_with(']'));
    template.then_some(Blank::Placeholder)
}

/// Whether somebody meant a time: it begins with a number that has a mark of times or dates in it.
pub(super) fn looks_like_a_time(value: &str) -> bool {
    let word =
        value.trim_start_matches(['~', '(', '[']).split_whitespace().next().unwrap_or_default();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word.starts_with(|c: char| c.is_ascii_digit())
        && digits >= 3
        && word.contains([':', '-', '/', '.'])
        && word.chars().all(|c| {
            c.is_ascii_digit() || ":-/.,TZ".contains(c) || c.is_alphabetic() && digits >= 4
        })
}
