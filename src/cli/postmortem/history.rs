//! `runledger postmortem history`: every text that a section had.

use super::{Done, Session, Style};
use crate::error::Error;

/// Print every text that a section had, the newest last
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The incident's label, like INC-2026-05-20-001, or a clear part of it
    #[arg(value_name = "LABEL")]
    label: String,
    /// The section: summary, impact, root-cause …
    #[arg(value_name = "SECTION")]
    section: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let section = crate::app::postmortems::section_named(&args.section)?;
    let view = session.app()?.section_history(&args.label, section)?;
    if args.json {
        session.out.json(&view);
        return Ok(Done::Well);
    }
    if view.versions.is_empty() {
        session.out.say("Nobody has written this section.");
    }
    for version in &view.versions {
        let head = format!("{}  {}", version.written_at, version.written_by);
        session
            .out
            .styled(&[(Style::Bold, &head), (Style::Dim, &format!("  {}", version.version))]);
        if version.conflict {
            session
                .out
                .styled(&[(Style::Warn, "  written without having seen the text before it")]);
        }
        let text = if version.text.is_empty() { "(taken away)" } else { &version.text };
        text.lines().for_each(|line| session.out.line(&format!("  {line}")));
    }
    Ok(Done::Well)
}
