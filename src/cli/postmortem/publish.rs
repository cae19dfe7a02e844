//! `runledger postmortem publish`: write it into the folder of postmortems.

use super::{Done, Session, Which};
use crate::app::Publication;
use crate::domain::postmortem::Missing;
use crate::error::Error;

/// Write it into the folder of postmortems, if nothing is missing
///
/// Everything that is missing is named, and nothing is written as long as anything is. After
/// another edit, publishing again replaces the file, unless somebody changed it by hand.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

/// Why it was not published.
#[derive(serde::Serialize)]
struct Refused<'a> {
    missing: &'a [Missing],
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let done = session.app()?.publish_postmortem(&args.which.label, &actor)?;
    if let (Publication::Refused(missing), true) = (&done, args.which.json) {
        session.out.json(&Refused { missing });
    }
    let view = done.or_refused(&args.which.label)?;
    if args.which.json {
        session.out.json(&view);
    } else {
        let again = if view.again { " again" } else { "" };
        session.out.line(&format!("Published{again}: {}", view.file));
    }
    Ok(Done::Well)
}
