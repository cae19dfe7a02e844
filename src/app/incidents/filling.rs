//! A runbook seen from an incident: its placeholders filled with the incident's context, and the
//! literals found that are not what the incident is about.

use std::collections::BTreeMap;

use crate::domain::id::IncidentLabel;
use crate::domain::incident::Incident;
use crate::error::Error;
use crate::runbook::{Bound, Runbook, acted_on};
use crate::views::incident::{DifferingView, FillingView};

use super::super::App;

impl App {
    /// What an incident's context fills in a runbook, and which of its literals differ from it.
    ///
    /// # Errors
    /// The incident or the runbook is not known.
    pub fn filling(&mut self, target: &str, incident: &str) -> Result<FillingView, Error> {
        self.refresh()?;
        let incident = self.find_incident(incident)?;
        let (document, _) = self.target(target)?;
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        Ok(filling(&runbook, &incident))
    }
}

impl App {
    /// An incident's label, and what its context says of some columns; nothing where it says
    /// nothing.
    ///
    /// # Errors
    /// The incident is not known.
    pub fn incident_columns(
        &self,
        incident: &str,
        columns: &[String],
    ) -> Result<(IncidentLabel, Vec<String>), Error> {
        let incident = self.find_incident(incident)?;
        let values = columns_of(&incident, columns);
        Ok((incident.label, values))
    }

    /// What an incident that a run names fills in its runbook; nothing where the label is another
    /// system's.
    pub(in crate::app) fn filling_by_label(
        &self,
        label: &str,
        runbook: &Runbook,
    ) -> Result<Option<FillingView>, Error> {
        let mut known = self.ledger.incidents_labelled(label)?;
        known.retain(|incident| incident.label.as_str() == label);
        Ok(match known.as_slice() {
            [one] => Some(filling(runbook, one)),
            _ => None,
        })
    }
}

/// What an incident's context says of some columns; nothing where it says nothing.
pub(in crate::app) fn columns_of(incident: &Incident, columns: &[String]) -> Vec<String> {
    let context: BTreeMap<String, &str> =
        incident.context().map(|(name, value)| (plain(name), value)).collect();
    let value = |column: &String| context.get(&plain(column)).copied().unwrap_or_default();
    columns.iter().map(|column| value(column).to_owned()).collect()
}

/// See [`App::filling`].
pub(in crate::app) fn filling(runbook: &Runbook, incident: &Incident) -> FillingView {
    let context: BTreeMap<String, &str> =
        incident.context().map(|(name, value)| (plain(name), value)).collect();
    let in_steps = || runbook.steps.iter().flat_map(|step| &step.commands);
    let commands = || in_steps().chain(&runbook.loose_commands);
    let value = |name: &str| context.get(&plain(name)).map(|value| (*value).to_owned());
    let asked = commands().flat_map(|command| &command.placeholders);
    let bound = commands().flat_map(|command| &command.bound);
    let names = asked.chain(bound.clone().map(|bound| &bound.name));
    let values = names.filter_map(|name| Some((name.clone(), value(name)?))).collect();
    let mut differing: Vec<DifferingView> = Vec::new();
    for command in commands() {
        for Bound { name, literal } in fixed(&command.text, &command.bound) {
            let known = differing.iter().any(|it| it.name == name && it.literal == literal);
            if let Some(value) = value(&name).filter(|value| *value != literal && !known) {
                differing.push(DifferingView { name, literal, value });
            }
        }
    }
    FillingView { label: incident.label.clone(), values, differing }
}

/// What a command fixes: the literals that its runbook declares, and what it names outright of
/// where and on what it acts.
fn fixed(command: &str, bound: &[Bound]) -> impl Iterator<Item = Bound> {
    let declared = |own: &Bound| {
        bound.iter().any(|it| it.literal == own.literal && plain(&it.name) == plain(&own.name))
    };
    let mut own = acted_on(command);
    own.retain(|own| !declared(own));
    bound.iter().cloned().chain(own)
}

/// A name as placeholders and contexts share it: `<RELEASE-NAME>` is `release_name`.
fn plain(name: &str) -> String {
    let plain = |c: char| if matches!(c, '-' | ' ' | '.') { '_' } else { c };
    name.trim().to_lowercase().chars().map(plain).collect()
}

impl FillingView {
    /// The literals of a command that are not what the incident is about.
    pub fn differing_in(&self, command: &str, bound: &[Bound]) -> Vec<&DifferingView> {
        let fixed: Vec<Bound> = fixed(command, bound).collect();
        let is_fixed = |it: &&DifferingView| {
            fixed.iter().any(|bound| bound.name == it.name && bound.literal == it.literal)
        };
        self.differing.iter().filter(is_fixed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn placeholders_and_contexts_share_their_names() {
        for name in ["RELEASE_NAME", "release-name", " Release Name "] {
            assert_eq!(plain(name), "release_name");
        }
    }
}
