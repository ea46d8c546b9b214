//! System S0: the backend behind an Auth.js pair. Plain JSON without an envelope, Bearer, `{"message"}` on refusal.

mod caller;
mod export;
mod failure;
mod files;
mod login;
pub mod pattern;
mod posts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};

use crate::backend::Backend;
use crate::tokens::{TokenType, bearer};
use failure::Failure;

pub(crate) use posts::TABLE as POSTS_TABLE;

/// The routes of the system.
pub(crate) fn routes() -> Router<Backend> {
    Router::new()
        .route("/api/auth/login", post(login::sign_in))
        .route("/api/me", get(caller::me))
        .route("/api/posts", get(posts::list).post(posts::create))
        .route("/api/export", get(export::download))
        .route("/api/files", post(files::receive).layer(DefaultBodyLimit::disable()))
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "no such resource"))
}

/// Whose valid access token came with the request.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    Some(backend.tokens.verify(bearer(headers)?, TokenType::Access).ok()?.username)
}
