//! The releases that a text tells of, and which of its lines belong to which of them: the one reading
//! that the cause, the plan and what fills their places follow.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::helm::{HelmRelease, MAX_REVISIONS, is_bad};
use super::helm_output::{Output, RELEASE, Standing, outputs};
use super::helm_row::{chart_name, is_row};
use super::{InputKind, Pasted};
use crate::triage::knowledge::Knowledge;
use crate::triage::message::Message;
use crate::triage::reading::judgement;

/// So many releases are told apart.
const MAX_RELEASES: usize = 100;

/// Reads what Helm printed into a text: of each release the lines that say what is wrong, and what was
/// good before, stand as messages of their own. Where it tells of several, each line belongs to one.
pub(super) fn read(text: &str, pasted: &mut Pasted, knowledge: &Knowledge) {
    let in_json = std::mem::take(&mut pasted.outputs);
    let mut outputs = outputs(text, in_json, knowledge);
    if outputs.is_empty() {
        return;
    }
    pasted.kind = InputKind::Helm;
    outputs.iter_mut().for_each(|output| {
        if !output.rows.is_empty() {
            output.cut();
        }
    });
    let (mut releases, owners, left) = together(&outputs);
    if left > 0 {
        pasted.notes.push(format!(
            "of many releases {MAX_RELEASES} are told apart; {left} more outputs are of none of them"
        ));
    }
    let mut own: Vec<Message> = Vec::new();
    for (at, release) in releases.iter_mut().enumerate() {
        let of: Vec<&Output> = outputs
            .iter()
            .zip(&owners)
            .filter(|(_, of)| **of == Some(at))
            .map(|(it, _)| it)
            .collect();
        note_cut(&of, release, &mut pasted.notes);
        own.extend(
            messages(text, release, &of)
                .into_iter()
                .map(|message| Message { of: Some(at), ..message }),
        );
    }
    // What stands as one message is not said twice: not line by line as well.
    let mut places: Vec<(usize, usize)> = own
        .iter()
        .filter(|it| it.line > 0)
        .map(|it| (it.offset, it.offset + it.text.len()))
        .collect();
    places.sort_unstable();
    let is_told = |offset: usize| {
        let before = places.partition_point(|(start, _)| *start <= offset);
        before > 0 && offset < places[before - 1].1
    };
    pasted.messages.retain(|line| line.line == 0 || !is_told(line.offset));
    pass_over_notes(&outputs, pasted, knowledge);
    let of_line = |offset: usize| {
        let before = outputs.partition_point(|output| output.range.start <= offset);
        let at = before.checked_sub(1)?;
        owners[at].filter(|_| outputs[at].range.contains(&offset))
    };
    for message in &mut pasted.messages {
        message.of = of_line(message.offset).filter(|_| message.line > 0);
    }
    // Of a long text what names a release may have been passed over.
    let known: BTreeSet<usize> = pasted.messages.iter().map(|message| message.offset).collect();
    let commands = outputs.iter().zip(&owners).filter(|(output, _)| !output.is_words);
    let commands = commands.filter_map(|(output, of)| Some((output.command.as_ref()?, *of)));
    for (standing, of) in commands.filter(|(standing, _)| !known.contains(&standing.0.start)) {
        own.push(Message { of, ..line_at(text, standing) });
    }
    pasted.messages.extend(own);
    pasted.messages.sort_by_key(|message| message.offset);
    for (at, release) in releases.iter_mut().enumerate() {
        let guessed = guess(release, at, &mut pasted.messages);
        pasted.notes.extend(guessed);
    }
    pasted.releases = releases;
}

/// Leaves what charts print below a status, but for lines in which a rule holds. What they say of a
/// failure that could be is none.
fn pass_over_notes(outputs: &[Output], pasted: &mut Pasted, knowledge: &Knowledge) {
    let notes = outputs.iter().map(|output| &output.notes).filter(|notes| !notes.is_empty());
    let notes: Vec<&Range<usize>> = notes.collect();
    let all = pasted.messages.len();
    pasted.messages.retain(|line| {
        let is_note = notes.iter().any(|notes| notes.contains(&line.offset));
        let said = line.text.trim_start_matches(|c: char| !c.is_alphabetic()).to_ascii_lowercase();
        let is_told = !said.starts_with("if ") && judgement(&line.text, knowledge).holds();
        line.line == 0 || !is_note || is_told
    });
    let passed = all - pasted.messages.len();
    if passed > 0 {
        pasted
            .notes
            .push(format!("{passed} lines of what charts say of themselves were passed over"));
    }
}

