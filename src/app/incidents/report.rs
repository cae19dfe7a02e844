//! From what a report says to the entry that keeps it.

use std::collections::{BTreeMap, HashSet};

use chrono::TimeZone as _;
use chrono_tz::Tz;

use super::super::App;
use super::opening::{checked_context, checked_title, checked_value};
use super::reported_status::status;
use crate::domain::entry::Timestamp;
use crate::domain::event::{ImportedRow, IncidentImported};
use crate::domain::exercise::Context;
use crate::domain::id::{Hash, IncidentLabel};
use crate::domain::incident::{Moment, Role, TimeTold};
use crate::writeup::{Part, StatedTime, TimelineRow, WriteUp};

/// The longest row of a timeline that is kept, in characters.
const MAX_ROW: usize = 4_000;
/// How many digits make a label that another incident has one of its own. Two would be a machine's
/// tag.
const OWN: usize = 6;

/// What a report's entry says, with what of the report it cannot say.
pub(super) struct Reported {
    /// The entry's body.
    pub(super) body: IncidentImported,
    /// What does not fit, each with the line it stands on.
    pub(super) findings: Vec<(usize, String)>,
}

impl App {
    /// The body of the entry for one incident of a report, under a label that is given.
    pub(super) fn body_of(
        &self,
        write_up: &WriteUp,
        path: &str,
        text: Hash,
        label: IncidentLabel,
    ) -> Reported {
        let stated_at = write_up.stated_at;
        let mut findings = Vec::new();
        let mut report = |line: usize, message: String| {
            findings.push((if line == 0 { write_up.line } else { line }, message));
        };
        let severity = write_up.severity.as_deref().and_then(|label| {
            let found = self.severity_as_written(label);
            if found.is_none() {
                let message = format!("`{label}` is no severity here; it is left empty");
                report(stated_at.severity, message);
            }
            found
        });
        let (status, doubt) = status(write_up);
        if let Some(message) = doubt {
            report(stated_at.status, message);
        }
        let title = checked_title(&write_up.title).unwrap_or_else(|error| {
            report(write_up.line, format!("{error}; the file's name stands for it"));
            path.to_owned()
        });
        let mut value = |text: &str, what: &str, line: usize| match checked_value(text, what) {
            Ok(value) => value,
            Err(error) => {
                report(line, format!("{error}; it is left empty"));
                String::new()
            }
        };
        let detection = write_up.detection.as_deref().unwrap_or_default();
        let detection = value(detection, "how it was detected", 0);
        let services = write_up.services.iter();
        let services = services.map(|name| value(name, "a service", stated_at.services));
        let services = services.filter(|name| !name.is_empty()).collect();
        let context = context(write_up, &mut value);
        let times = write_up.times.iter().map(|stated| (stated.point, told(stated, path)));
        let body = IncidentImported {
            label,
            title,
            severity,
            status,
            times: times.collect(),
            services,
            context,
            detection,
            roles: roles(write_up, &mut value),
            timeline: rows(write_up, moment_of(write_up, self.config.timezone)),
            source: source(write_up, path),
            text,
            replaces: None,
        };
        Reported { body, findings }
    }

    /// `SEV-1`, `sev 1` and `SEV1` are one label.
    fn severity_as_written(&self, label: &str) -> Option<crate::domain::incident::Severity> {
        let squashed: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
        [label, squashed.as_str()].into_iter().find_map(|label| self.severity(label).ok())
    }
}

/// When the incident was, as far as the report tells: what its entry is recorded at. A day begins
/// at its midnight in the workspace's zone.
pub(super) fn moment_of(write_up: &WriteUp, zone: Tz) -> Option<Timestamp> {
    let stated = write_up.times.iter().find_map(|time| time.at_ms);
    let row = || write_up.timeline.iter().find_map(|row| row.at_ms);
    let day = || {
        let day = write_up.date?;
        // Where the clocks are put forward at midnight, the day begins an hour later.
        let begins = (0..3)
            .find_map(|hour| zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0)?).earliest())?;
        Some(begins.timestamp_millis())
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

