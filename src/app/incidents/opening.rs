//! Opening an incident: the label is given inside the transaction, so no two get the same.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentOpened};
use crate::domain::exercise::Context;
use crate::domain::id::{EntryId, IncidentId};
use crate::domain::incident::{Link, Moment, Role, TimeName, TimeTold, Times};
use crate::error::Error;
use crate::text::redact::{redact, redact_value};
use crate::views::incident::IncidentView;

use super::super::App;
use super::super::exercises::entry;
use super::writing::following;
use super::{local_time, next_label};

/// The longest title, in characters.
const MAX_TITLE: usize = 300;

/// The longest value of a field, in characters.
const MAX_VALUE: usize = 2_000;

/// The source of a time that nobody told: an incident is detected when it is opened at the latest.
pub(super) const ASSUMED: &str = "opening";

/// How far the clocks of two machines may differ, in milliseconds.
const CLOCK_SKEW: i64 = 120_000;

/// What somebody says when they open an incident.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// What it is about.
    pub title: String,
    /// How bad it is, by the team's label.
    pub severity: String,
    /// Which services are hit.
    pub services: Vec<String>,
    /// For what: names and values.
    pub context: Context,
    /// Addresses worth opening.
    pub links: Vec<Link>,
    /// By what it was noticed.
    pub detection: String,
    /// What is known of the times. Detected is now where it is not said.
    pub times: BTreeMap<TimeName, Moment>,
    /// Who does what.
    pub roles: BTreeMap<Role, Vec<String>>,
    /// What tells this form from another one, so that sent twice it opens one incident; empty
    /// where no form was sent.
    pub token: String,
}

impl App {
    /// Begins to record an incident.
    ///
    /// # Errors
    /// It has no title, the severity is no label here, the times cannot be in this order or lie
    /// in the future, or the entry cannot be stored.
    pub fn open_incident(
        &mut self,
        opening: &Opening,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let now = Timestamp(self.clock.now_ms());
        let title = checked_title(&opening.title)?;
        let severity = self.severity(&opening.severity)?;
        let times = self.opening_times(&opening.times, now)?;
        let context = opening.context.iter().map(|(name, value)| checked_context(name, value));
        let mut body = IncidentOpened {
            label: next_label(self.real_today(), []),
            title,
            severity,
            times,
            services: checked_names(&opening.services, "service")?,
            context: context.collect::<Result<_, _>>()?,
            links: checked_links(&opening.links)?,
            detection: checked_value(&opening.detection, "how it was detected")?,
            roles: checked_roles(&opening.roles)?,
        };
        body.context.retain(|(_, value)| !value.is_empty());
        self.find_room();
        let id = match opening.token.trim() {
            "" => following(None, now),
            token => {
                let services = body.services.join(",");
                let severity = body.severity.rank().to_string();
                let said = [token, &actor.name, &body.title, &severity, &services, &body.detection];
                EntryId::derived(&[&["incident.opened"][..], &said].concat())
            }
        };
        let today = self.real_today();
        self.ledger.transact(|tx| -> Result<(), Error> {
            if tx.entry(id)?.is_some() {
                return Ok(());
            }
            let taken = tx.incident_labels()?;
            body.label = next_label(today, taken.iter().map(String::as_str));
            let subject = IncidentId::new(id).to_string();
            tx.append(&entry(id, &Event::IncidentOpened(body), &subject, now, actor)?)?;
            Ok(())
        })?;
        self.incident(&id.to_string())
    }

    fn opening_times(
        &self,
        told: &BTreeMap<TimeName, Moment>,
        now: Timestamp,
    ) -> Result<BTreeMap<TimeName, TimeTold>, Error> {
        let mut times = BTreeMap::new();
        for (name, moment) in told {
            let source = "said".to_owned();
            times.insert(*name, TimeTold { moment: *moment, source, reason: String::new() });
        }
        times.entry(TimeName::Detected).or_insert_with(|| TimeTold {
            moment: Moment::At(now),
            source: ASSUMED.to_owned(),
            reason: String::new(),
        });
        let mut plain = Times::default();
        for (name, told) in &times {
            plain.set(*name, told.moment);
        }
        check_times(&self.config, &plain, &TimeName::ALL, now)?;
        Ok(times)
    }
}

