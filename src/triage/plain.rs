//! Expressions as nearly all rules write them, taken apart in one pass: literals, choices, groups,
//! classes of ASCII and repetitions. The parser of `regex-syntax` reads everything, with the place
//! of what is wrong, and takes five times as long, which for thousands of expressions is most of
//! what a short paste waits for. What is written in another way is left to it.

use std::str::Chars;

use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Dot, Hir, Look, Repetition};

/// Groups are read so deep; the parser says what is too deep.
const MAX_DEPTH: usize = 30;

/// An expression taken apart, the same as the parser's; none where it is left to the parser, wrong
/// ones among them.
pub(super) fn plain(source: &str) -> Option<Hir> {
    let mut reader = Reader { rest: source.chars(), groups: 0, names: Vec::new() };
    let hir = reader.choice(0)?;
    reader.rest.as_str().is_empty().then_some(hir)
}

struct Reader<'s> {
    rest: Chars<'s>,
    groups: u32,
    names: Vec<&'s str>,
}

/// The parts of a sequence that were read.
#[derive(Default)]
struct Sequence {
    parts: Vec<Hir>,
    /// Letters that are no part yet.
    letters: String,
}

impl Sequence {
    fn part(&mut self, part: Hir) {
        self.close();
        self.parts.push(part);
    }

    fn close(&mut self) {
        if !self.letters.is_empty() {
            self.parts.push(Hir::literal(self.letters.as_bytes()));
            self.letters.clear();
        }
    }

    /// What a repetition behind it repeats: a letter or the last part.
    fn last(&mut self) -> Option<Hir> {
        match self.letters.pop() {
            Some(letter) => {
                self.close();
                Some(Hir::literal(letter.encode_utf8(&mut [0; 4]).as_bytes()))
            }
            None => self.parts.pop(),
        }
    }

    fn hir(mut self) -> Hir {
        self.close();
        Hir::concat(self.parts)
    }
}

impl<'s> Reader<'s> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.as_str().strip_prefix(text);
        rest.map(|rest| self.rest = rest.chars()).is_some()
    }

    /// Up to the end, or to the parenthesis that closes the group.
    fn choice(&mut self, depth: usize) -> Option<Hir> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut ways = Vec::new();
        let mut way = Sequence::default();
        while let Some(letter) = self.peek().filter(|letter| *letter != ')') {
            self.rest.next();
            match letter {
                '|' => ways.push(std::mem::take(&mut way).hir()),
                '(' => way.part(self.group(depth)?),
                '[' => way.part(Hir::class(Class::Bytes(self.class()?))),
                '.' => way.part(Hir::dot(Dot::AnyByteExceptLF)),
                '^' => way.part(Hir::look(Look::Start)),
                '$' => way.part(Hir::look(Look::End)),
                '\\' => self.escape(&mut way)?,
                '?' | '*' | '+' | '{' => self.repetition(letter, &mut way)?,
                _ => way.letters.push(letter),
            }
        }
        ways.push(way.hir());
        Some(Hir::alternation(ways))
    }

    fn group(&mut self, depth: usize) -> Option<Hir> {
        let name = if self.skip("?:") {
            None
        } else if self.skip("?<") || self.skip("?P<") {
            Some(Some(self.name()?))
        } else if self.peek() == Some('?') {
            return None;
        } else {
            Some(None)
        };
        let index = self.groups + 1;
        self.groups += u32::from(name.is_some());
        let sub = self.choice(depth + 1)?;
        if !self.skip(")") {
            return None;
        }
        Some(match name {
            None => sub,
            Some(name) => {
                Hir::capture(Capture { index, name: name.map(Into::into), sub: Box::new(sub) })
            }
        })
    }

    /// The name of a group, which no other one has.
    fn name(&mut self) -> Option<&'s str> {
        let (name, rest) = self.rest.as_str().split_once('>')?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !self.names.contains(&name);
        if !is_name {
            return None;
        }
        self.rest = rest.chars();
        self.names.push(name);
        Some(name)
    }

    fn escape(&mut self, way: &mut Sequence) -> Option<()> {
        let letter = self.rest.next()?;
        match letter {
            'b' if self.peek() != Some('{') => way.part(Hir::look(Look::WordAscii)),
            'B' => way.part(Hir::look(Look::WordAsciiNegate)),
            'A' => way.part(Hir::look(Look::Start)),
            'z' => way.part(Hir::look(Look::End)),
            _ => match kind(letter) {
                Some(class) => way.part(Hir::class(Class::Bytes(class))),
                None => way.letters.push(escaped(letter)?),
            },
        }
        Some(())
    }

    fn repetition(&mut self, sign: char, way: &mut Sequence) -> Option<()> {
        let (min, max) = match sign {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            _ => self.bounds()?,
        };
        let greedy = !self.skip("?");
        // Of two in a row, and of what has no width, the parser knows what is meant.
        let is_twice = self.peek().is_some_and(|next| "?*+{".contains(next));
        let sub = way.last().filter(|sub| sub.properties().minimum_len() != Some(0))?;
        if is_twice || max.is_some_and(|max| max < min) {
            return None;
        }
        way.part(Hir::repetition(Repetition { min, max, greedy, sub: Box::new(sub) }));
        Some(())
    }

    fn bounds(&mut self) -> Option<(u32, Option<u32>)> {
        let (bounds, rest) = self.rest.as_str().split_once('}')?;
        let number = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() < 5;
            digits.parse().ok().filter(|_| is_number)
        };
        let bounds = match bounds.split_once(',') {
            None => number(bounds).map(|times| (times, Some(times)))?,
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        self.rest = rest.chars();
        Some(bounds)
    }

    /// Up to the bracket that closes a class.
    fn class(&mut self) -> Option<ClassBytes> {
        let mut class = ClassBytes::empty();
        let is_negated = self.skip("^");
        if self.peek() == Some(']') {
            return None;
        }
        loop {
            let letter = self.rest.next()?;
            let first = match letter {
                ']' => break,
                '[' | '&' | '~' => return None,
                '\\' => {
                    let letter = self.rest.next()?;
                    if let Some(kind) = kind(letter) {
                        class.union(&kind);
                        // A kind is no end of a range.
                        if self.peek() == Some('-') && !self.rest.as_str().starts_with("-]") {
                            return None;
                        }
                        continue;
                    }
                    escaped(letter)?
                }
                _ => letter,
            };
            let last = match self.rest.as_str().strip_prefix('-') {
                Some(behind) if letter == '-' || behind.starts_with(['-', '[']) => return None,
                Some(behind) if !behind.starts_with(']') => {
                    self.rest.next();
                    match self.rest.next()? {
                        '\\' => escaped(self.rest.next()?)?,
                        last => last,
                    }
                }
                _ => first,
            };
            let (first, last) = (u8::try_from(first).ok()?, u8::try_from(last).ok()?);
            if !first.is_ascii() || !last.is_ascii() || first > last {
                return None;
            }
            class.push(ClassBytesRange::new(first, last));
        }
        if is_negated {
            class.negate();
        }
        Some(class)
    }
}

