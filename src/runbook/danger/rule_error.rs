//! What is wrong with a file of rules, and on which of its lines.

use serde::de::DeserializeOwned;

use crate::text::yaml::YamlFault;

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
    /// Reads a file of rules, or says in its writer's words what is wrong with it.
    ///
    /// # Errors
    /// The text is no YAML of that shape.
    pub fn read<T: DeserializeOwned>(yaml: &str) -> Result<T, Self> {
        let read = crate::text::yaml::read_rules(yaml);
        read.map_err(|YamlFault { line, column, message }| Self { line, column, message })
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

#[cfg(test)]
mod tests {
    use super::super::Rules;

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_who_wrote_it() {
        let check = |yaml: &str, line: usize, says: &str| {
            let error = Rules::from_yaml(yaml).expect_err("a wrong file");
            assert!(error.message.contains(says), "{yaml}: {error}");
            assert_eq!(error.line, line, "{yaml}: {error}");
            for word in ["struct", "sequence", "Document", "Raw"] {
                assert!(!error.message.contains(word), "{yaml}: {error}");
            }
        };
        check("- a\n- b\n", 1, "and is a list");
        check("programs: []\nrules: []\nruels: []\n", 3, "did you mean `rules`?");
        check("programs: [kubectl]\nrules: []\n", 1, "`programs`");
        check("programs: [{names: []}]\nrules: []\n", 1, "`names` is empty");
        check("programs: []\n", 1, "the key `rules` is missing");
        check("programs: []\nrules:\n\t- id: a\n", 3, "a tab");
    }
}
