//! Which runbook a file is: what it says itself, where it stood before, else where it stands.

use std::collections::{HashMap, HashSet};

use super::App;
use super::sync::{Known, Place, Read};
use super::texts::Memory;
use crate::domain::event::MoveSeen;
use crate::domain::id::{Hash, RunbookId, Slug};
use crate::ledger::{KnownFile, Move};

/// Which runbook a file is, and how that is known.
pub(super) struct Identity {
    /// The runbook.
    pub(super) runbook: RunbookId,
    /// It stood elsewhere before: where, and how that is known.
    pub(super) moved: Option<(Slug, MoveSeen)>,
    /// The file it was before, if that one is gone now.
    pub(super) file: Option<KnownFile>,
}

impl Identity {
    /// It is the runbook that it was.
    pub(super) const fn stays(runbook: RunbookId) -> Self {
        Self { runbook, moved: None, file: None }
    }

    fn moved_from(file: &KnownFile, seen: MoveSeen) -> Self {
        Self {
            runbook: file.runbook.clone(),
            moved: Some((file.slug.clone(), seen)),
            file: Some(file.clone()),
        }
    }
}

/// Gives every file of one scan its identity; each runbook to one file only.
pub(super) struct Identities {
    known: HashMap<Place, RunbookId>,
    gone: HashMap<Slug, KnownFile>,
    gone_by_text: HashMap<Hash, Slug>,
    retired: HashMap<Slug, RunbookId>,
    moves: Vec<Move>,
    taken: HashSet<RunbookId>,
}

impl Identities {
    pub(super) fn new(
        all: &[KnownFile],
        known: &Known,
        gone: &[&KnownFile],
        moves: Vec<Move>,
    ) -> Self {
        let away: HashSet<&Slug> = gone.iter().map(|file| &file.slug).collect();
        let standing = known.values().filter(|file| !away.contains(&file.slug));
        Self {
            known: known
                .iter()
                .map(|(place, file)| (place.clone(), file.runbook.clone()))
                .collect(),
            gone: gone.iter().map(|file| (file.slug.clone(), (*file).clone())).collect(),
            gone_by_text: gone.iter().map(|file| (file.sha256, file.slug.clone())).collect(),
            retired: all
                .iter()
                .filter(|file| file.retired)
                .map(|file| (file.slug.clone(), file.runbook.clone()))
                .collect(),
            moves,
            taken: standing.map(|file| file.runbook.clone()).collect(),
        }
    }

    /// Which runbook a file is.
    pub(super) fn of(&mut self, read: &Read, app: &App, memory: &mut Memory) -> Identity {
        let place = (read.folder.clone(), read.path.clone());
        if let Some(runbook) = self.known.get(&place) {
            return Identity::stays(runbook.clone());
        }
        let mut identity = self.of_new(read, app, memory);
        if self.taken.contains(&identity.runbook) {
            // Two files claim one history: the one that has it keeps it.
            identity = Identity::stays(self.free(&read.slug, &read.folder));
        }
        self.taken.insert(identity.runbook.clone());
        if let Some(file) = &identity.file {
            self.gone.remove(&file.slug);
        }
        identity
    }

    fn of_new(&self, read: &Read, app: &App, memory: &mut Memory) -> Identity {
        let told = self.moves.iter().rev().find(|step| step.to == read.slug);
        if let Some(step) = told {
            return Identity::stays(step.runbook.clone());
        }
        if let Some(id) = &read.summary.id {
            let runbook = RunbookId::new(id.clone());
            let file = self.gone.values().find(|file| file.runbook == runbook);
            return match file {
                Some(file) => Identity::moved_from(file, MoveSeen::FrontMatter),
                None => Identity::stays(runbook),
            };
        }
        if let Some(identity) = self.by_front_matter(read) {
            return identity;
        }
        if let Some(file) = self.gone_by_text.get(&read.hash).and_then(|slug| self.gone.get(slug)) {
            return Identity::moved_from(file, MoveSeen::SameText);
        }
        if let Some(runbook) = self.retired.get(&read.slug) {
            return Identity::stays(runbook.clone());
        }
        self.by_git(read, app, memory)
    }

    /// What `moved_from` says: the nearest place that is known, else the first it names.
    fn by_front_matter(&self, read: &Read) -> Option<Identity> {
        let named: Vec<Slug> = read
            .summary
            .moved_from
            .iter()
            .map(|from| Slug::new(from.trim_matches('/')))
            .filter(|from| *from != read.slug)
            .collect();
        let known = named.iter().find_map(|from| self.once_at(from, MoveSeen::FrontMatter));
        known.or_else(|| {
            let from = named.into_iter().next()?;
            let runbook = RunbookId::new(from.as_str());
            Some(Identity { runbook, moved: Some((from, MoveSeen::FrontMatter)), file: None })
        })
    }

    /// What git's renames say: the runbook of the nearest earlier path that is known, else the
    /// first path the file ever had.
    fn by_git(&self, read: &Read, app: &App, memory: &mut Memory) -> Identity {
        let mut first = None;
        for from in app.earlier_slugs(&read.folder, &read.path, memory) {
            if from == read.slug {
                continue;
            }
            if let Some(identity) = self.once_at(&from, MoveSeen::Git) {
                return identity;
            }
            first = Some(from);
        }
        match first {
            Some(from) => Identity {
                runbook: RunbookId::new(from.as_str()),
                moved: Some((from, MoveSeen::Git)),
                file: None,
            },
            None => Identity::stays(RunbookId::new(read.slug.as_str())),
        }
    }

    /// The runbook that stood at a slug that no file has now.
    fn once_at(&self, from: &Slug, seen: MoveSeen) -> Option<Identity> {
        if let Some(file) = self.gone.get(from) {
            return Some(Identity::moved_from(file, seen));
        }
        self.retired.get(from).map(|runbook| Identity {
            runbook: runbook.clone(),
            moved: Some((from.clone(), seen)),
            file: None,
        })
    }

    fn free(&self, slug: &Slug, folder: &str) -> RunbookId {
        let plain = RunbookId::new(slug.as_str());
        if self.taken.contains(&plain) { RunbookId::new(format!("{slug}@{folder}")) } else { plain }
    }
}
