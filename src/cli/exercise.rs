//! `runledger exercise`: list, show, correct or take back what was recorded.

use super::worked::{FactArgs, report};
use super::{Done, Session, Style};
use crate::error::Error;
use crate::views::ExerciseView;

/// List, show, correct or take back what was recorded
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// List exercises, newest first
    List {
        /// Of this runbook only
        #[arg(value_name = "SLUG")]
        slug: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one exercise
    Show {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell an exercise differently; what is not given again is forgotten
    Amend {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        facts: FactArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take an exercise back, and the row that was written for it
    Retract {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::List { slug, json } => {
            let list = session.app()?.exercise_list(slug.as_deref())?;
            if *json {
                session.out.json(&list);
            } else if list.is_empty() {
                session.out.say("Nothing was recorded yet. `runledger worked SLUG` records it.");
            }
            if !json {
                list.iter().for_each(|exercise| line(session, exercise));
            }
        }
        Command::Show { id, json } => {
            let exercise = session.app()?.exercise_show(id)?;
            if *json { session.out.json(&exercise) } else { details(session, &exercise) }
        }
        Command::Amend { id, reason, facts, json } => {
            let actor = session.actor();
            let mut app = session.app()?;
            let recording = facts.recording("", true, app.real_today());
            let recorded = app.amend(id, &recording, reason, &actor)?;
            report(session, &recorded, *json, "Amended");
        }
        Command::Retract { id, reason, json } => {
            let actor = session.actor();
            let recorded = session.app()?.retract(id, reason, &actor)?;
            report(session, &recorded, *json, "Taken back");
        }
    }
    Ok(Done::Well)
}

/// One exercise as a line of a list.
fn line(session: &mut Session, exercise: &ExerciseView) {
    let style = match exercise.outcome {
        "worked" => Style::Good,
        "failed" | "partial" => Style::Bad,
        _ => Style::Dim,
    };
    let id = exercise.id.to_string();
    let context: Vec<&str> = exercise.context.iter().map(|(_, value)| value.as_str()).collect();
    let context =
        if context.is_empty() { String::new() } else { format!("  {}", context.join(", ")) };
    session.out.styled(&[
        (Style::Plain, &format!("{}  ", exercise.date)),
        (style, &format!("{:<9}", exercise.outcome)),
        (Style::Bold, exercise.slug.as_str()),
        (Style::Plain, &format!("  {}{context}", exercise.resolved_by)),
        (Style::Dim, &format!("  {}{}", id, remarks(exercise))),
    ]);
}

fn remarks(exercise: &ExerciseView) -> String {
    let mut remarks = String::new();
    if exercise.pending {
        remarks.push_str("  row not written yet");
    }
    if exercise.row_removed {
        remarks.push_str("  its row was removed from the file");
    }
    if let Some(reason) = &exercise.retracted {
        remarks.push_str(&format!("  taken back: {reason}"));
    }
    if exercise.conflict {
        remarks.push_str("  two edits met: the later one is shown");
    }
    remarks
}

fn details(session: &mut Session, exercise: &ExerciseView) {
    let steps: Vec<String> = exercise
        .steps
        .iter()
        .map(|step| match step.result {
            crate::domain::exercise::StepResult::Worked => step.id.to_string(),
            crate::domain::exercise::StepResult::Failed => format!("{} failed", step.id),
        })
        .collect();
    let mut rows = vec![
        ("runbook", exercise.slug.to_string()),
        ("date", exercise.date.to_string()),
        ("kind", exercise.kind.to_owned()),
        ("outcome", exercise.outcome.to_owned()),
        ("steps", steps.join(", ")),
        ("resolved by", exercise.resolved_by.clone()),
        ("notes", exercise.notes.clone()),
        ("minutes", exercise.minutes.map(|m| m.to_string()).unwrap_or_default()),
        ("incident", exercise.incident.clone().unwrap_or_default()),
        ("recorded by", exercise.actor.clone()),
        ("id", exercise.id.to_string()),
    ];
    rows.extend(exercise.context.iter().map(|(name, value)| (name.as_str(), value.clone())));
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        session.out.styled(&[(Style::Dim, &format!("{name:>12}  ")), (Style::Plain, &value)]);
    }
    let remarks = remarks(exercise);
    if !remarks.is_empty() {
        session.out.line(remarks.trim());
    }
}
