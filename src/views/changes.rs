//! What changed in a runbook since it last worked: the page, and `/api` beside it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::id::{Slug, StepId};
use crate::render::diff::Row;

/// A runbook, or one step of it, then and now.
#[derive(Clone, Debug, Serialize)]
pub struct ChangesView {
    /// The runbook.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// The step that was asked about, if one was.
    pub step: Option<StepRef>,
    /// When it last worked; null where that is not known.
    pub since: Option<NaiveDate>,
    /// Days since then.
    pub days_since: Option<i64>,
    /// For what it worked: "Release ingress-nginx".
    pub worked_for: Option<String>,
    /// Whether its text of then is known.
    pub known: bool,
    /// The changed places, in the order of the text.
    pub hunks: Vec<HunkView>,
}

/// A step by its id and title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepRef {
    /// Its id.
    pub id: StepId,
    /// Its title.
    pub title: String,
}

/// A changed place.
#[derive(Clone, Debug, Serialize)]
pub struct HunkView {
    /// Its parts, each in one section of the text.
    pub parts: Vec<HunkPart>,
}

/// What of a changed place stands in one section.
#[derive(Clone, Debug, Serialize)]
pub struct HunkPart {
    /// The step it belongs to.
    pub step: Option<StepRef>,
    /// The first place of this step on the page: its address leads here.
    pub first: bool,
    /// The section's heading, where it is no step.
    pub heading: String,
    /// The anchor of the section or step on the runbook's page.
    pub anchor: String,
    /// The lines.
    pub rows: Vec<Row>,
}

/// What became of a heading or a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnchorView {
    /// The anchor that was asked about.
    pub was: String,
    /// Its anchor on the runbook's page today.
    pub anchor: String,
    /// What it is called today.
    pub title: String,
    /// The earlier text is known and says so; otherwise it is merely the nearest name.
    pub certain: bool,
}