/// A report's path, with the anchor of the incident's heading where it tells of several.
fn source(write_up: &WriteUp, path: &str) -> String {
    match &write_up.anchor {
        Some(anchor) => format!("{path}#{anchor}"),
        None => path.to_owned(),
    }
}

/// Keeps a value, or reports that it does not fit.
type Keep<'k> = dyn FnMut(&str, &str, usize) -> String + 'k;

fn context(write_up: &WriteUp, keep: &mut Keep<'_>) -> Context {
    let mut context: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &write_up.context {
        let value = keep(value, "a value of the context", 0);
        if let Ok((name, value)) = checked_context(name, &value)
            && !value.is_empty()
        {
            context.entry(name).or_insert(value);
        }
    }
    context.into_iter().collect()
}

fn roles(write_up: &WriteUp, keep: &mut Keep<'_>) -> BTreeMap<Role, Vec<String>> {
    let mut roles: BTreeMap<Role, Vec<String>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for person in &write_up.people {
        let role = match person.part {
            Part::Commander => Role::Commander,
            Part::Deputy => Role::Deputy,
            Part::Scribe => Role::Scribe,
            Part::Communications => Role::Communications,
            Part::Responder => Role::Expert,
            Part::Author => continue,
        };
        let name = keep(&person.name, "a name", 0);
        if !name.is_empty() && seen.insert((role, name.clone())) {
            roles.entry(role).or_default().push(name);
        }
    }
    roles
}

/// The rows; one whose time cannot be read stays after the row before it, and claims none.
fn rows(write_up: &WriteUp, begun: Option<Timestamp>) -> Vec<ImportedRow> {
    let first = write_up.timeline.iter().find_map(|row| row.at_ms);
    let mut place = first.map(Timestamp).or(begun).unwrap_or_default();
    let mut rows = Vec::with_capacity(write_up.timeline.len());
    for row in &write_up.timeline {
        place = row.at_ms.map_or(place, Timestamp);
        let named = row.source.as_deref().filter(|source| is_address(source));
        let linked = row.link.as_deref().filter(|link| is_address(link));
        let link = named.or(linked).unwrap_or_default();
        rows.push(ImportedRow {
            at: place,
            untimed: row.at_ms.is_none(),
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
    if row.at_ms.is_none() && !row.written.is_empty() {
        words.push_str(&format!("({}) ", row.written));
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

/// What the incident is called: by the report's own id, else by its day and name. Then what it is
/// called where that is another's name: a few digits are added that follow from the report's path,
/// so that they are the same on every machine.
pub(super) fn labels(write_up: &WriteUp, path: &str) -> (IncidentLabel, IncidentLabel) {
    let plain = plain_label(write_up, path);
    let hash = Hash::of(source(write_up, path).as_bytes()).to_string();
    let own = IncidentLabel::new(format!("{plain}-{}", &hash[..OWN]));
    (IncidentLabel::new(plain), own)
}

fn plain_label(write_up: &WriteUp, path: &str) -> String {
    let name = match (&write_up.label, &write_up.anchor) {
        (Some(label), _) => {
            let label = kebab(label, true);
            return match label.get(..4) {
                Some(start) if start.eq_ignore_ascii_case("INC-") => format!("INC-{}", &label[4..]),
                _ => format!("INC-{label}"),
            };
        }
        (None, Some(_)) => kebab(&write_up.title, false),
        (None, None) => kebab(crate::writeup::file_stem(path), false),
    };
    let day = write_up.date.map(|day| day.to_string()).unwrap_or_default();
    let name = if name.is_empty() { "report".to_owned() } else { name };
    match day.as_str() {
        "" => format!("INC-{name}"),
        day if name.contains(day) => format!("INC-{name}"),
        day => format!("INC-{day}-{name}"),
    }
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
        labels(&write_up, path).0.to_string()
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
}