/// The outputs of each release as one, in order of the first of them, which of these each output
/// belongs to, and how many outputs belong to none since there are too many releases.
fn together(outputs: &[Output]) -> (Vec<HelmRelease>, Vec<Option<usize>>, usize) {
    let mut releases: Vec<HelmRelease> = Vec::new();
    let mut owners = vec![None; outputs.len()];
    // What has a name comes first, and what has only words last: it may name what has none.
    let rank = |output: &Output| (output.is_words, output.release.name.is_none());
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    order.sort_by_key(|at| rank(&outputs[*at]));
    let mut left = 0;
    for at in order {
        let Output { release, is_words, .. } = &outputs[at];
        let named = releases.iter().position(|known| {
            known.name.is_some() && known.name == release.name && known.is_same(release)
        });
        let nameless: Vec<usize> =
            (0..releases.len()).filter(|known| releases[*known].name.is_none()).collect();
        let like = || match is_words {
            true => nameless.first().copied().filter(|_| releases.len() == 1),
            false => releases.iter().position(|known| known.is_same(release)),
        };
        let known = named.or_else(like);
        match known {
            Some(known) => releases[known].take(release.clone()),
            None if releases.len() == MAX_RELEASES => {
                left += 1;
                continue;
            }
            None => {
                let mut release = release.clone();
                release.settle();
                releases.push(release);
            }
        }
        owners[at] = known.or_else(|| releases.len().checked_sub(1));
    }
    let (releases, owners) = in_order(releases, owners);
    (releases, owners, left)
}

/// Numbers releases in the order in which a text tells of them.
fn in_order(
    releases: Vec<HelmRelease>,
    owners: Vec<Option<usize>>,
) -> (Vec<HelmRelease>, Vec<Option<usize>>) {
    let mut order: Vec<usize> = Vec::new();
    for owner in owners.iter().flatten() {
        if !order.contains(owner) {
            order.push(*owner);
        }
    }
    let owners =
        owners.into_iter().map(|of| order.iter().position(|one| Some(*one) == of)).collect();
    let mut all: BTreeMap<usize, HelmRelease> = releases.into_iter().enumerate().collect();
    (order.into_iter().filter_map(|at| all.remove(&at)).collect(), owners)
}

/// What is wrong with a release, and what was good before.
fn messages(text: &str, release: &HelmRelease, outputs: &[&Output]) -> Vec<Message> {
    // Of a revision that is told twice the last row counts.
    let mut rows: BTreeMap<u64, Option<&Standing>> = BTreeMap::new();
    let mut start = 0;
    let mut messages = Vec::new();
    for output in outputs {
        for (at, row) in output.release.revisions.iter().enumerate() {
            if output.status.is_none() {
                let before = rows.insert(row.revision, output.rows.get(at)).flatten();
                // What an earlier look at a revision says is over, be it bad; a list names it all the same.
                if let Some(standing) = before.filter(|_| !output.is_list && !release.is_ill()) {
                    messages.push(Message { resolved: true, ..line_at(text, standing) });
                }
            }
        }
        if output.rows.is_empty() && output.status.is_none() {
            start = output.range.end;
        }
        let bad = output.release.status.as_deref().is_some_and(is_bad);
        // A status is spread over several lines.
        if let Some(standing) = &output.status {
            let resolved = bad && !release.is_ill();
            messages.push(Message { resolved, ..line_at(text, standing) });
        }
    }
    for one in release.telling() {
        let message = match rows.get(&one.row.revision) {
            Some(Some(standing)) => line_at(text, standing),
            // What JSON tells has our words; it stands behind the command that printed it.
            Some(None) => Message { offset: start, ..release.told(one.row) },
            None => continue,
        };
        messages.push(one.marked(message, release.last_good));
    }
    // JSON has no line that would say that all is well.
    if messages.is_empty()
        && let Some((row, None)) = rows.last_key_value()
        && let Some(row) = release.revisions.iter().find(|known| known.revision == *row)
    {
        messages.push(Message { offset: start, ..release.told(row) });
    }
    messages
}

/// A piece of a text as it stands there.
fn line_at(text: &str, (place, line): &Standing) -> Message {
    let said = text.get(place.clone()).unwrap_or_default();
    let shown = said.trim_start();
    Message { offset: place.end - shown.len(), line: *line, ..Message::new(shown) }
}

fn note_cut(outputs: &[&Output], release: &HelmRelease, notes: &mut Vec<String>) {
    let passed: usize = outputs.iter().map(|output| output.passed).sum();
    if passed > 0 {
        let whose = release.name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        notes.push(format!(
            "the history{whose} is long: its newest {MAX_REVISIONS} revisions were read, and {passed} \
             older ones were not"
        ));
    }
}

/// Takes the name of its chart for that of a release that is ill and that nothing names.
fn guess(release: &mut HelmRelease, of: usize, messages: &mut [Message]) -> Option<String> {
    if release.name.is_some() || !release.is_ill() {
        return None;
    }
    let mut charts = release.revisions.iter().filter_map(|row| chart_name(&row.chart));
    let chart = charts.next()?.to_owned();
    if charts.any(|other| other != chart) {
        return None;
    }
    let rows =
        messages.iter_mut().filter(|it| it.of == Some(of) && (it.line == 0 || is_row(&it.text)));
    for message in rows {
        message.labels.insert(RELEASE.to_owned(), chart.clone());
    }
    release.name = Some(chart.clone());
    Some(format!(
        "nothing names the release: it is taken for {chart}, as its chart is called, so make sure of it"
    ))
}
