//! `runledger erase`: forget what one entry said, for good.

use super::{Done, Session};
use crate::error::Error;

/// Forget what one entry said, for good
///
/// For what must not be kept, like a password in a note. The chain still verifies; that
/// something was erased, by whom and why, stays.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The entry's id, or a text's hash
    #[arg(value_name = "ID")]
    id: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let elsewhere = app.erase(&args.id, &args.reason, &actor)?;
    session.out.line(&format!("Erased what {} said.", args.id));
    if !elsewhere.is_empty() {
        session
            .out
            .say("It may stand elsewhere, too; `runledger erase` takes entries and texts out:");
        for place in elsewhere {
            session.out.say(&format!("  {place}"));
        }
    }
    session.out.say(
        "A row or a text in the runbooks' files that says the same stays there: take it out, too.",
    );
    if app.backups().exists() {
        session.out.say(&format!("Backups made before still hold it: {}", app.backups().display()));
    }
    Ok(Done::Well)
}
