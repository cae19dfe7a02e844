//! The reader of incident reports that teams already have: a Markdown text in, [`WriteUp`]s and
//! [`Diagnostic`]s out.
//!
//! Reading never fails and never guesses: a time counts where a line, a cell or a row of the
//! timeline states it in so many words. What looks like one and cannot be read is reported with
//! its line and left empty.

mod actions;
mod checks;
mod columns;
mod days;
mod durations;
mod fact_names;
mod facts;
mod key_times;
mod lines;
mod outline;
mod rows;
mod split;
mod statements;
#[cfg(test)]
mod tests;
mod timeline;
mod vocabulary;
mod when;
mod zone;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::incident::TimeName;
use crate::runbook::Diagnostic;

/// An incident, as a report tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteUp {
    /// What it is called, without a leading "Postmortem —".
    pub title: String,
    /// The id that the report gives, as written: `INC-2026-04-15-001`.
    pub label: Option<String>,
    /// The anchor of its heading where one file tells of several incidents.
    pub anchor: Option<String>,
    /// The severity's label, as written: `P0`, `SEV-1`, `critical`.
    pub severity: Option<String>,
    /// The status, as written.
    pub status: Option<String>,
    /// The incident's day.
    pub date: Option<NaiveDate>,
    /// Services it names as affected.
    pub services: Vec<String>,
    /// Who was what.
    pub people: Vec<Person>,
    /// How it was detected, as written.
    pub detection: Option<String>,
    /// Region, tenants, namespace and the like: name in lower case and value.
    pub context: Vec<(String, String)>,
    /// The times that it states, each once, in their order in life.
    pub times: Vec<StatedTime>,
    /// The timeline, in its order.
    pub timeline: Vec<TimelineRow>,
    /// The durations that it states.
    pub durations: Vec<StatedDuration>,
    /// Its sections, in its order, with what stands under them as Markdown.
    pub sections: Vec<Section>,
    /// How much is to be done: the action items, which stand in their section.
    pub action_items: usize,
    /// Where it says what it is judged by.
    pub stated_at: StatedAt,
    /// The first line that tells of it.
    pub line: usize,
    /// The last line that tells of it.
    pub end_line: usize,
}

impl WriteUp {
    /// The moment that the report states for a key event, in milliseconds since 1970.
    pub fn at(&self, point: TimeName) -> Option<i64> {
        self.time(point)?.at_ms
    }

    /// What the report states for a key event.
    pub fn time(&self, point: TimeName) -> Option<&StatedTime> {
        self.times.iter().find(|time| time.point == point)
    }
}

/// The lines of some facts; 0 where they are not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedAt {
    /// The severity.
    pub severity: usize,
    /// The status.
    pub status: usize,
    /// The services, the first line of them.
    pub services: usize,
}

/// A time that a report states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedTime {
    /// Of what.
    pub point: TimeName,
    /// Milliseconds since 1970 in UTC; none where the report says that there is none.
    pub at_ms: Option<i64>,
    /// The words that state it.
    pub words: String,
    /// Where they stand.
    pub line: usize,
}

/// A row of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineRow {
    /// Milliseconds since 1970 in UTC; none where the row's time cannot be read.
    pub at_ms: Option<i64>,
    /// The end of a range.
    pub until_ms: Option<i64>,
    /// The time as written.
    pub written: String,
    /// What happened.
    pub text: String,
    /// Who did it, where a column says so.
    pub author: Option<String>,
    /// Where it was taken from, where a column says so.
    pub source: Option<String>,
    /// The address that column links to.
    pub link: Option<String>,
    /// Where it stands.
    pub line: usize,
}

/// A stretch of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// From start to detection.
    Detect,
    /// From detection to acknowledgement.
    Acknowledge,
    /// From detection to mitigation.
    Mitigate,
    /// From detection to resolution.
    Resolve,
    /// From start to mitigation.
    Impact,
    /// The incident's length, its ends not named.
    Whole,
}

/// A duration that a report states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDuration {
    /// Of what.
    pub span: Span,
    /// In seconds.
    pub seconds: i64,
    /// As written.
    pub words: String,
    /// Whether only some hours of the week are counted in it.
    pub support_hours: bool,
    /// Where it stands.
    pub line: usize,
}

/// What a section of a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// Facts in a list or table.
    Facts,
    /// What happened, in short.
    Summary,
    /// Whom it hurt, and how much.
    Impact,
    /// What happened when.
    Timeline,
    /// Why it happened.
    RootCause,
    /// What set it off.
    Trigger,
    /// What made it worse or possible.
    Contributing,
    /// How it was noticed.
    Detection,
    /// What ended it.
    Resolution,
    /// What was learned.
    Lessons,
    /// What helped.
    WentWell,
    /// What did not.
    WentWrong,
    /// What could have been worse.
    Lucky,
    /// What is to be done.
    ActionItems,
    /// Anything else.
    Other,
}

/// A section of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// Its heading.
    pub title: String,
    /// What stands under it, as Markdown.
    pub text: String,
    /// Where its heading stands.
    pub line: usize,
}

/// What somebody was during the incident, or for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Led the response.
    Commander,
    /// Stood in for the commander.
    Deputy,
    /// Wrote down what happened.
    Scribe,
    /// Told others.
    Communications,
    /// Worked on it.
    Responder,
    /// Wrote the report.
    Author,
}

/// Who was what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What they were.
    pub part: Part,
    /// What they are called, as written.
    pub name: String,
}

/// What a word or phrase of a report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Started,
    Detected,
    Acknowledged,
    /// That it is an incident: the team took it on, so it stands for an acknowledgement that is
    /// not stated.
    Declared,
    Mitigated,
    Resolved,
}

impl Key {
    const fn point(self) -> TimeName {
        match self {
            Self::Started => TimeName::Started,
            Self::Detected => TimeName::Detected,
            Self::Acknowledged | Self::Declared => TimeName::Acknowledged,
            Self::Mitigated => TimeName::Mitigated,
            Self::Resolved => TimeName::Resolved,
        }
    }
}

/// A file's name without its extensions: what a report without an id is called by.
pub fn file_stem(path: &str) -> &str {
    facts::stem(path)
}

/// Reads a text. `file_name` is the file's name, whose date counts where the text has none;
/// `zone` is the one that counts where the text names none.
///
/// A file may tell of several incidents, each under a heading of its own; one that tells of none,
/// or is a template that nobody filled in, gives no write-up and a finding that says so.
pub fn parse(text: &str, file_name: &str, zone: Tz) -> (Vec<WriteUp>, Vec<Diagnostic>) {
    split::read(text, file_name, zone)
}
