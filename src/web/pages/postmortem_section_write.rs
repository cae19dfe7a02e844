//! `POST /incidents/{label}/postmortem/sections`: sections have another text.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::{App, section_named};
use crate::domain::actor::Actor;
use crate::domain::postmortem::Section;
use crate::error::{Error, Kind};
use crate::web::address;
use crate::web::correction::NOTHING;
use crate::web::error::Failure;
use crate::web::forms::Fields;
use crate::web::parts::{Refused, print, refusal};
use crate::web::signed::Signed;
use crate::web::state::Shared;

/// A section that somebody wrote.
struct Written {
    section: Section,
    text: String,
    seen: Option<String>,
    fields: Vec<(String, String)>,
}

/// Saves what was written and goes back to the first of it. What somebody else wrote meanwhile is
/// not overwritten unseen, and what was typed here is not lost.
pub(in crate::web) async fn save(
    State(state): State<Shared>,
    Path(label): Path<String>,
    signed: Signed,
) -> Result<Response, Failure> {
    let Signed { fields, actor } = signed;
    let page = address::of_incident(&label, "postmortem", "");
    let written = written(&fields).map_err(|error| Failure::from(error).back_to(&page))?;
    let (notice, anchor) = match written.first() {
        Some(first) => ("written", format!("#S-{}", first.section.as_str())),
        None => ("same", String::new()),
    };
    let done = format!("{}{anchor}", address::of_incident(&label, "postmortem", notice));
    let action = address::of_incident(&label, "postmortem/sections", "");
    let (count, by) = (written.len(), actor.clone());
    let refused = state.run(move |app| write(app, &label, written, &by)).await;
    let refused = refused.map_err(|failure| failure.back_to(&page))?;
    let saved = count - refused.len();
    if let Some(failure) = refusal(&action, refused, saved) {
        return Err(failure.back_to(&page));
    }
    Ok(Signed::lead_to(&actor, &done))
}

/// The sections whose text is not as it was shown.
fn written(fields: &Fields) -> Result<Vec<Written>, Error> {
    let all = fields.all();
    let texts = all.iter().filter_map(|(name, text)| Some((name.strip_prefix("text.")?, text)));
    let mut written = Vec::new();
    for (name, text) in texts {
        let section = section_named(name)?;
        if fields.get(&format!("was.{name}")) == Some(print([("text", text.as_str())]).as_str()) {
            continue;
        }
        let seen = fields.get(&format!("seen.{name}"));
        let of_it = |(field, _): &&(String, String)| {
            field.split_once('.').is_some_and(|(_, section)| section == name)
        };
        written.push(Written {
            section,
            text: text.clone(),
            seen: seen.map(|it| if it == NOTHING { "" } else { it }.to_owned()),
            fields: all.iter().filter(of_it).cloned().collect(),
        });
    }
    Ok(written)
}

/// Writes them, and says what was refused.
fn write(
    app: &mut App,
    label: &str,
    written: Vec<Written>,
    actor: &Actor,
) -> Result<Vec<Refused>, Error> {
    let mut refused = Vec::new();
    for part in written {
        let Written { section, text, seen, fields } = part;
        match app.write_section(label, section, &text, seen.as_deref(), actor) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), Kind::Outdated | Kind::Refused) => {
                refused.push(Refused { name: section.title().to_owned(), fields, error });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}
