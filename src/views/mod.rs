//! The one shape that JSON, pages and templates share, so that they cannot disagree.
//!
//! Structs only: `app` fills them, the faces serialise them. Fields that a user may rely on are
//! documented in the README; a field is added freely and never renamed or removed.

use chrono::NaiveDate;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::domain::exercise::{Context, StepOutcome, StepResult};
use crate::domain::fingerprint::Edited;
use crate::domain::freshness::Status;
use crate::domain::id::{EntryId, Slug, StepId};
use crate::runbook::danger::Danger;
use crate::runbook::{Bound, Diagnostic, DocKind, DurationRange, SectionKind};

pub mod action;
pub mod calendar;
pub mod changes;
pub mod incident;
pub mod incident_import;
pub mod metrics;
pub mod page;
pub mod postmortem;
pub mod report;
pub mod report_list;
pub mod run;
pub mod triage;

/// Everything a runbook says and what is known of it: `show --json`.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookView {
    /// Its address.
    pub slug: Slug,
    /// Its file, relative to its runbooks folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Runbook or page.
    pub kind: DocKind,
    /// Who keeps it; the default owner where it names none.
    pub owner: Option<String>,
    /// Alerts that lead to it.
    pub alerts: Vec<String>,
    /// When to reach for it.
    pub when_to_use: Option<String>,
    /// The time it claims to take.
    pub time_to_mitigate: Option<DurationRange>,
    /// Its own limit in days; null where the workspace's counts.
    pub stale_after_days: Option<u32>,
    /// It is an example.
    pub example: bool,
    /// Its sections.
    pub sections: Vec<SectionView>,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// The questions for afterwards.
    pub questions: Vec<QuestionView>,
    /// What people try first.
    pub false_starts: Vec<FalseStartView>,
    /// Other runbooks it names.
    pub related: Vec<RelatedView>,
    /// Its exercises, newest first.
    pub exercises: Vec<ExerciseView>,
    /// Notes people left, open ones first.
    pub notes: Vec<NoteView>,
    /// How far it can be trusted; null for a page.
    pub freshness: Option<FreshnessView>,
    /// What is wrong with its text.
    pub diagnostics: Vec<Diagnostic>,
}

/// A section's place.
#[derive(Clone, Debug, Serialize)]
pub struct SectionView {
    /// Its anchor.
    pub anchor: String,
    /// What it is for.
    pub kind: SectionKind,
    /// Its heading.
    pub title: String,
    /// The heading's line.
    pub line: usize,
}

/// A step.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    /// Its id.
    pub id: StepId,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub kind: SectionKind,
    /// Its section's anchor.
    pub anchor: String,
    /// The heading's line.
    pub line: usize,
    /// How long it may take, in seconds.
    pub budget_s: Option<u32>,
    /// Its commands.
    pub commands: Vec<CommandView>,
    /// Names to fill.
    pub placeholders: Vec<String>,
    /// What is known of it; null for a page.
    pub freshness: Option<StepFreshnessView>,
}

/// A command.
#[derive(Clone, Debug, Serialize)]
pub struct CommandView {
    /// As typed.
    pub text: String,
    /// What it prints, if shown.
    pub expected: Option<String>,
    /// What the runbook says above it.
    pub comment: Option<String>,
    /// What the runbook says below it.
    pub after: Option<String>,
    /// What it can destroy.
    pub dangers: Vec<Danger>,
    /// Names to fill in it.
    pub placeholders: Vec<String>,
    /// Literals in it that stand for a name.
    pub bound: Vec<Bound>,
    /// Its line in the file.
    pub line: usize,
}

/// A question for afterwards.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionView {
    /// The question.
    pub question: String,
    /// What to do after a bad answer.
    pub if_no: Option<String>,
}

/// What people try first.
#[derive(Clone, Debug, Serialize)]
pub struct FalseStartView {
    /// What they see.
    pub symptom: String,
    /// What to do instead.
    pub advice: String,
}

