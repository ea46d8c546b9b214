//! System S4: sign-in at an OpenID provider, then a token for a week in a cookie; plain JSON without an envelope.

mod callback;
mod caller;
mod failure;
mod journeys;
mod provider;
mod session;
mod start;
mod users;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};

use crate::backend::Backend;
use crate::resources;
use failure::{Failure, OauthCookie};

pub(crate) use provider::SignIn;

/// The system's tables.
pub(crate) const TABLES: &str = concat!(
    "CREATE TABLE IF NOT EXISTS users (
        id TEXT PRIMARY KEY,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        email TEXT,
        phone TEXT,
        nickname TEXT,
        avatar_url TEXT,
        preferred_language TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        UNIQUE (issuer, subject)
    ) STRICT;",
    "CREATE TABLE IF NOT EXISTS journeys (
        id INTEGER PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (id),
        title TEXT NOT NULL
    ) STRICT;"
);

/// The routes of the system.
pub(crate) fn routes() -> Router<Backend> {
    Router::new()
        .merge(resources::routes::<OauthCookie>())
        .route("/api/auth/google", get(start::redirect))
        .route("/api/auth/google/callback", get(callback::sign_in))
        .route("/api/auth/me", get(caller::me))
        .route("/api/auth/profile", get(caller::profile))
        .route("/api/auth/logout", post(session::sign_out))
        .route("/api/v1/journeys", get(journeys::list).post(journeys::create))
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "不支持的请求方法"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "资源不存在"))
}

/// What only a test may ask: a session without a provider.
pub(crate) fn test_routes() -> Router<Backend> {
    Router::new().route("/test/session", post(session::sign_in))
}

/// Whose valid token came with the request.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    let claims = session::from_header(backend, headers).or_else(|_| session::from_cookie(backend, headers));
    claims.ok()?.email
}
