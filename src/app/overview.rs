//! The first page: how the runbooks stand, which need somebody, what was done lately.

use std::cmp::Reverse;

use super::App;
use super::freshness::{count, sort_worst_first, worked_for};
use super::runbooks::exercise_view;
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::views::page::{LatelyView, Overview, UnreadFile};
use crate::views::{Counts, RunbookLine};

/// How many lines are shown of each kind.
const SHOWN: usize = 8;

impl App {
    /// Whether the verbs can be done: ledger and index answer, and what is recorded is kept where
    /// it will be looked for.
    ///
    /// # Errors
    /// The store cannot be read, or is not where it was.
    pub fn check_ready(&mut self) -> Result<(), Error> {
        self.ledger.check_in_place()?;
        self.overview().map(drop)
    }

    /// What the first page shows.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn overview(&mut self) -> Result<Overview, Error> {
        self.refresh()?;
        let today = self.today();
        let judged = self.judged()?;
        let mut counts = Counts::default();
        let mut worst: Vec<RunbookLine> = Vec::new();
        let mut lately = Vec::new();
        for (at, one) in judged.iter().enumerate() {
            let line = self.line(one);
            count(&mut counts, &line);
            if line.failing || line.status == Status::Stale {
                worst.push(line);
            }
            let past = one.exercises.iter().filter(|e| e.retracted.is_none() && e.date <= today);
            lately.extend(past.map(|exercise| (exercise.date, at, exercise)));
        }
        sort_worst_first(&mut worst);
        let more = worst.len().saturating_sub(SHOWN);
        worst.truncate(SHOWN);
        lately.sort_by_key(|(date, at, exercise)| (Reverse(*date), *at, Reverse(exercise.id)));
        let lately = lately.into_iter().take(SHOWN).map(|(date, at, exercise)| LatelyView {
            title: judged[at].document.summary.title.clone(),
            days_since: (today - date).num_days(),
            worked_for: worked_for(Some(exercise.id), &judged[at].exercises),
            exercise: exercise_view(exercise, &judged[at].document),
        });
        Ok(Overview {
            today,
            as_of: self.as_of,
            counts,
            runbooks: judged.len(),
            pages: self.documents()?.len() - judged.len(),
            incidents: self.open_incidents()?,
            runs: self.open_runs()?,
            report: self.newest_report()?,
            worst,
            worst_more: more,
            lately: lately.collect(),
            unread: self.unread()?,
        })
    }

    /// The files that could not be read, each with its place and why.
    fn unread(&self) -> Result<Vec<UnreadFile>, Error> {
        let problems = self.ledger.file_errors()?.into_iter();
        let unread = problems.map(|problem| {
            let file = self.shown_path(&self.file_at(&problem.folder, &problem.path));
            let place = format!("{file}:{}:{}", problem.line, problem.column);
            UnreadFile { place, message: problem.message }
        });
        Ok(unread.collect())
    }
}
