//! Where the steps of a numbered plan begin: at a number that goes on with the numbering, and that
//! stands where an item of a list may begin. "Set replicas to 42." begins none.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::pattern::pattern;

/// A number that might be in front of a step.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)(?P<line>^[ \t]*(?P<mark>[#*>-][#*> \t-]*)?|[ \t])(?:\*\*)?(?P<step>(?i:(?:step|schritt|phase)[ \t]+))?(?P<open>\()?(?P<number>\d{1,6})(?P<close>[.):])(?:\*\*)?[ \t]+(?P<next>\S{1,20})",
    )
});

/// Words behind which a number is an amount or a name, and no step. Behind an article the noun is
/// complete: "drain the node 2. delete it".
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:[=<>+*/,-]|\b(?:to|of|at|by|is|are|than|with|from|for|in|on|and|or|least|most|about|step|schritt|auf|von|bis|mit|um|in|und|oder|mindestens)|\b(?P<the>(?:the|this|that|each|every|old|new|bad|broken|den|die|das|dem|der)[ \t]+)?(?:version|revision|replicas?|port|node|exit|code))[ \t]*$",
    )
});

/// Words with which a sentence goes on behind a number in brackets.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:and|or|of|is|are|was|were|but|than|und|oder|von|ist|sind|aber|als)\b")
});

/// From here on a number is more often a year or a port, unless it goes on with the numbering.
const LARGE: usize = 1000;

/// Longest text in front of a number that says what it counts.
const NEAR: usize = 40;

/// Where a step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Its number.
    pub(super) value: usize,
    /// First byte of what stands in front of the number and belongs to it: the step before ends here.
    pub(super) head: usize,
    /// First byte of the number.
    pub(super) at: usize,
}

/// How a number is written; those of one list are written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Style {
    step: bool,
    open: bool,
    /// It ends with a bracket, which no amount does.
    bracket: bool,
}

/// One number that is looked at.
struct Candidate {
    start: Start,
    style: Style,
    /// Blanks in front of it, where it begins a line.
    indent: Option<usize>,
    /// Whether it calls itself a step, or is a heading.
    named: bool,
    /// Whether a sentence, or the line before, ends in front of it.
    after_end: bool,
    /// Whether it is an amount.
    amount: bool,
    /// Whether no capital letter follows, as if the sentence went on.
    small: bool,
}

/// The steps of a plan, in order.
pub(super) fn starts(plan: &str, fences: &[Range<usize>]) -> Vec<Start> {
    let all = candidates(plan, fences);
    let outer = all.iter().filter_map(|one| one.indent).min().unwrap_or(0);
    let sure = all.iter().enumerate().filter(|(_, one)| one.after_end || one.named);
    let last_sure: HashMap<usize, usize> = sure.map(|(at, one)| (one.start.value, at)).collect();
    let styled = all.iter().enumerate().map(|(at, one)| ((one.start.value, one.style), at));
    let last_styled: HashMap<(usize, Style), usize> = styled.collect();
    let mut found: Vec<&Candidate> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let last = found.last();
        let value = one.start.value;
        let next = last.is_some_and(|last| value == last.start.value + 1);
        let begins = match one.indent {
            _ if value >= LARGE && !next => false,
            _ if one.named => true,
            // A list within an item belongs to that item.
            Some(indent) if indent > outer + 1 => false,
            Some(_) => {
                let jumps = last.is_none_or(|last| value > last.start.value) && one.after_end;
                next || value == 1 || jumps
            }
            None if one.after_end => next || last.is_none() && value == 1,
            // Without a full stop before it, if no other number goes on with the numbering.
            None => {
                let first = last.is_none() && value == 1;
                let better = last_sure.get(&value).is_some_and(|better| *better > at);
                // Commands begin small: the numbers of a list are known by how they are written.
                let goes_on = || last_styled.get(&(2, one.style)).is_some_and(|two| *two > at);
                let alike = match last {
                    Some(last) => last.style == one.style,
                    None => goes_on(),
                };
                (next || first) && !one.amount && !better && (alike || !one.small)
            }
        };
        if begins {
            found.push(one);
        }
    }
    found.into_iter().map(|one| one.start).collect()
}

