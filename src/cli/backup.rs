//! `runledger backup`: copy the ledger while it is in use.

use std::path::PathBuf;

use super::{Done, Session};
use crate::error::Error;

/// Copy the ledger while it is in use
///
/// The copy is checked before it is called done.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Where to [default: backups/ledger-DATE-TIME.db in the store]
    #[arg(value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let app = session.app()?;
    let to = args.to.clone().unwrap_or_else(|| app.backup_path());
    let backup = app.backup(&to)?;
    session.out.line(&format!("{}  head {} {}", to.display(), backup.head_seq, backup.head_hash));
    Ok(Done::Well)
}
