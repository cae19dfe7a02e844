//! Sending a report because somebody asked: a timer of their own, or a button.

use super::super::App;
use super::super::incidents::append_behind;
use super::super::reports::Asked;
use super::making::Order;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, ReportRequested};
use crate::domain::id::ReportLabel;
use crate::domain::report::{DeliveryState, KeptReport, Kind};
use crate::error::{Error, Kind as ErrorKind};

/// What shall be sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What it is about.
    pub kind: Kind,
    /// The day it speaks of, its period and its owner.
    pub asked: Asked,
    /// The destination.
    pub to: String,
    /// Also when it was sent already.
    pub again: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The destination has taken it now.
    Now(ReportLabel),
    /// It had taken the same day's before, at this local time, and is not bothered again.
    Before(ReportLabel, String),
}

impl App {
    /// Makes a report of the day looked at and delivers it, in one attempt. The same report is
    /// delivered once, however often this is asked for: what failed is tried again under the same
    /// key, what arrived is left alone.
    ///
    /// # Errors
    /// There is no such destination, the report cannot be made, or it did not arrive.
    pub fn send_report(&mut self, sending: &Sending, actor: &Actor) -> Result<Sent, Error> {
        let to = sending.to.as_str();
        self.config.destination(to).map_err(Error::refused)?;
        let _turn = self.wait_for_turn()?;
        let report = self.report_to_send(sending, actor)?;
        if let Some(DeliveryState::Delivered { at }) = report.delivery(to).map(|it| &it.state)
            && !sending.again
        {
            return Ok(Sent::Before(report.label.clone(), self.local_time(*at)));
        }
        let report = self.requested(report, to, actor)?;
        let label = report.label.clone();
        let Some(delivery) = report.delivery(to).filter(|it| it.is_waiting()) else {
            return Err(Error::failed(format!("the report {label} is not on its way to {to}")));
        };
        match self.attempt(&report, delivery, actor)? {
            Ok(()) => Ok(Sent::Now(label)),
            Err(reason) => Err(Error::failed(format!("{label} did not reach {to}: {reason}"))
                .hinted("run the same again: it is the same report, and is taken once")),
        }
    }

    /// The report of that day that was made to be sent, or a new one.
    fn report_to_send(&mut self, sending: &Sending, actor: &Actor) -> Result<KeptReport, Error> {
        let (name, day) = (sending.kind.as_str(), self.today());
        let since = self.period_of(sending.kind, &sending.asked)?;
        let known = self.ledger.reports_on(name, day)?.into_iter().find(|it| {
            it.slot.is_none()
                && it.kind == sending.kind
                && it.owner == sending.asked.owner
                && it.since == since
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let (kind, asked) = (sending.kind, sending.asked.clone());
        let order = Order { name, kind, day, asked, slot: None, to: &[] };
        let made = self.make(&order, actor)?;
        made.ok_or_else(|| Error::failed("another report was made under the same id"))
    }

    /// Says that it shall go to a destination, unless it is on its way there.
    fn requested(
        &mut self,
        report: KeptReport,
        to: &str,
        actor: &Actor,
    ) -> Result<KeptReport, Error> {
        if report.delivery(to).is_some_and(crate::domain::report::Delivery::is_waiting) {
            return Ok(report);
        }
        let now = self.now();
        let (id, subject) = (report.id, report.id.to_string());
        let event = Event::ReportRequested(ReportRequested { to: to.to_owned() });
        self.ledger.transact(|tx| -> Result<KeptReport, Error> {
            append_behind(tx, &subject, &[event], now, actor)?;
            tx.project()?;
            Ok(tx.report_by_id(id)?.unwrap_or(report))
        })
    }

    /// Makes a report now, by the name of a plan or the word of a kind, for today; where it shall
    /// also be sent, the reporter does that next.
    ///
    /// # Errors
    /// There is no such report, or it shall be sent, and goes nowhere or is sent by another node.
    pub fn make_report_now(
        &mut self,
        name: &str,
        send: bool,
        actor: &Actor,
    ) -> Result<KeptReport, Error> {
        let config = std::sync::Arc::clone(&self.config);
        let plan = config.reports.iter().find(|plan| plan.name == name);
        if send {
            self.check_reporter()?;
            if plan.is_none_or(|plan| plan.to.is_empty()) {
                return Err(Error::refused(format!("{name} is sent to nobody")).hinted(
                    "name destinations in `to` of its [[report]], or send it from its page",
                ));
            }
        }
        let now = self.now();
        let order = match plan {
            Some(plan) => Order {
                name,
                kind: plan.kind,
                day: self.as_of.unwrap_or_else(|| plan.schedule.day_of(now)),
                asked: Asked { owner: plan.owner.clone(), ..Asked::default() },
                slot: None,
                to: if send { &plan.to } else { &[] },
            },
            None => Order {
                name,
                kind: Kind::parse(name).ok_or_else(|| unknown_report(name, &config))?,
                day: self.today(),
                asked: Asked::default(),
                slot: None,
                to: &[],
            },
        };
        let made = self.make(&order, actor)?;
        made.ok_or_else(|| Error::failed("another report was made under the same id"))
    }

    /// Asks that a kept report be sent to a destination, for the first time or again. The
    /// reporter does so next.
    ///
    /// # Errors
    /// There is no such report or destination, it is on its way there, or another node sends
    /// reports.
    pub fn request_report(
        &mut self,
        label: &str,
        to: &str,
        actor: &Actor,
    ) -> Result<KeptReport, Error> {
        let report = self.kept_report(label)?;
        if !self.config.destinations.contains_key(to) {
            return Err(Error::not_found(format!("there is no [destinations.{to}]")));
        }
        self.check_reporter()?;
        if report.delivery(to).is_some_and(crate::domain::report::Delivery::is_waiting) {
            let message = format!("{label} is on its way to {to} already");
            return Err(Error::new(ErrorKind::Duplicate, message));
        }
        self.requested(report, to, actor)
    }
}

fn unknown_report(name: &str, config: &crate::config::Config) -> Error {
    let names = config.reports.iter().map(|plan| plan.name.as_str());
    let all: Vec<&str> = names.chain(Kind::ALL.map(Kind::as_str)).collect();
    let error = Error::not_found(format!("no report is called {name}"));
    error.hinted(format!("there are: {}", all.join(", ")))
}
