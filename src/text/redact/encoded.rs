//! Secrets in base64: what nobody reads, and every machine does. Only what holds a secret once it
//! is decoded counts, so that other base64 stays.

use std::ops::Range;

use super::base64::decoded;

/// Shorter runs hold no secret that is one by its name.
const SHORTEST: usize = 16;

/// The words that base64 stands for in a text, a line for each run.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub text: String,
    /// Where each run begins in what is decoded, and where it stands.
    runs: Vec<(usize, Range<usize>)>,
}

impl Decoded {
    /// All of the run that something in it was found in.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let next = self.runs.partition_point(|(at, _)| *at <= range.start);
        self.runs[next.saturating_sub(1)].1.clone()
    }
}

/// What is base64 of plain words in a text; none if there is nothing of the kind.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let mut found = Decoded::default();
    let mut from = 0;
    while let Some(run) = run(text.as_bytes(), from) {
        from = run.end;
        let Some(words) = words(&text[run.clone()]) else { continue };
        found.runs.push((found.text.len(), run));
        found.text.push_str(&words);
        // A mark between two runs, which no secret goes across.
        found.text.push_str("\n---\n");
    }
    (!found.runs.is_empty()).then_some(found)
}

/// The next run of digits of base64 that is long enough, with the signs that fill it up.
fn run(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let mut start = from;
    loop {
        // Read from its end: most runs are short, and most letters are never looked at.
        let least = bytes.get(start..start + SHORTEST)?;
        let Some(other) = least.iter().rposition(|b| !is_digit(b)) else { break };
        start += other + 1;
    }
    let digits = bytes[start..].iter().position(|b| !is_digit(b)).unwrap_or(bytes.len() - start);
    let fill = bytes[start + digits..].iter().take(2).take_while(|b| **b == b'=').count();
    Some(start..start + digits + fill)
}

/// The words that a run stands for. Most runs are names, paths or hashes, which its first letters
/// show.
fn words(run: &str) -> Option<String> {
    let is_plain =
        |bytes: &[u8]| bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t'));
    let is_plain_at_first = decoded(&run[..SHORTEST]).is_some_and(|bytes| is_plain(&bytes));
    // What was cut off ends anywhere.
    let digits = run.trim_end_matches('=');
    let whole = if digits.len() % 4 == 1 { &digits[..digits.len() - 1] } else { digits };
    let bytes = is_plain_at_first.then(|| decoded(whole)).flatten()?;
    is_plain(&bytes).then(|| String::from_utf8(bytes).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_base64_are_decoded_if_they_are_words() {
        let text =
            "a=dXNlcjogYW5hLCBwdzogeA== b=aG9zdDogZGItMSwgdXA= 4bf92f3577b34da6a3ce929d0e0e4736";
        let found = decode(text).expect("two");
        assert_eq!(found.text, "user: ana, pw: x\n---\nhost: db-1, up\n---\n");
        assert_eq!(&text[found.back(&(3..5))], "dXNlcjogYW5hLCBwdzogeA==");
        assert_eq!(&text[found.back(&(22..24))], "aG9zdDogZGItMSwgdXA=");
        assert!(decode("checkout/deployment/database/orders").is_none());
    }
}
