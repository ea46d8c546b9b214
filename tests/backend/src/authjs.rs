//! System S0: the backend behind an Auth.js pair. Plain JSON without an envelope, Bearer, `{"message"}` on refusal.

mod caller;
mod failure;
mod login;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};

use crate::backend::Backend;
use crate::resources;
use crate::tokens::{TokenType, bearer};
use failure::{Authjs, Failure};

/// The routes of the system.
pub(crate) fn routes() -> Router<Backend> {
    Router::new()
        .route("/api/auth/login", post(login::sign_in))
        .route("/api/me", get(caller::me))
        .merge(resources::routes::<Authjs>())
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "no such resource"))
}

/// Whose valid access token came with the request.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    Some(backend.tokens.verify(bearer(headers)?, TokenType::Access).ok()?.username)
}
