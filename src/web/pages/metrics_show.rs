//! `GET /incidents/metrics`: what many incidents come to, in pictures and in figures.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::app::metrics::{GroupBy, MetricsAsked};
use crate::render::bars::{Bar, bars};
use crate::text::capitalised;
use crate::views::metrics::{GroupView, MetricsView};
use crate::web::error::Failure;
use crate::web::page::{Here, page};
use crate::web::state::Shared;
use crate::web::visitor::Visitor;

/// What the address asks for.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    by: String,
    since: String,
    hours: String,
    mean: String,
}

/// The view.
#[derive(Debug, Serialize)]
struct Shown {
    metrics: MetricsView,
    pictures: Vec<Picture>,
    ways: [&'static str; 4],
    /// Some mean is told.
    has_mean: bool,
    asked: Asked,
}

/// One measure over all groups.
#[derive(Debug, Serialize)]
struct Picture {
    name: String,
    between: String,
    svg: String,
    /// Groups in which nothing is known of it are told apart from a length of nothing.
    known: bool,
}

/// The page; by quarter where nothing else is asked for.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    visitor: Visitor,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Failure> {
    if asked.by.trim().is_empty() {
        "quarter".clone_into(&mut asked.by);
    }
    let by = GroupBy::parse(&asked.by).ok_or_else(|| {
        let message = format!("Incidents cannot be grouped by “{}”.", asked.by);
        Failure::new(StatusCode::BAD_REQUEST, message).back_to("/incidents/metrics")
    })?;
    let since: Option<NaiveDate> = match asked.since.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            Failure::new(StatusCode::BAD_REQUEST, format!("“{text}” is no day."))
                .hinted("Write it like 2026-06-01.")
                .back_to("/incidents/metrics")
        })?),
    };
    let support_hours = !asked.hours.trim().is_empty();
    let mean = !asked.mean.trim().is_empty();
    let wanted =
        MetricsAsked { by: Some(by), since, support_hours, mean, ..MetricsAsked::default() };
    let metrics = state.run(move |app| app.incident_metrics(&wanted)).await?;
    let mut measures = metrics.groups.iter().flat_map(|group| &group.measures);
    let shown = Shown {
        pictures: pictures(&metrics.groups),
        has_mean: measures.any(|measure| measure.figures.mean_min.is_some()),
        metrics,
        ways: GroupBy::WORDS,
        asked,
    };
    Ok(page(&state, &visitor, Here::Incidents, "pages/metrics_show.html", &shown))
}

/// A picture of each measure, with a bar for each group.
fn pictures(groups: &[GroupView]) -> Vec<Picture> {
    let Some(first) = groups.first() else { return Vec::new() };
    let one = |(at, measure): (usize, &crate::views::metrics::MeasureView)| {
        let rows: Vec<Bar> = groups
            .iter()
            .map(|group| {
                let figures = &group.measures[at].figures;
                Bar {
                    name: group.name.clone().unwrap_or_else(|| "no service".to_owned()),
                    median: figures.median_min,
                    most: figures.p90_min,
                    n: figures.n,
                }
            })
            .collect();
        let name = capitalised(measure.measure);
        let between = format!("from {} to {}", measure.from, measure.to);
        let title = format!("{name}: {between}");
        Picture {
            svg: bars(measure.measure, &title, &rows),
            known: rows.iter().any(|row| row.n > 0),
            name,
            between,
        }
    };
    first.measures.iter().enumerate().map(one).collect()
}
