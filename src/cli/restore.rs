//! `runledger restore`: put a backup in place of the ledger.

use std::path::PathBuf;

use super::{Done, Session};
use crate::app::keeping::{RestoreOptions, restore};
use crate::error::Error;

/// Put a backup in place of the ledger
///
/// The backup is checked first, and the ledger that was there is kept beside it. Refused where
/// the ledger knows entries that the backup lacks, unless --force is given.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The backup
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Also where entries would be lost from the ledger in use
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let options = RestoreOptions { force: args.force, now_ms: session.config.clock.now_ms() };
    let restored = restore(&session.config.store, &args.from, options)?;
    session.app()?.refresh()?;
    session.out.line(&format!(
        "Restored {} entries; head {}.",
        restored.report.head_seq, restored.report.head_hash
    ));
    if let Some(kept) = restored.kept_aside {
        session.out.say(&format!("The ledger that was there is kept as {}.", kept.display()));
    }
    Ok(Done::Well)
}
