//! `[incidents]`: what the team calls its severities.

use super::file::{Reader, Value};
use super::values::unknown_word;
use crate::domain::incident::Severity;
use crate::text::nearest;

/// The keys of the table.
const KEYS: [&str; 1] = ["severities"];

/// The ranks, as keys of the table of severities.
const RANKS: [&str; 5] = ["0", "1", "2", "3", "4"];

/// How incidents are handled here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// What each severity is called.
    pub severities: Severities,
}

/// What each severity is called. The first label of a rank is the one that is shown, all of them
/// are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severities([Vec<String>; 5]);

impl Default for Severities {
    fn default() -> Self {
        Self(
            [
                ["P0", "SEV1", "CRITICAL"],
                ["P1", "SEV2", "HIGH"],
                ["P2", "SEV3", "MEDIUM"],
                ["P3", "SEV4", "LOW"],
                ["P4", "SEV5", "INFO"],
            ]
            .map(|labels| labels.map(str::to_owned).to_vec()),
        )
    }
}

impl Severities {
    /// The label that is shown for a severity.
    pub fn label(&self, severity: Severity) -> &str {
        self.labels(severity).first().map_or("?", String::as_str)
    }

    /// All labels of a severity.
    pub fn labels(&self, severity: Severity) -> &[String] {
        &self.0[usize::from(severity.rank())]
    }

    /// The severity that a label means, whatever its case.
    ///
    /// # Errors
    /// It is no label here; the message names the nearest, or those that are shown.
    pub fn find(&self, label: &str) -> Result<Severity, String> {
        let label = label.trim();
        let means = |severity: &Severity| {
            self.labels(*severity).iter().any(|known| known.eq_ignore_ascii_case(label))
        };
        if let Some(severity) = Severity::ALL.into_iter().find(means) {
            return Ok(severity);
        }
        let near = nearest(label, self.0.iter().flatten().map(String::as_str));
        let shown: Vec<&str> = Severity::ALL.into_iter().map(|it| self.label(it)).collect();
        Err(match near {
            // Of `P9`, every label is as near.
            Some(near) if label.len() >= 4 => {
                format!("unknown severity {label}; did you mean {near}?")
            }
            _ => format!("unknown severity {label}; there are: {}", shown.join(", ")),
        })
    }

    /// Gives ranks other labels. A label that is given to one is taken from the others.
    fn relabel(&mut self, rank: usize, labels: Vec<String>) {
        for others in &mut self.0 {
            others.retain(|known| !labels.iter().any(|it| it.eq_ignore_ascii_case(known)));
        }
        self.0[rank] = labels;
    }
}

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Incidents> {
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, "a table, like [incidents]");
        return None;
    };
    let mut incidents = Incidents::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "severities" => incidents.severities = severities(reader, value)?,
            unknown => reader.complain(&key.span(), unknown_word("key", unknown, &KEYS)),
        }
    }
    Some(incidents)
}

fn severities(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Severities> {
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, "a table of labels by rank, like [incidents.severities]");
        return None;
    };
    let mut severities = Severities::default();
    let mut given: Vec<String> = Vec::new();
    let mut relabelled = Vec::new();
    let mut twice = false;
    for (key, value) in table {
        let Some(rank) = RANKS.iter().position(|rank| *rank == &**key.get_ref()) else {
            let message = unknown_word("rank", key.get_ref(), &RANKS);
            reader.complain(&key.span(), message);
            continue;
        };
        let Some(labels) = reader.texts(value) else { continue };
        if labels.is_empty() {
            reader.complain(&value.span(), "name at least one label, like [\"P0\"]".to_owned());
            continue;
        }
        let labels: Vec<String> = labels.into_iter().map(|placed| placed.value).collect();
        for label in &labels {
            if given.iter().any(|known| known.eq_ignore_ascii_case(label)) {
                reader.complain(&value.span(), format!("`{label}` is given twice"));
                twice = true;
            }
            given.push(label.clone());
        }
        relabelled.push((rank, labels));
    }
    for (rank, labels) in relabelled {
        severities.relabel(rank, labels);
    }
    let nameless = RANKS.iter().zip(&severities.0).find(|(_, labels)| labels.is_empty());
    // A label that is given twice leaves a rank without one; that is told already.
    if let Some((rank, _)) = nameless.filter(|_| !twice) {
        reader.complain(&value.span(), format!("no label is left for rank {rank}"));
    }
    Some(severities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::parse;

    fn read(text: &str) -> Result<Severities, String> {
        let problem = |problems: Vec<super::super::Problem>| {
            problems.first().map(|it| format!("{}:{}", it.line, it.message)).unwrap_or_default()
        };
        parse(text).map(|settings| settings.incidents.severities).map_err(problem)
    }

    fn rank(severities: &Severities, label: &str) -> Option<u8> {
        severities.find(label).ok().map(Severity::rank)
    }

    #[test]
    fn the_usual_labels_are_known_without_being_told() {
        let severities = Severities::default();
        for (label, expected) in [("P0", 0), ("sev2", 1), ("Medium", 2), ("LOW", 3), ("p4", 4)] {
            assert_eq!(rank(&severities, label), Some(expected), "{label}");
        }
        let unknown = severities.find("CRITCAL").expect_err("no such label");
        assert_eq!(unknown, "unknown severity CRITCAL; did you mean CRITICAL?");
        let unknown = severities.find("").expect_err("no label");
        assert!(unknown.ends_with("P0, P1, P2, P3, P4"), "{unknown}");
    }

    #[test]
    fn a_team_names_its_own_and_the_first_is_shown() {
        let told = read("[incidents.severities]\n0 = [\"Red\", \"P1\"]\n1 = [\"Amber\"]\n");
        let severities = told.expect("a table");
        assert_eq!(severities.label(Severity::ALL[0]), "Red");
        assert_eq!(rank(&severities, "p1"), Some(0), "taken from rank 1");
        assert_eq!(rank(&severities, "amber"), Some(1));
        assert_eq!(rank(&severities, "P0"), None);
        assert_eq!(rank(&severities, "P2"), Some(2), "what is not given stays");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text).expect_err(text), expected, "{text}");
        };
        check("[incidents]\nlevels = 1\n", "2:unknown key `levels`; there are: severities");
        check(
            "[incidents.severities]\n7 = [\"x\"]\n",
            "2:unknown rank `7`; there are: 0, 1, 2, 3, 4",
        );
        check("[incidents.severities]\n0 = []\n", "2:name at least one label, like [\"P0\"]");
        check("[incidents.severities]\n0 = [\"A\"]\n1 = [\"a\"]\n", "3:`a` is given twice");
    }
}
