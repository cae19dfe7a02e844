//! Figures over many incidents: how long things took, what came back, and what runbooks claim.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Datelike as _, NaiveDate};

use crate::config::Config;
use crate::domain::entry::Timestamp;
use crate::domain::id::{IncidentId, IncidentLabel, RunbookId, Slug};
use crate::domain::incident::{Incident, Moment, TimeName};
use crate::domain::metrics::{
    Case, Figures, Measure, Minutes, RECURRENCE_DAYS, plain_minutes, recurrences,
};
use crate::error::Error;
use crate::views::metrics::{
    FiguresView, GroupView, MeasureView, MetricsView, OverdueByOwnerView, OverdueFiguresView,
    QuestionFiguresView, RecurredView, RecurrenceView, RunbookFiguresView,
};

use super::{ActionFilter, App, Document};

/// How quantiles are read, for people.
const METHOD: &str = "medians and 90th percentiles by linear interpolation between the two nearest \
                      values";

/// The names under which the context says what was seen.
const SYMPTOMS: [&str; 2] = ["symptom", "alert"];

/// By what incidents are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The quarter in which they began.
    Quarter,
    /// The month in which they began.
    Month,
    /// Each service they hit.
    Service,
    /// How bad they were.
    Severity,
}

impl GroupBy {
    /// The words of the command line.
    pub const WORDS: [&str; 4] = ["quarter", "month", "service", "severity"];

    /// Reads a word; none if it is none of [`GroupBy::WORDS`].
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "service" => Self::Service,
            "severity" => Self::Severity,
            _ => return None,
        })
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Service => "service",
            Self::Severity => "severity",
        }
    }
}

/// What is asked of the figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsAsked {
    /// By what they are grouped, if at all.
    pub by: Option<GroupBy>,
    /// Only incidents that began on this day or later, in the workspace's zone.
    pub since: Option<NaiveDate>,
    /// Also those that began on the day before `since`, after this moment.
    pub after: Option<Timestamp>,
    /// Only incidents that began on this day or earlier.
    pub until: Option<NaiveDate>,
    /// Count only minutes inside the support hours.
    pub support_hours: bool,
    /// Tell means of a few, too.
    pub mean: bool,
}

/// An incident with what is measured of it.
struct Measured {
    incident: Incident,
    case: Case,
    /// The runbooks used, each with its first use where that is known.
    used: Vec<(RunbookId, Option<Timestamp>)>,
}

