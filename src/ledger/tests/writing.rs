//! Opening, appending, transactions, files.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use rusqlite::Connection;

use super::*;
use crate::domain::entry::chain_hash;
use crate::domain::id::{RunbookId, Slug};
use crate::ledger::{DERIVED_VERSION, FILE_NAME, FileRecord, FileStat};

fn raw(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join(FILE_NAME)).expect("opens")
}

#[test]
fn an_appended_entry_is_read_back_as_it_was() {
    let (folder, mut ledger) = new_ledger();
    let first = entry_at("a", 1, &note("one"));
    let second = entry_at("b", 2, &note("two"));
    assert_eq!(
        append(&mut ledger, std::slice::from_ref(&first)).expect("appended"),
        [Appended::New]
    );
    append(&mut ledger, std::slice::from_ref(&second)).expect("appended");
    drop(ledger);

    let ledger = Ledger::open(folder.path()).expect("opens again");
    assert_eq!(ledger.entry(id("a")).expect("readable"), Some((1, first.clone())));
    assert_eq!(ledger.entries(1, 10).expect("readable"), [(2, second.clone())]);
    let hash = chain_hash(chain_hash(Hash::ZERO, first.digest()), second.digest());
    assert_eq!(ledger.head().expect("readable"), Some((2, hash)));
}

#[test]
fn the_same_entry_again_changes_nothing_and_another_with_its_id_is_refused() {
    let (_folder, mut ledger) = new_ledger();
    let entry = entry_at("a", 1, &note("one"));
    append(&mut ledger, std::slice::from_ref(&entry)).expect("appended");
    let head = head_hash(&ledger);
    assert_eq!(append(&mut ledger, &[entry]).expect("known"), [Appended::Known]);
    let other = append(&mut ledger, &[entry_at("a", 1, &note("two"))]);
    assert!(matches!(other, Err(LedgerError::Conflict { id: it }) if it == id("a")));
    assert_eq!(head_hash(&ledger), head);
}

#[test]
fn what_could_not_be_read_back_is_refused() {
    let (_folder, mut ledger) = new_ledger();
    let mut check = |change: fn(&mut Entry)| {
        let mut entry = entry_at("a", 1, &note("one"));
        change(&mut entry);
        let outcome = append(&mut ledger, &[entry]);
        assert!(matches!(outcome, Err(LedgerError::Invalid(_))), "{outcome:?}");
    };
    check(|entry| entry.body = None);
    check(|entry| entry.body_hash = Hash::ZERO);
    check(|entry| entry.subject.clear());
    check(|entry| entry.version = 0);
    check(|entry| entry.actor.name = "two\nlines".to_owned());
    check(|entry| entry.actor.name = "x".repeat(201));
    check(|entry| {
        let body = "x".repeat(crate::ledger::MAX_BODY + 1);
        entry.body_hash = Hash::of(body.as_bytes());
        entry.body = Some(body);
    });
}

#[test]
fn triggers_refuse_every_way_to_change_history() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    ledger.transact::<_, LedgerError>(|tx| tx.put_blob(b"kept")).expect("kept");
    drop(ledger);
    let raw = raw(&folder);
    let columns = "kind, version, subject, recorded_at, actor, body, body_hash, digest";
    let check = |sql: &str| {
        let error = raw.execute(sql, []).expect_err(sql).to_string();
        assert!(error.contains("never"), "{sql}: {error}");
    };
    check("UPDATE entries SET actor = 'person:eve'");
    check("UPDATE entries SET body = '{}'");
    check("UPDATE entries SET body = NULL, actor = 'person:eve'");
    check("UPDATE entries SET rowid = 7, body = NULL");
    check("DELETE FROM entries");
    check(&format!(
        "INSERT OR REPLACE INTO entries (id, {columns}) SELECT id, {columns} FROM entries"
    ));
    check(&format!(
        "INSERT OR REPLACE INTO entries (rowid, id, {columns})
         SELECT rowid, zeroblob(16), {columns} FROM entries"
    ));
    check("UPDATE chain SET hash = zeroblob(32)");
    check("DELETE FROM chain");
    check("INSERT OR REPLACE INTO chain SELECT seq, entry_id, zeroblob(32) FROM chain");
    check("INSERT OR REPLACE INTO chain SELECT seq + 1, entry_id, hash FROM chain");
    check("UPDATE blobs SET bytes = x'00'");
    check("DELETE FROM blobs");
    check("INSERT OR REPLACE INTO blobs (hash, size, bytes) SELECT hash, size, x'00' FROM blobs");
    check(
        "INSERT OR REPLACE INTO blobs (rowid, hash, size, bytes)
         SELECT rowid, zeroblob(32), 0, x'00' FROM blobs",
    );
}

