//! `POST /incidents/{label}/checklist`: questions are answered.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use crate::app::{App, Follow, NewAnswer};
use crate::domain::actor::Actor;
use crate::error::{Error, Kind};
use crate::web::address;
use crate::web::correction::NOTHING;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::parts::{Refused, print, refusal};
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// The fields that name what a good answer rests on: `3.evidence.soak_start`.
const EVIDENCE: &str = "evidence.";

/// What a form says that leaves open for now what follows from a bad answer.
pub(super) const LATER: &str = "later";

/// Fields that no answer is made of.
const ABOUT: [&str; 3] = ["question", "seen", "was"];

/// A question that somebody answered: its fields, without its number before their names.
struct Answered {
    number: String,
    fields: Fields,
}

/// Keeps the answers and goes back to the first of them.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let answered = answered(&fields);
    let (notice, anchor) = match answered.first() {
        Some(first) => ("answered", format!("#Q-{}", address::encode(&first.number))),
        None => ("same", String::new()),
    };
    let page = address::of_incident(&label, "checklist", "");
    let done = format!("{}{anchor}", address::of_incident(&label, "checklist", notice));
    let (count, by) = (answered.len(), actor.clone());
    let refused = state.run(move |app| keep(app, &label, answered, &by)).await;
    let refused = refused.map_err(|failure| failure.back_to(&page))?;
    let saved = count - refused.len();
    if let Some(failure) = refusal(&page, refused, saved) {
        return Err(failure.back_to(&page));
    }
    Ok(Signed::lead_to(&actor, &done))
}

/// The questions whose fields are not as they were shown, in the form's order.
fn answered(fields: &Fields) -> Vec<Answered> {
    let mut questions: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (name, value) in fields.all() {
        let Some((number, name)) = name.split_once('.') else { continue };
        let pair = (name.to_owned(), value);
        match questions.iter_mut().find(|(known, _)| known == number) {
            Some((_, pairs)) => pairs.push(pair),
            None => questions.push((number.to_owned(), vec![pair])),
        }
    }
    let mut answered = Vec::new();
    for (number, pairs) in questions {
        let told = pairs.iter().filter(|(name, _)| !ABOUT.contains(&name.as_str()));
        let print = print(told.map(|(name, value)| (name.as_str(), value.as_str())));
        let fields = Fields::new(pairs);
        if fields.get("was") != Some(print.as_str()) {
            answered.push(Answered { number, fields });
        }
    }
    answered
}

/// Keeps them, and says what was refused.
fn keep(
    app: &mut App,
    label: &str,
    answered: Vec<Answered>,
    actor: &Actor,
) -> Result<Vec<Refused>, Error> {
    let mut refused = Vec::new();
    for Answered { number, fields } in answered {
        match keep_one(app, label, &fields, actor) {
            Ok(()) => {}
            // A question may be gone: a runbook that asked it was edited since.
            Err(error)
                if matches!(error.kind(), Kind::Outdated | Kind::Refused | Kind::NotFound) =>
            {
                let mut pairs = fields.all();
                if fields.sent("answer").is_none() {
                    // No choice is no field; the form that asks again has one.
                    pairs.insert(0, ("answer".to_owned(), String::new()));
                }
                let numbered = |(name, value)| (format!("{number}.{name}"), value);
                let fields = pairs.into_iter().map(numbered).collect();
                refused.push(Refused { name: format!("Question {number}"), fields, error });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

fn keep_one(app: &mut App, label: &str, fields: &Fields, actor: &Actor) -> Result<(), Error> {
    let question = fields.get("question").unwrap_or_default();
    let view = app.postmortem(label)?;
    let mut all = view.checklist.iter().flat_map(|group| &group.questions);
    let good = all.find(|it| it.id.as_str() == question).and_then(|it| it.good);
    let new = answer(fields, good)?;
    app.answer_question(label, question, &new, actor).map(|_| ())
}

/// What the fields say, where `good` is the good answer of a check.
fn answer(fields: &Fields, good: Option<&str>) -> Result<NewAnswer, Error> {
    let said = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let answer = fields.get("answer").ok_or_else(|| {
        Error::refused("no answer is given").hinted("answer yes, no or na, or say what happened")
    })?;
    // Only a bad answer has to be followed by something: what was proposed before is forgotten.
    let settled = good.is_some() && (good == Some(answer) || answer == "na");
    let follow = if settled { None } else { follow(fields)? };
    let evidence = fields.all().into_iter();
    let evidence =
        evidence.filter_map(|(name, value)| Some((name.strip_prefix(EVIDENCE)?.to_owned(), value)));
    Ok(NewAnswer {
        answer: answer.to_owned(),
        evidence: evidence.collect(),
        reason: fields.sent("reason").map(str::to_owned),
        follow,
        seen: fields.get("seen").map(|_| said("seen").replace(NOTHING, "")),
    })
}

/// What follows from it, as far as that is said.
fn follow(fields: &Fields) -> Result<Option<Follow>, Error> {
    let said = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    match fields.get("follow") {
        Some("action") => {
            let due: Option<NaiveDate> = match fields.get("due") {
                None => None,
                Some(text) => Some(text.parse().map_err(|_| {
                    Error::refused(format!("“{text}” is no day")).hinted("write it like 2026-06-01")
                })?),
            };
            let (text, owner) = (said("action"), said("owner"));
            Ok(Some(Follow::Action { text, kind: None, priority: None, owner, due }))
        }
        Some("nothing") => Ok(Some(Follow::Decline(said("declined")))),
        _ if ["declined", "due", "owner"].iter().any(|name| fields.get(name).is_some()) => {
            Err(Error::refused("nobody said whether an action item follows")
                .hinted("say that an action item follows, or that nothing does"))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        )
    }

    #[test]
    fn only_what_is_not_as_it_was_shown_is_an_answer() {
        let was = print([("answer", "no"), ("follow", LATER)]);
        let shown = [
            ("1.question", "a/b"),
            ("1.was", was.as_str()),
            ("1.answer", "no"),
            ("1.reason", ""),
            ("1.follow", LATER),
        ];
        assert!(answered(&fields(&shown)).is_empty());
        let mut other = shown.to_vec();
        other.extend([("2.question", "a/c"), ("2.answer", "yes"), ("2.was", was.as_str())]);
        let told = answered(&fields(&other));
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].number.as_str(), told[0].fields.get("answer")), ("2", Some("yes")));
    }

    #[test]
    fn a_good_answer_forgets_what_was_to_follow_from_a_bad_one() {
        let told = |word| fields(&[("answer", word), ("follow", "action"), ("owner", "ana")]);
        let follow = |word, good| answer(&told(word), good).expect("an answer").follow;
        assert!(follow("yes", Some("yes")).is_none());
        assert!(follow("na", Some("yes")).is_none());
        assert!(follow("no", Some("yes")).is_some());
        assert!(follow("It was late.", None).is_some());
    }

    #[test]
    fn an_owner_without_an_action_item_is_asked_about() {
        let told = fields(&[("answer", "no"), ("follow", LATER), ("owner", "ana")]);
        let error = answer(&told, Some("yes")).expect_err("a refusal");
        assert!(error.to_string().contains("whether an action item follows"), "{error}");
    }
}
