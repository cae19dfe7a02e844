//! Reports as files.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use runledger::delivery::{Destination, Folder, Letter, deliver};

use super::letter;

#[test]
fn a_folder_is_made_and_gets_three_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reports");
    let destination = Destination::Folder(Folder { path: path.clone() });
    deliver(&destination, &letter()).expect("they are written");
    let read = |name: &str| fs::read_to_string(path.join(name)).expect("a file");
    assert_eq!(read("weekly-2026-07-20.html"), letter().html);
    assert_eq!(read("weekly-2026-07-20.md"), letter().markdown);
    assert_eq!(read("weekly-2026-07-20.txt"), letter().text);
    deliver(&destination, &letter()).expect("the same again");
    assert_eq!(fs::read_dir(&path).expect("the folder").count(), 3, "nothing else is left there");
    assert_eq!(destination.shown(), format!("folder {}", path.display()));
}

#[test]
fn the_folder_above_must_be_there_and_a_file_is_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| Destination::Folder(Folder { path: folder.path().join(name) });
    let error = deliver(&at("not-mounted/reports"), &letter()).expect_err("nothing above it");
    assert!(error.to_string().starts_with("cannot make the folder "), "{error}");
    assert!(error.hint.expect("a hint").contains("the folder above it must be there"));
    fs::write(folder.path().join("file"), "").expect("a file");
    let error = deliver(&at("file"), &letter()).expect_err("a file");
    assert!(error.to_string().contains("file/weekly-2026-07-20.html: Not a directory"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_what_was_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reports");
    // Not even the one who may do everything replaces a folder by a file.
    fs::create_dir_all(path.join("weekly-2026-07-20.md")).expect("a folder in the way");
    let error = deliver(&Destination::Folder(Folder { path: path.clone() }), &letter());
    let error = error.expect_err("a folder is in the way");
    assert!(error.to_string().contains("weekly-2026-07-20.md: Is a directory"), "{error}");
    let left = fs::read_dir(&path).expect("the folder").flatten().map(|it| it.file_name());
    let mut left: Vec<_> = left.map(|name| name.into_string().expect("a name")).collect();
    left.sort();
    assert_eq!(left, ["weekly-2026-07-20.html", "weekly-2026-07-20.md"]);

    // Nobody writes into what the system shows of itself.
    let path = "/proc/self/reports".into();
    let error = deliver(&Destination::Folder(Folder { path }), &letter()).expect_err("no place");
    assert!(error.to_string().starts_with("cannot make the folder /proc/self/reports"), "{error}");
}

#[test]
fn a_file_that_is_there_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weekly-2026-07-20.txt");
    let destination = Destination::Folder(Folder { path: folder.path().to_owned() });
    deliver(&destination, &letter()).expect("they are written");
    let before = fs::metadata(&path).expect("a file").ino();
    let longer = Letter { text: "more\n", ..letter() };
    deliver(&destination, &longer).expect("they are written again");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "more\n");
    assert_ne!(fs::metadata(&path).expect("a file").ino(), before, "written in place");
}

#[test]
fn a_name_or_a_key_that_leads_elsewhere_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reports");
    let destination = Destination::Folder(Folder { path: path.clone() });
    for name in ["../weekly", "a/b", "", ".hidden", "a b", "wöchentlich"] {
        let error = deliver(&destination, &Letter { file: name, ..letter() }).expect_err(name);
        assert!(error.to_string().contains("the file name of a report must be"), "{error}");
        let error = deliver(&destination, &Letter { key: name, ..letter() }).expect_err(name);
        assert!(error.to_string().contains("the key of a report must be"), "{error}");
    }
    assert!(!path.exists());
}
