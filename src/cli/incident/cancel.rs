//! `runledger incident cancel`: say that it was no incident.

use super::{Done, MannerArgs, Session, Which, report};
use crate::domain::incident::Status;
use crate::error::Error;

/// Say that it was no incident
///
/// Needs --reason. What was recorded stays, and counts for nothing.
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
    let view = app.change_incident_status(label, Status::Cancelled, None, &manner, &actor)?;
    report(session, &view, args.which.json);
    Ok(Done::Well)
}
