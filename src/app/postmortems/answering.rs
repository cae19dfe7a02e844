//! Answering the questions of a postmortem, and what follows from bad answers.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use crate::domain::action_item::{ActionKind, Priority};
use crate::domain::actor::Actor;
use crate::domain::checklist::{Answer, Answered, Ask, FollowUp, Question, Verdict};
use crate::domain::event::{ChecklistAnswered, Event};
use crate::domain::id::{ActionId, QuestionId};
use crate::error::Error;
use crate::views::postmortem::PostmortemView;

use super::super::App;
use super::super::action_items::NewAction;
use super::asking::find_question;
use super::drafting::begin;
use super::writing::PostDesk;
use super::{check_seen, kept_line, kept_text};

/// The longest answer in words, in bytes.
const MAX_ANSWER: usize = 16 * 1024;

/// What somebody answers.
#[derive(Clone, Debug, Default)]
pub struct NewAnswer {
    /// `yes`, `no`, `na`, or words.
    pub answer: String,
    /// What it names, by the evidence's name; an empty one is removed. What was named before and
    /// is not here stays.
    pub evidence: Vec<(String, String)>,
    /// Why it does not apply, or a remark; an empty one is removed. What was said before stays
    /// where nothing is said.
    pub reason: Option<String>,
    /// What follows from it.
    pub follow: Option<Follow>,
    /// The version that the editor saw.
    pub seen: Option<String>,
}

/// What follows from an answer.
#[derive(Clone, Debug)]
pub enum Follow {
    /// An action item. What is not said of it is what the question proposes.
    Action {
        /// What shall be done.
        text: String,
        /// What for.
        kind: Option<ActionKind>,
        /// How much it matters.
        priority: Option<Priority>,
        /// Who does it.
        owner: String,
        /// Until when.
        due: Option<NaiveDate>,
    },
    /// Nothing, and why.
    Decline(String),
}

impl App {
    /// Answers a question, by its number or its id, and says which it was. A bad answer may bring
    /// its action item along.
    ///
    /// # Errors
    /// The question is not asked, this is no answer to it, its evidence is none, or what the
    /// editor saw is not what stands.
    pub fn answer_question(
        &mut self,
        name: &str,
        question: &str,
        new: &NewAnswer,
        actor: &Actor,
    ) -> Result<(PostmortemView, QuestionId), Error> {
        self.refresh()?;
        let case = self.case(self.find_incident(name)?)?;
        let question = find_question(&case.groups, question)?.clone();
        self.check_behind_us(&question, new)?;
        let beginning = self.default_beginning(&case.incident, actor)?;
        let due = self.default_due();
        self.write_postmortem(case.incident.id, actor, |desk| {
            let before = desk.postmortem.answers.get(&question.id).cloned();
            check_seen(new.seen.as_deref(), before.as_ref().map(|it| it.id), "the answer")?;
            let mut answered = told(&question, new, before.as_ref().map(|it| &it.answered))?;
            begin(desk, &beginning)?;
            follow(desk, &question, &mut answered, new.follow.as_ref(), due)?;
            let conflict = before.as_ref().is_some_and(|it| it.conflict);
            if !conflict && before.as_ref().is_some_and(|it| it.answered == answered) {
                return Ok(());
            }
            let replaces = before.map(|it| it.id);
            desk.append(&Event::ChecklistAnswered(ChecklistAnswered { answered, replaces }))?;
            Ok(())
        })?;
        Ok((self.postmortem(case.incident.label.as_str())?, question.id))
    }
}

impl App {
    /// What is named as evidence has happened.
    fn check_behind_us(&self, question: &Question, new: &NewAnswer) -> Result<(), Error> {
        let now = DateTime::from_timestamp_millis(self.clock.now_ms()).unwrap_or_default();
        let now = now.with_timezone(&self.config.timezone);
        for (name, value) in &new.evidence {
            let name = evidence_name(name);
            let wanted = question.evidence.iter().find(|wanted| wanted.name == name);
            if let Some(wanted) = wanted.filter(|wanted| wanted.lies_ahead(value, &now)) {
                let message = format!("{}: {} lies in the future", wanted.label, value.trim());
                return Err(Error::refused(message).at(question.id.to_string()));
            }
        }
        Ok(())
    }
}

