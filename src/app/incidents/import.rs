//! Importing reports: each file is read, what it states is kept as an entry, what cannot be read is
//! said. The same file again changes nothing; a changed one replaces what it said before.

use std::path::{Path, PathBuf};

use super::super::App;
use super::super::exercises::entry;
use super::report::moment_of;
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentImported};
use crate::domain::id::{EntryId, Hash, IncidentId, IncidentLabel};
use crate::domain::incident::TimeName;
use crate::error::Error;
use crate::runbook::front_matter_values;
use crate::text::redact::redact;
use crate::views::incident_import::{
    FindingView, ImportView, ImportedFileView, ImportedIncidentView,
};
use crate::workspace::scan::{self, FileError, Rules};
use crate::writeup::{self, WriteUp};

/// Ends of the names that are read from a folder.
const EXTENSIONS: [&str; 5] = ["md", "markdown", "mdown", "md.erb", "html.md.erb"];

/// A file to be read: the path that is kept, and its text or why there is none.
struct Report {
    path: String,
    text: Result<String, FileError>,
}

impl App {
    /// Reads reports from files and folders. One that cannot be read stops no other.
    ///
    /// # Errors
    /// A path does not exist, or an entry cannot be stored.
    pub fn import_reports(&mut self, paths: &[PathBuf]) -> Result<ImportView, Error> {
        self.refresh()?;
        let mut view = ImportView::default();
        for report in self.reports(paths)? {
            let file = self.import_report(report)?;
            view.count(&file);
            view.files.push(file);
        }
        // What is recorded is recorded; an index that lags is caught up with later.
        let _ = self.catch_up();
        Ok(view)
    }

    fn reports(&self, paths: &[PathBuf]) -> Result<Vec<Report>, Error> {
        let extensions = EXTENSIONS.map(str::to_owned);
        let limit = self.config.max_file_size;
        let rules = Rules::new(&extensions, &self.config.ignore, limit)
            .map_err(|error| Error::failed(format!("reading the patterns of `ignore`: {error}")))?;
        let now_ms = self.clock.now_ms();
        let mut reports: Vec<Report> = Vec::new();
        for path in paths {
            if !path.is_dir() {
                if !path.exists() {
                    return Err(Error::not_found(format!("no file {}", path.display())));
                }
                let text = scan::read_one(path, limit, now_ms);
                reports.push(Report { path: self.kept_path(path), text });
                continue;
            }
            let folders = [path.clone()];
            let walk = scan::walk(&folders, &rules);
            for found in &walk.files {
                let text = walk.read(found, now_ms).map(|content| content.text);
                reports.push(Report { path: self.kept_path(&walk.path_of(found)), text });
            }
            for error in &walk.errors {
                let path = self.kept_path(&path.join(&error.path));
                reports.push(Report { path, text: Err(error.clone()) });
            }
        }
        let mut seen = std::collections::HashSet::new();
        reports.retain(|report| seen.insert(report.path.clone()));
        Ok(reports)
    }

    /// A report's path as it is kept: within the workspace, so that it is the same on all machines.
    fn kept_path(&self, path: &Path) -> String {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let root = &self.config.workspace;
        let root = root.canonicalize().unwrap_or_else(|_| root.clone());
        whole.strip_prefix(&root).unwrap_or(&whole).to_string_lossy().into_owned()
    }

    fn import_report(&mut self, report: Report) -> Result<ImportedFileView, Error> {
        let Report { path, text } = report;
        let mut file = ImportedFileView { path, ..ImportedFileView::default() };
        let text = match text {
            Ok(text) => redact(&text).text,
            Err(error) => {
                file.result = "failed";
                file.findings.push(FindingView::failed(error.line, error.column, error.message));
                return Ok(file);
            }
        };
        if let Some(label) = self.published_here(&text)? {
            file.result = "unchanged";
            let message = format!("is the published postmortem of {label}, which is known here");
            file.findings.push(FindingView::info(1, message));
            return Ok(file);
        }
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let (write_ups, findings) = writeup::parse(&text, name, self.config.timezone);
        file.findings.extend(findings.iter().map(FindingView::of));
        if write_ups.is_empty() {
            file.result = "not-a-report";
            return Ok(file);
        }
        let hash = Hash::of(text.as_bytes());
        if let Some(other) = self.same_text_elsewhere(&file.path, hash)? {
            file.result = "unchanged";
            let message =
                format!("says what {other} says, which was imported; nothing is imported");
            file.findings.push(FindingView::info(1, message));
            return Ok(file);
        }
        for write_up in &write_ups {
            if let Err(error) = self.import_incident(&mut file, write_up, &text, hash) {
                // One report that cannot be kept, say for its size, stops no other.
                file.findings.push(FindingView::failed(write_up.line, 1, error.to_string()));
            }
        }
        file.findings.sort_by_key(|finding| finding.line);
        file.sum_up();
        if file.incidents.len() < write_ups.len() {
            file.result = "failed";
        }
        Ok(file)
    }

