//! What a shell text runs: prefixes taken off, scripts within scripts looked into, flags parsed.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::files::{Files, Write};
use super::flags::parse;
use super::input::{Input, SOURCES, passes};
use super::invocation::{Invocation, sql_of};
use super::place::Place;
use super::prefix::Took;
use super::rules::{Document, Unread};
use super::shell::{self, Simple, Word};
use super::sql;
use super::variables::Variables;

/// How much a script within a script takes of the depth. Programs that run the words behind them
/// take one: there may be many in front of a command, and each has fewer words to read.
pub(super) const NESTED: usize = 8;

/// How deep commands within commands are looked into.
const MAX_DEPTH: usize = 8 * NESTED;

/// The same where only the kind of what is listed is asked for.
const SOURCE_DEPTH: usize = 3 * NESTED;

/// What `xargs` fills in.
const FILLED: &str = "{}";

/// Prefixes that run a command in the shell that reads them.
const IN_THIS_SHELL: [&str; 4] = ["builtin", "command", "eval", "time"];

/// Every run of a known program in a shell text, in order.
pub(super) fn invocations<'r>(document: &'r Document, text: &str) -> Vec<Invocation<'r>> {
    let mut reader = Reader::new(document);
    reader.read(text);
    reader.found
}

/// The variables that a shell text exports to what follows it, as far as scopes ask for them.
pub(super) fn exported(document: &Document, text: &str) -> Vec<String> {
    let mut reader = Reader::new(document);
    reader.read(text);
    reader.exported
}

/// The runs whose output a word stands for.
pub(super) fn sources<'r>(document: &'r Document, word: &Word) -> Vec<Invocation<'r>> {
    let mut reader = Reader::new(document);
    for script in &word.scripts {
        reader.script(script, SOURCE_DEPTH);
    }
    for words in &word.from {
        reader.command(words.clone(), &Input::default(), SOURCE_DEPTH);
    }
    reader.found
}

/// The commands that list a word, as one line; empty for a word that stands for itself.
pub(super) fn listing(word: &Word) -> String {
    let commands = word.from.iter().map(|words| {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    });
    word.scripts.iter().cloned().chain(commands).collect::<Vec<_>>().join(" | ")
}

