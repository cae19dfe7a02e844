//! Tests of writing back: what is promised to people whose editors save at the same time.

use std::convert::Infallible;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use super::*;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("runbooks/sub")).unwrap();
        fs::write(folder.path().join("runbooks/sub/a.md"), text).unwrap();
        Self { folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("runbooks/sub/a.md")
    }

    fn edit(
        &self,
        edit: impl FnMut(&str) -> Result<Option<String>, Infallible>,
    ) -> Result<Written, WriteBackError<Infallible>> {
        self.edit_at("sub/a.md", edit)
    }

    fn edit_at(
        &self,
        path: &str,
        edit: impl FnMut(&str) -> Result<Option<String>, Infallible>,
    ) -> Result<Written, WriteBackError<Infallible>> {
        let target = Target {
            folder: &self.folder.path().join("runbooks"),
            path: Path::new(path),
            lock: &self.folder.path().join("lock"),
            max_size: 1024,
        };
        edit_file(&target, edit)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// Every name beside the file, the file included.
    fn names(&self) -> Vec<String> {
        let folder = fs::read_dir(self.file().parent().unwrap()).unwrap();
        let mut names: Vec<_> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn append(line: &str) -> impl FnMut(&str) -> Result<Option<String>, Infallible> {
    move |text| Ok(Some(format!("{text}{line}\n")))
}

/// Saves as most editors do: a new file, renamed over the old one.
fn save_by_rename(path: &Path, text: &str) {
    let temporary = path.with_extension("editor");
    fs::write(&temporary, text).unwrap();
    fs::rename(&temporary, path).unwrap();
}

#[test]
fn an_edit_keeps_the_mode_and_leaves_nothing_beside_the_file() {
    let desk = Desk::new("one\n");
    fs::set_permissions(desk.file(), Permissions::from_mode(0o640)).unwrap();
    assert_eq!(desk.edit(append("two")).unwrap(), Written::Changed);
    assert_eq!(desk.text(), "one\ntwo\n");
    assert_eq!(fs::metadata(desk.file()).unwrap().mode() & 0o7777, 0o640);
    assert_eq!(desk.names(), ["a.md"]);
}

#[test]
fn an_edit_without_a_change_does_not_touch_the_file() {
    let desk = Desk::new("one\n");
    let inode = fs::metadata(desk.file()).unwrap().ino();
    assert_eq!(desk.edit(|_| Ok(None)).unwrap(), Written::Unchanged);
    assert_eq!(desk.edit(|text| Ok(Some(text.to_owned()))).unwrap(), Written::Unchanged);
    assert_eq!(fs::metadata(desk.file()).unwrap().ino(), inode);
}

#[test]
fn a_save_between_reading_and_writing_is_kept_and_the_edit_made_upon_it() {
    for in_place in [false, true] {
        let desk = Desk::new("one\n");
        let mut calls = 0;
        let written = desk.edit(|text| {
            calls += 1;
            if calls == 1 {
                if in_place {
                    fs::write(desk.file(), "edited\n").unwrap();
                } else {
                    save_by_rename(&desk.file(), "edited\n");
                }
            }
            Ok(Some(format!("{text}row\n")))
        });
        assert_eq!(written.unwrap(), Written::Changed);
        assert_eq!(desk.text(), "edited\nrow\n", "in place: {in_place}");
        assert_eq!(calls, 2);
        assert_eq!(desk.names(), ["a.md"]);
    }
}

#[test]
fn a_save_in_place_that_is_under_way_at_the_exchange_is_kept() {
    let desk = Desk::new("one\n");
    let mut late = None;
    let mut calls = 0;
    desk.edit(|text| {
        calls += 1;
        if calls == 1 {
            // An editor has the file open, and writes only after our exchange.
            let mut file = OpenOptions::new().write(true).open(desk.file()).unwrap();
            let begun = Instant::now();
            late = Some(thread::spawn(move || {
                thread::sleep(GRACE / 5);
                file.set_len(0).unwrap();
                file.write_all(b"late\n").unwrap();
                begun.elapsed()
            }));
        }
        Ok(Some(format!("{text}row\n")))
    })
    .unwrap();
    if late.unwrap().join().unwrap() > GRACE {
        eprintln!("skipped: this machine is too busy for a save within the time of grace");
        return;
    }
    assert_eq!(desk.text(), "late\nrow\n");
}

#[test]
fn a_file_deleted_between_reading_and_writing_stays_deleted() {
    let desk = Desk::new("one\n");
    let result = desk.edit(|text| {
        fs::remove_file(desk.file()).unwrap();
        Ok(Some(format!("{text}row\n")))
    });
    assert!(matches!(result, Err(WriteBackError::Io { doing: "read", .. })), "{result:?}");
    assert_eq!(desk.names(), Vec::<String>::new());
}

/// Editors save whole texts with a counter in the first line, as fast as they can, while we add
/// rows. After each edit the file tells of at least the last save that had ended before the edit
/// was begun, and at the end of the very last save. What is promised for saves in place holds for
/// quick ones, so a machine that holds an editor up for long is not held against us.
fn race(in_place: bool, save: fn(&Path, &str)) {
    let desk = Desk::new("editor 0\n");
    let (done, stop, slow) = (AtomicU64::new(0), AtomicBool::new(false), AtomicBool::new(false));
    let counter =
        |text: &str| -> Option<u64> { text.lines().next()?.strip_prefix("editor ")?.parse().ok() };
    let mut changed = 0;
    thread::scope(|scope| {
        let editor = scope.spawn(|| {
            for number in 1.. {
                let begun = Instant::now();
                save(&desk.file(), &format!("editor {number}\n"));
                if begun.elapsed() > GRACE / 2 {
                    slow.store(true, Ordering::SeqCst);
                }
                done.store(number, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) {
                    return number;
                }
                // Sometimes hectic, sometimes with time to breathe.
                thread::sleep(Duration::from_millis(number * 7 % 90));
            }
            0
        });
        for row in 0..25 {
            let saved = done.load(Ordering::SeqCst);
            match desk.edit(append(&format!("row {row}"))) {
                Ok(Written::Changed) => changed += 1,
                Err(WriteBackError::KeepsChanging { .. }) => {}
                other => panic!("{other:?}"),
            }
            let found = (0..1000).find_map(|_| {
                let text = fs::read_to_string(desk.file()).unwrap_or_default();
                counter(&text).or_else(|| {
                    thread::sleep(Duration::from_millis(1));
                    None
                })
            });
            if in_place && slow.load(Ordering::SeqCst) {
                eprintln!("skipped: this machine is too busy for a quick save in place");
                break;
            }
            assert!(found >= Some(saved), "found save {found:?} after save {saved}");
        }
        stop.store(true, Ordering::SeqCst);
        let last = editor.join().unwrap();
        if !in_place || !slow.load(Ordering::SeqCst) {
            assert_eq!(counter(&desk.text()), Some(last));
        }
    });
    assert!(changed > 0 || slow.into_inner(), "no edit came through");
    assert_eq!(desk.names(), ["a.md"]);
}

#[test]
fn no_save_by_rename_is_lost_to_a_racing_edit() {
    race(false, save_by_rename);
}

#[test]
fn no_quick_save_in_place_is_lost_to_a_racing_edit() {
    race(true, |path, text| fs::write(path, text).unwrap());
}

#[test]
fn two_of_our_own_never_overwrite_each_other() {
    let desk = Desk::new("");
    thread::scope(|scope| {
        for writer in ["a", "b", "c"] {
            let desk = &desk;
            scope.spawn(move || {
                for row in 0..5 {
                    desk.edit(append(&format!("{writer}{row}"))).unwrap();
                }
            });
        }
    });
    assert_eq!(desk.text().lines().count(), 15);
}

#[test]
fn links_pipes_and_large_files_are_not_edited() {
    let desk = Desk::new("one\n");
    let outside = desk.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.md"), "theirs\n").unwrap();
    let sub = desk.folder.path().join("runbooks/sub");
    symlink(outside.join("x.md"), sub.join("link.md")).unwrap();
    symlink(&outside, sub.join("out")).unwrap();
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, sub.join("pipe.md"), fifo, Mode::RUSR | Mode::WUSR, 0)
        .unwrap();
    fs::write(sub.join("large.md"), "x".repeat(1025)).unwrap();
    fs::write(sub.join("latin.md"), b"\xe9").unwrap();
    fs::write(sub.join("sealed.md"), b"").unwrap();
    fs::set_permissions(sub.join("sealed.md"), Permissions::from_mode(0o444)).unwrap();

    let refused = |path: &str| {
        let error = desk.edit_at(path, append("row")).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error} {}", source.unwrap_or_default())
    };
    assert!(refused("sub/link.md").contains("it is a symbolic link"));
    assert!(refused("sub/out/x.md").contains("cannot open"));
    assert!(refused("../outside/x.md").contains("cannot open"));
    assert!(refused("sub/pipe.md").contains("not a regular file"));
    assert!(refused("sub/large.md").contains("larger than 1024 bytes"));
    assert!(refused("sub/latin.md").contains("not UTF-8"));
    assert!(refused("sub/sealed.md").contains("read-only"));
    assert!(refused("sub/none.md").contains("cannot read"));
    assert_eq!(fs::read_to_string(outside.join("x.md")).unwrap(), "theirs\n");
}

