//! What a runbook has to say in a plan: all of its steps that apply, and which of them to open.

use std::collections::{BTreeMap, BTreeSet};

use super::samples::samples;
use crate::domain::id::StepId;
use crate::runbook::{Runbook, SectionKind};
use crate::search::telling_words;
use crate::triage::{Doing, PlanDanger, PlanLint, Report, Signal};
use crate::views::triage::TriageStep;
use crate::views::{CommandView, RunbookView, StepView};

/// What a runbook says, and how it is read.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) parsed: &'a Runbook,
}

impl Source<'_> {
    /// All that stands under a step.
    fn of(&self, id: &StepId) -> &str {
        let step = self.parsed.steps.iter().find(|step| step.id == *id);
        step.and_then(|step| self.text.get(step.span.start..step.span.end)).unwrap_or_default()
    }
}

/// A step of a runbook for a plan, with what decides where it stands there.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub(super) id: StepId,
    pub(super) kind: SectionKind,
    /// The words of its text, as they are compared.
    pub(super) words: BTreeSet<String>,
    pub(super) step: TriageStep,
}

/// The steps that apply, in the runbook's order: not what is done already, not what comes when it
/// is over, and not a heading over steps that has nothing to do by itself. Which of several ways
/// to mitigate is the right one is for a person to say, with what the steps before them showed.
pub(super) fn steps(
    runbook: &RunbookView,
    source: &Source<'_>,
    done: &[StepId],
    report: &Report,
    lint: &PlanLint,
) -> Vec<Planned> {
    let values = values(report);
    let telling = Telling { slug: runbook.slug.as_str(), values: &values, report, lint };
    let applies = |step: &&StepView| {
        is_response(step.kind)
            && !done.contains(&step.id)
            && (!step.commands.is_empty() || !has_children(&runbook.steps, &step.id))
    };
    let words = |step: &StepView| {
        let section = source.parsed.sections.iter().find(|section| section.anchor == step.anchor);
        let body = section.map_or("", |section| section.text.as_str());
        let all = [step.title.as_str(), body].into_iter().flat_map(telling_words);
        all.map(|(_, stem)| stem).collect()
    };
    let steps = runbook.steps.iter().filter(applies);
    steps
        .map(|step| Planned {
            id: step.id.clone(),
            kind: step.kind,
            words: words(step),
            step: telling.step(step, source.of(&step.id)),
        })
        .collect()
}

/// The step to open: the first one that looks and does not touch, unless it is recorded as done.
///
/// The words of an alert fit the heading of a remedy better than that of a check, and somebody
/// who is tired does what stands in front of them; to look first takes a minute, and a remedy for
/// something else may cost hours. Where there is nothing to look at, or somebody has looked, it
/// is the step that the words fit best, then the first one. What would destroy something is
/// opened only where nothing else is there.
pub(super) fn step_to_open<'a>(
    all: &'a [StepView],
    ahead: &[Planned],
    fits: Option<&'a StepView>,
) -> Option<&'a StepView> {
    let is_ahead = |step: &&StepView| {
        let of_plan = ahead.iter().find(|one| one.id == step.id);
        of_plan.is_some_and(|one| !one.step.dangers.iter().any(PlanDanger::refuses))
    };
    let touches = |step: &&StepView| step.kind == SectionKind::Mitigate;
    let before = all.iter().take_while(|step| !touches(step));
    let looks = |step: &&StepView| matches!(step.kind, SectionKind::Check | SectionKind::Diagnose);
    let look = before.filter(looks).find(is_ahead);
    let first = || all.iter().filter(is_ahead).find(|step| begins(step.kind));
    look.or_else(|| fits.filter(is_ahead)).or_else(first).or(fits).or_else(|| all.first())
}

/// Nobody begins with what comes when it is over.
pub(super) const fn begins(kind: SectionKind) -> bool {
    !matches!(kind, SectionKind::Verify | SectionKind::Communicate | SectionKind::Postmortem)
}

/// Whether it is done while it lasts.
const fn is_response(kind: SectionKind) -> bool {
    use SectionKind::{Check, Communicate, Diagnose, Mitigate, Preflight, Verify};
    matches!(kind, Check | Communicate | Diagnose | Mitigate | Preflight | Verify)
}

