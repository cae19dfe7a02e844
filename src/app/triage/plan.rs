//! One plan out of two: a runbook's steps, and what the rules know.

use std::collections::BTreeSet;

use super::same::{is_done_by, name_examples, verifies};
use super::steps::Planned;
use super::ways::Ways;
use crate::runbook::SectionKind;
use crate::triage::{Doing, LeftOut, PlanDanger, PlanNature, PlanStep, Report};
use crate::views::triage::TriageStep;

/// A plan as it is shown.
pub(super) struct Plan {
    pub(super) steps: Vec<TriageStep>,
    /// What it does without.
    pub(super) left_out: Vec<LeftOut>,
    /// What decides who may follow it.
    pub(super) nature: PlanNature,
}

/// What must stop first, then what the runbook says, and within it, each before what it must come
/// before, what the rules know and the runbook does not do: whoever follows a list to its end must
/// not roll back a second time because two authors had the same idea, nor compare after it. To
/// look whether it helped and to tell people comes last. What destroys something is left out and
/// named.
pub(super) fn plan(report: &Report, runbook: Vec<Planned>, ways: &[Ways]) -> Plan {
    let (refused, mut kept) = parted(runbook, ways);
    let mends = |one: &Planned| one.kind == SectionKind::Mitigate;
    // The only ways that the runbook knows are refused, and the rules know none of their own.
    let destructive = refused.iter().any(mends)
        && !kept.iter().any(mends)
        && report.plan.iter().all(|step| step.doing == Some(Doing::Looks));
    let (first, others): (Vec<&PlanStep>, Vec<&PlanStep>) =
        report.plan.iter().partition(|step| step.first);
    let done: Vec<Option<usize>> = others.iter().map(|step| is_done_by(step, &mut kept)).collect();
    name_examples(&mut kept, &others);
    let mut before: Vec<Vec<TriageStep>> = Vec::new();
    before.resize_with(kept.len() + 1, Vec::new);
    for (at, step) in others.iter().enumerate() {
        if done[at].is_none() {
            before[place(at, &others, &done, &kept)].push(of_template(step));
        }
    }
    let mut plan: Vec<TriageStep> = first.into_iter().map(of_template).collect();
    plan.extend(in_order(kept, before, ways));
    for (at, step) in plan.iter_mut().enumerate() {
        step.step = at + 1;
    }
    let nature = PlanNature::of(plan.iter().map(|step| step.doing), destructive);
    let mut left_out = report.left_out.clone();
    left_out.extend(refused.into_iter().map(|one| left(one.step)));
    let left_out = alike_as_one(left_out);
    Plan { steps: plan, left_out, nature }
}

/// The runbook's steps that are refused, and the others. The first of those that acts behind a
/// refused one says what it rests on: a way that has lost its middle leads nowhere. Of several
/// ways of which one is taken, none rests on another.
fn parted(runbook: Vec<Planned>, ways: &[Ways]) -> (Vec<Planned>, Vec<Planned>) {
    let choice =
        |one: &Planned| ways.iter().position(|ways| ways.steps.iter().any(|(id, _)| *id == one.id));
    let (mut refused, mut kept): (Vec<Planned>, Vec<Planned>) = (Vec::new(), Vec::new());
    // Places in `refused` that nothing says it rests on yet.
    let mut open: Vec<usize> = Vec::new();
    for mut one in runbook {
        if one.step.dangers.iter().any(PlanDanger::refuses) {
            open.push(refused.len());
            refused.push(one);
            continue;
        }
        let acts = matches!(one.kind, SectionKind::Mitigate | SectionKind::Verify);
        let rests =
            |at: &usize| acts && (choice(&one).is_none() || choice(&one) != choice(&refused[*at]));
        let (rests, others): (Vec<usize>, Vec<usize>) = open.iter().partition(|at| rests(at));
        open = others;
        for at in &rests {
            let Planned { id, step, .. } = &refused[*at];
            one.step.rests_on.push(format!("{id} {}", step.text));
        }
        // A tool cannot know what was done by hand in its place.
        one.step.doing = one.step.doing.filter(|_| rests.is_empty());
        kept.push(one);
    }
    (refused, kept)
}

