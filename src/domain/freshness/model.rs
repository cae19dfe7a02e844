//! Freshness against a slow model that says the same in other words, over random histories.
//!
//! The model knows no order of events and keeps no state: each answer is a question asked of all
//! exercises at once ("is there a failure with no later success?").

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::super::entry::Timestamp;
use super::super::exercise::{
    Exercise, ExerciseKind, Outcome, Source, StepOutcome, StepResult, same_context,
};
use super::super::fingerprint::{Edited, StepPrint};
use super::super::id::StepId;
use super::tests::{print, used};
use super::{Freshness, Policy, Status, StepFacts, StepFreshness, assess};

const HISTORIES: u64 = 10_000;

/// A small generator of its own (splitmix64): the same seed tells the same history everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).expect("an index")].clone()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = usize::try_from(self.below(end as u64 + 1)).expect("an index");
            items.swap(end, other);
        }
    }
}

/// Few of everything, so that steps, days, times and contexts collide often.
struct World {
    steps: Vec<StepFacts>,
    exercises: Vec<Exercise>,
    policy: Policy,
    today: NaiveDate,
}

const IDS: [&str; 6] = ["1", "2", "3", "3a", "3b", "4"];

impl World {
    fn random(random: &mut Random) -> Self {
        let now = version(random);
        let then: Vec<_> = (0..2).map(|_| version(random)).collect();
        let steps: Vec<_> = now
            .iter()
            .map(|print| StepFacts {
                print: print.clone(),
                parent: random.one_in(2).then(|| StepId::from(random.pick(&IDS))),
                tracked: !random.one_in(3),
            })
            .collect();
        let exercises = (0..random.below(7))
            .map(|n| {
                let mut known = then.clone();
                known.push(now.clone());
                exercise(random, &n.to_string(), &known)
            })
            .collect();
        let policy = Policy {
            limit_days: u32::try_from(random.below(8)).expect("small"),
            due_within_days: u32::try_from(random.below(4)).expect("small"),
            required: !random.one_in(6),
        };
        Self { steps, exercises, policy, today: date(random) }
    }

    fn assess(&self) -> Freshness {
        self.on(self.today)
    }

    fn with(&self, exercise: Exercise) -> Self {
        let exercises = self.exercises.iter().cloned().chain([exercise]).collect();
        Self { exercises, steps: self.steps.clone(), ..*self }
    }

    fn on(&self, today: NaiveDate) -> Freshness {
        assess(&self.steps, &self.exercises, self.policy, today)
    }
}

fn date(random: &mut Random) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 25).expect("a date") + Days::new(random.below(12))
}

/// Some steps with different numbers; titles and texts repeat.
fn version(random: &mut Random) -> Vec<StepPrint> {
    let mut ids = IDS.to_vec();
    random.shuffle(&mut ids);
    ids.truncate(usize::try_from(random.below(6)).expect("small"));
    ids.into_iter()
        .map(|id| {
            let title = random.pick(&["Look", "look ", "Undo", "Scale", ""]);
            let commands = random.pick(&["", "f1:get", "f1:undo", "f1:scale"]);
            print(id, title, commands, random.pick(&["", "f1:a", "f1:b"]))
        })
        .collect()
}

fn exercise(random: &mut Random, name: &str, versions: &[Vec<StepPrint>]) -> Exercise {
    use Outcome::{Failed, NotUsed, Partial, Unclear, Worked};
    let steps: Vec<_> = (0..random.below(4))
        .map(|_| StepOutcome {
            id: StepId::from(random.pick(&IDS)),
            result: random.pick(&[StepResult::Worked, StepResult::Worked, StepResult::Failed]),
        })
        .collect();
    let any = random.pick(&[Worked, Worked, Partial, Failed, NotUsed, Unclear]);
    let outcome = match Outcome::of_steps(&steps) {
        Some(derived) if !random.one_in(6) => derived,
        _ => any,
    };
    let context = match random.below(3) {
        0 => vec![],
        1 => vec![("Release".to_owned(), "x".to_owned())],
        _ => vec![("release".to_owned(), random.pick(&[" x", "y"]).to_owned())],
    };
    Exercise {
        kind: random.pick(&ExerciseKind::ALL),
        date: date(random),
        outcome,
        steps,
        context,
        recorded_at: Timestamp(i64::try_from(random.below(3)).expect("small")),
        source: random.pick(&[Source::File, Source::Ledger]),
        order: i64::try_from(random.below(3)).expect("small"),
        retracted: random.one_in(8).then(|| "by mistake".to_owned()),
        prints: random.one_in(2).then(|| random.pick(versions)),
        ..used(name, "2026-02-25", &[])
    }
}

// ---- the model ---------------------------------------------------------------------------------

