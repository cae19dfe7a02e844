//! What only pages need: a runbook laid out for reading, and the overview.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::incident::{DifferingView, IncidentLine};
use super::report_list::KeptReportView;
use super::run::{RealTimes, RunLine};
use super::{
    CommandView, Counts, ExerciseView, FalseStartView, NoteView, RunbookLine, RunbookView,
    StepFreshnessView,
};
use crate::domain::id::{IncidentLabel, RunbookId, StepId};
use crate::runbook::Recurring;

/// A runbook's page.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookPage {
    /// What it is for good, which is nothing to show.
    #[serde(skip)]
    pub id: RunbookId,
    /// What it says and what is known of it.
    pub runbook: RunbookView,
    /// The day it was asked for, if not today.
    pub as_of: Option<NaiveDate>,
    /// Who keeps it, and how to reach them.
    pub owner: Option<OwnerView>,
    /// For what it last worked: "Release ingress-nginx".
    pub worked_for: Option<String>,
    /// How long it really took to mitigate, where runs tell.
    pub real: Option<RealTimes>,
    /// How long whole exercises took, where they say.
    pub took: Option<TookView>,
    /// Its last twelve months; null where it was never exercised.
    pub calendar: Option<CalendarView>,
    /// Its sections, ready to show.
    pub body: Vec<SectionPage>,
    /// Every placeholder of the page, each once.
    pub placeholders: Vec<PlaceholderView>,
    /// Literals that its commands repeat and that could be something else next time.
    pub literals: Vec<Recurring>,
    /// The context columns of its table: what the form asks for.
    pub columns: Vec<String>,
    /// Where its source can be opened.
    pub source_url: Option<String>,
    /// Rows that could not be written into the file yet.
    pub pending: usize,
    /// Those who follow it right now.
    pub runs: Vec<RunLine>,
    /// The incident that it is read for, if it was opened from one.
    pub incident: Option<ReadFor>,
}

/// The incident that a runbook is read for.
#[derive(Clone, Debug, Serialize)]
pub struct ReadFor {
    /// Its label.
    pub label: IncidentLabel,
    /// What it is about.
    pub title: String,
    /// It is still worked on.
    pub open: bool,
    /// What its context says of the context columns, in their order.
    pub columns: Vec<String>,
    /// What its context puts in place of placeholders.
    pub values: BTreeMap<String, String>,
}

/// How to reach an owner.
#[derive(Clone, Debug, Serialize)]
pub struct OwnerView {
    /// Their name.
    pub name: String,
    /// A chat channel.
    pub chat: Option<String>,
    /// How to page them.
    pub page: Option<String>,
}

/// How long the exercises of a runbook took, from the first step to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TookView {
    /// The median of its exercises, in seconds.
    pub median_s: u32,
    /// How many exercises say so.
    pub uses: usize,
}

/// Twelve months of exercises.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarView {
    /// A picture of ours; empty where nothing happened.
    pub svg: String,
    /// The same in a sentence.
    pub words: String,
    /// It shows a day on which it worked.
    pub worked: bool,
    /// A day on which it worked partly.
    pub partial: bool,
    /// A day on which it failed.
    pub failed: bool,
    /// A day that tells neither.
    pub other: bool,
}

/// A name to fill.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceholderView {
    /// The name.
    pub name: String,
    /// The literal that stands for it where nothing is filled in.
    pub default: Option<String>,
    /// How many commands wait for it.
    pub uses: usize,
}

/// A section, ready to show.
#[derive(Clone, Debug, Serialize)]
pub struct SectionPage {
    /// Its anchor.
    pub anchor: String,
    /// The heading level to show, 2 to 6; 0 where there is no heading.
    pub level: u8,
    /// The heading as HTML of ours.
    pub title_html: String,
    /// What it is for.
    pub kind: &'static str,
    /// The step it is, if it is one.
    pub step: Option<StepPage>,
    /// What is in it, in order.
    pub blocks: Vec<BlockView>,
}

