//! What people do during a run: open, tick, skip, undo, note, give up.

use super::{Followed, Sent, id_of, must_be_open, next_step};
use crate::app::App;
use crate::app::exercises::entry;
use crate::app::recording::{find_step, short_enough, unknown_step};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{
    Event, RunAbandoned, RunNoted, RunStepOpened, RunStepSkipped, RunStepTicked, RunTickUndone,
};
use crate::domain::exercise::StepResult;
use crate::domain::id::{EntryId, StepId};
use crate::domain::run::{Marked, Run};
use crate::error::Error;
use crate::ledger::{Reads, Tx};
use crate::runbook::{Runbook, SectionKind, Step};
use crate::text::redact::redact;

/// The longest note or reason, in bytes.
const MAX_WORDS: usize = 16 * 1024;

/// How old something may be that waited for a connection: a day, in milliseconds.
const MAX_AGO: i64 = 24 * 60 * 60 * 1000;

/// Something done during a run. Steps are named by their id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Goes to a step; its clock runs from now on.
    Open(String),
    /// A step was done.
    Tick(String, StepResult),
    /// A step is left out, for a reason.
    Skip(String, String),
    /// A step was not done, or not so, after all.
    Undo(String),
    /// Something is said, at a step if there is one.
    Note(Option<String>, String),
    /// The run is given up, for a reason.
    Abandon(String),
}

impl Action {
    /// What tells it from another one, for the id of its entry.
    fn parts(&self) -> [&str; 3] {
        match self {
            Self::Open(step) => ["open", step, ""],
            Self::Tick(step, StepResult::Worked) => ["tick", step, "worked"],
            Self::Tick(step, StepResult::Failed) => ["tick", step, "failed"],
            Self::Skip(step, reason) => ["skip", step, reason],
            Self::Undo(step) => ["undo", step, ""],
            Self::Note(step, text) => ["note", step.as_deref().unwrap_or_default(), text],
            Self::Abandon(reason) => ["abandon", "", reason],
        }
    }
}

impl App {
    /// Does something in a run, once however often it is sent. What others did meanwhile is
    /// taken into account: it is decided in the transaction that stores it.
    ///
    /// # Errors
    /// The run is over or not known, the step is none of its runbook, words that are needed are
    /// missing or too long, or it cannot be stored.
    pub fn act_on_run(
        &mut self,
        id: &str,
        action: &Action,
        sent: &Sent,
        actor: &Actor,
    ) -> Result<EntryId, Error> {
        let run = self.find_run(id)?;
        let id = run.id;
        let [verb, step, words] = action.parts();
        let same = id_of(&[&id.to_string(), verb, step, words, &actor.name], sent);
        if was_done(&self.ledger, &run, same, sent)? {
            return Ok(id);
        }
        must_be_open(&run)?;
        let action = checked(action)?;
        let followed = match action {
            // A run whose text is gone can still be given up.
            Action::Abandon(_) => None,
            _ => Some(self.followed(run)?),
        };
        let fresh = [self.new_id(), self.new_id()];
        let now = self.clock.now_ms();
        self.ledger.transact(|tx| -> Result<(), Error> {
            // Somebody else may have done something since.
            let before = read(tx, id)?;
            if was_done(tx, &before, same, sent)? {
                return Ok(());
            }
            must_be_open(&before)?;
            let at = happened_at(&before, now, sent.ago_ms.unwrap_or(0));
            let Some(event) = event(&before, followed.as_ref(), &action, actor, at)? else {
                return Ok(());
            };
            let own = match same {
                Some(same) if tx.entry(same)?.is_none() => same,
                _ => fresh[0],
            };
            let run = append(tx, &before, own, &event, now, actor)?;
            let next = followed.as_ref().and_then(|it| opens(&before, &run, &it.runbook, &action));
            if let Some(step) = next {
                let event = Event::RunStepOpened(RunStepOpened { step, at });
                append(tx, &run, fresh[1], &event, now, actor)?;
            }
            Ok(())
        })?;
        Ok(id)
    }
}

/// Whether just this was sent before. A mark that was undone since is meant anew where the form
/// comes from a page that was kept, and is only late where it waited for a connection.
fn was_done(reads: &Reads, run: &Run, same: Option<EntryId>, sent: &Sent) -> Result<bool, Error> {
    let Some(same) = same else { return Ok(false) };
    let Some((_, known)) = reads.entry(same)? else { return Ok(false) };
    let is_mark = matches!(known.kind.as_str(), "run.step_ticked" | "run.step_skipped");
    let stands = run.steps.iter().flat_map(|step| &step.marks).any(|it| it.entry == same);
    Ok(!is_mark || stands || sent.ago_ms.is_some())
}

/// The run as it is now.
pub(super) fn read(tx: &Tx<'_>, id: EntryId) -> Result<Run, Error> {
    tx.run(id)?.ok_or_else(|| Error::not_found(format!("no run {id}")))
}

/// Appends to a run, behind everything in it, and gives the run as it is then.
pub(super) fn append(
    tx: &mut Tx<'_>,
    run: &Run,
    id: EntryId,
    event: &Event,
    now: i64,
    actor: &Actor,
) -> Result<Run, Error> {
    let recorded_at = Timestamp(now.max(run.written_at.0 + 1));
    tx.append(&entry(id, event, &run.id.to_string(), recorded_at, actor)?)?;
    tx.project()?;
    read(tx, run.id)
}

