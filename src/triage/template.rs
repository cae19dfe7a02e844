//! The shape of a message: what changes from one to the next taken out.

/// The words of a message with numbers, hashes, addresses and quoted names masked by `#`.
pub(super) fn masked(text: &str) -> String {
    masked_with(text, |_| ())
}

/// As [`masked`]; each piece that is masked is told.
pub(super) fn masked_with<'t>(text: &'t str, mut told: impl FnMut(&'t str)) -> String {
    let mut shape = String::with_capacity(text.len().min(512));
    for word in text.split_whitespace() {
        if !shape.is_empty() {
            shape.push(' ');
        }
        mask(word, &mut shape, &mut told);
    }
    shape
}

/// Pieces of a word that hold a digit change; the rest stays.
fn mask<'t>(word: &'t str, shape: &mut String, told: &mut impl FnMut(&'t str)) {
    let mut rest = word;
    while !rest.is_empty() {
        let is_piece = |c: char| c.is_alphanumeric();
        let piece = rest.find(|c: char| !is_piece(c)).unwrap_or(rest.len());
        if piece == 0 {
            let mark = rest.find(is_piece).unwrap_or(rest.len());
            shape.push_str(&rest[..mark]);
            rest = &rest[mark..];
            continue;
        }
        let (head, tail) = rest.split_at(piece);
        if head.bytes().any(|byte| byte.is_ascii_digit()) {
            told(head);
            if !shape.ends_with('#') {
                shape.push('#');
            }
        } else {
            shape.push_str(head);
        }
        rest = tail;
    }
}

/// How alike two shapes are: the share of words they have in common, 0 to 1.
pub(super) fn alike(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        text.to_lowercase().split(' ').filter(|word| word.len() > 1).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    let all = one.union(&other).count();
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// A hash of a shape, the same on every machine: FNV-1a with 64 bits.
pub(super) fn hash(shape: &str) -> u64 {
    shape.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_masked() {
        let check = |text, expected: &str| assert_eq!(masked(text), expected);
        check("Pod cart-6c9d8b7f5-x2x9p restarted 3 times", "Pod cart-#-# restarted # times");
        check("10.0.0.1:5432 refused", "#.#.#.#:# refused");
        check("", "");
        assert_eq!(hash(&masked("a 1 b")), hash(&masked("a  22 b")));
    }

    #[test]
    fn likeness_is_the_share_of_common_words() {
        assert!(alike("pod # restarted times", "pod # restarted again times") > 0.7);
        assert!(alike("one", "other") < 0.1);
        assert!(alike("", "") < 0.1);
    }
}
