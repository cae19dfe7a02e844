//! What the weekly report needs to know of each runbook: how it stands, how it stood, and how
//! much it would hurt.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::super::App;
use super::super::freshness::{Judged, is_parent_of_any, step_words};
use super::{Asked, before, is_of, one_owner};
use crate::domain::exercise::{ExerciseKind, Outcome, StepResult};
use crate::domain::freshness::{Freshness, Status};
use crate::domain::id::{RunbookId, StepId};
use crate::domain::incident::Severity;
use crate::domain::report::{ALERT_DAYS, Facts, INCIDENT_DAYS, Standing, risk, total};
use crate::error::Error;
use crate::text::truncate_to_width;
use crate::views::report::ReportLine;

/// The widest title in a report, in columns.
const TITLE: usize = 200;

/// A runbook, as a report sees it.
pub(super) struct Known {
    pub(super) judged: Judged,
    /// How it stood on the day it is compared with.
    pub(super) was: Standing,
    pub(super) line: ReportLine,
}

/// The incidents in which a runbook was used, and how often alerts led to it.
#[derive(Default)]
struct Uses {
    incidents: BTreeSet<String>,
    worst: Option<Severity>,
    from_alerts: u64,
}

impl App {
    /// Every runbook of the owner asked for, by slug.
    pub(super) fn gathered(
        &self,
        judged: Vec<Judged>,
        asked: &Asked,
        since: NaiveDate,
    ) -> Result<Vec<Known>, Error> {
        let mut uses = self.uses_in_incidents()?;
        let today = self.today();
        let led = self.ledger.opened_from_alerts(before(today, ALERT_DAYS), today)?;
        for (runbook, times) in led {
            uses.entry(runbook).or_default().from_alerts = times;
        }
        let mut all = Vec::new();
        for one in judged {
            let summary = &one.document.summary;
            if !is_of(asked, self.owner_name(summary).as_deref()) {
                continue;
            }
            let was = self.judge_on(summary, &one.exercises, since);
            let uses = uses.remove(&one.document.runbook).unwrap_or_default();
            let line = self.report_line(&one, uses);
            all.push(Known { was: standing(&was), line, judged: one });
        }
        Ok(all)
    }

    fn report_line(&self, one: &Judged, uses: Uses) -> ReportLine {
        let line = self.line(one);
        let reasons = risk(&self.risk_facts(one, uses));
        ReportLine {
            owner_chat: one_owner(line.owner.as_deref()).and_then(|it| self.chat_of(&it)),
            owner: one_owner(line.owner.as_deref()),
            slug: line.slug,
            // A title may be as long as a file, and a report is read to its end.
            title: truncate_to_width(&line.title, TITLE),
            status: line.status,
            failing: line.failing,
            last_worked: line.last_worked,
            days_since: line.days_since,
            limit_days: line.limit_days,
            overdue_days: line.overdue_days,
            stale_on: line.stale_on,
            // A later day says nothing of the day spoken of.
            known_since: line.known_since.filter(|day| *day <= self.today()),
            points: total(&reasons),
            reasons,
        }
    }

    /// Where an owner is written to.
    fn chat_of(&self, owner: &str) -> Option<String> {
        self.config.owners.get(owner).and_then(|owner| owner.chat.clone())
    }

    fn risk_facts(&self, one: &Judged, mut uses: Uses) -> Facts {
        let freshness = &one.freshness;
        let (from, to) = (before(self.today(), INCIDENT_DAYS), self.today());
        for exercise in &one.exercises {
            let used = exercise.kind == ExerciseKind::Incident
                && exercise.outcome != Outcome::NotUsed
                && exercise.retracted.is_none();
            if used && from < exercise.date && exercise.date <= to {
                let label = exercise.incident.clone();
                uses.incidents.insert(label.unwrap_or_else(|| exercise.id.to_string()));
            }
        }
        let severities = &self.config.incidents.severities;
        let named = one.document.summary.severity.as_deref();
        let named = named.and_then(|label| severities.find(label).ok());
        let worst = uses.worst.into_iter().chain(named).min();
        Facts {
            overdue_days: match freshness.status {
                Status::Stale => {
                    freshness.days_since.map(|days| days - i64::from(freshness.limit_days))
                }
                _ => None,
            },
            limit_days: freshness.limit_days,
            failing: freshness.failing.then(|| failing_words(freshness)),
            several_fail: freshness.steps.iter().filter(|step| step.failing).count() > 1,
            never: freshness.status == Status::Never,
            incidents: uses.incidents.len(),
            from_alerts: uses.from_alerts,
            severity: worst.map(|worst| (worst, severities.label(worst).to_owned())),
            edited: freshness.edited_since,
        }
    }

