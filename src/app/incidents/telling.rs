//! A timeline in words: what each line says when it is read aloud.

use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::exercise::{Exercise, ExerciseKind, StepResult};
use crate::domain::id::{EntryId, StepId};
use crate::domain::incident::{Field, Happening, Link, Moment, Role, TimeName, TimelineItem};
use crate::domain::run::{Marked, Run};
use crate::error::Error;
use crate::text::capitalised;
use crate::views::incident::TimelineItemView;

use super::super::App;
use super::utc;

impl App {
    /// A line of a timeline.
    pub(super) fn timeline_view(&self, item: &TimelineItem) -> Result<TimelineItemView, Error> {
        let mut view = self.blank_line(item.id, item.at, &item.actor);
        view.conflict = item.conflict;
        match &item.what {
            Happening::Opened => {
                view.kind = "opened";
                view.text = "Opened.".to_owned();
            }
            Happening::Noted { text, author, link, source, untimed } => {
                view.kind = "note";
                view.text.clone_from(text);
                view.automatic = false;
                if !author.is_empty() {
                    view.author.clone_from(author);
                }
                view.link = filled(link);
                view.source = filled(source);
                if *untimed {
                    (view.at, view.date, view.clock) = (None, String::new(), String::new());
                }
            }
            Happening::Status { from, to, duplicate_of, reason } => {
                view.kind = "status";
                let other = duplicate_of.map(|id| self.ledger.incident(id)).transpose()?.flatten();
                let text = match (from.is_open(), to.is_open(), &other) {
                    (false, true, _) => format!("Reopened; it was {from}"),
                    (_, _, Some(other)) => format!("A duplicate of {}; it was {from}", other.label),
                    _ => format!("Now {to}; it was {from}"),
                };
                edited(&mut view, "status", from.as_str(), to.as_str(), reason);
                view.text = sentence(&text, reason);
            }
            Happening::Field { from, to, reason } => self.tell_field(&mut view, from, to, reason),
            Happening::Time { name, from, to } => {
                view.kind = "time";
                let (before, now) = (self.moment_words(*from), self.moment_words(to.moment));
                let text = self.time_words(*name, *from, to.moment);
                let field = format!("time.{name}");
                edited(&mut view, &field, &before, &now, &to.reason);
                view.source = filled(&to.source);
                view.text = sentence(&text, &to.reason);
            }
            Happening::Role { role, from, to } => {
                view.kind = "role";
                view.text = role_words(*role, from, to);
                let field = format!("role.{role}");
                edited(&mut view, &field, &from.join(", "), &to.join(", "), "");
            }
            Happening::Runbook { runbook, step, step_title, note } => {
                view.kind = "runbook";
                let slug = self.ledger.document_of(runbook)?.map(|document| document.slug);
                let name = slug.as_ref().map_or_else(|| runbook.to_string(), ToString::to_string);
                let text = match (step, step_title.is_empty()) {
                    (None, _) => format!("Used {name}"),
                    (Some(step), true) => format!("Used {name}, step {step}"),
                    (Some(step), false) => format!("Used {name}, step {step} ({step_title})"),
                };
                view.text = sentence(&text, note);
                view.slug = slug.or_else(|| Some(runbook.as_str().into()));
                view.step.clone_from(step);
            }
            Happening::Erased { was } => {
                view.kind = "erased";
                let what = if was == "incident.noted" { "A note" } else { "An entry" };
                view.text = format!("{what} was erased.");
            }
        }
        Ok(view)
    }

    fn blank_line(&self, id: EntryId, at: Timestamp, actor: &Actor) -> TimelineItemView {
        let local = self.local_time(at);
        let (date, clock) = local.split_once(' ').unwrap_or((&local, ""));
        TimelineItemView {
            id,
            at: Some(utc(at)),
            date: date.to_owned(),
            clock: clock.to_owned(),
            kind: "note",
            text: String::new(),
            author: actor.name.clone(),
            actor: actor.to_string(),
            link: None,
            source: None,
            slug: None,
            step: None,
            field: None,
            from: None,
            to: None,
            reason: None,
            automatic: true,
            conflict: false,
        }
    }

    fn tell_field(&self, view: &mut TimelineItemView, from: &Field, to: &Field, reason: &str) {
        view.kind = "field";
        let (before, now) = (self.field_words(from), self.field_words(to));
        let name = match to {
            Field::Context { name, .. } => name.clone(),
            Field::Detection(_) => "detected by".to_owned(),
            other => other.name(),
        };
        let was = if before.is_empty() { String::new() } else { format!("; it was {before}") };
        let text = match (to, now.is_empty()) {
            (_, true) => format!("{name}: nothing any more{was}"),
            _ => format!("{name}: {now}{was}"),
        };
        edited(view, &to.name(), &before, &now, reason);
        view.text = sentence(&capitalised(&text), reason);
    }

