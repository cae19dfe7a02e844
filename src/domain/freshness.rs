//! Freshness: when something last worked, and whether that is too long ago.
//!
//! A pure function of steps, exercises, policy and a date. Only a step that worked in an
//! exercise that was no tabletop refreshes anything; reading, editing and failing never do.

mod matching;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use self::matching::{Matching, added_or_removed, edited};
use super::exercise::{
    Context, Exercise, ExerciseKind, Outcome, Source, StepOutcome, StepResult, normal_context,
};
use super::fingerprint::{Edited, StepPrint};
use super::id::{EntryId, StepId};

/// How old the last success is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It worked lately.
    Fresh,
    /// It becomes stale within the warning window.
    Due,
    /// It has not worked within its limit.
    Stale,
    /// It is not known to have ever worked.
    Never,
    /// It need not be exercised.
    NotTracked,
}

impl Status {
    /// All, in the order they are counted.
    pub const ALL: [Self; 5] = [Self::Fresh, Self::Due, Self::Stale, Self::Never, Self::NotTracked];

    /// The word used in pages, commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Due => "due",
            Self::Stale => "stale",
            Self::Never => "never",
            Self::NotTracked => "not-tracked",
        }
    }
}

/// Which step of a later version a step of an earlier one is, both by index; none if it is gone.
pub fn became(then: &[StepPrint], now: &[StepPrint], step: usize) -> Option<usize> {
    Matching::between(then, now).now(step)
}

/// The limits that a runbook is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// This many days after it worked it is still not stale; one more, and it is.
    pub limit_days: u32,
    /// It is due this many days before the limit.
    pub due_within_days: u32,
    /// Whether it has to be exercised at all.
    pub required: bool,
}

/// A step of the text in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFacts {
    /// What it says.
    pub print: StepPrint,
    /// The step it is part of (`3` for `3a`).
    pub parent: Option<StepId>,
    /// Whether it ages even when nobody ever names it: true for steps that act.
    pub tracked: bool,
}

/// What is known of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFreshness {
    /// The step.
    pub id: StepId,
    /// How old its last success is.
    pub status: Status,
    /// It failed and has not worked since in the same context.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// In which exercise.
    pub by: Option<EntryId>,
    /// Days between then and the day asked about.
    pub days_since: Option<i64>,
    /// Whether it was edited since.
    pub edited_since: Edited,
}

/// What is known of a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// How old its last success is.
    pub status: Status,
    /// One of its steps failed and has not worked since in the same context.
    pub failing: bool,
    /// When it last worked.
    pub last_worked: Option<NaiveDate>,
    /// In which exercise.
    pub by: Option<EntryId>,
    /// The steps that worked in it, as they are called today; empty if none was named.
    pub by_steps: Vec<StepId>,
    /// Days between then and the day asked about.
    pub days_since: Option<i64>,
    /// The limit it is held to.
    pub limit_days: u32,
    /// The first day on which it is stale, if nothing happens.
    pub stale_on: Option<NaiveDate>,
    /// Whether any step was edited since.
    pub edited_since: Edited,
    /// Its steps, in the text's order.
    pub steps: Vec<StepFreshness>,
}

/// Judges a runbook on a day. Exercises later than that day, and those taken back, do not count.
pub fn assess(
    steps: &[StepFacts],
    exercises: &[Exercise],
    policy: Policy,
    today: NaiveDate,
) -> Freshness {
    let mut history: Vec<&Exercise> = exercises
        .iter()
        .filter(|exercise| exercise.retracted.is_none() && exercise.date <= today)
        .collect();
    history.sort_by_key(|exercise| (moment(exercise), exercise.id));

    let mut fold = Fold::new(steps);
    for together in history.chunk_by(|a, b| moment(a) == moment(b)) {
        fold.take(together);
    }
    fold.finish(policy, today)
}

/// Order of events: by day, then time of entry, then place in the table. When a row of a file was
/// entered is not known; it counts as entered before all that runledger recorded for that day.
fn moment(exercise: &Exercise) -> (NaiveDate, i64, i64) {
    let entered = match exercise.source {
        Source::File => i64::MIN,
        Source::Ledger => exercise.recorded_at.0,
    };
    (exercise.date, entered, exercise.order)
}

