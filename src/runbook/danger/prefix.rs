//! Programs that run another: which of their words, flags and input are a command of its own.

use super::code;
use super::flags::parse;
use super::input::Input;
use super::reader::{NESTED, Reader};
use super::rules::{Prefix, Runs, Unread};
use super::shell::Word;

/// Flags that name what stands for each thing that is listed.
const FILLED_BY: [&str; 3] = ["-I", "-J", "--replace"];

/// What a prefix has made of its words.
pub(super) enum Took {
    /// What it runs was looked at; there is nothing else to it.
    All,
    /// Code in another language was given, which rules about its program look at; a part of what
    /// it runs may be what nobody can see.
    Code(Option<Unread>),
    /// Its words are those of a command of its own, which runs what nobody can see here.
    Nothing(Option<Unread>),
}

/// Flags and words behind which a text to run stands.
const RUNS_TEXT: [&str; 7] = ["-c", "-e", "--cmd", "--command", "--exec", "--run", "run"];

impl Reader<'_> {
    /// Looks at what a program runs of which nothing is known: the first of its words that is a
    /// program, and what stands behind it.
    pub(super) fn wrapped(
        &mut self,
        name: &str,
        words: &[Word],
        environment: &[String],
        input: &Input,
        depth: usize,
    ) {
        let lower = name.to_lowercase();
        if self.document.runs_nothing.contains(&lower) || lower.starts_with("get-") {
            return;
        }
        for (at, word) in words.iter().enumerate() {
            let text = word.text.as_str();
            let runs_text = at > 0 && RUNS_TEXT.contains(&words[at - 1].text.as_str());
            if runs_text && word.quoted && text.contains(char::is_whitespace) {
                return self.script(text, depth.saturating_sub(NESTED));
            }
            let called = self.document.called(text);
            let program = !word.quoted && !self.document.common.contains(&called);
            if program && at + 1 < words.len() && self.document.knows(&called) {
                if depth < 2 {
                    return self.hidden();
                }
                let set = environment.iter().map(|name| plain(&format!("{name}=")));
                let words = set.chain(words[at..].iter().cloned()).collect();
                return self.command(words, input, depth - 1);
            }
        }
    }

    /// Looks at what a prefix runs.
    pub(super) fn prefixed(
        &mut self,
        prefix: &Prefix,
        words: &[Word],
        environment: &[String],
        input: &Input,
        depth: usize,
    ) -> Took {
        let own = prefix.skip + usize::from(!prefix.verbs.is_empty());
        let (flags, operands, rest) = parse(&prefix.flags, prefix.style, words, own);
        if !prefix.verbs.is_empty() {
            let verb = operands.first().map_or("", |word| word.text.as_str());
            if !prefix.verbs.iter().any(|listed| listed == verb) {
                return Took::Nothing(None);
            }
        }
        if flags.iter().any(|(flag, _)| prefix.harmless.contains(flag)) {
            return Took::All;
        }
        let cost = if matches!(prefix.runs, Runs::Words | Runs::Verb) { 1 } else { NESTED };
        let Some(depth) = depth.checked_sub(cost).filter(|depth| *depth > 0) else {
            self.hidden();
            return Took::All;
        };
        let mut rest = rest.to_vec();
        if rest.first().is_some_and(|word| word.is_bare("--")) {
            rest.remove(0);
        }
        if prefix.runs == Runs::WordsAndInput {
            name_filled(&mut rest, &flags);
        }
        let given = flags.into_iter().filter(|(flag, _)| flag == "-c");
        let mut given: Vec<Word> = given.filter_map(|(_, word)| word).collect();
        if prefix.operand && !rest.is_empty() {
            given.push(rest.remove(0));
        }
        if prefix.runs == Runs::Verb {
            rest.splice(0..0, operands);
        }
        match prefix.runs {
            // `env -S 'rm -rf' /x`: what its flag tells stands in front of the words.
            Runs::Words if !given.is_empty() => {
                self.script_with(
                    &joined(given.iter().chain(&rest)),
                    input,
                    depth.saturating_sub(NESTED),
                );
            }
            // `docker compose down` runs nothing in a container, and is a command of its own.
            Runs::Words if rest.is_empty() => return Took::Nothing(None),
            Runs::Words | Runs::Verb => {
                // What is set in front of the prefix holds for the command, too.
                let set = environment.iter().map(|name| plain(&format!("{name}=")));
                self.command(set.chain(rest).collect(), input, depth);
            }
            Runs::WordsAndInput => self.filled(rest, input, depth),
            Runs::Script => {
                self.script_with(&joined(&rest), input, depth);
                // `ssh host < file` runs what it reads.
                if rest.is_empty() {
                    input.texts.iter().for_each(|text| self.script(text, depth));
                    return Took::Nothing(input.unread);
                }
                // `eval "$(cat file)"` runs what only the run tells.
                if rest.iter().any(is_told_at_run) {
                    return Took::Nothing(Some(Unread::Printed));
                }
            }
            // `python manage.py flush`: a script that rules are about.
            Runs::ScriptFlag | Runs::Code if given.is_empty() && self.knows_script(&rest) => {
                self.command(rest, input, depth);
            }
            Runs::ScriptFlag | Runs::Code => {
                return self.given(prefix, &given, rest.first(), input, depth);
            }
            Runs::Exec => return self.executed(words, depth),
        }
        Took::All
    }

    /// Whether these words begin with a script whose words are known.
    fn knows_script(&self, words: &[Word]) -> bool {
        words.first().is_some_and(|file| {
            let name = self.document.called(&file.text);
            // `sh install` runs a file that is here, and no program of that name.
            let script =
                name.contains('.') || matches!(name.as_str(), "artisan" | "rails" | "rake");
            script && name != "." && self.document.knows(&name)
        })
    }

    /// Reads the words of a command to which only the run adds the last.
    fn filled(&mut self, mut words: Vec<Word>, input: &Input, depth: usize) {
        if !words.iter().any(|word| word.text.contains("{}")) {
            words.push(plain("{}"));
        }
        // `parallel 'rm {}' ::: a b` gives its command as one text.
        if words.first().is_some_and(|word| word.text.contains(char::is_whitespace)) {
            return self.script(&joined(&words), depth);
        }
        // The last of them is what runs the command, and lists nothing.
        let from = &input.from[..input.from.len().saturating_sub(1)];
        mark_filled(&mut words, "{}", from);
        self.command(words, &Input::default(), depth);
    }

    /// Reads what a shell or a language is given by flags, else what it reads.
    fn given(
        &mut self,
        prefix: &Prefix,
        given: &[Word],
        file: Option<&Word>,
        input: &Input,
        depth: usize,
    ) -> Took {
        let is_code = prefix.runs == Runs::Code;
        // `xargs -I{} sh -c 'kubectl delete {}'` hands on what is listed.
        let filled = given.iter().find(|word| !word.from.is_empty() && word.text.contains("{}"));
        self.fill(filled);
        let piped = input.texts.iter().filter(|_| given.is_empty());
        let texts: Vec<&String> = given.iter().map(|word| &word.text).chain(piped).collect();
        let told_at_run = |text: &&&String| given.is_empty() && is_substitution(text);
        let mut unseen = texts.iter().find(told_at_run).map(|_| Unread::Printed);
        for text in texts {
            if is_code {
                unseen = unseen.max(self.code(text, depth));
            } else {
                self.script(text, depth);
            }
        }
        self.fill(None);
        // The shell itself may be one that rules are about: where it reads its script.
        match file.filter(|file| file.text != "-") {
            _ if !given.is_empty() && is_code => Took::Code(unseen),
            // `bash -c "$(curl …)"` runs what only the run tells.
            _ if given.iter().any(is_told_at_run) => Took::Nothing(Some(Unread::Printed)),
            _ if !given.is_empty() => Took::All,
            Some(file) if prefix.skip == 0 => self.file(file, depth),
            Some(_) => Took::Nothing(None),
            None => Took::Nothing(unseen),
        }
    }

    /// Reads what code runs, and says whether nobody can see a part of it.
    fn code(&mut self, text: &str, depth: usize) -> Option<Unread> {
        let calls = code::calls(text);
        calls.texts.iter().for_each(|text| self.script(text, depth));
        calls.unread
    }

    /// Reads the commands between `-exec` and `;`.
    fn executed(&mut self, words: &[Word], depth: usize) -> Took {
        let starts = ["-exec", "-execdir", "-ok", "-okdir"];
        // `find PLACE -exec rm {}` removes what is in that place.
        let place = words.first().filter(|word| !word.text.starts_with('-'));
        let place = place.map(|word| self.placed(word).text);
        let filled = place.map_or_else(|| "{}".to_owned(), |place| place + "/{}");
        let mut words = words.iter();
        while words.by_ref().any(|word| starts.contains(&word.text.as_str())) {
            let ends = |word: &&Word| !matches!(word.text.as_str(), ";" | "+");
            let mut command: Vec<Word> = words.by_ref().take_while(ends).cloned().collect();
            mark_filled(&mut command, &filled, &[]);
            self.command(command, &Input::default(), depth);
        }
        Took::Nothing(None)
    }
}

