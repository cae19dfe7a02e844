//! `runledger search`: from words, an alert's name or a pasted log to the step to open.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Done, Session, Style};
use crate::app::search::Query;
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::search::{By, DocClass};
use crate::views::{HitView, SearchResults};

/// Find the step to open from words, an alert's name or a pasted log
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// What to look for; `-` reads it from standard input
    #[arg(value_name = "WORDS", trailing_var_arg = false)]
    words: Vec<String>,
    /// How many hits
    #[arg(long, value_name = "N", default_value_t = 8)]
    limit: usize,
    /// One hit a runbook, or one a section
    #[arg(long, value_name = "runbook|section", default_value = "runbook",
          value_parser = ["runbook", "section"])]
    by: String,
    /// Only this kind; may be repeated
    #[arg(long, value_name = "KIND", value_parser = KINDS)]
    kind: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Say how each score came about
    #[arg(long)]
    explain: bool,
    /// Answer every {"id","query"} line of this file with an {"id","ranked"} line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "json", "explain"])]
    batch: Option<PathBuf>,
}

/// The kinds, as they are asked for.
const KINDS: [&str; 6] = ["runbook", "page", "exercise", "note", "incident", "postmortem"];

/// The longest query that is read; a pasted log is cut there.
const LONGEST: u64 = 1 << 20;

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let by = if args.by == "section" { By::Section } else { By::Runbook };
    if let Some(file) = &args.batch {
        return batch(file, by, session);
    }
    let text = text(args)?;
    let query = Query {
        text,
        limit: args.limit.clamp(1, 50),
        by,
        kinds: DocClass::ALL
            .into_iter()
            .filter(|class| args.kind.iter().any(|kind| kind == class.as_str()))
            .collect(),
        explain: args.explain,
    };
    let mut app = session.app()?;
    let results = app.search(&query)?;
    if args.json {
        session.out.json(&results);
    } else {
        print(session, &results);
    }
    if results.hits.is_empty()
        && let Some(words) = app.without_runbooks()?
    {
        session.out.warn(&words);
    }
    Ok(Done::Well)
}

fn text(args: &Args) -> Result<String, Error> {
    let from_pipe = args.words.is_empty() && !std::io::stdin().is_terminal();
    if from_pipe || args.words == ["-"] {
        let mut bytes = Vec::new();
        std::io::stdin()
            .take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(|e| Error::failed(format!("reading standard input: {e}")))?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    if args.words.is_empty() {
        return Err(Error::refused("what are you looking for?")
            .hinted("runledger search helm rollback stuck; or pipe a log into it"));
    }
    Ok(args.words.join(" "))
}

fn print(session: &mut Session, results: &SearchResults) {
    if results.hits.is_empty() {
        session.out.line("Nothing found. Try fewer words, an alert's name, or a line of the log.");
        if !results.nearest.is_empty() {
            session.out.line("Nearest:");
        }
        for near in &results.nearest {
            session.out.line(&format!("  {}  {}", near.slug, near.title));
        }
        return;
    }
    if !results.unknown.is_empty() {
        session.out.line(&format!("No runbook holds: {}", results.unknown.join(", ")));
    }
    if results.weak {
        session.out.line("Nothing fits well. Nearest:");
    }
    for hit in &results.hits {
        print_hit(session, hit);
    }
}

fn print_hit(session: &mut Session, hit: &HitView) {
    let target = match (&hit.step, hit.anchor.is_empty()) {
        (Some(step), _) => format!("{}#{step}", hit.slug),
        (None, true) => hit.slug.to_string(),
        (None, false) => format!("{}#{}", hit.slug, hit.anchor),
    };
    let kind = if hit.kind == "runbook" { "" } else { hit.kind };
    session.out.styled(&[(Style::Bold, &target), (Style::Dim, &format!("  {kind}"))]);
    let heading = if hit.heading.is_empty() || hit.heading == hit.title {
        hit.title.clone()
    } else {
        format!("{} › {}", hit.title, hit.heading)
    };
    session.out.wrapped(Style::Plain, "  ", &heading);
    if let Some(freshness) = &hit.freshness {
        let style = match freshness.status {
            _ if freshness.failing => Style::Bad,
            Status::Fresh => Style::Good,
            Status::Due | Status::Never => Style::Warn,
            Status::Stale => Style::Bad,
            Status::NotTracked => Style::Dim,
        };
        session.out.wrapped(style, "  ", &freshness.sentence);
    }
    if !hit.snippet.trim().is_empty() {
        session.out.wrapped(Style::Dim, "  ", &hit.snippet);
    }
    if !hit.why.is_empty() {
        session.out.wrapped(Style::Dim, "  ", &format!("why: {}", hit.why.join("; ")));
    }
    for (part, value) in hit.explain.iter().flatten() {
        session.out.line(&format!("    {value:8.3}  {part}"));
    }
    session.out.line("");
}

#[derive(Deserialize)]
struct BatchQuery {
    /// Whatever the asker calls it; given back as it came.
    id: serde_json::Value,
    query: String,
}

#[derive(Serialize)]
struct BatchAnswer<'a> {
    id: &'a serde_json::Value,
    ranked: &'a [String],
}

fn batch(file: &std::path::Path, by: By, session: &mut Session) -> Result<Done, Error> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|e| Error::refused(format!("reading the queries: {e}")).at(shown.clone()))?;
    let mut queries = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let query: BatchQuery = serde_json::from_str(line).map_err(|e| {
            Error::refused(format!("expected {{\"id\",\"query\"}}: {e}")).at(format!(
                "{shown}:{}:{}",
                at + 1,
                e.column().max(1)
            ))
        })?;
        queries.push(query);
    }
    let texts: Vec<String> = queries.iter().map(|query| query.query.clone()).collect();
    let answers = session.app()?.search_batch(&texts, by)?;
    for (query, ranked) in queries.iter().zip(&answers) {
        session.out.json_line(&BatchAnswer { id: &query.id, ranked });
    }
    Ok(Done::Well)
}
