//! "Resolved by", read and written: which steps were used, and how it went.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::exercise::{Outcome, StepOutcome, StepResult};
use crate::domain::id::StepId;
use crate::text::pattern::pattern;

/// What such a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolution {
    pub(super) outcome: Outcome,
    pub(super) steps: Vec<StepOutcome>,
}

static DOUBT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\?|\b(?:unclear|unknown|uncertain|unsure|not sure|maybe|perhaps|probably|possibly|presumably|likely|seems?|seemed|apparently|tbd|tbc|todo|partial(?:ly)?|partly)\b",
    )
});
static NON_USE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:(?:not|never|n't)\s+(?:\w+\s+)?(?:used|needed|required|necessary|followed|executed|run|applied)",
        r"|(?:did not|didn'?t) (?:use|need|run|follow|apply)|unused|unneeded|skipped",
        r"|(?:wasn'?t|weren'?t|isn'?t) (?:used|needed|required|necessary|followed|executed|run)",
        r"|no (?:action|steps?|mitigation|intervention)(?: (?:was |were )?(?:taken|needed|required|necessary))?",
        r"|(?:self|auto)[- ]?(?:resolved|healed|recovered|cleared|mitigated|corrected)",
        r"|(?:resolved|recovered|cleared|healed|fixed) (?:itself|themselves|by itself|by themselves|on (?:its|their) own|alone)",
        r"|false (?:alarm|positive|alert))\b",
    ))
});
static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:(?:did not|didn'?t|does not|doesn'?t|not|never|no longer) (?:\w+ )?(?:work(?:ed|ing)?|help(?:ed|ing)?|success(?:ful)?|succeed(?:ed)?|effective|fix(?:ed)?|resolve[d]?|enough|complete[d]?)",
        r"|(?:had |with |shows? |to )?no (?:effect|success|improvement|luck)",
        r"|(?:made|making|got) (?:it|things|matters|everything) worse|made worse|worsened",
        r"|without success|unsuccessful(?:ly)?|ineffective|in vain|timed out|gave up",
        r"|failure|fails|could not be|couldn'?t)\b",
    ))
});
/// "failed" as a verdict; "failed over" and "the failed deploy" are none.
static FAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\bfailed(?:\s*(?:$|[.;,:!)(+&/–—-]|\d)",
        r"|\s+(?:again|twice|at|on|with|because|due|as|after|when|while|to|for|in|by|and|but|then|too|both|completely|step)\b)",
    ))
});
static NOT_FAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:not|never|nothing|none|without|no)(?: \w+)? (?:failed|failures?|fails)|(?:after|when|because|since|as) (?:[\w-]+ ){0,3}failed)\b",
    )
});
static WORKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:worked|works|succeeded|success|successful|helped|fixed|resolved|ok)\b")
});
static PARENTHESES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\(([^()]*)\)"));
static CLAUSE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\s*(?:;|\.\s+|\s—\s|\s–\s|\bbut\b|\bthen\b|\bhowever\b)\s*"));

/// Reads the plain words of a cell.
pub(super) fn read(words: &str) -> Resolution {
    let unclear = Resolution { outcome: Outcome::Unclear, steps: Vec::new() };
    let said_nothing = words.chars().all(|c| !c.is_alphanumeric());
    if said_nothing || DOUBT.is_match(words) || words.eq_ignore_ascii_case("n/a") {
        return unclear;
    }
    let mut steps: Vec<StepOutcome> = Vec::new();
    let (mut not_used, mut failed, mut worked) = (false, false, false);
    for clause in clauses(words) {
        let named = step_ids(&clause);
        // "Step 3a (failed) + Step 3b" is a verdict on 3a alone.
        let each_told = named.len() > 1 && named.iter().any(|(_, own)| own.is_some());
        let verdict = verdict(&clause, !each_told);
        match verdict {
            Some(Verdict::NotUsed) => not_used = true,
            Some(Verdict::Failed) if named.is_empty() => failed = true,
            Some(Verdict::Worked) if named.is_empty() => worked = true,
            _ => {
                for (id, own) in named {
                    match own.or(verdict) {
                        Some(Verdict::NotUsed) => not_used = true,
                        Some(Verdict::Failed) => note(&mut steps, id, StepResult::Failed),
                        _ => note(&mut steps, id, StepResult::Worked),
                    }
                }
            }
        }
    }
    let outcome = match Outcome::of_steps(&steps) {
        // "Step 3a; did not help": the verdict is about what was named before it.
        Some(Outcome::Worked) if failed && !worked => {
            for step in &mut steps {
                step.result = StepResult::Failed;
            }
            Outcome::Failed
        }
        Some(outcome) => outcome,
        None if not_used => Outcome::NotUsed,
        None if failed && worked => Outcome::Partial,
        None if failed => Outcome::Failed,
        None => Outcome::Worked,
    };
    Resolution { outcome, steps }
}

