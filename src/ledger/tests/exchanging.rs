//! Exporting and importing.

use super::*;
use crate::domain::id::RunbookId;
use crate::ledger::{Erasure, Imported};

/// A ledger with a bit of everything that may not be lost.
fn full() -> (TempDir, Ledger) {
    let (folder, mut ledger) = new_ledger();
    append(
        &mut ledger,
        &[
            entry_at(
                "late",
                500,
                &recorded(facts("2026-05-20", &[]), Some(row("r1:a", "2026-05-20", ""))),
            ),
            entry_at("early", 100, &note("a \"quoted\" note\nof two lines \u{1F600}")),
            entry_about("other", "gone", 200, &note("to be erased")),
            entry_at("row", 1, &found(row("r1:b", "2026-01-02", "Step 1"))),
        ],
    )
    .expect("appended");
    ledger
        .transact::<_, LedgerError>(|tx| {
            tx.put_blob("# Ein Text mit Umlauten: äöü\n".as_bytes())?;
            tx.put_blob(&[0, 159, 146, 150])?;
            let secret = tx.put_blob(b"secret")?;
            tx.see_runbook(&RunbookId::from(RUNBOOK), 42)?;
            tx.erase_entry(id("gone"), erasure("e1"))?;
            tx.erase_blob(secret, erasure("e2"))
        })
        .expect("written");
    (folder, ledger)
}

fn erasure(name: &str) -> Erasure {
    let actor = Actor::parse("agent:cleaner").expect("an actor");
    Erasure { id: id(name), at: Timestamp(900), actor, reason: "asked to".to_owned() }
}

fn exported(ledger: &Ledger) -> String {
    let mut out = Vec::new();
    ledger.export(&mut out).expect("exported");
    String::from_utf8(out).expect("text")
}

fn import(ledger: &mut Ledger, text: &str) -> Result<Imported, LedgerError> {
    ledger.import(text.as_bytes())
}

#[test]
fn an_export_gives_an_empty_ledger_the_same_chain_and_the_same_export() {
    let (_folder, ledger) = full();
    let text = exported(&ledger);
    let (_folder, mut copy) = new_ledger();
    let done = import(&mut copy, &text).expect("imported");
    assert_eq!((done.new, done.known, done.new_blobs), (6, 0, 3));
    assert_eq!(done.head, head_hash(&ledger));
    assert_eq!(copy.head().expect("readable"), ledger.head().expect("readable"));
    assert_eq!(exported(&copy), text);
    assert_eq!(copy.all_exercises().expect("readable"), ledger.all_exercises().expect("readable"));
    assert_eq!(copy.verify(Some(done.head)).expect("readable").problems, []);
    let runbook = RunbookId::from(RUNBOOK);
    assert_eq!(copy.first_known_ms(&runbook).expect("readable"), Some(1));
}

#[test]
fn the_same_export_again_changes_nothing() {
    let (_folder, mut ledger) = full();
    let (text, head) = (exported(&ledger), head_hash(&ledger));
    let done = import(&mut ledger, &text).expect("imported");
    assert_eq!((done.new, done.known, done.new_blobs), (0, 6, 0));
    assert_eq!(head_hash(&ledger), head);
}

#[test]
fn two_ledgers_come_to_know_the_same_in_any_order() {
    let (_folder, mut here) = new_ledger();
    let (_folder, mut there) = new_ledger();
    let shared = entry_at("row", 1, &found(row("r1:b", "2026-01-02", "Step 1")));
    append(&mut here, &[shared.clone(), entry_at("a", 2, &note("here"))]).expect("appended");
    append(&mut there, &[entry_at("b", 3, &note("there")), shared]).expect("appended");
    let (from_here, from_there) = (exported(&here), exported(&there));
    assert_eq!(import(&mut here, &from_there).expect("imported").new, 1);
    assert_eq!(import(&mut there, &from_here).expect("imported").new, 1);
    let notes = |ledger: &Ledger| ledger.open_notes().expect("readable");
    assert_eq!(notes(&here), notes(&there));
    assert_eq!(here.all_exercises().expect("readable"), there.all_exercises().expect("readable"));
}

#[test]
fn an_imported_erasure_erases_here_too() {
    let (_folder, mut here) = new_ledger();
    append(&mut here, &[entry_at("a", 1, &note("secret"))]).expect("appended");
    let before = exported(&here);
    let (_folder, mut there) = new_ledger();
    import(&mut there, &before).expect("imported");
    here.transact(|tx| tx.erase_entry(id("a"), erasure("e"))).expect("erased");
    import(&mut there, &exported(&here)).expect("imported");
    assert_eq!(there.entry(id("a")).expect("readable").expect("there").1.body, None);
    assert_eq!(there.open_notes().expect("readable"), []);
    import(&mut there, &before).expect("an older export");
    assert_eq!(there.entry(id("a")).expect("readable").expect("there").1.body, None);
}

#[test]
fn a_changed_or_cut_export_is_refused_whole_with_its_line() {
    let (_folder, ledger) = full();
    let text = exported(&ledger);
    let lines: Vec<&str> = text.lines().collect();
    let check = |changed: String, line: usize, what: &str| {
        let (_folder, mut copy) = new_ledger();
        let error = import(&mut copy, &changed).expect_err(what);
        match &error {
            LedgerError::Import { line: at, message } => {
                assert!(message.contains(what), "{message}");
                assert_eq!(*at, line, "{message}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(copy.head().expect("readable"), None);
        assert_eq!(copy.verify(None).expect("readable").blobs, 0);
    };
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let count = lines.len();
    assert_eq!(count, 12);
    check(lines[..count - 1].join("\n"), count - 1, "breaks off");
    check(text[..text.len() - 30].to_owned(), count, "cannot be read");
    check(format!("{text}{}\n", lines[5]), count + 1, "follows");
    check([&lines[..6], &lines[7..]].concat().join("\n"), 7, "does not lead");
    check([&lines[..10], &lines[11..]].concat().join("\n"), 11, "counts others");
    check([&lines[..1], &lines[2..]].concat().join("\n"), count - 1, "counts others");
    check(replaced("Umlauten", "umlauten"), 2, "is not what its hash says");
    check(replaced("quoted", "Quoted"), 7, "body is not what its hash says");
    check(replaced("person:ana", "person:eve"), 6, "is not what its digest says");
    check(replaced("009f9296", "009f929"), 3, "broken hexadecimal");
    check("{}\n".to_owned(), 1, "no export");
    check(String::new(), 1, "no export");
    check("\u{0}\u{1}garbage".to_owned(), 1, "no export");
}

#[test]
fn an_entry_without_body_needs_an_erasure() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("text"))]).expect("appended");
    let text = exported(&ledger);
    let start = text.find("\"body\":").expect("a body");
    let end = text.find(",\"body_hash\"").expect("its hash");
    let (_folder, mut copy) = new_ledger();
    let error = import(&mut copy, &format!("{}\"body\":null{}", &text[..start], &text[end..]));
    assert!(matches!(error, Err(LedgerError::Import { line: 2, .. })), "{error:?}");
}

#[test]
fn a_conflict_and_a_newer_format_are_refused() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    let text = exported(&ledger);
    let (_folder, mut other) = new_ledger();
    append(&mut other, &[entry_at("a", 1, &note("two"))]).expect("appended");
    let error = import(&mut other, &text).expect_err("a conflict");
    assert!(error.to_string().contains("says something else"), "{error}");
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    assert!(matches!(import(&mut other, &newer), Err(LedgerError::Newer { found: 2, .. })));
}
