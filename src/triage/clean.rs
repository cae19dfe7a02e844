//! A pasted text without what steers a terminal, so that places in it mean something to people.

use std::borrow::Cow;

/// The text without escape sequences, controls and letters without width; tabs and line ends stay,
/// `\r\n` becomes `\n`, and a blank of any kind is a blank: what nobody sees must not hide a word from
/// a rule, or a secret.
pub fn cleaned(text: &str) -> Cow<'_, str> {
    // Programs part words, names and lines of a list by NUL.
    cleaned_with(text, ' ')
}

/// The same of a plan: NUL stays, since a shell and a reader take it for different things.
pub fn cleaned_plan(text: &str) -> Cow<'_, str> {
    cleaned_with(text, '\0')
}

fn cleaned_with(text: &str, nul: char) -> Cow<'_, str> {
    let harmless = |byte: u8| matches!(byte, b'\n' | b'\t' | 0x20..=0x7e | 0x80..);
    let steering = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    let unseen = |letter: char| is_unseen(letter) || blank(letter).is_some();
    if text.is_ascii() && text.bytes().all(harmless)
        || text.bytes().all(harmless) && !text.chars().any(|c| steering(c) || unseen(c))
    {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' | '\u{9b}' => {
                let opener = if letter == '\u{9b}' { Some('[') } else { letters.next() };
                skip_sequence(opener, &mut letters);
            }
            '\r' if letters.peek() != Some(&'\n') => kept.push('\n'),
            '\0' => kept.push(nul),
            _ if steering(letter) || is_unseen(letter) => {}
            _ => kept.push(blank(letter).unwrap_or(letter)),
        }
    }
    Cow::Owned(kept)
}

/// A letter that takes no room: joiners, marks of direction, soft hyphens, byte order marks.
const fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// What a blank or hyphen of another kind stands for.
const fn blank(letter: char) -> Option<char> {
    match letter {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => Some('-'),
        // Letters as wide as those of another script.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0),
        _ => None,
    }
}

/// Skips what follows an escape; a sequence that does not end takes no more than its line.
fn skip_sequence(opener: Option<char>, letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match opener {
        Some('[') => {
            while letters.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
            letters.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(letter) = letters.next_if(|c| *c != '\n') {
                match letter {
                    '\u{7}' | '\u{9c}' => return,
                    '\u{1b}' => {
                        letters.next_if_eq(&'\\');
                        return;
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// What was found without the parts of words at its ends, where a limit of length cut them.
pub(super) fn whole_words(text: &str, start: usize, end: usize) -> (usize, usize) {
    let found = text.get(start..end).unwrap_or_default();
    let begins = |text: &str| text.starts_with(char::is_alphanumeric);
    let ends = |text: &str| text.ends_with(char::is_alphanumeric);
    let (before, after) = (&text[..start], text.get(end..).unwrap_or_default());
    let from =
        if ends(before) && begins(found) { found.find(' ').map_or(0, |at| at + 1) } else { 0 };
    let to = if ends(found) && begins(after) {
        found.rfind(' ').unwrap_or(found.len())
    } else {
        found.len()
    };
    // A single word that was cut is better than none.
    if from < to { (start + from, start + to) } else { (start, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_limit_cut_are_left_out() {
        let text = "the release broke under load";
        let whole = |start, end| {
            let (start, end) = whole_words(text, start, end);
            &text[start..end]
        };
        assert_eq!(whole(4, 17), "release broke");
        assert_eq!(whole(6, 20), "broke");
        assert_eq!(whole(4, 15), "release");
        assert_eq!(whole(5, 8), "ele", "a piece of one word is better than nothing");
    }

    #[test]
    fn what_steers_a_terminal_is_taken_out_and_the_words_stay() {
        let check = |text, expected: &str| assert_eq!(cleaned(text), expected, "{text:?}");
        check("plain — text\n", "plain — text\n");
        check("\u{1b}[31mERROR\u{1b}[0m disk", "ERROR disk");
        check("a\r\nb\rc", "a\nb\nc");
        check("\u{1b}]0;title\u{7}x", "x");
        check("\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link");
        check("\u{1b}]never ends\nnext", "\nnext");
        check("\u{feff}a\u{0}b\u{9b}1mc", "a bc");
        check("\u{1b}", "");
        check("pass\u{200b}word\u{ad}=x", "password=x");
        check("rm\u{a0}\u{2212}rf \u{ff41}", "rm -rf a");
        check("größer — „so“", "größer — „so“");
        assert_eq!(cleaned_plan("a\u{0}b\u{1}c"), "a\u{0}bc");
    }
}
