//! One runbook, with everything that is known of it.

use std::collections::BTreeMap;

use super::freshness::{freshness_view, step_view};
use super::{App, Document};
use crate::domain::exercise::Exercise;
use crate::domain::freshness::Freshness;
use crate::domain::id::{EntryId, Slug};
use crate::error::Error;
use crate::runbook::{Command, DocKind, Runbook, SectionKind};
use crate::views::{
    CommandView, ExerciseView, FalseStartView, QuestionView, RelatedView, RunbookView, SectionView,
    StepView,
};

/// A runbook read just now, with its history: what views are made of.
pub(super) struct Opened {
    pub(super) document: Document,
    pub(super) text: String,
    pub(super) runbook: Runbook,
    pub(super) exercises: Vec<Exercise>,
    pub(super) freshness: Freshness,
}

/// What was asked for of a runbook.
#[derive(Clone, Debug)]
pub struct Shown {
    /// All of it.
    pub view: RunbookView,
    /// What was asked for, in the order of the document.
    pub parts: Vec<Part>,
    /// The step that was asked for, if one was.
    pub step: Option<String>,
}

/// A piece of a runbook as a terminal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The heading of a section that is no step.
    Heading(String),
    /// The heading of a step of the view, by its index.
    Step(usize),
    /// Text, as written.
    Words(String),
    /// A command, by the indices of its step and of itself.
    Command(usize, usize),
}

impl App {
    /// A runbook, or one step or section of it (`slug#step`).
    ///
    /// # Errors
    /// The runbook or the step is not known; the error names the nearest.
    pub fn show(&mut self, target: &str) -> Result<Shown, Error> {
        self.refresh()?;
        let (document, step) = self.target(target)?;
        let opened = self.open_document(document)?;
        let mut view = self.view(&opened)?;
        let parts = match &step {
            None => whole(&opened, &view),
            Some(name) => narrow(&opened, &mut view, name)?,
        };
        Ok(Shown { view, parts, step })
    }

    /// The text of a runbook when it last worked, and its text now; none where that text is not
    /// known or it never worked.
    ///
    /// # Errors
    /// The runbook is not known.
    pub fn texts_since_worked(&mut self, target: &str) -> Result<Option<(String, String)>, Error> {
        self.refresh()?;
        let (document, _) = self.target(target)?;
        let opened = self.open_document(document)?;
        let by = opened.freshness.by;
        let Some(exercise) = opened.exercises.iter().find(|e| Some(e.id) == by) else {
            return Ok(None);
        };
        let file = self.file_of(&opened.document);
        Ok(self.text_at(exercise, &file)?.map(|then| (then, opened.text)))
    }

    /// Fills the placeholders of every command; what stays unfilled is named.
    pub fn filled(
        view: &RunbookView,
        values: &BTreeMap<String, String>,
    ) -> Vec<(String, Vec<String>)> {
        let commands = view.steps.iter().flat_map(|step| &step.commands);
        let fill = |command: &CommandView| {
            crate::runbook::fill(&command.text, &command.placeholders, &command.bound, values)
        };
        commands.map(fill).collect()
    }

    pub(super) fn open_document(&self, document: Document) -> Result<Opened, Error> {
        let text = self.text_of(&document)?;
        let (runbook, _) = self.parse(&document, &text);
        let exercises = self.exercises(&document)?;
        let freshness = self.judge(&document.summary, &exercises);
        Ok(Opened { document, text, runbook, exercises, freshness })
    }

    pub(super) fn view(&self, opened: &Opened) -> Result<RunbookView, Error> {
        let Opened { document, runbook, exercises, freshness, .. } = opened;
        let is_runbook = runbook.kind == DocKind::Runbook;
        let mut views: Vec<_> = exercises.iter().map(|e| exercise_view(e, document)).collect();
        let order: BTreeMap<EntryId, i64> = exercises.iter().map(|e| (e.id, e.order)).collect();
        views.sort_by_key(|view| std::cmp::Reverse((view.date, order.get(&view.id).copied())));
        Ok(RunbookView {
            slug: document.slug.clone(),
            path: document.path.clone(),
            title: runbook.title.clone(),
            kind: runbook.kind,
            owner: self.owner_name(&document.summary),
            alerts: document.summary.alerts.clone(),
            when_to_use: runbook.when_to_use.as_ref().map(|words| words.value.clone()),
            time_to_mitigate: runbook.time_to_mitigate.as_ref().map(|range| range.value),
            stale_after_days: runbook.stale_after_days.as_ref().map(|days| days.value),
            example: runbook.front.example,
            sections: runbook.sections.iter().map(section_view).collect(),
            steps: self.step_views(opened, is_runbook),
            questions: runbook
                .questions
                .iter()
                .map(|q| QuestionView { question: q.question.clone(), if_no: q.if_no.clone() })
                .collect(),
            false_starts: runbook
                .false_starts
                .iter()
                .map(|f| FalseStartView { symptom: f.symptom.clone(), advice: f.advice.clone() })
                .collect(),
            related: self.related(opened)?,
            exercises: views,
            notes: self.notes_of(document)?,
            freshness: is_runbook.then(|| freshness_view(freshness, &document.summary)),
            diagnostics: document.summary.diagnostics.clone(),
        })
    }

