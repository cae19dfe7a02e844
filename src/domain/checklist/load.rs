//! Checklists read from YAML. What is wrong is told with its place.

use serde::Deserialize;

use super::super::action_item::ActionKind;
use super::super::id::QuestionId;
use super::meaning::{Meaning, Words, words_of};
use super::{Applies, Ask, Checklist, Evidence, EvidenceKind, Good, Known, Question};
use crate::text::yaml_limits::{MAX_ANCHORS, MAX_DEPTH, too_deep, too_many_anchors};
use crate::text::{LineIndex, collapse_whitespace};

/// A file's name and text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What is wrong with a checklist, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ChecklistError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// All checklists, and how questions that none of them asks are understood.
#[derive(Clone, Debug)]
pub struct Checklists {
    pub(super) lists: Vec<Checklist>,
    pub(super) reading: Reading,
}

/// How the questions of runbooks are understood.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    open: Vec<Words>,
    bad_if_yes: Vec<Words>,
    better_no: Vec<Words>,
    good_if_yes: Vec<Words>,
    #[serde(default)]
    examples: Vec<ReadingExample>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingExample {
    question: String,
    #[serde(default)]
    before: String,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: String,
    applies: Applies,
    #[serde(default)]
    change_signs: Vec<Words>,
    questions: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    #[serde(default)]
    check: Option<String>,
    #[serde(default)]
    open: Option<String>,
    #[serde(default)]
    good: Option<Good>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    if_bad: String,
    #[serde(default = "prevent")]
    action: ActionKind,
    #[serde(default)]
    means: Vec<Meaning>,
    #[serde(default)]
    examples: Examples,
}

const fn prevent() -> ActionKind {
    ActionKind::Prevent
}

/// Questions that must, and must not, be taken for the one they stand at.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    #[serde(default)]
    same: Vec<String>,
    #[serde(default)]
    other: Vec<String>,
}

