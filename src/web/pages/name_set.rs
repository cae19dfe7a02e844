//! `POST /name`: who is at the keyboard.

use axum::Form;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use crate::web::error::Failure;
use crate::web::visitor::{keep, plain_name};

/// The form.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct NameForm {
    name: String,
    #[serde(default)]
    back: String,
}

/// Keeps the name in the browser and goes back.
pub(in crate::web) async fn save(Form(form): Form<NameForm>) -> Result<impl IntoResponse, Failure> {
    let name = plain_name(&form.name).ok_or_else(|| {
        Failure::new(axum::http::StatusCode::BAD_REQUEST, "A name needs at least one letter.")
    })?;
    let back = if is_ours(&form.back) { form.back } else { "/".to_owned() };
    let sign = if back.contains('?') { '&' } else { '?' };
    Ok(([keep(&name)], Redirect::to(&format!("{back}{sign}notice=named"))))
}

/// Whether an address is a path of this server, with what it asks for: no scheme, no other host, no
/// second line.
fn is_ours(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !path.contains('#')
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_paths_of_this_server_are_gone_back_to() {
        assert!(is_ours("/runbooks/a%20b") && is_ours("/runbooks/a?incident=INC-1&x=y"));
        for foreign in
            ["", "x", "//evil.example", "/\\evil.example", "/a\r\nx:y", "https://x", "/ "]
        {
            assert!(!is_ours(foreign), "{foreign:?}");
        }
    }
}
