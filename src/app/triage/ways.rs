//! Steps of a runbook of which only one is to be taken.
//!
//! `3a`, `3b` and `3c` may be three cures for three causes, or three parts of one. Who takes all of
//! three cures does two things for nothing, and who takes one part of a whole breaks something, so
//! steps are told as a choice only where the runbook itself treats them as one: what comes before
//! sends its reader to one or the other, and nobody is recorded to have needed most of them.

use std::collections::BTreeSet;

use super::said::{Said, tells};
use crate::domain::id::StepId;
use crate::runbook::{Runbook, SectionKind, Step};
use crate::search::telling_words;

/// So many words of the messages have to stand where the runbook says when to take a step.
const ENOUGH: usize = 2;

/// What a runbook says over steps of which one is to be taken.
const ONE_OF: [&str; 6] =
    ["only one", "run one", "one of these", "one of the following", "pick one", "choose one"];

/// Steps of which one is to be taken.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The step they are ways of.
    pub(super) parent: Option<StepId>,
    /// All of them, in the runbook's order, with their titles.
    pub(super) steps: Vec<(StepId, String)>,
    /// Those that the messages speak for: one, or two of which neither says more.
    pub(super) likely: Vec<StepId>,
}

/// The choices of a runbook, of which is known which steps were needed together before.
pub(super) fn ways(
    text: &str,
    runbook: &Runbook,
    together: &[Vec<StepId>],
    said: &Said,
) -> Vec<Ways> {
    let parents: BTreeSet<&StepId> =
        runbook.steps.iter().filter_map(|step| step.parent.as_ref()).collect();
    let choice = |parent: &StepId| {
        let is_way = |step: &&Step| {
            step.parent.as_ref() == Some(parent) && step.kind == SectionKind::Mitigate
        };
        let steps: Vec<&Step> = runbook.steps.iter().filter(is_way).collect();
        let before = text.get(..steps.first()?.span.start)?;
        let head = runbook.steps.iter().find(|step| step.id == *parent);
        let intro = head.and_then(|head| before.get(head.span.start..)).unwrap_or_default();
        let told_apart = is_choice(before, intro, &steps) && !taken_together(&steps, together);
        (steps.len() > 1 && told_apart).then(|| Ways {
            parent: Some(parent.clone()),
            likely: likely(before, &steps, said),
            steps: steps.iter().map(|step| (step.id.clone(), step.title.clone())).collect(),
        })
    };
    parents.into_iter().filter_map(choice).collect()
}

fn is_choice(before: &str, intro: &str, steps: &[&Step]) -> bool {
    let intro = intro.to_lowercase();
    let named = steps.iter().filter(|step| before.lines().any(|line| names(line, &step.id)));
    ONE_OF.iter().any(|words| intro.contains(words)) || named.count() * 2 >= steps.len()
}

/// Somebody needed more than half of them at once.
fn taken_together(steps: &[&Step], together: &[Vec<StepId>]) -> bool {
    together.iter().any(|used| {
        let needed = steps.iter().filter(|step| used.contains(&step.id)).count();
        needed * 2 > steps.len()
    })
}

/// Whether a line sends its reader to a step.
fn names(line: &str, step: &StepId) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(|word| word == step.as_str())
}

/// The steps that the messages speak for, by the lines that say when to take them and by their
/// titles. Only words that part a step from the others count: that a certificate is to be renewed,
/// all ways to renew one say. More than two steps speak for none.
fn likely(before: &str, steps: &[&Step], said: &Said) -> Vec<StepId> {
    let stems = |step: &&Step| -> BTreeSet<String> {
        let lines = before.lines().filter(|line| names(line, &step.id));
        // "137 without `OOMKilled`" does not speak of what it excludes.
        let lines = lines.map(|line| line.split(" without ").next().unwrap_or_default());
        let words = lines.chain([step.title.as_str()]).flat_map(telling_words);
        words.map(|(_, stem)| stem).filter(|stem| tells(stem)).collect()
    };
    let all: Vec<BTreeSet<String>> = steps.iter().map(stems).collect();
    let held = |of: &BTreeSet<String>| {
        let own = |stem: &&String| all.iter().filter(|other| other.contains(*stem)).count() == 1;
        of.iter().filter(own).filter(|stem| said.holds(stem)).count()
    };
    let counts: Vec<usize> = all.iter().map(held).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let best = steps.iter().zip(&counts).filter(|(_, count)| **count == most && most >= ENOUGH);
    let best: Vec<StepId> = best.map(|(step, _)| step.id.clone()).collect();
    if best.len() > 2 { Vec::new() } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Crash loop\n\n## Step 1 — Check\n\n```sh\ntrue\n```\n\n\
        ## Step 2 — Diagnose\n\n| what | step |\n|---|---|\n| OOMKilled, the limit of memory | 3a |\n\
        | Liveness probe failed, without OOMKilled | 3b |\n\n## Step 3 — Mitigate\n\n\
        ### 3a. Give it room\n\n```sh\ntrue\n```\n\n### 3b. Wait\n\n```sh\ntrue\n```\n\n\
        ### 3c. Go back\n\n```sh\ntrue\n```\n";

    fn choices(text: &str, used: &[Vec<StepId>], said: &str) -> Vec<Ways> {
        let (runbook, _) = crate::runbook::parse(text, "x");
        let said = Said::new([said].into_iter(), std::iter::empty());
        ways(text, &runbook, used, &said)
    }

    fn ids(steps: &[StepId]) -> Vec<&str> {
        steps.iter().map(StepId::as_str).collect()
    }

    #[test]
    fn steps_are_a_choice_where_the_runbook_sends_its_reader_to_one() {
        let found = choices(TEXT, &[], "nothing of it");
        assert_eq!(found[0].steps.len(), 3, "{found:?}");
        assert!(found[0].likely.is_empty());
        let untold = TEXT.replace("| 3a |", "| |").replace("| 3b |", "| |");
        assert!(choices(&untold, &[], "").is_empty());
        let told = untold.replace("Mitigate\n", "Mitigate\n\nRun one of them.\n");
        assert_eq!(choices(&told, &[], "").len(), 1);
    }

    #[test]
    fn steps_that_somebody_needed_together_are_no_choice() {
        let steps = |ids: &[&str]| vec![ids.iter().map(|id| StepId::from(*id)).collect::<Vec<_>>()];
        assert_eq!(choices(TEXT, &steps(&["1", "3a"]), "").len(), 1);
        assert!(choices(TEXT, &steps(&["3a", "3b"]), "").is_empty());
    }

    #[test]
    fn the_messages_speak_for_the_way_whose_line_holds_their_words() {
        let likely = |said: &str| {
            let found = choices(TEXT, &[], said);
            ids(&found[0].likely).join(" ")
        };
        assert_eq!(likely("container was OOMKilled, memory limit 512Mi"), "3a");
        assert_eq!(likely("Liveness probe failed: timeout"), "3b");
        assert_eq!(likely("OOM"), "");
    }
}
