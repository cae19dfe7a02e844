//! One function a rule.

use std::collections::{HashMap, HashSet};

use super::fences::Placed;
use super::{LinkState, Subject};
use crate::runbook::danger::Danger;
use crate::runbook::{DocKind, Lifecycle, Span};
use crate::text::collapse_whitespace;

/// What the reader found, as much as the data says it matters. A page's broken front matter may be
/// why it is one.
pub(super) fn of_the_reader(subject: &mut Subject<'_>) {
    let is_page = subject.runbook.kind == DocKind::Page;
    let found = subject.context.reader.iter();
    for diagnostic in found.filter(|found| !is_page || found.rule.starts_with("front-matter-")) {
        let mut diagnostic = diagnostic.clone();
        if let Some(severity) = subject.context.rules.severity(&diagnostic.rule) {
            diagnostic.severity = severity;
        }
        subject.found.push(diagnostic);
    }
}

/// A relative link that leads nowhere.
pub(super) fn link_not_found(subject: &mut Subject<'_>) {
    for link in &subject.runbook.links {
        if let Some(what) = dead(subject, &link.target) {
            subject.report("link-not-found", link.span.start, &what);
        }
    }
}

/// A runbook that is named, in code or in words, and is not there. Links have a rule of their own.
pub(super) fn related_not_found(subject: &mut Subject<'_>) {
    let runbook = subject.runbook;
    let mut places: HashMap<&str, Vec<Span>> = HashMap::new();
    for link in &runbook.links {
        places.entry(&link.target).or_default().push(link.span);
    }
    for related in &runbook.related {
        let links = places.get(related.target.as_str()).map_or(&[][..], Vec::as_slice);
        // Links stand in the text's order, one behind the other.
        let next = links.partition_point(|link| link.end <= related.span.start);
        if links.get(next).is_some_and(|link| link.start < related.span.end) {
            continue;
        }
        if let Some(what) = dead(subject, &related.target) {
            subject.report("related-not-found", related.span.start, &what);
        }
    }
}

/// Why a target leads nowhere, if it does.
fn dead(subject: &Subject<'_>, target: &str) -> Option<String> {
    let has_scheme = target.split(['/', '#', '?']).next().is_some_and(|first| first.contains(':'));
    if target.is_empty() || has_scheme {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    match (subject.context.link)(target) {
        LinkState::Found | LinkState::NotChecked => None,
        LinkState::NoDocument => Some(format!("there is no `{path}`")),
        LinkState::NoAnchor { nearest } => {
            let place = if path.is_empty() { "this document" } else { path };
            let hint = nearest.map_or_else(String::new, |near| format!(" (is it `#{near}`?)"));
            Some(format!("no heading of {place} has the anchor `#{anchor}`{hint}"))
        }
    }
}

/// A command that destroys something.
pub(super) fn dangerous_command(subject: &mut Subject<'_>, commands: &[Placed]) {
    let dangers = subject.context.dangers;
    let mut earlier: Option<&Placed> = None;
    for command in commands {
        let mut found = dangers.check(&command.text);
        // `git reset --hard` makes a push dangerous that stands below it in the same fence.
        if let Some(before) = earlier.filter(|before| before.fence == command.fence) {
            let alone = dangers.check(&before.text);
            let both = dangers.check(&format!("{}\n{}", before.text, command.text));
            let is_new =
                |danger: &Danger| !alone.iter().chain(&found).any(|d| d.rule == danger.rule);
            let new: Vec<Danger> = both.into_iter().filter(is_new).collect();
            found.extend(new);
        }
        if dangers.prepares(&command.text) {
            earlier = Some(command);
        }
        for danger in found {
            let what = format!(
                "`{}` destroys {} ({}); safer: {}",
                shown(&command.text),
                danger.destroys,
                danger.rule,
                danger.safer
            );
            subject.report("dangerous-command", command.byte, &what);
        }
    }
}

/// A change that does not say where.
pub(super) fn namespace_not_explicit(subject: &mut Subject<'_>, commands: &[Placed]) {
    let mut earlier = String::new();
    for command in commands {
        // A context chosen above holds for what is below.
        if subject.context.dangers.chooses_scope(&command.text) {
            earlier = format!("{}\n", command.text);
        }
        let add = subject.context.dangers.unscoped(&format!("{earlier}{}", command.text));
        if let Some(add) = add {
            let what = format!("`{}` does not say where: add {add}", shown(&command.text));
            subject.report("namespace-not-explicit", command.byte, &what);
        }
    }
}

/// The beginning of a command, on one line.
fn shown(command: &str) -> String {
    const MOST: usize = 60;
    let line = collapse_whitespace(&command.replace("\\\n", " ").replace('`', "'"));
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// An exercise that has not happened yet.
pub(super) fn row_in_future(subject: &mut Subject<'_>) {
    let today = subject.context.today;
    let tables = subject.runbook.last_worked.iter();
    for row in tables.flat_map(|table| &table.rows).filter(|row| row.date > today) {
        let what = format!("the row's date {} lies in the future", row.date);
        subject.report("row-in-future", subject.word(row.span), &what);
    }
}

/// A row that was there before.
pub(super) fn row_removed(subject: &mut Subject<'_>) {
    let table = subject.runbook.last_worked.as_ref();
    let byte = table.map_or(0, |table| subject.word(table.header));
    for row in subject.context.removed {
        subject.report("row-removed", byte, &format!("{row} is gone from the table"));
    }
}

/// A runbook in force that cannot say when it last worked.
pub(super) fn no_last_worked_table(subject: &mut Subject<'_>) {
    let front = &subject.runbook.front;
    let excused = front.exercise_not_required || front.status == Lifecycle::Deprecated;
    if subject.runbook.last_worked.is_none() && !excused {
        let what = "the runbook has no table that says when it last worked";
        subject.report("no-last-worked-table", title(subject), what);
    }
}

/// A runbook nobody keeps.
pub(super) fn no_owner(subject: &mut Subject<'_>) {
    if !subject.context.has_owner {
        let byte = subject.runbook.front.span.map_or_else(|| title(subject), |span| span.start);
        subject.report("no-owner", byte, "nobody is named as the owner of this runbook");
    }
}

/// Where a document starts to speak: its first heading.
fn title(subject: &Subject<'_>) -> usize {
    let mut sections = subject.runbook.sections.iter();
    sections.find(|section| section.level > 0).map_or(0, |section| section.heading.start)
}

/// A step that says nothing and has no parts that do.
pub(super) fn step_empty(subject: &mut Subject<'_>) {
    let steps = &subject.runbook.steps;
    let parents: HashSet<_> = steps.iter().filter_map(|step| step.parent.as_ref()).collect();
    for step in steps.iter().filter(|step| step.empty) {
        if !parents.contains(&step.id) {
            let what = format!("the step “{}” is empty", step.title);
            subject.report("step-empty", subject.word(step.span), &what);
        }
    }
}

/// An alert that leads to several runbooks leads to none for sure.
pub(super) fn alert_claimed_twice(subject: &mut Subject<'_>) {
    for alert in &subject.runbook.alerts {
        let others = (subject.context.claimed)(&alert.value);
        if !others.is_empty() {
            let what =
                format!("the alert {} is claimed by {}, too", alert.value, others.join(", "));
            subject.report("alert-claimed-twice", alert.span.start, &what);
        }
    }
}
