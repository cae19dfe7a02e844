//! Understanding what somebody typed or pasted. Nothing is ever an error.
//!
//! Typed words mean what they say. A pasted message is mostly noise: when, where, how much, and
//! names that a machine made up. Those are put aside here; of what is left, the rare words count
//! by themselves, because rarity is what scoring rewards.

use super::tokenizer::{self, Compound};

/// How much of a text is looked at; what matters in a longer one is in there.
const LONGEST_TEXT: usize = 256 * 1024;

/// More words than this are hardly typed.
const MOST_TYPED: usize = 12;

/// A query, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Understood {
    /// Whether it reads like a message of a machine.
    pub(super) pasted: bool,
    /// Whether it reads like more than a few words.
    pub(super) sentence: bool,
    /// Its words in order, noise left out, stop words too.
    pub(super) words: Vec<QueryWord>,
    /// Its whole identifiers.
    pub(super) identifiers: Vec<QueryIdentifier>,
    /// Every word typed, stop words included, for names that hold them; empty when pasted.
    pub(super) typed: Vec<QueryWord>,
    /// Whether the last word may go on.
    pub(super) unfinished: bool,
}

/// A word of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct QueryWord {
    /// As typed, in lower case.
    pub(super) text: String,
    /// How much it counts, at most 1.
    pub(super) weight: f32,
    /// Which run of words without a space it stands in.
    pub(super) run: usize,
}

/// An identifier of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct QueryIdentifier {
    /// Its letters and digits in lower case.
    pub(super) squashed: String,
    /// How much it counts, at most 1.
    pub(super) weight: f32,
}

/// What a piece of a pasted message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A word, or a short mixture that means something: `p99`, `5xx`, `k8s`.
    Word,
    /// A number, with its unit: `15`, `97`, `3Gi`, `20T10`.
    Number,
    /// Made up by a machine: a hash, the random end of a pod's name.
    Made,
}

/// Words that only say of which unit a number before them is.
const UNITS: [&str; 27] = [
    "b", "bytes", "d", "day", "days", "gb", "h", "hour", "hours", "hrs", "kb", "m", "mb", "min",
    "mins", "minute", "minutes", "month", "months", "ms", "s", "sec", "second", "seconds", "secs",
    "week", "weeks",
];

/// Words of a sentence around what it is about. They are no stop words, because an alert may be
/// named by one (`PodNotReadyForLong`), but rare as they are in a corpus, they say little.
const FILLERS: [&str; 44] = [
    "about",
    "again",
    "all",
    "also",
    "am",
    "because",
    "could",
    "currently",
    "during",
    "get",
    "gets",
    "getting",
    "got",
    "he",
    "her",
    "his",
    "how",
    "just",
    "keeps",
    "last",
    "least",
    "less",
    "longer",
    "may",
    "me",
    "might",
    "more",
    "must",
    "my",
    "need",
    "please",
    "really",
    "see",
    "shall",
    "she",
    "should",
    "still",
    "us",
    "very",
    "what",
    "when",
    "where",
    "why",
    "would",
];

/// Endings of a number that are no word.
const SUFFIXES: [&str; 40] = [
    "am", "b", "d", "g", "gb", "gi", "gib", "h", "k", "kb", "ki", "kib", "m", "mb", "mi", "mib",
    "min", "mins", "ms", "mo", "nd", "ns", "pm", "rd", "s", "sec", "secs", "st", "t", "tb", "th",
    "ti", "tib", "us", "utc", "w", "x", "y", "yr", "z",
];

/// Understands a text.
pub(super) fn understand(text: &str) -> Understood {
    let text = beginning(text);
    let compounds = tokenizer::compounds(text);
    let read: Vec<_> = compounds.iter().map(|compound| classify(text, compound)).collect();
    let made = read.iter().flatten().any(|piece| *piece == Piece::Made);
    let count: usize = compounds.iter().map(|compound| compound.words.len()).sum();
    let lines = text.trim().lines().count();
    let pasted = made || lines > 2 || count > MOST_TYPED;

    let mut understood = Understood { pasted, sentence: count > 5, ..Understood::default() };
    let mut after_number = false;
    for (run, (compound, pieces)) in compounds.iter().zip(&read).enumerate() {
        after_number = take(&mut understood, text, run, compound, pieces, after_number);
    }
    if !pasted {
        for (run, compound) in compounds.iter().enumerate() {
            let words = compound.words.iter();
            let words = words.map(|word| QueryWord { text: word.text.clone(), weight: 1.0, run });
            understood.typed.extend(words);
        }
        let last = compounds.last().is_some_and(|compound| compound.end() == text.len());
        understood.unfinished = last && !understood.words.is_empty();
    }
    understood
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_TEXT)]
}

