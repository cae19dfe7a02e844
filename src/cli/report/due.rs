//! `runledger report due`: what `serve` does by itself, once.

use super::super::{Done, Session};
use crate::error::Error;

/// Make the reports that are due and deliver what waits, once
///
/// This is what the reporter's server does by itself; here for a timer of your own. Only the node
/// that `reporter` names does it. Exits with 1 where something could not be delivered: it is kept
/// and tried again.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {}

pub(crate) fn run(session: &mut Session) -> Result<Done, Error> {
    let duties = session.app()?.report_duties()?;
    let out = &mut session.out;
    if duties.busy {
        out.say("Another process is making and sending reports right now.");
        return Ok(Done::Well);
    }
    for label in &duties.made {
        out.say(&format!("made {label}"));
    }
    for (label, to) in &duties.delivered {
        out.say(&format!("delivered {label} to {to}"));
    }
    for (label, to, reason) in &duties.failed {
        out.warn(&format!("{label} did not reach {to}: {reason}"));
    }
    for (name, reason) in &duties.unmade {
        out.warn(&format!("the report {name} cannot be made: {reason}"));
    }
    if duties.is_empty() {
        out.say("Nothing is due.");
    }
    let good = duties.failed.is_empty() && duties.unmade.is_empty();
    Ok(if good { Done::Well } else { Done::DoesNotHold })
}
