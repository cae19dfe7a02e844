//! `runledger run`: runbooks that are being followed, and those that were.

use super::{Done, Session, Style};
use crate::error::Error;
use crate::text::{count, duration_words};
use crate::views::run::{RunLine, RunStepView, RunView};

/// List and show runs: runbooks that are being followed, and those that were
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// List the runs in progress; with a runbook, all runs of it
    List {
        /// Of this runbook, those that are over included
        #[arg(value_name = "SLUG")]
        slug: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one run: its steps, how long each took, what was noted
    Show {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let mut app = session.app()?;
    match &args.command {
        Command::List { slug, json } => {
            let runs = match slug {
                Some(slug) => app.runs_of(slug)?,
                None => app.open_runs()?,
            };
            if *json {
                session.out.json(&runs);
            } else if runs.is_empty() {
                session.out.say("No run. A runbook is followed in the browser: `runledger serve`.");
            }
            runs.iter().filter(|_| !json).for_each(|run| line(session, run));
        }
        Command::Show { id, json } => {
            let run = app.run_view(id)?;
            if *json { session.out.json(&run) } else { details(session, &run) }
        }
    }
    Ok(Done::Well)
}

/// One run as a line of a list.
fn line(session: &mut Session, run: &RunLine) {
    let at = match &run.current {
        Some(step) if run.state == "open" => format!("at step {step}"),
        _ => run.state.to_owned(),
    };
    session.out.styled(&[
        (Style::Plain, &format!("{}  ", run.started_at.words)),
        (Style::Bold, run.slug.as_str()),
        (Style::Plain, &format!("  {at}, {} min, {}", run.minutes, run.people.join(", "))),
        (Style::Dim, &format!("  {}", run.id)),
    ]);
}

fn details(session: &mut Session, run: &RunView) {
    let over = run.over_at.as_ref().map(|at| format!(" {}", at.words)).unwrap_or_default();
    let by = run.over_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let mut rows = vec![
        ("runbook", format!("{} ({})", run.title, run.slug)),
        ("kind", run.kind.to_owned()),
        ("started", format!("{} by {}", run.started_at.words, run.started_by)),
        ("state", format!("{}{over}{by}", run.state)),
        ("why", run.reason.clone().unwrap_or_default()),
        ("so far", duration_words(run.elapsed_s)),
        ("mitigated", run.mitigated_s.map(duration_words).unwrap_or_default()),
        ("incident", run.incident.clone().unwrap_or_default()),
        ("exercise", run.exercise.map(|id| id.to_string()).unwrap_or_default()),
        ("people", run.people.join(", ")),
        ("id", run.id.to_string()),
    ];
    rows.extend(run.context.iter().map(|(name, value)| (name.as_str(), value.clone())));
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        session.out.styled(&[(Style::Dim, &format!("{name:>12}  ")), (Style::Plain, &value)]);
    }
    let done = count(run.done, "step dealt with", "steps dealt with");
    session.out.line(&format!("\n{done} of {}:", run.steps.len()));
    run.steps.iter().for_each(|step| step_line(session, step));
    for note in &run.notes {
        let at = note.step.as_ref().map(|step| format!(" at step {step}")).unwrap_or_default();
        session.out.styled(&[
            (Style::Dim, &format!("{}  {}{at}: ", note.at.words, note.by)),
            (Style::Plain, &note.text),
        ]);
    }
    for conflict in &run.conflicts {
        session.out.warn(conflict);
    }
}

fn step_line(session: &mut Session, step: &RunStepView) {
    let style = match step.state {
        "worked" => Style::Good,
        "failed" => Style::Bad,
        _ => Style::Dim,
    };
    let mark = if step.current { ">" } else { " " };
    let mut told = String::new();
    if let (Some(by), Some(at)) = (&step.by, &step.at) {
        told.push_str(&format!("  {} {by}", at.words));
    }
    if step.used_s > 0 {
        told.push_str(&format!(", {}", duration_words(step.used_s)));
    }
    if let Some(reason) = &step.reason {
        told.push_str(&format!(": {reason}"));
    }
    for also in &step.also {
        told.push_str(&format!("; also {} by {}", also.state, also.by));
    }
    session.out.styled(&[
        (Style::Plain, &format!("{mark} {:<4}", step.label)),
        (style, &format!("{:<8}", step.state)),
        (Style::Plain, &step.title),
        (Style::Dim, &told),
    ]);
}
