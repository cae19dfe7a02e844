//! `runledger action add`: an action item that no question asked for.

use super::{DateArg, Done, Session, parse_date, parse_kind, parse_priority, report};
use crate::app::NewAction;
use crate::domain::action_item::{ActionKind, Priority};
use crate::error::Error;

/// Open an action item that no question asked for
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The incident's label, like INC-2026-05-20-001, or a clear part of it
    #[arg(value_name = "LABEL")]
    label: String,
    /// What shall be done
    #[arg(value_name = "TEXT")]
    text: String,
    /// Who does it
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    owner: String,
    /// Until when [default: action_days of the configuration from today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    due: Option<DateArg>,
    /// How much it matters: high, medium or low
    #[arg(long, value_name = "WORD", value_parser = parse_priority, default_value = "medium")]
    priority: Priority,
    /// What it is for: prevent, detect, mitigate or process
    #[arg(long, value_name = "WORD", value_parser = parse_kind, default_value = "prevent")]
    kind: ActionKind,
    /// Where it is tracked
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    link: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let new = NewAction {
        text: args.text.clone(),
        kind: args.kind,
        priority: args.priority,
        owner: args.owner.clone(),
        due: args.due.map(|due| due.on(app.today())),
        link: args.link.clone(),
        question: None,
    };
    let item = app.add_action(&args.label, &new, &actor)?;
    report(session, &item, args.json);
    Ok(Done::Well)
}
