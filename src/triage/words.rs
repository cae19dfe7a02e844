//! Words that the rules use: short names for expressions, written as `{name}` in them.
//!
//! A word may stand in hundreds of expressions and be long. So an expression is looked at with its
//! words as blanks, each of them is looked at once, and they are filled in where an expression is
//! compiled, which most never are.

use std::collections::BTreeMap;

use super::needs::Needs;

/// What marks a blank; no expression may name a group so.
const BLANK: &str = "__";

/// All words.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<String, Word>);

#[derive(Debug)]
struct Word {
    source: String,
    /// What stands in everything it matches; none where that cannot be told.
    needs: Option<Needs>,
    /// One of these does.
    letters: Vec<String>,
}

impl Words {
    /// Adds one.
    ///
    /// # Errors
    /// It is no expression, or its name is none: `a{2}` is a repetition, and `\b{start}` an edge.
    pub(super) fn add(&mut self, name: &str, source: &str) -> Result<(), String> {
        if !is_name(name) {
            return Err(format!(
                "`{name}` is no name for a word: a letter and more letters, digits and `_` make one, \
                 but for `start` and `end`"
            ));
        }
        named_well(source)?;
        let needs = Needs::of(source, self).map_err(|message| match braced(source) {
            Some(other) => format!(
                "`{{{other}}}` is no repetition, and a word holds no other words: write it out"
            ),
            None => message,
        })?;
        let letters = needs.as_ref().map_or_else(Vec::new, |needs| needs.letters(self));
        let letters = letters.into_iter().map(str::to_owned).collect();
        let word = Word { source: source.to_owned(), needs, letters };
        self.0.insert(name.to_owned(), word);
        Ok(())
    }

    /// An expression with its words filled in; a repetition like `{2,3}` stays.
    pub(super) fn filled(&self, text: &str) -> String {
        let text = self.replaced(text, |_, _, word| format!("(?:{})", word.source));
        whole_sentences(&text)
    }

    /// An expression with a named blank in place of each word.
    pub(super) fn with_blanks(&self, text: &str) -> String {
        let text = self.replaced(text, |at, name, _| format!("(?<{BLANK}{at}_{name}>)"));
        whole_sentences(&text)
    }

    /// The word that stands at a blank, and what it needs; none where a group is no blank.
    pub(super) fn at_blank<'g>(&self, group: &'g str) -> Option<(&'g str, Option<&Needs>)> {
        let (_, name) = group.strip_prefix(BLANK)?.split_once('_')?;
        Some((name, self.0.get(name)?.needs.as_ref()))
    }

    /// Letters of which one stands in everything that a word matches.
    pub(super) fn letters(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], |word| &word.letters)
    }

    /// Each word with what it needs, if it needs anything.
    pub(super) fn needs(&self) -> impl Iterator<Item = (&str, &Needs)> {
        self.0.iter().filter_map(|(name, word)| Some((name.as_str(), word.needs.as_ref()?)))
    }

    /// What is wrong with an expression that names a word which no file has.
    pub(super) fn unknown(&self, text: &str) -> Option<String> {
        let filled = self.filled(text);
        braced(&filled).map(|name| format!("no file of this folder has a word `{name}`"))
    }

    fn replaced(&self, text: &str, put: impl Fn(usize, &str, &Word) -> String) -> String {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        let mut count = 0;
        while let Some(open) = rest.find('{') {
            let (before, inside) = rest.split_at(open);
            done.push_str(before);
            let word = inside.find('}').filter(|_| !takes_braces(before)).and_then(|close| {
                let name = &inside[1..close];
                Some((close, name, self.0.get(name)?))
            });
            match word {
                Some((close, name, word)) => {
                    done.push_str(&put(count, name, word));
                    count += 1;
                    rest = &inside[close + 1..];
                }
                None => {
                    done.push('{');
                    rest = &inside[1..];
                }
            }
        }
        done.push_str(rest);
        done
    }
}

/// Whether the letter behind a text stands for itself there: an odd number of backslashes ends it.
pub(super) fn is_escaped(before: &str) -> bool {
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// The first name in braces that is no part of a regular expression, as in `\x{af}` and `\b{start}`.
fn braced(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(open, _)| {
        let (before, inside) = (&text[..open], &text[open + 1..]);
        let name = inside.split_once('}')?.0;
        (is_name(name) && !takes_braces(before)).then_some(name)
    })
}

