//! Beginning a postmortem, and writing its sections.

use crate::domain::actor::Actor;
use crate::domain::event::{Event, PostmortemChanged, PostmortemSectionWritten, PostmortemStarted};
use crate::domain::incident::{Incident, Role};
use crate::domain::postmortem::{Cause, Section};
use crate::error::Error;
use crate::text::nearest;
use crate::views::postmortem::PostmortemView;

use super::super::App;
use super::writing::PostDesk;
use super::{check_seen, kept_line, kept_text};

/// The template that is used where nobody names one.
pub(super) const STANDARD: &str = "standard";

/// The longest text of a section, in bytes.
const MAX_SECTION: usize = 256 * 1024;

/// How somebody begins.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// After which template; the standard one where none is named.
    pub template: Option<String>,
    /// Who sees to it that it is published; the incident's commander where nobody is named, else
    /// who begins.
    pub owner: Option<String>,
    /// What caused the incident; what the runbooks used show where nobody says.
    pub cause: Option<Cause>,
    /// Why that cause.
    pub reason: String,
}

/// What is told differently.
#[derive(Clone, Debug, Default)]
pub struct Retold {
    /// The template.
    pub template: Option<String>,
    /// The owner.
    pub owner: Option<String>,
    /// The cause.
    pub cause: Option<Cause>,
    /// Why.
    pub reason: String,
    /// The version that the editor saw.
    pub seen: Option<String>,
}

impl App {
    /// Begins a postmortem.
    ///
    /// # Errors
    /// It was begun already, there is no such template, or a cause is told without the reason it
    /// needs.
    pub fn start_postmortem(
        &mut self,
        name: &str,
        start: &Start,
        actor: &Actor,
    ) -> Result<PostmortemView, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        let event = self.beginning(&incident, start, actor)?;
        let label = incident.label.clone();
        self.write_postmortem(incident.id, actor, |desk| {
            if let Some(begun) = &desk.postmortem.begun {
                let by = &begun.by.name;
                return Err(Error::refused(format!("{by} has begun the postmortem of {label}"))
                    .hinted(format!("`runledger postmortem edit {label} summary` goes on")));
            }
            desk.append(&event)
        })?;
        self.postmortem(label.as_str())
    }

    fn beginning(&self, incident: &Incident, start: &Start, actor: &Actor) -> Result<Event, Error> {
        let template = start.template.as_deref().unwrap_or(STANDARD);
        self.check_template(template)?;
        let owner = match &start.owner {
            Some(owner) => kept_line(owner, "a name")?,
            None => incident.people(Role::Commander).first().unwrap_or(&actor.name).clone(),
        };
        self.check_cause(incident, start.cause, &start.reason)?;
        Ok(Event::PostmortemStarted(PostmortemStarted {
            template: template.to_owned(),
            owner,
            cause: start.cause,
            reason: kept_line(&start.reason, "a reason")?,
        }))
    }

    /// What the runbooks show is not talked away without a reason.
    fn check_cause(
        &self,
        incident: &Incident,
        cause: Option<Cause>,
        reason: &str,
    ) -> Result<(), Error> {
        if cause != Some(Cause::Other) || !reason.trim().is_empty() {
            return Ok(());
        }
        if self.checklists()?.shows_change(&self.used_in(incident)?) {
            return Err(Error::refused(
                "the runbooks used show that a change caused this incident",
            )
            .hinted("add --reason \"why it was something else\""));
        }
        Ok(())
    }

    /// Tells its template, owner or cause differently.
    ///
    /// # Errors
    /// Nobody has begun it, there is no such template, a cause lacks the reason it needs, or what
    /// the editor saw is not what stands.
    pub fn change_postmortem(
        &mut self,
        name: &str,
        retold: &Retold,
        actor: &Actor,
    ) -> Result<PostmortemView, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        if let Some(template) = &retold.template {
            self.check_template(template)?;
        }
        self.check_cause(&incident, retold.cause, &retold.reason)?;
        let owner = retold.owner.as_deref().map(|name| kept_line(name, "a name")).transpose()?;
        let reason = kept_line(&retold.reason, "a reason")?;
        let label = incident.label.clone();
        self.write_postmortem(incident.id, actor, |desk| {
            let begun = desk.postmortem.begun.as_ref();
            let Some(begun) = begun else {
                return Err(Error::refused(format!("nobody has begun the postmortem of {label}"))
                    .hinted(format!("`runledger postmortem start {label}`")));
            };
            let replaces = begun.version;
            check_seen(retold.seen.as_deref(), Some(replaces), "the postmortem")?;
            desk.append(&Event::PostmortemChanged(PostmortemChanged {
                replaces,
                template: retold.template.clone(),
                owner,
                cause: retold.cause,
                reason,
            }))
        })?;
        self.postmortem(label.as_str())
    }

    /// Writes a section. The first one begins the postmortem where nobody has; the same text
    /// again changes nothing.
    ///
    /// # Errors
    /// The text is too long, or what the editor saw is not what stands.
    pub fn write_section(
        &mut self,
        name: &str,
        section: Section,
        text: &str,
        seen: Option<&str>,
        actor: &Actor,
    ) -> Result<PostmortemView, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        let text = kept_text(text, "a section", MAX_SECTION)?;
        let beginning = self.beginning(&incident, &Start::default(), actor)?;
        self.write_postmortem(incident.id, actor, |desk| {
            let version = desk.postmortem.version(section).map(|version| version.id);
            check_seen(seen, version, &format!("\"{}\"", section.title()))?;
            let resolved = desk.postmortem.version(section).is_none_or(|it| !it.conflict);
            if resolved && desk.postmortem.text(section) == text {
                return Ok(());
            }
            begin(desk, &beginning)?;
            desk.append(&Event::PostmortemSectionWritten(PostmortemSectionWritten {
                section,
                text,
                replaces: version,
            }))?;
            Ok(())
        })?;
        self.postmortem(incident.label.as_str())
    }
}

/// Begins where nobody has.
pub(super) fn begin(desk: &mut PostDesk<'_, '_>, beginning: &Event) -> Result<(), Error> {
    if desk.postmortem.begun.is_none() {
        desk.append(beginning)?;
    }
    Ok(())
}

/// The section that a word names.
///
/// # Errors
/// None is called so; the nearest is named.
pub fn section_named(word: &str) -> Result<Section, Error> {
    Section::parse(word).ok_or_else(|| {
        let names = Section::ALL.map(Section::as_str);
        let error = Error::refused(format!("no section {word}"));
        match nearest(word, names) {
            Some(near) => error.hinted(format!("did you mean {near}?")),
            None => error.hinted(format!("there are: {}", names.join(", "))),
        }
    })
}

impl App {
    /// How a postmortem of an incident would begin where nobody says anything else.
    pub(super) fn default_beginning(
        &self,
        incident: &Incident,
        actor: &Actor,
    ) -> Result<Event, Error> {
        self.beginning(incident, &Start::default(), actor)
    }
}
