//! Lists of what not to do: a line or a heading that forbids, and all that stands below it.

use std::ops::Range;

/// A line that forbids is short.
const LONGEST: usize = 160;

/// What marks an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Bullet,
    Number,
}

/// A list that is being read, and that is forbidden.
#[derive(Debug)]
struct List {
    /// Where its items begin.
    start: usize,
    /// Whether it goes on to the next heading.
    heading: bool,
    /// The mark and the indent of the line that forbids it, where that is an item itself.
    above: Option<(Mark, usize)>,
    /// The mark of its first item, once there was one; nothing in it for lines without marks.
    first: Option<Option<Mark>>,
    /// Whether the line before was blank.
    blank: bool,
}

/// The lists of a plan that tell what not to do, as ranges of bytes, in order. The check says
/// whether a line forbids what stands below it.
pub(super) fn lists(plan: &str, forbids: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let (mut list, mut in_fence): (Option<List>, bool) = (None, false);
    for line in plan.split_inclusive('\n') {
        let (start, text) = (at, line.trim());
        at += line.len();
        let fence = text.starts_with("```") || text.starts_with("~~~");
        in_fence ^= fence;
        if fence || in_fence {
            continue;
        }
        if let Some(open) = list.take_if(|open| !open.takes(line)) {
            found.push(open.start..start);
        }
        let heading = text.starts_with('#');
        let ends = text.trim_end_matches(['*', '_', ' ']).ends_with(':');
        if list.is_none() && (heading || ends) && text.len() <= LONGEST && forbids(unmarked(line)) {
            let above = mark(line).map(|mark| (mark, indent(line)));
            list = Some(List { start: at, heading, above, first: None, blank: false });
        }
    }
    found.extend(list.map(|open| open.start..plan.len()));
    found
}

impl List {
    /// Whether a line belongs to the list.
    fn takes(&mut self, line: &str) -> bool {
        if self.heading {
            return !line.trim_start().starts_with('#');
        }
        if line.trim().is_empty() {
            self.blank = true;
            return true;
        }
        let (mark, indent) = (mark(line), indent(line));
        let beside = |(above, at): (Mark, usize)| mark == Some(above) && indent <= at;
        if self.above.is_some_and(beside) || line.starts_with('#') {
            return false;
        }
        let after_blank = std::mem::take(&mut self.blank);
        match self.first {
            None => {
                self.first = Some(mark);
                mark.is_some() || !after_blank
            }
            Some(None) => !after_blank,
            Some(first) => mark == first || indent > 0 && (mark.is_some() || !after_blank),
        }
    }
}

/// How many blanks stand in front of a line.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn mark(line: &str) -> Option<Mark> {
    let text = line.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < text.len() && rest.starts_with(['.', ')']) {
        return Some(Mark::Number);
    }
    let bullet = text.strip_prefix(['-', '*', '+', '\u{2022}']);
    bullet.filter(|rest| rest.starts_with([' ', '\t'])).map(|_| Mark::Bullet)
}

/// A line without its number.
fn unmarked(line: &str) -> &str {
    let text = line.trim();
    match mark(line) {
        Some(Mark::Number) => {
            text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')'])
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plan: &str, expected: &[&str]) {
        let found = lists(plan, |line| line.trim_start_matches(['#', ' ', '-']).starts_with("NO"));
        let found: Vec<&str> = found.into_iter().map(|range| plan[range].trim()).collect();
        assert_eq!(found, expected, "{plan}");
    }

    #[test]
    fn a_list_below_a_line_that_forbids_is_forbidden() {
        check("NO:\n- a\n- b\n", &["- a\n- b"]);
        check("NO:\n\n1. a\n2. b\n\nBut:\n1. c\n", &["1. a\n2. b"]);
        check("NO:\n- a\n\n1. b\n2. c\n", &["- a"]);
        check("NO:\na\nb\n\nc\n", &["a\nb"]);
        check("NO:\n- a\n  more of a\nb\n", &["- a\n  more of a"]);
        check("3. NO:\n   - a\n4. b\n", &["- a"]);
        check("- NO:\n- b\n", &[""]);
        check("# NO\n\na\n\n- b\n## Then\nc\n", &["a\n\n- b"]);
        check("NO:\n```\na\n```\nb\n", &["```\na\n```\nb"]);
    }

    #[test]
    fn other_lists_are_not() {
        check("Yes:\n- a\n", &[]);
        check("NO\n- a\n", &[]);
        check("NO:\n\nb\n", &[""]);
        check("", &[]);
    }
}