#[test]
fn only_a_body_that_is_there_may_become_null() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    drop(ledger);
    let raw = raw(&folder);
    assert_eq!(raw.execute("UPDATE entries SET body = NULL", []).expect("allowed"), 1);
    raw.execute("UPDATE entries SET body = NULL", []).expect_err("nothing is left to erase");
    raw.execute("UPDATE entries SET body = '{}'", []).expect_err("it does not come back");
}

#[test]
fn a_failed_transaction_leaves_nothing_behind() {
    let (_folder, mut ledger) = new_ledger();
    let outcome: Result<(), LedgerError> = ledger.transact(|tx| {
        tx.append(&entry_at("a", 1, &note("one")))?;
        Err(LedgerError::Invalid("no".to_owned()))
    });
    assert!(matches!(outcome, Err(LedgerError::Invalid(_))));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        ledger.transact::<(), LedgerError>(|tx| {
            tx.append(&entry_at("a", 1, &note("one")))?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(ledger.head().expect("readable"), None);
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("it can be written again");
}

#[test]
fn a_full_disk_refuses_the_write_and_reading_goes_on() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    let limit = |ledger: &Ledger, pages: i64| {
        let conn = ledger.conn().expect("open");
        conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("set");
    };
    limit(&ledger, 1);
    let outcome = append(&mut ledger, &[entry_at("b", 2, &note(&"x".repeat(100_000)))]);
    assert!(matches!(outcome, Err(LedgerError::Full)), "{outcome:?}");
    assert!(ledger.entry(id("a")).expect("readable").is_some());
    assert!(ledger.entry(id("b")).expect("readable").is_none());
    limit(&ledger, 1_000_000);
    append(&mut ledger, &[entry_at("b", 2, &note("two"))]).expect("there is room again");
}

#[test]
fn two_writers_lose_nothing_and_are_never_told_to_wait() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    const EACH: i64 = 500;
    thread::scope(|scope| {
        for writer in ["one", "two"] {
            let folder = folder.path();
            scope.spawn(move || {
                let mut ledger = Ledger::open(folder).expect("opens beside the other");
                for number in 0..EACH {
                    let entry =
                        entry_about(writer, &format!("{writer}{number}"), number, &note("x"));
                    assert_eq!(append(&mut ledger, &[entry]).expect("appended"), [Appended::New]);
                }
            });
        }
    });
    let ledger = Ledger::open(folder.path()).expect("opens");
    let entries = ledger.entries(0, usize::MAX).expect("readable");
    let numbers: Vec<i64> = entries.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (1..=2 * EACH).collect::<Vec<_>>());
    for writer in ["one", "two"] {
        let own = entries.iter().filter(|(_, entry)| entry.subject == writer);
        let times: Vec<i64> = own.map(|(_, entry)| entry.recorded_at.0).collect();
        assert_eq!(times, (0..EACH).collect::<Vec<_>>(), "each writer's own order is kept");
    }
}

