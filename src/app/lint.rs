//! Lint: every finding about every runbook, with its place and what to do.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use super::runbooks::resolve;
use super::{App, Document};
use crate::domain::id::Slug;
use crate::error::Error;
use crate::runbook::lint::{LinkState, LintContext, LintRules, lint};
use crate::runbook::{Runbook, Severity};
use crate::text::nearest;

/// A finding about a file.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The file, relative to the workspace where it lies inside.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The rule.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

/// What the rules need to know of all documents together.
struct Surroundings {
    anchors: HashMap<Slug, HashSet<String>>,
    claims: BTreeMap<String, Vec<Slug>>,
}

impl App {
    /// Lints the runbooks under some paths, or all of them.
    ///
    /// # Errors
    /// The store or the rules cannot be read, or a path holds no runbook.
    pub fn lint(&mut self, paths: &[PathBuf]) -> Result<Vec<Finding>, Error> {
        let report = self.refresh()?;
        let known = self.assets.data("lint.yaml")?;
        let rules = LintRules::from_yaml(&known.text).map_err(|e| {
            Error::refused(format!("reading the lint rules: {}", e.message))
                .at(format!("{}:{}:{}", known.name, e.line, e.column))
        })?;
        let documents = self.documents()?;
        let chosen = self.chosen(&documents, paths)?;
        let mut read = Vec::new();
        for document in &documents {
            let text = self.text_of(document)?;
            let (runbook, _) = self.parse(document, &text);
            read.push((document, text, runbook));
        }
        let around = surroundings(&read);
        let mut findings: Vec<Finding> = Vec::new();
        for (document, text, runbook) in &read {
            if chosen.contains(&document.slug) {
                findings.extend(self.lint_one(document, text, runbook, &around, &rules)?);
            }
        }
        let unread = report.problems.into_iter().filter(|_| paths.is_empty());
        findings.extend(unread.map(|problem| Finding {
            path: problem.path,
            line: problem.line,
            column: problem.column,
            rule: "file-unreadable".to_owned(),
            severity: Severity::Error,
            message: problem.message,
        }));
        findings.sort_by(|a, b| {
            (&a.path, a.line, a.column, &a.rule).cmp(&(&b.path, b.line, b.column, &b.rule))
        });
        Ok(findings)
    }

    fn lint_one(
        &self,
        document: &Document,
        text: &str,
        runbook: &Runbook,
        around: &Surroundings,
        rules: &LintRules,
    ) -> Result<Vec<Finding>, Error> {
        let removed: Vec<String> = self
            .exercises(document)?
            .iter()
            .filter(|exercise| exercise.row_removed)
            .map(|exercise| format!("the row of {} ({})", exercise.date, exercise.resolved_by))
            .collect();
        let link = |target: &str| self.link_state(document, target, around);
        let claimed = |alert: &str| -> Vec<String> {
            let claims = around.claims.get(&alert.to_lowercase());
            let others = claims.into_iter().flatten().filter(|slug| **slug != document.slug);
            others.map(Slug::to_string).collect()
        };
        let context = LintContext {
            rules,
            dangers: &self.dangers,
            today: self.latest_today(),
            reader: &document.summary.diagnostics,
            has_owner: self.owner_name(&document.summary).is_some(),
            link: &link,
            claimed: &claimed,
            removed: &removed,
        };
        let path = self.shown_path(&self.file_of(document));
        Ok(lint(text, runbook, &context)
            .into_iter()
            .map(|found| Finding {
                path: path.clone(),
                line: found.line,
                column: found.column,
                rule: found.rule,
                severity: found.severity,
                message: found.message,
            })
            .collect())
    }

    /// Whether a link of a document leads somewhere. Addresses elsewhere are not asked.
    fn link_state(&self, from: &Document, target: &str, around: &Surroundings) -> LinkState {
        let (path, anchor) = match target.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (target, None),
        };
        let is_elsewhere = target.starts_with("//")
            || path.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
        if is_elsewhere {
            return LinkState::NotChecked;
        }
        let slug = if path.is_empty() {
            Some(from.slug.clone())
        } else {
            let Some(inside) = resolve(&from.path, path) else { return LinkState::NotChecked };
            let Some(slug) = self.slug_of_path(&inside) else { return LinkState::NotChecked };
            Some(Slug::new(slug)).filter(|slug| around.anchors.contains_key(slug))
        };
        let Some(anchors) = slug.and_then(|slug| around.anchors.get(&slug)) else {
            return LinkState::NoDocument;
        };
        match anchor {
            None | Some("") => LinkState::Found,
            Some(anchor) if anchors.contains(anchor) => LinkState::Found,
            Some(anchor) => LinkState::NoAnchor {
                nearest: nearest(anchor, anchors.iter().map(String::as_str)).map(str::to_owned),
            },
        }
    }

    /// The latest day it is anywhere on earth: a row dated later lies in the future for everybody.
    fn latest_today(&self) -> NaiveDate {
        let ahead = TimeDelta::hours(14);
        (self.clock.now() + ahead).date_naive()
    }

    /// The slugs of the documents under some paths.
    fn chosen(&self, documents: &[Document], paths: &[PathBuf]) -> Result<HashSet<Slug>, Error> {
        if paths.is_empty() {
            return Ok(documents.iter().map(|document| document.slug.clone()).collect());
        }
        let mut chosen = HashSet::new();
        for path in paths {
            let wanted = path.canonicalize().map_err(|e| Error::io("read", path, e))?;
            let before = chosen.len();
            for document in documents {
                let file = self.file_of(document);
                if file.canonicalize().is_ok_and(|file| file.starts_with(&wanted)) {
                    chosen.insert(document.slug.clone());
                }
            }
            if chosen.len() == before {
                return Err(Error::not_found(format!("no runbook under {}", path.display()))
                    .hinted("`runledger where` shows the folders with runbooks"));
            }
        }
        Ok(chosen)
    }
}

fn surroundings(read: &[(&Document, String, Runbook)]) -> Surroundings {
    let mut claims: BTreeMap<String, Vec<Slug>> = BTreeMap::new();
    for (document, _, _) in read {
        for alert in &document.summary.alerts {
            claims.entry(alert.to_lowercase()).or_default().push(document.slug.clone());
        }
    }
    let anchors = read.iter().map(|(document, _, runbook)| {
        let anchors = runbook.sections.iter().map(|section| section.anchor.clone()).collect();
        (document.slug.clone(), anchors)
    });
    Surroundings { anchors: anchors.collect(), claims }
}
