//! `runledger show`: a runbook or one step of it, commands ready to paste.

use std::collections::BTreeMap;

use super::{Done, Session, Style};
use crate::app::App;
use crate::app::runbooks::{Part, Shown};
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::text::{collapse_whitespace, duration_words};
use crate::views::incident::FillingView;
use crate::views::{CommandView, NoteView, RunbookView, StepView};

/// Show a runbook or one step of it, commands ready to paste
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The runbook, or a step of it: rollback/code-rollback-helm#3a
    #[arg(value_name = "SLUG[#STEP]")]
    target: String,
    /// Fill a placeholder, like RELEASE=ingress-nginx; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Fill them with what an incident is about, and mark what differs from it
    #[arg(long, value_name = "LABEL", conflicts_with = "diff")]
    incident: Option<String>,
    /// Print the commands alone
    #[arg(long, conflicts_with_all = ["json", "diff"])]
    commands: bool,
    /// Print what was edited since it last worked
    #[arg(long, conflicts_with = "json")]
    diff: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let mut app = session.app()?;
    if args.diff {
        return diff(&mut app, args, session);
    }
    let shown = app.show(&args.target)?;
    let mut fill = Fill { values: args.set.iter().cloned().collect(), incident: None };
    check_names(&shown.view, &fill.values)?;
    if let Some(incident) = &args.incident {
        let filling = app.filling(&args.target, incident)?;
        for (name, value) in &filling.values {
            fill.values.entry(name.clone()).or_insert_with(|| value.clone());
        }
        fill.incident = Some(filling);
    }
    if args.json {
        session.out.json(&Seen { view: &shown.view, incident: fill.incident.as_ref() });
    } else if args.commands {
        commands(session, &shown.view, &fill);
    } else {
        print(session, &shown, &fill);
    }
    Ok(Done::Well)
}

/// What is put in place of placeholders.
struct Fill {
    values: BTreeMap<String, String>,
    incident: Option<FillingView>,
}

impl Fill {
    /// Warns of literals in a command that are not what the incident is about.
    fn warn(&self, session: &mut Session, lead: &str, command: &CommandView) {
        let Some(incident) = &self.incident else { return };
        for it in incident.differing_in(&command.text, &command.bound) {
            let text = format!(
                "the runbook says {}; the {} of {} is {}",
                it.literal, it.name, incident.label, it.value
            );
            // One line, so that a comment stays one when it is pasted.
            let text = format!("{lead}{}", collapse_whitespace(&text));
            session.out.styled(&[(Style::Bad, &text)]);
        }
    }
}

/// A runbook as JSON, with what an incident makes of it.
#[derive(serde::Serialize)]
struct Seen<'a> {
    #[serde(flatten)]
    view: &'a RunbookView,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a FillingView>,
}

/// A name that no command asks for is a mistake worth stopping at: the value would be lost.
fn check_names(view: &RunbookView, values: &BTreeMap<String, String>) -> Result<(), Error> {
    let commands = || view.steps.iter().flat_map(|step| &step.commands);
    let bound = commands().flat_map(|command| &command.bound).map(|bound| bound.name.as_str());
    let names = commands().flat_map(|command| &command.placeholders).map(String::as_str);
    let asked: Vec<&str> = names.chain(bound).collect();
    for name in values.keys() {
        if !asked.contains(&name.as_str()) {
            let error = Error::refused(format!("no command here asks for {name}"));
            let mut list: Vec<&str> = asked.clone();
            list.sort_unstable();
            list.dedup();
            return Err(error.hinted(if list.is_empty() {
                "nothing has to be filled".to_owned()
            } else {
                format!("names: {}", list.join(", "))
            }));
        }
    }
    Ok(())
}

