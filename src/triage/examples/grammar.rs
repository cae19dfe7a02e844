//! Whether an entry of the grammar does what its examples say.

use std::ops::Range;

use super::super::clause::{Clauses, Role};
use super::super::expression::compile;
use super::super::grammar::{ANYWHERE, Entry, Grammar, Kind, RawEntry, framed};
use super::{Problem, short};

/// What an example shows about the words in its brackets.
enum Shows {
    Role(Role),
    /// A clause begins with them.
    Begins,
    /// A rule that finds them finds nothing that happened, or that lasts.
    Denied,
    /// It finds what happened, where without the words it would not.
    Told,
    /// The words stand where they count; the example needs no brackets.
    Found,
}

/// What an entry's examples show that it does not do.
pub(super) fn problems<'e>(grammar: &Grammar, entry: &'e Entry) -> Vec<Problem<'e>> {
    let mut problems = Vec::new();
    let RawEntry { finds, ignores, is, .. } = &entry.raw;
    if finds.is_empty() || ignores.is_empty() {
        let message = "the entry needs an example in `finds` and one in `ignores`";
        problems.push((None, message.to_owned()));
    }
    let found = matches!(shows(*is), Shows::Found);
    let own = compile(&framed(if found { is.frame() } else { ANYWHERE }, &entry.ways));
    let (role, said) = match shows(*is) {
        Shows::Role(Role::Cause) => (Some(Role::Cause), "told as a cause"),
        Shows::Role(role) => (Some(role), "told as an effect"),
        Shows::Begins => (None, "the beginning of a clause"),
        Shows::Denied => (None, "said not to have happened, or to be over"),
        Shows::Told => (None, "said to have happened"),
        Shows::Found => (None, ""),
    };
    for (example, expected) in
        finds.iter().map(|text| (text, true)).chain(ignores.iter().map(|text| (text, false)))
    {
        let key = if expected { "finds" } else { "ignores" };
        let shown = short(example);
        let mut wrong = |message: String| problems.push((Some((key, example.as_str())), message));
        if found {
            let holds = own.as_ref().is_ok_and(|own| own.is_match(example));
            if holds != expected {
                let not = if expected { "does not find" } else { "finds" };
                wrong(format!("the entry {not} `{shown}`"));
            }
            continue;
        }
        let Some((text, words)) = marked(example) else {
            wrong(format!("`{shown}` has no words in [ ] that are judged"));
            continue;
        };
        let clauses = Clauses::new(&text, grammar);
        let affirmed = || clauses.affirms(&text, words.start, words.end);
        let holds = match shows(*is) {
            Shows::Role(_) => role == Some(clauses.role_at(words.start)),
            Shows::Begins => clauses.around(words.start).0 == words.start,
            Shows::Denied => !affirmed(),
            Shows::Told | Shows::Found => affirmed(),
        };
        let has_own = || own.as_ref().is_ok_and(|own| own.is_match(&text));
        if expected && !has_own() {
            wrong(format!("`{shown}` holds nothing that `any` stands for"));
        } else if holds != expected {
            let not = if expected { "not " } else { "" };
            wrong(format!("in `{shown}` the words in [ ] are {not}{said}"));
        }
    }
    problems
}

/// What an example of a kind shows.
const fn shows(kind: Kind) -> Shows {
    match kind {
        Kind::Cause | Kind::Detail => Shows::Role(Role::Cause),
        Kind::Effect => Shows::Role(Role::Symptom),
        Kind::Comma | Kind::Stop => Shows::Begins,
        Kind::Left
        | Kind::Ill
        | Kind::Good
        | Kind::Negation
        | Kind::Lasts
        | Kind::Recurs
        | Kind::Happened => Shows::Told,
        Kind::Recovery
        | Kind::RecoveryTold
        | Kind::NotOver
        | Kind::AllClear
        | Kind::NotAllClear
        | Kind::Reached
        | Kind::SameSubject
        | Kind::RecoveryLine
        | Kind::RecoveryMail
        | Kind::MessageHead
        | Kind::SeverityName
        | Kind::Heading => Shows::Found,
        _ => Shows::Denied,
    }
}

/// An example without its brackets, and what stood in them.
fn marked(example: &str) -> Option<(String, Range<usize>)> {
    let (before, rest) = example.split_once('[')?;
    let (words, after) = rest.split_once(']')?;
    let more = words.contains('[') || after.contains(['[', ']']);
    let start = before.len();
    (!more && !words.is_empty())
        .then(|| (format!("{before}{words}{after}"), start..start + words.len()))
}
