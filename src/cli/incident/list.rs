//! `runledger incident list`: the incidents, newest first.

use super::super::when::length_of;
use super::super::{Done, Session, Style};
use crate::app::IncidentFilter;
use crate::domain::incident::Status;
use crate::error::Error;
use crate::views::incident::IncidentLine;

/// List incidents, newest first
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Only those that somebody still has to work on
    #[arg(long)]
    open: bool,
    /// Only those with this severity, like P1
    #[arg(long, value_name = "LABEL")]
    severity: Option<String>,
    /// Only those that hit this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let filter = IncidentFilter {
        open: args.open,
        severity: args.severity.clone(),
        service: args.service.clone(),
    };
    let list = session.app()?.incident_list(&filter)?;
    if args.json {
        session.out.json(&list);
        return Ok(Done::Well);
    }
    if list.incidents.is_empty() {
        let open = if args.open { "open " } else { "" };
        session.out.say(&format!("There is no {open}incident."));
    }
    list.incidents.iter().for_each(|line| print(session, line));
    Ok(Done::Well)
}

fn print(session: &mut Session, line: &IncidentLine) {
    let style = match line.status {
        _ if line.open => Style::Warn,
        Status::Resolved | Status::Closed => Style::Good,
        _ => Style::Dim,
    };
    let length = match (line.durations.impact_min, line.durations.resolve_min) {
        (Some(minutes), _) => format!("  impact {}", length_of(minutes)),
        (None, Some(minutes)) => format!("  resolved in {}", length_of(minutes)),
        (None, None) => String::new(),
    };
    session.out.styled(&[
        (Style::Bold, line.label.as_str()),
        (Style::Plain, &format!("  {:<16}  {:<4} ", line.began, line.severity)),
        (style, &format!("{:<13} ", line.status.as_str())),
        (Style::Plain, &line.title),
        (Style::Dim, &length),
    ]);
}
