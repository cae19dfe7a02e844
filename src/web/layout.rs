//! How a runbook's page is laid out: what belongs to which step, and the list of steps beside it.
//! The words come from the view as they are.

use serde::Serialize;

use crate::domain::freshness::Status;
use crate::runbook::{DocKind, SectionKind};
use crate::views::page::{BlockView, RunbookPage, SectionPage, StepPage};
use crate::views::{NoteView, SectionView, StepFreshnessView};

/// A runbook's page, laid out.
#[derive(Debug, Serialize)]
pub(super) struct Laid<'a> {
    /// All that is known.
    page: &'a RunbookPage,
    /// It is a runbook, so that what is done with it can be recorded.
    recordable: bool,
    /// The sections, those under a step together with it.
    parts: Vec<Part<'a>>,
    /// The list of steps.
    steps: Vec<NavStep<'a>>,
    /// Sections that are no steps and that people look for.
    others: Vec<&'a SectionView>,
    /// Steps that failed and have not worked since: "3a and 3c".
    failing: String,
    /// Steps that mitigate and are stale, though the runbook as a whole is not.
    behind: String,
    /// Open notes that stand beside no step.
    notes: Vec<&'a NoteView>,
    /// The text has no table of exercises, so the history stands at the end.
    history_at_end: bool,
}

/// A section, or a step with the sections under it.
#[derive(Debug, Serialize)]
struct Part<'a> {
    head: Ranked<'a>,
    /// What the margin says; empty where steps have no numbers.
    label: &'a str,
    under: Vec<Ranked<'a>>,
}

/// A section with the rank of its heading on the page.
#[derive(Debug, Serialize)]
struct Ranked<'a> {
    section: &'a SectionPage,
    rank: u8,
    /// The heading only repeats the page's title.
    untitled: bool,
    /// The heading's anchor is the step's own address already.
    same_anchor: bool,
}

/// A step in the list beside the page.
#[derive(Debug, Serialize)]
struct NavStep<'a> {
    id: &'a str,
    label: &'a str,
    title: &'a str,
    budget: Option<&'a str>,
    state: &'static str,
    days: Option<i64>,
    sub: bool,
}

/// The level that the view gives to a first-order heading.
const TITLE_LEVEL: u8 = 2;

impl<'a> Laid<'a> {
    /// Lays a page out.
    pub(super) fn out(page: &'a RunbookPage) -> Self {
        let mut parts: Vec<Part<'a>> = Vec::new();
        let mut titled = false;
        for section in &page.body {
            let untitled = section.level == TITLE_LEVEL && !titled && section.step.is_none();
            titled |= untitled;
            let ranked = Ranked::new(section, untitled);
            match parts.last_mut() {
                Some(part) if part.holds(section) => part.under.push(ranked),
                _ => parts.push(Part { label: label(section), head: ranked, under: Vec::new() }),
            }
        }
        let open = page.runbook.notes.iter().filter(|note| note.resolved.is_none());
        let known = |note: &&NoteView| page.body.iter().any(|section| shows(section, note));
        Self {
            recordable: page.runbook.kind == DocKind::Runbook,
            steps: page.body.iter().filter_map(NavStep::of).collect(),
            others: others(page),
            failing: listed(&page.body, |_, step| step.freshness.failing),
            behind: behind(page),
            notes: open.filter(|note| !known(note)).collect(),
            history_at_end: !page.body.iter().any(has_table),
            parts,
            page,
        }
    }
}

impl<'a> Part<'a> {
    /// Whether a section stands under this step and is no step itself.
    fn holds(&self, section: &SectionPage) -> bool {
        let head = self.head.section;
        head.step.is_some() && section.step.is_none() && section.level > head.level
    }
}

impl<'a> Ranked<'a> {
    fn new(section: &'a SectionPage, untitled: bool) -> Self {
        let own = section.step.as_ref().map(|step| format!("step-{}", step.id));
        Self {
            // The page's title is the only heading of the first rank.
            rank: section.level.saturating_sub(1).clamp(2, 6),
            same_anchor: own.as_deref() == Some(section.anchor.as_str()),
            untitled,
            section,
        }
    }
}

impl<'a> NavStep<'a> {
    fn of(section: &'a SectionPage) -> Option<Self> {
        let step = section.step.as_ref()?;
        let label = label(section);
        Some(Self {
            id: step.id.as_str(),
            title: &step.title,
            budget: step.budget.as_deref(),
            state: state(&step.freshness),
            days: step.freshness.days_since,
            // `3a` stands under `3`.
            sub: label.starts_with(|c: char| c.is_ascii_digit())
                && label.ends_with(|c: char| !c.is_ascii_digit()),
            label,
        })
    }
}

/// What is reached for beside the steps: what to know before, what goes wrong, what to read on.
fn others(page: &RunbookPage) -> Vec<&SectionView> {
    use SectionKind::{FalseStarts, LastWorked, Postmortem, Preflight, Related};
    let sections = page.runbook.sections.iter().zip(&page.body);
    let heads = sections.filter(|(section, shown)| {
        let kinds = [Preflight, FalseStarts, Related, LastWorked, Postmortem];
        shown.step.is_none() && shown.level == TITLE_LEVEL + 1 && kinds.contains(&section.kind)
    });
    heads.map(|(section, _)| section).collect()
}

/// The number of a step; nothing for one that is known by its heading alone.
fn label(section: &SectionPage) -> &str {
    let id = section.step.as_ref().map(|step| step.id.as_str());
    id.filter(|id| *id != section.anchor).unwrap_or_default()
}

/// Failing is told before age.
const fn state(freshness: &StepFreshnessView) -> &'static str {
    if freshness.failing { "failing" } else { freshness.status.as_str() }
}

fn shows(section: &SectionPage, note: &NoteView) -> bool {
    section.step.as_ref().is_some_and(|step| step.notes.iter().any(|shown| shown.id == note.id))
}

fn has_table(section: &SectionPage) -> bool {
    section.blocks.iter().any(|block| matches!(block, BlockView::LastWorked { .. }))
}

/// A check that worked keeps a runbook fresh; what mitigates may be older than its limit.
fn behind(page: &RunbookPage) -> String {
    let status = page.runbook.freshness.as_ref().map(|freshness| freshness.status);
    if !matches!(status, Some(Status::Fresh | Status::Due)) {
        return String::new();
    }
    listed(&page.body, |section, step| {
        section.kind == SectionKind::Mitigate.as_str() && step.freshness.status == Status::Stale
    })
}

/// Some of the steps, by number or else by title.
fn listed(body: &[SectionPage], wanted: impl Fn(&SectionPage, &StepPage) -> bool) -> String {
    let steps = body.iter().filter_map(|section| {
        let step = section.step.as_ref().filter(|step| wanted(section, step))?;
        Some(match label(section) {
            "" => format!("“{}”", step.title),
            number => format!("step {number}"),
        })
    });
    let steps: Vec<String> = steps.collect();
    match steps.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
