//! `GET /reports/{name}/{day}/{form}`: a report's bytes in one form, as they were made.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::domain::report::Form;
use crate::web::error::Failure;
use crate::web::security::DOCUMENT_POLICY;
use crate::web::state::Shared;

/// The bytes. The HTML is a document of its own with styles on its elements, from a template that
/// may be the team's; so it may do less than our pages, and nothing that a page of ours may.
pub(in crate::web) async fn show(
    State(state): State<Shared>,
    Path((name, day, form)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let label = format!("{name}/{day}");
    let back = format!("/reports/{label}");
    let Some(form) = Form::parse(&form) else {
        return Err(Failure::not_found("a report is not made in that form").back_to(back));
    };
    let text = state.run(move |app| app.report_in_form(&label, form)).await;
    let text = text.map_err(|failure| failure.back_to(back))?;
    let headers = [
        (header::CONTENT_TYPE, content_type(form)),
        (header::CONTENT_SECURITY_POLICY, DOCUMENT_POLICY),
        // The address of a report leads to the same bytes forever, but for an erasure.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, text).into_response())
}

const fn content_type(form: Form) -> &'static str {
    match form {
        Form::Chat | Form::Text => "text/plain; charset=utf-8",
        Form::Csv => "text/csv; charset=utf-8",
        Form::Html => "text/html; charset=utf-8",
        Form::Json => "application/json",
        Form::Md => "text/markdown; charset=utf-8",
    }
}
