//! From text to words: identifiers whole and split, words stemmed, nothing dropped for its length.
//!
//! A *word* is the smallest piece: `KubePodCrashLooping`, `kube-pod-crash-looping` and
//! `kube_pod_crash_looping` all hold the words `kube`, `pod`, `crash` and `looping`. An
//! *identifier* is a run of at least two words without a space between them, squashed to its
//! letters and digits in lower case (`kubepodcrashlooping`), so that it is found in any style.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// Words longer than this are cut: nobody types them, and the dictionary must stay small.
const LONGEST_WORD: usize = 200;

/// Short mixtures of letters and digits are words of their own: `k8s`, `p99`, `5xx`, `x509`.
const LONGEST_MIXTURE: usize = 5;

/// Words that say nothing about what a text is about. `not`, `no`, `out`, `up`, `down`, `off`,
/// `any` are left in: an alert often differs from its neighbour by one of them.
const STOP_WORDS: [&str; 50] = [
    "a", "an", "and", "are", "as", "at", "be", "been", "being", "but", "by", "can", "did", "do",
    "does", "for", "from", "had", "has", "have", "i", "if", "in", "into", "is", "it", "its", "of",
    "on", "or", "our", "so", "such", "than", "that", "the", "their", "then", "there", "these",
    "they", "this", "those", "to", "was", "we", "were", "which", "with", "you",
];

/// A word and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case, composed, not stemmed.
    pub(super) text: String,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

/// Words that stand together without a space: `prometheus-operator/KubeAPIDown.md` is three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compound {
    /// Its words.
    pub(super) words: Vec<Word>,
    /// Words after which a `.` stands, by index into `words`.
    dots: Vec<usize>,
    /// Index of the first word of each piece between two joints (`-`, `_`, `.`).
    pieces: Vec<usize>,
}

impl Compound {
    /// The identifiers it holds, squashed: itself, its dotted parts, its camel-case pieces.
    pub(super) fn identifiers(&self) -> Vec<String> {
        let count = self.words.len();
        if count < 2 {
            return Vec::new();
        }
        let mut found = vec![self.squash(0, count)];
        let mut from = 0;
        for to in self.dots.iter().map(|at| at + 1).chain([count]) {
            if to - from >= 2 {
                found.push(self.squash(from, to));
            }
            from = to;
        }
        for (at, from) in self.pieces.iter().enumerate() {
            let to = self.pieces.get(at + 1).copied().unwrap_or(count);
            if to - from >= 2 {
                found.push(self.squash(*from, to));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// What a camel-case identifier begins with, squashed: often the thing it is about, like
    /// `KubeAPI` of `KubeAPIDown`.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = String> {
        let count = if self.pieces.len() == 1 { self.words.len() } else { 0 };
        (2..count).map(|to| self.squash(0, to))
    }

    /// All its words in one.
    pub(super) fn squashed(&self) -> String {
        self.squash(0, self.words.len())
    }

    fn squash(&self, from: usize, to: usize) -> String {
        let mut squashed: String = self.words[from..to].iter().map(|w| w.text.as_str()).collect();
        cut(&mut squashed);
        squashed
    }

    /// First byte.
    pub(super) fn start(&self) -> usize {
        self.words.first().map_or(0, |word| word.start)
    }

    /// One past the last byte.
    pub(super) fn end(&self) -> usize {
        self.words.last().map_or(0, |word| word.end)
    }
}

/// The compounds of a text, in order.
pub(super) fn compounds(text: &str) -> Vec<Compound> {
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut current: Option<Compound> = None;
    while let Some((start, first)) = chars.next() {
        if !is_letter(first) {
            // A joint holds a compound together where exactly one stands between two letters.
            let joint = matches!(first, '-' | '_' | '.');
            let goes_on = chars.peek().is_some_and(|(_, next)| is_letter(*next));
            match (&mut current, joint && goes_on) {
                (Some(compound), true) => {
                    if first == '.' {
                        compound.dots.push(compound.words.len() - 1);
                    }
                    compound.pieces.push(compound.words.len());
                }
                _ => found.extend(current.take()),
            }
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = chars.peek().copied() {
            if !is_letter(next) {
                break;
            }
            end = at + next.len_utf8();
            chars.next();
        }
        if is_apostrophe_ending(text, start, end) {
            continue;
        }
        let compound = current.get_or_insert_with(|| Compound {
            words: Vec::new(),
            dots: Vec::new(),
            pieces: vec![0],
        });
        split_run(text, start, end, &mut compound.words);
    }
    found.extend(current);
    found
}

/// The words of a text, in order, stop words included.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word> {
    compounds(text).into_iter().flat_map(|compound| compound.words)
}

/// Whether a word says nothing about what a text is about.
pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The words that count, stemmed, in order.
pub(super) fn stems(text: &str) -> Vec<String> {
    words(text)
        .filter(|word| !is_stop_word(&word.text))
        .map(|word| stem(&word.text).into_owned())
        .collect()
}

thread_local! {
    /// Stemming costs more than anything else here, and words repeat.
    static STEMS: RefCell<HashMap<String, String>> = RefCell::new(HashMap::new());
}

/// Stems kept per thread; a corpus' everyday words are far fewer.
const KEPT_STEMS: usize = 20_000;

/// What a word shares with its inflections: `expiring`, `expires` → `expir`. British spellings
/// meet American ones.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    STEMS.with_borrow_mut(|known| {
        if let Some(stem) = known.get(word) {
            return Cow::Owned(stem.clone());
        }
        let stem = Stemmer::create(Algorithm::English).stem(&american(word)).into_owned();
        if known.len() >= KEPT_STEMS {
            known.clear();
        }
        known.insert(word.to_owned(), stem.clone());
        Cow::Owned(stem)
    })
}

