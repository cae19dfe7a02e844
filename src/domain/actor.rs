//! Who did something: a person, a service or an agent, never nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who an entry comes from, written `person:ana`, `service:scan`, `agent:triage`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// What sort of actor it is.
    pub kind: ActorKind,
    /// Its name: never empty, one line, no control characters.
    pub name: String,
}

/// The sorts of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// Somebody.
    Person,
    /// A program that acts by itself: the scanner, a monitoring system.
    Service,
    /// A program that acts for a person.
    Agent,
}

impl ActorKind {
    /// The word before the colon.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Agent => "agent",
        }
    }
}

/// Why a text names no actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an actor needs a name, like person:ana")]
pub struct NamelessActor;

impl Actor {
    /// The scanner: rows found in files are its entries.
    pub fn scan() -> Self {
        Self { kind: ActorKind::Service, name: "scan".to_owned() }
    }

    /// The reader of reports: incidents found in files are its entries.
    pub fn import() -> Self {
        Self { kind: ActorKind::Service, name: "import".to_owned() }
    }

    /// Who makes and sends reports on schedule.
    pub fn reporter() -> Self {
        Self { kind: ActorKind::Service, name: "reporter".to_owned() }
    }

    /// The counter of what is opened.
    pub fn count() -> Self {
        Self { kind: ActorKind::Service, name: "count".to_owned() }
    }

    /// Reads `kind:name`; a text without a known kind is a person's name.
    ///
    /// # Errors
    /// No name is left once control characters and outer spaces are gone.
    pub fn parse(text: &str) -> Result<Self, NamelessActor> {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let (kind, name) = match text.split_once(':') {
            Some(("person", name)) => (ActorKind::Person, name),
            Some(("service", name)) => (ActorKind::Service, name),
            Some(("agent", name)) => (ActorKind::Agent, name),
            _ => (ActorKind::Person, text.as_str()),
        };
        let name: String = name.trim().chars().take(200).collect();
        if name.is_empty() { Err(NamelessActor) } else { Ok(Self { kind, name }) }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.name)
    }
}

impl Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_a_person_and_an_empty_one_is_refused() {
        assert_eq!(Actor::parse("Ana Lima").map(|a| a.to_string()), Ok("person:Ana Lima".into()));
        assert_eq!(Actor::parse("service:scan"), Ok(Actor::scan()));
        assert_eq!(Actor::parse("person: \n"), Err(NamelessActor));
    }
}
