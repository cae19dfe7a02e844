//! What the entries of an incident come to, whoever wrote them and in whatever order they came.

use std::collections::BTreeMap;

use super::*;
use crate::domain::event::{
    IncidentFieldSet, IncidentNoted, IncidentOpened, IncidentReopened, IncidentRoleSet,
    IncidentRunbookUsed, IncidentStatusChanged, IncidentTimeSet,
};
use crate::domain::id::IncidentId;
use crate::domain::incident::{
    Field, Happening, Incident, Moment, Role, Severity, Status, TimeName, TimeTold,
};
use crate::ledger::Erasure;

fn incident_id() -> IncidentId {
    IncidentId::new(id("opened"))
}

fn about(name: &str, at: i64, event: &Event) -> Entry {
    entry_about(&incident_id().to_string(), name, at, event)
}

fn opened(at: i64) -> Entry {
    let body = IncidentOpened {
        label: "INC-2026-06-01-001".into(),
        title: "checkout".to_owned(),
        severity: Severity::ALL[2],
        times: BTreeMap::new(),
        services: Vec::new(),
        context: Vec::new(),
        links: Vec::new(),
        detection: String::new(),
        roles: BTreeMap::new(),
    };
    about("opened", at, &Event::IncidentOpened(body))
}

fn set(to: Field, replaces: EntryId) -> Event {
    Event::IncidentFieldSet(IncidentFieldSet { to, replaces, reason: String::new() })
}

fn title(to: &str, replaces: &str) -> Event {
    set(Field::Title(to.to_owned()), id(replaces))
}

fn status(to: Status, at: i64, replaces: EntryId) -> Event {
    let (at, duplicate_of, reason) = (Timestamp(at), None, String::new());
    Event::IncidentStatusChanged(IncidentStatusChanged { to, at, replaces, duplicate_of, reason })
}

fn reopened(at: i64, replaces: EntryId) -> Event {
    let reason = "it came back".to_owned();
    Event::IncidentReopened(IncidentReopened { at: Timestamp(at), replaces, reason })
}

fn time(name: TimeName, at: i64, replaces: EntryId) -> Event {
    let told = TimeTold { moment: Moment::At(Timestamp(at)), ..TimeTold::default() };
    Event::IncidentTimeSet(IncidentTimeSet { time: name, told, replaces })
}

fn noted(text: &str, at: i64) -> Event {
    Event::IncidentNoted(IncidentNoted {
        at: Timestamp(at),
        text: text.to_owned(),
        author: String::new(),
        link: String::new(),
        source: String::new(),
        judged: None,
    })
}

/// What entries come to in a new ledger; checked against a replay as well.
fn incident(entries: &[Entry]) -> Incident {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, entries).expect("appended");
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    ledger.incident(incident_id()).expect("readable").expect("an incident")
}

#[test]
fn the_first_mitigated_time_and_the_last_resolved_one_stay() {
    let told = [
        opened(1),
        about("m", 2, &status(Status::Mitigated, 20, id("opened"))),
        about("r", 3, &status(Status::Resolved, 30, id("m"))),
        about("o", 4, &reopened(40, id("r"))),
        about("m2", 5, &status(Status::Mitigated, 50, id("o"))),
        about("r2", 6, &status(Status::Resolved, 60, id("m2"))),
    ];
    let at = |told: &[Entry], name| incident(told).time(name).known();
    assert_eq!(at(&told, TimeName::Mitigated), Some(Timestamp(20)));
    assert_eq!(at(&told, TimeName::Resolved), Some(Timestamp(60)));
    assert_eq!(at(&told[..5], TimeName::Resolved), Some(Timestamp(30)), "until it is over again");
    let incident = incident(&told);
    assert_eq!((incident.reopened, incident.status.value), (1, Status::Resolved));
    assert_eq!(incident.conflicts(), Vec::<String>::new());
}

#[test]
fn a_time_told_by_hand_is_not_overwritten_by_a_status() {
    let told = [
        opened(1),
        about("t", 2, &time(TimeName::Resolved, 25, id("opened"))),
        about("r", 3, &status(Status::Resolved, 30, id("opened"))),
    ];
    assert_eq!(incident(&told).time(TimeName::Resolved).known(), Some(Timestamp(25)));
}

#[test]
fn edits_that_did_not_know_of_each_other_are_a_conflict_until_somebody_decides() {
    let mut told = vec![
        opened(1),
        about("a", 2, &title("checkout is down", "opened")),
        about("b", 3, &title("payments are down", "opened")),
    ];
    let met = incident(&told);
    assert_eq!((met.title.value.as_str(), met.title.conflict), ("payments are down", true));
    assert_eq!(met.conflicts(), ["title"]);
    told.push(about("c", 4, &title("both are down", "b")));
    assert_eq!(incident(&told).conflicts(), Vec::<String>::new());
}

