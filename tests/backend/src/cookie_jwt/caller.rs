//! Who calls, by the token in the cookie or in the `Authorization` header.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::COOKIE;
use super::answer::Answer;
use super::failure::{CookieJwt, Failure};
use crate::backend::Backend;
use crate::resources::Wrapping;
use crate::tokens::bearer;

/// What a token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claims {
    pub(super) id: i64,
    pub(super) email: String,
    pub(super) username: String,
    pub(super) role_id: String,
    pub(super) avatar: String,
    /// Spelled so on the wire.
    #[serde(rename = "isSurperAdmin")]
    pub(super) is_super_administrator: bool,
    pub(super) iat: u64,
    pub(super) exp: u64,
}

/// The one whose valid token came with the request.
#[derive(Debug)]
pub(super) struct Caller(pub(super) Claims);

impl FromRequestParts<Backend> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Failure> {
        claims(backend, &parts.headers).map(Self).ok_or_else(|| Failure::unauthorized("未登录"))
    }
}

impl Wrapping for CookieJwt {
    type Caller = Caller;

    fn author(caller: Caller) -> String {
        caller.0.username
    }

    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response {
        (status, Answer::of(data)).into_response()
    }
}

/// The claims of the valid token that came along. A header is meant, a cookie comes by itself: the header counts.
pub(super) fn claims(backend: &Backend, headers: &HeaderMap) -> Option<Claims> {
    if let Some(token) = bearer(headers) {
        return backend.tokens.read(token).ok();
    }
    backend.tokens.read(CookieJar::from_headers(headers).get(COOKIE)?.value()).ok()
}

/// `GET /auth/session`: who the token says that the caller is.
pub(super) async fn session(caller: Caller) -> Answer<Value> {
    let Claims { id, email, username, avatar, role_id, .. } = caller.0;
    Answer::of(json!({
        "user": { "id": id, "email": email, "username": username, "avatar": avatar, "roleId": role_id }
    }))
}
