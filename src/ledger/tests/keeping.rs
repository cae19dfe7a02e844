//! Backups, and putting them back.

use std::path::PathBuf;

use super::*;
use crate::ledger::{FILE_NAME, RestoreOptions};

const NOW: RestoreOptions = RestoreOptions { force: false, now_ms: 1234 };

/// A ledger with one note, and a backup of it beside the store.
fn backed_up() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, copy) = (folder.path().join("store"), folder.path().join("copy.db"));
    let mut ledger = Ledger::open(&store).expect("opens");
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    ledger.transact(|tx| tx.set_meta("index.pointer", "7")).expect("written");
    let report = ledger.backup(&copy).expect("backed up");
    assert_eq!((report.entries, report.problems.len()), (1, 0));
    (folder, store, copy)
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_one_file_and_restores_on_a_new_machine() {
    let (folder, store, copy) = backed_up();
    assert_eq!(names(&folder), ["copy.db", "store"], "nothing else is left");
    let head = head_hash(&Ledger::open(&store).expect("opens"));
    let elsewhere = folder.path().join("new/store");
    let restored = Ledger::restore(&elsewhere, &copy, NOW).expect("restored");
    assert_eq!((restored.kept_aside, restored.missing), (None, Some(0)));
    let ledger = Ledger::open(&elsewhere).expect("opens");
    assert_eq!(head_hash(&ledger), head);
    assert_eq!(ledger.verify(Some(head)).expect("readable").problems, []);
    assert_eq!(ledger.meta("index.pointer").expect("readable"), None);
}

#[test]
fn a_backup_takes_the_place_of_an_older_one() {
    let (_folder, store, copy) = backed_up();
    let mut ledger = Ledger::open(&store).expect("opens");
    append(&mut ledger, &[entry_at("b", 2, &note("two"))]).expect("appended");
    assert_eq!(ledger.backup(&copy).expect("backed up").entries, 2);
    let outcome = ledger.backup(&store.join(FILE_NAME));
    assert!(matches!(outcome, Err(LedgerError::Invalid(_))), "never over the ledger itself");
}

#[test]
fn restoring_what_would_lose_entries_needs_force_and_keeps_them_aside() {
    let (_folder, store, copy) = backed_up();
    let mut ledger = Ledger::open(&store).expect("opens");
    append(&mut ledger, &[entry_at("b", 2, &note("two"))]).expect("appended");
    drop(ledger);
    let outcome = Ledger::restore(&store, &copy, NOW);
    assert!(
        matches!(outcome, Err(LedgerError::WouldLose { missing: 1, first }) if first == id("b")),
        "{outcome:?}"
    );
    assert_eq!(Ledger::open(&store).expect("opens").entries(0, 9).expect("readable").len(), 2);

    let force = RestoreOptions { force: true, ..NOW };
    let restored = Ledger::restore(&store, &copy, force).expect("restored");
    assert_eq!(restored.missing, Some(1));
    assert_eq!(Ledger::open(&store).expect("opens").entries(0, 9).expect("readable").len(), 1);
    let aside = restored.kept_aside.expect("kept");
    assert!(aside.ends_with("ledger.db.before-restore-1234"));
    let restored = Ledger::restore(&store, &aside, RestoreOptions { now_ms: 5678, ..NOW });
    assert_eq!(restored.expect("and back").missing, Some(0));
    assert_eq!(Ledger::open(&store).expect("opens").entries(0, 9).expect("readable").len(), 2);
}

#[test]
fn nobody_may_have_the_ledger_open_while_it_is_restored() {
    let (_folder, store, copy) = backed_up();
    let ledger = Ledger::open(&store).expect("opens");
    let outcome = Ledger::restore(&store, &copy, NOW);
    assert!(matches!(outcome, Err(LedgerError::InUse { .. })), "{outcome:?}");
    drop(ledger);
    Ledger::restore(&store, &copy, NOW).expect("restored");
}

#[test]
fn a_damaged_ledger_is_restored_and_kept_with_its_log() {
    let (_folder, store, copy) = backed_up();
    let path = store.join(FILE_NAME);
    std::fs::write(&path, "nonsense".repeat(1000)).expect("written");
    std::fs::write(store.join("ledger.db-wal"), "a log").expect("written");
    assert!(matches!(Ledger::open(&store), Err(LedgerError::Damaged(_))));
    let restored = Ledger::restore(&store, &copy, NOW).expect("restored");
    assert_eq!(restored.missing, None, "it could not be asked");
    let aside = restored.kept_aside.expect("kept");
    assert!(std::fs::read(&aside).expect("there").starts_with(b"nonsense"));
    assert!(Ledger::open(&store).expect("opens").verify(None).expect("readable").is_clean());
}

#[test]
fn a_damaged_backup_or_no_backup_is_refused_and_nothing_changes() {
    let (folder, store, copy) = backed_up();
    let mut bytes = std::fs::read(&copy).expect("readable");
    let at = bytes.windows(3).position(|window| window == b"one").expect("the note");
    bytes[at] ^= 1;
    let check = |content: &[u8]| {
        let bad = folder.path().join("bad.db");
        std::fs::write(&bad, content).expect("written");
        let error = Ledger::restore(&store, &bad, NOW).expect_err("refused");
        assert!(matches!(error, LedgerError::Damaged(_)), "{error:?}");
        let ledger = Ledger::open(&store).expect("opens");
        assert!(ledger.verify(None).expect("readable").is_clean());
        assert_eq!(ledger.entries(0, 9).expect("readable").len(), 1);
    };
    check(&bytes);
    check(&b"nonsense".repeat(1000));
    let outcome = Ledger::restore(&store, &folder.path().join("missing.db"), NOW);
    assert!(matches!(outcome, Err(LedgerError::Io { .. })), "{outcome:?}");
    let left: Vec<_> = std::fs::read_dir(&store)
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("restor"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
