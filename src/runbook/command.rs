//! Fences, read as commands: what to type, what it prints, and what the comments say.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::outline::Fence;
use super::shell::first_command;
use crate::text::pattern::pattern;

/// A prompt at a line's beginning: `$ `, `❯ ` or `user@host:~$ `.
static PROMPT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[ \t]*(?:\$|❯|[\w.-]+@[\w.-]+:[^\s$#]*[$#])[ \t]+"));

const SHELLS: [&str; 13] = [
    "sh",
    "bash",
    "shell",
    "console",
    "zsh",
    "ksh",
    "fish",
    "posix",
    "shell-session",
    "shellsession",
    "sh-session",
    "bash-session",
    "terminal",
];

/// Programs that a fence without a language is recognised by.
const PROGRAMS: [&str; 84] = [
    "alembic",
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "argocd",
    "aws",
    "az",
    "bash",
    "bundle",
    "calicoctl",
    "cat",
    "cd",
    "ceph",
    "certbot",
    "chmod",
    "chown",
    "cilium",
    "consul",
    "cp",
    "crictl",
    "ctr",
    "curl",
    "df",
    "dig",
    "docker",
    "docker-compose",
    "dmesg",
    "du",
    "echo",
    "etcdctl",
    "export",
    "find",
    "flux",
    "gcloud",
    "gh",
    "git",
    "grep",
    "gsutil",
    "helm",
    "host",
    "ip",
    "istioctl",
    "journalctl",
    "jq",
    "kafka-topics",
    "kafka-topics.sh",
    "kill",
    "knife",
    "kubeadm",
    "kubectl",
    "ls",
    "lsblk",
    "lsof",
    "make",
    "mkdir",
    "mongosh",
    "mount",
    "mv",
    "mysql",
    "netstat",
    "nomad",
    "nslookup",
    "oc",
    "openssl",
    "pg_ctl",
    "pg_dump",
    "pg_restore",
    "ping",
    "promtool",
    "ps",
    "psql",
    "python3",
    "rabbitmqctl",
    "redis-cli",
    "rm",
    "rsync",
    "scp",
    "ssh",
    "sudo",
    "systemctl",
    "terraform",
    "vault",
    "velero",
];

/// A fence, read: its commands and everything in it that is no command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FenceReading {
    pub(super) commands: Vec<Typed>,
    /// Comments, output and text.
    pub(super) words: String,
    pub(super) language: String,
}

/// A command of a fence, with offsets in the fence's content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) text: String,
    pub(super) range: Range<usize>,
    pub(super) expected: Vec<String>,
    /// What is said above it, and below the command before it.
    pub(super) comment: Vec<String>,
    /// What is said below the last command.
    pub(super) after: Vec<String>,
}

/// Reads a fence; one that is no shell has no commands.
pub(super) fn read(fence: &Fence) -> FenceReading {
    let language = language(&fence.info);
    let content = fence.content.as_str();
    let is_shell =
        SHELLS.contains(&language.as_str()) || (language.is_empty() && looks_like_shell(content));
    let mut reader = Reader { content, ..Reader::default() };
    if !is_shell {
        reader.words.push_str(content);
    } else if content.lines().any(|line| PROMPT.is_match(line)) {
        reader.read_session();
    } else {
        reader.read_script();
    }
    reader.end();
    FenceReading { commands: reader.commands, words: reader.words, language }
}

/// `sh` from an info string like `{.sh title="x"}`, lower case.
fn language(info: &str) -> String {
    let word = info.trim().trim_start_matches(['{', '.']);
    let end = word.find(|c: char| c.is_whitespace() || ",{}:;".contains(c));
    word[..end.unwrap_or(word.len())].to_lowercase()
}

fn looks_like_shell(content: &str) -> bool {
    if content.lines().any(|line| PROMPT.is_match(line)) {
        return true;
    }
    if content.starts_with("#!") {
        return content.lines().next().is_some_and(|line| line.ends_with("sh"));
    }
    let first =
        content.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let name = first.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    PROGRAMS.contains(&name)
}

