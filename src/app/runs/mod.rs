//! Runs: a runbook followed step by step, with everything that is ticked in the ledger at once,
//! so that neither a reload nor a dead battery loses any of it.
//!
//! A run follows the text that was in force when it began, which is kept with it: an edit or a
//! removal meanwhile changes nothing under anybody's hands.

use super::{App, Document, file_stem};
use crate::domain::exercise::StepResult;
use crate::domain::id::{EntryId, Hash, RunbookId, StepId};
use crate::domain::run::{Marked, Run, RunState};
use crate::error::Error;
use crate::runbook::{DocKind, Runbook, SectionKind, Step, summarise};

mod acting;
mod finishing;
mod showing;
mod starting;

pub use acting::Action;
pub use finishing::Finished;
pub use starting::Start;

/// How a request came.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// What tells the same form, sent twice, from two forms; empty where nothing does.
    pub token: String,
    /// How long ago it happened, in milliseconds, where it may have waited for a connection and
    /// been sent before.
    pub ago_ms: Option<i64>,
}

/// A run with the text it follows.
struct Followed {
    run: Run,
    /// The runbook's file as it is now, if it is there; the summary is of the text followed.
    document: Document,
    found: bool,
    edited: bool,
    text: String,
    runbook: Runbook,
}

impl App {
    /// The runbook of a run and the step that is at hand in it.
    ///
    /// # Errors
    /// The run is not known.
    pub fn step_at_hand(&self, run: &str) -> Result<(RunbookId, Option<StepId>), Error> {
        let run = self.find_run(run)?;
        Ok((run.runbook, run.current.map(|(step, _)| step)))
    }

    /// The run with an id, or the beginning of one.
    fn find_run(&self, id: &str) -> Result<Run, Error> {
        let mut found = self.ledger.runs_beginning(id.trim(), 2)?;
        match (found.pop(), found.is_empty()) {
            (Some(run), true) => Ok(run),
            (Some(_), false) => Err(Error::refused(format!("more than one run begins with {id}"))
                .hinted("give more of the id")),
            (None, _) => Err(Error::not_found(format!("no run {id}"))
                .hinted("`runledger run list` shows those in progress")),
        }
    }

    /// A run with the text it began with; the text of today where that was erased.
    fn followed(&self, run: Run) -> Result<Followed, Error> {
        let live = self.live_document(&run.runbook)?;
        let now = match &live {
            Some(document) => Some(self.text_of(document)?),
            None => None,
        };
        let edited = now.as_ref().is_some_and(|text| Hash::of(text.as_bytes()) != run.text);
        let kept = self.ledger.blob(run.text)?.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = kept.or(now).ok_or_else(|| {
            Error::not_found(format!("the text that run {} follows is gone", run.id))
                .hinted("the run can still be abandoned")
        })?;
        let slug = live.as_ref().map_or(&run.slug, |document| &document.slug).clone();
        let (runbook, diagnostics) = crate::runbook::parse(&text, file_stem(slug.as_str()));
        let found = live.is_some();
        let document = Document {
            runbook: run.runbook.clone(),
            path: live.as_ref().map_or_else(|| format!("{slug}.md"), |it| it.path.clone()),
            folder: live.as_ref().map(|it| it.folder.clone()).unwrap_or_default(),
            first_seen: live.as_ref().map_or(run.started_at, |it| it.first_seen),
            summary: summarise(&runbook, diagnostics),
            slug,
        };
        Ok(Followed { run, document, found, edited, text, runbook })
    }

    fn live_document(&self, runbook: &RunbookId) -> Result<Option<Document>, Error> {
        self.ledger.document_of(runbook)?.map(Document::read).transpose()
    }
}

/// Refuses to do anything to a run that is over.
fn must_be_open(run: &Run) -> Result<(), Error> {
    let (by, what) = match &run.state {
        RunState::Open => return Ok(()),
        RunState::Ended { by, .. } => (by, "recorded"),
        RunState::Abandoned { by, .. } => (by, "abandoned"),
    };
    Err(Error::conflict(format!("this run is over: {} {what} it", by.name))
        .hinted("start another one, or correct what was recorded"))
}

/// An id that follows from what was sent, so that the same form sent twice is one entry.
fn id_of(parts: &[&str], sent: &Sent) -> Option<EntryId> {
    let token = sent.token.trim();
    (!token.is_empty()).then(|| EntryId::derived(&[&["run", token][..], parts].concat()))
}

/// Whether a step only holds the steps under it, one of which is to be chosen.
fn is_group(step: &Step, runbook: &Runbook) -> bool {
    step.commands.is_empty() && runbook.steps.iter().any(|it| it.parent.as_ref() == Some(&step.id))
}

/// The step to go on with after `after`: the next one that nobody has dealt with. Where one of
/// several ways to mitigate worked, the others are passed over.
fn next_step(runbook: &Runbook, run: &Run, after: &StepId) -> Option<StepId> {
    let at = runbook.steps.iter().position(|step| step.id == *after)?;
    let under = |parent: &StepId| {
        let parent = parent.clone();
        runbook.steps.iter().filter(move |step| step.parent.as_ref() == Some(&parent))
    };
    let worked = |step: &Step| {
        run.mark(&step.id).is_some_and(|mark| {
            matches!(mark.what, Marked::Ticked { result: StepResult::Worked, .. })
        })
    };
    let passed_over = |step: &Step| {
        let Some(parent) = &step.parent else { return false };
        let skipped = run.mark(parent).map(|mark| &mark.what);
        let instead = step.kind == SectionKind::Mitigate && under(parent).any(worked);
        instead || matches!(skipped, Some(Marked::Skipped { .. }))
    };
    let chosen = |step: &Step| {
        is_group(step, runbook) && under(&step.id).any(|step| run.mark(&step.id).is_some())
    };
    let left = runbook.steps[at + 1..].iter();
    let mut open = left.filter(|step| run.mark(&step.id).is_none());
    open.find(|step| !passed_over(step) && !chosen(step)).map(|step| step.id.clone())
}

/// Refuses what cannot be followed.
fn must_have_steps(document: &Document, runbook: &Runbook) -> Result<(), Error> {
    if runbook.kind == DocKind::Page {
        return Err(Error::refused(format!("this is a page, not a runbook: {}", document.slug))
            .hinted("a runbook has an action section, an alert or a last-worked table"));
    }
    if runbook.steps.is_empty() {
        return Err(Error::refused(format!(
            "the runbook {} has no steps to follow",
            document.slug
        ))
        .hinted("record it as a whole on its page"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
