//! Takes the words behind a program apart into flags and operands.

use super::rules::Flag;
use super::shell::Word;

/// Flags with their values, operands, and the words behind both.
pub(super) type Parsed<'w> = (Vec<(String, Option<Word>)>, Vec<Word>, &'w [Word]);

/// Flags and operands, up to `limit` operands and no flag behind the last; then the rest.
pub(super) fn parse<'w>(known: &[Flag], words: &'w [Word], limit: usize) -> Parsed<'w> {
    let (mut flags, mut operands, mut at) = (Vec::new(), Vec::new(), 0);
    let mut only_operands = false;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        let is_flag = !only_operands && text.len() > 1 && text.starts_with('-');
        if limit != usize::MAX && (text == "--" || (operands.len() == limit && !is_flag)) {
            break;
        }
        at += 1;
        if !is_flag {
            operands.push(word.clone());
        } else if text == "--" {
            only_operands = true;
        } else if parse_flag(known, word, words.get(at), &mut flags) {
            at += 1;
        }
    }
    (flags, operands, words.get(at..).unwrap_or_default())
}

/// Reads one flag word; says whether it took the next word as its value.
fn parse_flag(
    known: &[Flag],
    word: &Word,
    next: Option<&Word>,
    flags: &mut Vec<(String, Option<Word>)>,
) -> bool {
    let text = word.text.as_str();
    let find = |name: &str| known.iter().find(|flag| flag.names.iter().any(|n| n == name));
    let last = |flag: Option<&Flag>, name: &str| {
        flag.and_then(|flag| flag.names.last()).map_or_else(|| name.to_owned(), Clone::clone)
    };
    let value = |text: &str| Word { text: text.to_owned(), ..word.clone() };
    if text.starts_with("--") || find(text).is_some() {
        let (name, given) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v)));
        let flag = find(name);
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
