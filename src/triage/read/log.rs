//! A pasted text line by line, in bounded memory.
//!
//! Lines that differ in numbers only and say the same are one message, the first of them. In a
//! long text, a line that no rule and no signal could speak of is counted and left: what could is
//! told by the rules themselves, never by words of this file. Both are said in the notes.

use std::sync::LazyLock;

use regex::Regex;

use super::shapes::{Seen, Shapes};
use super::{InputKind, Pasted};
use crate::text::pattern::pattern;
use crate::triage::knowledge::Knowledge;
use crate::triage::message::{Message, unix_ms};
use crate::triage::reading::{Judgement, MAX_TEXT, judgement};
use crate::triage::told::told;

/// How many messages are kept for judging.
pub(super) const MAX_MESSAGES: usize = 2000;

/// How many of a long text may be messages in which no rule holds.
const MAX_BESIDE: usize = 300;

/// How many lines of a long text are judged one by one. Behind them, a line is kept by its letters.
const MAX_JUDGED: usize = 20_000;

/// How long a message of several lines may grow, in bytes.
const MAX_MESSAGE: usize = 16 << 10;

/// How much of a line is searched for its time, in bytes.
const MAX_HEAD: usize = 512;

/// Lines below this number are all kept: so few are read by a person, too.
const FEW: usize = 200;

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
});

/// Reads a cleaned text.
pub(super) fn read(text: &str, knowledge: &Knowledge) -> Pasted {
    let mut reader = Reader {
        knowledge,
        few: text.lines().take(FEW + 1).count() <= FEW,
        messages: Vec::new(),
        shapes: Shapes::default(),
        open: Open::Nothing,
        paragraph: 0,
        in_events: false,
        events: false,
        judged: 0,
        beside: 0,
        quiet: 0,
        left_out: 0,
        repeated: 0,
    };
    // A text that is indented as a whole, as in a quotation, has no lines that go on with others.
    let indent = common_indent(text);
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let whole = line.trim_end_matches('\n');
        let shown = whole.get(indent..).unwrap_or_default();
        reader.line(shown, offset + whole.len() - shown.len(), number + 1);
        offset += line.len();
    }
    reader.finish()
}

/// With how many bytes, the same blanks, each line begins that is not blank.
fn common_indent(text: &str) -> usize {
    let blanks = |line: &'_ str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return 0 };
    let mut common = &first[..blanks(first)];
    for line in lines {
        if common.is_empty() {
            break;
        }
        let same = common.bytes().zip(line.bytes()).take_while(|(one, other)| one == other);
        common = &common[..same.count()];
    }
    common.len()
}

/// What a continuation goes on with.
#[derive(Clone, Copy)]
enum Open {
    /// Nothing that is there: it begins a message of its own.
    Nothing,
    /// This message.
    Message(usize),
}

