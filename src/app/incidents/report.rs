//! From what a report says to the entry that keeps it.

use std::collections::BTreeMap;

use super::super::App;
use super::opening::{checked_context, checked_title, checked_value};
use crate::domain::entry::Timestamp;
use crate::domain::event::{ImportedRow, IncidentImported};
use crate::domain::id::{Hash, IncidentLabel};
use crate::domain::incident::{Moment, Role, Status, TimeTold};
use crate::writeup::{Part, StatedTime, TimelineRow, WriteUp};

/// The longest row of a timeline that is kept, in characters.
const MAX_ROW: usize = 4_000;

impl App {
    /// The body of the entry for one incident of a report. What the report says of a severity that
    /// is none of the team's comes back as a finding.
    pub(super) fn body_of(
        &self,
        write_up: &WriteUp,
        path: &str,
        text: Hash,
    ) -> (IncidentImported, Option<String>) {
        let mut finding = None;
        let severity = write_up.severity.as_deref().and_then(|label| {
            let found = self.severity_as_written(label);
            if found.is_none() {
                finding = Some(format!("`{label}` is no severity here; it is left empty"));
            }
            found
        });
        let source = match &write_up.anchor {
            Some(anchor) => format!("{path}#{anchor}"),
            None => path.to_owned(),
        };
        let mut context: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &write_up.context {
            if let Ok((name, value)) = checked_context(name, value) {
                context.entry(name).or_insert(value);
            }
        }
        let value = |text: &str| checked_value(text, "a value").unwrap_or_default();
        let body = IncidentImported {
            label: label(write_up, path),
            title: checked_title(&write_up.title).unwrap_or_else(|_| path.to_owned()),
            severity,
            status: status(write_up),
            times: write_up.times.iter().map(|stated| (stated.point, told(stated, path))).collect(),
            services: write_up.services.iter().map(|name| value(name)).collect(),
            context: context.into_iter().collect(),
            detection: value(write_up.detection.as_deref().unwrap_or_default()),
            roles: roles(write_up),
            timeline: rows(write_up),
            source,
            text,
            replaces: None,
        };
        (body, finding)
    }

    /// `SEV-1`, `sev 1` and `SEV1` are one label.
    fn severity_as_written(&self, label: &str) -> Option<crate::domain::incident::Severity> {
        let squashed: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
        [label, squashed.as_str()].into_iter().find_map(|label| self.severity(label).ok())
    }
}

/// When the incident was, as far as the report tells: what its entry is recorded at.
pub(super) fn moment_of(write_up: &WriteUp) -> Option<Timestamp> {
    let stated = write_up.times.iter().find_map(|time| time.at_ms);
    let row = || write_up.timeline.iter().find_map(|row| row.at_ms);
    let day = || {
        let midnight = write_up.date?.and_hms_opt(0, 0, 0)?;
        Some(midnight.and_utc().timestamp_millis())
    };
    stated.or_else(row).or_else(day).map(Timestamp)
}

fn told(stated: &StatedTime, path: &str) -> TimeTold {
    let moment = match stated.at_ms {
        Some(at) => Moment::At(Timestamp(at)),
        None => Moment::NotApplicable,
    };
    TimeTold { moment, source: format!("{path}:{}", stated.line), reason: String::new() }
}

/// What the report says of the incident's status; a report that says nothing tells of what is over.
fn status(write_up: &WriteUp) -> Status {
    let said = write_up.status.as_deref().unwrap_or_default().to_lowercase();
    let first = said.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty());
    match first {
        Some("investigating") => Status::Investigating,
        Some("identified") => Status::Identified,
        Some("monitoring" | "mitigated") => Status::Mitigated,
        Some("ongoing" | "open" | "active") => Status::Investigating,
        Some("closed") => Status::Closed,
        _ => Status::Resolved,
    }
}

fn roles(write_up: &WriteUp) -> BTreeMap<Role, Vec<String>> {
    let mut roles: BTreeMap<Role, Vec<String>> = BTreeMap::new();
    for person in &write_up.people {
        let role = match person.part {
            Part::Commander => Role::Commander,
            Part::Deputy => Role::Deputy,
            Part::Scribe => Role::Scribe,
            Part::Communications => Role::Communications,
            Part::Responder => Role::Expert,
            Part::Author => continue,
        };
        let people = roles.entry(role).or_default();
        let name = checked_value(&person.name, "a name").unwrap_or_default();
        if !name.is_empty() && !people.contains(&name) {
            people.push(name);
        }
    }
    roles
}

