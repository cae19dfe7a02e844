//! Reports that people read once a week, in the one shape that all formats share.

use chrono::NaiveDate;
use serde::Serialize;

use super::Counts;
use super::action::{ActionItemView, ClosingView};
use super::incident::IncidentLine;
use super::metrics::{GroupView, QuestionFiguresView, RecurrenceView};
use super::postmortem::PostmortemLine;
use crate::domain::freshness::Status;
use crate::domain::id::{Slug, StepId};
use crate::domain::report::{Change, Point};

/// What a report was made from. The same inputs make the same bytes, on any machine.
#[derive(Clone, Debug, Serialize)]
pub struct InputsView {
    /// The program and its version.
    pub program: String,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// How many entries the ledger holds.
    pub entries: i64,
    /// The hash of its last one; of nothing where it is empty.
    pub head: String,
    /// Of the texts of all runbooks, of what they said when they were exercised, and of the days
    /// since which they are known.
    pub texts: String,
    /// Of the settings that matter to reports.
    pub configuration: String,
    /// Of the template; null where the format has none.
    pub template: Option<String>,
    /// Where the template comes from: `built-in`, or its file in the workspace.
    pub template_from: Option<String>,
}

/// What every report begins and ends with.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// `stale`, `incidents` or `actions`.
    pub report: &'static str,
    /// The day it speaks of.
    pub as_of: NaiveDate,
    /// The day before the first one of its period.
    pub since: NaiveDate,
    /// The first day of its period.
    pub first_day: NaiveDate,
    /// Only what this owner has, if one was asked for.
    pub owner: Option<String>,
    /// All of it in one sentence.
    pub headline: String,
    /// What the reader should know about the report itself: the team's template has an error.
    pub notice: Option<String>,
    /// Where the server is reached, as `public_url` says; links lead there.
    pub server: Option<String>,
    /// What it was made from.
    pub inputs: InputsView,
}

/// The weekly report: `report stale`.
#[derive(Clone, Debug, Serialize)]
pub struct StaleReport {
    /// What it begins and ends with.
    #[serde(flatten)]
    pub frame: Frame,
    /// What changed since the last one.
    pub change: ChangeView,
    /// How many runbooks it speaks of.
    pub runbooks: usize,
    /// How many are in which state.
    pub counts: Counts,
    /// Stale now and not on the day it is compared with.
    pub newly_stale: Vec<ReportLine>,
    /// A step failed and has not worked since.
    pub failing: Vec<ReportLine>,
    /// Stale, what would hurt most first.
    pub stale: Vec<ReportLine>,
    /// Stale within the next two weeks, the next one first.
    pub due: Vec<ReportLine>,
    /// Never exercised, the longest known first.
    pub never: Vec<ReportLine>,
    /// What was exercised in the period, the newest first.
    pub exercised: Vec<ExercisedView>,
    /// Steps that nobody ever tried, inside runbooks that are fresh.
    pub untried: Vec<UntriedView>,
    /// Who has what; what nobody owns comes last.
    pub by_owner: Vec<OwnerView>,
    /// What to practise.
    pub drills: DrillsView,
    /// What was exercised within twelve months.
    pub exercises: ExercisesView,
    /// The states at the end of each of the last 26 weeks, oldest first.
    pub weeks: Vec<WeekView>,
}

/// What changed.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// In one sentence.
    pub sentence: String,
    /// In numbers.
    #[serde(flatten)]
    pub numbers: Change,
}

/// A runbook that somebody should do something about.
#[derive(Clone, Debug, Serialize)]
pub struct ReportLine {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// The one who sees to it; null where nobody does.
    pub owner: Option<String>,
    /// Where that one is written to, as `[owners]` says.
    pub owner_chat: Option<String>,
    /// How old its last success is.
    pub status: Status,
    /// A step failed and has not worked since.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// Days since then.
    pub days_since: Option<i64>,
    /// Its limit.
    pub limit_days: u32,
    /// Days past its limit.
    pub overdue_days: Option<i64>,
    /// The first day on which it is stale.
    pub stale_on: Option<NaiveDate>,
    /// Since when it is known; null where that is later than the day spoken of.
    pub known_since: Option<NaiveDate>,
    /// How much it would hurt.
    pub points: u32,
    /// The same point by point.
    pub reasons: Vec<Point>,
}

/// What was exercised within twelve months, whatever became of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExercisesView {
    /// How often.
    pub total: usize,
    /// When last.
    pub last: Option<NaiveDate>,
}

