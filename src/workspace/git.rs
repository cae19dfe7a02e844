//! What git knows about the workspace, by calling the `git` program.
//!
//! Without git, or outside a repository, there is no answer, and that is no error. A repository
//! may be hostile: nothing that its configuration names is run by reading from it.

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

pub use super::history::{History, Version};

/// The largest text that is taken from the history, in bytes.
const MAX_TEXT: u64 = 64 * 1024 * 1024;

/// How often a commit is tried while somebody else holds the repository's lock.
const COMMIT_TRIES: u32 = 10;

/// The program, set up to only read: no prompt, no lock, no hook, no helper of the repository's
/// choice, no fetch of what is missing.
pub(super) fn reading(folder: &Path) -> Command {
    let mut command = anywhere(folder);
    command.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    command.args(["-c", "log.showSignature=false", "-c", "protocol.allow=never"]);
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    command
}

/// The program, in a folder, whatever repository the process itself was started from.
fn anywhere(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"] {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_LITERAL_PATHSPECS", "1").env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.arg("-C").arg(folder).args(["--no-pager", "-c", "core.quotepath=off"]);
    command
}

/// What a call prints, if it succeeds.
fn output(mut command: Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim_end_matches('\n').to_owned())
}

/// The name that git would put on a commit made in a folder.
pub fn user_name(folder: &Path) -> Option<String> {
    let mut command = reading(folder);
    command.args(["config", "--get", "user.name"]);
    output(command).filter(|name| !name.trim().is_empty())
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Git {
    top: PathBuf,
}

/// How a file stands to the last commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It is as committed.
    Clean,
    /// It was edited since.
    Edited,
    /// Git does not keep it.
    Untracked,
}

/// Why git did not do what was asked: what it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError(String);

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git: {}", self.0)
    }
}

impl std::error::Error for GitError {}

impl From<io::Error> for GitError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl Git {
    /// The repository that a folder belongs to, if there is one and git may be used on it.
    pub fn open(folder: &Path) -> Option<Self> {
        let mut command = reading(folder);
        command.args(["rev-parse", "--show-toplevel"]);
        let top = output(command).filter(|top| !top.is_empty())?;
        Some(Self { top: PathBuf::from(top) })
    }

    /// The repository's folder.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The commit that is checked out.
    pub fn head(&self) -> Option<String> {
        let mut command = reading(&self.top);
        command.args(["rev-parse", "--verify", "--quiet", "HEAD"]);
        output(command)
    }

    /// How a file stands to the last commit; none if git cannot tell.
    pub fn state_of(&self, path: &Path) -> Option<FileState> {
        let mut command = reading(&self.top);
        command.args(["status", "--porcelain=v1", "--ignored", "-z", "--"]).arg(path);
        let status = command.output().ok().filter(|output| output.status.success())?.stdout;
        Some(match status.get(..2) {
            None => FileState::Clean,
            Some(b"??" | b"!!") => FileState::Untracked,
            Some(_) => FileState::Edited,
        })
    }

    /// Commits one file as it is, and nothing else, whatever else is staged. The repository's
    /// hooks run: it is the team's own commit.
    ///
    /// # Errors
    /// Git refuses: a hook says no, the file is not kept by git, a merge is under way.
    pub fn commit_file(&self, path: &Path, message: &str) -> Result<(), GitError> {
        for attempt in 1.. {
            let mut command = anywhere(&self.top);
            command.args(["commit", "--quiet", "--only", "--cleanup=whitespace", "-m", message]);
            let output = command.arg("--").arg(path).output()?;
            if output.status.success() {
                return Ok(());
            }
            let said = [output.stderr, output.stdout].concat();
            let said = String::from_utf8_lossy(&said).trim().to_owned();
            if attempt == COMMIT_TRIES || !said.contains("index.lock") {
                return Err(GitError(said));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

/// Texts of the history: one process that answers for as long as this lives.
#[derive(Debug)]
pub struct Contents {
    process: Child,
    // None only while it is being dropped.
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
}

impl Contents {
    /// Starts reading from the repository that a folder belongs to.
    pub fn open(folder: &Path) -> Option<Self> {
        let mut command = reading(&Git::open(folder)?.top);
        command.args(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().ok()?;
        let ask = process.stdin.take();
        let answer = BufReader::new(process.stdout.take()?);
        Some(Self { process, ask, answer })
    }

    /// The text of a file in a commit; none if there is none, or it is no text.
    pub fn read(&mut self, commit: &str, path: &str) -> Option<String> {
        // The question is one line, and its beginning must be a commit.
        let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_commit || path.contains(['\n', '\0']) {
            return None;
        }
        let ask = self.ask.as_mut()?;
        writeln!(ask, "{commit}:{path}").ok()?;
        ask.flush().ok()?;
        let mut header = String::new();
        self.answer.read_line(&mut header).ok()?;
        let (kind, size) = object(&header)?;
        let mut bytes = Vec::new();
        if kind == "blob" && size <= MAX_TEXT {
            (&mut self.answer).take(size).read_to_end(&mut bytes).ok()?;
        } else {
            io::copy(&mut (&mut self.answer).take(size), &mut io::sink()).ok()?;
        }
        self.answer.read_exact(&mut [0]).ok()?;
        if kind == "blob" && bytes.len() as u64 == size {
            String::from_utf8(bytes).ok()
        } else {
            None
        }
    }
}

/// Reads `HASH KIND SIZE`; what is missing has another form.
fn object(header: &str) -> Option<(&str, u64)> {
    let mut parts = header.trim_end_matches('\n').split(' ');
    let hash = parts.next()?;
    let (kind, size) = (parts.next()?, parts.next()?.parse().ok()?);
    let whole = parts.next().is_none() && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then_some((kind, size))
}

impl Drop for Contents {
    fn drop(&mut self) {
        // Without questions the process ends by itself.
        self.ask.take();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
#[path = "git_tests.rs"]
mod tests;
