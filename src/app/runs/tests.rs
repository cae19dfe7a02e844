//! Which step comes next.

use super::*;
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{Event, RunStarted, RunStepSkipped, RunStepTicked};
use crate::domain::exercise::{Context, ExerciseKind};
use crate::domain::run::fold;

const TEXT: &str = "\
# Runbook — Roll back

## Step 1 — Check

```sh
helm status x
```

## Step 2 — Mitigate

Choose one.

### 2a. Roll back

```sh
helm rollback x
```

### 2b. Start over

```sh
helm uninstall x
```

## Step 3 — Verify

```sh
helm test x
```
";

/// A run in which these steps were dealt with: `1`, `2a!` for a failed one, `3?` for a skipped.
fn run(steps: &[&str]) -> Run {
    let at = Timestamp(1);
    let mut events = vec![Event::RunStarted(RunStarted {
        runbook: "x".into(),
        slug: "x".into(),
        title: String::new(),
        text: Hash::ZERO,
        context: Context::new(),
        kind: ExerciseKind::Drill,
        incident: None,
        at,
    })];
    events.extend(steps.iter().map(|name| {
        let step = StepId::from(name.trim_end_matches(['!', '?']));
        let title = String::new();
        if name.ends_with('?') {
            let reason = "why".to_owned();
            return Event::RunStepSkipped(RunStepSkipped { step, title, reason, at });
        }
        let result = if name.ends_with('!') { StepResult::Failed } else { StepResult::Worked };
        Event::RunStepTicked(RunStepTicked { step, title, result, mitigates: false, at })
    }));
    let entries: Vec<(Entry, Event)> = events
        .into_iter()
        .enumerate()
        .map(|(number, event)| {
            let id = EntryId::derived(&[&number.to_string()]);
            let (kind, body) = (event.kind(), event.to_json().expect("a body"));
            (Entry::new(id, kind, 1, "x", at, Actor::scan(), body), event)
        })
        .collect();
    fold(entries.iter().map(|(entry, event)| (entry, event))).expect("a run")
}

#[track_caller]
fn check(steps: &[&str], after: &str, expected: Option<&str>) {
    let (runbook, _) = crate::runbook::parse(TEXT, "x");
    let next = next_step(&runbook, &run(steps), &after.into());
    assert_eq!(next.as_ref().map(StepId::as_str), expected, "{steps:?}");
}

#[test]
fn the_next_step_is_the_next_that_nobody_has_dealt_with() {
    check(&["1"], "1", Some("2"));
    check(&["1", "2a!", "3"], "2a", Some("2b"));
    check(&["3"], "3", None);
}

#[test]
fn a_way_to_mitigate_that_worked_passes_the_others_over() {
    check(&["2a"], "2a", Some("3"));
    check(&["1", "2a"], "1", Some("3"));
    check(&["2a!"], "2a", Some("2b"));
    check(&["2a?"], "2a", Some("2b"));
}

#[test]
fn what_only_holds_steps_is_skipped_with_them() {
    check(&["1", "2?"], "2", Some("3"));
}

#[test]
fn the_same_form_is_the_same_entry_and_another_one_is_not() {
    let sent = |token: &str| Sent { token: token.to_owned(), ago_ms: None };
    assert_eq!(id_of(&["a"], &sent("t")), id_of(&["a"], &sent(" t ")));
    assert_ne!(id_of(&["a"], &sent("t")), id_of(&["b"], &sent("t")));
    assert_ne!(id_of(&["a"], &sent("t")), id_of(&["a"], &sent("u")));
    assert_eq!(id_of(&["a"], &sent("")), None);
}
