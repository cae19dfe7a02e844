//! What is wrong with a file of rules, and on which of its lines.

/// What is wrong with a file of rules, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct RuleError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl RuleError {
    /// What the YAML reader found.
    pub fn from_yaml(error: &serde_yaml::Error) -> Self {
        let (line, column) =
            error.location().map_or((1, 1), |place| (place.line().max(1), place.column().max(1)));
        // The reader repeats the place in its words.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line, column, message }
    }

    /// Something about the rule with that id, for files of other shapes that hold rules, too.
    pub fn about(yaml: &str, id: &str, message: String) -> Self {
        Self::at_id(yaml, id, false, message)
    }

    /// Two rules have the same id; the place is that of the second.
    pub fn twice(yaml: &str, id: &str) -> Self {
        Self::at_id(yaml, id, true, format!("the rule {id} is here twice: keep one"))
    }

    /// Something about what stands below a key; the first line where there is none.
    pub fn at_key(yaml: &str, key: &str, message: String) -> Self {
        let is_key = |line: &&str| {
            line.trim_start_matches([' ', '\'', '"'])
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['\'', '"']).starts_with(':'))
        };
        let line = yaml.lines().take_while(|line| !is_key(line)).count() + 1;
        let line = if line > yaml.lines().count() { 1 } else { line };
        Self { line, column: 1, message }
    }

    /// Something about the entry with that id; the first line where there is none.
    pub(in crate::runbook) fn at_id(yaml: &str, id: &str, last: bool, message: String) -> Self {
        let names = |line: &str| {
            line.split_once("id:").is_some_and(|(before, after)| {
                before.trim_start_matches(['-', ' ', '{']).is_empty()
                    && after.trim().trim_matches(['"', '\'']).split([',', '}', ' ']).next()
                        == Some(id)
            })
        };
        let mut lines = yaml.lines().enumerate().filter(|(_, line)| names(line));
        let found = if last { lines.last() } else { lines.next() };
        let (line, column) = found.map_or((1, 1), |(at, line)| {
            (at + 1, line.find("id:").map_or(1, |byte| line[..byte].chars().count() + 1))
        });
        Self { line, column, message }
    }
}