/// Reads shell texts one after another.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    pub(super) document: &'r Document,
    /// The runs so far.
    pub(super) found: Vec<Invocation<'r>>,
    /// The bytes of the outermost command that is being read.
    range: Range<usize>,
    /// Values of variables, as far as they are known.
    variables: Variables,
    /// Where `cd` went.
    place: Place,
    /// What was written to files, as far as it is known to the letter.
    files: Files,
    /// Variables that hold what a command prints: a word with its scripts.
    bound: HashMap<String, Word>,
    /// Variables exported so far that say where commands act.
    exported: Vec<String>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(document: &'r Document) -> Self {
        Self {
            document,
            found: Vec::new(),
            range: 0..0,
            variables: Variables::default(),
            place: Place::default(),
            files: Files::default(),
            bound: HashMap::new(),
            exported: Vec::new(),
        }
    }

    /// Reads one more text.
    pub(super) fn read(&mut self, text: &str) {
        self.script(text, MAX_DEPTH);
    }

    pub(super) fn script(&mut self, text: &str, depth: usize) {
        self.script_with(text, &Input::default(), depth);
    }

    /// Reads a script whose first command reads what the script is given.
    pub(super) fn script_with(&mut self, text: &str, input: &Input, depth: usize) {
        if depth == 0 {
            return self.hidden();
        }
        let mut pipe = Input::default();
        // Where the shells around the one that reads stand.
        let mut around = Vec::new();
        for (at, mut simple) in shell::split(text).into_iter().enumerate() {
            if depth == MAX_DEPTH {
                let start = if simple.piped { self.range.start } else { simple.range.start };
                self.range = start..simple.range.end;
            }
            for _ in 0..simple.left {
                let Some(place) = around.pop() else { break };
                self.place = place;
            }
            around.extend((0..simple.entered).map(|_| self.place.clone()));
            if simple.cut {
                self.hidden();
            }
            // The words of a list share their substitutions.
            let words = simple.words.iter().chain(&simple.targets);
            let mut known = HashSet::new();
            for script in words.flat_map(|word| &word.scripts).filter(|one| known.insert(*one)) {
                self.apart(|reader| reader.script(script, depth.saturating_sub(NESTED)));
            }
            for word in &mut simple.words {
                self.recall(word);
            }
            simple.words = self.variables.expand(std::mem::take(&mut simple.words));
            pipe.take(&simple);
            if at == 0 {
                pipe.add(input);
            }
            self.written(&simple, &pipe);
            if simple.piped {
                self.apart(|reader| reader.command(simple.words, &pipe, depth));
            } else {
                self.command(simple.words, &pipe, depth);
            }
        }
        if let Some(outermost) = around.into_iter().next() {
            self.place = outermost;
        }
    }

    /// Reads what another shell or program runs: where it goes, this shell does not.
    fn apart<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let place = self.place.clone();
        let value = read(self);
        self.place = place;
        value
    }

    /// Notes what a command writes, and to where: `>` is a program to rules.
    fn written(&mut self, simple: &Simple, pipe: &Input) {
        let sudo = simple.words.iter().take_while(|word| word.text == "sudo").count();
        let tee = simple.words[sudo..].split_first().filter(|(name, _)| name.text == "tee");
        let tees = tee.map_or_else(Vec::new, |(_, words)| Write::by_tee(words));
        let known = passes(&simple.words) && !pipe.texts.is_empty();
        // `: > file` empties it.
        let empties = matches!(&simple.words[..], [word] if word.text == ":");
        let text = (known || empties).then(|| pipe.texts.join("\n"));
        for write in simple.writes.iter().chain(&tees) {
            self.files.write(write, text.as_deref());
        }
        for appends in [false, true] {
            let these = simple.writes.iter().filter(|write| write.appends == appends);
            let files = these.map(|write| write.file.clone()).collect();
            let files = self.variables.expand(files);
            let files: Vec<Word> = files.iter().map(|file| self.placed(file)).collect();
            if !files.is_empty() {
                let flags = appends.then(|| ("--append".to_owned(), None));
                self.note(">", flags, files, text.clone(), None);
            }
        }
    }

    /// Notes what nobody can read although it is in the text: it stands too deep within other
    /// commands, or there is too much of it.
    pub(super) fn hidden(&mut self) {
        self.note("sh", None, Vec::new(), None, Some(Unread::Hidden));
    }

    /// Notes a run of a program that no word names, if rules are about it.
    fn note(
        &mut self,
        name: &str,
        flag: Option<(String, Option<Word>)>,
        operands: Vec<Word>,
        input: Option<String>,
        unread: Option<Unread>,
    ) {
        let mut programs = self.document.programs.iter();
        let Some(program) = programs.find(|program| program.names[0] == name) else { return };
        self.found.push(Invocation {
            program,
            environment: Vec::new(),
            flags: flag.into_iter().collect(),
            operands,
            input: input.into_iter().collect(),
            sql: Vec::new(),
            unread,
            range: self.range.clone(),
        });
    }

    /// Runs a file as a script: what was written to it before, else nobody can see what it does.
    pub(super) fn file(&mut self, file: &Word, depth: usize) -> Took {
        if let Some(run) = self.files.run(&file.text) {
            run.text.iter().for_each(|text| self.script(text, depth));
            return if run.whole { Took::All } else { Took::Nothing(Some(Unread::Called)) };
        }
        let printed = file.text.starts_with("<(") || file.text == "/dev/stdin";
        Took::Nothing(Some(if printed { Unread::Printed } else { Unread::Called }))
    }

    /// Notes that a variable holds what these words, or the head of a pipe, print.
    fn bind(&mut self, variable: &str, words: &[Word], from: &[Vec<Word>]) {
        let scripts = words.iter().flat_map(|word| word.scripts.clone()).take(SOURCES).collect();
        let sources = words.iter().flat_map(|word| word.from.clone()).take(SOURCES).collect();
        let mut bound = Word { scripts, from: sources, ..Word::default() };
        bound.from.extend(from.iter().cloned());
        self.bound.insert(variable.to_owned(), bound);
    }

    /// Notes what `{}` stands for in the script that is read next.
    pub(super) fn fill(&mut self, listed: Option<&Word>) {
        match listed {
            Some(word) => self.bind(FILLED, std::slice::from_ref(word), &[]),
            None => drop(self.bound.remove(FILLED)),
        }
    }

    /// A word that is nothing but a variable stands for what the variable was given.
    fn recall(&self, word: &mut Word) {
        let name = match word.text.strip_prefix('$') {
            Some(name) => name.strip_prefix('{').and_then(|n| n.strip_suffix('}')).unwrap_or(name),
            None if word.text == FILLED => FILLED,
            None => return,
        };
        if let Some(bound) = self.bound.get(name) {
            word.scripts.extend(bound.scripts.iter().cloned());
            word.from.extend(bound.from.iter().cloned());
        }
    }

    /// What the shell itself does with variables; says whether the command was one of these.
    fn built_in(&mut self, name: &str, words: &[Word], input: &Input) -> bool {
        match name {
            "for" | "select" => {
                if let Some((variable, values)) = words.split_first() {
                    self.bind(&variable.text, values, &[]);
                    self.variables.forget(&variable.text);
                    // A wildcard alone says what each of its values looks like.
                    if let [within, value] = values
                        && within.is_bare("in")
                    {
                        self.variables.stand_for(&variable.text, value);
                    }
                }
            }
            "read" => {
                for variable in words.iter().filter(|word| !word.text.starts_with('-')) {
                    self.bind(&variable.text, &[], &input.from);
                    self.variables.forget(&variable.text);
                }
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                // Others matter to nobody, and every command copies the list.
                let scopes = &self.document.scopes;
                for word in words {
                    let Some(name) = assigned(word) else { continue };
                    self.variables.assign(&name, word);
                    let matters = scopes.iter().any(|scope| scope.environment.contains(&name));
                    if matters && !self.exported.contains(&name) {
                        self.exported.push(name);
                    }
                }
            }
            "alias" => {
                for word in words {
                    if let Some((name, _)) = word.text.split_once('=') {
                        self.variables.alias(name, word);
                    }
                }
            }
            "set" => {
                // `set -- rm -rf /x; "$@"` runs these words.
                let end = words.iter().position(|word| word.is_bare("--"));
                self.variables.set_arguments(end.map(|end| &words[end + 1..]));
            }
            "cd" | "pushd" | "popd" => self.place.go(name, words),
            _ => return false,
        }
        true
    }

    /// A file's name with the folder that `cd` went to in front, where it is no whole path.
    pub(super) fn placed(&self, word: &Word) -> Word {
        self.place.placed(word)
    }

    pub(super) fn command(&mut self, words: Vec<Word>, input: &Input, depth: usize) {
        let mut words = words.into_iter().peekable();
        let mut environment = self.exported.clone();
        loop {
            // What stands in a function counts, whether it is called or not.
            if words.next_if(|word| word.is_bare("function")).is_some() {
                words.next();
            }
            let Some(word) = words.next_if(is_prelude) else { break };
            if let Some(variable) = assigned(&word) {
                self.bind(&variable, std::slice::from_ref(&word), &[]);
                self.variables.assign(&variable, &word);
                environment.push(variable);
            }
        }
        let Some(name) = words.next() else { return };
        if let Some(stands_for) = self.variables.of_alias(&name.text) {
            if depth < 2 {
                return self.hidden();
            }
            return self.command(stands_for.into_iter().chain(words).collect(), input, depth - 1);
        }
        let (first, words) = (name, words.collect::<Vec<Word>>());
        let name = self.document.unnamed(&first, &words);
        let name = name.unwrap_or_else(|| self.document.called(&first.text));
        if self.built_in(&name, &words, input) {
            return;
        }
        let document = self.document;
        let mut unread = input.unread;
        // What a program runs of which no rule is known: `su - a -c "$CMD"`.
        let mut hidden = None;
        for prefix in document.prefixes.iter().filter(|prefix| prefix.names.contains(&name)) {
            let here = IN_THIS_SHELL.contains(&name.as_str());
            let read =
                |reader: &mut Self| reader.prefixed(prefix, &words, &environment, input, depth);
            match if here { read(self) } else { self.apart(read) } {
                Took::All => return,
                Took::Code(unseen) => unread = unseen,
                Took::Nothing(unseen) => {
                    unread = unread.max(unseen);
                    hidden = hidden.max(unseen);
                }
            }
        }
        let sources = matches!(name.as_str(), "source" | ".");
        let called = if sources { words.first() } else { Some(&first) };
        let called =
            called.filter(|file| sources || is_script(&file.text) && !document.knows(&name));
        let mut name = name;
        if let Some(file) = called.cloned() {
            let read = |reader: &mut Self| reader.file(&file, depth.saturating_sub(NESTED));
            match if sources { read(self) } else { self.apart(read) } {
                Took::Nothing(unseen) => unread = unseen,
                _ => return,
            }
            // A script that is called is one for the shell.
            name = if sources { "source".to_owned() } else { "sh".to_owned() };
        }
        let known = document.programs.iter().find(|program| program.names.contains(&name));
        let Some(program) = known else {
            if hidden.is_some() {
                self.note("sh", None, Vec::new(), None, hidden);
            }
            return self.apart(|reader| reader.wrapped(&name, &words, &environment, input, depth));
        };
        let (mut flags, mut operands, _) = parse(&program.flags, program.style, &words, usize::MAX);
        read_from_pipe(&mut flags, input);
        if program.paths {
            operands = operands.iter().map(|word| self.placed(word)).collect();
        }
        let (texts, range) = (input.texts.clone(), self.range.clone());
        let sql = Vec::new();
        let mut run =
            Invocation { program, environment, flags, operands, input: texts, sql, unread, range };
        if !program.sql.is_empty() || program.sql_operands {
            run.sql = sql_of(&run);
        }
        let escaped: Vec<String> = run.sql.iter().flat_map(|text| sql::escaped(text)).collect();
        self.found.push(run);
        for script in escaped {
            self.apart(|reader| reader.script(&script, depth.saturating_sub(NESTED)));
        }
    }
}

