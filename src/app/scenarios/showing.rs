//! Cases on pages: all of them as they stand now, and one with everything that came out.

use std::time::Duration;

use super::super::App;
use super::super::incidents::utc;
use super::super::triage::Engine;
use crate::assets::{Assets, Origin};
use crate::clock::timed;
use crate::domain::entry::Timestamp;
use crate::error::Error;
use crate::text::nearest;
use crate::text::yaml::is_yaml_name;
use crate::triage::scenario::{Outcome, Scenario};
use crate::views::triage::{BrokenScenario, ScenarioLine, ScenarioListView, ScenarioView};

/// A case and the file it stands in.
struct Case {
    scenario: Scenario,
    file: String,
}

impl App {
    /// Runs the cases of the program and of the workspace. A file that is no case is named and
    /// keeps no other from being run.
    ///
    /// # Errors
    /// A file of rules is wrong.
    pub fn scenario_list(&mut self) -> Result<ScenarioListView, Error> {
        let (cases, broken) = cases(&self.assets);
        let engine = Engine::load(&self.assets)?;
        let (mut cases, took) = timed(|| {
            let run = |case: &Case| line(&case.scenario, timed(|| engine.run(&case.scenario)));
            cases.iter().map(run).collect::<Vec<ScenarioLine>>()
        });
        let rank = |line: &ScenarioLine| (!line.outcome.failed, line.outcome.passed);
        cases.sort_by(|a, b| {
            rank(a).cmp(&rank(b)).then_with(|| a.outcome.name.cmp(&b.outcome.name))
        });
        Ok(ScenarioListView {
            passed: cases.iter().filter(|line| line.outcome.passed).count(),
            failed: cases.iter().filter(|line| line.outcome.failed).count(),
            run_at: self.run_at(),
            took_ms: milliseconds(took),
            cases,
            broken,
        })
    }

    /// Runs a case, and tells what came out as triage would.
    ///
    /// # Errors
    /// No case has that name, or a file of rules is wrong.
    pub fn scenario(&mut self, name: &str) -> Result<ScenarioView, Error> {
        self.refresh()?;
        let (cases, broken) = cases(&self.assets);
        let Some(Case { scenario, file }) = cases.iter().find(|case| case.scenario.name == name)
        else {
            return Err(unknown(name, &cases, &broken));
        };
        let engine = Engine::load(&self.assets)?;
        let line = line(scenario, timed(|| engine.run(scenario)));
        let told = self.hypothesis(line.outcome.report.clone(), None, &engine)?;
        Ok(ScenarioView {
            file: file.clone(),
            description: scenario.description.clone(),
            conditions: scenario.conditions.clone(),
            source: scenario.source.clone(),
            tested: scenario.tested.clone(),
            run_at: self.run_at(),
            given: scenario.given.incidents.len(),
            line,
            told,
        })
    }

    fn run_at(&self) -> String {
        utc(Timestamp(self.clock.now_ms()))
    }
}

/// Every case by its file's name, and the files that are none.
fn cases(assets: &Assets) -> (Vec<Case>, Vec<BrokenScenario>) {
    let (mut cases, mut broken): (Vec<Case>, Vec<BrokenScenario>) = Default::default();
    for name in assets.data_names("scenarios/").into_iter().filter(|name| is_yaml_name(name)) {
        match case(assets, &name) {
            Ok(case) => {
                let before = cases.iter().find(|it| it.scenario.name == case.scenario.name);
                if let Some(before) = before {
                    let message = format!(
                        "the name {} is that of {} already: every case needs its own",
                        case.scenario.name, before.file
                    );
                    broken.push(BrokenScenario { place: case.file, message });
                } else {
                    cases.push(case);
                }
            }
            Err(wrong) => broken.push(wrong),
        }
    }
    (cases, broken)
}

fn case(assets: &Assets, name: &str) -> Result<Case, BrokenScenario> {
    let asset = assets.data(name).map_err(|error| BrokenScenario {
        place: format!("data/{name}"),
        message: error.to_string(),
    })?;
    let file = match asset.origin {
        Origin::BuiltIn => format!("{name}, which comes with runledger"),
        Origin::Workspace(_) => format!("data/{name}"),
    };
    let scenario = Scenario::from_yaml(name, &asset.text).map_err(|error| BrokenScenario {
        place: format!("data/{name}:{}:{}", error.line, error.column),
        message: error.message,
    })?;
    Ok(Case { scenario, file })
}

fn line(scenario: &Scenario, (outcome, took): (Outcome, Duration)) -> ScenarioLine {
    let wrong = outcome.fields.iter().filter(|(_, field)| !field.ok).map(|(name, _)| *name);
    ScenarioLine {
        title: scenario.title.clone().unwrap_or_else(|| scenario.name.clone()),
        category: scenario.category.clone(),
        wrong: wrong.collect(),
        took_ms: milliseconds(took),
        outcome,
    }
}

fn unknown(name: &str, cases: &[Case], broken: &[BrokenScenario]) -> Error {
    let error = Error::not_found(format!("no scenario is called {name:?}"));
    let names = cases.iter().map(|case| case.scenario.name.as_str());
    match nearest(name, names) {
        Some(near) => error.hinted(format!("did you mean {near}?")),
        None if broken.is_empty() => error,
        None => {
            let files: Vec<&str> = broken.iter().map(|one| one.place.as_str()).collect();
            error.hinted(format!("it may be in a file that cannot be read: {}", files.join(", ")))
        }
    }
}

/// In hundredths, as far as anybody reads them.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e5).round() / 100.0
}
