//! A plan as people write it, taken apart into steps, and these into words and commands.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::plan_command::Ends;
use super::{plan_command, plan_line, plan_number};
use crate::runbook::danger::Rules;
use crate::text::pattern::pattern;

/// A step: its number, and what stands in it, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) number: usize,
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

/// A plan that is being taken apart.
struct Reading<'a> {
    plan: &'a str,
    fences: Vec<Range<usize>>,
    rules: &'a Rules,
    ends: Ends<'a>,
    /// Lists of what not to do. In a script these would be comments, and forbid nothing.
    forbidden: &'a [Range<usize>],
}

/// Takes a plan apart; the rules know which words are programs. What stands in a list that tells
/// what not to do is left out.
pub(super) fn steps(plan: &str, rules: &Rules, forbidden: &[Range<usize>]) -> Vec<Step> {
    let reading = Reading { plan, fences: fences(plan), rules, ends: Ends::new(rules), forbidden };
    if plan.starts_with("#!") {
        return reading.script();
    }
    let starts = plan_number::starts(plan, &reading.fences);
    let Some(first) = starts.first() else { return reading.unnumbered() };
    let mut steps = Vec::new();
    if !plan[..first.head].trim().is_empty() {
        steps.push(reading.step(0, 0..first.head));
    }
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(plan.len(), |next| next.head);
        steps.push(reading.step(start.value, start.at..end));
    }
    steps
}

impl Step {
    /// Leaves out what stands in these ranges, which are in order.
    fn leave_out(&mut self, ranges: &[Range<usize>]) {
        let mut kept = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces.drain(..) {
            let (Piece::Words(all) | Piece::Command(all)) = &piece;
            let first = ranges.partition_point(|range| range.end <= all.start);
            let inside = ranges[first..].iter().take_while(|range| range.start < all.end);
            match &piece {
                Piece::Words(all) => {
                    let mut at = all.start;
                    for range in inside {
                        kept.push(Piece::Words(at..range.start.max(at)));
                        at = range.end.min(all.end);
                    }
                    kept.push(Piece::Words(at..all.end));
                }
                Piece::Command(_) if inside.count() > 0 => {}
                Piece::Command(_) => kept.push(piece),
            }
        }
        self.pieces = kept;
    }
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

impl Reading<'_> {
    /// Steps of a plan without numbers: each command of a script one, else each line or fence.
    fn unnumbered(&self) -> Vec<Step> {
        let (plan, mut steps, mut at) = (self.plan, Vec::<Step>::new(), 0);
        if self.is_script() {
            return self.script();
        }
        while at < plan.len() {
            let next = self.fences.partition_point(|fence| fence.end <= at);
            let range = match self.fences.get(next).filter(|fence| fence.contains(&at)) {
                Some(fence) => fence.clone(),
                None => {
                    let line = plan[at..].find('\n').map_or(plan.len(), |end| at + end + 1);
                    let rest = &plan[at..];
                    let lead = lead(rest);
                    let command = self.ends.at_start(&rest[lead..]);
                    at..command.map_or(line, |end| line.max(at + lead + end))
                }
            };
            at = range.end.max(at + 1);
            let text = plan.get(range.clone()).unwrap_or_default();
            if !text.trim().is_empty() && !text.trim_start().starts_with("```") {
                steps.push(self.step(steps.len() + 1, range));
            }
            at = plan.ceil_char_boundary(at);
        }
        steps
    }

    /// Steps of a script: each of its outermost commands one, loops and heredocs whole. One that is
    /// a script by its first line holds nothing else.
    fn script(&self) -> Vec<Step> {
        let whole = self.plan.starts_with("#!");
        let mut steps: Vec<Step> = Vec::new();
        let mut at = 0;
        while at < self.plan.len() {
            let rest = &self.plan[at..];
            let blank = rest.len() - rest.trim_start().len();
            let comment = rest.starts_with('#').then(|| rest.find('\n').unwrap_or(rest.len()));
            if blank > 0 || comment.is_some() {
                at += comment.unwrap_or(blank);
                continue;
            }
            let number = steps.len() + 1;
            let line = rest.find('\n').unwrap_or(rest.len());
            // A remark between the commands is none of them, and may begin with a program's name.
            let remark = || {
                self.ends.at_start(rest).is_none()
                    || plan_command::is_capitalised(&rest[..line], self.rules)
            };
            if !whole && plan_line::is_sentence(&rest[..line]) && remark() {
                let mut pieces = Vec::new();
                self.words(at..at + line, &mut pieces);
                steps.push(Step { number, pieces });
                at += line;
                continue;
            }
            let end = self.end_in_script(rest);
            let mut pieces = vec![Piece::Command(at..at + end)];
            let command = rest.get(..end).unwrap_or_default();
            if let Some(said) = self.ends.words_behind(command) {
                self.words(at + said..at + end, &mut pieces);
            }
            steps.push(Step { number, pieces });
            at += end;
        }
        steps
    }

