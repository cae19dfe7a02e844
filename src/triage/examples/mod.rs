//! Whether what stands in files does what its examples say.

mod chains;
mod grammar;

use super::clause::Clauses;
use super::clean::cleaned;
use super::expression::Expression;
use super::knowledge::Knowledge;
use super::source::{FileError, Source};

impl Knowledge {
    /// What stands in these files and does not do what its examples say.
    pub fn check_examples(&self, files: &[&str]) -> Vec<FileError> {
        let mut wrong = Vec::new();
        let sources: Vec<Source<'_>> =
            self.files.iter().map(|(name, text)| Source { name, text }).collect();
        let asked = |file: usize| files.contains(&sources[file].name);
        for rule in self.rules.iter().filter(|rule| asked(rule.file)) {
            let mut report = |message| wrong.push(sources[rule.file].at(&rule.id, None, message));
            let expressions = rule.any.iter().chain(&rule.with).chain(&rule.near);
            if let Some(problem) = expressions.chain(&rule.without).find_map(Expression::problem) {
                report(problem.to_owned());
            }
            if rule.any.is_none() {
                continue;
            }
            let finds = |text: &str| {
                let text = cleaned(text);
                rule.find(&text, &Clauses::new(&text, &self.grammar))
                    .is_some_and(|hit| hit.affirmed)
            };
            if rule.finds.is_empty() || rule.ignores.is_empty() {
                report("the rule needs an example in `finds` and one in `ignores`".to_owned());
            }
            for text in rule.finds.iter().filter(|text| !finds(text)) {
                report(format!("the rule does not find its example `{text}`"));
            }
            for text in rule.ignores.iter().filter(|text| finds(text)) {
                report(format!("the rule finds `{text}`, which it should not"));
            }
        }
        for signal in self.signals.iter().filter(|signal| asked(signal.file)) {
            let mut report = |m| wrong.push(sources[signal.file].at(&signal.id, None, m));
            if let Some(problem) = signal.any.problem() {
                report(problem.to_owned());
            }
            for (text, expected) in &signal.finds {
                let found: Vec<&str> = signal.values(text).map(|(a, b)| &text[a..b]).collect();
                if !found.contains(&expected.as_str()) {
                    report(format!("`{text}` gives {found:?} and not `{expected}`"));
                }
            }
            for text in signal.ignores.iter().filter(|text| signal.values(text).next().is_some()) {
                report(format!("the signal is found in `{text}`, where it should not be"));
            }
        }
        for entry in self.grammar.entries.iter().filter(|entry| asked(entry.file)) {
            let report = |m| sources[entry.file].at(&entry.raw.id, None, m);
            wrong.extend(grammar::problems(&self.grammar, entry).into_iter().map(report));
        }
        for entry in self.services.chains.entries.iter().filter(|entry| asked(entry.file)) {
            let report = |m| sources[entry.file].at(&entry.raw.id, None, m);
            wrong.extend(chains::problems(entry, &self.services).into_iter().map(report));
        }
        wrong.sort();
        wrong
    }
}
