//! Making a report and keeping it: on schedule, or because somebody asked.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::App;
use super::super::exercises::entry;
use super::super::incidents::append_behind;
use super::super::reports::{Asked, Made};
use crate::config::PlannedReport;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, ReportGenerated, ReportScheduled};
use crate::domain::id::{EntryId, Hash, ReportLabel};
use crate::domain::report::{Form, KeptReport, Kind};
use crate::error::Error;

/// What shall be made.
pub(super) struct Order<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    /// The day it speaks of.
    pub(super) day: NaiveDate,
    pub(super) asked: Asked,
    /// The moment of the schedule, where it asks.
    pub(super) slot: Option<Timestamp>,
    /// Where it goes.
    pub(super) to: &'a [String],
}

impl App {
    /// Makes the report that a schedule asked for last, unless it was made. However many were
    /// missed, one is caught up with: the newest, which tells of the time since the last one.
    pub(super) fn make_if_due(
        &mut self,
        plan: &PlannedReport,
    ) -> Result<Option<ReportLabel>, Error> {
        let now = self.now();
        let since = self.scheduled_since(plan, now)?;
        let Some(slot) = plan.schedule.last_until(now).filter(|slot| *slot > since) else {
            return Ok(None);
        };
        let last = self.ledger.last_scheduled_report(&plan.name)?;
        if last.as_ref().and_then(|last| last.slot).is_some_and(|last| slot <= last) {
            return Ok(None);
        }
        let day = plan.schedule.day_of(slot);
        let before = last.filter(|last| last.kind == plan.kind && last.as_of < day);
        let asked = Asked { since: before.map(|it| it.as_of), owner: plan.owner.clone() };
        let (name, kind, to) = (plan.name.as_str(), plan.kind, plan.to.as_slice());
        let order = Order { name, kind, day, asked, slot: Some(slot), to };
        let made = self.make(&order, &Actor::reporter())?;
        Ok(made.map(|report| report.label))
    }

    /// Since when a schedule counts: what was due before it was written down is not missed.
    fn scheduled_since(
        &mut self,
        plan: &PlannedReport,
        now: Timestamp,
    ) -> Result<Timestamp, Error> {
        let known = self.ledger.report_schedule(&plan.name)?;
        if let Some(known) = known
            && known.schedule == plan.schedule.to_string()
        {
            return Ok(known.since);
        }
        let event = Event::ReportScheduled(ReportScheduled {
            name: plan.name.clone(),
            when: plan.schedule.text().to_owned(),
            timezone: plan.schedule.zone().to_string(),
        });
        let subject = EntryId::derived(&["report.schedule", &plan.name]).to_string();
        self.ledger.transact(|tx| {
            append_behind(tx, &subject, &[event], now, &Actor::reporter()).map(drop)
        })?;
        Ok(now)
    }

    /// Makes a report and keeps it as it is. None where somebody made the one of that moment
    /// meanwhile.
    pub(super) fn make(
        &mut self,
        order: &Order<'_>,
        actor: &Actor,
    ) -> Result<Option<KeptReport>, Error> {
        let now = self.now();
        // Derived where a schedule asks, so that two nodes that make it make one.
        let id = match order.slot {
            Some(slot) => EntryId::derived(&["report", order.name, &slot.0.to_string()]),
            None => self.new_id(),
        };
        if self.ledger.report_by_id(id)?.is_some() {
            return Ok(None);
        }
        let made = self.at_day(order.day, |app| app.make_report(order.kind, &order.asked))?;
        self.ledger.transact(|tx| {
            if tx.report_by_id(id)?.is_some() {
                return Ok(None);
            }
            let mut forms = BTreeMap::new();
            for (form, text) in &made.forms {
                forms.insert(*form, tx.put_blob(text.as_bytes())?);
            }
            let before = tx.reports_on(order.name, order.day)?.len();
            let body = body(order, made, label(order.name, order.day, before), forms);
            let subject = id.to_string();
            tx.append(&entry(id, &Event::ReportGenerated(body), &subject, now, actor)?)?;
            tx.project()?;
            Ok(tx.report_by_id(id)?)
        })
    }

    /// Looks at another day for as long as something takes.
    fn at_day<T>(
        &mut self,
        day: NaiveDate,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = self.as_of.replace(day);
        let done = work(self);
        self.as_of = before;
        done
    }
}

fn body(
    order: &Order<'_>,
    made: Made,
    label: ReportLabel,
    forms: BTreeMap<Form, Hash>,
) -> ReportGenerated {
    ReportGenerated {
        label,
        name: order.name.to_owned(),
        kind: order.kind,
        as_of: made.as_of,
        since: made.since,
        owner: order.asked.owner.clone(),
        slot: order.slot,
        title: made.title,
        headline: made.headline,
        forms,
        warning: made.warning,
        to: order.to.to_vec(),
    }
}

/// `weekly/2026-07-20`; the second one of a name and a day is `weekly/2026-07-20-2`.
fn label(name: &str, day: NaiveDate, before: usize) -> ReportLabel {
    match before {
        0 => ReportLabel::new(format!("{name}/{day}")),
        before => ReportLabel::new(format!("{name}/{day}-{}", before + 1)),
    }
}