/// Another runbook that is named.
#[derive(Clone, Debug, Serialize)]
pub struct RelatedView {
    /// As written.
    pub target: String,
    /// Whether it is there.
    pub found: bool,
    /// Its slug, if it is there.
    pub slug: Option<Slug>,
    /// Its title, if it is there.
    pub title: Option<String>,
    /// Why it is named.
    pub why: String,
    /// Whether it can be trusted, if it is a runbook.
    pub status: Option<Status>,
    /// One of its steps failed and has not worked since.
    pub failing: bool,
    /// Days since it last worked.
    pub days_since: Option<i64>,
}

/// An exercise.
#[derive(Clone, Debug, Serialize)]
pub struct ExerciseView {
    /// Its id.
    pub id: EntryId,
    /// Its runbook.
    pub slug: Slug,
    /// Its day.
    pub date: NaiveDate,
    /// Why the runbook was used.
    pub kind: &'static str,
    /// How it went.
    pub outcome: &'static str,
    /// The steps: `3a`, and `3c=failed` for one that did not work.
    #[serde(serialize_with = "steps")]
    pub steps: Vec<StepOutcome>,
    /// For what.
    #[serde(serialize_with = "context")]
    pub context: Context,
    /// The table's "Resolved by".
    pub resolved_by: String,
    /// Notes.
    pub notes: String,
    /// How long it took.
    pub minutes: Option<u32>,
    /// The incident's label.
    pub incident: Option<String>,
    /// Who recorded it.
    pub actor: String,
    /// `file` or `ledger`.
    pub source: crate::domain::exercise::Source,
    /// Its row is not in the file yet.
    pub pending: bool,
    /// Its row was taken out of the file.
    pub row_removed: bool,
    /// Why it was taken back, if it was.
    pub retracted: Option<String>,
    /// Two edits met.
    pub conflict: bool,
}

/// A note beside a runbook or a step.
#[derive(Clone, Debug, Serialize)]
pub struct NoteView {
    /// Its id.
    pub id: EntryId,
    /// The step it is about.
    pub step: Option<StepId>,
    /// What it says.
    pub text: String,
    /// Who said it.
    pub actor: String,
    /// On which day.
    pub date: NaiveDate,
    /// How it was dealt with; null while it is open.
    pub resolved: Option<String>,
}

/// How far a runbook can be trusted.
#[derive(Clone, Debug, Serialize)]
pub struct FreshnessView {
    /// How old its last success is.
    pub status: Status,
    /// A step failed and has not worked since in the same context.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// By which steps: `3a`, `3a + 3c`; null where none was named.
    pub by_step: Option<String>,
    /// Days since then.
    pub days_since: Option<i64>,
    /// The limit that counts.
    pub limit_days: u32,
    /// The first day on which it is stale.
    pub stale_on: Option<NaiveDate>,
    /// `yes`, `no` or `unknown`.
    pub edited_since: Edited,
    /// What was edited: `command changed`, `wording changed`.
    pub edited_what: Option<&'static str>,
    /// All of it in one line: "fresh by 3a, 24 days ago; 3b 107 d; 3d never".
    pub sentence: String,
}

/// How far a step can be trusted.
#[derive(Clone, Debug, Serialize)]
pub struct StepFreshnessView {
    /// The step.
    pub id: StepId,
    /// How old its last success is.
    pub status: Status,
    /// It failed and has not worked since in the same context.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// Days since then.
    pub days_since: Option<i64>,
    /// `yes`, `no` or `unknown`.
    pub edited_since: Edited,
    /// What was edited.
    pub edited_what: Option<&'static str>,
    /// For what it last worked: "Release ingress-nginx".
    pub worked_for: Option<String>,
}