    fn step_views(&self, opened: &Opened, is_runbook: bool) -> Vec<StepView> {
        let Opened { runbook, exercises, freshness, .. } = opened;
        runbook
            .steps
            .iter()
            .map(|step| {
                let known = freshness.steps.iter().find(|known| known.id == step.id);
                StepView {
                    id: step.id.clone(),
                    title: step.title.clone(),
                    kind: step.kind,
                    anchor: step.anchor.clone(),
                    line: step.span.line,
                    budget_s: step.budget_s,
                    commands: step.commands.iter().map(|c| self.command_view(c)).collect(),
                    placeholders: step.placeholders.clone(),
                    freshness: known
                        .filter(|_| is_runbook)
                        .map(|known| step_view(known, exercises)),
                }
            })
            .collect()
    }

    pub(super) fn command_view(&self, command: &Command) -> CommandView {
        CommandView {
            text: command.text.clone(),
            expected: command.expected.clone(),
            comment: command.comment.clone(),
            after: command.after.clone(),
            dangers: self.dangers.check(&command.text),
            placeholders: command.placeholders.clone(),
            bound: command.bound.clone(),
            line: command.span.line,
        }
    }

    fn related(&self, opened: &Opened) -> Result<Vec<RelatedView>, Error> {
        let mut views = Vec::new();
        for related in &opened.runbook.related {
            let target = self.linked(&opened.document, &related.target)?;
            let freshness = match &target {
                Some(document) if document.summary.kind == DocKind::Runbook => {
                    let exercises = self.exercises(document)?;
                    Some(self.judge(&document.summary, &exercises))
                }
                _ => None,
            };
            views.push(RelatedView {
                target: related.target.clone(),
                found: target.is_some(),
                status: freshness.as_ref().map(|known| known.status),
                failing: freshness.as_ref().is_some_and(|known| known.failing),
                days_since: freshness.and_then(|known| known.days_since),
                slug: target.as_ref().map(|document| document.slug.clone()),
                title: target.map(|document| document.summary.title),
                why: related.why.clone(),
            });
        }
        Ok(views)
    }

    /// The document that a relative link of another one leads to; a bare file name also finds
    /// the only file of that name.
    pub(super) fn linked(&self, from: &Document, target: &str) -> Result<Option<Document>, Error> {
        let Some(path) = resolve(&from.path, target) else { return Ok(None) };
        if let Some(slug) = self.slug_of_path(&path)
            && let Some(found) = self.ledger.document(&Slug::new(slug))?
        {
            return Document::read(found).map(Some);
        }
        Ok(None)
    }

    pub(super) fn exercise_view(&self, id: EntryId) -> Result<ExerciseView, Error> {
        let exercise = self.find_exercise(&id.to_string())?;
        let document = self.document_of(&exercise.runbook)?;
        let exercises = self.exercises(&document)?;
        let joined = exercises.iter().find(|e| e.id == id).unwrap_or(&exercise);
        Ok(exercise_view(joined, &document))
    }
}

