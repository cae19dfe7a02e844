//! A runbook laid out for reading in a browser.

use std::collections::BTreeSet;

use super::freshness::worked_for;
use super::history::{took, twelve_months};
use super::incidents::{columns_of, filling};
use super::runbooks::Opened;
use super::{App, Document};
use crate::domain::id::Slug;
use crate::error::Error;
use crate::runbook::html::{Block, command_html, render_sections};
use crate::runbook::{Bound, Command, DocKind, Recurring, false_starts_beside, recurring};
use crate::text::{duration_words, percent_encode};
use crate::views::incident::{DifferingView, FillingView};
use crate::views::page::{
    BlockView, CommandPage, OwnerView, PlaceholderView, ReadFor, RunbookPage, SectionPage, StepPage,
};
use crate::views::{NoteView, RunbookView};

impl App {
    /// A runbook's page, read for an incident if one is named. The slug is exact; see
    /// [`App::moved_slug`] for old ones.
    ///
    /// # Errors
    /// The runbook or the incident is not known.
    pub fn runbook_page(
        &mut self,
        slug: &str,
        incident: Option<&str>,
    ) -> Result<RunbookPage, Error> {
        self.refresh()?;
        let document = self.document(slug)?;
        let opened = self.open_document(document)?;
        let view = self.view(&opened)?;
        let all = opened.runbook.steps.iter().flat_map(|step| &step.commands);
        let literals = recurring(all.chain(&opened.runbook.loose_commands));
        let incident = incident.map(|label| self.find_incident(label)).transpose()?;
        let filling = incident.as_ref().map(|incident| filling(&opened.runbook, incident));
        let body = self.body(&opened, &view, &literals, filling.as_ref())?;
        let columns: Vec<String> = opened
            .runbook
            .last_worked
            .as_ref()
            .map(|table| super::recording::context_columns(table).map(str::to_owned).collect())
            .unwrap_or_default();
        Ok(RunbookPage {
            id: opened.document.runbook.clone(),
            as_of: self.as_of,
            real: self.real_times(&opened.document.runbook)?,
            took: took(&opened.exercises, self.today()),
            calendar: twelve_months(&opened.exercises, self.today()),
            literals,
            owner: self.owner_view(&view),
            worked_for: worked_for(opened.freshness.by, &opened.exercises),
            placeholders: placeholders(&body),
            source_url: self.source_url(&opened.document, 1),
            runs: self.open_runs_of(&opened.document.runbook)?,
            incident: incident.map(|incident| ReadFor {
                open: incident.status.value.is_open(),
                columns: columns_of(&incident, &columns),
                values: filling.map(|it| it.values).unwrap_or_default(),
                label: incident.label,
                title: incident.title.value,
            }),
            pending: view.exercises.iter().filter(|exercise| exercise.pending).count(),
            columns,
            body,
            runbook: view,
        })
    }

