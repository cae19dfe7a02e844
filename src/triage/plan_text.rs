//! A plan as people write it, taken apart into steps, and these into words and commands.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::plan_command;
use crate::text::pattern::pattern;

/// Steps of a plan that are looked at.
const MAX_STEPS: usize = 2000;

/// A step: its number, its line, and what stands in it, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) number: usize,
    pub(super) line: usize,
    pub(super) pieces: Vec<Piece>,
}

/// A part of a step, as a range of bytes of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Something said.
    Words(Range<usize>),
    /// Something to run.
    Command(Range<usize>),
}

/// A number in front of a step, at the beginning of a line or behind the end of a sentence.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)(?:^[ \t]*(?:#+[ \t]*)?|[.!?:;)][ \t]+)(?:\*\*)?(?i:step[ \t]+)?(\d{1,3})[.):](?:\*\*)?[ \t]+",
    )
});

/// Takes a plan apart.
pub(super) fn steps(plan: &str) -> Vec<Step> {
    let lines = crate::text::LineIndex::new(plan);
    if plan.starts_with("#!") {
        return script(plan, &lines);
    }
    let fences = fences(plan);
    let inside = |at: usize| fences.iter().any(|fence| fence.contains(&at));
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for found in NUMBER.captures_iter(plan) {
        let Some(number) = found.get(1) else { continue };
        let Ok(value) = number.as_str().parse::<usize>() else { continue };
        // Within a line, numbers count up; `3.` behind a sentence that is no next step is text.
        let fits = starts.last().is_none_or(|(last, _)| value == last + 1)
            || at_line_start(plan, number.start());
        if fits && !inside(number.start()) && starts.len() < MAX_STEPS {
            starts.push((value, number.start()));
        }
    }
    let mut steps = Vec::new();
    let head = starts.first().map_or(plan.len(), |(_, start)| *start);
    if starts.is_empty() {
        return unnumbered(plan, &fences, &lines);
    }
    if !plan[..head].trim().is_empty() {
        steps.push(step(plan, 0, 0..head, &fences, &lines));
    }
    for (at, (number, start)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(plan.len(), |(_, next)| *next);
        steps.push(step(plan, *number, *start..end, &fences, &lines));
    }
    steps
}

fn at_line_start(plan: &str, at: usize) -> bool {
    let line = plan[..at].rfind('\n').map_or(0, |end| end + 1);
    plan[line..at]
        .trim_matches(['#', ' ', '\t', '*', '-'])
        .trim_start_matches("Step")
        .trim()
        .is_empty()
}

/// Fenced blocks, their marks left out.
fn fences(plan: &str) -> Vec<Range<usize>> {
    let mut fences = Vec::new();
    let (mut open, mut at) = (None, 0);
    for line in plan.split_inclusive('\n') {
        let next = at + line.len();
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            match open.take() {
                None => open = Some(next),
                Some(start) => fences.push(start..at),
            }
        }
        at = next;
    }
    fences.extend(open.map(|start| start..plan.len()));
    fences
}

/// Steps of a plan without numbers: each command of a script one, else each line or fence.
fn unnumbered(plan: &str, fences: &[Range<usize>], lines: &crate::text::LineIndex) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    if is_script(plan, fences) {
        return script(plan, lines);
    }
    let mut at = 0;
    while at < plan.len() {
        let next = fences.partition_point(|fence| fence.end <= at);
        let range = match fences.get(next).filter(|fence| fence.contains(&at)) {
            Some(fence) => fence.clone(),
            None => {
                let line = plan[at..].find('\n').map_or(plan.len(), |end| at + end + 1);
                let rest = &plan[at..];
                let lead = lead(rest);
                let command = plan_command::end_at_start(&rest[lead..]);
                at..command.map_or(line, |end| line.max(at + lead + end))
            }
        };
        at = range.end.max(at + 1);
        let text = plan.get(range.clone()).unwrap_or_default();
        if !text.trim().is_empty() && !text.trim_start().starts_with("```") {
            steps.push(step(plan, steps.len() + 1, range, fences, lines));
        }
        at = super::clean::ceil(plan, at);
    }
    steps
}

