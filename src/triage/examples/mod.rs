//! Whether what stands in files does what its examples say.

mod chains;
mod grammar;

use super::clause::Clauses;
use super::clean::cleaned;
use super::expression::Expression;
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
        for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| asked(rule.file)) {
            let mut report =
                |path: &[&str], message| wrong.push(sources[rule.file].at(&rule.id, path, message));
            let expressions =
                rule.any.iter().chain(&rule.with).chain(&rule.near).chain(&rule.apart);
            if let Some(problem) = expressions.chain(&rule.without).find_map(Expression::problem) {
                report(&[], problem.to_owned());
            }
            if rule.any.is_none() {
                continue;
            }
            // As a message is read: by the letters that it holds.
            let finds = |text: &str| {
                let text = cleaned(text);
                let held = self.gates.held(&text);
                let is_woken = self.gates.woken(&held).contains(&at);
                let ways = self.gates.ways(at, &held).filter(|_| is_woken);
                let clauses = Clauses::new(&text, &self.grammar);
                ways.and_then(|ways| rule.find(&text, &clauses, ways)).is_some_and(|it| it.affirmed)
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
        for (at, signal) in self.signals.iter().enumerate().filter(|(_, it)| asked(it.file)) {
            let mut report =
                |path: &[&str], m| wrong.push(sources[signal.file].at(&signal.id, path, m));
            if let Some(problem) = signal.any.problem() {
                report(&["any"], problem.to_owned());
            }
            if signal.finds.is_empty() || signal.ignores.is_empty() {
                let message = "the signal needs an example in `finds` and one in `ignores`";
                report(&[], message.to_owned());
            }
            let found = |text: &str| -> Vec<String> {
                let text = cleaned(text);
                let is_asked = self.gates.lets_signal(at, &self.gates.held(&text));
                let values = signal.values(&text).filter(|_| is_asked);
                values.map(|(start, end)| text[start..end].to_owned()).collect()
            };
            for (text, expected) in &signal.finds {
                let found = found(text);
                if !found.contains(expected) {
                    let message = format!("`{}` gives {found:?} and not `{expected}`", short(text));
                    report(&["finds", text], message);
                }
            }
            for text in signal.ignores.iter().filter(|text| !found(text).is_empty()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_letters_keep_from_being_asked_is_not_found() {
        let load = |letters: &str| {
            let own = format!(
                "pattern: DNS_FAILURE\nsignals:\n  - id: host\n    kind: host\n    any: '{letters} \
                 (\\w+)'\n    finds: {{'{letters} a1': a1}}\n    ignores: none\nrules:\n  - id: \
                 one\n    says: it\n    weight: 2\n    any: '{letters} failed'\n    finds: \
                 {letters} fai\u{200b}led\n    ignores: none\n"
            );
            Knowledge::load(&[Source::own("own.yaml", &own)]).expect("good")
        };
        let mut knowledge = load("lookup");
        assert_eq!(knowledge.check_examples(&["own.yaml"]), []);
        // Gates that are closed for what the expressions match.
        knowledge.gates = load("zebra").gates;
        let wrong = knowledge.check_examples(&["own.yaml"]);
        let says = |what: &str| wrong.iter().any(|error| error.message.contains(what));
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(says("does not find its example") && says("and not `a1`"), "{wrong:?}");
    }
}
