//! What a search found, laid out for reading: one entry a runbook, with its best step and what
//! else of it matches.

use serde::Serialize;

use crate::views::{HitView, RunbookRef, SearchResults};

/// Results, grouped by runbook.
#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    /// The runbooks, best first.
    groups: Vec<Group>,
    /// They hold little or nothing of what was asked for.
    weak: bool,
    /// Typed words that nothing holds.
    unknown: Vec<String>,
    /// Where there are no groups: the titles nearest in spelling.
    nearest: Vec<RunbookRef>,
}

/// A runbook that was found.
#[derive(Debug, Serialize)]
struct Group {
    /// Where to go: its best section, or the best of what people wrote about it.
    best: HitView,
    /// Exercises and notes of it that match too.
    beside: Vec<HitView>,
}

impl From<SearchResults> for Found {
    fn from(results: SearchResults) -> Self {
        let SearchResults { hits, nearest, weak, unknown, .. } = results;
        let mut groups: Vec<Group> = Vec::new();
        for hit in hits {
            match groups.iter_mut().find(|group| group.best.slug == hit.slug) {
                Some(group) => group.add(hit),
                None => groups.push(Group { best: hit, beside: Vec::new() }),
            }
        }
        Self { groups, weak, unknown, nearest }
    }
}

impl Group {
    /// A section of the text is a better place to arrive at than what was written about it.
    fn add(&mut self, hit: HitView) {
        let is_text = |hit: &HitView| matches!(hit.kind, "runbook" | "page");
        if is_text(&hit) && !is_text(&self.best) {
            let before = std::mem::replace(&mut self.best, hit);
            self.beside.insert(0, before);
        } else {
            self.beside.push(hit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Slug;

    fn hit(slug: &str, kind: &'static str) -> HitView {
        HitView {
            kind,
            slug: Slug::from(slug),
            path: format!("{slug}.md"),
            anchor: String::new(),
            title: slug.to_owned(),
            heading: String::new(),
            step: None,
            snippet: String::new(),
            fragments: Vec::new(),
            why: Vec::new(),
            lacks: Vec::new(),
            others: Vec::new(),
            score: 1.0,
            held: 1.0,
            freshness: None,
            step_freshness: None,
            explain: None,
        }
    }

    #[test]
    fn a_runbook_stands_once_and_leads_to_its_text() {
        let hits =
            vec![hit("a", "exercise"), hit("b", "runbook"), hit("a", "runbook"), hit("a", "note")];
        let found = Found::from(SearchResults {
            query: String::new(),
            hits,
            nearest: Vec::new(),
            weak: false,
            unknown: Vec::new(),
        });
        let told: Vec<_> = found
            .groups
            .iter()
            .map(|group| {
                let beside: Vec<_> = group.beside.iter().map(|hit| hit.kind).collect();
                (group.best.slug.as_str(), group.best.kind, beside)
            })
            .collect();
        assert_eq!(told, [("a", "runbook", vec!["exercise", "note"]), ("b", "runbook", vec![])]);
    }
}