/// What is left out for the same reasons stands there once, but for what people propose: each of
/// them has to read it.
fn alike_as_one(all: Vec<LeftOut>) -> Vec<LeftOut> {
    let mut merged: Vec<LeftOut> = Vec::new();
    for one in all {
        let alike = |known: &&mut LeftOut| {
            known.rules == one.rules && known.said.is_none() && one.said.is_none()
        };
        let Some(known) = merged.iter_mut().find(alike) else {
            merged.push(one);
            continue;
        };
        known.text = format!("{}; {}", known.text.trim_end_matches('.'), one.text);
        known.command = match (known.command.take(), one.command) {
            (Some(known), Some(other)) if known != other => Some(format!("{known}\n{other}")),
            (known, other) => known.or(other),
        };
    }
    merged
}

/// Before which step of the runbook one of the rules stands that it does not have: before the one
/// that does what comes next in the rules. Where that is said of nothing, what looks whether it
/// helped stands before the telling, and anything else before the looking.
fn place(at: usize, others: &[&PlanStep], done: &[Option<usize>], kept: &[Planned]) -> usize {
    let earlier = done[..at].iter().flatten().max();
    let next = done[at + 1..].iter().flatten().find(|next| Some(*next) >= earlier);
    if let Some(next) = next {
        return *next;
    }
    let lasts = |kinds: &[SectionKind]| {
        kept.iter().rposition(|one| !kinds.contains(&one.kind)).map_or(0, |last| last + 1)
    };
    if verifies(&others[at].text) {
        lasts(&[SectionKind::Communicate])
    } else {
        lasts(&[SectionKind::Communicate, SectionKind::Verify])
    }
}

/// The runbook's steps with those of the rules before them. Of steps of which one is to be taken,
/// those that the messages speak for stand there with that word; where they speak for none, all
/// are one step, since a person has to choose.
fn in_order(
    kept: Vec<Planned>,
    mut before: Vec<Vec<TriageStep>>,
    ways: &[Ways],
) -> Vec<TriageStep> {
    let choice_of = |one: &Planned| {
        let of = ways.iter().position(|ways| ways.steps.iter().any(|(id, _)| *id == one.id));
        of.filter(|of| {
            let open = |(id, _): &&(_, _)| kept.iter().any(|one| one.id == *id);
            ways[*of].steps.iter().filter(open).count() > 1
        })
    };
    let choices: Vec<Option<usize>> = kept.iter().map(choice_of).collect();
    let last = before.pop().unwrap_or_default();
    // What comes before one of several ways comes before the choice.
    for at in 0..kept.len() {
        let begins = choices.iter().position(|choice| choice.is_some() && *choice == choices[at]);
        if let Some(begins) = begins.filter(|begins| *begins < at) {
            let moved = std::mem::take(&mut before[at]);
            before[begins].extend(moved);
        }
    }
    let mut plan = Vec::new();
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    let before = before.into_iter().chain(std::iter::once(last));
    let kept = kept.into_iter().zip(choices).map(Some).chain(std::iter::once(None));
    for (steps, one) in before.zip(kept) {
        plan.extend(steps);
        let Some((one, choice)) = one else { continue };
        let Some(of) = choice else {
            plan.push(one.step);
            continue;
        };
        let choice = &ways[of];
        if choice.likely.contains(&one.id) {
            let text = format!("{} ({})", one.step.text, likely(choice));
            plan.push(TriageStep { text, ..one.step });
        } else if choice.likely.is_empty() && chosen.insert(of) {
            plan.push(choose(choice, &one));
        }
    }
    plan
}

fn likely(choice: &Ways) -> String {
    let others = choice.steps.iter().filter(|(id, _)| !choice.likely.contains(id));
    let others: Vec<String> = others.map(|(id, title)| format!("{id} {title}")).collect();
    let these = if choice.likely.len() == 1 { "this" } else { "this or the other one" };
    format!("only one of these; the messages speak for {these}. Else {}", others.join("; "))
}

