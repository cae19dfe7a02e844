//! Tests of the scan: what is found, what is refused, and what is never forgotten by mistake.

use std::os::unix::fs::symlink;

use rustix::fs::Mode;

use super::*;
use crate::clock::Clock;

/// Long after every file of a test was written.
fn later() -> i64 {
    Clock::system().now_ms() + 60_000
}

struct Tree {
    folder: tempfile::TempDir,
    rules: Rules,
}

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        let tree = Self { folder, rules: rules(&["md", "markdown"], &[]) };
        tree.write("a/one.md", "# One\n");
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn walk(&self) -> Walk {
        walk(&[self.path("a")], &self.rules)
    }
}

fn rules(extensions: &[&str], ignore: &[&str]) -> Rules {
    let owned = |texts: &[&str]| -> Vec<String> { texts.iter().map(|t| (*t).to_owned()).collect() };
    Rules::new(&owned(extensions), &owned(ignore), 1024).unwrap()
}

fn paths(walk: &Walk) -> Vec<&str> {
    walk.files.iter().map(|found| found.path.as_str()).collect()
}

fn errors(walk: &Walk) -> Vec<String> {
    walk.errors.iter().map(ToString::to_string).collect()
}

#[test]
fn documents_are_found_by_the_end_of_their_names() {
    let check = |extensions: &[&str], path: &str, expected: Option<&str>| {
        assert_eq!(rules(extensions, &[]).stem(path), expected, "{path}");
    };
    check(&["md"], "a/b.md", Some("a/b"));
    check(&["md"], "a/README.MD", Some("a/README"));
    check(&["md"], "a.md/b", None);
    check(&["md"], "a/.md", None);
    check(&["md"], "amd", None);
    check(&["md"], "a/é.md", Some("a/é"));
    check(&["html.md.erb"], "a/b.html.md.erb", Some("a/b"));
    check(&["html.md.erb"], "a/b.md.erb", None);
    check(&["md", "html.md"], "a/b.html.md", Some("a/b"));
}

#[test]
fn the_walk_is_sorted_and_passes_over_what_is_no_document() {
    let tree = Tree::new();
    for name in ["a/z/b.md", "a/b.markdown", "a/notes.txt", "a/.git/x.md", "a/.hidden.md"] {
        tree.write(name, "");
    }
    tree.write("a/node_modules/p/README.md", "");
    tree.write("a/target/doc/x.md", "");
    tree.write("a/target/CACHEDIR.TAG", "");
    tree.write("a/x/target/kept.md", "");
    let walk = tree.walk();
    assert_eq!(paths(&walk), ["b.markdown", "one.md", "x/target/kept.md", "z/b.md"]);
    assert_eq!(errors(&walk), Vec::<String>::new());
    assert!(walk.complete(0));
    assert_eq!(walk.files[3].slug, Slug::from("z/b"));
}

#[test]
fn what_the_team_ignores_is_passed_over() {
    let check = |pattern: &str, path: &str, expected: bool| {
        assert_eq!(rules(&["md"], &[pattern]).ignores(path), expected, "{pattern} {path}");
    };
    check("drafts", "drafts", true);
    check("drafts", "x/drafts", true);
    check("drafts/", "x/drafts", true);
    check("/drafts", "x/drafts", false);
    check("*.draft.md", "x/y.draft.md", true);
    check("x/*", "x/y.md", true);
    check("x/*", "x/y/z.md", false);
    check("archive/**", "archive/a/b.md", true);

    let mut tree = Tree::new();
    tree.write("a/drafts/deep/x.md", "");
    tree.rules = rules(&["md"], &["drafts"]);
    assert_eq!(paths(&tree.walk()), ["one.md"]);
}