#[test]
fn a_slow_clock_does_not_turn_two_edits_around() {
    let told = [
        opened(5),
        about("a", 9, &title("first", "opened")),
        about("b", 2, &title("second", "a")),
        about("m", 9, &status(Status::Mitigated, 20, id("opened"))),
        about("r", 3, &status(Status::Resolved, 30, id("m"))),
    ];
    let incident = incident(&told);
    assert_eq!((incident.title.value.as_str(), incident.title.conflict), ("second", false));
    assert_eq!((incident.status.value, incident.status.conflict), (Status::Resolved, false));
}

#[test]
fn entries_that_replace_each_other_in_a_circle_are_told_all_the_same() {
    let told = [opened(1), about("a", 2, &title("one", "b")), about("b", 3, &title("two", "a"))];
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &told).expect("appended");
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    let timeline = ledger.timeline_of(incident_id()).expect("readable");
    assert_eq!(timeline.len(), 3, "nothing is left out");
    assert!(timeline.iter().any(|item| item.conflict), "{timeline:?}");
}

#[test]
fn an_erased_note_leaves_a_line_and_nothing_of_what_it_said() {
    let (_folder, mut ledger) = new_ledger();
    let told = [opened(1), about("n", 2, &noted("the password is hunter2", 2))];
    append(&mut ledger, &told).expect("appended");
    let by = Erasure {
        id: id("erasure"),
        at: Timestamp(3),
        actor: Actor::scan(),
        reason: "a password".to_owned(),
    };
    ledger.transact(|tx| tx.erase_entry(id("n"), by)).expect("erased");
    let timeline = ledger.timeline_of(incident_id()).expect("readable");
    let last = timeline.last().expect("a line");
    assert_eq!(last.what, Happening::Erased { was: "incident.noted".to_owned() });
    assert_eq!((last.id, timeline.len()), (id("n"), 2));
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
}

#[test]
fn an_erased_opening_leaves_the_incident_with_what_came_after() {
    let (_folder, mut ledger) = new_ledger();
    let told = [opened(1), about("a", 2, &title("checkout is down", "opened"))];
    append(&mut ledger, &told).expect("appended");
    let by = Erasure {
        id: id("erasure"),
        at: Timestamp(3),
        actor: Actor::scan(),
        reason: "a name".to_owned(),
    };
    ledger.transact(|tx| tx.erase_entry(id("opened"), by)).expect("erased");
    let incident = ledger.incident(incident_id()).expect("readable").expect("an incident");
    assert!(incident.erased && !incident.title.conflict);
    assert_eq!(incident.title.value, "checkout is down");
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
}

#[test]
fn what_begins_elsewhere_is_shown_when_its_opening_arrives() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[about("n", 2, &noted("early", 2))]).expect("appended");
    assert_eq!(ledger.incidents().expect("readable"), []);
    append(&mut ledger, &[opened(1)]).expect("appended");
    assert_eq!(ledger.timeline_of(incident_id()).expect("readable").len(), 2);
}

/// An edit by somebody who knows of `seen`, legal or not.
fn any_event(dice: &mut Dice, seen: &[EntryId], now: i64) -> Event {
    let replaces = dice.pick(seen);
    let word = dice.pick(&["a", "b", "c", "d"]).to_owned();
    match dice.below(10) {
        0 => set(Field::Title(word), replaces),
        1 => set(Field::Severity(dice.pick(&Severity::ALL)), replaces),
        2 => set(Field::Services(vec![word]), replaces),
        3 => {
            let name = dice.pick(&["release", "region"]).to_owned();
            set(Field::Context { name, value: word }, replaces)
        }
        4 => time(dice.pick(&TimeName::ALL), now, replaces),
        5 | 6 => status(dice.pick(&Status::ALL), now, replaces),
        7 => reopened(now, replaces),
        8 => Event::IncidentRoleSet(IncidentRoleSet {
            role: dice.pick(&Role::ALL),
            people: vec![word],
            at: Timestamp(now),
            replaces,
        }),
        _ if dice.below(2) == 0 => noted(&word, now),
        _ => Event::IncidentRunbookUsed(IncidentRunbookUsed {
            runbook: RUNBOOK.into(),
            step: None,
            step_title: String::new(),
            at: Timestamp(now),
            exercise: None,
            run: None,
            note: String::new(),
        }),
    }
}

#[test]
fn any_sequence_in_any_interleaving_of_two_writers_gives_equal_rows() {
    for seed in 1..60 {
        let entry =
            |step: i64, now: i64, event: &Event| about(&format!("{seed}.{step}"), now, event);
        let ((_one, mut in_order), (_other, shuffled)) =
            interleaved(&mut Dice::new(seed), opened(100), entry, any_event);
        let subject = incident_id().to_string();
        let rows = |ledger: &Ledger| ledger.projected_incident(&subject).expect("readable");
        assert!(rows(&in_order).is_some());
        assert_eq!(rows(&in_order), rows(&shuffled), "seed {seed}");
        in_order.rebuild().expect("rebuilt");
        assert_eq!(rows(&in_order), rows(&shuffled), "seed {seed}, replayed");
        assert_eq!(shuffled.verify(None).expect("readable").problems, []);
    }
}
