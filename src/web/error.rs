//! What went wrong, as a page: one place turns errors, panics and refusals of the guards into
//! something a person can act on, and into JSON for programs.

use std::any::Any;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{Error, Kind, Standing};

/// A request that has no good answer.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// The status of the answer.
    pub(super) status: StatusCode,
    /// What sort of failure it was, where the app said so.
    pub(super) kind: Option<Kind>,
    /// The version that stands where another one was named.
    pub(super) stands: Option<Standing>,
    /// What is said about it.
    pub(super) words: Box<Words>,
}

/// What an error page says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Words {
    /// One line on top.
    pub(super) title: String,
    /// What happened.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
    /// The same request once more, where saying it again makes a difference.
    pub(super) again: Option<Again>,
    /// Where to go back to.
    pub(super) back: Option<String>,
}

/// A form that repeats a refused request: with one field more, or corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Again {
    /// Where it goes.
    pub(super) action: String,
    /// What the button says.
    pub(super) label: String,
    /// A field that is still to be filled, if one is.
    pub(super) ask: Option<&'static str>,
    /// Its fields that nobody sees.
    pub(super) fields: Vec<(String, String)>,
    /// Its fields that were typed, to be corrected.
    pub(super) typed: Vec<Typed>,
}

/// A field that somebody typed into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Typed {
    /// Its name.
    pub(super) name: String,
    /// What it is called on the page.
    pub(super) label: String,
    /// What was typed.
    pub(super) value: String,
    /// It takes several lines.
    pub(super) long: bool,
    /// What may be chosen; empty where it is typed.
    pub(super) choices: &'static [&'static str],
}

impl Failure {
    /// A failure with the usual title of its status.
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let mut words = Box::new(Words::of(status));
        words.message = message.into();
        Self { status, kind: None, stands: None, words }
    }

    /// The same with something to do about it.
    pub(super) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.words.hint = Some(hint.into());
        self
    }

    /// The same with a way to insist.
    pub(super) fn repeatable(mut self, again: Again) -> Self {
        self.words.again = Some(again);
        self
    }

    /// The same with a way back.
    pub(super) fn back_to(mut self, address: impl Into<String>) -> Self {
        self.words.back = Some(address.into());
        self
    }

    /// A handler panicked: nothing more is known, and the server lives on.
    pub(super) fn panicked() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, kind: Some(Kind::Failed), stands: None, words: Box::new(Words::of(status)) }
    }

    /// There is nothing at this address.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.http_status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut words = Words::of(status);
        match error.kind() {
            Kind::Refused => "This cannot be done so".clone_into(&mut words.title),
            Kind::Conflict => "This does not fit what is there".clone_into(&mut words.title),
            Kind::Duplicate => "Recorded already".clone_into(&mut words.title),
            Kind::Outdated => "Something happened meanwhile".clone_into(&mut words.title),
            Kind::NotFound => "This is not known here".clone_into(&mut words.title),
            Kind::Unwritable => "Nothing can be recorded here".clone_into(&mut words.title),
            Kind::Busy | Kind::Full | Kind::Failed => {}
        }
        // What broke inside is for the log; a visitor cannot mend it and should not see paths.
        if error.kind() != Kind::Failed {
            words.message = sentence(&error.to_string());
            words.hint = error.hint().map(sentence).or(words.hint);
        }
        Self { status, kind: Some(error.kind()), stands: error.stands(), words: Box::new(words) }
    }
}

/// An error message, which begins small and ends open, as a sentence of a page.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(chars).collect();
    if !sentence.ends_with(['.', '?', '!', ':']) {
        sentence.push('.');
    }
    sentence
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.words.message.clone()).into_response();
        response.extensions_mut().insert(*self.words);
        if let Some(kind) = self.kind {
            response.extensions_mut().insert(kind);
        }
        if let Some(stands) = self.stands {
            response.extensions_mut().insert(stands);
        }
        response
    }
}

impl Words {
    /// What is said where nobody said anything better: of the guards, the router and extractors.
    pub(super) fn of(status: StatusCode) -> Self {
        let (title, message, hint) = match status.as_u16() {
            400 => ("This request cannot be read", "A part of it is missing or malformed.", ""),
            403 => (
                "This came from another site",
                "Only pages of this server may change something here.",
                "Open the page yourself and try again.",
            ),
            404 => (
                "There is no such page",
                "Nothing is kept at this address.",
                "Search for it, or look through all runbooks.",
            ),
            405 => ("That does not work here", "This address cannot be used in that way.", ""),
            413 => (
                "That is too much at once",
                "A request may hold one mebibyte.",
                "Shorten the note or the pasted text.",
            ),
            415 | 422 => ("This form cannot be read", "A field is missing or malformed.", ""),
            421 => (
                "This server is not known by that name",
                "The address in the browser names a host that this server does not answer to.",
                "Use the address that runledger printed, or set public_url in runledger.toml.",
            ),
            503 => (
                "Too busy just now",
                "The answer took too long, or too many requests came at once.",
                "Try again in a moment.",
            ),
            507 => ("The disk is full", "Nothing was recorded.", "Make room, then try again."),
            _ => (
                "Something broke",
                "It was written to the server's log. Nothing was recorded by this request.",
                "The same pages can be read with runledger show in a terminal.",
            ),
        };
        Self {
            title: title.to_owned(),
            message: message.to_owned(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            again: None,
            back: None,
        }
    }

    /// What an answer says about its failure; nothing for one that is none, or that is a page.
    pub(super) fn about(response: &Response) -> Option<Self> {
        let status = response.status();
        if !status.is_client_error() && !status.is_server_error() {
            return None;
        }
        if let Some(words) = response.extensions().get::<Self>() {
            return Some(words.clone());
        }
        let kind = response.headers().get(header::CONTENT_TYPE);
        let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
        plain.then(|| Self::of(status))
    }

    /// The answer for a program.
    pub(super) fn json(&self, status: StatusCode) -> Response {
        let body = serde_json::json!({ "error": { "message": self.message, "hint": self.hint } });
        (status, Json(body)).into_response()
    }
}

/// What a panic said.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_words_and_a_bare_status_gets_the_usual_ones() {
        let failure = Failure::not_found("no runbook 'x'").hinted("did you mean 'y'?");
        let words = Words::about(&failure.into_response()).expect("words");
        assert_eq!(words.message, "no runbook 'x'");
        assert_eq!(words.hint.as_deref(), Some("did you mean 'y'?"));
        let bare = StatusCode::PAYLOAD_TOO_LARGE.into_response();
        assert_eq!(Words::about(&bare), Some(Words::of(StatusCode::PAYLOAD_TOO_LARGE)));
    }

    #[test]
    fn what_was_refused_is_told_and_what_broke_inside_is_not() {
        let refused = Error::refused("no step '9'").hinted("the steps are 1 and 2");
        let failure = Failure::from(refused);
        assert_eq!(failure.status, 400);
        assert_eq!(failure.words.message, "No step '9'.");
        assert_eq!(failure.words.hint.as_deref(), Some("The steps are 1 and 2."));
        let broken = Failure::from(Error::failed("cannot read /srv/ana/secret"));
        assert_eq!(*broken.words, Words::of(StatusCode::INTERNAL_SERVER_ERROR));
    }

    #[test]
    fn good_answers_and_whole_pages_are_left_alone() {
        assert_eq!(Words::about(&StatusCode::OK.into_response()), None);
        let page = (StatusCode::NOT_FOUND, axum::response::Html("closest")).into_response();
        assert_eq!(Words::about(&page), None);
    }
}