#[test]
fn a_slug_is_composed_and_a_collision_is_an_error_on_the_second_file() {
    let tree = Tree::new();
    tree.write("a/one.markdown", "");
    tree.write("a/cafe\u{301}.md", "decomposed");
    tree.write("b/caf\u{e9}.md", "composed");
    let walk = walk(&[tree.path("a"), tree.path("b")], &tree.rules);
    assert_eq!(paths(&walk), ["cafe\u{301}.md", "one.markdown"]);
    assert_eq!(walk.files[0].slug, Slug::from("caf\u{e9}"));
    let found = errors(&walk);
    assert!(found[0].starts_with("one.md: has the slug `one`, which "), "{found:?}");
    assert!(found[1].starts_with("caf\u{e9}.md: has the slug"), "{found:?}");
    assert_eq!(walk.read(&walk.files[0], later()).unwrap().text, "decomposed");
}

#[test]
fn a_link_out_is_an_error_and_a_link_within_is_none() {
    let tree = Tree::new();
    tree.write("outside/secret.md", "secret");
    symlink(tree.path("outside/secret.md"), tree.path("a/secret.md")).unwrap();
    symlink(tree.path("outside"), tree.path("a/out")).unwrap();
    symlink("one.md", tree.path("a/same.md")).unwrap();
    symlink(".", tree.path("a/loop")).unwrap();
    symlink("nowhere", tree.path("a/broken.md")).unwrap();
    symlink("nowhere", tree.path("a/broken.txt")).unwrap();
    let walk = tree.walk();
    assert_eq!(paths(&walk), ["one.md"]);
    assert_eq!(
        errors(&walk),
        [
            "broken.md: is a symbolic link that leads nowhere",
            "out: is a symbolic link out of the runbooks folder, and is not followed",
            "secret.md: is a symbolic link out of the runbooks folder, and is not followed",
        ]
    );
    // What stood there before is not forgotten because a link stands there now.
    assert!(!walk.may_retire(0, "secret.md"));
    assert!(!walk.may_retire(0, "out/x.md"));
    assert!(walk.may_retire(0, "output.md"));
}

#[test]
fn pipes_and_sockets_are_one_error_each_and_never_wait() {
    let tree = Tree::new();
    let mode = Mode::from_raw_mode(0o600);
    for name in ["a/pipe.md", "a/pipe.txt"] {
        let (cwd, path) = (rustix::fs::CWD, tree.path(name));
        rustix::fs::mknodat(cwd, path, FileType::Fifo, mode, 0).unwrap();
    }
    let _socket = std::os::unix::net::UnixListener::bind(tree.path("a/socket.md")).unwrap();
    let walk = tree.walk();
    assert_eq!(paths(&walk), ["one.md"]);
    assert_eq!(
        errors(&walk),
        [
            "pipe.md: is not a regular file; only those are read",
            "socket.md: is not a regular file; only those are read",
        ]
    );
}

#[test]
fn a_file_that_turns_into_something_else_after_the_walk_is_not_read() {
    let tree = Tree::new();
    tree.write("a/sub/two.md", "two");
    tree.write("outside/two.md", "secret");
    let walk = tree.walk();
    let [one, two] = walk.files.as_slice() else { panic!("{:?}", walk.files) };

    fs::remove_file(tree.path("a/one.md")).unwrap();
    let error = walk.read(one, later()).unwrap_err().to_string();
    assert!(error.starts_with("one.md: cannot be read: No such file"), "{error}");
    let (cwd, mode) = (rustix::fs::CWD, Mode::from_raw_mode(0o600));
    rustix::fs::mknodat(cwd, tree.path("a/one.md"), FileType::Fifo, mode, 0).unwrap();
    let error = walk.read(one, later()).unwrap_err().to_string();
    assert_eq!(error, "one.md: is not a regular file; only those are read");

    fs::remove_dir_all(tree.path("a/sub")).unwrap();
    symlink(tree.path("outside"), tree.path("a/sub")).unwrap();
    assert!(walk.read(two, later()).is_err());
}

#[test]
fn what_is_no_text_is_an_error_at_its_first_bad_byte() {
    let tree = Tree::new();
    tree.write("a/one.md", b"ok\n\xc3\xa9\xc3\xa9 \xff more\n");
    let walk = tree.walk();
    let error = walk.read(&walk.files[0], later()).unwrap_err();
    assert_eq!(error.to_string(), "one.md:2:4: is not UTF-8 from here on; save it as UTF-8");
}

