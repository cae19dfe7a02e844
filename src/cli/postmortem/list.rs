//! `runledger postmortem list`: what has to be written, overdue ones first.

use super::{Done, Session, Style, headline};
use crate::domain::postmortem::PostmortemStatus;
use crate::error::Error;

/// List what has to be written, overdue ones first
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Also those that are published
    #[arg(long)]
    all: bool,
    /// Print JSON, published ones included
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let list = session.app()?.postmortem_list()?;
    if args.json {
        session.out.json(&list);
        return Ok(Done::Well);
    }
    let wanted = |status| args.all || status != PostmortemStatus::Published;
    let lines: Vec<_> = list.postmortems.iter().filter(|line| wanted(line.status)).collect();
    if lines.is_empty() {
        session.out.say("No postmortem has to be written.");
    }
    lines.into_iter().for_each(|line| headline(session, line));
    if !list.overdue.is_empty() {
        session.out.styled(&[(Style::Bold, "\nOverdue")]);
        for late in &list.overdue {
            let labels: Vec<&str> = late.incidents.iter().map(|label| label.as_str()).collect();
            let owner = late.owner.as_deref().unwrap_or("nobody");
            session.out.line(&format!("  {owner}: {}", labels.join(", ")));
        }
    }
    Ok(Done::Well)
}
