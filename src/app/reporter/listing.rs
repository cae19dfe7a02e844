//! What was made, where it went, and what comes next.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::App;
use super::super::incidents::utc;
use super::super::postmortems::html_sections;
use crate::config::{PlannedReport, Setting};
use crate::domain::entry::Timestamp;
use crate::domain::id::{ReportLabel, Slug};
use crate::domain::report::{Delivery, DeliveryState, Form, KeptReport, Kind};
use crate::error::Error;
use crate::runbook::html::escape;
use crate::text::percent_encode;
use crate::views::postmortem::PreviewSectionView;
use crate::views::report_list::{
    DeliveryView, DestinationView, KeptReportView, PlannedReportView, ReportList, ReportPage,
};

/// How many reports a list tells of: a year of weekly ones.
const LISTED: u32 = 52;

impl App {
    /// The reports made, and those to come.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn report_list(&mut self) -> Result<ReportList, Error> {
        let now = self.now();
        let mut reports = self.ledger.reports(LISTED + 1)?;
        let more = reports.len() > LISTED as usize;
        reports.truncate(LISTED as usize);
        let planned = self.config.reports.iter().map(|plan| self.planned(plan, now));
        Ok(ReportList {
            node: self.config.node(),
            reporter: self.config.reporter.clone(),
            is_reporter: self.is_reporter(),
            planned: planned.collect::<Result<_, _>>()?,
            reports: reports.iter().map(view).collect(),
            more,
        })
    }

    fn planned(&self, plan: &PlannedReport, now: Timestamp) -> Result<PlannedReportView, Error> {
        let seen = self.seen_since(plan)?;
        let missed = seen.map(|since| self.slot_to_make(plan, since, now)).transpose()?.flatten();
        let is_made_here = self.config.reporter.is_some();
        Ok(PlannedReportView {
            missed: missed.map(|(slot, _)| utc(slot)),
            name: plan.name.clone(),
            kind: plan.kind,
            when: plan.schedule.text().to_owned(),
            when_words: plan.schedule.words(),
            timezone: plan.schedule.zone().to_string(),
            owner: plan.owner.clone(),
            next: plan.schedule.next_after(now).filter(|_| is_made_here).map(utc),
            to: plan.to.iter().map(|to| self.destination_view(to)).collect(),
            latest: self.ledger.latest_report(&plan.name)?.map(|report| report.label),
        })
    }

    fn destination_view(&self, name: &str) -> DestinationView {
        let shown = self.config.destinations.get(name).map(Setting::shown);
        DestinationView { name: name.to_owned(), shown: shown.unwrap_or_default() }
    }

    /// The last report on all runbooks, up to the day looked at; none where none was made.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn newest_report(&self) -> Result<Option<KeptReportView>, Error> {
        let last = self.ledger.last_whole_report(Kind::Stale, self.today())?;
        Ok(last.as_ref().map(view))
    }

    /// A report with what it says.
    ///
    /// # Errors
    /// There is no such report.
    pub fn report_page(&self, label: &str) -> Result<ReportPage, Error> {
        let report = self.kept_report(label)?;
        let text = self.kept_form(&report, Form::Md)?;
        let destinations = self.config.destinations.keys();
        Ok(ReportPage {
            sections: text.map(|text| self.sections(&text)).transpose()?.unwrap_or_default(),
            forms: report.forms.keys().map(|form| form.as_str()).collect(),
            destinations: destinations.map(|name| self.destination_view(name)).collect(),
            can_send: self.is_reporter(),
            report: view(&report),
        })
    }

    /// What it says under the headings of its page, which has the title already.
    fn sections(&self, text: &str) -> Result<Vec<PreviewSectionView>, Error> {
        let documents = self.ledger.live_documents()?;
        let slugs =
            documents.iter().map(|it| (escape(it.slug.as_str()), it.slug.clone())).collect();
        let mut sections = html_sections(text, "report");
        for section in &mut sections {
            section.html = linked(&section.html, &slugs);
            section.level = section.level.saturating_sub(1);
            if section.level == 1 {
                section.level = 0;
            }
        }
        Ok(sections)
    }

    /// A report in a form, as it was made.
    ///
    /// # Errors
    /// There is no such report, it was never made in that form, or that was erased.
    pub fn report_in_form(&self, label: &str, form: Form) -> Result<String, Error> {
        let report = self.kept_report(label)?;
        let kept = self.kept_form(&report, form)?;
        kept.ok_or_else(|| Error::not_found(format!("{label} is not kept as {}", form.as_str())))
    }

    pub(super) fn kept_report(&self, label: &str) -> Result<KeptReport, Error> {
        let label = label.trim().trim_matches('/');
        let found = self.ledger.report(&ReportLabel::from(label))?;
        found.ok_or_else(|| {
            Error::not_found(format!("no report {label}"))
                .hinted("`runledger report list` shows them")
        })
    }
}

/// Turns what follows the name of a runbook, its slug in parentheses, into a link to its page:
/// a report that is kept has links only where an address for others was known.
fn linked(html: &str, slugs: &HashMap<String, Slug>) -> String {
    const NAMED: &str = "</strong> (";
    let mut parts = html.split(NAMED);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(NAMED);
        match part.split_once(')') {
            Some((shown, rest)) if let Some(slug) = slugs.get(shown) => {
                let path = percent_encode(slug.as_str(), true);
                // Writing into a string cannot fail.
                let _ = write!(out, "<a href=\"/runbooks/{path}\">{shown}</a>){rest}");
            }
            _ => out.push_str(part),
        }
    }
    out
}

fn view(report: &KeptReport) -> KeptReportView {
    KeptReportView {
        id: report.id,
        label: report.label.clone(),
        name: report.name.clone(),
        kind: report.kind,
        as_of: report.as_of,
        since: report.since,
        owner: report.owner.clone(),
        title: report.title.clone(),
        headline: report.headline.clone(),
        warning: report.warning.clone(),
        generated_at: utc(report.generated_at),
        generated_by: report.generated_by.to_string(),
        on_schedule: report.slot.is_some(),
        deliveries: report.deliveries.iter().map(delivery_view).collect(),
    }
}

fn delivery_view(delivery: &Delivery) -> DeliveryView {
    let (state, at, retry_at, reason) = match &delivery.state {
        DeliveryState::Waiting { retry_at, reason } => {
            ("waiting", None, retry_at.map(utc), reason.clone())
        }
        DeliveryState::Delivered { at } => ("delivered", Some(utc(*at)), None, None),
        DeliveryState::GivenUp { at, reason } => {
            ("given up", Some(utc(*at)), None, Some(reason.clone()))
        }
    };
    DeliveryView {
        to: delivery.to.clone(),
        state,
        at,
        retry_at,
        failed: delivery.failed,
        reason,
        key: delivery.key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_behind_a_name_is_a_link_where_there_is_such_a_runbook() {
        let slugs = ["a/b c", "x&y"].map(|slug| (escape(slug), Slug::from(slug))).into();
        let check = |html: &str, expected: &str| assert_eq!(linked(html, &slugs), expected);
        check("", "");
        check("(a/b c)", "(a/b c)");
        check("<strong>A</strong> (gone), (a/b c)", "<strong>A</strong> (gone), (a/b c)");
        check(
            "<strong>X</strong> (x&amp;y)",
            "<strong>X</strong> (<a href=\"/runbooks/x%26y\">x&amp;y</a>)",
        );
        check(
            "<strong>A</strong> (a/b c). <strong>B</strong> (a/b c",
            "<strong>A</strong> (<a href=\"/runbooks/a/b%20c\">a/b c</a>). <strong>B</strong> (a/b c",
        );
    }
}