fn candidates(plan: &str, fences: &[Range<usize>]) -> Vec<Candidate> {
    let (mut all, mut from) = (Vec::new(), 0);
    while let Some(found) = NUMBER.captures_at(plan, from) {
        let Some((number, whole)) = found.name("number").zip(found.get(0)) else { break };
        // The blank behind one number may be the one in front of the next.
        from = number.end() + 1;
        let head = found.name("line").map_or("", |line| line.as_str());
        let before = &plan[..whole.start()];
        let at_line = before.is_empty() || before.ends_with('\n');
        let mark = found.name("mark").is_some_and(|mark| mark.as_str().contains('#'));
        let next = found.name("next").map_or("", |next| next.as_str());
        let Ok(value) = number.as_str().parse() else { continue };
        let fence = fences.partition_point(|fence| fence.end <= number.start());
        if fences.get(fence).is_some_and(|fence| fence.contains(&number.start())) {
            continue;
        }
        let end = before.trim_end();
        let near = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
        let has = |name| found.name(name).is_some();
        let bracket = found.name("close").is_some_and(|close| close.as_str() == ")");
        let style = Style { step: has("step"), open: has("open"), bracket };
        let is_amount = AMOUNT.captures(near).is_some_and(|amount| amount.name("the").is_none());
        all.push(Candidate {
            start: Start { value, head: whole.start(), at: number.start() },
            style,
            indent: at_line.then(|| head.len() - head.trim_start().len()),
            named: style.step && (at_line || ends(end)) || mark,
            after_end: ends(end) || at_line && before.ends_with("\n\n"),
            amount: is_amount && !bracket || GOES_ON.is_match(next),
            small: next.starts_with(|c: char| c.is_ascii_lowercase()),
        });
    }
    all
}

/// Whether a sentence or an item is over: with its full stop, or with the text before the list.
fn ends(before: &str) -> bool {
    before.is_empty() || before.ends_with(['.', '!', '?', ':', ';', ')', '`', '"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plan: &str, expected: &[usize]) {
        let found: Vec<usize> = starts(plan, &[]).into_iter().map(|one| one.value).collect();
        assert_eq!(found, expected, "{plan}");
    }

    #[test]
    fn numbers_go_on_behind_the_thousand_and_no_year_is_a_step() {
        let plan: String = (1..1203).map(|number| format!("{number}. Look.\n")).collect();
        check(&plan, &(1..1203).collect::<Vec<_>>());
        check("1. Look at 2024.\n2024. It was.\n2. Wait.\n", &[1, 2]);
        check("## Step 999: look.\n## Step 1000: wait.\n", &[999, 1000]);
    }

    #[test]
    fn a_step_goes_on_with_the_numbering() {
        check("1. Stop. 2. Wait. 3. Go.", &[1, 2, 3]);
        check("Look first: 1. Stop. 2. Wait.", &[1, 2]);
        check("1) Stop 2) Wait 3) Go", &[1, 2, 3]);
        check("1. Stop it 2. Wait 3. Go", &[1, 2, 3]);
        check("(1) Stop. (2) Wait.", &[1, 2]);
        check("1. Stop\n2. Wait\n4. Go", &[1, 2]);
        check("1. Stop.\n2. Wait.\n4. Go.", &[1, 2, 4]);
        check("4. Go on.\n5. Stop.", &[4, 5]);
        check("## Step 1: look\n## Step 2: go\n", &[1, 2]);
        check("**1.** Stop.\n**2.** Wait.", &[1, 2]);
        check("1. A\n1. B\n1. C", &[1, 1, 1]);
    }

    #[test]
    fn commands_that_are_numbered_in_one_line_are_steps() {
        check("1) redis-cli FLUSHALL 2) helm rollback a 41 3) kubectl drain b", &[1, 2, 3]);
        check("1. redis-cli FLUSHALL 2. helm rollback a 41 3. kubectl drain b", &[1, 2, 3]);
        check("(1) stop the rollback (2) drain the node (3) helm uninstall a", &[1, 2, 3]);
        check("Do this: step 1: stop a step 2: delete b", &[1, 2]);
        check("Please 1) stop the leader 2) drain the node 3) wait", &[1, 2, 3]);
        check("Schritt 1: redis-cli FLUSHALL Schritt 2: helm list", &[1, 2]);
        check("1. drain the node 2. wait", &[1, 2]);
        check("1. stop node 2. then wait", &[1]);
        check("1) stop a (2 of them) on b (2) and wait", &[1]);
        check("1) look 2: wait", &[1]);
        let plan = "(1) stop it (2) delete it";
        let found = starts(plan, &[]);
        assert_eq!(plan[found[0].head..found[1].head].trim(), "(1) stop it");
    }

    #[test]
    fn an_amount_is_no_step() {
        check("1. Set replicas to 42. 2. Wait. 3. Go.", &[1, 2, 3]);
        check("1. Set replicas to 2. Then wait. 2. Go.", &[1, 2]);
        check("1. Check the quota: 42. Then wait. 2. Go.", &[1, 2]);
        check("Limit: 42. 1. Stop. 2. Go.", &[1, 2]);
        check("1. Set the number of replicas to\n42. Then wait.\n2. Go.", &[1, 2]);
        check("1. Set replicas to 42 when ready 3. Go", &[1]);
        check("Scale to 3. Then stop.", &[]);
        check("1. Stop:\n   1. one\n   2. two\n2. Go", &[1, 2]);
    }
}
