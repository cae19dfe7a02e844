//! `GET /runbooks`: all of them, or those of a state, an owner, a label, an alert or a service; the filter is in the address.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::freshness::Filter;
use crate::views::page::RunbookList;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The filter, as the address tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    state: String,
    owner: String,
    tag: String,
    alert: String,
    service: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        let said = |text: &String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Filter {
            state: said(&self.state),
            owner: said(&self.owner),
            tag: said(&self.tag),
            alert: said(&self.alert),
            service: said(&self.service),
        }
    }
}

/// The view.
#[derive(Debug, Serialize)]
struct Listed {
    asked: Asked,
    filtered: bool,
    list: RunbookList,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let filter = asked.filter();
    let filtered = asked != Asked::default();
    let list = state.run(move |app| app.runbook_list(&filter)).await?;
    let listed = Listed { asked, filtered, list };
    Ok(page(&state, &visitor, Here::Runbooks, "pages/runbook_list.html", &listed))
}
