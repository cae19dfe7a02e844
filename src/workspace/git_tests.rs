//! Tests of what git tells, on real repositories made by the program itself.

use std::fs;

use super::*;

struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.git(&["config", "user.name", "Ana Lima"]);
        repository.git(&["config", "user.email", "ana@example.org"]);
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        self.git_at(args, 0)
    }

    #[track_caller]
    fn git_at(&self, args: &[&str], seconds: i64) -> String {
        let mut command = anywhere(self.folder.path());
        let date = format!("@{seconds} +0000");
        command.env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", &date);
        let output = command.args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, seconds: i64) -> String {
        self.git(&["add", "-A"]);
        self.git_at(&["commit", "-q", "-m", "x"], seconds);
        self.git(&["rev-parse", "HEAD"])
    }

    fn history(&self) -> History {
        History::load(self.folder.path(), &[self.path("r")]).unwrap()
    }
}

const BODY: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

#[test]
fn a_folder_without_a_repository_has_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Git::open(folder.path()).is_none());
    assert!(History::load(folder.path(), &[]).is_none());
    assert!(Contents::open(folder.path()).is_none());
}

#[test]
fn a_repository_without_commits_has_an_empty_history() {
    let repository = Repository::new();
    assert_eq!(repository.history().last_change(&repository.path("r/a.md")), None);
    assert_eq!(Git::open(repository.folder.path()).unwrap().head(), None);
}

#[test]
fn the_text_of_a_day_is_found_across_renames() {
    let repository = Repository::new();
    repository.write("r/old name é.md", BODY);
    let first = repository.commit(1_000);
    repository.git(&["mv", "r/old name é.md", "r/b.md"]);
    repository.write("r/b.md", &format!("{BODY}eleven\n"));
    let second = repository.commit(2_000);

    let history = repository.history();
    let path = repository.path("r/b.md");
    let old = history.version_at(&path, 2_000_000).unwrap();
    assert_eq!((&old.commit, old.path.as_str()), (&first, "r/old name é.md"));
    assert_eq!(history.last_change(&path).unwrap().commit, second);
    assert_eq!(history.earlier_paths(&path), [repository.path("r/old name é.md")]);

    let mut contents = Contents::open(repository.folder.path()).unwrap();
    assert_eq!(contents.read(&old.commit, &old.path).as_deref(), Some(BODY));
    assert_eq!(contents.read(&first, "r/b.md"), None);
    assert_eq!(contents.read(&first, "r"), None);
    assert_eq!(contents.read(&first, "r/x\nHEAD:r/b.md"), None);
    assert_eq!(contents.read("HEAD", "r/b.md"), None);
    // The answers still match the questions.
    assert_eq!(contents.read(&second, "r/b.md"), Some(format!("{BODY}eleven\n")));
}

#[test]
fn a_version_on_a_branch_counts_from_its_merge_on() {
    let repository = Repository::new();
    repository.write("r/a.md", BODY);
    let first = repository.commit(1_000);
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("r/a.md", &format!("{BODY}side\n"));
    repository.commit(2_000);
    repository.git(&["checkout", "-q", "main"]);
    repository.write("r/b.md", "b");
    repository.commit(3_000);
    repository.git_at(&["merge", "-q", "--no-edit", "side"], 4_000);
    let merge = repository.git(&["rev-parse", "HEAD"]);

    let history = repository.history();
    let at = |ms| history.version_at(&repository.path("r/a.md"), ms).unwrap().commit;
    assert_eq!(at(3_500_000), first);
    assert_eq!(at(4_500_000), merge);
}

#[test]
fn other_folders_are_not_looked_at() {
    let repository = Repository::new();
    repository.write("r/a.md", "a");
    repository.write("src/b.md", "b");
    repository.commit(1_000);
    let history = repository.history();
    assert!(history.last_change(&repository.path("r/a.md")).is_some());
    assert_eq!(history.last_change(&repository.path("src/b.md")), None);
    let whole = History::load(repository.folder.path(), &[repository.path("")]).unwrap();
    assert!(whole.last_change(&repository.path("src/b.md")).is_some());
}

#[test]
fn reading_runs_nothing_that_the_repository_names() {
    let repository = Repository::new();
    repository.write("r/a.md", "a");
    repository.commit(1_000);
    repository.write("r/a.md", "b");
    let mark = repository.path("mark");
    let program = repository.path("evil.sh");
    repository.write("evil.sh", &format!("#!/bin/sh\ntouch '{}'\n", mark.display()));
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    for key in ["core.fsmonitor", "core.pager", "diff.external", "gpg.program", "diff.x.textconv"] {
        repository.git(&["config", key, &program]);
    }
    repository.git(&["config", "log.showSignature", "true"]);
    repository.write(".gitattributes", "*.md diff=x\n");
    repository.write(".git/hooks/post-index-change", "#!/bin/sh\nexec ./evil.sh\n");

    let git = Git::open(repository.folder.path()).unwrap();
    assert_eq!(git.state_of(&repository.path("r/a.md")), Some(FileState::Edited));
    assert!(git.head().is_some());
    let version = repository.history().last_change(&repository.path("r/a.md")).unwrap();
    let mut contents = Contents::open(repository.folder.path()).unwrap();
    assert_eq!(contents.read(&version.commit, &version.path).as_deref(), Some("a"));
    assert_eq!(user_name(repository.folder.path()).as_deref(), Some("Ana Lima"));
    assert!(!mark.exists(), "a program that the repository names was run");
}

#[test]
fn a_commit_takes_one_file_and_leaves_the_rest() {
    let repository = Repository::new();
    repository.write("r/a b.md", "a");
    repository.write("r/c.md", "c");
    repository.commit(1_000);
    repository.write("r/a b.md", "a2");
    repository.write("r/c.md", "c2");
    repository.git(&["add", "r/c.md"]);

    let git = Git::open(repository.folder.path()).unwrap();
    let path = repository.path("r/a b.md");
    git.commit_file(&path, "-m: record an exercise\n# kept").unwrap();
    assert_eq!(git.state_of(&path), Some(FileState::Clean));
    assert_eq!(git.state_of(&repository.path("r/c.md")), Some(FileState::Edited));
    assert_eq!(repository.git(&["show", "--name-only", "--format=", "HEAD"]), "r/a b.md");
    let message = repository.git(&["log", "-1", "--format=%B"]);
    assert_eq!(message, "-m: record an exercise\n# kept");
}

#[test]
fn a_commit_that_git_refuses_says_why() {
    let repository = Repository::new();
    repository.write("r/a.md", "a");
    repository.commit(1_000);
    repository.write("r/new.md", "new");
    let git = Git::open(repository.folder.path()).unwrap();
    let untracked = repository.path("r/new.md");
    assert_eq!(git.state_of(&untracked), Some(FileState::Untracked));
    let error = git.commit_file(&untracked, "x").unwrap_err().to_string();
    assert!(error.contains("did not match any file"), "{error}");

    repository.write("r/a.md", "a2");
    let hook = repository.path(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\necho no runbooks on fridays >&2\nexit 1\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let error = git.commit_file(&repository.path("r/a.md"), "x").unwrap_err().to_string();
    assert_eq!(error, "git: no runbooks on fridays");
}
