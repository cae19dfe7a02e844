//! `runledger action list`: overdue ones first, and how many were closed by quarter.

use super::{Done, Session, Style, line};
use crate::app::ActionFilter;
use crate::error::Error;

/// List action items, overdue ones first, and how many were closed by quarter
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Also those that are done or will not be done
    #[arg(long)]
    all: bool,
    /// Only those of this person
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Only those of this incident
    #[arg(long, value_name = "LABEL")]
    incident: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let filter =
        ActionFilter { all: args.all, owner: args.owner.clone(), incident: args.incident.clone() };
    let list = session.app()?.action_list(&filter)?;
    if args.json {
        session.out.json(&list);
        return Ok(Done::Well);
    }
    if list.actions.is_empty() {
        let open = if args.all { "" } else { "open " };
        session.out.say(&format!("There is no {open}action item."));
    }
    list.actions.iter().for_each(|item| line(session, item));
    if !list.closing.is_empty() {
        session.out.styled(&[(Style::Bold, "\nOpened in")]);
        for quarter in &list.closing {
            let counts = quarter.counts;
            session.out.line(&format!(
                "  {}  {} opened, {} done ({} %), {} dropped",
                quarter.quarter,
                counts.opened,
                counts.done,
                quarter.percent.unwrap_or(0),
                counts.dropped
            ));
        }
    }
    Ok(Done::Well)
}
