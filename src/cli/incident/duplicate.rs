//! `runledger incident duplicate`: say that it is another one.

use super::{Done, MannerArgs, Session, Which, report};
use crate::error::Error;

/// Say that it is another one, where the work goes on
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// The other one's label
    #[arg(value_name = "OTHER")]
    of: String,
    #[command(flatten)]
    manner: MannerArgs,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let (label, manner) = (&args.which.label, args.manner.manner());
    let view = app.mark_duplicate(label, &args.of, &manner, &actor)?;
    report(session, &view, args.which.json);
    Ok(Done::Well)
}
