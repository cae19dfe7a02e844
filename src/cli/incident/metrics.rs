//! `runledger incident metrics`: what many incidents come to.

use super::super::{DateArg, Done, Session, Style, parse_date};
use crate::app::metrics::{GroupBy, MetricsAsked};
use crate::error::Error;
use crate::runbook::DurationRange;
use crate::text::lengths::minutes_words;
use crate::text::{capitalised, count};
use crate::views::metrics::{
    FiguresView, GroupView, MeasureView, MetricsView, OverdueFiguresView, QuestionFiguresView,
    RecurrenceView, RunbookFiguresView,
};

/// Tell how long things took, what came back, what runbooks claim, and what is late
///
/// Each figure names the two times between which it lies and how many incidents lack one. Cancelled
/// incidents and duplicates are left out. Medians and 90th percentiles are read by linear
/// interpolation between the two nearest values.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Group them
    #[arg(long, value_name = "WHAT", value_parser = GroupBy::WORDS)]
    by: Option<String>,
    /// Count only minutes inside the support hours of the configuration
    #[arg(long)]
    support_hours: bool,
    /// Also the mean of fewer than ten
    #[arg(long)]
    mean: bool,
    /// Only incidents that began on this day or later
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    since: Option<DateArg>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let today = session.config.today();
    let asked = MetricsAsked {
        by: args.by.as_deref().and_then(GroupBy::parse),
        since: args.since.map(|date| date.on(today)),
        support_hours: args.support_hours,
        mean: args.mean,
        ..MetricsAsked::default()
    };
    let view = session.app()?.incident_metrics(&asked)?;
    if args.json {
        session.out.json(&view);
    } else {
        print(session, &view);
    }
    Ok(Done::Well)
}

fn print(session: &mut Session, view: &MetricsView) {
    let since = view.since.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
    let mut head = format!("{}{since}.", count(view.incidents, "incident", "incidents"));
    match view.left_out {
        0 => {}
        1 => head += " 1 was cancelled or a duplicate and is left out.",
        many => head += &format!(" {many} were cancelled or duplicates and are left out."),
    }
    if let Some(hours) = &view.support_hours {
        head += &format!(" Only minutes in support hours count: {hours}.");
    }
    session.out.wrapped(Style::Plain, "", &head);
    if view.incidents == 0 {
        overdue(session, &view.overdue);
        return;
    }
    for one in &view.groups {
        group(session, one, view.by);
    }
    recurrence(session, &view.recurrence, view.incidents);
    runbooks(session, &view.runbooks);
    questions(session, &view.questions);
    overdue(session, &view.overdue);
}

fn group(session: &mut Session, group: &GroupView, by: Option<&'static str>) {
    session.out.line("");
    if by.is_some() {
        let name = group.name.as_deref().unwrap_or("no service");
        let many = count(group.incidents, "incident", "incidents");
        session.out.styled(&[(Style::Bold, name), (Style::Plain, &format!(": {many}"))]);
    }
    for measure in &group.measures {
        measured(session, measure);
    }
}

fn measured(session: &mut Session, measure: &MeasureView) {
    let MeasureView { measure: name, from, to, figures } = measure;
    let name = if *name == "impact" { "impact".to_owned() } else { format!("time to {name}") };
    let sentence =
        format!("{}, from {from} to {to}: {}", capitalised(&name), figures_words(figures));
    session.out.wrapped(Style::Plain, "  ", &sentence);
}

/// `median 4 min, 90th percentile 11 min, over 2 incidents; 1 lacks an end.`
fn figures_words(figures: &FiguresView) -> String {
    let mut words = match (figures.median_min, figures.p90_min) {
        (Some(median), Some(p90)) if figures.n > 1 => {
            let mean = figures.mean_min.map(|mean| format!(", mean {}", minutes_words(mean)));
            format!(
                "median {}, 90th percentile {}{}, over {} incidents",
                minutes_words(median),
                minutes_words(p90),
                mean.unwrap_or_default(),
                figures.n
            )
        }
        (Some(only), _) => format!("{}, in 1 incident", minutes_words(only)),
        (None, _) => "not known of any incident".to_owned(),
    };
    match figures.missing {
        0 => {}
        1 => words += "; 1 lacks an end",
        many => words += &format!("; {many} lack an end"),
    }
    match figures.not_applicable {
        0 => {}
        1 => words += "; to 1 it does not apply",
        many => words += &format!("; to {many} it does not apply"),
    }
    words + "."
}

