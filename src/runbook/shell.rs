//! Enough of a POSIX shell's grammar to tell where a command ends, what is quoted how, and which
//! words are commands. Nothing is run, and nothing is refused: what is not understood is text.

use std::ops::Range;

mod heredoc;

/// How a byte is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Not at all.
    Bare,
    /// In double quotes.
    Double,
    /// In single quotes.
    Single,
    /// In a here-document that expands variables.
    Heredoc,
    /// In a here-document that is taken as it is.
    RawHeredoc,
    /// In a comment.
    Comment,
}

/// A stretch of text that is quoted alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) quoting: Quoting,
    /// It stands in backticks too.
    pub(super) backticks: bool,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// It stands where a command's name or an assignment is expected.
    pub(super) leads: bool,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) runs: Vec<Run>,
    pub(super) words: Vec<Word>,
    /// Where the first command ends, if it does.
    pub(super) end: Option<usize>,
    /// The text ends in the middle of a quote, block or here-document.
    pub(super) open: bool,
}

impl Scan {
    /// How a byte is quoted, and whether in backticks. Runs begin at 0 and ascend.
    pub(super) fn at(&self, byte: usize) -> (Quoting, bool) {
        let after = self.runs.partition_point(|run| run.start <= byte);
        after
            .checked_sub(1)
            .map_or((Quoting::Bare, false), |at| (self.runs[at].quoting, self.runs[at].backticks))
    }
}

/// Scans up to the end of the first command.
pub(super) fn first_command(text: &str) -> Scan {
    Scanner::new(text, true).run()
}

/// Scans everything.
pub(super) fn scan(text: &str) -> Scan {
    Scanner::new(text, false).run()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Single,
    /// `$'…'`: single quotes in which a backslash escapes.
    Ansi,
    Double,
    Backtick,
    /// `${…}`
    Parameter,
    /// `$((…))`, with the parentheses open inside.
    Arithmetic(usize),
    /// `(…)` and `$(…)`
    Parenthesis,
    Brace,
    /// A block that this word closes.
    Block(&'static str),
}

/// Something open, and what to go back to when it closes.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    quoting: Quoting,
    backticks: bool,
    word: Option<usize>,
    leads: bool,
}