/// Steps of a script: each of its outermost commands one, loops and heredocs whole.
fn script(plan: &str, lines: &crate::text::LineIndex) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < plan.len() {
        let rest = &plan[at..];
        let blank = rest.len() - rest.trim_start().len();
        let comment = rest.starts_with('#').then(|| rest.find('\n').unwrap_or(rest.len()));
        if blank > 0 || comment.is_some() {
            at += comment.unwrap_or(blank);
            continue;
        }
        let number = steps.len() + 1;
        // What is too long to be numbered is still looked at.
        let end = if number < MAX_STEPS { end_in_script(rest) } else { rest.len() };
        let pieces = vec![Piece::Command(at..at + end)];
        steps.push(Step { number, line: lines.line(at), pieces });
        at += end;
    }
    steps
}

/// Where the first command or statement of a script ends; never at its start.
fn end_in_script(script: &str) -> usize {
    let end = plan_command::end_at_start(script);
    let end = end.or_else(|| crate::runbook::danger::command_end(script));
    let first = script.chars().next().map_or(1, char::len_utf8);
    end.unwrap_or(script.len()).max(first)
}

/// Whether most of its lines are commands.
fn is_script(plan: &str, fences: &[Range<usize>]) -> bool {
    let (mut all, mut commands, mut at) = (0_usize, 0_usize, 0);
    while at < plan.len() && fences.is_empty() {
        let rest = &plan[at..];
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            at += line.len();
            continue;
        }
        let lead = line.len() - bare.len();
        let command = plan_command::end_at_start(&rest[lead..]);
        let end = command.map_or(line.len(), |end| line.len().max(lead + end));
        let end = super::clean::ceil(rest, end);
        let lines = rest[..end].lines().count();
        all += lines;
        commands += if command.is_some() { lines } else { 0 };
        at += end;
    }
    all > 0 && commands * 2 > all
}

/// How many bytes of marks a line of a list or a prompt has in front of its command.
fn lead(line: &str) -> usize {
    let bare = line.trim_start_matches([' ', '\t', '-', '*', '>']);
    let numberless = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let numberless = numberless.strip_prefix(['.', ')']).map_or(bare, str::trim_start);
    let bare = numberless.strip_prefix("$ ").unwrap_or(numberless);
    line.len() - bare.len()
}

fn step(
    plan: &str,
    number: usize,
    range: Range<usize>,
    fences: &[Range<usize>],
    lines: &crate::text::LineIndex,
) -> Step {
    let line = lines.line(range.start);
    let mut pieces = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let fence = fences.iter().find(|fence| fence.start >= at && fence.start < range.end);
        let until = fence.map_or(range.end, |fence| fence.start);
        words(plan, at..until, &mut pieces);
        let Some(fence) = fence else { break };
        // The mark of the fence stands between the words and what they say of it.
        let said = plan.get(..until).unwrap_or_default().trim_end();
        let said = said.rsplit_once('\n').map_or("", |(said, _)| said);
        if !plan_command::is_forbidden(said, "") {
            pieces.push(Piece::Command(fence.start..fence.end.min(range.end)));
        }
        at = fence.end.max(at + 1);
    }
    Step { number, line, pieces }
}

/// Words outside fences: a line that begins with a program or a statement is a command, and so
/// is what stands in backticks or quotes, or bare within a sentence. What a command only prints,
/// and what the words say not to run, is none.
fn words(plan: &str, range: Range<usize>, pieces: &mut Vec<Piece>) {
    let text = plan.get(range.clone()).unwrap_or_default();
    let mut taken = lines_that_run(text);
    let mut said = 0;
    for line in taken.iter().filter(|line| plan_command::only_prints(&text[(*line).clone()])) {
        pieces.push(Piece::Words(range.start + said..range.start + line.start));
        said = line.end;
    }
    pieces.push(Piece::Words(range.start + said..range.end));
    let mut commands = taken.clone();
    for quote in ['`', '\'', '"'] {
        quoted(text, quote, &mut taken, &mut commands);
    }
    for (start, end) in plan_command::within(text) {
        let overlaps = |known: &Range<usize>| known.start < end && start < known.end;
        let forbidden = plan_command::is_forbidden(&text[..start], &text[end..]);
        if !forbidden && !taken.iter().any(overlaps) {
            commands.push(start..end);
        }
    }
    commands.sort_by_key(|command| command.start);
    let placed = |command: Range<usize>| range.start + command.start..range.start + command.end;
    pieces.extend(commands.into_iter().map(|command| Piece::Command(placed(command))));
}

/// Commands that begin a line; the words of a sentence before cannot forbid them.
fn lines_that_run(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let rest = &text[at..];
        let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let lead = lead(&rest[..line]);
        let end = plan_command::end_at_start(&rest[lead..]).map(|end| lead + end);
        if let Some(end) = end {
            found.push(at + lead..at + end);
        }
        at += super::clean::ceil(rest, end.unwrap_or(0).max(line));
    }
    found
}

