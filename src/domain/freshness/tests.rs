//! Every rule of freshness, one test a rule.

use chrono::{Days, NaiveDate};

use super::super::actor::Actor;
use super::super::entry::Timestamp;
use super::super::exercise::{
    Context, Exercise, ExerciseKind, Outcome, Source, StepOutcome, StepResult,
};
use super::super::fingerprint::{Edited, Fingerprint, StepPrint};
use super::super::id::{EntryId, RunbookId, StepId};
use super::{Freshness, Policy, Status, StepFacts, StepFreshness, assess};

const POLICY: Policy = Policy { limit_days: 90, due_within_days: 14, required: true };
const NO: Edited = Edited::No;
const COMMANDS: Edited = Edited::Yes { commands: true, words: false };
const WORDS: Edited = Edited::Yes { commands: false, words: true };

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(super) fn print(id: &str, title: &str, commands: &str, words: &str) -> StepPrint {
    let print = Fingerprint { commands: commands.into(), words: words.into() };
    StepPrint { id: id.into(), title: title.into(), print }
}

/// A tracked step with a text of its own.
fn step(id: &str) -> StepFacts {
    let title = format!("Title of {id}");
    let print = print(id, &title, &format!("f1:c{id}"), &format!("f1:w{id}"));
    StepFacts { print, parent: None, tracked: true }
}

fn under(parent: &str, id: &str) -> StepFacts {
    StepFacts { parent: Some(parent.into()), ..step(id) }
}

fn untracked(id: &str) -> StepFacts {
    StepFacts { tracked: false, ..step(id) }
}

/// The steps that a text consists of.
fn text(prints: &[StepPrint]) -> Vec<StepFacts> {
    let facts = |print: &StepPrint| StepFacts { print: print.clone(), parent: None, tracked: true };
    prints.iter().map(facts).collect()
}

/// The shape of the seed runbook: checks, a mitigation with alternatives, afterwards.
fn rollback() -> Vec<StepFacts> {
    let mitigate = [step("3"), under("3", "3a"), under("3", "3b"), under("3", "3c")];
    let mut steps = vec![untracked("1"), untracked("2")];
    steps.extend(mitigate);
    steps.extend([untracked("4"), untracked("5")]);
    steps
}

/// An incident recorded by somebody; `"3a"` worked, `"3a!"` failed.
pub(super) fn used(name: &str, date: &str, steps: &[&str]) -> Exercise {
    let steps: Vec<_> = steps
        .iter()
        .map(|step| match step.strip_suffix('!') {
            Some(id) => StepOutcome { id: id.into(), result: StepResult::Failed },
            None => StepOutcome { id: (*step).into(), result: StepResult::Worked },
        })
        .collect();
    Exercise {
        id: EntryId::derived(&[name]),
        version: EntryId::derived(&[name]),
        runbook: RunbookId::from("rollback"),
        kind: ExerciseKind::Incident,
        date: day(date),
        outcome: Outcome::of_steps(&steps).unwrap_or(Outcome::Worked),
        steps,
        context: Context::new(),
        resolved_by: String::new(),
        notes: String::new(),
        minutes: None,
        incident: None,
        actor: Actor::scan(),
        recorded_at: Timestamp(0),
        source: Source::Ledger,
        row: None,
        text: None,
        pending: false,
        row_removed: false,
        retracted: None,
        conflict: false,
        order: 0,
        prints: None,
    }
}

fn ended(name: &str, date: &str, steps: &[&str], outcome: Outcome) -> Exercise {
    Exercise { outcome, ..used(name, date, steps) }
}

fn tabletop(name: &str, date: &str, steps: &[&str]) -> Exercise {
    Exercise { kind: ExerciseKind::Tabletop, ..used(name, date, steps) }
}

fn entered(at: i64, exercise: Exercise) -> Exercise {
    Exercise { recorded_at: Timestamp(at), ..exercise }
}

/// A row of a file, at a place of its table.
fn row(order: i64, exercise: Exercise) -> Exercise {
    Exercise { source: Source::File, order, ..exercise }
}

fn release(value: &str, exercise: Exercise) -> Exercise {
    Exercise { context: vec![("Release".into(), value.into())], ..exercise }
}

fn of(then: &[StepPrint], exercise: Exercise) -> Exercise {
    Exercise { prints: Some(then.to_vec()), ..exercise }
}

/// Judges the rollback runbook in any order of its exercises; the answer is always the same.
fn rolled_back(exercises: &[Exercise], today: &str) -> Freshness {
    let judged = assess(&rollback(), exercises, POLICY, day(today));
    let reversed: Vec<_> = exercises.iter().rev().cloned().collect();
    assert_eq!(assess(&rollback(), &reversed, POLICY, day(today)), judged);
    judged
}

fn find<'a>(freshness: &'a Freshness, id: &str) -> &'a StepFreshness {
    freshness.steps.iter().find(|step| step.id.as_str() == id).expect("the step is there")
}

fn failing_steps(freshness: &Freshness) -> Vec<&str> {
    let failing = freshness.steps.iter().filter(|step| step.failing);
    failing.map(|step| step.id.as_str()).collect()
}

