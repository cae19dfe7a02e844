//! The list of runbooks, narrowed by what people know them by, with counts that say what a
//! further filter would leave.

use std::collections::BTreeMap;

use super::App;
use super::freshness::count;
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::runbook::DocKind;
use crate::views::page::{Facet, Facets, RunbookList};
use crate::views::{Counts, RunbookLine, RunbookRef};

/// What a list shall hold; everything given must match, upper and lower case alike.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Freshness, or `failing`.
    pub state: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// A label.
    pub tag: Option<String>,
    /// An alert.
    pub alert: Option<String>,
    /// A service.
    pub service: Option<String>,
}

/// What a runbook can be filtered by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    State,
    Owner,
    Tag,
    Alert,
    Service,
}

const ALL: [By; 5] = [By::State, By::Owner, By::Tag, By::Alert, By::Service];

impl App {
    /// Why nothing can be found, in words, where there is no runbook at all: most likely this is not
    /// the folder that somebody thinks it is.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn without_runbooks(&self) -> Result<Option<String>, Error> {
        if !self.ledger.live_documents()?.is_empty() {
            return Ok(None);
        }
        let place = self.config.workspace.display();
        Ok(Some(match self.config.file {
            None => format!(
                "no workspace here: {place} has neither runledger.toml nor a runbook; start from the \
                 folder with the runbooks, or name it with --workspace"
            ),
            Some(_) => format!("the workspace {place} has no runbook yet"),
        }))
    }

    /// The list of runbooks, filtered, by title.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn runbook_list(&mut self, filter: &Filter) -> Result<RunbookList, Error> {
        self.refresh()?;
        let mut counts = Counts::default();
        let mut all: Vec<RunbookLine> = Vec::new();
        for one in self.judged()? {
            let line = self.line(&one);
            count(&mut counts, &line);
            all.push(line);
        }
        all.sort_by_key(|line| line.title.to_lowercase());
        let facets = facets(filter, &all);
        let known = all.len();
        all.retain(|line| filter.holds(line, None));
        let pages = self
            .documents()?
            .into_iter()
            .filter(|document| document.summary.kind == DocKind::Page)
            .map(|document| RunbookRef { slug: document.slug, title: document.summary.title })
            .collect();
        Ok(RunbookList { as_of: self.as_of, counts, known, facets, runbooks: all, pages })
    }
}

impl Filter {
    /// Whether a runbook passes, one of the filters left out if so asked.
    fn holds(&self, line: &RunbookLine, but: Option<By>) -> bool {
        ALL.into_iter().filter(|by| Some(*by) != but).all(|by| match self.wanted(by) {
            Some(wanted) => {
                by.values(line).iter().any(|value| value.to_lowercase() == wanted.to_lowercase())
            }
            None => true,
        })
    }

    fn wanted(&self, by: By) -> Option<&str> {
        let wanted = match by {
            By::State => &self.state,
            By::Owner => &self.owner,
            By::Tag => &self.tag,
            By::Alert => &self.alert,
            By::Service => &self.service,
        };
        wanted.as_deref().map(str::trim).filter(|wanted| !wanted.is_empty())
    }
}

impl By {
    /// The values that a runbook has of it.
    fn values(self, line: &RunbookLine) -> Vec<&str> {
        match self {
            // What failed is not called fresh in the same breath.
            Self::State if line.failing && line.status == Status::Fresh => vec!["failing"],
            Self::State => {
                let failing = line.failing.then_some("failing");
                std::iter::once(line.status.as_str()).chain(failing).collect()
            }
            Self::Owner => line.owner.as_deref().into_iter().collect(),
            Self::Tag => line.tags.iter().map(String::as_str).collect(),
            Self::Alert => line.alerts.iter().map(String::as_str).collect(),
            Self::Service => line.service.as_deref().into_iter().collect(),
        }
    }
}