/// A piece of evidence by the name that questions give it: `soak-start` is `soak_start`.
fn evidence_name(name: &str) -> String {
    name.trim().to_lowercase().replace('-', "_")
}

/// The new answer; what stays true of the one before is kept.
fn told(
    question: &Question,
    new: &NewAnswer,
    before: Option<&Answered>,
) -> Result<Answered, Error> {
    let answer = match (question.ask, Answer::parse(&new.answer)) {
        (_, Answer::Words(words)) => Answer::Words(kept_text(&words, "an answer", MAX_ANSWER)?),
        (_, other) => other,
    };
    let before = before.filter(|before| before.answer == answer);
    let mut evidence: BTreeMap<String, String> =
        before.map(|before| before.evidence.clone()).unwrap_or_default();
    evidence.retain(|name, _| question.evidence.iter().any(|wanted| wanted.name == *name));
    for (name, value) in &new.evidence {
        let name = evidence_name(name);
        match kept_line(value, "an evidence")? {
            empty if empty.is_empty() => evidence.remove(&name),
            value => evidence.insert(name, value),
        };
    }
    let reason = match &new.reason {
        Some(reason) => kept_line(reason, "a reason")?,
        None => before.map(|before| before.reason.clone()).unwrap_or_default(),
    };
    let verdict = question.judge(&answer, &evidence, &reason).map_err(|unfit| {
        let names: Vec<&str> = question.evidence.iter().map(|it| it.name.as_str()).collect();
        let error = Error::refused(unfit.to_string()).at(question.id.to_string());
        if question.ask == Ask::Open {
            error.hinted("write what happened, in quotes")
        } else if names.is_empty() {
            error
        } else {
            error.hinted(format!("its evidence: {}", names.join(", ")))
        }
    })?;
    Ok(Answered {
        question: question.id.clone(),
        text: question.text.clone(),
        also: question.also.clone(),
        answer,
        verdict,
        evidence,
        reason,
        follow_up: before.and_then(|before| before.follow_up.clone()),
    })
}

/// Decides what follows; opens the action item where one does.
fn follow(
    desk: &mut PostDesk<'_, '_>,
    question: &Question,
    answered: &mut Answered,
    follow: Option<&Follow>,
    due: NaiveDate,
) -> Result<(), Error> {
    let Some(follow) = follow else { return Ok(()) };
    if !matches!(answered.verdict, Verdict::Bad | Verdict::Told) {
        return Err(Error::refused("only a bad answer needs an action item")
            .hinted("`runledger action add` opens one that no question asks for"));
    }
    match follow {
        Follow::Decline(reason) => {
            let reason = kept_line(reason, "a reason")?;
            if reason.is_empty() {
                return Err(Error::refused("no action item, and why not?")
                    .hinted("--no-action \"why nothing has to follow\""));
            }
            answered.follow_up = Some(FollowUp::Declined(reason));
        }
        Follow::Action { text, kind, priority, owner, due: wanted } => {
            if let Some(FollowUp::Action(id)) = &answered.follow_up
                && let Some(action) = desk.actions.iter().find(|action| action.id == *id)
            {
                return Err(Error::refused(format!(
                    "action item {} follows from this answer already",
                    action.number
                )));
            }
            let text = match text.trim() {
                "" => question.proposal().ok_or_else(|| {
                    Error::refused("the question proposes no action item")
                        .hinted("say what shall be done: --action \"…\"")
                })?,
                text => text,
            };
            let action = NewAction {
                text: text.to_owned(),
                kind: kind.unwrap_or(question.action),
                priority: priority.unwrap_or(Priority::Medium),
                owner: owner.clone(),
                due: Some(wanted.unwrap_or(due)),
                link: String::new(),
                question: Some(question.id.clone()),
            };
            let id = desk.open_action(&action)?;
            answered.follow_up = Some(FollowUp::Action(ActionId::new(id)));
        }
    }
    Ok(())
}
