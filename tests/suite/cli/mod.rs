//! The command line, driven as a person drives it.

mod bookstore;
mod duties;
mod erasing;
mod exercises;
mod files;
mod incident_runbooks;
mod incidents;
mod json;
mod keeping;
mod metrics;
mod notes;
mod period_reports;
mod postmortems;
mod reporter;
mod reports;
mod search;
mod settings;
mod triage;
mod triage_helm;
mod triage_links;
mod triage_plan;
mod triage_routing;
mod write_ups;
