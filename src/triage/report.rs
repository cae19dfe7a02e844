//! What a triage says, in the shape of its JSON.

use std::collections::BTreeSet;

use serde::Serialize;

use super::also::Also;
use super::cascade::Stage;
use super::clause::Role;
use super::correlate::Group;
use super::level::{Level, Line};
use super::links::Link;
use super::message::Place;
use super::narrative::{PlanStep, Statement};
use super::pattern::Pattern;
use super::plan_avoid::LeftOut;
use super::signal::Signal;
use super::tier::{Grounds, PlanNature, Tier, choose};

/// A hypothesis about messages, with everything that led to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// What kind of failure.
    pub pattern: Pattern,
    /// Its refinement, like `helm_release_stuck`.
    pub subtype: Option<String>,
    /// The sum of what speaks for it, and what decided beside that.
    pub score: f64,
    /// What decided where it was more than the score, in words.
    pub because: Vec<String>,
    /// What it would be otherwise.
    pub runner_up: Option<RunnerUp>,
    /// How bad it is.
    pub severity: SeverityView,
    /// How much to believe it, 0.05 to 0.97 in hundredths; none for UNKNOWN.
    pub confidence: Option<f64>,
    /// Of which of the things that a paste tells apart it is, as of several releases.
    #[serde(skip)]
    pub of: Option<usize>,
    /// The messages that are of the others.
    #[serde(skip)]
    pub elsewhere: BTreeSet<usize>,
    /// Whether a stored incident belongs to it.
    pub correlated: bool,
    /// Which, best first.
    pub linked: Vec<Link>,
    /// Messages that name the same thing.
    pub groups: Vec<Group>,
    /// Other failures that messages of the same paste speak of, worst first.
    pub also: Vec<Also>,
    /// The chain of services, origin first; empty where none is stated.
    pub cascade: Vec<Stage>,
    /// What the choice of the tier depends on, beside the plan.
    #[serde(skip)]
    pub(super) grounds: Grounds,
    /// Who may do something about it.
    pub remediation: Tier,
    /// Why they.
    pub remediation_because: String,
    /// What leads to a runbook; the faces put the runbook beside it.
    pub routing: Routing,
    /// What else the same messages say of what the verdict's refinement leads to: where no runbook is
    /// for the one, that for the other is the one to open.
    #[serde(skip)]
    pub effect: Option<Effect>,
    /// One sentence; empty where nothing is known.
    pub root_cause: String,
    /// The sentence's statements, each with its places.
    pub statements: Vec<Statement>,
    /// What to do.
    pub plan: Vec<PlanStep>,
    /// What the plan does without, and what that would have destroyed.
    pub left_out: Vec<LeftOut>,
    /// What nobody said.
    pub to_check: Vec<String>,
    /// Every place where a rule holds, in order.
    pub evidence: Vec<Evidence>,
    /// What messages name.
    pub signals: Vec<Signal>,
    /// The messages that were judged, so that places can be shown.
    pub messages: Vec<MessageView>,
    /// What was not looked at, in words.
    pub notes: Vec<String>,
}

impl Report {
    /// The same with the tier for a plan; one with the steps of a runbook may ask for other people
    /// than that of the rules alone.
    #[must_use]
    pub fn with_tier(self, plan: PlanNature) -> Self {
        let (remediation, remediation_because) = choose(&self.grounds, plan);
        Self { remediation, remediation_because, ..self }
    }

    /// The same where somebody has written down what to do: that no rule knows of anything to be done
    /// is then no reason to do nothing.
    #[must_use]
    pub fn with_runbook_for_alert(self) -> Self {
        if self.pattern != Pattern::Unknown || self.remediation != Tier::None {
            return self;
        }
        let remediation_because = "a runbook is written for this alert: a person looks".to_owned();
        Self { remediation: Tier::Operator, remediation_because, ..self }
    }
}

/// The next best pattern.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunnerUp {
    /// What it would be.
    pub pattern: Pattern,
    /// The sum of what speaks for it.
    pub score: f64,
    /// What speaks for it: numbers into `evidence`.
    pub evidence: Vec<usize>,
}

/// A level with its rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SeverityView {
    /// The level.
    pub level: Level,
    /// The lines of the table that give it.
    pub rules: Vec<Line>,
    /// What decided, in words.
    pub because: String,
    /// False where the messages say neither how bad it is nor that it is well. The level is that of a
    /// partial failure then, until somebody has looked.
    pub known: bool,
    /// What the source itself says.
    pub label: Option<String>,
    /// Where it says so; none where it is a label beside the text.
    pub label_place: Option<Place>,
    /// The name that says that it is no production system.
    pub environment: Option<Place>,
    /// What holds for each line: rule, words, and numbers into `evidence`.
    pub grounds: Vec<Ground>,
}

/// Why a line of the severity table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// The line.
    pub line: Line,
    /// The rule's id.
    pub rule: String,
    /// What it says.
    pub says: String,
    /// Where; a number into `evidence`, none for a line that follows from the pattern.
    pub evidence: Option<usize>,
}

/// A refinement that the one of the verdict leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// It.
    pub subtype: String,
    /// What a search for its runbook needs.
    pub routing: Routing,
}

/// What a search for a runbook needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Routing {
    /// Words to search with, the most telling first.
    pub words: Vec<String>,
    /// The thing at fault.
    pub object: Option<String>,
    /// Names of alerts that the messages came from and that last; those of the verdict first.
    pub alerts: Vec<String>,
    /// Those, and words of the messages that are written like a name, in the same order: which of
    /// them are alerts, the runbooks know.
    #[serde(skip)]
    pub names: Vec<String>,
    /// The messages that the verdict rests on, by number.
    #[serde(skip)]
    pub leading: Vec<usize>,
}

/// A place where a rule holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The rule's id.
    pub rule: String,
    /// What it says.
    pub says: String,
    /// What it speaks for: a pattern, a severity line, a tier.
    pub speaks_for: String,
    /// Where.
    pub place: Place,
    /// The words there.
    pub text: String,
    /// Cause, effect or neither.
    pub role: Role,
    /// Whether it is said to be so. What is denied adds nothing.
    pub affirmed: bool,
    /// How much it adds to its pattern.
    pub adds: f64,
}

/// A message as it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Its text.
    pub text: String,
    /// Its first line in what was read, from 1; 0 where it was given by itself.
    pub line: usize,
    /// Its first byte there, after cleaning.
    pub offset: usize,
    /// How many messages of this shape it stands for.
    pub repeats: usize,
    /// How bad it is by itself; none where nothing in it says so.
    pub level: Option<Level>,
    /// Whether its source says that it is over; for what is kept of it.
    #[serde(skip)]
    pub resolved: bool,
}
