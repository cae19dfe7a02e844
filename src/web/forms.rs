//! What forms say, read leniently where that is safe: an empty field is a field left out, but for
//! those who ask whether it was emptied.

use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::error::Failure;
use crate::app::runs::Sent;
use crate::domain::exercise::ExerciseKind;

/// The fields of a sent form, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pairs: Vec<(String, String)>,
}

/// The most fields that are read: those of a page of ours are far fewer, and each is looked for.
const MOST: usize = 2000;

/// Marks the fields that are columns of a runbook's table: `context.Release`.
const CONTEXT: &str = "context.";

impl Fields {
    /// Keeps the fields as they came; of two with one name the first that is filled counts.
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Self::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            let known = fields.pairs.iter_mut().find(|(known, _)| *known == name);
            match known.filter(|_| !name.starts_with(CONTEXT)) {
                Some((_, before)) if before.is_empty() => *before = value,
                Some(_) => {}
                None => fields.pairs.push((name, value)),
            }
        }
        fields
    }

    /// A field that was filled.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// A field that the form has, filled or not: what was emptied is to be removed.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field that has to be filled.
    pub(super) fn required(&self, name: &str) -> Result<String, Failure> {
        self.get(name).map(str::to_owned).ok_or_else(|| {
            let message = format!("The field “{name}” is empty.");
            Failure::new(StatusCode::BAD_REQUEST, message)
        })
    }

    /// A field that must be readable where it is filled.
    pub(super) fn read<T: FromStr>(&self, name: &str, like: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let message = format!("The field “{name}” says “{text}”, which cannot be read.");
            Failure::new(StatusCode::BAD_REQUEST, message).hinted(format!("Write it like {like}."))
        })
    }

    /// Why a runbook was, or is, used; an incident where nothing is said.
    pub(super) fn kind(&self) -> Result<ExerciseKind, Failure> {
        let Some(word) = self.get("kind") else { return Ok(ExerciseKind::default()) };
        let known = ExerciseKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        known.ok_or_else(|| {
            let message = format!("There is no kind of exercise called “{word}”.");
            Failure::new(StatusCode::BAD_REQUEST, message)
        })
    }

    /// How the form came: what tells it from another one, and how long it waited.
    pub(super) fn came(&self) -> Result<Sent, Failure> {
        let token = self.get("token").unwrap_or_default().to_owned();
        Ok(Sent { token, ago_ms: self.read("ago", "1500")? })
    }

    /// The columns that were filled, in the form's order.
    pub(super) fn context(&self) -> Vec<(String, String)> {
        let filled = self.pairs.iter().filter(|(_, value)| !value.is_empty());
        let column = |(name, value): &(String, String)| {
            Some((name.strip_prefix(CONTEXT)?.to_owned(), value.clone()))
        };
        filled.filter_map(column).collect()
    }

    /// All fields once more, to send the same form again.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        self.pairs.clone()
    }

    /// The same with one field more.
    pub(super) fn with(&self, name: &str, value: &str) -> Vec<(String, String)> {
        let mut pairs = self.all();
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.to_owned(), value.to_owned()));
        pairs
    }
}

/// What a form said, kept while it is dealt with: the page that refuses it gives it back, so that
/// nobody types anything twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<OnceLock<Vec<(String, String)>>>);

impl Kept {
    /// What was kept, if a form came that long.
    pub(super) fn fields(&self) -> Option<&[(String, String)]> {
        self.0.get().map(Vec::as_slice)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kept = request.extensions().get::<Kept>().cloned();
        let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Form(pairs) = form.map_err(|rejection| rejection.into_response())?;
        if pairs.len() > MOST {
            let message = format!("This form has {} fields; {MOST} are read.", pairs.len());
            return Err(Failure::new(StatusCode::BAD_REQUEST, message).into_response());
        }
        let fields = Self::new(pairs);
        if let Some(kept) = kept {
            // Nothing else keeps anything in it.
            let _ = kept.0.set(fields.all());
        }
        Ok(fields)
    }
}

/// A token for a form: sent twice, it is one form.
pub(super) fn new_token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
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
    fn empty_fields_are_left_out_and_columns_stand_apart() {
        let fields = fields(&[
            ("note", "  "),
            ("step", " 3a "),
            ("context.Release", "x"),
            ("context.A", ""),
        ]);
        assert_eq!(fields.get("note"), None);
        assert_eq!(fields.sent("note"), Some(""), "what was emptied is told apart");
        assert_eq!(fields.sent("other"), None);
        assert_eq!(fields.get("step"), Some("3a"));
        assert_eq!(fields.context(), [("Release".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn a_repeated_form_says_the_same_and_one_thing_more() {
        let first = fields(&[("step", "3a"), ("context.Release", "x")]);
        let again = Fields::new(first.with("again", "yes"));
        assert_eq!(again.get("again"), Some("yes"));
        assert_eq!(again.get("step"), Some("3a"));
        assert_eq!(again.context(), first.context());
    }
}
