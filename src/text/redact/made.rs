//! Whether a value was made or written: a machine's token, somebody's password, or a word.

/// Whether a value looks made rather than written: a digit, a mark, or letters of both cases.
pub(super) fn looks_made(value: &str) -> bool {
    let inside = value.get(1..).unwrap_or_default();
    value.bytes().any(|b| b.is_ascii_digit())
        || inside.bytes().any(|b| b"!@#$%^&*+=/~".contains(&b))
        || value.bytes().any(|b| b.is_ascii_lowercase())
            && inside.bytes().any(|b| b.is_ascii_uppercase())
}

/// Whether a value can only come from a machine: no word, no name of a pod and no version mixes
/// letters and digits like this.
pub(super) fn is_random(value: &str) -> bool {
    is_hex(value) || is_uuid(value) || value.len() >= 10 && changes(value) >= 3
}

/// Whether a value is a seed in base32, as a device for codes takes it.
pub(super) fn is_seed(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() >= 16
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && digits >= 2
        && 2 * digits < value.len()
}

/// Whether a value that no sign announces is a password: a word with digits or marks in it, and
/// nothing that a pod, a version, a path or a time is written with.
pub(super) fn is_password(value: &str) -> bool {
    // `len=12` behind "password" is another assignment.
    let is_assignment = value.trim_end_matches('=').contains('=');
    let plain = !is_assignment
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"!@#$%^&*+=~?".contains(&b));
    let has = |what: fn(&u8) -> bool| value.bytes().any(|b| what(&b));
    let is_mixed = has(u8::is_ascii_alphabetic) && (has(u8::is_ascii_digit) || has(is_mark));
    let is_number = value.len() >= 6 && value.bytes().all(|b| b.is_ascii_digit());
    is_random(value) || plain && value.len() >= 6 && (is_mixed || is_number)
}

const fn is_mark(b: &u8) -> bool {
    matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*')
}

/// Hexadecimal digits as long as a key, letters and digits among them.
fn is_hex(value: &str) -> bool {
    value.len() >= 20
        && value.bytes().all(|b| b.is_ascii_hexdigit())
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

fn is_uuid(value: &str) -> bool {
    let mut parts = value.split('-');
    let lengths = [8, 4, 4, 4, 12];
    lengths.iter().all(|length| {
        parts.next().is_some_and(|part| {
            part.len() == *length && part.bytes().all(|b| b.is_ascii_hexdigit())
        })
    }) && parts.next().is_none()
}

/// How often small letters, capitals and digits take turns; none if a sign is in it that no key has.
/// A capital that begins a word is no turn of its own.
fn changes(value: &str) -> usize {
    let kind = |b: u8| match b {
        b'a'..=b'z' => Some(0),
        b'A'..=b'Z' => Some(1),
        b'0'..=b'9' => Some(2),
        b'-' | b'_' | b'.' | b'+' | b'/' | b'=' | b'~' | b'%' => Some(3),
        _ => None,
    };
    let kinds: Option<Vec<i32>> = value.bytes().map(kind).collect();
    let Some(kinds) = kinds else { return 0 };
    if (0..3).any(|kind| !kinds.contains(&kind)) {
        return 0;
    }
    let turns =
        |pair: &&[i32]| pair[0] != pair[1] && pair[0] != 3 && pair[1] != 3 && *pair != [1, 0];
    kinds.windows(2).filter(turns).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_made_is_told_from_names_and_words() {
        for made in [
            "tf7EbsDe0G9Cry",
            "0b7f9c1e-6f1b-4c1e-9d2b-1f6f7c9f0a11",
            "3f786850e387550fdab836ed7e6dc881",
            "wJalrXUtnFEMI/K7MDENG",
        ] {
            assert!(is_random(made), "{made}");
        }
        for word in ["web-7d9c6b5f4d-x2x9q", "X509Certificate", "OAuth2Client", "v1.2.3"] {
            assert!(!is_random(word), "{word}");
        }
        for password in ["hunter2", "Winter2024!", "correct!horse", "48291377"] {
            assert!(is_password(password), "{password}");
        }
        for word in ["worker-7", "10:42", "ResetRequest", "is", "/run/pw1", "db-3:5432", "v1.2.3"] {
            assert!(!is_password(word), "{word}");
        }
    }
}
