//! Splits a POSIX shell text into simple commands and their words.
//!
//! It knows quotes, escapes, comments, substitutions, redirections, heredocs and the separators;
//! it expands nothing. Placeholders as runbooks write them (`<RELEASE>`, `{{ name }}`) are parts
//! of words, although a shell would read the first as a redirection. Nothing is refused: an
//! unclosed quote reaches to the end, as a shell waiting for more would have it.

use std::ops::Range;

use super::braces;
use super::files::Write;
use super::quotes::{ansi_quoted, closing, double_quoted, inside};

/// One word, its quotes removed; what a shell would expand stands in it as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The word without its quotes.
    pub(super) text: String,
    /// Whether a part of it was quoted or escaped.
    pub(super) quoted: bool,
    /// Whether it holds a variable, a substitution or a placeholder: its value is not known.
    pub(super) expands: bool,
    /// Whether it holds a wildcard outside quotes.
    pub(super) globs: bool,
    /// Whether it holds a brace outside quotes.
    pub(super) braces: bool,
    /// Whether it names a file below the folder that `cd` went to.
    pub(super) moved: bool,
    /// Whether it may be the value of the flag in front of it, of which nothing is known.
    pub(super) loose: bool,
    /// The insides of its substitutions.
    pub(super) scripts: Vec<String>,
    /// Commands whose output it stands for, where that is known.
    pub(super) from: Vec<Vec<Self>>,
}

impl Word {
    /// Whether it is exactly this, and nothing of it was quoted.
    pub(super) fn is_bare(&self, text: &str) -> bool {
        !self.quoted && self.text == text
    }
}

/// One command between two separators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// Its words, assignments and reserved words in front included.
    pub(super) words: Vec<Word>,
    /// Whether there are more of them than those.
    pub(super) cut: bool,
    /// Targets of redirections: only their substitutions matter.
    pub(super) targets: Vec<Word>,
    /// Those of them that are written to.
    pub(super) writes: Vec<Write>,
    /// Those of them that are read.
    pub(super) reads: Vec<Word>,
    /// Its heredocs and here-strings.
    pub(super) input: Vec<String>,
    /// How many subshells end in front of it, and how many begin then.
    pub(super) left: usize,
    pub(super) entered: usize,
    /// Whether it reads what the command before it prints.
    pub(super) piped: bool,
    /// First byte of it, and one past its last, a heredoc's lines included.
    pub(super) range: Range<usize>,
}

/// A heredoc whose body starts on the next line.
struct Heredoc {
    command: usize,
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
}

