//! `runledger incident note`: add to the timeline.

use std::io::Read as _;

use super::super::when::local;
use super::{Done, Session, Which, moment};
use crate::app::incidents::{NewNote, Noted};
use crate::error::Error;
use crate::text::{count, truncate_to_width};

/// The largest text that is read from standard input, in bytes.
const MAX_INPUT: u64 = 1 << 20;

/// How many lines are shown as they were stored.
const LISTED: usize = 20;

/// Add to the timeline, by hand or from a chat
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// What happened, with or without quotes; `-` reads standard input, as one note
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    /// When, if not now
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Who said it, if not you
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    author: String,
    /// Where it was said
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    link: String,
    /// Split a chat that was pasted, by the times of its lines
    #[arg(long, conflicts_with = "author")]
    paste: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let text = match args.text.as_slice() {
        [only] if only == "-" => read_input()?,
        words => words.join(" "),
    };
    let at = moment(&app, args.at.as_ref())?;
    let noted = if args.paste {
        app.paste_notes(&args.which.label, &text, at, &args.link, &actor)?
    } else {
        let (author, link) = (args.author.clone(), args.link.clone());
        let note = NewNote { text, at, author, link, ..NewNote::default() };
        app.note_incident(&args.which.label, &[note], &actor)?
    };
    if args.which.json {
        session.out.json(&noted);
    } else {
        say(session, &noted);
    }
    Ok(Done::Well)
}

fn say(session: &mut Session, noted: &Noted) {
    match noted.ids.as_slice() {
        [one] => session.out.line(&format!("Noted.  ({one})")),
        ids => session.out.line(&format!("{}.", count(ids.len(), "line noted", "lines noted"))),
    }
    for note in noted.stored.iter().take(LISTED) {
        let author = if note.author.is_empty() { "" } else { &format!("{}: ", note.author) };
        let at = local(session.config.timezone, &note.at);
        let text = note.text.lines().next().unwrap_or_default();
        let width = session.out.width();
        session.out.line(&truncate_to_width(&format!("  {at}  {author}{text}"), width));
    }
    if noted.stored.len() > LISTED {
        session.out.say(&format!("  and {} more", noted.stored.len() - LISTED));
    }
    if noted.known > 0 {
        let known = count(noted.known, "line stood", "lines stood");
        session.out.say(&format!("{known} there already."));
    }
    if !noted.redacted.is_empty() {
        let what = noted.redacted.join(", ");
        session.out.say(&format!("Left out, because it looked secret: {what}."));
    }
}

fn read_input() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_INPUT + 1)
        .read_to_string(&mut text)
        .map_err(|e| Error::refused(format!("reading standard input: {e}")))?;
    if text.len() as u64 > MAX_INPUT {
        return Err(Error::refused(format!("the text is larger than {MAX_INPUT} bytes"))
            .hinted("paste what matters, and note the link to the rest"));
    }
    Ok(text)
}
