//! Which commands destroy something: words and flags are parsed, never matched as raw text.
//!
//! The rules are data (`dangers.yaml`); this module knows how a shell, a command line and SQL are
//! written. A text in a comment or in the words of `echo` runs nothing and is no danger.

mod braces;
mod code;
mod files;
mod flags;
mod input;
mod invocation;
mod literal;
mod pattern;
mod place;
mod prefix;
mod quotes;
mod reader;
mod rule_error;
mod rules;
mod shell;
mod sql;
mod unnamed;
mod variables;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use self::invocation::Invocation;
use self::pattern::Pattern;
pub use self::rule_error::RuleError;
pub use self::rules::DangerLevel;
use self::rules::{Document, Listed, Operands, Rule, Scope, When};
use self::shell::Word;
pub(super) use self::sql::is_bare as is_sql;

/// Where the command at the beginning of a text ends, its heredocs and loops included; nothing
/// where it never does.
pub fn command_end(text: &str) -> Option<usize> {
    super::shell::first_command(text).end
}

/// A danger of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Danger {
    /// The rule's id.
    pub rule: String,
    /// How much it weighs.
    pub level: DangerLevel,
    /// What is lost.
    pub destroys: String,
    /// What to do instead or first.
    pub safer: String,
}

/// What is dangerous, read from data.
#[derive(Debug)]
pub struct Rules {
    document: Document,
}

/// The program that a command line begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called; in small letters where the case of its name does not count.
    pub name: String,
    /// Whether the rules know how its command line is read.
    pub known: bool,
    /// Whether it is a script in a file.
    pub script: bool,
}

/// Texts that run one after another: what a variable was given, where `cd` went and what ran
/// before is known to those that follow.
#[derive(Debug)]
pub struct Session<'r> {
    rules: &'r Rules,
    reader: reader::Reader<'r>,
}

impl Session<'_> {
    /// What the next text would destroy, and by which of its commands: for each rule in order the
    /// bytes of each, once.
    pub fn check(&mut self, text: &str) -> Vec<(Range<usize>, Danger)> {
        let known = self.reader.found.len();
        self.reader.read(text);
        let runs = &self.reader.found;
        let bare_sql = sql::is_bare(text).then_some(text);
        let mut dangers = Vec::new();
        // Most commands are of programs that no rule is about.
        if runs.len() == known && bare_sql.is_none() {
            return dangers;
        }
        for rule in &self.rules.document.rules {
            let mut found: BTreeMap<(usize, usize), DangerLevel> = BTreeMap::new();
            for when in &rule.when {
                let level = when.level.unwrap_or(rule.level);
                let bare = bare_sql.filter(|_| when.program.is_none());
                let is_sql = when.sql.as_ref().zip(bare).is_some_and(|(sql, text)| sql.finds(text));
                let all = is_sql.then_some(0..text.len());
                let runs = (known..runs.len())
                    .filter(|&at| self.rules.finds(when, runs, at))
                    .map(|at| runs[at].range.clone());
                for range in all.into_iter().chain(runs) {
                    let known = found.entry((range.start, range.end)).or_insert(level);
                    *known = level.max(*known);
                }
            }
            dangers.extend(
                found.into_iter().map(|((start, end), level)| (start..end, rule.danger(level))),
            );
        }
        self.forget(known);
        dangers
    }

    /// Keeps of the last runs only what a rule may ask about later, once: a plan may be long.
    fn forget(&mut self, known: usize) {
        let last = self.reader.found.split_off(known);
        let whens = self.rules.document.rules.iter().flat_map(|rule| &rule.when);
        let asked: Vec<&When> = whens.filter_map(|when| when.after.as_deref()).collect();
        for run in last {
            let fits = |after: &&When| self.rules.fits(after, &run);
            let new = |after: &&When| {
                !self.reader.found.iter().any(|known| self.rules.fits(after, known))
            };
            if asked.iter().any(|after| fits(after) && new(after)) {
                self.reader.found.push(run);
            }
        }
    }
}

