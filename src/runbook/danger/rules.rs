//! The shape of `dangers.yaml`: programs, prefixes, kinds of resources, scopes and rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::pattern::Pattern;
use super::rule_error::RuleError;
use super::sql::SqlMatch;

/// How much a dangerous command weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DangerLevel {
    /// Think first.
    Warn,
    /// Not without a second person or a copy.
    Deny,
}

/// A flag under all its names, written `-n --namespace=`. The `=` says that a value follows, `=?`
/// that one follows only in the same word.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Flag {
    pub(super) names: Vec<String>,
    /// The next word may be its value.
    pub(super) takes_next: bool,
    /// What is left of its word is its value.
    pub(super) takes_rest: bool,
}

impl From<String> for Flag {
    fn from(text: String) -> Self {
        let names = text.trim_end_matches(['=', '?']).split_whitespace().map(str::to_owned);
        let takes_next = text.ends_with('=');
        Self { names: names.collect(), takes_next, takes_rest: takes_next || text.ends_with("=?") }
    }
}

/// How a command line writes its flags, where that differs from a plain one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Style {
    /// Every flag is written out.
    #[default]
    Plain,
    /// The first letters of a long flag are enough, as for programs of GNU and for git.
    Short,
    /// `-flag` and `--flag` are the same, as for programs in Go.
    OneDash,
    /// `/f`, in any case; the program's name is in any case, too.
    Windows,
    /// `-Flag` and `-Fl`, in any case; so is the program's name, as for those of PowerShell.
    Cmdlet,
}

impl Style {
    /// Whether names and flags may be written in any case.
    pub(super) fn any_case(self) -> bool {
        matches!(self, Self::Windows | Self::Cmdlet)
    }
}

/// A program whose command line is understood.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    /// Its name, and others it goes by.
    #[serde(deserialize_with = "names")]
    pub(super) names: Vec<String>,
    /// The flags that have two names or take a value; others are understood as they stand.
    #[serde(default)]
    pub(super) flags: Vec<Flag>,
    /// How its flags are written.
    #[serde(default)]
    pub(super) style: Style,
    /// Flags with which it changes nothing, or a last word, as in `aws s3 rb help`.
    #[serde(default)]
    pub(super) harmless: Vec<String>,
    /// Words in front of its sub-commands that change nothing about them, as `beta`.
    #[serde(default)]
    pub(super) leads: Vec<String>,
    /// Whether what it runs gets its words, so that `--help` is none of its own.
    #[serde(default)]
    pub(super) hands_on: bool,
    /// Flags whose value is SQL. A client that has any reads SQL from its input, too.
    #[serde(default)]
    pub(super) sql: Vec<String>,
    /// Whether its operands may be SQL.
    #[serde(default)]
    pub(super) sql_operands: bool,
    /// Whether its operands are files, which `cd` before it gives a place.
    #[serde(default)]
    pub(super) paths: bool,
}

impl Program {
    /// Adds what another text knows about the same program.
    fn add(&mut self, more: Self) {
        // Named one by one, so that none is forgotten.
        let Self { names, flags, style, harmless, leads, hands_on, sql, sql_operands, paths } =
            more;
        for name in names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        self.flags.extend(flags);
        if style != Style::Plain {
            self.style = style;
        }
        self.harmless.extend(harmless);
        self.leads.extend(leads);
        self.hands_on |= hands_on;
        self.sql.extend(sql);
        self.sql_operands |= sql_operands;
        self.paths |= paths;
    }
}

/// Names of a program, of which the first is that under which rules know it.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::deserialize(deserializer)?;
    if names.is_empty() {
        return Err(D::Error::custom("`names` is empty: write the name of the program"));
    }
    Ok(names)
}

/// What a prefix runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Runs {
    /// The words behind its own, and what its `-c` tells in front of them.
    Words,
    /// Its sub-command, which is a program's name, and the words behind it.
    Verb,
    /// The words behind its own, with more that only the run tells.
    WordsAndInput,
    /// The words behind its own, joined, as shell text.
    Script,
    /// The value of its `-c` as shell text, else its input.
    ScriptFlag,
    /// The value of its `-c`, else its input, as a program in some other language.
    Code,
    /// The words between `-exec` and `;`.
    Exec,
}