struct Heredoc {
    delimiter: String,
    tabs: bool,
    raw: bool,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    first_only: bool,
    frames: Vec<Frame>,
    quoting: Quoting,
    backticks: bool,
    word: Option<usize>,
    leads: bool,
    /// The line ended with an operator that wants more.
    dangling: bool,
    heredocs: Vec<Heredoc>,
    out: Scan,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, first_only: bool) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            first_only,
            frames: Vec::new(),
            quoting: Quoting::Bare,
            backticks: false,
            word: None,
            leads: true,
            dangling: false,
            heredocs: Vec::new(),
            out: Scan {
                runs: vec![Run { start: 0, quoting: Quoting::Bare, backticks: false }],
                ..Scan::default()
            },
        }
    }

    fn run(mut self) -> Scan {
        while self.at < self.bytes.len() {
            match self.frames.last().map(|frame| frame.kind) {
                Some(Kind::Single) => self.in_single(),
                Some(Kind::Ansi) => self.in_ansi(),
                Some(Kind::Double) => self.in_double(),
                Some(Kind::Parameter) => self.in_parameter(),
                Some(Kind::Arithmetic(open)) => self.in_arithmetic(open),
                _ => self.in_code(),
            }
            if self.first_only && self.out.end.is_some() {
                return self.out;
            }
        }
        self.end_word();
        self.out.open |= !self.frames.is_empty() || !self.heredocs.is_empty();
        if !self.out.open && self.out.end.is_none() {
            self.out.end = Some(self.bytes.len());
        }
        self.out
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn mark(&mut self, start: usize, quoting: Quoting) {
        self.quoting = quoting;
        self.out.runs.push(Run { start, quoting, backticks: self.backticks });
    }

    /// Opens something whose mark is `length` bytes long.
    fn open(&mut self, kind: Kind, length: usize, quoting: Quoting) {
        self.dangling = false;
        let (before, backticks) = (self.quoting, self.backticks);
        let (word, leads) = (self.word, self.leads);
        self.frames.push(Frame { kind, quoting: before, backticks, word, leads });
        self.at += length;
        self.backticks |= kind == Kind::Backtick;
        self.mark(self.at, quoting);
        if matches!(kind, Kind::Parenthesis | Kind::Backtick) {
            self.word = None;
            self.leads = true;
        }
    }

    /// Closes the innermost frame, whose closing mark is `length` bytes long.
    fn close(&mut self, length: usize) {
        self.at += length;
        let Some(frame) = self.frames.pop() else { return };
        self.backticks = frame.backticks;
        if matches!(frame.kind, Kind::Parenthesis | Kind::Backtick) {
            self.word = frame.word;
            self.leads = frame.leads;
        }
        self.mark(self.at, frame.quoting);
    }

    fn in_single(&mut self) {
        match self.peek(0) {
            b'\'' => self.close(1),
            _ => self.at += 1,
        }
    }

    fn in_ansi(&mut self) {
        match self.peek(0) {
            b'\\' => self.skip(2),
            b'\'' => self.close(1),
            _ => self.at += 1,
        }
    }

    fn in_double(&mut self) {
        match self.peek(0) {
            b'\\' => self.skip(2),
            b'"' => self.close(1),
            _ => self.expansion_or_next(),
        }
    }

    fn in_parameter(&mut self) {
        match self.peek(0) {
            b'\\' => self.skip(2),
            b'}' => self.close(1),
            b'"' => self.open(Kind::Double, 1, Quoting::Double),
            b'\'' if self.quoting == Quoting::Bare => self.open(Kind::Single, 1, Quoting::Single),
            _ => self.expansion_or_next(),
        }
    }

    fn in_arithmetic(&mut self, open: usize) {
        let set = |this: &mut Self, open| {
            if let Some(frame) = this.frames.last_mut() {
                frame.kind = Kind::Arithmetic(open);
            }
            this.at += 1;
        };
        match self.peek(0) {
            b'(' => set(self, open + 1),
            b')' if open > 0 => set(self, open - 1),
            b')' => self.close(if self.peek(1) == b')' { 2 } else { 1 }),
            _ => self.expansion_or_next(),
        }
    }

    /// `$(`, `$((`, `${` and backticks mean the same in and out of double quotes.
    fn expansion_or_next(&mut self) {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'$', b'(', b'(') => self.open(Kind::Arithmetic(0), 3, Quoting::Bare),
            (b'$', b'(', _) => self.open(Kind::Parenthesis, 2, Quoting::Bare),
            (b'$', b'{', _) => self.open(Kind::Parameter, 2, self.quoting),
            (b'`', ..) if self.backticks => self.close_backtick(),
            (b'`', ..) => self.open(Kind::Backtick, 1, Quoting::Bare),
            _ => self.at += 1,
        }
    }

    fn close_backtick(&mut self) {
        self.end_word();
        if self.frames.last().is_some_and(|frame| frame.kind == Kind::Backtick) {
            self.close(1);
        } else {
            self.at += 1;
        }
    }

    fn in_code(&mut self) {
        let byte = self.peek(0);
        match byte {
            b'\n' => self.newline(),
            b'\r' | b' ' | b'\t' => {
                self.end_word();
                self.at += 1;
            }
            b'\\' => self.backslash(),
            b'#' if self.word.is_none() => self.comment(),
            b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => self.operator(byte),
            _ => self.in_word(byte),
        }
    }

    fn in_word(&mut self, byte: u8) {
        self.dangling = false;
        if byte == b'`' && self.backticks {
            self.close_backtick();
            return;
        }
        self.word.get_or_insert(self.at);
        match (byte, self.peek(1)) {
            (b'\'', _) => self.open(Kind::Single, 1, Quoting::Single),
            (b'"', _) => self.open(Kind::Double, 1, Quoting::Double),
            (b'$', b'\'') => self.open(Kind::Ansi, 2, Quoting::Single),
            (b'$' | b'`', _) => self.expansion_or_next(),
            _ => self.at += 1,
        }
    }

    fn backslash(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            (b'\r', b'\n') => 3,
            _ => 2,
        };
        if self.peek(length - 1) == b'\n' {
            self.end_word();
        } else {
            self.dangling = false;
            self.word.get_or_insert(self.at);
        }
        self.skip(length);
    }

    /// Steps over an escaped letter, however many bytes it has.
    fn skip(&mut self, length: usize) {
        self.at = self.text.ceil_char_boundary(self.at + length);
    }

    fn comment(&mut self) {
        self.mark(self.at, Quoting::Comment);
        let end = self.text[self.at..].find('\n').map_or(self.bytes.len(), |end| self.at + end);
        self.at = end;
        self.mark(end, Quoting::Bare);
    }

    fn operator(&mut self, byte: u8) {
        let next = self.peek(1);
        let before = self.at.checked_sub(1).map_or(0, |at| self.bytes[at]);
        match (byte, next) {
            (b'<', b'<') if self.peek(2) == b'<' => self.redirect(3),
            (b'<', b'<') => self.begin_heredoc(),
            (b'<' | b'>', b'(') => {
                self.word.get_or_insert(self.at);
                self.open(Kind::Parenthesis, 2, Quoting::Bare);
            }
            (b'<' | b'>', _) => self.redirect(1),
            (b'&', b'>') => self.redirect(2),
            (b'&', _) if before == b'>' || before == b'<' => self.at += 1,
            (b'&', b'&') | (b'|', b'|' | b'&') => self.separate(2, true),
            (b'|', _) => self.separate(1, true),
            (b'&', _) | (b';', _) => self.separate(1, false),
            (b'(', b'(') if self.word.is_none() && self.leads => {
                self.open(Kind::Arithmetic(0), 2, Quoting::Bare);
            }
            (b'(', _) => {
                // An array's parenthesis is part of its assignment, a function's is not.
                if before != b'=' {
                    self.end_word();
                }
                self.open(Kind::Parenthesis, 1, Quoting::Bare);
            }
            _ => self.close_parenthesis(),
        }
    }

    fn redirect(&mut self, length: usize) {
        self.end_word();
        self.dangling = false;
        self.at += length;
    }

    fn separate(&mut self, length: usize, dangling: bool) {
        self.end_word();
        self.leads = true;
        self.dangling = dangling;
        self.at += length;
    }

    fn close_parenthesis(&mut self) {
        self.end_word();
        self.dangling = false;
        match self.frames.last().map(|frame| (frame.kind, frame.word)) {
            Some((Kind::Parenthesis, word)) => {
                self.close(1);
                // A subshell or a function's `()` is no part of a word.
                self.leads |= word.is_none();
            }
            // The end of a pattern in `case`.
            _ => {
                self.at += 1;
                self.leads = true;
            }
        }
    }

    fn end_word(&mut self) {
        let Some(start) = self.word.take() else { return };
        let word = &self.text[start..self.at];
        self.out.words.push(Word { range: start..self.at, leads: self.leads });
        if !self.leads {
            return;
        }
        let block = match word {
            "if" => Some(Kind::Block("fi")),
            "for" | "while" | "until" | "select" => Some(Kind::Block("done")),
            "case" => Some(Kind::Block("esac")),
            "{" => Some(Kind::Brace),
            _ => None,
        };
        if let Some(kind) = block {
            let (quoting, backticks) = (self.quoting, self.backticks);
            self.frames.push(Frame { kind, quoting, backticks, word: None, leads: true });
        }
        let closes = match self.frames.last().map(|frame| frame.kind) {
            Some(Kind::Block(closing)) => word == closing,
            Some(Kind::Brace) => word == "}",
            _ => false,
        };
        if closes {
            self.frames.pop();
        }
        let is_assignment = assigned(word).is_some();
        let again = ["if", "while", "until", "then", "do", "else", "elif", "!", "time", "{"];
        self.leads = is_assignment || again.contains(&word);
    }
}