impl App {
    /// What the incidents come to. Cancelled ones and duplicates are left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn incident_metrics(&mut self, asked: &MetricsAsked) -> Result<MetricsView, Error> {
        self.refresh()?;
        let mut left_out = 0;
        let mut measured = Vec::new();
        let mut all = Vec::new();
        for incident in self.ledger.incidents()? {
            let used = self.runbooks_in(&incident)?;
            let case = case(&incident, &used);
            let day = day_of(&self.config, case.at);
            // What is of no day is not within days of anything.
            if incident.status.value.counts() && !incident.is_undated() {
                all.push(case.clone());
            }
            let late = asked.until.is_some_and(|until| until < day);
            let early = asked.since.is_some_and(|since| {
                let is_just_before = day.succ_opt() == Some(since);
                day < since && !(is_just_before && asked.after.is_some_and(|at| at < case.at))
            });
            if late || early {
                continue;
            }
            if incident.status.value.counts() {
                measured.push(Measured { incident, case, used });
            } else {
                left_out += 1;
            }
        }
        let hours = &self.config.support_hours;
        let in_hours = |from: Timestamp, to: Timestamp| hours.minutes_between(from, to);
        let minutes: Minutes<'_> = if asked.support_hours { &in_hours } else { &plain_minutes };
        let groups = groups(&self.config, &measured, asked.by);
        Ok(MetricsView {
            since: asked.since.map(|day| day.to_string()),
            by: asked.by.map(GroupBy::as_str),
            support_hours: asked.support_hours.then(|| hours.words()),
            method: METHOD,
            incidents: measured.len(),
            left_out,
            groups: groups
                .into_iter()
                .map(|(name, cases)| group_view(name, &cases, minutes, asked.mean))
                .collect(),
            recurrence: self.recurrence(&all, &measured)?,
            runbooks: self.runbook_figures(&measured, minutes, asked.mean)?,
            questions: self.question_figures(&measured)?,
            overdue: self.overdue_figures()?,
        })
    }

    /// Which of those measured came back; what they repeat may be older than those asked for.
    fn recurrence(&self, all: &[Case], measured: &[Measured]) -> Result<RecurrenceView, Error> {
        let asked: HashSet<&str> = measured.iter().map(|it| it.case.label.as_str()).collect();
        let mut recurred = Vec::new();
        for found in recurrences(all).into_iter().filter(|it| asked.contains(it.label.as_str())) {
            let runbook = found.runbook.map(RunbookId::from);
            let runbook = runbook.map(|id| self.named(&id)).transpose()?;
            let (service, symptom) = found.service_and_symptom.unzip();
            recurred.push(RecurredView {
                label: IncidentLabel::from(found.label),
                before: IncidentLabel::from(found.before),
                days: found.days,
                runbook: runbook.map(|(slug, _)| slug),
                service,
                symptom,
            });
        }
        let incidents = recurred.len();
        Ok(RecurrenceView { within_days: RECURRENCE_DAYS, incidents, recurred })
    }

    /// A runbook's address and its file; its identity where there is none.
    fn named(&self, id: &RunbookId) -> Result<(Slug, Option<Document>), Error> {
        let document = self.ledger.document_of(id)?.map(Document::read).transpose()?;
        let slug = document.as_ref().map_or_else(|| Slug::from(id.as_str()), |it| it.slug.clone());
        Ok((slug, document))
    }

    /// From the first step used until the incident was mitigated, for each runbook.
    fn runbook_figures(
        &self,
        measured: &[Measured],
        minutes: Minutes<'_>,
        mean: bool,
    ) -> Result<Vec<RunbookFiguresView>, Error> {
        // Beside the figures, the real lengths: a claim of seconds is not judged by minutes, nor by
        // those of the support hours alone.
        let mut found: BTreeMap<RunbookId, (Figures, Vec<i64>)> = BTreeMap::new();
        for Measured { incident, used, .. } in measured {
            for (runbook, first) in used {
                let (figures, lengths) = found.entry(runbook.clone()).or_default();
                match (first, incident.time(TimeName::Mitigated)) {
                    (Some(first), mitigated) => {
                        figures.count(*first, mitigated, minutes);
                        let length = mitigated.known().map(|mitigated| mitigated.0 - first.0);
                        lengths.extend(length.filter(|length| *length >= 0));
                    }
                    (None, Moment::NotApplicable) => figures.not_applicable += 1,
                    (None, _) => figures.missing += 1,
                }
            }
        }
        let mut views = Vec::new();
        for (id, (figures, lengths)) in found {
            let (slug, document) = self.named(&id)?;
            let title = document.as_ref().map(|it| it.summary.title.clone());
            let claimed = document.as_ref().and_then(|it| it.summary.time_to_mitigate);
            let figures = figures.sorted();
            let over =
                |max_s: u32| lengths.iter().filter(|took| **took > i64::from(max_s) * 1000).count();
            views.push(RunbookFiguresView {
                title: title.unwrap_or_else(|| slug.to_string()),
                slug,
                incidents: figures.n() + figures.missing + figures.not_applicable,
                over_claim: claimed.map(|claimed| over(claimed.max_s)),
                claimed,
                figures: figures_view(&figures, mean),
            });
        }
        views.sort_by(|a, b| (b.incidents, &a.slug).cmp(&(a.incidents, &b.slug)));
        Ok(views)
    }

    /// How often each question of their postmortems was answered badly, the worst first.
    fn question_figures(&self, measured: &[Measured]) -> Result<Vec<QuestionFiguresView>, Error> {
        let ids: HashSet<IncidentId> = measured.iter().map(|it| it.incident.id).collect();
        let counts = self.ledger.answer_counts(|incident| ids.contains(&incident))?;
        let mut views: Vec<QuestionFiguresView> = counts
            .into_iter()
            .map(|count| QuestionFiguresView {
                percent_bad: (count.bad * 100).checked_div(count.answered).unwrap_or(0),
                question: count.question,
                text: count.text,
                answered: count.answered,
                bad: count.bad,
            })
            .collect();
        views.sort_by(|a, b| {
            (b.percent_bad, b.bad, &a.question).cmp(&(a.percent_bad, a.bad, &b.question))
        });
        Ok(views)
    }

    /// What is late today, whatever incident it belongs to: nothing that was promised drops out
    /// of sight because its incident is long ago.
    fn overdue_figures(&self) -> Result<OverdueFiguresView, Error> {
        let actions = self.action_list(&ActionFilter::default())?.actions;
        let late = actions.iter().filter(|action| action.days_overdue.is_some());
        let postmortems = self.postmortem_list()?.postmortems;
        let unpublished = postmortems.iter().filter(|line| line.overdue.is_some());
        let owed = late.map(|action| (&action.owner, 1, 0));
        let owed = owed.chain(unpublished.map(|line| (&line.owner, 0, 1)));
        let mut by_owner: BTreeMap<(bool, &Option<String>), (usize, usize)> = BTreeMap::new();
        for (owner, action_items, postmortems) in owed {
            // What nobody owns comes last.
            let sum = by_owner.entry((owner.is_none(), owner)).or_default();
            *sum = (sum.0 + action_items, sum.1 + postmortems);
        }
        let by_owner: Vec<OverdueByOwnerView> = by_owner
            .into_iter()
            .map(|((_, owner), (action_items, postmortems))| OverdueByOwnerView {
                owner: owner.clone(),
                action_items,
                postmortems,
            })
            .collect();
        Ok(OverdueFiguresView {
            action_items: by_owner.iter().map(|it| it.action_items).sum(),
            postmortems: by_owner.iter().map(|it| it.postmortems).sum(),
            by_owner,
        })
    }
}