/// `-f -` stands for what the commands of the pipe before it print.
fn read_from_pipe(flags: &mut [(String, Option<Word>)], input: &Input) {
    let from = &input.from[..input.from.len().saturating_sub(1)];
    for given in flags.iter_mut().filter_map(|(_, given)| given.as_mut()) {
        if given.text == "-" {
            given.from.extend(from.iter().cloned());
        }
    }
}

/// Whether a command's name is that of a script in a file.
pub(super) fn is_script(name: &str) -> bool {
    const ENDINGS: [&str; 10] =
        [".sh", ".bash", ".ksh", ".py", ".pl", ".rb", ".ps1", ".bat", ".cmd", ".run"];
    let file = name.rsplit('/').next().unwrap_or_default();
    // What serves is the thing itself, and nothing that mends it.
    const SERVES: [&str; 4] = ["agent", "daemon", "server", "worker"];
    let bare = !file.is_empty() && !file.contains('.') && !SERVES.contains(&file);
    let here = name.starts_with("./") && bare;
    here || name.starts_with(['.', '/', '~']) && ENDINGS.iter().any(|end| name.ends_with(end))
}

/// Whether a word stands in front of a command: an assignment, or a word of the shell's grammar.
pub(super) fn is_prelude(word: &Word) -> bool {
    is_reserved(word) || assigned(word).is_some()
}

/// Words of the shell's grammar that may stand in front of a command.
fn is_reserved(word: &Word) -> bool {
    const RESERVED: [&str; 11] =
        ["!", "{", "if", "then", "elif", "else", "while", "until", "do", "time", "$"];
    !word.quoted && RESERVED.contains(&word.text.as_str())
}

/// The variable that a word in front of a command sets.
fn assigned(word: &Word) -> Option<String> {
    let (name, _) = word.text.split_once('=')?;
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let name_only = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (starts && name_only).then(|| name.to_owned())
}