/// The rows; one whose time cannot be read stays after the row before it, and says so.
fn rows(write_up: &WriteUp) -> Vec<ImportedRow> {
    let first = write_up.timeline.iter().find_map(|row| row.at_ms);
    let Some(mut last) = first.or_else(|| moment_of(write_up).map(|at| at.0)) else {
        return Vec::new();
    };
    let mut rows = Vec::with_capacity(write_up.timeline.len());
    for row in &write_up.timeline {
        last = row.at_ms.unwrap_or(last);
        let named = row.source.as_deref().filter(|source| is_address(source));
        let linked = row.link.as_deref().filter(|link| is_address(link));
        let link = named.or(linked).unwrap_or_default();
        rows.push(ImportedRow {
            at: Timestamp(last),
            text: crate::text::truncate_to_width(&words_of(row), MAX_ROW),
            author: row.author.clone().unwrap_or_default(),
            link: link.to_owned(),
            line: row.line,
        });
    }
    rows
}

fn words_of(row: &TimelineRow) -> String {
    let mut words = String::new();
    if row.at_ms.is_none() {
        let written = if row.written.is_empty() { "none given" } else { row.written.as_str() };
        words.push_str(&format!("(time not read: {written}) "));
    }
    words.push_str(&row.text);
    if let Some(until) = row.until_ms.zip(row.at_ms) {
        words.push_str(&format!(" (for {} min)", (until.0 - until.1) / 60_000));
    }
    if let Some(source) = row.source.as_deref().filter(|source| !is_address(source)) {
        words.push_str(&format!(" ({source})"));
    }
    words
}

fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(' ')
}

/// What the incident is called: by the report's own id, else by its day and name.
fn label(write_up: &WriteUp, path: &str) -> IncidentLabel {
    let name = match (&write_up.label, &write_up.anchor) {
        (Some(label), _) => {
            let label = kebab(label, true);
            return IncidentLabel::new(match label.get(..4) {
                Some(start) if start.eq_ignore_ascii_case("INC-") => format!("INC-{}", &label[4..]),
                _ => format!("INC-{label}"),
            });
        }
        (None, Some(_)) => kebab(&write_up.title, false),
        (None, None) => kebab(crate::writeup::file_stem(path), false),
    };
    let day = write_up.date.map(|day| day.to_string()).unwrap_or_default();
    let name = if name.is_empty() { "report".to_owned() } else { name };
    IncidentLabel::new(match day.as_str() {
        "" => format!("INC-{name}"),
        day if name.contains(day) => format!("INC-{name}"),
        day => format!("INC-{day}-{name}"),
    })
}

/// A name as one word: letters, digits and hyphens, not too long.
fn kebab(name: &str, keep_case: bool) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() || c == '_' || c == '.' {
            if keep_case { word.push(c) } else { word.extend(c.to_lowercase()) }
        } else if !word.ends_with('-') {
            word.push('-');
        }
        if word.chars().count() >= 60 {
            break;
        }
    }
    word.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(label: Option<&str>, day: Option<&str>, path: &str) -> String {
        let write_up = WriteUp {
            label: label.map(str::to_owned),
            date: day.and_then(|day| day.parse().ok()),
            ..WriteUp::default()
        };
        super::label(&write_up, path).to_string()
    }

    #[test]
    fn a_report_is_called_by_its_id_or_by_its_day_and_name() {
        assert_eq!(called(Some("INC-2026-04-15-001"), None, "x.md"), "INC-2026-04-15-001");
        assert_eq!(called(Some("OPS-77"), None, "x.md"), "INC-OPS-77");
        assert_eq!(
            called(None, Some("2024-04-15"), "a/Disk full.html.md.erb"),
            "INC-2024-04-15-disk-full"
        );
        assert_eq!(called(None, Some("2024-04-15"), "2024-04-15-disk.md"), "INC-2024-04-15-disk");
        assert_eq!(called(None, None, "x.md"), "INC-x");
    }

    #[test]
    fn a_report_without_a_status_tells_of_what_is_over() {
        let check = |said: Option<&str>, expected| {
            let write_up = WriteUp { status: said.map(str::to_owned), ..WriteUp::default() };
            assert_eq!(status(&write_up), expected, "{said:?}");
        };
        check(None, Status::Resolved);
        check(Some("Complete, action items in progress"), Status::Resolved);
        check(Some("Resolved at 15:09"), Status::Resolved);
        check(Some("Monitoring"), Status::Mitigated);
        check(Some("Closed"), Status::Closed);
    }
}