/// A letter as it stands behind a backslash, if it stands for itself or for a blank.
fn escaped(letter: char) -> Option<char> {
    match letter {
        't' => Some('\t'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        '<' | '>' => None,
        _ => letter.is_ascii_punctuation().then_some(letter),
    }
}

/// A kind of letters by its name.
fn kind(letter: char) -> Option<ClassBytes> {
    let ranges: &[(u8, u8)] = match letter.to_ascii_lowercase() {
        'd' => &[(b'0', b'9')],
        's' => &[(b'\t', b'\r'), (b' ', b' ')],
        'w' => &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')],
        _ => return None,
    };
    let ranges = ranges.iter().map(|(first, last)| ClassBytesRange::new(*first, *last));
    let mut kind = ClassBytes::new(ranges);
    if letter.is_ascii_uppercase() {
        kind.negate();
    }
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::super::built_in::PATTERNS;
    use super::super::expression::parsed_fully;
    use super::*;

    /// Every text of a file, expressions among them.
    fn texts(value: &serde_yaml::Value, all: &mut Vec<String>) {
        match value {
            serde_yaml::Value::String(text) => all.push(text.clone()),
            serde_yaml::Value::Sequence(list) => list.iter().for_each(|one| texts(one, all)),
            serde_yaml::Value::Mapping(map) => map.iter().for_each(|(_, one)| texts(one, all)),
            _ => {}
        }
    }

    #[test]
    fn what_is_read_plainly_is_what_the_parser_reads() {
        let mut all = Vec::new();
        for source in PATTERNS.iter() {
            let value = serde_yaml::from_str(source.text).expect("YAML");
            texts(&value, &mut all);
        }
        let word = crate::text::pattern::pattern(r"\{[a-z]\w*\}");
        let (mut read, mut expressions) = (0, 0);
        for text in &all {
            let text = &*word.replace_all(text, "(?:word)");
            expressions += usize::from(text.contains(r"\b"));
            let Some(hir) = plain(text) else { continue };
            read += usize::from(text.contains(r"\b"));
            assert_eq!(Ok(hir), parsed_fully(text), "{text}");
        }
        assert!(read * 20 > expressions * 19, "{read} of {expressions}");
    }

    #[test]
    fn what_is_written_in_another_way_is_read_alike_or_left() {
        let whole = [
            "",
            "a",
            "ab?c",
            "ü?",
            "a|",
            "(?:a|b|[c-e])x",
            "(a)(?<n>b)",
            "[^a-c]",
            r"[\w.-]+?",
            "[-a]",
            "[a-]",
            r"a{2}b{2,}c{2,3}",
            r"[\]\\]",
            r"(?:ab|ac)d",
            "x(?:)y",
            r"\D\S\W",
            "(?:ab)+c",
            "a.*?b",
            r"\Aa\z",
            "(?:foo)bar",
            "(?:x[ab]|x[ab]c)",
            r"[\d\s]",
            "[ -~]",
        ];
        for source in whole {
            let hir = plain(source).unwrap_or_else(|| panic!("{source} is plain"));
            assert_eq!(Ok(hir), parsed_fully(source), "{source}");
        }
        let left = [
            "(?i)a",
            "(?i:a)",
            "a**",
            "*a",
            "a{",
            "a{,2}",
            "a{2,1}",
            "[",
            "[]a]",
            "[a&&b]",
            "[[a]]",
            "(a",
            "a)",
            r"\p{L}",
            r"\x41",
            r"\b{start}",
            r"\<",
            "(?<a>b)(?<a>c)",
            "(?<1>a)",
            "[ü]",
            r"[a-\d]",
            r"\",
            "[b-a]",
            "(?=a)",
            r"\b*",
            "a{1}{2}",
            r"\1",
            "(?#a)",
        ];
        for source in left {
            assert_eq!(plain(source), None, "{source}");
        }
        assert_eq!(plain(&"(".repeat(10_000)), None);
    }
}