/// Commands between two quotation marks, outside of what is taken. Code in backticks is taken
/// whatever it is: quotation marks within it are its own.
fn quoted(text: &str, quote: char, taken: &mut Vec<Range<usize>>, found: &mut Vec<Range<usize>>) {
    let known = taken.clone();
    let free = |at: &usize| !known.iter().any(|range| range.contains(at));
    let mut marks = text.match_indices(quote).map(|(at, _)| at).filter(free);
    let mut open = marks.next();
    while let Some(start) = open {
        let Some(end) = marks.next() else { break };
        let inside = &text[start + 1..end];
        let command = plan_command::is_command(inside) && !inside.contains('\n');
        if command && !plan_command::is_forbidden(&text[..start], &text[end + 1..]) {
            found.push(start + 1..end);
        }
        if command || quote == '`' {
            taken.push(start..end + 1);
            open = marks.next();
        } else {
            open = Some(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plan: &str, expected: &[(usize, &[&str])]) {
        let steps = steps(plan);
        let shown: Vec<(usize, Vec<&str>)> = steps
            .iter()
            .map(|step| {
                let commands = step.pieces.iter().filter_map(|piece| match piece {
                    Piece::Command(range) => Some(plan[range.clone()].trim()),
                    Piece::Words(_) => None,
                });
                (step.number, commands.collect())
            })
            .collect();
        let expected: Vec<(usize, Vec<&str>)> =
            expected.iter().map(|(number, commands)| (*number, commands.to_vec())).collect();
        assert_eq!(shown, expected, "{plan}");
    }

    #[test]
    fn steps_are_found_in_one_line_and_in_many() {
        check(
            "1. Stop it. 2. Run 'helm delete x --no-hooks'. 3. See v2.3 back.",
            &[(1, &[]), (2, &["helm delete x --no-hooks"]), (3, &[])],
        );
        check("1) look\n2) kubectl get pods\n", &[(1, &[]), (2, &["kubectl get pods"])]);
        check(
            "# Plan\n\n## Step 1: look\n```sh\nls\n```\n## Step 2: go\n`rm -rf /x`\n",
            &[(0, &[]), (1, &["ls"]), (2, &["rm -rf /x"])],
        );
        check("kubectl get ns\nhelm list\n", &[(1, &["kubectl get ns"]), (2, &["helm list"])]);
        check("Look at it.\n- `kubectl get ns`\n", &[(1, &[]), (2, &["kubectl get ns"])]);
        check("", &[]);
    }

    #[test]
    fn a_script_has_a_step_for_each_of_its_commands() {
        check(
            "#!/bin/bash\n# 1. first\nset -e\n\nfor n in a b; do\n  rm $n\ndone\nrm c \\\n  d\n",
            &[(1, &["set -e"]), (2, &["for n in a b; do\n  rm $n\ndone"]), (3, &["rm c \\\n  d"])],
        );
        check("psql a <<EOF\nTRUNCATE b;\nEOF\n", &[(1, &["psql a <<EOF\nTRUNCATE b;\nEOF"])]);
        check("DELETE FROM a;\n", &[(1, &["DELETE FROM a;"])]);
        check("K=kubectl\n$K get ns\n", &[(1, &["K=kubectl"]), (2, &["$K get ns"])]);
    }

    #[test]
    fn what_is_printed_or_forbidden_is_no_command() {
        check("4. Do NOT run `kubectl delete ns a`.", &[(4, &[])]);
        check("4. Never run:\n```\nrm -rf /\n```\n", &[(4, &[])]);
        check("Never run:\n```\nrm -rf /\n```\n", &[(1, &[]), (2, &[])]);
        check("1. Run `echo \"rm -rf /x\"`.", &[(1, &["echo \"rm -rf /x\""])]);
        check("Say it.\necho \"rm -rf /x\"\n", &[(1, &[]), (2, &["echo \"rm -rf /x\""])]);
        check("If it does not start, run `helm list`.", &[(1, &["helm list"])]);
        check("Then run kubectl get ns, and wait.", &[(1, &["kubectl get ns"])]);
    }

    #[test]
    fn any_text_can_be_a_plan() {
        for text in ["```", "1. ", "`'\"", "é1. —\n```é", "9. a 10. b 11. c", "''''\n``"] {
            steps(text);
        }
    }
}