impl Checklists {
    /// Reads the checklists, in the order in which they are asked, and the file that tells how
    /// other questions are understood.
    ///
    /// # Errors
    /// One of them is no YAML of that shape, contradicts itself or another, or an example is not
    /// understood as it says.
    pub fn read(lists: &[Source<'_>], reading: Source<'_>) -> Result<Self, ChecklistError> {
        let reading = Reading::read(reading)?;
        let mut read: Vec<Checklist> = Vec::new();
        for source in lists {
            let list = checklist(*source)?;
            if read.iter().any(|other| other.name == list.name) {
                let message = format!("another checklist is named {}, too", list.name);
                return Err(source.at("name", &list.name, message));
            }
            read.push(list);
        }
        Ok(Self { lists: read, reading })
    }

    /// The lists.
    pub fn lists(&self) -> &[Checklist] {
        &self.lists
    }
}

fn checklist(source: Source<'_>) -> Result<Checklist, ChecklistError> {
    source.check_limits()?;
    let file: File = serde_yaml::from_str(source.text).map_err(|error| source.yaml(&error))?;
    if !is_name(&file.name) {
        return Err(source.at("name", &file.name, NAME_RULE.to_owned()));
    }
    if !file.change_signs.is_empty() && file.applies == Applies::Always {
        let message = "`change_signs` belongs to a list that applies to a change".to_owned();
        return Err(source.at("name", &file.name, message));
    }
    let mut questions: Vec<Known> = Vec::new();
    for item in &file.questions {
        let known = known(&file.name, item, source)?;
        if questions.iter().any(|other| other.question.id == known.question.id) {
            let message = format!("the question {} is here twice: keep one", item.id);
            return Err(source.at("id", &item.id, message));
        }
        questions.push(known);
    }
    for (item, known) in file.questions.iter().zip(&questions) {
        let same = item.examples.same.iter().map(|example| (example, true));
        let other = item.examples.other.iter().map(|example| (example, false));
        for (example, expected) in same.chain(other) {
            let words = words_of(example);
            if known.means.iter().any(|meaning| meaning.fits(&words)) != expected {
                let not = if expected { " not" } else { "" };
                let message = format!("the example \"{example}\" is{not} taken for {}", item.id);
                return Err(source.at("", example, message));
            }
        }
    }
    Ok(Checklist {
        name: file.name,
        title: file.title,
        applies: file.applies,
        change_signs: file.change_signs,
        questions,
    })
}

fn known(list: &str, item: &Item, source: Source<'_>) -> Result<Known, ChecklistError> {
    let refuse = |message: &str| Err(source.at("id", &item.id, message.to_owned()));
    if !is_name(&item.id) {
        return refuse(NAME_RULE);
    }
    let (text, ask) = match (&item.check, &item.open, item.good) {
        (Some(text), None, good) => (text, Ask::Check { good: good.unwrap_or(Good::Yes) }),
        (None, Some(text), None) => (text, Ask::Open),
        (None, Some(_), Some(_)) => return refuse("an open question has no good answer"),
        _ => return refuse("a question is asked once: as `check` or as `open`"),
    };
    if text.trim().is_empty() {
        return refuse("a question needs words");
    }
    if ask == Ask::Open && !item.evidence.is_empty() {
        return refuse("an open question names no evidence: it is answered in words");
    }
    for (at, evidence) in item.evidence.iter().enumerate() {
        let (earlier, name) = (&item.evidence[..at], evidence.name.as_str());
        if !is_name(&name.replace('_', "-")) || earlier.iter().any(|e| e.name == name) {
            return refuse("each evidence has a name of its own, like soak_start");
        }
        let is_moment =
            |name: &str| earlier.iter().any(|e| e.name == name && e.kind == EvidenceKind::Moment);
        let comes_after = evidence.after.as_deref();
        if comes_after.is_some_and(|a| !is_moment(a) || evidence.kind != EvidenceKind::Moment) {
            return refuse("`after` names an earlier evidence, and both are of the kind moment");
        }
    }
    if item.means.iter().any(|meaning| meaning.all.is_empty()) {
        return refuse("`all` needs a group of words, else every question fits");
    }
    let question = Question {
        id: QuestionId::new(format!("{list}/{}", item.id)),
        text: text.trim().to_owned(),
        ask,
        evidence: item.evidence.clone(),
        if_bad: collapse_whitespace(&item.if_bad),
        action: item.action,
        also: Vec::new(),
    };
    Ok(Known { question, means: item.means.clone() })
}

const NAME_RULE: &str = "a name is made of lower-case letters, digits and hyphens";

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Reading {
    fn read(source: Source<'_>) -> Result<Self, ChecklistError> {
        source.check_limits()?;
        let reading: Self = serde_yaml::from_str(source.text).map_err(|e| source.yaml(&e))?;
        for example in &reading.examples {
            let found = match reading.ask(&example.question, &example.before) {
                Ask::Open => "open",
                Ask::Check { good: Good::Yes } => "yes",
                Ask::Check { good: Good::No } => "no",
            };
            if found != example.answer {
                let message = format!("this example is understood as {found}");
                return Err(source.at("", &example.question, message));
            }
        }
        Ok(reading)
    }

    /// How a runbook's question is answered, from its words and those before its action item.
    pub(super) fn ask(&self, question: &str, before: &str) -> Ask {
        let question = words_of(question);
        let before = words_of(before);
        let stands_in = |all: &[Words], text: &[String]| all.iter().any(|w| w.is_in(text));
        if self.open.iter().any(|word| word.begins(&question)) {
            return Ask::Open;
        }
        let bad_if_yes = stands_in(&self.bad_if_yes, &before);
        let good_if_yes = !before.is_empty() && stands_in(&self.good_if_yes, &before);
        let better_no = before.is_empty() && stands_in(&self.better_no, &question);
        let good = if !good_if_yes && (bad_if_yes || better_no) { Good::No } else { Good::Yes };
        Ask::Check { good }
    }
}

impl Source<'_> {
    /// Whether the YAML reader gets through it in no time.
    fn check_limits(self) -> Result<(), ChecklistError> {
        let deep = too_deep(self.text).map(|at| (at, format!("nested more than {MAX_DEPTH} deep")));
        let many = || {
            let at = too_many_anchors(self.text)?;
            Some((at, format!("more than {MAX_ANCHORS} anchors and aliases: write the values out")))
        };
        let Some((at, message)) = deep.or_else(many) else { return Ok(()) };
        let (line, column) = LineIndex::new(self.text).line_column(self.text, at);
        Err(ChecklistError { file: self.name.to_owned(), line, column, message })
    }

    /// What the YAML reader found.
    fn yaml(self, error: &serde_yaml::Error) -> ChecklistError {
        let (line, column) =
            error.location().map_or((1, 1), |place| (place.line().max(1), place.column().max(1)));
        // The reader repeats the place in its words.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        ChecklistError { file: self.name.to_owned(), line, column, message }
    }

    /// Something about the last line that holds `key: value`, or the value alone.
    fn at(self, key: &str, value: &str, message: String) -> ChecklistError {
        let holds = |line: &str| {
            let key_stands =
                key.is_empty() || line.trim_start_matches(['-', ' ', '{']).starts_with(key);
            if key_stands { line.find(value) } else { None }
        };
        let lines = self.text.lines().enumerate();
        let found = lines.filter_map(|(at, line)| Some((at, line, holds(line)?))).last();
        let (line, column) =
            found.map_or((1, 1), |(at, line, byte)| (at + 1, line[..byte].chars().count() + 1));
        ChecklistError { file: self.name.to_owned(), line, column, message }
    }
}
