//! Patterns written into the program.

use regex::Regex;

/// Compiles a pattern that is part of the program.
///
/// # Panics
/// The pattern is wrong, which every test that uses it shows.
#[expect(clippy::expect_used, reason = "patterns are constants; a wrong one fails the first test")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of the program is a valid regular expression")
}
