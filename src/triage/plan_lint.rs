//! What a plan would destroy: its commands by the parsed words of the rules for commands, its
//! prose by rules of its own.

use serde::Serialize;

use super::allowed::{Allowed, Doing};
use super::plan_forbidden;
use super::plan_limits::{LONGEST_COMMAND, LONGEST_PLAN, not_read, read_part};
use super::plan_prose::{self, Prose};
use super::plan_text::{self, Piece};
use super::source::FileError;
use crate::runbook::danger::{Danger, DangerLevel, RuleError, Rules};

/// What a step of a plan would destroy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanDanger {
    /// The rule's id.
    pub rule: String,
    /// Whether it refuses or warns.
    pub level: DangerLevel,
    /// What is lost.
    pub destroys: String,
    /// What to do instead or first.
    pub safer: String,
}

impl From<Danger> for PlanDanger {
    fn from(danger: Danger) -> Self {
        let Danger { rule, level, destroys, safer } = danger;
        Self { rule, level, destroys, safer }
    }
}

impl PlanDanger {
    /// Whether a plan must do without the step.
    pub fn refuses(&self) -> bool {
        self.level == DangerLevel::Deny
    }
}

/// A danger in a plan that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanFinding {
    /// The step's number: its own, else counted from 1.
    pub step: usize,
    /// Which of the steps it is, from 0. Two may bear the same number.
    #[serde(skip)]
    pub place: usize,
    /// Line on which these words begin, from 1.
    pub line: usize,
    /// First byte of the words that it is about.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub text: String,
    /// What they would destroy.
    #[serde(flatten)]
    pub danger: PlanDanger,
}

/// The rules for plans.
#[derive(Debug)]
pub struct PlanLint {
    commands: Rules,
    pub(super) prose: Prose,
    allowed: Allowed,
}

/// The files that hold the rules for plans.
#[derive(Clone, Copy, Debug)]
pub struct PlanSources<'a> {
    /// What the commands of runbooks are held against.
    pub commands: super::Source<'a>,
    /// More that only plans are held against.
    pub more: super::Source<'a>,
    /// What prose is held against.
    pub prose: super::Source<'a>,
    /// What a tool may do by itself.
    pub allowed: super::Source<'a>,
}

impl PlanLint {
    /// What comes with the program, for tests; the faces read it with what a team adds.
    ///
    /// # Errors
    /// A built-in file is wrong, which a test rules out.
    #[cfg(test)]
    pub(crate) fn built_in() -> Result<&'static Self, FileError> {
        static LINT: std::sync::LazyLock<Result<PlanLint, FileError>> =
            std::sync::LazyLock::new(|| PlanLint::load(&super::built_in::PLAN));
        LINT.as_ref().map_err(Clone::clone)
    }

    /// Reads the rules. Those of a team are held against their examples; the program's own are by a
    /// test, which is most of what reading them would cost.
    ///
    /// # Errors
    /// A file is no YAML of its shape, or a rule does not do what its examples say.
    pub fn load(sources: &PlanSources<'_>) -> Result<Self, FileError> {
        let PlanSources { commands, more, prose, allowed } = sources;
        if !commands.built_in {
            Rules::from_yaml(commands.text).map_err(|error| in_file(commands.name, error))?;
        }
        let both = Rules::with_more(commands.text, more.text);
        let list = Allowed::from_yaml(allowed.text);
        Ok(Self {
            commands: both.map_err(|error| in_file(more.name, error))?,
            prose: plan_prose::read(prose).map_err(|error| in_file(prose.name, error))?,
            allowed: list.map_err(|error| in_file(allowed.name, error))?,
        })
    }

    /// What one step would destroy, each rule once: by its command and by its words.
    pub fn judge(&self, text: &str, command: Option<&str>) -> Vec<PlanDanger> {
        let mut dangers: Vec<PlanDanger> = Vec::new();
        if let Some(command) = command {
            dangers.extend(self.of_command(command));
        }
        for (danger, _, _) in self.prose.find(text) {
            if dangers.iter().all(|known| known.rule != danger.rule) {
                dangers.push(danger);
            }
        }
        dangers
    }

    /// What these commands do, if each of them is one that a tool may be allowed to do by itself.
    pub fn doing(&self, commands: &str) -> Option<Doing> {
        self.allowed.doing(commands)
    }

    /// What a plan would destroy: shell, Markdown or prose, its steps numbered or not, on many
    /// lines or on one. In order of steps; each rule once a step. What is too long to be read is a
    /// finding of its own.
    pub fn check(&self, plan: &str) -> Vec<PlanFinding> {
        let (all, plan) = (plan.len(), read_part(plan, LONGEST_PLAN));
        let mut findings: Vec<PlanFinding> = Vec::new();
        let lines = crate::text::LineIndex::new(plan);
        // One after another: a later step may use what an earlier one has set.
        let mut session = self.commands.session();
        let forbidden = plan_forbidden::lists(plan, |line| self.prose.forbids_list(line));
        let steps = plan_text::steps(plan, &self.commands, &forbidden);
        for (place, step) in steps.iter().enumerate() {
            let first = findings.len();
            let mut add = |start: usize, end: usize, danger: PlanDanger| {
                let mut of_step = findings.iter_mut().skip(first);
                if let Some(known) = of_step.find(|one| one.danger.rule == danger.rule) {
                    if danger.level <= known.danger.level {
                        return;
                    }
                    known.danger.level = danger.level;
                    (known.start, known.end) = (start, end);
                } else {
                    let (step, text) = (step.number, String::new());
                    findings.push(PlanFinding { step, place, line: 0, start, end, text, danger });
                }
            };
            // Words say what is meant before the command says how, so their order is the text's.
            for piece in &step.pieces {
                match piece {
                    Piece::Words(range) => {
                        let words = plan.get(range.clone()).unwrap_or_default();
                        for (danger, start, end) in self.prose.find(words) {
                            add(range.start + start, range.start + end, danger);
                        }
                    }
                    Piece::Command(range) => {
                        let whole = plan.get(range.clone()).unwrap_or_default();
                        let command = read_part(whole, LONGEST_COMMAND);
                        for (place, danger) in session.check(command) {
                            add(range.start + place.start, range.start + place.end, danger.into());
                        }
                        if command.len() < whole.len() {
                            let rest = range.start + command.len();
                            add(rest, rest, not_read(whole.len(), command.len()));
                        }
                    }
                }
            }
        }
        if plan.len() < all {
            let (number, place) = (steps.last().map_or(1, |last| last.number), steps.len());
            let (text, danger) = (String::new(), not_read(all, plan.len()));
            let (start, end) = (plan.len(), plan.len());
            findings.push(PlanFinding { step: number, place, line: 0, start, end, text, danger });
        }
        for found in &mut findings {
            found.line = lines.line(found.start);
            found.text = plan.get(found.start..found.end).unwrap_or_default().trim().to_owned();
        }
        findings
    }

    fn of_command(&self, command: &str) -> Vec<PlanDanger> {
        self.commands.check(command).into_iter().map(PlanDanger::from).collect()
    }
}

fn in_file(name: &str, error: RuleError) -> FileError {
    let RuleError { line, column, message } = error;
    FileError { file: name.to_owned(), line, column, message }
}