fn case(incident: &Incident, used: &[(RunbookId, Option<Timestamp>)]) -> Case {
    let symptom = SYMPTOMS.iter().find_map(|wanted| {
        incident.context().find(|(name, _)| name == wanted).map(|(_, value)| value.to_owned())
    });
    Case {
        label: incident.label.to_string(),
        times: incident.plain_times(),
        at: incident.began(),
        services: incident.services.value.clone(),
        symptom: symptom.unwrap_or_default(),
        runbooks: used.iter().map(|(runbook, _)| runbook.to_string()).collect(),
    }
}

fn day_of(config: &Config, at: Timestamp) -> NaiveDate {
    config.date_of(DateTime::from_timestamp_millis(at.0).unwrap_or_default())
}

/// The groups in their order: time goes on, names are sorted, the worst severity is first, and
/// what names no service is last.
fn groups<'a>(
    config: &Config,
    measured: &'a [Measured],
    by: Option<GroupBy>,
) -> Vec<(Option<String>, Vec<&'a Case>)> {
    let Some(by) = by else {
        return vec![(None, measured.iter().map(|it| &it.case).collect())];
    };
    let mut groups: BTreeMap<(String, Option<String>), Vec<&Case>> = BTreeMap::new();
    for Measured { incident, case, .. } in measured {
        let day = day_of(config, case.at);
        let named = |name: String| (name.clone(), Some(name));
        let last = || "\u{10ffff}".to_owned();
        let keys = match by {
            GroupBy::Quarter | GroupBy::Month if incident.is_undated() => {
                vec![(last(), Some("unknown".to_owned()))]
            }
            GroupBy::Quarter => {
                vec![named(format!("{}-Q{}", day.year(), day.month0() / 3 + 1))]
            }
            GroupBy::Month => vec![named(day.format("%Y-%m").to_string())],
            GroupBy::Severity if incident.severity_unknown => {
                vec![(last(), Some("unknown".to_owned()))]
            }
            GroupBy::Severity => {
                let severity = incident.severity.value;
                let label = config.incidents.severities.label(severity).to_owned();
                vec![(severity.rank().to_string(), Some(label))]
            }
            GroupBy::Service if case.services.is_empty() => vec![(last(), None)],
            GroupBy::Service => {
                let services: BTreeSet<&String> = case.services.iter().collect();
                services.into_iter().cloned().map(named).collect()
            }
        };
        for key in keys {
            groups.entry(key).or_default().push(case);
        }
    }
    groups.into_iter().map(|((_, name), cases)| (name, cases)).collect()
}

fn group_view(
    name: Option<String>,
    cases: &[&Case],
    minutes: Minutes<'_>,
    mean: bool,
) -> GroupView {
    let measure = |measure: Measure| {
        let (from, to) = measure.ends();
        let figures = Figures::of(measure, cases.iter().copied(), minutes);
        MeasureView {
            measure: measure.as_str(),
            from: from.as_str(),
            to: to.as_str(),
            figures: figures_view(&figures, mean),
        }
    };
    GroupView { name, incidents: cases.len(), measures: Measure::ALL.map(measure).to_vec() }
}

fn figures_view(figures: &Figures, mean: bool) -> FiguresView {
    FiguresView {
        n: figures.n(),
        missing: figures.missing,
        not_applicable: figures.not_applicable,
        median_min: figures.median(),
        p90_min: figures.p90(),
        mean_min: figures.mean(mean),
    }
}