/// A relative link's path inside the folder, without its anchor; none for addresses elsewhere.
pub(super) fn resolve(from: &str, target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => {
            from.rsplit_once('/').map(|(folder, _)| folder.split('/').collect()).unwrap_or_default()
        }
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn section_view(section: &crate::runbook::Section) -> SectionView {
    SectionView {
        anchor: section.anchor.clone(),
        kind: section.kind,
        title: section.title.clone(),
        line: section.heading.line,
    }
}

/// An exercise in the shape that is shown.
pub(super) fn exercise_view(exercise: &Exercise, document: &Document) -> ExerciseView {
    ExerciseView {
        id: exercise.id,
        slug: document.slug.clone(),
        date: exercise.date,
        kind: exercise.kind.as_str(),
        outcome: exercise.outcome.as_str(),
        steps: exercise.steps.clone(),
        context: exercise.context.clone(),
        resolved_by: exercise.resolved_by.clone(),
        notes: exercise.notes.clone(),
        minutes: exercise.minutes,
        incident: exercise.incident.clone(),
        actor: exercise.actor.to_string(),
        source: exercise.source,
        pending: exercise.pending,
        row_removed: exercise.row_removed,
        retracted: exercise.retracted.clone(),
        conflict: exercise.conflict,
    }
}

/// The text without its front matter.
fn body(opened: &Opened) -> &str {
    let start = opened.runbook.front.span.map_or(0, |span| span.end);
    opened.text.get(start..).unwrap_or(&opened.text).trim_start_matches(['\u{feff}', '\n', '\r'])
}

/// Keeps of a view what belongs to one step or section, its sub-steps included, and gives its
/// text in parts.
fn narrow(opened: &Opened, view: &mut RunbookView, name: &str) -> Result<Vec<Part>, Error> {
    let runbook = &opened.runbook;
    let section = match super::recording::find_step(name, runbook) {
        Some(step) => step.section,
        None => runbook
            .sections
            .iter()
            .position(|section| section.anchor == name)
            .ok_or_else(|| super::recording::unknown_step(name, runbook))?,
    };
    let inside = |at: usize| {
        let mut next = Some(at);
        for _ in 0..8 {
            match next {
                Some(at) if at == section => return true,
                Some(at) => next = runbook.sections.get(at).and_then(|s| s.parent),
                None => return false,
            }
        }
        false
    };
    let kept: Vec<usize> = (0..runbook.sections.len()).filter(|at| inside(*at)).collect();
    let anchors: Vec<&str> = kept.iter().map(|at| runbook.sections[*at].anchor.as_str()).collect();
    view.sections.retain(|section| anchors.contains(&section.anchor.as_str()));
    view.steps.retain(|step| anchors.contains(&step.anchor.as_str()));
    view.notes.retain(|note| match &note.step {
        Some(id) => view.steps.iter().any(|step| step.id == *id),
        None => false,
    });
    Ok(kept.iter().flat_map(|at| section_parts(opened, view, *at)).collect())
}

/// A whole document in parts. What a view lists by itself (false starts, related runbooks, when
/// it last worked) is left out.
fn whole(opened: &Opened, view: &RunbookView) -> Vec<Part> {
    if view.steps.is_empty() {
        return vec![Part::Words(body(opened).to_owned())];
    }
    let listed = |kind: SectionKind| match kind {
        SectionKind::FalseStarts => !view.false_starts.is_empty(),
        SectionKind::Related => !view.related.is_empty(),
        SectionKind::LastWorked => true,
        _ => false,
    };
    let sections = &opened.runbook.sections;
    let kept = (0..sections.len()).filter(|at| !listed(sections[*at].kind));
    kept.flat_map(|at| section_parts(opened, view, at)).collect()
}

/// One section in parts: its heading, its words as written, and each command where it stands,
/// in place of the fence around it.
fn section_parts(opened: &Opened, view: &RunbookView, at: usize) -> Vec<Part> {
    let section = &opened.runbook.sections[at];
    let step = section.step.as_ref();
    let step = step.and_then(|id| view.steps.iter().position(|step| step.id == *id));
    let mut parts = match step {
        Some(step) => vec![Part::Step(step)],
        None if section.level > 1 => vec![Part::Heading(section.title.clone())],
        None => Vec::new(),
    };
    let mut commands: Vec<(usize, Part)> = Vec::new();
    for (number, step) in view.steps.iter().enumerate() {
        let Some(read) = opened.runbook.steps.iter().find(|read| read.id == step.id) else {
            continue;
        };
        let inside = |start: usize| section.span.start <= start && start < section.span.end;
        let here = read.commands.iter().enumerate().filter(|(_, it)| inside(it.span.start));
        commands.extend(here.map(|(command, it)| (it.span.start, Part::Command(number, command))));
    }
    commands.sort_by_key(|(start, _)| std::cmp::Reverse(*start));
    let from = section.heading.end.max(section.span.start);
    let text = opened.text.get(from..section.span.end).unwrap_or_default();
    for (offset, block) in blocks(text) {
        let end = from + offset + block.len();
        let fenced = fence_of(block).is_some();
        let before = parts.len();
        while fenced && let Some((_, part)) = commands.pop_if(|(start, _)| *start < end) {
            parts.push(part);
        }
        if parts.len() == before {
            parts.push(Part::Words(block.to_owned()));
        }
    }
    parts.extend(commands.into_iter().rev().map(|(_, part)| part));
    parts
}

/// A text cut into fences and what stands between them, each with its place.
fn blocks(text: &str) -> Vec<(usize, &str)> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut open: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match (open, fence_of(line)) {
            (None, Some(fence)) => {
                blocks.push((start, &text[start..at]));
                (start, open) = (at, Some(fence));
            }
            (Some(fence), Some(close)) if close.starts_with(fence) && line.trim() == close => {
                blocks.push((start, &text[start..end]));
                (start, open) = (end, None);
            }
            _ => {}
        }
        at = end;
    }
    blocks.push((start, &text[start..]));
    blocks.retain(|(_, block)| !block.trim().is_empty());
    blocks
}

/// The marks that open or close a fence, if a line, or the first of several, does.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = &line[..line.len() - line.trim_start_matches(mark).len()];
    (marks.len() >= 3).then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn relative_links_are_resolved_inside_the_folder() {
        let check = |from: &str, target: &str, expected: Option<&str>| {
            assert_eq!(resolve(from, target).as_deref(), expected, "{from} -> {target}");
        };
        check("rollback/a.md", "b.md", Some("rollback/b.md"));
        check("rollback/a.md", "../x/b.md#step", Some("x/b.md"));
        check("a.md", "../b.md", None);
        check("a.md", "/x/b.md", Some("x/b.md"));
        check("a.md", "https://example.org/b.md", None);
        check("a.md", "#here", None);
    }
}
