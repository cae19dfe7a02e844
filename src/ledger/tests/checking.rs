//! What verifying notices.

use rusqlite::Connection;

use super::*;
use crate::ledger::{FILE_NAME, Problem};

/// A ledger with three notes and a kept text, closed; its folder, and its head.
fn kept() -> (TempDir, Hash) {
    let (folder, mut ledger) = new_ledger();
    for (at, name) in ["first", "second", "third"].into_iter().enumerate() {
        append(&mut ledger, &[entry_at(name, at as i64, &note(&format!("the {name} note")))])
            .expect("appended");
    }
    ledger.transact::<_, LedgerError>(|tx| tx.put_blob(b"# A text\n")).expect("kept");
    let report = ledger.verify(None).expect("readable");
    assert_eq!(report.problems, []);
    assert_eq!((report.entries, report.head_seq, report.blobs, report.erased), (3, 3, 1, 0));
    let head = head_hash(&ledger);
    assert_eq!(report.head_hash, head);
    (folder, head)
}

fn problems(folder: &TempDir) -> Vec<Problem> {
    let ledger = Ledger::open(folder.path()).expect("opens");
    ledger.verify(None).expect("readable").problems
}

/// Changes the database as somebody would who gets around the triggers, and puts these back.
fn tamper(folder: &TempDir, sql: &str) {
    let raw = Connection::open(folder.path().join(FILE_NAME)).expect("opens");
    let triggers: Vec<(String, String)> = raw
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut statement| {
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .expect("readable");
    for (name, _) in &triggers {
        raw.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
    }
    raw.execute_batch(sql).expect(sql);
    for (_, sql) in &triggers {
        raw.execute_batch(sql).expect("put back");
    }
}

#[test]
fn a_flipped_byte_in_the_file_is_named_with_its_entry() {
    let (folder, _) = kept();
    let path = folder.path().join(FILE_NAME);
    let mut bytes = std::fs::read(&path).expect("readable");
    let needle = b"the second note";
    let places: Vec<usize> =
        (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
    // The body and the projection.
    assert_eq!(places.len(), 2);
    for place in places {
        bytes[place] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        let found = problems(&folder);
        assert!(!found.is_empty(), "the byte at {place}");
        let body = found.iter().any(|it| it.entry == Some(id("second")) && it.seq == Some(2));
        let projection = found.iter().any(|it| it.what.contains(RUNBOOK));
        assert!(body || projection, "{found:?}");
        bytes[place] ^= 1;
    }
    std::fs::write(&path, &bytes).expect("written");
    assert_eq!(problems(&folder), []);
}

#[test]
fn every_change_of_history_is_found() {
    let check = |sql: &str, what: &str| {
        let (folder, _) = kept();
        tamper(&folder, sql);
        let found = problems(&folder);
        assert!(found.iter().any(|it| it.what.contains(what)), "{sql}: {found:?}");
    };
    check("UPDATE entries SET actor = 'person:eve' WHERE recorded_at = 1", "digest");
    check("UPDATE entries SET recorded_at = 9 WHERE recorded_at = 1", "digest");
    check("UPDATE entries SET actor = '' || x'00'", "cannot be read");
    check("UPDATE entries SET body = '{}' WHERE recorded_at = 1", "body");
    check("UPDATE entries SET body = NULL WHERE recorded_at = 1", "no entry says");
    check("UPDATE chain SET hash = zeroblob(32) WHERE seq = 2", "chain does not lead");
    check("UPDATE chain SET seq = 9 WHERE seq = 3", "jumps from 2 to 9");
    check("DELETE FROM chain WHERE seq = 2", "not in the chain");
    check("PRAGMA foreign_keys = OFF; DELETE FROM entries WHERE recorded_at = 1", "missing");
    check("UPDATE blobs SET bytes = x'0000'", "hash says");
    check("UPDATE blobs SET bytes = NULL", "was not erased");
    check("UPDATE notes SET text = 'other'", "is not what its entries say");
    check("DELETE FROM notes", "is not what its entries say");
    check(
        "INSERT INTO moves VALUES (zeroblob(16), 'nobody', 'a', 'b', 'hand', 0)",
        "is not what its entries say",
    );
    check("DROP INDEX entries_by_kind", "`entries_by_kind` is missing");
}

#[test]
fn a_missing_trigger_is_found() {
    let (folder, _) = kept();
    let raw = Connection::open(folder.path().join(FILE_NAME)).expect("opens");
    raw.execute_batch("DROP TRIGGER entries_are_not_updated").expect("dropped");
    drop(raw);
    assert!(problems(&folder).iter().any(|it| it.what.contains("entries_are_not_updated")));
}

#[test]
fn an_actor_that_is_not_written_as_we_write_it_is_found() {
    let (folder, _) = kept();
    // The digest of what is read would be right; of what is stored it is not.
    tamper(&folder, "UPDATE entries SET actor = 'ana' WHERE recorded_at = 1");
    let found = problems(&folder);
    assert!(found.iter().any(|it| it.seq == Some(2)), "{found:?}");
}

#[test]
fn an_expected_head_may_lie_behind_but_not_beside() {
    let (folder, head) = kept();
    let mut ledger = Ledger::open(folder.path()).expect("opens");
    append(&mut ledger, &[entry_at("fourth", 4, &note("x"))]).expect("appended");
    let check = |expected: Hash, clean: bool| {
        assert_eq!(ledger.verify(Some(expected)).expect("readable").is_clean(), clean);
    };
    check(head, true);
    check(head_hash(&ledger), true);
    check(Hash::ZERO, true);
    check(Hash::of(b"another chain"), false);
}

#[test]
fn rebuilding_mends_projections() {
    let (folder, _) = kept();
    tamper(&folder, "DELETE FROM notes; INSERT INTO exercise_keys VALUES ('x', 'y', zeroblob(16))");
    let mut ledger = Ledger::open(folder.path()).expect("opens");
    assert!(!ledger.verify(None).expect("readable").is_clean());
    ledger.rebuild().expect("rebuilt");
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    assert_eq!(ledger.open_notes().expect("readable").len(), 3);
}
