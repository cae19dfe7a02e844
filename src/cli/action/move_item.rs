//! `runledger action move`: another owner, date, priority, kind, link or wording.

use super::{DateArg, Done, Session, parse_date, parse_kind, parse_priority, report};
use crate::app::ActionEdit;
use crate::domain::action_item::{ActionKind, ActionState, Priority};
use crate::error::Error;

/// Give an action item another owner, date, priority, kind, link or wording; or open it again
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The action item, like INC-2026-05-20-001/2, or the beginning of its id
    #[arg(value_name = "ACTION")]
    action: String,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Until when; none takes the date away
    #[arg(long, value_name = "DATE", value_parser = parse_due)]
    due: Option<Due>,
    /// How much it matters: high, medium or low
    #[arg(long, value_name = "WORD", value_parser = parse_priority)]
    priority: Option<Priority>,
    /// What it is for: prevent, detect, mitigate or process
    #[arg(long, value_name = "WORD", value_parser = parse_kind)]
    kind: Option<ActionKind>,
    /// Where it is tracked
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// What shall be done
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Open it again
    #[arg(long)]
    reopen: bool,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// Refuse unless this version stands, as `list --json` tells it
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A date, or that there is none any more.
#[derive(Clone, Copy, Debug)]
enum Due {
    On(DateArg),
    Never,
}

fn parse_due(text: &str) -> Result<Due, String> {
    if text.trim() == "none" {
        return Ok(Due::Never);
    }
    parse_date(text).map(Due::On).map_err(|error| format!("{error}, or none"))
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let edit = ActionEdit {
        text: args.text.clone(),
        kind: args.kind,
        priority: args.priority,
        owner: args.owner.clone(),
        due: args.due.map(|due| match due {
            Due::On(date) => Some(date.on(app.today())),
            Due::Never => None,
        }),
        link: args.link.clone(),
        state: args.reopen.then_some(ActionState::Open),
        reason: args.reason.clone(),
        seen: args.if_version.clone(),
    };
    let item = app.change_action(&args.action, &edit, &actor)?;
    report(session, &item, args.json);
    Ok(Done::Well)
}
