//! Which step of one version of a runbook is which step of another.
//!
//! What a step says counts first, its title second; its number alone counts for nothing. Every
//! step of one version is at most one step of the other, so that two steps that say the same
//! (`kubectl get pods` in the first and in the last one) do not share their histories.

use std::collections::{HashMap, VecDeque};

use super::super::fingerprint::{Edited, StepPrint};

/// The steps of then and of now, paired.
pub(super) struct Matching {
    /// For each step of then, in order, its index now.
    now: Vec<Option<usize>>,
    /// For each step of now, in order, its index then.
    then: Vec<Option<usize>>,
}

/// What a step is known by.
struct Mark<'a> {
    id: &'a str,
    title: String,
    commands: &'a str,
    words: &'a str,
}

type Key<'a> = [&'a str; 4];

/// The rules, strongest first: each says what two steps must have in common.
const RULES: [for<'a> fn(&'a Mark<'a>) -> Option<Key<'a>>; 6] = [
    |step| step.says_something().then_some([step.commands, step.words, &step.title, step.id]),
    |step| step.says_something().then_some([step.commands, step.words, &step.title, ""]),
    |step| step.says_something().then_some([step.commands, step.words, "", step.id]),
    |step| step.says_something().then_some([step.commands, step.words, "", ""]),
    |step| Some(["", "", &step.title, step.id]),
    |step| (!step.title.is_empty()).then_some(["", "", &step.title, ""]),
];

impl<'a> Mark<'a> {
    fn of(step: &'a StepPrint) -> Self {
        Self {
            id: step.id.as_str(),
            title: comparable(&step.title),
            commands: &step.print.commands,
            words: &step.print.words,
        }
    }

    /// Two steps that say nothing do not say the same.
    const fn says_something(&self) -> bool {
        !self.commands.is_empty() || !self.words.is_empty()
    }
}

impl Matching {
    /// Pairs the steps of two versions, each in its text's order.
    pub(super) fn between<'a>(
        then: impl IntoIterator<Item = &'a StepPrint>,
        now: impl IntoIterator<Item = &'a StepPrint>,
    ) -> Self {
        let then: Vec<_> = then.into_iter().map(Mark::of).collect();
        let now: Vec<_> = now.into_iter().map(Mark::of).collect();
        let mut matching = Self { now: vec![None; then.len()], then: vec![None; now.len()] };
        for rule in RULES {
            let mut waiting: HashMap<Key<'_>, VecDeque<usize>> = HashMap::new();
            for (at, step) in now.iter().enumerate() {
                if let (None, Some(key)) = (matching.then[at], rule(step)) {
                    waiting.entry(key).or_default().push_back(at);
                }
            }
            for (at, step) in then.iter().enumerate() {
                let (None, Some(key)) = (matching.now[at], rule(step)) else { continue };
                if let Some(other) = waiting.get_mut(&key).and_then(VecDeque::pop_front) {
                    matching.pair(at, other);
                }
            }
        }
        matching.pair_by_commands(&then, &now);
        matching
    }

    /// Renamed and reworded, a step is still known by its commands, where no other step that is
    /// left has the same ones.
    fn pair_by_commands(&mut self, then: &[Mark<'_>], now: &[Mark<'_>]) {
        let before = only_ones(then, &self.now);
        let after = only_ones(now, &self.then);
        for (commands, at) in before {
            if let (Some(at), Some(Some(other))) = (at, after.get(commands)) {
                self.pair(at, *other);
            }
        }
    }

    fn pair(&mut self, then: usize, now: usize) {
        self.now[then] = Some(now);
        self.then[now] = Some(then);
    }

    /// The index now of a step of then.
    pub(super) fn now(&self, then: usize) -> Option<usize> {
        self.now.get(then).copied().flatten()
    }

    /// The index then of a step of now.
    pub(super) fn then(&self, now: usize) -> Option<usize> {
        self.then.get(now).copied().flatten()
    }

    /// Whether the steps that are in both versions stand in the same order.
    pub(super) fn keeps_order(&self) -> bool {
        self.now.iter().flatten().is_sorted()
    }

    /// The steps of then that are gone, by index.
    pub(super) fn gone(&self) -> impl Iterator<Item = usize> {
        self.now.iter().enumerate().filter(|(_, now)| now.is_none()).map(|(then, _)| then)
    }
}

/// The commands of the steps that are not paired yet, with the step where it is the only one.
fn only_ones<'a>(steps: &[Mark<'a>], paired: &[Option<usize>]) -> HashMap<&'a str, Option<usize>> {
    let mut found = HashMap::new();
    for (at, step) in steps.iter().enumerate() {
        if paired[at].is_none() && !step.commands.is_empty() {
            found.entry(step.commands).and_modify(|only| *only = None).or_insert(Some(at));
        }
    }
    found
}

/// Whether a step was edited between two versions that both have it. A new heading over the same
/// text is other wording; a new number is not.
pub(super) fn edited(then: &StepPrint, now: &StepPrint) -> Edited {
    let same_title = comparable(&then.title) == comparable(&now.title);
    let title = if same_title { Edited::No } else { Edited::Yes { commands: false, words: true } };
    Edited::between(&then.print, &now.print).and(title)
}

/// How a step counts that only one of two versions has.
pub(super) const fn added_or_removed(step: &StepPrint) -> Edited {
    Edited::Yes { commands: !step.print.commands.is_empty(), words: true }
}

/// Titles that differ in case and spaces alone are one title.
fn comparable(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
