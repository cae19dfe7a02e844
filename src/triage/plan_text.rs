//! A plan as people write it, taken apart into steps, and these into words and commands.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

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

/// A program that a command in prose begins with.
static PROGRAM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:\$ |# )?(?:sudo )?(?:kubectl|k|oc|helm|argocd|flux|terraform|tofu|docker|podman|",
        r"systemctl|rm|dd|mkfs(?:\.\w+)?|mdadm|zpool|zfs|wipefs|fsck(?:\.\w+)?|redis-cli|psql|mysql|",
        r"pg_\w+|patronictl|rabbitmqctl|kafka-[a-z-]+(?:\.sh)?|etcd|etcdctl|iptables|nft|ufw|setenforce|",
        r"chmod|chown|git|aws|gcloud|az|curl|kill|killall|pkill|reboot|shutdown|ansible\S*|vault|",
        r"ceph|mc|dropdb|mongosh?|find|xargs|ssh|sh|bash|for|while|export|set)(?:\s|$)",
    ))
});

/// Takes a plan apart.
pub(super) fn steps(plan: &str) -> Vec<Step> {
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
    let lines = crate::text::LineIndex::new(plan);
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

/// Steps of a plan without numbers: each line or fence one; a script is one command a line.
fn unnumbered(plan: &str, fences: &[Range<usize>], lines: &crate::text::LineIndex) -> Vec<Step> {
    let script = is_script(plan, fences);
    let mut steps: Vec<Step> = Vec::new();
    if script {
        let number = 1;
        let pieces = vec![Piece::Command(0..plan.len())];
        // One shell text: a heredoc, a loop or a variable reaches over lines.
        return vec![Step { number, line: 1, pieces }];
    }
    let mut at = 0;
    while at < plan.len() && steps.len() < MAX_STEPS {
        let range = match fences.iter().find(|fence| fence.contains(&at)) {
            Some(fence) => fence.clone(),
            None => at..plan[at..].find('\n').map_or(plan.len(), |end| at + end + 1),
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

/// Whether it is a shell script: its first line says so, or most of its lines are commands.
fn is_script(plan: &str, fences: &[Range<usize>]) -> bool {
    if plan.starts_with("#!") {
        return true;
    }
    let lines =
        plan.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut all, mut commands) = (0_usize, 0_usize);
    for line in lines {
        all += 1;
        commands += usize::from(PROGRAM.is_match(line));
    }
    fences.is_empty() && all > 0 && commands * 2 > all
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
        pieces.push(Piece::Command(fence.start..fence.end.min(range.end)));
        at = fence.end.max(at + 1);
    }
    Step { number, line, pieces }
}

/// Words outside fences: what stands in backticks or quotes and begins with a program is a
/// command, and so is a line that begins with one.
fn words(plan: &str, range: Range<usize>, pieces: &mut Vec<Piece>) {
    let text = plan.get(range.clone()).unwrap_or_default();
    pieces.push(Piece::Words(range.clone()));
    for quote in ['`', '\'', '"'] {
        let mut parts = text.match_indices(quote).map(|(at, _)| at);
        let mut open = parts.next();
        while let Some(start) = open {
            let Some(end) = parts.next() else { break };
            let inside = &text[start + 1..end];
            if PROGRAM.is_match(inside.trim_start()) && !inside.contains('\n') {
                pieces.push(Piece::Command(range.start + start + 1..range.start + end));
                open = parts.next();
            } else {
                open = Some(end);
            }
        }
    }
    let mut at = range.start;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || "-*>$".contains(c));
        let bare = bare
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .trim_start_matches(['.', ')', ' ']);
        let start = at + (line.len() - bare.len());
        // A sentence may begin with "find" or "set"; a command has an argument that no sentence has.
        let first = bare.split_whitespace().next().unwrap_or_default();
        let looks = first.chars().next().is_some_and(|c| c.is_ascii_lowercase());
        if looks && PROGRAM.is_match(bare) {
            pieces.push(Piece::Command(start..at + line.len()));
        }
        at += line.len();
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
        check("kubectl get ns\nhelm list\n", &[(1, &["kubectl get ns\nhelm list"])]);
        check("Look at it.\n- `kubectl get ns`\n", &[(1, &[]), (2, &["kubectl get ns"])]);
        check("", &[]);
    }

    #[test]
    fn any_text_can_be_a_plan() {
        for text in ["```", "1. ", "`'\"", "é1. —\n```é", "9. a 10. b 11. c", "''''\n``"] {
            steps(text);
        }
    }
}
