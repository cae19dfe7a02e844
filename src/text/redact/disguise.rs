//! Letters in disguise: what looks like an ASCII letter, or like nothing at all. A name that is
//! written with one is read by people and by no rule.

use unicode_normalization::UnicodeNormalization as _;

use crate::text::is_steering;

/// Letters of other alphabets that look like those of ours, and what they look like.
const ALIKE: [(&str, &str); 4] = [
    ("аеорсухкмтівһјѕԁԝԛո", "aeopcyxkmtibhjsdwqn"),
    ("АЕОРСУХКМТІВНЈЅ", "AEOPCYXKMTIBHJS"),
    ("οανικρτυχε", "oavikptuxe"),
    ("ΑΒΕΗΙΚΜΝΟΡΤΥΧ", "ABEHIKMNOPTYX"),
];

/// A word of another alphabet is no disguise: a letter of ours stands so near, in bytes.
const NEAR: usize = 24;

/// What the letter at the beginning of a text stands for, if it is in disguise, and its bytes; no
/// letter for what nobody sees. `before` is what stands in front of it.
pub(super) fn undisguised(before: &str, text: &str) -> Option<(usize, Option<char>)> {
    let letter = text.chars().next()?;
    let taken = letter.len_utf8();
    if is_steering(letter) {
        return Some((taken, None));
    }
    let shown = match letter {
        _ if letter.is_ascii() => return None,
        '“' | '”' | '„' | '«' | '»' | '‟' => '"',
        '‘' | '’' | '‚' | '‹' | '›' => '\'',
        '\u{370}'..='\u{58f}' => {
            let shown = alike(letter)?;
            let rest = &text[taken..];
            let is_mixed = is_ascii_word(before.chars().rev()) || is_ascii_word(rest.chars());
            is_mixed.then_some(shown)?
        }
        // Full width, bold, in circles: one sign that has a plain form.
        _ => {
            let mut plain = std::iter::once(letter).nfkc();
            let first = plain.next().filter(|it| it.is_ascii() && !it.is_ascii_control())?;
            plain.next().is_none().then_some(first)?
        }
    };
    Some((taken, Some(shown)))
}

fn alike(letter: char) -> Option<char> {
    let found = |(theirs, ours): &(&str, &str)| {
        theirs.chars().zip(ours.chars()).find(|(it, _)| *it == letter).map(|(_, shown)| shown)
    };
    ALIKE.iter().find_map(found)
}

/// Whether letters go on to one of ASCII within the word.
fn is_ascii_word(letters: impl Iterator<Item = char>) -> bool {
    let mut bytes = 0;
    letters
        .take_while(|letter| {
            bytes += letter.len_utf8();
            bytes <= NEAR && (letter.is_alphanumeric() || is_steering(*letter))
        })
        .any(|letter| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_our_letters_is_read_as_them_and_other_words_stay() {
        let check = |text: &str, expected: &str| {
            let shown: String = text
                .char_indices()
                .filter_map(|(at, letter)| match undisguised(&text[..at], &text[at..]) {
                    Some((_, shown)) => shown,
                    None => Some(letter),
                })
                .collect();
            assert_eq!(shown, expected, "{text}");
        };
        check("pаsswоrd", "password");
        check("рassword", "password");
        check("p\u{200b}ass\u{ad}word", "password");
        check("ｐａｓｓ：", "pass:");
        check("𝗽𝗮𝘀𝘀", "pass");
        check("“x”\u{a0}‘y’", "\"x\" 'y'");
        check("пароль сервера", "пароль сервера");
        check("größer … κωδικός", "größer … κωδικός");
    }
}
