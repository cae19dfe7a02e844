//! Figures over many incidents, as JSON, pages and templates show them.

use serde::Serialize;

use crate::domain::id::{IncidentLabel, QuestionId, Slug};
use crate::runbook::DurationRange;

/// What many incidents come to: `incident metrics --json`. All lengths are in minutes; medians,
/// percentiles and means to a tenth.
#[derive(Clone, Debug, Serialize)]
pub struct MetricsView {
    /// Only incidents from this day on, if one was asked for.
    pub since: Option<String>,
    /// By what they are grouped: `quarter`, `month`, `service` or `severity`.
    pub by: Option<&'static str>,
    /// The hours in which minutes count, in words; null where all do.
    pub support_hours: Option<String>,
    /// How medians and percentiles are read, in words.
    pub method: &'static str,
    /// How many incidents are measured.
    pub incidents: usize,
    /// How many were left out: cancelled ones and duplicates.
    pub left_out: usize,
    /// One group for each quarter, month, service or severity; else a single one.
    pub groups: Vec<GroupView>,
    /// What came back.
    pub recurrence: RecurrenceView,
    /// For each runbook used, what it claims and what it took.
    pub runbooks: Vec<RunbookFiguresView>,
    /// How the questions of their postmortems were answered, the worst first.
    pub questions: Vec<QuestionFiguresView>,
    /// What is late today, of all incidents.
    pub overdue: OverdueFiguresView,
}

/// How a question was answered in several postmortems; those in which it does not apply, or that
/// answered it in words, are not counted.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionFiguresView {
    /// The question.
    pub question: QuestionId,
    /// In the words in which it was asked last.
    pub text: String,
    /// How many postmortems answered it.
    pub answered: usize,
    /// How many of the answers were bad ones.
    pub bad: usize,
    /// How many of a hundred, rounded down.
    pub percent_bad: usize,
}

/// What is late.
#[derive(Clone, Debug, Serialize)]
pub struct OverdueFiguresView {
    /// How many action items.
    pub action_items: usize,
    /// How many postmortems, for their draft or their publication.
    pub postmortems: usize,
    /// The same by owner; what nobody owns comes last.
    pub by_owner: Vec<OverdueByOwnerView>,
}

/// What is late of one owner.
#[derive(Clone, Debug, Serialize)]
pub struct OverdueByOwnerView {
    /// Who; null where nobody has it.
    pub owner: Option<String>,
    /// How many action items.
    pub action_items: usize,
    /// How many postmortems.
    pub postmortems: usize,
}

/// The incidents of one quarter, month, service or severity.
#[derive(Clone, Debug, Serialize)]
pub struct GroupView {
    /// Which: `2026-Q2`, `2026-05`, `checkout`, `P1`; null where there is one group only, or for
    /// incidents that name no service.
    pub name: Option<String>,
    /// How many they are.
    pub incidents: usize,
    /// Detect, acknowledge, mitigate, resolve and impact.
    pub measures: Vec<MeasureView>,
}

/// One measure over the incidents of a group.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureView {
    /// `detect`, `acknowledge`, `mitigate`, `resolve` or `impact`.
    pub measure: &'static str,
    /// The time it begins with.
    pub from: &'static str,
    /// The time it ends with.
    pub to: &'static str,
    /// What it comes to.
    #[serde(flatten)]
    pub figures: FiguresView,
}

/// What some lengths come to, in minutes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FiguresView {
    /// How many have both ends.
    pub n: usize,
    /// How many lack an end that is not known.
    pub missing: usize,
    /// How many have no such end.
    pub not_applicable: usize,
    /// Half of them took no longer.
    pub median_min: Option<f64>,
    /// Nine of ten took no longer.
    pub p90_min: Option<f64>,
    /// The mean; null for fewer than ten, unless asked for.
    pub mean_min: Option<f64>,
}

/// What came back within so many days.
#[derive(Clone, Debug, Serialize)]
pub struct RecurrenceView {
    /// Within how many days.
    pub within_days: i64,
    /// How many incidents came back.
    pub incidents: usize,
    /// Which, oldest first.
    pub recurred: Vec<RecurredView>,
}

/// An incident like one before.
#[derive(Clone, Debug, Serialize)]
pub struct RecurredView {
    /// The incident.
    pub label: IncidentLabel,
    /// The one before.
    pub before: IncidentLabel,
    /// Full days between them.
    pub days: i64,
    /// The runbook that both needed.
    pub runbook: Option<Slug>,
    /// The service that both hit, where it is not the runbook.
    pub service: Option<String>,
    /// The symptom that both had.
    pub symptom: Option<String>,
}

/// How long a runbook took, from its first step used until the incident was mitigated.
#[derive(Clone, Debug, Serialize)]
pub struct RunbookFiguresView {
    /// Its address; its identity where its file is gone.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// The time to mitigate that it claims.
    pub claimed: Option<DurationRange>,
    /// In how many incidents it was used.
    pub incidents: usize,
    /// How long it took.
    #[serde(flatten)]
    pub figures: FiguresView,
    /// How many took longer than it claims at most.
    pub over_claim: Option<usize>,
}
