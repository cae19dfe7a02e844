//! Until when a postmortem has to be there: settled when the incident is resolved.

use chrono::DateTime;

use crate::config::Config;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, PostmortemScheduled};
use crate::domain::incident::{Incident, Status, TimeName};
use crate::domain::postmortem::Schedule;
use crate::domain::support_hours::{business_days_after, end_of_day};
use crate::error::Error;
use crate::ledger::Tx;

/// An hour, in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

/// What has to be said about an incident's postmortem, given how the incident stands now; nothing
/// while it is not over, or where all is said. A later change of the configuration moves no date;
/// another severity or another resolved time does.
pub(in crate::app) fn schedule(
    tx: &Tx<'_>,
    config: &Config,
    incident: &Incident,
) -> Result<Option<Event>, Error> {
    let before = tx.postmortem(incident.id)?.and_then(|postmortem| postmortem.schedule);
    if !incident.status.value.counts() {
        return Ok(before.filter(|schedule| schedule.required).map(withdrawn));
    }
    let over = matches!(incident.status.value, Status::Resolved | Status::Closed);
    if !over || incident.imported_from.is_some() {
        return Ok(None);
    }
    let Some(resolved_at) = over_since(tx, incident, before.as_ref())? else { return Ok(None) };
    let severity = incident.severity.value;
    let required = config.postmortems.is_required(severity);
    // What was withdrawn, because it was taken for another incident, is asked for again.
    let same = before.as_ref().is_some_and(|it| {
        it.severity == severity && it.resolved_at == resolved_at && (it.required || !required)
    });
    if same || (before.is_none() && !required) {
        return Ok(None);
    }
    let (draft_due, publish_due) = if required {
        let hours = config.postmortems.draft_hours(severity);
        let draft = Timestamp(resolved_at.0 + i64::from(hours) * HOUR);
        let days = config.postmortems.publish_business_days(severity);
        (Some(draft), publish_due(config, resolved_at, days))
    } else {
        (None, None)
    };
    Ok(Some(Event::PostmortemScheduled(PostmortemScheduled {
        required,
        severity,
        resolved_at,
        draft_due,
        publish_due,
    })))
}

/// What turned out to be another incident, or none, needs no postmortem of its own.
fn withdrawn(before: Schedule) -> Event {
    Event::PostmortemScheduled(PostmortemScheduled {
        required: false,
        severity: before.severity,
        resolved_at: before.resolved_at,
        draft_due: None,
        publish_due: None,
    })
}

/// Since when an incident is over. Where its resolved time is said not to apply, the day on which
/// somebody said that it is over counts: nobody gets out of a postmortem by not knowing a time.
fn over_since(
    tx: &Tx<'_>,
    incident: &Incident,
    before: Option<&Schedule>,
) -> Result<Option<Timestamp>, Error> {
    if let Some(known) = incident.time(TimeName::Resolved).known() {
        return Ok(Some(known));
    }
    if let Some(before) = before {
        return Ok(Some(before.resolved_at));
    }
    Ok(tx.entry(incident.status.version)?.map(|(_, entry)| entry.recorded_at))
}

/// The end of the business day on which it has to be published.
fn publish_due(config: &Config, resolved_at: Timestamp, days: u32) -> Option<Timestamp> {
    let resolved = DateTime::from_timestamp_millis(resolved_at.0)?;
    let day = business_days_after(config.date_of(resolved), days, &config.support_hours);
    end_of_day(day, config.timezone)
}