#[test]
fn what_a_crash_left_is_removed_if_it_is_ours_and_kept_if_it_is_not() {
    let desk = Desk::new("one\n");
    let prefix = format!(".runledger-{}-", short_hash(b"a.md"));
    let beside = |name: &str| desk.file().with_file_name(format!("{prefix}{name}"));
    fs::write(beside("part"), "hal").unwrap();
    let (old, new) = (short_hash(b"old\n"), short_hash(b"new\n"));
    fs::write(beside(&format!("swap-{old}-{new}")), "old\n").unwrap();
    desk.edit(append("two")).unwrap();
    assert_eq!(desk.names(), ["a.md"]);

    let theirs = beside(&format!("swap-{old}-{new}"));
    fs::write(&theirs, "an editor's\n").unwrap();
    let error = desk.edit(append("three")).unwrap_err();
    assert!(matches!(&error, WriteBackError::LeftBehind { left, .. } if *left == theirs));
    assert_eq!(fs::read_to_string(theirs).unwrap(), "an editor's\n");
    assert_eq!(desk.text(), "one\ntwo\n");
}

#[test]
fn a_refused_edit_changes_nothing() {
    let desk = Desk::new("one\n");
    let target = Target {
        folder: &desk.folder.path().join("runbooks"),
        path: Path::new("sub/a.md"),
        lock: &desk.folder.path().join("lock"),
        max_size: 1024,
    };
    let result = edit_file(&target, |_| Err("no table"));
    assert_eq!(result.unwrap_err().to_string(), "no table");
    assert_eq!(desk.text(), "one\n");
}

#[test]
fn where_names_cannot_be_exchanged_a_save_before_the_rename_is_kept() {
    let desk = Desk::new("one\n");
    let target = Target {
        folder: &desk.folder.path().join("runbooks"),
        path: Path::new("sub/a.md"),
        lock: &desk.folder.path().join("lock"),
        max_size: 1024,
    };
    let place = Place::open(&target).unwrap();
    let Read::File(before) = place.read(place.name.as_ref()).unwrap() else { panic!() };
    let swap = desk.file().with_file_name("swap");

    fs::write(&swap, "one\nrow\n").unwrap();
    save_by_rename(&desk.file(), "edited\n");
    assert!(!place.rename_over("swap", &before).unwrap());
    assert_eq!(desk.text(), "edited\n");
    assert_eq!(desk.names(), ["a.md"]);

    save_by_rename(&desk.file(), "one\n");
    fs::write(&swap, "one\nrow\n").unwrap();
    assert!(place.rename_over("swap", &before).unwrap());
    assert_eq!(desk.text(), "one\nrow\n");
}
