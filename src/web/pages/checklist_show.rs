//! `GET /incidents/{label}/checklist`: the questions of a postmortem, each with its answer.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::views::postmortem::{ChecklistQuestionView, PostmortemView};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::parts::print;
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

use super::checklist_answer::LATER;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    postmortem: PostmortemView,
    groups: Vec<Group>,
    asked: usize,
    complete: usize,
}

/// Questions under one heading.
#[derive(Debug, Serialize)]
struct Group {
    name: String,
    title: String,
    questions: Vec<Asked>,
}

/// A question, and how it looks as long as nobody changes anything.
#[derive(Debug, Serialize)]
struct Asked {
    #[serde(flatten)]
    question: ChecklistQuestionView,
    was: String,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(label): Path<String>,
) -> Result<Response, Failure> {
    let asked = label.clone();
    let postmortem = state.run(move |app| app.postmortem(&asked)).await;
    let postmortem = postmortem.map_err(|failure| failure.back_to("/incidents"))?;
    let known = postmortem.line.incident.as_str();
    if known != label {
        let to = address::of_incident(known, "checklist", "");
        return Ok(Redirect::temporary(&to).into_response());
    }
    let questions = || postmortem.checklist.iter().flat_map(|group| &group.questions);
    let (asked, complete) = (questions().count(), questions().filter(|it| it.complete).count());
    let groups = postmortem.checklist.iter().map(|group| Group {
        name: group.name.clone(),
        title: group.title.clone(),
        questions: group.questions.iter().map(shape).collect(),
    });
    let shown = Shown { groups: groups.collect(), postmortem, asked, complete };
    Ok(page(&state, &visitor, Here::Incidents, "pages/checklist_show.html", &shown))
}

/// The question with the print of its fields, in the order in which the page has them.
fn shape(question: &ChecklistQuestionView) -> Asked {
    let answer = match question.answer.as_deref() {
        Some("not applicable") if question.kind == "check" => "na",
        answer => answer.unwrap_or_default(),
    };
    let mut fields = vec![("answer".to_owned(), answer)];
    for evidence in &question.evidence {
        let value = evidence.value.as_deref().unwrap_or_default();
        fields.push((format!("evidence.{}", evidence.name), value));
    }
    fields.push(("reason".to_owned(), question.reason.as_deref().unwrap_or_default()));
    if question.action.is_none() {
        fields.push(("follow".to_owned(), LATER));
        fields.push(("action".to_owned(), question.proposal.as_deref().unwrap_or_default()));
    }
    let was = print(fields.iter().map(|(name, value)| (name.as_str(), *value)));
    Asked { question: question.clone(), was }
}
