//! As whom the calls of a request go.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use twinfetch_server_client::{Api, Authenticated, Error, Kind, LayerMissing, Secret, SignedIn};

use super::System;

/// As whom the calls of a request go.
pub(super) struct Caller {
    /// The backend as the caller sees it.
    pub(super) api: Api,
    /// The backend as the request's own cookies have it.
    pub(super) incoming: Api,
    /// Who signed in here, and the id in the request.
    pub(super) kept: Option<(String, SignedIn)>,
}

impl Caller {
    /// Where the credential is, in words for a page.
    pub(super) const fn place(&self) -> &'static str {
        match self.kept {
            Some(_) => "the memory of this server, under a random id",
            None => "a cookie of this request",
        }
    }

    /// What is sent as bearer token.
    pub(super) fn token(&self, session: &Authenticated) -> Option<Secret> {
        let kept = self.kept.as_ref().and_then(|(_, signed_in)| signed_in.tokens());
        kept.map(|tokens| tokens.access).or_else(|| session.access_token().cloned())
    }
}

impl FromRequestParts<Arc<System>> for Caller {
    type Rejection = LayerMissing;

    async fn from_request_parts(parts: &mut Parts, system: &Arc<System>) -> Result<Self, LayerMissing> {
        let incoming = Api::from_request_parts(parts, system).await?;
        let found = |id: String| system.kept.find(&id).map(|signed_in| (id, signed_in));
        let kept = system.id_in(&parts.headers).and_then(found);
        let api = kept.as_ref().map_or_else(|| incoming.clone(), |(_, signed_in)| signed_in.api());
        Ok(Self { api, incoming, kept })
    }
}

/// Leads to the sign-in page, once and with the way back, when an error says that the backend knows nobody.
pub(super) fn sent_to_sign_in(system: &System, error: &Error, page: &str) -> Option<Response> {
    let refused = error.kind() == Kind::Unauthorized;
    refused.then(|| Redirect::to(&system.site(page).sign_in).into_response())
}
