//! What a shell text writes to files, as far as it is known to the letter.

use std::collections::HashMap;

use super::shell::Word;

/// How many bytes of one file are put together, so that a file that a loop or its own script adds
/// to cannot grow without end.
const MAX_TEXT: usize = 64 * 1024;

/// How many files are run for one text: scripts that write and run each other would have no end.
const MAX_RUNS: usize = 100;

/// A file that a command writes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Write {
    /// Its name.
    pub(super) file: Word,
    /// Whether what it holds stays, and the rest is added.
    pub(super) appends: bool,
}

impl Write {
    /// What a redirection with this operator does.
    pub(super) fn new(file: &Word, operator: &str) -> Self {
        Self { file: file.clone(), appends: operator == ">>" }
    }

    /// What `tee` does with the words behind its name.
    pub(super) fn by_tee(words: &[Word]) -> Vec<Self> {
        let (flags, files): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| word.text.starts_with('-'));
        let appends = flags.iter().any(|flag| {
            flag.text == "--append" || !flag.text.starts_with("--") && flag.text.contains('a')
        });
        files.into_iter().map(|file| Self { file: file.clone(), appends }).collect()
    }
}

/// What is known of one file.
#[derive(Debug, Default)]
struct Known {
    text: String,
    /// Whether it also holds what nobody can see.
    more: bool,
    /// Whether it ran as it stands.
    ran: bool,
}

/// The files that were written to.
#[derive(Debug, Default)]
pub(super) struct Files {
    known: HashMap<String, Known>,
    runs: usize,
}

/// What running a file means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// What is to be read; nothing where that was read before.
    pub(super) text: Option<String>,
    /// Whether there is nothing in it besides.
    pub(super) whole: bool,
}

impl Files {
    /// Notes what is written to a file; no text where nobody can see it.
    pub(super) fn write(&mut self, write: &Write, text: Option<&str>) {
        let name = &write.file.text;
        match (text, write.appends) {
            (Some(text), false) => {
                let known = Known { text: text.to_owned(), ..Known::default() };
                self.known.insert(name.clone(), known);
            }
            (Some(text), true) => {
                // What a file held that nothing was written to before, nobody knows.
                let unknown = || Known { more: true, ..Known::default() };
                let known = self.known.entry(name.clone()).or_insert_with(unknown);
                if known.text.len() + text.len() > MAX_TEXT {
                    known.more = true;
                    return;
                }
                known.text.push('\n');
                known.text.push_str(text);
                known.ran = false;
            }
            (None, false) => {
                self.known.remove(name);
            }
            (None, true) => {
                if let Some(known) = self.known.get_mut(name) {
                    known.more = true;
                }
            }
        }
    }

    /// Runs a file; nothing where nothing is known of it.
    pub(super) fn run(&mut self, name: &str) -> Option<Run> {
        let known = self.known.get_mut(name)?;
        // Once is enough, and files that call each other would have no end.
        if known.ran {
            return Some(Run { text: None, whole: !known.more });
        }
        if self.runs == MAX_RUNS {
            return None;
        }
        self.runs += 1;
        known.ran = true;
        Some(Run { text: Some(known.text.clone()), whole: !known.more })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(name: &str, operator: &str) -> Write {
        Write::new(&Word { text: name.to_owned(), ..Word::default() }, operator)
    }

    fn run(text: Option<&str>, whole: bool) -> Option<Run> {
        Some(Run { text: text.map(str::to_owned), whole })
    }

    #[test]
    fn a_file_holds_what_was_written_last_and_added_since() {
        let mut files = Files::default();
        files.write(&to("f", ">"), Some("a"));
        files.write(&to("f", ">"), Some("b"));
        files.write(&to("f", ">>"), Some("c"));
        assert_eq!(files.run("f"), run(Some("b\nc"), true));
        assert_eq!(files.run("f"), run(None, true));
        files.write(&to("f", ">>"), None);
        assert_eq!(files.run("f"), run(None, false));
        files.write(&to("f", ">"), None);
        assert_eq!(files.run("f"), None);
        files.write(&to("f", ">>"), Some("d"));
        assert_eq!(files.run("f"), run(Some("\nd"), false));
    }

    #[test]
    fn neither_a_file_nor_its_runs_grow_without_end() {
        let mut files = Files::default();
        for _ in 0..1000 {
            files.write(&to("f", ">>"), Some(&"a".repeat(1000)));
        }
        assert!(files.run("f").and_then(|run| run.text).is_some_and(|text| text.len() <= MAX_TEXT));
        for _ in 0..MAX_RUNS {
            files.write(&to("f", ">"), Some("a"));
            files.run("f");
        }
        files.write(&to("f", ">"), Some("a"));
        assert_eq!(files.run("f"), None);
    }
}
