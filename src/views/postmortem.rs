//! Postmortems and their questions, as JSON, pages and templates show them.

use serde::Serialize;

use super::action::ActionItemView;
use crate::domain::checklist::{EvidenceKind, Verdict};
use crate::domain::id::{EntryId, IncidentId, IncidentLabel, QuestionId};
use crate::domain::postmortem::{Missing, PostmortemStatus};

/// What is late.
#[derive(Clone, Debug, Serialize)]
pub struct OverdueView {
    /// `draft` or `publication`.
    pub what: &'static str,
    /// When it was due, in UTC.
    pub due: String,
    /// For how many whole days.
    pub days: u32,
}

/// One line of a list of postmortems.
#[derive(Clone, Debug, Serialize)]
pub struct PostmortemLine {
    /// The incident's identity.
    pub id: IncidentId,
    /// The incident's label.
    pub incident: IncidentLabel,
    /// What the incident is about.
    pub title: String,
    /// How bad it was, in the team's words.
    pub severity: String,
    /// How far the postmortem is.
    pub status: PostmortemStatus,
    /// Whether there has to be one.
    pub required: bool,
    /// Who sees to it that it is published; null while nobody does.
    pub owner: Option<String>,
    /// Until when there has to be a draft, in UTC.
    pub draft_due: Option<String>,
    /// Until when it has to be published, in UTC.
    pub publish_due: Option<String>,
    /// What is late.
    pub overdue: Option<OverdueView>,
    /// When it was published, in UTC.
    pub published_at: Option<String>,
    /// Something was written or answered since: the file says less than is known.
    pub edited_since: bool,
    /// Its file, relative to the workspace.
    pub file: Option<String>,
}

/// How many postmortems of somebody are late.
#[derive(Clone, Debug, Serialize)]
pub struct OverdueOwner {
    /// Who; null where nobody has them.
    pub owner: Option<String>,
    /// The incidents' labels, the longest overdue first.
    pub incidents: Vec<IncidentLabel>,
}

/// A list of postmortems: `postmortem list --json`.
#[derive(Clone, Debug, Serialize)]
pub struct PostmortemList {
    /// Overdue ones first, then by when they are due; published ones last.
    pub postmortems: Vec<PostmortemLine>,
    /// The overdue ones by their owners.
    pub overdue: Vec<OverdueOwner>,
}

impl PostmortemList {
    /// Sorts them, and sums up the overdue ones.
    pub fn new(mut lines: Vec<PostmortemLine>) -> Self {
        lines.sort_by(|a, b| {
            let late = |line: &PostmortemLine| line.overdue.as_ref().map(|it| it.due.clone());
            let published = |line: &PostmortemLine| line.status == PostmortemStatus::Published;
            let due = |line: &PostmortemLine| line.publish_due.clone();
            (late(a).is_none(), late(a), published(a), due(a).is_none(), due(a), &a.incident).cmp(
                &(late(b).is_none(), late(b), published(b), due(b).is_none(), due(b), &b.incident),
            )
        });
        let mut overdue: Vec<OverdueOwner> = Vec::new();
        for line in lines.iter().filter(|line| line.overdue.is_some()) {
            match overdue.iter_mut().find(|owner| owner.owner == line.owner) {
                Some(owner) => owner.incidents.push(line.incident.clone()),
                None => overdue.push(OverdueOwner {
                    owner: line.owner.clone(),
                    incidents: vec![line.incident.clone()],
                }),
            }
        }
        Self { postmortems: lines, overdue }
    }
}

/// Everything about a postmortem: `postmortem status --json`.
#[derive(Clone, Debug, Serialize)]
pub struct PostmortemView {
    /// What lists show too.
    #[serde(flatten)]
    pub line: PostmortemLine,
    /// The template it is written after.
    pub template: String,
    /// `change` or `other`.
    pub cause: &'static str,
    /// Somebody said so; else the runbooks used show it.
    pub cause_said: bool,
    /// Why that cause.
    pub cause_reason: Option<String>,
    /// The entry that told template, owner and cause last; null while nobody has begun.
    pub version: Option<EntryId>,
    /// What people write, in the order it is read.
    pub sections: Vec<SectionView>,
    /// What has to be answered.
    pub checklist: Vec<ChecklistGroupView>,
    /// The incident's action items, by their numbers.
    pub actions: Vec<ActionItemView>,
    /// What keeps it from being published; empty where nothing does.
    pub missing: Vec<Missing>,
}

