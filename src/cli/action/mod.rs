//! `runledger action`: what shall be different next time. One file for each verb.

use super::{DateArg, Done, Session, Style, parse_date};
use crate::app::ActionEdit;
use crate::domain::action_item::{ActionKind, ActionState, Priority};
use crate::error::Error;
use crate::views::action::ActionItemView;

mod add;
mod list;
mod move_item;

/// See to it that what was learned is done
///
/// An action item is called INC-2026-05-20-001/2: the second of that incident.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Open one that no question asked for
    Add(add::Args),
    /// List them, overdue ones first, and how many were closed by quarter
    List(list::Args),
    /// Say that somebody is at it
    Start(Moved),
    /// Say that it is done
    Done(Moved),
    /// Say that it will not be done, and why
    Drop(Moved),
    /// Give it another owner, date, priority, kind, link or wording; or open it again
    Move(move_item::Args),
}

/// Which one, and why.
#[derive(clap::Args, Debug)]
struct Moved {
    /// The action item, like INC-2026-05-20-001/2, or the beginning of its id
    #[arg(value_name = "ACTION")]
    action: String,
    /// Why, or how
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// Refuse unless this version stands, as `list --json` tells it
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::Add(args) => add::run(args, session),
        Command::List(args) => list::run(args, session),
        Command::Start(args) => advance(args, ActionState::InProgress, session),
        Command::Done(args) => advance(args, ActionState::Done, session),
        Command::Drop(args) => advance(args, ActionState::WillNotDo, session),
        Command::Move(args) => move_item::run(args, session),
    }
}

fn advance(args: &Moved, state: ActionState, session: &mut Session) -> Result<Done, Error> {
    let edit = ActionEdit {
        state: Some(state),
        reason: args.reason.clone(),
        seen: args.if_version.clone(),
        ..ActionEdit::default()
    };
    let actor = session.actor();
    let item = session.app()?.change_action(&args.action, &edit, &actor)?;
    report(session, &item, args.json);
    Ok(Done::Well)
}

fn report(session: &mut Session, item: &ActionItemView, json: bool) {
    if json {
        session.out.json(item);
    } else {
        line(session, item);
        if let Some(link) = &item.link {
            session.out.line(&format!("  link {link}"));
        }
        if item.conflict {
            session.out.warn("two changes met; the later one stands");
        }
    }
}

/// An action item in one line.
pub(super) fn line(session: &mut Session, item: &ActionItemView) {
    let style = match item.state {
        _ if item.days_overdue.is_some() => Style::Bad,
        ActionState::Done => Style::Good,
        ActionState::WillNotDo => Style::Dim,
        ActionState::Open | ActionState::InProgress => Style::Plain,
    };
    let due = match (item.due, item.days_overdue) {
        (Some(due), Some(days)) => {
            format!("due {due}, {days} {} overdue", if days == 1 { "day" } else { "days" })
        }
        (Some(due), None) => format!("due {due}"),
        (None, _) => "no date".to_owned(),
    };
    let owner = item.owner.as_deref().unwrap_or("nobody");
    session.out.styled(&[
        (Style::Bold, &item.label),
        (Style::Plain, &format!("  {}  ", item.text)),
        (style, &format!("{}, {due}", item.state.as_str().replace('-', " "))),
        (Style::Dim, &format!("  {owner}  {}  {}", item.priority, item.kind)),
    ]);
}

/// Reads a priority.
pub(crate) fn parse_priority(text: &str) -> Result<Priority, String> {
    Priority::parse(text).ok_or_else(|| "expected high, medium or low".to_owned())
}

/// Reads what an action item is for.
pub(crate) fn parse_kind(text: &str) -> Result<ActionKind, String> {
    ActionKind::parse(text)
        .ok_or_else(|| "expected prevent, detect, mitigate or process".to_owned())
}
