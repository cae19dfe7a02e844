//! The rules that triage works by: those of the program, and what a team adds or puts in their
//! place under `data/`.

use crate::assets::{Asset, Assets, Origin};
use crate::error::Error;
use crate::triage::scenario::{Run, Scenario, run_all};
use crate::triage::{FileError, Input, Knowledge, PlanFinding, PlanLint, Report, Source, triage};

/// Rules for messages and rules for plans. Reading them takes a moment, so nothing reads them that
/// has no use for them.
#[derive(Debug)]
pub struct Engine {
    knowledge: Knowledge,
    pub(super) lint: PlanLint,
}

impl Engine {
    /// Reads the rules.
    ///
    /// # Errors
    /// A file is wrong; the error says where.
    pub fn load(assets: &Assets) -> Result<Self, Error> {
        let files = assets.data_under("patterns/")?;
        let files: Vec<Asset> =
            files.into_iter().filter(|file| file.name.ends_with(".yaml")).collect();
        let sources: Vec<Source<'_>> = files.iter().map(source).collect();
        let knowledge = Knowledge::load(&sources).map_err(wrong_file)?;
        // The program's own are held against their examples by a test.
        let own = files.iter().filter(|file| file.origin != Origin::BuiltIn);
        let own: Vec<&str> = own.map(|file| file.name.as_str()).collect();
        if let Some(error) = knowledge.check_examples(&own).into_iter().next() {
            return Err(wrong_file(error));
        }
        Ok(Self { knowledge, lint: lint(assets)? })
    }

    /// Judges messages.
    pub fn judge(&self, input: &Input<'_>) -> Report {
        triage(input, &self.knowledge, &self.lint)
    }

    /// Runs cases; nothing but what they hold is looked at.
    pub fn run(&self, scenarios: &[Scenario]) -> Run {
        run_all(scenarios, &self.knowledge, &self.lint)
    }
}

/// What a plan that somebody wrote would destroy.
///
/// # Errors
/// A file of rules is wrong.
pub fn check_plan(assets: &Assets, plan: &str) -> Result<Vec<PlanFinding>, Error> {
    Ok(lint(assets)?.check(&crate::triage::cleaned(plan)))
}

fn lint(assets: &Assets) -> Result<PlanLint, Error> {
    let commands = assets.data("dangers.yaml")?;
    let more = assets.data("plan-dangers.yaml")?;
    let prose = assets.data("plan-prose.yaml")?;
    PlanLint::load(source(&commands), source(&more), source(&prose)).map_err(wrong_file)
}

fn source(file: &Asset) -> Source<'_> {
    Source { name: &file.name, text: &file.text }
}

/// A file of rules or a case that cannot be read.
pub(in crate::app) fn wrong_file(error: FileError) -> Error {
    let FileError { file, line, column, message } = error;
    Error::refused(format!("reading {file}: {message}")).at(format!("{file}:{line}:{column}"))
}
