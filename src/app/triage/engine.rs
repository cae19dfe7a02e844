//! The rules that triage works by: those of the program, and what a team adds or puts in their
//! place under `data/`.

use std::sync::{Arc, Mutex, PoisonError};

use crate::assets::{Asset, Assets, Origin};
use crate::at_once::at_once;
use crate::domain::id::Hash;
use crate::error::Error;
use crate::search::spaced;
use crate::text::redact::redact;
use crate::text::yaml::is_yaml_name;
use crate::triage::read::{Pasted, read};
use crate::triage::scenario::{Outcome, Scenario, run};
use crate::triage::{
    FileError, Input, Judging, Knowledge, Pattern, PlanFinding, PlanLint, PlanSources, Source, kind,
};

/// Rules for messages and rules for plans. Reading them takes a moment, so nothing reads them that
/// has no use for them.
#[derive(Debug)]
pub struct Engine {
    knowledge: Knowledge,
    pub(super) lint: PlanLint,
}

impl Engine {
    /// The rules as the files have them now. Reading them is most of what a short paste costs, so
    /// the last that were read are kept for all workers of a server; one that edits a rule file
    /// has the new rules with the next question.
    ///
    /// # Errors
    /// A file is wrong; the error says where.
    pub fn load(assets: &Assets) -> Result<Arc<Self>, Error> {
        static KEPT: Mutex<Option<(Hash, Arc<Engine>)>> = Mutex::new(None);
        let files = assets.data_under("patterns/")?;
        let files: Vec<Asset> = files.into_iter().filter(|file| is_yaml_name(&file.name)).collect();
        let plan = plan_files(assets)?;
        let is = content(files.iter().chain(&plan));
        // Whoever comes second waits for the first, and then has it for nothing.
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((was, engine)) = kept.as_ref()
            && *was == is
        {
            return Ok(Arc::clone(engine));
        }
        let engine = Arc::new(Self::read(&files, &plan)?);
        *kept = Some((is, Arc::clone(&engine)));
        Ok(engine)
    }

    fn read(files: &[Asset], plan: &[Asset; 4]) -> Result<Self, Error> {
        let sources: Vec<Source<'_>> = files.iter().map(source).collect();
        // Neither needs the other, and each takes a moment.
        let (knowledge, lint) = at_once(|| Knowledge::load(&sources), || lint(plan));
        let knowledge = knowledge.map_err(wrong_data)?;
        // The program's own are held against their examples by a test.
        let own = files.iter().filter(|file| !file.is_as_built_in());
        let own: Vec<&str> = own.map(|file| file.name.as_str()).collect();
        if let Some(error) = knowledge.check_examples(&own).into_iter().next() {
            return Err(wrong_data(error));
        }
        Ok(Self { knowledge, lint: lint? })
    }

    /// Takes a text apart.
    pub fn take_apart(&self, text: &str) -> Pasted {
        read(text, &self.knowledge)
    }

    /// Reads messages; what they mean depends on what the store holds of what they name.
    pub fn begin<'a>(&'a self, input: &'a Input<'a>) -> Judging<'a> {
        Judging::begin(input, &self.knowledge)
    }

    /// What kind of failure a title or the name of an alert names.
    pub(super) fn kind(&self, title: &str) -> Option<(Pattern, Option<String>)> {
        // Some names are known only as they are written, like `DaemonSet`.
        kind(&spaced(title), &self.knowledge).or_else(|| kind(title, &self.knowledge))
    }

    /// Whether one refinement of a pattern may have led to the other.
    pub(super) fn go_together(&self, pattern: Pattern, one: &str, other: &str) -> bool {
        self.knowledge.go_together(pattern, one, other)
    }

    /// Runs a case; nothing but what it holds is looked at.
    pub fn run(&self, scenario: &Scenario) -> Outcome {
        run(scenario, &self.knowledge, &self.lint)
    }
}

/// What a plan that somebody wrote would destroy.
///
/// # Errors
/// A file of rules is wrong.
pub fn check_plan(assets: &Assets, plan: &str) -> Result<Vec<PlanFinding>, Error> {
    let mut findings = lint(&plan_files(assets)?)?.check(&crate::triage::cleaned_plan(plan));
    for found in &mut findings {
        found.text = redact(&found.text).text;
    }
    Ok(findings)
}

/// The files of the rules for plans, in the order in which they are read.
fn plan_files(assets: &Assets) -> Result<[Asset; 4], Error> {
    let [commands, more, prose, allowed] =
        ["dangers.yaml", "plan-dangers.yaml", "plan-prose.yaml", "plan-allowed.yaml"]
            .map(|name| assets.data(name));
    Ok([commands?, more?, prose?, allowed?])
}

fn lint(files: &[Asset; 4]) -> Result<PlanLint, Error> {
    let [commands, more, prose, allowed] = files.each_ref().map(source);
    PlanLint::load(&PlanSources { commands, more, prose, allowed }).map_err(wrong_data)
}

/// One hash over names and texts, each with its length, and whether the text is the program's own:
/// only others are held against their examples.
fn content<'a>(files: impl Iterator<Item = &'a Asset>) -> Hash {
    let mut bytes = Vec::new();
    for file in files {
        bytes.push(u8::from(file.origin == Origin::BuiltIn));
        for part in [file.name.as_bytes(), file.text.as_bytes()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
    }
    Hash::of(&bytes)
}

fn source(file: &Asset) -> Source<'_> {
    let built_in = file.origin == Origin::BuiltIn;
    Source { name: &file.name, text: &file.text, built_in }
}

/// A file of rules or a case that cannot be read.
pub(in crate::app) fn wrong_file(error: FileError) -> Error {
    let FileError { file, line, column, message } = error;
    Error::refused(message).at(format!("{file}:{line}:{column}"))
}

/// One that stands in `data/`, named so that it can be opened from the workspace.
pub(in crate::app) fn wrong_data(error: FileError) -> Error {
    wrong_file(FileError { file: format!("data/{}", error.file), ..error })
}
