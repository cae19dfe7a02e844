//! `runledger postmortem start`: begin to write it.

use super::{Done, Session, Which, report};
use crate::app::{PostmortemStart, cause_named};
use crate::error::Error;

/// Begin to write a postmortem
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// After which template of templates/postmortems/ [default: standard]
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Who sees to it that it is published [default: the commander, else you]
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// What caused the incident: change or other [default: what the runbooks used show]
    #[arg(long, value_name = "CAUSE")]
    cause: Option<String>,
    /// Why that cause
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let start = PostmortemStart {
        template: args.template.clone(),
        owner: args.owner.clone(),
        cause: args.cause.as_deref().map(cause_named).transpose()?,
        reason: args.reason.clone(),
    };
    let view = session.app()?.start_postmortem(&args.which.label, &start, &actor)?;
    report(session, &view, args.which.json);
    Ok(Done::Well)
}
