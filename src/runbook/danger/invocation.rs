//! What a shell text runs: prefixes taken off, scripts within scripts looked into, flags parsed.

use std::collections::HashMap;
use std::ops::Range;

use super::flags::parse;
use super::rules::{Document, Prefix, Program, Runs, Unread};
use super::shell::{self, Simple, Word};
use super::variables::{self, Variables};

/// How deep scripts within scripts are looked into.
const MAX_DEPTH: usize = 8;

/// The same where only the kind of what is listed is asked for.
const SOURCE_DEPTH: usize = 3;

/// How many sources of a variable are kept, so that `x="$x $x"` cannot grow without end.
const SOURCES: usize = 4;

/// One run of a known program.
#[derive(Debug)]
pub(super) struct Invocation<'r> {
    pub(super) program: &'r Program,
    /// Names of variables set for it.
    pub(super) environment: Vec<String>,
    /// Flags under their last name, with their values.
    pub(super) flags: Vec<(String, Option<Word>)>,
    /// Sub-commands and operands.
    pub(super) operands: Vec<Word>,
    /// What it reads, as far as that is known to the letter.
    pub(super) input: Vec<String>,
    /// SQL it is given.
    pub(super) sql: Vec<String>,
    /// For a shell: whether it runs what nobody has read.
    pub(super) unread: Option<Unread>,
    /// The bytes of the outermost command, from the head of its pipe on.
    pub(super) range: Range<usize>,
}

impl Invocation<'_> {
    /// Whether a flag is given, and not given as "no". `wanted` is `--flag` or `--flag=value`.
    pub(super) fn has(&self, wanted: &str) -> bool {
        let (name, value) = wanted.split_once('=').map_or((wanted, None), |(n, v)| (n, Some(v)));
        self.flags.iter().filter(|(flag, _)| flag == name).any(|(_, given)| {
            let given = given.as_ref().map(|word| word.text.as_str());
            match value {
                Some(value) => given == Some(value),
                None => !matches!(given, Some("false" | "none")),
            }
        })
    }

    /// The values of a flag.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Word> {
        self.flags
            .iter()
            .filter(move |(flag, _)| flag == name)
            .filter_map(|(_, word)| word.as_ref())
    }

    /// Whether it changes nothing.
    pub(super) fn is_harmless(&self) -> bool {
        self.program.harmless.iter().any(|flag| self.has(flag))
    }
}

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

/// What a command reads.
#[derive(Clone, Debug, Default)]
struct Input {
    /// Texts known to the letter.
    texts: Vec<String>,
    /// The commands of the pipe so far, its head first.
    from: Vec<Vec<Word>>,
    /// Whether it comes through a pipe, and not as it was written.
    unread: Option<Unread>,
}

impl Input {
    /// What flows on behind one more command of the pipe.
    fn take(&mut self, simple: &Simple) {
        if simple.piped {
            let name = self.from.last().and_then(|words| words.first());
            let passes = |name: &str| matches!(name, "echo" | "printf" | "cat" | "tee" | "sudo");
            let known = !self.texts.is_empty();
            if !known {
                self.unread = self.unread.max(Some(Unread::Printed));
            } else if !name.is_some_and(|word| passes(&word.text)) {
                // What was written is turned into something else.
                self.unread = Some(Unread::Hidden);
            }
        } else {
            *self = Self::default();
        }
        self.texts.extend(simple.input.iter().cloned());
        self.texts.extend(variables::printed(simple));
        if variables::decodes(simple) && !self.texts.is_empty() {
            let decoded: Vec<String> =
                self.texts.iter().filter_map(|text| variables::decoded(text)).collect();
            self.texts = decoded;
        }
        if self.from.len() < SOURCES {
            self.from.push(simple.words.clone());
        }
    }
}

