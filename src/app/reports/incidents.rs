//! What incidents came to: how long things took, what came back, what was answered badly again,
//! and which postmortems are late.

use super::super::App;
use super::super::metrics::MetricsAsked;
use super::{Asked, after};
use crate::domain::metrics::Measure;
use crate::error::Error;
use crate::text::count;
use crate::text::lengths::minutes_words;
use crate::views::metrics::GroupView;
use crate::views::report::{Frame, IncidentsReport};

/// A report looks so many days back.
pub(super) const PERIOD: u64 = 28;

/// A bad answer is told where it was given so often: once may be chance.
const REPEATED: usize = 2;

impl App {
    /// The report on incidents as a view.
    ///
    /// # Errors
    /// Its period begins after it ends, or the store cannot be read.
    pub fn incidents_report(&mut self, asked: &Asked) -> Result<IncidentsReport, Error> {
        let since = self.period(asked, PERIOD)?;
        let as_of = self.today();
        // The report before this one told of the day it was made on.
        let wanted = MetricsAsked {
            since: Some(after(since, 1)),
            after: asked.told_at,
            until: Some(as_of),
            ..MetricsAsked::default()
        };
        let told = self.incident_metrics(&wanted)?;
        let inputs = self.inputs(&self.judged()?)?;
        let mut incidents = Vec::new();
        for incident in self.ledger.incidents()? {
            let day = self.date_of(incident.began());
            let counts = incident.status.value.counts() && !incident.is_undated();
            if counts && self.is_told_now(asked, since, day, incident.began()) {
                incidents.push(self.incident_line(&incident));
            }
        }
        let postmortems = self.postmortem_list()?.postmortems;
        let postmortems: Vec<_> =
            postmortems.into_iter().filter(|line| line.overdue.is_some()).collect();
        let metrics = told.groups.into_iter().next().unwrap_or_else(|| GroupView {
            name: None,
            incidents: 0,
            measures: Vec::new(),
        });
        let days = (as_of - since).num_days();
        let headline = headline(&metrics, days, told.recurrence.incidents, postmortems.len());
        let repeated = told.questions.into_iter().filter(|it| it.bad >= REPEATED).collect();
        Ok(IncidentsReport {
            frame: Frame {
                report: "incidents",
                as_of,
                since,
                first_day: after(since, 1),
                owner: None,
                headline,
                notice: None,
                server: self.server(),
                inputs,
            },
            incidents,
            left_out: told.left_out,
            metrics,
            recurrence: told.recurrence,
            repeated,
            postmortems,
        })
    }
}

fn headline(group: &GroupView, days: i64, recurred: usize, late: usize) -> String {
    let days = count(usize::try_from(days).unwrap_or(0), "day", "days");
    let mut words = match group.incidents {
        0 => format!("No incident in {days}"),
        many => format!("{} in {days}", count(many, "incident", "incidents")),
    };
    let mitigate = group.measures.iter().find(|it| it.measure == Measure::Mitigate.as_str());
    match (mitigate.and_then(|it| it.figures.median_min), group.incidents) {
        (Some(median), 1) => words += &format!(", mitigated in {}", minutes_words(median)),
        // Where some were never mitigated, it is half of those that were.
        (Some(median), _) => words += &format!(", median {} to mitigate", minutes_words(median)),
        (None, _) => {}
    }
    if recurred > 0 {
        words += &format!("; {recurred} came back");
    }
    if late > 0 {
        words += &format!("; {}", count(late, "postmortem is late", "postmortems are late"));
    }
    words + "."
}