/// A step named twice went as it went last.
fn note(steps: &mut Vec<StepOutcome>, id: StepId, result: StepResult) {
    match steps.iter_mut().find(|step| step.id == id) {
        Some(step) => step.result = result,
        None => steps.push(StepOutcome { id, result }),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Worked,
    Failed,
    NotUsed,
}

/// The parts of a cell that can each have a verdict. A comma ends one only after a verdict.
fn clauses(words: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    // What stands in parentheses explains a step and is no clause of its own.
    let hidden = PARENTHESES.replace_all(words, |found: &regex::Captures<'_>| {
        found[0]
            .replace(';', ",")
            .replace(". ", ", ")
            .replace(" but ", " yet ")
            .replace(" then ", " and ")
    });
    for clause in CLAUSE.split(&hidden) {
        let mut open = String::new();
        for part in split_commas(clause) {
            if !open.is_empty() {
                open.push_str(", ");
            }
            open.push_str(part.trim());
            if verdict(&open, true).is_some() {
                clauses.push(std::mem::take(&mut open));
            }
        }
        clauses.push(open);
    }
    clauses.retain(|clause| !clause.trim().is_empty());
    clauses
}

/// Parts between commas that stand outside parentheses.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The verdict on what a clause names; what stands in parentheses counts if asked for.
fn verdict(clause: &str, parentheses: bool) -> Option<Verdict> {
    let outside = PARENTHESES.replace_all(clause, |found: &regex::Captures<'_>| {
        if parentheses && aside(&found[1]).is_some() {
            format!(" {} ", &found[1])
        } else {
            String::new()
        }
    });
    if NON_USE.is_match(&outside) {
        return Some(Verdict::NotUsed);
    }
    let cleared = NOT_FAILED.replace_all(&outside, "");
    if FAILURE.is_match(&cleared) || FAILED.is_match(&cleared) {
        return Some(Verdict::Failed);
    }
    WORKED.is_match(&outside).then_some(Verdict::Worked)
}

/// "(failed)" and "(no effect)" are verdicts; "(rollback of the failed deploy)" is not.
fn aside(inside: &str) -> Option<Verdict> {
    let inside = inside.trim();
    let begins = |pattern: &Regex| pattern.find(inside).is_some_and(|found| found.start() == 0);
    if begins(&NON_USE) {
        Some(Verdict::NotUsed)
    } else if begins(&FAILED) || begins(&FAILURE) {
        Some(Verdict::Failed)
    } else {
        begins(&WORKED).then_some(Verdict::Worked)
    }
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bsteps?\s+#?|#"));
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:\d{1,3}(?:\.\d{1,3})*[a-z]?)\b"));
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\p{L}\p{N}_]+(?:-+[\p{L}\p{N}_]+)*"));
/// What may stand between two steps of a list.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:\([^()]*\))?\s*(?:[+,&/]|->|→|\band\b|\bthen\b|\bplus\b)\s*(?:and\s+)?(?:steps?\s+)?#?",
    )
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:-|–|—|\bto\b|\bthrough\b)\s*(?:steps?\s+)?(\d{1,3})([a-z]?)\b")
});
/// A cell or clause that begins with a step's id without the word.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*\d{1,3}[a-z]\b(?:\s*$|\s*[+,&/(–-]|\s+(?:and|then|worked|failed|did|didn'?t|had|was|not|helped|fixed)\b)|^\s*\d{1,3}(?:\s*[+,&/-]\s*\d{1,3}[a-z]?)*\s*$",
    )
});

/// The steps a clause names, each once, ranges expanded, with the verdict in parentheses after
/// them.
fn step_ids(clause: &str) -> Vec<(StepId, Option<Verdict>)> {
    let mut ids: Named = Vec::new();
    if BARE.is_match(clause) {
        list(clause.trim_start(), &mut ids);
    }
    let mut rest = clause;
    while let Some(found) = NAMED.find(rest) {
        let hash = found.as_str().ends_with('#');
        rest = &rest[found.end()..];
        if NUMBER.is_match(rest) {
            rest = list(rest, &mut ids);
        } else if hash && let Some(anchor) = ANCHOR.find(rest) {
            rest = &rest[anchor.end()..];
            push(&mut ids, anchor.as_str().to_lowercase(), own_verdict(rest));
        }
    }
    ids.into_iter().map(|(id, own)| (StepId::from(id), own)).collect()
}

