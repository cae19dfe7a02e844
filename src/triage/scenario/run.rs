//! Runs cases: what was expected beside what came out, and two scores.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Expect, Scenario, YesNo};
use crate::triage::{Input, Knowledge, Message, Pattern, PlanLint, Report, Store, triage};

/// A field of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldOutcome {
    /// What must come out; none where nothing is asserted.
    pub expected: Option<String>,
    /// What else the lenient score takes for right.
    pub accept: Vec<String>,
    /// What came out.
    pub actual: Option<String>,
    /// Whether it counts.
    pub asserted: bool,
    /// Whether it equals; true for what is not asserted.
    pub ok: bool,
    /// Whether it equals, or is accepted.
    pub ok_lenient: bool,
}

/// A case that was run.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Whether it asserts something, and every asserted field equals.
    pub passed: bool,
    /// Whether an asserted field does not equal. A case that asserts nothing neither passes nor
    /// fails.
    pub failed: bool,
    /// By field.
    pub fields: BTreeMap<&'static str, FieldOutcome>,
    /// How much the engine believes it; none for UNKNOWN.
    pub confidence: Option<f64>,
    /// All it says; for a page.
    #[serde(skip)]
    pub report: Report,
}

/// How many were right of how many asserted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Those that were right.
    pub right: usize,
    /// Those that were asserted.
    pub asserted: usize,
    /// The share, 0 to 1, in thousandths; 1 where nothing was asserted.
    pub share: f64,
}

/// Cases that were run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Run {
    /// Each, in the order given.
    pub scenarios: Vec<Outcome>,
    /// How many passed.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// Equal, by field.
    pub strict: BTreeMap<&'static str, Score>,
    /// Equal or accepted, by field.
    pub lenient: BTreeMap<&'static str, Score>,
}

/// Runs one case.
pub fn run(scenario: &Scenario, knowledge: &Knowledge, lint: &PlanLint) -> Outcome {
    let input = Input {
        messages: scenario.messages.iter().map(Message::from).collect(),
        conditions: scenario.conditions.as_deref(),
        topology: &scenario.given.topology,
        notes: Vec::new(),
    };
    let store = Store::from(scenario.given.incidents.as_slice());
    let report = triage(&input, &store, knowledge, lint);
    let fields = fields(scenario, &report);
    Outcome {
        name: scenario.name.clone(),
        passed: fields.values().any(|field| field.asserted)
            && fields.values().all(|field| field.ok),
        failed: fields.values().any(|field| !field.ok),
        fields,
        confidence: report.confidence,
        report,
    }
}

fn fields(scenario: &Scenario, report: &Report) -> BTreeMap<&'static str, FieldOutcome> {
    let Expect { pattern, subtype, severity, remediation, cascade, correlated, .. } =
        &scenario.expect;
    let yes = |yes: bool| YesNo::from(yes).as_str().to_owned();
    let own = |text: &str| text.to_owned();
    let mut fields = BTreeMap::new();
    let mut add = |name: &'static str, expected: Option<String>, actual: Option<String>| {
        let accept = scenario.accept.get(name).cloned().unwrap_or_default();
        let asserted = expected.is_some();
        let ok = !asserted || expected == actual;
        let accepted = actual.as_ref().is_some_and(|actual| accept.contains(actual));
        let ok_lenient = ok || accepted;
        fields.insert(name, FieldOutcome { expected, accept, actual, asserted, ok, ok_lenient });
    };
    add("pattern", pattern.map(|p| own(p.as_str())), Some(own(report.pattern.as_str())));
    add("subtype", subtype.clone(), report.subtype.clone());
    add("severity", severity.map(|l| own(l.as_str())), Some(own(report.severity.level.as_str())));
    add(
        "remediation",
        remediation.map(|t| own(t.as_str())),
        Some(own(report.remediation.as_str())),
    );
    add("cascade", cascade.map(|c| own(c.as_str())), Some(yes(!report.cascade.is_empty())));
    add("correlated", correlated.map(|c| own(c.as_str())), Some(yes(report.correlated)));
    if let Some(field) = confidence(&scenario.expect, report.confidence) {
        fields.insert("confidence", field);
    }
    fields
}

/// Confidence has bounds and is never asserted to the digit.
fn confidence(expect: &Expect, actual: Option<f64>) -> Option<FieldOutcome> {
    if expect.confidence_min.is_none() && expect.confidence_max.is_none() {
        return None;
    }
    let (least, most) =
        (expect.confidence_min.unwrap_or(0.0), expect.confidence_max.unwrap_or(1.0));
    let ok = actual.is_some_and(|value| (least..=most).contains(&value));
    Some(FieldOutcome {
        expected: Some(format!("{least:.2} to {most:.2}")),
        accept: Vec::new(),
        actual: actual.map(|value| format!("{value:.2}")),
        asserted: true,
        ok,
        ok_lenient: ok,
    })
}

/// Runs all and scores them.
pub fn run_all(scenarios: &[Scenario], knowledge: &Knowledge, lint: &PlanLint) -> Run {
    Run::of(scenarios.iter().map(|scenario| run(scenario, knowledge, lint)).collect())
}

impl Run {
    /// Counts and scores what came out.
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        let mut done =
            Self { passed: outcomes.iter().filter(|one| one.passed).count(), ..Self::default() };
        done.failed = outcomes.iter().filter(|one| one.failed).count();
        for outcome in &outcomes {
            for (name, field) in outcome.fields.iter().filter(|(_, field)| field.asserted) {
                for (scores, ok) in
                    [(&mut done.strict, field.ok), (&mut done.lenient, field.ok_lenient)]
                {
                    let score = scores.entry(name).or_default();
                    score.asserted += 1;
                    score.right += usize::from(ok);
                }
            }
        }
        for score in done.strict.values_mut().chain(done.lenient.values_mut()) {
            let share = score.right as f64 / score.asserted.max(1) as f64;
            score.share = (1000.0 * share).round() / 1000.0;
        }
        done.scenarios = outcomes;
        done
    }

    /// Confidence and whether the pattern was right, of every case that asserts one.
    pub fn beliefs(&self) -> Vec<(f64, bool)> {
        let asserted = self.scenarios.iter().filter_map(|one| {
            let field = one.fields.get("pattern").filter(|field| field.asserted)?;
            (one.report.pattern != Pattern::Unknown).then_some((one.confidence?, field.ok))
        });
        asserted.collect()
    }
}
