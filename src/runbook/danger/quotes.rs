//! What stands between quotation marks and brackets of a shell, and where they close.

use super::shell::{Word, name_length, placeholder};

/// Reads what stands between double quotes: only substitutions and a few escapes count there.
pub(super) fn double_quoted(text: &str, word: &mut Word) {
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        let (taken, kept) = match character {
            '\\' => match rest[1..].chars().next() {
                Some('\n') => (2, ""),
                Some('$' | '`' | '"' | '\\') => (2, &rest[1..2]),
                _ => (1, "\\"),
            },
            '$' if rest.starts_with("$(") => {
                let end = closing(text, at + 2, b')');
                word.scripts.push(inside(text, at + 2, end).to_owned());
                (end - at, &text[at..end])
            }
            '$' if rest.starts_with("${") => {
                let end = closing(text, at + 2, b'}');
                (end - at, &text[at..end])
            }
            '`' => {
                let end = closing(text, at + 1, b'`');
                word.scripts.push(inside(text, at + 1, end).replace("\\`", "`"));
                (end - at, &text[at..end])
            }
            '$' => (1 + name_length(&rest[1..]), &rest[..=name_length(&rest[1..])]),
            '<' => {
                let length = placeholder(rest).unwrap_or(1);
                word.expands |= length > 1;
                (length, &rest[..length])
            }
            _ => (character.len_utf8(), &rest[..character.len_utf8()]),
        };
        word.expands |= matches!(character, '$' | '`') && taken > 1;
        word.text.push_str(kept);
        at += taken;
    }
}

/// Reads what stands behind `$'`, where a backslash writes any letter: `$'\x72m'` is `rm`. Says how
/// many bytes that takes, the closing mark among them.
pub(super) fn ansi_quoted(text: &str, word: &mut Word) -> usize {
    let bytes = text.as_bytes();
    // Letters may be written byte by byte.
    let (mut written, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at).filter(|byte| **byte != b'\'') {
        at += 1;
        if byte != b'\\' {
            written.push(byte);
            continue;
        }
        let (length, letter) = escaped(&bytes[at..]);
        at += length;
        written.extend(letter);
    }
    word.text.push_str(&String::from_utf8_lossy(&written));
    word.quoted = true;
    (at + 1).min(bytes.len())
}

/// What a backslash in front of these bytes writes, and how many of them it takes.
pub(super) fn escaped(bytes: &[u8]) -> (usize, Vec<u8>) {
    let number = |from: usize, most: usize, radix: u32| {
        let digits = bytes[from..].iter().take(most);
        let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
        let length = digits.take_while(is_digit).count();
        let text = std::str::from_utf8(&bytes[from..from + length]).unwrap_or_default();
        (from + length, u32::from_str_radix(text, radix).ok())
    };
    // Two digits or three make a byte, more of them a letter; without any it stands as it is.
    let byte = |(length, value): (usize, Option<u32>)| match value {
        Some(value) => (length, vec![value.to_le_bytes()[0]]),
        None => (0, vec![b'\\']),
    };
    match bytes.first() {
        Some(b'0'..=b'7') => byte(number(0, 3, 8)),
        Some(b'x') => byte(number(1, 2, 16)),
        Some(mark @ (b'u' | b'U')) => {
            let (length, value) = number(1, if *mark == b'u' { 4 } else { 8 }, 16);
            match value.and_then(char::from_u32) {
                Some(letter) => (length, letter.to_string().into_bytes()),
                None => (0, vec![b'\\']),
            }
        }
        Some(b'c') if bytes.len() > 1 => (2, vec![bytes[1] & 0x1f]),
        Some(b'n') => (1, vec![b'\n']),
        Some(b't') => (1, vec![b'\t']),
        Some(b'r') => (1, vec![b'\r']),
        Some(b'a' | b'b' | b'e' | b'E' | b'f' | b'v') => (1, vec![b' ']),
        Some(&other @ (b'\\' | b'\'' | b'"' | b'?')) => (1, vec![other]),
        _ => (0, vec![b'\\']),
    }
}

/// The text up to the closing byte before `end`, or up to `end` where none closed it.
pub(super) fn inside(text: &str, start: usize, end: usize) -> &str {
    let body = text.get(start..end).unwrap_or_default();
    let closed = end > start && matches!(text.as_bytes()[end - 1], b')' | b'}' | b'"' | b'`');
    if closed { &body[..body.len() - 1] } else { body }
}

/// Where what opened just before `start` ends: one past its closing byte, or the text's end.
pub(super) fn closing(text: &str, start: usize, closer: u8) -> usize {
    let bytes = text.as_bytes();
    let mut open = vec![closer];
    let mut at = start;
    while let (Some(&byte), Some(&top)) = (bytes.get(at), open.last()) {
        let next = bytes.get(at + 1).copied();
        at += 1;
        if byte == b'\\' {
            at += 1;
        } else if byte == top {
            open.pop();
            if open.is_empty() {
                return at;
            }
        } else if top == b'`' {
            // Nothing nests in backquotes unless it is escaped.
        } else if byte == b'$' && next == Some(b'(') {
            open.push(b')');
            at += 1;
        } else if byte == b'$' && next == Some(b'{') {
            open.push(b'}');
            at += 1;
        } else if byte == b'`' {
            open.push(b'`');
        } else if top == b')' {
            match byte {
                b'(' => open.push(b')'),
                b'"' => open.push(b'"'),
                b'\'' if at > 1 && bytes[at - 2] == b'$' => {
                    let rest = text.get(at..).unwrap_or_default();
                    at += ansi_quoted(rest, &mut Word::default());
                }
                b'\'' => {
                    let length = text.get(at..).and_then(|rest| rest.find('\''));
                    at = length.map_or(bytes.len(), |length| at + length + 1);
                }
                _ => {}
            }
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_writes_any_letter_between_the_marks_of_ansi_c() {
        let check = |text: &str, expected: &str, rest: &str| {
            let mut word = Word::default();
            let end = ansi_quoted(text, &mut word);
            assert_eq!((word.text.as_str(), &text[end..]), (expected, rest), "{text}");
            assert!(word.quoted);
        };
        check(r"\x72m' -rf", "rm", " -rf");
        check(r"\162\155'x", "rm", "x");
        check(r"\u0072\U0000006d'", "rm", "");
        check(r"\xc3\xa9'", "\u{e9}", "");
        check(r"it\'s\n\t\\'", "it's\n\t\\", "");
        check(r"\q\x\u'", r"\q\x\u", "");
        check(r"a\", r"a\", "");
        check("", "", "");
    }

    #[test]
    fn a_mark_that_is_escaped_in_ansi_c_closes_nothing() {
        let text = r"echo $'it\'s )') rest";
        assert_eq!(&text[closing(text, 0, b')')..], " rest");
    }
}