/// Every simple command of the text, in order, subshells and groups flattened.
pub(super) fn split(text: &str) -> Vec<Simple> {
    let mut splitter =
        Splitter { text, at: 0, done: Vec::new(), current: Simple::default(), waiting: Vec::new() };
    splitter.run();
    splitter.done
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    done: Vec<Simple>,
    current: Simple,
    waiting: Vec<Heredoc>,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.rest().starts_with("\\\n") => self.at += 2,
                b'\\' if self.rest().starts_with("\\\r\n") => self.at += 3,
                b'#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                b'\n' => {
                    self.at += 1;
                    self.finish(false);
                    self.read_heredocs();
                }
                b'&' if self.peek(1) == Some(b'>') => {
                    self.at += 1;
                    self.redirect();
                }
                b';' | b'&' | b'|' | b'(' | b')' => self.separator(byte),
                b'<' | b'>' if placeholder(self.rest()).is_none() => self.redirect(),
                b'$' if blank(self.rest()).is_some() => {
                    self.at += blank(self.rest()).unwrap_or(1);
                }
                _ => self.argument(),
            }
        }
        self.finish(false);
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn separator(&mut self, byte: u8) {
        let doubled = self.peek(1) == Some(byte) && !matches!(byte, b'(' | b')');
        self.at += if doubled || self.rest().starts_with("|&") { 2 } else { 1 };
        self.finish(byte == b'|' && !doubled);
        match byte {
            b'(' => self.current.entered += 1,
            // One without a command in it was none.
            b')' if self.current.entered > 0 => self.current.entered -= 1,
            b')' => self.current.left += 1,
            _ => {}
        }
    }

    /// Ends the current command. A pipe stays open over line ends and opening brackets.
    fn finish(&mut self, piped: bool) {
        let empty = self.current.words.is_empty() && self.current.targets.is_empty();
        if empty && self.current.input.is_empty() && !self.expects_heredoc() {
            self.current.piped |= piped;
            return;
        }
        let next = Simple { piped, ..Simple::default() };
        self.done.push(std::mem::replace(&mut self.current, next));
    }

    fn expects_heredoc(&self) -> bool {
        self.waiting.iter().any(|heredoc| heredoc.command == self.done.len())
    }

    /// Notes that the current command reaches from there, or earlier, to where reading stands.
    fn reach(&mut self, start: usize) {
        if self.current.range.end == 0 {
            self.current.range.start = start;
        }
        self.current.range.end = self.at;
    }

    fn argument(&mut self) {
        let start = self.at;
        let word = self.word();
        self.reach(start);
        // `2>file`: the number belongs to the redirection.
        let number = !word.quoted && word.text.bytes().all(|byte| byte.is_ascii_digit());
        if !(number && matches!(self.peek(0), Some(b'<' | b'>'))) {
            if !word.braces {
                return self.current.words.push(word);
            }
            let written = braces::written_out(&word);
            self.current.words.extend(written.words);
            self.current.cut |= written.cut;
        }
    }

    fn redirect(&mut self) {
        let (rest, start) = (self.rest(), self.at);
        if rest.starts_with("<(") || rest.starts_with(">(") {
            let word = self.word();
            self.reach(start);
            self.current.words.push(word);
            return;
        }
        let length = ["<<<", "<<-", "<<", "<>", "<&", ">>", ">|", ">&"]
            .iter()
            .find(|operator| rest.starts_with(**operator))
            .map_or(1, |operator| operator.len());
        let operator = &rest[..length];
        self.at += length;
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let target = self.word();
        self.reach(start);
        match operator {
            "<<<" => self.current.input.push(target.text.clone()),
            "<<" | "<<-" => self.waiting.push(Heredoc {
                command: self.done.len(),
                delimiter: target.text.clone(),
                quoted: target.quoted,
                strip_tabs: operator == "<<-",
            }),
            ">" | ">>" | ">|" | "<>" => self.current.writes.push(Write::new(&target, operator)),
            "<" => self.current.reads.push(target.clone()),
            _ => {}
        }
        if !operator.starts_with("<<") || operator == "<<<" {
            self.current.targets.push(target);
        }
    }

    fn read_heredocs(&mut self) {
        for heredoc in std::mem::take(&mut self.waiting) {
            let mut body = String::new();
            while !self.rest().is_empty() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
                self.at += line.len();
                let line = line.trim_end_matches(['\n', '\r']);
                let line = if heredoc.strip_tabs { line.trim_start_matches('\t') } else { line };
                // Fences in lists are often indented, their last line with them.
                if line.trim() == heredoc.delimiter {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            let Some(command) = self.done.get_mut(heredoc.command) else { continue };
            if !heredoc.quoted {
                let mut word = Word::default();
                double_quoted(&body, &mut word);
                command.targets.push(word);
            }
            command.range.end = self.at;
            command.input.push(body);
        }
    }

    /// Reads one word; an empty one where none stands, always moving on over a strange byte.
    fn word(&mut self) -> Word {
        let mut word = Word::default();
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' => break,
                b'<' | b'>' if self.peek(1) == Some(b'(') && self.at == start => {
                    self.substitution(1, &mut word);
                }
                b'<' | b'>' => match placeholder(self.rest()) {
                    Some(length) => self.opaque(length, &mut word),
                    None => break,
                },
                b'\\' => self.escape(&mut word),
                b'\'' => self.single_quoted(&mut word),
                b'"' => {
                    let end = closing(self.text, self.at + 1, b'"');
                    double_quoted(inside(self.text, self.at + 1, end), &mut word);
                    word.quoted = true;
                    self.at = end;
                }
                b'`' => self.backquoted(&mut word),
                b'$' if blank(self.rest()).is_some() => break,
                b'$' => self.dollar(&mut word),
                b'{' if self.rest().starts_with("{{") => self.template(&mut word),
                _ => self.plain(&mut word),
            }
        }
        word
    }

    fn plain(&mut self, word: &mut Word) {
        let Some(character) = self.rest().chars().next() else { return };
        word.braces |= character == '{';
        word.globs |= matches!(character, '*' | '?' | '[');
        word.text.push(character);
        self.at += character.len_utf8();
    }

    /// Takes bytes whose value only a person or a template engine knows.
    fn opaque(&mut self, length: usize, word: &mut Word) {
        word.text.push_str(&self.rest()[..length]);
        word.expands = true;
        self.at += length;
    }

    fn escape(&mut self, word: &mut Word) {
        self.at += 1;
        match self.rest().chars().next() {
            Some('\n') => self.at += 1,
            Some('\r') if self.rest().starts_with("\r\n") => self.at += 2,
            Some(character) => {
                word.text.push(character);
                word.quoted = true;
                self.at += character.len_utf8();
            }
            None => {}
        }
    }

    fn single_quoted(&mut self, word: &mut Word) {
        let body = &self.rest()[1..];
        let length = body.find('\'').unwrap_or(body.len());
        word.text.push_str(&body[..length]);
        word.quoted = true;
        self.at = (self.at + length + 2).min(self.text.len());
    }

    fn backquoted(&mut self, word: &mut Word) {
        let end = closing(self.text, self.at + 1, b'`');
        word.scripts.push(inside(self.text, self.at + 1, end).replace("\\`", "`"));
        self.opaque(end - self.at, word);
    }

    fn substitution(&mut self, sigil: usize, word: &mut Word) {
        let start = self.at + sigil + 1;
        let end = closing(self.text, start, b')');
        word.scripts.push(inside(self.text, start, end).to_owned());
        self.opaque(end - self.at, word);
    }

    fn dollar(&mut self, word: &mut Word) {
        match self.peek(1) {
            Some(b'(') => self.substitution(1, word),
            Some(b'\'') => {
                self.at += 2 + ansi_quoted(&self.rest()[2..], word);
            }
            Some(b'"') => self.at += 1,
            Some(b'{') => {
                let end = closing(self.text, self.at + 2, b'}');
                let mut default = Word::default();
                double_quoted(inside(self.text, self.at + 2, end), &mut default);
                word.scripts.append(&mut default.scripts);
                self.opaque(end - self.at, word);
            }
            _ => self.opaque(1 + name_length(&self.rest()[1..]), word),
        }
    }

    fn template(&mut self, word: &mut Word) {
        let rest = self.rest();
        // A name is short, and a text of many openings should not be searched from each.
        let name = rest.char_indices().take(120).take_while(|(_, letter)| *letter != '\n');
        let end = name.map(|(at, _)| at).find(|&at| rest[at..].starts_with("}}"));
        match end {
            Some(length) => self.opaque(length + 2, word),
            None => self.plain(word),
        }
    }
}

