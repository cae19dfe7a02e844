//! Keeping the ledger: what was acknowledged stays, wherever it is carried.

use crate::support::Lab;

const GOOD: &str = "# Good\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n\n## When this last worked\n\n\
                    | Date | Resolved by | Notes |\n|---|---|---|\n| 2026-04-01 | Step 1 | fine |\n";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/good.md", GOOD);
    lab.run(&["worked", "good", "--step", "1", "--on", "2026-05-20", "--note", "it helped"]).ok();
    lab
}

fn head(lab: &Lab) -> String {
    let verified = lab.run(&["verify", "--json"]).ok().json();
    verified["ledger"]["head_hash"].as_str().expect("a head").to_owned()
}

#[test]
fn an_export_makes_the_same_ledger_on_another_machine() {
    let lab = lab();
    lab.run(&["note", "good#1", "the unit is called ripley now"]).ok();
    lab.run(&["export", "--out", lab.path("ledger.jsonl").to_str().expect("a path")]).ok();
    let other = Lab::new();
    other.write("runledger.toml", "");
    other.write("runbooks/good.md", &lab.read("runbooks/good.md"));
    other.run(&["import", lab.path("ledger.jsonl").to_str().expect("a path")]).ok();
    assert_eq!(head(&other), head(&lab));
    let pages = |lab: &Lab| lab.run(&["show", "good", "--json"]).ok().stdout;
    assert_eq!(pages(&other), pages(&lab));
    other
        .run(&["import", lab.path("ledger.jsonl").to_str().expect("a path")])
        .ok()
        .says("0 entries");
}

#[test]
fn a_cut_export_changes_nothing() {
    let lab = lab();
    let whole = lab.run(&["export"]).ok().stdout;
    let lines: Vec<&str> = whole.lines().collect();
    lab.write("cut.jsonl", &lines[..lines.len() - 1].join("\n"));
    let other = Lab::new();
    other.write("runledger.toml", "");
    other.run(&["import", lab.path("cut.jsonl").to_str().expect("a path")]).refused();
    let empty = other.run(&["verify", "--json"]).ok().json();
    assert_eq!(empty["ledger"]["entries"], 0);
}

#[test]
fn a_backup_is_restored_and_a_newer_ledger_is_not_overwritten() {
    let lab = lab();
    let backup = lab.path("backup.db");
    let backup = backup.to_str().expect("a path");
    lab.run(&["backup", backup]).ok();
    let before = head(&lab);
    lab.run(&["note", "good", "after the backup"]).ok();
    lab.run(&["restore", backup]).refused().says("--force");
    lab.run(&["restore", backup, "--force"]).ok();
    assert_eq!(head(&lab), before);
    lab.run(&["note", "list"]).ok().says("No open notes");
}

#[test]
fn erased_words_are_gone_from_the_file_and_the_chain_still_verifies() {
    let lab = lab();
    let note = lab.run(&["note", "good", "password hunter2-zanzibar", "--json"]).ok().json();
    let id = note["id"].as_str().expect("an id").to_owned();
    lab.run(&["search", "zanzibar"]).ok().says("hunter2");
    lab.run(&["erase", &id, "--reason", "a password"]).ok();
    lab.run(&["verify"]).ok().says("1 erased");
    let search = lab.run(&["search", "zanzibar"]).ok();
    assert!(!search.stdout.contains("hunter2"), "{}", search.stdout);
    for file in lab.store_files("ledger.db") {
        let bytes = std::fs::read(&file).expect("a file");
        let found = bytes.windows(8).any(|window| window == b"zanzibar");
        assert!(!found, "{} still holds the word", file.display());
    }
}

#[test]
fn a_missing_or_damaged_index_repairs_itself() {
    let lab = lab();
    lab.run(&["search", "good"]).ok().says("good");
    let index = lab.store_dir().join("index");
    for entry in walk(&index) {
        std::fs::write(&entry, b"not an index").expect("damage");
    }
    lab.run(&["search", "good"]).ok().says("good#1");
    std::fs::remove_dir_all(&index).expect("remove");
    lab.run(&["search", "good"]).ok().says("good#1");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

#[test]
fn a_rebuild_changes_nothing_that_is_shown() {
    let lab = lab();
    let pages = || lab.run(&["show", "good", "--json"]).ok().stdout;
    let before = pages();
    lab.run(&["rebuild"]).ok();
    assert_eq!(pages(), before);
}

#[test]
fn several_programs_write_at_the_same_time() {
    let lab = lab();
    let before = lab.run(&["verify", "--json"]).ok().json()["ledger"]["entries"].clone();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let lab = &lab;
            scope.spawn(move || {
                for number in 0..10 {
                    let text = format!("writer{writer}-number{number}");
                    lab.run(&["note", "good", &text]).ok();
                }
            });
        }
    });
    let after = lab.run(&["verify", "--json"]).ok().json()["ledger"]["entries"].clone();
    assert_eq!(after.as_i64(), before.as_i64().map(|count| count + 40));
    lab.run(&["search", "writer3-number9"]).ok().says("writer3-number9");
}

#[test]
fn a_backup_without_a_place_goes_into_the_store() {
    let lab = lab();
    let said = lab.run(&["backup"]).ok().says("backups/ledger-2026-06-01");
    let path = said.stdout.split_whitespace().next().expect("a path").to_owned();
    lab.run(&["restore", &path]).ok().says("Restored");
}

#[test]
fn an_index_that_cannot_be_written_hides_nothing_that_was_recorded() {
    let lab = lab();
    lab.run(&["sync"]).ok();
    std::fs::remove_dir_all(lab.store_dir().join("index")).expect("an index");
    std::fs::write(lab.store_dir().join("index"), "in the way").expect("a file");
    lab.run(&["note", "good", "seen"]).ok().says("Noted");
    lab.run(&["show", "good"]).ok();
    lab.run(&["verify"]).ok().says("index: ").says("The ledger is whole");
    assert_eq!(lab.run(&["sync"]).says("index: ").code, 1);
    std::fs::remove_file(lab.store_dir().join("index")).expect("a file");
    lab.run(&["search", "seen"]).ok().says("note");
}

#[test]
fn an_emptied_ledger_is_no_new_one() {
    let lab = lab();
    lab.run(&["sync"]).ok();
    std::fs::write(lab.store_dir().join("ledger.db"), "").expect("a file");
    lab.run(&["verify"]).refused().says("is empty, but was in use");
    lab.run(&["show", "good"]).refused();
}

#[test]
fn what_cannot_be_written_out_is_no_success() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.run(&["incident", "open", "down", "--severity", "P2"]).ok();
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    for args in [&["export"][..], &["incident", "list", "--json"], &["incident", "list"]] {
        let done = lab.command(args).stdout(full()).output().expect("it runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("cannot write to standard output"), "{args:?}: {said}");
        assert!(!said.contains("Exported"), "{said}");
    }
}
