//! Which version of a runbook was used in an exercise: kept by the ledger for what it recorded
//! itself, told by git for rows that were found.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate, TimeZone as _};

use super::{App, file_stem};
use crate::domain::exercise::Exercise;
use crate::domain::fingerprint::StepPrint;
use crate::domain::id::{EntryId, RunbookId, Slug};
use crate::error::Error;
use crate::workspace::git::{Contents, History};

/// Git's memory of the workspace, asked once for a whole scan and only if somebody asks.
#[derive(Default)]
pub(super) struct Memory {
    asked: bool,
    history: Option<History>,
    contents: Option<Contents>,
}

impl Memory {
    fn ask(&mut self, workspace: &Path, folders: &[PathBuf]) {
        if self.asked {
            return;
        }
        self.asked = true;
        self.history = History::load(workspace, folders);
        self.contents = Contents::open(workspace);
    }
}

impl App {
    /// Notes which steps the text had in each exercise that does not tell yet.
    pub(super) fn remember_texts(
        &mut self,
        runbook: &RunbookId,
        file: &Path,
        slug: &Slug,
        memory: &mut Memory,
    ) -> Result<(), Error> {
        let exercises = self.ledger.exercises_of(runbook)?;
        let name = file_stem(slug.as_str());
        let mut told: Vec<(EntryId, String, Vec<StepPrint>)> = Vec::new();
        for exercise in exercises.iter().filter(|exercise| exercise.prints.is_none()) {
            let (source, text) = match exercise.text {
                Some(hash) => {
                    let bytes = self.ledger.blob(hash)?;
                    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                    (hash.to_string(), text)
                }
                None => self.text_by_git(exercise, file, memory).unwrap_or_default(),
            };
            if let Some(text) = text {
                let (then, _) = crate::runbook::parse(&text, name);
                told.push((exercise.id, source, crate::runbook::prints(&then)));
            }
        }
        if told.is_empty() {
            return Ok(());
        }
        self.ledger.transact(|tx| -> Result<(), Error> {
            for (id, source, prints) in &told {
                tx.set_prints(*id, source, Some(prints))?;
            }
            Ok(())
        })
    }

    /// The same for all live documents: after an import.
    pub(super) fn remember_all_texts(&mut self) -> Result<(), Error> {
        let mut memory = Memory::default();
        for document in self.documents()? {
            let file = self.file_of(&document);
            self.remember_texts(&document.runbook, &file, &document.slug, &mut memory)?;
        }
        Ok(())
    }

    /// What a runbook said in an exercise, if that is known.
    pub(super) fn text_at(
        &self,
        exercise: &Exercise,
        file: &Path,
    ) -> Result<Option<String>, Error> {
        if let Some(hash) = exercise.text {
            let bytes = self.ledger.blob(hash)?;
            return Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        }
        let told = self.text_by_git(exercise, file, &mut Memory::default());
        Ok(told.and_then(|(_, text)| text))
    }

    /// The slugs a file had before, as git tells it, newest first.
    pub(super) fn earlier_slugs(&self, folder: &str, path: &str, memory: &mut Memory) -> Vec<Slug> {
        memory.ask(&self.config.workspace, &self.config.runbooks);
        let Some(history) = &memory.history else { return Vec::new() };
        let root = self.config.workspace.join(folder);
        let root = root.canonicalize().unwrap_or(root);
        let earlier = history.earlier_paths(&root.join(path));
        let inside = earlier.iter().filter_map(|path| path.strip_prefix(&root).ok());
        inside.filter_map(|path| self.slug_of_path(path.to_str()?).map(Slug::new)).collect()
    }

    /// The file as git had it at the end of the exercise's day: from which commit, and its text.
    fn text_by_git(
        &self,
        exercise: &Exercise,
        file: &Path,
        memory: &mut Memory,
    ) -> Option<(String, Option<String>)> {
        memory.ask(&self.config.workspace, &self.config.runbooks);
        let end = self.end_of(exercise.date)?;
        let version = memory.history.as_ref()?.version_at(file, end)?;
        let text = memory.contents.as_mut()?.read(&version.commit, &version.path)?;
        Some((version.commit, Some(text)))
    }

    /// Visits the versions of a file that git keeps, newest first, until told to stop.
    pub(super) fn texts_by_git(
        &self,
        file: &Path,
        limit: usize,
        memory: &mut Memory,
        mut visit: impl FnMut(&str) -> bool,
    ) {
        memory.ask(&self.config.workspace, &self.config.runbooks);
        let Memory { history: Some(history), contents: Some(contents), .. } = memory else {
            return;
        };
        for version in history.versions(file, limit) {
            let text = contents.read(&version.commit, &version.path);
            if text.is_some_and(|text| !visit(&text)) {
                return;
            }
        }
    }

    /// The first moment after a day, in the configured zone, in milliseconds since 1970.
    fn end_of(&self, date: NaiveDate) -> Option<i64> {
        let next = date.checked_add_days(Days::new(1))?.and_time(chrono::NaiveTime::MIN);
        self.config.timezone.from_local_datetime(&next).earliest().map(|t| t.timestamp_millis())
    }
}
