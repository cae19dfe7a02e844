//! `runledger plan`: what a plan would destroy.

use std::path::PathBuf;

use super::{Done, Session, Style};
use crate::app::triage::check_plan;
use crate::assets::Assets;
use crate::error::Error;
use crate::text::count;
use crate::triage::PlanFinding;
use crate::views::triage::PlanCheckView;

/// Say what a plan would destroy, before anybody follows it
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Check a plan: shell, Markdown or prose, also numbered within one line
    ///
    /// Exits with 1 where a step should not be taken as it is written.
    Check(CheckArgs),
}

#[derive(clap::Args, Debug)]
struct CheckArgs {
    /// A file; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let Command::Check(args) = &args.command;
    let plan = super::triage::read(args.file.as_deref(), session)?;
    let assets = Assets::new(Some(&session.config.workspace));
    let findings = check_plan(&assets, &plan)?;
    let denied = findings.iter().any(|one| one.danger.refuses());
    if args.json {
        session.out.json(&PlanCheckView { denied, findings });
    } else {
        findings.iter().for_each(|one| print(session, one));
        let of = |refuses| findings.iter().filter(|one| one.danger.refuses() == refuses).count();
        session.out.say(&format!(
            "{}, {}.",
            count(of(true), "step to refuse", "steps to refuse"),
            count(of(false), "warning", "warnings")
        ));
    }
    Ok(if denied { Done::DoesNotHold } else { Done::Well })
}

fn print(session: &mut Session, one: &PlanFinding) {
    let (word, style) =
        if one.danger.refuses() { ("DENY", Style::Bad) } else { ("WARN", Style::Warn) };
    session.out.styled(&[
        (Style::Bold, &format!("step {}", one.step)),
        (Style::Dim, &format!(" (line {}) ", one.line)),
        (style, word),
        (Style::Plain, &format!(" {}", one.danger.rule)),
    ]);
    session.out.wrapped(Style::Dim, "  ", &one.text);
    session.out.wrapped(Style::Plain, "  destroys: ", &one.danger.destroys);
    session.out.wrapped(Style::Plain, "  instead: ", &one.danger.safer);
}