fn commands(session: &mut Session, view: &RunbookView, fill: &Fill) {
    let mut unfilled: Vec<String> = Vec::new();
    let all = view.steps.iter().flat_map(|step| &step.commands);
    for (command, (text, missing)) in all.zip(App::filled(view, &fill.values)) {
        fill.warn(session, "# ", command);
        session.out.line(&text);
        unfilled.extend(missing);
    }
    warn_unfilled(session, unfilled);
}

fn warn_unfilled(session: &mut Session, mut unfilled: Vec<String>) {
    unfilled.sort();
    unfilled.dedup();
    if !unfilled.is_empty() {
        let names = unfilled.join(", ");
        session.out.warn(&format!("not filled: {names}; add --set NAME=VALUE"));
    }
}

fn print(session: &mut Session, shown: &Shown, fill: &Fill) {
    let view = &shown.view;
    head(session, view);
    for note in view.notes.iter().filter(|n| n.step.is_none()) {
        print_note(session, "! ", note);
    }
    let mut unfilled = Vec::new();
    let mut last = None;
    for part in &shown.parts {
        if matches!(
            (last.replace(part), part),
            (None | Some(Part::Command(..)), Part::Words(_))
                | (Some(Part::Words(_)), Part::Command(..))
        ) {
            session.out.line("");
        }
        match part {
            Part::Heading(title) => {
                session.out.line("");
                session.out.styled(&[(Style::Bold, title)]);
            }
            Part::Step(at) => print_step(session, view, &view.steps[*at]),
            Part::Words(words) => body(session, words),
            Part::Command(step, at) => {
                print_command(session, &view.steps[*step].commands[*at], fill, &mut unfilled);
            }
        }
    }
    if shown.step.is_none() {
        tail(session, view);
    }
    warn_unfilled(session, unfilled);
}

fn head(session: &mut Session, view: &RunbookView) {
    session.out.styled(&[
        (Style::Bold, &view.title),
        (Style::Dim, &format!("  {}", view.slug)),
        (Style::Dim, if view.example { "  example" } else { "" }),
    ]);
    if let Some(freshness) = &view.freshness {
        let style = match freshness.status {
            _ if freshness.failing => Style::Bad,
            Status::Fresh => Style::Good,
            Status::Stale => Style::Bad,
            Status::Due | Status::Never => Style::Warn,
            Status::NotTracked => Style::Dim,
        };
        session.out.wrapped(style, "", &freshness.sentence);
        if let Some(what) = freshness.edited_what {
            session.out.wrapped(Style::Warn, "", &format!("{what} since it last worked (--diff)"));
        }
    }
    if let Some(owner) = &view.owner {
        session.out.styled(&[(Style::Dim, "owner "), (Style::Plain, owner)]);
    }
    if !view.alerts.is_empty() {
        session.out.wrapped(Style::Dim, "", &format!("alerts {}", view.alerts.join(", ")));
    }
}

fn body(session: &mut Session, words: &str) {
    for line in words.trim_end().trim_start_matches(['\n', '\r']).lines() {
        session.out.line(line);
    }
}

fn print_step(session: &mut Session, view: &RunbookView, step: &StepView) {
    let budget = step.budget_s.map(|s| format!("  < {}", duration_words(s))).unwrap_or_default();
    let known = step.freshness.as_ref().map(|known| {
        let worked = match known.days_since {
            Some(days) => format!("worked {days} d ago"),
            None => "never worked".to_owned(),
        };
        let failing = if known.failing { ", failing" } else { "" };
        match known.status {
            Status::NotTracked => failing.trim_start_matches(", ").to_owned(),
            _ => format!("{worked}{failing}"),
        }
    });
    session.out.line("");
    session.out.styled(&[
        (Style::Bold, &format!("{}  {}", step.id, step.title)),
        (Style::Dim, &budget),
        (Style::Dim, &known.map(|words| format!("  {words}")).unwrap_or_default()),
    ]);
    for note in view.notes.iter().filter(|n| n.step.as_ref() == Some(&step.id)) {
        print_note(session, "  ! ", note);
    }
}