struct Reader<'k> {
    knowledge: &'k Knowledge,
    few: bool,
    messages: Vec<Message>,
    shapes: Shapes,
    open: Open,
    /// How many blank lines came before.
    paragraph: usize,
    in_events: bool,
    events: bool,
    /// Lines that were judged.
    judged: usize,
    /// Messages in which no rule holds.
    beside: usize,
    quiet: usize,
    left_out: usize,
    repeated: usize,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, offset: usize, number: usize) {
        if line.trim().is_empty() {
            self.open = Open::Nothing;
            self.paragraph += 1;
            self.in_events = false;
            return;
        }
        if is_events_header(line) {
            (self.in_events, self.events, self.open) = (true, true, Open::Nothing);
            return;
        }
        if self.in_events && is_normal_event(line) {
            self.quiet += 1;
            return;
        }
        if !self.in_events && is_continuation(line) && self.goes_on(line) {
            return;
        }
        self.begins(line, offset, number);
    }

    /// Adds a line to the message before it, if that is there and not too long already.
    fn goes_on(&mut self, line: &str) -> bool {
        let Open::Message(at) = self.open else { return false };
        let message = &mut self.messages[at];
        if message.text.len() + line.len() >= MAX_MESSAGE {
            return false;
        }
        message.text.push('\n');
        message.text.push_str(line);
        // Below a line that repeats this message, the same is no news.
        if let Seen::New(shape) = self.shapes.see(line)
            && let Some(judgement) = self.judge(line)
        {
            self.shapes.keep(shape, judgement, Some(at));
        }
        true
    }

    fn begins(&mut self, line: &str, offset: usize, number: usize) {
        self.open = Open::Nothing;
        let shape = match self.shapes.see(line) {
            Seen::Before(_, message) if !self.is_elsewhere(message) => {
                return self.repeats(message);
            }
            Seen::Before(shape, _) | Seen::New(shape) => shape,
        };
        let judgement = self.judge(line);
        if let Some(like) = judgement.as_ref().and_then(|it| self.shapes.like(shape, it))
            && !self.is_elsewhere(like)
        {
            return self.repeats(like);
        }
        let holds = judgement.as_ref().is_some_and(Judgement::holds);
        let keep =
            self.messages.len() < MAX_MESSAGES && (self.few || holds || self.is_beside(line));
        if let Some(judgement) = judgement {
            self.shapes.keep(shape, judgement, keep.then_some(self.messages.len()));
        }
        if !keep {
            if holds || self.knowledge.gates.may_mean(line) {
                self.left_out += 1;
            } else {
                self.quiet += 1;
            }
            return;
        }
        self.beside += usize::from(!holds);
        self.open = Open::Message(self.messages.len());
        let text = &line[..line.floor_char_boundary(MAX_TEXT + 1)];
        self.messages.push(Message {
            text: text.to_owned(),
            offset,
            line: number,
            repeats: 1,
            happened_at: time_of(&line[..line.floor_char_boundary(MAX_HEAD)]),
            shape: Some(shape),
            paragraph: Some(self.paragraph),
            ..Message::default()
        });
    }

    /// Whether a message of a short text stands in another paragraph: what that is about, its heading
    /// says.
    fn is_elsewhere(&self, message: Option<usize>) -> bool {
        let of = message.and_then(|at| self.messages.get(at)?.paragraph);
        self.few && of.is_some_and(|paragraph| paragraph != self.paragraph)
    }

    /// What a line amounts to; none where too many were judged already.
    fn judge(&mut self, line: &str) -> Option<Judgement> {
        self.judged += 1;
        let mut judgement = (self.judged <= MAX_JUDGED).then(|| judgement(line, self.knowledge))?;
        // Each step of a chain is news, be it told in the words of the one before.
        if self.few && judgement.holds() {
            let steps = told(line, &self.knowledge.services);
            let steps = steps.iter().map(|told| format!("{} -> {}", told.cause, told.effect));
            judgement.named.extend(steps);
        }
        Some(judgement)
    }

    /// Whether a line in which no rule holds may tell something about one in which a rule does.
    fn is_beside(&self, line: &str) -> bool {
        self.beside < MAX_BESIDE && self.knowledge.gates.may_mean(line)
    }

    fn repeats(&mut self, message: Option<usize>) {
        match message.and_then(|at| self.messages.get_mut(at)) {
            Some(message) => {
                self.repeated += 1;
                message.repeats += 1;
            }
            // What was passed over or left out the first time is so again.
            None => self.quiet += 1,
        }
    }

    fn finish(self) -> Pasted {
        let mut notes = Vec::new();
        if self.repeated > 0 {
            notes.push(format!("{} lines say the same as an earlier one", self.repeated));
        }
        if self.quiet > 0 {
            notes.push(format!("{} lines speak of no failure and were passed over", self.quiet));
        }
        if self.left_out > 0 {
            let most = MAX_MESSAGES;
            notes.push(format!(
                "{} lines that may speak of a failure were not judged: at most {most} kinds are, and \
                 {MAX_BESIDE} in which no rule holds",
                self.left_out
            ));
        }
        let kind = if self.events { InputKind::Events } else { InputKind::Log };
        Pasted { kind, messages: self.messages, notes, ..Pasted::default() }
    }
}

/// A line that goes on with the message before it: traces, and what is indented or boxed.
fn is_continuation(line: &str) -> bool {
    let starts = ["\t", "    ", "  at ", "Caused by:", "... ", "│", "╷", "╵", "  File "];
    // `at 10:02 the disk was full` is a sentence, and no frame of a trace.
    let is_frame = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_digit());
    starts.iter().any(|start| line.starts_with(start))
        || line.strip_prefix("at ").is_some_and(is_frame)
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
