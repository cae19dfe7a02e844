//! When which file changed, and what it was called before: one pass over git's log.
//!
//! The first-parent history is what counts: a version that lay on a branch was in force only
//! once it was merged. So a merge is one change, at the time of the merge.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::git::{Git, reading};

/// More changes than this are not kept: what is older is then unknown.
const MAX_CHANGES: usize = 2_000_000;

/// A commit that a file was written in, and the file's path at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The commit.
    pub commit: String,
    /// The path then, under the repository's folder.
    pub path: String,
    /// When it was committed, in milliseconds since 1970.
    pub committed_at_ms: i64,
}

/// A commit that touches the folders.
#[derive(Debug)]
struct Commit {
    id: Box<str>,
    time_ms: i64,
}

type PathId = u32;

/// What a commit did to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Written,
    RenamedFrom(PathId),
    Gone,
}

/// The changes of some folders, newest first.
#[derive(Debug, Default)]
pub struct History {
    top: PathBuf,
    commits: Vec<Commit>,
    ids: HashMap<Box<str>, PathId>,
    /// For each path what happened to it, newest first, with the index of the commit.
    changes: Vec<Vec<(u32, Change)>>,
    names: Vec<Box<str>>,
    truncated: bool,
}

impl History {
    /// Reads the history of folders of a workspace. None without git or a repository; a
    /// repository without commits has an empty history.
    ///
    /// Only these folders are looked at, since a workspace may be the top of a very large
    /// repository; a file that came from elsewhere begins where it came in.
    pub fn load(workspace: &Path, folders: &[PathBuf]) -> Option<Self> {
        let git = Git::open(workspace)?;
        let mut history = Self { top: git.top().to_path_buf(), ..Self::default() };
        let inside: Vec<_> = folders.iter().filter_map(|folder| history.inside(folder)).collect();
        if inside.is_empty() {
            return Some(history);
        }
        let mut command = reading(git.top());
        command.args(["log", "-z", "--first-parent", "-m", "--name-status", "-M", "--no-color"]);
        command.args(["--no-show-signature", "--no-ext-diff", "--no-textconv", "--encoding=UTF-8"]);
        command.args(["--format=%x01%H %ct", "HEAD", "--"]).args(&inside);
        let mut process = command.stderr(Stdio::null()).spawn().ok()?;
        let stdout = process.stdout.take()?;
        // What was read before an error is still true.
        let _ = history.read(BufReader::new(stdout));
        let _ = process.kill();
        let _ = process.wait();
        Some(history)
    }

    /// Whether there was more than is kept.
    pub const fn truncated(&self) -> bool {
        self.truncated
    }

    /// What a file was at a moment: the last version committed before it, under the name it had
    /// then. `path` is absolute.
    pub fn version_at(&self, path: &Path, before_ms: i64) -> Option<Version> {
        let mut found = None;
        self.follow(path, |id, commit, change| {
            if commit.time_ms >= before_ms {
                return true;
            }
            if change != Change::Gone {
                found = Some(self.version(id, commit));
            }
            false
        });
        found
    }

    /// The newest version of a file.
    pub fn last_change(&self, path: &Path) -> Option<Version> {
        self.version_at(path, i64::MAX)
    }

    /// The versions of a file, the latest first, under the names it had then.
    pub fn versions(&self, path: &Path, limit: usize) -> Vec<Version> {
        let mut versions = Vec::new();
        self.follow(path, |id, commit, change| {
            if change != Change::Gone {
                versions.push(self.version(id, commit));
            }
            versions.len() < limit
        });
        versions
    }

    /// The absolute paths that a file had before, by git's renames, the latest first.
    pub fn earlier_paths(&self, path: &Path) -> Vec<PathBuf> {
        let mut earlier = Vec::new();
        self.follow(path, |_, _, change| {
            if let Change::RenamedFrom(from) = change {
                earlier.push(self.top.join(&*self.names[from as usize]));
            }
            true
        });
        earlier
    }

    fn version(&self, path: PathId, commit: &Commit) -> Version {
        Version {
            commit: commit.id.to_string(),
            path: self.names[path as usize].to_string(),
            committed_at_ms: commit.time_ms,
        }
    }

    /// Visits what happened to a file, newest first, across its renames, until told to stop.
    fn follow(&self, path: &Path, mut visit: impl FnMut(PathId, &Commit, Change) -> bool) {
        let Some(path) = self.inside(path) else { return };
        let mut next = self.ids.get(path.as_str()).map(|id| (*id, 0));
        while let Some((id, since)) = next.take() {
            for (at, change) in self.changes[id as usize].iter().filter(|(at, _)| *at >= since) {
                if !visit(id, &self.commits[*at as usize], *change) {
                    return;
                }
                if let Change::RenamedFrom(from) = change {
                    next = Some((*from, at + 1));
                    break;
                }
            }
        }
    }

    /// An absolute path as git writes it.
    fn inside(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(&self.top).ok()?.to_str()?;
        Some(if inside.is_empty() { ".".to_owned() } else { inside.to_owned() })
    }

