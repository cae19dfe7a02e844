//! Takes the words behind a program apart into flags and operands.

use std::borrow::Cow;

use super::rules::{Flag, Style};
use super::shell::Word;

/// Flags with their values, operands, and the words behind both.
pub(super) type Parsed<'w> = (Vec<(String, Option<Word>)>, Vec<Word>, &'w [Word]);

/// Flags and operands, up to `limit` operands and no flag behind the last; then the rest.
pub(super) fn parse<'w>(
    known: &[Flag],
    style: Style,
    words: &'w [Word],
    limit: usize,
) -> Parsed<'w> {
    let (mut flags, mut operands, mut at) = (Vec::new(), Vec::new(), 0);
    let mut only_operands = false;
    let mut loose = false;
    while let Some(word) = words.get(at) {
        let typed = typed(word);
        let word = typed.as_ref();
        let text = word.text.as_str();
        let slashed = style == Style::Windows && text.starts_with('/');
        let is_flag = !only_operands && text.len() > 1 && (text.starts_with('-') || slashed);
        if limit != usize::MAX && (text == "--" || (operands.len() == limit && !is_flag)) {
            break;
        }
        at += 1;
        if !is_flag {
            operands.push(Word { loose, ..word.clone() });
        } else if text == "--" {
            only_operands = true;
        } else if style.any_case() {
            at += usize::from(any_case(known, style, word, words.get(at), &mut flags));
        } else if parse_flag(known, style, word, words.get(at), &mut flags) {
            at += 1;
        }
        loose = is_flag
            && flags.last().is_some_and(|(name, given)| {
                given.is_none() && !known.iter().any(|flag| flag.names.contains(name))
            });
    }
    (flags, operands, words.get(at..).unwrap_or_default())
}

/// A word as it was typed: word processors make one dash of two hyphens, and another one of one. A
/// shell would not understand it; who pastes the command will mend it.
fn typed(word: &Word) -> Cow<'_, Word> {
    let mut letters = word.text.chars();
    let hyphens = match letters.next() {
        Some('\u{2010}'..='\u{2013}' | '\u{2212}') => "-",
        Some('\u{2014}' | '\u{2015}') => "--",
        _ => return Cow::Borrowed(word),
    };
    let rest = letters.as_str();
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
        return Cow::Borrowed(word);
    }
    let text = format!("{hyphens}{rest}");
    Cow::Owned(Word { text, ..word.clone() })
}

/// Reads one flag word; says whether it took the next word as its value.
fn parse_flag(
    known: &[Flag],
    style: Style,
    word: &Word,
    next: Option<&Word>,
    flags: &mut Vec<(String, Option<Word>)>,
) -> bool {
    let text = word.text.as_str();
    let text = if style == Style::OneDash && text.starts_with("--") { &text[1..] } else { text };
    let find = |name: &str| known.iter().find(|flag| flag.names.iter().any(|n| n == name));
    let value = |text: &str| Word { text: text.to_owned(), ..word.clone() };
    // Programs in Go join no letters.
    let whole = style == Style::OneDash || text.starts_with("--");
    if whole || find(text).is_some() {
        let (name, given) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v)));
        let flag = find(name).or_else(|| starting(known, style, name));
        let takes_next = given.is_none() && flag.is_some_and(|flag| flag.takes_next);
        let given = given.map(value).or_else(|| next.filter(|_| takes_next).cloned());
        flags.push((last(flag, name), given));
        return takes_next;
    }
    for (at, letter) in text.char_indices().skip(1) {
        let name = format!("-{letter}");
        let flag = find(&name);
        let rest = &text[at + letter.len_utf8()..];
        if flag.is_some_and(|flag| flag.takes_next) && rest.is_empty() {
            flags.push((last(flag, &name), next.cloned()));
            return true;
        }
        let takes_rest = flag.is_some_and(|flag| flag.takes_rest) && !rest.is_empty();
        if takes_rest || rest.starts_with('=') {
            flags.push((last(flag, &name), Some(value(rest.trim_start_matches('=')))));
            return false;
        }
        flags.push((last(flag, &name), None));
    }
    false
}

/// The last name of a flag, under which rules know it.
fn last(flag: Option<&Flag>, name: &str) -> String {
    flag.and_then(|flag| flag.names.last()).map_or_else(|| name.to_owned(), Clone::clone)
}

/// The flag that begins with these letters, where that is enough to name it.
fn starting<'k>(known: &'k [Flag], style: Style, name: &str) -> Option<&'k Flag> {
    let enough = match style {
        Style::Short => name.starts_with("--") && name.len() > 3,
        Style::Cmdlet => name.len() > 1,
        Style::Windows | Style::Plain | Style::OneDash => false,
    };
    let starts = |flag: &&Flag| flag.names.iter().any(|known| known.starts_with(name));
    known.iter().filter(|_| enough).find(starts)
}

/// Reads one word of `/s/q`, `-Recurse`, `-Rec` or `-Confirm:$false`, in any case; says whether it
/// took the next word as its value. The data name them in small letters and with `-`.
fn any_case(
    known: &[Flag],
    style: Style,
    word: &Word,
    next: Option<&Word>,
    flags: &mut Vec<(String, Option<Word>)>,
) -> bool {
    let lower = word.text.to_lowercase();
    let mut took = false;
    // The value of a flag of PowerShell may hold a path.
    let parts: Vec<&str> = match style {
        Style::Windows => lower.split('/').filter(|part| !part.is_empty()).collect(),
        _ => vec![lower.as_str()],
    };
    for part in parts {
        let (name, value) = part.split_once([':', '=']).map_or((part, None), |(n, v)| (n, Some(v)));
        let name = format!("-{}", name.trim_start_matches('-'));
        let exact = known.iter().find(|flag| flag.names.contains(&name));
        let flag = exact.or_else(|| starting(known, style, &name));
        let takes_next = value.is_none() && flag.is_some_and(|flag| flag.takes_next);
        let given = value
            .map(|text| Word { text: text.trim_start_matches('$').to_owned(), ..word.clone() });
        flags.push((last(flag, &name), given.or_else(|| next.filter(|_| takes_next).cloned())));
        took |= takes_next;
    }
    took
}
