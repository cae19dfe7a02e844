//! Whether a runbook is for the kind of failure that messages tell of.
//!
//! Words deceive: an alarm about a region holds the words of a runbook about one, and "ready" is
//! said of a node as of an operator. So the names of a runbook are judged by the same rules as the
//! messages. What its names say is another kind of failure is not opened for this one, however many
//! of its words are said; and what is of the same kind needs fewer of them.

use super::engine::Engine;
use crate::triage::Pattern;

/// How what a name says stands to what is sought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinship {
    /// It is of another kind.
    Other,
    /// It says nothing that a rule knows, or something that any failure shows.
    #[default]
    Silent,
    /// It is of the same kind.
    Same,
    /// It is the same down to the subtype.
    Twin,
}

/// What kind of failure is sought, and the rules that know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<'a> {
    pub(super) engine: &'a Engine,
    pub(super) pattern: Pattern,
    pub(super) subtype: Option<&'a str>,
}

impl Kind<'_> {
    /// Of one name, or of a section by its heading.
    pub(super) fn of_name(&self, name: &str) -> Kinship {
        match self.engine.kind(name) {
            None => Kinship::Silent,
            Some((pattern, subtype)) if pattern == self.pattern => {
                match (subtype.as_deref(), self.subtype) {
                    (Some(one), Some(other)) if one == other => Kinship::Twin,
                    (Some(one), Some(other)) => {
                        let together = self.engine.go_together(pattern, one, other);
                        if together { Kinship::Same } else { Kinship::Other }
                    }
                    _ => Kinship::Same,
                }
            }
            // Errors and waiting are how any failure shows.
            Some((pattern, _)) if pattern.is_generic() => Kinship::Silent,
            Some(_) => Kinship::Other,
        }
    }

    /// Of a runbook, by all names that it goes under: what one of them says is of the same kind is. A
    /// remedy may be for alerts of any kind, so that these alone rule nothing out.
    pub(super) fn of_names<'n>(
        &self,
        own: impl Iterator<Item = &'n str>,
        alerts: impl Iterator<Item = &'n str>,
    ) -> Kinship {
        let own: Vec<Kinship> = own.map(|name| self.of_name(name)).collect();
        let alerts = alerts.map(|name| self.of_name(name).max(Kinship::Silent));
        let best = own.iter().copied().chain(alerts).max().unwrap_or_default();
        if best > Kinship::Silent { best } else { own.into_iter().min().unwrap_or_default() }
    }
}