fn worked_steps(freshness: &Freshness) -> Vec<&str> {
    let worked = freshness.steps.iter().filter(|step| step.last_worked.is_some());
    worked.map(|step| step.id.as_str()).collect()
}

// ---- age ---------------------------------------------------------------------------------------

fn check_age(days: u64, policy: Policy, expected: Status) {
    let steps = [step("1")];
    let worked = used("a", "2026-01-01", &["1"]);
    let today = day("2026-01-01") + Days::new(days);
    let judged = assess(&steps, std::slice::from_ref(&worked), policy, today);
    assert_eq!(judged.status, expected, "{days} days, {policy:?}");
    assert_eq!(judged.steps[0].status, expected, "{days} days, {policy:?}");
    assert_eq!(judged.days_since, i64::try_from(days).ok());
    assert_eq!(judged.steps[0].days_since, judged.days_since);
}

#[test]
fn exactly_the_limit_is_not_stale_and_one_day_more_is() {
    check_age(0, POLICY, Status::Fresh);
    check_age(75, POLICY, Status::Fresh);
    check_age(76, POLICY, Status::Due);
    check_age(90, POLICY, Status::Due);
    check_age(91, POLICY, Status::Stale);
}

#[test]
fn without_a_warning_window_only_the_last_day_is_due() {
    let policy = Policy { due_within_days: 0, ..POLICY };
    check_age(89, policy, Status::Fresh);
    check_age(90, policy, Status::Due);
    check_age(91, policy, Status::Stale);
}

#[test]
fn a_window_longer_than_the_limit_is_due_from_the_first_day_on() {
    let policy = Policy { limit_days: 7, due_within_days: 30, required: true };
    check_age(0, policy, Status::Due);
    check_age(7, policy, Status::Due);
    check_age(8, policy, Status::Stale);
}

#[test]
fn a_limit_of_no_days_holds_for_the_day_itself() {
    let policy = Policy { limit_days: 0, due_within_days: 0, required: true };
    check_age(0, policy, Status::Due);
    check_age(1, policy, Status::Stale);
}

#[test]
fn the_seed_runbook_is_due_on_day_90_and_stale_the_day_after() {
    let rows = [
        row(0, release("external-secrets", used("a", "2026-03-30", &["3a", "3c"]))),
        row(1, release("kube-prometheus-stack", used("b", "2026-05-12", &["3a"]))),
    ];
    let on = |today| {
        let judged = rolled_back(&rows, today);
        (judged.status, judged.days_since, judged.stale_on)
    };
    let stale_on = Some(day("2026-08-11"));
    assert_eq!(on("2026-08-10"), (Status::Due, Some(90), stale_on));
    assert_eq!(on("2026-08-11"), (Status::Stale, Some(91), stale_on));
    let judged = rolled_back(&rows, "2026-06-01");
    assert_eq!(judged.by, Some(EntryId::derived(&["b"])));
    assert_eq!(judged.by_steps, [StepId::from("3a")]);
    assert_eq!(find(&judged, "3c").last_worked, Some(day("2026-03-30")));
    assert_eq!(find(&judged, "3c").by, Some(EntryId::derived(&["a"])));
    assert_eq!(find(&judged, "3b").status, Status::Never);
}

#[test]
fn what_never_worked_is_never_and_has_no_dates() {
    let judged = rolled_back(&[], "2026-06-01");
    let nothing = (judged.status, judged.failing, judged.last_worked, judged.by, judged.days_since);
    assert_eq!(nothing, (Status::Never, false, None, None, None));
    assert_eq!((judged.stale_on, judged.limit_days), (None, 90));
    assert_eq!((judged.by_steps.len(), judged.edited_since), (0, NO));
    assert_eq!(find(&judged, "3a").status, Status::Never);
    assert_eq!(find(&judged, "3a").edited_since, NO);
    assert_eq!(find(&judged, "1").status, Status::NotTracked);
}

#[test]
fn the_newest_success_counts_whenever_it_was_written_down() {
    let exercises = [
        entered(1, used("new", "2026-05-01", &["3a"])),
        entered(2, used("old", "2026-02-01", &["3a"])),
    ];
    let judged = rolled_back(&exercises, "2026-05-02");
    assert_eq!(judged.by, Some(EntryId::derived(&["new"])));
    assert_eq!(find(&judged, "3a").last_worked, Some(day("2026-05-01")));
}

#[test]
fn what_need_not_be_exercised_is_not_tracked_and_still_fails() {
    let policy = Policy { required: false, ..POLICY };
    let exercises = [used("a", "2025-01-01", &["3a"]), used("b", "2025-02-01", &["3b!"])];
    let judged = assess(&rollback(), &exercises, policy, day("2026-06-01"));
    assert_eq!(judged.status, Status::NotTracked);
    assert!(judged.steps.iter().all(|step| step.status == Status::NotTracked));
    assert_eq!((judged.last_worked, judged.stale_on), (Some(day("2025-01-01")), None));
    assert_eq!(failing_steps(&judged), ["3b"]);
    assert!(judged.failing);
}

