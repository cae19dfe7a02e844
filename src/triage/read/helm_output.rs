//! What Helm printed into a text, piece by piece: each history, status and row of a list, with the
//! command above it. A history does not say of which release it is; that command does.

use std::collections::BTreeSet;
use std::ops::Range;

use super::helm::{HelmRelease, MAX_REVISIONS, is_bad};
use super::helm_row::{chart_name, list_row, row};
use super::helm_status::blocks;
use crate::triage::command_line::is_command;
use crate::triage::knowledge::Knowledge;

/// The label of a message that names a release.
pub(super) const RELEASE: &str = "release";

/// So many rows of lists are read.
const MAX_LISTED: usize = 5000;

/// So many outputs are told apart, and so many commands.
const MAX_OUTPUTS: usize = 1000;

/// Where a revision stands, and on which line.
pub(super) type Standing = (Range<usize>, usize);

/// Something that Helm printed of one release.
#[derive(Clone, Debug, Default)]
pub(super) struct Output {
    /// What it says, and what its command says of it.
    pub(super) release: HelmRelease,
    /// The bytes of the text that it takes up, with its command.
    pub(super) range: Range<usize>,
    /// Where each of its rows stands; JSON has none.
    pub(super) rows: Vec<Standing>,
    /// Where its status stands, if it is one.
    pub(super) status: Option<Standing>,
    /// The lines below it that say nothing of how it is.
    pub(super) notes: Range<usize>,
    /// The command that printed it.
    pub(super) command: Option<Standing>,
    /// It is a row of a list.
    pub(super) is_list: bool,
    /// It is a command and the words below it: nothing that tells of revisions.
    pub(super) is_words: bool,
    /// So many older revisions were passed over.
    pub(super) passed: usize,
}

/// A command line of a text.
struct Command {
    standing: Standing,
    release: Option<String>,
    namespace: Option<String>,
    /// It prints a history or a status.
    prints: bool,
    /// Where the lines below it end: at a blank one, or at another command.
    end: usize,
    is_taken: bool,
}

/// The lines of a text: where each stands, without its end, and its number.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, Standing)> {
    let mut offset = 0;
    text.split_inclusive('\n').enumerate().map(move |(at, whole)| {
        let start = offset;
        offset += whole.len();
        let line = whole.trim_end();
        (line, (start..start + line.len(), at + 1))
    })
}

/// All outputs of a text, in its order; those in JSON are known already.
pub(super) fn outputs(text: &str, in_json: Vec<Output>, knowledge: &Knowledge) -> Vec<Output> {
    let is_json = |at: usize| in_json.iter().any(|output| output.range.contains(&at));
    let mut tables = Tables::default();
    let mut listed: Vec<Output> = Vec::new();
    let mut commands: Vec<Command> = Vec::new();
    let mut below = false;
    for (whole, standing) in lines(text).filter(|(_, standing)| !is_json(standing.0.start)) {
        let line = whole.trim_start_matches(['#', ' ']);
        if commands.len() < MAX_OUTPUTS && is_command(whole) {
            commands.push(Command::new(whole, standing, knowledge));
            (tables.is_open, tables.is_new, below) = (false, true, true);
            continue;
        }
        below &= !line.is_empty();
        if let Some(command) = commands.last_mut().filter(|_| below) {
            command.end = standing.0.end;
        }
        if tables.takes(line, &standing) {
            continue;
        }
        if listed.len() < MAX_LISTED
            && let Some(release) = list_row(line)
        {
            let (range, rows) = (standing.0.clone(), vec![standing]);
            listed.push(Output { release, range, rows, is_list: true, ..Output::default() });
        }
    }
    let of_blocks = blocks(text).into_iter().filter(|block| !is_json(block.standing.0.start));
    let of_blocks = of_blocks.map(|block| Output {
        range: block.standing.0.start..block.end.max(block.notes_end),
        notes: block.end..block.notes_end.max(block.end),
        status: Some(match block.release.status.as_deref().is_some_and(is_bad) {
            true => block.standing,
            // What is well is told as a whole.
            false => (block.standing.0.start..block.end, block.standing.1),
        }),
        release: block.release,
        ..Output::default()
    });
    let mut all: Vec<Output> = tables.all.into_iter().chain(of_blocks).collect();
    all.extend(in_json);
    let of_others = all.iter().filter(|one| !one.is_list);
    let named: BTreeSet<&String> = of_others.filter_map(|one| one.release.name.as_ref()).collect();
    let named_by = commands.iter().filter_map(|command| command.release.as_ref());
    let named: BTreeSet<String> = named.into_iter().chain(named_by).cloned().collect();
    // Of a list, what is well and nothing else tells of is as good as not there.
    let is_told = |one: &Output| {
        let is_named = one.release.name.as_ref().is_some_and(|name| named.contains(name));
        is_named || one.release.revisions.iter().any(|row| row.is_bad())
    };
    all.retain(|one| !one.is_list || is_told(one));
    all.extend(listed.into_iter().filter(is_told));
    if all.is_empty() {
        return all;
    }
    all.sort_by_key(|one| one.range.start);
    all.truncate(MAX_OUTPUTS);
    name(&mut all, &mut commands, knowledge);
    let words =
        commands.into_iter().filter(|command| !command.is_taken && command.release.is_some());
    let starts: Vec<usize> = all.iter().map(|one| one.range.start).collect();
    all.extend(words.map(|command| words_below(command, &starts)));
    all.sort_by_key(|one| one.range.start);
    all
}

