//! A postmortem as its readers will see it: the draft, rendered for a browser.

use super::super::App;
use crate::error::Error;
use crate::runbook::Runbook;
use crate::runbook::html::{Block, escape, render_sections};
use crate::views::postmortem::PreviewSectionView;

impl App {
    /// The draft as HTML of ours, one piece for each heading.
    ///
    /// # Errors
    /// The incident is not known, or the template has an error.
    pub fn preview_postmortem(&mut self, name: &str) -> Result<Vec<PreviewSectionView>, Error> {
        let mut sections = html_sections(&self.render_postmortem(name)?, "postmortem");
        // It stands under a heading of the page.
        sections
            .iter_mut()
            .filter(|it| it.level > 0)
            .for_each(|it| it.level = (it.level + 1).min(6));
        Ok(sections)
    }
}

/// A document of ours as HTML, one piece for each heading.
pub(in crate::app) fn html_sections(text: &str, stem: &str) -> Vec<PreviewSectionView> {
    let (read, _) = crate::runbook::parse(text, stem);
    // Nothing in it is there to be run, and no table of it is a runbook's.
    let read = Runbook { steps: Vec::new(), loose_commands: Vec::new(), last_worked: None, ..read };
    let rendered = render_sections(text, &read, &|_| None);
    rendered
        .into_iter()
        .map(|section| PreviewSectionView {
            level: section.level,
            title_html: section.title_html,
            html: section.blocks.into_iter().map(html_of).collect(),
        })
        .collect()
}

fn html_of(block: Block) -> String {
    match block {
        Block::Html(html) => html,
        Block::Commands { raw, .. } => format!("<pre><code>{}</code></pre>", escape(&raw)),
        Block::LastWorkedTable => String::new(),
    }
}
