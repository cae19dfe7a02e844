//! A postmortem as it is shown.

use crate::domain::checklist::{Answered, Ask, FollowUp, Good, Question};
use crate::domain::entry::Timestamp;
use crate::domain::id::ActionId;
use crate::domain::incident::{Incident, Role};
use crate::domain::postmortem::{Cause, Postmortem, Published, Section, Version};
use crate::domain::support_hours::end_of_day;
use crate::error::Error;
use crate::views::postmortem::{
    AskedByView, ChecklistGroupView, ChecklistQuestionView, EvidenceView, OverdueView,
    PostmortemLine, PostmortemView, SectionHistory, SectionVersion, SectionView,
};

use super::super::App;
use super::super::incidents::utc;
use super::Case;
use super::drafting::STANDARD;

impl App {
    /// The moment that lists speak of: now, or the end of the day that was asked for.
    fn moment_asked(&self) -> Timestamp {
        let end = self.as_of().and_then(|day| end_of_day(day, self.config.timezone));
        end.unwrap_or_else(|| Timestamp(self.clock.now_ms()))
    }

    /// A postmortem as a line of a list.
    pub(crate) fn postmortem_line(
        &self,
        incident: &Incident,
        postmortem: &Postmortem,
    ) -> PostmortemLine {
        let owner = postmortem.begun.as_ref().map(|begun| begun.owner.clone());
        let owner = owner.or_else(|| incident.people(Role::Commander).first().cloned());
        let schedule = postmortem.schedule.as_ref();
        let overdue =
            postmortem.overdue(self.moment_asked()).filter(|_| !incident.status.value.is_open());
        let published = postmortem.published.as_ref();
        let severities = &self.config.incidents.severities;
        PostmortemLine {
            id: incident.id,
            incident: incident.label.clone(),
            title: incident.title.value.clone(),
            severity: severities.label(incident.severity.value).to_owned(),
            status: postmortem.status(),
            required: schedule.map_or_else(
                || self.config.postmortems.is_required(incident.severity.value),
                |schedule| schedule.required,
            ),
            owner: owner.filter(|owner| !owner.is_empty()),
            draft_due: schedule.and_then(|it| it.draft_due).map(utc),
            publish_due: schedule.and_then(|it| it.publish_due).map(utc),
            overdue: overdue.map(|late| OverdueView {
                what: late.what,
                due: utc(late.due),
                days: late.days,
            }),
            published_at: published.map(|it| utc(it.at)),
            edited_since: published.is_some_and(|it| edited_since(postmortem, it)),
            file: published.map(|it| it.file.clone()),
        }
    }

    /// Every text that a section had.
    ///
    /// # Errors
    /// The incident is not known.
    pub fn section_history(
        &mut self,
        name: &str,
        section: Section,
    ) -> Result<SectionHistory, Error> {
        self.refresh()?;
        let incident = self.find_incident(name)?;
        let postmortem = self.ledger.postmortem(incident.id)?.unwrap_or_default();
        let versions = postmortem.sections.get(&section).into_iter().flatten();
        let view = |version: &Version| SectionVersion {
            version: version.id,
            written_at: utc(version.at),
            written_by: version.by.to_string(),
            text: version.text.clone(),
            conflict: version.conflict,
        };
        Ok(SectionHistory { section: section.as_str(), versions: versions.map(view).collect() })
    }

    /// Everything about a postmortem.
    pub(super) fn postmortem_view(&self, case: &Case) -> Result<PostmortemView, Error> {
        let begun = case.postmortem.begun.as_ref();
        let mut number = 0;
        let mut checklist = Vec::with_capacity(case.groups.len());
        for group in &case.groups {
            let mut questions = Vec::with_capacity(group.questions.len());
            for question in &group.questions {
                number += 1;
                questions.push(self.question_view(number, question, case)?);
            }
            let (name, title) = (group.name.clone(), group.title.clone());
            checklist.push(ChecklistGroupView { name, title, questions });
        }
        let label = Some(&case.incident.label);
        Ok(PostmortemView {
            line: self.postmortem_line(&case.incident, &case.postmortem),
            template: begun.map_or(STANDARD, |begun| begun.template.as_str()).to_owned(),
            cause: case.cause.as_str(),
            cause_said: begun.is_some_and(|begun| begun.cause.is_some()),
            cause_reason: begun.map(|it| it.reason.clone()).filter(|reason| !reason.is_empty()),
            version: begun.map(|begun| begun.version),
            sections: Section::ALL.map(|section| section_view(section, &case.postmortem)).to_vec(),
            checklist,
            actions: case.actions.iter().map(|item| self.action_view(label, item)).collect(),
            missing: case.missing(),
        })
    }