/// All ways as one step.
fn choose(choice: &Ways, first: &Planned) -> TriageStep {
    let ways: Vec<String> =
        choice.steps.iter().map(|(id, title)| format!("{id} {title}")).collect();
    let text = format!("Only one of these, by what you have seen: {}", ways.join("; "));
    let slug = first.step.source.split('#').next().unwrap_or_default();
    let parent = choice.parent.as_ref().unwrap_or(&first.id);
    TriageStep { text, source: format!("{slug}#{parent}"), ..TriageStep::default() }
}

fn of_template(step: &PlanStep) -> TriageStep {
    TriageStep {
        step: 0,
        text: step.text.clone(),
        commands: step.command.iter().cloned().collect(),
        source: step.source.clone(),
        dangers: step.dangers.clone(),
        parts: step.parts.clone(),
        doing: step.doing,
        ..TriageStep::default()
    }
}

/// A step that the plan does without.
fn left(step: TriageStep) -> LeftOut {
    let text = format!("{} ({})", step.text, step.source);
    let command = (!step.commands.is_empty()).then(|| step.commands.join("\n"));
    LeftOut::new(text, command, step.dangers)
}

#[cfg(test)]
mod tests {
    use super::super::same::stems;
    use super::*;
    use crate::domain::id::StepId;

    fn step(id: &str, kind: SectionKind, text: &str, command: &str) -> Planned {
        let step = TriageStep {
            text: text.to_owned(),
            commands: vec![command.to_owned()],
            source: format!("book#{id}"),
            ..TriageStep::default()
        };
        Planned { id: StepId::from(id), kind, words: stems(text).collect(), step }
    }

    fn rule(text: &str, command: Option<&str>) -> PlanStep {
        PlanStep {
            step: 0,
            text: text.to_owned(),
            command: command.map(str::to_owned),
            source: "template".to_owned(),
            dangers: Vec::new(),
            parts: Vec::new(),
            first: text.starts_with("Stop"),
            doing: None,
        }
    }

    fn runbook() -> Vec<Planned> {
        use SectionKind::{Check, Communicate, Mitigate, Verify};
        vec![
            step("1", Check, "Check", "helm history edge"),
            step("2a", Mitigate, "Mend what it stores, exactly one version of it", "vi crd.yaml"),
            step("2b", Mitigate, "Go back", "helm rollback edge 4"),
            step("3", Verify, "Verify", "helm status edge"),
            step("4", Communicate, "Communicate", ""),
        ]
    }

    #[test]
    fn the_names_of_an_example_are_told_wherever_they_stand() {
        use SectionKind::{Mitigate, Verify};
        let mut back = rule("Roll back.", Some("helm rollback payments 42 -n <NAMESPACE> --wait"));
        let place = crate::triage::Place { message: Some(0), start: 0, end: 8 };
        let part = |value: &str| crate::triage::Part {
            slot: "x".to_owned(),
            value: value.to_owned(),
            place,
        };
        back.parts = vec![part("payments"), part("42")];
        let mut report = Report::default();
        report.plan = vec![back];
        let runbook = vec![
            step("1", Mitigate, "Go back", "helm rollback monitoring 13 -n ops-prod --wait"),
            step("2", Verify, "Verify", "kubectl -n ops-prod get pods -l app=monitoring-agent"),
            step("3", Verify, "Look", "uptime"),
        ];
        let steps = plan(&report, runbook, &[]).steps;
        assert_eq!(steps[0].instead, ["helm rollback payments 42 -n <NAMESPACE> --wait"]);
        assert_eq!(steps[0].samples, ["monitoring", "ops-prod", "13"]);
        assert_eq!(steps[1].samples, ["monitoring", "ops-prod"]);
        assert!(steps[2].samples.is_empty());
    }