/// `synchronising` → `synchronizing`. Some words become none (`raise` → `raize`), which harms
/// nothing: both sides of a search go the same way.
fn american(word: &str) -> Cow<'_, str> {
    const ENDINGS: [&str; 7] = ["ise", "ised", "ises", "ising", "iser", "isation", "isations"];
    match ENDINGS.iter().find(|ending| word.len() > ending.len() + 3 && word.ends_with(*ending)) {
        Some(ending) => {
            let at = word.len() - ending.len();
            Cow::Owned(format!("{}iz{}", &word[..at], &ending[2..]))
        }
        None => Cow::Borrowed(word),
    }
}

/// Letters, digits, and marks that belong to the letter before them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

/// The `s` of `pod's`, the `t` of `isn't`.
fn is_apostrophe_ending(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    matches!(before, Some('\'' | '’'))
        && matches!(&text[start..end], "s" | "t" | "re" | "ve" | "ll" | "d" | "m")
        && text[..start].chars().rev().nth(1).is_some_and(char::is_alphabetic)
}

/// Splits a run of letters and digits where the case or the class changes.
fn split_run(text: &str, start: usize, end: usize, words: &mut Vec<Word>) {
    let run: Vec<(usize, char)> = text[start..end].char_indices().collect();
    let at = |i: usize| run.get(i).map_or(end - start, |(byte, _)| *byte);
    let mut from = 0;
    for to in 1..=run.len() {
        if to < run.len() && !is_camel_joint(&run, to) {
            continue;
        }
        let piece = &run[from..to];
        let mixed = piece.iter().any(|(_, c)| c.is_numeric())
            && piece.iter().any(|(_, c)| !c.is_numeric())
            && piece.len() > LONGEST_MIXTURE;
        let mut first = from;
        for next in from + 1..=to {
            let changes = next < to && run[next - 1].1.is_numeric() != run[next].1.is_numeric();
            if next == to || (mixed && changes) {
                push_word(text, start + at(first), start + at(next), words);
                first = next;
            }
        }
        from = to;
    }
}

/// Whether a new word begins at `to`: `eB` in `kubeBe`, `PIs` keeps its plural, `APIDown` → `D`.
fn is_camel_joint(run: &[(usize, char)], to: usize) -> bool {
    let (before, here) = (run[to - 1].1, run[to].1);
    if !here.is_uppercase() {
        return false;
    }
    if !before.is_uppercase() {
        return before.is_lowercase() || (before.is_numeric() && opens_word(run, to));
    }
    opens_word(run, to)
}

