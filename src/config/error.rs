//! Why there are no settings, for people.

use std::io;
use std::path::{Path, PathBuf};

use super::Problem;
use crate::error::Error;

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file says something that is not understood.
    #[error("{}", list(path, problems))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, in the file's order; never empty.
        problems: Vec<Problem>,
    },
    /// Something cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A flag or a variable says something that cannot be.
    #[error("{message}")]
    Wrong {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl ConfigError {
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong { message: message.into(), hint: None }
    }

    pub(super) fn hinted(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Wrong { message: message.into(), hint: Some(hint.into()) }
    }
}

fn list(path: &Path, problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let Problem { line, column, message } = problem;
        format!("{}:{line}:{column}: {message}", path.display())
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::File { .. } => Self::refused(error.to_string()).hinted(
                "README.md explains each key, and so does the file that `runledger init` writes",
            ),
            ConfigError::Unreadable { path, source } => Self::io("read", &path, source),
            ConfigError::Wrong { message, hint } => {
                let error = Self::refused(message);
                match hint {
                    Some(hint) => error.hinted(hint),
                    None => error,
                }
            }
        }
    }
}
