//! Who calls, by a Bearer token that is not older than the password.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::USER;
use super::answer::Answer;
use super::failure::{Failure, SingleUser};
use super::password;
use crate::backend::Backend;
use crate::resources::Wrapping;
use crate::tokens::bearer;

/// What a token says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) iat: u64,
    pub(super) exp: u64,
}

/// The one user, signed in.
#[derive(Debug)]
pub(super) struct Caller;

impl FromRequestParts<Backend> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or_else(|| Failure::unauthorized("未授权"))?;
        let claims = backend.tokens.read::<Claims>(token)?;
        if claims.sub != USER || claims.iat < password::updated_at(&backend.database).await? {
            return Err(Failure::unauthorized("令牌无效或已过期"));
        }
        Ok(Self)
    }
}

impl Wrapping for SingleUser {
    type Caller = Caller;

    fn author(_: Caller) -> String {
        USER.to_owned()
    }

    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response {
        (status, Answer::of(data)).into_response()
    }
}

/// `GET /auth/me`: the one user.
pub(super) async fn me(_: Caller) -> Answer<Value> {
    Answer::of(json!({ "user": { "username": USER, "roles": [USER] } }))
}

/// `POST /auth/logout`: says that the token was good; forgetting it is the client's part.
pub(super) async fn sign_out(_: Caller) -> Answer<Value> {
    Answer::of(json!({ "loggedOut": true }))
}
