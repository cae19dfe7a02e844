//! Importing reports: each file is read, what it states is kept as an entry, what cannot be read is
//! said. The same file again changes nothing; a changed one replaces what it said before. A report that
//! was erased stays so, whatever its file says, until somebody asks for it again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::App;
use super::super::exercises::entry;
use super::report::{Reported, labels, moment_of};
use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentImported};
use crate::domain::id::{EntryId, Hash, IncidentId, IncidentLabel};
use crate::domain::incident::{Incident, TimeName};
use crate::error::Error;
use crate::runbook::front_matter_values;
use crate::text::redact::redact_keeping_lines;
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
    /// Reads reports from files and folders. One that cannot be read stops no other. What was
    /// erased is read only where that is asked for: `again`.
    ///
    /// # Errors
    /// A path does not exist, or an entry cannot be stored.
    pub fn import_reports(&mut self, paths: &[PathBuf], again: bool) -> Result<ImportView, Error> {
        self.refresh()?;
        let mut view = ImportView::default();
        let mut known = Known::of(&self.ledger.incidents()?, again);
        for report in self.reports(paths)? {
            let file = self.import_report(report, &mut known)?;
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
        let mut seen = HashSet::new();
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

    fn import_report(
        &mut self,
        report: Report,
        known: &mut Known,
    ) -> Result<ImportedFileView, Error> {
        let Report { path, text } = report;
        let mut file = ImportedFileView { path, ..ImportedFileView::default() };
        let text = match text {
            Ok(text) => redact_keeping_lines(&text).text,
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
        if let Some(other) = known.same_text_elsewhere(&file.path, hash) {
            file.result = "unchanged";
            let message =
                format!("says what {other} says, which was imported; nothing is imported");
            file.findings.push(FindingView::info(1, message));
            return Ok(file);
        }
        for write_up in &write_ups {
            if let Err(error) = self.import_incident(&mut file, write_up, &text, hash, known) {
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

    fn import_incident(
        &mut self,
        file: &mut ImportedFileView,
        write_up: &WriteUp,
        text: &str,
        hash: Hash,
        known: &mut Known,
    ) -> Result<(), Error> {
        let anchor = write_up.anchor.as_deref().unwrap_or_default();
        let parts = ["incident.imported", file.path.as_str(), anchor];
        let id = IncidentId::new(EntryId::derived(&parts));
        let versions = self.versions_of(id)?;
        let before = versions.last();
        let said_before = before.and_then(|version| version.said.as_ref());
        let current = self.ledger.incident(id)?;
        let called = current.as_ref().map(|incident| &incident.label);
        let label = known.label(id, called, write_up, &file.path);
        let Reported { mut body, findings } = self.body_of(write_up, &file.path, hash, label);
        let fits_not = findings.into_iter().map(|(line, it)| FindingView::warning(line, it));
        file.findings.extend(fits_not);
        let now = self.clock.now_ms();
        for stated in write_up.times.iter().filter(|stated| stated.at_ms > Some(now)) {
            let message = format!("`{}` lies in the future", stated.words);
            file.findings.push(FindingView::warning(stated.line, message));
        }
        let plain = labels(write_up, &file.path).0;
        if before.is_none() && body.label != plain {
            let message = format!("{plain} is another incident; this one is called {}", body.label);
            file.findings.push(FindingView::warning(write_up.line, message));
        }
        let is_erased = current.is_some_and(|it| it.erased) || was_erased(&versions, &body)?;
        let result = match said_before {
            Some(said) if says_the_same(said, &body) => "unchanged",
            _ if is_erased && !known.again => "erased",
            Some(_) => "replaced",
            None => "imported",
        };
        if result == "erased" {
            file.findings.push(FindingView::erased(write_up.line));
        } else if result != "unchanged" {
            body.replaces = before.map(|version| version.entry);
            let at = moment_of(write_up, self.config.timezone).unwrap_or_default();
            self.keep(id, body, at, text)?;
        }
        let incident = self.ledger.incident(id)?.ok_or_else(|| {
            Error::failed(format!("reading back the incident that {} tells of", file.path))
        })?;
        known.learn(&incident);
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
            action_items: write_up.action_items,
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
        let recorded = at.0.to_string();
        let entry_id = EntryId::derived(&["incident.imported", &subject, &said, &recorded]);
        let entry = entry(entry_id, &event, &subject, at, &Actor::import())?;
        self.ledger.transact(|tx| -> Result<(), Error> {
            tx.put_blob(text.as_bytes())?;
            tx.append(&entry)?;
            Ok(())
        })
    }

    /// The versions of a report that were kept, the one that no other replaces last: of several,
    /// one that was erased.
    fn versions_of(&self, id: IncidentId) -> Result<Vec<Version>, Error> {
        let mut versions = Vec::new();
        let mut replaced: HashSet<EntryId> = HashSet::new();
        for entry in self.ledger.entries_of(&id.to_string())? {
            let event = entry.body.as_deref().and_then(|body| {
                Event::decode(&entry.kind, entry.version, body).unwrap_or_default()
            });
            let said = match event {
                Some(Event::IncidentImported(body)) => Some(body),
                Some(Event::EntryErased(body)) => {
                    replaced.extend(body.keeps.and_then(|kept| kept.replaces));
                    None
                }
                _ => None,
            };
            if entry.kind == "incident.imported" {
                replaced.extend(said.as_ref().and_then(|said| said.replaces));
                let erased = entry.body.is_none().then_some(entry.body_hash);
                versions.push(Version { entry: entry.id, said, erased });
            }
        }
        versions.sort_by_key(|it| (!replaced.contains(&it.entry), it.erased.is_some()));
        Ok(versions)
    }
}

/// A version of a report that was kept.
struct Version {
    entry: EntryId,
    /// What it said; nothing where it was erased.
    said: Option<IncidentImported>,
    /// The hash of what was erased.
    erased: Option<Hash>,
}

/// What is known of earlier imports, so that it is read once and not for each file.
struct Known {
    /// Whether what was erased is asked for again.
    again: bool,
    /// The files that each text was read from.
    files: HashMap<Hash, BTreeSet<String>>,
    /// The text that each file had.
    texts: HashMap<String, Hash>,
    /// The incidents that are called so, by the label in lower case.
    labels: HashMap<String, HashSet<IncidentId>>,
}

impl Known {
    fn of(incidents: &[Incident], again: bool) -> Self {
        let (files, texts, labels) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut known = Self { again, files, texts, labels };
        for incident in incidents {
            known.learn(incident);
        }
        known
    }

    fn learn(&mut self, incident: &Incident) {
        let label = incident.label.as_str().to_lowercase();
        self.labels.entry(label).or_default().insert(incident.id);
        let (Some(source), Some(text)) = (&incident.imported_from, incident.report) else { return };
        let path = source.split('#').next().unwrap_or_default();
        if let Some(old) = self.texts.insert(path.to_owned(), text)
            && old != text
            && let Some(files) = self.files.get_mut(&old)
        {
            files.remove(path);
        }
        self.files.entry(text).or_default().insert(path.to_owned());
    }

    /// Another file with the very same text that was imported: this one is a copy, or was moved.
    fn same_text_elsewhere(&self, path: &str, text: Hash) -> Option<String> {
        let files = self.files.get(&text)?;
        if files.contains(path) { None } else { files.first().cloned() }
    }

    /// What an incident of a report is called: what it was called before, else by its plain label
    /// where that is no other incident's.
    fn label(
        &self,
        id: IncidentId,
        before: Option<&IncidentLabel>,
        write_up: &WriteUp,
        path: &str,
    ) -> IncidentLabel {
        let (plain, own) = labels(write_up, path);
        if let Some(before) = before.filter(|before| [&plain, &own].contains(before)) {
            return before.clone();
        }
        let called = self.labels.get(&plain.as_str().to_lowercase());
        let is_taken = called.is_some_and(|ids| ids.iter().any(|other| *other != id));
        if is_taken { own } else { plain }
    }
}

/// Whether a report says what it said before.
fn says_the_same(known: &IncidentImported, now: &IncidentImported) -> bool {
    IncidentImported { replaces: known.replaces, ..now.clone() } == *known
}

/// Whether what a report says was erased: an erased version is known by the hash of its body, and
/// had replaced any of the other versions, or none.
fn was_erased(versions: &[Version], now: &IncidentImported) -> Result<bool, Error> {
    let erased: HashSet<Hash> = versions.iter().filter_map(|version| version.erased).collect();
    if erased.is_empty() {
        return Ok(false);
    }
    let earlier = versions.iter().map(|version| Some(version.entry));
    for replaces in earlier.chain([None]) {
        let event = Event::IncidentImported(IncidentImported { replaces, ..now.clone() });
        let said = event
            .to_json()
            .map_err(|error| Error::failed(format!("comparing {}: {error}", event.kind())))?;
        if erased.contains(&Hash::of(said.as_bytes())) {
            return Ok(true);
        }
    }
    Ok(false)
}