#[test]
fn the_folder_and_the_file_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer = tempfile::tempdir().expect("a temporary folder");
    let folder = outer.path().join("store");
    let mut ledger = Ledger::open(&folder).expect("opens");
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    let mode = |path: std::path::PathBuf| {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    assert_eq!(mode(folder.clone()), 0o700);
    assert_eq!(mode(folder.join(FILE_NAME)), 0o600);
    assert_eq!(mode(folder.join("ledger.db-wal")), 0o600);
}

#[test]
fn another_programs_database_is_refused_untouched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    raw(&folder).execute_batch("CREATE TABLE cats (name TEXT)").expect("made");
    let before = std::fs::read(folder.path().join(FILE_NAME)).expect("readable");
    let outcome = Ledger::open(folder.path());
    assert!(matches!(outcome, Err(LedgerError::NotOurs { .. })), "{outcome:?}");
    assert_eq!(std::fs::read(folder.path().join(FILE_NAME)).expect("readable"), before);

    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(FILE_NAME), "not a database at all".repeat(100))
        .expect("written");
    let outcome = Ledger::open(folder.path());
    assert!(matches!(outcome, Err(LedgerError::Damaged(_))), "{outcome:?}");
}

#[test]
fn a_newer_ledger_and_newer_derived_tables_are_refused_with_a_hint() {
    let check = |sql: &str| {
        let (folder, ledger) = new_ledger();
        drop(ledger);
        raw(&folder).execute_batch(sql).expect("changed");
        for outcome in [Ledger::open(folder.path()), Ledger::open_read_only(folder.path())] {
            let error = outcome.expect_err("refused");
            assert!(matches!(error, LedgerError::Newer { .. }), "{error:?}");
            assert!(error.hint().is_some_and(|hint| hint.contains("newest")));
        }
    };
    check("PRAGMA user_version = 99");
    check("UPDATE meta SET value = '99' WHERE key = 'derived.version'");
}

#[test]
fn older_derived_tables_are_rebuilt_by_opening() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    ledger.transact(|tx| tx.replace_file(&file("x", 5))).expect("written");
    let rev = ledger.files_rev().expect("readable");
    drop(ledger);
    raw(&folder)
        .execute_batch(
            "UPDATE meta SET value = '0' WHERE key = 'derived.version';
             DROP TABLE notes; CREATE TABLE nonsense (x); DELETE FROM exercises;",
        )
        .expect("changed");
    let read_only = Ledger::open_read_only(folder.path()).expect("opens as a copy");
    assert_eq!(read_only.open_notes().expect("readable").len(), 1);
    let ledger = Ledger::open(folder.path()).expect("opens");
    assert_eq!(ledger.open_notes().expect("readable").len(), 1);
    assert_eq!(ledger.files().expect("readable"), [], "files are to be read again");
    assert!(ledger.files_rev().expect("readable") > rev, "the revision only grows");
    assert_eq!(ledger.first_known_ms(&RunbookId::from("x")).expect("readable"), Some(5));
    let version = ledger.meta("derived.version").expect("readable");
    assert_eq!(version, Some(DERIVED_VERSION.to_string()));
}

#[test]
fn a_ledger_opened_for_reading_refuses_to_write() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    // Beside a writer whose log is not written back yet.
    let mut reading = Ledger::open_read_only(folder.path()).expect("opens");
    assert!(reading.entry(id("a")).expect("readable").is_some());
    let outcome = append(&mut reading, &[entry_at("b", 2, &note("two"))]);
    assert!(matches!(outcome, Err(LedgerError::ReadOnly)));
    let mut without_room = Ledger::open_on_full_disk(folder.path()).expect("opens");
    let outcome = append(&mut without_room, &[entry_at("b", 2, &note("two"))]);
    assert!(matches!(outcome, Err(LedgerError::Full)));
    assert!(without_room.entry(id("a")).expect("readable").is_some());
    drop((ledger, reading, without_room));
    let reading = Ledger::open_read_only(folder.path()).expect("opens alone");
    assert!(reading.entry(id("a")).expect("readable").is_some());
    let missing = tempfile::tempdir().expect("a temporary folder");
    assert!(Ledger::open_read_only(missing.path()).is_err(), "nothing is made");
    assert_eq!(std::fs::read_dir(missing.path()).expect("readable").count(), 0);
}

