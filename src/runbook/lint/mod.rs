//! What should be mended in a document: one function a rule, each finding with its place.
//!
//! What a rule needs to know besides the document (other documents, the date, the ledger) comes
//! in as a [`LintContext`]; severities and advice are data.

mod fences;
mod findings;
mod rules;

use chrono::NaiveDate;

pub use self::rules::LintRules;
use super::{Diagnostic, DocKind, Runbook, Severity, Span, danger};
use crate::text::LineIndex;

/// What the rules need to know besides the document.
pub struct LintContext<'a> {
    /// Severities and advice.
    pub rules: &'a LintRules,
    /// What is dangerous.
    pub dangers: &'a danger::Rules,
    /// The latest date it is anywhere on earth.
    pub today: NaiveDate,
    /// What the reader found.
    pub reader: &'a [Diagnostic],
    /// Whether somebody owns the document, be it by default.
    pub has_owner: bool,
    /// Whether a link's target, as written, leads somewhere.
    pub link: &'a dyn Fn(&str) -> LinkState,
    /// Slugs of the other documents that claim an alert.
    pub claimed: &'a dyn Fn(&str) -> Vec<String>,
    /// Rows that vanished from the table, each in words: `the row of 2026-05-12 (Step 3a)`.
    pub removed: &'a [String],
}

/// Whether a link leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It does.
    Found,
    /// There is no such document.
    NoDocument,
    /// The document has no such heading.
    NoAnchor {
        /// The heading most likely meant.
        nearest: Option<String>,
    },
    /// It leads out of what is known.
    NotChecked,
}

/// A document under the rules, and what they have found so far.
struct Subject<'a> {
    text: &'a str,
    runbook: &'a Runbook,
    context: &'a LintContext<'a>,
    lines: LineIndex,
    found: Vec<Diagnostic>,
}

impl Subject<'_> {
    /// Notes a finding at a byte of the text.
    fn report(&mut self, rule: &str, byte: usize, what: &str) {
        let (line, column) = self.lines.line_column(self.text, byte);
        let advice = self.context.rules.advice(rule);
        let message = if advice.is_empty() { what.to_owned() } else { format!("{what}: {advice}") };
        let severity = self.context.rules.severity(rule).unwrap_or(Severity::Warning);
        self.found.push(Diagnostic { line, column, rule: rule.to_owned(), severity, message });
    }

    /// The start of a place without its indentation and list marks.
    fn word(&self, span: Span) -> usize {
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        span.start + (text.len() - text.trim_start().len())
    }
}

/// Every finding about a document, in the text's order.
///
/// Of a page, only its links, its dangerous commands and its front matter are looked at.
pub fn lint(text: &str, runbook: &Runbook, context: &LintContext<'_>) -> Vec<Diagnostic> {
    let lines = LineIndex::new(text);
    let commands = fences::commands(text, runbook);
    let mut subject = Subject { text, runbook, context, lines, found: Vec::new() };
    findings::of_the_reader(&mut subject);
    findings::link_not_found(&mut subject);
    findings::related_not_found(&mut subject);
    findings::dangerous_command(&mut subject, &commands);
    if runbook.kind == DocKind::Runbook {
        findings::namespace_not_explicit(&mut subject, &commands);
        findings::row_in_future(&mut subject);
        findings::row_removed(&mut subject);
        findings::no_last_worked_table(&mut subject);
        findings::no_owner(&mut subject);
        findings::step_empty(&mut subject);
        findings::alert_claimed_twice(&mut subject);
    }
    let mut found = subject.found;
    found.sort_by(|a, b| (a.line, a.column, &a.rule).cmp(&(b.line, b.column, &b.rule)));
    found.dedup();
    found
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;
