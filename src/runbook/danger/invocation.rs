//! One run of a program: its flags, what it works on and what it reads.

use std::ops::Range;

use super::rules::{Program, Unread};
use super::shell::Word;

/// One run of a known program.
#[derive(Debug)]
pub(super) struct Invocation<'r> {
    pub(super) program: &'r Program,
    /// Names of variables set for it.
    pub(super) environment: Vec<String>,
    /// Flags under their last name, with their values.
    pub(super) flags: Vec<(String, Option<Word>)>,
    /// Sub-commands and operands.
    pub(super) operands: Vec<Word>,
    /// What it reads, as far as that is known to the letter.
    pub(super) input: Vec<String>,
    /// SQL it is given.
    pub(super) sql: Vec<String>,
    /// For a shell: whether it runs what nobody has read.
    pub(super) unread: Option<Unread>,
    /// The bytes of the outermost command, from the head of its pipe on.
    pub(super) range: Range<usize>,
}

impl Invocation<'_> {
    /// Whether a flag is given, and not given as "no". `wanted` is `--flag` or `--flag=value`.
    pub(super) fn has(&self, wanted: &str) -> bool {
        let (name, value) = wanted.split_once('=').map_or((wanted, None), |(n, v)| (n, Some(v)));
        self.flags.iter().filter(|(flag, _)| flag == name).any(|(_, given)| {
            let given = given.as_ref().map(|word| word.text.as_str());
            match value {
                Some(value) => given == Some(value),
                None => !matches!(given, Some("false" | "none")),
            }
        })
    }

    /// The values of a flag.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Word> {
        self.flags
            .iter()
            .filter(move |(flag, _)| flag == name)
            .filter_map(|(_, word)| word.as_ref())
    }

    /// Whether it changes nothing. Who asks for help gets no more than that, but for programs that
    /// hand on what they are given.
    pub(super) fn is_harmless(&self) -> bool {
        let help = if self.program.style.any_case() { "-?" } else { "--help" };
        let last = self.operands.last();
        !self.program.hands_on && self.has(help)
            || self.program.harmless.iter().any(|word| {
                self.has(word)
                    || !word.starts_with('-') && last.is_some_and(|last| last.is_bare(word))
            })
    }
}

/// The SQL that a client is given by flags, operands and input.
pub(super) fn sql_of(run: &Invocation<'_>) -> Vec<String> {
    let program = run.program;
    let by_flag = program.sql.iter().flat_map(|flag| run.values(flag));
    let operands = run.operands.iter().filter(|_| program.sql_operands);
    let words = by_flag.chain(operands).map(|word| word.text.clone());
    words.chain(run.input.iter().cloned()).collect()
}
