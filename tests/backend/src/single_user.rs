//! System S3: one user with a password, a token for half a day, and links that sign their bearer in.

mod answer;
mod caller;
mod failure;
mod link;
mod password;
mod sign_in;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};

use crate::backend::Backend;
use crate::resources;
use crate::tokens::bearer;
use failure::{Failure, SingleUser};

pub use password::PASSWORD;
pub(crate) use password::prepare;

/// The only user.
const USER: &str = "admin";

/// The routes of the system.
pub(crate) fn routes() -> Router<Backend> {
    Router::new()
        .merge(resources::routes::<SingleUser>())
        .route("/auth/login", post(sign_in::sign_in))
        .route("/auth/me", get(caller::me))
        .route("/auth/logout", post(caller::sign_out))
        .route("/auth/generate-url-token", post(link::token))
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "不支持的请求方法"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "资源不存在"))
}

/// What only a test may ask: another password, and when it became so.
pub(crate) fn test_routes() -> Router<Backend> {
    Router::new().route("/test/password", put(password::change))
}

/// Whose token came with the request; whether it is older than the password is not asked.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    Some(backend.tokens.read::<caller::Claims>(bearer(headers)?).ok()?.sub)
}