/// After this many commands that never end, a fence is read line by line.
const PATIENCE: usize = 8;

#[derive(Debug, Default)]
struct Reader<'t> {
    content: &'t str,
    at: usize,
    commands: Vec<Typed>,
    words: String,
    /// What is said of the next command.
    comment: Vec<String>,
    unfinished: usize,
}

impl<'t> Reader<'t> {
    /// The line at the current place, without its end, and where the next one begins.
    fn line(&self) -> (&'t str, usize) {
        let rest = &self.content[self.at..];
        let length = rest.find('\n').unwrap_or(rest.len());
        (&rest[..length], (self.at + length + 1).min(self.content.len()))
    }

    fn note(&mut self, words: &str) {
        self.words.push_str(words);
        self.words.push('\n');
    }

    /// Commands with comments: those right below a command show what it prints, those above say
    /// what it is for.
    fn read_script(&mut self) {
        // What the lines below the last command are: nothing yet, comments or raw output.
        let mut below = Below::Nothing;
        while self.at < self.content.len() {
            let (line, next) = self.line();
            let trimmed = line.trim();
            if trimmed.is_empty() {
                below = Below::Nothing;
                self.part();
                self.at = next;
            } else if below == Below::Output || (below == Below::Command && is_ellipsis(trimmed)) {
                below = Below::Output;
                self.expect(trimmed);
                self.note(trimmed);
                self.at = next;
            } else if trimmed.starts_with('#') {
                let words = uncommented(trimmed);
                self.note(words);
                match below {
                    Below::Nothing => self.comment.push(words.to_owned()),
                    Below::Command | Below::Output => self.expect(words),
                }
                self.at = next;
            } else {
                let start = self.at + (line.len() - line.trim_start().len());
                let end = self.command_end(start);
                self.push(start..end, &self.content[start..end]);
                below = Below::Command;
            }
        }
    }

    /// A session with prompts: what follows a command up to the next prompt is what it prints.
    fn read_session(&mut self) {
        let mut after_blank = true;
        while self.at < self.content.len() {
            let (line, next) = self.line();
            if let Some(prompt) = PROMPT.find(line) {
                let start = self.at + prompt.end();
                let end = self.session_command_end(start);
                let typed = without_second_prompts(&self.content[start..end]);
                self.push(start..end, &typed);
                after_blank = false;
                continue;
            }
            let trimmed = line.trim_end();
            self.note(trimmed);
            if after_blank && trimmed.trim_start().starts_with('#') {
                self.comment.push(uncommented(trimmed.trim_start()).to_owned());
            } else if self.commands.is_empty() {
                // Nothing has printed it yet.
                self.comment.push(trimmed.to_owned());
            } else {
                // What looked like a remark was printed too.
                for words in std::mem::take(&mut self.comment) {
                    self.expect(&format!("# {words}"));
                }
                after_blank = trimmed.is_empty();
                self.expect(trimmed);
            }
            self.at = next;
        }
        for command in &mut self.commands {
            while command.expected.last().is_some_and(|line| line.trim().is_empty()) {
                command.expected.pop();
            }
        }
    }

    /// A blank line parts what is said.
    fn part(&mut self) {
        if self.comment.last().is_some_and(|line| !line.is_empty()) {
            self.comment.push(String::new());
        }
    }

    /// What was said since the last command; blank lines at its ends are left out.
    fn said(&mut self) -> Vec<String> {
        let mut said = std::mem::take(&mut self.comment);
        while said.last().is_some_and(String::is_empty) {
            said.pop();
        }
        let first = said.iter().position(|line| !line.is_empty()).unwrap_or(0);
        said.split_off(first)
    }

    /// What is said below the last command belongs to none, and is kept with it.
    fn end(&mut self) {
        let said = self.said();
        if let Some(last) = self.commands.last_mut() {
            last.after = said;
        }
    }