    /// Where the first command or statement of a script ends; never at its start.
    fn end_in_script(&self, script: &str) -> usize {
        let end = self.ends.at_start(script);
        let end = end.or_else(|| crate::runbook::danger::command_end(script));
        let first = script.chars().next().map_or(1, char::len_utf8);
        end.unwrap_or(script.len()).max(first)
    }

    /// Whether most of its lines are commands.
    fn is_script(&self) -> bool {
        let (mut all, mut commands, mut at) = (0_usize, 0_usize, 0);
        while at < self.plan.len() && self.fences.is_empty() {
            let rest = &self.plan[at..];
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                at += line.len();
                continue;
            }
            let lead = line.len() - bare.len();
            let command = self.ends.at_start(&rest[lead..]);
            let end = command.map_or(line.len(), |end| line.len().max(lead + end));
            let end = rest.ceil_char_boundary(end);
            let lines = rest[..end].lines().count();
            all += lines;
            commands += if command.is_some() { lines } else { 0 };
            at += end;
        }
        all > 0 && commands * 2 > all
    }

    fn step(&self, number: usize, range: Range<usize>) -> Step {
        let mut pieces = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let next = self.fences.partition_point(|fence| fence.start < at);
            let fence = self.fences.get(next).filter(|fence| fence.start < range.end);
            let until = fence.map_or(range.end, |fence| fence.start);
            self.words(at..until, &mut pieces);
            let Some(fence) = fence else { break };
            // The mark of the fence stands between the words and what they say of it.
            let said = self.plan.get(..until).unwrap_or_default().trim_end();
            let said = said.rsplit_once('\n').map_or("", |(said, _)| said);
            if !plan_command::is_forbidden(said, "") {
                pieces.push(Piece::Command(fence.start..fence.end.min(range.end)));
            }
            at = fence.end.max(at + 1);
        }
        let mut step = Step { number, pieces };
        step.leave_out(self.forbidden);
        step
    }

    /// Words outside fences: a line that begins with a program or a statement is a command, and so
    /// is what stands in backticks or quotes, or bare within a sentence. What a command only
    /// prints, and what the words say not to run, is none.
    fn words(&self, range: Range<usize>, pieces: &mut Vec<Piece>) {
        let text = self.plan.get(range.clone()).unwrap_or_default();
        let lines = lines_that_run(text, &self.ends);
        // What is said behind a command may hold another one.
        let head = |line: &Range<usize>| {
            let said = self.ends.words_behind(&text[line.clone()]);
            line.start..said.map_or(line.end, |said| line.start + said)
        };
        let heads: Vec<Range<usize>> = lines.iter().map(head).collect();
        // A command is judged by how its program reads it: `terminate-instances help` tells nobody to
        // terminate instances.
        let is_read =
            |head: &&Range<usize>| plan_line::is_for_a_shell(&text[(*head).clone()], self.rules);
        let mut said = 0;
        for head in heads.iter().filter(is_read) {
            pieces.push(Piece::Words(range.start + said..range.start + head.start));
            said = head.end;
        }
        pieces.push(Piece::Words(range.start + said..range.end));
        let mut commands = lines;
        let mut taken = Taken(heads);
        marked_up(text, self.rules, &mut taken, &mut commands);
        for quote in ['`', '\'', '"'] {
            quoted(text, quote, self.rules, &mut taken, &mut commands);
        }
        for (start, end) in plan_line::within(text, self.rules).chain(self.ends.ordered(text)) {
            let forbidden = plan_command::is_forbidden(&text[..start], &text[end..]);
            if !forbidden && !taken.overlaps(&(start..end)) {
                commands.push(start..end);
            }
        }
        commands.sort_by_key(|command| command.start);
        commands.dedup_by_key(|command| command.start);
        let placed = |command: Range<usize>| range.start + command.start..range.start + command.end;
        pieces.extend(commands.into_iter().map(|command| Piece::Command(placed(command))));
    }
}

