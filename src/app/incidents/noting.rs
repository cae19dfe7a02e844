//! The timeline: what somebody notes, by hand or from a chat.

use crate::domain::actor::Actor;
use crate::domain::entry::Timestamp;
use crate::domain::event::{Event, IncidentNoted};
use crate::domain::id::{EntryId, Hash};
use crate::domain::incident::{Happening, TimeName, TimelineItem};
use crate::domain::timeline_paste::{PasteContext, PastedLine, split_paste};
use crate::error::Error;
use crate::text::redact::redact;

use super::super::App;
use super::opening::{checked_url, checked_value};
use super::utc;

/// The longest note, in bytes.
const MAX_NOTE: usize = 16 * 1024;

/// The longest text that is taken apart at once, in bytes.
const MAX_PASTE: usize = 1 << 20;

/// The most notes that are taken at once.
const MAX_NOTES: usize = 2_000;

/// Something worth a line of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewNote {
    /// What happened.
    pub text: String,
    /// When; now where nobody says.
    pub at: Option<Timestamp>,
    /// Who said it, where that is not who writes it down.
    pub author: String,
    /// Where it was said.
    pub link: String,
    /// From where it is taken: `paste`; empty for a note by hand.
    pub source: String,
    /// The messages that it judges, as they are kept.
    pub judged: Option<Hash>,
}

/// What became of notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Noted {
    /// The entries of those that are new, in the order given.
    pub ids: Vec<EntryId>,
    /// What is stored of each, for whoever wants to see that it was understood.
    #[serde(skip)]
    pub stored: Vec<StoredNote>,
    /// How many stood there already, word for word.
    pub known: usize,
    /// What was left out because it looked secret: `password`, `bearer token`, …
    pub redacted: Vec<&'static str>,
}

/// A note as it is stored: without secrets, at a moment in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredNote {
    /// When, in UTC.
    pub at: String,
    /// Who said it; empty for who wrote it down.
    pub author: String,
    /// What happened.
    pub text: String,
}

impl App {
    /// Adds lines to an incident's timeline: all of them, or none. What stands there already at
    /// the same time and in the same words is left out where it was taken from elsewhere, so that
    /// a chat may be pasted again.
    ///
    /// # Errors
    /// The incident is not known, a note is empty or too long, there are too many, or a time
    /// lies in the future.
    pub fn note_incident(
        &mut self,
        name: &str,
        notes: &[NewNote],
        actor: &Actor,
    ) -> Result<Noted, Error> {
        let id = self.find_incident(name)?.id;
        if notes.len() > MAX_NOTES {
            let many = notes.len();
            return Err(Error::refused(format!("{many} lines are too many at once"))
                .hinted(format!("at most {MAX_NOTES} are taken; keep the log and note its link")));
        }
        let mut noted = Noted::default();
        let written = self.write_incident(id, actor, |desk| {
            let there = desk.tx.timeline_of(id)?;
            let mut events = Vec::new();
            for note in notes {
                let body = checked(note, desk.now, &mut noted.redacted)?;
                // Whoever judges messages knows which ones, and asks before.
                let may_repeat = !body.source.is_empty() && body.judged.is_none();
                let repeats = may_repeat && there.iter().any(|it| same(it, &body));
                if repeats {
                    noted.known += 1;
                } else {
                    let (at, author, text) = (utc(body.at), body.author.clone(), body.text.clone());
                    noted.stored.push(StoredNote { at, author, text });
                    events.push(Event::IncidentNoted(body));
                }
            }
            super::opening::check_not_future(desk.config, events.iter().map(at), desk.now)?;
            Ok(events)
        })?;
        noted.ids = written.ids;
        noted.redacted.sort_unstable();
        noted.redacted.dedup();
        Ok(noted)
    }

    /// Takes a chat apart by the times of its lines, and adds each message to the timeline. What
    /// has no time happened at `at`, else now.
    ///
    /// # Errors
    /// As [`App::note_incident`]; also where the text is too long or says nothing.
    pub fn paste_notes(
        &mut self,
        name: &str,
        text: &str,
        at: Option<Timestamp>,
        link: &str,
        actor: &Actor,
    ) -> Result<Noted, Error> {
        if text.len() > MAX_PASTE {
            let size = text.len();
            return Err(Error::refused(format!("{size} bytes are too many to paste at once"))
                .hinted(format!("at most {MAX_PASTE}; paste what matters, and note its link")));
        }
        let incident = self.find_incident(name)?;
        let near = [TimeName::Started, TimeName::Detected]
            .into_iter()
            .find_map(|name| incident.time(name).known());
        let timeline = self.ledger.timeline_of(incident.id)?;
        let said = timeline.iter().filter_map(|item| match &item.what {
            Happening::Noted { author, .. } if !author.is_empty() => Some(author.as_str()),
            _ => None,
        });
        let mut people: Vec<&str> =
            incident.roles.values().flat_map(|told| &told.value).map(String::as_str).collect();
        people.extend(said);
        people.push(&actor.name);
        people.sort_unstable();
        people.dedup();
        let now = Timestamp(self.clock.now_ms());
        let context = PasteContext {
            near: near.unwrap_or(incident.opened_at),
            now,
            zone: self.config.timezone,
            people: &people,
        };
        let lines = split_paste(text, &context);
        if lines.is_empty() {
            return Err(Error::refused("a note needs words"));
        }
        let note = |line: PastedLine| NewNote {
            text: line.text,
            at: line.at.or(at),
            author: line.author.unwrap_or_default(),
            link: link.to_owned(),
            source: "paste".to_owned(),
            judged: None,
        };
        let notes: Vec<NewNote> = lines.into_iter().map(note).collect();
        self.note_incident(&incident.id.to_string(), &notes, actor)
    }
}

fn at(event: &Event) -> Timestamp {
    match event {
        Event::IncidentNoted(body) => body.at,
        _ => Timestamp::default(),
    }
}

fn checked(
    note: &NewNote,
    now: Timestamp,
    left_out: &mut Vec<&'static str>,
) -> Result<IncidentNoted, Error> {
    let redacted = redact(note.text.trim());
    left_out.extend(redacted.found);
    let text = redacted.text;
    if text.is_empty() {
        return Err(Error::refused("a note needs words"));
    }
    if text.len() > MAX_NOTE {
        return Err(Error::refused(format!("a note is at most {MAX_NOTE} bytes long"))
            .hinted("note what it comes to, and the link to the rest"));
    }
    Ok(IncidentNoted {
        at: note.at.unwrap_or(now),
        text,
        author: checked_value(&note.author, "a name")?,
        link: match note.link.trim() {
            "" => String::new(),
            link => checked_url(link)?,
        },
        source: checked_value(&note.source, "a source")?,
        judged: note.judged,
    })
}

/// Whether a line says the same at the same time.
fn same(item: &TimelineItem, body: &IncidentNoted) -> bool {
    match &item.what {
        Happening::Noted { text, author, .. } => {
            item.at == body.at && *text == body.text && *author == body.author
        }
        _ => false,
    }
}
