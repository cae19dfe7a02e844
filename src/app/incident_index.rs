//! Incidents as the search index reads them: what they are about, what was said, the sections of
//! the report they were read from, and those of their published postmortem.

use super::file_stem;
use crate::domain::id::{IncidentId, Slug};
use crate::domain::incident::{Happening, Incident, TimelineItem};
use crate::error::Error;
use crate::ledger::Reads;
use crate::search::{DocClass, SectionDoc};

/// How many lines of a timeline make one section.
const LINES: usize = 20;

/// Before an incident's label in the path of its sections.
const FOLDER: &str = "incidents/";

/// Under what an incident's sections are replaced: its id, since labels of two machines may be
/// alike.
pub(super) fn key_of(id: IncidentId) -> Slug {
    Slug::new(format!("incident:{id}"))
}

/// What people call the incident that a section is of; none where it is of something else.
pub(super) fn label_in(class: DocClass, path: &str) -> Option<Slug> {
    match class {
        DocClass::Incident => Some(Slug::from(path.strip_prefix(FOLDER).unwrap_or(path))),
        // A postmortem's file is named for its incident, in whatever folder it stands.
        DocClass::Postmortem => {
            let name = path.rsplit('/').next().unwrap_or(path);
            Some(Slug::from(name.strip_suffix(".md").unwrap_or(name)))
        }
        DocClass::Runbook | DocClass::Page | DocClass::Exercise | DocClass::Note => None,
    }
}

/// All sections of an incident; none where there is none.
pub(super) fn docs_of(reads: &Reads, id: IncidentId) -> Result<Vec<SectionDoc>, Error> {
    let Some(incident) = reads.incident(id)? else { return Ok(Vec::new()) };
    let whole = SectionDoc {
        slug: key_of(id),
        path: format!("{FOLDER}{}", incident.label),
        class: DocClass::Incident,
        title: incident.title.value.clone(),
        identifiers: vec![incident.label.to_string()],
        labels: incident.services.value.clone(),
        line: 1,
        ..SectionDoc::default()
    };
    let mut docs = vec![SectionDoc { body: about(&incident), ..whole.clone() }];
    let said = said(&incident, &reads.timeline_of(id)?);
    docs.extend(said.chunks(LINES).map(|lines| SectionDoc {
        heading: "timeline".to_owned(),
        body: lines.join("\n"),
        ..whole.clone()
    }));
    if let (Some(source), Some(text)) = (&incident.imported_from, incident.report) {
        let text = reads.blob(text)?.unwrap_or_default();
        docs.extend(sections(source, &String::from_utf8_lossy(&text), &whole));
    }
    if let Some(published) = reads.postmortem(id)?.and_then(|it| it.published) {
        let text = reads.blob(published.text)?.unwrap_or_default();
        let file = published.file;
        let whole = SectionDoc { class: DocClass::Postmortem, path: file.clone(), ..whole };
        docs.extend(sections(&file, &String::from_utf8_lossy(&text), &whole));
    }
    Ok(docs)
}

/// What it is about, in words.
fn about(incident: &Incident) -> String {
    let mut words = vec![incident.detection.value.clone()];
    words.extend(incident.services.value.iter().cloned());
    words.extend(incident.context().map(|(name, value)| format!("{name} {value}")));
    words.retain(|part| !part.is_empty());
    words.join(". ")
}

/// What was said, oldest first. The rows of a report stand in its text.
fn said(incident: &Incident, timeline: &[TimelineItem]) -> Vec<String> {
    let report = incident.imported_from.as_deref().unwrap_or_default();
    let report = report.split('#').next().unwrap_or_default();
    let is_row = |source: &str| {
        !report.is_empty() && source.strip_prefix(report).is_some_and(|rest| rest.starts_with(':'))
    };
    timeline
        .iter()
        .filter_map(|item| match &item.what {
            Happening::Noted { text, source, .. } if !is_row(source) => Some(text.clone()),
            Happening::Runbook { note, .. } if !note.is_empty() => Some(note.clone()),
            _ => None,
        })
        .collect()
}

/// The sections of a report; of one that tells of several incidents, those of this one.
fn sections(source: &str, text: &str, whole: &SectionDoc) -> Vec<SectionDoc> {
    let (path, anchor) = source.split_once('#').unwrap_or((source, ""));
    let (read, _) = crate::runbook::parse(text, file_stem(path));
    let docs = crate::search::docs::docs_of(&read, &whole.slug, &whole.path);
    let first = read.sections.iter().position(|section| section.anchor == anchor);
    let start = first.filter(|_| !anchor.is_empty()).unwrap_or(0);
    let end = match first.filter(|_| !anchor.is_empty()) {
        Some(at) => {
            let level = read.sections[at].level;
            let next = read.sections[at + 1..].iter().position(|next| next.level <= level);
            next.map_or(docs.len(), |next| at + 1 + next)
        }
        None => docs.len(),
    };
    let own = docs.into_iter().take(end).skip(start).filter(|doc| !doc.body.trim().is_empty());
    own.map(|doc| SectionDoc {
        anchor: String::new(),
        heading: doc.heading,
        parents: doc.parents,
        body: doc.body,
        ..whole.clone()
    })
    .collect()
}