/// When something happened that was sent so long ago: never before the run, nor in the future.
fn happened_at(run: &Run, now: i64, ago_ms: i64) -> Timestamp {
    Timestamp((now - ago_ms.clamp(0, MAX_AGO)).max(run.started_at.0))
}

/// The action with its words trimmed, and without what looks secret.
fn checked(action: &Action) -> Result<Action, Error> {
    let words = |text: &str, missing: &str| -> Result<String, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::refused(missing.to_owned()));
        }
        short_enough("the text", text, MAX_WORDS)?;
        Ok(redact(text).text)
    };
    Ok(match action {
        Action::Skip(step, reason) => {
            Action::Skip(step.clone(), words(reason, "a step is skipped for a reason")?)
        }
        Action::Note(step, text) => Action::Note(step.clone(), words(text, "a note needs words")?),
        Action::Abandon(reason) => {
            Action::Abandon(words(reason, "a run is abandoned for a reason")?)
        }
        other => other.clone(),
    })
}

fn step_named<'a>(followed: Option<&'a Followed>, name: &str) -> Result<&'a Step, Error> {
    let runbook = followed.map(|it| &it.runbook);
    let runbook = runbook.ok_or_else(|| Error::failed("no text to look a step up in"))?;
    find_step(name, runbook).ok_or_else(|| unknown_step(name, runbook))
}

/// What happens to the run; nothing where it is so already.
fn event(
    run: &Run,
    followed: Option<&Followed>,
    action: &Action,
    actor: &Actor,
    at: Timestamp,
) -> Result<Option<Event>, Error> {
    Ok(Some(match action {
        Action::Open(name) => {
            let step = step_named(followed, name)?.id.clone();
            if run.current.as_ref().is_some_and(|(current, _)| *current == step) {
                return Ok(None);
            }
            Event::RunStepOpened(RunStepOpened { step, at })
        }
        Action::Tick(name, result) => {
            let step = step_named(followed, name)?;
            let mitigates = step.kind == SectionKind::Mitigate;
            let what = Marked::Ticked { result: *result, mitigates };
            if is_marked(run, &step.id, &what, actor)? {
                return Ok(None);
            }
            let (title, result) = (step.title.clone(), *result);
            Event::RunStepTicked(RunStepTicked {
                step: step.id.clone(),
                title,
                result,
                mitigates,
                at,
            })
        }
        Action::Skip(name, reason) => {
            let (step, reason) = (step_named(followed, name)?, reason.clone());
            if is_marked(run, &step.id, &Marked::Skipped { reason: reason.clone() }, actor)? {
                return Ok(None);
            }
            let title = step.title.clone();
            Event::RunStepSkipped(RunStepSkipped { step: step.id.clone(), title, reason, at })
        }
        Action::Undo(name) => {
            let step = step_named(followed, name)?.id.clone();
            let ticks: Vec<EntryId> = run
                .step(&step)
                .map(|step| step.marks.iter().map(|mark| mark.entry).collect())
                .unwrap_or_default();
            if ticks.is_empty() {
                return Ok(None);
            }
            Event::RunTickUndone(RunTickUndone { step, ticks, at })
        }
        Action::Note(name, text) => {
            let step = match name {
                Some(name) => Some(step_named(followed, name)?.id.clone()),
                None => None,
            };
            Event::RunNoted(RunNoted { step, text: text.clone(), at })
        }
        Action::Abandon(reason) => Event::RunAbandoned(RunAbandoned { reason: reason.clone(), at }),
    }))
}

/// Whether this person has said just this of a step. To say something else they undo first;
/// somebody else's word is taken beside theirs.
fn is_marked(run: &Run, step: &StepId, what: &Marked, actor: &Actor) -> Result<bool, Error> {
    let marks = run.step(step).map(|step| step.marks.as_slice()).unwrap_or_default();
    let Some(own) = marks.iter().find(|mark| mark.by == *actor) else { return Ok(false) };
    if own.what == *what {
        return Ok(true);
    }
    let said = match own.what {
        Marked::Ticked { result: StepResult::Worked, .. } => "ticked",
        Marked::Ticked { result: StepResult::Failed, .. } => "marked as failed",
        Marked::Skipped { .. } => "skipped",
    };
    Err(Error::conflict(format!("you have {said} step {step} already"))
        .hinted("undo that first, then say what happened"))
}

/// The step that is at hand after an action, if that changes: the next one after a tick or a
/// skip of the one at hand, the step itself after an undo.
fn opens(before: &Run, run: &Run, runbook: &Runbook, action: &Action) -> Option<StepId> {
    match action {
        Action::Tick(name, _) | Action::Skip(name, _) => {
            let step = find_step(name, runbook)?;
            let here = before.current.as_ref().is_none_or(|(current, _)| {
                *current == step.id || Some(current) == step.parent.as_ref()
            });
            if here { next_step(runbook, run, &step.id) } else { None }
        }
        Action::Undo(name) => Some(find_step(name, runbook)?.id.clone()),
        Action::Open(_) | Action::Note(..) | Action::Abandon(_) => None,
    }
}
