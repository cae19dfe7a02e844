//! `GET /incidents/{label}/postmortem`: what is written, what is missing, and the draft as it will
//! be read.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::app::App;
use crate::domain::postmortem::{About, Missing};
use crate::error::Result;
use crate::views::postmortem::{PostmortemView, PreviewSectionView, SectionView};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::parts::print;
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    postmortem: PostmortemView,
    sections: Vec<Section>,
    missing: Vec<Wanted>,
    templates: Vec<String>,
    preview: Vec<PreviewSectionView>,
    /// Why there is no preview: the template has an error.
    broken: Option<String>,
}

/// A section, and how it looks as long as nobody changes anything.
#[derive(Debug, Serialize)]
struct Section {
    #[serde(flatten)]
    section: SectionView,
    was: String,
}

/// Something that is missing, and where it is mended.
#[derive(Debug, Serialize)]
struct Wanted {
    message: String,
    address: String,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Path(label): Path<String>,
) -> Result<Response, Failure> {
    let asked = label.clone();
    let shown = state.run(move |app| Shown::of(app, &asked)).await;
    let shown = shown.map_err(|failure| failure.back_to("/incidents"))?;
    let known = shown.postmortem.line.incident.as_str();
    if known != label {
        let to = address::of_incident(known, "postmortem", "");
        return Ok(Redirect::temporary(&to).into_response());
    }
    Ok(page(&state, &visitor, Here::Incidents, "pages/postmortem_show.html", &shown))
}

impl Shown {
    fn of(app: &mut App, label: &str) -> Result<Self> {
        let postmortem = app.postmortem(label)?;
        let (preview, broken) = match app.preview_postmortem(label) {
            Ok(preview) => (preview, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let sections = postmortem.sections.iter().map(|section| Section {
            was: print([("text", section.text.as_str())]),
            section: section.clone(),
        });
        Ok(Self {
            sections: sections.collect(),
            missing: wanted(&postmortem),
            templates: app.postmortem_templates(),
            postmortem,
            preview,
            broken,
        })
    }
}

/// Everything that is missing, each with the place where it is mended.
fn wanted(view: &PostmortemView) -> Vec<Wanted> {
    let one = |missing: &Missing| Wanted {
        message: missing.message.clone(),
        address: place(&missing.about, view),
    };
    view.missing.iter().map(one).collect()
}

fn place(about: &About, view: &PostmortemView) -> String {
    let label = view.line.incident.as_str();
    let postmortem = || address::of_incident(label, "postmortem", "");
    match about {
        About::Incident => address::incident(label, ""),
        About::Postmortem => format!("{}#Begin", postmortem()),
        About::Section(section) => format!("{}#S-{section}", postmortem()),
        About::Question(id) => {
            let all = view.checklist.iter().flat_map(|group| &group.questions);
            let number = all.clone().find(|it| it.id == *id).map_or(1, |it| it.number);
            format!("{}#Q-{number}", address::of_incident(label, "checklist", ""))
        }
        About::Action(id) => {
            format!("/actions?incident={}#A-{id}", address::encode(label))
        }
    }
}
