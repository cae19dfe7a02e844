//! Counts of use: what is kept of them, and that a replay gives the same.

use super::*;
use crate::domain::event::{Opened, UsageCounted};

/// An entry of a node about a day: so often opened, so often from an alert, and one step.
fn counted(node: &str, on: &str, times: u32, from_alerts: u32) -> Entry {
    let runbook = RUNBOOK.into();
    let opened = vec![
        Opened { runbook, step: None, times, from_alerts },
        Opened { runbook: RUNBOOK.into(), step: Some("3a".into()), times, from_alerts },
        Opened { runbook: "disk".into(), step: None, times, from_alerts: 0 },
    ];
    let body = UsageCounted { node: node.into(), day: day(on), opened };
    let (subject, at) = (UsageCounted::subject(node), body.recorded_at().0);
    let name = format!("{node} {on} {times}");
    entry_about(&subject, &name, at, &Event::UsageCounted(body))
}

fn from_alerts(ledger: &Ledger, after: &str, until: &str) -> Vec<(String, u64)> {
    let read = ledger.opened_from_alerts(day(after), day(until)).expect("a ledger");
    read.into_iter().map(|(runbook, times)| (runbook.to_string(), times)).collect()
}

#[test]
fn openings_of_all_nodes_are_added_up_between_two_days() {
    let (_folder, mut ledger) = new_ledger();
    let all = [
        counted("a", "2026-06-01", 9, 1),
        counted("a", "2026-06-02", 9, 2),
        // Another machine of the same name.
        counted("a", "2026-06-02", 8, 4),
        counted("b", "2026-06-03", 9, 8),
    ];
    append(&mut ledger, &all).expect("appended");
    let of = |times| vec![(RUNBOOK.to_owned(), times)];
    assert_eq!(from_alerts(&ledger, "2026-05-31", "2026-06-03"), of(15));
    assert_eq!(from_alerts(&ledger, "2026-06-01", "2026-06-02"), of(6));
    assert_eq!(from_alerts(&ledger, "2026-06-03", "2026-06-09"), []);
    ledger.rebuild().expect("a rebuild");
    assert_eq!(from_alerts(&ledger, "2026-05-31", "2026-06-03"), of(15));
    assert!(ledger.verify(None).expect("a report").is_clean());
    // A row that no entry tells of is found.
    let conn = ledger.conn().expect("a connection");
    conn.execute("UPDATE usage SET from_alerts = 7 WHERE day = '2026-06-03'", [])
        .expect("a change");
    let problems = ledger.verify(None).expect("a report").problems;
    assert!(problems.iter().any(|it| it.what.contains("`node:b`")), "{problems:?}");
}

#[test]
fn a_day_is_known_to_be_written_by_its_node_and_moment() {
    let (_folder, mut ledger) = new_ledger();
    let first = counted("a", "2026-06-01", 9, 1);
    append(&mut ledger, std::slice::from_ref(&first)).expect("appended");
    let known =
        |node: &str, at: i64| ledger.is_usage_counted(node, Timestamp(at)).expect("a ledger");
    let at = first.recorded_at.0;
    assert!(known("a", at) && !known("b", at) && !known("a", at + 86_400_000));
}

#[test]
fn a_runbook_that_is_called_like_a_node_keeps_what_is_its_own() {
    let (_folder, mut ledger) = new_ledger();
    let subject = UsageCounted::subject("a");
    let said = entry_about(&subject, "note", 5, &note("mind the inodes"));
    append(&mut ledger, &[said, counted("a", "2026-06-01", 9, 1)]).expect("appended");
    assert_eq!(ledger.notes_of(&subject.as_str().into()).expect("notes").len(), 1);
    assert_eq!(from_alerts(&ledger, "2026-05-31", "2026-06-01"), [(RUNBOOK.to_owned(), 1)]);
    assert!(ledger.verify(None).expect("a report").is_clean());
}
