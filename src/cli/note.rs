//! `runledger note`: say that something is wrong, until it is mended.

use super::{Done, Session, Style};
use crate::domain::id::Slug;
use crate::error::Error;
use crate::views::NoteView;

/// Say that something about a runbook or step is wrong, until it is mended
///
/// `runledger note SLUG[#STEP] "text"` leaves a note; `note list` shows the open ones;
/// `note resolve ID` takes one away.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The runbook or step (rollback/helm#3a); or `list`; or `resolve`
    #[arg(value_name = "SLUG[#STEP] | list | resolve")]
    target: String,
    /// What is wrong; after `resolve`, the note's id
    #[arg(value_name = "TEXT | ID")]
    text: Option<String>,
    /// How it was mended
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A note outside its runbook has to say whose it is.
#[derive(serde::Serialize)]
struct Listed<'a> {
    slug: Slug,
    #[serde(flatten)]
    note: &'a NoteView,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let mut app = session.app()?;
    match (args.target.as_str(), args.text.as_deref()) {
        ("list", None) => {
            let notes = app.open_notes()?;
            if args.json {
                let views = notes.iter().map(|(at, note)| Listed { slug: at.slug.clone(), note });
                session.out.json(&views.collect::<Vec<_>>());
            } else if notes.is_empty() {
                session.out.say("No open notes.");
            }
            for (document, note) in notes.iter().filter(|_| !args.json) {
                let step = note.step.as_ref().map(|s| format!("#{s}")).unwrap_or_default();
                session.out.styled(&[
                    (Style::Bold, &format!("{}{step}", document.slug)),
                    (Style::Plain, &format!("  {}", note.text)),
                    (Style::Dim, &format!("  {} {} {}", note.actor, note.date, note.id)),
                ]);
            }
        }
        ("resolve", Some(id)) => {
            let actor = session.actor();
            let note = app.resolve_note(id, &args.reason, &actor)?;
            if args.json {
                session.out.json(&note);
            } else {
                session.out.line(&format!("Resolved: {}  ({})", note.text, note.id));
            }
        }
        ("resolve", None) => {
            return Err(Error::refused("which note?").hinted("`runledger note list` shows ids"));
        }
        (_, None) => {
            return Err(Error::refused("a note needs words")
                .hinted("runledger note SLUG#STEP \"this step is wrong because …\""));
        }
        (target, Some(text)) => {
            let actor = session.actor();
            let note = app.add_note(target, text, &actor)?;
            if args.json {
                session.out.json(&note);
            } else {
                session.out.line(&format!("Noted on {target}  ({})", note.id));
            }
        }
    }
    Ok(Done::Well)
}
