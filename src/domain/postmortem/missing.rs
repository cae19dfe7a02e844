//! What keeps a postmortem from being published: every single thing, each in one sentence.

use std::fmt;

use serde::{Serialize, Serializer};

use super::super::action_item::ActionItem;
use super::super::checklist::{FollowUp, Group, Lack, Question, Verdict};
use super::super::id::{ActionId, QuestionId};
use super::{Postmortem, Section};
use crate::text::has_words;

/// What has to be put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The incident itself.
    Incident,
    /// That there is a postmortem at all.
    Postmortem,
    /// A section.
    Section(Section),
    /// A question.
    Question(QuestionId),
    /// An action item.
    Action(ActionId),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident => f.write_str("incident"),
            Self::Postmortem => f.write_str("postmortem"),
            Self::Section(section) => write!(f, "section:{section}"),
            Self::Question(id) => write!(f, "question:{id}"),
            Self::Action(id) => write!(f, "action:{id}"),
        }
    }
}

impl Serialize for About {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Of what: `section:summary`, `question:detection/alert-first`, `incident`.
    pub about: About,
    /// A sentence.
    pub message: String,
    /// The command that mends it.
    pub fix: String,
}

/// Everything that publishing looks at.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The incident's label.
    pub label: &'a str,
    /// Whether the incident is over.
    pub resolved: bool,
    /// The times of the incident that are neither known nor said not to apply.
    pub unknown_times: &'a [&'a str],
    /// What was written and answered.
    pub postmortem: &'a Postmortem,
    /// What has to be answered.
    pub groups: &'a [Group],
    /// The action items of the incident.
    pub actions: &'a [ActionItem],
    /// What is not settled about the cause.
    pub doubt: Option<Doubt>,
    /// What is wrong with the template, with its place.
    pub broken_template: Option<&'a str>,
}

/// What is not settled about the cause of an incident, on which it depends what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody said whether a change of ours caused it, and no runbook used shows it.
    Unsaid,
    /// Somebody said that it was no change, without a reason, and a runbook used shows one.
    Contradicted,
}

/// Everything that is missing, in the order in which one would mend it.
pub fn missing(draft: &Draft<'_>) -> Vec<Missing> {
    let mut found = Vec::new();
    let label = draft.label;
    let mut add = |about, message: String, fix: String| {
        found.push(Missing { about, message, fix: format!("runledger {fix}") });
    };
    if draft.postmortem.begun.is_none() {
        let message = "Nobody has begun the postmortem.".to_owned();
        add(About::Postmortem, message, format!("postmortem start {label}"));
    }
    if let Some(broken) = draft.broken_template {
        let message = format!("The template cannot be used: {broken}.");
        add(About::Postmortem, message, format!("postmortem render {label}"));
    }
    if let Some(doubt) = draft.doubt {
        let (message, cause) = match doubt {
            Doubt::Unsaid => ("Nobody said whether a change of ours caused it.", "change|other"),
            Doubt::Contradicted => (
                "It is said to have another cause than a change, and the runbooks used show one: \
                 say why.",
                "other --reason WHY",
            ),
        };
        let verb = if draft.postmortem.begun.is_some() { "edit" } else { "start" };
        let fix = format!("postmortem {verb} {label} --cause {cause}");
        add(About::Postmortem, message.to_owned(), fix);
    }
    if !draft.resolved {
        let message = "The incident is not resolved.".to_owned();
        add(About::Incident, message, format!("incident status {label} resolved"));
    }
    for time in draft.unknown_times {
        let message =
            format!("The time \"{time}\" is neither known nor said not to apply to this incident.");
        add(About::Incident, message, format!("incident set {label} {time}=TIME"));
    }
    for section in Section::ALL {
        let written = draft.postmortem.version(section);
        let title = section.title();
        let message = if written.is_some_and(|version| version.conflict) {
            format!("Two people wrote \"{title}\" at once: read both versions and save it again.")
        } else if section.is_required() && !has_words(draft.postmortem.text(section)) {
            format!("The section \"{title}\" is not written.")
        } else {
            continue;
        };
        add(About::Section(section), message, format!("postmortem edit {label} {section}"));
    }
    for question in draft.groups.iter().flat_map(|group| &group.questions) {
        for (message, fix) in lacks(question, draft) {
            let fix = format!("postmortem answer {label} {} {fix}", question.id);
            add(About::Question(question.id.clone()), message, fix);
        }
    }
    for action in draft.actions.iter().filter(|action| !action.state.is_over()) {
        if action.owner.trim().is_empty() {
            let message =
                format!("Action item {} (\"{}\") has no owner.", action.number, action.text);
            let fix = format!("action move {label}/{} --owner NAME", action.number);
            add(About::Action(action.id), message, fix);
        }
        if action.due.is_none() {
            let message =
                format!("Action item {} (\"{}\") has no due date.", action.number, action.text);
            let fix = format!("action move {label}/{} --due DATE", action.number);
            add(About::Action(action.id), message, fix);
        }
    }
    found
}

/// What the answer to one question lacks: a sentence, and the end of the command that mends it.
fn lacks(question: &Question, draft: &Draft<'_>) -> Vec<(String, String)> {
    let given = draft.postmortem.answers.get(&question.id);
    let answered = given.map(|given| &given.answered);
    let asked = &question.text;
    let mut found: Vec<(String, String)> = question
        .lacks(answered)
        .into_iter()
        .map(|lack| match lack {
            Lack::Answer => {
                (format!("The question \"{asked}\" is not answered."), "ANSWER".to_owned())
            }
            Lack::Evidence(evidence) => {
                let answer = answered.map_or("yes", |answered| answered.answer.as_str());
                (
                    format!("The good answer to \"{asked}\" does not name {}.", evidence.label),
                    format!("{answer} --evidence {}=VALUE", evidence.name),
                )
            }
            Lack::FollowUp => {
                let answer = answered.map_or("no", |answered| answered.answer.as_str());
                (
                    format!(
                        "The bad answer to \"{asked}\" has neither an action item nor a reason \
                         why there is none."
                    ),
                    format!("{answer} --action"),
                )
            }
        })
        .collect();
    if let Some(given) = given.filter(|given| given.conflict) {
        let message = format!("Two people answered \"{asked}\" at once: answer it again.");
        found.push((message, given.answered.answer.as_str().to_owned()));
    }
    let Some(given) = given.filter(|given| given.answered.verdict == Verdict::Bad) else {
        return found;
    };
    if let Some(FollowUp::Action(id)) = &given.answered.follow_up
        && !draft.actions.iter().any(|action| action.id == *id)
    {
        let message =
            format!("The action item that follows from the bad answer to \"{asked}\" is gone.");
        found.push((message, format!("{} --action", given.answered.answer.as_str())));
    }
    found
}
