//! As much of base64 as it takes to tell an encoded text from a word.

/// The bytes that a text in base64 (standard or URL alphabet) stands for, if it is one.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if digits.is_empty() || digits.len() % 4 == 1 || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Whether a text is base64 of `name:password` in plain characters.
pub(super) fn is_name_and_password(text: &str) -> bool {
    decoded(text).is_some_and(|bytes| {
        bytes.contains(&b':') && bytes.iter().all(|byte| (0x20..0x7f).contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_both_alphabets_and_nothing_else_is() {
        let check = |text, expected: Option<&str>| {
            assert_eq!(decoded(text).as_deref(), expected.map(str::as_bytes), "{text}");
        };
        check("YW5hOmh1bnRlcjI=", Some("ana:hunter2"));
        check("YW5hOmh1bnRlcjI", Some("ana:hunter2"));
        check("Pz8_", Some("???"));
        check("", None);
        check("a", None);
        check("no base64", None);
        assert!(is_name_and_password("YW5hOmh1bnRlcjI="));
        assert!(!is_name_and_password("authentication"));
    }
}
