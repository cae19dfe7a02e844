//! An exercise: one use of a runbook, in an incident or to practise.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::entry::Timestamp;
use super::fingerprint::StepPrint;
use super::id::{EntryId, Hash, RowKey, RunbookId, StepId};

/// Why a runbook was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExerciseKind {
    /// Something was broken. Rows of tables are taken for this unless they say otherwise.
    #[default]
    Incident,
    /// One procedure was practised.
    Drill,
    /// A failure was caused on purpose, and handled.
    GameDay,
    /// It was talked through; nothing was run, so nothing is refreshed.
    Tabletop,
}

impl ExerciseKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Incident, Self::Drill, Self::GameDay, Self::Tabletop];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Drill => "drill",
            Self::GameDay => "game-day",
            Self::Tabletop => "tabletop",
        }
    }
}

/// How one step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// It did what it is for.
    Worked,
    /// It did not.
    Failed,
}

/// How a whole exercise went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step that was used worked.
    Worked,
    /// Some steps worked, some failed.
    Partial,
    /// What was used failed.
    Failed,
    /// The runbook was at hand and something else resolved it.
    NotUsed,
    /// It cannot be told from what was written.
    Unclear,
}

impl Outcome {
    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::NotUsed => "not-used",
            Self::Unclear => "unclear",
        }
    }

    /// The outcome that follows from steps; `None` where no step is named.
    pub fn of_steps(steps: &[StepOutcome]) -> Option<Self> {
        let failed = steps.iter().filter(|step| step.result == StepResult::Failed).count();
        match (steps.len(), failed) {
            (0, _) => None,
            (_, 0) => Some(Self::Worked),
            (all, failed) if all == failed => Some(Self::Failed),
            _ => Some(Self::Partial),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of an exercise and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepOutcome {
    /// The step's id in the version of the runbook that was used.
    pub id: StepId,
    /// How it went.
    pub result: StepResult,
}

/// A name and its value, in the order they were given: `("Release", "ingress-nginx")`.
pub type Context = Vec<(String, String)>;

/// Whether two contexts say the same: names ignore case and order, values only outer spaces.
pub fn same_context(a: &Context, b: &Context) -> bool {
    normal_context(a) == normal_context(b)
}

/// A context in its comparable form: lower-case names, trimmed values, sorted, each pair once,
/// empty ones left out.
pub fn normal_context(context: &Context) -> Context {
    let mut normal: Vec<_> = context
        .iter()
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    normal.sort();
    normal.dedup();
    normal
}

/// Where an exercise was first written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A row of a last-worked table.
    File,
    /// runledger itself.
    Ledger,
}

/// An exercise as the ledger tells it, amendments applied, with what the files add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// The id of the entry that first recorded it.
    pub id: EntryId,
    /// The entry that gave it its present form: what the next edit replaces.
    pub version: EntryId,
    /// The runbook that was used.
    pub runbook: RunbookId,
    /// Why it was used.
    pub kind: ExerciseKind,
    /// The day, in the recorder's zone.
    pub date: NaiveDate,
    /// How it went.
    pub outcome: Outcome,
    /// The steps that were used.
    pub steps: Vec<StepOutcome>,
    /// For what: release, tenant, region and the like.
    pub context: Context,
    /// The table's "Resolved by", or the same told from the steps.
    pub resolved_by: String,
    /// Notes. For a row of a file they are read from the file and are not in the ledger.
    pub notes: String,
    /// How long it took, in minutes.
    pub minutes: Option<u32>,
    /// The label of the incident it belongs to.
    pub incident: Option<String>,
    /// Who recorded it.
    pub actor: Actor,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Where it was first written down.
    pub source: Source,
    /// The row that stands, or shall stand, for it in the runbook's table.
    pub row: Option<RowKey>,
    /// The runbook's text when it was used.
    pub text: Option<Hash>,
    /// It should have a row and none was written yet.
    pub pending: bool,
    /// Its row was in the file once and is not any more.
    pub row_removed: bool,
    /// It was taken back, and why.
    pub retracted: Option<String>,
    /// Two edits replaced the same version; the later one is shown.
    pub conflict: bool,
    /// Later rows of one day have the greater number (0 where no table tells).
    pub order: i64,
    /// The steps of the text that was used, where that text is known.
    pub prints: Option<Vec<StepPrint>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, result: StepResult) -> StepOutcome {
        StepOutcome { id: id.into(), result }
    }

    #[test]
    fn an_outcome_follows_from_its_steps() {
        use StepResult::{Failed, Worked};
        assert_eq!(Outcome::of_steps(&[]), None);
        assert_eq!(Outcome::of_steps(&[step("1", Worked)]), Some(Outcome::Worked));
        assert_eq!(Outcome::of_steps(&[step("1", Failed)]), Some(Outcome::Failed));
        let mixed = [step("1", Worked), step("2", Failed)];
        assert_eq!(Outcome::of_steps(&mixed), Some(Outcome::Partial));
    }

    #[test]
    fn contexts_compare_without_case_of_names_and_order() {
        let a = vec![("Release".into(), "x".into()), ("Region".into(), "y".into())];
        let b = vec![("region".into(), " y".into()), ("RELEASE".into(), "x".into())];
        assert!(same_context(&a, &b));
        assert!(!same_context(&a, &vec![("release".into(), "X".into())]));
    }

    #[test]
    fn values_of_contexts_keep_their_case() {
        let context = |value: &str| vec![("release".to_owned(), value.to_owned())];
        assert!(!same_context(&context("x"), &context("X")));
    }

    #[test]
    fn empty_cells_and_repeated_ones_say_nothing() {
        let full = vec![
            ("Region".into(), "  ".into()),
            ("release".into(), "x".into()),
            ("Release".into(), "x".into()),
        ];
        assert_eq!(normal_context(&full), vec![("release".to_owned(), "x".to_owned())]);
        assert!(same_context(&vec![("Region".into(), String::new())], &vec![]));
    }

    #[test]
    fn every_word_in_commands_is_the_word_in_json() {
        for kind in ExerciseKind::ALL {
            let json = serde_json::to_value(kind).expect("a word");
            assert_eq!(json, kind.as_str());
        }
        use Outcome::{Failed, NotUsed, Partial, Unclear, Worked};
        for outcome in [Worked, Partial, Failed, NotUsed, Unclear] {
            let json = serde_json::to_value(outcome).expect("a word");
            assert_eq!(json, outcome.as_str());
            assert_eq!(json, outcome.to_string());
        }
    }
}