type Rule<'a> = dyn Fn(&StepPrint, &StepPrint) -> bool + 'a;

/// Pairs of indices, then and now: each rule is asked of every pair that is still free.
fn pairs(then: &[StepPrint], now: &[StepPrint]) -> Vec<(usize, usize)> {
    let title = |step: &StepPrint| step.title.trim().to_lowercase();
    let texts = |a: &StepPrint, b: &StepPrint| {
        a.print == b.print && !(a.print.commands.is_empty() && a.print.words.is_empty())
    };
    let rules: [&Rule<'_>; 6] = [
        &|a, b| texts(a, b) && title(a) == title(b) && a.id == b.id,
        &|a, b| texts(a, b) && title(a) == title(b),
        &|a, b| texts(a, b) && a.id == b.id,
        &|a, b| texts(a, b),
        &|a, b| title(a) == title(b) && a.id == b.id,
        &|a, b| title(a) == title(b) && !title(a).is_empty(),
    ];
    let mut found: Vec<(usize, usize)> = Vec::new();
    for rule in rules {
        for (a, before) in then.iter().enumerate() {
            for (b, after) in now.iter().enumerate() {
                let free = found.iter().all(|(x, y)| *x != a && *y != b);
                if free && rule(before, after) {
                    found.push((a, b));
                }
            }
        }
    }
    let left_then: Vec<_> = (0..then.len()).filter(|a| found.iter().all(|p| p.0 != *a)).collect();
    let left_now: Vec<_> = (0..now.len()).filter(|b| found.iter().all(|p| p.1 != *b)).collect();
    for a in &left_then {
        for b in &left_now {
            let commands = &then[*a].print.commands;
            let alone = |steps: &[StepPrint], left: &[usize]| {
                left.iter().filter(|at| steps[**at].print.commands == *commands).count() == 1
            };
            let same = *commands == now[*b].print.commands && !commands.is_empty();
            if same && alone(then, &left_then) && alone(now, &left_now) {
                found.push((*a, *b));
            }
        }
    }
    found
}

struct Model<'a> {
    world: &'a World,
    now: Vec<StepPrint>,
    /// The exercises that count at all.
    past: Vec<&'a Exercise>,
}

impl<'a> Model<'a> {
    fn new(world: &'a World) -> Self {
        let now = world.steps.iter().map(|step| step.print.clone()).collect();
        let past = world
            .exercises
            .iter()
            .filter(|one| one.retracted.is_none() && one.date <= world.today)
            .collect();
        Self { world, now, past }
    }

