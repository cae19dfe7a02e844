//! Until when a postmortem has to be there: settled when the incident is resolved.

use chrono::DateTime;

use crate::config::Config;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, PostmortemScheduled};
use crate::domain::incident::{Incident, Status, TimeName};
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
    let over = matches!(incident.status.value, Status::Resolved | Status::Closed);
    let resolved = incident.time(TimeName::Resolved).known();
    let (true, Some(resolved_at), None) = (over, resolved, &incident.imported_from) else {
        return Ok(None);
    };
    let severity = incident.severity.value;
    let before = tx.postmortem(incident.id)?.and_then(|postmortem| postmortem.schedule);
    let same =
        before.as_ref().is_some_and(|it| it.severity == severity && it.resolved_at == resolved_at);
    let required = config.postmortems.is_required(severity);
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

/// The end of the business day on which it has to be published.
fn publish_due(config: &Config, resolved_at: Timestamp, days: u32) -> Option<Timestamp> {
    let resolved = DateTime::from_timestamp_millis(resolved_at.0)?;
    let day = business_days_after(config.date_of(resolved), days, &config.support_hours);
    end_of_day(day, config.timezone)
}
