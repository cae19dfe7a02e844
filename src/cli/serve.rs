//! `runledger serve`: serve the runbooks to a browser on this machine.

use std::sync::Arc;

use super::{DateArg, Done, Session, parse_date};
use crate::app::{App, Options};
use crate::config::WriteBack;
use crate::error::Error;

/// Serve the runbooks to a browser on this machine
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The address to listen on; loopback only
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// Show another day than today, and say so on every page
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<DateArg>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let listen = session.config.listen;
    let today = session.config.today();
    let options =
        Options { write_back: WriteBack::Off, as_of: args.as_of.map(|date| date.on(today)) };
    let config = Arc::clone(&session.config);
    let open = move || App::open(Arc::clone(&config), options);
    let mut first = open()?;
    let out = &mut session.out;
    let report = first.sync(&mut |done, total| out.progress("reading", done, total))?;
    for problem in &report.problems {
        out.warn(&format!(
            "{}:{}:{}: {}",
            problem.path, problem.line, problem.column, problem.message
        ));
    }
    let _ = listen;
    Ok(Done::Well)
}