/// Something that was exercised.
#[derive(Clone, Debug, Serialize)]
pub struct ExercisedView {
    /// Its day.
    pub date: NaiveDate,
    /// The runbook.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// The runbook's owner.
    pub owner: Option<String>,
    /// Why it was used.
    pub kind: &'static str,
    /// How it went.
    pub outcome: &'static str,
    /// For what.
    pub worked_for: Option<String>,
}

/// Steps of a fresh runbook that nobody ever tried.
#[derive(Clone, Debug, Serialize)]
pub struct UntriedView {
    /// The runbook.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Its owner.
    pub owner: Option<String>,
    /// The steps.
    pub steps: Vec<StepId>,
    /// Steps that they are parts of and that worked, without it being told by which part.
    pub whole: Vec<StepId>,
}

/// What one owner has to do.
#[derive(Clone, Debug, Serialize)]
pub struct OwnerView {
    /// Who; null where nobody is named.
    pub owner: Option<String>,
    /// The points of all of it.
    pub points: u32,
    /// How many are in which state.
    #[serde(flatten)]
    pub states: OwnedStates,
    /// What, the most urgent first.
    pub runbooks: Vec<OwnedView>,
}

/// How many runbooks of an owner ask for somebody, each counted once, by what is worst about it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct OwnedStates {
    /// A step fails.
    pub failing: usize,
    /// Too long ago.
    pub stale: usize,
    /// Never exercised.
    pub never: usize,
    /// Stale within the next two weeks.
    pub due: usize,
}

/// A runbook in an owner's list.
#[derive(Clone, Debug, Serialize)]
pub struct OwnedView {
    /// The runbook.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// `failing`, `stale`, `due` or `never exercised`.
    pub state: &'static str,
}

/// What to practise within two hours.
#[derive(Clone, Debug, Serialize)]
pub struct DrillsView {
    /// How long people are together.
    pub room_min: u32,
    /// How long the drills take.
    pub minutes: u32,
    /// The drills, the most urgent first.
    pub drills: Vec<DrillView>,
    /// How many others there was no room for.
    pub left_out: usize,
    /// The most urgent of them; null where there is none.
    pub left_out_first: Option<LeftOutView>,
}

/// A drill that there was no room for.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOutView {
    /// The runbook's title.
    pub title: String,
    /// How long it takes.
    pub minutes: u32,
}

/// A drill.
#[derive(Clone, Debug, Serialize)]
pub struct DrillView {
    /// The runbook.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Its owner.
    pub owner: Option<String>,
    /// How long it takes.
    pub minutes: u32,
    /// Why it takes so long, in words.
    pub minutes_from: String,
    /// The steps to try; empty where any will do.
    pub steps: Vec<StepId>,
}

/// The states at the end of a week.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WeekView {
    /// The week's last day.
    pub date: NaiveDate,
    /// How many were in which state.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What incidents came to: `report incidents`.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentsReport {
    /// What it begins and ends with.
    #[serde(flatten)]
    pub frame: Frame,
    /// The incidents that began in the period, the newest first.
    pub incidents: Vec<IncidentLine>,
    /// How many were left out: cancelled ones and duplicates.
    pub left_out: usize,
    /// How long things took, all together.
    pub metrics: GroupView,
    /// What came back.
    pub recurrence: RecurrenceView,
    /// Questions of their postmortems with more than one bad answer, the worst first.
    pub repeated: Vec<QuestionFiguresView>,
    /// Postmortems that are late, whatever the period.
    pub postmortems: Vec<PostmortemLine>,
}

/// What became of action items: `report actions`.
#[derive(Clone, Debug, Serialize)]
pub struct ActionsReport {
    /// What it begins and ends with.
    #[serde(flatten)]
    pub frame: Frame,
    /// Past their day, the longest first.
    pub overdue: Vec<ActionItemView>,
    /// Due within the next two weeks.
    pub due: Vec<ActionItemView>,
    /// Open, later or without a day.
    pub later: Vec<ActionItemView>,
    /// Opened in the period.
    pub opened: Vec<ActionItemView>,
    /// Done or dropped in the period.
    pub closed: Vec<ActionItemView>,
    /// By owner, what nobody has last.
    pub by_owner: Vec<ActionOwnerView>,
    /// By the quarter in which they were opened, oldest first.
    pub closing: Vec<ClosingView>,
}

/// How many open action items somebody has.
#[derive(Clone, Debug, Serialize)]
pub struct ActionOwnerView {
    /// Who; null where nobody is named.
    pub owner: Option<String>,
    /// How many.
    pub open: usize,
    /// How many of them are late.
    pub overdue: usize,
}