    fn expect(&mut self, line: &str) {
        if let Some(command) = self.commands.last_mut() {
            command.expected.push(line.to_owned());
        }
    }

    fn push(&mut self, range: Range<usize>, text: &str) {
        let text = text.replace("\r\n", "\n").trim_end().to_owned();
        let end = range.start + self.content[range.clone()].trim_end().len();
        let after = self.content[range.end..]
            .find('\n')
            .map_or(self.content.len(), |at| range.end + at + 1);
        // A here-document's end swallows its line end already.
        self.at = if self.content[..range.end].ends_with('\n') { range.end } else { after };
        let range = range.start..end;
        let comment = self.said();
        self.commands.push(Typed { text, range, comment, ..Typed::default() });
    }

    /// Where the command that starts here ends; its own line where it never does.
    fn command_end(&mut self, start: usize) -> usize {
        let rest = &self.content[start..];
        if self.unfinished < PATIENCE {
            if let Some(end) = first_command(rest).end {
                return start + end;
            }
            self.unfinished += 1;
        }
        start + logical_line(rest)
    }

    /// The same in a session, where a command cannot reach beyond the next prompt.
    fn session_command_end(&mut self, start: usize) -> usize {
        let rest = &self.content[start..];
        let mut limit = rest.find('\n').map_or(rest.len(), |end| end + 1);
        while limit < rest.len() {
            let line = &rest[limit..];
            let length = line.find('\n').map_or(line.len(), |end| end + 1);
            if PROMPT.is_match(&line[..length]) {
                break;
            }
            limit += length;
        }
        // Lines with a second prompt belong to the command, whatever they say.
        let first = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let more = rest[first..limit].split_inclusive('\n');
        let second: usize = more.take_while(|line| line.starts_with('>')).map(str::len).sum();
        if second > 0 {
            return start + rest[..first + second].trim_end().len();
        }
        match first_command(&rest[..limit]).end {
            Some(end) => start + end,
            None => start + logical_line(&rest[..limit]),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Below {
    Nothing,
    Command,
    Output,
}

fn is_ellipsis(line: &str) -> bool {
    line == "..." || line == "…"
}

/// A comment's words: one mark and one space are taken off.
fn uncommented(line: &str) -> &str {
    let words = line.strip_prefix('#').unwrap_or(line);
    words.strip_prefix(' ').unwrap_or(words).trim_end()
}

/// A line and those that a backslash joins to it.
fn logical_line(text: &str) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            return end - (line.len() - line.trim_end_matches(['\n', '\r']).len());
        }
    }
    end
}

