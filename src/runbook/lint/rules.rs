//! `lint.yaml`: how much each finding matters and what to do about it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::runbook::Severity;
use crate::runbook::danger::RuleError;
use crate::text::nearest;

/// Every rule there is, in alphabetical order.
pub(super) const KNOWN: [&str; 16] = [
    "alert-claimed-twice",
    "dangerous-command",
    "fence-unclosed",
    "front-matter-invalid",
    "front-matter-too-large",
    "front-matter-unknown-status",
    "link-not-found",
    "namespace-not-explicit",
    "no-last-worked-table",
    "no-owner",
    "related-not-found",
    "row-doubtful",
    "row-in-future",
    "row-removed",
    "row-without-date",
    "step-empty",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    severity: Severity,
    #[serde(default)]
    advice: String,
}

/// How much each finding matters, and what to do about it.
#[derive(Clone, Debug)]
pub struct LintRules {
    by_id: BTreeMap<String, (Severity, String)>,
}

impl LintRules {
    /// Reads the rules.
    ///
    /// # Errors
    /// The text is no YAML of that shape, or a rule is unknown, listed twice or missing.
    pub fn from_yaml(yaml: &str) -> Result<Self, RuleError> {
        let file: File = RuleError::read(yaml)?;
        let mut by_id = BTreeMap::new();
        for Entry { id, severity, advice } in file.rules {
            if !KNOWN.contains(&id.as_str()) {
                let hint = nearest(&id, KNOWN).map(|near| format!("; did you mean {near}?"));
                let message = format!("there is no rule {id}{}", hint.unwrap_or_default());
                return Err(RuleError::at_id(yaml, &id, false, message));
            }
            if by_id.insert(id.clone(), (severity, advice)).is_some() {
                let message = format!("the rule {id} is here twice: keep one");
                return Err(RuleError::at_id(yaml, &id, true, message));
            }
        }
        match KNOWN.iter().find(|id| !by_id.contains_key(**id)) {
            None => Ok(Self { by_id }),
            Some(id) => Err(RuleError {
                line: yaml.lines().count().max(1),
                column: 1,
                message: format!("the rule {id} is missing: add its id and severity"),
            }),
        }
    }

    /// How much a finding matters, where the rule is known.
    pub(super) fn severity(&self, id: &str) -> Option<Severity> {
        self.by_id.get(id).map(|(severity, _)| *severity)
    }

    /// What to do in general; empty where the finding says it.
    pub(super) fn advice(&self, id: &str) -> &str {
        self.by_id.get(id).map_or("", |(_, advice)| advice)
    }
}
