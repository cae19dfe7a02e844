//! One plan out of two: a runbook's steps, and what the rules know.

use crate::triage::{LeftOut, PlanDanger, PlanStep, Report};
use crate::views::triage::TriageStep;

/// What must stop first, then what the runbook says, then what the rules know and the runbook does
/// not do: whoever follows a list to its end must not roll back a second time because two authors
/// had the same idea. What destroys something is left out and named.
pub(super) fn plan(report: &Report, runbook: Vec<TriageStep>) -> (Vec<TriageStep>, Vec<LeftOut>) {
    let denied = |step: &TriageStep| step.dangers.iter().any(PlanDanger::refuses);
    let (refused, mut kept): (Vec<_>, Vec<_>) = runbook.into_iter().partition(denied);
    let (first, others): (Vec<&PlanStep>, Vec<&PlanStep>) =
        report.plan.iter().partition(|step| step.first);
    let rest: Vec<&PlanStep> =
        others.into_iter().filter(|step| !is_done_by(step, &mut kept)).collect();
    let mut plan: Vec<TriageStep> = first.into_iter().map(of_template).collect();
    plan.extend(kept);
    plan.extend(rest.into_iter().map(of_template));
    for (at, step) in plan.iter_mut().enumerate() {
        step.step = at + 1;
    }
    let mut left_out = report.left_out.clone();
    left_out.extend(refused.into_iter().map(left));
    (plan, left_out)
}

/// Whether a step of the runbook does what this one does. Where it does it with other names or
/// numbers than the messages give, as with the revision of the last time, both stand together.
fn is_done_by(step: &PlanStep, runbook: &mut [TriageStep]) -> bool {
    let Some(command) = &step.command else { return false };
    let act = act(command);
    let does = |line: &&str| !act.is_empty() && self::act(line) == act;
    let lines = |one: &TriageStep| one.commands.join("\n");
    let Some(one) = runbook.iter_mut().find(|one| lines(one).lines().any(|line| does(&line)))
    else {
        return false;
    };
    let commands = lines(one);
    let said = step.parts.iter().filter(|part| command.contains(&part.value));
    let same = |line: &str| said.clone().all(|part| line.contains(&part.value));
    if !commands.lines().filter(does).any(same) {
        one.instead.push(command.clone());
        one.parts.extend(said.cloned());
    }
    true
}

fn of_template(step: &PlanStep) -> TriageStep {
    TriageStep {
        step: 0,
        text: step.text.clone(),
        commands: step.command.iter().cloned().collect(),
        source: step.source.clone(),
        budget_s: None,
        freshness: None,
        dangers: step.dangers.clone(),
        parts: step.parts.clone(),
        instead: Vec::new(),
    }
}

/// A step that the plan does without.
fn left(step: TriageStep) -> LeftOut {
    LeftOut {
        text: format!("{} ({})", step.text, step.source),
        command: (!step.commands.is_empty()).then(|| step.commands.join("\n")),
        rules: step.dangers.iter().map(|danger| danger.rule.clone()).collect(),
        destroys: step.dangers.iter().map(|danger| danger.destroys.clone()).collect(),
        safer: step.dangers.into_iter().map(|danger| danger.safer).collect(),
    }
}

/// What a command does, without what it does it to: `helm rollback`, `kubectl get pods`.
fn act(line: &str) -> String {
    let head = line.split('|').next().unwrap_or_default();
    let mut plain: Vec<&str> = Vec::new();
    let mut words = head.split_whitespace();
    while let Some(word) = words.next() {
        match word {
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
    use super::act;

    #[test]
    fn an_act_is_told_without_what_it_is_done_to() {
        let check = |command, expected| assert_eq!(act(command), expected, "{command}");
        check("helm rollback edge 13 -n shop --wait", "helm rollback");
        check("kubectl -n shop get pods -l app=edge | wc -l", "kubectl get pods");
        check("helm get values edge --revision 3", "helm get values");
        check("df -h", "df");
        check("", "");
    }
}
