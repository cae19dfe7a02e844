//! Which step a false start belongs to: the one it names, else the one whose commands or rare
//! words it speaks of. What belongs to no step for certain stays in its section alone.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::shell::{Scan, scan};
use super::{Runbook, SectionKind, Step};
use crate::text::pattern::pattern;

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\bsteps?\s+(\d{1,3}[a-z]?)\b(?:\s*(?:,|and|or|\+|/)\s*(\d{1,3}[a-z]?)\b)?")
});

/// What a shared command or identifier counts, as words of prose do.
const STRONG: usize = 2;

/// What must be shared for a false start to stand beside a step.
const ENOUGH: usize = 2;

/// Shorter words of prose say nothing.
const SHORTEST: usize = 6;

/// For each step, in order, the false starts that belong to it, by index, in order.
pub fn false_starts_beside(runbook: &Runbook) -> Vec<Vec<usize>> {
    let mut beside = vec![Vec::new(); runbook.steps.len()];
    let told: Vec<Told> = told(runbook);
    for (at, start) in runbook.false_starts.iter().enumerate() {
        let words = format!("{}\n{}", start.symptom, start.advice);
        let mut steps = named(&words, runbook);
        if steps.is_empty() {
            steps.extend(nearest(&start.symptom, &words, &told));
        }
        for step in steps {
            beside[step].push(at);
        }
    }
    beside
}

/// The steps that a text names, by index.
fn named(words: &str, runbook: &Runbook) -> BTreeSet<usize> {
    let ids = NAMED.captures_iter(words).flat_map(|found| {
        let both = [found.get(1), found.get(2)];
        both.into_iter().flatten().map(|id| id.as_str().to_lowercase()).collect::<Vec<_>>()
    });
    let index = |id: String| runbook.steps.iter().position(|step| step.id.as_str() == id);
    ids.filter_map(index).collect()
}

/// What a step tells about itself.
struct Told {
    /// `helm rollback`: the programs it runs, with what they shall do.
    commands: HashSet<String>,
    words: HashSet<String>,
    /// Something is done in it; a postmortem question shares words with everything.
    acts: bool,
}

fn told(runbook: &Runbook) -> Vec<Told> {
    let mut words: Vec<HashSet<String>> = vec![HashSet::new(); runbook.steps.len()];
    let index: HashMap<usize, usize> =
        runbook.steps.iter().enumerate().map(|(at, step)| (step.section, at)).collect();
    let mut owners: Vec<Option<usize>> = Vec::with_capacity(runbook.sections.len());
    for (at, section) in runbook.sections.iter().enumerate() {
        let inherited = section.parent.and_then(|parent| owners.get(parent).copied().flatten());
        let owner = index.get(&at).copied().or(inherited);
        if let Some(step) = owner {
            words[step].extend(words_of(&section.text));
        }
        owners.push(owner);
    }
    let told = runbook.steps.iter().zip(words);
    told.map(|(step, words)| Told { commands: commands_of(step), words, acts: acts(step) })
        .collect()
}

const fn acts(step: &Step) -> bool {
    !matches!(step.kind, SectionKind::Postmortem | SectionKind::Communicate)
}

fn commands_of(step: &Step) -> HashSet<String> {
    step.commands.iter().flat_map(|command| calls(&command.text, &scan(&command.text))).collect()
}

/// `helm rollback` of `helm -n x rollback y`: each program with its first plain word.
fn calls(text: &str, scan: &Scan) -> Vec<String> {
    let words: Vec<(&str, bool)> =
        scan.words.iter().map(|word| (&text[word.range.clone()], word.leads)).collect();
    let mut calls = Vec::new();
    for (at, (program, leads)) in words.iter().enumerate() {
        if !leads {
            continue;
        }
        let rest = words[at..].windows(2).take_while(|pair| !pair[1].1);
        // What follows `-n` is its value.
        let is_value = |before: &str| before.starts_with('-') && before.len() == 2;
        let mut plain = rest.map(|pair| (pair[0].0, pair[1].0)).filter(|(before, word)| {
            let letters = word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            !is_value(before) && !word.starts_with('-') && word.len() > 2 && letters
        });
        if let Some((_, verb)) = plain.next() {
            calls.push(format!("{program} {verb}"));
        }
    }
    calls
}

/// The words that may tell steps apart: long ones, lower case, identifiers whole.
fn words_of(text: &str) -> HashSet<String> {
    let part = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    let trimmed = text.split(part).map(|word| word.trim_matches(['-', '_', '.', '/']));
    trimmed
        .filter(|word| word.chars().count() >= SHORTEST && word.contains(char::is_alphabetic))
        .map(str::to_lowercase)
        .collect()
}

