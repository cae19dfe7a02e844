//! Runs in the shapes that are shown.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};

use super::{Followed, is_group};
use crate::app::App;
use crate::app::history::median;
use crate::app::runbooks::Opened;
use crate::domain::entry::Timestamp;
use crate::domain::exercise::{ExerciseKind, StepResult};
use crate::domain::id::{RunbookId, StepId};
use crate::domain::run::{Mark, Marked, Run, RunState};
use crate::error::Error;
use crate::runbook::{Runbook, Step};
use crate::views::page::{PlaceholderView, SectionPage};
use crate::views::run::{
    AlsoView, Moment, RealTimes, RunLine, RunNoteView, RunPage, RunPlaceholder, RunStepPage,
    RunStepView, RunView,
};

impl App {
    /// A run, by its id or the beginning of it.
    ///
    /// # Errors
    /// The run is not known, or its text is gone.
    pub fn run_view(&mut self, id: &str) -> Result<RunView, Error> {
        self.refresh()?;
        let followed = self.followed(self.find_run(id)?)?;
        self.run_view_of(&followed)
    }

    /// A run, if anything happened in it since that version. Reads no files: it is asked often.
    ///
    /// # Errors
    /// As [`App::run_view`].
    pub fn run_since(&self, id: &str, version: u32) -> Result<Option<RunView>, Error> {
        let run = self.find_run(id)?;
        if run.version == version {
            return Ok(None);
        }
        self.run_view_of(&self.followed(run)?).map(Some)
    }

