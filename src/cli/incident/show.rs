//! `runledger incident show`: everything about one incident.

use super::super::when::length_of;
use super::{Done, Session, Style, Which, headline, time_words};
use crate::domain::incident::Role;
use crate::error::Error;
use crate::text::capitalised;
use crate::views::incident::{IncidentView, RunbookUseView, TimeFactView, TimelineItemView};

/// Show everything about one
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let view = session.app()?.incident(&args.which.label)?;
    if args.which.json {
        session.out.json(&view);
        return Ok(Done::Well);
    }
    headline(session, &view);
    facts(session, &view);
    times(session, &view);
    if !view.runbooks.is_empty() {
        session.out.line("");
        session.out.styled(&[(Style::Bold, "Runbooks used")]);
        view.runbooks.iter().for_each(|used| runbook(session, used));
    }
    session.out.line("");
    session.out.styled(&[(Style::Bold, "Timeline")]);
    timeline(session, &view.timeline);
    if !view.conflicts.is_empty() {
        let names = view.conflicts.join(", ");
        session.out.warn(&format!("two edits met; the later one stands: {names}"));
    }
    Ok(Done::Well)
}

fn facts(session: &mut Session, view: &IncidentView) {
    let context: Vec<String> =
        view.context.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let mut rows = vec![
        ("services".to_owned(), view.line.services.join(", ")),
        ("context".to_owned(), context.join(", ")),
        ("detected by".to_owned(), view.detection.clone().unwrap_or_default()),
    ];
    for role in Role::ALL {
        let people = view.roles.get(role.as_str()).map(|people| people.join(", "));
        rows.push((role.title().to_owned(), people.unwrap_or_default()));
    }
    for link in &view.links {
        let name = if link.text.is_empty() { "link" } else { &link.text };
        rows.push((name.to_owned(), link.url.clone()));
    }
    if view.reopened > 0 {
        rows.push((
            "reopened".to_owned(),
            crate::text::count(view.reopened as usize, "time", "times"),
        ));
    }
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        row(session, &name, &value, "");
    }
}

fn row(session: &mut Session, name: &str, value: &str, remark: &str) {
    let name = format!("  {:<19}", capitalised(name));
    session.out.styled(&[(Style::Dim, &name), (Style::Plain, value), (Style::Dim, remark)]);
}

fn times(session: &mut Session, view: &IncidentView) {
    session.out.line("");
    for fact in &view.time_facts {
        let value = time_words(session, fact);
        row(session, fact.name, &value, &remark(fact));
    }
    let lengths = &view.line.durations;
    let lengths = [
        ("detected after", lengths.detect_min),
        ("acknowledged after", lengths.acknowledge_min),
        ("mitigated after", lengths.mitigate_min),
        ("resolved after", lengths.resolve_min),
        ("impact", lengths.impact_min),
    ];
    for (name, minutes) in lengths {
        if let Some(minutes) = minutes {
            row(session, name, &length_of(minutes), "");
        }
    }
}

/// From where a time is known, where that is worth saying.
fn remark(fact: &TimeFactView) -> String {
    let source = match fact.source.as_str() {
        "" | "said" | "status" | "opening" => "",
        source => source,
    };
    match (source, fact.reason.as_str()) {
        ("", "") => String::new(),
        (one, "") | ("", one) => format!("  ({one})"),
        (source, reason) => format!("  ({source}: {reason})"),
    }
}

fn runbook(session: &mut Session, used: &RunbookUseView) {
    let style = match used.outcome {
        Some("worked") => Style::Good,
        Some("failed" | "partial") => Style::Bad,
        _ => Style::Dim,
    };
    let steps: Vec<&str> = used.steps.iter().map(|step| step.as_str()).collect();
    let steps = match steps.as_slice() {
        [] => String::new(),
        [one] => format!("  step {one}"),
        several => format!("  steps {}", several.join(", ")),
    };
    session.out.styled(&[
        (Style::Plain, &format!("  {}{steps}  ", used.slug)),
        (style, used.outcome.unwrap_or("nobody said how it went")),
    ]);
}

fn timeline(session: &mut Session, items: &[TimelineItemView]) {
    let mut day = "";
    for item in items {
        if item.date != day && !item.date.is_empty() {
            day = &item.date;
            session.out.styled(&[(Style::Dim, &format!("  {day}"))]);
        }
        let lead = format!("  {:<5}  ", item.clock);
        let style = if item.automatic { Style::Dim } else { Style::Plain };
        let mut lines = item.text.lines();
        let first = lines.next().unwrap_or_default();
        let met = if item.conflict { "  (met another edit)" } else { "" };
        session.out.styled(&[
            (Style::Dim, &lead),
            (style, first),
            (Style::Dim, &format!("  {}{met}", item.author)),
            (Style::Dim, &if item.automatic { String::new() } else { format!("  {}", item.id) }),
        ]);
        for line in lines {
            session.out.styled(&[(style, &format!("         {line}"))]);
        }
    }
}
