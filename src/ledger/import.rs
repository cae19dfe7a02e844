//! Taking in an export: all of it or nothing, and nothing twice.

use std::collections::HashMap;
use std::io::{BufRead, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::blobs::compress;
use super::exchange::{BlobLine, EndLine, EntryLine, FORMAT, Header, Line, VERSION, from_hex};
use super::{Appended, Ledger, LedgerError, MAX_BLOB, Tx};
use crate::domain::entry::chain_hash;
use crate::domain::event::Event;
use crate::domain::id::{EntryId, Hash};

/// The longest line: the longest blob, written as JSON in the worst way.
const MAX_LINE: u64 = 6 * MAX_BLOB as u64 + 1024;

/// What an import brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Entries that were not known here.
    pub new: usize,
    /// Entries that were.
    pub known: usize,
    /// Kept texts that were not known here.
    pub new_blobs: usize,
    /// The last hash of the chain that was exported.
    pub head: Hash,
}

impl Ledger {
    /// Takes in an export in one transaction. The same export again changes nothing.
    ///
    /// # Errors
    /// A line is not what it should be, an entry of the same id says something else here, the
    /// end is missing: then nothing was imported. Or the ledger cannot be written.
    pub fn import(&mut self, lines: impl BufRead) -> Result<Imported, LedgerError> {
        self.transact(|tx| {
            let done = Imported { new: 0, known: 0, new_blobs: 0, head: Hash::ZERO };
            let mut import = Import { tx, done, state: State::default() };
            import.run(Lines::new(lines))?;
            Ok(import.done)
        })
    }
}

struct Import<'a, 'b> {
    tx: &'a mut Tx<'b>,
    done: Imported,
    state: State,
}

/// What has to hold over all lines.
#[derive(Default)]
struct State {
    entries: usize,
    blobs: usize,
    head: Option<Hash>,
    /// New entries without a body, with their lines, until an erasure of them is met.
    without_body: HashMap<EntryId, usize>,
    ended: bool,
}

impl Import<'_, '_> {
    fn run(&mut self, mut lines: Lines<impl BufRead>) -> Result<(), LedgerError> {
        match lines.next::<Header>() {
            Ok(Some(header)) if header.format == FORMAT && header.version <= VERSION => {}
            Ok(Some(header)) if header.format == FORMAT => {
                let (what, found) = ("the export", header.version);
                return Err(LedgerError::Newer { what, found, known: VERSION });
            }
            Ok(_) | Err(LedgerError::Import { .. }) => {
                return Err(lines.wrong("this is no export of runledger"));
            }
            Err(error) => return Err(error),
        }
        while let Some(line) = lines.next::<Line>()? {
            self.take(line, lines.number).map_err(|wrong| wrong.at(lines.number))?;
        }
        if !self.state.ended {
            return Err(lines.wrong("the export breaks off: its last line is missing"));
        }
        if let Some((id, line)) = self.state.without_body.iter().min_by_key(|(_, line)| **line) {
            let message = format!("entry {id} has no body, and nothing says that it was erased");
            return Err(LedgerError::Import { line: *line, message });
        }
        Ok(())
    }

    fn take(&mut self, line: Line, number: usize) -> Result<(), Wrong> {
        if self.state.ended {
            return Err("something follows the last line".into());
        }
        match line {
            Line::Blob(blob) => self.blob(blob),
            Line::Seen(seen) => Ok(self.tx.see_runbook(&seen.runbook, seen.first_seen_ms)?),
            Line::Entry(entry) => self.entry(entry, number),
            Line::End(end) => self.end(&end),
        }
    }

    fn blob(&mut self, line: BlobLine) -> Result<(), Wrong> {
        self.state.blobs += 1;
        let bytes = match (line.text, line.hex) {
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(hex)) => {
                Some(from_hex(&hex).ok_or("the kept text has broken hexadecimal digits")?)
            }
            (None, None) => None,
            (Some(_), Some(_)) => return Err("the kept text is there twice".into()),
        };
        if let Some(bytes) = &bytes
            && (Hash::of(bytes) != line.hash || bytes.len() as u64 != line.size)
        {
            return Err("the kept text is not what its hash says".into());
        }
        if self.tx.knows_blob(line.hash)? {
            return Ok(());
        }
        let size = usize::try_from(line.size).ok().filter(|size| *size <= MAX_BLOB);
        let size = size.ok_or("the kept text is too long")?;
        self.tx.insert_blob(line.hash, size, bytes.as_deref().map(compress).as_deref())?;
        self.done.new_blobs += 1;
        Ok(())
    }

    fn entry(&mut self, line: EntryLine, number: usize) -> Result<(), Wrong> {
        let (seq, digest, hash) = (line.seq, line.digest, line.hash);
        let entry = line.into_entry();
        if entry.digest() != digest {
            return Err("the entry is not what its digest says".into());
        }
        let before = self.state.head.unwrap_or(Hash::ZERO);
        if seq != self.state.entries as i64 + 1 || chain_hash(before, digest) != hash {
            return Err("the chain does not lead to this entry".into());
        }
        self.state.entries += 1;
        self.state.head = Some(hash);
        match self.tx.insert(&entry)? {
            Appended::Known => self.done.known += 1,
            Appended::New => {
                self.done.new += 1;
                if entry.body.is_none() {
                    self.state.without_body.insert(entry.id, number);
                }
            }
        }
        let body = entry.body.as_deref().unwrap_or_default();
        if let Ok(Some(Event::EntryErased(erased))) =
            Event::decode(&entry.kind, entry.version, body)
        {
            self.state.without_body.remove(&erased.entry);
        }
        Ok(())
    }

    fn end(&mut self, end: &EndLine) -> Result<(), Wrong> {
        self.state.ended = true;
        let head = self.state.head.unwrap_or(Hash::ZERO);
        if (end.entries, end.blobs, end.head) != (self.state.entries, self.state.blobs, head) {
            return Err("lines are missing: the last line counts others".into());
        }
        self.done.head = head;
        Ok(())
    }
}

/// What is wrong with a line, before it is known which.
enum Wrong {
    Line(String),
    Ledger(LedgerError),
}

impl Wrong {
    fn at(self, line: usize) -> LedgerError {
        match self {
            Self::Line(message) => LedgerError::Import { line, message },
            Self::Ledger(error @ (LedgerError::Conflict { .. } | LedgerError::Invalid(_))) => {
                LedgerError::Import { line, message: error.to_string() }
            }
            Self::Ledger(error) => error,
        }
    }
}

impl From<&str> for Wrong {
    fn from(message: &str) -> Self {
        Self::Line(message.to_owned())
    }
}

impl From<LedgerError> for Wrong {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// Lines of a limited length.
struct Lines<R> {
    input: R,
    number: usize,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    const fn new(input: R) -> Self {
        Self { input, number: 0, line: Vec::new() }
    }

    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, LedgerError> {
        self.line.clear();
        let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line);
        let read = read.map_err(LedgerError::io("read", Path::new("the import")))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 == MAX_LINE {
            return Err(self.wrong(format!("is longer than {MAX_LINE} bytes")));
        }
        let line = serde_json::from_slice(&self.line);
        line.map(Some).map_err(|error| self.wrong(format!("cannot be read: {error}")))
    }

    fn wrong(&self, message: impl Into<String>) -> LedgerError {
        LedgerError::Import { line: self.number.max(1), message: message.into() }
    }
}
