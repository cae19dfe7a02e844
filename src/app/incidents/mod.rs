//! Incidents: opening one, finding it again, and seeing all of it.

mod editing;
mod filling;
mod import;
mod moments;
mod noting;
mod opening;
mod outcomes;
mod report;
mod reported_status;
mod roles;
mod runbooks;
mod show;
mod status;
mod telling;
mod uses;
mod writing;

use crate::config::Config;
use crate::domain::entry::Timestamp;
use crate::domain::id::{IncidentId, IncidentLabel};
use crate::domain::incident::{Incident, Severity};
use crate::error::Error;
use crate::text::nearest;
use crate::views::incident::{IncidentLine, IncidentList, IncidentView};

use super::App;
use super::recording::{MAX_LABEL, short_enough};

pub use editing::Change;
pub(super) use filling::{columns_of, filling};
pub use noting::{NewNote, Noted};
pub use opening::Opening;
pub(super) use opening::checked_url;
pub use roles::{RoleChange, role_named};
pub use writing::Manner;
pub(super) use writing::{append_behind, append_events};

/// What every label of ours begins with.
const LABEL_START: &str = "INC-";

/// The shortest beginning of an id that names something: all ids of a month begin alike.
pub(super) const SHORTEST_ID: usize = 8;

/// How many incidents an ambiguous name lists.
const LISTED: usize = 8;

/// What a list shall hold; everything given must match.
#[derive(Clone, Debug, Default)]
pub struct IncidentFilter {
    /// Only those that somebody still has to work on.
    pub open: bool,
    /// Only those with this severity, by its label.
    pub severity: Option<String>,
    /// Only those that hit this service.
    pub service: Option<String>,
}

impl App {
    /// Everything about an incident, by its label or the beginning of its id.
    ///
    /// # Errors
    /// None or several are called so.
    pub fn incident(&mut self, name: &str) -> Result<IncidentView, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        self.incident_view(&incident)
    }

    /// How long ago an incident was detected, in seconds; none where that is not known.
    pub fn incident_age(&self, incident: &IncidentView) -> Option<i64> {
        let detected = incident.line.times.detected.as_deref()?;
        let detected = chrono::DateTime::parse_from_rfc3339(detected).ok()?;
        Some((self.clock.now_ms() - detected.timestamp_millis()).max(0) / 1000)
    }

    /// The incidents, newest first.
    ///
    /// # Errors
    /// The severity asked for is no label here.
    pub fn incident_list(&mut self, filter: &IncidentFilter) -> Result<IncidentList, Error> {
        let severity = filter.severity.as_deref().map(|it| self.severity(it)).transpose()?;
        let matches = |incident: &Incident| {
            (!filter.open || incident.status.value.is_open())
                && severity.is_none_or(|wanted| {
                    wanted == incident.severity.value && !incident.severity_unknown
                })
                && filter.service.as_deref().is_none_or(|wanted| {
                    incident.services.value.iter().any(|it| it.eq_ignore_ascii_case(wanted))
                })
        };
        let incidents = self.ledger.incidents()?;
        let lines = incidents.iter().filter(|it| matches(it)).map(|it| self.incident_line(it));
        Ok(IncidentList { incidents: lines.collect() })
    }

    /// Those that somebody still has to work on, the worst first.
    pub(super) fn open_incidents(&self) -> Result<Vec<IncidentLine>, Error> {
        let incidents = self.ledger.open_incidents()?;
        Ok(incidents.iter().map(|incident| self.incident_line(incident)).collect())
    }

    /// The incident that somebody means: by its label, the beginning of one, the number at its end
    /// where only one ends so, or the beginning of its id.
    ///
    /// # Errors
    /// None or several are meant.
    pub(crate) fn find_incident(&self, name: &str) -> Result<Incident, Error> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::refused("which incident?")
                .hinted("`runledger incident list` shows their labels"));
        }
        let start = match name.get(..LABEL_START.len()) {
            Some(start) if start.eq_ignore_ascii_case(LABEL_START) => name.to_owned(),
            _ => format!("{LABEL_START}{name}"),
        };
        let labelled = self.ledger.incidents_labelled(&start)?;
        let whole: Vec<&Incident> =
            labelled.iter().filter(|it| it.label.as_str().eq_ignore_ascii_case(&start)).collect();
        match (whole.as_slice(), labelled.as_slice()) {
            ([one], _) => return Ok((*one).clone()),
            ([], [one]) => return Ok(one.clone()),
            ([], []) => {}
            ([], several) => return Err(ambiguous(name, &several.iter().collect::<Vec<_>>())),
            (several, _) => return Err(ambiguous(name, several)),
        }
        let mut found = Vec::new();
        let beginning = name.len() >= SHORTEST_ID;
        let ids = if beginning { self.ledger.ids_beginning(name, 64)? } else { Vec::new() };
        for id in ids {
            found.extend(self.ledger.incident(IncidentId::new(id))?);
        }
        let ending = self.incidents_ending(name)?;
        match (found.as_slice(), ending.as_slice()) {
            ([one], []) | ([], [one]) => return Ok(one.clone()),
            // The end of a label is a whole number, and what people read aloud.
            (_, [_, ..]) => found = ending,
            (_, []) => {}
        }
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(self.no_such_incident(name, &start)?),
            several => Err(ambiguous(name, &several.iter().collect::<Vec<_>>())),
        }
    }

    /// The incidents whose labels end with a number, as `001` or `1`.
    fn incidents_ending(&self, name: &str) -> Result<Vec<Incident>, Error> {
        if name.is_empty() || name.len() > 9 || !name.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Vec::new());
        }
        let ending = format!("-{name:0>3}");
        let labels = self.ledger.incident_labels()?;
        let mut found = Vec::new();
        for label in labels.iter().filter(|label| label.ends_with(&ending)).rev() {
            let labelled = self.ledger.incidents_labelled(label)?;
            found.extend(labelled.into_iter().filter(|it| it.label.as_str() == label));
        }
        found.dedup_by_key(|incident| incident.id);
        Ok(found)
    }

    fn no_such_incident(&self, name: &str, label: &str) -> Result<Error, Error> {
        let error = Error::not_found(format!("no incident {name}"));
        let labels = self.ledger.incident_labels()?;
        Ok(match nearest(label, labels.iter().map(String::as_str)) {
            Some(near) => error.hinted(format!("did you mean {near}?")),
            None => match labels.last() {
                Some(newest) => error.hinted(format!(
                    "the newest is {newest}; `runledger incident list` shows all of them"
                )),
                None => error.hinted("`runledger incident list` shows their labels"),
            },
        })
    }

    /// The label to store for what somebody gave as an incident's: one with a day, as all are that
    /// are given here, must exist; any other names one of ours or is another system's, and is
    /// taken as it is.
    ///
    /// # Errors
    /// It has a day like ours, and none or several are called so.
    pub(super) fn checked_incident_label(&self, given: &str) -> Result<String, Error> {
        let given = given.trim();
        short_enough("the incident", given, MAX_LABEL)?;
        let begins = |start: &str| start.eq_ignore_ascii_case(LABEL_START);
        let day = given.get(..LABEL_START.len()).filter(|start| begins(start));
        let day = day.and_then(|_| given.get(LABEL_START.len()..LABEL_START.len() + 10));
        if day.is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok()) {
            return Ok(self.find_incident(given)?.label.to_string());
        }
        let is_part = !given.is_empty() && given.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if is_part && let Ok(incident) = self.find_incident(given) {
            return Ok(incident.label.to_string());
        }
        let mut known = self.ledger.incidents_labelled(given)?;
        known.retain(|incident| incident.label.as_str().eq_ignore_ascii_case(given));
        Ok(match known.as_slice() {
            [one] => one.label.to_string(),
            _ => given.to_owned(),
        })
    }

    /// The severity that a label means.
    pub(super) fn severity(&self, label: &str) -> Result<Severity, Error> {
        self.config.incidents.severities.find(label).map_err(Error::refused)
    }

    /// A moment as people here read it: `2026-04-15 14:03`.
    pub(super) fn local_time(&self, at: Timestamp) -> String {
        local_time(&self.config, at)
    }
}

