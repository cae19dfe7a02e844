//! `runledger incident`: record what happens while it happens. One file for each verb.

use super::when::local;
use super::{Done, Session, Style};
use crate::app::App;
use crate::app::incidents::Manner;
use crate::domain::incident::{Link, TimeName};
use crate::error::Error;
use crate::views::incident::{IncidentView, TimeFactView};
use crate::views::postmortem::PostmortemLine;

mod cancel;
mod close;
mod duplicate;
mod import;
mod list;
mod metrics;
mod note;
mod open;
mod reopen;
mod role;
mod set;
mod show;
mod status;
mod use_runbook;

/// Record what happens while it happens
///
/// `runledger incident open "checkout answers 502" --severity P1` begins; `incident note LABEL …`
/// adds to the timeline; `incident use LABEL RUNBOOK` links the runbook you follow; `incident
/// status LABEL mitigated` says how far it is. A label may be shortened as long as it is clear.
///
/// Times are written `14:03`, `-12m` or `2026-04-15 14:03`, in the workspace's time zone. A time
/// without a day that is still to come today is refused; shortly after midnight, one of the evening
/// is yesterday's.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Begin to record an incident
    Open(open::Args),
    /// Add to the timeline, by hand or from a chat
    Note(note::Args),
    /// Tell or correct fields, context and times
    Set(set::Args),
    /// Say how far it is
    Status(status::Args),
    /// Say who does what
    Role(role::Args),
    /// Say that a runbook is used, and which step
    Use(use_runbook::Args),
    /// List incidents, newest first
    List(list::Args),
    /// Show everything about one
    Show(show::Args),
    /// Tell how long things took, what came back, and what runbooks claim
    Metrics(metrics::Args),
    /// Say that all that had to be done is done
    Close(close::Args),
    /// Say that it was not over
    Reopen(reopen::Args),
    /// Say that it was no incident
    Cancel(cancel::Args),
    /// Say that it is another one, where the work goes on
    Duplicate(duplicate::Args),
    /// Read reports that you already have
    Import(import::Args),
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::Open(args) => open::run(args, session),
        Command::Note(args) => note::run(args, session),
        Command::Set(args) => set::run(args, session),
        Command::Status(args) => status::run(args, session),
        Command::Role(args) => role::run(args, session),
        Command::Use(args) => use_runbook::run(args, session),
        Command::List(args) => list::run(args, session),
        Command::Show(args) => show::run(args, session),
        Command::Metrics(args) => metrics::run(args, session),
        Command::Close(args) => close::run(args, session),
        Command::Reopen(args) => reopen::run(args, session),
        Command::Cancel(args) => cancel::run(args, session),
        Command::Duplicate(args) => duplicate::run(args, session),
        Command::Import(args) => import::run(args, session),
    }
}

/// Which incident, and how the answer is printed.
#[derive(clap::Args, Debug)]
struct Which {
    /// Its label, like INC-2026-05-20-001, or a clear part of it, like 001
    #[arg(value_name = "LABEL")]
    label: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Why something is edited, and what the editor saw.
#[derive(clap::Args, Debug)]
struct MannerArgs {
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// Refuse unless this version stands, as `show --json` tells it
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
}

impl MannerArgs {
    fn manner(&self) -> Manner {
        let (reason, seen) = (self.reason.clone(), self.if_version.clone());
        Manner { reason, seen, ..Manner::default() }
    }
}

/// Says how an incident stands after it was changed.
fn report(session: &mut Session, view: &IncidentView, json: bool) {
    if json {
        session.out.json(view);
        return;
    }
    headline(session, view);
    if !view.conflicts.is_empty() {
        let names = view.conflicts.join(", ");
        session.out.warn(&format!("two edits met; the later one stands: {names}"));
    }
}

/// The incident in one line.
fn headline(session: &mut Session, view: &IncidentView) {
    let line = &view.line;
    let style = if line.open { Style::Warn } else { Style::Good };
    let mut state = format!("{}, {}", line.severity, line.status);
    if let Some(other) = &view.duplicate_of {
        state.push_str(&format!(" of {other}"));
    }
    session.out.styled(&[
        (Style::Bold, line.label.as_str()),
        (Style::Plain, &format!("  {}  ", line.title)),
        (style, &state),
    ]);
}

/// What is known of a time, with the zone of the clock it is read on.
fn time_words(session: &Session, fact: &TimeFactView) -> String {
    match (&fact.at, fact.state) {
        (Some(at), _) => local(session.config.timezone, at),
        (None, "not-applicable") => "not applicable".to_owned(),
        (None, _) => "not yet known".to_owned(),
    }
}

/// Says what is stored of a time now: `started 2026-11-29 15:06 UTC`.
fn told_time(session: &mut Session, view: &IncidentView, name: TimeName) {
    if let Some(fact) = view.time_facts.iter().find(|fact| fact.name == name.as_str()) {
        let words = time_words(session, fact);
        session.out.line(&format!("  {name} {words}"));
    }
}

/// Says what is stored of the severity, and how that came of what was written.
fn told_severity(session: &mut Session, view: &IncidentView, written: &str) {
    let stored = &view.line.severity;
    let became = if written.trim().eq_ignore_ascii_case(stored) {
        String::new()
    } else {
        format!(", which is what {} means here", written.trim())
    };
    session.out.line(&format!("  severity {stored}{became}"));
}

/// Asks how the runbooks went that were used and of which nobody said so.
fn ask_for_what_is_left(session: &mut Session, app: &mut App, view: &IncidentView) {
    // The incident is stored; that its postmortem cannot be looked at is told where it is asked for.
    if let Ok(postmortem) = app.postmortem(view.line.label.as_str()) {
        tell_due(session, &postmortem.line);
    }

    let unsaid = view.runbooks.iter().filter(|used| used.found && used.outcome.is_none());
    for used in unsaid {
        let steps: String = used.steps.iter().map(|step| format!(" --step {step}")).collect();
        session.out.say(&format!(
            "How did {} go? `runledger worked {}{steps} --incident {}`",
            used.slug, used.slug, view.line.label
        ));
    }
}

/// Says until when a postmortem has to be published that is not.
fn tell_due(session: &mut Session, line: &PostmortemLine) {
    let (true, None, Some(due)) = (line.required, &line.published_at, &line.publish_due) else {
        return;
    };
    let due = local(session.config.timezone, due);
    session.out.say(&format!(
        "Its postmortem has to be published by {due}: `runledger postmortem status {}`",
        line.incident
    ));
}

/// `ADDRESS`, or `TEXT=ADDRESS`.
fn parse_link(text: &str) -> Result<Link, String> {
    let link = |url: &str, text: &str| Link { url: url.to_owned(), text: text.trim().to_owned() };
    match text.split_once("=http") {
        Some((name, rest)) if !name.contains("://") => Ok(link(&format!("http{rest}"), name)),
        _ if text.starts_with("http") => Ok(link(text, "")),
        _ => Err("expected an address like https://chat.example.org/1".to_owned()),
    }
}

/// A moment as it was given, if it was.
fn moment(
    app: &App,
    given: Option<&String>,
) -> Result<Option<crate::domain::entry::Timestamp>, Error> {
    given.map(|text| app.moment_told(text)).transpose()
}
