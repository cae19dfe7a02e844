//! `runledger move`: a runbook's file has another path now.

use super::{Done, Session};
use crate::error::Error;

/// Say that a runbook's file has another path now
///
/// Git renames, `moved_from` in the front matter and files with the same text are recognised by
/// themselves; this is for the rest.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The slug it had
    #[arg(value_name = "OLD")]
    old: String,
    /// The slug it has now
    #[arg(value_name = "NEW")]
    new: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let now = session.app()?.move_runbook(&args.old, &args.new, &actor)?;
    session.out.line(&format!("{} has the history of {} now.", now.slug, args.old));
    Ok(Done::Well)
}