    /// The runs that go on, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn open_runs(&self) -> Result<Vec<RunLine>, Error> {
        self.ledger.open_runs()?.iter().map(|run| self.run_line(run)).collect()
    }

    /// The runs of one runbook that go on, newest first.
    pub(in crate::app) fn open_runs_of(&self, runbook: &RunbookId) -> Result<Vec<RunLine>, Error> {
        let runs = self.ledger.runs_of(runbook)?;
        runs.iter().filter(|run| run.is_open()).map(|run| self.run_line(run)).collect()
    }

    /// The runs of a runbook, newest first, whatever became of them.
    ///
    /// # Errors
    /// The runbook is not known.
    pub fn runs_of(&mut self, slug: &str) -> Result<Vec<RunLine>, Error> {
        self.refresh()?;
        let document = self.document(slug)?;
        self.ledger.runs_of(&document.runbook)?.iter().map(|run| self.run_line(run)).collect()
    }

    /// How long it really took to mitigate in the recorded runs of a runbook; none where no run
    /// tells. What was only talked through does not count.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn real_times(&self, runbook: &RunbookId) -> Result<Option<RealTimes>, Error> {
        let runs = self.ledger.runs_of(runbook)?;
        let told = runs.iter().filter(|run| {
            matches!(run.state, RunState::Ended { .. }) && run.kind != ExerciseKind::Tabletop
        });
        let times: Vec<u32> = told.filter_map(Run::mitigated_ms).map(seconds).collect();
        let (runs, last) = (times.len(), times.first().copied());
        let told = last.zip(median(times));
        Ok(told.map(|(last_s, median_s)| RealTimes { runs, last_s, median_s }))
    }

    /// The page of a run; `asked` is the step to look at instead of the one at hand.
    ///
    /// # Errors
    /// The run is not known, or its text is gone.
    pub fn run_page(&mut self, id: &str, asked: Option<&str>) -> Result<RunPage, Error> {
        self.refresh()?;
        let followed = self.followed(self.find_run(id)?)?;
        let view = self.run_view_of(&followed)?;
        let real = self.real_times(&followed.run.runbook)?;
        let context = followed.run.context.clone();
        let exercises = self.exercises(&followed.document)?;
        let freshness = self.judge(&followed.document.summary, &exercises);
        let Followed { document, text, runbook, .. } = followed;
        let opened = Opened { document, text, runbook, exercises, freshness };
        let filling = view.incident.as_deref().map(|it| self.filling_by_label(it, &opened.runbook));
        let filling = filling.transpose()?.flatten();
        let body = self.body(&opened, &self.view(&opened)?, &[], filling.as_ref())?;
        let known = filling.as_ref().map(|it| &it.values);
        let placeholders = crate::app::page::placeholders(&body);
        let shown = shown(&view, asked);
        let mut sections = sections(body);
        let steps = view.steps.iter().map(|step| RunStepPage {
            shown: Some(&step.id) == shown.as_ref(),
            sections: sections.remove(&step.id).unwrap_or_default(),
            choices: choices(step, &view.steps, &opened.runbook),
            step: step.clone(),
        });
        Ok(RunPage {
            steps: steps.collect(),
            moments: view.moments(),
            placeholders: placeholders.into_iter().map(|it| filled(it, &context, known)).collect(),
            real,
            known_incident: filling.is_some(),
            run: view,
        })
    }

    pub(super) fn run_view_of(&self, followed: &Followed) -> Result<RunView, Error> {
        let Followed { run, document, found, edited, runbook, .. } = followed;
        let now = Timestamp(self.clock.now_ms());
        let (over_at, over_by, exercise, reason) = match &run.state {
            RunState::Open => (None, None, None, None),
            RunState::Ended { exercise, at, by } => (Some(*at), Some(by), Some(*exercise), None),
            RunState::Abandoned { reason, at, by } => {
                (Some(*at), Some(by), None, Some(reason.clone()))
            }
        };
        Ok(RunView {
            id: run.id,
            version: run.version,
            slug: document.slug.clone(),
            title: run.title.clone(),
            found: *found,
            edited: *edited,
            kind: run.kind.as_str(),
            context: run.context.clone(),
            incident: run.incident.clone(),
            started_at: self.moment(run.started_at),
            started_by: run.started_by.to_string(),
            state: state_word(&run.state),
            elapsed_s: seconds(over_at.unwrap_or(now).0 - run.started_at.0),
            over_at: over_at.map(|at| self.moment(at)),
            over_by: over_by.map(ToString::to_string),
            exercise,
            reason,
            steps: runbook.steps.iter().map(|it| self.step_of(run, it, runbook, now)).collect(),
            current: run.current.as_ref().map(|(step, _)| step.clone()),
            current_since: run.current.as_ref().map(|(_, since)| self.moment(*since)),
            notes: run
                .notes
                .iter()
                .map(|note| RunNoteView {
                    id: note.id,
                    step: note.step.clone(),
                    text: note.text.clone(),
                    by: note.by.to_string(),
                    at: self.moment(note.at),
                })
                .collect(),
            people: run.people.iter().map(ToString::to_string).collect(),
            claimed: runbook.time_to_mitigate.as_ref().map(|range| range.value),
            mitigated_s: run.mitigated_ms().map(seconds),
            done: done(run),
            conflicts: run.conflicts.clone(),
        })
    }

    fn step_of(&self, run: &Run, step: &Step, runbook: &Runbook, now: Timestamp) -> RunStepView {
        let marks = run.step(&step.id).map(|it| it.marks.as_slice()).unwrap_or_default();
        let mark = marks.first();
        let label = if step.id.as_str() == step.anchor { "" } else { step.id.as_str() };
        RunStepView {
            id: step.id.clone(),
            label: label.to_owned(),
            title: step.title.clone(),
            kind: step.kind.as_str(),
            group: is_group(step, runbook),
            sub: step.parent.is_some(),
            budget_s: step.budget_s,
            state: mark.map_or("open", mark_word),
            current: run.current.as_ref().is_some_and(|(current, _)| *current == step.id),
            used_s: seconds(run.used_ms(&step.id, now)),
            by: mark.map(|mark| mark.by.to_string()),
            at: mark.map(|mark| self.moment(mark.at)),
            reason: mark.and_then(|mark| match &mark.what {
                Marked::Skipped { reason } => Some(reason.clone()),
                Marked::Ticked { .. } => None,
            }),
            also: marks
                .iter()
                .skip(1)
                .map(|mark| AlsoView {
                    by: mark.by.to_string(),
                    state: mark_word(mark),
                    at: self.moment(mark.at),
                })
                .collect(),
        }
    }

    pub(super) fn run_line(&self, run: &Run) -> Result<RunLine, Error> {
        let live = self.live_document(&run.runbook)?;
        let until = match &run.state {
            RunState::Open => self.clock.now_ms(),
            RunState::Ended { at, .. } | RunState::Abandoned { at, .. } => at.0,
        };
        Ok(RunLine {
            id: run.id,
            slug: live.map_or_else(|| run.slug.clone(), |document| document.slug),
            title: run.title.clone(),
            kind: run.kind.as_str(),
            context: run.context.clone(),
            incident: run.incident.clone(),
            state: state_word(&run.state),
            started_at: self.moment(run.started_at),
            minutes: seconds(until - run.started_at.0) / 60,
            people: run.people.iter().map(ToString::to_string).collect(),
            current: run.current.as_ref().map(|(step, _)| step.clone()),
            done: done(run),
        })
    }

    /// A moment in the configured zone; its day is named where it is not today.
    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        let moment = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
        let local = moment.with_timezone(&self.config.timezone);
        let today = local.date_naive() == self.real_today();
        let form = if today { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        Moment {
            ms: at.0,
            iso: local.to_rfc3339_opts(SecondsFormat::Secs, true),
            words: local.format(form).to_string(),
        }
    }
}

