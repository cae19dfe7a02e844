//! `runledger scenario`: cases for triage, run and written.

use std::io;
use std::path::{Path, PathBuf};

use super::{Done, Session, Style};
use crate::app::scenarios::{NewCase, read_scenarios, run_scenarios, words_left_out};
use crate::assets::Assets;
use crate::error::Error;
use crate::triage::scenario::{Calibration, FieldOutcome, Outcome, Score};
use crate::views::triage::ScenarioRunView;
use crate::whole_file::{write_atomically, write_new_atomically};

/// Hold triage against cases whose answer is known
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Run cases, and show what was expected beside what came out
    ///
    /// A case passes if everything it asserts is so; what it does not assert is N/A and counts
    /// for nothing, and a case that asserts nothing neither passes nor fails. Exits with 1 if one fails. The workspace's incidents are not looked at.
    Run(RunArgs),
    /// Print an incident as a case, to be finished by who knows what it was
    New(NewArgs),
}

#[derive(clap::Args, Debug)]
struct RunArgs {
    /// Files or folders [default: those of the program and of data/scenarios]
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a report for CI to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Say how true the confidence is
    #[arg(long)]
    calibration: bool,
}

#[derive(clap::Args, Debug)]
struct NewArgs {
    /// The incident's label
    #[arg(value_name = "LABEL")]
    label: String,
    /// Write it to this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    match &args.command {
        Command::Run(args) => run_cases(args, session),
        Command::New(args) => new(args, session),
    }
}

fn run_cases(args: &RunArgs, session: &mut Session) -> Result<Done, Error> {
    let assets = Assets::new(Some(&session.config.workspace));
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| session.here.join(path)).collect();
    let judged = read_scenarios(&assets, &paths).and_then(|read| {
        let view = run_scenarios(&assets, &read.scenarios, args.calibration)?;
        Ok((read.broken, view))
    });
    let (outcomes, broken, failed) = match judged {
        Ok((broken, view)) => {
            if args.json {
                session.out.json(&view);
            } else {
                print(session, &view);
            }
            (view.run.scenarios, broken, view.run.failed)
        }
        // A report of an earlier run would look as if this one had gone well.
        Err(error) => (Vec::new(), vec![("runledger scenario run".to_owned(), error)], 0),
    };
    let report = junit(&outcomes, failed, &broken);
    let mut errors: Vec<Error> = broken.into_iter().map(|(_, error)| error).collect();
    // What came out is told first: a report that cannot be written takes nothing from it.
    if let Some(file) = &args.junit {
        let path = session.here.join(file);
        if let Err(error) = write_report(&path, report.as_bytes()) {
            errors.push(unwritten(&path, error));
        }
    }
    if let Some(last) = errors.pop() {
        errors.iter().for_each(|error| session.out.error(error));
        return Err(last);
    }
    Ok(if failed > 0 { Done::DoesNotHold } else { Done::Well })
}

fn new(args: &NewArgs, session: &mut Session) -> Result<Done, Error> {
    let NewCase { yaml, left_out } = session.app()?.scenario_of(&args.label)?;
    match &args.out {
        None => session.out.raw(&yaml),
        Some(file) => {
            let path = session.here.join(file);
            write_new(&path, &yaml)?;
            session.out.line(&format!("Written: {}", path.display()));
        }
    }
    if left_out > 0 {
        session.out.warn(&words_left_out(left_out));
    }
    Ok(Done::Well)
}

/// Nobody's file is replaced.
fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    write_new_atomically(path, text.as_bytes()).map_err(|error| unwritten(path, error))
}

/// A report in place of an earlier one, which stays where the new one cannot be written; a device or
/// a pipe takes it as it comes.
fn write_report(path: &Path, report: &[u8]) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(known) if !known.is_file() => std::fs::write(path, report),
        _ => write_atomically(path, report),
    }
}

/// A file that could not be written, with what to do about it.
fn unwritten(path: &Path, cause: io::Error) -> Error {
    let parent = path.parent().unwrap_or(path);
    let hint = match cause.kind() {
        io::ErrorKind::AlreadyExists => "name another file, or move that one away".to_owned(),
        _ if path.is_dir() => "it is a folder: name a file in it".to_owned(),
        io::ErrorKind::NotFound => format!("make the folder {} first", parent.display()),
        io::ErrorKind::NotADirectory => format!("{} is no folder", parent.display()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "name a file in a folder that you may write to".to_owned()
        }
        // What is left has its hint already, or none that would help.
        _ => return Error::io("write", path, cause),
    };
    Error::io("write", path, cause).hinted(hint)
}

