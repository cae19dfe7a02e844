//! A form that was sent, and who sent it: what every handler that records something begins with.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::forms::Fields;
use super::visitor::{Visitor, keep};
use crate::domain::actor::Actor;

/// A form of somebody who has a name.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// What it says.
    pub(super) fields: Fields,
    /// Who sent it.
    pub(super) actor: Actor,
}

impl Signed {
    /// Leads to a page of ours, and keeps the sender's name in their browser.
    pub(super) fn lead_to(actor: &Actor, address: &str) -> Response {
        ([keep(&actor.name)], Redirect::to(address)).into_response()
    }
}

impl<S: Send + Sync> FromRequest<S> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = match Visitor::from_request_parts(&mut parts, state).await {
            Ok(visitor) => visitor,
            Err(never) => match never {},
        };
        let fields = Fields::from_request(Request::from_parts(parts, body), state).await?;
        let actor = visitor.must_be_named(&fields).map_err(|failure| failure.into_response())?;
        Ok(Self { fields, actor })
    }
}
