//! `runledger import`: read JSON lines that `export` wrote.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use super::{Done, Session};
use crate::error::Error;
use crate::text::count;

/// Read JSON lines that `export` wrote
///
/// All of it or nothing. What is known already is left as it is.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let shown = args.file.display().to_string();
    let mut lines: Box<dyn BufRead> = if shown == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(&args.file)
            .map_err(|e| Error::refused(format!("opening the export: {e}")).at(shown.clone()))?;
        Box::new(BufReader::new(file))
    };
    let imported = session.app()?.import(lines.as_mut())?;
    session.out.say(&format!(
        "Imported {}; {} known already.",
        count(imported.new, "entry", "entries"),
        imported.known
    ));
    Ok(Done::Well)
}