/// `xargs -I% rm %`: what a flag names for the place of what is listed becomes `{}`.
fn name_filled(words: &mut [Word], flags: &[(String, Option<Word>)]) {
    let named = flags.iter().filter(|(flag, _)| FILLED_BY.contains(&flag.as_str()));
    let Some(name) = named.filter_map(|(_, word)| word.as_ref()).next_back() else { return };
    if name.text.is_empty() || name.text == "{}" {
        return;
    }
    for word in words {
        word.text = word.text.replace(&name.text, "{}");
    }
}

/// Words as one text for a shell to read.
fn joined<'w>(words: impl IntoIterator<Item = &'w Word>) -> String {
    words.into_iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn plain(text: &str) -> Word {
    Word { text: text.to_owned(), ..Word::default() }
}

/// `{}` stands for names that only the run tells, and which these commands list.
fn mark_filled(words: &mut [Word], filled: &str, from: &[Vec<Word>]) {
    for word in words.iter_mut().filter(|word| word.text.contains("{}")) {
        word.expands = true;
        word.text = word.text.replacen("{}", filled, 1);
        word.from.extend(from.iter().cloned());
    }
}

/// Whether a text is nothing but what only the run tells, as in `bash <<< "$CMD"`.
fn is_substitution(text: &str) -> bool {
    let text = text.trim();
    let name = text.strip_prefix('$').unwrap_or_default().trim_matches(['{', '}']);
    let variable = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let within = |open: &str, close: char| text.starts_with(open) && text.ends_with(close);
    variable || !text.contains('\n') && (within("$(", ')') || within("`", '`'))
}

/// Whether a script begins with what only the run tells.
fn is_told_at_run(script: &Word) -> bool {
    script.expands && script.text.starts_with(['$', '`'])
}
