//! Here-documents: text that begins on the line after the command that asks for it.

use super::{Heredoc, Quoting, Scanner};

impl Scanner<'_> {
    pub(super) fn newline(&mut self) {
        self.end_word();
        let end = self.at;
        self.at += 1;
        let heredocs = std::mem::take(&mut self.heredocs);
        for heredoc in heredocs {
            self.heredoc(&heredoc);
        }
        if !self.dangling {
            self.leads = true;
            if self.frames.is_empty() && !self.out.open && self.out.end.is_none() {
                // A here-document belongs to its command.
                self.out.end = Some(if self.at > end + 1 { self.at } else { end });
            }
        }
    }

    /// Skips a here-document's lines.
    pub(super) fn heredoc(&mut self, heredoc: &Heredoc) {
        self.mark(self.at, if heredoc.raw { Quoting::RawHeredoc } else { Quoting::Heredoc });
        loop {
            if self.at >= self.bytes.len() {
                self.out.open = true;
                return;
            }
            let end = self.text[self.at..].find('\n').map_or(self.bytes.len(), |end| self.at + end);
            let line = self.text[self.at..end].trim_end_matches('\r');
            let line = if heredoc.tabs { line.trim_start_matches('\t') } else { line };
            let ends = line == heredoc.delimiter;
            if ends {
                self.mark(self.at, Quoting::Bare);
            }
            self.at = (end + 1).min(self.bytes.len());
            if ends {
                return;
            }
        }
    }

    pub(super) fn begin_heredoc(&mut self) {
        self.end_word();
        self.at += 2;
        let tabs = self.peek(0) == b'-';
        self.at += usize::from(tabs);
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| c.is_whitespace() || ";|&<>()".contains(c));
        let word = &rest[..length.unwrap_or(rest.len())];
        self.at += word.len();
        let raw = word.contains(['\'', '"', '\\']);
        let delimiter: String = word.chars().filter(|c| !"'\"\\".contains(*c)).collect();
        if !delimiter.is_empty() {
            self.heredocs.push(Heredoc { delimiter, tabs, raw });
        }
    }
}