/// What a step's heading shows.
#[derive(Clone, Debug, Serialize)]
pub struct StepPage {
    /// Its id.
    pub id: StepId,
    /// Its title.
    pub title: String,
    /// Its budget in words.
    pub budget: Option<String>,
    /// Its budget in seconds.
    pub budget_s: Option<u32>,
    /// Whether it ages by itself.
    pub tracked: bool,
    /// What is known of it.
    pub freshness: StepFreshnessView,
    /// Open notes about it.
    pub notes: Vec<NoteView>,
    /// False starts that belong to it.
    pub false_starts: Vec<FalseStartView>,
    /// Where its source can be opened.
    pub source_url: Option<String>,
}

/// A piece of a section.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum BlockView {
    /// HTML of our own rendering.
    Html {
        /// It.
        html: String,
    },
    /// A fence of shell commands.
    Commands {
        /// They, in order.
        commands: Vec<CommandPage>,
    },
    /// The table of exercises stands here.
    LastWorked {
        /// Its rows with those of the ledger, newest first.
        exercises: Vec<ExerciseView>,
    },
}

/// A command, ready to show.
#[derive(Clone, Debug, Serialize)]
pub struct CommandPage {
    /// It.
    #[serde(flatten)]
    pub command: CommandView,
    /// Its text as HTML of ours, placeholders marked.
    pub html: String,
    /// What it names outright that is not what the incident is about.
    pub differs: Vec<DifferingView>,
}

/// The first page.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The day it speaks of.
    pub today: NaiveDate,
    /// The day it was asked for, if not today.
    pub as_of: Option<NaiveDate>,
    /// How many runbooks are in which state.
    pub counts: Counts,
    /// How many runbooks there are.
    pub runbooks: usize,
    /// How many pages that are no runbooks.
    pub pages: usize,
    /// The incidents that somebody has to work on, the worst first.
    pub incidents: Vec<IncidentLine>,
    /// The runs that go on, oldest first.
    pub runs: Vec<RunLine>,
    /// The report made last.
    pub report: Option<KeptReportView>,
    /// The worst: failing first, then by days overdue.
    pub worst: Vec<RunbookLine>,
    /// How many more there are of them.
    pub worst_more: usize,
    /// What was exercised lately, newest first.
    pub lately: Vec<LatelyView>,
    /// Files that could not be read.
    pub unread: Vec<UnreadFile>,
}

/// An exercise, as the first page tells it.
#[derive(Clone, Debug, Serialize)]
pub struct LatelyView {
    /// It.
    #[serde(flatten)]
    pub exercise: ExerciseView,
    /// Its runbook's title.
    pub title: String,
    /// Days since then.
    pub days_since: i64,
    /// For what it was: "Release ingress-nginx".
    pub worked_for: Option<String>,
}

/// A file that could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct UnreadFile {
    /// `path:line:column`.
    pub place: String,
    /// Why.
    pub message: String,
}

/// A list of runbooks, filtered.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookList {
    /// The day it was asked for, if not today.
    pub as_of: Option<NaiveDate>,
    /// All runbooks counted.
    pub counts: Counts,
    /// How many runbooks there are.
    pub known: usize,
    /// What the list can be narrowed by.
    pub facets: Facets,
    /// Those listed.
    pub runbooks: Vec<RunbookLine>,
    /// Pages that are no runbooks.
    pub pages: Vec<super::RunbookRef>,
}

/// What a list of runbooks can be narrowed by.
#[derive(Clone, Debug, Serialize)]
pub struct Facets {
    /// The states, the worst first, `failing` among them.
    pub state: Vec<Facet>,
    /// Owners by name.
    pub owner: Vec<Facet>,
    /// Labels by name.
    pub tag: Vec<Facet>,
    /// Alerts by name.
    pub alert: Vec<Facet>,
    /// Services by name.
    pub service: Vec<Facet>,
}

/// One value of a filter.
#[derive(Clone, Debug, Serialize)]
pub struct Facet {
    /// It.
    pub value: String,
    /// How many runbooks it would leave beside the other filters.
    pub count: usize,
    /// It is what the list is filtered by.
    pub chosen: bool,
}
