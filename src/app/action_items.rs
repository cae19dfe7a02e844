//! Action items: opened, moved on, listed with the overdue ones first.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::domain::action_item::{ActionItem, ActionKind, ActionState, Closing, Priority, Quarter};
use crate::domain::actor::Actor;
use crate::domain::event::{ActionChanged, ActionOpened, Event};
use crate::domain::id::{ActionId, EntryId, IncidentId, IncidentLabel, QuestionId};
use crate::error::Error;
use crate::views::action::{ActionItemView, ActionList, ClosingView};

use super::App;
use super::incidents::{checked_url, utc};
use super::postmortems::{PostDesk, check_seen, kept_line};

/// An action item to open.
#[derive(Clone, Debug)]
pub struct NewAction {
    /// What shall be done.
    pub text: String,
    /// What for.
    pub kind: ActionKind,
    /// How much it matters.
    pub priority: Priority,
    /// Who does it; may be empty.
    pub owner: String,
    /// Until when; the configured time from today where nobody says.
    pub due: Option<NaiveDate>,
    /// Where it is tracked; may be empty.
    pub link: String,
    /// The question whose bad answer led to it.
    pub question: Option<QuestionId>,
}

/// What shall be different about an action item.
#[derive(Clone, Debug, Default)]
pub struct ActionEdit {
    /// What shall be done.
    pub text: Option<String>,
    /// What for.
    pub kind: Option<ActionKind>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// Who does it.
    pub owner: Option<String>,
    /// Until when; `Some(None)` takes the date away.
    pub due: Option<Option<NaiveDate>>,
    /// Where it is tracked.
    pub link: Option<String>,
    /// How far it is.
    pub state: Option<ActionState>,
    /// Why.
    pub reason: String,
    /// The version that the editor saw.
    pub seen: Option<String>,
}

/// What a list shall hold; everything given must match.
#[derive(Clone, Debug, Default)]
pub struct ActionFilter {
    /// Also those that are over.
    pub all: bool,
    /// Only those of this owner, whatever the case.
    pub owner: Option<String>,
    /// Only those of this incident.
    pub incident: Option<String>,
}

impl App {
    /// Opens an action item of an incident.
    ///
    /// # Errors
    /// The incident is not known, or the action item lacks words.
    pub fn add_action(
        &mut self,
        name: &str,
        new: &NewAction,
        actor: &Actor,
    ) -> Result<ActionItemView, Error> {
        let incident = self.find_incident(name)?;
        let new = NewAction { due: new.due.or(Some(self.default_due())), ..new.clone() };
        let id = self.write_postmortem(incident.id, actor, |desk| desk.open_action(&new))?;
        self.action_item(ActionId::new(id))
    }

    /// Changes an action item.
    ///
    /// # Errors
    /// It is not known, nothing is changed, one that will not be done lacks its reason, or what
    /// the editor saw is not what stands.
    pub fn change_action(
        &mut self,
        name: &str,
        edit: &ActionEdit,
        actor: &Actor,
    ) -> Result<ActionItemView, Error> {
        let (incident, id) = self.find_action(name)?;
        self.write_postmortem(incident, actor, |desk| {
            let item = desk.actions.iter().find(|item| item.id == id).cloned();
            let item = item.ok_or_else(|| Error::not_found(format!("no action item {name}")))?;
            check_seen(edit.seen.as_deref(), Some(item.version), "the action item")?;
            if let Some(body) = changed(&item, edit)? {
                desk.append(&Event::ActionChanged(body))?;
            }
            Ok(())
        })?;
        self.action_item(id)
    }

    /// Action items, overdue ones first, and how those of each quarter were closed.
    ///
    /// # Errors
    /// The incident asked for is not known.
    pub fn action_list(&self, filter: &ActionFilter) -> Result<ActionList, Error> {
        let only = filter.incident.as_deref().map(|name| self.find_incident(name)).transpose()?;
        let today = self.today();
        let labels: BTreeMap<IncidentId, IncidentLabel> =
            self.ledger.incidents()?.into_iter().map(|it| (it.id, it.label)).collect();
        let mut found: Vec<(IncidentId, ActionItem)> = Vec::new();
        let mut closing: BTreeMap<Quarter, Closing> = BTreeMap::new();
        for (incident, item) in self.ledger.action_items()? {
            let owner = filter.owner.as_deref();
            let of_owner = owner.is_none_or(|owner| item.owner.eq_ignore_ascii_case(owner.trim()));
            if !of_owner || only.as_ref().is_some_and(|only| only.id != incident) {
                continue;
            }
            let opened = self.date_of(item.opened_at);
            closing.entry(Quarter::of(opened)).or_default().count(item.state);
            if filter.all || !item.state.is_over() {
                found.push((incident, item));
            }
        }
        found.sort_by_key(|(_, item)| (item.urgency(today), item.opened_at, item.id));
        let view = |(incident, item): &(IncidentId, ActionItem)| {
            self.action_view(labels.get(incident), item)
        };
        let closing = closing.into_iter().map(|(quarter, counts)| ClosingView {
            quarter: quarter.to_string(),
            counts,
            percent: counts.percent(),
        });
        Ok(ActionList { actions: found.iter().map(view).collect(), closing: closing.collect() })
    }

