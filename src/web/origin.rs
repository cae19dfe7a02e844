//! Under which address the server is reached: what absolute links begin with.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::state::Shared;

/// The public address where one is set, else the name that the request asked for; which names may
/// be asked for is checked before.
#[derive(Clone, Debug)]
pub(super) struct Origin(pub(super) String);

impl FromRequestParts<Shared> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Infallible> {
        if let Some(public) = &state.config.public_url {
            return Ok(Self(public.text.clone()));
        }
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        Ok(Self(format!("http://{}", host.unwrap_or("localhost"))))
    }
}
