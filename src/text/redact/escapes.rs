//! A text with its escapes written out, since `pass\x77ord` and JSON within JSON hide a secret from
//! every rule, and so do letters that only look like others: one layer at a time, and a way back to
//! where each letter stood.
//!
//! Each line that has an escape is read again, whatever it says. A list of words that would have to
//! be in it saved two fifths of the time for logs of JSON within JSON, and was one more list that a
//! new rule had to be written into, or its secrets stayed.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::Chars;

use super::disguise::undisguised;
use crate::text::is_steering;

/// The lines of a text that have escapes, without their outer layer.
#[derive(Debug, Default)]
pub(super) struct Unescaped {
    pub text: String,
    marks: Vec<Mark>,
}

/// Where a line, or what follows an escape, begins: in the text without escapes, and in the other.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: usize,
    /// The first byte of the escape, or of the line.
    from: usize,
    /// How many bytes the escape takes, and what stands for it.
    taken: usize,
    given: usize,
    /// Whether a line begins here that does not follow the one before.
    begins: bool,
}

/// An escape at the beginning of a text.
struct Escape {
    /// Its bytes.
    taken: usize,
    /// The letter that it stands for, if anybody can see it.
    letter: Option<char>,
}

/// No colour has more digits and signs between them.
const LONGEST_COLOUR: usize = 20;

