//! What entries of a run come to, whatever their order.

use super::*;
use crate::domain::event::{
    RunAbandoned, RunEnded, RunNoted, RunStepOpened, RunStepSkipped, RunStepTicked, RunTickUndone,
};

use StepResult::{Failed, Worked};

const START: i64 = 1_000_000;

fn id(name: &str) -> EntryId {
    EntryId::derived(&["run", name])
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(START + seconds * 1000)
}

/// An entry called `name`, so many seconds after the start.
fn entry(name: &str, seconds: i64, who: &str, event: &Event) -> Entry {
    let actor = Actor::parse(who).expect("an actor");
    let body = event.to_json().expect("a body");
    Entry::new(id(name), event.kind(), 1, &id("start").to_string(), at(seconds), actor, body)
}

fn started() -> Event {
    Event::RunStarted(RunStarted {
        runbook: "disk".into(),
        slug: "disk".into(),
        title: "Disk full".to_owned(),
        text: Hash::ZERO,
        context: Context::new(),
        kind: ExerciseKind::Incident,
        incident: None,
        at: at(0),
    })
}

fn opened(step: &str, seconds: i64) -> Event {
    Event::RunStepOpened(RunStepOpened { step: step.into(), at: at(seconds) })
}

fn ticked(step: &str, result: StepResult, seconds: i64) -> Event {
    let (title, mitigates) = (String::new(), step.starts_with('3'));
    Event::RunStepTicked(RunStepTicked {
        step: step.into(),
        title,
        result,
        mitigates,
        at: at(seconds),
    })
}

fn skipped(step: &str, reason: &str, seconds: i64) -> Event {
    let (title, reason) = (String::new(), reason.to_owned());
    Event::RunStepSkipped(RunStepSkipped { step: step.into(), title, reason, at: at(seconds) })
}

fn undone(step: &str, ticks: &[&str], seconds: i64) -> Event {
    let ticks = ticks.iter().map(|name| id(name)).collect();
    Event::RunTickUndone(RunTickUndone { step: step.into(), ticks, at: at(seconds) })
}

/// Folds entries in canonical order, after a start by Ana.
fn run(mut entries: Vec<(Entry, Event)>) -> Run {
    entries.push((entry("start", 0, "ana", &started()), started()));
    entries.sort_by_key(|(entry, _)| (entry.recorded_at, entry.id));
    fold(entries.iter().map(|(entry, event)| (entry, event))).expect("a run")
}

fn said(name: &str, seconds: i64, who: &str, event: Event) -> (Entry, Event) {
    (entry(name, seconds, who, &event), event)
}

#[test]
fn time_used_is_the_sum_of_the_spans_while_a_step_was_at_hand() {
    let run = run(vec![
        said("a", 0, "ana", opened("1", 0)),
        said("b", 10, "ana", opened("2", 10)),
        said("c", 25, "ana", opened("1", 25)),
        said("d", 30, "ana", ticked("1", Worked, 30)),
        said("e", 30, "ana", opened("3a", 30)),
    ]);
    assert_eq!(run.used_ms(&"1".into(), at(99)), 15_000);
    assert_eq!(run.used_ms(&"2".into(), at(99)), 15_000);
    assert_eq!(run.used_ms(&"3a".into(), at(40)), 10_000, "its clock runs");
    assert_eq!(run.used_ms(&"9".into(), at(40)), 0);
}

#[test]
fn the_first_of_two_ticks_counts_and_the_other_stands_beside_it() {
    let run = run(vec![
        said("b", 12, "bo", ticked("1", Failed, 11)),
        said("a", 11, "ana", ticked("1", Worked, 11)),
    ]);
    let step = run.step(&"1".into()).expect("a step");
    let who: Vec<&str> = step.marks.iter().map(|mark| mark.by.name.as_str()).collect();
    assert_eq!(who, ["ana", "bo"]);
    assert_eq!(run.outcomes(), [StepOutcome { id: "1".into(), result: Worked }]);
    assert_eq!(run.people.len(), 2);
}

#[test]
fn what_was_undone_counts_for_nothing_even_before_it_was_said() {
    let fast = run(vec![
        said("a", 20, "ana", ticked("1", Worked, 10)),
        said("u", 15, "bo", undone("1", &["a"], 15)),
        said("b", 30, "bo", ticked("1", Failed, 30)),
    ]);
    assert_eq!(fast.outcomes(), [StepOutcome { id: "1".into(), result: Failed }]);
}

#[test]
fn skipped_steps_are_not_used_and_keep_their_reason() {
    let run = run(vec![said("a", 5, "ana", skipped("2", "no access", 5))]);
    assert_eq!(run.outcomes(), []);
    let what = &run.mark(&"2".into()).expect("a mark").what;
    assert_eq!(*what, Marked::Skipped { reason: "no access".to_owned() });
}

#[test]
fn mitigated_is_the_last_mitigating_step_that_worked() {
    let mut all = vec![
        said("a", 5, "ana", ticked("1", Worked, 5)),
        said("b", 60, "ana", ticked("3a", Failed, 60)),
    ];
    assert_eq!(run(all.clone()).mitigated_ms(), None);
    all.push(said("c", 90, "ana", ticked("3b", Worked, 90)));
    all.push(said("d", 95, "ana", ticked("4", Worked, 95)));
    assert_eq!(run(all.clone()).mitigated_ms(), Some(90_000));
    assert_eq!(run(all).last_mark_at(), at(95));
}

#[test]
fn after_the_end_nothing_counts_but_notes_and_nothing_is_hidden() {
    let ended = Event::RunEnded(RunEnded { exercise: id("x"), at: at(50) });
    let note = Event::RunNoted(RunNoted { step: None, text: "late".to_owned(), at: at(60) });
    let run = run(vec![
        said("o", 0, "ana", opened("1", 0)),
        said("e", 50, "ana", ended),
        said("t", 60, "bo", ticked("1", Worked, 40)),
        said("n", 61, "bo", note),
        said("b", 70, "bo", Event::RunAbandoned(RunAbandoned { reason: "x".into(), at: at(70) })),
    ]);
    assert!(matches!(&run.state, RunState::Ended { exercise, .. } if *exercise == id("x")));
    assert_eq!(run.outcomes(), []);
    assert_eq!(run.notes.len(), 1);
    assert_eq!(run.used_ms(&"1".into(), at(999)), 50_000, "its clock stands still");
    let expected =
        ["bo ticked a step after the run was over", "bo gave it up after the run was over"];
    assert_eq!(run.conflicts, expected);
    assert_eq!(run.version, 6);
}

#[test]
fn clocks_that_disagree_make_no_negative_time() {
    let run = run(vec![
        said("a", 10, "ana", opened("1", 10)),
        said("b", 12, "bo", ticked("1", Worked, 4)),
    ]);
    assert_eq!(run.used_ms(&"1".into(), at(99)), 0);
}

#[test]
fn without_a_start_there_is_no_run() {
    let lone = said("a", 10, "ana", opened("1", 10));
    assert_eq!(fold(std::iter::once((&lone.0, &lone.1))), None);
}
