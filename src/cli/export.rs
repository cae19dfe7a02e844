//! `runledger export`: write the ledger as JSON lines.

use std::path::PathBuf;

use super::{Done, Session};
use crate::error::Error;
use crate::text::count;
use crate::whole_file::write_new_atomically;

/// Write the ledger as JSON lines
///
/// Entries and texts, whole: a backup that any program can read.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Into this file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let app = session.app()?;
    let mut bytes = Vec::new();
    let exported = app.export(&mut bytes)?;
    match &args.out {
        Some(file) => {
            write_new_atomically(file, &bytes).map_err(|e| Error::io("write", file, e))?;
        }
        None => {
            session.out.raw(&String::from_utf8_lossy(&bytes));
            session.out.check()?;
        }
    }
    session.out.say(&format!(
        "Exported {} and {}.",
        count(exported.entries, "entry", "entries"),
        count(exported.blobs, "text", "texts")
    ));
    Ok(Done::Well)
}
