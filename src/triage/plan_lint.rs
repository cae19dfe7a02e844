//! What a plan would destroy: its commands by the parsed words of the rules for commands, its
//! prose by rules of its own.

use std::ops::Range;

use serde::Serialize;

use super::allowed::{Allowed, Doing};
use super::plan_command::{is_capitalised, with_small_letter};
use super::plan_forbidden;
use super::plan_limits::{self, LONGEST_COMMAND, LONGEST_PLAN, not_read, read_part};
use super::plan_prose::{self, MOST_PLACES, Prose};
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
    /// lines or on one. In order of the text; each rule once a sentence and command. What is too long
    /// to be read is a finding of its own.
    pub fn check(&self, plan: &str) -> Vec<PlanFinding> {
        let (all, given) = (plan.len(), read_part(plan, LONGEST_PLAN));
        // As it looks; no byte stands in another place.
        let plan = given.replace('\0', " ");
        let plan = plan_limits::as_shown(&plan);
        let plan = plan.as_ref();
        let mut found = Found::default();
        // One after another: a later step may use what an earlier one has set.
        let mut session = self.commands.session();
        let forbidden = plan_forbidden::lists(plan, |line| self.prose.forbids_list(line));
        for step in plan_text::steps(plan, &self.commands, &forbidden) {
            found.begin(step.number);
            // Words say what is meant before the command says how, so their order is the text's.
            for piece in &step.pieces {
                let (Piece::Words(part) | Piece::Command(part)) = piece;
                let text = plan.get(part.clone()).unwrap_or_default();
                let as_given = given.get(part.clone()).unwrap_or_default();
                let is_command = matches!(piece, Piece::Command(_));
                let mut add = |place: Range<usize>, danger: PlanDanger| {
                    let place = part.start + place.start..part.start + place.end;
                    found.add(plan, place, danger, is_command);
                };
                if let Some(word) = plan_limits::disguised(as_given) {
                    add(word, plan_limits::not_what_it_looks_like());
                }
                match piece {
                    Piece::Words(_) => {
                        for (danger, start, end) in self.prose.find(text) {
                            add(start..end, danger);
                        }
                        found.not_understood(part.start, text);
                    }
                    Piece::Command(_) => {
                        let command = read_part(text, LONGEST_COMMAND);
                        let capital = is_capitalised(command, &self.commands);
                        let small = capital.then(|| with_small_letter(command));
                        for (place, danger) in session.check(small.as_deref().unwrap_or(command)) {
                            add(place, danger.into());
                        }
                        if command.len() < text.len() {
                            let danger = not_read(text.len(), command.len());
                            add(command.len()..command.len(), danger);
                        }
                    }
                }
            }
        }
        found.told(plan, all)
    }

    fn of_command(&self, command: &str) -> Vec<PlanDanger> {
        self.commands.check(command).into_iter().map(PlanDanger::from).collect()
    }
}

/// So many lines may end between words and the command that they introduce.
const MOST_LINES_BETWEEN: usize = 4;

/// What is found in a plan, step by step.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<PlanFinding>,
    /// Which of them, in the same order, are about a command.
    of_command: Vec<bool>,
    /// Which of them is the first of the step that is read.
    first: usize,
    /// How many steps were begun, and the number of the last.
    steps: usize,
    number: usize,
    /// The first line in another script, and how many there are.
    other_script: Option<(PlanFinding, usize)>,
}

impl Found {
    fn begin(&mut self, number: usize) {
        self.first = self.findings.len();
        self.steps += 1;
        self.number = number;
    }

    /// Adds a danger of the words of a step or of a command in it, unless it is known, or there are too
    /// many of its rule. What one sentence says of one danger is known once, and words beside a command
    /// say what that does; another command or sentence is another thing to leave out.
    fn add(&mut self, plan: &str, place: Range<usize>, danger: PlanDanger, is_command: bool) {
        let next = self.finding(place, danger);
        let is_same = |found: &PlanFinding, of_command: bool| {
            let (first, second) =
                if found.start <= next.start { (found, &next) } else { (&next, found) };
            let between = plan.get(first.end..second.start).unwrap_or_default();
            match (of_command, is_command) {
                (true, true) => second.start < first.end,
                (false, false) => !between.contains(['.', ';', '\n', '!', '?']),
                _ => between.matches('\n').count() <= MOST_LINES_BETWEEN,
            }
        };
        let known = self.known(&next);
        let mut all = known.iter().copied();
        let same = all.find(|&one| is_same(&self.findings[one], self.of_command[one]));
        let last = known.last().copied().filter(|_| known.len() >= MOST_PLACES);
        match same.or(last) {
            Some(known) => self.worsen(known, &next),
            None => self.push(next, is_command),
        }
    }

    /// Where the findings of this step by the same rule stand.
    fn known(&self, next: &PlanFinding) -> Vec<usize> {
        let of_step = self.findings.iter().enumerate().skip(self.first);
        let same = of_step.filter(|(_, one)| one.danger.rule == next.danger.rule);
        same.map(|(at, _)| at).collect()
    }

    fn push(&mut self, next: PlanFinding, of_command: bool) {
        self.findings.push(next);
        self.of_command.push(of_command);
    }

    /// A finding is about the worst of its places.
    fn worsen(&mut self, known: usize, next: &PlanFinding) {
        if let Some(known) = self.findings.get_mut(known)
            && next.danger.level > known.danger.level
        {
            known.danger.level = next.danger.level;
            (known.start, known.end) = (next.start, next.end);
        }
    }

    /// Notes the lines of a piece that nobody can read here.
    fn not_understood(&mut self, at: usize, words: &str) {
        for line in plan_limits::lines_in_other_script(words) {
            let count = self.other_script.as_ref().map_or(1, |(_, count)| count + 1);
            let danger = plan_limits::in_other_script(count);
            let new = self.finding(at + line.start..at + line.end, danger.clone());
            let first = self.other_script.take().map_or(new, |(first, _)| first);
            self.other_script = Some((PlanFinding { danger, ..first }, count));
        }
    }

    fn finding(&self, place: Range<usize>, danger: PlanDanger) -> PlanFinding {
        let Range { start, end } = place;
        let (step, place, text) = (self.number, self.steps.saturating_sub(1), String::new());
        PlanFinding { step, place, line: 0, start, end, text, danger }
    }

    /// All that was found, with its lines and words; of so many bytes this is what was read.
    fn told(mut self, plan: &str, all: usize) -> Vec<PlanFinding> {
        self.findings.extend(self.other_script.take().map(|(first, _)| first));
        self.findings.sort_by_key(|one| (one.place, one.start));
        if plan.len() < all {
            self.steps += 1;
            let end = plan.len()..plan.len();
            let rest = self.finding(end, not_read(all, plan.len()));
            self.findings.push(rest);
        }
        let lines = crate::text::LineIndex::new(plan);
        for found in &mut self.findings {
            found.line = lines.line(found.start);
            found.text = plan.get(found.start..found.end).unwrap_or_default().trim().to_owned();
        }
        self.findings
    }
}

fn in_file(name: &str, error: RuleError) -> FileError {
    let RuleError { line, column, message } = error;
    FileError { file: name.to_owned(), line, column, message }
}
