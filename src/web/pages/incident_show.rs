//! `GET /incidents/{label}`: an incident as a command post.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::app::App;
use crate::app::search::Query as Search;
use crate::domain::id::Slug;
use crate::domain::incident::Role;
use crate::error::Result;
use crate::search::{By, DocClass};
use crate::views::HitView;
use crate::views::incident::{DurationsView, IncidentView, RunbookUseView};
use crate::web::address;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// How many runbooks are suggested.
const SUGGESTED: usize = 4;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    incident: IncidentView,
    /// Seconds since it was detected, while it is open.
    running_s: Option<i64>,
    clocks: Vec<Clock>,
    roles: Vec<RoleLine>,
    used: Vec<UsedRunbook>,
    suggested: Vec<Suggestion>,
    context_names: Vec<String>,
}

/// A runbook that is used, and what the incident fills in it.
#[derive(Debug, Serialize)]
struct UsedRunbook {
    #[serde(flatten)]
    used: RunbookUseView,
    /// The values, as the address of its page takes them.
    fragment: String,
}

/// A runbook that may help.
#[derive(Debug, Serialize)]
struct Suggestion {
    #[serde(flatten)]
    hit: HitView,
    /// The step to open and the values, as the address of its page takes them.
    fragment: String,
}

/// A length of time between two of the five times.
#[derive(Debug, Serialize)]
struct Clock {
    name: &'static str,
    between: &'static str,
    seconds: Option<i64>,
}

/// A role and who has it.
#[derive(Debug, Serialize)]
struct RoleLine {
    name: &'static str,
    title: &'static str,
    people: Vec<String>,
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
    let known = shown.incident.line.label.as_str();
    if known != label {
        return Ok(Redirect::temporary(&address::incident(known, "")).into_response());
    }
    Ok(page(&state, &visitor, Here::Incidents, "pages/incident_show.html", &shown))
}

impl Shown {
    fn of(app: &mut App, label: &str) -> Result<Self> {
        let incident = app.incident(label)?;
        let is_used = |slug: &Slug| incident.runbooks.iter().any(|used| used.slug == *slug);
        let mut hits = Vec::new();
        if incident.line.open {
            let about = format!("{} {}", incident.line.title, incident.line.services.join(" "));
            hits = app.search(&similar(about))?.hits;
            hits.retain(|hit| !is_used(&hit.slug));
            hits.truncate(SUGGESTED);
        }
        let used = incident.runbooks.iter().map(|used| &used.slug);
        let slugs: Vec<Slug> = used.chain(hits.iter().map(|hit| &hit.slug)).cloned().collect();
        let mut fillings = app.fillings(label, &slugs)?.into_iter();
        let mut fragment = |place: &str| {
            let values = fillings.next().map(|filling| filling.values).unwrap_or_default();
            address::fragment(place, &values)
        };
        let used = incident
            .runbooks
            .iter()
            .map(|used| UsedRunbook { fragment: fragment(""), used: used.clone() });
        let used = used.collect();
        let suggested =
            hits.into_iter().map(|hit| Suggestion { fragment: fragment(&hit.anchor), hit });
        let suggested = suggested.collect();
        let people = |role: Role| incident.roles.get(role.as_str()).cloned().unwrap_or_default();
        let line = |role: Role| RoleLine {
            name: role.as_str(),
            title: role.title(),
            people: people(role),
        };
        Ok(Self {
            running_s: app.incident_age(&incident),
            clocks: clocks(&incident.line.durations),
            roles: Role::ALL.into_iter().map(line).collect(),
            context_names: incident.context.keys().cloned().collect(),
            used,
            suggested,
            incident,
        })
    }
}

/// The search for runbooks that may help.
fn similar(about: String) -> Search {
    Search {
        text: about,
        limit: 2 * SUGGESTED,
        by: By::Runbook,
        kinds: vec![DocClass::Runbook],
        explain: false,
    }
}

/// The lengths, each with its two ends.
fn clocks(durations: &DurationsView) -> Vec<Clock> {
    let clock = |name, between, minutes: Option<i64>| Clock {
        name,
        between,
        seconds: minutes.map(|minutes| minutes * 60),
    };
    vec![
        clock("Detect", "started to detected", durations.detect_min),
        clock("Acknowledge", "detected to acknowledged", durations.acknowledge_min),
        clock("Mitigate", "detected to mitigated", durations.mitigate_min),
        clock("Resolve", "detected to resolved", durations.resolve_min),
        clock("Impact", "started to mitigated", durations.impact_min),
    ]
}
