//! What entries come to: each rule, and that the order of arrival does not matter.

use super::*;
use crate::domain::event::{MoveSeen, NoteResolved, RunbookMoved};
use crate::domain::exercise::{Exercise, Source};
use crate::domain::fingerprint::StepPrint;
use crate::domain::id::RunbookId;
use crate::ledger::{Erasure, projections};

use StepResult::{Failed, Worked};

fn runbook() -> RunbookId {
    RunbookId::from(RUNBOOK)
}

/// The exercises that entries come to in a new ledger; checked against a replay as well.
fn exercises(entries: &[Entry]) -> Vec<Exercise> {
    let (_folder, mut ledger) = new_ledger();
    for entry in entries {
        append(&mut ledger, std::slice::from_ref(entry)).expect("appended");
    }
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    ledger.exercises_of(&runbook()).expect("readable")
}

fn only(entries: &[Entry]) -> Exercise {
    let mut all = exercises(entries);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn moved_to(date: &str) -> Facts {
    facts(date, &[("3a", Worked)])
}

#[test]
fn a_recorded_exercise_says_what_was_said() {
    let mut told = facts("2026-05-20", &[("3a", Worked), ("3c", Failed)]);
    told.note = "slow".to_owned();
    told.minutes = Some(7);
    told.incident = Some("INC-2026-05-20-001".to_owned());
    let exercise = only(&[entry_at("a", 5, &recorded(told, None))]);
    assert_eq!((exercise.id, exercise.version), (id("a"), id("a")));
    assert_eq!((exercise.kind, exercise.date), (ExerciseKind::Drill, day("2026-05-20")));
    assert_eq!((exercise.outcome, exercise.steps.len()), (Outcome::Partial, 2));
    assert_eq!(exercise.resolved_by, "Step 3c failed; Step 3a worked");
    assert_eq!((exercise.notes.as_str(), exercise.minutes), ("slow", Some(7)));
    assert_eq!(exercise.incident.as_deref(), Some("INC-2026-05-20-001"));
    assert_eq!((exercise.source, exercise.recorded_at), (Source::Ledger, Timestamp(5)));
    assert_eq!(exercise.actor.to_string(), "person:ana");
    assert_eq!((exercise.row, exercise.pending, exercise.conflict), (None, false, false));
}

#[test]
fn a_found_row_says_what_its_cells_say() {
    let exercise = only(&[entry_at("row", 0, &found(row("r1:a", "2026-05-20", "Step 3a")))]);
    assert_eq!((exercise.source, exercise.kind), (Source::File, ExerciseKind::Incident));
    assert_eq!((exercise.date, exercise.outcome), (day("2026-05-20"), Outcome::Worked));
    assert_eq!(exercise.steps, [StepOutcome { id: "3a".into(), result: Worked }]);
    assert_eq!(exercise.context, [("Release".to_owned(), "api".to_owned())]);
    assert_eq!((exercise.resolved_by.as_str(), exercise.notes.as_str()), ("Step 3a", ""));
    assert_eq!((exercise.row, exercise.pending), (Some("r1:a".into()), false));
}

#[test]
fn columns_may_say_why_and_how_long() {
    let mut told = row("r1:a", "2026-05-20", "");
    told.cells.push(("Kind".to_owned(), "drill".to_owned()));
    told.cells.push(("Minutes".to_owned(), "12".to_owned()));
    let exercise = only(&[entry_at("row", 0, &found(told))]);
    assert_eq!((exercise.kind, exercise.minutes), (ExerciseKind::Drill, Some(12)));
    assert_eq!(exercise.resolved_by, "", "nothing was written there");
}

#[test]
fn a_found_row_of_a_recorded_exercise_is_no_second_one() {
    let mine = row("r1:a", "2026-05-20", "Step 3a");
    let recorded = entry_at("a", 5, &recorded(moved_to("2026-05-20"), Some(mine.clone())));
    assert!(only(std::slice::from_ref(&recorded)).pending, "not in the file yet");
    let exercise = only(&[recorded.clone(), entry_at("row", 1, &found(mine))]);
    assert_eq!((exercise.id, exercise.pending), (id("a"), false));
    let other = row("r1:b", "2026-05-20", "Step 3a");
    assert_eq!(exercises(&[recorded, entry_at("row", 1, &found(other))]).len(), 2);
}

#[test]
fn a_row_is_pending_until_it_is_written_found_or_taken_back() {
    let mine = || Some(row("r1:a", "2026-05-20", "Step 3a"));
    let first = entry_at("a", 5, &recorded(moved_to("2026-05-20"), mine()));
    let pending = |more: &[Entry]| only(&[std::slice::from_ref(&first), more].concat()).pending;
    assert!(pending(&[]));
    assert!(pending(&[entry_at("w", 6, &written("a", "r1:other"))]));
    assert!(!pending(&[entry_at("w", 6, &written("a", "r1:a"))]));
    assert!(!pending(&[entry_at("r", 6, &retracted("a", "a mistake"))]));
    let second = Some(row("r1:b", "2026-05-21", "Step 3a"));
    let told = entry_at("b", 7, &amended("a", "a", Some(moved_to("2026-05-21")), second));
    assert!(pending(&[entry_at("w", 6, &written("a", "r1:a")), told.clone()]), "another row");
    assert!(!pending(&[told, entry_at("w", 8, &written("a", "r1:b"))]));
}

#[test]
fn a_row_that_comes_back_after_another_is_to_be_written_again() {
    let (a, b) = (row("r1:a", "2026-05-20", "Step 3a"), row("r1:b", "2026-05-21", "Step 3a"));
    let there_and_back = [
        entry_at("found", 1, &found(a.clone())),
        entry_at("a", 5, &recorded(moved_to("2026-05-20"), Some(a.clone()))),
        entry_at("w", 6, &written("a", "r1:a")),
        entry_at("b", 7, &amended("a", "a", Some(moved_to("2026-05-21")), Some(b))),
        entry_at("c", 8, &amended("a", "b", Some(moved_to("2026-05-20")), Some(a))),
    ];
    assert!(only(&there_and_back).pending);
    let again = entry_at("w2", 9, &written("a", "r1:a"));
    assert!(!only(&[&there_and_back[..], &[again]].concat()).pending);
}

#[test]
fn a_key_belongs_to_the_exercise_that_has_it_now() {
    let (_folder, mut ledger) = new_ledger();
    let mine = || Some(row("r1:a", "2026-05-20", "Step 3a"));
    append(
        &mut ledger,
        &[
            entry_at("a", 5, &recorded(moved_to("2026-05-20"), mine())),
            entry_at("r", 6, &retracted("a", "too early")),
            entry_at("b", 7, &recorded(moved_to("2026-05-20"), mine())),
        ],
    )
    .expect("appended");
    let keys = ledger.row_keys(&runbook()).expect("readable");
    assert_eq!(keys.get(&"r1:a".into()), Some(&id("b")));
}

#[test]
fn facts_without_a_row_are_told_by_themselves() {
    let mine = Some(row("r1:a", "2026-05-20", "Step 3a, after lunch"));
    let first = entry_at("a", 5, &recorded(moved_to("2026-05-20"), mine));
    assert_eq!(only(std::slice::from_ref(&first)).resolved_by, "Step 3a, after lunch");
    let told = amended("a", "a", Some(facts("2026-05-20", &[("3c", Failed)])), None);
    assert_eq!(only(&[first, entry_at("b", 6, &told)]).resolved_by, "Step 3c failed");
}

#[test]
fn pending_rows_are_listed_with_their_cells() {
    let (_folder, mut ledger) = new_ledger();
    let mine = row("r1:a", "2026-05-20", "Step 3a");
    append(&mut ledger, &[entry_at("a", 5, &recorded(moved_to("2026-05-20"), Some(mine.clone())))])
        .expect("appended");
    let pending = ledger.pending_rows().expect("readable");
    assert_eq!((pending.len(), &pending[0].row, pending[0].exercise.id), (1, &mine, id("a")));
    assert_eq!(ledger.row_of(id("a")).expect("readable"), Some(mine));
    append(&mut ledger, &[entry_at("w", 6, &written("a", "r1:a"))]).expect("appended");
    assert_eq!(ledger.pending_rows().expect("readable"), []);
}

#[test]
fn an_amended_exercise_is_told_as_told_last() {
    let first = entry_at("a", 5, &recorded(moved_to("2026-05-20"), None));
    let second = entry_at("b", 6, &amended("a", "a", Some(moved_to("2026-05-21")), None));
    let third = entry_at("c", 7, &amended("a", "b", Some(moved_to("2026-05-22")), None));
    let exercise = only(&[first, second, third]);
    assert_eq!((exercise.id, exercise.version), (id("a"), id("c")));
    assert_eq!((exercise.date, exercise.conflict), (day("2026-05-22"), false));
    assert_eq!(exercise.recorded_at, Timestamp(5), "it was recorded when it was");
}

#[test]
fn two_edits_of_one_version_are_a_conflict_until_somebody_settles_it() {
    let first = entry_at("a", 5, &recorded(moved_to("2026-05-20"), None));
    let here = entry_at("b", 6, &amended("a", "a", Some(moved_to("2026-05-21")), None));
    let there = entry_at("c", 7, &amended("a", "a", Some(moved_to("2026-05-22")), None));
    let exercise = only(&[first.clone(), there.clone(), here.clone()]);
    assert!(exercise.conflict);
    assert_eq!((exercise.version, exercise.date), (id("c"), day("2026-05-22")), "the later one");
    let settled = entry_at("d", 8, &amended("a", "c", Some(moved_to("2026-05-21")), None));
    let exercise = only(&[first, here, there, settled]);
    assert_eq!((exercise.conflict, exercise.date), (false, day("2026-05-21")));
}

#[test]
fn a_row_corrected_in_the_file_changes_what_the_row_says_and_no_more() {
    let mut told = moved_to("2026-05-20");
    told.note = "slow".to_owned();
    told.minutes = Some(7);
    told.context.push(("Ticket".to_owned(), "T-1".to_owned()));
    let first = entry_at("a", 5, &recorded(told, Some(row("r1:a", "2026-05-20", "Step 3a"))));
    let corrected = row("r1:b", "2026-05-21", "Step 3b (failed)");
    let exercise = only(&[first, entry_at("b", 6, &amended("a", "a", None, Some(corrected)))]);
    assert_eq!((exercise.date, exercise.outcome), (day("2026-05-21"), Outcome::Failed));
    assert_eq!(exercise.steps, [StepOutcome { id: "3b".into(), result: Failed }]);
    let context: Vec<&str> = exercise.context.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(context, ["api", "T-1"], "the cell wins, what has no cell stays");
    assert_eq!((exercise.notes.as_str(), exercise.minutes), ("slow", Some(7)));
    assert_eq!((exercise.row, exercise.pending), (Some("r1:b".into()), false));
}

#[test]
fn every_row_an_exercise_ever_had_is_that_exercise() {
    let (_folder, mut ledger) = new_ledger();
    let (old, new) = (row("r1:a", "2026-05-20", "Step 3a"), row("r1:b", "2026-05-21", "Step 3a"));
    append(
        &mut ledger,
        &[
            entry_at("row a", 1, &found(old)),
            entry_at("b", 6, &amended("row a", "row a", None, Some(new.clone()))),
            // Another machine saw the corrected row, and knew nothing of the other.
            entry_at("row b", 2, &found(new)),
        ],
    )
    .expect("appended");
    let exercises = ledger.exercises_of(&runbook()).expect("readable");
    assert_eq!(exercises.len(), 1, "{exercises:?}");
    assert_eq!((exercises[0].id, exercises[0].version), (id("row a"), id("b")));
    let keys = ledger.row_keys(&runbook()).expect("readable");
    assert_eq!(keys.len(), 2);
    assert!(keys.values().all(|exercise| *exercise == id("row a")));
}

#[test]
fn what_is_said_about_a_found_row_holds_for_the_exercise_it_turns_out_to_be() {
    let mine = row("r1:a", "2026-05-20", "Step 3a");
    let exercise = only(&[
        entry_at("row", 1, &found(mine.clone())),
        entry_at("b", 6, &amended("row", "row", Some(moved_to("2026-05-22")), None)),
        entry_at("a", 5, &recorded(moved_to("2026-05-20"), Some(mine))),
    ]);
    assert_eq!((exercise.id, exercise.version), (id("a"), id("b")));
    assert_eq!((exercise.date, exercise.conflict), (day("2026-05-22"), false));
}

#[test]
fn rows_corrected_in_a_circle_are_one_exercise() {
    let (a, b) = (row("r1:a", "2026-05-20", "Step 3a"), row("r1:b", "2026-05-21", "Step 3a"));
    let exercise = only(&[
        entry_at("row a", 1, &found(a.clone())),
        entry_at("row b", 2, &found(b.clone())),
        entry_at("x", 6, &amended("row a", "row a", None, Some(b))),
        entry_at("y", 7, &amended("row b", "row b", None, Some(a))),
    ]);
    assert_eq!(exercise.row, Some("r1:a".into()));
}

#[test]
fn a_retracted_exercise_stays_with_its_reason_and_takes_no_more_edits() {
    let first = entry_at("a", 5, &recorded(moved_to("2026-05-20"), None));
    let back = entry_at("r", 6, &retracted("a", "wrong cluster"));
    let exercise = only(&[first.clone(), back.clone(), entry_at("s", 7, &retracted("a", "again"))]);
    assert_eq!(exercise.retracted.as_deref(), Some("wrong cluster"));
    let late = entry_at("b", 7, &amended("a", "a", Some(moved_to("2026-05-21")), None));
    let exercise = only(&[first, back, late]);
    assert_eq!((exercise.date, exercise.conflict), (day("2026-05-20"), true));
}

#[test]
fn what_cannot_be_understood_is_kept_and_skipped() {
    let actor = Actor::scan();
    let raw = |name: &str, kind: &str, version, body: &str| {
        let at = Timestamp(9);
        Entry::new(id(name), kind, version, RUNBOOK, at, actor.clone(), body.to_owned())
    };
    let entries = [
        entry_at("a", 5, &recorded(moved_to("2026-05-20"), None)),
        raw("new kind", "exercise.dreamt", 1, "{}"),
        raw("new version", "exercise.recorded", 99, "{}"),
        raw("broken", "exercise.recorded", 1, "{\"facts\":"),
        raw("no object", "exercise.amended", 1, "7"),
        entry_at("nobody's", 6, &amended("nobody", "nobody", Some(moved_to("2026-05-21")), None)),
        entry_at("no one's", 7, &retracted("nobody", "x")),
        entry_at("none's", 8, &written("nobody", "r1:a")),
    ];
    let exercise = only(&entries);
    assert_eq!((exercise.id, exercise.conflict), (id("a"), false));
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &entries).expect("appended");
    assert_eq!(ledger.entries_of(RUNBOOK).expect("readable").len(), entries.len());
}