    #[test]
    fn an_example_is_one_where_the_messages_name_nothing_too_but_not_in_its_own_runbook() {
        use SectionKind::Mitigate;
        let back = "helm rollback <RELEASE> <REVISION> -n <NAMESPACE> --wait";
        let mut report = Report::default();
        report.plan = vec![rule("Roll back.", Some(back))];
        let theirs = "helm rollback monitoring 13 -n ops-prod --wait";
        let samples = |slug: &str| {
            let mut one = step("1", Mitigate, "Go back", theirs);
            one.step.source = format!("{slug}#1");
            plan(&report, vec![one], &[]).steps[0].samples.clone()
        };
        assert_eq!(samples("helm"), ["monitoring", "ops-prod", "13"]);
        assert_eq!(samples("rollback/monitoring"), ["ops-prod", "13"]);
    }

    fn told(rules: Vec<PlanStep>, ways: &[Ways]) -> Vec<String> {
        let mut report = Report::default();
        report.plan = rules;
        plan(&report, runbook(), ways).steps.into_iter().map(|step| step.text).collect()
    }

    #[test]
    fn what_the_rules_know_stands_where_it_belongs_and_nothing_stands_there_twice() {
        let told = told(
            vec![
                rule("Stop everything.", None),
                rule("Look at the revisions.", Some("helm history edge")),
                rule("Mend it: exactly one version that it stores.", None),
                rule("Compare before going back.", Some("helm get values edge")),
                rule("Roll back.", Some("helm rollback edge 4")),
                rule("Verify that one version runs.", None),
                rule("Repair the chart.", None),
                rule("Check that controls are on again.", None),
            ],
            &[],
        );
        let expected = [
            "Stop everything.",
            "Check",
            "Mend what it stores, exactly one version of it",
            "Compare before going back.",
            "Go back",
            "Repair the chart.",
            "Verify",
            "Check that controls are on again.",
            "Communicate",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn of_several_ways_one_is_told() {
        let mut ways = Ways {
            parent: Some(StepId::from("2")),
            steps: ["2a", "2b"].map(|id| (StepId::from(id), format!("way {id}"))).into(),
            likely: Vec::new(),
        };
        let rules = || {
            vec![
                rule("Compare.", Some("helm get values edge")),
                rule("Roll back.", Some("helm rollback edge 4")),
            ]
        };
        let open = told(rules(), std::slice::from_ref(&ways));
        let expected = [
            "Check",
            "Compare.",
            "Only one of these, by what you have seen: 2a way 2a; 2b way 2b",
            "Verify",
            "Communicate",
        ];
        assert_eq!(open, expected);
        ways.likely = vec![StepId::from("2b")];
        let told = told(rules(), &[ways]);
        assert_eq!(
            told[2],
            "Go back (only one of these; the messages speak for this. Else 2a way 2a)"
        );
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn what_may_be_done_by_a_tool_and_what_cannot_be_done_without_harm_is_told() {
        let nature = |change: fn(&mut Planned)| {
            let mut steps = runbook();
            for step in &mut steps {
                let mends = step.kind == SectionKind::Mitigate;
                step.step.doing = Some(if mends { Doing::Changes } else { Doing::Looks });
                change(step);
            }
            plan(&Report::default(), steps, &[]).nature
        };
        assert_eq!(nature(|_| ()), PlanNature { harmless: true, destructive: false });
        let none_mends = nature(|one| one.step.doing = Some(Doing::Looks));
        assert_eq!(none_mends, PlanNature::default(), "who only looks heals nothing");
        let one_is_for_people = nature(|one| {
            if one.kind == SectionKind::Verify {
                one.step.doing = None;
            }
        });
        assert_eq!(one_is_for_people, PlanNature::default());
        let deny = |one: &mut Planned| {
            if one.kind == SectionKind::Mitigate {
                let level = crate::runbook::danger::DangerLevel::Deny;
                let danger = PlanDanger {
                    rule: "x".to_owned(),
                    level,
                    destroys: String::new(),
                    safer: String::new(),
                };
                one.step.dangers.push(danger);
            }
        };
        assert_eq!(nature(deny), PlanNature { harmless: false, destructive: true });
    }
}
