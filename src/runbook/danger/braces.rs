//! Braces that a shell writes out: `/data{1,2}` is two words, and `r{m..m}` is `rm`.

use super::quotes::closing;
use super::shell::Word;

/// How many words one may become: each pair of braces multiplies them.
const MOST: usize = 64;

/// How long a word is whose words each get a copy of its substitutions.
const SHORT: usize = 1_000;

/// The words that one stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The first of them; the word itself where none of its braces hold a list.
    pub(super) words: Vec<Word>,
    /// Whether something of it stands in none of them.
    pub(super) cut: bool,
}

/// Writes a word out.
pub(super) fn written_out(word: &Word) -> Written {
    let mut texts = vec![word.text.clone()];
    let short = word.text.len() <= SHORT || word.scripts.is_empty();
    let (mut at, mut lists, mut cut) = (0, 0, false);
    while let Some(text) = texts.get(at) {
        let more = match first_list(text, MOST + 1 - texts.len()) {
            List::Parts(more) => more,
            none => {
                cut |= none == List::Unclosed;
                at += 1;
                continue;
            }
        };
        // A range of one letter makes no more words, and a text may hold thousands of them.
        lists += 1;
        if lists > MOST {
            cut = true;
            break;
        }
        cut |= texts.len() - 1 + more.len() > MOST;
        texts.splice(at..=at, more);
        texts.truncate(MOST);
    }
    cut |= !short && texts.len() > 1;
    let words = texts.into_iter().enumerate().map(|(at, text)| {
        let scripts = if short || at == 0 { word.scripts.clone() } else { Vec::new() };
        Word { text, scripts, ..word.clone() }
    });
    Written { words: words.collect(), cut }
}

/// A pair of braces.
struct Braces {
    open: usize,
    /// Where the parts of its list end, but for the last.
    commas: Vec<usize>,
    /// Where it is closed, once it is.
    close: usize,
}

impl Braces {
    /// What its list names; nothing where it holds none. A range of more than `most` numbers is no
    /// list: no name hides in it.
    fn parts(&self, text: &str, most: usize) -> Option<Vec<String>> {
        if self.commas.is_empty() {
            return range(&text[self.open + 1..self.close], most);
        }
        let starts = std::iter::once(&self.open).chain(&self.commas);
        let ends = self.commas.iter().chain(std::iter::once(&self.close));
        Some(starts.zip(ends).map(|(start, end)| text[start + 1..*end].to_owned()).collect())
    }
}

/// What the first list of a text makes of it.
#[derive(PartialEq, Eq)]
enum List {
    /// The text with each part in the place of the list.
    Parts(Vec<String>),
    /// There is none.
    None,
    /// There is none in front of a substitution that nobody closes.
    Unclosed,
}

