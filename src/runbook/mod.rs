//! The runbook reader: a Markdown text in, a [`Runbook`] and [`Diagnostic`]s out.
//!
//! Reading never fails. What is recognised is used, what is not is still shown and searched, and
//! every element knows its place in the text, so that a finding, a deep link and a row to insert
//! know theirs.

pub mod danger;
pub mod html;
pub mod last_worked;
pub mod lint;

mod acts_on;
mod afterwards;
mod alert_name;
mod anchor;
mod beside;
mod command;
#[cfg(test)]
mod corpus_tests;
mod duration;
mod facts;
mod front_matter;
mod heading;
mod html_text;
mod literal;
mod outline;
mod parse;
mod placeholder;
mod plain_words;
mod shell;
mod step;
#[cfg(test)]
mod style_tests;
mod summary;
mod walk;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::exercise::{Context, ExerciseKind, Outcome, StepOutcome};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::id::{RowKey, StepId};

pub use self::acts_on::acted_on;
pub use self::beside::false_starts_beside;
pub use self::front_matter::values as front_matter_values;
pub(crate) use self::html_text::visible_inline;
pub use self::literal::{Bound, Recurring, recurring};
pub(crate) use self::outline::options as markdown_options;
pub use self::parse::parse;
pub use self::placeholder::fill;
pub use self::plain_words::plain_words;
pub use self::summary::{RowSummary, StepSummary, Summary, prints, summarise};

/// A place in a text: a half-open byte range of the file, and the lines it touches from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Line of the first byte.
    pub line: usize,
    /// Line of the last byte.
    pub end_line: usize,
}

/// Something with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located<T> {
    /// It.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Should be mended.
    Warning,
    /// Is wrong: a row or a whole file cannot be used.
    Error,
}

/// A finding about a text, with its place and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The rule's id, like `row-without-date`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and what to do, in one sentence.
    pub message: String,
}

/// Whether a file is something to follow or something to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocKind {
    /// It has an action section, an alert or a last-worked table.
    Runbook,
    /// Anything else: shown and searched, never counted as never exercised.
    #[default]
    Page,
}

/// What a section is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// When to reach for the runbook, or what an alert means.
    WhenToUse,
    /// What to make sure of first.
    Preflight,
    /// Which alert or decision leads here.
    Trigger,
    /// Is it real?
    Check,
    /// What causes it?
    Diagnose,
    /// What stops it.
    Mitigate,
    /// Did it help?
    Verify,
    /// Whom to tell.
    Communicate,
    /// Questions for afterwards.
    Postmortem,
    /// What people try first, and why it does not help.
    FalseStarts,
    /// Other runbooks.
    Related,
    /// The table of exercises.
    LastWorked,
    /// Anything else.
    #[default]
    Other,
}

impl SectionKind {
    /// Whether a step of this kind ages even when nobody names it.
    pub const fn is_action(self) -> bool {
        matches!(self, Self::Mitigate)
    }

    /// The word used in JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhenToUse => "when-to-use",
            Self::Preflight => "preflight",
            Self::Trigger => "trigger",
            Self::Check => "check",
            Self::Diagnose => "diagnose",
            Self::Mitigate => "mitigate",
            Self::Verify => "verify",
            Self::Communicate => "communicate",
            Self::Postmortem => "postmortem",
            Self::FalseStarts => "false-starts",
            Self::Related => "related",
            Self::LastWorked => "last-worked",
            Self::Other => "other",
        }
    }
}

/// A document, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runbook {
    /// Whether it is a runbook or a page.
    pub kind: DocKind,
    /// Its title, without a leading "Runbook —".
    pub title: String,
    /// Its front matter.
    pub front: FrontMatter,
    /// When to reach for it, as plain words.
    pub when_to_use: Option<Located<String>>,
    /// The time it claims to take until things are better.
    pub time_to_mitigate: Option<Located<DurationRange>>,
    /// Names of alerts that lead here, each once.
    pub alerts: Vec<Located<String>>,
    /// The severity it names.
    pub severity: Option<Located<String>>,
    /// Addresses of dashboards.
    pub dashboards: Vec<Located<String>>,
    /// Every heading and what is under it; the text before the first heading is a section of
    /// level 0 with an empty anchor, left out when it is blank.
    pub sections: Vec<Section>,
    /// The steps, in the text's order.
    pub steps: Vec<Step>,
    /// Commands that belong to no step: of checks before the first one, of false starts.
    pub loose_commands: Vec<Command>,
    /// The questions to be answered afterwards.
    pub questions: Vec<Question>,
    /// What people try first.
    pub false_starts: Vec<FalseStart>,
    /// Other runbooks it names.
    pub related: Vec<Related>,
    /// When it last worked.
    pub last_worked: Option<LastWorked>,
    /// Its own limit, from the front matter or a sentence about staleness, in days.
    pub stale_after_days: Option<Located<u32>>,
    /// Every link of the text.
    pub links: Vec<Link>,
}

/// From one time to another, in seconds; both are equal where one time is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationRange {
    /// At least, in seconds.
    pub min_s: u32,
    /// At most, in seconds.
    pub max_s: u32,
}

/// Where a runbook is in its life, as its front matter says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    /// Not ready.
    Draft,
    /// In force; also when nothing is said.
    #[default]
    Active,
    /// Kept for reading; need not be exercised.
    Deprecated,
}

