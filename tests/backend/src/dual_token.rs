//! System S1: an access token for minutes and a refresh token for days, both signed, in an envelope.
//!
//! A refresh token is good once. What ends it early, a refresh or a sign-out, puts its id on the deny list.

mod caller;
mod documentation;
mod envelope;
mod failure;
mod logout;
mod pair;
mod refresh;
mod sign_in;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};

use crate::backend::Backend;
use crate::resources;
use crate::tokens::{TokenType, bearer};
use failure::{DualToken, Failure};

/// The routes of the system.
pub(crate) fn routes() -> Router<Backend> {
    Router::new()
        .merge(resources::routes::<DualToken>())
        .route("/auth/login", post(sign_in::log_in))
        .route("/auth/register", post(sign_in::register))
        .route("/auth/refresh", post(refresh::rotate))
        .route("/auth/logout", post(logout::sign_out))
        .route("/auth/me", get(caller::me))
        .merge(documentation::page())
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "不支持的请求方法"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "资源不存在"))
}

/// What only a test may ask: that the limits begin anew.
pub(crate) fn test_routes() -> Router<Backend> {
    let reset = async |State(backend): State<Backend>| {
        backend.rate_limits.reset();
        StatusCode::NO_CONTENT
    };
    Router::new().route("/test/limits", delete(reset))
}

/// Whose valid access token came with the request.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    Some(backend.tokens.verify(bearer(headers)?, TokenType::Access).ok()?.username)
}