    fn action_item(&self, id: ActionId) -> Result<ActionItemView, Error> {
        let found = self.ledger.action_item(id)?;
        let (incident, item) =
            found.ok_or_else(|| Error::not_found(format!("no action item {id}")))?;
        let incident = self.ledger.incident(incident)?;
        Ok(self.action_view(incident.as_ref().map(|incident| &incident.label), &item))
    }

    /// An action item as it is shown.
    pub(super) fn action_view(
        &self,
        incident: Option<&IncidentLabel>,
        item: &ActionItem,
    ) -> ActionItemView {
        let incident = incident.cloned().unwrap_or_default();
        ActionItemView {
            id: item.id,
            label: format!("{incident}/{}", item.number),
            incident,
            number: item.number,
            text: item.text.clone(),
            kind: item.kind,
            priority: item.priority,
            owner: Some(item.owner.clone()).filter(|owner| !owner.is_empty()),
            due: item.due,
            days_overdue: item.days_overdue(self.today()),
            link: Some(item.link.clone()).filter(|link| !link.is_empty()),
            question: item.question.clone(),
            state: item.state,
            reason: Some(item.reason.clone()).filter(|reason| !reason.is_empty()),
            opened_at: utc(item.opened_at),
            opened_by: item.opened_by.to_string(),
            closed_at: item.closed_at.map(utc),
            version: item.version,
            conflict: item.conflict,
        }
    }

    /// The day until which an action item has time where nobody says another.
    pub(super) fn default_due(&self) -> NaiveDate {
        self.real_today() + Days::new(u64::from(self.config.postmortems.action_days))
    }

    /// The action item that somebody means: `INC-2026-05-20-001/2`, or the beginning of its id.
    fn find_action(&self, name: &str) -> Result<(IncidentId, ActionId), Error> {
        let unknown = || {
            Error::not_found(format!("no action item {name}"))
                .hinted("`runledger action list --all` shows them")
        };
        if let Some((label, number)) = name.trim().rsplit_once('/') {
            let incident = self.find_incident(label)?;
            let number: u32 = number.trim().parse().map_err(|_| unknown())?;
            let items = self.ledger.action_items_of(incident.id)?;
            let found: Vec<_> = items.iter().filter(|item| item.number == number).collect();
            return match found.as_slice() {
                [one] => Ok((incident.id, one.id)),
                [] => Err(unknown()),
                several => {
                    let ids: Vec<String> = several.iter().map(|it| it.id.to_string()).collect();
                    Err(Error::refused(format!("{name} names several action items"))
                        .hinted(format!("say which by its id: {}", ids.join(", "))))
                }
            };
        }
        let mut found = Vec::new();
        for id in self.ledger.ids_beginning(name.trim(), 64)? {
            found.extend(self.ledger.action_item(ActionId::new(id))?);
        }
        match found.as_slice() {
            [(incident, item)] => Ok((*incident, item.id)),
            [] => Err(unknown()),
            several => {
                Err(Error::refused(format!("{} action items begin with {name}", several.len()))
                    .hinted("give more of the id"))
            }
        }
    }
}

impl PostDesk<'_, '_> {
    /// Opens an action item under the incident's next number.
    pub(super) fn open_action(&mut self, new: &NewAction) -> Result<EntryId, Error> {
        let text = kept_line(&new.text, "an action item")?;
        if text.is_empty() {
            return Err(Error::refused("an action item needs words")
                .hinted("say what shall be different, like \"pin the chart version\""));
        }
        let last = self.actions.iter().map(|item| item.number).max().unwrap_or(0);
        self.append(&Event::ActionOpened(ActionOpened {
            number: last.saturating_add(1),
            text,
            kind: new.kind,
            priority: new.priority,
            owner: kept_line(&new.owner, "a name")?,
            due: new.due,
            link: checked_link(&new.link)?,
            question: new.question.clone(),
        }))
    }
}

fn checked_link(link: &str) -> Result<String, Error> {
    if link.trim().is_empty() { Ok(String::new()) } else { checked_url(link) }
}

/// What an edit comes to; none where it changes nothing.
fn changed(item: &ActionItem, edit: &ActionEdit) -> Result<Option<ActionChanged>, Error> {
    fn differing<T: PartialEq>(new: Option<T>, stands: &T) -> Option<T> {
        new.filter(|new| new != stands)
    }
    let line = |text: &Option<String>, what: &str| {
        text.as_deref().map(|text| kept_line(text, what)).transpose()
    };
    let text = line(&edit.text, "an action item")?;
    if text.as_deref() == Some("") {
        return Err(Error::refused("an action item needs words"));
    }
    let reason = kept_line(&edit.reason, "a reason")?;
    if edit.state == Some(ActionState::WillNotDo) && reason.is_empty() {
        return Err(Error::refused("an action item that will not be done needs a reason")
            .hinted("add --reason \"why\""));
    }
    let link = edit.link.as_deref().map(checked_link).transpose()?;
    let body = ActionChanged {
        text: differing(text, &item.text),
        kind: differing(edit.kind, &item.kind),
        priority: differing(edit.priority, &item.priority),
        owner: differing(line(&edit.owner, "a name")?, &item.owner),
        due: differing(edit.due, &item.due),
        link: differing(link, &item.link),
        state: differing(edit.state, &item.state),
        reason,
        ..ActionChanged::of(item.id, item.version)
    };
    let nothing =
        ActionChanged { reason: body.reason.clone(), ..ActionChanged::of(item.id, item.version) };
    Ok(Some(body).filter(|body| item.conflict || *body != nothing))
}
