//! From bytes to a text.

use super::LineIndex;

/// A text in UTF-8, or in UTF-16 behind its mark. What is neither becomes `\u{fffd}`. The mark is no
/// part of the text: it would hide the first word of a command.
pub fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// How much of the beginning tells whether it is a text, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// Shorter than this it may be anything, in bytes.
const TOO_SHORT: usize = 32;

/// Why bytes are no text, as far as their beginning tells; nothing where they may be one. Lists have
/// a NUL between two names, and a crash leaves some in a log: few of a text's bytes are NUL.
pub fn no_text(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    if start.len() < TOO_SHORT || matches!(start, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return None;
    }
    let share = |count: usize, percent: usize| count * 100 >= start.len() * percent;
    let nul = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nul(0), nul(1));
    // What no text and no terminal writes.
    let odd_control = |byte: &&u8| matches!(byte, 1..=6 | 14..=26 | 28..=31);
    if share(even + odd, 90) {
        Some("nearly all of it is NUL bytes, as in an empty device or a file with holes")
    } else if share(even + odd, 60) {
        Some("it looks like UTF-32 without a mark, three of four bytes being NUL")
    } else if share(even, 35) && odd * 20 < even || share(odd, 35) && even * 20 < odd {
        Some("it looks like UTF-16 without a mark, every second byte being NUL")
    } else if share(start.iter().filter(odd_control).count(), 5) {
        Some("it looks like the bytes of a program, a device or a compressed file")
    } else {
        None
    }
}

/// A file that people write for the program, which is UTF-8: a byte order mark in front is no part of
/// the text.
///
/// # Errors
/// Why it is none, in words that follow the name of the file.
pub fn strictly_decoded(bytes: Vec<u8>) -> Result<String, String> {
    // Of UTF-16 without a mark the other byte of each plain letter is zero.
    let is_half_empty = |first: usize| {
        let start = &bytes[..bytes.len().min(64)];
        let halves = start.iter().skip(first).step_by(2);
        start.len() >= 4 && halves.clone().all(|byte| *byte == 0)
    };
    if matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || is_half_empty(0)
        || is_half_empty(1)
    {
        return Err("it is UTF-16: save it as UTF-8".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let good = String::from_utf8_lossy(&error.as_bytes()[..good]);
            let (line, column) = LineIndex::new(&good).line_column(&good, good.len());
            Err(format!("it is not UTF-8 from line {line}, column {column}, on: save it as UTF-8"))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let letters = char::decode_utf16(units);
    letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_utf_8_is_refused_with_the_reason() {
        let check = |bytes: &[u8], expected: Result<&str, &str>| {
            let read = strictly_decoded(bytes.to_vec());
            let read = read.as_deref().map_err(String::as_str);
            assert_eq!(read, expected, "{bytes:?}");
        };
        check("a: é".as_bytes(), Ok("a: é"));
        check(b"\xef\xbb\xbfa: b", Ok("a: b"));
        check(b"", Ok(""));
        check(b"\xff\xfea\0:\0", Err("it is UTF-16: save it as UTF-8"));
        check(b"a\0:\0 \0b\0", Err("it is UTF-16: save it as UTF-8"));
        check(b"\0a\0:\0 \0b", Err("it is UTF-16: save it as UTF-8"));
        let wrong = "it is not UTF-8 from line 2, column 2, on: save it as UTF-8";
        check(b"a: b\nc\xff", Err(wrong));
    }

    #[test]
    fn what_is_no_text_is_told_by_its_bytes() {
        let line = "2024-05-01 12:00:00 pod web-1 is in CrashLoopBackOff\n";
        let check = |bytes: &[u8], expected: Option<&str>| {
            let told = no_text(bytes);
            let begins = told.zip(expected).is_some_and(|(told, words)| told.contains(words));
            assert_eq!(told.is_some(), expected.is_some(), "{told:?} {bytes:?}");
            assert!(expected.is_none() || begins, "{told:?}");
        };
        let wide = |size: usize, at: usize| -> Vec<u8> {
            let unit = |byte: u8| (0..size).map(move |nth| if nth == at { byte } else { 0 });
            line.bytes().flat_map(unit).collect()
        };
        check(&wide(2, 0), Some("UTF-16"));
        check(&wide(2, 1), Some("UTF-16"));
        check(&wide(4, 0), Some("UTF-32"));
        check(&[0; 100], Some("NUL"));
        let mixed: Vec<u8> = (0..=255).cycle().take(4096).collect();
        check(&mixed, Some("compressed"));
        check(line.as_bytes(), None);
        check(&[&[0xff, 0xfe], &wide(2, 0)[..]].concat(), None);
        check("a\0b\0".repeat(4).as_bytes(), None);
        check("web-1\0web-2\0".repeat(40).as_bytes(), None);
        check(&[line.as_bytes(), &[0; 40]].concat(), None);
        check("Fehler: M\u{fc}ll \u{1b}[31mrot\u{1b}[0m\n".repeat(9).as_bytes(), None);
        check(&b"pod \xfc\xe4 failed, caf\xe9\n".repeat(9), None);
        check("\u{43e}\u{448}\u{438}\u{431}\u{43a}\u{430} ".repeat(30).as_bytes(), None);
    }

    #[test]
    fn a_mark_says_the_encoding_and_is_no_text() {
        assert_eq!(decoded(b"\xef\xbb\xbfrm"), "rm");
        assert_eq!(decoded(b"\xff\xfer\0m\0"), "rm");
        assert_eq!(decoded(b"\xfe\xff\0r\0m"), "rm");
        assert_eq!(decoded(b"\xff\xfe\x00\xd8r\0m"), "\u{fffd}r", "half a pair, half a unit");
        assert_eq!(decoded(b"r\xffm"), "r\u{fffd}m");
    }
}
