//! `runledger worked`: record that a runbook worked, or did not.

use super::{DateArg, Done, Session, Style, parse_date};
use crate::app::{Recorded, Recording, RowFate};
use crate::domain::exercise::{Context, ExerciseKind, Outcome, StepResult};
use crate::error::Error;

/// Record that a runbook worked, or did not
///
/// Writes an entry into the ledger and a row into the runbook's last-worked table.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The runbook, like rollback/code-rollback-helm
    #[arg(value_name = "SLUG")]
    slug: String,
    #[command(flatten)]
    facts: FactArgs,
    /// Record it although the same is recorded already: it happened twice
    #[arg(long)]
    again: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is said about an exercise.
#[derive(clap::Args, Debug)]
pub(crate) struct FactArgs {
    /// A step that worked, like 3a; or one that did not, like 3c=failed; may be repeated
    #[arg(long = "step", value_name = "STEP[=failed]", value_parser = parse_step)]
    steps: Vec<(String, StepResult)>,
    /// How it went as a whole, where no step tells
    #[arg(long, value_parser = parse_outcome, value_name = "worked|failed|not-used")]
    outcome: Option<Outcome>,
    /// The day, like 2026-05-12 or yesterday [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Option<DateArg>,
    /// Why it was used
    #[arg(long, value_parser = parse_kind, default_value = "incident",
          value_name = "incident|drill|game-day|tabletop")]
    kind: ExerciseKind,
    /// For what, by the table's columns, like release=ingress-nginx; may be repeated
    #[arg(long = "context", value_name = "NAME=VALUE", value_parser = parse_pair)]
    context: Vec<(String, String)>,
    /// How long it took
    #[arg(long, value_name = "N")]
    minutes: Option<u32>,
    /// The incident's label
    #[arg(long, value_name = "LABEL")]
    incident: Option<String>,
    /// Anything else worth knowing
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

impl FactArgs {
    /// The recording these arguments make.
    pub(crate) fn recording(&self, slug: &str, again: bool, today: chrono::NaiveDate) -> Recording {
        Recording {
            slug: slug.to_owned(),
            steps: self.steps.clone(),
            outcome: self.outcome,
            on: self.on.map(|date| date.on(today)),
            kind: self.kind,
            context: Context::from(self.context.clone()),
            minutes: self.minutes,
            incident: self.incident.clone(),
            note: self.note.clone(),
            again,
        }
    }
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let recording = args.facts.recording(&args.slug, args.again, app.real_today());
    let recorded = app.record(&recording, &actor)?;
    report(session, &recorded, args.json, "Recorded");
    Ok(Done::Well)
}

/// Says what became of an exercise and its row.
pub(crate) fn report(session: &mut Session, recorded: &Recorded, json: bool, verb: &str) {
    if json {
        session.out.json(recorded);
        return;
    }
    let exercise = &recorded.exercise;
    let what = if exercise.resolved_by.is_empty() {
        exercise.outcome.to_owned()
    } else {
        exercise.resolved_by.clone()
    };
    session.out.styled(&[
        (Style::Bold, &format!("{verb}: ")),
        (Style::Plain, &format!("{} — {what} on {}", exercise.slug, exercise.date)),
        (Style::Dim, &format!("  ({})", exercise.id)),
    ]);
    let row = match &recorded.row {
        RowFate::Written { path } => format!("The row stands in {path}."),
        RowFate::Removed { path } => format!("The row was taken out of {path}."),
        RowFate::Off => "No row was written: write_back is off.".to_owned(),
        RowFate::NoTable => "No row was written: the runbook has no last-worked table.".to_owned(),
        RowFate::Absent => "No row of it stands in the file.".to_owned(),
        RowFate::Stands { why } => {
            session.out.warn(&format!("its row stands in the file still ({why}): take it out"));
            return;
        }
        RowFate::NotOurs => "The row in the file was left as it is: it is not ours.".to_owned(),
        RowFate::Pending { why } => {
            format!("The row could not be written yet ({why}); the next scan tries again.")
        }
    };
    session.out.say(&row);
}

fn parse_step(text: &str) -> Result<(String, StepResult), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), StepResult::Worked)),
        Some((step, "worked")) => Ok((step.to_owned(), StepResult::Worked)),
        Some((step, "failed")) => Ok((step.to_owned(), StepResult::Failed)),
        Some((_, other)) => Err(format!("a step has worked or failed, not {other}")),
    }
}

fn parse_outcome(text: &str) -> Result<Outcome, String> {
    match text {
        "worked" => Ok(Outcome::Worked),
        "failed" => Ok(Outcome::Failed),
        "not-used" => Ok(Outcome::NotUsed),
        _ => Err("expected worked, failed or not-used".to_owned()),
    }
}

fn parse_kind(text: &str) -> Result<ExerciseKind, String> {
    ExerciseKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| "expected incident, drill, game-day or tabletop".to_owned())
}

/// `NAME=VALUE`.
pub(crate) fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
