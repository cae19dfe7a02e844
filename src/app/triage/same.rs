//! Whether a step of a runbook and one of the rules are the same act, though two authors wrote them.

use std::collections::BTreeSet;

use super::said::tells;
use super::steps::Planned;
use crate::runbook::SectionKind;
use crate::search::telling_words;
use crate::triage::PlanStep;
use crate::views::triage::TriageStep;

/// A step without a command is done where one of the runbook holds this share of its words.
const SAME: f64 = 0.6;

/// Of so few words nothing can be said.
const FEWEST: usize = 4;

/// Whether a step looks whether it helped, by the word that it begins with.
pub(super) fn verifies(text: &str) -> bool {
    let verb = text.split(' ').next().unwrap_or_default();
    ["Verify", "Check", "Confirm", "Watch"].contains(&verb)
}

/// The step of the runbook that does what this one does. Where it does it with other names or
/// numbers than the messages give, as with the revision of the last time, both stand together.
pub(super) fn is_done_by(step: &PlanStep, runbook: &mut [Planned]) -> Option<usize> {
    let Some(command) = &step.command else { return is_told_by(step, runbook) };
    let act = act(command);
    let does = |line: &&str| !act.is_empty() && self::act(line) == act;
    let lines = |one: &TriageStep| one.commands.join("\n");
    let one = |one: &Planned| lines(&one.step).lines().any(|line| does(&line));
    // The same command looks before, and looks again whether it helped.
    let at = if verifies(&step.text) {
        runbook.iter().rposition(one)?
    } else {
        runbook.iter().position(one)?
    };
    let one = &mut runbook[at].step;
    let commands = lines(one);
    let said = step.parts.iter().filter(|part| command.contains(&part.value));
    let same = |line: &str| said.clone().all(|part| line.contains(&part.value));
    if !commands.lines().filter(does).any(same) {
        // Whoever does the one has to choose between the two.
        one.doing = None;
        one.instead.push(command.clone());
        one.parts.extend(said.cloned());
    }
    Some(at)
}

/// Names beside each step of the runbook what its commands have of its author's example: where one
/// of them does what a step of the rules does, the words that stand where that one has a name of the
/// messages, or a place for it where they name none. The release of another day stands in more
/// commands than the one that is compared. What the runbook is named after is its own.
pub(super) fn name_examples(kept: &mut [Planned], others: &[&PlanStep]) {
    let mut theirs: BTreeSet<String> = BTreeSet::new();
    let told: BTreeSet<&str> =
        others.iter().flat_map(|step| &step.parts).map(|part| part.value.as_str()).collect();
    let mut has_revisions = false;
    for one in kept.iter() {
        let lines = one.step.commands.join("\n").replace("\\\n", " ");
        for command in others.iter().filter_map(|step| step.command.as_ref()) {
            let same =
                lines.lines().filter(|line| !act(line).is_empty() && act(line) == act(command));
            let found = same.flat_map(|line| in_place_of(line, command, others));
            let found: Vec<String> =
                found.filter(|value| !holds_word(&one.step.source, value)).collect();
            has_revisions |= found.iter().any(|value| is_number(value));
            theirs.extend(found);
        }
    }
    let (numbers, names): (BTreeSet<String>, BTreeSet<String>) =
        theirs.into_iter().partition(|value| is_number(value));
    for one in kept {
        let lines = one.step.commands.join("\n").replace("\\\n", " ");
        let held = names.iter().filter(|value| holds_word(&lines, value));
        let mut held: Vec<&str> = held.map(String::as_str).collect();
        // A number is one only where a revision stands; with one of them all of them are of that day.
        let revisions = revisions(&lines).filter(|(value, flag)| {
            numbers.contains(*value) || *flag && has_revisions && !told.contains(value)
        });
        held.extend(revisions.map(|(value, _)| value));
        for value in held {
            if !one.step.samples.iter().any(|known| known == value) {
                one.step.samples.push(value.to_owned());
            }
            one.step.doing = None;
        }
    }
}

/// The numbers that stand where commands have a revision, and whether a flag says that they are one.
fn revisions(lines: &str) -> impl Iterator<Item = (&str, bool)> {
    lines.lines().flat_map(|line| {
        let goes_back = act(line) == "helm rollback";
        let words = line.split(|c: char| c.is_whitespace() || c == '=');
        let flagged = words.clone().zip(words.skip(1));
        let flagged = flagged.filter(move |(flag, value)| {
            is_number(value) && (flag.ends_with("revision") || goes_back && !flag.starts_with('-'))
        });
        flagged.map(|(flag, value)| (value, flag.ends_with("revision")))
    })
}

