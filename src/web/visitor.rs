//! Who asks, and what their page shows around its content: read from each request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::address;
use super::error::{Again, Failure};
use super::forms::Fields;
use crate::domain::actor::{Actor, ActorKind};

/// The cookie that keeps a visitor's name.
const COOKIE: &str = "rl_name";

/// The field of a form that says who sends it.
const WHO: &str = "who";

/// The longest name that is kept.
const LONGEST_NAME: usize = 100;

/// The person behind a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Visitor {
    /// The name they gave, if they did.
    pub(super) name: Option<String>,
    /// The path they asked for.
    pub(super) path: String,
    /// The same with what it asked for, to come back to.
    pub(super) back: String,
    /// What to tell them, because something was done.
    pub(super) notice: Option<Notice>,
}

/// What a page says once, after something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Notice {
    /// `good`, `bad` or `plain`.
    tone: &'static str,
    /// The words.
    text: &'static str,
}

/// The notices. The address carries a code and never words, so that a link from elsewhere
/// cannot put its own words on our pages.
const NOTICES: [(&str, &str, &str); 27] = [
    ("worked", "good", "Recorded: it worked. The banner counts it already."),
    ("recorded", "good", "Recorded with the steps you used. The banner counts it already."),
    ("failed", "bad", "Recorded: it failed. The banner says so until it works again."),
    ("partly", "plain", "Recorded: it worked partly. The banner says which step failed."),
    ("kept", "plain", "Recorded: it was not used, so it stays as it was."),
    ("pending", "plain", "Recorded. Its row in the file is not written yet."),
    ("noted", "good", "Your note stands beside the step."),
    ("resolved", "good", "The note is dealt with."),
    ("opened", "good", "The incident is open. What you write below becomes its timeline."),
    ("added", "good", "It stands in the timeline."),
    ("changed", "good", "Changed; the timeline says so."),
    (
        "used",
        "good",
        "The runbook is linked: follow it from here, so that its steps stand in the timeline.",
    ),
    ("told", "good", "Recorded; its banner counts it, and the timeline says so."),
    ("begun", "good", "The postmortem is begun, with what the incident's record knows."),
    ("written", "good", "Saved. The text before it is kept."),
    ("answered", "good", "The answer is kept."),
    ("published", "good", "Published: its file stands in the workspace, and searches find it."),
    ("same", "plain", "Nothing was changed, so nothing was saved."),
    (
        "redacted",
        "plain",
        "It stands in the timeline. What looked secret in it was left out; look whether the rest \
         is right.",
    ),
    ("known", "plain", "All of it stood in the timeline already, so nothing was added twice."),
    ("partly-known", "good", "Added, but for the lines that stood in the timeline already."),
    ("made", "good", "Made, and kept as it is. It was sent to nobody."),
    ("made-and-sent", "good", "Made. It is being sent; below is how far that is."),
    ("sending", "good", "It is being sent; below is how far that is."),
    ("promised", "good", "The action item is open."),
    ("moved", "good", "The action item is changed."),
    ("named", "good", "Your name stands beside what you record."),
];

/// The notice with a code.
fn notice(code: &str) -> Option<Notice> {
    let (_, tone, text) = NOTICES.iter().find(|(known, _, _)| *known == code)?;
    Some(Notice { tone, text })
}

impl Visitor {
    /// Reads cookie and query.
    fn of(parts: &Parts) -> Self {
        let cookies = parts.headers.get_all(header::COOKIE).iter();
        let name = cookies
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .find_map(address::decode)
            .and_then(|name| plain_name(&name));
        let pairs = || parts.uri.query().unwrap_or_default().split('&');
        let code = pairs().find_map(|pair| pair.strip_prefix("notice="));
        let path = parts.uri.path().to_owned();
        // What is told once, and how somebody came to a runbook, is no part of where they are.
        let once: &[&str] = match path.starts_with("/runbooks/") {
            true => &["notice=", "from=", "at="],
            false => &["notice="],
        };
        let stays = |pair: &&str| !pair.is_empty() && !once.iter().any(|it| pair.starts_with(it));
        let asked: Vec<&str> = pairs().filter(stays).collect();
        let back = match asked.join("&") {
            asked if asked.is_empty() => path.clone(),
            asked => format!("{path}?{asked}"),
        };
        Self { name, path, back, notice: code.and_then(notice) }
    }

