//! What triage says, what a plan would destroy, and how cases went.

use serde::Serialize;

use super::page::OwnerView;
use super::{FreshnessView, RunbookRef, StepFreshnessView};
use crate::domain::id::{Slug, StepId};
use crate::triage::read::HelmRelease;
use crate::triage::scenario::{Calibration, Outcome, Run};
use crate::triage::{
    Also, Doing, Evidence, Group, LeftOut, Link, MessageView, Part, Pattern, PlanDanger,
    PlanFinding, RunnerUp, SeverityView, Signal, Stage, Statement, Tier,
};

/// A hypothesis about messages: `triage --json`. Nothing was changed by it.
#[derive(Clone, Debug, Serialize)]
pub struct TriageView {
    /// What kind of failure; `UNKNOWN` where nothing speaks clearly enough.
    pub pattern: Pattern,
    /// Its refinement, like `helm_release_stuck`.
    pub subtype: Option<String>,
    /// What decided where it was more than the sum of the evidence.
    pub because: Vec<String>,
    /// What it would be otherwise.
    pub runner_up: Option<RunnerUp>,
    /// How bad it is.
    pub severity: TriageSeverity,
    /// How much to believe it, 0.05 to 0.97; null for `UNKNOWN`.
    pub confidence: Option<f64>,
    /// Whether a stored incident belongs to it.
    pub correlated: bool,
    /// Which, best first.
    pub linked: Vec<Link>,
    /// Messages that name the same thing.
    pub groups: Vec<Group>,
    /// Other failures that messages of the same paste speak of, worst first.
    pub also: Vec<AlsoView>,
    /// The chain of services, origin first; empty where none is stated.
    pub cascade: Vec<Stage>,
    /// Who may do something about it.
    pub remediation: Tier,
    /// Why they.
    pub remediation_because: String,
    /// Whom to call where the person on call is not enough; null else, or where nobody is named.
    pub escalate_to: Option<EscalationView>,
    /// Which runbook to open.
    pub routing: RoutingView,
    /// One sentence; empty where nothing is known.
    pub root_cause: String,
    /// The sentence's statements, each with the places that say so.
    pub statements: Vec<Statement>,
    /// What to do, in order.
    pub plan: Vec<TriageStep>,
    /// What the plan does without, and what that would have destroyed.
    pub left_out: Vec<LeftOut>,
    /// What nobody said.
    pub to_check: Vec<String>,
    /// Every place where a rule holds.
    pub evidence: Vec<Evidence>,
    /// What messages name.
    pub signals: Vec<Signal>,
    /// The messages as they were judged, so that places can be shown.
    pub messages: Vec<MessageView>,
    /// What Helm says of a release.
    pub helm: Option<HelmRelease>,
    /// What was not looked at, in words.
    pub notes: Vec<String>,
    /// Why no runbook can fit, where there is none at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_runbooks: Option<String>,
    /// What was taken out of the text because it looked secret.
    pub redacted: Vec<&'static str>,
    /// The entry of an incident's timeline, where somebody asked for it to be added.
    pub noted: Option<crate::domain::id::EntryId>,
    /// Whether it stood there already, so that nothing was added.
    pub noted_before: bool,
}

/// Another failure of the same paste.
#[derive(Clone, Debug, Serialize)]
pub struct AlsoView {
    /// What it is.
    #[serde(flatten)]
    pub also: Also,
    /// The runbook to open for it: only for a failure of its own, and where one fits.
    pub runbook: Option<BesideView>,
}

/// A runbook to open for another failure.
#[derive(Clone, Debug, Serialize)]
pub struct BesideView {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Where in it; empty for its beginning.
    pub anchor: String,
    /// Why this one.
    pub reason: String,
    /// Why to look twice before it is trusted; empty where it worked lately.
    pub warning: String,
}

/// How bad it is, and what the team would call that. Nobody's severity is set by it.
#[derive(Clone, Debug, Serialize)]
pub struct TriageSeverity {
    /// The level, and what gives it.
    #[serde(flatten)]
    pub judged: SeverityView,
    /// The team's own label for it, like `P0`.
    pub suggests: String,
    /// All of it in words: "suggests CRITICAL, your P0".
    pub words: String,
}

/// Whom to call.
#[derive(Clone, Debug, Serialize)]
pub struct EscalationView {
    /// In words: "escalate to platform (page …)".
    pub words: String,
    /// Experts that the incident names.
    pub experts: Vec<String>,
    /// Who keeps the runbook, and how to reach them.
    pub owner: Option<OwnerView>,
}