fn is_number(word: &str) -> bool {
    (1..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a line that stand where a command has what messages name, or a place for it.
fn in_place_of(line: &str, command: &str, others: &[&PlanStep]) -> Vec<String> {
    let named = |word: &str| {
        word.starts_with('<')
            || others.iter().flat_map(|step| &step.parts).any(|part| part.value == word)
    };
    let is_name = |word: &str| {
        is_number(word)
            || word.len() > 2
                && word.starts_with(char::is_alphabetic)
                && word.chars().all(|c| c.is_alphanumeric() || "-._/".contains(c))
    };
    let pairs = line.split_whitespace().zip(command.split_whitespace());
    // Flags stand in another order in each: `get pods -n shop` and `-n shop get pods`.
    let act = act(line);
    let is_of_act = |word: &str| act.split(' ').any(|of_act| of_act == word);
    // A number stands for another one, or for a place that asks for a revision.
    let is_alike = |theirs: &str, ours: &str| {
        !is_number(theirs) || is_number(ours) || ours.contains("REVISION")
    };
    let differ = pairs.filter(|(theirs, ours)| {
        theirs != ours
            && named(ours)
            && is_alike(theirs, ours)
            && is_name(theirs)
            && !is_of_act(theirs)
    });
    differ.map(|(theirs, _)| theirs.to_owned()).collect()
}

/// Whether lines hold a word that is no part of a longer one.
fn holds_word(lines: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric();
    lines.match_indices(word).any(|(at, _)| {
        !lines[..at].ends_with(is_part) && !lines[at + word.len()..].starts_with(is_part)
    })
}

/// The step of the runbook that says in words what this one says.
fn is_told_by(step: &PlanStep, runbook: &[Planned]) -> Option<usize> {
    let verify = |one: &Planned| one.kind == SectionKind::Verify;
    if step.text.starts_with("Verify ")
        && let Some(at) = runbook.iter().rposition(verify)
    {
        return Some(at);
    }
    // Names out of the messages stand in every step.
    let named: BTreeSet<String> = step.parts.iter().flat_map(|part| stems(&part.value)).collect();
    let words: BTreeSet<String> =
        stems(&step.text).filter(|stem| tells(stem) && !named.contains(stem)).collect();
    if words.len() < FEWEST {
        return None;
    }
    let share = |one: &Planned| words.intersection(&one.words).count() as f64 / words.len() as f64;
    let shares = runbook.iter().map(share).enumerate();
    let best = shares.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.filter(|(_, share)| *share >= SAME).map(|(at, _)| at)
}

/// The words of a text that tell something, cut to their stems.
pub(super) fn stems(text: &str) -> impl Iterator<Item = String> {
    telling_words(text).map(|(_, stem)| stem)
}

/// What a command does, without what it does it to: `helm rollback`, `kubectl get pods`.
fn act(line: &str) -> String {
    let head = line.split('|').next().unwrap_or_default();
    let mut plain: Vec<&str> = Vec::new();
    let mut words = head.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "sudo" if plain.is_empty() => {}
            // What it is for stands behind it.
            "-n" | "--namespace" | "--context" | "--kube-context" => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            _ => plain.push(word),
        }
    }
    // Verbs that say little without their object.
    let vague = ["get", "describe", "delete", "patch", "rollout", "logs", "show", "status"];
    let most = if plain.get(1).is_some_and(|verb| vague.contains(verb)) { 3 } else { 2 };
    plain.truncate(most);
    plain.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_does_is_no_value_of_an_example() {
        let others: Vec<&PlanStep> = Vec::new();
        let found = |line| in_place_of(line, "kubectl -n <NAMESPACE> get pods", &others);
        assert!(found("kubectl get pods -n shop").is_empty());
        assert_eq!(found("kubectl -n shop get pods"), ["shop"]);
    }

    #[test]
    fn a_number_is_a_revision_where_commands_have_one() {
        let check = |line, expected: &[(&str, bool)]| {
            assert_eq!(revisions(line).collect::<Vec<_>>(), expected, "{line}");
        };
        check("helm get values a --revision 13 > /tmp/r13.yaml", &[("13", true)]);
        check("kubectl rollout undo deploy/a --to-revision=7", &[("7", true)]);
        check("helm rollback a 13 -n b --timeout 300", &[("13", false)]);
        check("sleep 13", &[]);
        check("head -40", &[]);
    }

    #[test]
    fn an_act_is_told_without_what_it_is_done_to() {
        let check = |command, expected| assert_eq!(act(command), expected, "{command}");
        check("helm rollback edge 13 -n shop --wait", "helm rollback");
        check("kubectl -n shop get pods -l app=edge | wc -l", "kubectl get pods");
        check("helm get values edge --revision 3", "helm get values");
        check("sudo systemctl restart cart", "systemctl restart");
        check("df -h", "df");
        check("", "");
    }
}