/// Takes the second prompt `> ` off the lines of a command of a session.
fn without_second_prompts(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut typed = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        typed.push('\n');
        typed.push_str(line.strip_prefix("> ").unwrap_or(line));
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(info: &str, content: &str) -> FenceReading {
        let fence =
            Fence { info: info.to_owned(), content: content.to_owned(), ..Fence::default() };
        let reading = read(&fence);
        for command in &reading.commands {
            assert!(content.is_char_boundary(command.range.end));
        }
        reading
    }

    fn texts(info: &str, content: &str) -> Vec<String> {
        fence(info, content).commands.into_iter().map(|command| command.text).collect()
    }

    #[test]
    fn comments_below_are_output_and_comments_above_are_remarks() {
        let script = "# Is it up?\nhelm status x\n# NAME: x\n# STATUS: deployed\n\n# History.\nhelm history x \\\n  -n y\n";
        let reading = fence("sh", script);
        let [first, second] = reading.commands.as_slice() else { panic!("{reading:?}") };
        assert_eq!(first.text, "helm status x");
        assert_eq!(first.comment, ["Is it up?"]);
        assert_eq!(first.expected, ["NAME: x", "STATUS: deployed"]);
        assert_eq!(second.text, "helm history x \\\n  -n y");
        assert_eq!(second.comment, ["History."]);
        assert_eq!(&script[second.range.clone()], second.text);
        assert_eq!(reading.words, "Is it up?\nNAME: x\nSTATUS: deployed\nHistory.\n");
    }

    #[test]
    fn what_a_blank_line_parts_from_a_command_is_kept() {
        let text =
            "# General.\n\n# Of a.\n\na\n\n# Of b.\nb\n# Printed.\n\n# 3. By hand.\n\n# 4. Wait.\n";
        let reading = fence("sh", text);
        let [a, b] = reading.commands.as_slice() else { panic!("{reading:?}") };
        assert_eq!(a.comment, ["General.", "", "Of a."]);
        assert!(a.expected.is_empty() && a.after.is_empty());
        assert_eq!(
            (b.comment.as_slice(), b.expected.as_slice()),
            (&["Of b.".to_owned()][..], &["Printed.".to_owned()][..])
        );
        assert_eq!(b.after, ["3. By hand.", "", "4. Wait."]);
    }

    #[test]
    fn what_a_session_prints_is_never_lost() {
        let text = "On the primary:\n$ a\n\n# NAME\nx\n\n# Then by hand.\n";
        let reading = fence("console", text);
        let [a] = reading.commands.as_slice() else { panic!("{reading:?}") };
        assert_eq!(a.comment, ["On the primary:"]);
        assert_eq!(a.expected, ["", "# NAME", "x"]);
        assert_eq!(a.after, ["Then by hand."]);
    }

    #[test]
    fn several_lines_can_be_one_command() {
        let check = |content: &str, expected: &[&str]| assert_eq!(texts("bash", content), expected);
        check("a\nb\n", &["a", "b"]);
        check(
            "cat <<EOF | k -f -\nx: 1\n\n# y\nEOF\nb\n",
            &["cat <<EOF | k -f -\nx: 1\n\n# y\nEOF", "b"],
        );
        check(
            "for x in 1 2; do\n  a\n\n  b\ndone\nc",
            &["for x in 1 2; do\n  a\n\n  b\ndone", "c"],
        );
        check(
            "git commit -m \"one\n\ntwo\"\ngit push\n",
            &["git commit -m \"one\n\ntwo\"", "git push"],
        );
        check("a \\\r\n  b\r\nc\r\n", &["a \\\n  b", "c"]);
        check("  a\n  b\n", &["a", "b"]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        assert_eq!(texts("sh", "echo it's\nkubectl get pods\n"), ["echo it's", "kubectl get pods"]);
        let many = "echo it's\n".repeat(20_001);
        assert_eq!(texts("sh", &many).len(), 20_001 - 10_000);
    }

    #[test]
    fn prompts_divide_commands_from_output() {
        let session = "# List them.\n$ kubectl get pods\nNAME  READY\n\nit's a   1/1\n$ cat <<E\n> x\n> E\n$ exit\n";
        let reading = fence("console", session);
        let commands: Vec<_> = reading.commands.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(commands, ["kubectl get pods", "cat <<E\nx\nE", "exit"]);
        assert_eq!(reading.commands[0].expected, ["NAME  READY", "", "it's a   1/1"]);
        assert_eq!(reading.commands[0].comment, ["List them."]);
    }

    #[test]
    fn only_shells_have_commands() {
        let check = |info, content, expected: usize| {
            assert_eq!(texts(info, content).len(), expected, "{info}: {content}");
        };
        check("promql", "up == 0", 0);
        check("yaml", "a: 1", 0);
        check("", "kubectl get pods", 1);
        check("", "$ whatever", 1);
        check("", "SYMPTOM   LAYER", 0);
        check("", "# a\nhelm list", 1);
        check("text", "kubectl get pods", 0);
        check("{.sh title=\"x\"}", "a", 1);
        check("SHELL", "a", 1);
    }

    #[test]
    fn an_ellipsis_begins_output() {
        let reading = fence("console", "kubectl edit cm x\n...\naddress: 0\n...\n\nnext\n");
        assert_eq!(reading.commands.len(), 2);
        assert_eq!(reading.commands[0].expected, ["...", "address: 0", "..."]);
    }
}
