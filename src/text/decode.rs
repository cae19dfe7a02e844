//! From bytes to a text.

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

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let letters = char::decode_utf16(units);
    letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_the_encoding_and_is_no_text() {
        assert_eq!(decoded(b"\xef\xbb\xbfrm"), "rm");
        assert_eq!(decoded(b"\xff\xfer\0m\0"), "rm");
        assert_eq!(decoded(b"\xfe\xff\0r\0m"), "rm");
        assert_eq!(decoded(b"\xff\xfe\x00\xd8r\0m"), "\u{fffd}r", "half a pair, half a unit");
        assert_eq!(decoded(b"r\xffm"), "r\u{fffd}m");
    }
}
