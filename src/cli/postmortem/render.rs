//! `runledger postmortem render`: the draft, as Markdown.

use super::{Done, Session};
use crate::error::Error;

/// Print the draft
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The incident's label, like INC-2026-05-20-001, or a clear part of it
    #[arg(value_name = "LABEL")]
    label: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let text = session.app()?.render_postmortem(&args.label)?;
    text.lines().for_each(|line| session.out.line(line));
    Ok(Done::Well)
}
