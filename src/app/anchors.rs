//! Addresses last: what became of a heading that was renamed and of a step that was renumbered.

use std::collections::HashSet;

use super::App;
use super::runbooks::Opened;
use super::texts::Memory;
use crate::error::Error;
use crate::runbook::Runbook;
use crate::views::changes::AnchorView;

/// Earlier texts that are read before giving up.
const LOOK_BACK: usize = 60;

/// The longest anchor that is looked for, in bytes.
const LONGEST: usize = 400;

impl App {
    /// Where what an anchor once meant stands today: told by the texts that were kept with
    /// exercises, then by those of git, newest first; where none of them has it, by its name.
    /// Nothing where nothing is known of it, or it is gone for good.
    ///
    /// # Errors
    /// The runbook is not known.
    pub fn anchor_now(&mut self, slug: &str, was: &str) -> Result<Option<AnchorView>, Error> {
        self.refresh()?;
        let document = self.document(slug)?;
        let opened = self.open_document(document)?;
        let was = was.trim().trim_start_matches('#');
        if was.is_empty() || was.len() > LONGEST {
            return Ok(None);
        }
        let now = &opened.runbook;
        if let Some(at) = now.section_at(was) {
            return Ok(answer(now, was, at, true));
        }
        let mut found = None;
        self.earlier_texts(&opened, |text| {
            let (then, _) = self.parse(&opened.document, text);
            let section = then.section_at(was);
            found = section.map(|at| now.now_of(&then, at));
            found.is_none()
        })?;
        let (at, certain) = match found {
            Some(known) => (known, true),
            None => (now.nearest_anchor(was), false),
        };
        Ok(at.and_then(|at| answer(now, was, at, certain)))
    }

    /// Visits the texts that a runbook had, newest first, each once, until told to stop.
    fn earlier_texts(
        &self,
        opened: &Opened,
        mut visit: impl FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        let mut seen = HashSet::new();
        for hash in opened.exercises.iter().rev().filter_map(|exercise| exercise.text) {
            if seen.len() >= LOOK_BACK || !seen.insert(hash) {
                continue;
            }
            let Some(bytes) = self.ledger.blob(hash)? else { continue };
            if !visit(&String::from_utf8_lossy(&bytes)) {
                return Ok(());
            }
        }
        let file = self.file_of(&opened.document);
        self.texts_by_git(&file, LOOK_BACK, &mut Memory::default(), visit);
        Ok(())
    }
}

fn answer(now: &Runbook, was: &str, at: usize, certain: bool) -> Option<AnchorView> {
    let section = now.sections.get(at)?;
    let step = section.step.as_ref().and_then(|id| now.steps.iter().find(|step| step.id == *id));
    Some(AnchorView {
        was: was.to_owned(),
        anchor: now.address_of(at)?,
        title: step.map_or(&section.title, |step| &step.title).clone(),
        certain,
    })
}