    /// A field's value in words; empty where there is none.
    pub(super) fn field_words(&self, field: &Field) -> String {
        match field {
            Field::Title(text) | Field::Detection(text) => text.clone(),
            Field::Severity(severity) => {
                self.config.incidents.severities.label(*severity).to_owned()
            }
            Field::Services(names) => names.join(", "),
            Field::Links(links) => links.iter().map(link_words).collect::<Vec<_>>().join(", "),
            Field::Context { value, .. } => value.clone(),
        }
    }

    /// What is known of a time, in words.
    pub(super) fn moment_words(&self, moment: Moment) -> String {
        match moment {
            Moment::At(at) => self.local_time(at),
            Moment::NotApplicable => "not applicable".to_owned(),
            Moment::Unknown => "not yet known".to_owned(),
        }
    }

    fn time_words(&self, name: TimeName, from: Moment, to: Moment) -> String {
        let name = capitalised(name.as_str());
        let was = match from {
            Moment::Unknown => String::new(),
            other => format!("; it was {}", self.moment_words(other)),
        };
        match to {
            Moment::At(at) => format!("{name} at {}{was}", self.local_time(at)),
            other => format!("{name}: {}{was}", self.moment_words(other)),
        }
    }

    /// What was done and noted in a run, as lines of the timeline of its incident.
    pub(super) fn run_lines(&self, run: &Run) -> Vec<(Timestamp, TimelineItemView)> {
        let mut lines = Vec::new();
        let mut tell = |at: Timestamp, step: Option<&StepId>, mut view: TimelineItemView| {
            view.slug = Some(run.slug.clone());
            view.step = step.cloned();
            lines.push((at, view));
        };
        let mut begun = self.blank_line(run.id, run.started_at, &run.started_by);
        begun.kind = "runbook";
        begun.text = format!("Began to follow {}.", run.slug);
        tell(run.started_at, None, begun);
        for step in &run.steps {
            let Some(mark) = step.mark() else { continue };
            let mut view = self.blank_line(mark.entry, mark.at, &mark.by);
            view.kind = "runbook";
            let (how, reason) = match &mark.what {
                Marked::Ticked { result: StepResult::Worked, .. } => ("worked", ""),
                Marked::Ticked { result: StepResult::Failed, .. } => ("failed", ""),
                Marked::Skipped { reason } => ("left out", reason.as_str()),
            };
            view.text = sentence(&format!("{}, step {}, {how}", run.slug, step.id), reason);
            tell(mark.at, Some(&step.id), view);
        }
        for note in &run.notes {
            let mut view = self.blank_line(note.id, note.at, &note.by);
            view.text.clone_from(&note.text);
            view.automatic = false;
            tell(note.at, note.step.as_ref(), view);
        }
        lines
    }

    /// An exercise recorded in this incident, as a line of its timeline.
    pub(super) fn exercise_line(&self, exercise: &Exercise) -> Result<TimelineItemView, Error> {
        let slug = self.ledger.document_of(&exercise.runbook)?.map(|document| document.slug);
        let slug = slug.unwrap_or_else(|| exercise.runbook.as_str().into());
        let mut view = self.blank_line(exercise.id, exercise.recorded_at, &exercise.actor);
        view.conflict = exercise.conflict;
        let how = match exercise.resolved_by.as_str() {
            "" => exercise.outcome.as_str(),
            said => said,
        };
        let mut text = format!("{slug}: {how}");
        if exercise.kind != ExerciseKind::Incident {
            text.push_str(&format!(" ({})", exercise.kind.as_str()));
        }
        if self.date_of(exercise.recorded_at) != exercise.date {
            text.push_str(&format!(", on {}", exercise.date));
        }
        if let Some(minutes) = exercise.minutes {
            text.push_str(&format!(", in {minutes} min"));
        }
        view.kind = "exercise";
        view.text = sentence(&text, &exercise.notes);
        view.step = exercise.steps.first().map(|step| step.id.clone());
        view.slug = Some(slug);
        Ok(view)
    }
}

/// Says what was edited, from what to what, and why.
fn edited(view: &mut TimelineItemView, field: &str, from: &str, to: &str, why: &str) {
    view.field = Some(field.to_owned());
    view.from = Some(from.to_owned());
    view.to = Some(to.to_owned());
    view.reason = filled(why);
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A sentence with its reason.
fn sentence(text: &str, reason: &str) -> String {
    let reason = reason.trim().trim_end_matches('.');
    if reason.is_empty() { format!("{text}.") } else { format!("{text}: {reason}.") }
}

fn link_words(link: &Link) -> String {
    if link.text.is_empty() { link.url.clone() } else { format!("{} ({})", link.text, link.url) }
}

fn role_words(role: Role, from: &[String], to: &[String]) -> String {
    let was = match from {
        [] => String::new(),
        people if role.is_shared() => format!("; before: {}", people.join(", ")),
        people => format!("; it was {}", people.join(", ")),
    };
    match to {
        [] => format!("Nobody is {} any more{was}.", role.title()),
        [one] => format!("{one} is {}{was}.", role.title()),
        several => format!("{} are {}s{was}.", several.join(", "), role.title()),
    }
}
