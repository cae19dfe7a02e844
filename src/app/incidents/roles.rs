//! Who does what in an incident.

use crate::domain::actor::Actor;
use crate::domain::event::{Event, IncidentRoleSet};
use crate::domain::incident::Role;
use crate::error::Error;
use crate::text::nearest;
use crate::views::incident::IncidentView;

use super::super::App;
use super::opening::checked_people;
use super::writing::Manner;

/// What becomes of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// These people have it; of a role that only one can have, this one instead of another.
    Take(Vec<String>),
    /// These people have it no more; everybody, if nobody is named.
    Leave(Vec<String>),
}

impl App {
    /// Gives a role to somebody, or takes it away. Several people may be experts; any other role
    /// passes from one to the next.
    ///
    /// # Errors
    /// The incident is not known, nobody is named, or what the editor saw is not what stands.
    pub fn set_incident_role(
        &mut self,
        name: &str,
        role: Role,
        change: &RoleChange,
        manner: &Manner,
        actor: &Actor,
    ) -> Result<IncidentView, Error> {
        let id = self.find_incident(name)?.id;
        let written = self.write_incident(id, actor, |desk| {
            let before = desk.incident.people(role).to_vec();
            let people = match change {
                RoleChange::Take(people) if role.is_shared() => {
                    checked_people(role, &[before.clone(), people.clone()].concat())?
                }
                RoleChange::Take(people) => checked_people(role, people)?,
                RoleChange::Leave(people) => {
                    let leaves = |known: &str| people.iter().any(|it| same_name(it, known));
                    let stays = |known: &&String| !people.is_empty() && !leaves(known);
                    before.iter().filter(stays).cloned().collect()
                }
            };
            if people.is_empty() && matches!(change, RoleChange::Take(_)) {
                return Err(Error::refused(format!("who is {}?", role.title()))
                    .hinted("give a name, or --remove where nobody is"));
            }
            let conflict = desk.incident.roles.get(&role).is_some_and(|told| told.conflict);
            if people == before && !conflict {
                return Ok(Vec::new());
            }
            let version = desk.incident.role_version(role);
            let value = if before.is_empty() { "nobody".to_owned() } else { before.join(", ") };
            desk.check_seen(manner, role.title(), version, &value)?;
            let (at, replaces) = (desk.now, version);
            Ok(vec![Event::IncidentRoleSet(IncidentRoleSet { role, people, at, replaces })])
        })?;
        self.incident_view(&written.incident)
    }
}

fn same_name(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// The role that a word means.
///
/// # Errors
/// It is none; the nearest is named.
pub fn role_named(word: &str) -> Result<Role, Error> {
    Role::parse(word).ok_or_else(|| {
        let names = Role::ALL.map(Role::as_str);
        let error = Error::refused(format!("unknown role {word}"));
        match nearest(word, names) {
            Some(near) => error.hinted(format!("did you mean {near}?")),
            None => error.hinted(format!("the roles are {}", names.join(", "))),
        }
    })
}
