//! Postmortems: begun, written, answered, and published when nothing is missing.

mod answering;
mod asking;
mod drafting;
mod preview;
mod publishing;
mod scheduling;
mod show;
mod writing;

use crate::domain::action_item::ActionItem;
use crate::domain::checklist::Group;
use crate::domain::id::EntryId;
use crate::domain::incident::{Incident, Moment, Status, TimeName};
use crate::domain::postmortem::{Cause, Doubt, Draft, Missing, Postmortem, missing};
use crate::error::{Error, Kind};
use crate::text::redact::redact;
use crate::text::without_controls;
use crate::views::postmortem::{PostmortemList, PostmortemView};

use super::App;

pub use answering::{Follow, NewAnswer};
pub use drafting::{Retold, Start, section_named};
pub(in crate::app) use preview::html_sections;
pub use publishing::Publication;
pub(super) use scheduling::schedule;
pub use show::cause_named;
pub(super) use writing::PostDesk;

/// Everything a postmortem is made of, as it is now.
pub(super) struct Case {
    pub(super) incident: Incident,
    pub(super) postmortem: Postmortem,
    pub(super) groups: Vec<Group>,
    pub(super) actions: Vec<ActionItem>,
    /// What caused the incident, as far as it is known.
    pub(super) cause: Cause,
    /// What keeps that cause from being taken for granted.
    pub(super) doubt: Option<Doubt>,
    /// What is wrong with its template, with the place.
    pub(super) broken_template: Option<String>,
}

impl Case {
    /// What keeps it from being published.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let unknown = |name: &TimeName| self.incident.time(*name) == Moment::Unknown;
        let unknown_times: Vec<&str> =
            TimeName::ALL.iter().filter(|name| unknown(name)).map(|name| name.as_str()).collect();
        missing(&Draft {
            label: self.incident.label.as_str(),
            resolved: matches!(self.incident.status.value, Status::Resolved | Status::Closed),
            unknown_times: &unknown_times,
            postmortem: &self.postmortem,
            groups: &self.groups,
            actions: &self.actions,
            doubt: self.doubt,
            broken_template: self.broken_template.as_deref(),
        })
    }
}

impl App {
    /// An incident's postmortem with all that belongs to it, and what is missing.
    ///
    /// # Errors
    /// The incident is not known, or a checklist cannot be read.
    pub fn postmortem(&mut self, name: &str) -> Result<PostmortemView, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        self.postmortem_view(&self.case(incident)?)
    }

    /// The postmortems that have to be written or were begun, overdue ones first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn postmortem_list(&self) -> Result<PostmortemList, Error> {
        let mut lines = Vec::new();
        for (id, postmortem) in self.ledger.postmortems()? {
            if let Some(incident) = self.ledger.incident(id)? {
                lines.push(self.postmortem_line(&incident, &postmortem));
            }
        }
        Ok(PostmortemList::new(lines))
    }

    fn case(&self, incident: Incident) -> Result<Case, Error> {
        let postmortem = self.ledger.postmortem(incident.id)?.unwrap_or_default();
        let actions = self.ledger.action_items_of(incident.id)?;
        let checklists = self.checklists()?;
        let used = self.used_in(&incident)?;
        let said = postmortem.begun.as_ref().and_then(|begun| begun.cause);
        let shows_change = checklists.shows_change(&used);
        let shown = if shows_change { Cause::Change } else { Cause::Other };
        let cause = said.unwrap_or(shown);
        let reason = postmortem.begun.as_ref().map_or("", |begun| begun.reason.trim());
        let doubt = match said {
            None if !shows_change => Some(Doubt::Unsaid),
            Some(Cause::Other) if shows_change && reason.is_empty() => Some(Doubt::Contradicted),
            _ => None,
        };
        let groups = crate::domain::checklist::asked(&checklists, &used, cause == Cause::Change);
        let broken_template = self.broken_template(&postmortem);
        Ok(Case { incident, postmortem, groups, actions, cause, doubt, broken_template })
    }
}

/// A text of several lines in the form it is kept: without secrets, and not too long.
fn kept_text(text: &str, what: &str, most: usize) -> Result<String, Error> {
    let text = redact(without_controls(&text.replace("\r\n", "\n")).trim()).text;
    if text.len() > most {
        return Err(Error::refused(format!("{what} is at most {most} bytes long")));
    }
    Ok(text)
}

/// The same for one line.
pub(super) fn kept_line(text: &str, what: &str) -> Result<String, Error> {
    kept_text(&crate::text::collapse_whitespace(text), what, 1000)
}

/// Refuses an edit whose editor saw another version than the one that stands.
pub(super) fn check_seen(
    seen: Option<&str>,
    stands: Option<EntryId>,
    what: &str,
) -> Result<(), Error> {
    let Some(seen) = seen.map(str::trim) else { return Ok(()) };
    let same = match (EntryId::parse(seen), stands) {
        (Ok(seen), Some(stands)) => seen == stands,
        (Err(_), None) => seen.is_empty(),
        _ => false,
    };
    if same {
        return Ok(());
    }
    Err(Error::new(Kind::Outdated, format!("{what} was changed meanwhile"))
        .hinted("look at it again, and edit what stands there now")
        .standing(stands))
}
