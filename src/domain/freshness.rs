//! Freshness: when something last worked, and whether that is too long ago.
//!
//! A pure function of steps, exercises, policy and a date. Only a step that worked in an
//! exercise that was no tabletop refreshes anything; reading, editing and failing never do.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::exercise::{Exercise, ExerciseKind, Outcome, Source, StepResult, normal_context};
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
    history.sort_by_key(|exercise| chronological(exercise));

    let mut fold = Fold::new(steps);
    for exercise in history {
        fold.take(exercise);
    }
    fold.finish(policy, today)
}

/// Order of events: by day, then time of entry, then place in the table; what failed comes last.
fn chronological(exercise: &Exercise) -> (NaiveDate, i64, i64, bool, EntryId) {
    let entered = match exercise.source {
        Source::File => i64::MIN,
        Source::Ledger => exercise.recorded_at.0,
    };
    let failed = matches!(exercise.outcome, Outcome::Failed | Outcome::Partial);
    (exercise.date, entered, exercise.order, failed, exercise.id)
}

/// A success: the exercise, and what the step said then.
#[derive(Clone, Copy)]
struct Success<'a> {
    exercise: &'a Exercise,
    then: Option<&'a StepPrint>,
}

/// Which step of today failed, or none for the runbook as a whole, and in which context.
type FailureKey = (Option<usize>, Vec<(String, String)>);

struct Fold<'a> {
    steps: &'a [StepFacts],
    index: HashMap<&'a StepId, usize>,
    worked: Vec<Option<Success<'a>>>,
    failing: HashMap<FailureKey, ()>,
    newest: Option<(&'a Exercise, Vec<StepId>)>,
}

impl<'a> Fold<'a> {
    fn new(steps: &'a [StepFacts]) -> Self {
        let index = steps.iter().enumerate().map(|(at, step)| (&step.print.id, at)).collect();
        Self {
            steps,
            index,
            worked: vec![None; steps.len()],
            failing: HashMap::new(),
            newest: None,
        }
    }

    fn take(&mut self, exercise: &'a Exercise) {
        let context = normal_context(&exercise.context);
        let real = exercise.kind != ExerciseKind::Tabletop;
        let mut refreshed = Vec::new();
        for named in &exercise.steps {
            let then = exercise
                .prints
                .as_ref()
                .and_then(|prints| prints.iter().find(|print| print.id == named.id));
            let today = self.today(&named.id, exercise, then);
            match (named.result, today) {
                (StepResult::Worked, Some(at)) if real => {
                    self.failing.remove(&(Some(at), context.clone()));
                    refreshed.push(self.steps[at].print.id.clone());
                    self.refresh(at, Success { exercise, then });
                }
                (StepResult::Failed, Some(at)) => {
                    self.failing.insert((Some(at), context.clone()), ());
                }
                _ => {}
            }
        }
        let any_worked = exercise.steps.iter().any(|step| step.result == StepResult::Worked)
            || (exercise.steps.is_empty() && exercise.outcome == Outcome::Worked);
        if real && any_worked {
            self.failing.remove(&(None, context.clone()));
            self.newest = Some((exercise, refreshed));
        }
        if exercise.steps.is_empty() && exercise.outcome == Outcome::Failed {
            self.failing.insert((None, context), ());
        }
    }

    /// The step of today that a named step became: the one that says the same, else the one with
    /// the same title; a reused number inherits nothing. Where the text of then is unknown, the
    /// number is all there is.
    fn today(&self, id: &StepId, exercise: &Exercise, then: Option<&StepPrint>) -> Option<usize> {
        let Some(then) = then else {
            return match exercise.prints {
                Some(_) => None,
                None => self.index.get(id).copied(),
            };
        };
        let same_id = self.index.get(id).copied();
        let says_the_same = |at: &usize| self.steps[*at].print.print == then.print;
        let same_title = |at: &usize| alike(&self.steps[*at].print.title, &then.title);
        let all = 0..self.steps.len();
        same_id
            .filter(says_the_same)
            .or_else(|| all.clone().find(says_the_same))
            .or_else(|| same_id.filter(same_title))
            .or_else(|| all.clone().find(same_title))
    }

    /// A success of `3a` is one of `3` too, never the other way round.
    fn refresh(&mut self, at: usize, success: Success<'a>) {
        let mut next = Some(at);
        let mut then = success.then;
        for _ in 0..self.steps.len() {
            let Some(at) = next else { break };
            self.worked[at] = Some(Success { exercise: success.exercise, then });
            next = self.steps[at].parent.as_ref().and_then(|id| self.index.get(id).copied());
            then = next.and_then(|parent| {
                let title = &self.steps[parent].print.title;
                let prints = success.exercise.prints.as_ref()?;
                prints.iter().find(|print| alike(&print.title, title))
            });
        }
    }

    fn finish(self, policy: Policy, today: NaiveDate) -> Freshness {
        let steps: Vec<_> = (0..self.steps.len()).map(|at| self.step(at, policy, today)).collect();
        let last_worked = self.newest.as_ref().map(|(exercise, _)| exercise.date);
        Freshness {
            status: status(last_worked, policy, policy.required, today),
            failing: !self.failing.is_empty(),
            last_worked,
            by: self.newest.as_ref().map(|(exercise, _)| exercise.id),
            days_since: last_worked.map(|date| (today - date).num_days()),
            limit_days: policy.limit_days,
            stale_on: last_worked.and_then(|date| {
                date.checked_add_days(Days::new(u64::from(policy.limit_days) + 1))
            }),
            edited_since: match &self.newest {
                Some((exercise, _)) => self.runbook_edited(exercise),
                None => Edited::No,
            },
            by_steps: self.newest.map(|(_, steps)| steps).unwrap_or_default(),
            steps,
        }
    }

    fn step(&self, at: usize, policy: Policy, today: NaiveDate) -> StepFreshness {
        let facts = &self.steps[at];
        let success = self.worked[at];
        let last_worked = success.map(|success| success.exercise.date);
        let required = policy.required && (facts.tracked || last_worked.is_some());
        StepFreshness {
            id: facts.print.id.clone(),
            status: status(last_worked, policy, required, today),
            failing: self.failing.keys().any(|(step, _)| *step == Some(at)),
            last_worked,
            by: success.map(|success| success.exercise.id),
            days_since: last_worked.map(|date| (today - date).num_days()),
            edited_since: match success {
                None => Edited::No,
                Some(Success { then: Some(then), .. }) => {
                    Edited::between(&then.print, &facts.print.print)
                }
                Some(_) => Edited::Unknown,
            },
        }
    }

    /// Whether the steps, all together, say what they said when this exercise was held.
    fn runbook_edited(&self, exercise: &Exercise) -> Edited {
        let Some(prints) = &exercise.prints else { return Edited::Unknown };
        if prints.len() != self.steps.len() {
            return Edited::Yes { commands: true, words: true };
        }
        self.steps.iter().fold(Edited::No, |edited, step| {
            let then = prints.iter().find(|print| print.id == step.print.id);
            edited.and(match then {
                Some(then) => Edited::between(&then.print, &step.print.print),
                None => Edited::Yes { commands: false, words: true },
            })
        })
    }
}

fn alike(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
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
