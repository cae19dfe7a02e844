//! `runledger serve`: serve the runbooks to a browser on this machine.

use std::sync::{Arc, Mutex, PoisonError};

use super::output::Output;
use super::{DateArg, Done, Session, parse_date};
use crate::app::{App, Options};
use crate::config::WriteBack;
use crate::error::Error;
use crate::web::Event;

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
    drop(first);
    let out = Mutex::new(std::mem::replace(out, Output::new(true, None, true)));
    crate::web::serve(Arc::clone(&session.config), open, move |event| {
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Listening(address) => {
                out.line(&format!("runledger is listening on http://{address}"));
            }
            Event::Problem(words) => out.warn(&words),
        }
    })?;
    Ok(Done::Well)
}