fn file(slug: &str, scanned_ms: i64) -> FileRecord {
    let text = format!("# {slug}\n");
    FileRecord {
        folder: "/runbooks".to_owned(),
        path: format!("{slug}.md"),
        slug: slug.into(),
        runbook: slug.into(),
        stat: FileStat { size: text.len() as u64, mtime_ns: 1, ctime_ns: 2, inode: u64::MAX },
        sha256: Hash::of(text.as_bytes()),
        text,
        summary: format!("{{\"title\":\"{slug}\"}}"),
        scanned_ms,
    }
}

#[test]
fn files_come_change_and_go_under_growing_revisions() {
    let (_folder, mut ledger) = new_ledger();
    let start = ledger.files_rev().expect("readable");
    let first = ledger
        .transact(|tx| {
            tx.replace_file(&file("b", 10))?;
            tx.replace_file(&file("a", 20))
        })
        .expect("written");
    assert_eq!(first, start + 1, "one revision for one transaction");
    let slugs = |rev| {
        let (changed, gone) = ledger.changed_since(rev).expect("readable");
        let changed: Vec<Slug> = changed.into_iter().map(|document| document.slug).collect();
        (changed, gone)
    };
    assert_eq!(slugs(start), (vec!["a".into(), "b".into()], vec![]));
    assert_eq!(slugs(first), (vec![], vec![]));
    assert_eq!(ledger.text_of(&"a".into()).expect("readable").as_deref(), Some("# a\n"));
    let document = ledger.document(&"a".into()).expect("readable").expect("there");
    assert_eq!((document.first_seen_ms, document.rev), (Some(20), first));
    let known = ledger.file_by_slug(&"a".into()).expect("readable").expect("there");
    assert_eq!(known.stat, file("a", 20).stat);

    ledger.transact(|tx| tx.retire_file("/runbooks", "a.md")).expect("written");
    let (changed, gone) = ledger.changed_since(first).expect("readable");
    assert_eq!((changed.len(), gone), (0, vec!["a".into()]));
    assert_eq!(ledger.text_of(&"a".into()).expect("readable"), None);

    ledger.transact(|tx| tx.replace_file(&file("a", 30))).expect("written");
    let (changed, gone) = ledger.changed_since(first).expect("readable");
    assert_eq!((changed.len(), gone.len()), (1, 0), "it came back");
    assert_eq!(changed[0].first_seen_ms, Some(20), "and was first seen when it was");
}

#[test]
fn looking_at_a_file_is_no_change_of_it() {
    let (_folder, mut ledger) = new_ledger();
    let rev = ledger.transact(|tx| tx.replace_file(&file("a", 1))).expect("written");
    let stat = FileStat { size: 4, mtime_ns: 7, ctime_ns: 8, inode: 9 };
    ledger.transact(|tx| tx.touch_file("/runbooks", "a.md", stat, 2)).expect("written");
    assert_eq!(ledger.files_rev().expect("readable"), rev);
    assert_eq!(ledger.files().expect("readable")[0].stat, stat);
}

#[test]
fn a_second_file_with_a_slug_is_refused_and_a_new_slug_leaves_the_old() {
    let (_folder, mut ledger) = new_ledger();
    let rev = ledger.transact(|tx| tx.replace_file(&file("a", 1))).expect("written");
    let mut second = file("a", 1);
    second.path = "a.markdown".to_owned();
    let outcome = ledger.transact(|tx| tx.replace_file(&second));
    assert!(matches!(outcome, Err(LedgerError::SlugTaken { holder, .. }) if holder == "a.md"));
    let mut renamed = file("a", 1);
    renamed.slug = "a.html".into();
    ledger.transact(|tx| tx.replace_file(&renamed)).expect("written");
    let (changed, gone) = ledger.changed_since(rev).expect("readable");
    assert_eq!(changed[0].slug, "a.html".into());
    assert_eq!(gone, ["a".into()]);
}