/// A moment in the workspace's zone: `2026-04-15 14:03`.
fn local_time(config: &Config, at: Timestamp) -> String {
    let moment = chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    moment.with_timezone(&config.timezone).format("%Y-%m-%d %H:%M").to_string()
}

/// A moment in UTC, to the second.
pub(super) fn utc(at: Timestamp) -> String {
    let moment = chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Lists what a name could mean.
fn ambiguous(name: &str, several: &[&Incident]) -> Error {
    let one = |it: &&Incident| {
        let id = it.id.to_string();
        format!("{} ({}, {})", it.label, it.title.value, id)
    };
    let mut list: Vec<String> = several.iter().take(LISTED).map(one).collect();
    if several.len() > LISTED {
        list.push(format!("and {} more", several.len() - LISTED));
    }
    Error::refused(format!("{name} names {} incidents: {}", several.len(), list.join("; ")))
        .hinted("give the whole label; where two have the same, give the beginning of the id")
}

/// The number after a day's part of a label; none if it is none of ours.
fn number_of(label: &str, day: &str) -> Option<u32> {
    let digits = label.strip_prefix(LABEL_START)?.strip_prefix(day)?.strip_prefix('-')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    // A report's own name may begin with digits: `-404-errors`. A machine's tag is two characters.
    let is_tag = |tag: &str| tag.len() == 2 && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    let ends = digits[end..].is_empty() || digits[end..].strip_prefix('-').is_some_and(is_tag);
    if ends { digits[..end].parse().ok() } else { None }
}

/// The label of the next incident of a day, given those that are taken.
pub(super) fn next_label<'a>(
    day: chrono::NaiveDate,
    taken: impl IntoIterator<Item = &'a str>,
) -> IncidentLabel {
    let day = day.format("%Y-%m-%d").to_string();
    let last = taken.into_iter().filter_map(|label| number_of(label, &day)).max().unwrap_or(0);
    IncidentLabel::new(format!("{LABEL_START}{day}-{:03}", last.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_count_the_incidents_of_a_day() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 5, 20).expect("a day");
        let check = |taken: &[&str], expected: &str| {
            assert_eq!(next_label(day, taken.iter().copied()).as_str(), expected);
        };
        check(&[], "INC-2026-05-20-001");
        check(&["INC-2026-05-20-002", "INC-2026-05-19-009"], "INC-2026-05-20-003");
        check(&["INC-2026-05-20-007-k3"], "INC-2026-05-20-008");
        check(&["INC-2026-05-20-999"], "INC-2026-05-20-1000");
        check(&["INC-2026-05-20-404-errors", "INC-2026-05-20-3am"], "INC-2026-05-20-001");
        check(&["INC-2026-05-20-x", "INC-2026-05-201"], "INC-2026-05-20-001");
    }
}
