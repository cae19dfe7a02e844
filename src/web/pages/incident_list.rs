//! `GET /incidents`: all of them, those that are open, or those of a severity or a service; and
//! the form that opens one.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::incidents::IncidentFilter;
use crate::config::Config;
use crate::domain::incident::Severity;
use crate::views::incident::IncidentList;
use crate::web::error::Failure;
use crate::web::forms::new_token;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The filter, as the address tells it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    open: String,
    severity: String,
    service: String,
}

/// The view.
#[derive(Debug, Serialize)]
struct Listed {
    list: IncidentList,
    open_only: bool,
    severity: String,
    service: String,
    severities: Vec<String>,
    token: String,
}

/// What the team calls its severities, the worst first.
pub(in crate::web) fn severity_labels(config: &Config) -> Vec<String> {
    let label = |severity| config.incidents.severities.label(severity).to_owned();
    Severity::ALL.into_iter().map(label).collect()
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let said = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let filter = IncidentFilter {
        open: said(&asked.open).is_some(),
        severity: said(&asked.severity),
        service: said(&asked.service),
    };
    let open_only = filter.open;
    let list = state.run(move |app| app.incident_list(&filter)).await?;
    let severities = severity_labels(&state.config);
    let Asked { severity, service, .. } = asked;
    let listed = Listed { list, open_only, severity, service, severities, token: new_token() };
    Ok(page(&state, &visitor, Here::Incidents, "pages/incident_list.html", &listed))
}
