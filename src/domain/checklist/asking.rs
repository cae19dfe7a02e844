//! Which questions an incident has to answer: those of the checklists that apply, and those of the
//! runbooks used. What means the same is asked once.

use super::super::action_item::ActionKind;
use super::super::id::{QuestionId, RunbookId};
use super::meaning::words_of;
use super::{Applies, AskedBy, Checklists, Question};
use crate::text::anchor_of;

/// A question as it stands in a runbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunbookQuestion {
    /// It.
    pub question: String,
    /// The words between it and its action item: "If not"; may be empty.
    pub before: String,
    /// What it says to do after a bad answer; may be empty.
    pub if_bad: String,
}

/// A runbook that was used in the incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// The runbook.
    pub runbook: RunbookId,
    /// Where it stands.
    pub address: String,
    /// What it is called.
    pub title: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its questions.
    pub questions: Vec<RunbookQuestion>,
}

/// Questions that are shown under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The checklist's name; `asked` for what only runbooks ask.
    pub name: String,
    /// The heading.
    pub title: String,
    /// They.
    pub questions: Vec<Question>,
}

/// The name of the group of what only runbooks ask.
const ASKED: &str = "asked";

impl Checklists {
    /// Whether the runbooks used show that a change caused the incident: one of them undoes
    /// changes, or asks what only a list about changes asks.
    pub fn shows_change(&self, used: &[Used]) -> bool {
        let about_changes = || self.lists.iter().filter(|list| list.applies == Applies::Change);
        used.iter().any(|runbook| {
            let mut words = words_of(&runbook.address);
            words.extend(words_of(&runbook.title));
            words.extend(runbook.tags.iter().flat_map(|tag| words_of(tag)));
            let undoes = about_changes().any(|l| l.change_signs.iter().any(|w| w.is_in(&words)));
            let asks = |question: &RunbookQuestion| {
                let words = words_of(&question.question);
                let means = about_changes().flat_map(|list| &list.questions);
                means.flat_map(|known| &known.means).any(|meaning| meaning.fits(&words))
            };
            undoes || runbook.questions.iter().any(asks)
        })
    }
}

/// The questions of an incident. `change` says whether a change caused it.
pub fn asked(checklists: &Checklists, used: &[Used], change: bool) -> Vec<Group> {
    let applies = |applies| applies == Applies::Always || change;
    let lists: Vec<_> = checklists.lists.iter().filter(|list| applies(list.applies)).collect();
    let mut groups: Vec<Group> = lists
        .iter()
        .map(|list| Group {
            name: list.name.clone(),
            title: list.title.clone(),
            questions: list.questions().cloned().collect(),
        })
        .collect();
    let mut own: Vec<Question> = Vec::new();
    for runbook in used {
        for question in &runbook.questions {
            let by = AskedBy {
                runbook: runbook.runbook.clone(),
                question: question.question.clone(),
                if_bad: question.if_bad.clone(),
            };
            let words = words_of(&question.question);
            let place = lists.iter().enumerate().find_map(|(list, of)| {
                let fits = |known: &super::Known| known.means.iter().any(|m| m.fits(&words));
                Some((list, of.questions.iter().position(fits)?))
            });
            let id = own_id(&question.question);
            let known = match place {
                Some((list, at)) => Some(&mut groups[list].questions[at]),
                None => own.iter_mut().find(|known| known.id == id),
            };
            match known {
                Some(known) if known.also.contains(&by) => {}
                Some(known) => known.also.push(by),
                None => own.push(Question {
                    id,
                    text: question.question.clone(),
                    ask: checklists.reading.ask(&question.question, &question.before),
                    evidence: Vec::new(),
                    if_bad: String::new(),
                    action: ActionKind::Prevent,
                    also: vec![by],
                }),
            }
        }
    }
    if !own.is_empty() {
        let title = "What the runbooks ask".to_owned();
        groups.push(Group { name: ASKED.to_owned(), title, questions: own });
    }
    groups
}

/// The id of a question that only runbooks ask: from its words, so that it stays when the runbook
/// moves, and two runbooks that ask it in the same words ask it once.
fn own_id(question: &str) -> QuestionId {
    QuestionId::new(format!("{ASKED}/{}", anchor_of(&words_of(question).join(" "))))
}