/// Takes a compound into a query; says whether it was a number.
fn take(
    understood: &mut Understood,
    text: &str,
    run: usize,
    compound: &Compound,
    pieces: &[Piece],
    after_number: bool,
) -> bool {
    let pasted = understood.pasted;
    let noisy = pieces.iter().any(|piece| *piece != Piece::Word);
    let only_numbers = pieces.iter().all(|piece| *piece == Piece::Number);
    let raw = &text[compound.start()..compound.end()];
    let several = compound.words.len() > 1;
    // A name of something running: `checkout-api`, `data-postgres-0`, `prod-eu-1`.
    let label = raw.contains(['-', '.']) && !raw.chars().any(char::is_uppercase);
    let weight = if noisy && several {
        0.3
    } else if pasted && label && several {
        0.5
    } else if understood.sentence
        && is_path_part(text, compound)
        && !raw.contains(char::is_uppercase)
    {
        0.4
    } else {
        1.0
    };
    // An identifier is one thing said, however many words it has.
    let share = 1.0 / (compound.words.len() as f32).sqrt();
    let mut kept = Vec::new();
    for (word, piece) in compound.words.iter().zip(pieces) {
        if tokenizer::is_stop_word(&word.text) {
            continue;
        }
        let unit = after_number && !several && UNITS.contains(&word.text.as_str());
        let weight = match piece {
            Piece::Word if unit => 0.15,
            Piece::Word if !several && FILLERS.contains(&word.text.as_str()) => 0.3,
            Piece::Word => weight * share,
            // Somebody who types a number means it, a little.
            Piece::Number if !pasted => 0.3,
            Piece::Number if is_status(&word.text) && !several => 0.3,
            Piece::Number | Piece::Made => continue,
        };
        kept.push(word.text.as_str());
        understood.words.push(QueryWord { text: word.text.clone(), weight, run });
    }
    if several && !only_numbers {
        let weight = if noisy || (pasted && label) { 0.6 } else { 1.0 };
        let trimmed = kept.concat();
        let found = compound.identifiers();
        let trimmed = (kept.len() > 1 && noisy).then_some(trimmed);
        for squashed in found.into_iter().chain(trimmed) {
            understood.identifiers.push(QueryIdentifier { squashed, weight });
        }
    }
    only_numbers
}

/// Whether it stands beside a slash, like `checkout` in `shop-eu/checkout`.
fn is_path_part(text: &str, compound: &Compound) -> bool {
    text[..compound.start()].ends_with('/') || text[compound.end()..].starts_with('/')
}

/// An HTTP status that means trouble.
fn is_status(word: &str) -> bool {
    word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|b| b.is_ascii_digit())
}

/// For each word of a compound, what the piece between joints is that it stands in.
fn classify(text: &str, compound: &Compound) -> Vec<Piece> {
    let raw = &text[compound.start()..compound.end()];
    let uuid = raw.len() == 36
        && raw.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && raw.bytes().filter(|byte| *byte == b'-').count() == 4;
    let mut classified = Vec::with_capacity(compound.words.len());
    let (mut start, mut before, mut nth) = (compound.start(), Piece::Word, 0);
    let mut words = compound.words.iter().peekable();
    for piece in raw.split(['-', '_', '.']) {
        let end = start + piece.len();
        let what = if uuid { Piece::Made } else { classify_piece(piece, nth, before) };
        while words.next_if(|word| word.start < end).is_some() {
            classified.push(what);
        }
        start = end + 1;
        before = what;
        nth += 1;
    }
    // A joint that is no single byte cannot occur; should it, the rest are words.
    classified.resize(compound.words.len(), Piece::Word);
    classified
}