/// What a shell or a client prints in front of what is typed.
static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:\$|(?:PS )?[A-Z]:\\[^>\n]{0,80}>|\[?[\w.-]+@[\w.-]+[^\n$#>]{0,40}[$#]|[\w.-]+=[#>]|(?:mysql|sqlite|MariaDB \[[^\]\n]*\])>)[ \t]+",
    )
});

/// How many bytes of marks a line of a list or a prompt has in front of its command.
fn lead(line: &str) -> usize {
    // `> /dev/sda` is no quotation.
    if plan_command::empties_file(line) {
        return 0;
    }
    let bare = line.trim_start_matches([' ', '\t', '-', '*', '>']);
    let numberless = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let numberless = numberless.strip_prefix(['.', ')', ':']).map_or(bare, str::trim_start);
    let prompt = PROMPT.find(numberless).map_or(0, |found| found.end());
    line.len() - numberless.len() + prompt
}

/// Commands that begin a line; the words of a sentence before cannot forbid them.
fn lines_that_run(text: &str, ends: &Ends<'_>) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let rest = &text[at..];
        let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let lead = lead(&rest[..line]);
        let end = ends.at_start(&rest[lead..]).map(|end| lead + end);
        if let Some(end) = end {
            found.push(at + lead..at + end);
        }
        at += rest.ceil_char_boundary(end.unwrap_or(0).max(line));
    }
    found
}

/// Stretches of a text that are taken: in order, and none within another.
#[derive(Debug, Default)]
struct Taken(Vec<Range<usize>>);

impl Taken {
    /// Whether one of them holds a part of this.
    fn overlaps(&self, part: &Range<usize>) -> bool {
        let first = self.0.partition_point(|range| range.end <= part.start);
        self.0.get(first).is_some_and(|range| range.start < part.end)
    }

    /// Takes more of them.
    fn add(&mut self, more: Vec<Range<usize>>) {
        self.0.extend(more);
        self.0.sort_by_key(|range| range.start);
        self.0.dedup_by(|next, range| {
            let within = next.start < range.end;
            range.end = if within { range.end.max(next.end) } else { range.end };
            within
        });
    }
}

/// Commands between two quotation marks, outside of what is taken. Code in backticks is taken
/// whatever it is: quotation marks within it are its own.
fn quoted(
    text: &str,
    quote: char,
    rules: &Rules,
    taken: &mut Taken,
    found: &mut Vec<Range<usize>>,
) {
    let mut more = Vec::new();
    let free = |at: &usize| !taken.overlaps(&(*at..at + 1));
    let mut marks = text.match_indices(quote).map(|(at, _)| at).filter(free);
    let mut open = marks.next();
    while let Some(start) = open {
        let end = marks.next();
        // A mark that nobody closes may have been lost with the end of its line.
        let lost = quote == '`' && !text[..start].ends_with(quote);
        let end = end.or_else(|| line_end(text, start).filter(|_| lost));
        let Some(end) = end else { break };
        let inside = &text[start + 1..end];
        let command = plan_command::is_command(inside, rules)
            && !inside.contains('\n')
            && !plan_command::is_mention(inside, &text[..start], rules);
        let after = text.get(end + 1..).unwrap_or_default();
        if command && !plan_command::is_forbidden(&text[..start], after) {
            found.push(start + 1..end);
        }
        if command || quote == '`' {
            more.push(start..(end + 1).min(text.len()));
            open = marks.next();
        } else {
            open = Some(end);
        }
    }
    drop(marks);
    taken.add(more);
}

fn line_end(text: &str, start: usize) -> Option<usize> {
    let line = text[start..].find('\n').map_or(text.len(), |end| start + end);
    (line > start + 1).then_some(line)
}

