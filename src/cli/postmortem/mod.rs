//! `runledger postmortem`: write what was learned, and answer what has to be answered. One file
//! for each verb.

use super::when::local;
use super::{Done, Session, Style, parse_date};
use crate::domain::postmortem::PostmortemStatus;
use crate::error::Error;
use crate::views::postmortem::{PostmortemLine, PostmortemView};

mod answer;
mod edit;
mod history;
mod list;
mod publish;
mod render;
mod start;
mod status;

/// Write what was learned from an incident, and publish it when nothing is missing
///
/// `runledger postmortem start LABEL` begins; `postmortem edit LABEL summary` writes a section;
/// `postmortem answer LABEL 1 yes …` answers a question; `postmortem status LABEL` says what is
/// missing; `postmortem publish LABEL` refuses as long as anything is.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Begin to write it
    Start(start::Args),
    /// Write a section, or say that owner, template or cause are others
    Edit(edit::Args),
    /// Print every text that a section had
    History(history::Args),
    /// Answer a question of the checklist
    Answer(answer::Args),
    /// Show questions and answers, and all that is missing
    Status(status::Args),
    /// Print the draft
    Render(render::Args),
    /// Write it into the folder of postmortems, if nothing is missing
    Publish(publish::Args),
    /// List what has to be written, overdue ones first
    List(list::Args),
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::Start(args) => start::run(args, session),
        Command::Edit(args) => edit::run(args, session),
        Command::History(args) => history::run(args, session),
        Command::Answer(args) => answer::run(args, session),
        Command::Status(args) => status::run(args, session),
        Command::Render(args) => render::run(args, session),
        Command::Publish(args) => publish::run(args, session),
        Command::List(args) => list::run(args, session),
    }
}

/// Which incident, and how the answer is printed.
#[derive(clap::Args, Debug)]
struct Which {
    /// The incident's label, like INC-2026-05-20-001, or a clear part of it
    #[arg(value_name = "LABEL")]
    label: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A postmortem in one line.
fn headline(session: &mut Session, line: &PostmortemLine) {
    let style = match line.status {
        _ if line.overdue.is_some() => Style::Bad,
        PostmortemStatus::Published => Style::Good,
        PostmortemStatus::Required | PostmortemStatus::Draft => Style::Warn,
        PostmortemStatus::NotRequired => Style::Dim,
    };
    let mut state = match line.status {
        PostmortemStatus::NotRequired if line.required => "required once it is resolved".to_owned(),
        status => status.as_str().replace('-', " "),
    };
    let zone = session.config.timezone;
    if let Some(late) = &line.overdue {
        state.push_str(&format!(", {} overdue since {}", late.what, local(zone, &late.due)));
    } else if let Some(due) = line.publish_due.as_ref().filter(|_| line.published_at.is_none()) {
        state.push_str(&format!(", due {}", local(zone, due)));
    }
    if line.edited_since {
        state.push_str(", edited since: publish it again");
    }
    let owner = line.owner.as_deref().unwrap_or("nobody");
    session.out.styled(&[
        (Style::Bold, line.incident.as_str()),
        (Style::Plain, &format!("  {:<4} {}  ", line.severity, line.title)),
        (style, &state),
        (Style::Dim, &format!("  {owner}")),
    ]);
}

/// How it stands after something was done, and how much is missing.
fn report(session: &mut Session, view: &PostmortemView, json: bool) {
    if json {
        session.out.json(view);
        return;
    }
    headline(session, &view.line);
    let label = &view.line.incident;
    match view.missing.len() {
        0 => session.out.say(&format!(
            "Nothing is missing. `runledger postmortem publish {label}` publishes it."
        )),
        1 => session.out.say(&format!("One thing is missing: {}", view.missing[0].message)),
        many => session.out.say(&format!(
            "{many} things are missing; `runledger postmortem status {label}` names them."
        )),
    }
}
