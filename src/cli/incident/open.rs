//! `runledger incident open`: begin to record an incident.

use super::super::worked::parse_pair;
use super::{Done, Session, parse_link, report, told_severity, told_time};
use crate::app::Opening;
use crate::domain::incident::{Link, Role, TimeName};
use crate::error::Error;

/// Begin to record an incident
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// What is broken, in a few words
    #[arg(value_name = "TITLE")]
    title: String,
    /// How bad it is: a label of the configuration, like P1, SEV2 or HIGH
    #[arg(long, visible_alias = "sev", value_name = "LABEL")]
    severity: String,
    /// A service that is hit; may be repeated
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// For what, like release=ingress-nginx; may be repeated
    #[arg(long = "context", value_name = "NAME=VALUE", value_parser = parse_pair)]
    context: Vec<(String, String)>,
    /// An address worth opening: the chat, a dashboard; may be repeated
    #[arg(long = "link", value_name = "[TEXT=]URL", value_parser = parse_link)]
    links: Vec<Link>,
    /// How it was noticed: alert, customer, colleague, dashboard, …
    #[arg(long, value_name = "HOW", default_value = "", hide_default_value = true)]
    detection: String,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    commander: Option<String>,
    /// When it began to hurt
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    started: Option<String>,
    /// When it was noticed [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    detected: Option<String>,
    /// When somebody took it on
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    acknowledged: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let mut opening = Opening {
        title: args.title.clone(),
        severity: args.severity.clone(),
        services: args.services.clone(),
        context: args.context.clone(),
        links: args.links.clone(),
        detection: args.detection.clone(),
        ..Opening::default()
    };
    opening.roles.extend(args.commander.iter().map(|it| (Role::Commander, vec![it.clone()])));
    let times = [
        (TimeName::Started, &args.started),
        (TimeName::Detected, &args.detected),
        (TimeName::Acknowledged, &args.acknowledged),
    ];
    for (name, text) in times {
        if let Some(text) = text {
            opening.times.insert(name, app.time_told(text)?);
        }
    }
    let view = app.open_incident(&opening, &actor)?;
    report(session, &view, args.json);
    if !args.json {
        told_severity(session, &view, &args.severity);
        for name in TimeName::ALL.into_iter().filter(|name| opening.times.contains_key(name)) {
            told_time(session, &view, name);
        }
        for (name, value) in &view.context {
            session.out.line(&format!("  {name} {value}"));
        }
        session.out.say(&format!(
            "Add to the timeline: `runledger incident note {} \"what you see\"`.",
            view.line.label
        ));
    }
    Ok(Done::Well)
}