fn print(session: &mut Session, view: &ScenarioRunView) {
    for one in &view.run.scenarios {
        case(session, one);
    }
    for (name, scores) in [("strict", &view.run.strict), ("lenient", &view.run.lenient)] {
        let told: Vec<String> = scores.iter().map(|(field, score)| share(field, *score)).collect();
        if !told.is_empty() {
            session.out.wrapped(Style::Plain, &format!("{name:<8} "), &told.join(", "));
        }
    }
    if let Some(calibration) = &view.calibration {
        believed(session, calibration);
    }
    session.out.line(&format!("{} passed, {} failed.", view.run.passed, view.run.failed));
}

fn share(field: &str, score: Score) -> String {
    format!("{field} {}/{} ({:.0} %)", score.right, score.asserted, score.share * 100.0)
}

fn case(session: &mut Session, one: &Outcome) {
    let (word, style) = match (one.passed, one.failed) {
        (true, _) => ("PASSED", Style::Good),
        (false, true) => ("FAILED", Style::Bad),
        (false, false) => ("N/A   ", Style::Dim),
    };
    let sure = one.confidence.map(|value| format!("  {:.0} %", value * 100.0));
    session.out.styled(&[
        (style, word),
        (Style::Bold, &format!("  {}", one.name)),
        (Style::Dim, &sure.unwrap_or_default()),
    ]);
    for (name, field) in &one.fields {
        let expected = field.expected.as_deref().unwrap_or("N/A");
        let actual = field.actual.as_deref().unwrap_or("-");
        let line = format!("  {name:<12} {expected:<22} {actual}");
        let style = match field {
            FieldOutcome { asserted: false, .. } => Style::Dim,
            FieldOutcome { ok: true, .. } => Style::Plain,
            FieldOutcome { .. } => Style::Bad,
        };
        let note = if field.ok || !field.ok_lenient { "" } else { "  (accepted)" };
        session.out.styled(&[(style, &line), (Style::Dim, note)]);
    }
}

fn believed(session: &mut Session, told: &Calibration) {
    session.out.line(&format!(
        "confidence over {} cases: expected calibration error {:.3}, Brier score {:.3}",
        told.count, told.expected_error, told.brier
    ));
    for bin in &told.bins {
        session.out.line(&format!(
            "  {:.2} to {:.2}: {} cases, believed {:.2}, right {:.2} (95 %: {:.2} to {:.2})",
            bin.from, bin.to, bin.count, bin.believed, bin.right, bin.low, bin.high
        ));
    }
    if told.few {
        session.out.line("  so few cases tell little, and nothing is fitted to them");
    }
}

/// The form that CI servers read. A file that is no case stands in it as well: what is not run has
/// not passed.
fn junit(outcomes: &[Outcome], failed: usize, broken: &[(String, Error)]) -> String {
    let (all, errors) = (outcomes.len() + broken.len(), broken.len());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuite name=\"runledger scenarios\" tests=\"{all}\" failures=\"{failed}\" errors=\"{errors}\">\n"
    );
    for (file, error) in broken {
        let (file, words) = (escaped(file), escaped(&error.to_string()));
        xml.push_str(&format!(
            "  <testcase name=\"{file}\"><error message=\"{words}\"/></testcase>\n"
        ));
    }
    for one in outcomes {
        xml.push_str(&format!("  <testcase name=\"{}\">", escaped(&one.name)));
        if !one.passed && !one.failed {
            xml.push_str("<skipped message=\"it asserts nothing\"/>");
        }
        for (name, field) in one.fields.iter().filter(|(_, field)| !field.ok) {
            let expected = field.expected.as_deref().unwrap_or_default();
            let actual = field.actual.as_deref().unwrap_or_default();
            let words = escaped(&format!("{name}: expected {expected}, got {actual}"));
            xml.push_str(&format!("<failure message=\"{words}\"/>"));
        }
        xml.push_str("</testcase>\n");
    }
    xml.push_str("</testsuite>\n");
    xml
}

fn escaped(text: &str) -> String {
    let text = crate::text::without_controls(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
