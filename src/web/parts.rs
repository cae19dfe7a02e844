//! A form of several parts, saved with one button: the sections of a postmortem, the questions of
//! its checklist. Only the parts that are otherwise than they were shown are told to the app, each
//! for itself; what is refused is named and its text kept, and what is not is saved.

use std::fmt::Write as _;

use axum::http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::correction::{INSIST, correct, insisting};
use super::error::{Again, Failure};
use crate::error::{Error, Kind};

/// A part that was refused.
#[derive(Debug)]
pub(super) struct Refused {
    /// What it is called, in quotes where it is a heading.
    pub(super) name: String,
    /// Its fields.
    pub(super) fields: Vec<(String, String)>,
    /// Why.
    pub(super) error: Error,
}

/// What a part looks like: printed into the page and told back, it says whether somebody changed
/// anything. Empty values look like none.
pub(super) fn print<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in values {
        let lines = value.trim().replace("\r\n", "\n");
        if lines.is_empty() {
            continue;
        }
        for part in [name, &lines] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is said about the parts that were refused, with the form that holds them; `saved` others
/// were not. What broke inside, or is about all of them, is told as it is.
pub(super) fn refusal(action: &str, refused: Vec<Refused>, saved: usize) -> Option<Failure> {
    let outdated = |part: &Refused| part.error.kind() == Kind::Outdated;
    let all_outdated = refused.iter().all(outdated);
    let any_outdated = refused.iter().any(outdated);
    let mut words: Vec<String> = Vec::new();
    let mut hints: Vec<String> = Vec::new();
    let mut fields = Vec::new();
    let gone = refused.iter().all(|part| part.error.kind() == Kind::NotFound);
    let mut status = if gone { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    for part in refused {
        if outdated(&part) {
            status = StatusCode::CONFLICT;
            fields.extend(insisting(&part.fields, part.error.stands()));
        } else {
            fields.extend(part.fields);
        }
        let error = part.error.to_string();
        let named = error.contains(&part.name);
        words.push(if named { format!("{error}.") } else { format!("{}: {error}.", part.name) });
        let hint = part.error.hint().map(|hint| format!("{hint}."));
        hints.extend(hint.filter(|hint| !hints.contains(hint)));
    }
    if words.is_empty() {
        return None;
    }
    if saved > 0 {
        words.push("Everything else is saved.".to_owned());
    }
    let kind = if all_outdated { Kind::Outdated } else { Kind::Refused };
    let mut failure = Failure::new(status, words.join(" "));
    let title = match kind {
        Kind::Outdated => "Something happened meanwhile",
        _ => "This cannot be saved so",
    };
    title.clone_into(&mut failure.words.title);
    failure.kind = Some(kind);
    failure.words.hint = (!hints.is_empty()).then(|| crate::text::capitalised(&hints.join(" ")));
    // Each part names what stands there already.
    failure.words.again = correct(action, &fields, Some(Kind::Refused), None).map(|again| Again {
        label: if any_outdated { INSIST } else { &again.label }.to_owned(),
        ..again
    });
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_looks_the_same_until_somebody_changes_it() {
        let print = |pairs: &[(&'static str, &'static str)]| print(pairs.iter().copied());
        let shown = print(&[("text", "a\nb")]);
        assert_eq!(print(&[("text", " a\r\nb\r\n"), ("reason", " ")]), shown);
        assert_ne!(print(&[("text", "a b")]), shown);
        assert_ne!(print(&[("reason", "a\nb")]), shown);
        assert_ne!(print(&[("a", "b"), ("c", "d")]), print(&[("a", "bc"), ("d", "")]));
        assert_eq!(shown.len(), 16);
    }

    #[test]
    fn what_is_refused_is_named_and_kept_and_the_rest_is_said_to_be_saved() {
        let part = |name: &str, kind: Kind| Refused {
            name: name.to_owned(),
            fields: vec![
                (format!("text.{name}"), "mine".to_owned()),
                (format!("seen.{name}"), "abc".to_owned()),
            ],
            error: Error::new(kind, "it is so").hinted("do that"),
        };
        assert!(refusal("/x", Vec::new(), 3).is_none());
        let both = vec![part("summary", Kind::Outdated), part("impact", Kind::Refused)];
        let failure = refusal("/x", both, 1).expect("a refusal");
        assert_eq!(failure.status, 409);
        let message = "summary: it is so. impact: it is so. Everything else is saved.";
        assert_eq!(failure.words.message, message);
        assert_eq!(failure.words.hint.as_deref(), Some("Do that."));
        let again = failure.words.again.expect("a form");
        let seen: Vec<_> = again.fields.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(seen, ["", "abc"], "only what was seen and is not any more is put in its place");
        assert_eq!(again.typed.len(), 2);
    }
}
