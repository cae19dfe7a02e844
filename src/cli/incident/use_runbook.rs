//! `runledger incident use`: say that a runbook is used.

use super::{Done, Session, Which, moment, report};
use crate::error::Error;

/// Say that a runbook is used, and which step
///
/// It stands in the timeline, and `runledger show RUNBOOK --incident LABEL` fills its commands.
/// How it went is said at the end, by `runledger worked RUNBOOK --incident LABEL`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// The runbook, or a step of it: rollback/code-rollback-helm#3a
    #[arg(value_name = "SLUG[#STEP]")]
    target: String,
    /// When, if not now
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// What there is to say about it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let at = moment(&app, args.at.as_ref())?;
    let (label, target) = (&args.which.label, &args.target);
    let view = app.use_runbook(label, target, at, &args.note, &actor)?;
    report(session, &view, args.which.json);
    if !args.which.json {
        let used = view.timeline.iter().filter(|line| line.kind == "runbook");
        if let Some(line) = used.max_by_key(|line| line.id)
            && let Some(at) = &line.at
        {
            let at = super::super::when::local(session.config.timezone, at);
            session.out.line(&format!("  {at}: {}", line.text));
        }
        session.out.say(&format!(
            "Its commands, filled: `runledger show {target} --incident {}`.",
            view.line.label
        ));
    }
    Ok(Done::Well)
}
