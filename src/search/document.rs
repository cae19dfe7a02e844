//! What is given to the index: sections, in groups that are replaced together.

use serde::{Deserialize, Serialize};

use crate::domain::id::Slug;
use crate::runbook::SectionKind;

/// What a section is part of.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum DocClass {
    /// Something to follow.
    Runbook,
    /// Something to read.
    #[default]
    Page,
    /// What was written down about an exercise.
    Exercise,
    /// What people noted on a runbook.
    Note,
    /// What is known of an incident.
    Incident,
    /// What was published about an incident.
    Postmortem,
}

impl DocClass {
    /// All classes, in the order they are offered.
    pub const ALL: [Self; 6] =
        [Self::Runbook, Self::Page, Self::Exercise, Self::Note, Self::Incident, Self::Postmortem];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Runbook => "runbook",
            Self::Page => "page",
            Self::Exercise => "exercise",
            Self::Note => "note",
            Self::Incident => "incident",
            Self::Postmortem => "postmortem",
        }
    }
}

/// What is replaced at one go: a slug's text, its exercises, its notes, or all of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The sections of its file.
    Text,
    /// What was written down about its exercises.
    Exercises,
    /// What people noted on it.
    Notes,
    /// All sections of an incident and its postmortem.
    Incident,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Text, Self::Exercises, Self::Notes, Self::Incident];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Exercises => "exercises",
            Self::Notes => "notes",
            Self::Incident => "incident",
        }
    }
}

/// One section, exercise or note: the unit of search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionDoc {
    /// Where its document stands.
    pub slug: Slug,
    /// The slug with its extension.
    pub path: String,
    /// The section's anchor; empty for what stands before the first heading.
    pub anchor: String,
    /// What it is part of.
    pub class: DocClass,
    /// The document's title.
    pub title: String,
    /// The section's heading; empty for what stands before the first one.
    pub heading: String,
    /// The headings it stands under, outermost first, without the document's title.
    pub parents: Vec<String>,
    /// What the section is for.
    pub section_kind: SectionKind,
    /// Other names of the document: aliases, alerts that lead to it as a whole, the file's name.
    pub identifiers: Vec<String>,
    /// Alerts this very section is about.
    pub alerts: Vec<String>,
    /// Tags, service and the like: they say what it is about, weakly.
    pub labels: Vec<String>,
    /// What people try first, where the section says so.
    pub false_starts: String,
    /// Line of the heading.
    pub line: usize,
    /// The plain words of the section. Kept apart from the rest in the index.
    #[serde(skip)]
    pub body: String,
}

impl SectionDoc {
    /// The names it goes by: the document's and its own.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.title].into_iter().chain(&self.identifiers).chain(&self.alerts).map(String::as_str)
    }

    /// Whether it is a table of contents, not somewhere to arrive.
    pub(super) fn is_index(&self) -> bool {
        is_index_name(self.slug.as_str().rsplit('/').next().unwrap_or_default())
    }
}

/// Whether a file so called stands for its folder.
pub(super) fn is_index_name(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    matches!(stem.as_str(), "readme" | "index" | "_index" | "summary" | "toc" | "_sidebar")
}

/// How far an index has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// The ledger's last entry.
    pub seq: i64,
    /// The last change of files.
    pub files_rev: i64,
    /// Which history these count in: an index of another one is rebuilt. May be empty.
    #[serde(default)]
    pub lineage: String,
}

/// Something that has to change in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A part of a slug now consists of these sections; none is none.
    Replace {
        /// Where it stands.
        slug: Slug,
        /// Which part.
        part: Part,
        /// All its sections, in order.
        docs: Vec<SectionDoc>,
    },
    /// Nothing stands under this slug any more.
    Remove {
        /// Where it stood.
        slug: Slug,
    },
}

/// Whoever has the documents: the ledger's tables, seen through the application.
pub trait Source {
    /// How far there is something to read. Asked before anything is streamed, so that what
    /// happens meanwhile is read again the next time.
    ///
    /// # Errors
    /// It cannot be read.
    fn watermark(&mut self) -> Result<Watermark, super::SourceError>;

    /// Which generation of the index is in use, as told to [`Source::set_pointer`].
    ///
    /// # Errors
    /// It cannot be read.
    fn pointer(&mut self) -> Result<Option<String>, super::SourceError>;

    /// Keeps which generation of the index is in use.
    ///
    /// # Errors
    /// It cannot be kept.
    fn set_pointer(&mut self, pointer: &str) -> Result<(), super::SourceError>;

    /// Streams what changed after a watermark; saying too much is harmless.
    ///
    /// # Errors
    /// It cannot be read.
    fn changed_since(
        &mut self,
        since: &Watermark,
        sink: &mut dyn FnMut(Change),
    ) -> Result<(), super::SourceError>;

    /// Streams everything.
    ///
    /// # Errors
    /// It cannot be read.
    fn all(&mut self, sink: &mut dyn FnMut(Change)) -> Result<(), super::SourceError>;
}
