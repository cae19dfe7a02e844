//! Steps: which sections are to be done, and what each says.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::command::{FenceReading, Typed};
use super::outline::{Fence, Outline, Part};
use super::{Command, SectionKind, Step, placeholder};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::id::{Hash, StepId};
use crate::text::collapse_whitespace;

/// Marks the sections that are steps, and gives numbered ones without a telling title their
/// kind. `is_runbook` says whether anything else makes this a runbook.
pub(super) fn mark(outline: &mut Outline<'_>, readings: &[FenceReading], is_runbook: bool) {
    let numbered = numbered_sections(outline);
    settle_kinds(outline, readings, &numbered, is_runbook);
    let acts = numbered.iter().any(|at| outline.parts[*at].section.kind.is_action());
    let mut taken: HashSet<String> = HashSet::new();
    for at in &numbered {
        let part = &mut outline.parts[*at];
        let number = part.heading.number.clone().unwrap_or_default();
        let id = if taken.contains(&number) { part.section.anchor.clone() } else { number };
        taken.insert(id.clone());
        part.section.step = Some(StepId::new(id));
    }
    if acts {
        return;
    }
    let title = outline.title;
    for (at, part) in outline.parts.iter_mut().enumerate() {
        let section = &mut part.section;
        use SectionKind::{Check, Diagnose, Mitigate, Verify};
        let to_do = matches!(section.kind, Check | Diagnose | Mitigate | Verify);
        if to_do && section.level > 0 && Some(at) != title && section.step.is_none() {
            section.step = Some(StepId::new(unique(&section.anchor, at, &mut taken)));
        }
    }
    if is_runbook && outline.parts.iter().all(|part| part.section.step.is_none()) {
        mark_sections_with_commands(outline, readings);
    }
}

fn unique(anchor: &str, at: usize, taken: &mut HashSet<String>) -> String {
    let id = if anchor.is_empty() { format!("section-{at}") } else { anchor.to_owned() };
    taken.insert(id.clone());
    id
}

/// A runbook without any headings we know: what has commands is to be done.
fn mark_sections_with_commands(outline: &mut Outline<'_>, readings: &[FenceReading]) {
    let with_commands: BTreeSet<usize> = outline
        .fences
        .iter()
        .zip(readings)
        .filter(|(_, reading)| !reading.commands.is_empty())
        .map(|(fence, _)| fence.section)
        .collect();
    for at in with_commands {
        let section = &mut outline.parts[at].section;
        if section.level > 0 && section.kind == SectionKind::Other {
            section.kind = SectionKind::Mitigate;
            section.step = Some(StepId::new(section.anchor.clone()));
        }
    }
}

/// Indexes of the sections whose number makes them a step.
fn numbered_sections(outline: &Outline<'_>) -> Vec<usize> {
    let title = outline.title;
    let parts = || outline.parts.iter().enumerate().filter(|(at, _)| Some(*at) != title);
    let explicit = parts().any(|(_, part)| part.heading.explicit);
    let plain = |part: &Part| part.heading.number.is_some() && !part.heading.doubtful;
    if !explicit && parts().filter(|(_, part)| plain(part)).count() < 2 {
        return Vec::new();
    }
    let mut seen: HashSet<String> = HashSet::new();
    let mut numbered = Vec::new();
    for (at, part) in parts() {
        let Some(number) = &part.heading.number else { continue };
        let has_parent = part.heading.parent_number().is_some_and(|parent| seen.contains(parent));
        // Beside "Step 3", a bare "1." is a list in a step and no step.
        let counts = part.heading.explicit || has_parent || (!explicit && plain(part));
        if counts {
            seen.insert(number.clone());
            numbered.push(at);
        }
    }
    numbered
}

/// `1. Drain the node` acts where the page is a runbook anyway or the section has commands.
fn settle_kinds(
    outline: &mut Outline<'_>,
    readings: &[FenceReading],
    numbered: &[usize],
    is_runbook: bool,
) {
    let with_commands: HashSet<usize> = outline
        .fences
        .iter()
        .zip(readings)
        .filter(|(_, reading)| !reading.commands.is_empty())
        .map(|(fence, _)| fence.section)
        .collect();
    let numbered: HashSet<usize> = numbered.iter().copied().collect();
    let mut settled: HashSet<usize> = HashSet::new();
    for at in 0..outline.parts.len() {
        let section = &outline.parts[at].section;
        if section.kind != SectionKind::Other {
            continue;
        }
        let acts = numbered.contains(&at) && (is_runbook || with_commands.contains(&at));
        let under = section.parent.is_some_and(|parent| settled.contains(&parent));
        if acts || under {
            outline.parts[at].section.kind = SectionKind::Mitigate;
            settled.insert(at);
        }
    }
}

