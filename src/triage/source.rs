//! A file of knowledge, and what is wrong with one.

use crate::text::{LineIndex, yaml_limits};

/// A file of knowledge: its name and its text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its YAML.
    pub text: &'a str,
}

/// What is wrong with a file of knowledge, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: line {line}, column {column}: {message}")]
pub struct FileError {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Source<'_> {
    /// Refuses what would keep a YAML parser busy for minutes.
    pub(super) fn within_limits(&self) -> Result<(), FileError> {
        let deep = yaml_limits::too_deep(self.text)
            .map(|at| (at, format!("brackets nested more than {} deep", yaml_limits::MAX_DEPTH)));
        let anchored = || {
            let most = yaml_limits::MAX_ANCHORS;
            let at = yaml_limits::too_many_anchors(self.text)?;
            Some((at, format!("more than {most} anchors and aliases")))
        };
        deep.or_else(anchored).map_or(Ok(()), |(at, message)| {
            Err(self.error(LineIndex::new(self.text).line_column(self.text, at), message))
        })
    }

    pub(super) fn error(&self, (line, column): (usize, usize), message: String) -> FileError {
        FileError { file: self.name.to_owned(), line, column, message }
    }

    /// Something about the entry with that id, and within it about a certain text.
    pub(super) fn at(&self, id: &str, part: Option<&str>, message: String) -> FileError {
        let names = |line: &str| {
            let line = line.trim_start_matches(['-', ' ', '{']);
            let key = line.strip_prefix("id:").map_or(line, str::trim_start);
            let rest = key.trim_start_matches(['"', '\'']).strip_prefix(id);
            rest.is_some_and(|rest| {
                !rest.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c))
            })
        };
        let column = |line: &str, text: &str| {
            line.find(text).map_or(1, |byte| line[..byte].chars().count() + 1)
        };
        let mut lines = self.text.lines().enumerate().skip_while(|(_, line)| !names(line));
        let Some((first, line)) = lines.next() else { return self.error((1, 1), message) };
        let head = part.and_then(|part| part.lines().next());
        if let Some(part) = head {
            let mut all = std::iter::once((first, line)).chain(lines);
            if let Some((at, line)) = all.find(|(_, line)| line.contains(part)) {
                return self.error((at + 1, column(line, part)), message);
            }
        }
        self.error((first + 1, column(line, id)), message)
    }
}