    fn question_view(
        &self,
        number: usize,
        question: &Question,
        case: &Case,
    ) -> Result<ChecklistQuestionView, Error> {
        let given = case.postmortem.answers.get(&question.id);
        let answered = given.map(|given| &given.answered);
        let follow_up = answered.and_then(|answered| answered.follow_up.as_ref());
        let action = match follow_up {
            Some(FollowUp::Action(id)) => case.actions.iter().find(|action| action.id == *id),
            _ => None,
        };
        let mut also = Vec::with_capacity(question.also.len());
        for by in &question.also {
            let document = self.ledger.document_of(&by.runbook)?;
            also.push(AskedByView {
                slug: document.map_or_else(|| by.runbook.to_string(), |it| it.slug.to_string()),
                question: by.question.clone(),
                if_bad: Some(by.if_bad.clone()).filter(|text| !text.is_empty()),
            });
        }
        Ok(ChecklistQuestionView {
            number,
            id: question.id.clone(),
            text: question.text.clone(),
            kind: match question.ask {
                Ask::Check { .. } => "check",
                Ask::Open => "open",
            },
            good: match question.ask {
                Ask::Check { good: Good::Yes } => Some("yes"),
                Ask::Check { good: Good::No } => Some("no"),
                Ask::Open => None,
            },
            also,
            proposal: question.proposal().map(str::to_owned),
            evidence: evidence(question, answered),
            answer: answered.map(|answered| answered.answer.as_str().to_owned()),
            verdict: answered.map(|answered| answered.verdict),
            reason: answered.map(|it| it.reason.clone()).filter(|reason| !reason.is_empty()),
            action: action.map(|action| format!("{}/{}", case.incident.label, action.number)),
            left_over: left_over(case, question, action.map(|action| action.id)),
            declined: match follow_up {
                Some(FollowUp::Declined(reason)) => Some(reason.clone()),
                _ => None,
            },
            version: given.map(|given| given.id),
            answered_at: given.map(|given| utc(given.at)),
            answered_by: given.map(|given| given.by.to_string()),
            complete: question.lacks(answered).is_empty() && !given.is_some_and(|it| it.conflict),
        })
    }
}

/// Whether a section or an answer is newer than what was published.
fn edited_since(postmortem: &Postmortem, published: &Published) -> bool {
    let written = postmortem.sections.values().flatten().map(|it| (it.at, it.id));
    let answered = postmortem.answers.values().map(|it| (it.at, it.id));
    written.chain(answered).any(|edit| edit > (published.at, published.id))
}

/// Open action items of a question that follow from no answer any more.
fn left_over(case: &Case, question: &Question, follows: Option<ActionId>) -> Vec<String> {
    let left = case.actions.iter().filter(|action| {
        action.question.as_ref() == Some(&question.id)
            && !action.state.is_over()
            && follows != Some(action.id)
    });
    left.map(|action| format!("{}/{}", case.incident.label, action.number)).collect()
}

fn evidence(question: &Question, answered: Option<&Answered>) -> Vec<EvidenceView> {
    let view = |wanted: &crate::domain::checklist::Evidence| EvidenceView {
        name: wanted.name.clone(),
        label: wanted.label.clone(),
        kind: wanted.kind,
        expected: wanted.kind.expected(),
        value: answered.and_then(|answered| answered.evidence.get(&wanted.name)).cloned(),
    };
    question.evidence.iter().map(view).collect()
}

fn section_view(section: Section, postmortem: &Postmortem) -> SectionView {
    let version = postmortem.version(section);
    SectionView {
        name: section.as_str(),
        title: section.title(),
        asks: section.asks(),
        required: section.is_required(),
        text: postmortem.text(section).to_owned(),
        version: version.map(|version| version.id),
        written_at: version.map(|version| utc(version.at)),
        written_by: version.map(|version| version.by.to_string()),
        versions: postmortem.sections.get(&section).map_or(0, Vec::len),
        conflict: version.is_some_and(|version| version.conflict),
    }
}

/// The cause that a word names.
///
/// # Errors
/// It names none.
pub fn cause_named(word: &str) -> Result<Cause, Error> {
    match word.trim().to_lowercase().as_str() {
        "change" => Ok(Cause::Change),
        "other" => Ok(Cause::Other),
        _ => Err(Error::refused(format!("`{word}` is no cause")).hinted("say change or other")),
    }
}
