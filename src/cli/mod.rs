//! The command line: argv in, text or JSON out, exit code back. Every command file has the same
//! shape: `Args`, whose comments are the help, and `run(args, session)`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::app::{App, Options};
use crate::config::{Config, Environment, Flags, WriteBack};
use crate::domain::actor::Actor;
use crate::error::Error;

mod action;
mod backup;
mod erase;
mod exercise;
mod export;
mod import;
mod incident;
mod init;
mod lint;
mod move_runbook;
mod note;
mod output;
mod plan;
mod postmortem;
mod rebuild;
mod report;
mod restore;
mod run;
mod scenario;
mod search;
mod serve;
mod show;
mod stale;
mod sync;
mod triage;
mod verify;
mod when;
mod where_is;
mod worked;

pub use output::{Output, Style};

/// Runbooks that remember when they last worked.
///
/// Finds the right step of the right runbook from whatever you type or paste, says when that
/// step last worked, and records that it worked. Needs no network and no other server.
#[derive(Parser, Debug)]
#[command(name = "runledger", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// The folder with runledger.toml [default: found by walking up from here]
    #[arg(long, global = true, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Where ledger and index are kept [default: in the data folder, see `runledger where`]
    #[arg(long, global = true, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Who does this [default: RUNLEDGER_ACTOR, else git's user.name, else the login]
    #[arg(long, global = true, value_name = "NAME")]
    actor: Option<String>,
    /// Say nothing but what was asked for
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

/// What can be done.
#[derive(Subcommand, Debug)]
enum Command {
    /// Find the step to open from words, an alert's name or a pasted log
    Search(search::Args),
    /// Say what messages may mean, how bad it is, and which runbook step to open
    Triage(triage::Args),
    /// Say what a plan would destroy, before anybody follows it
    Plan(plan::Args),
    /// Hold triage against cases whose answer is known
    Scenario(scenario::Args),
    /// Show a runbook or one step of it, commands ready to paste
    Show(show::Args),
    /// Record that a runbook worked, or did not
    Worked(worked::Args),
    /// List, show, correct or take back what was recorded
    Exercise(exercise::Args),
    /// Say that something about a runbook or step is wrong, until it is mended
    Note(note::Args),
    /// Record what happens while it happens
    Incident(incident::Args),
    /// List and show runs: runbooks that are being followed
    Run(run::Args),
    /// Write what was learned from an incident, and publish it when nothing is missing
    Postmortem(postmortem::Args),
    /// See to it that what was learned is done
    Action(action::Args),
    /// List the runbooks that nobody should trust
    Stale(stale::Args),
    /// Write a report for people who read once a week
    Report(report::Args),
    /// Check runbooks for what would hurt at three in the morning
    Lint(lint::Args),
    /// Serve the runbooks to a browser on this machine
    Serve(serve::Args),
    /// Read changed files, and say what was found
    Sync(sync::Args),
    /// Say that a runbook's file has another path now
    Move(move_runbook::Args),
    /// Write a commented runledger.toml here
    Init(init::Args),
    /// Print where everything is
    Where(where_is::Args),
    /// Check that the ledger is whole and untouched
    Verify(verify::Args),
    /// Make all derived data anew
    Rebuild(rebuild::Args),
    /// Write the ledger as JSON lines
    Export(export::Args),
    /// Read JSON lines that `export` wrote
    Import(import::Args),
    /// Copy the ledger while it is in use
    Backup(backup::Args),
    /// Put a backup in place of the ledger
    Restore(restore::Args),
    /// Forget what one entry said, for good
    Erase(erase::Args),
}

/// What every command works with.
pub(crate) struct Session {
    pub(crate) config: Arc<Config>,
    pub(crate) flags: Flags,
    pub(crate) here: PathBuf,
    /// The command that opens a file to be edited.
    pub(crate) editor: Option<String>,
    pub(crate) out: Output,
}

impl Session {
    /// The application, for reading and recording from a terminal.
    fn app(&self) -> Result<App, Error> {
        self.app_as_of(None)
    }

