//! Literals: what stands in commands as it is, and could be something else next time: the release
//! in `helm rollback kube-prometheus-stack 13`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::Command;
use super::acts_on::PLACES;
use super::shell::{Quoting, scan};

/// A literal that stands for a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// The name.
    pub name: String,
    /// What stands in the commands.
    pub literal: String,
}

/// A literal that several commands repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recurring {
    /// It.
    pub literal: String,
    /// How many commands hold it.
    pub uses: usize,
}

/// Commands that must hold a literal before it is worth a field.
const OFTEN: usize = 3;

/// Literals that are offered at most.
const OFFERED: usize = 6;

/// Ends of files, which are nothing to fill.
const FILES: [&str; 9] = [".yaml", ".yml", ".json", ".sh", ".sql", ".log", ".txt", ".md", ".conf"];

/// Where a literal stands in a command as a word of its own: `shop` is neither in `shop-db` nor
/// in `workshop`, and `13` not in `1.13.0`.
pub(super) fn occurrences(command: &str, literal: &str) -> Vec<Range<usize>> {
    if literal.is_empty() {
        return Vec::new();
    }
    let all = command.match_indices(literal).map(|(at, found)| at..at + found.len());
    all.filter(|range| {
        !goes_on(command[..range.start].chars().rev()) && !goes_on(command[range.end..].chars())
    })
    .collect()
}

/// Whether a word goes on with these letters; a full stop alone ends it.
fn goes_on(mut letters: impl Iterator<Item = char>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    match letters.next() {
        Some('.') => letters.next().is_some_and(char::is_alphanumeric),
        next => next.is_some_and(joins),
    }
}

/// The literals that commands repeat, the most frequent first: names with a joint in them, and
/// whatever is given as a namespace and the like.
pub fn recurring<'c>(commands: impl IntoIterator<Item = &'c Command>) -> Vec<Recurring> {
    let commands: Vec<&Command> = commands.into_iter().collect();
    let mut candidates: BTreeMap<&str, usize> = BTreeMap::new();
    for command in &commands {
        for word in arguments(&command.text) {
            candidates.entry(word).or_default();
        }
    }
    for command in &commands {
        let is_bound = |word: &str| command.bound.iter().any(|bound| bound.literal == word);
        for (word, uses) in &mut candidates {
            let holds = !is_bound(word) && !occurrences(&command.text, word).is_empty();
            *uses += usize::from(holds);
        }
    }
    let often = candidates.into_iter().filter(|(_, uses)| *uses >= OFTEN);
    let mut found: Vec<Recurring> =
        often.map(|(word, uses)| Recurring { literal: word.to_owned(), uses }).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.uses));
    found.truncate(OFFERED);
    found
}

/// The words of a command that name something.
fn arguments(command: &str) -> Vec<&str> {
    let scan = scan(command);
    let words: Vec<(&str, bool, Quoting)> = scan
        .words
        .iter()
        .map(|word| (&command[word.range.clone()], word.leads, scan.at(word.range.start).0))
        .collect();
    let mut found = Vec::new();
    for (at, (word, leads, quoting)) in words.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| words[at]);
        if *leads || *quoting != Quoting::Bare || !is_plain(word) {
            continue;
        }
        let is_place =
            before.is_some_and(|(before, ..)| PLACES.iter().any(|(option, _)| *option == before));
        // `kubectl get-contexts`: the first word after a program is what it shall do.
        let is_verb = before.is_some_and(|(_, leads, _)| leads);
        if is_place || (!is_verb && is_name(word)) {
            found.push(*word);
        }
    }
    found
}

fn is_plain(word: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (3..=63).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(inner)
        && !FILES.iter().any(|end| word.ends_with(end))
}

/// A joint between letters: `kube-prometheus-stack`, not `2026-05-20` and not `57.5.0`.
fn is_name(word: &str) -> bool {
    let letters = word.split(['-', '_']).filter(|part| part.contains(char::is_alphabetic));
    letters.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_stands_alone_or_not_at_all() {
        let check = |command: &str, literal: &str, expected: &[usize]| {
            let starts: Vec<_> = occurrences(command, literal).iter().map(|r| r.start).collect();
            assert_eq!(starts, expected, "{literal} in {command}");
        };
        check("helm get shop -l a=shop shop/crds", "shop", &[9, 19, 24]);
        check("workshop shop-db my_shop shops", "shop", &[]);
        check("x 13 1.13.0 13.", "13", &[2, 12]);
        check("x", "", &[]);
    }

    fn offered(commands: &[&str]) -> Vec<(String, usize)> {
        let commands: Vec<Command> = commands
            .iter()
            .map(|text| Command { text: (*text).to_owned(), ..Command::default() })
            .collect();
        recurring(&commands).into_iter().map(|one| (one.literal, one.uses)).collect()
    }

    #[test]
    fn names_that_many_commands_repeat_are_offered() {
        let commands = [
            "helm status kube-stack -n metrics",
            "helm history kube-stack -n metrics --max 10",
            "helm get values kube-stack -n metrics -o yaml > values-good.yaml",
            "kubectl -n metrics get pods -l app.kubernetes.io/instance=kube-stack",
        ];
        let expected = [("kube-stack".to_owned(), 4), ("metrics".to_owned(), 4)];
        assert_eq!(offered(&commands), expected);
    }

    #[test]
    fn verbs_options_files_and_rare_words_are_not() {
        let commands = [
            "kubectl rollout-status --all-namespaces -o wide",
            "kubectl rollout-status --all-namespaces -o wide",
            "kubectl rollout-status 'kube-stack' 2026-05-20 a.yaml kube-one",
            "diff 2026-05-20 a.yaml 2026-05-20 a.yaml",
            "cat 2026-05-20 a.yaml",
        ];
        assert_eq!(offered(&commands), []);
    }
}
