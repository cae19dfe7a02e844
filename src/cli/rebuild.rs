//! `runledger rebuild`: make all derived data anew.

use super::{Done, Session};
use crate::error::Error;

/// Make all derived data anew
///
/// From the entries and the files. Never needed: derived data repairs itself.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<Done, Error> {
    session.app()?.rebuild()?;
    session.out.say("Everything derived was made anew from entries and files.");
    Ok(Done::Well)
}