#[test]
fn replacing_an_erased_edit_is_no_conflict() {
    let (_folder, mut ledger) = new_ledger();
    append(
        &mut ledger,
        &[
            entry_at("a", 5, &recorded(moved_to("2026-05-20"), None)),
            entry_at("b", 6, &amended("a", "a", Some(moved_to("2026-05-21")), None)),
            entry_at("c", 7, &amended("a", "b", Some(moved_to("2026-05-22")), None)),
        ],
    )
    .expect("appended");
    let actor = Actor::scan();
    let by = Erasure { id: id("e"), at: Timestamp(8), actor, reason: "a name".to_owned() };
    ledger.transact(|tx| tx.erase_entry(id("b"), by)).expect("erased");
    let exercises = ledger.exercises_of(&runbook()).expect("readable");
    assert_eq!((exercises[0].date, exercises[0].conflict), (day("2026-05-22"), false));
}

#[test]
fn notes_are_open_until_resolved() {
    let (_folder, mut ledger) = new_ledger();
    let about_step = Event::NoteAdded(NoteAdded {
        step: Some("3a".into()),
        step_title: "Roll back".to_owned(),
        text: "the flag is gone".to_owned(),
    });
    let resolved = |of: &str, reason: &str| {
        Event::NoteResolved(NoteResolved { note: id(of), reason: reason.to_owned() })
    };
    append(
        &mut ledger,
        &[
            entry_at("a", 5, &about_step),
            entry_at("b", 6, &note("open")),
            entry_about("other", "c", 1, &note("elsewhere")),
            entry_at("d", 7, &resolved("a", "mended")),
            entry_at("e", 8, &resolved("a", "again")),
            entry_at("f", 9, &resolved("c", "of another runbook")),
        ],
    )
    .expect("appended");
    let notes = ledger.notes_of(&runbook()).expect("readable");
    assert_eq!(notes.len(), 2);
    assert_eq!(
        (notes[0].step.as_ref(), notes[0].step_title.as_str()),
        (Some(&"3a".into()), "Roll back")
    );
    let resolution = notes[0].resolved.as_ref().expect("resolved");
    assert_eq!((resolution.reason.as_str(), resolution.at), ("mended", Timestamp(7)));
    let open: Vec<EntryId> =
        ledger.open_notes().expect("readable").iter().map(|note| note.id).collect();
    assert_eq!(open, [id("c"), id("b")], "oldest first");
    assert_eq!(ledger.note(id("a")).expect("readable").as_ref(), Some(&notes[0]));
}