    /// In which incidents of the last year each runbook was used, as incidents themselves tell.
    fn uses_in_incidents(&self) -> Result<HashMap<RunbookId, Uses>, Error> {
        let (from, to) = (before(self.today(), INCIDENT_DAYS), self.today());
        let mut uses: HashMap<RunbookId, Uses> = HashMap::new();
        for incident in self.ledger.incidents()? {
            let day = self.date_of(incident.began());
            let counts = incident.status.value.counts() && !incident.is_undated();
            if !counts || day <= from || to < day {
                continue;
            }
            let severity = (!incident.severity_unknown).then_some(incident.severity.value);
            for (runbook, _) in self.runbooks_in(&incident)? {
                let own = uses.entry(runbook).or_default();
                own.incidents.insert(incident.label.to_string());
                own.worst = own.worst.into_iter().chain(severity).min();
            }
        }
        Ok(uses)
    }
}

impl Known {
    pub(super) const fn is_stale(&self) -> bool {
        matches!(self.line.status, Status::Stale)
    }

    /// The steps that act and that nobody ever tried, in the text's order. A step with parts is
    /// told by them.
    pub(super) fn untried(&self) -> Vec<StepId> {
        let summary = &self.judged.document.summary;
        let steps = summary.steps.iter().zip(&self.judged.freshness.steps);
        steps
            .filter(|(step, known)| {
                step.facts.tracked
                    && known.status == Status::Never
                    && !known.failing
                    && !is_parent_of_any(&known.id, summary)
            })
            .map(|(_, known)| known.id.clone())
            .collect()
    }

    /// The steps with untried parts that were recorded to have worked by their own names: which of
    /// their parts were tried was not told then.
    pub(super) fn worked_whole(&self) -> Vec<StepId> {
        let untried = self.untried();
        let steps = self.judged.document.summary.steps.iter();
        let parts = steps.zip(&self.judged.freshness.steps);
        let parents = parts
            .filter(|(_, it)| untried.contains(&it.id))
            .filter_map(|(it, _)| it.facts.parent.clone());
        let mut whole: Vec<StepId> = parents.filter(|parent| self.worked(parent)).collect();
        whole.dedup();
        whole
    }

    fn worked(&self, step: &StepId) -> bool {
        let exercises = self.judged.exercises.iter().filter(|it| it.retracted.is_none());
        exercises
            .flat_map(|it| &it.steps)
            .any(|it| it.id == *step && it.result == StepResult::Worked)
    }

    /// The steps that fail.
    pub(super) fn failing_steps(&self) -> Vec<StepId> {
        let steps = self.judged.freshness.steps.iter();
        steps.filter(|step| step.failing).map(|step| step.id.clone()).collect()
    }

    /// How long it takes, in seconds: what it claims at most, else the budgets of its steps. The
    /// budget of a check says nothing where those of the steps that act are missing.
    pub(super) fn claimed_s(&self) -> Option<u32> {
        let summary = &self.judged.document.summary;
        let steps = summary.steps.iter().filter(|step| step.facts.parent.is_none());
        let mut acting = steps.clone().filter(|step| step.facts.tracked).peekable();
        let covered = acting.peek().is_some() && acting.all(|step| step.budget_s.is_some());
        let budgets = steps.filter_map(|step| step.budget_s).fold(0_u32, u32::saturating_add);
        let claimed = summary.time_to_mitigate.map(|claimed| claimed.max_s);
        claimed.or_else(|| covered.then_some(budgets)).filter(|seconds| *seconds > 0)
    }
}

pub(super) const fn standing(freshness: &Freshness) -> Standing {
    Standing { status: freshness.status, failing: freshness.failing }
}

/// "step 3b", "steps 3a and 3c", or "it" where no step is named.
fn failing_words(freshness: &Freshness) -> String {
    let steps: Vec<&StepId> =
        freshness.steps.iter().filter(|step| step.failing).map(|step| &step.id).collect();
    match steps.as_slice() {
        [] => "it".to_owned(),
        [one] => step_words(one),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(|step| step.as_str()).collect();
            format!("steps {} and {last}", first.join(", "))
        }
    }
}
