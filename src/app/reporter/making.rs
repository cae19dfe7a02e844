//! Making a report and keeping it: on schedule, or because somebody asked.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

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
        let Some((slot, last)) = self.slot_to_make(plan, since, now)? else { return Ok(None) };
        let day = plan.schedule.day_of(slot);
        let before = last.filter(|last| last.kind == plan.kind && last.as_of < day);
        let asked = Asked {
            since: before.as_ref().map(|it| it.as_of),
            told_at: before.map(|it| it.generated_at),
            owner: plan.owner.clone(),
        };
        let (name, kind, to) = (plan.name.as_str(), plan.kind, plan.to.as_slice());
        let order = Order { name, kind, day, asked, slot: Some(slot), to };
        let made = self.make(&order, &Actor::reporter())?;
        Ok(made.map(|report| report.label))
    }

    /// The moment for which a report should be there and is not, and the last report before it.
    /// What lies in the future was written by a clock that was wrong, and is passed over.
    pub(super) fn slot_to_make(
        &self,
        plan: &PlannedReport,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Option<KeptReport>)>, Error> {
        let since = if since > now { Timestamp(0) } else { since };
        let Some(slot) = plan.schedule.last_until(now).filter(|slot| *slot > since) else {
            return Ok(None);
        };
        let last = self.ledger.last_scheduled_report(&plan.name, now)?;
        let is_made = last.as_ref().and_then(|last| last.slot).is_some_and(|last| slot <= last);
        // One that was erased is not there any more, and was made.
        let is_known = self.ledger.entry(self.id_of_slot(&plan.name, slot))?.is_some();
        Ok((!is_made && !is_known).then_some((slot, last)))
    }

    /// Derived, so that two processes that share a store make one report; and of node and store, so
    /// that two ledgers can be brought together, and two teams of one machine are told apart by
    /// whoever gets reports of both.
    fn id_of_slot(&self, name: &str, slot: Timestamp) -> EntryId {
        let store = self.config.store.to_string_lossy();
        EntryId::derived(&["report", name, &slot.0.to_string(), &self.config.node(), &store])
    }

    /// Since when a schedule counts: what was due before it was first seen is not missed. It is
    /// written down once, also where others who share the store see another schedule of that
    /// name.
    fn scheduled_since(
        &mut self,
        plan: &PlannedReport,
        now: Timestamp,
    ) -> Result<Timestamp, Error> {
        let subject = subject_of(plan);
        if let Some(known) = self.ledger.schedule_of_subject(&subject)? {
            return Ok(known.since);
        }
        let event = Event::ReportScheduled(ReportScheduled {
            name: plan.name.clone(),
            when: plan.schedule.text().to_owned(),
            timezone: plan.schedule.zone().to_string(),
        });
        self.ledger.transact(|tx| {
            append_behind(tx, &subject, &[event], now, &Actor::reporter()).map(drop)
        })?;
        Ok(now)
    }

    /// Since when the schedule of a plan counts, where it was seen.
    pub(super) fn seen_since(&self, plan: &PlannedReport) -> Result<Option<Timestamp>, Error> {
        Ok(self.ledger.schedule_of_subject(&subject_of(plan))?.map(|known| known.since))
    }

    /// Makes a report and keeps it as it is. None where somebody made the one of that moment
    /// meanwhile.
    pub(super) fn make(
        &mut self,
        order: &Order<'_>,
        actor: &Actor,
    ) -> Result<Option<KeptReport>, Error> {
        if !(1..=9999).contains(&order.day.year()) {
            return Err(Error::refused(format!("a report of {} is not kept", order.day))
                .hinted("its year has to have four digits"));
        }
        let now = self.now();
        let id = match order.slot {
            Some(slot) => self.id_of_slot(order.name, slot),
            None => self.new_id(),
        };
        let made = self.at_day(order.day, |app| app.make_report(order.kind, &order.asked))?;
        self.ledger.transact(|tx| {
            if tx.entry(id)?.is_some() {
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
}

fn subject_of(plan: &PlannedReport) -> String {
    EntryId::derived(&["report.schedule", &plan.name, &plan.schedule.to_string()]).to_string()
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