/// One line of a list of runbooks.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookLine {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Runbook or page.
    pub kind: DocKind,
    /// How old its last success is.
    pub status: Status,
    /// A step failed and has not worked since.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// Days since then.
    pub days_since: Option<i64>,
    /// The limit that counts.
    pub limit_days: u32,
    /// The first day on which it is stale.
    pub stale_on: Option<NaiveDate>,
    /// Days past its limit, where it is stale.
    pub overdue_days: Option<i64>,
    /// Since when it is known.
    pub known_since: Option<NaiveDate>,
    /// It is an example.
    pub example: bool,
    /// Alerts that lead to it.
    pub alerts: Vec<String>,
    /// The service it is about.
    pub service: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// All of its freshness in one line.
    pub sentence: String,
    /// Why it should be looked at before it is trusted; empty where it is fresh.
    pub reason: String,
    /// Its tracked steps.
    pub steps: Vec<StepFreshnessView>,
}

/// How many runbooks are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// It worked lately.
    pub fresh: usize,
    /// Stale soon.
    pub due: usize,
    /// Not worked within the limit.
    pub stale: usize,
    /// Never worked, as far as is known.
    pub never: usize,
    /// Need not be exercised.
    pub not_tracked: usize,
    /// A step failed and has not worked since, whatever the age.
    pub failing: usize,
}

/// The stale ones, or all: `stale --json`.
#[derive(Clone, Debug, Serialize)]
pub struct StaleList {
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// All runbooks counted, also those not listed.
    pub counts: Counts,
    /// The ones listed, worst first.
    pub runbooks: Vec<RunbookLine>,
}

/// What a search found: `search --json`.
#[derive(Clone, Debug, Serialize)]
pub struct SearchResults {
    /// What was searched for.
    pub query: String,
    /// Best first.
    pub hits: Vec<HitView>,
    /// Nothing matched: these are merely nearest.
    pub nearest: Vec<RunbookRef>,
    /// The hits hold little or nothing of what was asked for: they are merely nearest too.
    pub weak: bool,
    /// Typed words that nothing holds.
    pub unknown: Vec<String>,
}

/// A runbook's address and name.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookRef {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
}

/// One hit.
#[derive(Clone, Debug, Serialize)]
pub struct HitView {
    /// `runbook`, `page`, `exercise`, `note`, `incident` or `postmortem`.
    pub kind: &'static str,
    /// Where.
    pub slug: Slug,
    /// Its file.
    pub path: String,
    /// The best section's anchor.
    pub anchor: String,
    /// The runbook's title.
    pub title: String,
    /// The best section's heading.
    pub heading: String,
    /// The step that section is, if it is one.
    pub step: Option<StepId>,
    /// The words around the match, as plain text.
    pub snippet: String,
    /// The same in pieces, matched words told apart.
    pub fragments: Vec<FragmentView>,
    /// Why it matched.
    pub why: Vec<String>,
    /// Typed words that it lacks and others hold.
    pub lacks: Vec<String>,
    /// Further steps and sections of it that match.
    pub others: Vec<PlaceView>,
    /// Its score; comparable within one answer only.
    pub score: f32,
    /// How much of the query it holds as it was typed, by rarity: 0 to 1.
    #[serde(skip)]
    pub held: f32,
    /// How far it can be trusted; null for a page.
    pub freshness: Option<FreshnessView>,
    /// How far the step can be trusted; null where the best section is none.
    pub step_freshness: Option<StepFreshnessView>,
    /// The score's parts, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Vec<(String, f32)>>,
}

/// A place in a runbook.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceView {
    /// Its anchor.
    pub anchor: String,
    /// Its heading.
    pub heading: String,
    /// The step it is, if it is one.
    pub step: Option<StepId>,
}

/// A piece of a snippet.
#[derive(Clone, Debug, Serialize)]
pub struct FragmentView {
    /// The text.
    pub text: String,
    /// It is a matched word.
    pub hit: bool,
}

pub(crate) fn context<S: Serializer>(context: &Context, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(context.len()))?;
    for (name, value) in context {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

fn steps<S: Serializer>(steps: &[StepOutcome], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(|step| match step.result {
        StepResult::Worked => step.id.to_string(),
        StepResult::Failed => format!("{}=failed", step.id),
    }))
}