    /// The same, looking at another day.
    fn app_as_of(&self, as_of: Option<NaiveDate>) -> Result<App, Error> {
        let options = Options { write_back: WriteBack::File, as_of };
        App::open(Arc::clone(&self.config), options)
    }

    /// Who does this; never nobody.
    fn actor(&self) -> Actor {
        self.config.actor()
    }
}

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// Done.
    Well,
    /// Done, and what was asked about does not hold.
    DoesNotHold,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let environment = Environment::read();
    let mut out = Output::new(environment.no_color, environment.columns, cli.quiet);
    let outcome = match session(&cli, &environment, &mut out) {
        Ok(mut session) => {
            let outcome = dispatch(cli.command, &mut session);
            out = session.out;
            outcome
        }
        Err(error) => Err(error),
    };
    match outcome.and_then(|done| out.check().map(|()| done)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::DoesNotHold) => ExitCode::from(1),
        Err(_) if out.is_closed() => ExitCode::SUCCESS,
        Err(error) => {
            out.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn session(cli: &Cli, environment: &Environment, out: &mut Output) -> Result<Session, Error> {
    let flags = Flags {
        workspace: cli.workspace.clone(),
        store: cli.store.clone(),
        actor: cli.actor.clone(),
        listen: match &cli.command {
            Command::Serve(args) => args.listen.clone(),
            _ => None,
        },
        ..Flags::default()
    };
    let here = std::env::current_dir()
        .map_err(|e| Error::failed(format!("finding the current folder: {e}")))?;
    let config = Config::load(&flags, environment, &here)?;
    for notice in &config.notices {
        out.say(notice);
    }
    let out = std::mem::replace(out, Output::new(true, None, true));
    let editor = environment.editor.clone();
    Ok(Session { config: Arc::new(config), flags, here, editor, out })
}

fn dispatch(command: Command, session: &mut Session) -> Result<Done, Error> {
    match command {
        Command::Search(args) => search::run(&args, session),
        Command::Triage(args) => triage::run(&args, session),
        Command::Plan(args) => plan::run(&args, session),
        Command::Scenario(args) => scenario::run(&args, session),
        Command::Show(args) => show::run(&args, session),
        Command::Worked(args) => worked::run(&args, session),
        Command::Exercise(args) => exercise::run(&args, session),
        Command::Note(args) => note::run(&args, session),
        Command::Incident(args) => incident::run(&args, session),
        Command::Run(args) => run::run(&args, session),
        Command::Postmortem(args) => postmortem::run(&args, session),
        Command::Action(args) => action::run(&args, session),
        Command::Stale(args) => stale::run(&args, session),
        Command::Report(args) => report::run(&args, session),
        Command::Lint(args) => lint::run(&args, session),
        Command::Serve(args) => serve::run(&args, session),
        Command::Sync(args) => sync::run(&args, session),
        Command::Move(args) => move_runbook::run(&args, session),
        Command::Init(args) => init::run(&args, session),
        Command::Where(args) => where_is::run(&args, session),
        Command::Verify(args) => verify::run(&args, session),
        Command::Rebuild(args) => rebuild::run(&args, session),
        Command::Export(args) => export::run(&args, session),
        Command::Import(args) => import::run(&args, session),
        Command::Backup(args) => backup::run(&args, session),
        Command::Restore(args) => restore::run(&args, session),
        Command::Erase(args) => erase::run(&args, session),
    }
}

/// Reads a date as people write it: `2026-05-12`, `today`, `yesterday`.
pub(crate) fn parse_date(text: &str) -> Result<DateArg, String> {
    match text.trim() {
        "today" => Ok(DateArg::DaysAgo(0)),
        "yesterday" => Ok(DateArg::DaysAgo(1)),
        other => NaiveDate::parse_from_str(other, "%Y-%m-%d")
            .map(DateArg::On)
            .map_err(|_| "expected a date like 2026-05-12, or today or yesterday".to_owned()),
    }
}

/// A date as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateArg {
    /// That day.
    On(NaiveDate),
    /// So many days before today.
    DaysAgo(u64),
}

impl DateArg {
    /// The day, seen from today.
    fn on(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::On(date) => date,
            Self::DaysAgo(days) => today - chrono::Days::new(days),
        }
    }
}
