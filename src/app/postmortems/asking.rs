//! What has to be asked: the checklists, and the questions of the runbooks used.

use crate::assets::{Asset, Origin};
use crate::domain::checklist::{
    ChecklistError, Checklists, Group, Question, RunbookQuestion, Source, Used,
};
use crate::domain::id::RunbookId;
use crate::domain::incident::Incident;
use crate::error::Error;
use crate::text::nearest;

use super::super::{App, Document};

/// Where checklists stand, among the data files.
const FOLDER: &str = "checklists/";

/// The file that tells how the questions of runbooks are understood.
const READING: &str = "questions.yaml";

impl App {
    /// The checklists in force: the built-in ones, and the team's.
    pub(super) fn checklists(&self) -> Result<Checklists, Error> {
        let files = self.assets.data_under(FOLDER)?;
        let files: Vec<&Asset> = files
            .iter()
            .filter(|file| file.name.ends_with(".yaml") || file.name.ends_with(".yml"))
            .collect();
        let reading = self.assets.data(READING)?;
        let names: Vec<String> = files.iter().map(|file| place(file)).collect();
        let sources: Vec<Source<'_>> = files
            .iter()
            .zip(&names)
            .map(|(file, name)| Source { name, text: &file.text })
            .collect();
        let reading_name = place(&reading);
        let reading = Source { name: &reading_name, text: &reading.text };
        Checklists::read(&sources, reading).map_err(|error| refused(&error))
    }

    /// The runbooks used in an incident, first used first. One whose file is gone asks nothing.
    pub(super) fn used_in(&self, incident: &Incident) -> Result<Vec<Used>, Error> {
        let mut used = Vec::new();
        for (runbook, _) in self.runbooks_in(incident)? {
            if let Some(document) = self.ledger.document_of(&runbook)? {
                used.push(self.used(runbook, &Document::read(document)?)?);
            }
        }
        Ok(used)
    }

    fn used(&self, runbook: RunbookId, document: &Document) -> Result<Used, Error> {
        let text = self.text_of(document)?;
        let (parsed, _) = self.parse(document, &text);
        let questions = parsed.questions.into_iter().map(|question| RunbookQuestion {
            question: question.question,
            before: question.before,
            if_bad: question.if_no.unwrap_or_default(),
        });
        Ok(Used {
            runbook,
            address: document.slug.to_string(),
            title: document.summary.title.clone(),
            tags: document.summary.tags.clone(),
            questions: questions.collect(),
        })
    }
}

/// How a file is named in messages.
fn place(file: &Asset) -> String {
    match file.origin {
        Origin::BuiltIn => format!("{} (built in)", file.name),
        Origin::Workspace(_) => format!("data/{}", file.name),
    }
}

fn refused(error: &ChecklistError) -> Error {
    let place = format!("{}:{}:{}", error.file, error.line, error.column);
    Error::refused(format!("reading a checklist: {}", error.message)).at(place)
}

/// The question that somebody means: by its number, its id, the last part of its id, or a clear
/// beginning of that.
///
/// # Errors
/// None or several are meant.
pub(super) fn find_question<'a>(groups: &'a [Group], name: &str) -> Result<&'a Question, Error> {
    let all: Vec<&Question> = groups.iter().flat_map(|group| &group.questions).collect();
    let name = name.trim();
    if let Ok(number) = name.parse::<usize>()
        && let Some(question) = number.checked_sub(1).and_then(|at| all.get(at).copied())
    {
        return Ok(question);
    }
    fn short(question: &Question) -> &str {
        question.id.as_str().rsplit('/').next().unwrap_or_default()
    }
    let exact = all.iter().copied().find(|it| it.id.as_str() == name || short(it) == name);
    if let Some(question) = exact {
        return Ok(question);
    }
    let begins = |it: &Question| it.id.as_str().starts_with(name) || short(it).starts_with(name);
    let found: Vec<&Question> = all.iter().copied().filter(|it| begins(it)).collect();
    match found.as_slice() {
        [one] if !name.is_empty() => Ok(one),
        [] | [_] => {
            let error = Error::not_found(format!("no question {name}"));
            let near = nearest(name, all.iter().map(|question| short(question)));
            Err(match near {
                Some(near) if !name.is_empty() => error.hinted(format!("did you mean {near}?")),
                _ => error.hinted("`runledger postmortem status LABEL` shows them"),
            })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|question| question.id.as_str()).collect();
            Err(Error::refused(format!("{name} names several questions"))
                .hinted(format!("say which: {}", ids.join(", "))))
        }
    }
}
