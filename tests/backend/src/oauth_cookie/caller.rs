//! Who calls: a browser by the cookie, a script or a server by the same token as Bearer.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::failure::{Failure, OauthCookie};
use super::session::{self, Claims};
use super::users::User;
use crate::backend::Backend;
use crate::resources::Wrapping;
use crate::tokens::{Refusal, bearer};

/// The claims, from whichever credential was meant: a header is, a cookie comes by itself.
#[derive(Debug)]
pub(super) struct Caller(pub(super) Claims);

impl FromRequestParts<Backend> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Failure> {
        let claims = match bearer(&parts.headers) {
            Some(_) => session::from_header(backend, &parts.headers),
            None => session::from_cookie(backend, &parts.headers),
        };
        Ok(Self(claims?))
    }
}

impl Wrapping for OauthCookie {
    type Caller = Caller;

    fn author(caller: Caller) -> String {
        caller.0.email.unwrap_or(caller.0.sub)
    }

    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response {
        (status, Json(data)).into_response()
    }
}

/// What somebody is told of the own account, which no shared cache may keep.
type Profile = ([(HeaderName, &'static str); 1], Json<User>);

/// `GET /api/auth/me`: the user of the cookie.
pub(super) async fn me(State(backend): State<Backend>, headers: HeaderMap) -> Result<Profile, Failure> {
    user(&backend, session::from_cookie(&backend, &headers)).await
}

/// `GET /api/auth/profile`: the user of the Bearer token.
pub(super) async fn profile(State(backend): State<Backend>, headers: HeaderMap) -> Result<Profile, Failure> {
    user(&backend, session::from_header(&backend, &headers)).await
}

async fn user(backend: &Backend, claims: Result<Claims, Refusal>) -> Result<Profile, Failure> {
    let user = User::by_id(&backend.database, claims?.sub).await?;
    let user = user.ok_or(Refusal::Invalid)?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(user)))
}