type Named = Vec<(String, Option<Verdict>)>;

/// The verdict in parentheses right after a step.
fn own_verdict(rest: &str) -> Option<Verdict> {
    static ASIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\(([^()]*)\)"));
    aside(&ASIDE.captures(rest)?[1])
}

/// Reads a list that begins with a number: `3a (…) + 3c`, `1-7`; returns what follows.
fn list<'t>(mut rest: &'t str, ids: &mut Named) -> &'t str {
    while let Some(found) = NUMBER.find(rest) {
        let id = found.as_str().to_lowercase();
        rest = &rest[found.end()..];
        if let Some(range) = RANGE.captures(rest)
            && let Some(expanded) = expand(&id, &range[1], &range[2].to_lowercase())
        {
            rest = &rest[range.get(0).map_or(0, |whole| whole.end())..];
            let own = own_verdict(rest);
            expanded.into_iter().for_each(|id| push(ids, id, own));
        } else {
            push(ids, id, own_verdict(rest));
        }
        let Some(between) = BETWEEN.find(rest) else { break };
        if !NUMBER.is_match(&rest[between.end()..]) {
            break;
        }
        rest = &rest[between.end()..];
    }
    rest
}

fn push(ids: &mut Named, id: String, own: Option<Verdict>) {
    if !ids.iter().any(|(known, _)| *known == id) {
        ids.push((id, own));
    }
}

/// `1` to `7`, or `3a` to `3c`; anything else is no range.
fn expand(first: &str, number: &str, letter: &str) -> Option<Vec<String>> {
    let (from, to) = (first.parse::<u32>(), number.parse::<u32>().ok()?);
    if let (Ok(from), true) = (&from, letter.is_empty()) {
        return (*from <= to && to - from <= 50)
            .then(|| (*from..=to).map(|n| n.to_string()).collect());
    }
    let last = letter.chars().next()?;
    let initial = first.strip_prefix(number)?.chars().next()?;
    (initial <= last).then(|| (initial..=last).map(|c| format!("{number}{c}")).collect())
}

