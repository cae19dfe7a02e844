//! The only module that prints. Everything passes through [`crate::text::printable`], so that
//! nothing in a runbook, a note or a log can steer a terminal.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::text::{display_width, printable};

/// How a piece of text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// A heading or the thing asked for.
    Bold,
    /// What may be overlooked.
    Dim,
    /// Can be trusted.
    Good,
    /// Look twice.
    Warn,
    /// Do not trust.
    Bad,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
        }
    }
}

/// Standard output and standard error, as this terminal or pipe can take them.
#[derive(Debug)]
pub struct Output {
    color: bool,
    width: usize,
    progress: bool,
    quiet: bool,
    /// Nothing more can be written to standard output.
    broken: bool,
    /// Its reader has closed it.
    closed: bool,
    /// Why, unless the reader had enough: a closed pipe is no error of ours.
    failure: Option<io::Error>,
}

/// The widest line worth reading.
const WIDEST: usize = 100;

impl Output {
    /// Looks at what standard output is. `no_color` and `columns` come from the environment.
    pub fn new(no_color: bool, columns: Option<usize>, quiet: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        Self {
            color: terminal && !no_color,
            width: columns.filter(|_| terminal).unwrap_or(WIDEST).clamp(40, WIDEST),
            progress: io::stderr().is_terminal() && !quiet,
            quiet,
            broken: false,
            closed: false,
            failure: None,
        }
    }

    /// How wide lines should be, in terminal cells.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Whether the reader had enough and closed the pipe.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether everything so far has arrived on standard output, or its reader had enough.
    ///
    /// # Errors
    /// It could not be written, as on a full disk.
    pub fn check(&mut self) -> Result<(), Error> {
        if !self.broken
            && let Err(error) = io::stdout().flush()
        {
            self.fail(error);
        }
        match self.failure.take() {
            None => Ok(()),
            Some(error) => Err(Error::io("write to", Path::new("standard output"), error)),
        }
    }

    /// One line on standard output.
    pub fn line(&mut self, text: &str) {
        let text = printable(text);
        self.write(&format!("{text}\n"));
    }

    /// One line made of differently meant pieces.
    pub fn styled(&mut self, pieces: &[(Style, &str)]) {
        let mut line = String::new();
        for (style, text) in pieces {
            let text = printable(text);
            if self.color && *style != Style::Plain {
                line.push_str(&format!("\x1b[{}m{text}\x1b[0m", style.code()));
            } else {
                line.push_str(&text);
            }
        }
        line.push('\n');
        self.write(&line);
    }

    /// Words broken into lines of the output's width: the first after a lead like `  - `, the
    /// others under where its words began.
    pub fn wrapped(&mut self, style: Style, lead: &str, text: &str) {
        let under = " ".repeat(display_width(lead));
        let mut before = lead;
        let mut line = String::new();
        for word in text.split_whitespace() {
            let full = under.len() + display_width(&line) + display_width(word) + 1;
            if !line.is_empty() && full > self.width {
                self.styled(&[(style, before), (style, &line)]);
                before = &under;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.styled(&[(style, before), (style, &line)]);
        }
    }

    /// A value as JSON on standard output: pretty for people, the same bytes for programs.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.write(&format!("{text}\n")),
            Err(error) => self.say(&format!("cannot be told in JSON: {error}")),
        }
    }

    /// A value as one line of JSON.
    pub fn json_line(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.write(&format!("{text}\n")),
            Err(error) => self.say(&format!("cannot be told in JSON: {error}")),
        }
    }

    /// Text that was made for standard output already, like an exported ledger's last words.
    pub fn raw(&mut self, text: &str) {
        self.write(text);
    }

    /// One sentence about what was done, on standard error.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            self.clear_progress();
            let _ = writeln!(io::stderr(), "{}", printable(text));
        }
    }

    /// Something the reader should mend, on standard error.
    pub fn warn(&mut self, text: &str) {
        self.clear_progress();
        let _ = writeln!(io::stderr(), "warning: {}", printable(text));
    }

    /// Why a command was refused or failed: message, place, causes, hint.
    pub fn error(&mut self, error: &Error) {
        self.clear_progress();
        let mut text = format!("error: {error}\n");
        for cause in error.causes() {
            text.push_str(&format!("  because: {cause}\n"));
        }
        if let Some(hint) = error.hint() {
            text.push_str(&format!("  hint: {hint}\n"));
        }
        let _ = io::stderr().write_all(printable(&text).as_bytes());
    }

    /// How far long work is; shown in terminals only, one line that is written over.
    pub fn progress(&mut self, what: &str, done: usize, total: usize) {
        if self.progress && total > 200 {
            let _ = write!(io::stderr(), "\r\x1b[K{} {done} of {total}", printable(what));
            let _ = io::stderr().flush();
            if done >= total {
                self.clear_progress();
            }
        }
    }

    fn clear_progress(&self) {
        if self.progress {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn write(&mut self, text: &str) {
        if !self.broken
            && let Err(error) = io::stdout().write_all(text.as_bytes())
        {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.broken = true;
        self.closed = error.kind() == io::ErrorKind::BrokenPipe;
        self.failure = Some(error).filter(|_| !self.closed);
    }
}
