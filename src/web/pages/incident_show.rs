//! `GET /incidents/{label}`: an incident as a command post.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::app::App;
use crate::app::search::Query as Search;
use crate::domain::id::Slug;
use crate::domain::incident::{Role, Status, TimeName};
use crate::error::Result;
use crate::search::{By, DocClass};
use crate::views::HitView;
use crate::views::incident::IncidentView;
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
    /// What tells this state of it from every other.
    revision: String,
    /// Minutes since it was detected, while it is open.
    running_min: Option<i64>,
    /// Nobody has said yet when it was taken on.
    to_acknowledge: bool,
    /// What may follow with a button alone.
    next: Vec<Status>,
    may_reopen: bool,
    clocks: Vec<Clock>,
    roles: Vec<RoleLine>,
    suggested: Vec<HitView>,
    context_names: Vec<String>,
}

/// A length of time between two of the five times.
#[derive(Debug, Serialize)]
struct Clock {
    name: &'static str,
    between: &'static str,
    minutes: Option<i64>,
    /// It ended before the incident was reopened, and is no length of what goes on now.
    before: bool,
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
        let people = |role: Role| incident.roles.get(role.as_str()).cloned().unwrap_or_default();
        let line = |role: Role| RoleLine {
            name: role.as_str(),
            title: role.title(),
            people: people(role),
        };
        Ok(Self {
            revision: incident.revision(),
            running_min: app.incident_age(&incident).map(|seconds| seconds / 60),
            to_acknowledge: incident.line.open && is_unknown(&incident, TimeName::Acknowledged),
            next: next(&incident),
            may_reopen: incident.line.status.may_reopen().is_ok(),
            clocks: clocks(&incident),
            roles: Role::ALL.into_iter().map(line).collect(),
            context_names: incident.context.keys().cloned().collect(),
            suggested: hits,
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

fn is_unknown(incident: &IncidentView, name: TimeName) -> bool {
    let fact = incident.time_facts.iter().find(|fact| fact.name == name.as_str());
    fact.is_some_and(|fact| fact.state == "unknown")
}

/// What may be said of its status with a button alone: what lies ahead, then what it may go back
/// to. Of what it is a duplicate and why it was cancelled has to be said in words.
fn next(incident: &IncidentView) -> Vec<Status> {
    let asks_more = |next: &Status| matches!(next, Status::Duplicate | Status::Cancelled);
    let place = |status: Status| Status::ALL.iter().position(|it| *it == status);
    let now = place(incident.line.status);
    let mut next: Vec<Status> =
        incident.next.iter().copied().filter(|next| !asks_more(next)).collect();
    next.sort_by_key(|next| place(*next) < now);
    next
}

/// The lengths, each with its two ends.
fn clocks(incident: &IncidentView) -> Vec<Clock> {
    let lengths = &incident.line.durations;
    let again = incident.line.open && incident.reopened > 0;
    let clock = |name, between, minutes: Option<i64>, ends: bool| Clock {
        name,
        between,
        minutes,
        before: again && ends && minutes.is_some(),
    };
    vec![
        clock("Detect", "started to detected", lengths.detect_min, false),
        clock("Acknowledge", "detected to acknowledged", lengths.acknowledge_min, false),
        clock("Mitigate", "detected to mitigated", lengths.mitigate_min, true),
        clock("Resolve", "detected to resolved", lengths.resolve_min, true),
        clock("Impact", "started to mitigated", lengths.impact_min, true),
    ]
}
