//! What changed in a runbook, or in a step of it, since it last worked.

use super::App;
use super::freshness::worked_for;
use super::recording::{find_step, unknown_step};
use super::runbooks::Opened;
use crate::error::Error;
use crate::render::diff::{LeftOut, Row, RowKind, compare};
use crate::runbook::{LastWorked, Runbook};
use crate::views::changes::{ChangesView, HunkPart, HunkView, StepRef};

impl App {
    /// The changed places of a runbook since it last worked; with a step, since that step did.
    /// Rows of its table of exercises are left out: recording an exercise edits nothing.
    ///
    /// # Errors
    /// The runbook or the step is not known.
    pub fn changes(&mut self, slug: &str, step: Option<&str>) -> Result<ChangesView, Error> {
        self.refresh()?;
        let document = self.document(slug)?;
        let opened = self.open_document(document)?;
        let asked = match step {
            Some(name) => {
                let step = find_step(name, &opened.runbook);
                Some(step.ok_or_else(|| unknown_step(name, &opened.runbook))?)
            }
            None => None,
        };
        let by = match asked {
            Some(step) => {
                let known = opened.freshness.steps.iter().find(|known| known.id == step.id);
                known.and_then(|known| known.by)
            }
            None => opened.freshness.by,
        };
        let exercise = opened.exercises.iter().find(|exercise| Some(exercise.id) == by);
        let then = match exercise {
            Some(exercise) => self.text_at(exercise, &self.file_of(&opened.document))?,
            None => None,
        };
        let since = exercise.map(|exercise| exercise.date);
        Ok(ChangesView {
            slug: opened.document.slug.clone(),
            title: opened.runbook.title.clone(),
            step: asked.map(|step| StepRef { id: step.id.clone(), title: step.title.clone() }),
            since,
            days_since: since.map(|date| (self.today() - date).num_days()),
            worked_for: worked_for(by, &opened.exercises),
            known: then.is_some(),
            hunks: then.map(|then| self.hunks(&then, &opened)).unwrap_or_default(),
        })
    }

    fn hunks(&self, then: &str, opened: &Opened) -> Vec<HunkView> {
        let (earlier, _) = self.parse(&opened.document, then);
        let left_out = LeftOut {
            then: earlier.last_worked.as_ref().map(row_lines).unwrap_or_default(),
            now: opened.runbook.last_worked.as_ref().map(row_lines).unwrap_or_default(),
        };
        let mut told: Vec<StepRef> = Vec::new();
        compare(then, &opened.text, &left_out)
            .into_iter()
            .map(|rows| {
                let mut parts = parts(rows, &opened.runbook);
                for part in &mut parts {
                    if let Some(step) = part.step.clone().filter(|step| !told.contains(step)) {
                        part.first = true;
                        told.push(step);
                    }
                }
                HunkView { parts }
            })
            .collect()
    }
}

/// The lines on which the rows of a table stand.
fn row_lines(table: &LastWorked) -> std::ops::Range<usize> {
    let first = table.delimiter.line + 1;
    let last = table.rows.iter().map(|row| row.span.end_line).max().unwrap_or(table.delimiter.line);
    first..last + 1
}

/// A changed place cut where a section ends; what holds nothing but unchanged lines is dropped.
fn parts(rows: Vec<Row>, runbook: &Runbook) -> Vec<HunkPart> {
    let mut parts: Vec<(Option<usize>, Vec<Row>)> = Vec::new();
    for row in rows {
        let after = runbook.sections.partition_point(|section| section.span.line <= row.at);
        let section = after.checked_sub(1);
        match parts.last_mut() {
            Some((here, rows)) if *here == section => rows.push(row),
            _ => parts.push((section, vec![row])),
        }
    }
    parts.retain(|(_, rows)| rows.iter().any(|row| row.kind != RowKind::Same));
    parts.into_iter().map(|(section, rows)| part(section, rows, runbook)).collect()
}

fn part(section: Option<usize>, rows: Vec<Row>, runbook: &Runbook) -> HunkPart {
    let step = runbook
        .step_of(section)
        .map(|step| StepRef { id: step.id.clone(), title: step.title.clone() });
    let section = section.and_then(|at| runbook.sections.get(at));
    let anchor = match (&step, section) {
        (Some(step), _) => format!("step-{}", step.id),
        (None, Some(section)) => section.anchor.clone(),
        (None, None) => String::new(),
    };
    let heading = section.filter(|section| section.level > 0).map(|section| section.title.clone());
    HunkPart { step, first: false, heading: heading.unwrap_or_default(), anchor, rows }
}
