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
        r"(?m)(?P<line>^[ \t]*(?P<mark>[#*>-][#*> \t-]*)?|[ \t])(?:\*\*)?(?P<step>(?i:(?:step|schritt|phase)[ \t]+))?\(?(?P<number>\d{1,6})[.):](?:\*\*)?[ \t]+(?P<next>\S)",
    )
});

/// Words behind which a number is an amount or a name, and no step.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:[=<>+*/,-]|\b(?:to|of|at|by|is|are|than|with|from|for|in|on|and|or|least|most|about|version|revision|replicas?|step|schritt|port|node|exit|code|auf|von|bis|mit|um|in|und|oder|mindestens|revision))[ \t]*$",
    )
});

/// From here on a number is more often a year or a port, unless it goes on with the numbering.
const LARGE: usize = 1000;

/// Longest text in front of a number that says what it counts.
const NEAR: usize = 40;

/// One number that is looked at.
struct Candidate {
    value: usize,
    at: usize,
    /// Blanks in front of it, where it begins a line.
    indent: Option<usize>,
    /// Whether it calls itself a step, or is a heading.
    named: bool,
    /// Whether a sentence, or the line before, ends in front of it.
    after_end: bool,
    /// Whether it is an amount, or the words go on behind it.
    amount: bool,
}

/// The steps of a plan: each with its number and the first byte of that number.
pub(super) fn starts(plan: &str, fences: &[Range<usize>]) -> Vec<(usize, usize)> {
    let all = candidates(plan, fences);
    let outer = all.iter().filter_map(|one| one.indent).min().unwrap_or(0);
    let sure = all.iter().enumerate().filter(|(_, one)| one.after_end || one.named);
    let last_sure: HashMap<usize, usize> = sure.map(|(at, one)| (one.value, at)).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let last = found.last().map(|(value, _)| *value);
        let next = last.is_some_and(|last| one.value == last + 1);
        let begins = match one.indent {
            _ if one.value >= LARGE && !next => false,
            _ if one.named => true,
            // A list within an item belongs to that item.
            Some(indent) if indent > outer + 1 => false,
            Some(_) => {
                let jumps = last.is_none_or(|last| one.value > last) && one.after_end;
                next || one.value == 1 || jumps
            }
            None if one.after_end => next || last.is_none() && one.value == 1,
            // Without a full stop before it, if no other number goes on with the numbering.
            None => {
                let first = last.is_none() && one.value == 1;
                let better = last_sure.get(&one.value).is_some_and(|better| *better > at);
                (next || first) && !one.amount && !better
            }
        };
        if begins {
            found.push((one.value, one.at));
        }
    }
    found
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
        all.push(Candidate {
            value,
            at: number.start(),
            indent: at_line.then(|| head.len() - head.trim_start().len()),
            named: found.name("step").is_some() && (at_line || ends(end)) || mark,
            after_end: ends(end) || at_line && before.ends_with("\n\n"),
            amount: AMOUNT.is_match(near) || next.starts_with(|c: char| c.is_ascii_lowercase()),
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
        let found: Vec<usize> = starts(plan, &[]).into_iter().map(|(value, _)| value).collect();
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
