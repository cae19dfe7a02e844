//! `GET /reports`: what was made, where it went, and when the next ones come.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::domain::report::Kind;
use crate::views::report_list::ReportList;
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    list: ReportList,
    /// What can be made now: the names of plans, then the kinds that no plan is named like.
    offered: Vec<Offered>,
    /// This node sends what it makes, and there is somewhere to send it.
    can_send: bool,
}

/// A report that can be made now.
#[derive(Debug, Serialize)]
struct Offered {
    name: String,
    title: &'static str,
}

/// The page.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let list = state.run(crate::app::App::report_list).await?;
    let can_send = list.is_reporter && list.planned.iter().any(|plan| !plan.to.is_empty());
    let shown = Shown { offered: offered(&list), can_send, list };
    Ok(page(&state, &visitor, Here::Stale, "pages/report_list.html", &shown))
}

fn offered(list: &ReportList) -> Vec<Offered> {
    let planned = list.planned.iter();
    let mut offered: Vec<Offered> =
        planned.map(|plan| Offered { name: plan.name.clone(), title: plan.kind.title() }).collect();
    for kind in Kind::ALL {
        if !offered.iter().any(|it| it.name == kind.as_str()) {
            let (name, title) = (kind.as_str().to_owned(), kind.title());
            offered.push(Offered { name, title });
        }
    }
    offered
}
