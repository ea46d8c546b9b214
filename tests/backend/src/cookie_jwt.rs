//! System S2: a token for a day in a cookie that scripts cannot read, roles with permissions, and a coded envelope.

mod answer;
mod caller;
mod failure;
mod members;
mod permissions;
mod sign_in;
mod sign_out;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};

use crate::backend::Backend;
use crate::options::Refusals;
use crate::resources;
use failure::{CookieJwt, Failure};

pub use members::ADMINISTRATOR;
pub(crate) use members::prepare;

/// The cookie that holds the token.
const COOKIE: &str = "token";

/// The routes of the system.
pub(crate) fn routes(refusals: Refusals) -> Router<Backend> {
    let routes = Router::new()
        .merge(resources::routes::<CookieJwt>())
        .route("/auth/login", post(sign_in::sign_in))
        .route("/auth/logout", post(sign_out::sign_out))
        .route("/auth/session", get(caller::session))
        .route("/auth/permissions", get(permissions::list))
        .route("/account/users", get(members::list))
        .method_not_allowed_fallback(async || Failure::new(StatusCode::METHOD_NOT_ALLOWED, "不支持的请求方法"))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "资源不存在"));
    match refusals {
        Refusals::ByStatus => routes,
        Refusals::WithOk => routes.layer(map_response(with_ok)),
    }
}

/// Whose valid token came with the request.
pub(crate) fn user(backend: &Backend, headers: &HeaderMap) -> Option<String> {
    Some(caller::claims(backend, headers)?.username)
}

/// Hides a refusal behind 200; a failure of the backend's own stays one.
async fn with_ok(mut response: Response) -> Response {
    if response.status().is_client_error() {
        *response.status_mut() = StatusCode::OK;
    }
    response
}