    /// The actor that this visitor is, by the name in a form or else by the one kept.
    pub(super) fn actor(&self, said: Option<&str>) -> Option<Actor> {
        let name = said.and_then(plain_name).or_else(|| self.name.clone())?;
        Some(Actor { kind: ActorKind::Person, name })
    }

    /// The same for what only somebody with a name may do. Whoever has none yet is asked for it,
    /// once, and what they were about to say is kept in the form that asks.
    pub(super) fn must_be_named(&self, fields: &Fields) -> Result<Actor, Failure> {
        self.actor(fields.get(WHO)).ok_or_else(|| {
            let message = "It stands beside what you record, and is kept in this browser.";
            let mut failure = Failure::new(StatusCode::BAD_REQUEST, message);
            "Who are you?".clone_into(&mut failure.words.title);
            if let Some(slug) = fields.get("slug") {
                failure = failure.back_to(address::runbook(slug, None));
            }
            failure.repeatable(Again {
                action: self.path.clone(),
                label: "Go on".to_owned(),
                ask: Some(WHO),
                fields: fields.all(),
                typed: Vec::new(),
            })
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// A name in one line without control characters; nothing if that leaves nothing.
pub(super) fn plain_name(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The header that keeps a name for a year, out of reach of scripts and other sites.
pub(super) fn keep(name: &str) -> (header::HeaderName, HeaderValue) {
    let cookie = format!(
        "{COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict",
        address::encode(name)
    );
    let value = HeaderValue::try_from(cookie);
    // An encoded name holds nothing that a header could not.
    (header::SET_COOKIE, value.unwrap_or_else(|_| HeaderValue::from_static("")))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn visitor(cookie: &str, uri: &str) -> Visitor {
        let request = Request::builder().uri(uri).header("cookie", cookie).body(());
        Visitor::of(&request.expect("a request").into_parts().0)
    }

    fn check(cookie: &str, expected: Option<&str>) {
        assert_eq!(visitor(cookie, "/").name.as_deref(), expected, "{cookie}");
    }

    #[test]
    fn a_kept_name_comes_back_as_it_was_given() {
        let (_, value) = keep("Ana Lima; ü");
        let cookie = value.to_str().expect("plain ASCII");
        assert!(cookie.ends_with("HttpOnly; SameSite=Strict"));
        check(cookie, Some("Ana Lima; ü"));
        check("a=b; rl_name=Ana", Some("Ana"));
    }

    #[test]
    fn what_is_no_name_is_ignored() {
        for cookie in ["", "rl_name=", "rl_name=%20", "rl_name=%zz", "xrl_name=Ana", "rl_namex=Ana"]
        {
            check(cookie, None);
        }
        check("rl_name=Ana%0ALima", Some("AnaLima"));
    }

    #[test]
    fn a_form_names_the_actor_before_the_cookie_does() {
        let visitor = visitor("rl_name=Ana", "/");
        let name = |said| visitor.actor(said).map(|actor| actor.to_string());
        assert_eq!(name(Some("Bruno")).as_deref(), Some("person:Bruno"));
        assert_eq!(name(Some("  ")).as_deref(), Some("person:Ana"));
        assert_eq!(name(Some("service:scan")).as_deref(), Some("person:service:scan"));
        assert_eq!(Visitor::default().actor(None), None);
    }

    #[test]
    fn where_somebody_comes_back_to_says_nothing_of_how_they_came() {
        let back = |uri: &str| visitor("", uri).back;
        assert_eq!(
            back("/runbooks/a?from=alert&incident=INC-1&at=3a"),
            "/runbooks/a?incident=INC-1"
        );
        assert_eq!(back("/runbooks/a?from=alert"), "/runbooks/a");
        assert_eq!(back("/x?from=alert&notice=worked"), "/x?from=alert");
    }

    #[test]
    fn a_notice_is_one_of_ours_or_none() {
        assert!(visitor("", "/x?a=b&notice=worked").notice.is_some());
        assert_eq!(visitor("", "/x?notice=You+won").notice, None);
    }
}
