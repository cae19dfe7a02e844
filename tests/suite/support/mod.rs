//! The harness: a workspace and a store of one's own, the real program, and what it said.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub(crate) mod browser;
pub(crate) mod certificates;
pub(crate) mod chat_server;
pub(crate) mod mail_server;
pub(crate) mod scripted_server;

/// Noon of 1 June 2026, in UTC: "now" in every test that does not say otherwise.
pub(crate) const NOON: &str = "2026-06-01T12:00:00Z";

/// The folder of other teams' runbooks, where it is present.
pub(crate) fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = match std::env::var_os("RUNLEDGER_SHARED") {
        Some(folder) => root.join(folder),
        None => root.join("../shared"),
    };
    folder.join("corpus").is_dir().then_some(folder)
}

/// Says that a test, or a part of it, was skipped, and why.
pub(crate) fn skip(reason: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Past the capture of the test runner, so that it is seen in every run.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
}

/// A folder with a workspace and, beside it, a store; gone when dropped.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
    now: String,
}

impl Lab {
    /// An empty workspace.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("runledger-").tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("workspace/runbooks")).expect("a workspace");
        std::fs::create_dir_all(folder.path().join("home")).expect("a home");
        Self { folder, now: NOON.to_owned() }
    }

    /// The same at another time.
    pub(crate) fn at(mut self, now: &str) -> Self {
        now.clone_into(&mut self.now);
        self
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("workspace").join(name)
    }

    /// Where ledger and index are.
    pub(crate) fn store_dir(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// The files of the store whose names begin so.
    pub(crate) fn store_files(&self, beginning: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.store_dir()).expect("a store");
        entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(beginning))
            })
            .collect()
    }

    /// Writes a file of the workspace, folders included.
    pub(crate) fn write(&self, name: &str, text: &str) {
        self.write_bytes(name, text.as_bytes());
    }

    /// The same for what is no text.
    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// What a file of the workspace says.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Removes a file of the workspace.
    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("a file");
    }

    /// Makes a file look as if it had not been touched for an hour of the lab's time.
    pub(crate) fn age(&self, name: &str) {
        let when =
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let file = std::fs::File::options().append(true).open(self.path(name)).expect("a file");
        file.set_modified(when).expect("a time");
    }

    /// Copies a folder into the workspace.
    pub(crate) fn copy_tree(&self, from: &Path, to: &str) {
        for entry in std::fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let target = if to.is_empty() { name } else { format!("{to}/{name}") };
            if entry.path().is_dir() {
                self.copy_tree(&entry.path(), &target);
            } else {
                self.write_bytes(&target, &std::fs::read(entry.path()).expect("a file"));
            }
        }
    }

    /// A command of the real program in this workspace, with nothing of this machine's settings.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runledger"));
        command
            .args(args)
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .env("RUNLEDGER_STORE", self.store_dir())
            .env("RUNLEDGER_ACTOR", "tester")
            .env("RUNLEDGER_NODE", "node-1")
            .env("RUNLEDGER_NOW", &self.now)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Said {
        Said::of(&self.command(args).output().expect("the program runs"))
    }

    /// Runs a command that reads its standard input.
    pub(crate) fn run_with_input<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> Said {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("an input");
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let _ = stdin.write_all(input);
            });
            Said::of(&child.wait_with_output().expect("the program ends"))
        })
    }

    /// Runs git in the workspace and gives what it said.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Tester", "-c", "user.email=tester@example.org"])
            .args(args)
            .current_dir(self.path(""))
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the server on a free port.
    pub(crate) fn serve(&self, args: &[&str]) -> Server {
        self.serve_at(&self.now, "127.0.0.1:0", args)
    }

    /// Starts the server at another time, and where another one listened before.
    pub(crate) fn serve_at(&self, now: &str, listen: &str, args: &[&str]) -> Server {
        self.serve_with(now, listen, args, &[])
    }

    /// The same with more in its environment.
    pub(crate) fn serve_with(
        &self,
        now: &str,
        listen: &str,
        args: &[&str],
        environment: &[(&str, &str)],
    ) -> Server {
        let mut command = self.command(&[&["serve", "--listen", listen], args].concat());
        command.env("RUNLEDGER_NOW", now).envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("its first line");
        let Some(at) = line.find("http://") else {
            let mut why = String::new();
            let _ = child.stderr.take().expect("its errors").read_to_string(&mut why);
            panic!("the server said {line:?} and {why}");
        };
        let url = line[at..].trim().trim_end_matches('/').to_owned();
        Server { child, url }
    }
}

/// What a command said.
pub(crate) struct Said {
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
    /// Its exit code; −1 if it was killed.
    pub(crate) code: i32,
}

impl Said {
    fn of(output: &std::process::Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// It was done.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// It was refused.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
        assert_eq!(self.code, 2, "{}\n{}", self.stdout, self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        self
    }

    /// It said this, on either output.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        let said = self.stdout.contains(words) || self.stderr.contains(words);
        assert!(said, "expected {words:?} in\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Its output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.stdout, self.stderr))
    }
}

/// A running server; ended when dropped.
pub(crate) struct Server {
    child: Child,
    /// Its address, without a final slash.
    pub(crate) url: String,
}

impl Server {
    /// Tells it to stop, as an init system does, and waits until it has.
    pub(crate) fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).expect("a process");
        let pid = rustix::process::Pid::from_raw(pid).expect("a process");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        assert!(self.child.wait().expect("its end").success(), "it did not end well");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