/// Which runbook to open, and why.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RoutingView {
    /// The runbook to open; null where none fits.
    pub runbook: Option<RouteView>,
    /// Where none fits: the nearest, at most three.
    pub nearest: Vec<RunbookRef>,
    /// What was searched for, the most telling first.
    pub words: Vec<String>,
    /// The thing at fault.
    pub object: Option<String>,
    /// Names of alerts that the messages came from.
    pub alerts: Vec<String>,
}

/// A runbook to open.
#[derive(Clone, Debug, Serialize)]
pub struct RouteView {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// The step to open; null where it has none.
    pub step: Option<StepId>,
    /// The step's title.
    pub step_title: String,
    /// The anchor to open it at.
    pub anchor: String,
    /// The heading there, where it is no step.
    pub section: String,
    /// Why this one.
    pub reason: String,
    /// Why to look twice before it is trusted; empty where it worked lately.
    pub warning: String,
    /// How far it can be trusted.
    pub freshness: Option<FreshnessView>,
    /// How far the step can be trusted.
    pub step_freshness: Option<StepFreshnessView>,
    /// The steps that are recorded as done in the incident that this is asked for.
    pub done: Vec<StepId>,
    /// The step that the words fit best, where another one comes before it.
    pub fits: Option<FittingStep>,
}

/// A step of a runbook that fits.
#[derive(Clone, Debug, Serialize)]
pub struct FittingStep {
    /// The step.
    pub id: StepId,
    /// Its title.
    pub title: String,
    /// Its anchor.
    pub anchor: String,
}

/// A step of a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TriageStep {
    /// Its number, from 1.
    pub step: usize,
    /// What to do.
    pub text: String,
    /// The commands for it; `<NAMES>` stand for what no message says.
    pub commands: Vec<String>,
    /// `template`, or the address of a runbook's step.
    pub source: String,
    /// How long a runbook's step may take, in seconds.
    pub budget_s: Option<u32>,
    /// How far a runbook's step can be trusted.
    pub freshness: Option<StepFreshnessView>,
    /// Warnings that stand beside it.
    pub dangers: Vec<PlanDanger>,
    /// What its words were taken from.
    pub parts: Vec<Part>,
    /// The same with the names and numbers that the messages give, where a runbook has others.
    pub instead: Vec<String>,
    /// Values in a runbook's commands that look like those of its author's example: no message
    /// holds them.
    pub samples: Vec<String>,
    /// Steps of the runbook that come before this one and are left out: what this and all behind
    /// it do may rest on them.
    pub rests_on: Vec<String>,
    /// `looks` or `changes` where it is one that a tool may be allowed to do by itself.
    pub doing: Option<Doing>,
}

/// What a plan would destroy: `plan check --json`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanCheckView {
    /// Whether a step should not be taken as it is written.
    pub denied: bool,
    /// In order of steps.
    pub findings: Vec<PlanFinding>,
}

/// How cases went: `scenario run --json`.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioRunView {
    /// Cases and scores.
    #[serde(flatten)]
    pub run: Run,
    /// How true confidence is, where somebody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// All cases as they stand now: the page `/scenarios`.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioListView {
    /// Those that fail first, then those that assert nothing, then the others; by name.
    pub cases: Vec<ScenarioLine>,
    /// Files that are no cases.
    pub broken: Vec<BrokenScenario>,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// When they were run, in UTC.
    pub run_at: String,
    /// How long all of them took, in milliseconds.
    pub took_ms: f64,
}

/// A case in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioLine {
    /// Its title; its name where it has none.
    pub title: String,
    /// What it is filed under.
    pub category: Option<String>,
    /// How it went; its name is its address.
    pub outcome: Outcome,
    /// The fields that do not equal.
    pub wrong: Vec<&'static str>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// A file that is no case, and why.
#[derive(Clone, Debug, Serialize)]
pub struct BrokenScenario {
    /// Where: file, and line and column where they are known.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

/// A case with all that came out: the page `/scenarios/{name}`.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioView {
    /// How it went.
    pub line: ScenarioLine,
    /// Its file.
    pub file: String,
    /// What happens in it.
    pub description: Option<String>,
    /// Names and a severity label; never evidence.
    pub conditions: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// When somebody last tried it, as its file says.
    pub tested: Option<String>,
    /// When it was run, in UTC.
    pub run_at: String,
    /// How many incidents its store holds.
    pub given: usize,
    /// What came out, as `triage` tells it here: the steps of a runbook are this workspace's, and
    /// nothing of them is asserted.
    pub told: TriageView,
}
