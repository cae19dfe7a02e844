//! Postmortems, and the answers to their questions.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::Told;
use crate::domain::checklist::{Answered, Verdict};
use crate::domain::entry::{Entry, Timestamp};
use crate::domain::event::{
    ChecklistAnswered, Event, PostmortemChanged, PostmortemScheduled, PostmortemSectionWritten,
    PostmortemStarted,
};
use crate::domain::id::{EntryId, IncidentId, QuestionId};
use crate::domain::postmortem::{Begun, Given, Postmortem, Published, Schedule, Version};
use crate::ledger::read::json_from;
use crate::ledger::{LedgerError, Reads};

/// How often a question was answered, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerCount {
    /// The question.
    pub question: QuestionId,
    /// In the words in which it was asked last.
    pub text: String,
    /// How many postmortems answered it with yes or no.
    pub answered: usize,
    /// In how many of them the answer was a bad one.
    pub bad: usize,
}

/// Folds a subject's entries, given so that nothing comes before what it replaces.
pub(super) fn fold(told: &[&Told<'_>], erased: &HashSet<EntryId>) -> Option<Postmortem> {
    let mut fold = Fold { erased, postmortem: Postmortem::default(), seen: false };
    told.iter().for_each(|told| fold.change(told));
    fold.seen.then_some(fold.postmortem)
}

struct Fold<'a> {
    erased: &'a HashSet<EntryId>,
    postmortem: Postmortem,
    seen: bool,
}

impl Fold<'_> {
    fn change(&mut self, told: &Told<'_>) {
        let entry = told.entry;
        match &told.event {
            Event::PostmortemScheduled(body) => self.schedule(body),
            Event::PostmortemStarted(body) => self.start(entry, body),
            Event::PostmortemChanged(body) => self.retell(entry, body),
            Event::PostmortemSectionWritten(body) => self.write(entry, body),
            Event::ChecklistAnswered(body) => self.answer(entry, body),
            Event::PostmortemPublished(body) => {
                self.postmortem.published = Some(Published {
                    id: entry.id,
                    at: entry.recorded_at,
                    by: entry.actor.clone(),
                    file: body.file.clone(),
                    text: body.text,
                });
            }
            _ => return,
        }
        self.seen = true;
    }

    /// Whether an edit did not know what it met. What an erased entry said is known to nobody.
    fn met(&self, replaces: Option<EntryId>, version: Option<EntryId>) -> bool {
        version.is_some()
            && replaces != version
            && !replaces.is_some_and(|replaced| self.erased.contains(&replaced))
    }

    fn schedule(&mut self, body: &PostmortemScheduled) {
        self.postmortem.schedule = Some(Schedule {
            required: body.required,
            severity: body.severity,
            resolved_at: body.resolved_at,
            draft_due: body.draft_due,
            publish_due: body.publish_due,
        });
    }

    fn start(&mut self, entry: &Entry, body: &PostmortemStarted) {
        let before = self.postmortem.begun.as_ref();
        self.postmortem.begun = Some(Begun {
            at: before.map_or(entry.recorded_at, |begun| begun.at),
            by: before.map_or_else(|| entry.actor.clone(), |begun| begun.by.clone()),
            template: body.template.clone(),
            owner: body.owner.clone(),
            cause: body.cause,
            reason: body.reason.clone(),
            version: entry.id,
            conflict: before.is_some(),
        });
    }

    fn retell(&mut self, entry: &Entry, body: &PostmortemChanged) {
        let version = self.postmortem.begun.as_ref().map(|begun| begun.version);
        let conflict = self.met(Some(body.replaces), version);
        // Its beginning was erased: the change stands for it.
        let begun = self.postmortem.begun.get_or_insert_with(|| Begun {
            at: entry.recorded_at,
            by: entry.actor.clone(),
            template: String::new(),
            owner: String::new(),
            cause: None,
            reason: String::new(),
            version: entry.id,
            conflict: false,
        });
        if let Some(template) = &body.template {
            begun.template.clone_from(template);
        }
        if let Some(owner) = &body.owner {
            begun.owner.clone_from(owner);
        }
        if body.cause.is_some() {
            begun.cause = body.cause;
            begun.reason.clone_from(&body.reason);
        }
        begun.version = entry.id;
        begun.conflict = conflict;
    }

    fn write(&mut self, entry: &Entry, body: &PostmortemSectionWritten) {
        let version = self.postmortem.version(body.section).map(|version| version.id);
        let conflict = self.met(body.replaces, version);
        self.postmortem.sections.entry(body.section).or_default().push(Version {
            id: entry.id,
            text: body.text.clone(),
            at: entry.recorded_at,
            by: entry.actor.clone(),
            conflict,
        });
    }

    fn answer(&mut self, entry: &Entry, body: &ChecklistAnswered) {
        let question = &body.answered.question;
        let version = self.postmortem.answers.get(question).map(|given| given.id);
        let given = Given {
            id: entry.id,
            answered: body.answered.clone(),
            at: entry.recorded_at,
            by: entry.actor.clone(),
            conflict: self.met(body.replaces, version),
        };
        self.postmortem.answers.insert(question.clone(), given);
    }
}