/// Finds the first list, in one pass.
fn first_list(text: &str, most: usize) -> List {
    let bytes = text.as_bytes();
    let (mut open, mut found): (Vec<Braces>, Option<Braces>) = (Vec::new(), None);
    let (mut at, mut unclosed) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            // What stands in a substitution is a text of its own.
            b'`' | b'$' if byte == b'`' || text[at..].starts_with("$(") => {
                let (start, closer) = if byte == b'`' { (at + 1, b'`') } else { (at + 2, b')') };
                at = closing(text, start, closer);
                unclosed = at <= start || bytes[at - 1] != closer;
                continue;
            }
            b'{' => open.push(Braces { open: at, commas: Vec::new(), close: at }),
            b',' => {
                if let Some(last) = open.last_mut() {
                    last.commas.push(at);
                }
            }
            b'}' => {
                let closed = open.pop().map(|last| Braces { close: at, ..last });
                let first = |last: &Braces| found.as_ref().is_none_or(|one| last.open < one.open);
                let lists = |last: &Braces| {
                    // `${A}` and `{{ a }}` are no lists.
                    !text[..last.open].ends_with(['$', '{'])
                        && !text[last.open + 1..].starts_with('{')
                        && (!last.commas.is_empty() || last.parts(text, most).is_some())
                };
                found = closed.filter(|last| first(last) && lists(last)).or(found);
                if open.is_empty() && found.is_some() {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let none = if unclosed { List::Unclosed } else { List::None };
    let list = found.and_then(|found| Some((found.parts(text, most)?, found)));
    list.map_or(none, |(parts, Braces { open, close, .. })| {
        let whole = |part| format!("{}{part}{}", &text[..open], &text[close + 1..]);
        List::Parts(parts.into_iter().map(whole).collect())
    })
}

/// What `a..c`, `1..9` or `01..10..2` counts; nothing where it is no range, or one of more than
/// `most` numbers.
fn range(text: &str, most: usize) -> Option<Vec<String>> {
    // Longer ones count nothing, and pairs within pairs are many.
    let text = Some(text).filter(|text| text.len() < 40)?;
    let mut parts = text.split("..");
    let (first, last, step) = (parts.next()?, parts.next()?, parts.next());
    let step = step.map_or(Some(1), |step| step.parse::<i32>().ok()).map(i64::from)?;
    let step = step.abs().max(1);
    if parts.next().is_some() {
        return None;
    }
    let is_letter = |text: &str| text.len() == 1 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let letters = is_letter(first) && is_letter(last);
    let place = |text: &str| {
        if letters {
            Some(i64::from(text.as_bytes()[0]))
        } else {
            text.parse::<i32>().ok().map(i64::from)
        }
    };
    let (from, to) = (place(first)?, place(last)?);
    let count = (from - to).abs() / step + 1;
    if !letters && usize::try_from(count).ok()? > most {
        return None;
    }
    let padded = [first, last].iter().any(|text| text.trim_start_matches('-').starts_with('0'));
    let width = if padded { first.len().max(last.len()) } else { 0 };
    let step = if from <= to { step } else { -step };
    let counted = (0..count).map(|at| from + at * step);
    Some(
        counted
            .map(|at| match u8::try_from(at) {
                Ok(byte) if letters => char::from(byte).to_string(),
                _ => format!("{at:0width$}"),
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<String>, bool) {
        let written = written_out(&Word { text: text.to_owned(), ..Word::default() });
        (written.words.into_iter().map(|word| word.text).collect(), written.cut)
    }

    fn check(text: &str, expected: &[&str]) {
        let expected = expected.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(words(text), (expected, false), "{text}");
    }

    #[test]
    fn a_list_in_braces_is_a_word_for_each_of_its_parts() {
        check("/data{1,2}", &["/data1", "/data2"]);
        check("/{data,srv}/x", &["/data/x", "/srv/x"]);
        check("{a,b}{c,d}", &["ac", "ad", "bc", "bd"]);
        check("a{,.bak}", &["a", "a.bak"]);
        check("{a,{b,c}d}", &["a", "bd", "cd"]);
        check("{a{b,c}", &["{ab", "{ac"]);
        for text in ["{}", "{a}", "${a,b}", "{{ a, b }}", "{a,b", "a}", "{a..b", "{..}", "{a..1}"] {
            check(text, &[text]);
        }
    }

    #[test]
    fn a_range_is_a_word_for_each_that_it_counts() {
        check("r{m..m}", &["rm"]);
        check("/{c..a}", &["/c", "/b", "/a"]);
        check("x{1..3}", &["x1", "x2", "x3"]);
        check("{08..10}", &["08", "09", "10"]);
        check("{5..1..-2}", &["5", "3", "1"]);
        check("{-1..1}", &["-1", "0", "1"]);
        check("{r{m..m},-{r..r}f}", &["rm", "-rf"]);
        for text in ["x{1..1000}", "{-2147483648..2147483647}", "{1..2..3..4}", "{1..}"] {
            check(text, &[text]);
        }
    }

    #[test]
    fn what_stands_in_a_substitution_is_no_list_of_the_word_around_it() {
        check("{a,b}$(c {d,e})", &["a$(c {d,e})", "b$(c {d,e})"]);
        check("`{a,b}`{c,d}", &["`{a,b}`c", "`{a,b}`d"]);
        let unclosed = |text: &str| words(text) == (vec![text.to_owned()], true);
        assert!(unclosed("{a,$(,b}") && unclosed("`{a,b}"));
    }

    #[test]
    fn a_list_as_long_as_may_be_is_whole_and_of_a_longer_one_its_first_words_are_known() {
        let list = |count: usize| {
            format!("{{{}}}", (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(","))
        };
        let (whole, cut) = words(&list(MOST));
        assert_eq!((whole.len(), whole.last().map(String::as_str), cut), (MOST, Some("63"), false));
        let (first, cut) = words(&list(MOST + 1));
        assert_eq!((first, cut), (whole, true));
        for text in ["{a,b,c,d,e,f,g,h}".repeat(20), "{a..a}".repeat(5_000), "{a..z}".repeat(2)] {
            let (first, cut) = words(&text);
            assert!(first.len() <= MOST && cut, "{text}");
        }
    }

    #[test]
    fn the_words_of_a_short_list_share_its_substitutions_and_of_a_long_one_the_first_keeps_them() {
        let shared = |length: usize| {
            let text = format!("{{a,b}}{}", "c".repeat(length));
            let word = Word { text, scripts: vec!["d".to_owned()], ..Word::default() };
            let written = written_out(&word);
            let counts: Vec<usize> = written.words.iter().map(|word| word.scripts.len()).collect();
            (counts, written.cut)
        };
        assert_eq!(shared(1), (vec![1, 1], false));
        assert_eq!(shared(SHORT), (vec![1, 0], true));
    }
}
