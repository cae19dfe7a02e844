//! How far runbooks can be trusted: lists, counts, and the sentence that says it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{App, Document};
use crate::domain::exercise::Exercise;
use crate::domain::freshness::{Freshness, Status, StepFreshness, assess};
use crate::domain::id::{EntryId, RowKey, RunbookId, StepId};
use crate::error::Error;
use crate::runbook::{DocKind, RowSummary, Severity, Summary};
use crate::text::days_ago;
use crate::views::{Counts, FreshnessView, RunbookLine, StaleList, StepFreshnessView};

/// A runbook with what is known of it.
pub(super) struct Judged {
    pub(super) document: Document,
    pub(super) exercises: Vec<Exercise>,
    pub(super) freshness: Freshness,
}

impl App {
    /// Every runbook judged on the day asked about, by slug.
    pub(super) fn judged(&self) -> Result<Vec<Judged>, Error> {
        let mut exercises: HashMap<RunbookId, Vec<Exercise>> = self.ledger.all_exercises()?;
        let mut all = Vec::new();
        for document in self.documents()? {
            if document.summary.kind == DocKind::Page {
                continue;
            }
            let mut own = exercises.remove(&document.runbook).unwrap_or_default();
            join_rows(&mut own, &document.summary);
            let freshness = self.judge(&document.summary, &own);
            all.push(Judged { document, exercises: own, freshness });
        }
        Ok(all)
    }

    /// Judges one runbook on the day asked about.
    pub(super) fn judge(&self, summary: &Summary, exercises: &[Exercise]) -> Freshness {
        self.judge_on(summary, exercises, self.today())
    }

    /// Judges one runbook on any day, by its text of today.
    pub(super) fn judge_on(
        &self,
        summary: &Summary,
        exercises: &[Exercise],
        day: NaiveDate,
    ) -> Freshness {
        let steps: Vec<_> = summary.steps.iter().map(|step| step.facts.clone()).collect();
        assess(&steps, exercises, self.policy(summary), day)
    }

    /// The exercises of a document, with what its file adds to them.
    pub(super) fn exercises(&self, document: &Document) -> Result<Vec<Exercise>, Error> {
        let mut exercises = self.ledger.exercises_of(&document.runbook)?;
        join_rows(&mut exercises, &document.summary);
        Ok(exercises)
    }

    /// The runbooks that are stale, failing, due or never exercised, worst first; with `all`,
    /// every runbook.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn stale(&mut self, all: bool, owner: Option<&str>) -> Result<StaleList, Error> {
        self.refresh()?;
        let judged = self.judged()?;
        let mut counts = Counts::default();
        let mut lines = Vec::new();
        for one in &judged {
            let line = self.line(one);
            let owned = owner.is_none_or(|name| {
                line.owner.as_deref().is_some_and(|o| o.eq_ignore_ascii_case(name))
            });
            if !owned {
                continue;
            }
            count(&mut counts, &line);
            if all || line.failing || !matches!(line.status, Status::Fresh | Status::NotTracked) {
                lines.push(line);
            }
        }
        sort_worst_first(&mut lines);
        Ok(StaleList { as_of: self.today(), counts, runbooks: lines })
    }

    /// How many errors and warnings the texts of all documents hold.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn diagnostic_counts(&self) -> Result<(usize, usize), Error> {
        let documents = self.documents()?;
        let all = || documents.iter().flat_map(|document| &document.summary.diagnostics);
        let of = |severity| all().filter(|d| d.severity == severity).count();
        Ok((of(Severity::Error), of(Severity::Warning)))
    }

    /// A runbook as a line of a list.
    pub(super) fn line(&self, one: &Judged) -> RunbookLine {
        let summary = &one.document.summary;
        let freshness = &one.freshness;
        let tracked = summary.steps.iter().zip(&freshness.steps).filter(|(step, known)| {
            step.facts.tracked || known.last_worked.is_some() || known.failing
        });
        let known_since = self.known_since(&one.document, &one.exercises);
        RunbookLine {
            slug: one.document.slug.clone(),
            title: summary.title.clone(),
            owner: self.owner_name(summary),
            kind: summary.kind,
            status: freshness.status,
            failing: freshness.failing,
            last_worked: freshness.last_worked,
            days_since: freshness.days_since,
            limit_days: freshness.limit_days,
            stale_on: freshness.stale_on,
            overdue_days: overdue(freshness),
            reason: reason(freshness, known_since),
            known_since,
            example: summary.example,
            alerts: summary.alerts.clone(),
            service: summary.service.clone(),
            tags: summary.tags.clone(),
            sentence: sentence(freshness, summary),
            steps: tracked.map(|(_, known)| step_view(known, &one.exercises)).collect(),
        }
    }

    /// Since when a runbook is known: when it was first seen, or its first exercise.
    fn known_since(&self, document: &Document, exercises: &[Exercise]) -> Option<NaiveDate> {
        let seen = self.date_of(document.first_seen);
        exercises.iter().map(|exercise| exercise.date).chain([seen]).min()
    }
}