/// Every text that a section had: `postmortem history --json`.
#[derive(Clone, Debug, Serialize)]
pub struct SectionHistory {
    /// The section.
    pub section: &'static str,
    /// Its texts, the newest last.
    pub versions: Vec<SectionVersion>,
}

/// One text of a section.
#[derive(Clone, Debug, Serialize)]
pub struct SectionVersion {
    /// The entry that wrote it.
    pub version: EntryId,
    /// When, in UTC.
    pub written_at: String,
    /// By whom, typed: `person:ana`.
    pub written_by: String,
    /// The text; empty where it was taken away.
    pub text: String,
    /// Its writer had not seen the text that it replaced.
    pub conflict: bool,
}

/// A section.
#[derive(Clone, Debug, Serialize)]
pub struct SectionView {
    /// `root-cause`.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What belongs there.
    pub asks: &'static str,
    /// Nothing is published without it.
    pub required: bool,
    /// Its text, in Markdown; empty where nothing was written.
    pub text: String,
    /// The entry that wrote it; null where nothing was written.
    pub version: Option<EntryId>,
    /// When it was written, in UTC.
    pub written_at: Option<String>,
    /// By whom, typed.
    pub written_by: Option<String>,
    /// How many texts it has had.
    pub versions: usize,
    /// Two people wrote it at once; the later text stands.
    pub conflict: bool,
}

/// Questions under one heading.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistGroupView {
    /// `change-rollback`; `asked` for what only runbooks ask.
    pub name: String,
    /// The heading.
    pub title: String,
    /// They.
    pub questions: Vec<ChecklistQuestionView>,
}

/// A question and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct ChecklistQuestionView {
    /// Its number in this list, from 1.
    pub number: usize,
    /// Its identity.
    pub id: QuestionId,
    /// What is asked.
    pub text: String,
    /// `check` or `open`.
    pub kind: &'static str,
    /// The good answer of a check: `yes` or `no`.
    pub good: Option<&'static str>,
    /// The runbooks that ask the same, in their own words.
    pub also: Vec<AskedByView>,
    /// What a bad answer proposes to do.
    pub proposal: Option<String>,
    /// What a good answer names.
    pub evidence: Vec<EvidenceView>,
    /// What was answered: `yes`, `no`, `not applicable`, or words; null while it is open.
    pub answer: Option<String>,
    /// What that comes to.
    pub verdict: Option<Verdict>,
    /// Why it does not apply, or a remark.
    pub reason: Option<String>,
    /// The label of the action item that follows.
    pub action: Option<String>,
    /// Action items that followed from an answer before this one, and are still open.
    pub left_over: Vec<String>,
    /// Why no action item follows from a bad answer.
    pub declined: Option<String>,
    /// The entry that the next answer replaces.
    pub version: Option<EntryId>,
    /// When it was answered, in UTC.
    pub answered_at: Option<String>,
    /// By whom, typed.
    pub answered_by: Option<String>,
    /// Nothing more is wanted of it.
    pub complete: bool,
}

/// A runbook's own words for a question.
#[derive(Clone, Debug, Serialize)]
pub struct AskedByView {
    /// The runbook's address; its identity where its file is gone.
    pub slug: String,
    /// Its question.
    pub question: String,
    /// What it says to do after a bad answer.
    pub if_bad: Option<String>,
}

/// Something that a good answer names.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceView {
    /// Its name: `soak_start`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What sort of thing it is.
    pub kind: EvidenceKind,
    /// What has to be given.
    pub expected: &'static str,
    /// What was given.
    pub value: Option<String>,
}

/// A heading of a postmortem and what stands under it, as HTML of ours.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewSectionView {
    /// The heading's level to show, 2 to 6; 0 where there is none.
    pub level: u8,
    /// The heading's words.
    pub title_html: String,
    /// What stands under it.
    pub html: String,
}

/// What a publication came to: `postmortem publish --json`.
#[derive(Clone, Debug, Serialize)]
pub struct PublicationView {
    /// The incident's label.
    pub incident: IncidentLabel,
    /// The file, relative to the workspace.
    pub file: String,
    /// The entry that says so.
    pub id: EntryId,
    /// It was published before, and the file was replaced.
    pub again: bool,
}
