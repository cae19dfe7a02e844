//! Whether a way to say which service fails because of which does what its examples say.

use regex::Match;

use super::super::cascade;
use super::super::chains::{Entry, Forms, Kind, RawChain};
use super::super::services::Services;
use super::{Problem, short};

/// What an entry's examples show that it does not do.
pub(super) fn problems<'e>(entry: &'e Entry, services: &Services) -> Vec<Problem<'e>> {
    let mut problems = Vec::new();
    let RawChain { finds, ignores, .. } = &entry.raw;
    if finds.is_empty() || ignores.is_empty() {
        let message = "the entry needs an example in `finds` and one in `ignores`";
        problems.push((None, message.to_owned()));
    }
    let Ok(forms) = entry.forms() else { return problems };
    for (text, expected) in finds {
        let told = told(entry, &forms, text, services);
        let (example, shown) = (Some(("finds", text.as_str())), short(text));
        if !told.contains(expected) {
            problems.push((example, format!("`{shown}` gives {told:?} and not `{expected}`")));
        } else if !forms.is_in(text) && entry.raw.is != Kind::Listed {
            problems.push((example, format!("`{shown}` holds nothing that `any` stands for")));
        }
    }
    for text in ignores {
        let told = told(entry, &forms, text, services);
        if !told.is_empty() {
            let shown = short(text);
            let message = format!("`{shown}` gives {told:?}, where nothing should be told");
            problems.push((Some(("ignores", text.as_str())), message));
        }
    }
    problems
}

/// What follows from a text: names, or causes and effects.
fn told(entry: &Entry, forms: &Forms, text: &str, services: &Services) -> Vec<String> {
    let shown = |cause: &str, effect: &str| format!("{cause} -> {effect}");
    if entry.raw.is.groups().is_empty() {
        let edges = cascade::edges(text, services);
        return edges.iter().map(|(cause, effect)| shown(cause, effect)).collect();
    }
    let found = forms.found(text, |_| true).filter_map(|held| {
        let names: Vec<&str> = held.iter().map(Match::as_str).collect();
        match names[..] {
            [name] if entry.raw.is == Kind::Mention => Some(name.to_lowercase()),
            [name] if services.is_name(name) => Some(name.to_owned()),
            [cause, effect] if services.is_name(cause) && services.is_name(effect) => {
                Some(shown(cause, effect))
            }
            _ => None,
        }
    });
    found.collect()
}