/// Reads shell texts one after another.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    document: &'r Document,
    /// The runs so far.
    pub(super) found: Vec<Invocation<'r>>,
    /// The bytes of the outermost command that is being read.
    range: Range<usize>,
    /// Values of variables, as far as they are known.
    variables: Variables,
    /// Where `cd` went.
    place: Option<String>,
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
            place: None,
            bound: HashMap::new(),
            exported: Vec::new(),
        }
    }

    /// Reads one more text.
    pub(super) fn read(&mut self, text: &str) {
        self.script(text, MAX_DEPTH);
    }

    fn script(&mut self, text: &str, depth: usize) {
        if depth == 0 {
            return;
        }
        let mut pipe = Input::default();
        for mut simple in shell::split(text) {
            if depth == MAX_DEPTH {
                let start = if simple.piped { self.range.start } else { simple.range.start };
                self.range = start..simple.range.end;
            }
            for word in simple.words.iter().chain(&simple.targets) {
                for script in &word.scripts {
                    self.script(script, depth - 1);
                }
            }
            for word in &mut simple.words {
                self.recall(word);
            }
            simple.words = self.variables.expand(std::mem::take(&mut simple.words));
            pipe.take(&simple);
            self.command(simple.words, &pipe, depth);
        }
    }

    /// Notes that a variable holds what these words, or the head of a pipe, print.
    fn bind(&mut self, variable: &str, words: &[Word], from: &[Vec<Word>]) {
        let scripts = words.iter().flat_map(|word| word.scripts.clone()).take(SOURCES).collect();
        let sources = words.iter().flat_map(|word| word.from.clone()).take(SOURCES).collect();
        let mut bound = Word { scripts, from: sources, ..Word::default() };
        bound.from.extend(from.iter().cloned());
        self.bound.insert(variable.to_owned(), bound);
    }

    /// A word that is nothing but a variable stands for what the variable was given.
    fn recall(&self, word: &mut Word) {
        let name = word.text.strip_prefix('$').unwrap_or_default();
        let name = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')).unwrap_or(name);
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
            "cd" | "pushd" => {
                let place = words.iter().find(|word| !word.text.starts_with('-'));
                self.place = place.map(|word| self.placed(word).text);
            }
            _ => return false,
        }
        true
    }

    /// A file's name with the folder that `cd` went to in front, where it is no whole path.
    fn placed(&self, word: &Word) -> Word {
        let place = self.place.as_deref().filter(|_| !word.text.starts_with(['/', '~', '$', '-']));
        let text = place.map_or_else(
            || word.text.clone(),
            |place| format!("{}/{}", place.trim_end_matches('/'), word.text),
        );
        Word { text, ..word.clone() }
    }

    fn command(&mut self, words: Vec<Word>, input: &Input, depth: usize) {
        let mut words = words.into_iter().peekable();
        let mut environment = self.exported.clone();
        while let Some(word) = words.next_if(|word| is_reserved(word) || assigned(word).is_some()) {
            if let Some(variable) = assigned(&word) {
                self.bind(&variable, std::slice::from_ref(&word), &[]);
                self.variables.assign(&variable, &word);
                environment.push(variable);
            }
        }
        let Some(name) = words.next() else { return };
        if let Some(stands_for) = self.variables.of_alias(&name.text).filter(|_| depth > 1) {
            return self.command(stands_for.into_iter().chain(words).collect(), input, depth - 1);
        }
        let name = name.text.rsplit('/').next().unwrap_or_default().to_owned();
        let words: Vec<Word> = words.collect();
        if self.built_in(&name, &words, input) {
            return;
        }
        let document = self.document;
        for prefix in document.prefixes.iter().filter(|prefix| prefix.names.contains(&name)) {
            if self.prefixed(prefix, &words, &environment, input, depth) {
                return;
            }
        }
        let known = document.programs.iter().find(|program| program.names.contains(&name));
        let Some(program) = known else { return };
        let (flags, mut operands, _) = parse(&program.flags, &words, usize::MAX);
        if program.paths {
            operands = operands.iter().map(|word| self.placed(word)).collect();
        }
        let (texts, range) = (input.texts.clone(), self.range.clone());
        let (sql, unread) = (Vec::new(), input.unread);
        let mut run =
            Invocation { program, environment, flags, operands, input: texts, sql, unread, range };
        if !program.sql.is_empty() || program.sql_operands {
            run.sql = sql_of(&run);
        }
        self.found.push(run);
    }

    /// Looks at what a prefix runs; says no where it runs nothing.
    fn prefixed(
        &mut self,
        prefix: &Prefix,
        words: &[Word],
        environment: &[String],
        input: &Input,
        depth: usize,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1).filter(|depth| *depth > 0) else { return true };
        let own = prefix.skip + usize::from(!prefix.verbs.is_empty());
        let (flags, operands, rest) = parse(&prefix.flags, words, own);
        if !prefix.verbs.is_empty() {
            let verb = operands.first().map_or("", |word| word.text.as_str());
            if !prefix.verbs.iter().any(|listed| listed == verb) {
                return false;
            }
        }
        let mut rest = rest.to_vec();
        if rest.first().is_some_and(|word| word.is_bare("--")) {
            rest.remove(0);
        }
        match prefix.runs {
            // `docker compose down` runs nothing in a container, and is a command of its own.
            Runs::Words if rest.is_empty() => return false,
            Runs::Words => {
                // What is set in front of the prefix holds for the command, too.
                let set = environment.iter().map(|name| plain(&format!("{name}=")));
                self.command(set.chain(rest).collect(), input, depth);
            }
            Runs::WordsAndInput => {
                if !rest.iter().any(|word| word.text.contains("{}")) {
                    rest.push(plain("{}"));
                }
                // The last of them is what runs the command, and lists nothing.
                let from = &input.from[..input.from.len().saturating_sub(1)];
                mark_filled(&mut rest, "{}", from);
                self.command(rest, &Input::default(), depth);
            }
            Runs::Script => {
                let text: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
                self.script(&text.join(" "), depth);
                if rest.is_empty() {
                    input.texts.iter().for_each(|text| self.script(text, depth));
                }
            }
            Runs::ScriptFlag => {
                let scripts: Vec<&Word> = flags
                    .iter()
                    .filter(|(flag, _)| flag == "-c")
                    .filter_map(|(_, word)| word.as_ref())
                    .collect();
                scripts.iter().for_each(|word| self.script(&word.text, depth));
                if scripts.is_empty() {
                    input.texts.iter().for_each(|text| self.script(text, depth));
                }
                // The shell itself may be one that rules are about: where it reads its script.
                return !scripts.is_empty();
            }
            Runs::Exec => {
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
                return false;
            }
        }
        true
    }
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

/// The SQL that a client is given by flags, operands and input.
fn sql_of(run: &Invocation<'_>) -> Vec<String> {
    let program = run.program;
    let by_flag = program.sql.iter().flat_map(|flag| run.values(flag));
    let operands = run.operands.iter().filter(|_| program.sql_operands);
    let words = by_flag.chain(operands).map(|word| word.text.clone());
    words.chain(run.input.iter().cloned()).collect()
}
