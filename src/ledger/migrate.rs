//! Versions of the tables: the persisted ones grow, the derived ones are thrown away and rebuilt.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::{LedgerError, Reads, Tx};

/// "RLDG": marks the file as ours.
const APPLICATION_ID: i64 = 0x524c_4447;

/// Version of the tables that may never be lost.
pub(super) const PERSISTED_VERSION: i64 = 1;

/// Version of everything derived. Add one whenever a derived table changes, or a projection or
/// the reading of a row gives another answer for the same entries.
pub const DERIVED_VERSION: i64 = 5;

pub(super) const PERSISTED: &str = include_str!("sql/persisted.sql");
pub(super) const DERIVED: &str = include_str!("sql/derived.sql");

/// Where the derived tables' version is kept in `meta`.
const DERIVED_KEY: &str = "derived.version";

/// Refuses a file that is not a ledger, before anything about it is changed.
pub(super) fn check_ours(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let id: i64 = pragma(conn, "application_id")?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id != APPLICATION_ID && (id != 0 || tables > 0) {
        return Err(LedgerError::NotOurs { path: path.to_owned() });
    }
    check_not_newer("the ledger", pragma(conn, "user_version")?, PERSISTED_VERSION)?;
    if id == APPLICATION_ID {
        check_not_newer("a derived table", derived_version(conn)?, DERIVED_VERSION)?;
    }
    Ok(())
}

/// Whether nothing has to be created or rebuilt.
pub(super) fn is_current(conn: &Connection) -> Result<bool, LedgerError> {
    Ok(pragma(conn, "application_id")? == APPLICATION_ID
        && pragma(conn, "user_version")? == PERSISTED_VERSION
        && derived_version(conn)? == DERIVED_VERSION)
}

/// Whether the file holds no tables at all yet.
pub(super) fn is_empty(conn: &Connection) -> Result<bool, LedgerError> {
    Ok(pragma(conn, "user_version")? == 0)
}

/// Brings all tables to the versions of this program.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), LedgerError> {
    if is_current(conn)? {
        return Ok(());
    }
    // Taken out for the time, because projecting reads through the same door as everybody.
    let owned = std::mem::replace(conn, Connection::open_in_memory()?);
    let reads = Reads::new(owned);
    let outcome = migrate_in_transaction(&reads);
    if let Some(owned) = reads.into_inner() {
        *conn = owned;
    }
    outcome
}

fn migrate_in_transaction(reads: &Reads) -> Result<(), LedgerError> {
    let conn = reads.conn()?;
    let inner = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    // Another process may have been here while this one waited.
    if is_current(conn)? {
        return Ok(());
    }
    let persisted: i64 = pragma(conn, "user_version")?;
    check_not_newer("the ledger", persisted, PERSISTED_VERSION)?;
    check_not_newer("a derived table", derived_version(conn)?, DERIVED_VERSION)?;
    if persisted == 0 {
        conn.execute_batch(PERSISTED)?;
        conn.pragma_update(None, "application_id", APPLICATION_ID)?;
        conn.pragma_update(None, "user_version", PERSISTED_VERSION)?;
    }
    let mut tx = Tx::new(reads);
    tx.rebuild_derived()?;
    tx.set_meta(DERIVED_KEY, &DERIVED_VERSION.to_string())?;
    tx.finish()?;
    inner.commit()?;
    Ok(())
}

/// 0 where there are no derived tables yet.
fn derived_version(conn: &Connection) -> Result<i64, LedgerError> {
    let has_meta: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta')",
        [],
        |row| row.get(0),
    )?;
    if !has_meta {
        return Ok(0);
    }
    let text: Option<String> = conn
        .query_row("SELECT value FROM meta WHERE key = ?1", [DERIVED_KEY], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn check_not_newer(what: &'static str, found: i64, known: i64) -> Result<(), LedgerError> {
    if found > known { Err(LedgerError::Newer { what, found, known }) } else { Ok(()) }
}

fn pragma(conn: &Connection, name: &str) -> Result<i64, LedgerError> {
    Ok(conn.pragma_query_value(None, name, |row| row.get(0))?)
}
