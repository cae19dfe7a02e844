//! `runledger incident reopen`: say that it was not over.

use super::{Done, MannerArgs, Session, Which, report};
use crate::error::Error;

/// Say that it was not over
///
/// The first mitigated time stays; the resolved time is the last one. Needs --reason.
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
    let view = app.reopen_incident(&args.which.label, &args.manner.manner(), &actor)?;
    report(session, &view, args.which.json);
    Ok(Done::Well)
}
