//! What a shell puts in the place of words, as far as the text itself tells: variables that were
//! given a value, and substitutions whose output is known to the letter.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::shell::{self, Simple, Word};

/// Longest value that is kept, so that `x="$x$x"` cannot grow without end.
const LONGEST: usize = 4_000;

/// How many words `set --` gives that are kept, for the same reason.
const MOST_ARGUMENTS: usize = 100;

/// What a variable was given.
#[derive(Debug)]
struct Value {
    text: String,
    /// Whether it can be nothing else: no default, and never given another value.
    certain: bool,
}

/// The variables and aliases of a text, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Variables {
    values: HashMap<String, Value>,
    aliases: HashMap<String, String>,
    /// What `"$@"` stands for, where `set --` gave it.
    arguments: Option<Vec<Word>>,
}

impl Variables {
    /// Notes what `NAME=value` gives, its variables already put in.
    pub(super) fn assign(&mut self, name: &str, word: &Word) {
        let Some((_, text)) = word.text.split_once('=') else { return };
        let open = word.expands && (text.contains(['$', '`', '<']) || text.contains("{{"));
        match (!open && text.len() <= LONGEST).then_some(text) {
            Some(text) => {
                let before = self.values.get(name);
                let same = before.is_none_or(|value| value.certain && value.text == text);
                let certain = same && !word.expands;
                self.values.insert(name.to_owned(), Value { text: text.to_owned(), certain });
            }
            None => self.forget(name),
        }
    }

    /// Notes what each value of a loop's variable looks like.
    pub(super) fn stand_for(&mut self, name: &str, value: &Word) {
        if !value.expands && value.text.len() <= LONGEST {
            let value = Value { text: value.text.clone(), certain: false };
            self.values.insert(name.to_owned(), value);
        }
    }

    /// Notes that only the run tells what a variable holds.
    pub(super) fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Notes what `set --` gives to `"$@"`; without these words it leaves that as it is.
    pub(super) fn set_arguments(&mut self, words: Option<&[Word]>) {
        if let Some(words) = words {
            self.arguments = (words.len() <= MOST_ARGUMENTS).then(|| words.to_vec());
        }
    }

    /// Notes another name for a command.
    pub(super) fn alias(&mut self, name: &str, word: &Word) {
        if let Some((_, text)) = word.text.split_once('=') {
            self.aliases.insert(name.to_owned(), text.to_owned());
        }
    }

    /// The words that an alias stands for.
    pub(super) fn of_alias(&self, name: &str) -> Option<Vec<Word>> {
        let text = self.aliases.get(name)?;
        let words = shell::split(text).into_iter().next()?.words;
        // `alias rm='rm -i'` is itself no second time.
        words.first().is_some_and(|word| word.text != name).then_some(words)
    }

    /// Words with what they stand for in their place; several words for one without quotes.
    pub(super) fn expand(&self, words: Vec<Word>) -> Vec<Word> {
        let mut expanded = Vec::with_capacity(words.len());
        for mut word in words {
            let all = matches!(word.text.as_str(), "$@" | "$*" | "${@}" | "${*}");
            if let Some(arguments) = self.arguments.as_ref().filter(|_| all && word.expands) {
                expanded.extend(arguments.iter().cloned());
                continue;
            }
            if !word.expands || !word.text.contains(['$', '`']) {
                expanded.push(word);
                continue;
            }
            let whole = !word.quoted && word.text.starts_with(['$', '`']);
            self.put_in(&mut word);
            if whole && !word.text.starts_with(['$', '`']) && word.text.contains(' ') {
                let parts = word.text.split_whitespace();
                expanded.extend(parts.map(|part| Word { text: part.to_owned(), ..word.clone() }));
            } else {
                expanded.push(word);
            }
        }
        expanded
    }

    /// Puts what is known into one word.
    fn put_in(&self, word: &mut Word) {
        for script in &word.scripts {
            let Some(output) = output(script) else { continue };
            for written in [format!("$({script})"), format!("`{script}`")] {
                word.text = word.text.replace(&written, &output);
            }
        }
        let (mut text, mut certain) = (String::new(), true);
        let mut rest = word.text.as_str();
        while let Some(at) = rest.find('$') {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            let (name, default, length) = reference(rest);
            match (self.values.get(name), default) {
                (Some(value), _) => {
                    text.push_str(&value.text);
                    certain &= value.certain;
                }
                (None, Some(default)) => {
                    text.push_str(default);
                    certain = false;
                }
                (None, None) => {
                    text.push_str(&rest[..length]);
                    certain = false;
                }
            }
            rest = &rest[length..];
            if text.len() > LONGEST {
                break;
            }
        }
        text.push_str(rest);
        let opaque = text.contains(['<', '`']) || text.contains("{{");
        word.text = text;
        word.expands = !certain || opaque;
    }
}

