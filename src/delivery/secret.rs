//! A text that must not be seen.

use std::fmt;

/// A password, or an address that lets everybody who knows it write into a chat. It shows itself
/// as `…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What a secret is replaced by where somebody else's words repeat it.
const HIDDEN: &str = "…";

/// The shortest text that is looked for: shorter ones would be found everywhere.
const SHORTEST: usize = 4;

/// A text without any of the secrets.
pub(super) fn without(text: &str, secrets: &[&str]) -> String {
    let mut secrets: Vec<&str> =
        secrets.iter().copied().filter(|secret| secret.len() >= SHORTEST).collect();
    // The longest first: a part of a secret may be one itself.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "… … Some(…)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_secret_is_cut_out_of_what_others_say() {
        let told = without("no hook at /x/abcdef/y, abcdef", &["abcdef", "/x/abcdef/y", "y"]);
        assert_eq!(told, "no hook at …, …");
    }
}
