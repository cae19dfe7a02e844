//! `runledger incident close`: say that all that had to be done is done.

use super::{Done, MannerArgs, Session, Which, ask_for_what_is_left, report};
use crate::domain::incident::Status;
use crate::error::Error;

/// Say that all that had to be done is done
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    manner: MannerArgs,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let (label, manner) = (&args.which.label, args.manner.manner());
    let view = app.change_incident_status(label, Status::Closed, None, &manner, &actor)?;
    report(session, &view, args.which.json);
    if !args.which.json {
        ask_for_what_is_left(session, &mut app, &view);
    }
    Ok(Done::Well)
}