/// For each filter its values, each with the number of runbooks that the other filters leave.
fn facets(filter: &Filter, all: &[RunbookLine]) -> Facets {
    let of = |by: By| {
        // One value may be written in two ways; the first one read stands for both.
        let mut found: BTreeMap<String, Facet> = BTreeMap::new();
        for line in all {
            let left = usize::from(filter.holds(line, Some(by)));
            let mut values: Vec<&str> = by.values(line);
            values.dedup();
            for value in values {
                let facet = found.entry(value.to_lowercase()).or_insert_with(|| Facet {
                    value: value.to_owned(),
                    count: 0,
                    chosen: false,
                });
                facet.count += left;
            }
        }
        if let Some(wanted) = filter.wanted(by) {
            // What nothing has is kept as chosen, so that the form shows what was asked for.
            let facet = found.entry(wanted.to_lowercase()).or_insert_with(|| Facet {
                value: wanted.to_owned(),
                count: 0,
                chosen: false,
            });
            facet.chosen = true;
        }
        found.into_values().collect::<Vec<_>>()
    };
    let states = ["failing", "stale", "due", "never", "fresh", "not-tracked"];
    let known = of(By::State);
    let state = states.into_iter().map(|state| {
        let known = known.iter().find(|facet| facet.value.eq_ignore_ascii_case(state));
        known.cloned().unwrap_or_else(|| Facet { value: state.to_owned(), count: 0, chosen: false })
    });
    Facets {
        state: state.collect(),
        owner: of(By::Owner),
        tag: of(By::Tag),
        alert: of(By::Alert),
        service: of(By::Service),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Slug;

    fn line(slug: &str, status: Status, owner: &str, tags: &[&str]) -> RunbookLine {
        RunbookLine {
            slug: Slug::from(slug),
            title: slug.to_owned(),
            owner: Some(owner.to_owned()),
            kind: DocKind::Runbook,
            status,
            failing: slug == "b",
            last_worked: None,
            days_since: None,
            limit_days: 90,
            stale_on: None,
            known_since: None,
            overdue_days: None,
            example: false,
            alerts: Vec::new(),
            service: None,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            sentence: String::new(),
            reason: String::new(),
            steps: Vec::new(),
        }
    }

    fn counts(facets: &[Facet]) -> Vec<(&str, usize)> {
        facets.iter().map(|facet| (facet.value.as_str(), facet.count)).collect()
    }

    #[test]
    fn a_count_says_what_its_filter_would_leave_beside_the_others() {
        let all = [
            line("a", Status::Fresh, "Ana", &["db", "night"]),
            line("b", Status::Fresh, "ana", &["db"]),
            line("c", Status::Stale, "Bo", &["db"]),
        ];
        let filter = Filter { owner: Some("ANA".to_owned()), ..Filter::default() };
        let kept: Vec<_> = all.iter().filter(|line| filter.holds(line, None)).collect();
        assert_eq!(kept.len(), 2);
        let facets = facets(&filter, &all);
        assert_eq!(counts(&facets.owner), [("Ana", 2), ("Bo", 1)]);
        assert!(facets.owner[0].chosen && !facets.owner[1].chosen);
        assert_eq!(counts(&facets.tag), [("db", 2), ("night", 1)]);
        assert_eq!(counts(&facets.state)[..2], [("failing", 1), ("stale", 0)]);
        assert_eq!(counts(&facets.state)[4], ("fresh", 1), "the other one fails");
    }

    #[test]
    fn a_value_that_nothing_has_stays_chosen_and_leaves_nothing() {
        let filter = Filter { tag: Some("nowhere".to_owned()), ..Filter::default() };
        let facets = facets(&filter, &[line("a", Status::Fresh, "Ana", &["db"])]);
        assert_eq!(counts(&facets.tag), [("db", 1), ("nowhere", 0)]);
        assert!(facets.tag[1].chosen);
        assert_eq!(counts(&facets.owner), [("Ana", 0)]);
    }
}