    /// The incident that a text is the published postmortem of: to read it as a report would make
    /// two incidents of one.
    fn published_here(&self, text: &str) -> Result<Option<IncidentLabel>, Error> {
        let (facts, _) = front_matter_values(text, &mut Vec::new());
        let said = |name: &str| {
            facts.iter().find(|(key, _, _)| key == name).and_then(|(_, value, _)| value.as_str())
        };
        let id = match said("kind") {
            Some("postmortem") => said("incident_id").and_then(IncidentId::of_subject),
            _ => None,
        };
        let incident = id.map(|id| self.ledger.incident(id)).transpose()?.flatten();
        Ok(incident.map(|incident| incident.label))
    }

    /// Another file with the very same text that was imported: this one is a copy, or was moved.
    fn same_text_elsewhere(&self, path: &str, text: Hash) -> Result<Option<String>, Error> {
        let incidents = self.ledger.incidents()?;
        let same = incidents.into_iter().filter(|incident| incident.report == Some(text));
        let sources = same.filter_map(|incident| incident.imported_from);
        let files: Vec<String> =
            sources.map(|source| source.split('#').next().unwrap_or_default().to_owned()).collect();
        Ok(if files.iter().any(|file| file == path) { None } else { files.into_iter().next() })
    }

    fn import_incident(
        &mut self,
        file: &mut ImportedFileView,
        write_up: &WriteUp,
        text: &str,
        hash: Hash,
    ) -> Result<(), Error> {
        let (mut body, finding) = self.body_of(write_up, &file.path, hash);
        file.findings.extend(finding.map(|message| FindingView::warning(write_up.line, message)));
        let now = self.clock.now_ms();
        for stated in write_up.times.iter().filter(|stated| stated.at_ms > Some(now)) {
            let message = format!("`{}` lies in the future", stated.words);
            file.findings.push(FindingView::warning(stated.line, message));
        }
        let anchor = write_up.anchor.as_deref().unwrap_or_default();
        let parts = ["incident.imported", file.path.as_str(), anchor];
        let id = IncidentId::new(EntryId::derived(&parts));
        let before = self.last_import(id)?;
        let result = match &before {
            Some((_, known)) if says_the_same(known.as_ref(), &body) => "unchanged",
            Some(_) => "replaced",
            None => "imported",
        };
        if result != "unchanged" {
            body.replaces = before.map(|(entry, _)| entry);
            self.keep(id, body, moment_of(write_up).unwrap_or_default(), text)?;
        }
        let incident = self.ledger.incident(id)?.ok_or_else(|| {
            Error::failed(format!("reading back the incident that {} tells of", file.path))
        })?;
        let line = self.incident_line(&incident);
        file.incidents.push(ImportedIncidentView {
            result,
            missing: TimeName::ALL
                .into_iter()
                .filter(|name| write_up.time(*name).is_none())
                .map(TimeName::as_str)
                .collect(),
            timeline_rows: write_up.timeline.len(),
            sections: write_up.sections.len(),
            action_items: write_up.actions.len(),
            incident: line,
        });
        Ok(())
    }

    fn keep(
        &mut self,
        id: IncidentId,
        body: IncidentImported,
        at: Timestamp,
        text: &str,
    ) -> Result<(), Error> {
        let subject = id.to_string();
        let event = Event::IncidentImported(body);
        let said = event
            .to_json()
            .map_err(|error| Error::failed(format!("storing {}: {error}", event.kind())))?;
        let entry_id = EntryId::derived(&["incident.imported", &subject, &said]);
        let entry = entry(entry_id, &event, &subject, at, &Actor::import())?;
        self.ledger.transact(|tx| -> Result<(), Error> {
            tx.put_blob(text.as_bytes())?;
            tx.append(&entry)?;
            Ok(())
        })
    }

    /// The last version of a report that was kept, with what it said; erased, it says nothing.
    fn last_import(
        &self,
        id: IncidentId,
    ) -> Result<Option<(EntryId, Option<IncidentImported>)>, Error> {
        let mut versions = Vec::new();
        for entry in self.ledger.entries_of(&id.to_string())? {
            if entry.kind != "incident.imported" {
                continue;
            }
            let said = entry.body.as_deref().and_then(|body| {
                match Event::decode(&entry.kind, entry.version, body) {
                    Ok(Some(Event::IncidentImported(body))) => Some(body),
                    _ => None,
                }
            });
            versions.push((entry.id, said));
        }
        let replaced: Vec<EntryId> = versions
            .iter()
            .filter_map(|(_, said)| said.as_ref().and_then(|said| said.replaces))
            .collect();
        versions.retain(|(entry, _)| !replaced.contains(entry));
        Ok(versions.pop())
    }
}

/// Whether a report says what it said before; erased, it stays so until it says something else.
fn says_the_same(known: Option<&IncidentImported>, now: &IncidentImported) -> bool {
    known
        .is_some_and(|known| IncidentImported { replaces: known.replaces, ..now.clone() } == *known)
}
