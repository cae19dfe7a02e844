//! `runledger report list`: what was made, where it went, and when the next ones come.

use chrono_tz::Tz;

use super::super::when::local;
use super::super::{Done, Session, Style};
use crate::error::Error;
use crate::text::count;
use crate::views::report_list::{DeliveryView, PlannedReportView, ReportList};

/// List the reports that were made, where they went, and when the next ones come
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let list = session.app()?.report_list()?;
    if args.json {
        session.out.json(&list);
    } else {
        print(session, &list);
    }
    Ok(Done::Well)
}

fn print(session: &mut Session, list: &ReportList) {
    let (zone, out) = (session.config.timezone, &mut session.out);
    for plan in &list.planned {
        out.line(&planned(plan, zone));
    }
    let node = &list.node;
    match &list.reporter {
        _ if list.planned.is_empty() => {
            out.say("No report is planned: see [[report]] in runledger.toml.");
        }
        Some(reporter) if list.is_reporter => {
            out.line(&format!("This node, {reporter}, makes and sends them."));
        }
        Some(reporter) => {
            out.line(&format!("{reporter} makes and sends them; this node is {node}."));
        }
        None => {
            out.warn(&format!("nobody makes them: set `reporter = \"{node}\"` in runledger.toml"));
        }
    }
    for report in &list.reports {
        let made = format!("  made {}", local(zone, &report.generated_at));
        out.line("");
        out.styled(&[(Style::Bold, report.label.as_str()), (Style::Dim, &made)]);
        out.wrapped(Style::Plain, "  ", &report.headline);
        if let Some(warning) = &report.warning {
            out.wrapped(Style::Warn, "  ", warning);
        }
        for delivery in &report.deliveries {
            let (style, words) = delivered(delivery, zone);
            out.wrapped(style, "  - ", &words);
        }
    }
    if list.more {
        out.say("Older ones are left out.");
    }
}

fn planned(plan: &PlannedReportView, zone: Tz) -> String {
    let to: Vec<&str> = plan.to.iter().map(|to| to.name.as_str()).collect();
    let to = if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
    let next = plan.next.as_deref().map_or_else(|| "never".to_owned(), |at| local(zone, at));
    let (name, kind, when) = (&plan.name, plan.kind.as_str(), &plan.when);
    let missed = plan.missed.as_deref().map(|at| format!("; MISSED {}", local(zone, at)));
    let missed = missed.unwrap_or_default();
    format!("{name}: {kind}, {when} {}; next {next}{missed}; to {to}", plan.timezone)
}

fn delivered(delivery: &DeliveryView, zone: Tz) -> (Style, String) {
    let DeliveryView { to, at, retry_at, failed, reason, .. } = delivery;
    let at = at.as_deref().map(|at| local(zone, at)).unwrap_or_default();
    let why = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let attempts = count(*failed as usize, "attempt", "attempts");
    match (delivery.state, failed) {
        ("delivered", 0) => (Style::Good, format!("{to}: delivered {at}")),
        ("delivered", _) => {
            (Style::Good, format!("{to}: delivered {at}, {attempts} failed before"))
        }
        ("given up", _) => (Style::Bad, format!("{to}: given up {at}, after {attempts}{why}")),
        (_, 0) => (Style::Warn, format!("{to}: waiting")),
        _ => {
            let again =
                retry_at.as_deref().map_or_else(|| "at once".to_owned(), |at| local(zone, at));
            (Style::Warn, format!("{to}: {attempts} failed, again {again}{why}"))
        }
    }
}