#[test]
fn moves_are_told_in_the_order_they_happened() {
    let (_folder, mut ledger) = new_ledger();
    let moved = |from: &str, to: &str, seen| {
        Event::RunbookMoved(RunbookMoved { from: from.into(), to: to.into(), seen })
    };
    append(
        &mut ledger,
        &[
            entry_at("late", 9, &moved("b", "c", MoveSeen::Git)),
            entry_about("other", "other", 5, &moved("x", "y", MoveSeen::Hand)),
            entry_at("early", 1, &moved("a", "b", MoveSeen::FrontMatter)),
        ],
    )
    .expect("appended");
    let told: Vec<String> = ledger
        .moves()
        .expect("readable")
        .iter()
        .map(|it| format!("{}: {} {} {:?}", it.runbook, it.from, it.to, it.seen))
        .collect();
    let own = format!("{RUNBOOK}: a b FrontMatter");
    assert_eq!(told, [own, "other: x y Hand".into(), format!("{RUNBOOK}: b c Git")]);
}

#[test]
fn prints_come_with_their_exercise_and_survive_its_edits() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 5, &recorded(moved_to("2026-05-20"), None))])
        .expect("appended");
    let prints = [StepPrint { id: "3a".into(), title: "T".to_owned(), print: Default::default() }];
    ledger.transact(|tx| tx.set_prints(id("a"), "sha", Some(&prints))).expect("written");
    append(
        &mut ledger,
        &[entry_at("b", 6, &amended("a", "a", Some(moved_to("2026-05-21")), None))],
    )
    .expect("appended");
    let of = |ledger: &Ledger| ledger.exercise(id("a")).expect("readable").expect("there").prints;
    assert_eq!(of(&ledger).as_deref(), Some(&prints[..]));
    ledger.transact(|tx| tx.set_prints(id("a"), "unknown", None)).expect("written");
    assert_eq!(of(&ledger), None);
    let sources = ledger.print_sources().expect("readable");
    assert_eq!(sources.get(&id("a")).map(String::as_str), Some("unknown"));
}