/// A program that runs another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prefix {
    #[serde(deserialize_with = "names")]
    pub(super) names: Vec<String>,
    /// Sub-commands, where only some run another program.
    #[serde(default)]
    pub(super) verbs: Vec<String>,
    #[serde(default)]
    pub(super) flags: Vec<Flag>,
    #[serde(default)]
    pub(super) style: Style,
    /// Flags with which it runs nothing.
    #[serde(default)]
    pub(super) harmless: Vec<String>,
    /// Operands of its own in front of the command.
    #[serde(default)]
    pub(super) skip: usize,
    /// Whether its next operand is what its `-c` would be, as for `trap`.
    #[serde(default)]
    pub(super) operand: bool,
    pub(super) runs: Runs,
}

/// Which operands count.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operands {
    /// Those that look like this.
    pub(super) like: Option<Pattern>,
    /// None of those that look like one of these.
    #[serde(default)]
    pub(super) unlike: Vec<Pattern>,
    /// Those whose value is not known before the run.
    #[serde(default)]
    pub(super) unknown: bool,
    /// Those with a wildcard.
    #[serde(default)]
    pub(super) wildcard: bool,
    /// Only the first of them, which is the command of a client.
    #[serde(default)]
    pub(super) first: bool,
    /// Only the last of them, which is what `cp` writes to.
    #[serde(default)]
    pub(super) last: bool,
}

/// What a command must be to count. Everything that is given must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// In place of the rule's level.
    pub(super) level: Option<DangerLevel>,
    /// The program; any where SQL is asked about.
    pub(super) program: Option<String>,
    /// One of these sub-commands.
    #[serde(default)]
    pub(super) verbs: Vec<String>,
    /// One of these kinds of resources.
    #[serde(default)]
    pub(super) resources: Vec<String>,
    /// A resource's name.
    pub(super) named: Option<Operands>,
    /// An operand behind the sub-command.
    pub(super) operands: Option<Operands>,
    /// Its last operand, which is what `mv` moves others to.
    pub(super) onto: Option<Operands>,
    /// One of these flags, `--flag` or `--flag=value`.
    #[serde(default)]
    pub(super) any: Vec<String>,
    /// All of these flags.
    #[serde(default)]
    pub(super) all: Vec<String>,
    /// None of these flags.
    #[serde(default)]
    pub(super) none: Vec<String>,
    /// One of these flags with such a value.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Pattern>,
    /// An earlier command of the same text.
    pub(super) after: Option<Box<Self>>,
    /// Such SQL.
    pub(super) sql: Option<SqlMatch>,
    /// A text that it reads, if that is known to the letter.
    pub(super) input: Option<Pattern>,
    /// An operand that other commands list, and how they do.
    pub(super) listed: Option<Listed>,
    /// A shell that runs what nobody has read before.
    pub(super) unread: Option<Unread>,
}

/// Which commands that list names for another count, as one line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) like: Pattern,
    pub(super) unlike: Option<Pattern>,
}

/// Why nobody can have read what a shell runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Unread {
    /// It is in a file that is not here.
    Called,
    /// Another command prints it.
    Printed,
    /// It is in the plan, but made unreadable.
    Hidden,
}

/// Commands that a rule must and must not find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Examples {
    pub(super) matches: Vec<String>,
    pub(super) not: Vec<String>,
}

/// One kind of danger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) level: DangerLevel,
    pub(super) destroys: String,
    pub(super) safer: String,
    pub(super) source: String,
    pub(super) when: Vec<When>,
    pub(super) examples: Examples,
}

/// Sub-commands that should say where they work.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    pub(super) program: String,
    pub(super) verbs: Vec<String>,
    /// Flags that say it.
    pub(super) flags: Vec<String>,
    /// Variables that say it.
    #[serde(default)]
    pub(super) environment: Vec<String>,
    /// Kinds that stand in no namespace.
    #[serde(default)]
    pub(super) exempt: Vec<String>,
    /// A manifest on its input that says it.
    pub(super) manifest: Option<Pattern>,
    /// Commands that need not say it.
    #[serde(default)]
    pub(super) unless: Vec<When>,
    /// Earlier commands of the same text that say it.
    #[serde(default)]
    pub(super) set_by: Vec<When>,
    /// What to add.
    pub(super) add: String,
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) programs: Vec<Program>,
    #[serde(default)]
    pub(super) prefixes: Vec<Prefix>,
    /// Programs that run none of their words: they print, look up or fetch what these name.
    #[serde(default)]
    pub(super) runs_nothing: BTreeSet<String>,
    /// Names of programs that are words of others, too: `cluster node list`.
    #[serde(default)]
    pub(super) common: BTreeSet<String>,
    /// Kinds of resources with their other names.
    #[serde(default)]
    pub(super) resources: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) scopes: Vec<Scope>,
    pub(super) rules: Vec<Rule>,
}