impl Rule {
    fn danger(&self, level: DangerLevel) -> Danger {
        Danger {
            rule: self.id.clone(),
            level,
            destroys: self.destroys.clone(),
            safer: self.safer.clone(),
        }
    }
}

impl Rules {
    /// Reads the rules and holds each against its own examples.
    ///
    /// # Errors
    /// The text is no YAML of that shape, or a rule does not do what its examples say.
    pub fn from_yaml(yaml: &str) -> Result<Self, RuleError> {
        let rules = Self { document: Document::read(yaml)? };
        rules.hold_against_examples(yaml, 0)?;
        Ok(rules)
    }

    /// Reads the rules and more of them, which may use the programs and kinds of the first text.
    ///
    /// # Errors
    /// As [`Rules::from_yaml`]; the place is one in the second text, and the first is taken to be
    /// right.
    pub fn with_more(yaml: &str, more: &str) -> Result<Self, RuleError> {
        let base = Document::read(yaml)?;
        let known = base.rules.len();
        let rules = Self { document: base.with(more)? };
        rules.hold_against_examples(more, known)?;
        Ok(rules)
    }

    fn hold_against_examples(&self, yaml: &str, known: usize) -> Result<(), RuleError> {
        for rule in &self.document.rules[known..] {
            let wrong = |message| RuleError::at_id(yaml, &rule.id, false, message);
            if !rule.source.starts_with("https://") {
                return Err(wrong("`source` must be an https address to read more at".to_owned()));
            }
            let finds = |text: &str| self.check(text).iter().any(|found| found.rule == rule.id);
            if let Some(text) = rule.examples.matches.iter().find(|text| !finds(text)) {
                return Err(wrong(format!("the rule does not find its example `{text}`")));
            }
            if let Some(text) = rule.examples.not.iter().find(|text| finds(text)) {
                return Err(wrong(format!("the rule finds `{text}`, which it should not")));
            }
        }
        Ok(())
    }

    /// What a command, or several, would destroy; each rule once.
    pub fn check(&self, command: &str) -> Vec<Danger> {
        let mut dangers: Vec<Danger> = Vec::new();
        for (_, danger) in self.session().check(command) {
            match dangers.iter_mut().find(|known| known.rule == danger.rule) {
                Some(known) => known.level = known.level.max(danger.level),
                None => dangers.push(danger),
            }
        }
        dangers
    }