/// An exercise beside the steps of today, by their indices.
struct Use<'a> {
    exercise: &'a Exercise,
    context: Context,
    /// The steps of then and of today; none where the text of then is unknown.
    matching: Option<Matching>,
    /// What was named and worked; empty where it does not count.
    worked: Vec<usize>,
    /// What was named and failed. A failure counts even if it was found by talking it through.
    failed: Vec<usize>,
    /// Whether the runbook as a whole is refreshed.
    refreshes: bool,
    /// Whether something failed that was not named.
    fails: bool,
}

impl<'a> Use<'a> {
    fn new(exercise: &'a Exercise, steps: &[StepFacts], index: &HashMap<&StepId, usize>) -> Self {
        let (may_refresh, may_fail) = match exercise.outcome {
            Outcome::Worked | Outcome::Partial => (exercise.kind != ExerciseKind::Tabletop, true),
            Outcome::Failed => (false, true),
            Outcome::NotUsed | Outcome::Unclear => (false, false),
        };
        let named = |result| exercise.steps.iter().filter(move |step| step.result == result);
        let no_failure_named = named(StepResult::Failed).next().is_none();
        let mut this = Self {
            exercise,
            context: normal_context(&exercise.context),
            matching: exercise
                .prints
                .as_ref()
                .map(|then| Matching::between(then, steps.iter().map(|step| &step.print))),
            worked: Vec::new(),
            failed: Vec::new(),
            refreshes: may_refresh
                && (named(StepResult::Worked).next().is_some()
                    || (exercise.steps.is_empty() && exercise.outcome == Outcome::Worked)),
            fails: no_failure_named
                && matches!(exercise.outcome, Outcome::Failed | Outcome::Partial),
        };
        if may_refresh {
            this.worked = this.today(named(StepResult::Worked), index);
        }
        if may_fail {
            this.failed = this.today(named(StepResult::Failed), index);
        }
        this
    }

    /// The steps of today that some named steps became, each once. Where the text of then is
    /// unknown, the number is all there is.
    fn today<'b>(
        &self,
        named: impl Iterator<Item = &'b StepOutcome>,
        index: &HashMap<&StepId, usize>,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for step in named {
            let at = match (&self.matching, &self.exercise.prints) {
                (Some(matching), Some(then)) => {
                    let then = then.iter().position(|print| print.id == step.id);
                    then.and_then(|then| matching.now(then))
                }
                _ => index.get(&step.id).copied(),
            };
            found.extend(at.filter(|at| !found.contains(at)));
        }
        found
    }
}

/// The exercise in which a step last worked.
struct Success<'a> {
    exercise: &'a Exercise,
    edited_since: Edited,
}

struct Fold<'a> {
    steps: &'a [StepFacts],
    index: HashMap<&'a StepId, usize>,
    worked: Vec<Option<Success<'a>>>,
    /// The contexts in which each step fails.
    failing: Vec<HashSet<Context>>,
    /// The contexts in which the runbook fails without a step being named.
    failing_as_a_whole: HashSet<Context>,
    newest: Option<Use<'a>>,
}