/// Adds to exercises what only the file tells: notes of rows, and their order in the table.
pub(super) fn join_rows(exercises: &mut [Exercise], summary: &Summary) {
    let rows: HashMap<&RowKey, &RowSummary> =
        summary.rows.iter().map(|row| (&row.key, row)).collect();
    for exercise in exercises {
        let row = exercise.row.as_ref().and_then(|key| rows.get(key));
        if let Some(row) = row {
            exercise.order = row.order;
            if exercise.notes.is_empty() {
                exercise.notes.clone_from(&row.notes);
            }
        }
        exercise.row_removed = super::rows::row_removed(exercise, row.is_some());
    }
}

pub(super) fn count(counts: &mut Counts, line: &RunbookLine) {
    count_state(counts, line.status, line.failing);
}

pub(super) fn count_state(counts: &mut Counts, status: Status, failing: bool) {
    counts.failing += usize::from(failing);
    let place = match status {
        // What failed is not counted as fresh in the same breath.
        Status::Fresh if failing => return,
        Status::Fresh => &mut counts.fresh,
        Status::Due => &mut counts.due,
        Status::Stale => &mut counts.stale,
        Status::Never => &mut counts.never,
        Status::NotTracked => &mut counts.not_tracked,
    };
    *place += 1;
}

/// Failing first, then stale by days overdue, then never, then due by the day it becomes stale.
pub(super) fn sort_worst_first(lines: &mut [RunbookLine]) {
    let rank = |status: Status| match status {
        Status::Stale => 0,
        Status::Never => 1,
        Status::Due => 2,
        Status::Fresh => 3,
        Status::NotTracked => 4,
    };
    let overdue = |line: &RunbookLine| line.days_since.unwrap_or(0) - i64::from(line.limit_days);
    lines.sort_by(|a, b| {
        b.failing
            .cmp(&a.failing)
            .then_with(|| rank(a.status).cmp(&rank(b.status)))
            .then_with(|| overdue(b).cmp(&overdue(a)))
            .then_with(|| a.slug.cmp(&b.slug))
    });
}

/// A runbook's freshness, in the shape that is shown.
pub(super) fn freshness_view(freshness: &Freshness, summary: &Summary) -> FreshnessView {
    FreshnessView {
        status: freshness.status,
        failing: freshness.failing,
        last_worked: freshness.last_worked,
        by_step: joined(&freshness.by_steps),
        days_since: freshness.days_since,
        limit_days: freshness.limit_days,
        stale_on: freshness.stale_on,
        edited_since: freshness.edited_since,
        edited_what: freshness.edited_since.what(),
        sentence: sentence(freshness, summary),
    }
}

/// A step's freshness, in the shape that is shown.
pub(super) fn step_view(known: &StepFreshness, exercises: &[Exercise]) -> StepFreshnessView {
    StepFreshnessView {
        id: known.id.clone(),
        status: known.status,
        failing: known.failing,
        last_worked: known.last_worked,
        days_since: known.days_since,
        edited_since: known.edited_since,
        edited_what: known.edited_since.what(),
        worked_for: worked_for(known.by, exercises),
    }
}