#[test]
fn an_exercise_after_the_day_asked_about_does_not_count_yet() {
    let exercises = [used("a", "2026-01-01", &["3a"]), used("b", "2026-05-01", &["3a!"])];
    let before = rolled_back(&exercises, "2026-04-30");
    assert_eq!((before.status, before.failing), (Status::Stale, false));
    assert!(rolled_back(&exercises, "2026-05-01").failing);
    let early = rolled_back(&exercises, "2025-12-31");
    assert_eq!((early.status, early.last_worked), (Status::Never, None));
}

#[test]
fn what_was_taken_back_does_not_count() {
    let taken_back = |exercise| Exercise { retracted: Some("by mistake".into()), ..exercise };
    let exercises = [
        taken_back(used("a", "2026-05-01", &["3a"])),
        taken_back(used("b", "2026-05-02", &["3b!"])),
    ];
    assert_eq!(rolled_back(&exercises, "2026-05-03"), rolled_back(&[], "2026-05-03"));
}

// ---- what refreshes what -----------------------------------------------------------------------

#[test]
fn a_step_refreshes_its_parents_and_never_its_parts() {
    let judged = rolled_back(&[used("a", "2026-05-01", &["3a"])], "2026-05-02");
    assert_eq!(worked_steps(&judged), ["3", "3a"]);
    let judged = rolled_back(&[used("a", "2026-05-01", &["3"])], "2026-05-02");
    assert_eq!(worked_steps(&judged), ["3"]);
    assert_eq!(find(&judged, "3a").status, Status::Never);
}

#[test]
fn parents_of_parents_are_refreshed_too() {
    let steps = [step("3"), under("3", "3a"), under("3a", "3a-1"), under("3a", "3a-2")];
    let judged = assess(&steps, &[used("a", "2026-05-01", &["3a-1"])], POLICY, day("2026-05-01"));
    assert_eq!(worked_steps(&judged), ["3", "3a", "3a-1"]);
}

#[test]
fn parents_in_a_circle_end() {
    let steps = [under("2", "1"), under("1", "2"), under("3", "3"), under("1", "4")];
    let exercises = [used("a", "2026-05-01", &["4", "3"])];
    let judged = assess(&steps, &exercises, POLICY, day("2026-05-01"));
    assert_eq!(worked_steps(&judged), ["1", "2", "3", "4"]);
}

#[test]
fn a_parent_that_is_not_there_is_no_step() {
    let steps = [under("9", "1")];
    let judged = assess(&steps, &[used("a", "2026-05-01", &["1"])], POLICY, day("2026-05-01"));
    assert_eq!(worked_steps(&judged), ["1"]);
}

#[test]
fn an_older_success_of_a_part_does_not_hide_a_newer_one_of_the_parent() {
    let exercises = [used("a", "2026-04-01", &["3a"]), used("b", "2026-05-01", &["3"])];
    let judged = rolled_back(&exercises, "2026-05-02");
    assert_eq!(find(&judged, "3").by, Some(EntryId::derived(&["b"])));
    assert_eq!(find(&judged, "3a").by, Some(EntryId::derived(&["a"])));
}

#[test]
fn an_exercise_without_steps_refreshes_the_runbook_only() {
    let judged = rolled_back(&[used("a", "2026-05-01", &[])], "2026-05-02");
    assert_eq!((judged.status, judged.days_since), (Status::Fresh, Some(1)));
    assert_eq!(judged.by_steps, []);
    assert!(worked_steps(&judged).is_empty());
}

#[test]
fn every_kind_but_a_tabletop_refreshes() {
    for kind in ExerciseKind::ALL {
        let exercise = Exercise { kind, ..used("a", "2026-05-01", &["3a"]) };
        let whole = Exercise { kind, ..used("b", "2026-05-01", &[]) };
        let refreshes = kind != ExerciseKind::Tabletop;
        let judged = rolled_back(&[exercise], "2026-05-02");
        assert_eq!(judged.last_worked.is_some(), refreshes, "{kind:?}");
        assert_eq!(find(&judged, "3a").last_worked.is_some(), refreshes, "{kind:?}");
        let judged = rolled_back(&[whole], "2026-05-02");
        assert_eq!(judged.last_worked.is_some(), refreshes, "{kind:?}");
    }
}

#[test]
fn only_what_worked_refreshes() {
    for outcome in [Outcome::Failed, Outcome::NotUsed, Outcome::Unclear, Outcome::Partial] {
        let judged = rolled_back(&[ended("a", "2026-05-01", &[], outcome)], "2026-05-02");
        assert_eq!(judged.status, Status::Never, "{outcome}");
    }
    for outcome in [Outcome::Failed, Outcome::NotUsed, Outcome::Unclear] {
        let judged = rolled_back(&[ended("a", "2026-05-01", &["3a"], outcome)], "2026-05-02");
        assert_eq!(judged.status, Status::Never, "{outcome}");
        assert!(worked_steps(&judged).is_empty(), "{outcome}");
    }
    let judged = rolled_back(&[used("a", "2026-05-01", &["3a!"])], "2026-05-02");
    assert_eq!((judged.status, worked_steps(&judged).len()), (Status::Never, 0));
}