fn classify_piece(piece: &str, nth: usize, before: Piece) -> Piece {
    let lower = piece.to_lowercase();
    if !lower.is_ascii() {
        return Piece::Word;
    }
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    let hex = lower.bytes().all(|byte| byte.is_ascii_hexdigit());
    let leading = lower.bytes().take_while(u8::is_ascii_digit).count();
    let suffix = &lower[leading..];
    if digits == 0 {
        // The end of a pod's name holds no vowel, so that it never spells anything.
        let end =
            before == Piece::Made && lower.len() == 5 && !lower.contains(['a', 'e', 'i', 'o']);
        return if end { Piece::Made } else { Piece::Word };
    }
    if digits == lower.len() {
        return if lower.len() >= 16 { Piece::Made } else { Piece::Number };
    }
    if leading > 0 && suffix == "xx" {
        return Piece::Word;
    }
    if leading > 0 && SUFFIXES.contains(&suffix) {
        return Piece::Number;
    }
    // `20T10`, as it stands in 2026-05-20T10:04:33.
    if leading == 2 && suffix.starts_with('t') && digits == lower.len() - 1 {
        return Piece::Number;
    }
    let length = lower.len();
    let hash = hex && length >= 7;
    let address = lower.starts_with("0x");
    // `x2x9z`, after the hash of a pod's name.
    let pod = before == Piece::Made && length == 5;
    // `ab12`, late in a machine's name.
    let machine = nth > 1 && length == 4 && digits >= 2;
    // `7f3kd`, `nvme1n1p1`: digits in the midst of letters, in a longer name or many of them.
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let tangled = stem.bytes().any(|byte| byte.is_ascii_digit())
        && piece == lower
        && (4..=10).contains(&length)
        && (nth > 0 || digits >= 3);
    let endless = length > 20 && digits >= 4;
    if hash || address || pod || machine || tangled || endless { Piece::Made } else { Piece::Word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        let words = understand(text).words;
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn typed_words_are_taken_as_they_are() {
        let understood = understand("helm rollback stuck");
        assert!(!understood.pasted && understood.unfinished);
        assert_eq!(kept("helm rollback stuck"), "helm rollback stuck");
        assert!(!understand("helm rollback ").unfinished);
        assert_eq!(understand("KubePodCrash").identifiers[0].squashed, "kubepodcrash");
        assert_eq!(kept("p99 latency 5xx k8s"), "p99 latency 5xx k8s");
    }

    #[test]
    fn noise_of_pasted_messages_is_put_aside() {
        let check = |text: &str, expected: &str| {
            assert_eq!(kept(text), expected, "of {text}");
        };
        check("Pod shop/api-7d9f8b6c5-x2x9z is waiting", "pod shop api waiting");
        check("job 3f2b8c1e-9d4a-4b6f-8a1c-0e5d7f9b2c3d failed again", "job failed again");
        check("commit 9fceb02d0ae598e95dc970b74767f19372d61af8 broke it", "commit broke");
        check(
            "node gke-prod-pool-1-ab12 down, api-7d9f8b6c5-x2lqk gone",
            "node gke prod pool down api gone",
        );
        check(
            "2026-05-20T10:04:33.123Z ERROR 10.0.4.21:9100 timeout after 3.1Gi api-7d9f8b6c5-x2lqk",
            "error timeout after api",
        );
    }

    #[test]
    fn a_status_counts_a_little_and_a_duration_hardly() {
        let understood = understand("api-7d9f8b6c5-x2lqk got 503 for 15 minutes");
        let weight = |text: &str| {
            understood.words.iter().find(|word| word.text == text).map(|word| word.weight)
        };
        assert_eq!(weight("503"), Some(0.3));
        assert_eq!(weight("minutes"), Some(0.15));
        assert_eq!(weight("15"), None);
    }

    #[test]
    fn anything_can_be_pasted() {
        let long = "x\u{0}[(\"'`{}<>:/\\ 🔥é ".repeat(8_000);
        for text in ["", " ", "\u{0}", "\"", "((((", "AND OR NOT", "a:b~2^3", "🔥", &long] {
            understand(text);
        }
    }

    #[test]
    fn suffixes_and_units_are_sorted() {
        assert!(UNITS.is_sorted());
    }
}
