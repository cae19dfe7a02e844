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

/// Compiles a pattern that is part of the program, over bytes: its classes are those of ASCII, and
/// case does not count.
///
/// # Panics
/// The pattern is wrong, which every test that uses it shows.
#[expect(clippy::expect_used, reason = "patterns are constants; a wrong one fails the first test")]
pub fn bytes_pattern(text: &str) -> regex::bytes::Regex {
    regex::bytes::RegexBuilder::new(text)
        .unicode(false)
        .case_insensitive(true)
        .build()
        .expect("a pattern of the program is a valid regular expression")
}