/// Whether a word may have this name; it is part of that of a blank, too.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(name, "start" | "end")
}

/// Whether a brace behind a text is part of an escape, as in `\x{af}` and `\{`.
fn takes_braces(before: &str) -> bool {
    is_escaped(before) || is_escaped(before.strip_suffix(['x', 'u', 'U', 'p', 'P']).unwrap_or(""))
}

/// Makes sure that no group of an expression is taken for a blank.
///
/// # Errors
/// One is named so.
pub(super) fn named_well(source: &str) -> Result<(), String> {
    let names = ["(?<", "(?P<"].into_iter().flat_map(|open| {
        let opened = source.match_indices(open).filter(|(at, _)| !is_escaped(&source[..*at]));
        opened.map(|(at, open)| &source[at + open.len()..])
    });
    match names.into_iter().find(|name| name.starts_with(BLANK)) {
        Some(name) => {
            let name = name.split('>').next().unwrap_or_default();
            Err(format!("no name of a group begins with `{BLANK}`: call `{name}` otherwise"))
        }
        None => Ok(()),
    }
}

/// A dot inside a name, a number or an address ends no sentence.
fn whole_sentences(text: &str) -> String {
    text.replace("[^.;]", r"(?:[^.;]|\.[^\s.;])").replace("[^.;,]", r"(?:[^.;,]|\.[^\s.;,])")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_and_repetitions_stay() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        assert_eq!(words.filled("a{2,3} {fail}"), "a{2,3} (?:failed|down)");
        assert_eq!(words.filled("{none} {"), "{none} {");
        let blanks = words.with_blanks("{fail} x {fail}");
        assert_eq!(blanks, "(?<__0_fail>) x (?<__1_fail>)");
        assert!(words.add("wrong", "a(b").is_err(), "no expression");
        for name in ["my-store", "2", "2nd", "_a", "", "start", "end"] {
            assert!(words.add(name, "a").expect_err(name).contains("no name for a word"), "{name}");
        }
        words.add("b2", "a").expect("a word");
    }

    #[test]
    fn a_brace_of_an_escape_is_no_word() {
        let mut words = Words::default();
        words.add("af", "failed").expect("a word");
        for text in [r"\x{af}", r"\u{af}", r"\p{af}", r"\{af}", r"\\\{af}"] {
            assert_eq!(words.filled(text), text);
        }
        assert_eq!(words.filled(r"\\{af} \b{af} x{af}"), r"\\(?:failed) \b(?:failed) x(?:failed)");
    }

    #[test]
    fn no_group_is_named_like_a_blank() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        for name in ["__0_fail", "__", "__x"] {
            for open in ["(?<", "(?P<"] {
                let source = format!("disk {open}{name}>up)");
                assert!(words.add("own", &source).expect_err(name).contains(name));
            }
        }
        words.add("own", r"(?<_a>disk) \(?<__>").expect("a word");
    }

    #[test]
    fn a_word_in_a_word_and_one_that_nobody_wrote_are_named() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        let error = words.add("gone", "lost|{fail}").expect_err("a word in a word");
        assert!(error.contains("`{fail}`") && error.contains("no other words"), "{error}");
        assert_eq!(words.unknown("{fail} {2,3}"), None);
        for text in ["disk {fial}", r"\b{fial}\b"] {
            assert!(words.unknown(text).expect("none").contains("`fial`"));
        }
        assert_eq!(words.unknown(r"\x{AF} \b{start}"), None);
    }

    #[test]
    fn a_blank_has_the_letters_of_its_word() {
        let mut words = Words::default();
        words.add("fail", "failed|down").expect("a word");
        words.add("any", r"\w+").expect("a word");
        let of = |text: &str| {
            let needs = Needs::of(&words.with_blanks(text), &words).expect(text)?;
            Some(needs.letters(&words).into_iter().map(str::to_owned).collect())
        };
        let own = |all: &[&str]| Some(all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(r"\b{fail}\b"), own(&["down", "failed"]));
        assert_eq!(of(r"(?<n>\d+) {any}"), None);
        assert_eq!(of(r"{any} is full"), own(&[" is full"]));
        assert_eq!(of(r"{fail}?"), None);
        assert_eq!(of(r"(?:{fail}|broken)"), own(&["broken", "down", "failed"]));
    }
}
