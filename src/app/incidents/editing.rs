//! Editing an incident: its fields and its times, several at once.

use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, IncidentFieldSet, IncidentTimeSet};
use crate::domain::incident::{
    Field, Incident, Link, Moment, Severity, TimeName, TimeTold, Versioned,
};
use crate::error::Error;
use crate::views::incident::IncidentView;

use super::super::App;
use super::opening::{
    ASSUMED, check_times, checked_context, checked_links, checked_names, checked_title,
    checked_value,
};
use super::writing::{Desk, Manner};

/// The most links an incident has.
const MAX_LINKS: usize = 100;

/// What somebody wants to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What it is about.
    Title(String),
    /// How bad it is, by the team's label.
    Severity(String),
    /// Which services are hit: all of them.
    Services(Vec<String>),
    /// By what it was noticed.
    Detection(String),
    /// One more address, or another text for one that is there.
    Link(Link),
    /// One address less.
    Unlink(String),
    /// One name of the context; an empty value takes it away.
    Context {
        /// The name.
        name: String,
        /// The value.
        value: String,
    },
    /// What is known of a time.
    Time(TimeName, Moment),
}

impl App {
    /// Edits an incident: all changes, or none. What is so already is left as it is.
    ///
    /// # Errors
    /// It is not known, a value is refused, the times could not be so, a reason is missing for
    /// a time that is told differently, or what the editor saw is not what stands.
    pub fn edit_incident(
        &mut self,
        name: &str,
        changes: &[Change],
        manner: &Manner,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let id = self.find_incident(name)?.id;
        let written = self.write_incident(id, actor, |desk| {
            let mut events = Vec::new();
            // Each change sees those before it.
            for change in changes {
                match change {
                    Change::Time(name, moment) => time(desk, *name, *moment, manner, &mut events)?,
                    other => field(desk, other, manner, &mut events)?,
                }
            }
            let told: Vec<TimeName> = events
                .iter()
                .filter_map(|event| match event {
                    Event::IncidentTimeSet(body) => Some(body.time),
                    _ => None,
                })
                .collect();
            check_times(desk.config, &desk.incident.plain_times(), &told, desk.now)?;
            Ok(events)
        })?;
        self.incident_view(&written.incident)
    }
}

fn field(
    desk: &mut Desk<'_, '_>,
    change: &Change,
    manner: &Manner,
    events: &mut Vec<Event>,
) -> Result<(), Error> {
    let to = checked(desk.config, &desk.incident, change)?;
    let (from, version) = desk.incident.field(&to);
    // What stands, said again, settles that two edits met.
    if from == to && !desk.incident.conflicts().contains(&to.name()) {
        return Ok(());
    }
    desk.check_seen(manner, &to.name(), version, &words(desk.config, &from))?;
    desk.incident.set_field(&to, version, false);
    let reason = checked_value(&manner.reason, "a reason")?;
    if let (Field::Severity(to), true) = (&to, reason.is_empty()) {
        check_still_required(desk, *to)?;
    }
    // Of several changes of one field in one edit, the last one counts.
    let name = to.name();
    events.retain(|event| !matches!(event, Event::IncidentFieldSet(it) if it.to.name() == name));
    events.push(Event::IncidentFieldSet(IncidentFieldSet { to, replaces: version, reason }));
    Ok(())
}

/// Nobody gets out of a postmortem that is asked for by another severity without saying why that
/// is right.
fn check_still_required(desk: &Desk<'_, '_>, to: Severity) -> Result<(), Error> {
    let schedule = desk.tx.postmortem(desk.incident.id)?.and_then(|it| it.schedule);
    if desk.config.postmortems.is_required(to) || !schedule.is_some_and(|it| it.required) {
        return Ok(());
    }
    let label = desk.config.incidents.severities.label(to);
    Err(Error::refused(format!(
        "{} would need no postmortem any more as {label}",
        desk.incident.label
    ))
    .hinted("add --reason \"why it was not as bad\""))
}

/// The field that a change comes to, in the form it is kept.
fn checked(config: &Config, incident: &Incident, change: &Change) -> Result<Field, Error> {
    Ok(match change {
        Change::Title(title) => Field::Title(checked_title(title)?),
        Change::Severity(label) => {
            Field::Severity(config.incidents.severities.find(label).map_err(Error::refused)?)
        }
        Change::Services(names) => Field::Services(checked_names(names, "a service")?),
        Change::Detection(how) => Field::Detection(checked_value(how, "how it was detected")?),
        Change::Context { name, value } => {
            let (name, value) = checked_context(name, value)?;
            Field::Context { name, value }
        }
        Change::Link(link) => {
            let link = checked_links(std::slice::from_ref(link))?.remove(0);
            let mut links = incident.links.value.clone();
            match links.iter_mut().find(|known| known.url == link.url) {
                Some(_) if link.text.is_empty() => {}
                Some(known) => known.text = link.text,
                None => links.push(link),
            }
            if links.len() > MAX_LINKS {
                return Err(Error::refused(format!("an incident has at most {MAX_LINKS} links")));
            }
            Field::Links(links)
        }
        Change::Unlink(url) => {
            let mut links = incident.links.value.clone();
            links.retain(|known| known.url != url.trim());
            if links.len() == incident.links.value.len() {
                return Err(Error::not_found(format!("the incident has no link {url}")));
            }
            Field::Links(links)
        }
        Change::Time(..) => return Err(Error::failed("a time is no field")),
    })
}

fn words(config: &Config, field: &Field) -> String {
    let words = match field {
        Field::Title(text) | Field::Detection(text) => text.clone(),
        Field::Severity(severity) => config.incidents.severities.label(*severity).to_owned(),
        Field::Services(names) => names.join(", "),
        Field::Links(links) => {
            links.iter().map(|link| link.url.as_str()).collect::<Vec<_>>().join(", ")
        }
        Field::Context { value, .. } => value.clone(),
    };
    if words.is_empty() { "empty".to_owned() } else { words }
}

fn time(
    desk: &mut Desk<'_, '_>,
    name: TimeName,
    moment: Moment,
    manner: &Manner,
    events: &mut Vec<Event>,
) -> Result<(), Error> {
    let from = desk.incident.time(name);
    let conflict = desk.incident.times.get(&name).is_some_and(|told| told.conflict);
    if from == moment && !conflict {
        return Ok(());
    }
    let version = desk.incident.time_version(name);
    let value = match from {
        Moment::At(at) => super::local_time(desk.config, at),
        Moment::NotApplicable => "not applicable".to_owned(),
        Moment::Unknown => "not yet known".to_owned(),
    };
    desk.check_seen(manner, name.as_str(), version, &value)?;
    let reason = checked_value(&manner.reason, "a reason")?;
    // That it was detected when it was opened is nobody's word.
    let assumed = desk.incident.times.get(&name).is_some_and(|it| it.value.source == ASSUMED);
    if from != Moment::Unknown && !assumed && reason.is_empty() {
        return Err(Error::refused(format!("{name} is {value} already"))
            .hinted("add --reason \"why\" to tell it differently"));
    }
    let source = match checked_value(&manner.source, "a source")? {
        source if source.is_empty() => "said".to_owned(),
        source => source,
    };
    let told = TimeTold { moment, source, reason };
    desk.incident.times.insert(name, Versioned::new(told.clone(), version));
    events.retain(|event| !matches!(event, Event::IncidentTimeSet(it) if it.time == name));
    events.push(Event::IncidentTimeSet(IncidentTimeSet { time: name, told, replaces: version }));
    Ok(())
}