#[test]
fn of_a_partial_success_each_step_counts_as_it_went() {
    let exercise = used("a", "2026-05-01", &["3a!", "3c"]);
    assert_eq!(exercise.outcome, Outcome::Partial);
    let judged = rolled_back(&[exercise], "2026-05-02");
    assert_eq!(judged.status, Status::Fresh);
    assert_eq!(judged.by_steps, [StepId::from("3c")]);
    assert_eq!(worked_steps(&judged), ["3", "3c"]);
    assert_eq!(failing_steps(&judged), ["3a"]);
}

#[test]
fn steps_that_are_not_tracked_count_when_they_are_named() {
    let exercises = [used("a", "2026-01-01", &["1"]), used("b", "2026-05-01", &["4!"])];
    let judged = rolled_back(&exercises, "2026-05-02");
    assert_eq!(find(&judged, "1").status, Status::Stale);
    assert_eq!((find(&judged, "4").status, find(&judged, "4").failing), (Status::Never, true));
    assert_eq!(find(&judged, "2").status, Status::NotTracked);
    assert_eq!(judged.status, Status::Stale);
}

#[test]
fn alternatives_are_not_punished() {
    let exercises = [used("a", "2026-01-15", &["3b"]), used("b", "2026-05-01", &["3a"])];
    let judged = rolled_back(&exercises, "2026-05-02");
    assert_eq!(judged.status, Status::Fresh);
    let of = |id| (find(&judged, id).status, find(&judged, id).days_since);
    assert_eq!(of("3a"), (Status::Fresh, Some(1)));
    assert_eq!(of("3b"), (Status::Stale, Some(107)));
    assert_eq!(of("3c"), (Status::Never, None));
}

#[test]
fn a_step_named_twice_worked_once() {
    let judged = rolled_back(&[used("a", "2026-05-01", &["3a", "3c", "3a"])], "2026-05-02");
    assert_eq!(judged.by_steps, [StepId::from("3a"), StepId::from("3c")]);
}

#[test]
fn a_step_that_is_gone_still_refreshes_the_runbook() {
    let judged = rolled_back(&[used("a", "2026-05-01", &["9"])], "2026-05-02");
    assert_eq!((judged.status, judged.by_steps.len()), (Status::Fresh, 0));
    assert!(worked_steps(&judged).is_empty());
}

#[test]
fn a_runbook_without_steps_is_judged_as_a_whole() {
    let exercises = [used("a", "2026-05-01", &[]), used("b", "2026-05-01", &["3a!"])];
    let judged = assess(&[], &exercises, POLICY, day("2026-05-02"));
    assert_eq!((judged.status, judged.failing, judged.steps.len()), (Status::Fresh, false, 0));
}

// ---- failing -----------------------------------------------------------------------------------

fn check_failing(exercises: &[Exercise], expected: &[&str]) {
    let judged = rolled_back(exercises, "2026-12-31");
    assert_eq!(failing_steps(&judged), expected);
    assert_eq!(judged.failing, !expected.is_empty());
}

#[test]
fn a_failure_stays_until_the_same_step_works_again() {
    let failed = used("a", "2026-01-01", &["3a!"]);
    check_failing(std::slice::from_ref(&failed), &["3a"]);
    check_failing(&[failed.clone(), used("b", "2026-02-01", &["3b"])], &["3a"]);
    check_failing(&[failed.clone(), used("b", "2026-02-01", &["3"])], &["3a"]);
    check_failing(&[failed.clone(), used("b", "2026-02-01", &[])], &["3a"]);
    check_failing(&[failed.clone(), used("b", "2026-02-01", &["3a"])], &[]);
    check_failing(&[failed.clone(), used("b", "2025-12-31", &["3a"])], &["3a"]);
    let again = used("c", "2026-03-01", &["3a!"]);
    check_failing(&[failed, used("b", "2026-02-01", &["3a"]), again], &["3a"]);
}

#[test]
fn a_success_of_a_part_is_no_success_of_the_failing_parent() {
    check_failing(&[used("a", "2026-01-01", &["3!"]), used("b", "2026-02-01", &["3a"])], &["3"]);
}

#[test]
fn a_failure_in_one_context_is_not_cleared_in_another() {
    let failed = release("ingress", used("a", "2026-01-01", &["3a!"]));
    let worked = |name| used(name, "2026-02-01", &["3a"]);
    check_failing(&[failed.clone(), release("loki", worked("b"))], &["3a"]);
    check_failing(&[failed.clone(), worked("b")], &["3a"]);
    check_failing(&[failed.clone(), release(" ingress ", worked("b"))], &[]);
    let named_otherwise =
        Exercise { context: vec![("RELEASE".into(), "ingress".into())], ..worked("b") };
    check_failing(&[failed.clone(), named_otherwise], &[]);
    let two = release("loki", used("c", "2026-01-01", &["3a!"]));
    check_failing(&[failed, two, release("ingress", worked("b"))], &["3a"]);
}

#[test]
fn what_refreshes_nothing_clears_nothing() {
    let failed = used("a", "2026-01-01", &["3a!"]);
    check_failing(&[failed.clone(), tabletop("b", "2026-02-01", &["3a"])], &["3a"]);
    for outcome in [Outcome::NotUsed, Outcome::Unclear] {
        check_failing(&[failed.clone(), ended("b", "2026-02-01", &["3a"], outcome)], &["3a"]);
    }
}

