//! How far an incident is: further, over, reopened, cancelled, another one.

use std::collections::HashSet;

use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentReopened, IncidentStatusChanged, IncidentTimeSet};
use crate::domain::incident::{Incident, Moment, Refusal, Status, TimeName, TimeTold};
use crate::error::Error;
use crate::views::incident::IncidentView;

use super::super::App;
use super::opening::{check_not_future, check_times, checked_value};
use super::writing::{Desk, Manner};

impl App {
    /// Says how far an incident is, now or since a moment. Mitigated and resolved tell their time
    /// too: the first mitigated one stays, a resolved one stays until it is reopened.
    ///
    /// # Errors
    /// The status cannot follow, the times could not be so, cancelling lacks a reason, or what
    /// the editor saw is not what stands.
    pub fn change_incident_status(
        &mut self,
        name: &str,
        to: Status,
        at: Option<Timestamp>,
        manner: &Manner,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let id = self.find_incident(name)?.id;
        if to == Status::Duplicate {
            return Err(Error::refused("a duplicate of which incident?")
                .hinted("`runledger incident status LABEL duplicate --of OTHER`"));
        }
        let written = self.write_incident(id, actor, |desk| {
            let mut events = changed(desk, to, at, manner)?;
            if let (Some(name), Some(at)) = (to.time(), at) {
                events.extend(said_time(desk, name, at, manner)?);
            }
            Ok(events)
        })?;
        self.incident_view(&written.incident)
    }

    /// Says that an incident is another one, where the work goes on.
    ///
    /// # Errors
    /// As [`App::change_incident_status`]; also where it would be a duplicate of itself.
    pub fn mark_duplicate(
        &mut self,
        name: &str,
        of: &str,
        manner: &Manner,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let id = self.find_incident(name)?.id;
        let other = self.find_incident(of)?;
        if other.id == id {
            return Err(Error::refused("an incident cannot be a duplicate of itself"));
        }
        let written = self.write_incident(id, actor, |desk| {
            // Whoever follows duplicates must come to an end, also where two machines that did not
            // know of each other have made a circle of others.
            let mut passed = HashSet::new();
            let mut next = Some(other.id);
            while let Some(reached) = next.filter(|reached| passed.insert(*reached)) {
                if reached == id {
                    let why = format!("{} is a duplicate of this one already", other.label);
                    return Err(Error::refused(why));
                }
                next = desk.tx.incident(reached)?.and_then(|it| it.duplicate_of);
            }
            let mut events = changed(desk, Status::Duplicate, None, manner)?;
            if let Some(Event::IncidentStatusChanged(body)) = events.first_mut() {
                body.duplicate_of = Some(other.id);
            }
            Ok(events)
        })?;
        self.incident_view(&written.incident)
    }

    /// Says that an incident was not over.
    ///
    /// # Errors
    /// It is open, no reason is given, or what the editor saw is not what stands.
    pub fn reopen_incident(
        &mut self,
        name: &str,
        manner: &Manner,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let id = self.find_incident(name)?.id;
        let reason = checked_value(&manner.reason, "a reason")?;
        if reason.is_empty() {
            return Err(Error::refused("reopening needs a reason").hinted("add --reason \"why\""));
        }
        let written = self.write_incident(id, actor, |desk| {
            let status = &desk.incident.status;
            desk.check_seen(manner, "the status", status.version, status.value.as_str())?;
            status.value.may_reopen().map_err(|why| refused(&desk.incident, why))?;
            let replaces = status.version;
            Ok(vec![Event::IncidentReopened(IncidentReopened { at: desk.now, replaces, reason })])
        })?;
        self.incident_view(&written.incident)
    }
}

fn changed(
    desk: &Desk<'_, '_>,
    to: Status,
    at: Option<Timestamp>,
    manner: &Manner,
) -> Result<Vec<Event>, Error> {
    let status = &desk.incident.status;
    desk.check_seen(manner, "the status", status.version, status.value.as_str())?;
    status.value.may_become(to).map_err(|why| refused(&desk.incident, why))?;
    let reason = checked_value(&manner.reason, "a reason")?;
    if to == Status::Cancelled && reason.is_empty() {
        return Err(Error::refused("cancelling needs a reason")
            .hinted("add --reason \"why it was no incident\""));
    }
    let at = at.unwrap_or(desk.now);
    check_not_future(desk.config, [at], desk.now)?;
    let mut times = desk.incident.plain_times();
    if let Some(name) = to.time() {
        let again = name == TimeName::Resolved && desk.incident.resolved_before;
        if again || times.get(name) == Moment::Unknown {
            times.set(name, Moment::At(at));
            check_times(desk.config, &times, &[name], desk.now)?;
        }
    }
    let body =
        IncidentStatusChanged { to, at, replaces: status.version, duplicate_of: None, reason };
    Ok(vec![Event::IncidentStatusChanged(body)])
}

/// A time that was told with the status, where another one was known: the one told now counts.
fn said_time(
    desk: &Desk<'_, '_>,
    name: TimeName,
    at: Timestamp,
    manner: &Manner,
) -> Result<Option<Event>, Error> {
    let known = desk.incident.time(name);
    let reopened = name == TimeName::Resolved && desk.incident.resolved_before;
    if known == Moment::Unknown || known == Moment::At(at) || reopened {
        return Ok(None);
    }
    let reason = checked_value(&manner.reason, "a reason")?;
    if reason.is_empty() {
        return Err(Error::refused(format!("{name} is known already"))
            .hinted("leave --at out to keep it, or add --reason \"why\" to tell it differently"));
    }
    let mut times = desk.incident.plain_times();
    times.set(name, Moment::At(at));
    check_times(desk.config, &times, &[name], desk.now)?;
    let told = TimeTold { moment: Moment::At(at), source: "said".to_owned(), reason };
    let replaces = desk.incident.time_version(name);
    Ok(Some(Event::IncidentTimeSet(IncidentTimeSet { time: name, told, replaces })))
}

fn refused(incident: &Incident, why: Refusal) -> Error {
    let error = Error::refused(format!("{}: {why}", incident.label));
    match why {
        Refusal::Over(_) => {
            error.hinted(format!("`runledger incident reopen {} --reason …`", incident.label))
        }
        Refusal::NotResolved(_) => {
            error.hinted(format!("`runledger incident status {} resolved`", incident.label))
        }
        _ => error,
    }
}
