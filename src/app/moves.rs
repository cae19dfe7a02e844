//! Moves: a runbook keeps its history when its file gets another path.

use super::identity::Identity;
use super::sync::{Known, Read, SyncReport};
use super::texts::Memory;
use super::{App, Document};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, MoveSeen, RunbookMoved};
use crate::domain::id::{RunbookId, Slug};
use crate::error::Error;
use crate::views::RunbookRef;

impl App {
    /// Says that the runbook that stood at `old` stands at `new` now: the history goes with it.
    ///
    /// # Errors
    /// Nothing is known of `old`, no file stands at `new`, or `old` still stands where it stood.
    pub fn move_runbook(
        &mut self,
        old: &str,
        new: &str,
        actor: &Actor,
    ) -> Result<RunbookRef, Error> {
        self.refresh()?;
        let old = Slug::new(old.trim().trim_matches('/'));
        let target = self.document(new)?;
        if let Some(standing) = self.ledger.document(&old)? {
            return Err(Error::refused(format!("{old} still stands at {}", standing.path))
                .hinted("a runbook that was split keeps its history where it is"));
        }
        let runbook = self.runbook_once_at(&old)?;
        if runbook == target.runbook {
            return Err(Error::refused(format!("{} has that history already", target.slug)));
        }
        let own = self.ledger.exercises_of(&target.runbook)?;
        if own.iter().any(|exercise| exercise.retracted.is_none()) {
            return Err(Error::refused(format!(
                "{} has {} exercises of its own",
                target.slug,
                own.len()
            ))
            .hinted("two histories are never mixed; retract the ones that are wrong"));
        }
        let event = Event::RunbookMoved(RunbookMoved {
            from: old,
            to: target.slug.clone(),
            seen: MoveSeen::Hand,
        });
        self.append_event(&event, runbook.as_str(), actor)?;
        self.tell_as(&target, runbook)?;
        // The move is recorded; an index that cannot follow now does so later.
        let _ = self.catch_up();
        Ok(RunbookRef { slug: target.slug, title: target.summary.title })
    }

    /// Tells the ledger of a file again, as another runbook.
    fn tell_as(&mut self, document: &Document, runbook: RunbookId) -> Result<(), Error> {
        let Some(file) = self.ledger.file_by_slug(&document.slug)? else { return Ok(()) };
        let text = self.text_of(document)?;
        let (parsed, diagnostics) = self.parse(document, &text);
        let read = Read {
            folder: file.folder,
            path: file.path,
            slug: file.slug,
            stat: file.stat,
            hash: file.sha256,
            text,
            summary: crate::runbook::summarise(&parsed, diagnostics),
            runbook: parsed,
        };
        let now = Timestamp(self.clock.now_ms());
        let placed = [(read, Identity::stays(runbook))];
        let mut report = SyncReport::default();
        self.tell(&placed, &Known::new(), &mut Memory::default(), now, &mut report)
    }

    /// Where the document that had this slug stands now, if it moved.
    pub(super) fn moved_to(&self, slug: &str) -> Result<Option<Document>, Error> {
        for step in self.ledger.moves()? {
            if step.from.as_str() == slug
                && let Ok(document) = self.document_of(&step.runbook)
            {
                return Ok(Some(document));
            }
        }
        Ok(None)
    }

    /// The runbook that stood at a slug that is free today.
    fn runbook_once_at(&self, slug: &Slug) -> Result<RunbookId, Error> {
        let retired = self.ledger.files()?.into_iter().find(|f| f.retired && f.slug == *slug);
        if let Some(file) = retired {
            return Ok(file.runbook);
        }
        let id = RunbookId::new(slug.as_str());
        if !self.ledger.entries_of(slug.as_str())?.is_empty() {
            return Ok(id);
        }
        let step = self.ledger.moves()?.into_iter().find(|step| step.from == *slug);
        step.map(|step| step.runbook).ok_or_else(|| {
            Error::not_found(format!("nothing is known of a runbook at {slug}"))
                .hinted("OLD is the slug it had, without the extension")
        })
    }
}
