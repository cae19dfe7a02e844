//! `runledger incident status`: say how far it is.

use super::super::when::local;
use super::{Done, MannerArgs, Session, Which, ask_for_what_is_left, moment, report, time_words};
use crate::domain::incident::Status;
use crate::error::Error;
use crate::text::nearest;
use crate::views::incident::IncidentView;

/// Say how far it is
///
/// investigating, identified, mitigated (it hurts nobody any more), resolved (it is over), closed
/// (all that had to be done is done); or cancelled, or duplicate with --of.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// How far it is
    #[arg(value_name = "STATUS", value_parser = parse_status)]
    status: Status,
    /// Since when, if not now
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// For a duplicate: the incident it is
    #[arg(long, value_name = "LABEL")]
    of: Option<String>,
    #[command(flatten)]
    manner: MannerArgs,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let (label, manner) = (&args.which.label, args.manner.manner());
    let view = match (&args.of, args.status) {
        (Some(of), Status::Duplicate) => app.mark_duplicate(label, of, &manner, &actor)?,
        (Some(_), other) => {
            return Err(Error::refused(format!("--of goes with duplicate, not with {other}")));
        }
        (None, to) => {
            let at = moment(&app, args.at.as_ref())?;
            app.change_incident_status(label, to, at, &manner, &actor)?
        }
    };
    report(session, &view, args.which.json);
    if !args.which.json {
        told(session, &view);
    }
    if !args.which.json && matches!(view.line.status, Status::Resolved | Status::Closed) {
        ask_for_what_is_left(session, &mut app, &view);
    }
    Ok(Done::Well)
}

/// Since when it is so. The first time it was mitigated stays, whatever came after.
fn told(session: &mut Session, view: &IncidentView) {
    let changed = view.versions.get("status").copied();
    let line = view.timeline.iter().find(|line| Some(line.id) == changed);
    let at = line.and_then(|line| line.at.as_deref());
    let Some(since) = at.map(|at| local(session.config.timezone, at)) else { return };
    let status = view.line.status;
    session.out.line(&format!("  {status} since {since}"));
    let fact = view.time_facts.iter().find(|fact| fact.name == status.as_str());
    if let Some(fact) = fact {
        let first = time_words(session, fact);
        if first != since {
            session.out.line(&format!("  its time {status} is {first}"));
        }
    }
}

fn parse_status(word: &str) -> Result<Status, String> {
    Status::parse(word).ok_or_else(|| {
        let words = Status::ALL.map(Status::as_str);
        match nearest(word, words) {
            Some(near) => format!("unknown status; did you mean {near}?"),
            None => format!("expected one of {}", words.join(", ")),
        }
    })
}
