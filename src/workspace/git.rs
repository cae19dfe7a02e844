//! What git knows about the workspace, by calling the `git` program.
//!
//! Without git, or outside a repository, there is no answer, and that is no error. A repository
//! may be hostile: nothing that its configuration names is run by reading from it.

use std::path::Path;
use std::process::{Command, Stdio};

/// The program, set up to only read: no prompt, no lock, no hook, no helper of the repository's
/// choice, no fetch of what is missing.
fn reading(folder: &Path) -> Command {
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
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
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