    /// The steps of today that were named with this result.
    fn named(&self, exercise: &Exercise, result: StepResult) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for step in exercise.steps.iter().filter(|step| step.result == result) {
            let at = match &exercise.prints {
                None => self.now.iter().position(|print| print.id == step.id),
                Some(then) => pairs(then, &self.now)
                    .into_iter()
                    .find(|(a, _)| then[*a].id == step.id)
                    .map(|(_, b)| b),
            };
            found.extend(at);
        }
        found
    }

    /// The steps of today that worked in it, no parents.
    fn worked(&self, exercise: &Exercise) -> BTreeSet<usize> {
        let counts = matches!(exercise.outcome, Outcome::Worked | Outcome::Partial)
            && exercise.kind != ExerciseKind::Tabletop;
        if counts { self.named(exercise, StepResult::Worked) } else { BTreeSet::new() }
    }

    fn failed(&self, exercise: &Exercise) -> BTreeSet<usize> {
        match exercise.outcome {
            Outcome::NotUsed | Outcome::Unclear => BTreeSet::new(),
            _ => self.named(exercise, StepResult::Failed),
        }
    }

    fn refreshes_runbook(&self, exercise: &Exercise) -> bool {
        let worked = exercise.steps.iter().any(|step| step.result == StepResult::Worked);
        exercise.kind != ExerciseKind::Tabletop
            && match exercise.outcome {
                Outcome::Worked => worked || exercise.steps.is_empty(),
                Outcome::Partial => worked,
                _ => false,
            }
    }

    fn fails_as_a_whole(&self, exercise: &Exercise) -> bool {
        matches!(exercise.outcome, Outcome::Failed | Outcome::Partial)
            && exercise.steps.iter().all(|step| step.result == StepResult::Worked)
    }

    /// Whether `part` is `whole` or somewhere under it.
    fn is_under(&self, part: usize, whole: usize) -> bool {
        let mut reached = BTreeSet::from([part]);
        loop {
            let parents = reached.iter().filter_map(|at| self.world.steps[*at].parent.as_ref());
            let more: BTreeSet<usize> = parents
                .filter_map(|id| self.now.iter().position(|print| print.id == *id))
                .filter(|at| !reached.contains(at))
                .collect();
            if more.is_empty() {
                return reached.contains(&whole);
            }
            reached.extend(more);
        }
    }

    /// Whether some failure has no later success in its context.
    fn failing(
        &self,
        fails: impl Fn(&Exercise) -> bool,
        works: impl Fn(&Exercise) -> bool,
    ) -> bool {
        self.past.iter().filter(|one| fails(one)).any(|failure| {
            !self.past.iter().any(|success| {
                works(success)
                    && is_after(success, failure)
                    && same_context(&success.context, &failure.context)
            })
        })
    }

    fn step_failing(&self, at: usize) -> bool {
        self.failing(|one| self.failed(one).contains(&at), |one| self.worked(one).contains(&at))
    }

    /// The newest of the exercises that are such.
    fn newest(&self, such: impl Fn(&Exercise) -> bool) -> Option<&'a Exercise> {
        let ones = || self.past.iter().copied().filter(|one| such(one));
        ones().find(|one| {
            ones().all(|other| {
                other.id == one.id
                    || is_after(one, other)
                    || (!is_after(other, one) && one.id > other.id)
            })
        })
    }

    fn status(&self, worked: Option<NaiveDate>, required: bool) -> Status {
        let Policy { limit_days, due_within_days, .. } = self.world.policy;
        let Some(worked) = worked.filter(|_| required) else {
            return if required { Status::Never } else { Status::NotTracked };
        };
        let last = worked + Days::new(limit_days.into());
        if self.world.today > last {
            Status::Stale
        } else if self.world.today + Days::new(due_within_days.into()) >= last {
            Status::Due
        } else {
            Status::Fresh
        }
    }

    fn days_since(&self, worked: NaiveDate) -> i64 {
        let days = worked.iter_days().take_while(|day| *day < self.world.today);
        i64::try_from(days.count()).expect("few days")
    }

    fn step_edited(&self, at: usize, since: &Exercise) -> Edited {
        let Some(then) = &since.prints else { return Edited::Unknown };
        let now = &self.now[at];
        let pair = pairs(then, &self.now).into_iter().find(|pair| pair.1 == at);
        let Some((before, _)) = pair else {
            return Edited::Yes { commands: !now.print.commands.is_empty(), words: true };
        };
        let before = &then[before];
        let commands = before.print.commands != now.print.commands;
        let words = before.print.words != now.print.words
            || before.title.trim().to_lowercase() != now.title.trim().to_lowercase();
        if commands || words { Edited::Yes { commands, words } } else { Edited::No }
    }

    fn runbook_edited(&self, since: &Exercise) -> Edited {
        let Some(then) = &since.prints else { return Edited::Unknown };
        let pairs = pairs(then, &self.now);
        let (mut commands, mut words) = (false, false);
        for (at, step) in then.iter().enumerate() {
            if pairs.iter().all(|pair| pair.0 != at) {
                words = true;
                commands |= !step.print.commands.is_empty();
            }
        }
        for at in 0..self.now.len() {
            if let Edited::Yes { commands: c, words: w } = self.step_edited(at, since) {
                commands |= c;
                words |= w;
            }
        }
        words |= pairs.iter().any(|a| pairs.iter().any(|b| a.0 < b.0 && a.1 > b.1));
        if commands || words { Edited::Yes { commands, words } } else { Edited::No }
    }

    fn step(&self, at: usize) -> StepFreshness {
        let by = self.newest(|one| self.worked(one).iter().any(|part| self.is_under(*part, at)));
        let last_worked = by.map(|one| one.date);
        let named = self.past.iter().any(|one| self.failed(one).contains(&at)) || by.is_some();
        let required = self.world.policy.required && (self.world.steps[at].tracked || named);
        StepFreshness {
            id: self.now[at].id.clone(),
            status: self.status(last_worked, required),
            failing: self.step_failing(at),
            last_worked,
            by: by.map(|one| one.id),
            days_since: last_worked.map(|date| self.days_since(date)),
            edited_since: by.map_or(Edited::No, |one| self.step_edited(at, one)),
        }
    }

    fn answer(&self) -> Freshness {
        let Policy { limit_days, required, .. } = self.world.policy;
        let by = self.newest(|one| self.refreshes_runbook(one));
        let last_worked = by.map(|one| one.date);
        let stale_on = last_worked.filter(|_| required).map(|date| {
            date.iter_days().nth(usize::try_from(limit_days).expect("small") + 1).expect("a day")
        });
        let by_steps: BTreeSet<_> =
            by.iter().flat_map(|one| self.worked(one)).map(|at| self.now[at].id.clone()).collect();
        Freshness {
            status: self.status(last_worked, required),
            failing: (0..self.now.len()).any(|at| self.step_failing(at))
                || self.failing(|one| self.fails_as_a_whole(one), |o| self.refreshes_runbook(o)),
            last_worked,
            by: by.map(|one| one.id),
            by_steps: by_steps.into_iter().collect(),
            days_since: last_worked.map(|date| self.days_since(date)),
            limit_days,
            stale_on,
            edited_since: by.map_or(Edited::No, |one| self.runbook_edited(one)),
            steps: (0..self.now.len()).map(|at| self.step(at)).collect(),
        }
    }
}

