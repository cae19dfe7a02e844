//! The ledger as JSON lines: everything that may not be lost, in an order that gives the same
//! chain in an empty ledger. The shape of every line is here; reading them is in `import`.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::read::hash_from;
use super::{LedgerError, Reads};
use crate::domain::actor::Actor;
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::id::{EntryId, Hash, RunbookId};

/// Names the format in its first line.
pub(super) const FORMAT: &str = "runledger-export";

/// The version of the format written today, and the newest that can be read.
pub(super) const VERSION: i64 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: i64,
}

/// Every line after the first: its kind, then what belongs to that.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Blob(BlobLine),
    Seen(SeenLine),
    Entry(EntryLine),
    End(EndLine),
}

/// A kept text: as text where it is one, else in hexadecimal digits; neither once erased.
#[derive(Serialize, Deserialize)]
pub(super) struct BlobLine {
    pub(super) hash: Hash,
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hex: Option<String>,
}

/// When a runbook was first seen.
#[derive(Serialize, Deserialize)]
pub(super) struct SeenLine {
    pub(super) runbook: RunbookId,
    pub(super) first_seen_ms: i64,
}

/// An entry with its link of the chain.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryLine {
    pub(super) seq: i64,
    pub(super) id: EntryId,
    pub(super) kind: String,
    pub(super) version: u32,
    pub(super) subject: String,
    pub(super) recorded_at: Timestamp,
    pub(super) actor: Actor,
    pub(super) body: Option<String>,
    pub(super) body_hash: Hash,
    pub(super) digest: Hash,
    pub(super) hash: Hash,
}

/// The last line: without it, something is missing.
#[derive(Serialize, Deserialize)]
pub(super) struct EndLine {
    pub(super) entries: usize,
    pub(super) blobs: usize,
    pub(super) head: Hash,
}

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many entries.
    pub entries: usize,
    /// How many kept texts, erased ones included.
    pub blobs: usize,
    /// The chain's last hash.
    pub head: Hash,
}

impl Reads {
    /// Writes everything that may not be lost, on one state of the ledger.
    ///
    /// # Errors
    /// The ledger cannot be read, or the output not written.
    pub fn export(&self, out: &mut dyn Write) -> Result<Exported, LedgerError> {
        self.snapshot(|reads| {
            put(out, &Header { format: FORMAT.to_owned(), version: VERSION })?;
            let blobs = reads.export_blobs(out)?;
            reads.export_sightings(out)?;
            let (entries, head) = reads.export_entries(out)?;
            put(out, &Line::End(EndLine { entries, blobs, head }))?;
            out.flush().map_err(cannot_write)?;
            Ok(Exported { entries, blobs, head })
        })
    }

    fn export_blobs(&self, out: &mut dyn Write) -> Result<usize, LedgerError> {
        let hashes = self.all("SELECT hash, size FROM blobs ORDER BY rowid", [], |row| {
            Ok((hash_from(row, 0)?, row.get::<_, i64>(1)? as u64))
        })?;
        let count = hashes.len();
        for (hash, size) in hashes {
            let mut line = BlobLine { hash, size, text: None, hex: None };
            match self.blob(hash)?.map(String::from_utf8) {
                Some(Ok(text)) => line.text = Some(text),
                Some(Err(bytes)) => line.hex = Some(to_hex(bytes.as_bytes())),
                None => {}
            }
            put(out, &Line::Blob(line))?;
        }
        Ok(count)
    }

    fn export_sightings(&self, out: &mut dyn Write) -> Result<(), LedgerError> {
        let sql = "SELECT runbook, first_seen_ms FROM sightings ORDER BY runbook";
        let lines = self.all(sql, [], |row| {
            let runbook = RunbookId::new(row.get::<_, String>(0)?);
            Ok(SeenLine { runbook, first_seen_ms: row.get(1)? })
        })?;
        lines.into_iter().try_for_each(|line| put(out, &Line::Seen(line)))
    }

    fn export_entries(&self, out: &mut dyn Write) -> Result<(usize, Hash), LedgerError> {
        const AT_ONCE: usize = 500;
        let (mut count, mut last, mut head) = (0, 0, Hash::ZERO);
        loop {
            let links = self.all(
                "SELECT seq, hash FROM chain WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                (last, AT_ONCE as i64),
                |row| Ok((row.get::<_, i64>(0)?, hash_from(row, 1)?)),
            )?;
            if links.is_empty() {
                return Ok((count, head));
            }
            for ((seq, entry), (link, hash)) in self.entries(last, AT_ONCE)?.into_iter().zip(links)
            {
                if seq != link {
                    let what = format!("link {link} of the chain has no entry");
                    return Err(LedgerError::Damaged(what));
                }
                put(out, &Line::Entry(EntryLine::new(seq, entry, hash)))?;
                (last, head) = (seq, hash);
                count += 1;
            }
        }
    }
}

impl EntryLine {
    fn new(seq: i64, entry: Entry, hash: Hash) -> Self {
        let digest = entry.digest();
        let Entry { id, kind, version, subject, recorded_at, actor, body, body_hash } = entry;
        Self { seq, id, kind, version, subject, recorded_at, actor, body, body_hash, digest, hash }
    }

    /// The entry, without its place in the chain.
    pub(super) fn into_entry(self) -> Entry {
        Entry {
            id: self.id,
            kind: self.kind,
            version: self.version,
            subject: self.subject,
            recorded_at: self.recorded_at,
            actor: self.actor,
            body: self.body,
            body_hash: self.body_hash,
        }
    }
}

fn put(out: &mut dyn Write, line: &impl Serialize) -> Result<(), LedgerError> {
    let mut text = serde_json::to_string(line)
        .map_err(|error| LedgerError::Invalid(format!("could not write a line: {error}")))?;
    text.push('\n');
    out.write_all(text.as_bytes()).map_err(cannot_write)
}

fn cannot_write(error: io::Error) -> LedgerError {
    LedgerError::io("write", Path::new("the export"))(error)
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The bytes that an even number of hexadecimal digits stand for.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_hexadecimal_digits() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&all)), Some(all));
        assert_eq!(from_hex("abc"), None);
        assert_eq!(from_hex("zz"), None);
    }
}
