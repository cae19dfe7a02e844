//! A pasted text line by line, in bounded memory.
//!
//! Lines of one shape count as one message, the first of them. A line that no rule could speak of
//! is counted and left. Both are said in the notes where it matters.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{InputKind, Pasted};
use crate::text::pattern::pattern;
use crate::triage::clean;
use crate::triage::message::{Message, unix_ms};
use crate::triage::template::{hash, masked};

/// How many messages are kept for judging.
pub(super) const MAX_MESSAGES: usize = 2000;

/// How many shapes are told apart before new ones are only counted.
const MAX_SHAPES: usize = 50_000;

/// How much of a line counts for its shape, in bytes.
const MAX_SHAPE: usize = 512;

/// How long a message of several lines may grow, in bytes.
const MAX_MESSAGE: usize = 16 << 10;

/// Lines below this number are all kept: so few are read by a person, too.
const FEW: usize = 200;

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
});

/// Reads a cleaned text.
pub(super) fn read(text: &str) -> Pasted {
    let mut reader = Reader { few: text.lines().take(FEW + 1).count() <= FEW, ..Reader::default() };
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        reader.line(line.trim_end_matches('\n'), offset, number + 1);
        offset += line.len();
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    few: bool,
    messages: Vec<Message>,
    /// Where the message of a shape stands; none for a shape that was only counted.
    shapes: HashMap<u64, Option<usize>>,
    /// The message a continuation belongs to.
    open: Option<usize>,
    in_events: bool,
    events: bool,
    quiet: usize,
    left_out: usize,
    repeated: usize,
}

impl Reader {
    fn line(&mut self, line: &str, offset: usize, number: usize) {
        if line.trim().is_empty() {
            self.open = None;
            self.in_events = false;
            return;
        }
        if is_events_header(line) {
            (self.in_events, self.events, self.open) = (true, true, None);
            return;
        }
        if self.in_events && is_normal_event(line) {
            self.quiet += 1;
            return;
        }
        if !self.in_events && is_continuation(line) {
            if let Some(message) = self.open.and_then(|at| self.messages.get_mut(at))
                && message.text.len() + line.len() < MAX_MESSAGE
            {
                message.text.push('\n');
                message.text.push_str(line);
            }
            return;
        }
        let head = &line[..clean::floor(line, MAX_SHAPE)];
        let shape = hash(&masked(head));
        if let Some(known) = self.shapes.get(&shape) {
            self.repeated += 1;
            self.open = None;
            if let Some(message) = known.and_then(|at| self.messages.get_mut(at)) {
                message.repeats += 1;
            }
            return;
        }
        let keep = self.messages.len() < MAX_MESSAGES && (self.few || says_something(line));
        if self.shapes.len() < MAX_SHAPES {
            self.shapes.insert(shape, keep.then_some(self.messages.len()));
        }
        if !keep {
            self.open = None;
            if says_something(line) {
                self.left_out += 1;
            } else {
                self.quiet += 1;
            }
            return;
        }
        self.open = Some(self.messages.len());
        let text = &line[..clean::floor(line, crate::triage::reading::MAX_TEXT + 1)];
        self.messages.push(Message {
            text: text.to_owned(),
            offset,
            line: number,
            repeats: 1,
            happened_at: time_of(head),
            ..Message::default()
        });
    }

    fn finish(self) -> Pasted {
        let mut notes = Vec::new();
        if self.repeated > 0 {
            notes.push(format!("{} lines repeat an earlier one in all but numbers", self.repeated));
        }
        if self.quiet > 0 {
            notes.push(format!("{} lines speak of no failure and were passed over", self.quiet));
        }
        if self.left_out > 0 {
            let most = MAX_MESSAGES;
            notes.push(format!(
                "{} lines beyond the first {most} kinds were not judged",
                self.left_out
            ));
        }
        let kind = if self.events { InputKind::Events } else { InputKind::Log };
        Pasted { kind, messages: self.messages, helm: None, notes }
    }
}

/// Words of which a line that is worth judging holds at least one, in most systems.
static TELLING: LazyLock<Option<aho_corasick::AhoCorasick>> = LazyLock::new(|| {
    let words = [
        "fail",
        "error",
        "err=",
        "fatal",
        "panic",
        "critical",
        "crit",
        "alert",
        "emerg",
        "warn",
        "denied",
        "refus",
        "reject",
        "forbid",
        "unauthor",
        "timeout",
        "timed out",
        "deadline",
        "unreach",
        "unavail",
        "unable",
        "cannot",
        "could not",
        "couldn",
        "can't",
        "not found",
        "missing",
        "lost",
        "down",
        "dead",
        "kill",
        "oom",
        "memory",
        "full",
        "no space",
        "exceed",
        "exhaust",
        "limit",
        "thrott",
        "expire",
        "invalid",
        "corrupt",
        "degrad",
        "unhealthy",
        "not ready",
        "notready",
        "backoff",
        "back-off",
        "evict",
        "pending",
        "stuck",
        "restart",
        "crash",
        "abort",
        "reset",
        "stale",
        "lag",
        "retry",
        "retries",
        "conflict",
        "mismatch",
        "locked",
        "deadlock",
        "split",
        "quorum",
        "leader",
        "exception",
        "traceback",
        "segfault",
        "overload",
        "saturat",
        "high",
        "slow",
        "loop",
        "flap",
        "drop",
        "suspend",
        "malware",
        "attack",
        "brute",
        "ransom",
        "sealed",
        "servfail",
        "nxdomain",
        "502",
        "503",
        "504",
        "500",
        "429",
        "unknown",
        "disabled",
        "stopped",
        "stalled",
        "hung",
        "disconnect",
        "quota",
        "%",
    ];
    aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

fn says_something(line: &str) -> bool {
    TELLING.as_ref().is_none_or(|words| words.is_match(line))
}

/// A line that goes on with the message before it: traces, and what is indented or boxed.
fn is_continuation(line: &str) -> bool {
    let starts = ["\t", "    ", "  at ", "at ", "Caused by:", "... ", "│", "╷", "╵", "  File "];
    starts.iter().any(|start| line.starts_with(start))
}

fn is_events_header(line: &str) -> bool {
    ["TYPE", "REASON", "MESSAGE"].iter().all(|name| line.contains(name))
        || ["Type ", "Reason ", "Age ", "From ", "Message"].iter().all(|name| line.contains(name))
}

fn is_normal_event(line: &str) -> bool {
    line.split_whitespace().take(3).any(|word| word == "Normal")
}

/// When a line was written, if it says so in a common form; without a zone it is taken for UTC.
fn time_of(head: &str) -> Option<i64> {
    let found = TIME.find(head)?.as_str();
    let text = found.replacen(' ', "T", 1).replace(',', ".");
    unix_ms(&text).or_else(|| unix_ms(&format!("{text}Z")))
}