/// Steps and their outcome in the words that the reader of the column understands.
pub fn say(steps: &[StepOutcome], outcome: Outcome) -> String {
    let list = |result| {
        let ids: Vec<String> = steps
            .iter()
            .filter(|step| step.result == result)
            .map(|step| {
                let id = step.id.as_str();
                if NUMBER.find(id).is_some_and(|found| found.end() == id.len()) {
                    id.to_owned()
                } else {
                    format!("#{id}")
                }
            })
            .collect();
        ids.join(" + ")
    };
    let (worked, failed) = (list(StepResult::Worked), list(StepResult::Failed));
    match (worked.is_empty(), failed.is_empty()) {
        (false, true) => format!("Step {worked}"),
        (true, false) => format!("Step {failed} failed"),
        (false, false) => format!("Step {failed} failed; Step {worked} worked"),
        (true, true) => match outcome {
            Outcome::Worked => "worked",
            Outcome::Partial => "one thing failed; another worked",
            Outcome::Failed => "failed",
            Outcome::NotUsed => "not used",
            Outcome::Unclear => "unclear",
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `3a 3b!` for a step that worked and one that failed.
    fn steps(words: &str) -> String {
        let said: Vec<String> = read(words)
            .steps
            .iter()
            .map(|step| {
                let mark = if step.result == StepResult::Failed { "!" } else { "" };
                format!("{}{mark}", step.id)
            })
            .collect();
        said.join(" ")
    }

    #[test]
    fn steps_and_outcomes_are_read() {
        use Outcome::*;
        let check = |words, expected: &str, outcome| {
            assert_eq!(
                (steps(words).as_str(), read(words).outcome),
                (expected, outcome),
                "{words}"
            );
        };
        check("Step 3a (rollback 14 -> 13)", "3a", Worked);
        check("Step 3a + 3c", "3a 3c", Worked);
        check("Step 3a + Step 3c reconcile", "3a 3c", Worked);
        check("Steps 1-7; PR-fix to standard role", "1 2 3 4 5 6 7", Worked);
        check("Step 3 + Strategy A", "3", Worked);
        check("Step 3 + Composition revision bump", "3", Worked);
        check("Step 3c (throttle to 1 replica)", "3c", Worked);
        check("Step 3b (rollback to id 38)", "3b", Worked);
        check("Step 3b (undo --to=14)", "3b", Worked);
        check("Steps 3a-3c", "3a 3b 3c", Worked);
        check("Steps 1, 2 and 4", "1 2 4", Worked);
        check("step 3a (first) and 3c", "3a 3c", Worked);
        check("3a", "3a", Worked);
        check("3a + 3c", "3a 3c", Worked);
        check("Step #defrag-the-database", "defrag-the-database", Worked);
        check("Hotfix; 14 min mitigate-to-merge", "", Worked);
        check("Scaled to 6", "", Worked);
        check("3 replicas restarted", "", Worked);
        check("Failed over to the replica", "", Worked);
        check("Step 3d (failover)", "3d", Worked);
        check("Step 3b (rollback of the failed deploy)", "3b", Worked);
        check("Step 3b, restarted the failed pods", "3b", Worked);
        check("Step 3b after the deploy failed", "3b", Worked);
        check("Step 3b, nothing failed", "3b", Worked);
    }

    #[test]
    fn failures_are_of_the_steps_they_are_said_of() {
        use Outcome::*;
        let check = |words, expected: &str, outcome| {
            assert_eq!(
                (steps(words).as_str(), read(words).outcome),
                (expected, outcome),
                "{words}"
            );
        };
        check("Step 3a failed", "3a!", Failed);
        check("Step 3a (failed)", "3a!", Failed);
        check("Step 3a did not work", "3a!", Failed);
        check("Step 3a had no effect", "3a!", Failed);
        check("Step 3a made it worse", "3a!", Failed);
        check("Step 3a; did not help", "3a!", Failed);
        check("Step 3a (failed) + Step 3b", "3a! 3b", Partial);
        check("Step 3a (no effect), 3b (worked)", "3a! 3b", Partial);
        check("Step 3a + 3b (failed)", "3a 3b!", Partial);
        check("Step 3a failed; 3b worked", "3a! 3b", Partial);
        check("Step 3a failed, 3b worked", "3a! 3b", Partial);
        check("Step 3a failed, then Step 3b", "3a! 3b", Partial);
        check("Step 3a, 3b failed", "3a! 3b!", Failed);
        check("Step 3a didn't help but 3c worked", "3a! 3c", Partial);
        check("failed", "", Failed);
        check("rollback failed at the second node", "", Failed);
    }

    #[test]
    fn what_was_not_used_counts_for_nothing() {
        use Outcome::*;
        let check = |words, expected: &str, outcome| {
            assert_eq!(
                (steps(words).as_str(), read(words).outcome),
                (expected, outcome),
                "{words}"
            );
        };
        check("Rollback; hotfix path NOT used", "", NotUsed);
        check("self-resolved in 12m", "", NotUsed);
        check("false alarm", "", NotUsed);
        check("resolved itself", "", NotUsed);
        check("Step 3a not needed", "", NotUsed);
        check("Step 3a; 3b not needed", "3a", Worked);
        check("no action taken", "", NotUsed);
    }

    #[test]
    fn what_is_doubtful_is_unclear_and_names_no_step() {
        let check = |words| {
            assert_eq!(
                (steps(words).as_str(), read(words).outcome),
                ("", Outcome::Unclear),
                "{words}"
            );
        };
        check("");
        check("—");
        check("?");
        check("Step 3a?");
        check("maybe Step 3a");
        check("unclear");
        check("unknown");
        check("TBD");
        check("Step 3a worked partially");
    }

    #[test]
    fn what_is_said_is_read_back() {
        let check = |named: &[(&str, StepResult)], outcome| {
            let named: Vec<_> = named
                .iter()
                .map(|(id, result)| StepOutcome { id: (*id).into(), result: *result })
                .collect();
            let said = say(&named, outcome);
            let back = read(&said);
            assert_eq!(back.outcome, outcome, "{said}");
            assert!(named.iter().all(|step| back.steps.contains(step)), "{said}");
            assert_eq!(back.steps.len(), named.len(), "{said}");
        };
        use StepResult::{Failed, Worked};
        check(&[("3a", Worked)], Outcome::Worked);
        check(&[("3a", Worked), ("3c", Worked), ("3.1", Worked)], Outcome::Worked);
        check(&[("3a", Failed), ("3b", Failed)], Outcome::Failed);
        check(&[("3a", Failed), ("3b", Worked)], Outcome::Partial);
        check(&[("mitigation", Worked), ("roll-back-1", Failed)], Outcome::Partial);
        for outcome in [Outcome::Worked, Outcome::Partial, Outcome::Failed, Outcome::NotUsed] {
            check(&[], outcome);
        }
        check(&[], Outcome::Unclear);
    }
}
