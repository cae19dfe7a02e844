//! Which program a command runs whose name only the run tells: `$KUBECTL delete pvc data-0`.

use super::flags::parse;
use super::rules::Document;
use super::shell::{Word, name_length};

/// How names of variables end that hold where a program is.
const ENDINGS: [&str; 6] = ["_bin", "_cmd", "_command", "_exe", "_path", "_prog"];

impl Document {
    /// The program that a variable in the place of a name stands for: the one that it is named for,
    /// else the one whose command line says so much to such a kind of resource.
    pub(super) fn unnamed(&self, word: &Word, words: &[Word]) -> Option<String> {
        let variable = variable(word)?.to_lowercase();
        let ending = ENDINGS.iter().find_map(|ending| variable.strip_suffix(ending));
        let name = ending.unwrap_or(&variable).replace('_', "-");
        if self.knows(&name) {
            return Some(name);
        }
        let whens = self.rules.iter().flat_map(|rule| &rule.when);
        let about_kinds = whens.filter(|when| !when.resources.is_empty());
        about_kinds.filter_map(|when| Some((when, when.program.as_ref()?))).find_map(
            |(when, name)| {
                let program = self.programs.iter().find(|program| program.names[0] == *name)?;
                let (_, operands, _) = parse(&program.flags, program.style, words, 2);
                let [verb, kind] = &operands[..] else { return None };
                let says = when.verbs.contains(&verb.text) && self.is_kind(&kind.text);
                says.then(|| name.clone())
            },
        )
    }

    /// Whether a word is a kind of resource, or `kind/name`.
    fn is_kind(&self, word: &str) -> bool {
        let kind = word.split(['/', ',', '.']).next().unwrap_or_default().to_lowercase();
        self.resources.iter().any(|(known, names)| *known == kind || names.contains(&kind))
    }
}

/// The name of the variable that a word is, and nothing else.
fn variable(word: &Word) -> Option<&str> {
    let name = word.text.strip_prefix('$').filter(|_| word.expands)?;
    let (name, rest) = match name.strip_prefix('{') {
        Some(inside) => (inside, inside.strip_suffix('}')?),
        None => (name, name),
    };
    let length = name_length(name);
    let plain = rest.len() == length || rest[length.min(rest.len())..].starts_with(':');
    (length > 1 || name.starts_with(|c: char| c.is_ascii_alphabetic()))
        .then(|| &name[..length])
        .filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::super::shell::split;
    use super::*;

    #[test]
    fn a_variable_says_by_its_name_or_its_words_which_program_it_is() {
        let document = Document::read(include_str!("../../../data/dangers.yaml")).expect("rules");
        let check = |text: &str, expected: Option<&str>| {
            let words = split(text).remove(0).words;
            assert_eq!(document.unnamed(&words[0], &words[1..]).as_deref(), expected, "{text}");
        };
        check("$KUBECTL get pods", Some("kubectl"));
        check("\"${KUBECTL_BIN}\" get pods", Some("kubectl"));
        check("${HELM:?} list", Some("helm"));
        check("$KC -n shop delete pvc data-0", Some("kubectl"));
        check("$TOOL delete pvc/data-0", Some("kubectl"));
        check("$TOOL delete file", None);
        check("$TOOL list pvc", None);
        check("$1 delete", None);
        check("'$KUBECTL' get", None);
        check("$KUBECTL/bin/x get", None);
    }
}
