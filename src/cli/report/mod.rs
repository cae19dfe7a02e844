//! `runledger report`: what people read once a week. One file for each report.

mod due;
mod list;

use std::path::PathBuf;

use super::{DateArg, Done, Session, parse_date};
use crate::app::App;
use crate::app::reporter::{Sending, Sent};
use crate::app::reports::{Asked, Form, Kind};
use crate::error::Error;
use crate::whole_file::write_atomically;

/// Write a report for people who read once a week
///
/// The same day, ledger, texts, settings and template give the same bytes on any machine. A team's
/// own templates stand in templates/reports/ of the workspace, as stale.md, stale.html and so on.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Which runbooks nobody should trust, what would hurt most, and whose it is
    Stale(Owned),
    /// How long incidents took, what came back, and which postmortems are late
    Incidents(Common),
    /// Which action items are late or due, whose they are, and what was done
    Actions(Owned),
    /// Make the reports that are due and deliver what waits, once
    Due(due::Args),
    /// List the reports that were made, where they went, and when the next ones come
    List(list::Args),
}

/// What every report takes.
#[derive(clap::Args, Debug)]
struct Common {
    /// As of another day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<DateArg>,
    /// Compare with this day, and tell what was done since [default: a week before, four
    /// weeks for incidents]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    since: Option<DateArg>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_parser = Form::WORDS, default_value = "text")]
    format: String,
    /// Into this file, which is replaced [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON, like --format json
    #[arg(long)]
    json: bool,
    /// Deliver it to this destination of runledger.toml, once a day however often this is said;
    /// may be given several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["out", "json", "format"])]
    send: Vec<String>,
    /// Deliver it also where it was delivered already
    #[arg(long, requires = "send")]
    again: bool,
}

/// What a report takes that tells of owners.
#[derive(clap::Args, Debug)]
struct Owned {
    #[command(flatten)]
    common: Common,
    /// Only what this owner has
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::Stale(Owned { common, owner }) => {
            write(Kind::Stale, common, owner.clone(), session)
        }
        Command::Incidents(common) => write(Kind::Incidents, common, None, session),
        Command::Actions(Owned { common, owner }) => {
            write(Kind::Actions, common, owner.clone(), session)
        }
        Command::Due(_) => due::run(session),
        Command::List(args) => list::run(args, session),
    }
}

fn write(
    kind: Kind,
    args: &Common,
    owner: Option<String>,
    session: &mut Session,
) -> Result<Done, Error> {
    let today = session.config.today();
    let form = Form::parse(&args.format).filter(|_| !args.json).unwrap_or(Form::Json);
    let asked = Asked { since: args.since.map(|date| date.on(today)), owner, ..Asked::default() };
    // A day is asked for in any case: what is late is judged at its end, not at this hour.
    let as_of = args.as_of.map_or(today, |date| date.on(today));
    let mut app = session.app_as_of(Some(as_of))?;
    if !args.send.is_empty() {
        return send(kind, args, &asked, &mut app, session);
    }
    let written = app.report(kind, &asked, form)?;
    if let Some(warning) = &written.warning {
        session.out.warn(warning);
    }
    match &args.out {
        Some(file) => {
            write_atomically(file, written.text.as_bytes())
                .map_err(|e| Error::io("write", file, e))?;
            session.out.say(&format!("Wrote {}.", file.display()));
        }
        None => session.out.raw(&written.text),
    }
    Ok(Done::Well)
}

/// Delivers to each destination; one that does not take it keeps no other from getting it.
fn send(
    kind: Kind,
    args: &Common,
    asked: &Asked,
    app: &mut App,
    session: &mut Session,
) -> Result<Done, Error> {
    // A slip in one name sends nothing to the others either: it is said again in a moment.
    for to in &args.send {
        session.config.destination(to).map_err(Error::refused)?;
    }
    let mut failed = None;
    for to in &args.send {
        let sending = Sending { kind, asked: asked.clone(), to: to.clone(), again: args.again };
        match app.send_report(&sending, &session.actor()) {
            Ok(sent) => said(session, to, &sent),
            Err(error) => {
                if let Some(before) = failed.replace(error) {
                    session.out.warn(&before.to_string());
                }
            }
        }
    }
    failed.map_or(Ok(Done::Well), Err)
}

fn said(session: &mut Session, to: &str, sent: &Sent) {
    match sent {
        Sent::Now(label) => session.out.say(&format!("Delivered {label} to {to}.")),
        Sent::Before(label, at) => {
            session.out.say(&format!(
                "{label} was delivered to {to} already, at {at}; add --again to deliver it once more."
            ));
        }
    }
}