#[test]
fn not_used_and_unclear_are_no_failures() {
    for outcome in [Outcome::NotUsed, Outcome::Unclear] {
        check_failing(&[ended("a", "2026-01-01", &["3a!"], outcome)], &[]);
        check_failing(&[ended("a", "2026-01-01", &[], outcome)], &[]);
    }
}

#[test]
fn a_failure_found_by_talking_it_through_is_a_failure() {
    check_failing(&[tabletop("a", "2026-01-01", &["3a!"])], &["3a"]);
}

#[test]
fn a_failing_step_keeps_its_age() {
    let exercises = [used("a", "2026-05-01", &["3a"]), used("b", "2026-05-10", &["3a!"])];
    let judged = rolled_back(&exercises, "2026-05-11");
    let step = find(&judged, "3a");
    assert_eq!((step.status, step.failing, step.days_since), (Status::Fresh, true, Some(10)));
    assert_eq!((judged.status, judged.failing), (Status::Fresh, true));
}

#[test]
fn a_step_that_is_gone_does_not_fail_for_ever() {
    check_failing(&[used("a", "2026-01-01", &["9!"])], &[]);
    let gone = print("3a", "Something else", "f1:x", "f1:x");
    check_failing(&[of(&[gone], used("a", "2026-01-01", &["3a!"]))], &[]);
}

#[test]
fn a_failure_of_the_whole_is_cleared_by_a_real_success_in_its_context() {
    let fails = |rest: &[Exercise]| {
        let failed = release("x", ended("a", "2026-01-01", &[], Outcome::Failed));
        let all: Vec<_> = rest.iter().cloned().chain([failed]).collect();
        let judged = rolled_back(&all, "2026-12-31");
        assert!(failing_steps(&judged).is_empty());
        judged.failing
    };
    let worked = |steps: &[&str]| release("x", used("b", "2026-02-01", steps));
    assert!(fails(&[]));
    assert!(!fails(&[worked(&[])]));
    assert!(!fails(&[worked(&["3a"])]));
    assert!(fails(&[used("b", "2026-02-01", &[])]));
    assert!(fails(&[Exercise { kind: ExerciseKind::Tabletop, ..worked(&[]) }]));
    assert!(fails(&[Exercise { outcome: Outcome::Unclear, ..worked(&[]) }]));
    assert!(fails(&[Exercise { date: day("2025-12-31"), ..worked(&[]) }]));
}

#[test]
fn a_failure_that_names_no_failed_step_is_one_of_the_whole() {
    for (steps, outcome, refreshed) in [
        (&["3a"][..], Outcome::Failed, false),
        (&["3a"], Outcome::Partial, true),
        (&[], Outcome::Partial, false),
    ] {
        let judged = rolled_back(&[ended("a", "2026-01-01", steps, outcome)], "2026-01-02");
        assert!(judged.failing, "{outcome} {steps:?}");
        assert!(failing_steps(&judged).is_empty());
        assert_eq!(judged.last_worked.is_some(), refreshed, "{outcome} {steps:?}");
    }
}

// ---- ties --------------------------------------------------------------------------------------

#[test]
fn on_one_day_the_time_of_entry_decides() {
    let worked = |at| entered(at, used("w", "2026-05-01", &["3a"]));
    let failed = |at| entered(at, used("f", "2026-05-01", &["3a!"]));
    check_failing(&[worked(2), failed(1)], &[]);
    check_failing(&[worked(1), failed(2)], &["3a"]);
    let against_the_table = Exercise { order: 5, ..failed(1) };
    check_failing(&[worked(2), against_the_table], &[]);
}

#[test]
fn rows_of_one_day_follow_their_table() {
    let worked = |order| row(order, used("w", "2026-05-01", &["3a"]));
    let failed = |order| row(order, used("f", "2026-05-01", &["3a!"]));
    check_failing(&[worked(2), failed(1)], &[]);
    check_failing(&[worked(1), failed(2)], &["3a"]);
    check_failing(&[entered(9, worked(1)), entered(1, failed(2))], &["3a"]);
}

#[test]
fn a_row_of_a_file_comes_before_what_was_recorded_that_day() {
    let worked = entered(1, used("w", "2026-05-01", &["3a"]));
    check_failing(&[worked, row(7, entered(9, used("f", "2026-05-01", &["3a!"])))], &[]);
    let failed = entered(1, used("f", "2026-05-01", &["3a!"]));
    check_failing(&[failed, row(7, entered(9, used("w", "2026-05-01", &["3a"])))], &["3a"]);
}

#[test]
fn where_nothing_tells_the_order_failure_wins() {
    for (a, b) in [("a", "b"), ("b", "a")] {
        let worked = used(a, "2026-05-01", &["3a"]);
        check_failing(&[worked, used(b, "2026-05-01", &["3a!"])], &["3a"]);
    }
    check_failing(&[used("a", "2026-05-01", &["3a!", "3a"])], &["3a"]);
}