    /// Reads several texts as one person would run them, one after another.
    pub fn session(&self) -> Session<'_> {
        Session { rules: self, reader: reader::Reader::new(&self.document) }
    }

    /// The program that a text begins with, its quotation marks and its folder taken off; nothing
    /// where a shell would see none.
    pub fn program_at_start(&self, text: &str) -> Option<Named> {
        let simple = shell::split(text).into_iter().next()?;
        let word = simple.words.into_iter().find(|word| !reader::is_prelude(word))?;
        let name = self.document.called(&word.text);
        let known = self.document.knows(&name);
        Some(Named { known, script: !known && reader::is_script(&word.text), name })
    }

    /// What to add to a command that changes something without saying where.
    pub fn unscoped(&self, command: &str) -> Option<String> {
        let runs = reader::invocations(&self.document, command);
        runs.iter().enumerate().find_map(|(at, run)| {
            let mut scopes = self.document.scopes.iter();
            let scope = scopes.find(|scope| self.lacks_scope(scope, run, &runs[..at]))?;
            Some(scope.add.clone())
        })
    }

    /// Whether a command chooses where later ones work, like `kubectl config use-context`.
    pub(super) fn chooses_scope(&self, command: &str) -> bool {
        let runs = reader::invocations(&self.document, command);
        let exported = reader::exported(&self.document, command);
        self.document.scopes.iter().any(|scope| {
            let set = scope.environment.iter().any(|name| exported.contains(name));
            let mut choosing = scope.set_by.iter();
            set || choosing.any(|when| runs.iter().any(|run| self.fits(when, run)))
        })
    }

    /// Whether a command makes a later one dangerous.
    pub(super) fn prepares(&self, command: &str) -> bool {
        let runs = reader::invocations(&self.document, command);
        let mut whens = self.document.rules.iter().flat_map(|rule| &rule.when);
        whens.any(|when| {
            when.after.as_ref().is_some_and(|after| runs.iter().any(|run| self.fits(after, run)))
        })
    }

    /// Whether the run at `at` counts, with what ran before it.
    fn finds(&self, when: &When, runs: &[Invocation<'_>], at: usize) -> bool {
        let earlier = |after: &When| runs[..at].iter().any(|run| self.fits(after, run));
        self.fits(when, &runs[at]) && when.after.as_ref().is_none_or(|after| earlier(after))
    }

    fn fits(&self, when: &When, run: &Invocation<'_>) -> bool {
        if when.program.as_ref().is_some_and(|name| *name != run.program.names[0]) {
            return false;
        }
        let Some(operands) = behind_verb(&when.verbs, run) else { return false };
        !run.is_harmless()
            && (when.any.is_empty() || when.any.iter().any(|flag| run.has(flag)))
            && when.all.iter().all(|flag| run.has(flag))
            && !when.none.iter().any(|flag| run.has(flag))
            && (when.values.is_empty()
                || when.values.iter().any(|(flag, pattern)| {
                    run.values(flag).any(|word| pattern.is_match(&word.text))
                }))
            && when.operands.as_ref().is_none_or(|wanted| wanted.fit_any(operands))
            && when.onto.as_ref().is_none_or(|to| operands.last().is_some_and(|last| to.fit(last)))
            && self.fits_target(when, run, operands)
            && when.sql.as_ref().is_none_or(|rule| run.sql.iter().any(|text| rule.finds(text)))
            && when.input.as_ref().is_none_or(|p| run.input.iter().any(|text| p.is_match(text)))
            && when.unread.is_none_or(|wanted| run.unread == Some(wanted))
            && when.listed.as_ref().is_none_or(|wanted| {
                let read = run.flags.iter().filter_map(|(_, given)| given.as_ref());
                let read = read.filter(|given| given.text == "-");
                operands.iter().chain(read).any(|word| wanted.fits(&reader::listing(word)))
            })
    }

    fn fits_target(&self, when: &When, run: &Invocation<'_>, operands: &[Word]) -> bool {
        let asked = !when.resources.is_empty() || when.named.is_some();
        let manifests = run.input.iter().flat_map(|text| text.lines());
        let mut kinds = manifests.filter_map(|line| line.strip_prefix("kind:"));
        !asked
            || (when.named.is_none()
                && kinds.any(|kind| when.resources.contains(&self.kind(kind.trim()))))
            || self.targets(operands).iter().any(|(kind, name)| {
                when.resources.contains(kind)
                    && when
                        .named
                        .as_ref()
                        .is_none_or(|wanted| name.as_ref().is_some_and(|name| wanted.fit(name)))
            })
    }

    /// The kinds of resources that operands name, each with a name if one is given.
    fn targets(&self, operands: &[Word]) -> Vec<(String, Option<Word>)> {
        let Some((first, names)) = operands.split_first() else { return Vec::new() };
        if first.text.contains('/') && first.scripts.is_empty() {
            // `label node/a key.io/b=c` names one node.
            let named = operands.iter().filter(|word| !word.text.contains('='));
            return named.filter_map(|word| self.slashed(word)).collect();
        }
        let mut targets = Vec::new();
        for kind in first.text.split(',') {
            let kind = self.kind(kind);
            if names.is_empty() {
                targets.push((kind.clone(), None));
            }
            targets.extend(names.iter().map(|name| (kind.clone(), Some(name.clone()))));
        }
        for source in reader::sources(&self.document, first) {
            let listed = behind_verb(&["get".to_owned()], &source);
            for (kind, _) in listed.map(|listed| self.targets(listed)).unwrap_or_default() {
                targets.push((kind, Some(first.clone())));
            }
        }
        targets
    }

    /// `kind/name`.
    fn slashed(&self, word: &Word) -> Option<(String, Option<Word>)> {
        let (kind, name) = word.text.split_once('/')?;
        let expands = word.expands && name.contains(['$', '<', '{', '`']);
        Some((self.kind(kind), Some(Word { text: name.to_owned(), expands, ..word.clone() })))
    }

    /// A kind's full name, whatever it was called; Kubernetes' own API groups are left off.
    fn kind(&self, name: &str) -> String {
        let name = name.to_lowercase();
        let (short, group) = name.split_once('.').unwrap_or((&name, ""));
        // `namespaces.management.example.com` is somebody else's kind.
        if group.contains('.') && !group.ends_with(".k8s.io") {
            return name;
        }
        let known = self.document.resources.iter().find(|(kind, names)| {
            kind.as_str() == short || names.iter().any(|other| other == short)
        });
        known.map_or(name.clone(), |(kind, _)| kind.clone())
    }

    fn lacks_scope(&self, scope: &Scope, run: &Invocation<'_>, earlier: &[Invocation<'_>]) -> bool {
        if scope.program != run.program.names[0] || run.is_harmless() {
            return false;
        }
        let Some(operands) = behind_verb(&scope.verbs, run) else { return false };
        let targets = self.targets(operands);
        let exempt = targets.iter().all(|(kind, _)| scope.exempt.contains(kind));
        let said = scope.flags.iter().any(|flag| run.has(flag))
            || run.environment.iter().any(|name| scope.environment.contains(name))
            || scope
                .manifest
                .as_ref()
                .is_some_and(|says| run.input.iter().any(|t| says.is_match(t)))
            || scope.unless.iter().any(|when| self.fits(when, run))
            || scope.set_by.iter().any(|when| earlier.iter().any(|run| self.fits(when, run)));
        !said && (targets.is_empty() || !exempt)
    }
}