/// `3` is a heading over `3a` and `3.1`.
fn has_children(all: &[StepView], parent: &StepId) -> bool {
    let is_child = |rest: &str| rest.starts_with(|c: char| c == '.' || c.is_alphabetic());
    let mut ids = all.iter().map(|step| step.id.as_str());
    ids.any(|id| id.strip_prefix(parent.as_str()).is_some_and(is_child))
}

/// What messages name, as values for placeholders: `RELEASE`, `NAMESPACE`. First by those that say
/// what it is: a table of nodes names the healthy ones, too. What only others name is taken where
/// they name one.
fn values(report: &Report) -> BTreeMap<String, String> {
    let is_other = |at: Option<usize>| at.is_some_and(|at| report.elsewhere.contains(&at));
    let named = || {
        let own = report.signals.iter().filter(|signal| !is_other(signal.place.message));
        own.filter(|signal| signal.names && signal.affirmed)
    };
    let leads = |signal: &&Signal| {
        signal.place.message.is_none_or(|at| report.routing.leading.contains(&at))
    };
    let mut values = BTreeMap::new();
    for signal in named().filter(leads) {
        values.entry(signal.kind.to_uppercase()).or_insert_with(|| signal.value.clone());
    }
    let mut others: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for signal in named() {
        others.entry(signal.kind.to_uppercase()).or_default().insert(&signal.value);
    }
    for (kind, of) in others {
        if let (1, Some(value)) = (of.len(), of.first()) {
            values.entry(kind).or_insert_with(|| (*value).to_owned());
        }
    }
    values
}

/// What a step does, if a tool may do all of it. Words without a command are for people, but for
/// those that say whom to tell: a tool that heals need not.
fn doing(kind: SectionKind, commands: &[String], lint: &PlanLint) -> Option<Doing> {
    if commands.is_empty() {
        return (kind == SectionKind::Communicate).then_some(Doing::Looks);
    }
    lint.doing(&commands.join("\n"))
}

/// What a step is told with.
struct Telling<'a> {
    slug: &'a str,
    values: &'a BTreeMap<String, String>,
    report: &'a Report,
    lint: &'a PlanLint,
}

impl Telling<'_> {
    /// A runbook's step as one of a plan, with what it would destroy and what was the author's.
    fn step(&self, step: &StepView, source: &str) -> TriageStep {
        let fill = |command: &CommandView| {
            let CommandView { text, placeholders, bound, .. } = command;
            crate::runbook::fill(text, placeholders, bound, self.values).0
        };
        let commands: Vec<String> = step.commands.iter().map(fill).collect();
        let dangers = self.dangers(&step.title, source, &commands);
        let messages = &self.report.messages;
        let is_told = |value: &str| messages.iter().any(|message| message.text.contains(value));
        let samples = samples(&commands, &is_told);
        // A tool would do it with the names of another day.
        let doing = doing(step.kind, &commands, self.lint)
            .filter(|_| dangers.is_empty() && samples.is_empty());
        TriageStep {
            step: 0,
            doing,
            text: step.title.clone(),
            commands,
            source: format!("{}#{}", self.slug, step.id),
            budget_s: step.budget_s,
            freshness: step.freshness.clone(),
            dangers,
            parts: Vec::new(),
            instead: Vec::new(),
            samples,
            rests_on: Vec::new(),
        }
    }

    /// What a step would destroy. Whoever opens it reads more than its commands: what it asks for
    /// in words, in a table or within a line refuses it as well. Words that only warn say no more
    /// than the runbook itself.
    fn dangers(&self, title: &str, source: &str, commands: &[String]) -> Vec<PlanDanger> {
        let of_commands = commands.iter().flat_map(|command| self.lint.judge("", Some(command)));
        let read = self.lint.check(source).into_iter().map(|finding| finding.danger);
        let all = self.lint.judge(title, None).into_iter().chain(of_commands);
        let mut dangers: Vec<PlanDanger> = Vec::new();
        for danger in all.chain(read.filter(PlanDanger::refuses)) {
            match dangers.iter_mut().find(|known| known.rule == danger.rule) {
                Some(known) if known.level < danger.level => *known = danger,
                Some(_) => {}
                None => dangers.push(danger),
            }
        }
        dangers
    }
}