#[test]
fn failure_wins_for_each_step_of_two_partial_successes() {
    let exercises =
        [used("a", "2026-05-01", &["3a!", "3b"]), used("b", "2026-05-01", &["3a", "3b!"])];
    check_failing(&exercises, &["3a", "3b"]);
}

#[test]
fn failure_of_the_whole_wins_too() {
    for (a, b) in [("a", "b"), ("b", "a")] {
        let failed = ended(a, "2026-05-01", &[], Outcome::Failed);
        let judged = rolled_back(&[failed, used(b, "2026-05-01", &["3a"])], "2026-05-02");
        assert!(judged.failing);
    }
}

// ---- identity of steps -------------------------------------------------------------------------

/// Step `named` of the text `then` worked; these steps of the text `now` have that history.
fn check_identity(then: &[StepPrint], named: &str, now: &[StepPrint], expected: &[&str]) {
    let worked = of(then, used("a", "2026-05-01", &[named]));
    let judged = assess(&text(now), &[worked], POLICY, day("2026-05-02"));
    assert_eq!(worked_steps(&judged), expected, "{then:?} {now:?}");
    let by_steps: Vec<_> = judged.by_steps.iter().map(StepId::as_str).collect();
    assert_eq!(by_steps, expected);
    assert_eq!(judged.status, Status::Fresh);
}

#[test]
fn a_reused_number_with_another_title_inherits_nothing() {
    let then = [print("3", "Roll back", "f1:a", "f1:a")];
    check_identity(&then, "3", &[print("3", "Scale up", "f1:b", "f1:b")], &[]);
    check_identity(&then, "3", &[print("3", "Roll back", "f1:b", "f1:b")], &["3"]);
}

#[test]
fn what_a_step_says_counts_before_its_title_and_number() {
    let then = [print("3", "Roll back", "f1:a", "f1:a")];
    let now = [print("3", "Roll back", "f1:b", "f1:b"), print("4", "Undo", "f1:a", "f1:a")];
    check_identity(&then, "3", &now, &["4"]);
}

#[test]
fn a_renamed_or_moved_step_keeps_its_history() {
    let then = [print("3", "Roll back", "f1:a", "f1:w")];
    check_identity(&then, "3", &[print("3", "Undo", "f1:a", "f1:w")], &["3"]);
    check_identity(&then, "3", &[print("undo", "Undo", "f1:a", "f1:w")], &["undo"]);
    check_identity(&then, "3", &[print("5", "Roll back", "f1:b", "f1:x")], &["5"]);
    check_identity(&then, "3", &[print("5", " roll  BACK ", "f1:b", "f1:x")], &["5"]);
}

#[test]
fn renamed_and_reworded_a_step_is_known_by_its_commands() {
    let then = [print("3", "Roll back", "f1:a", "f1:w")];
    check_identity(&then, "3", &[print("3", "Undo", "f1:a", "f1:x")], &["3"]);
    let two = [print("3", "Undo", "f1:a", "f1:x"), print("4", "Redo", "f1:a", "f1:y")];
    check_identity(&then, "3", &two, &[]);
    let both = [print("3", "Roll back", "f1:a", "f1:w"), print("4", "Try", "f1:a", "f1:v")];
    check_identity(&both, "3", &[print("3", "Undo", "f1:a", "f1:x")], &[]);
}

#[test]
fn steps_without_commands_do_not_have_the_same_commands() {
    let then = [print("4", "Tell people", "", "f1:a")];
    check_identity(&then, "4", &[print("4", "Close", "", "f1:b")], &[]);
}

#[test]
fn steps_that_say_nothing_do_not_say_the_same() {
    let then = [print("3", "Mitigate", "", "")];
    check_identity(&then, "3", &[print("3", "Verify", "", "")], &[]);
    check_identity(&then, "3", &[print("4", "Mitigate", "", "")], &["4"]);
}

#[test]
fn an_untitled_step_is_known_by_its_number_alone() {
    let then = [print("3", "", "f1:a", "f1:a")];
    check_identity(&then, "3", &[print("3", "", "f1:b", "f1:b")], &["3"]);
    check_identity(&then, "3", &[print("4", "", "f1:b", "f1:b")], &[]);
}

#[test]
fn of_steps_that_say_the_same_the_title_decides_then_the_number_then_the_order() {
    let get = |id: &str, title: &str| print(id, title, "f1:get", "f1:w");
    let then = [get("1", "Look"), get("2", "Look again")];
    let swapped = [get("1", "Look again"), get("2", "Look")];
    check_identity(&then, "1", &swapped, &["2"]);
    check_identity(&then, "2", &swapped, &["1"]);
    let renamed = [get("2", "Second"), get("1", "First")];
    check_identity(&then, "1", &renamed, &["1"]);
    check_identity(&then, "2", &renamed, &["2"]);
    let renumbered = [get("5", "First"), get("6", "Second")];
    check_identity(&then, "1", &renumbered, &["5"]);
    check_identity(&then, "2", &renumbered, &["6"]);
}

