//! `runledger stale`: the runbooks that nobody should trust.

use super::{DateArg, Done, Session, Style, parse_date};
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::views::{RunbookLine, StaleList};

/// List the runbooks that nobody should trust
///
/// Failing first, then stale by days overdue, never exercised, and due soon.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// As of another day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<DateArg>,
    /// Also the fresh ones
    #[arg(long)]
    all: bool,
    /// Only those of this owner
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Exit with 1 if any is stale or failing
    #[arg(long)]
    fail: bool,
    /// Exit with 1 also for these: never
    #[arg(long, value_name = "STATE", value_parser = ["never"])]
    fail_on: Option<String>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let today = session.config.today();
    let mut app = session.app_as_of(args.as_of.map(|date| date.on(today)))?;
    let list = app.stale(args.all, args.owner.as_deref())?;
    if args.json {
        session.out.json(&list);
    } else {
        print(session, &list);
    }
    if let Some(words) = app.without_runbooks()? {
        session.out.warn(&words);
    }
    let counts = list.counts;
    let bad = counts.stale + counts.failing > 0;
    let never = args.fail_on.is_some() && counts.never > 0;
    let asked = args.fail || args.fail_on.is_some();
    Ok(if asked && (bad || never) { Done::DoesNotHold } else { Done::Well })
}

fn print(session: &mut Session, list: &StaleList) {
    let counts = list.counts;
    for line in &list.runbooks {
        row(session, line);
    }
    if !list.runbooks.is_empty() {
        session.out.line("");
    }
    session.out.line(&format!(
        "{}: {} fresh, {} due, {} stale, {} never exercised; {} failing",
        list.as_of, counts.fresh, counts.due, counts.stale, counts.never, counts.failing
    ));
}

fn row(session: &mut Session, line: &RunbookLine) {
    let (word, style) = if line.failing {
        ("FAILING", Style::Bad)
    } else {
        match line.status {
            Status::Stale => ("STALE", Style::Bad),
            Status::Never => ("NEVER", Style::Warn),
            Status::Due => ("DUE", Style::Warn),
            Status::Fresh => ("FRESH", Style::Good),
            Status::NotTracked => ("-", Style::Dim),
        }
    };
    session.out.styled(&[
        (style, &format!("{word:<8}")),
        (Style::Bold, line.slug.as_str()),
        (Style::Plain, &format!("  {}", age(line))),
        (Style::Dim, &line.owner.as_ref().map(|o| format!("  {o}")).unwrap_or_default()),
        (Style::Dim, if line.example { "  example" } else { "" }),
    ]);
    session.out.wrapped(Style::Dim, "        ", &line.sentence);
}

fn ago(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// "98 days ago, 8 over its 90".
fn age(line: &RunbookLine) -> String {
    let limit = line.limit_days;
    match (line.days_since, line.known_since) {
        (Some(days), _) if days > i64::from(limit) => {
            format!("{days} days ago, {} over its {limit}", days - i64::from(limit))
        }
        (Some(days), _) => match line.stale_on {
            Some(on) => format!("{}, stale on {on}", ago(days)),
            None => ago(days),
        },
        (None, Some(since)) => format!("known since {since}"),
        (None, None) => String::new(),
    }
}
