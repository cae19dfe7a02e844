//! Erasing: the bytes go, the chain stays.

use super::*;
use crate::domain::id::RunbookId;
use crate::ledger::{Erased, Erasure};

const SECRET: &str = "hunter2-the-password";

fn erasure(name: &str) -> Erasure {
    let actor = Actor::parse("person:ana").expect("an actor");
    Erasure { id: id(name), at: Timestamp(99), actor, reason: "a password".to_owned() }
}

/// Whether any file of the folder has these bytes.
fn anywhere(folder: &TempDir, needle: &str) -> bool {
    let files = std::fs::read_dir(folder.path()).expect("readable");
    files.map(|file| file.expect("readable").path()).any(|path| {
        let bytes = std::fs::read(&path).expect("readable");
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[test]
fn an_erased_body_is_in_no_file_and_the_chain_still_verifies() {
    let (folder, mut ledger) = new_ledger();
    let mut told = facts("2026-05-20", &[]);
    // Long enough for pages of its own, too.
    told.note = format!("{SECRET} {}", "and more ".repeat(3000));
    append(
        &mut ledger,
        &[
            entry_at("a", 1, &recorded(told, None)),
            entry_at("b", 2, &note(SECRET)),
            entry_at("c", 3, &note("harmless")),
        ],
    )
    .expect("appended");
    assert!(anywhere(&folder, SECRET));

    for (target, by) in [("a", "erase a"), ("b", "erase b")] {
        let outcome = ledger.transact(|tx| tx.erase_entry(id(target), erasure(by)));
        assert_eq!(outcome.expect("erased"), Erased::Now);
    }
    assert!(!anywhere(&folder, SECRET), "not even in the log");
    assert!(!ledger.scrub_pending().expect("readable"));
    let report = ledger.verify(None).expect("readable");
    assert_eq!((report.problems, report.erased), (vec![], 2));
    let runbook = RunbookId::from(RUNBOOK);
    assert_eq!(ledger.exercises_of(&runbook).expect("readable"), []);
    assert_eq!(ledger.erased_exercises(&runbook).expect("readable"), 1);
    let notes = ledger.notes_of(&runbook).expect("readable");
    assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["harmless"]);

    let again = ledger.transact(|tx| tx.erase_entry(id("a"), erasure("erase a again")));
    assert_eq!(again.expect("nothing to do"), Erased::Before);
    drop(ledger);
    assert!(!anywhere(&folder, SECRET));
}

#[test]
fn a_reader_in_the_way_only_delays_the_cleaning() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note(SECRET))]).expect("appended");
    let reader = Ledger::open(folder.path()).expect("opens");
    reader
        .snapshot(|reads| -> Result<(), LedgerError> {
            reads.head()?;
            ledger.transact(|tx| tx.erase_entry(id("a"), erasure("e")))?;
            assert!(ledger.scrub_pending()?);
            Ok(())
        })
        .expect("erased beside a reader");
    drop((ledger, reader));
    let ledger = Ledger::open(folder.path()).expect("opens");
    assert!(!ledger.scrub_pending().expect("readable"), "the next one cleans up");
    assert!(!anywhere(&folder, SECRET));
}

#[test]
fn an_erased_text_is_gone_and_stays_gone() {
    let (folder, mut ledger) = new_ledger();
    // Random enough not to be deflated.
    let hash =
        ledger.transact::<_, LedgerError>(|tx| tx.put_blob(SECRET.as_bytes())).expect("kept");
    assert_eq!(ledger.blob(hash).expect("readable").as_deref(), Some(SECRET.as_bytes()));
    let outcome = ledger.transact(|tx| tx.erase_blob(hash, erasure("e")));
    assert_eq!(outcome.expect("erased"), Erased::Now);
    assert!(!anywhere(&folder, SECRET));
    assert!(!ledger.has_blob(hash).expect("readable"));
    let again = ledger.transact::<_, LedgerError>(|tx| tx.put_blob(SECRET.as_bytes()));
    assert_eq!(again.expect("known"), hash);
    assert_eq!(ledger.blob(hash).expect("readable"), None, "it does not come back");
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
}

#[test]
fn what_tells_of_an_erasure_cannot_be_erased_nor_what_is_not_there() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note(SECRET))]).expect("appended");
    ledger.transact(|tx| tx.erase_entry(id("a"), erasure("e"))).expect("erased");
    let outcome = ledger.transact(|tx| tx.erase_entry(id("e"), erasure("f")));
    assert!(matches!(outcome, Err(LedgerError::Invalid(_))));
    let outcome = ledger.transact(|tx| tx.erase_entry(id("nobody"), erasure("f")));
    assert!(matches!(outcome, Err(LedgerError::NoEntry(_))));
    let outcome = ledger.transact(|tx| tx.erase_blob(Hash::ZERO, erasure("f")));
    assert!(matches!(outcome, Err(LedgerError::NoBlob(_))));
}

#[test]
fn an_erased_row_that_is_still_in_a_file_does_not_come_back() {
    let (_folder, mut ledger) = new_ledger();
    let entry = entry_at("row", 1, &found(row("r1:a", "2026-01-02", SECRET)));
    append(&mut ledger, std::slice::from_ref(&entry)).expect("appended");
    ledger.transact(|tx| tx.erase_entry(id("row"), erasure("e"))).expect("erased");
    assert_eq!(append(&mut ledger, &[entry]).expect("known"), [Appended::Known]);
    assert_eq!(ledger.exercises_of(&RunbookId::from(RUNBOOK)).expect("readable"), []);
}