#[test]
fn a_step_inherits_from_one_step_at_most() {
    let get = |id: &str, title: &str| print(id, title, "f1:get", "f1:w");
    let then = [get("1", "Look"), get("2", "Look again")];
    check_identity(&then, "1", &[get("2", "Look again")], &[]);
    check_identity(&then, "2", &[get("2", "Look again")], &["2"]);
}

#[test]
fn of_steps_with_one_title_the_number_decides_then_the_order() {
    let verify = |id: &str, says: &str| print(id, "Verify", says, says);
    let then = [verify("2", "f1:a"), verify("5", "f1:b")];
    let now = [verify("5", "f1:c"), verify("6", "f1:d")];
    check_identity(&then, "5", &now, &["5"]);
    check_identity(&then, "2", &now, &["6"]);
}

#[test]
fn a_step_that_its_own_text_does_not_have_is_no_step() {
    let then = [print("3", "Roll back", "f1:a", "f1:a")];
    check_identity(&then, "9", &[print("9", "Other", "f1:b", "f1:b")], &[]);
    check_identity(&[], "9", &[print("9", "Other", "f1:b", "f1:b")], &[]);
}

#[test]
fn where_the_text_of_then_is_unknown_the_number_counts() {
    let worked = used("a", "2026-05-01", &["3"]);
    let now = text(&[print("3", "Whatever", "f1:a", "f1:a"), print("3", "Twice", "f1:b", "f1:b")]);
    let judged = assess(&now, &[worked], POLICY, day("2026-05-02"));
    assert_eq!(judged.steps[0].last_worked, Some(day("2026-05-01")));
    assert_eq!(judged.steps[1].last_worked, None);
    assert_eq!(judged.steps[0].edited_since, Edited::Unknown);
    assert_eq!(judged.edited_since, Edited::Unknown);
}

#[test]
fn a_failure_is_cleared_by_the_same_step_under_another_number() {
    let roll_back = |id: &str, words: &str| print(id, "Roll back", "f1:a", words);
    let failed = of(&[roll_back("3", "f1:a")], used("a", "2026-04-01", &["3!"]));
    let worked = of(&[roll_back("4", "f1:b")], used("b", "2026-05-01", &["4"]));
    let now = text(&[print("3", "Scale", "f1:s", "f1:s"), roll_back("5", "f1:c")]);
    let judged = assess(&now, std::slice::from_ref(&failed), POLICY, day("2026-05-02"));
    assert_eq!(failing_steps(&judged), ["5"]);
    let judged = assess(&now, &[failed, worked], POLICY, day("2026-05-02"));
    assert!(!judged.failing);
    assert_eq!(worked_steps(&judged), ["5"]);
}

// ---- edited since ------------------------------------------------------------------------------

/// Step `1` of `then` worked; this is what was edited of it, and of the runbook.
fn check_edited(then: &[StepPrint], now: &[StepPrint], step: Edited, runbook: Edited) {
    let worked = of(then, used("a", "2026-05-01", &["1"]));
    let judged = assess(&text(now), &[worked], POLICY, day("2026-05-02"));
    let known = judged.steps.iter().find(|step| step.last_worked.is_some());
    assert_eq!(known.map(|step| step.edited_since), Some(step), "{now:?}");
    assert_eq!(judged.edited_since, runbook, "{now:?}");
}

fn one() -> StepPrint {
    print("1", "One", "f1:a", "f1:a")
}

fn two() -> StepPrint {
    print("2", "Two", "f1:b", "f1:b")
}

#[test]
fn edited_since_tells_commands_from_wording() {
    let then = [one(), two()];
    check_edited(&then, &then, NO, NO);
    check_edited(&then, &[print("1", "One", "f1:x", "f1:a"), two()], COMMANDS, COMMANDS);
    check_edited(&then, &[print("1", "One", "f1:a", "f1:x"), two()], WORDS, WORDS);
    check_edited(&then, &[print("1", "Uno", "f1:a", "f1:a"), two()], WORDS, WORDS);
    let both = Edited::Yes { commands: true, words: true };
    check_edited(&then, &[print("1", "One", "f1:x", "f1:x"), two()], both, both);
    check_edited(&then, &[one(), print("2", "Two", "f1:x", "f1:b")], NO, COMMANDS);
    check_edited(&then, &[one(), print("2", "Two", "f1:b", "f1:x")], NO, WORDS);
}

#[test]
fn another_number_is_no_edit_and_another_order_is_other_wording() {
    let then = [one(), two()];
    check_edited(&then, &[print("2", "One", "f1:a", "f1:a"), two_as("3")], NO, NO);
    check_edited(&then, &[two_as("1"), print("2", "One", "f1:a", "f1:a")], NO, WORDS);
}

fn two_as(id: &str) -> StepPrint {
    StepPrint { id: id.into(), ..two() }
}

#[test]
fn a_step_that_came_or_went_is_an_edit_of_the_runbook() {
    let both = Edited::Yes { commands: true, words: true };
    check_edited(&[one(), two()], &[one()], NO, both);
    check_edited(&[one()], &[one(), two()], NO, both);
    check_edited(&[one()], &[one(), print("2", "Two", "", "f1:b")], NO, WORDS);
    check_edited(&[one(), print("2", "Two", "", "")], &[one()], NO, WORDS);
    check_edited(&[one(), two()], &[one(), print("2", "New", "f1:n", "f1:n")], NO, both);
}

