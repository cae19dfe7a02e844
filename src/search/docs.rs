//! Turns a read runbook into the sections that are indexed.

use super::{DocClass, SectionDoc};
use crate::domain::id::Slug;
use crate::runbook::{DocKind, Located, Runbook, Section, SectionKind};

/// A document with more alerts than this is a catalogue: an alert then belongs to its section.
const MOST_OF_ONE_DOCUMENT: usize = 8;

/// The sections of a runbook, in order. Never empty: a document without a word is found by its
/// name.
pub fn docs_of(runbook: &Runbook, slug: &Slug, path: &str) -> Vec<SectionDoc> {
    let class = match runbook.kind {
        DocKind::Runbook => DocClass::Runbook,
        DocKind::Page => DocClass::Page,
    };
    let whole = SectionDoc {
        slug: slug.clone(),
        path: path.to_owned(),
        class,
        title: runbook.title.clone(),
        identifiers: identifiers(runbook, slug),
        labels: labels(runbook),
        line: 1,
        ..SectionDoc::default()
    };
    let mut docs: Vec<_> =
        (0..runbook.sections.len()).map(|at| section_doc(runbook, at, whole.clone())).collect();
    if docs.is_empty() {
        docs.push(whole);
    }
    docs
}

fn section_doc(runbook: &Runbook, at: usize, whole: SectionDoc) -> SectionDoc {
    let section = &runbook.sections[at];
    let heading = if section.level == 0 { String::new() } else { section.title.clone() };
    SectionDoc {
        anchor: section.anchor.clone(),
        parents: parents(runbook, section),
        section_kind: section.kind,
        alerts: alerts(runbook, section),
        false_starts: false_starts(runbook, section),
        line: section.span.line.max(1),
        body: section.text.clone(),
        heading,
        ..whole
    }
}

/// Names of the document as a whole.
fn identifiers(runbook: &Runbook, slug: &Slug) -> Vec<String> {
    let mut names = vec![name_of(slug).to_owned()];
    names.extend(runbook.front.aliases.iter().cloned());
    names.extend(runbook.front.alerts.iter().cloned());
    if runbook.alerts.len() <= MOST_OF_ONE_DOCUMENT {
        names.extend(runbook.alerts.iter().map(|alert| alert.value.clone()));
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| *name != runbook.title && seen.insert(name.clone()));
    names
}

/// What a file is called; a `redis/README` goes by its folder.
fn name_of(slug: &Slug) -> &str {
    let mut parts = slug.as_str().rsplit('/');
    let stem = parts.next().unwrap_or_default();
    match parts.next() {
        Some(folder) if super::document::is_index_name(stem) => folder,
        _ => stem,
    }
}

fn labels(runbook: &Runbook) -> Vec<String> {
    let front = &runbook.front;
    front.tags.iter().chain(&front.service).cloned().collect()
}

/// The headings above, outermost first; the first H1 is usually the title and says nothing new.
fn parents(runbook: &Runbook, section: &Section) -> Vec<String> {
    let mut parents = Vec::new();
    let mut above = section.parent;
    while let Some(parent) = above.and_then(|at| runbook.sections.get(at)) {
        if parent.level > 1 {
            parents.push(parent.title.clone());
        }
        above = parent.parent.filter(|next| above.is_some_and(|here| *next < here));
    }
    parents.reverse();
    parents
}

fn alerts(runbook: &Runbook, section: &Section) -> Vec<String> {
    within(section, &runbook.alerts).map(|alert| alert.value.clone()).collect()
}

fn within<'a>(
    section: &Section,
    all: &'a [Located<String>],
) -> impl Iterator<Item = &'a Located<String>> {
    let range = section.span.start..section.span.end;
    all.iter().filter(move |located| range.contains(&located.span.start))
}

fn false_starts(runbook: &Runbook, section: &Section) -> String {
    if section.kind != SectionKind::FalseStarts {
        return String::new();
    }
    let range = section.span.start..section.span.end;
    let here = runbook.false_starts.iter().filter(|start| range.contains(&start.span.start));
    here.map(|start| start.symptom.as_str()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::Span;

    fn section(level: u8, title: &str, parent: Option<usize>, start: usize) -> Section {
        Section {
            anchor: title.to_lowercase(),
            level,
            title: title.to_owned(),
            parent,
            span: Span { start, end: start + 10, line: start, end_line: start + 1 },
            text: format!("text of {title}"),
            ..Section::default()
        }
    }

    fn alert(name: &str, start: usize) -> Located<String> {
        let span = Span { start, end: start + 1, line: 1, end_line: 1 };
        Located { value: name.to_owned(), span }
    }

    #[test]
    fn a_section_carries_its_document_and_the_headings_above() {
        let runbook = Runbook {
            title: "Disk full".to_owned(),
            sections: vec![
                section(1, "Disk full", None, 1),
                section(2, "Steps", Some(0), 20),
                section(3, "Grow", Some(1), 40),
            ],
            alerts: vec![alert("NodeDiskFull", 22)],
            ..Runbook::default()
        };
        let docs = docs_of(&runbook, &Slug::from("node/disk-full"), "node/disk-full.md");
        assert_eq!(docs.len(), 3);
        assert_eq!(docs[2].parents, ["Steps"]);
        assert_eq!(docs[2].identifiers, ["disk-full", "NodeDiskFull"]);
        assert_eq!(docs[1].alerts, ["NodeDiskFull"]);
        assert!(docs[2].alerts.is_empty());
        assert_eq!((docs[2].body.as_str(), docs[2].line), ("text of Grow", 40));
    }

    #[test]
    fn the_alerts_of_a_catalogue_belong_to_their_sections() {
        let mut runbook =
            Runbook { sections: vec![section(2, "All", None, 0)], ..Runbook::default() };
        runbook.alerts = (0..9).map(|at| alert(&format!("Alert{at}"), at)).collect();
        let docs = docs_of(&runbook, &Slug::from("all"), "all.md");
        assert_eq!(docs[0].identifiers, ["all"]);
        assert_eq!(docs[0].alerts.len(), 9);
    }

    #[test]
    fn a_table_of_contents_goes_by_its_folder() {
        let check = |slug: &str, expected: &str| assert_eq!(name_of(&Slug::from(slug)), expected);
        check("services/redis/README", "redis");
        check("README", "README");
        check("services/redis", "redis");
    }

    #[test]
    fn a_document_without_a_word_is_found_by_its_name() {
        let docs = docs_of(&Runbook::default(), &Slug::from("a/empty"), "a/empty.md");
        assert_eq!(docs[0].identifiers, ["empty"]);
    }
}