/// Whether one is known to have come after the other.
fn is_after(one: &Exercise, other: &Exercise) -> bool {
    if one.date != other.date {
        return one.date > other.date;
    }
    match (one.source, other.source) {
        (Source::Ledger, Source::File) => true,
        (Source::File, Source::Ledger) => false,
        (Source::Ledger, Source::Ledger) if one.recorded_at != other.recorded_at => {
            one.recorded_at > other.recorded_at
        }
        _ => one.order > other.order,
    }
}

// ---- the properties ----------------------------------------------------------------------------

/// Runs a check on many worlds; the seed is printed with what fails.
fn for_worlds(check: impl Fn(&mut Random, World) + std::panic::RefUnwindSafe) {
    for seed in 0..HISTORIES {
        let outcome = std::panic::catch_unwind(|| {
            let mut random = Random(seed);
            let world = World::random(&mut random);
            check(&mut random, world);
        });
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

#[test]
fn the_fold_says_what_the_model_says() {
    for_worlds(|_, world| {
        let mut judged = world.assess();
        judged.by_steps.sort();
        assert_eq!(judged, Model::new(&world).answer());
    });
}

#[test]
fn random_histories_meet_every_status_and_edit() {
    let (mut statuses, mut edits) = (BTreeSet::new(), BTreeSet::new());
    let (mut failing, mut as_a_whole) = (0, 0);
    for seed in 0..HISTORIES {
        let judged = World::random(&mut Random(seed)).assess();
        statuses.insert(judged.status);
        edits.insert((judged.edited_since.as_str(), judged.edited_since.what()));
        failing += u64::from(judged.failing);
        as_a_whole += u64::from(judged.failing && judged.steps.iter().all(|step| !step.failing));
    }
    assert_eq!(statuses, BTreeSet::from(Status::ALL));
    assert_eq!(edits.len(), 4);
    assert!(failing > HISTORIES / 10 && as_a_whole > HISTORIES / 50, "{failing} {as_a_whole}");
}

#[test]
fn the_order_in_which_exercises_are_given_never_matters() {
    for_worlds(|random, mut world| {
        let judged = world.assess();
        random.shuffle(&mut world.exercises);
        assert_eq!(world.assess(), judged);
    });
}

#[test]
fn one_more_exercise_makes_nothing_staler() {
    for_worlds(|random, world| {
        let before = world.assess();
        let known = [world.steps.iter().map(|step| step.print.clone()).collect()];
        let after = world.with(exercise(random, "one more", &known)).assess();
        assert!(after.status <= before.status);
        assert!(after.last_worked >= before.last_worked);
        for (at, (before, after)) in before.steps.iter().zip(&after.steps).enumerate() {
            assert!(after.last_worked >= before.last_worked);
            let untracked = !world.steps[at].tracked && before.status == Status::NotTracked;
            assert!(after.status <= before.status || untracked);
        }
    });
}

#[test]
fn a_success_never_breaks_and_a_failure_never_mends() {
    for_worlds(|random, world| {
        let before = world.assess();
        let mut more = exercise(random, "one more", &[vec![]]);
        more.prints = None;
        let result = random.pick(&[StepResult::Worked, StepResult::Failed]);
        more.steps.iter_mut().for_each(|step| step.result = result);
        more.outcome = match result {
            StepResult::Worked => Outcome::Worked,
            StepResult::Failed => Outcome::Failed,
        };
        let after = world.with(more).assess();
        let fails = |judged: &Freshness| -> Vec<bool> {
            let steps = judged.steps.iter().map(|step| step.failing);
            steps.chain([judged.failing]).collect()
        };
        for (before, after) in fails(&before).into_iter().zip(fails(&after)) {
            match result {
                StepResult::Worked => assert!(before || !after),
                StepResult::Failed => assert!(after || !before),
            }
        }
    });
}

#[test]
fn another_day_changes_the_age_alone() {
    for_worlds(|_, world| {
        let last = world.exercises.iter().map(|one| one.date).max().unwrap_or(world.today);
        let (early, late) = (world.on(last), world.on(last + Days::new(30)));
        assert_eq!((early.by, early.failing), (late.by, late.failing));
        assert_eq!(early.edited_since, late.edited_since);
        assert_eq!(late.days_since, early.days_since.map(|days| days + 30));
        assert!(late.last_worked.is_none() || late.status >= Status::Stale);
    });
}