/// Whether times can be so, and lie behind us, as far as those that are `told` now are concerned:
/// what was wrong before keeps nobody from telling something else.
pub(super) fn check_times(
    config: &Config,
    times: &Times,
    told: &[TimeName],
    now: Timestamp,
) -> Result<(), Error> {
    for name in told {
        check_not_future(config, times.known(*name), now)
            .map_err(|error| error.at(name.as_str()))?;
    }
    times.check(told).map_err(|wrong| {
        let at = |name| times.known(name).map(|at| local_time(config, at)).unwrap_or_default();
        Error::refused(format!("an incident cannot be {wrong}")).hinted(format!(
            "{} is {}, {} is {}; correct the wrong one first, or say n/a for what never was",
            wrong.earlier,
            at(wrong.earlier),
            wrong.later,
            at(wrong.later)
        ))
    })
}

/// Whether moments lie behind us, as far as clocks agree.
pub(super) fn check_not_future(
    config: &Config,
    moments: impl IntoIterator<Item = Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    let latest = now.0.saturating_add(CLOCK_SKEW);
    match moments.into_iter().find(|at| !(0..=latest).contains(&at.0)) {
        Some(at) if at.0 < 0 => {
            Err(Error::refused(format!("{} is before 1970", local_time(config, at))))
        }
        None => Ok(()),
        Some(at) => {
            let (at, now) = (local_time(config, at), local_time(config, now));
            Err(Error::refused(format!("{at} lies in the future"))
                .hinted(format!("it is {now} in {}", config.timezone)))
        }
    }
}

pub(super) fn checked_title(title: &str) -> Result<String, Error> {
    let title = redact(&crate::text::collapse_whitespace(title)).text;
    if title.is_empty() {
        return Err(Error::refused("an incident needs a title")
            .hinted("a few words on what is broken, like \"checkout answers 502\""));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Error::refused(format!("a title is at most {MAX_TITLE} characters long"))
            .hinted("write the rest into the timeline"));
    }
    Ok(title)
}

/// A line of text in the form it is kept: without secrets.
pub(super) fn checked_value(value: &str, what: &str) -> Result<String, Error> {
    let value = redact(&crate::text::collapse_whitespace(value)).text;
    if value.chars().count() > MAX_VALUE {
        return Err(Error::refused(format!("{what} is at most {MAX_VALUE} characters long")));
    }
    Ok(value)
}

/// Names without repetitions; their order is kept.
pub(super) fn checked_names(names: &[String], what: &str) -> Result<Vec<String>, Error> {
    let mut checked: Vec<String> = Vec::new();
    for name in names {
        let name = checked_value(name, what)?;
        if !name.is_empty() && !checked.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            checked.push(name);
        }
    }
    Ok(checked)
}

/// One name of the context and its value, in the form they are kept.
pub(super) fn checked_context(name: &str, value: &str) -> Result<(String, String), Error> {
    let name = name.trim().to_lowercase();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(plain) {
        return Err(Error::refused(format!("`{name}` is no name of a context"))
            .hinted("names are words like namespace, release, tenant, region"));
    }
    let value = redact_value(&name, value);
    Ok((name, checked_value(&value, "a value of the context")?))
}

pub(super) fn checked_links(links: &[Link]) -> Result<Vec<Link>, Error> {
    links.iter().map(checked_link).collect()
}

fn checked_link(link: &Link) -> Result<Link, Error> {
    Ok(Link { url: checked_url(&link.url)?, text: checked_value(&link.text, "a link's text")? })
}

pub(in crate::app) fn checked_url(url: &str) -> Result<String, Error> {
    let url = url.trim();
    let web = url.starts_with("https://") || url.starts_with("http://");
    if !web || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::refused(format!("`{url}` is no address"))
            .hinted("links begin with https:// or http://"));
    }
    checked_value(url, "a link")
}

fn checked_roles(
    roles: &BTreeMap<Role, Vec<String>>,
) -> Result<BTreeMap<Role, Vec<String>>, Error> {
    let mut checked = BTreeMap::new();
    for (role, people) in roles {
        let people = checked_people(*role, people)?;
        if !people.is_empty() {
            checked.insert(*role, people);
        }
    }
    Ok(checked)
}

pub(super) fn checked_people(role: Role, people: &[String]) -> Result<Vec<String>, Error> {
    let people = checked_names(people, "a name")?;
    if people.len() > 1 && !role.is_shared() {
        return Err(Error::refused(format!("only one person can be {}", role.title())));
    }
    Ok(people)
}