/// Names each output by its command, else by what its revisions say of it.
fn name(all: &mut [Output], commands: &mut [Command], knowledge: &Knowledge) {
    let mut from = 0;
    for one in all {
        let between = from..one.range.start;
        from = from.max(one.range.end);
        let above: Vec<usize> = (0..commands.len())
            .filter(|at| between.contains(&commands[*at].standing.0.start))
            .collect();
        let prints: Vec<usize> = above.iter().copied().filter(|at| commands[*at].prints).collect();
        let helm: Vec<usize> =
            above.iter().copied().filter(|at| commands[*at].release.is_some()).collect();
        let above = if prints.is_empty() { helm } else { prints };
        if let Some(last) = above.last() {
            // Of two commands in a row nobody knows which one it was.
            let lines = above.iter().rev().zip(above.iter().rev().skip(1));
            let in_row: Vec<usize> = std::iter::once(*last)
                .chain(
                    lines
                        .take_while(|(at, before)| {
                            commands[**at].standing.1 == commands[**before].standing.1 + 1
                        })
                        .map(|(_, before)| *before),
                )
                .collect();
            let release = commands[*last].release.clone();
            let is_one = in_row.iter().all(|at| commands[*at].release == release);
            let is_its =
                one.release.name.is_none() || release.is_none() || one.release.name == release;
            if is_one && is_its && !one.is_list {
                let command = &commands[*last];
                one.release.name = one.release.name.take().or(release);
                one.release.namespace =
                    one.release.namespace.take().or_else(|| command.namespace.clone());
                one.range.start = command.standing.0.start;
                one.command = Some(command.standing.clone());
            }
            in_row.into_iter().for_each(|at| commands[at].is_taken = true);
        }
        if one.release.name.is_none() {
            let rows = one.release.revisions.iter().map(|row| row.description.as_str());
            one.release.name = named(knowledge, RELEASE, rows);
        }
    }
}

/// A command with the words that it printed, up to where something else begins.
fn words_below(command: Command, starts: &[usize]) -> Output {
    let Command { standing, release: name, namespace, end, .. } = command;
    let next = starts.iter().copied().find(|start| *start > standing.0.start);
    let range = standing.0.start..next.map_or(end, |next| next.min(end));
    let release = HelmRelease { name, namespace, ..HelmRelease::default() };
    Output { release, range, command: Some(standing), is_words: true, ..Output::default() }
}

impl Command {
    fn new(line: &str, standing: Standing, knowledge: &Knowledge) -> Self {
        let said = |kind| named(knowledge, kind, std::iter::once(line));
        let prints =
            line.split_whitespace().any(|word| ["history", "hist", "status"].contains(&word));
        Self {
            release: said(RELEASE),
            namespace: said("namespace"),
            prints: prints && line.contains("helm"),
            end: standing.0.end,
            standing,
            is_taken: false,
        }
    }
}

/// The histories of a text.
#[derive(Default)]
struct Tables {
    all: Vec<Output>,
    /// A head was read, or a row, and nothing else behind it.
    is_open: bool,
    /// The next row is of another history.
    is_new: bool,
}

impl Tables {
    /// Takes a line of a history, if it is one.
    fn takes(&mut self, line: &str, standing: &Standing) -> bool {
        if line.starts_with("REVISION") && line.contains("STATUS") && line.contains("DESCRIPTION") {
            (self.is_open, self.is_new) = (true, true);
            return true;
        }
        // Without its head, too, a row is known by the way in which Helm writes a date.
        let Some((row, _)) = row(line).filter(|(_, dated)| self.is_open || *dated) else {
            self.is_open = false;
            return false;
        };
        let goes_on = |table: &Output| {
            table.release.revisions.last().is_some_and(|last| {
                last.revision < row.revision
                    && (self.is_open || chart_name(&last.chart) == chart_name(&row.chart))
            })
        };
        if self.is_new || !self.all.last().is_some_and(goes_on) {
            let range = standing.0.clone();
            self.all.push(Output { range, ..Output::default() });
        }
        (self.is_open, self.is_new) = (true, false);
        if let Some(table) = self.all.last_mut() {
            table.release.revisions.push(row);
            table.rows.push(standing.clone());
            table.range.end = standing.0.end;
            if table.rows.len() >= 2 * MAX_REVISIONS {
                table.cut();
            }
        }
        true
    }
}

impl Output {
    /// Passes over all revisions but the newest.
    pub(super) fn cut(&mut self) {
        let passed = self.rows.len().saturating_sub(MAX_REVISIONS);
        self.release.revisions.drain(..passed);
        self.rows.drain(..passed);
        self.passed += passed;
    }
}

/// The one thing of a kind that texts name; of several nobody says which is meant.
pub(super) fn named<'t>(
    knowledge: &Knowledge,
    kind: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Option<String> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for text in texts {
        let rules = knowledge.signals.iter().filter(|rule| rule.kind == kind);
        let values = rules.flat_map(|rule| rule.values(text));
        names.extend(values.filter_map(|(from, to)| text.get(from..to)));
    }
    names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned())
}
