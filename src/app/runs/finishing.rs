//! Ending a run: as an exercise with the steps really used and the time really taken.

use super::acting::{append, read};
use super::{Followed, must_be_open};
use crate::app::App;
use crate::app::exercises::{Recording, RowFate, entry};
use crate::app::recording::{context_columns, find_step, refuse_duplicate};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, ExerciseRecorded, Facts, RunEnded};
use crate::domain::exercise::{Context, Exercise, Outcome};
use crate::domain::id::{EntryId, Hash, Slug};
use crate::domain::run::{Marked, Run, RunState};
use crate::error::{Error, Kind};
use crate::views::run::RunFinish;

/// What became of a run that was recorded.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Finished {
    /// The run.
    pub run: EntryId,
    /// The exercise it is now.
    pub exercise: EntryId,
    /// How it went as a whole.
    pub outcome: Outcome,
    /// Where the runbook stands, if its file is there.
    pub slug: Option<Slug>,
    /// What became of the exercise's row.
    pub row: RowFate,
}

impl App {
    /// Records a run as an exercise and ends it, both or neither. The day is that on which the
    /// run began, the steps are those of the text that was followed. `seen` is what the form was
    /// filled from ([`RunFinish::seen`]), if that has to be all that happened.
    ///
    /// # Errors
    /// The run is over or not known, something was ticked or noted since the form was filled, a
    /// step or column is not known, the same is recorded already, or it cannot be stored.
    pub fn finish_run(
        &mut self,
        id: &str,
        recording: &Recording,
        seen: Option<&str>,
        actor: &Actor,
    ) -> Result<Finished, Error> {
        self.refresh()?;
        let run = self.find_run(id)?;
        if matches!(run.state, RunState::Abandoned { .. }) {
            must_be_open(&run)?;
        }
        let Followed { run, document, found, text, runbook, .. } = self.followed(run)?;
        let mut recording = recording.clone();
        recording.on = recording.on.or_else(|| Some(self.date_of(run.started_at)));
        let place = |name: &str| {
            let step = find_step(name, &runbook).map(|step| &step.id);
            runbook.steps.iter().position(|known| Some(&known.id) == step)
        };
        recording.steps.sort_by_key(|(name, _)| place(name));
        let facts = self.facts(&recording, &document, &runbook)?;
        let known = self.ledger.exercises_of(&document.runbook)?;
        let row = match self.live_document(&run.runbook)? {
            // The row goes into the table that stands in the file today.
            Some(live) => {
                let (today, _) = self.parse(&live, &self.text_of(&live)?);
                self.row_for(&facts, today.last_worked.as_ref(), &known, None)
            }
            None => None,
        };
        let outcome = facts.outcome;
        let (exercise, end) = (self.new_id(), self.new_id());
        let now = self.clock.now_ms();
        let before = self.ledger.transact(|tx| -> Result<Option<EntryId>, Error> {
            let run = read(tx, run.id)?;
            if let RunState::Ended { exercise, by, .. } = &run.state
                && by == actor
                && tx.exercise(*exercise)?.is_some_and(|known| says_the_same(&facts, &known))
            {
                // The same form, sent twice.
                return Ok(Some(*exercise));
            }
            must_be_open(&run)?;
            if seen.is_some_and(|seen| seen != told_so_far(&run)) {
                let message = "something was ticked or noted since this form was filled";
                return Err(Error::new(Kind::Outdated, message)
                    .hinted("look at the run, then fill the form again"));
            }
            if !recording.again {
                refuse_duplicate(&facts, &tx.exercises_of(&run.runbook)?)?;
            }
            let at = Timestamp(now.max(run.started_at.0));
            let blob = tx.put_blob(text.as_bytes())?;
            let event = Event::ExerciseRecorded(ExerciseRecorded { facts, text: Some(blob), row });
            let subject = run.runbook.as_str();
            tx.append(&entry(exercise, &event, subject, Timestamp(now), actor)?)?;
            let prints = crate::runbook::prints(&runbook);
            tx.set_prints(exercise, &blob.to_string(), Some(&prints))?;
            let event = Event::RunEnded(RunEnded { exercise, at });
            append(tx, &run, end, &event, now, actor)?;
            Ok(None)
        })?;
        if let Some(exercise) = before {
            return self.finished_before(&run, exercise);
        }
        let row = if found { self.write_row_of(&document, exercise)? } else { RowFate::Off };
        let slug = found.then_some(document.slug);
        Ok(Finished { run: run.id, exercise, outcome, slug, row })
    }