/// Whether a capital is followed by lower-case letters that are more than a plural's `s`.
fn opens_word(run: &[(usize, char)], to: usize) -> bool {
    let next = run.get(to + 1).map(|(_, c)| *c);
    let after = run.get(to + 2).map(|(_, c)| *c);
    match next {
        Some('s') => after.is_some_and(char::is_lowercase),
        Some(next) => next.is_lowercase(),
        None => false,
    }
}

fn push_word(text: &str, start: usize, end: usize, words: &mut Vec<Word>) {
    let raw = &text[start..end];
    let mut lower =
        if is_nfc(raw) { raw.to_lowercase() } else { raw.nfc().collect::<String>().to_lowercase() };
    cut(&mut lower);
    words.push(Word { text: lower, start, end });
}

fn cut(word: &mut String) {
    word.truncate(word.floor_char_boundary(LONGEST_WORD));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_split_into_their_words() {
        let check = |text: &str, expected: &str| {
            let found: Vec<_> = words(text).map(|word| word.text).collect();
            assert_eq!(found.join(" "), expected, "of {text}");
        };
        check("KubePodCrashLooping", "kube pod crash looping");
        check("KubeAPIDown", "kube api down");
        check("etcdHighNumberOfFailedGRPCRequests", "etcd high number of failed grpc requests");
        check("PrometheusTSDBReloadsFailing", "prometheus tsdb reloads failing");
        check("APIs of PVCs", "apis of pvcs");
        check("kube-pod_crash.looping", "kube pod crash looping");
        check("BookstoreCatalogP99Latency", "bookstore catalog p99 latency");
        check("k8s 5xx x509 sha256", "k8s 5xx x509 sha 256");
        check("the pod's logs aren't there", "the pod logs aren there");
        check("--namespace=a,b", "namespace a b");
        check("Größe ÉTÉ", "größe été");
        check("\u{0}🔥[[](\"", "");
    }

    #[test]
    fn identifiers_are_found_whole_in_any_style() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<_> = compounds(text).iter().flat_map(Compound::identifiers).collect();
            assert_eq!(found, expected, "of {text}");
        };
        check("KubeAPIDown", &["kubeapidown"]);
        check("kube-api_down", &["kubeapidown"]);
        check("helm rollback", &[]);
        check("runbooks/KubeAPIDown.md", &["kubeapidown", "kubeapidownmd"]);
        check("argo-cd.argoproj.io", &["argocd", "argocdargoprojio"]);
        check("x-KubeAPIDown", &["kubeapidown", "xkubeapidown"]);
    }

    #[test]
    fn an_identifier_is_found_by_what_it_begins_with() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<_> = compounds(text).iter().flat_map(Compound::beginnings).collect();
            assert_eq!(found, expected, "of {text}");
        };
        check("KubeAPIErrorBudget", &["kubeapi", "kubeapierror"]);
        check("kube-api-error", &[]);
        check("KubeAPI", &[]);
    }

    #[test]
    fn no_word_is_dropped_for_its_length() {
        let long = "Abcdefgh".repeat(8);
        assert_eq!(compounds(&long)[0].identifiers()[0].len(), 64);
        assert_eq!(words(&"x".repeat(5_000)).next().map(|word| word.text.len()), Some(200));
        assert_eq!(words(&"é".repeat(5_000)).next().map(|word| word.text.len()), Some(200));
    }

    #[test]
    fn inflections_and_spellings_share_a_stem() {
        let check = |a: &str, b: &str| assert_eq!(stem(a), stem(b));
        check("expiring", "expires");
        check("synchronising", "synchronized");
        check("certificates", "certificate");
        assert_ne!(stem("etcd"), stem("etc"));
    }

    #[test]
    fn stop_words_are_sorted_so_that_they_are_found() {
        assert!(STOP_WORDS.is_sorted());
        assert_eq!(stems("the API is down"), ["api", "down"]);
    }
}