#[test]
fn errors_of_files_stay_until_the_file_is_read_or_gone() {
    let (_folder, mut ledger) = new_ledger();
    let error = crate::ledger::FileError {
        folder: "/runbooks".to_owned(),
        path: "a.md".to_owned(),
        line: 3,
        column: 1,
        message: "not UTF-8; the file is left out".to_owned(),
        stat: Some(FileStat::default()),
    };
    ledger.transact(|tx| tx.set_file_error(&error)).expect("written");
    assert_eq!(ledger.file_errors().expect("readable"), [error]);
    ledger.transact(|tx| tx.replace_file(&file("a", 1))).expect("written");
    assert_eq!(ledger.file_errors().expect("readable"), []);
}

#[test]
fn ids_are_found_by_their_beginning() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one")), entry_at("b", 2, &note("two"))])
        .expect("appended");
    let full = id("a").to_string();
    let check = |start: &str, expected: &[EntryId]| {
        assert_eq!(ledger.ids_beginning(start, 10).expect("readable"), expected, "{start}");
    };
    check(&full, &[id("a")]);
    check(&full[..13], &[id("a")]);
    check(&full[..8].to_uppercase(), &[id("a")]);
    check("", &[]);
    check("not-hex", &[]);
    assert_eq!(ledger.entries(0, 1).expect("readable").len(), 1);
}

#[test]
fn settings_are_kept_and_forgotten() {
    let (_folder, mut ledger) = new_ledger();
    ledger.transact(|tx| tx.set_meta("index.pointer", "2-1")).expect("written");
    assert_eq!(ledger.meta("index.pointer").expect("readable").as_deref(), Some("2-1"));
    ledger.rebuild().expect("rebuilt");
    assert_eq!(ledger.meta("index.pointer").expect("readable"), None);
}

/// The POSIX locks that this process holds on a file: how, and on which bytes. A set, since the
/// kernel may list a lock twice while other processes come and go.
fn locks_on(path: &std::path::Path) -> BTreeSet<String> {
    use std::os::unix::fs::MetadataExt as _;
    let inode = format!(":{}", std::fs::metadata(path).expect("there").ino());
    let pid = std::process::id().to_string();
    let locks = std::fs::read_to_string("/proc/locks").expect("readable");
    let all = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let own = all.filter(|it| it[1] == "POSIX" && it[4] == pid && it[5].ends_with(&inode));
    own.map(|it| format!("{} {}", it[3], it[6..].join(" "))).collect()
}

#[test]
fn opening_a_second_time_leaves_the_locks_of_the_first() {
    let (folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    let path = folder.path().join(FILE_NAME);
    let before = locks_on(&path);
    if before.is_empty() {
        eprintln!("skipped: /proc/locks shows no locks here");
        return;
    }
    // The first opens and closes in place; the second fails on the way.
    drop(Ledger::open(folder.path()).expect("opens"));
    drop(Ledger::open_read_only(folder.path()).expect("opens"));
    ledger.backup(&folder.path().join("copy.db")).expect("backed up");
    assert_eq!(locks_on(&path), before, "another process could take the file away");
}

#[test]
fn a_connection_given_up_is_opened_again_by_the_next_write() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &[entry_at("a", 1, &note("one"))]).expect("appended");
    ledger.poison();
    assert!(matches!(ledger.head(), Err(LedgerError::Sync)));
    append(&mut ledger, &[entry_at("b", 2, &note("two"))]).expect("opened again");
    assert_eq!(ledger.entries(0, 9).expect("readable").len(), 2);
}

#[test]
fn a_ledger_can_be_handed_to_another_thread() {
    const fn sendable<T: Send>() {}
    sendable::<Ledger>();
    sendable::<LedgerError>();
}