/// What the names of HTML's escapes stand for.
const ENTITIES: [(&str, char); 5] =
    [("&quot;", '"'), ("&apos;", '\''), ("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];

/// The lines of a text that have escapes; none if there is nothing to write out.
pub(super) fn unescaped(text: &str) -> Option<Unescaped> {
    let bytes = text.as_bytes();
    let mut found = Unescaped::default();
    // Where the last line ends that was looked at, and the last one that had escapes.
    let (mut done, mut kept) = (0, None);
    while let Some(first) = next_opener(text, done) {
        let start =
            bytes[done..first].iter().rposition(|b| *b == b'\n').map_or(done, |n| done + n + 1);
        let end = line_end(text, first);
        if has_escape(&text[..end], first) {
            found.mark(start, 0, 0, kept != Some(start));
            found.line(text, start..end);
            kept = Some(end);
        }
        done = end;
    }
    kept.map(|_| found)
}

/// Where the line of a place ends, with those that it goes on in: a backslash ends each of them but
/// the last.
fn line_end(text: &str, at: usize) -> usize {
    let mut from = at;
    while let Some(end) = text[from..].find('\n') {
        from += end + 1;
        if !text[..from - 1].trim_end_matches('\r').ends_with('\\') {
            return from;
        }
    }
    text.len()
}

/// A text with spaces for what colours it in a terminal, so that no value ends with a colour. What
/// has a colour within a word is read without it in the other text.
pub(super) fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        let taken = 1 + colour(&rest[at + 1..]);
        plain.extend(std::iter::repeat_n(' ', taken));
        rest = &rest[at + taken..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Where something stands that begins an escape. Most signs of percent and most ampersands do not.
fn next_opener(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let opens = |at: usize| match bytes[at] {
        b'\\' => true,
        b'%' => bytes.get(at + 1).is_some_and(|b| (b'2'..=b'7').contains(b)),
        b'&' => bytes.get(at + 1).is_some_and(|b| b"qaglt#".contains(b)),
        b'[' | b'^' | b'#' => lost_colour(&text[at..]).is_some(),
        _ => undisguised(&text[..at], &text[at..]).is_some(),
    };
    // The escape of a terminal, or the first byte of a letter that is not of ASCII.
    let is_opener =
        |b: &u8| matches!(b, b'\\' | b'%' | b'&' | b'[' | b'^' | b'#' | b'\x1b' | 0xc2..);
    let mut at = from;
    loop {
        at += bytes[at..].iter().position(is_opener)?;
        if opens(at) {
            return Some(at);
        }
        at += 1;
    }
}

impl Unescaped {
    fn mark(&mut self, from: usize, taken: usize, given: usize, begins: bool) {
        self.marks.push(Mark { at: self.text.len(), from, taken, given, begins });
    }

    /// Writes out one line.
    fn line(&mut self, text: &str, line: Range<usize>) {
        let mut borders =
            borders(&text[line.clone()]).into_iter().map(|at| line.start + at).peekable();
        let (mut at, mut plain) = (line.start, line.start);
        while let Some(next) = next_opener(&text[..line.end], at) {
            at = next;
            self.copy(text, plain..at, &mut borders);
            plain = at;
            let Some(escape) = escape(&self.text, &text[at..line.end]) else {
                at += 1;
                continue;
            };
            self.mark(at, escape.taken, escape.letter.map_or(0, char::len_utf8), false);
            self.text.extend(escape.letter);
            at += escape.taken;
            plain = at;
        }
        self.copy(text, plain..line.end, &mut borders);
    }

    /// Copies what has no escapes, in lines of its own what is a string of several lines.
    fn copy(
        &mut self,
        text: &str,
        piece: Range<usize>,
        borders: &mut Peekable<impl Iterator<Item = usize>>,
    ) {
        let mut from = piece.start;
        while let Some(border) = borders.next_if(|at| *at <= piece.end) {
            self.text.push_str(&text[from..border]);
            self.mark(border, 0, 1, false);
            self.text.push('\n');
            from = border;
        }
        self.text.push_str(&text[from..piece.end]);
    }

    /// The place in the text with escapes. What would go on from one line into another that does
    /// not follow it ends with its line.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.mark_of(range.start);
        let last = self.marks[first + 1..]
            .iter()
            .position(|mark| mark.begins || mark.at >= range.end)
            .map_or(self.marks.len() - 1, |more| first + more);
        let end = match self.marks.get(last + 1) {
            Some(next) if next.begins => range.end.min(next.at),
            _ => range.end,
        };
        let place = |mark: &Mark, at: usize| {
            let inside = (at - mark.at).saturating_sub(mark.given);
            (at - mark.at < mark.given, mark.from + mark.taken + inside)
        };
        let mark = &self.marks[first];
        let start = match place(mark, range.start) {
            (true, _) => mark.from,
            (false, place) => place,
        };
        start..place(&self.marks[last], end).1.max(start)
    }

    /// The mark in front of a place, the last one where several stand there.
    fn mark_of(&self, at: usize) -> usize {
        self.marks.partition_point(|mark| mark.at <= at).saturating_sub(1)
    }
}

/// Where strings in quotes begin and end that have several lines, written as `\n`, or JSON of
/// their own: what stands around them is no part of their first and last line.
fn borders(line: &str) -> Vec<usize> {
    let mut borders = Vec::new();
    if !line.contains('\\') {
        return borders;
    }
    let (mut begun, mut is_apart) = (None, false);
    let mut letters = line.bytes().enumerate();
    while let Some((at, letter)) = letters.next() {
        match letter {
            b'\\' => is_apart |= letters.next().is_some_and(|(_, next)| next == b'n'),
            b'"' => match begun.take() {
                Some(begun) if is_apart => borders.extend([begun, at]),
                Some(_) => {}
                None => {
                    begun = Some(at + 1);
                    is_apart = line[at + 1..].starts_with(['{', '[']);
                }
            },
            _ => {}
        }
    }
    borders
}

/// Whether a line has an escape from a place on.
fn has_escape(text: &str, from: usize) -> bool {
    let mut at = from;
    while let Some(next) = next_opener(text, at) {
        if escape(&text[..next], &text[next..]).is_some() {
            return true;
        }
        at = next + 1;
    }
    false
}

/// The escape, or the letter in disguise, that a text begins with; `before` is what stands in front.
fn escape(before: &str, text: &str) -> Option<Escape> {
    let (taken, letter) = match text.as_bytes() {
        [b'\\', rest @ ..] => match rest.first()? {
            b'u' => unicode(text)?,
            b'x' => code(text, 2, 2, 16).filter(|(_, letter)| letter.is_ascii())?,
            b'0'..=b'3' => code(text, 1, 3, 8).filter(|(_, letter)| letter.is_ascii())?,
            b'n' => (2, '\n'),
            // The line goes on in the next one.
            b'\n' => return Some(Escape { taken: 2, letter: None }),
            b'\r' if rest.get(1) == Some(&b'\n') => {
                return Some(Escape { taken: 3, letter: None });
            }
            b'r' => (2, '\r'),
            b't' => (2, '\t'),
            sign @ (b'"' | b'\'' | b'/' | b'\\') => (2, char::from(*sign)),
            _ => return None,
        },
        [b'%', ..] => code(text, 1, 2, 16).filter(|(_, letter)| (' '..='~').contains(letter))?,
        [b'&', ..] => entity(text)?,
        [b'\x1b', ..] => (1, '\u{1b}'),
        [b'[' | b'^' | b'#', ..] => {
            return Some(Escape { taken: lost_colour(text)?, letter: None });
        }
        _ => {
            let (taken, letter) = undisguised(before, text)?;
            return Some(Escape { taken, letter });
        }
    };
    let steers = letter == '\u{1b}';
    let colour = if steers { colour(&text[taken..]) } else { 0 };
    Some(Escape { taken: taken + colour, letter: Some(letter).filter(|it| !is_steering(*it)) })
}

/// A letter told by so many digits from a place on.
fn code(text: &str, from: usize, digits: usize, radix: u32) -> Option<(usize, char)> {
    let digits =
        text.get(from..from + digits).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let letter = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    Some((from + digits.len(), letter))
}

/// `\u0041`, `\u{41}`, or two of them that make one letter.
fn unicode(text: &str) -> Option<(usize, char)> {
    if let Some(rest) = text.strip_prefix("\\u{") {
        let digits = digits(rest, '}')?;
        let letter = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        return Some((digits.len() + 4, letter));
    }
    if let Some(found) = code(text, 2, 4, 16) {
        return Some(found);
    }
    let half = |from: usize| u16::from_str_radix(text.get(from..from + 4)?, 16).ok();
    let second = text.get(6..8).filter(|it| *it == "\\u").and_then(|_| half(8))?;
    let letter = char::decode_utf16([half(2)?, second]).next()?.ok()?;
    Some((12, letter))
}

/// `&quot;`, `&#34;`, `&#x22;`.
fn entity(text: &str) -> Option<(usize, char)> {
    if let Some((name, letter)) = ENTITIES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((name.len(), *letter));
    }
    let digits = digits(text.strip_prefix("&#")?, ';')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((digits.len() + 3, char::from_u32(number)?))
}

/// What stands before a sign that ends a number, which is no further than a number is long.
fn digits(text: &str, end: char) -> Option<&str> {
    let (at, _) = text.char_indices().take(8).find(|(_, letter)| *letter == end)?;
    Some(&text[..at])
}

/// How long the rest of a colour is, as a terminal takes it: `[31m`.
fn colour(text: &str) -> usize {
    let mut letters: Peekable<Chars<'_>> = text.chars().peekable();
    if letters.next_if_eq(&'[').is_none() {
        return 0;
    }
    let mut taken = 1;
    while letters.next_if(|it| it.is_ascii_digit() || *it == ';').is_some() {
        taken += 1;
    }
    taken + usize::from(letters.next_if(char::is_ascii_alphabetic).is_some())
}

/// How long a colour is whose first sign was lost on its way through a form, or was written out by
/// `cat -v` or a daemon of logs: `[31m`, `^[[31m`, `#033[31m`.
fn lost_colour(text: &str) -> Option<usize> {
    let before = ["^[", "#033"].into_iter().find(|it| text.starts_with(it)).unwrap_or_default();
    let code = text[before.len()..].strip_prefix('[')?;
    let digits = code.bytes().take_while(|b| b.is_ascii_digit() || *b == b';').count();
    let is_whole = digits > 0 && digits <= LONGEST_COLOUR && code[digits..].starts_with('m');
    is_whole.then(|| before.len() + 1 + digits + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without escapes, and where the word `here` in it came from.
    fn check(text: &str, expected: &str, source: &str) {
        let found = unescaped(text).expect("escapes");
        assert_eq!(found.text, expected, "{text}");
        let at = expected.find("here").expect("the word");
        assert_eq!(&text[found.back(&(at..at + 4))], source, "{text}");
    }

    #[test]
    fn escapes_are_written_out_and_the_way_back_takes_them_whole() {
        check(r"a\x20here", "a here", "here");
        check(r"a \u0068er\x65 b", "a here b", r"\u0068er\x65");
        check(r"é\u00e9 her\145 b", "éé here b", r"her\145");
        check(r#"{\"a\":\"h\u200bere\"}"#, r#"{"a":"here"}"#, r"h\u200bere");
        check(r#"{"a":"x\nhere","b":"c\"d"}"#, "{\"a\":\"\nx\nhere\n\",\"b\":\"c\"d\"}", "here");
        check(r"\ud83d\ude00h\u{65}re", "😀here", r"h\u{65}re");
        check(r"\u001b[31mhe\u001b[0mre", "here", r"he\u001b[0mre");
        check("[31mhe^[[0mr#033[1;4me [12] [m", "here [12] [m", "he^[[0mr#033[1;4me");
        check("a=%68ere%22&quot;&#34;&#x22;", "a=here\"\"\"\"", "%68ere");
        // One layer at a time.
        check(r#"\\u0022here\\\""#, r#"\u0022here\""#, "here");
        check("one\nhe\\\nre\\\r\n two\nthree", "here two\n", "he\\\nre");
        // Only lines with escapes, and `\n` is a line of its own.
        check("one\n\\x41 two\\nhere\nthree\nfour\\x41\n", "A two\nhere\nfourA\n", "here");
        check("p\u{200b}ass “here” \x1b[1mhere", "pass \"here\" here", "here");
        assert!(unescaped("100% of a & b, \\wide and \\xff &c; \\u12").is_none());
    }

    #[test]
    fn what_reaches_into_a_line_that_does_not_follow_ends_before_it() {
        let text = "\\x41 one\nbetween\n\\x42 two\n\\x43 three\n";
        let found = unescaped(text).expect("escapes");
        assert_eq!(found.text, "A one\nB two\nC three\n");
        assert_eq!(&text[found.back(&(2..12))], "one\n");
        assert_eq!(&text[found.back(&(8..13))], "two\n\\x43");
        assert_eq!(&text[found.back(&(0..found.text.len()))], "\\x41 one\n");
    }
}