    fn finished_before(&self, run: &Run, exercise: EntryId) -> Result<Finished, Error> {
        let known = self.ledger.exercise(exercise)?;
        let why = "it was not written before".to_owned();
        let pending = known.as_ref().is_some_and(|it| it.pending);
        let row = if pending { RowFate::Pending { why } } else { RowFate::Off };
        let outcome = known.map_or(Outcome::Unclear, |it| it.outcome);
        let slug = self.live_document(&run.runbook)?.map(|document| document.slug);
        Ok(Finished { run: run.id, exercise, outcome, slug, row })
    }

    /// The form that ends a run, filled.
    ///
    /// # Errors
    /// The run is over or not known.
    pub fn run_finish(&mut self, id: &str) -> Result<RunFinish, Error> {
        self.refresh()?;
        let run = self.find_run(id)?;
        must_be_open(&run)?;
        let followed = self.followed(run)?;
        let table = followed.runbook.last_worked.as_ref();
        let columns: Option<Context> = table.map(|table| {
            let value = |column: &str| {
                let given = &followed.run.context;
                let found = given.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            context_columns(table).map(|column| (column.to_owned(), value(column))).collect()
        });
        Ok(RunFinish {
            // Where there is no table, what was said at the start is kept all the same.
            columns: columns.unwrap_or_else(|| followed.run.context.clone()),
            minutes: minutes(&followed.run, self.clock.now_ms()),
            note: self.told(&followed.run),
            seen: told_so_far(&followed.run),
            run: self.run_view_of(&followed)?,
        })
    }

    /// The notes of a run and the reasons for what was skipped, one after the other.
    fn told(&self, run: &Run) -> String {
        let notes = run.notes.iter().map(|note| match &note.step {
            Some(step) => (note.at, format!("step {step}: {}", note.text)),
            None => (note.at, note.text.clone()),
        });
        let skipped = run.steps.iter().filter_map(|step| {
            let mark = step.mark()?;
            let Marked::Skipped { reason } = &mark.what else { return None };
            Some((mark.at, format!("skipped {}: {reason}", step.id)))
        });
        let mut all: Vec<_> = notes.chain(skipped).collect();
        all.sort_by_key(|(at, _)| *at);
        let lines: Vec<String> = all
            .into_iter()
            .map(|(at, words)| format!("{} {words}", self.moment(at).words))
            .collect();
        lines.join(";\n")
    }
}

/// Whether an exercise is what a form says: what was corrected in it is another one.
fn says_the_same(facts: &Facts, known: &Exercise) -> bool {
    known.date == facts.happened_on
        && known.outcome == facts.outcome
        && known.kind == facts.kind
        && known.steps == facts.steps
        && known.context == facts.context
        && known.notes == facts.note
        && known.minutes == facts.minutes
        && known.incident == facts.incident
}

/// Tells what was ticked, skipped and noted so far from what was at another time. Steps that are
/// only looked at do not count.
fn told_so_far(run: &Run) -> String {
    let marks = run.steps.iter().flat_map(|step| &step.marks).map(|mark| mark.entry);
    let all: String =
        marks.chain(run.notes.iter().map(|note| note.id)).map(|id| id.to_string()).collect();
    Hash::of(all.as_bytes()).to_string()
}

/// From the start to the last tick in whole minutes, at least one; to now where there is none.
fn minutes(run: &Run, now: i64) -> u32 {
    let last = run.last_mark_at();
    let until = if last == run.started_at { now } else { last.0 };
    let ms = u64::try_from(until - run.started_at.0).unwrap_or(0);
    u32::try_from(ms.div_ceil(60_000).max(1)).unwrap_or(u32::MAX)
}