/// The name that a word like `NAME=value` assigns.
pub(super) fn assigned(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    is_name(name).then_some(name)
}

/// Whether a text can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_ends_where_a_shell_would_run_it() {
        let check = |text: &str, expected: &str| {
            let scan = first_command(text);
            let end = scan.end.map(|end| text[..end].trim_end());
            assert_eq!(end, Some(expected), "{text}");
        };
        check("a b\nc", "a b");
        check("a \\\n  b\nc", "a \\\n  b");
        check("a |\n b\nc", "a |\n b");
        check("a &&\n b || \n c\nd", "a &&\n b || \n c");
        check("a 'x\ny' z\nb", "a 'x\ny' z");
        check("a \"x $(b \"c\nd\") \"\ne", "a \"x $(b \"c\nd\") \"");
        check("cat <<EOF\nit's\nEOF\nb", "cat <<EOF\nit's\nEOF");
        check(
            "cat <<-'EOF' | k apply -f -\n\tx\n\tEOF\nb",
            "cat <<-'EOF' | k apply -f -\n\tx\n\tEOF",
        );
        check("for x in a b; do\n  echo $x\ndone\nb", "for x in a b; do\n  echo $x\ndone");
        check("for x in a\ndo\n y\ndone | z\nb", "for x in a\ndo\n y\ndone | z");
        check("if a; then\nb\nfi\nc", "if a; then\nb\nfi");
        check("case $x in\n a) b;;\n *) c;;\nesac\nd", "case $x in\n a) b;;\n *) c;;\nesac");
        check("f() {\n a\n}\nb", "f() {\n a\n}");
        check("echo done # it's fine\nb", "echo done # it's fine");
        check("A=$(b \\\n c)\nd", "A=$(b \\\n c)");
        check("echo $((1 << 2))\nb", "echo $((1 << 2))");
        check("a 2>&1 &\nb", "a 2>&1 &");
        check("echo `a 'b'`\nc", "echo `a 'b'`");
        check("a <<< x\nb", "a <<< x");
        check("echo it\\'s\nb", "echo it\\'s");
        check("a ${x:-'}'}\nb", "a ${x:-'}'}");
    }

    #[test]
    fn what_never_ends_is_open() {
        let check = |text: &str| {
            let scan = first_command(text);
            assert!(scan.open && scan.end.is_none(), "{text}");
        };
        check("a 'b\nc");
        check("cat <<EOF\nb\n");
        check("for x in a; do\nb");
        check("a $(b");
    }

    #[test]
    fn quoting_is_known_at_every_byte() {
        let check = |text: &str, needle: &str, expected| {
            let at = text.find(needle).unwrap_or_default();
            assert_eq!(scan(text).at(at).0, expected, "{text}");
        };
        check("a X b", "X", Quoting::Bare);
        check("a \"X\" b", "X", Quoting::Double);
        check("a 'X' b", "X", Quoting::Single);
        check("a \"b 'X' c\"", "X", Quoting::Double);
        check("a \"$(b X)\"", "X", Quoting::Bare);
        check("a \"$(b 'c')X\"", "X", Quoting::Double);
        check("a \"${X}\"", "X", Quoting::Double);
        check("a <<EOF\nX\nEOF\n", "X", Quoting::Heredoc);
        check("a <<'EOF'\nX\nEOF\n", "X", Quoting::RawHeredoc);
        check("a <<EOF\nb\nEOF\nX\n", "X", Quoting::Bare);
        check("a # X", "X", Quoting::Comment);
        check("a b#X", "X", Quoting::Bare);
        assert!(scan("a `b X`").at(5).1);
    }

    #[test]
    fn deep_nesting_is_scanned_without_recursion() {
        let text = "$(".repeat(100_000);
        assert!(scan(&text).open);
    }
}