fn print_note(session: &mut Session, lead: &str, note: &NoteView) {
    if note.resolved.is_none() {
        let text = format!("note by {} on {}: {}", note.actor, note.date, note.text);
        session.out.wrapped(Style::Warn, lead, &text);
    }
}

fn print_command(
    session: &mut Session,
    command: &CommandView,
    fill: &Fill,
    unfilled: &mut Vec<String>,
) {
    let said = |session: &mut Session, words: &Option<String>| {
        for line in words.iter().flat_map(|words| words.lines()) {
            session.out.wrapped(Style::Dim, "  # ", line);
        }
    };
    said(session, &command.comment);
    for danger in &command.dangers {
        let text = format!("{} destroys {}; safer: {}", danger.rule, danger.destroys, danger.safer);
        session.out.wrapped(Style::Bad, "  ! ", &text);
    }
    fill.warn(session, "  ! ", command);
    let (text, missing) =
        crate::runbook::fill(&command.text, &command.placeholders, &command.bound, &fill.values);
    unfilled.extend(missing);
    for line in text.lines() {
        session.out.line(&format!("  {line}"));
    }
    for line in command.expected.iter().flat_map(|expected| expected.lines()) {
        session.out.styled(&[(Style::Dim, &format!("      {line}"))]);
    }
    said(session, &command.after);
}

fn tail(session: &mut Session, view: &RunbookView) {
    if !view.false_starts.is_empty() {
        session.out.line("");
        session.out.styled(&[(Style::Bold, "False starts")]);
        for start in &view.false_starts {
            session.out.wrapped(Style::Plain, "  - ", &start.symptom);
            session.out.wrapped(Style::Dim, "    ", &start.advice);
        }
    }
    if !view.related.is_empty() {
        session.out.line("");
        session.out.styled(&[(Style::Bold, "Related")]);
        for related in &view.related {
            let name = related.slug.as_ref().map_or(related.target.as_str(), |s| s.as_str());
            let status = match (&related.status, related.found) {
                (Some(status), _) => status.as_str(),
                (None, false) => "not there",
                (None, true) => "",
            };
            session.out.styled(&[(Style::Plain, &format!("  {name}  ")), (Style::Dim, status)]);
        }
    }
    if !view.exercises.is_empty() {
        session.out.line("");
        session.out.styled(&[(Style::Bold, "When it last worked")]);
        for exercise in view.exercises.iter().filter(|e| e.retracted.is_none()) {
            let context: Vec<&str> = exercise.context.iter().map(|(_, v)| v.as_str()).collect();
            let by = Some(exercise.resolved_by.as_str()).filter(|by| *by != exercise.outcome);
            let words = [
                exercise.date.to_string(),
                exercise.outcome.to_owned(),
                context.join(", "),
                by.unwrap_or_default().to_owned(),
                exercise.notes.clone(),
            ];
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            session.out.wrapped(Style::Plain, "  ", &words.join("  "));
        }
    }
}

fn diff(app: &mut App, args: &Args, session: &mut Session) -> Result<Done, Error> {
    match app.texts_since_worked(&args.target)? {
        None => session.out.say("What it said when it last worked is not known."),
        Some((then, now)) if then == now => {
            session.out.say("Nothing was edited since it last worked.");
        }
        Some((then, now)) => {
            let diff = similar::TextDiff::from_lines(&then, &now);
            for line in diff.unified_diff().context_radius(3).to_string().lines() {
                let style = match line.as_bytes().first() {
                    Some(b'+') => Style::Good,
                    Some(b'-') => Style::Bad,
                    Some(b'@') => Style::Dim,
                    _ => Style::Plain,
                };
                session.out.styled(&[(style, line)]);
            }
        }
    }
    Ok(Done::Well)
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.trim().is_empty())
        .map(|(name, value)| (name.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "expected NAME=VALUE".to_owned())
}