fn state_word(state: &RunState) -> &'static str {
    match state {
        RunState::Open => "open",
        RunState::Ended { .. } => "ended",
        RunState::Abandoned { .. } => "abandoned",
    }
}

fn mark_word(mark: &Mark) -> &'static str {
    match mark.what {
        Marked::Ticked { result: StepResult::Worked, .. } => "worked",
        Marked::Ticked { result: StepResult::Failed, .. } => "failed",
        Marked::Skipped { .. } => "skipped",
    }
}

fn done(run: &Run) -> usize {
    run.steps.iter().filter(|step| step.mark().is_some()).count()
}

/// Milliseconds as whole seconds; a negative time is none.
fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0) / 1000).unwrap_or(u32::MAX)
}

/// The step to show: the one asked for, else the one at hand.
fn shown(view: &RunView, asked: Option<&str>) -> Option<StepId> {
    let known = |id: &str| view.steps.iter().find(|step| step.id.as_str() == id);
    let asked = asked.and_then(known).map(|step| step.id.clone());
    asked.or_else(|| view.current.clone())
}

/// Each step's section with those under it that are no steps.
fn sections(body: Vec<SectionPage>) -> BTreeMap<StepId, Vec<SectionPage>> {
    let mut all: BTreeMap<StepId, Vec<SectionPage>> = BTreeMap::new();
    let mut at: Option<(StepId, u8)> = None;
    for section in body {
        if let Some(step) = &section.step {
            at = Some((step.id.clone(), section.level));
        } else if at.as_ref().is_some_and(|(_, level)| section.level <= *level) {
            at = None;
        }
        if let Some((id, _)) = &at {
            all.entry(id.clone()).or_default().push(section);
        }
    }
    all
}

/// The steps under one that only holds them.
fn choices(step: &RunStepView, steps: &[RunStepView], runbook: &Runbook) -> Vec<RunStepView> {
    if !step.group {
        return Vec::new();
    }
    let under = runbook.steps.iter().filter(|it| it.parent.as_ref() == Some(&step.id));
    let views = under.filter_map(|it| steps.iter().find(|view| view.id == it.id));
    views.cloned().collect()
}

/// A placeholder with what the run was begun for (`RELEASE` from the column "Release"), else with
/// what its incident is about.
fn filled(
    placeholder: PlaceholderView,
    context: &[(String, String)],
    incident: Option<&BTreeMap<String, String>>,
) -> RunPlaceholder {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    };
    let wanted = plain(&placeholder.name);
    let value = context.iter().find(|(name, _)| plain(name) == wanted).map(|(_, value)| value);
    let value = value.or_else(|| incident?.get(&placeholder.name));
    RunPlaceholder { value: value.cloned(), placeholder }
}