/// Reads every marked section; and, beside the steps, the commands that belong to none.
pub(super) fn read(
    outline: &Outline<'_>,
    readings: Vec<FenceReading>,
) -> (Vec<Step>, Vec<Command>) {
    let assigned: BTreeSet<String> = readings
        .iter()
        .flat_map(|reading| &reading.commands)
        .flat_map(|command| placeholder::assigned_names(&command.text))
        .collect();
    let owners = owners(outline);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut by_section: HashMap<usize, usize> = HashMap::new();
    for (at, part) in outline.parts.iter().enumerate() {
        if let Some(step) = begin(outline, at) {
            by_section.insert(at, drafts.len());
            drafts.push(Draft { step, words: String::new(), commands: String::new() });
        }
        let Some(draft) = owners[at].and_then(|owner| by_section.get(&owner)) else { continue };
        let draft = &mut drafts[*draft];
        if draft.step.section != at {
            draft.words.push('\n');
            draft.words.push_str(&part.section.title);
            // A sub-section after a sub-step is the step's, but not in one piece with it.
            if draft.step.span.end <= part.section.span.start && draft.is_open(outline, at) {
                draft.step.span.end = part.section.span.end;
                draft.step.span.end_line = part.section.span.end_line;
            }
        }
        draft.step.empty &= part.section.text.trim().is_empty();
        draft.words.push('\n');
        draft.words.push_str(&part.prose);
    }
    let mut loose = Vec::new();
    for (fence, reading) in outline.fences.iter().zip(readings) {
        let owner = owners[fence.section].and_then(|owner| by_section.get(&owner));
        match owner {
            Some(draft) => drafts[*draft].take(outline, fence, reading, &assigned),
            None => loose.extend(
                reading
                    .commands
                    .into_iter()
                    .map(|typed| command(outline, fence, &reading.language, typed, &assigned)),
            ),
        }
    }
    let mut steps: Vec<Step> = drafts.into_iter().map(Draft::finish).collect();
    // "Step 3 — Mitigate" says enough when 3a and 3b say the rest.
    let parents: HashSet<StepId> = steps.iter().filter_map(|step| step.parent.clone()).collect();
    for step in &mut steps {
        step.empty &= !parents.contains(&step.id);
    }
    (steps, loose)
}

/// A step being read.
struct Draft {
    step: Step,
    words: String,
    commands: String,
}

impl Draft {
    /// Whether a section follows this step's text without a sub-step between.
    fn is_open(&self, outline: &Outline<'_>, at: usize) -> bool {
        at > 0 && self.step.span.end >= outline.parts[at - 1].section.span.end
    }

    fn take(
        &mut self,
        outline: &Outline<'_>,
        fence: &Fence,
        reading: FenceReading,
        assigned: &BTreeSet<String>,
    ) {
        self.words.push('\n');
        self.words.push_str(&reading.words);
        for typed in reading.commands {
            // How a command is broken into lines is no change of it.
            let joined = typed.text.replace("\\\n", " ");
            self.commands.push_str(&collapse_whitespace(&joined));
            self.commands.push('\n');
            let command = command(outline, fence, &reading.language, typed, assigned);
            self.step.commands.push(command);
        }
    }

    fn finish(self) -> Step {
        let mut step = self.step;
        let mut seen: HashSet<&str> = HashSet::new();
        let names = step.commands.iter().flat_map(|command| &command.placeholders);
        step.placeholders = names.filter(|name| seen.insert(name)).cloned().collect();
        step.fingerprint = Fingerprint {
            commands: print(self.commands.trim()),
            words: print(&collapse_whitespace(&self.words)),
        };
        step
    }
}

/// `f1:` and the first 32 digits of a SHA-256; nothing for nothing, so that two steps without
/// commands are not taken for the same.
fn print(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let digest = Hash::of(text.as_bytes()).to_string();
    format!("f1:{}", &digest[..32])
}

/// For each section the step it belongs to: itself, or the nearest one above.
fn owners(outline: &Outline<'_>) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = Vec::with_capacity(outline.parts.len());
    for (at, part) in outline.parts.iter().enumerate() {
        let inherited = part.section.parent.and_then(|parent| owners[parent]);
        owners.push(if part.section.step.is_some() { Some(at) } else { inherited });
    }
    owners
}

fn begin(outline: &Outline<'_>, at: usize) -> Option<Step> {
    let part = &outline.parts[at];
    let section = &part.section;
    let id = section.step.clone()?;
    Some(Step {
        parent: parent(outline, at, &id),
        id,
        title: part.heading.words.clone(),
        kind: section.kind,
        section: at,
        anchor: section.anchor.clone(),
        span: section.span,
        budget_s: part.heading.budget_s,
        empty: true,
        ..Step::default()
    })
}

/// The step that a number says, else the one whose section encloses this one.
fn parent(outline: &Outline<'_>, at: usize, id: &StepId) -> Option<StepId> {
    let part = &outline.parts[at];
    if part.heading.number.as_deref() == Some(id.as_str())
        && let Some(number) = part.heading.parent_number()
    {
        let before = outline.parts[..at].iter().rev().take(200);
        let is_parent =
            |part: &&Part| part.section.step.as_ref().map(StepId::as_str) == Some(number);
        if let Some(found) = before.into_iter().find(is_parent) {
            return found.section.step.clone();
        }
    }
    let mut above = part.section.parent;
    while let Some(parent) = above {
        let section = &outline.parts[parent].section;
        if section.step.is_some() {
            return section.step.clone();
        }
        above = section.parent;
    }
    None
}

fn command(
    outline: &Outline<'_>,
    fence: &Fence,
    language: &str,
    typed: Typed,
    assigned: &BTreeSet<String>,
) -> Command {
    let said = |lines: Vec<String>| (!lines.is_empty()).then(|| lines.join("\n"));
    let start = fence.locate(typed.range.start);
    let end = fence.locate(typed.range.end.saturating_sub(1)) + 1;
    Command {
        placeholders: placeholder::names(&typed.text, assigned),
        text: typed.text,
        expected: said(typed.expected),
        comment: said(typed.comment),
        after: said(typed.after),
        language: language.to_owned(),
        span: outline.span(&(start..end)),
        bound: Vec::new(),
    }
}
