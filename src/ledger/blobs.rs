//! Texts kept once, by their hash: what a runbook said when it was used.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{OptionalExtension as _, params};

use super::{LedgerError, Reads, Tx};
use crate::domain::id::Hash;

/// The longest blob, in bytes.
pub const MAX_BLOB: usize = 16 << 20;

impl Tx<'_> {
    /// Keeps some bytes and says under which hash. Bytes that were erased stay erased.
    ///
    /// # Errors
    /// They are too many, or the ledger cannot be written.
    pub fn put_blob(&mut self, bytes: &[u8]) -> Result<Hash, LedgerError> {
        let hash = Hash::of(bytes);
        if bytes.len() > MAX_BLOB {
            let what =
                format!("a text of {} bytes is too long; {MAX_BLOB} are allowed", bytes.len());
            return Err(LedgerError::Invalid(what));
        }
        if !self.knows_blob(hash)? {
            self.insert_blob(hash, bytes.len(), Some(&compress(bytes)))?;
        }
        Ok(hash)
    }

    /// Keeps a blob as it is stored; none for one that was erased elsewhere.
    pub(super) fn insert_blob(
        &mut self,
        hash: Hash,
        size: usize,
        packed: Option<&[u8]>,
    ) -> Result<(), LedgerError> {
        self.conn()?
            .prepare_cached("INSERT INTO blobs (hash, size, bytes) VALUES (?1, ?2, ?3)")?
            .execute(params![hash.as_bytes().as_slice(), size as i64, packed])?;
        Ok(())
    }
}

impl Reads {
    /// Whether a blob can be had, not erased.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn has_blob(&self, hash: Hash) -> Result<bool, LedgerError> {
        self.flag("SELECT EXISTS (SELECT 1 FROM blobs WHERE hash = ?1 AND bytes NOT NULL)", hash)
    }

    /// Whether a blob was ever kept, erased or not.
    pub(super) fn knows_blob(&self, hash: Hash) -> Result<bool, LedgerError> {
        self.flag("SELECT EXISTS (SELECT 1 FROM blobs WHERE hash = ?1)", hash)
    }

    fn flag(&self, sql: &str, hash: Hash) -> Result<bool, LedgerError> {
        let mut statement = self.conn()?.prepare_cached(sql)?;
        Ok(statement.query_row([hash.as_bytes().as_slice()], |row| row.get(0))?)
    }

    /// A blob's bytes; none where it is not known or was erased.
    ///
    /// # Errors
    /// The ledger cannot be read, or the bytes are not those that were kept.
    pub fn blob(&self, hash: Hash) -> Result<Option<Vec<u8>>, LedgerError> {
        let row: Option<(i64, Option<Vec<u8>>)> = self
            .conn()?
            .prepare_cached("SELECT size, bytes FROM blobs WHERE hash = ?1")?
            .query_row([hash.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((size, Some(packed))) = row else { return Ok(None) };
        let bytes = expand(&packed, size)
            .filter(|bytes| Hash::of(bytes) == hash)
            .ok_or_else(|| LedgerError::Damaged(format!("the kept text {hash} is not readable")))?;
        Ok(Some(bytes))
    }
}

/// Deflates some bytes.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Inflates exactly `size` bytes; none where these are not they.
pub(super) fn expand(packed: &[u8], size: i64) -> Option<Vec<u8>> {
    let size = u64::try_from(size).ok()?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(size + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == size).then_some(bytes)
}
