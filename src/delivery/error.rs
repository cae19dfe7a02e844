//! Why a letter did not arrive.

use std::time::Duration;

use crate::text::{printable, truncate_to_width};

/// How much of what a server said is repeated, in columns of a terminal.
const REPEATED: usize = 200;

/// Why a letter did not arrive, for people; it never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeliveryError {
    /// What was being done and what came back, in one sentence.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// How long the receiver asks us to wait before the next attempt; at most an hour.
    pub retry_after: Option<Duration>,
}

impl DeliveryError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, retry_after: None }
    }

    pub(super) fn hinted(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// What a server said: its first line, short and safe to print; nothing where it said nothing.
pub(super) fn first_line(said: &str) -> String {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    truncate_to_width(&printable(line), REPEATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_said_is_one_short_line_that_steers_nothing() {
        assert_eq!(first_line("\r\n  no \u{1b}[2Jservice  \r\nmore"), "no \\u{1b}[2Jservice");
        assert_eq!(first_line(""), "");
        assert!(first_line(&"x".repeat(5000)).chars().count() <= REPEATED);
    }
}
