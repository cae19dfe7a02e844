//! Texts that stand in code, however its language marks them.

use super::quotes::escaped;

/// How many bytes of one are looked at: a mark that nobody closes must not make a long text slow.
const LONGEST: usize = 4_000;

/// A text in code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Its letters.
    pub(super) text: String,
    /// One past its closing mark.
    pub(super) end: usize,
    /// Whether its marks run it.
    pub(super) runs: bool,
}

/// The literal that begins there; nothing where none does, or where it never ends.
pub(super) fn at(code: &str, start: usize) -> Option<Literal> {
    let rest = code.get(start..)?;
    let rest = &rest[..rest.floor_char_boundary(LONGEST)];
    let first = rest.chars().next()?;
    match first {
        '"' | '\'' => {
            let triple = rest.get(..3).filter(|mark| mark.chars().all(|mark| mark == first));
            let mark = triple.filter(|mark| rest[3..].contains(*mark)).unwrap_or(&rest[..1]);
            let raw = code[..start].ends_with(['r', 'R']);
            closed(rest, mark, raw).map(|(text, end)| Literal {
                text,
                end: start + end,
                runs: false,
            })
        }
        '`' => {
            let (text, end) = closed(rest, "`", false)?;
            Some(Literal { text, end: start + end, runs: true })
        }
        'q' | '%' => {
            let (text, end, runs) = of_perl_or_ruby(&code[..start], rest)?;
            Some(Literal { text, end: start + end, runs })
        }
        _ => None,
    }
}

/// A text between two of the same marks, and where it ends.
fn closed(rest: &str, mark: &str, raw: bool) -> Option<(String, usize)> {
    let (mut text, mut at) = (Vec::new(), mark.len());
    let bytes = rest.as_bytes();
    while at < bytes.len() {
        if bytes[at..].starts_with(mark.as_bytes()) {
            return Some((String::from_utf8_lossy(&text).into_owned(), at + mark.len()));
        }
        let escape = bytes[at] == b'\\' && at + 1 < bytes.len();
        at += 1;
        if escape && raw {
            // The backslash stays, and the letter behind it closes nothing all the same.
            text.extend(&bytes[at - 1..=at]);
            at += 1;
        } else if escape && bytes[at] == mark.as_bytes()[0] {
            text.push(bytes[at]);
            at += 1;
        } else if escape {
            let (length, letter) = escaped(&bytes[at..]);
            text.extend(letter);
            at += length;
        } else {
            text.push(bytes[at - 1]);
        }
    }
    None
}

/// `q(…)`, `qq{…}`, `qw[…]` and `qx|…|` of Perl, `%q(…)`, `%w[…]`, `%x{…}` and `%(…)` of Ruby: the
/// text, where it ends, and whether it is run.
fn of_perl_or_ruby(before: &str, rest: &str) -> Option<(String, usize, bool)> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_$@%&.".contains(letter);
    if before.ends_with(is_name) {
        return None;
    }
    let kinds: &[char] =
        if rest.starts_with('q') { &['q', 'w', 'x'] } else { &['q', 'Q', 'w', 'W', 'i', 'I', 'x'] };
    let kind = rest[1..].chars().next().filter(|kind| kinds.contains(kind));
    let mut head = 1 + kind.map_or(0, char::len_utf8);
    let blanks = rest[head..].len() - rest[head..].trim_start_matches([' ', '\t']).len();
    let open = rest[head + blanks..].chars().next()?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        // A percent sign with a mark behind it is more often arithmetic.
        '|' | '!' | '/' | '#' | '~' | '^'
            if blanks == 0 && (kind.is_some() || rest.starts_with('q')) =>
        {
            open
        }
        _ => return None,
    };
    // `x % (y)` is arithmetic, too.
    if blanks > 0 && rest.starts_with('%') {
        return None;
    }
    head += blanks + 1;
    let (mut depth, mut escapes) = (1_usize, false);
    for (at, letter) in rest[head..].char_indices() {
        if escapes {
            escapes = false;
        } else if letter == '\\' {
            escapes = true;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                let text = rest[head..head + at].to_owned();
                return Some((text, head + at + close.len_utf8(), kind == Some('x')));
            }
        } else if letter == open {
            depth += 1;
        }
    }
    None
}
