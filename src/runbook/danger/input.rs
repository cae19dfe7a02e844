//! What a command reads: texts that are known to the letter, and the commands of the pipe before it.

use super::rules::Unread;
use super::shell::{Simple, Word};
use super::variables;

/// How many sources are kept, so that `x="$x $x"` cannot grow without end.
pub(super) const SOURCES: usize = 4;

/// What a command reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    /// Texts known to the letter.
    pub(super) texts: Vec<String>,
    /// The commands of the pipe so far, its head first.
    pub(super) from: Vec<Vec<Word>>,
    /// Whether it comes through a pipe, and not as it was written.
    pub(super) unread: Option<Unread>,
}

impl Input {
    /// Adds what the shell around it hands on.
    pub(super) fn add(&mut self, outer: &Self) {
        self.texts.extend(outer.texts.iter().cloned());
        self.unread = self.unread.max(outer.unread);
    }

    /// What flows on behind one more command of the pipe.
    pub(super) fn take(&mut self, simple: &Simple) {
        if simple.piped {
            let known = !self.texts.is_empty();
            if !known {
                self.unread = self.unread.max(Some(Unread::Printed));
            } else if !self.from.last().is_some_and(|words| passes(words)) {
                // What was written is turned into something else.
                self.unread = Some(Unread::Hidden);
            }
        } else {
            *self = Self::default();
        }
        // Who reads from there reads nothing.
        let reads = simple.reads.iter().any(|file| file.text != "/dev/null");
        if simple.input.is_empty() && reads {
            self.unread = self.unread.max(Some(Unread::Called));
        }
        self.texts.extend(simple.input.iter().cloned());
        self.texts.extend(variables::printed(simple));
        if variables::decodes(simple) && !self.texts.is_empty() {
            let decoded: Vec<String> =
                self.texts.iter().filter_map(|text| variables::decoded(text)).collect();
            self.texts = decoded;
        }
        if self.from.len() < SOURCES {
            self.from.push(simple.words.clone());
        }
    }
}

/// Whether a command hands on what it reads or is given, as it stands.
pub(super) fn passes(words: &[Word]) -> bool {
    let name = words.first().map_or("", |word| word.text.as_str());
    matches!(name, "echo" | "printf" | "cat" | "tee" | "sudo")
}
