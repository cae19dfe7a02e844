//! Every address of the server, in one table.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::dress::{Panics, dress};
use super::hosts::Hosts;
use super::security::{self, Bounds};
use super::state::Shared;
use super::{api, pages, statics};

/// The table, and around it the guards, the pages for what goes wrong, and the headers.
pub(super) fn router(
    state: &Shared,
    hosts: Hosts,
    public_url: Option<&str>,
    bounds: Bounds,
) -> Router {
    let table = Router::new()
        .route("/", get(pages::home::show))
        .route("/results", get(pages::home::results).post(pages::home::results_of_a_paste))
        .route("/runbooks", get(pages::runbook_list::show))
        .route("/runbooks/", get(|| async { Redirect::permanent("/runbooks") }))
        .route("/runbooks/{*slug}", get(pages::runbook_show::show))
        .route("/changes/{*slug}", get(pages::changes_show::show))
        .route("/stale", get(pages::stale::show))
        .route("/calendar.ics", get(pages::calendar::show))
        .route("/triage", get(pages::triage_show::show).post(pages::triage_show::of_a_paste))
        .route("/triage/notes", post(pages::triage_note_add::save))
        .route("/scenarios", get(pages::scenario_list::show))
        .route("/scenarios/{name}", get(pages::scenario_show::show))
        .route("/alerts/{*name}", get(pages::alert::show))
        .route("/follow/{*slug}", get(pages::follow_start::show))
        .route("/runs", post(pages::run_start::save))
        .route("/runs/{id}", get(pages::run_show::show))
        .route("/runs/{id}/finish", get(pages::run_finish::show).post(pages::run_finish::save))
        .route("/runs/{id}/{verb}", post(pages::run_act::save))
        .route("/incidents", get(pages::incident_list::show).post(pages::incident_open::save))
        .route("/incidents/{label}", get(pages::incident_show::show))
        .route("/incidents/{label}/fields", post(pages::incident_edit::save))
        .route("/incidents/{label}/notes", post(pages::incident_note_add::save))
        .route("/incidents/{label}/roles", post(pages::incident_role_set::save))
        .route("/incidents/{label}/runbooks", post(pages::incident_runbook_use::save))
        .route("/incidents/{label}/status", post(pages::incident_status_set::save))
        .route("/incidents/{label}/times", post(pages::incident_time_set::save))
        .route("/incidents/{label}/outcomes", post(pages::incident_outcome_record::save))
        .route(
            "/incidents/{label}/checklist",
            get(pages::checklist_show::show).post(pages::checklist_answer::save),
        )
        .route(
            "/incidents/{label}/postmortem",
            get(pages::postmortem_show::show).post(pages::postmortem_change::save),
        )
        .route("/incidents/{label}/postmortem/publish", post(pages::postmortem_publish::save))
        .route(
            "/incidents/{label}/postmortem/sections",
            post(pages::postmortem_section_write::save),
        )
        .route("/actions", get(pages::action_list::show).post(pages::action_add::save))
        .route("/actions/{id}", post(pages::action_change::save))
        .route("/incidents/metrics", get(pages::metrics_show::show))
        .route("/reports", get(pages::report_list::show).post(pages::report_make::save))
        .route("/reports.atom", get(pages::report_feed::show))
        .route(
            "/reports/{name}/{day}",
            get(pages::report_show::show).post(pages::report_send::save),
        )
        .route("/reports/{name}/{day}/{form}", get(pages::report_form::show))
        .route("/exercises", post(pages::exercise_record::save))
        .route("/notes", post(pages::note_add::save))
        .route("/notes/{id}/resolve", post(pages::note_resolve::save))
        .route("/name", post(pages::name_set::save))
        .route("/api/anchors/{*slug}", get(api::anchors::answer))
        .route("/api/incidents/{label}", get(api::incidents::answer))
        .route("/api/runs/{id}", get(api::runs::answer))
        .route("/api/search", get(api::search::answer))
        .route("/healthz", get(pages::health::alive))
        .route("/readyz", get(pages::health::ready))
        .route("/static/{*name}", get(statics::show))
        .route("/favicon.ico", get(statics::favicon_ico))
        .route("/favicon.svg", get(statics::favicon))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(state.clone())
        .layer(CatchPanicLayer::custom(Panics(state.clone())));
    let guarded = security::guard(table, hosts, public_url, bounds);
    security::with_headers(guarded.layer(from_fn_with_state(state.clone(), dress)))
}
