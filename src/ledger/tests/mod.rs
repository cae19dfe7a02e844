//! Tests of the ledger, each on a folder of its own.

mod checking;
mod erasing;
mod exchanging;
mod incidents;
mod keeping;
mod postmortems;
mod projecting;
mod running;
mod usage;
mod writing;

use chrono::NaiveDate;
use tempfile::TempDir;

use super::{Appended, Ledger, LedgerError};
use crate::dice::Dice;
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{
    Event, ExerciseAmended, ExerciseFound, ExerciseRecorded, ExerciseRetracted, Facts, NoteAdded,
    Row, RowWritten,
};
use crate::domain::exercise::{ExerciseKind, Outcome, StepOutcome, StepResult};
use crate::domain::id::{EntryId, Hash, RowKey};

/// The runbook most tests are about.
const RUNBOOK: &str = "rollback/code-rollback-helm";

/// A new ledger; the folder lives as long as the first value.
fn new_ledger() -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ledger = Ledger::open(folder.path()).expect("a new ledger");
    (folder, ledger)
}

/// The id of the entry called `name`.
fn id(name: &str) -> EntryId {
    EntryId::derived(&["test", name])
}

/// An entry called `name`, written at `at` by a person.
fn entry_at(name: &str, at: i64, event: &Event) -> Entry {
    entry_about(RUNBOOK, name, at, event)
}

fn entry_about(subject: &str, name: &str, at: i64, event: &Event) -> Entry {
    let actor = Actor::parse("person:ana").expect("an actor");
    let body = event.to_json().expect("a body");
    Entry::new(id(name), event.kind(), event.version(), subject, Timestamp(at), actor, body)
}

fn note(text: &str) -> Event {
    Event::NoteAdded(NoteAdded { step: None, step_title: String::new(), text: text.to_owned() })
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn facts(date: &str, steps: &[(&str, StepResult)]) -> Facts {
    let steps: Vec<_> = steps
        .iter()
        .map(|(id, result)| StepOutcome { id: (*id).into(), result: *result })
        .collect();
    Facts {
        happened_on: day(date),
        offset: "+00:00".to_owned(),
        kind: ExerciseKind::Drill,
        outcome: Outcome::of_steps(&steps).unwrap_or(Outcome::Worked),
        steps,
        context: vec![("Release".to_owned(), "ingress-nginx".to_owned())],
        note: String::new(),
        minutes: None,
        incident: None,
    }
}

/// A row whose key is `key`.
fn row(key: &str, date: &str, resolved_by: &str) -> Row {
    let cells = vec![
        ("Date".to_owned(), date.to_owned()),
        ("Release".to_owned(), "api".to_owned()),
        ("Resolved by".to_owned(), resolved_by.to_owned()),
    ];
    Row { key: key.into(), date: day(date), cells, occurrence: 0 }
}

fn recorded(facts: Facts, row: Option<Row>) -> Event {
    Event::ExerciseRecorded(ExerciseRecorded { facts, text: None, row })
}

fn found(row: Row) -> Event {
    Event::ExerciseFound(ExerciseFound { row })
}

fn amended(of: &str, replaces: &str, facts: Option<Facts>, row: Option<Row>) -> Event {
    let reason = "told differently".to_owned();
    let (exercise, replaces) = (id(of), id(replaces));
    Event::ExerciseAmended(ExerciseAmended { exercise, replaces, reason, facts, row })
}

fn retracted(of: &str, reason: &str) -> Event {
    Event::ExerciseRetracted(ExerciseRetracted { exercise: id(of), reason: reason.to_owned() })
}

fn written(of: &str, key: &str) -> Event {
    Event::RowWritten(RowWritten { exercise: id(of), key: RowKey::from(key) })
}

/// Appends entries in one transaction.
fn append(ledger: &mut Ledger, entries: &[Entry]) -> Result<Vec<Appended>, LedgerError> {
    ledger.transact(|tx| entries.iter().map(|entry| tx.append(entry)).collect())
}

/// A ledger with the folder it stands in.
type Kept = (TempDir, Ledger);

/// Two ledgers with the entries of two writers who know of each other now and then: as they were
/// written, and in any order of arrival.
fn interleaved(
    dice: &mut Dice,
    first: Entry,
    about: impl Fn(i64, i64, &Event) -> Entry,
    any_event: impl Fn(&mut Dice, &[EntryId], i64) -> Event,
) -> (Kept, Kept) {
    let mut seen = [vec![first.id], vec![first.id]];
    let mut told = vec![first];
    for step in 0..40 {
        let writer = dice.below(2);
        if dice.below(4) == 0 {
            seen[writer] = told.iter().map(|entry| entry.id).collect();
        }
        // The second writer's clock is slow, and sometimes several edits share a moment.
        let now = 100 + step / 2 - if writer == 1 { 7 } else { 0 };
        let event = any_event(dice, &seen[writer], now);
        let entry = about(step, now, &event);
        seen[writer].push(entry.id);
        told.push(entry);
    }
    let (one, mut in_order) = new_ledger();
    for entry in &told {
        append(&mut in_order, std::slice::from_ref(entry)).expect("appended");
    }
    for at in (1..told.len()).rev() {
        told.swap(at, dice.below(at + 1));
    }
    let (other, mut shuffled) = new_ledger();
    let (first, second) = told.split_at(dice.below(told.len()));
    append(&mut shuffled, first).expect("appended");
    append(&mut shuffled, second).expect("appended");
    ((one, in_order), (other, shuffled))
}

/// The hash of the chain's last link.
fn head_hash(ledger: &Ledger) -> Hash {
    ledger.head().expect("readable").map_or(Hash::ZERO, |(_, hash)| hash)
}