impl<'a> Fold<'a> {
    fn new(steps: &'a [StepFacts]) -> Self {
        let mut index = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            index.entry(&step.print.id).or_insert(at);
        }
        Self {
            steps,
            index,
            worked: steps.iter().map(|_| None).collect(),
            failing: vec![HashSet::new(); steps.len()],
            failing_as_a_whole: HashSet::new(),
            newest: None,
        }
    }

    /// Takes the exercises of one moment. Which came first is not known, so what failed in one
    /// of them is not taken to have worked afterwards in another.
    fn take(&mut self, together: &[&'a Exercise]) {
        let uses: Vec<_> =
            together.iter().map(|one| Use::new(one, self.steps, &self.index)).collect();
        for one in &uses {
            for at in &one.worked {
                self.failing[*at].remove(&one.context);
                self.refresh(*at, one);
            }
            if one.refreshes {
                self.failing_as_a_whole.remove(&one.context);
            }
        }
        for one in &uses {
            for at in &one.failed {
                self.failing[*at].insert(one.context.clone());
            }
            if one.fails {
                self.failing_as_a_whole.insert(one.context.clone());
            }
        }
        if let Some(newest) = uses.into_iter().rfind(|one| one.refreshes) {
            self.newest = Some(newest);
        }
    }

    /// A success of `3a` is one of `3` too, never the other way round.
    fn refresh(&mut self, at: usize, one: &Use<'a>) {
        let mut next = Some(at);
        while let Some(at) = next {
            let known = self.worked[at].as_ref();
            if known.is_some_and(|known| known.exercise.id == one.exercise.id) {
                return; // And so are its parents, even if they go round in a circle.
            }
            self.worked[at] =
                Some(Success { exercise: one.exercise, edited_since: self.step_edited(at, one) });
            next = self.steps[at].parent.as_ref().and_then(|id| self.index.get(id).copied());
        }
    }

    fn step_edited(&self, at: usize, since: &Use<'_>) -> Edited {
        let (Some(matching), Some(then)) = (&since.matching, &since.exercise.prints) else {
            return Edited::Unknown;
        };
        let now = &self.steps[at].print;
        matching.then(at).map_or_else(|| added_or_removed(now), |at| edited(&then[at], now))
    }

    /// Whether the steps, all together, say what they said then. Other numbers are no edit;
    /// another order is one.
    fn runbook_edited(&self, since: &Use<'_>) -> Edited {
        let (Some(matching), Some(then)) = (&since.matching, &since.exercise.prints) else {
            return Edited::Unknown;
        };
        let order = match matching.keeps_order() {
            true => Edited::No,
            false => Edited::Yes { commands: false, words: true },
        };
        let gone = matching.gone().map(|at| added_or_removed(&then[at]));
        let here = (0..self.steps.len()).map(|at| self.step_edited(at, since));
        gone.chain(here).fold(order, Edited::and)
    }

    fn finish(self, policy: Policy, today: NaiveDate) -> Freshness {
        let newest = self.newest.as_ref();
        let last_worked = newest.map(|one| one.exercise.date);
        let stale_on = |date: NaiveDate| {
            let days = u64::from(policy.limit_days) + 1;
            date.checked_add_days(Days::new(days)).filter(|_| policy.required)
        };
        let id_of = |at: &usize| self.steps[*at].print.id.clone();
        let failing = self.failing.iter().any(|contexts| !contexts.is_empty());
        Freshness {
            status: status(last_worked, policy, policy.required, today),
            failing: failing || !self.failing_as_a_whole.is_empty(),
            last_worked,
            by: newest.map(|one| one.exercise.id),
            by_steps: newest.map_or_else(Vec::new, |one| one.worked.iter().map(id_of).collect()),
            days_since: last_worked.map(|date| (today - date).num_days()),
            limit_days: policy.limit_days,
            stale_on: last_worked.and_then(stale_on),
            edited_since: newest.map_or(Edited::No, |one| self.runbook_edited(one)),
            steps: (0..self.steps.len()).map(|at| self.step(at, policy, today)).collect(),
        }
    }

    fn step(&self, at: usize, policy: Policy, today: NaiveDate) -> StepFreshness {
        let facts = &self.steps[at];
        let success = self.worked[at].as_ref();
        let last_worked = success.map(|success| success.exercise.date);
        let failing = !self.failing[at].is_empty();
        let required = policy.required && (facts.tracked || failing || last_worked.is_some());
        StepFreshness {
            id: facts.print.id.clone(),
            status: status(last_worked, policy, required, today),
            failing,
            last_worked,
            by: success.map(|success| success.exercise.id),
            days_since: last_worked.map(|date| (today - date).num_days()),
            edited_since: success.map_or(Edited::No, |success| success.edited_since),
        }
    }
}

fn status(
    last_worked: Option<NaiveDate>,
    policy: Policy,
    required: bool,
    today: NaiveDate,
) -> Status {
    if !required {
        return Status::NotTracked;
    }
    let Some(date) = last_worked else { return Status::Never };
    let age = (today - date).num_days();
    let limit = i64::from(policy.limit_days);
    if age > limit {
        Status::Stale
    } else if age >= limit - i64::from(policy.due_within_days) {
        Status::Due
    } else {
        Status::Fresh
    }
}