impl Listed {
    fn fits(&self, listing: &str) -> bool {
        self.like.is_match(listing)
            && !self.unlike.as_ref().is_some_and(|pattern| pattern.is_match(listing))
    }
}

impl Operands {
    fn fit_any(&self, words: &[Word]) -> bool {
        let from = if self.last { words.len().saturating_sub(1) } else { 0 };
        let most = if self.first { 1 } else { words.len() };
        words[from..].iter().take(most).any(|word| self.fit(word))
    }

    fn fit(&self, word: &Word) -> bool {
        let like = |pattern: &Pattern| pattern.is_match(&word.text);
        let wide = self.unknown && word.expands || self.wildcard && word.globs;
        let unlike = self.unlike.iter().any(like);
        // `cd` may have failed, and then a wildcard is that of another folder.
        wide && (word.moved || !unlike) || self.like.as_ref().is_some_and(like) && !unlike
    }
}

/// The operands behind one of these sub-commands; all of them where none is asked for. What may be
/// the value of a flag that nobody knows may stand between its words.
fn behind_verb<'a>(verbs: &[String], run: &'a Invocation<'_>) -> Option<&'a [Word]> {
    if verbs.is_empty() {
        return Some(&run.operands);
    }
    let any_case = run.program.style.any_case();
    let is = |word: &Word, part: &str| {
        word.text == part || any_case && word.text.eq_ignore_ascii_case(part)
    };
    let leads = |word: &Word| run.program.leads.contains(&word.text);
    verbs.iter().find_map(|verb| {
        let mut rest = run.operands.as_slice();
        let same = verb.split(' ').all(|part| {
            let passed = |word: &&Word| !is(word, part) && (word.loose || leads(word));
            let skipped = rest.iter().take_while(passed).count();
            let Some((word, behind)) = rest[skipped..].split_first() else { return false };
            rest = behind;
            is(word, part)
        });
        same.then_some(rest)
    })
}

#[cfg(test)]
mod tests;
