//! `runledger lint`: check runbooks for what would hurt at three in the morning

use std::path::PathBuf;

use super::{Done, Session, Style};
use crate::app::lint::Finding;
use crate::error::Error;
use crate::runbook::Severity;
use crate::text::count;

/// Check runbooks for what would hurt at three in the morning
///
/// Links that lead nowhere, rows that cannot be read, commands that destroy something. Exits
/// with 1 if there is an error.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Files or folders [default: all runbooks]
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_name = "text|json|github", default_value = "text",
          value_parser = ["text", "json", "github"])]
    format: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| session.here.join(path)).collect();
    let findings = session.app()?.lint(&paths)?;
    match args.format.as_str() {
        "json" => session.out.json(&findings),
        "github" => findings.iter().for_each(|finding| github(session, finding)),
        _ => text(session, &findings),
    }
    let errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if errors { Done::DoesNotHold } else { Done::Well })
}

fn text(session: &mut Session, findings: &[Finding]) {
    for finding in findings {
        let (word, style) = match finding.severity {
            Severity::Error => ("error", Style::Bad),
            Severity::Warning => ("warning", Style::Warn),
            Severity::Info => ("info", Style::Dim),
        };
        session.out.styled(&[
            (Style::Bold, &format!("{}:{}:{}", finding.path, finding.line, finding.column)),
            (style, &format!(" {word}")),
            (Style::Dim, &format!(" [{}] ", finding.rule)),
            (Style::Plain, &finding.message),
        ]);
    }
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count();
    session.out.say(&format!(
        "{}, {}, {}.",
        count(of(Severity::Error), "error", "errors"),
        count(of(Severity::Warning), "warning", "warnings"),
        count(of(Severity::Info), "hint", "hints")
    ));
}

/// A workflow command that the forge shows beside the line. Its separators are escaped as its
/// documentation asks.
fn github(session: &mut Session, finding: &Finding) {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    session.out.line(&format!(
        "::{level} file={},line={},col={},title={}::{}",
        property(&finding.path),
        finding.line,
        finding.column,
        property(&finding.rule),
        escape(&finding.message)
    ));
}
