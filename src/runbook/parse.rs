//! The way from a text to a [`Runbook`]: front matter, outline, then everything that is read
//! from the outline. Nothing here can fail, and each part is linear in the text.

use super::command::{self, FenceReading};
use super::facts::{Blocks, has_lead, links, without_lead};
use super::outline::Outline;
use super::{
    Diagnostic, DocKind, Runbook, SectionKind, Severity, afterwards, front_matter, last_worked,
    placeholder, step,
};

/// Files of these names are about a folder, not to be followed.
const PAGES: [&str; 8] =
    ["readme", "index", "_index", "changelog", "contributing", "license", "summary", "template"];

/// Reads a text. `name` is the file's name without extension: the title where nothing else tells.
///
/// A heading inside a quote or list opens no section, though it uses up its anchor.
pub fn parse(text: &str, name: &str) -> (Runbook, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (front, body) = front_matter::read(text, &mut diagnostics);
    let mut outline = Outline::read(text, body);
    let readings: Vec<FenceReading> = outline.fences.iter().map(command::read).collect();
    unclosed_fences(&outline, &mut diagnostics);
    let last_worked = last_worked::read(&outline, &mut diagnostics);

    let alerts = Blocks::of(&outline).alerts(&front, name);
    let heading = outline.title.map(|at| outline.parts[at].section.title.clone());
    let says_so = heading.as_deref().is_some_and(has_lead);
    let acts = outline.parts.iter().any(|part| part.section.kind == SectionKind::Mitigate);
    let is_about = PAGES.contains(&name.to_lowercase().as_str()) || is_template(name);
    let evidence = last_worked.is_some() || !front.alerts.is_empty();
    let is_runbook = evidence || (!is_about && (acts || !alerts.is_empty() || says_so));
    step::mark(&mut outline, &readings, is_runbook);
    let acts = outline.parts.iter().any(|part| part.section.kind == SectionKind::Mitigate);
    let kind = if is_runbook || (acts && !is_about) { DocKind::Runbook } else { DocKind::Page };

    let (mut steps, mut loose_commands) = step::read(&outline, readings);
    let of_steps = steps.iter_mut().flat_map(|step| &mut step.commands);
    for command in of_steps.chain(&mut loose_commands) {
        command.bound = placeholder::bound_in(&command.text, &front.placeholders);
    }
    let blocks = Blocks::of(&outline);
    let links = links(&outline);
    let title = front.title.clone().or_else(|| heading.filter(|title| !title.trim().is_empty()));
    let runbook = Runbook {
        kind,
        title: title.map_or_else(|| name.to_owned(), |title| without_lead(&title)),
        when_to_use: blocks.when_to_use(),
        time_to_mitigate: blocks.time_to_mitigate(),
        alerts,
        severity: blocks.severity(&front),
        dashboards: blocks.dashboards(),
        steps,
        loose_commands,
        questions: afterwards::questions(&outline),
        false_starts: afterwards::false_starts(&outline),
        related: blocks.related(&links),
        stale_after_days: blocks.stale_after_days(&front),
        links,
        front,
        last_worked,
        sections: Vec::new(),
    };
    diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    (with_sections(runbook, outline), diagnostics)
}

/// `postmortem-template` and `template-runbook` are there to be copied.
fn is_template(name: &str) -> bool {
    let name = name.to_lowercase();
    name.split(['-', '_', '.', ' ']).any(|word| word == "template")
}

/// Moves the sections over, leaving out a blank one before the first heading.
fn with_sections(mut runbook: Runbook, outline: Outline<'_>) -> Runbook {
    let opening = &outline.parts[0].section;
    let blank = opening.text.trim().is_empty();
    let shift = usize::from(blank);
    runbook.sections = outline
        .parts
        .into_iter()
        .skip(shift)
        .map(|part| part.section)
        .map(|mut section| {
            section.parent = section.parent.map(|parent| parent - shift);
            section
        })
        .collect();
    for step in &mut runbook.steps {
        step.section -= shift;
    }
    if let Some(table) = &mut runbook.last_worked {
        table.section -= shift;
    }
    runbook
}

fn unclosed_fences(outline: &Outline<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for fence in outline.fences.iter().filter(|fence| fence.unclosed) {
        let (line, column) = outline.lines.line_column(outline.text, fence.range.start);
        diagnostics.push(Diagnostic {
            line,
            column,
            rule: "fence-unclosed".to_owned(),
            severity: Severity::Info,
            message: "this code block is never closed and takes in everything below it; add the \
                      closing line"
                .to_owned(),
        });
    }
}