/// Length of a placeholder like `<RELEASE>` or `<the pod>` that the text starts with.
pub(super) fn placeholder(text: &str) -> Option<usize> {
    let body = text.strip_prefix('<')?;
    let length = body.find(['>', '<', '\n'])?;
    let name = &body[..length];
    let closed = body[length..].starts_with('>');
    let plain = name.chars().all(|c| c.is_alphanumeric() || "_- .:/'".contains(c));
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (closed && plain && starts && !name.ends_with(' ') && length <= 60).then_some(length + 2)
}

/// Length of `$IFS` or `${IFS}` at the start of a text: outside quotes a shell reads it as a blank.
/// A parameter that nobody has set often stands behind it, to keep it apart from the next word.
fn blank(text: &str) -> Option<usize> {
    let after = match text.strip_prefix("${IFS") {
        Some(rest) => &rest[rest.find('}')? + 1..],
        None => {
            let rest = text.strip_prefix("$IFS")?;
            (name_length(&text[1..]) == 3).then_some(rest)?
        }
    };
    let unset =
        after.starts_with('$') && after[1..].starts_with(|c: char| "123456789@*".contains(c));
    Some(text.len() - after.len() + if unset { 2 } else { 0 })
}

/// Length of the variable's name that the text starts with.
pub(super) fn name_length(text: &str) -> usize {
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => {
            text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
        }
        Some('0'..='9' | '@' | '*' | '#' | '?' | '$' | '!' | '-') => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&[&str]]) {
        let commands = split(text);
        let words: Vec<Vec<&str>> = commands
            .iter()
            .map(|command| command.words.iter().map(|word| word.text.as_str()).collect())
            .collect();
        assert_eq!(words, expected, "{text:?}");
    }

    #[test]
    fn words_end_at_blanks_and_commands_at_separators() {
        check(
            "a b; c && d || e | f & g\nh",
            &[&["a", "b"], &["c"], &["d"], &["e"], &["f"], &["g"], &["h"]],
        );
        check("(a; b) | { c; }", &[&["a"], &["b"], &["{", "c"], &["}"]]);
        check("a \\\n  -b \\\r\n  c", &[&["a", "-b", "c"]]);
    }

    #[test]
    fn quotes_and_escapes_are_removed_and_keep_words_together() {
        check(r#"a 'b c' "d \"e\" $F" g\ h ''"#, &[&["a", "b c", "d \"e\" $F", "g h", ""]]);
        check(r"echo 'it''s' $'x'", &[&["echo", "its", "x"]]);
        check("a 'unclosed; rm", &[&["a", "unclosed; rm"]]);
    }

    #[test]
    fn a_comment_ends_with_its_line_and_starts_at_a_word() {
        check("a # b; c\nd#e", &[&["a"], &["d#e"]]);
    }

    #[test]
    fn redirections_are_no_words() {
        check("a > b 2>&1 >>c <d &>e", &[&["a"]]);
        check("a 2>/dev/null | b", &[&["a"], &["b"]]);
        let simple = &split("a <b >c 2>&1")[0];
        assert_eq!(
            (simple.reads[0].text.as_str(), simple.writes[0].file.text.as_str()),
            ("b", "c")
        );
        assert_eq!((simple.reads.len(), simple.writes.len()), (1, 1));
        let appends = |text: &str| split(text)[0].writes[0].appends;
        assert!(appends("a >>b") && appends("a &>> b") && !appends("a >| b"));
    }

    #[test]
    fn the_variable_of_separators_is_a_blank() {
        check("a${IFS}-b$IFS$9c", &[&["a", "-b", "c"]]);
        check("a \"$IFS\" $IFSX", &[&["a", "$IFS", "$IFSX"]]);
    }

    #[test]
    fn placeholders_are_words_and_no_redirections() {
        check(
            "a <RELEASE> -n <the ns> x/{{ pod }}",
            &[&["a", "<RELEASE>", "-n", "<the ns>", "x/{{ pod }}"]],
        );
        assert!(split("a <RELEASE>")[0].words[1].expands);
        check("sort <in >out", &[&["sort"]]);
    }

    #[test]
    fn substitutions_are_kept_for_a_look_inside() {
        let scripts = |text: &str| -> Vec<String> {
            split(text)[0].words.iter().flat_map(|word| word.scripts.clone()).collect()
        };
        assert_eq!(scripts("a $(b \"$(c ')')\") `d`"), ["b \"$(c ')')\"", "d"]);
        assert_eq!(scripts("a \"x $(b)\" ${C:-$(d)}"), ["b", "d"]);
        assert_eq!(scripts("a <(b c)"), ["b c"]);
        assert_eq!(scripts("a '$(b)'"), Vec::<String>::new());
    }

    #[test]
    fn a_heredoc_belongs_to_its_command() {
        let commands = split("psql <<'EOF' | cat\nDROP TABLE a;\nEOF\nb");
        assert_eq!(commands[0].input, ["DROP TABLE a;\n"]);
        assert_eq!(commands[1].words[0].text, "cat");
        assert!(commands[1].piped);
        assert_eq!(commands[2].words[0].text, "b");
        assert_eq!(split("cat <<-X\n\tb\n\tX")[0].input, ["b\n"]);
        assert_eq!(split("cat <<< 'b c'")[0].input, ["b c"]);
    }

    #[test]
    fn hostile_texts_take_no_stack_and_make_no_more_words_than_they_have_letters() {
        for piece in ["$(", "\"$(", "`", "'", "((", "<", "${", "<<a ", "{{", "\\"] {
            let text = piece.repeat(50_000);
            let commands = split(&text);
            let words: usize = commands.iter().map(|simple| simple.words.len()).sum();
            assert!(commands.len() + words <= text.len() + 1, "{piece:?}");
        }
    }
}