    /// Where the runbook of an earlier slug stands now, if it moved.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn moved_slug(&self, slug: &str) -> Result<Option<Slug>, Error> {
        Ok(self.moved_to(slug)?.map(|document| document.slug))
    }

    fn owner_view(&self, view: &RunbookView) -> Option<OwnerView> {
        let name = view.owner.clone()?;
        let known = self.config.owners.get(&name);
        Some(OwnerView {
            chat: known.and_then(|owner| owner.chat.clone()),
            page: known.and_then(|owner| owner.page.clone()),
            name,
        })
    }

    fn source_url(&self, document: &Document, line: usize) -> Option<String> {
        let path = self.shown_path(&self.file_of(document));
        self.config.source_url.as_ref().map(|pattern| pattern.of(&path, line))
    }

    pub(super) fn body(
        &self,
        opened: &Opened,
        view: &RunbookView,
        literals: &[Recurring],
        filling: Option<&FillingView>,
    ) -> Result<Vec<SectionPage>, Error> {
        let documents = self.documents()?;
        let link = |target: &str| -> Option<String> {
            let (path, anchor) = match target.split_once('#') {
                Some((path, anchor)) => (path, format!("#{anchor}")),
                None => (target, String::new()),
            };
            if path.is_empty() {
                return Some(anchor);
            }
            let path = super::runbooks::resolve(&opened.document.path, path)?;
            let slug = self.slug_of_path(&path)?;
            let found = documents.iter().find(|document| document.slug.as_str() == slug)?;
            Some(format!("/runbooks/{}{anchor}", percent_encode(found.slug.as_str(), true)))
        };
        let rendered = render_sections(&opened.text, &opened.runbook, &link);
        let sections = rendered.into_iter().zip(&opened.runbook.sections);
        let beside = false_starts_beside(&opened.runbook);
        Ok(sections
            .map(|(html, section)| SectionPage {
                level: html.level,
                title_html: html.title_html,
                kind: section.kind.as_str(),
                step: section.step.as_ref().and_then(|id| {
                    let known = opened.freshness.steps.iter().find(|step| step.id == *id)?;
                    let at = opened.runbook.steps.iter().position(|step| step.id == *id)?;
                    let step = &opened.runbook.steps[at];
                    let facts = opened
                        .document
                        .summary
                        .steps
                        .iter()
                        .find(|step| step.facts.print.id == *id)?;
                    Some(StepPage {
                        id: id.clone(),
                        title: step.title.clone(),
                        budget: step.budget_s.map(duration_words),
                        budget_s: step.budget_s,
                        tracked: facts.facts.tracked && view.kind == DocKind::Runbook,
                        freshness: super::freshness::step_view(known, &opened.exercises),
                        notes: notes_on(&view.notes, id),
                        false_starts: beside[at]
                            .iter()
                            .filter_map(|at| view.false_starts.get(*at).cloned())
                            .collect(),
                        source_url: self.source_url(&opened.document, step.span.line),
                    })
                }),
                anchor: html.anchor,
                blocks: html
                    .blocks
                    .into_iter()
                    .map(|block| self.block(block, view, literals, filling))
                    .collect(),
            })
            .collect())
    }

    fn block(
        &self,
        block: Block,
        view: &RunbookView,
        literals: &[Recurring],
        filling: Option<&FillingView>,
    ) -> BlockView {
        let differs = |command: &Command| -> Vec<DifferingView> {
            let found = filling.map(|it| it.differing_in(&command.text, &command.bound));
            found.into_iter().flatten().cloned().collect()
        };
        match block {
            Block::Html(html) => BlockView::Html { html },
            Block::Commands { commands, .. } => BlockView::Commands {
                commands: commands
                    .iter()
                    .map(|command| CommandPage {
                        html: command_html(&offering(command, literals)),
                        command: self.command_view(command),
                        differs: differs(command),
                    })
                    .collect(),
            },
            Block::LastWorkedTable => BlockView::LastWorked { exercises: view.exercises.clone() },
        }
    }
}

/// A command whose repeated literals can be filled too, each under its own name.
fn offering(command: &Command, literals: &[Recurring]) -> Command {
    let mut command = command.clone();
    let named = literals.iter().map(|one| &one.literal);
    command
        .bound
        .extend(named.map(|literal| Bound { name: literal.clone(), literal: literal.clone() }));
    command
}

fn notes_on(notes: &[NoteView], id: &crate::domain::id::StepId) -> Vec<NoteView> {
    let open = notes.iter().filter(|note| note.resolved.is_none());
    open.filter(|note| note.step.as_ref() == Some(id)).cloned().collect()
}

pub(super) fn placeholders(body: &[SectionPage]) -> Vec<PlaceholderView> {
    let mut all: Vec<PlaceholderView> = Vec::new();
    let blocks = body.iter().flat_map(|section| &section.blocks);
    let commands = blocks.filter_map(|block| match block {
        BlockView::Commands { commands } => Some(commands),
        _ => None,
    });
    for command in commands.flatten().map(|command| &command.command) {
        let names = command.placeholders.iter().map(|name| (name, None));
        let bound = command.bound.iter().map(|bound| (&bound.name, Some(&bound.literal)));
        let taken: BTreeSet<&String> = command.placeholders.iter().collect();
        for (name, default) in names.chain(bound) {
            let again = default.is_some() && taken.contains(name);
            match all.iter_mut().find(|known| known.name == *name) {
                Some(known) => {
                    known.uses += usize::from(!again);
                    known.default = known.default.take().or_else(|| default.cloned());
                }
                None => {
                    let (name, default) = (name.clone(), default.cloned());
                    all.push(PlaceholderView { name, default, uses: 1 });
                }
            }
        }
    }
    all
}
