//! Whether what stands in files does what its examples say.

mod chains;
mod grammar;

use super::clause::Clauses;
use super::clean::cleaned;
use super::expression::{Expression, Ways};
use super::knowledge::Knowledge;
use super::source::{FileError, Source};
use crate::text::truncate_to_width;

impl Knowledge {
    /// What stands in these files and does not do what its examples say.
    pub fn check_examples(&self, files: &[&str]) -> Vec<FileError> {
        let mut wrong = Vec::new();
        let sources: Vec<Source<'_>> =
            self.files.iter().map(|(name, text)| Source::own(name, text)).collect();
        let asked = |file: usize| files.contains(&sources[file].name);
        for rule in self.rules.iter().filter(|rule| asked(rule.file)) {
            let mut report =
                |path: &[&str], message| wrong.push(sources[rule.file].at(&rule.id, path, message));
            let expressions = rule.any.iter().chain(&rule.with).chain(&rule.near);
            if let Some(problem) = expressions.chain(&rule.without).find_map(Expression::problem) {
                report(&[], problem.to_owned());
            }
            if rule.any.is_none() {
                continue;
            }
            let finds = |text: &str| {
                let text = cleaned(text);
                rule.find(&text, &Clauses::new(&text, &self.grammar), Ways::ALL)
                    .is_some_and(|hit| hit.affirmed)
            };
            if rule.finds.is_empty() || rule.ignores.is_empty() {
                report(&[], "the rule needs an example in `finds` and one in `ignores`".to_owned());
            }
            for text in rule.finds.iter().filter(|text| !finds(text)) {
                report(
                    &["finds", text],
                    format!("the rule does not find its example `{}`", short(text)),
                );
            }
            for text in rule.ignores.iter().filter(|text| finds(text)) {
                report(
                    &["ignores", text],
                    format!("the rule finds `{}`, which it should not", short(text)),
                );
            }
        }
        for signal in self.signals.iter().filter(|signal| asked(signal.file)) {
            let mut report =
                |path: &[&str], m| wrong.push(sources[signal.file].at(&signal.id, path, m));
            if let Some(problem) = signal.any.problem() {
                report(&["any"], problem.to_owned());
            }
            if signal.finds.is_empty() || signal.ignores.is_empty() {
                let message = "the signal needs an example in `finds` and one in `ignores`";
                report(&[], message.to_owned());
            }
            for (text, expected) in &signal.finds {
                let found: Vec<&str> = signal.values(text).map(|(a, b)| &text[a..b]).collect();
                if !found.contains(&expected.as_str()) {
                    let message = format!("`{}` gives {found:?} and not `{expected}`", short(text));
                    report(&["finds", text], message);
                }
            }
            for text in signal.ignores.iter().filter(|text| signal.values(text).next().is_some()) {
                let message =
                    format!("the signal is found in `{}`, where it should not be", short(text));
                report(&["ignores", text], message);
            }
        }
        for entry in self.grammar.entries.iter().filter(|entry| asked(entry.file)) {
            let report = |problem| at(&sources[entry.file], &entry.raw.id, problem);
            wrong.extend(grammar::problems(&self.grammar, entry).into_iter().map(report));
        }
        for entry in self.services.chains.entries.iter().filter(|entry| asked(entry.file)) {
            let report = |problem| at(&sources[entry.file], &entry.raw.id, problem);
            wrong.extend(chains::problems(entry, &self.services).into_iter().map(report));
        }
        wrong.sort();
        wrong
    }
}

/// What is wrong with an entry, with the key and the example that show it; none where all of it is.
type Problem<'e> = (Option<(&'static str, &'e str)>, String);

fn at(source: &Source<'_>, id: &str, (example, message): Problem<'_>) -> FileError {
    match example {
        Some((key, text)) => source.at(id, &[key, text], message),
        None => source.at(id, &[], message),
    }
}

/// As much of an example as helps to find it.
fn short(example: &str) -> String {
    truncate_to_width(example, 120)
}