/// `CreateContainerConfigError`, `cleanup-on-fail`: not a word of prose.
fn is_identifier(word: &str) -> bool {
    let inner = word.char_indices().skip(1).any(|(_, c)| c.is_uppercase());
    inner || word.contains(['-', '_', '.', '/'])
}

/// The only step that shares most with a false start, where that is enough.
fn nearest(symptom: &str, words: &str, told: &[Told]) -> Option<usize> {
    let identifiers: HashSet<String> = words
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| is_identifier(word))
        .map(str::to_lowercase)
        .collect();
    let shared: Vec<usize> = told
        .iter()
        .map(|step| {
            if !step.acts {
                return 0;
            }
            let rare =
                |word: &&String| told.iter().filter(|o| o.words.contains(*word)).count() == 1;
            let words = words_of(words);
            let words = words.iter().filter(|word| step.words.contains(*word)).filter(rare);
            let weights = words.map(|word| if identifiers.contains(word) { STRONG } else { 1 });
            let calls = step.commands.iter().filter(|call| speaks_of(symptom, call));
            let alone = calls.filter(|call| {
                told.iter().filter(|other| other.commands.contains(*call)).count() == 1
            });
            weights.sum::<usize>() + STRONG * alone.count()
        })
        .collect();
    let most = shared.iter().copied().max().filter(|most| *most >= ENOUGH)?;
    let mut best = shared.iter().enumerate().filter(|(_, count)| **count == most);
    match (best.next(), best.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

/// Whether a text speaks of a call; what stands between program and verb does not matter.
fn speaks_of(text: &str, call: &str) -> bool {
    let Some((program, verb)) = call.split_once(' ') else { return false };
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .filter(|word| !word.is_empty())
        .collect();
    let near = |at: usize| words[at + 1..].iter().take(4).any(|word| *word == verb);
    words.iter().enumerate().any(|(at, word)| *word == program && near(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse;

    const STEPS: &str = "# Runbook: x\n\n## Step 1 — Check\n\n```sh\nhelm status shop\nkubectl \
                         get pods\n```\n\n## Step 2 — Mitigate\n\n### 2a. Roll back\n\n```sh\nhelm \
                         -n shop rollback shop 13\n```\n\nThe flag `--cleanup-on-fail` removes \
                         leftovers.\n\n### 2b. Restart\n\n```sh\nkubectl get pods\nkubectl delete \
                         pod x\n```\n\n## Step 3 — Postmortem\n\nWhy did the migration of the \
                         database schema stall?\n\n## Common false starts\n\n";

    #[track_caller]
    fn check(start: &str, expected: &[&str]) {
        let (runbook, _) = parse(&format!("{STEPS}- {start}\n"), "x");
        assert_eq!(runbook.false_starts.len(), 1);
        let beside = false_starts_beside(&runbook);
        let steps: Vec<&str> = runbook
            .steps
            .iter()
            .zip(&beside)
            .filter(|(_, starts)| !starts.is_empty())
            .map(|(step, _)| step.id.as_str())
            .collect();
        assert_eq!(steps, expected, "{start}");
    }

    #[test]
    fn a_false_start_stands_beside_the_steps_it_names() {
        check("**Nothing happens.** Step 2b was not done.", &["2b"]);
        check("**Nothing happens.** Do steps 2a and 2b again.", &["2a", "2b"]);
        check("**Nothing happens.** See step 9.", &[]);
    }

    #[test]
    fn a_command_that_one_step_alone_runs_leads_to_it() {
        check("**`helm rollback` says not found.** Wrong namespace.", &["2a"]);
        check("**`helm -n x rollback` hangs.** Wait.", &["2a"]);
        check("**`kubectl get pods` is empty.** Wrong cluster.", &[]);
    }

    #[test]
    fn rare_words_lead_to_their_step_and_common_ones_nowhere() {
        check("**It is half done.** Use `--cleanup-on-fail`.", &["2a"]);
        check("**It left leftovers.** Ask somebody.", &[]);
        check("**The database schema migration stalls.** Wait.", &[]);
        check("**Nobody knows.** Wait for it.", &[]);
    }

    #[test]
    fn every_step_has_its_own_list_and_every_start_is_in_order() {
        let starts = "- **A.** Step 1.\n- **B.** Step 2a.\n- **C.** Step 1.\n";
        let (runbook, _) = parse(&format!("{STEPS}{starts}"), "x");
        let beside = false_starts_beside(&runbook);
        assert_eq!(beside[0], [0, 2]);
        assert_eq!(beside.iter().map(Vec::len).sum::<usize>(), 3);
        assert_eq!(false_starts_beside(&Runbook::default()), Vec::<Vec<usize>>::new());
    }
}