#[test]
fn a_large_file_is_refused_with_the_limit_in_the_message() {
    let tree = Tree::new();
    tree.write("a/large.md", vec![b'x'; 1025]);
    tree.write("a/full.md", vec![b'x'; 1024]);
    let walk = tree.walk();
    let read = |at: usize| walk.read(&walk.files[at], later());
    assert_eq!(read(0).unwrap().text.len(), 1024);
    let error = read(1).unwrap_err().to_string();
    assert!(error.contains("max_file_size (1024 bytes)"), "{error}");
}

#[test]
fn only_what_changed_is_read_again() {
    let tree = Tree::new();
    tree.write("a/two.md", "two");
    let first = tree.walk();
    let known: HashMap<String, Stat> = first
        .files
        .iter()
        .map(|found| (found.path.clone(), first.read(found, later()).unwrap().stat))
        .collect();
    let changed = |known: &HashMap<String, Stat>| -> Vec<String> {
        let walk = tree.walk();
        let known = |found: &Found| known.get(&found.path).copied();
        walk.changed(known, later()).map(|found| found.path.clone()).collect()
    };
    assert_eq!(changed(&known), Vec::<String>::new());
    // The same size, and another inode with the same time: the stat still tells.
    let time = fs::metadata(tree.path("a/two.md")).unwrap().modified().unwrap();
    tree.write("a/new", "owt");
    File::options().write(true).open(tree.path("a/new")).unwrap().set_modified(time).unwrap();
    fs::rename(tree.path("a/new"), tree.path("a/two.md")).unwrap();
    assert_eq!(changed(&known), ["two.md"]);
}

#[test]
fn a_file_that_changed_just_now_is_read_again_when_it_has_settled() {
    let tree = Tree::new();
    let now = Clock::system().now_ms();
    let walk = tree.walk();
    let content = walk.read(&walk.files[0], now).unwrap();
    assert_ne!(content.stat, walk.files[0].stat);
    let again = |stat: Stat, now| walk.changed(move |_| Some(stat), now).count();
    // Even the right stat is not trusted while the file is young, and the kept one never.
    assert_eq!(again(walk.files[0].stat, now), 1);
    assert_eq!(again(content.stat, later()), 1);
    let settled = walk.read(&walk.files[0], later()).unwrap();
    assert_eq!(again(settled.stat, later()), 0);
    assert_eq!(settled.hash, content.hash);
}

#[test]
fn a_folder_that_cannot_be_listed_keeps_what_is_known_of_it() {
    let tree = Tree::new();
    let walk = walk(&[tree.path("a"), tree.path("gone")], &tree.rules);
    assert_eq!(paths(&walk), ["one.md"]);
    assert!(
        walk.errors[0].to_string().contains("gone cannot be read, what is known of it is kept")
    );
    assert!(walk.complete(0) && !walk.complete(1) && !walk.complete(2));
    assert!(walk.may_retire(0, "x.md"));
    assert!(!walk.may_retire(1, "x.md"));
    assert!(!walk.may_retire(2, "x.md"));
}

#[test]
fn a_folder_without_permission_keeps_what_is_known_of_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let tree = Tree::new();
    tree.write("a/shut/x.md", "");
    fs::set_permissions(tree.path("a/shut"), fs::Permissions::from_mode(0o000)).unwrap();
    let walk = tree.walk();
    if rustix::process::getuid().is_root() {
        eprintln!("skipped: root may list every folder");
        return;
    }
    assert!(errors(&walk)[0].starts_with("shut: cannot be listed"));
    assert!(!walk.may_retire(0, "shut/x.md"));
    assert!(walk.may_retire(0, "y.md"));
}

#[test]
fn a_name_that_is_no_text_is_one_error() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.md");
    fs::write(tree.path("a").join(name), "").unwrap();
    assert_eq!(errors(&tree.walk()), ["caf\u{fffd}.md: its name is not UTF-8; rename it"]);
}