    /// Reads the log: fields that end in NUL; a commit, then for each file a letter and its path,
    /// or for a rename both paths.
    fn read(&mut self, mut log: impl BufRead) -> io::Result<()> {
        let mut kept = 0;
        while let Some(field) = next_field(&mut log)? {
            if let Some(header) = field.strip_prefix('\u{1}') {
                let Some((id, seconds)) = header.split_once(' ') else { continue };
                let time_ms = seconds.trim().parse::<i64>().unwrap_or(0).saturating_mul(1000);
                self.commits.push(Commit { id: id.into(), time_ms });
                continue;
            }
            let Some(path) = next_field(&mut log)? else { return Ok(()) };
            let letter = field.trim_start_matches('\n').chars().next();
            match letter {
                Some('R') => {
                    let Some(to) = next_field(&mut log)? else { return Ok(()) };
                    let from = self.id_of(&path);
                    self.note(&to, Change::RenamedFrom(from));
                    self.note(&path, Change::Gone);
                }
                Some('C') => {
                    let Some(to) = next_field(&mut log)? else { return Ok(()) };
                    self.note(&to, Change::Written);
                }
                Some('D') => self.note(&path, Change::Gone),
                _ => self.note(&path, Change::Written),
            }
            kept += 1;
            if kept == MAX_CHANGES {
                self.truncated = true;
                break;
            }
        }
        Ok(())
    }

    fn id_of(&mut self, path: &str) -> PathId {
        if let Some(id) = self.ids.get(path) {
            return *id;
        }
        let id = PathId::try_from(self.names.len()).unwrap_or(PathId::MAX);
        self.ids.insert(path.into(), id);
        self.names.push(path.into());
        self.changes.push(Vec::new());
        id
    }

    /// Notes a change of the commit read last. Where a commit gives a path away and gets it back,
    /// as when two files swap names, what it got is what counts.
    fn note(&mut self, path: &str, change: Change) {
        let Some(commit) = self.commits.len().checked_sub(1) else { return };
        let commit = u32::try_from(commit).unwrap_or(u32::MAX);
        let id = self.id_of(path) as usize;
        match self.changes[id].last_mut() {
            Some((at, _)) if *at == commit && change == Change::Gone => {}
            Some((at, before)) if *at == commit => *before = change,
            _ => self.changes[id].push((commit, change)),
        }
    }
}

/// The next field. A path that is no UTF-8 is not the path of a document; it is read as
/// something that no path is equal to.
fn next_field(log: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    log.read_until(0, &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| format!("\u{0}{}", String::from_utf8_lossy(error.as_bytes()))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(log: &str) -> History {
        let mut history = History { top: "/r".into(), ..History::default() };
        history.read(log.as_bytes()).unwrap();
        history
    }

    #[track_caller]
    fn check(log: &str, path: &str, before_s: i64, expected: Option<(&str, &str)>) {
        let version = history(log).version_at(Path::new(path), before_s * 1000);
        let found = version.as_ref().map(|v| (v.commit.as_str(), v.path.as_str()));
        assert_eq!(found, expected, "{path} before {before_s}");
    }

    const LOG: &str = "\u{1}c5 50\0\nM\0b.md\0\u{1}c4 40\0\nR090\0a.md\0b.md\0A\0other.md\0\
                       \u{1}c3 30\0\nA\0a.md\0\u{1}c2 20\0\nD\0a.md\0\u{1}c1 10\0\nA\0a.md\0";

    #[test]
    fn the_version_of_a_moment_is_the_last_one_committed_before_it() {
        check(LOG, "/r/b.md", 51, Some(("c5", "b.md")));
        check(LOG, "/r/b.md", 50, Some(("c4", "b.md")));
        check(LOG, "/r/b.md", 40, Some(("c3", "a.md")));
        check(LOG, "/r/b.md", 30, None);
        check(LOG, "/r/b.md", 15, Some(("c1", "a.md")));
        check(LOG, "/r/b.md", 10, None);
        check(LOG, "/r/other.md", 40, None);
        check(LOG, "/r/unknown.md", 99, None);
        check(LOG, "/elsewhere/b.md", 99, None);
    }

    #[test]
    fn two_files_that_swap_names_keep_their_histories() {
        let log = "\u{1}c2 20\0\nR100\0a\0b\0R100\0b\0a\0\u{1}c1 10\0\nA\0a\0A\0b\0";
        let earlier = |path: &str| history(log).earlier_paths(Path::new(path));
        assert_eq!(earlier("/r/a"), [Path::new("/r/b")]);
        assert_eq!(earlier("/r/b"), [Path::new("/r/a")]);
        check(log, "/r/a", 15, Some(("c1", "b")));
    }

    #[test]
    fn a_log_that_breaks_off_is_read_as_far_as_it_goes() {
        for end in 0..LOG.len() {
            if let Some(log) = LOG.get(..end) {
                history(log).earlier_paths(Path::new("/r/b.md"));
            }
        }
        assert_eq!(history("R100\0a\0b\0").earlier_paths(Path::new("/r/b")).len(), 0);
    }
}