#[test]
fn work_that_reads_what_it_appends_can_project_before_the_end() {
    let (_folder, mut ledger) = new_ledger();
    let seen = ledger.transact::<_, LedgerError>(|tx| {
        tx.append(&entry_at("a", 5, &recorded(moved_to("2026-05-20"), None)))?;
        let before = tx.exercises_of(&runbook())?.len();
        tx.project()?;
        Ok((before, tx.exercises_of(&runbook())?.len()))
    });
    assert_eq!(seen.expect("written"), (0, 1));
}

/// A history with everything in it: edits, conflicts, aliases, notes.
fn history() -> Vec<Entry> {
    let (a, b, c) = (
        row("r1:a", "2026-05-20", "Step 3a"),
        row("r1:b", "2026-05-21", "Step 3b (failed)"),
        row("r1:c", "2026-05-22", "Step 1"),
    );
    vec![
        entry_at("row a", 1, &found(a.clone())),
        entry_at("row b", 1, &found(b.clone())),
        entry_at("row c", 1, &found(c.clone())),
        entry_at("rec", 5, &recorded(moved_to("2026-05-20"), Some(a))),
        entry_at("edit", 6, &amended("rec", "rec", None, Some(b))),
        entry_at("edit 2", 6, &amended("row a", "rec", Some(moved_to("2026-05-23")), None)),
        entry_at("edit 3", 6, &amended("row c", "row c", Some(moved_to("2026-05-24")), None)),
        entry_at("back", 6, &retracted("row c", "no")),
        entry_at("rec 2", 5, &recorded(moved_to("2026-06-01"), Some(c))),
        entry_at("wrote", 7, &written("rec 2", "r1:c")),
        entry_at("note", 7, &note("x")),
    ]
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let mut canonical = history();
    canonical.sort_by_key(|entry| (entry.recorded_at, entry.id));
    let expected = projections::fold(RUNBOOK, &canonical);
    let mut entries = history();
    // Different orders, each by a rule: as a generator of all of them would take for ever.
    for round in 0..24_usize {
        let length = entries.len();
        entries.rotate_left(round % length);
        entries.swap(round % length, (round * 7 + 3) % length);
        let (_folder, mut ledger) = new_ledger();
        for entry in &entries {
            append(&mut ledger, std::slice::from_ref(entry)).expect("appended");
        }
        assert_eq!(ledger.projected(RUNBOOK).expect("readable"), expected, "round {round}");
        assert_eq!(ledger.verify(None).expect("readable").problems, []);
        ledger.rebuild().expect("rebuilt");
        assert_eq!(ledger.projected(RUNBOOK).expect("readable"), expected, "rebuilt {round}");
    }
}
