//! What was read from reports: `incident import --json`.

use serde::Serialize;

use super::incident::IncidentLine;
use crate::runbook::{Diagnostic, Severity};

/// What an import did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportView {
    /// Incidents that are new.
    pub imported: usize,
    /// Incidents whose report has changed.
    pub replaced: usize,
    /// Incidents whose report says what it said before.
    pub unchanged: usize,
    /// Incidents whose report was erased, and stays so.
    pub erased: usize,
    /// Files that tell of no incident.
    pub not_reports: usize,
    /// Files that could not be read.
    pub failed: usize,
    /// Each file, in the order they were read.
    pub files: Vec<ImportedFileView>,
}

impl ImportView {
    /// Counts what a file brought.
    pub fn count(&mut self, file: &ImportedFileView) {
        for incident in &file.incidents {
            match incident.result {
                "imported" => self.imported += 1,
                "replaced" => self.replaced += 1,
                "erased" => self.erased += 1,
                _ => self.unchanged += 1,
            }
        }
        // A copy, or what was published here: it stands under another file.
        self.unchanged += usize::from(file.incidents.is_empty() && file.result == "unchanged");
        self.not_reports += usize::from(file.result == "not-a-report");
        self.failed += usize::from(file.result == "failed");
    }
}

/// A file that was read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportedFileView {
    /// Its path, within the workspace where it stands there.
    pub path: String,
    /// `imported`, `replaced`, `erased`, `unchanged`, `not-a-report` or `failed`.
    pub result: &'static str,
    /// The incidents it tells of.
    pub incidents: Vec<ImportedIncidentView>,
    /// What cannot be read or does not fit, with its line.
    pub findings: Vec<FindingView>,
}

impl ImportedFileView {
    /// The file's result: of its incidents, what changed most.
    pub fn sum_up(&mut self) {
        let has = |result: &&str| self.incidents.iter().any(|it| it.result == *result);
        let result = ["imported", "replaced", "erased"].into_iter().find(has);
        self.result = result.unwrap_or("unchanged");
    }
}

/// An incident that a report tells of.
#[derive(Clone, Debug, Serialize)]
pub struct ImportedIncidentView {
    /// `imported`, `replaced`, `unchanged`, or `erased` where nothing is read of what was erased.
    pub result: &'static str,
    /// The times that the report does not state.
    pub missing: Vec<&'static str>,
    /// Rows of its timeline.
    pub timeline_rows: usize,
    /// Sections that were recognised.
    pub sections: usize,
    /// Action items that it lists.
    pub action_items: usize,
    /// The incident, as lists show it.
    #[serde(flatten)]
    pub incident: IncidentLine,
}

/// Something about a file that people should know.
#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 where a line or the file as a whole is meant.
    pub column: usize,
    /// How much it matters.
    pub severity: Severity,
    /// The rule's name.
    pub rule: String,
    /// What it is.
    pub message: String,
}

impl FindingView {
    /// A finding of the reader.
    pub fn of(diagnostic: &Diagnostic) -> Self {
        let Diagnostic { line, column, rule, severity, message } = diagnostic.clone();
        Self { line, column, rule, severity, message }
    }

    /// A file that cannot be read.
    pub fn failed(line: usize, column: usize, message: String) -> Self {
        Self {
            line,
            column,
            severity: Severity::Error,
            rule: "unreadable-file".to_owned(),
            message,
        }
    }

    /// Something that does not fit.
    pub fn warning(line: usize, message: String) -> Self {
        let rule = "does-not-fit".to_owned();
        Self { line, column: 1, severity: Severity::Warning, rule, message }
    }

    /// A report that was erased.
    pub fn erased(line: usize) -> Self {
        let message = "was erased here, and stays so; `runledger incident import --again` with \
                       its path reads it again on purpose";
        let rule = "erased".to_owned();
        Self { line, column: 1, severity: Severity::Info, rule, message: message.to_owned() }
    }

    /// Something good to know.
    pub fn info(line: usize, message: String) -> Self {
        let rule = "imported-before".to_owned();
        Self { line, column: 1, severity: Severity::Info, rule, message }
    }
}
