//! Runs: what is kept of them, and that a replay gives the same.

use super::*;
use crate::domain::event::{RunEnded, RunNoted, RunStarted, RunStepOpened, RunStepTicked};
use crate::domain::exercise::Context;
use crate::domain::run::RunState;
use crate::ledger::Erasure;

/// The entries of a run called `name`: begun, its first step ticked, a note, and perhaps ended.
fn run(name: &str, ended: bool) -> Vec<Entry> {
    let at = Timestamp(5);
    let mut events = vec![
        Event::RunStarted(RunStarted {
            runbook: RUNBOOK.into(),
            slug: RUNBOOK.into(),
            title: "Roll back".to_owned(),
            text: Hash::ZERO,
            context: Context::new(),
            kind: ExerciseKind::Drill,
            incident: None,
            at,
        }),
        Event::RunStepOpened(RunStepOpened { step: "1".into(), at }),
        Event::RunStepTicked(RunStepTicked {
            step: "1".into(),
            title: "Check".to_owned(),
            result: StepResult::Worked,
            mitigates: false,
            at,
        }),
        Event::RunNoted(RunNoted { step: None, text: "seen".to_owned(), at }),
    ];
    if ended {
        events.push(Event::RunEnded(RunEnded { exercise: id("exercise"), at }));
    }
    let subject = id(&format!("{name} 0")).to_string();
    let entries = (0_i64..).zip(&events).map(|(number, event)| {
        entry_about(&subject, &format!("{name} {number}"), 5 + number, event)
    });
    entries.collect()
}

#[test]
fn a_run_is_kept_by_its_first_entry_until_it_is_over() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &run("a", false)).expect("appended");
    append(&mut ledger, &run("b", true)).expect("appended");
    let open = ledger.open_runs().expect("readable");
    assert_eq!(open.iter().map(|run| run.id).collect::<Vec<_>>(), [id("a 0")]);
    let over = ledger.run(id("b 0")).expect("readable").expect("a run");
    assert!(matches!(over.state, RunState::Ended { .. }));
    assert_eq!((over.version, over.written_at), (5, Timestamp(9)));
    assert_eq!(ledger.runs_of(&RUNBOOK.into()).expect("readable").len(), 2);
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    ledger.rebuild().expect("rebuilt");
    assert_eq!(ledger.run(id("b 0")).expect("readable"), Some(over));
}

#[test]
fn an_erased_note_is_gone_and_its_run_is_not() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &run("a", false)).expect("appended");
    let notes = |ledger: &Ledger| ledger.run(id("a 0")).expect("readable").expect("a run").notes;
    assert_eq!(notes(&ledger).len(), 1);
    let actor = Actor::parse("ana").expect("an actor");
    let by = Erasure { id: id("e"), at: Timestamp(99), actor, reason: "a password".to_owned() };
    ledger.transact(|tx| tx.erase_entry(id("a 3"), by)).expect("erased");
    assert_eq!(notes(&ledger).len(), 0);
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
}
