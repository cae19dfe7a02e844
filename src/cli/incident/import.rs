//! `runledger incident import`: reports that the team already has become incidents.

use std::path::PathBuf;

use super::super::{Done, Session, Style};
use crate::error::Error;
use crate::runbook::Severity;
use crate::text::count;
use crate::views::incident_import::{ImportView, ImportedFileView, ImportedIncidentView};

/// Read reports that you already have
///
/// Each Markdown file is read for what it states: key events in a list or table, the timeline,
/// durations, severity, services, people. Times without a zone are in the workspace's. What cannot
/// be read, or does not fit, is said with its file and line, and left empty. The same file again
/// changes nothing; a changed one replaces what it said before. A report that was erased stays so.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Files, and folders to be searched for them
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Read reports again that were erased
    #[arg(long)]
    again: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let view = session.app()?.import_reports(&args.paths, args.again)?;
    let done = if view.failed > 0 { Done::DoesNotHold } else { Done::Well };
    if args.json {
        session.out.json(&view);
        return Ok(done);
    }
    // A folder holds much that is no report: of several files, only what is one is told of.
    let alone = view.files.len() == 1;
    for file in view.files.iter().filter(|file| alone || !is_other_text(file)) {
        print(session, file);
    }
    session.out.say(&sum(&view));
    Ok(done)
}

/// Whether a file tells of no incident, and nothing in it needs a look.
fn is_other_text(file: &ImportedFileView) -> bool {
    file.result == "not-a-report" && file.findings.iter().all(|it| it.severity == Severity::Info)
}

fn print(session: &mut Session, file: &ImportedFileView) {
    for incident in &file.incidents {
        headline(session, file, incident);
    }
    if file.incidents.is_empty() {
        let style = if file.result == "failed" { Style::Bad } else { Style::Dim };
        session.out.styled(&[
            (style, &format!("{:<13} ", file.result.replace('-', " "))),
            (Style::Plain, &file.path),
        ]);
    }
    for finding in &file.findings {
        let place = match (finding.line, finding.column) {
            (0, _) => file.path.clone(),
            (line, 0 | 1) => format!("{}:{line}", file.path),
            (line, column) => format!("{}:{line}:{column}", file.path),
        };
        session.out.line(&format!("  {place}: {}", finding.message));
    }
}

fn headline(session: &mut Session, file: &ImportedFileView, view: &ImportedIncidentView) {
    let is_kept = matches!(view.result, "unchanged" | "erased");
    let style = if is_kept { Style::Dim } else { Style::Good };
    session.out.styled(&[
        (style, &format!("{:<13} ", view.result)),
        (Style::Bold, view.incident.label.as_str()),
        (Style::Plain, &format!("  {}", view.incident.title)),
        (Style::Dim, &format!("  {}", file.path)),
    ]);
    if is_kept {
        return;
    }
    let times = &view.incident.times;
    let told = [
        ("started", &times.started),
        ("detected", &times.detected),
        ("acknowledged", &times.acknowledged),
        ("mitigated", &times.mitigated),
        ("resolved", &times.resolved),
    ];
    let known: Vec<String> = told
        .iter()
        .filter_map(|(name, at)| at.as_deref().map(|at| format!("{name} {at}")))
        .collect();
    let mut parts = Vec::new();
    if !known.is_empty() {
        parts.push(known.join(", "));
    }
    if !view.missing.is_empty() {
        parts.push(format!("not stated: {}", view.missing.join(", ")));
    }
    parts.push(count(view.timeline_rows, "row of a timeline", "rows of a timeline"));
    session.out.line(&format!("  {}", parts.join("; ")));
}

fn sum(view: &ImportView) -> String {
    let mut parts = vec![format!("{} imported", view.imported)];
    let others =
        [(view.replaced, "replaced"), (view.unchanged, "unchanged"), (view.erased, "erased")];
    for (number, what) in others {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let mut said = format!("{}.", parts.join(", "));
    if view.not_reports > 0 {
        let files = count(view.not_reports, "file is no report", "files are no reports");
        let listed = if view.files.len() > 1 { " (`--json` lists them)" } else { "" };
        said.push_str(&format!(" {files} of an incident{listed}."));
    }
    if view.failed > 0 {
        let files = count(view.failed, "file", "files");
        said.push_str(&format!(" {files} could not be read."));
    }
    said
}