/// What the front matter says; everything may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrontMatter {
    /// Where it stands, fences included; none where there is no front matter.
    pub span: Option<Span>,
    /// The runbook's identity for good.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// The service it is about.
    pub service: Option<String>,
    /// Alerts that lead to it.
    pub alerts: Vec<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Other names people search for.
    pub aliases: Vec<String>,
    /// Slugs it stood under before.
    pub moved_from: Vec<String>,
    /// Where it is in its life.
    pub status: Lifecycle,
    /// `exercise: not-required`.
    pub exercise_not_required: bool,
    /// Its own limit in days.
    pub stale_after_days: Option<u32>,
    /// Literals bound to a placeholder's name, and descriptions: name to literal.
    pub placeholders: BTreeMap<String, String>,
    /// When somebody last read it through. Stands beside freshness, never replaces it.
    pub last_reviewed_on: Option<NaiveDate>,
    /// Days after which it should be read again.
    pub review_in_days: Option<u32>,
    /// It is an example, not a team's runbook.
    pub example: bool,
    /// Keys this program does not know, kept with their text.
    pub other: BTreeMap<String, String>,
}

/// A heading and what is under it up to the next heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// GitHub's anchor, unique in the document.
    pub anchor: String,
    /// 1 to 6; 0 for the text before the first heading.
    pub level: u8,
    /// The heading's words, markup removed.
    pub title: String,
    /// What it is for; inherited by sub-sections that do not say otherwise.
    pub kind: SectionKind,
    /// The heading itself.
    pub heading: Span,
    /// Heading and body, up to the next heading of any level.
    pub span: Span,
    /// Index of the section it stands under.
    pub parent: Option<usize>,
    /// The step it is, if it is one.
    pub step: Option<StepId>,
    /// The body's plain words: markup removed, code kept, for search.
    pub text: String,
}

/// Something to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// `3a`, or the section's anchor where nothing is numbered.
    pub id: StepId,
    /// Its title without number and budget.
    pub title: String,
    /// What it is for.
    pub kind: SectionKind,
    /// Index of its section.
    pub section: usize,
    /// Anchor of its section.
    pub anchor: String,
    /// The step it is part of.
    pub parent: Option<StepId>,
    /// Heading and body, sub-sections that are no steps of their own included.
    pub span: Span,
    /// How long it may take, in seconds.
    pub budget_s: Option<u32>,
    /// Its commands, in order, those of sub-steps left out.
    pub commands: Vec<Command>,
    /// The names to fill in its commands, each once, in order of appearance.
    pub placeholders: Vec<String>,
    /// What it said, for "edited since".
    pub fingerprint: Fingerprint,
    /// Whether it has any words or commands at all.
    pub empty: bool,
}

/// One shell command of a fence, with what it prints if the runbook shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The command as typed: no prompt, no output, continuation lines kept, no final newline.
    pub text: String,
    /// What it prints, if shown.
    pub expected: Option<String>,
    /// What the comment lines above it say, those that blank lines part from it included.
    pub comment: Option<String>,
    /// What the comment lines below it say that show nothing it prints: the last command of a
    /// fence has them.
    pub after: Option<String>,
    /// The fence's language, lower case; empty where none is given.
    pub language: String,
    /// Where it stands.
    pub span: Span,
    /// Names to fill, each once, in order of appearance.
    pub placeholders: Vec<String>,
    /// Literals in it that the front matter binds to names.
    pub bound: Vec<Bound>,
}

/// A question for afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The question, up to its question mark.
    pub question: String,
    /// What to do after a bad answer: the text after "→ action item:".
    pub if_no: Option<String>,
    /// After which answer: the words in front of that arrow, like "if not"; may be empty.
    pub before: String,
    /// Where it stands.
    pub span: Span,
}

/// What people try first, and what to do instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FalseStart {
    /// What they see.
    pub symptom: String,
    /// What to do.
    pub advice: String,
    /// Where it stands.
    pub span: Span,
}

/// Another runbook that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// The target as written: a relative path, a file name, with its `#anchor` if any.
    pub target: String,
    /// Why it is named.
    pub why: String,
    /// Where it stands.
    pub span: Span,
}

/// A link of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The destination as written.
    pub target: String,
    /// Where it stands.
    pub span: Span,
}

/// A table of exercises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastWorked {
    /// Index of its section.
    pub section: usize,
    /// The column names, as written.
    pub columns: Vec<String>,
    /// The header row.
    pub header: Span,
    /// The row of dashes.
    pub delimiter: Span,
    /// The readable rows, in the table's order.
    pub rows: Vec<LastWorkedRow>,
    /// Whether newer rows stand above older ones; true where fewer than two rows tell.
    pub newest_first: bool,
}

/// One row of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWorkedRow {
    /// Its identity.
    pub key: RowKey,
    /// Counts alike rows, from 0.
    pub occurrence: u32,
    /// Its date.
    pub date: NaiveDate,
    /// Every cell as written, `\|` as the pipe it stands for, in the columns' order (missing
    /// cells are empty). [`plain_words()`] takes the markup off.
    pub cells: Vec<String>,
    /// Its place: the whole line, without the line end.
    pub span: Span,
    /// What its cells mean.
    pub reading: RowReading,
}

/// What the cells of a row mean; a function of columns and cells alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReading {
    /// From "Resolved by" alone.
    pub outcome: Outcome,
    /// The steps named there.
    pub steps: Vec<StepOutcome>,
    /// "Resolved by", as written.
    pub resolved_by: String,
    /// "Notes", as written.
    pub notes: String,
    /// Every other column under its own name, as plain words, empty cells left out.
    pub context: Context,
    /// Why the runbook was used, where a column says so.
    pub kind: Option<ExerciseKind>,
    /// How long it took, where a column says so.
    pub minutes: Option<u32>,
}