fn recurrence(session: &mut Session, recurrence: &RecurrenceView, incidents: usize) {
    session.out.line("");
    let within = recurrence.within_days;
    let sentence = match recurrence.incidents {
        0 => format!("Nothing came back within {within} days."),
        1 => format!("Of {incidents} incidents, 1 came back within {within} days:"),
        many => format!("Of {incidents} incidents, {many} came back within {within} days:"),
    };
    session.out.line(&sentence);
    for it in &recurrence.recurred {
        let after = match it.days {
            0 => "less than a day".to_owned(),
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        let both = match (&it.runbook, &it.service, &it.symptom) {
            (Some(runbook), ..) => format!("both used {runbook}"),
            (None, Some(service), Some(symptom)) => format!("{service} again, {symptom}"),
            _ => String::new(),
        };
        let sentence = format!("{} came {after} after {}: {both}.", it.label, it.before);
        session.out.wrapped(Style::Plain, "  ", &sentence);
    }
}

fn runbooks(session: &mut Session, runbooks: &[RunbookFiguresView]) {
    if runbooks.is_empty() {
        return;
    }
    session.out.line("");
    session.out.line("Runbooks, from the first step used to mitigated:");
    for it in runbooks {
        let claimed = it.claimed.map_or_else(|| "claims no time".to_owned(), claim);
        let over = match it.over_claim {
            Some(0) if it.figures.n > 0 => " None took longer than claimed.".to_owned(),
            Some(1) => " 1 took longer than claimed.".to_owned(),
            Some(many @ 2..) => format!(" {many} took longer than claimed."),
            _ => String::new(),
        };
        let sentence = format!("{}: {claimed}; took {}{over}", it.slug, figures_words(&it.figures));
        session.out.wrapped(Style::Plain, "  ", &sentence.replace("took not", "not"));
    }
}

/// How often each question of the postmortems was answered badly.
fn questions(session: &mut Session, questions: &[QuestionFiguresView]) {
    if questions.is_empty() {
        return;
    }
    session.out.line("");
    session.out.line("Questions of postmortems, by their share of bad answers:");
    for it in questions {
        let postmortems = count(it.answered, "postmortem", "postmortems");
        let sentence =
            format!("{} % bad, {} of {postmortems}: {}", it.percent_bad, it.bad, it.text);
        let style = if it.bad > 0 { Style::Warn } else { Style::Plain };
        session.out.wrapped(style, "  ", &sentence);
    }
}

/// What is late, and whose it is.
fn overdue(session: &mut Session, overdue: &OverdueFiguresView) {
    let words = |action_items: usize, postmortems: usize| {
        let mut words = Vec::new();
        if action_items > 0 {
            words.push(count(action_items, "action item", "action items"));
        }
        if postmortems > 0 {
            words.push(count(postmortems, "postmortem", "postmortems"));
        }
        words.join(" and ")
    };
    let all = words(overdue.action_items, overdue.postmortems);
    if all.is_empty() {
        return;
    }
    session.out.line("");
    session.out.line(&format!("Overdue: {all}."));
    for it in &overdue.by_owner {
        let owner = it.owner.as_deref().unwrap_or("nobody");
        let words = words(it.action_items, it.postmortems);
        session.out.styled(&[(Style::Bad, &format!("  {owner}: {words}"))]);
    }
}

/// `claims 1 to 3 min`.
fn claim(claimed: DurationRange) -> String {
    let DurationRange { min_s, max_s } = claimed;
    let minutes = |seconds: u32| minutes_words((f64::from(seconds) / 6.0).round() / 10.0);
    if min_s == max_s {
        format!("claims {}", minutes(max_s))
    } else {
        format!("claims {} to {}", minutes(min_s).trim_end_matches(" min"), minutes(max_s))
    }
}
