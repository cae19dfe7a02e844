//! Throwing away everything derived, and deriving it again.

use rusqlite::Connection;

use super::migrate::DERIVED;
use super::{Ledger, LedgerError, Tx, projections};

/// Settings under this prefix point into the search index, and fall with the derived tables.
pub(super) const INDEX_PREFIX: &str = "index.";

impl Ledger {
    /// Drops every derived table and folds all entries again. The files have to be scanned
    /// again afterwards: their tables are empty.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn rebuild(&mut self) -> Result<(), LedgerError> {
        self.transact(|tx| tx.rebuild_derived())
    }
}

impl Tx<'_> {
    /// See [`Ledger::rebuild`]; the same when a program with other derived tables comes along.
    pub(super) fn rebuild_derived(&mut self) -> Result<(), LedgerError> {
        let conn = self.conn()?;
        drop_derived(conn)?;
        conn.execute_batch(DERIVED)?;
        // Without these, the index would keep what vanished from the files meanwhile.
        conn.execute("DELETE FROM meta WHERE key GLOB ?1", [format!("{INDEX_PREFIX}*")])?;
        for subject in self.subjects()? {
            projections::project(conn, &subject, &self.entries_of(&subject)?)?;
        }
        self.next_files_rev()?;
        Ok(())
    }
}

/// Drops all tables but the persisted ones: also those of an older version that had others.
fn drop_derived(conn: &Connection) -> Result<(), LedgerError> {
    const KEPT: [&str; 5] = ["entries", "chain", "blobs", "sightings", "meta"];
    let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for name in names {
        if !KEPT.contains(&name.as_str()) && !name.starts_with("sqlite_") {
            conn.execute_batch(&format!("DROP TABLE \"{}\"", name.replace('"', "\"\"")))?;
        }
    }
    Ok(())
}