/// The name in `$NAME`, `${NAME}` or `${NAME:-default}` at the start of a text, its default, and
/// how many bytes it takes; an empty name where it is none of these.
fn reference(text: &str) -> (&str, Option<&str>, usize) {
    let body = &text[1..];
    if let Some(inside) = body.strip_prefix('{') {
        let Some(end) = inside.find('}') else { return ("", None, 1) };
        let inside = &inside[..end];
        let length = inside.find(|c: char| !is_part(c)).unwrap_or(inside.len());
        let (name, more) = inside.split_at(length);
        let default = more.strip_prefix(":-").or_else(|| more.strip_prefix('-'));
        let plain = more.is_empty() || default.is_some();
        return (if plain { name } else { "" }, default.filter(|text| !text.is_empty()), end + 3);
    }
    let length = body.find(|c: char| !is_part(c)).unwrap_or(body.len());
    (&body[..length], None, length + 1)
}

fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// What a script prints, where its text alone tells.
fn output(script: &str) -> Option<String> {
    let mut commands = shell::split(script).into_iter();
    let first = commands.next()?;
    let printed = printed(&first).or_else(|| first.input.first().cloned());
    let printed = printed.or_else(|| located(&first))?;
    let printed = if decodes(&first) { decoded(&printed)? } else { printed };
    let known = commands.try_fold(printed, |text, command| {
        (command.piped && decodes(&command)).then(|| decoded(&text)).flatten()
    })?;
    Some(known.trim_end().to_owned())
}

/// What a command prints to the letter: the operands of `echo` and `printf`.
pub(super) fn printed(simple: &Simple) -> Option<String> {
    let (first, rest) = simple.words.split_first()?;
    let prints = matches!(first.text.as_str(), "echo" | "printf");
    let is_flag = |word: &&Word| matches!(word.text.as_str(), "-n" | "-e" | "-ne" | "-en");
    let rest = rest.iter().skip_while(is_flag);
    let words: Vec<&str> = rest.map(|word| word.text.as_str()).collect();
    // `printf '%s\n' text` prints the text.
    let formats = first.text == "printf" && words.first().is_some_and(|word| word.contains("%s"));
    prints.then(|| words[usize::from(formats)..].join(" "))
}

/// The program that a command tells the place of: `which kubectl`.
fn located(simple: &Simple) -> Option<String> {
    let words: Vec<&str> = simple.words.iter().map(|word| word.text.as_str()).collect();
    match words[..] {
        ["which", name] | ["command", "-v", name] | ["type", "-p" | "-P", name] => {
            Some(name.to_owned())
        }
        _ => None,
    }
}

/// Whether it is `base64 -d`.
pub(super) fn decodes(simple: &Simple) -> bool {
    let mut words = simple.words.iter().map(|word| word.text.as_str());
    words.next() == Some("base64") && words.any(|word| matches!(word, "-d" | "-D" | "--decode"))
}

/// What Base64 stands for, where that is text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let letters: String = text.split_whitespace().collect();
    String::from_utf8(BASE64.decode(letters).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of the last command, those marked `?` that only the run tells.
    fn check(text: &str, expected: &[&str]) {
        let mut variables = Variables::default();
        let mut last = Vec::new();
        for simple in shell::split(text) {
            last = variables.expand(simple.words);
            for word in &last {
                if let Some((name, _)) = word.text.split_once('=') {
                    variables.assign(name, word);
                }
            }
        }
        let shown = last
            .iter()
            .map(|word| if word.expands { format!("{}?", word.text) } else { word.text.clone() });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_word_is_what_its_variables_were_given() {
        check("K=kubectl\n$K get", &["kubectl", "get"]);
        check("K=\"kubectl -n shop\"\n${K} get", &["kubectl", "-n", "shop", "get"]);
        check("A=/x\nrm \"$A/y z\"", &["rm", "/x/y z"]);
        check("A=/x; B=$A/y; rm $B", &["rm", "/x/y"]);
        check("rm '$A'", &["rm", "$A"]);
        check("rm $A", &["rm", "$A?"]);
        check("rm ${A#x}", &["rm", "${A#x}?"]);
        check("rm \"$@\"", &["rm", "$@?"]);
    }

    #[test]
    fn a_value_that_may_be_another_is_not_certain() {
        check("A=/x\nA=/y\nrm $A", &["rm", "/y?"]);
        check("A=${1:-/x}\nrm $A", &["rm", "/x?"]);
        check("rm ${A:-/x}", &["rm", "/x?"]);
        check("A=$(b)\nrm $A", &["rm", "$A?"]);
    }

    #[test]
    fn output_that_the_text_tells_is_put_in() {
        check("rm $(echo /x)", &["rm", "/x"]);
        check("rm `echo L3g= | base64 -d`", &["rm", "/x"]);
        check("rm $(base64 -d <<< L3g=)", &["rm", "/x"]);
        check("rm $(cat list)", &["rm", "$(cat list)?"]);
        check("$(which rm) /x", &["rm", "/x"]);
        check("$(command -v rm) /x", &["rm", "/x"]);
    }

    #[test]
    fn values_cannot_grow_without_end() {
        let text = format!("A=0123456789\n{}rm $A", "A=$A$A\n".repeat(50));
        let mut variables = Variables::default();
        for simple in shell::split(&text) {
            for word in variables.expand(simple.words) {
                assert!(word.text.len() <= 3 * LONGEST);
                if let Some((name, _)) = word.text.split_once('=') {
                    variables.assign(name, &word);
                }
            }
        }
    }
}