/// What stands between a tag of HTML and the next, and what a link is called.
static MARKED_UP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"<[A-Za-z][A-Za-z0-9]*(?:\s[^<>\n]*)?/?>[ \t]*(?P<tagged>[^<>\n][^\n]*?)[ \t]*(?:</?[A-Za-z][^<>\n]*>|\n|$)|",
        r"\[(?P<link>[^\[\]\n]+)\]\(",
    ))
});

/// Commands in the text of a page: `<code>`, `<kbd>`, `<li>`, and the words of a link.
fn marked_up(text: &str, rules: &Rules, taken: &mut Taken, found: &mut Vec<Range<usize>>) {
    let (mut more, mut at) = (Vec::new(), 0);
    while let Some(all) = MARKED_UP.captures_at(text, at) {
        let Some(inside) = all.name("tagged").or_else(|| all.name("link")) else { break };
        at = inside.end();
        // The mark stands between the words and what they say of it; a tag has quotes of its own.
        let mark = all.get(0).map_or(inside.start(), |all| all.start())..inside.start();
        let before = mark.start;
        let free = !taken.overlaps(&inside.range());
        more.push(mark);
        let command = (plan_command::runs(inside.as_str(), rules)
            || plan_command::is_sql(inside.as_str()))
            && !plan_command::is_mention(inside.as_str(), &text[..inside.start()], rules);
        if !command || !free {
            continue;
        }
        let after = text[inside.end()..].trim_start_matches(|c: char| !c.is_whitespace());
        if !plan_command::is_forbidden(&text[..before], after) {
            found.push(inside.range());
        }
        more.push(inside.range());
    }
    taken.add(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::from_yaml("programs: []\nrules: []\n").expect("no rules")
    }

    fn check(plan: &str, expected: &[(usize, &[&str])]) {
        let steps = steps(plan, &rules(), &[]);
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
    fn what_is_taken_is_in_order_and_in_one_piece() {
        let mut taken = Taken(vec![5..8, 20..22]);
        taken.add(vec![1..3, 7..12, 2..4]);
        assert_eq!(taken.0, [1..4, 5..12, 20..22]);
        for (part, expected) in
            [(0..1, false), (3..4, true), (4..5, false), (11..25, true), (22..30, false)]
        {
            assert_eq!(taken.overlaps(&part), expected, "{part:?}");
        }
    }

    #[test]
    fn a_long_script_has_all_of_its_steps() {
        let script = format!("#!/bin/sh\n{}", "ls\n".repeat(3_000));
        assert_eq!(steps(&script, &rules(), &[]).len(), 3_000);
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
    fn commands_of_a_page_and_of_a_link_are_commands() {
        for plan in [
            "<code>rm -rf /x</code>",
            "Run <kbd>rm -rf /x</kbd> now.",
            "<p>Then <code class=\"sh\">rm -rf /x</code></p>",
            "<ul><li>rm -rf /x</li></ul>",
            "<br/>rm -rf /x<br/>",
            "<a href=\"y\">rm -rf /x</a>",
            "[rm -rf /x](http://y)",
            "See [y](z), then [rm -rf /x](http://y).",
            "Then `rm -rf /x",
            "\"`rm -rf /x",
        ] {
            check(plan, &[(1, &["rm -rf /x"])]);
        }
        for plan in [
            "Never run <code>rm -rf /x</code>.",
            "<code>rm -rf /x</code> must not be run.",
            "<p>Do not run [rm -rf /x](y)</p>",
            "See [the page](y).",
            "See [node problem detector](y).",
            "<b>Note</b> the <code>NAME</code>",
        ] {
            check(plan, &[(1, &[])]);
        }
    }

    #[test]
    fn a_remark_between_commands_is_no_command() {
        let script =
            "helm list\nAvoid running kubectl delete ns a.\nDelete the table\nhelm list\nls\n";
        check(
            script,
            &[(1, &["helm list"]), (2, &[]), (3, &[]), (4, &["helm list"]), (5, &["ls"])],
        );
    }

    #[test]
    fn any_text_can_be_a_plan() {
        for text in ["```", "1. ", "`'\"", "é1. —\n```é", "9. a 10. b 11. c", "''''\n``"] {
            steps(text, &rules(), &[]);
        }
    }
}