/// Replaces the rows of a subject.
pub(super) fn replace(
    conn: &Connection,
    subject: &str,
    postmortem: Option<&Postmortem>,
) -> Result<(), LedgerError> {
    conn.prepare_cached("DELETE FROM postmortems WHERE subject = ?1")?.execute([subject])?;
    conn.prepare_cached("DELETE FROM checklist_answers WHERE subject = ?1")?.execute([subject])?;
    let Some(postmortem) = postmortem else { return Ok(()) };
    let state = serde_json::to_string(postmortem)
        .map_err(|error| LedgerError::Invalid(error.to_string()))?;
    conn.prepare_cached("INSERT INTO postmortems (subject, status, state) VALUES (?1, ?2, ?3)")?
        .execute(params![subject, postmortem.status().as_str(), state])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO checklist_answers (subject, question, text, verdict, answered_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (question, given) in &postmortem.answers {
        let Answered { text, verdict, .. } = &given.answered;
        let Timestamp(at) = given.at;
        insert.execute(params![subject, question.as_str(), text, verdict.as_str(), at])?;
    }
    Ok(())
}

impl Reads {
    /// What is known of an incident's postmortem; none where nothing was ever said of one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn postmortem(&self, incident: IncidentId) -> Result<Option<Postmortem>, LedgerError> {
        self.projected_postmortem(&incident.to_string())
    }

    /// A postmortem's row as it is stored, to be compared with a replay.
    pub(in crate::ledger) fn projected_postmortem(
        &self,
        subject: &str,
    ) -> Result<Option<Postmortem>, LedgerError> {
        let sql = "SELECT state FROM postmortems WHERE subject = ?1";
        self.first(sql, [subject], |row| json_from(row, 0))
    }

    /// All postmortems with their incidents' ids, in no order that means something.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn postmortems(&self) -> Result<Vec<(IncidentId, Postmortem)>, LedgerError> {
        let sql = "SELECT subject, state FROM postmortems ORDER BY subject";
        let read = self.all(sql, [], |row| {
            let subject: String = row.get(0)?;
            Ok((IncidentId::of_subject(&subject), json_from(row, 1)?))
        })?;
        Ok(read.into_iter().filter_map(|(id, it)| Some((id?, it))).collect())
    }

    /// How each question was answered in the postmortems of the incidents that count; answers
    /// that are neither good nor bad are left out.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn answer_counts(
        &self,
        counts_for: impl Fn(IncidentId) -> bool,
    ) -> Result<Vec<AnswerCount>, LedgerError> {
        let sql = "SELECT subject, question, text, verdict FROM checklist_answers
             WHERE verdict IN (?1, ?2) ORDER BY question, answered_at, subject";
        let judged = [Verdict::Good.as_str(), Verdict::Bad.as_str()];
        let answers: Vec<(String, String, String, String)> =
            self.all(sql, judged, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let mut counts: Vec<AnswerCount> = Vec::new();
        for (subject, question, text, verdict) in answers {
            if !IncidentId::of_subject(&subject).is_some_and(&counts_for) {
                continue;
            }
            let question = QuestionId::from(question);
            if counts.last().is_none_or(|last| last.question != question) {
                counts.push(AnswerCount { question, ..AnswerCount::default() });
            }
            if let Some(count) = counts.last_mut() {
                count.text = text;
                count.answered += 1;
                count.bad += usize::from(verdict == Verdict::Bad.as_str());
            }
        }
        Ok(counts)
    }
}
