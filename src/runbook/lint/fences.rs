//! The commands of a document: those of its steps, and those of fences that belong to no step.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::runbook::Runbook;

/// A command and where it starts.
pub(super) struct Placed {
    pub(super) byte: usize,
    pub(super) text: String,
}

/// Languages whose fences are run as they stand; with none given, a shell is meant.
const RUN: [&str; 13] = [
    "",
    "bash",
    "console",
    "mysql",
    "pgsql",
    "postgresql",
    "psql",
    "sh",
    "shell",
    "shell-session",
    "sql",
    "terminal",
    "zsh",
];

/// Every command, in the text's order.
pub(super) fn commands(text: &str, runbook: &Runbook) -> Vec<Placed> {
    let of_steps = runbook.steps.iter().flat_map(|step| &step.commands);
    let mut placed: Vec<Placed> = Vec::new();
    let mut covered: Vec<usize> = Vec::new();
    for command in of_steps {
        placed.push(Placed { byte: command.span.start, text: command.text.clone() });
        covered.push(command.span.start);
    }
    covered.sort_unstable();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { continue };
        let word = info.split([' ', ',', '{']).next().unwrap_or_default();
        let next = covered.partition_point(|start| *start < range.start);
        let has_step = covered.get(next).is_some_and(|start| *start < range.end);
        if RUN.contains(&word.to_lowercase().as_str()) && !has_step {
            let body = text.get(range.clone()).unwrap_or_default();
            placed.extend(lines(body, range.start));
        }
    }
    placed.sort_by_key(|command| command.byte);
    placed
}

/// The commands of a fence, each with its continuation lines; one with a heredoc takes the rest.
fn lines(fence: &str, start: usize) -> Vec<Placed> {
    let mut commands: Vec<Placed> = Vec::new();
    let mut at = start;
    let mut goes_on = false;
    let prompts = fence.lines().any(|line| line.trim_start().starts_with("$ "));
    for (number, line) in fence.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        let byte = at + (line.len() - trimmed.len());
        at += line.len();
        let prompt = trimmed.strip_prefix("$ ");
        let is_fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        if number == 0 || is_fence || trimmed.trim_end().is_empty() {
            continue;
        }
        match commands.last_mut() {
            Some(last) if goes_on => last.text.push_str(trimmed),
            _ if prompts && prompt.is_none() => continue,
            _ => {
                let shift = prompt.map_or(0, |_| 2);
                let text = prompt.unwrap_or(trimmed).to_owned();
                commands.push(Placed { byte: byte + shift, text });
            }
        }
        let text = commands.last().map_or("", |last| last.text.as_str());
        goes_on = text.trim_end().ends_with('\\') || text.contains("<<") || is_open_sql(text);
    }
    commands
}

/// Whether an SQL statement waits for its semicolon.
fn is_open_sql(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_uppercase();
    matches!(first.as_str(), "DELETE" | "UPDATE" | "WITH" | "SELECT" | "INSERT")
        && !text.trim_end().ends_with(';')
}