#[test]
fn a_renumbered_runbook_with_one_more_step_is_told_by_that_step_alone() {
    let now = [print("1", "Ask", "", "f1:n"), print("2", "One", "f1:a", "f1:a"), two_as("3")];
    check_edited(&[one(), two()], &now, NO, WORDS);
}

#[test]
fn a_parent_that_is_newer_than_the_success_of_its_part_was_edited_since() {
    let then = [print("3a", "Undo", "f1:a", "f1:a")];
    let parent = print("3", "Mitigate", "", "f1:m");
    let mut now = text(&[parent.clone(), then[0].clone()]);
    now[1].parent = Some("3".into());
    let judge = |then: &[StepPrint]| {
        let worked = of(then, used("a", "2026-05-01", &["3a"]));
        let judged = assess(&now, &[worked], POLICY, day("2026-05-02"));
        assert_eq!(worked_steps(&judged), ["3", "3a"]);
        assert_eq!(find(&judged, "3a").edited_since, NO);
        find(&judged, "3").edited_since
    };
    assert_eq!(judge(&then), WORDS);
    assert_eq!(judge(&[parent.clone(), then[0].clone()]), NO);
    let reworded = StepPrint { title: "Stop it".into(), ..parent };
    assert_eq!(judge(&[reworded, then[0].clone()]), WORDS);
}

#[test]
fn each_step_is_compared_with_the_text_of_its_own_success() {
    let old = [print("1", "One", "f1:old", "f1:a"), two()];
    let now = [one(), two()];
    let exercises = [
        of(&old, used("a", "2026-04-01", &["1"])),
        of(&now, used("b", "2026-05-01", &["2"])),
        used("c", "2026-03-01", &["1", "2"]),
    ];
    let judged = assess(&text(&now), &exercises, POLICY, day("2026-05-02"));
    assert_eq!(find(&judged, "1").edited_since, COMMANDS);
    assert_eq!(find(&judged, "2").edited_since, NO);
    assert_eq!(judged.edited_since, NO);
}

#[test]
fn an_exercise_that_refreshes_nothing_is_not_what_edits_are_measured_from() {
    let failed = of(&[one(), two()], used("b", "2026-05-01", &["1!"]));
    let worked = of(&[print("1", "One", "f1:old", "f1:a"), two()], used("a", "2026-04-01", &["1"]));
    let judged = assess(&text(&[one(), two()]), &[failed, worked], POLICY, day("2026-05-02"));
    assert_eq!((judged.edited_since, judged.steps[0].edited_since), (COMMANDS, COMMANDS));
}

// ---- the far ends ------------------------------------------------------------------------------

#[test]
fn dates_at_the_far_ends_do_no_harm() {
    let ends = [NaiveDate::MIN, day("1969-12-31"), day("2026-05-01"), NaiveDate::MAX];
    let limits = [0, 1, 90, u32::MAX];
    for (worked, today) in ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b))) {
        for limit_days in limits {
            for due_within_days in limits {
                let policy = Policy { limit_days, due_within_days, required: true };
                let exercise = Exercise { date: worked, ..used("a", "2026-05-01", &["3a"]) };
                let judged = assess(&rollback(), &[exercise], policy, today);
                assert_eq!(judged.last_worked.is_some(), worked <= today);
                if let (Some(days), Some(stale_on)) = (judged.days_since, judged.stale_on) {
                    assert_eq!(judged.status == Status::Stale, today >= stale_on, "{days}");
                }
            }
        }
    }
    let exercise = Exercise { date: NaiveDate::MAX, ..used("a", "2026-05-01", &["3a"]) };
    let judged = assess(&rollback(), &[exercise], POLICY, NaiveDate::MAX);
    assert_eq!((judged.stale_on, judged.status), (None, Status::Fresh));
}

#[test]
fn times_of_entry_at_the_far_ends_do_no_harm() {
    let exercises = [
        entered(i64::MAX, used("a", "2026-05-01", &["3a!"])),
        Exercise { order: i64::MIN, ..entered(i64::MIN, used("b", "2026-05-01", &["3a"])) },
        row(i64::MAX, used("c", "2026-05-01", &["3a"])),
    ];
    check_failing(&exercises, &["3a"]);
}

#[test]
fn many_steps_and_a_long_chain_of_parents_take_no_time() {
    let mut steps: Vec<_> = (0..20_000).map(|n| step(&n.to_string())).collect();
    for (n, step) in steps.iter_mut().enumerate().skip(1) {
        step.parent = Some(StepId::new((n - 1).to_string()));
    }
    let prints: Vec<_> = steps.iter().map(|step| step.print.clone()).collect();
    let worked = of(&prints, used("a", "2026-05-01", &["19999", "19998", "19997"]));
    let judged = assess(&steps, &[worked], POLICY, day("2026-05-02"));
    assert_eq!((worked_steps(&judged).len(), judged.edited_since), (20_000, NO));
}

#[test]
fn the_word_of_a_status_is_the_same_everywhere() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).expect("a word"), status.as_str());
    }
}