impl Document {
    pub(super) fn read(yaml: &str) -> Result<Self, RuleError> {
        RuleError::read::<Self>(yaml)?.validated(yaml, 0)
    }

    /// The same with what another text adds, to programs that are known, too.
    pub(super) fn with(mut self, more: &str) -> Result<Self, RuleError> {
        // Named one by one, so that none is forgotten.
        let Self { programs, prefixes, runs_nothing, common, resources, scopes, rules } =
            RuleError::read(more)?;
        let known = self.rules.len();
        for program in programs {
            match self.programs.iter_mut().find(|one| one.names[0] == program.names[0]) {
                Some(one) => one.add(program),
                None => self.programs.push(program),
            }
        }
        self.prefixes.extend(prefixes);
        self.runs_nothing.extend(runs_nothing);
        self.common.extend(common);
        self.resources.extend(resources);
        self.scopes.extend(scopes);
        self.rules.extend(rules);
        self.validated(more, known)
    }

    /// What a program is called here: without its folder, and where its name may be written in any
    /// case in small letters.
    pub(super) fn called(&self, word: &str) -> String {
        let name = word.rsplit('/').next().unwrap_or_default();
        if self.knows(name) {
            return name.to_owned();
        }
        let lower = name.to_lowercase();
        let lower = lower.strip_suffix(".exe").unwrap_or(&lower);
        // Windows runs the programs of others, too: `kubectl.exe`.
        if lower.len() < name.len() && self.knows(lower) {
            return lower.to_owned();
        }
        let any_case = |style: Style, names: &[String]| {
            style.any_case() && names.iter().any(|known| known == lower)
        };
        let known = self.programs.iter().any(|one| any_case(one.style, &one.names))
            || self.prefixes.iter().any(|one| any_case(one.style, &one.names));
        if known { lower.to_owned() } else { name.to_owned() }
    }

    /// Whether a program or a prefix goes by that name.
    pub(super) fn knows(&self, name: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|known| known == name);
        self.programs.iter().any(|one| named(&one.names))
            || self.prefixes.iter().any(|one| named(&one.names))
    }

    /// The document, its rules from `known` on looked through.
    fn validated(self, yaml: &str, known: usize) -> Result<Self, RuleError> {
        let mut seen: BTreeSet<&str> =
            self.rules[..known].iter().map(|rule| rule.id.as_str()).collect();
        for rule in &self.rules[known..] {
            if !seen.insert(rule.id.as_str()) {
                return Err(RuleError::twice(yaml, &rule.id));
            }
            if let Some(problem) = rule.when.iter().find_map(|when| self.problem(when)) {
                return Err(RuleError::at_id(yaml, &rule.id, false, problem));
            }
            if rule.when.is_empty() {
                let message = "the rule matches nothing: fill `when`".to_owned();
                return Err(RuleError::at_id(yaml, &rule.id, false, message));
            }
        }
        Ok(self)
    }

    /// A name in a matcher that the rest of the file does not know, and so never matches.
    fn problem(&self, when: &When) -> Option<String> {
        match &when.program {
            Some(name)
                if !self.programs.iter().any(|program| program.names[..1] == [name.clone()]) =>
            {
                return Some(format!(
                    "the program {name} is not the first name of any in `programs`"
                ));
            }
            None if when.sql.is_none() => {
                return Some("`when` needs a `program` or `sql`".to_owned());
            }
            _ => {}
        }
        let unknown = when.resources.iter().find(|kind| !self.resources.contains_key(*kind));
        match unknown {
            Some(kind) => Some(format!("the kind {kind} is not in `resources`")),
            None => when.after.as_ref().and_then(|after| self.problem(after)),
        }
    }
}
