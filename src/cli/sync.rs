//! `runledger sync`: read changed files, and say what was found.

use super::{Done, Session, Style};
use crate::app::SyncReport;
use crate::error::Error;
use crate::text::count;

/// Read changed files, and say what was found
///
/// Every other command notices changed files by itself; this one says what it noticed.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let mut app = session.app()?;
    if app.is_read_only() {
        return Err(Error::failed("the store cannot be written: nothing was scanned")
            .at(session.config.store.display().to_string())
            .hinted("what was read before can still be shown and searched"));
    }
    let out = &mut session.out;
    let report = app.sync(&mut |done, total| out.progress("reading", done, total))?;
    let diagnostics = app.diagnostic_counts()?;
    if args.json {
        session.out.json(&report);
    } else {
        print(session, &report);
        let (errors, warnings) = diagnostics;
        if errors + warnings > 0 {
            session.out.line(&format!(
                "In their texts: {}, {}. `runledger lint` lists them.",
                count(errors, "error", "errors"),
                count(warnings, "warning", "warnings")
            ));
        }
    }
    let well = report.problems.is_empty() && report.index.is_none();
    Ok(if well { Done::Well } else { Done::DoesNotHold })
}

fn print(session: &mut Session, report: &SyncReport) {
    for problem in &report.problems {
        let place = format!("{}:{}:{}", problem.path, problem.line, problem.column);
        session.out.styled(&[
            (Style::Bold, &place),
            (Style::Bad, " error: "),
            (Style::Plain, &problem.message),
        ]);
    }
    if let Some(why) = &report.index {
        let why = format!("{why}; search lags behind until it can be written");
        session.out.styled(&[(Style::Bad, "index: "), (Style::Plain, &why)]);
    }
    for (from, to) in &report.moved {
        session.out.line(&format!("{from} moved to {to}; its history went with it."));
    }
    session.out.line(&format!(
        "{}: {} read, {} retired, {} found in tables, {} written, {} not readable.",
        count(report.files, "file", "files"),
        report.read,
        report.retired,
        count(report.exercises_found, "exercise", "exercises"),
        count(report.rows_written, "row", "rows"),
        report.problems.len()
    ));
}