/// For what an exercise was: "Release ingress-nginx, Region eu-west".
pub(super) fn worked_for(by: Option<EntryId>, exercises: &[Exercise]) -> Option<String> {
    let exercise = exercises.iter().find(|exercise| Some(exercise.id) == by)?;
    let parts: Vec<String> = exercise
        .context
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn joined(steps: &[StepId]) -> Option<String> {
    let ids: Vec<&str> = steps.iter().map(StepId::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(" + "))
}

/// "fresh by 3a, 24 days ago; 3b 107 d; 3d never".
pub(super) fn sentence(freshness: &Freshness, summary: &Summary) -> String {
    let mut words = match (freshness.status, freshness.days_since) {
        (Status::Never, _) | (Status::NotTracked, None) => match freshness.status {
            Status::Never => "never exercised".to_owned(),
            _ => "need not be exercised".to_owned(),
        },
        (status, Some(days)) => {
            let by = joined(&freshness.by_steps).map(|by| format!(" by {by}")).unwrap_or_default();
            format!("{}{by}, {}", status.as_str(), days_ago(days))
        }
        (status, None) => status.as_str().to_owned(),
    };
    let others = summary.steps.iter().zip(&freshness.steps).filter(|(step, known)| {
        step.facts.tracked
            && !freshness.by_steps.contains(&known.id)
            && !is_parent_of_any(&known.id, summary)
    });
    for (_, known) in others.take(6) {
        let age = match known.days_since {
            Some(days) => format!("{days} d"),
            None => "never".to_owned(),
        };
        words.push_str(&format!("; {} {age}", known.id));
    }
    if freshness.failing {
        let failing: Vec<&str> = freshness
            .steps
            .iter()
            .filter(|step| step.failing)
            .map(|step| step.id.as_str())
            .collect();
        words.push_str("; failing");
        if !failing.is_empty() {
            words.push_str(&format!(": {}", failing.join(", ")));
        }
    }
    words
}

pub(super) fn is_parent_of_any(id: &StepId, summary: &Summary) -> bool {
    summary.steps.iter().any(|step| step.facts.parent.as_ref() == Some(id))
}

/// Why somebody should look at a runbook before trusting it, in words; empty for one that is
/// fresh.
fn reason(freshness: &Freshness, known_since: Option<NaiveDate>) -> String {
    let mut reasons = Vec::new();
    if freshness.failing {
        let steps = freshness.steps.iter().filter(|step| step.failing);
        let steps: Vec<String> = steps.map(|step| step_words(&step.id)).collect();
        let which = if steps.is_empty() { "it".to_owned() } else { steps.join(", ") };
        reasons.push(format!("{which} failed and has not worked since"));
    }
    let limit = freshness.limit_days;
    match (freshness.status, freshness.days_since) {
        (Status::Stale, Some(days)) => reasons.push(format!(
            "{} over its limit of {limit}, last worked {}",
            crate::text::count(
                usize::try_from(overdue(freshness).unwrap_or(0)).unwrap_or(0),
                "day",
                "days"
            ),
            days_ago(days)
        )),
        (Status::Due, Some(days)) => reasons.push(format!(
            "turns stale {}, last worked {}",
            in_days(i64::from(limit) + 1 - days),
            days_ago(days)
        )),
        (Status::Never, _) => reasons.push(match known_since {
            Some(since) => format!("never exercised, known since {since}"),
            None => "never exercised".to_owned(),
        }),
        _ => {}
    }
    reasons.join("; ")
}

/// Days past the limit, for what is stale.
fn overdue(freshness: &Freshness) -> Option<i64> {
    let over = freshness.days_since? - i64::from(freshness.limit_days);
    (freshness.status == Status::Stale && over > 0).then_some(over)
}

/// "step 3a"; a step without a number goes by its name.
pub(super) fn step_words(id: &StepId) -> String {
    match id.as_str().starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("step {id}"),
        false => format!("“{id}”"),
    }
}

/// "today", "tomorrow", "in 3 days".
fn in_days(days: i64) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}
