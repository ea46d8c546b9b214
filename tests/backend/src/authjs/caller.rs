//! Who calls, by the Bearer token.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::failure::{Authjs, Failure};
use crate::accounts::Account;
use crate::backend::Backend;
use crate::resources::Wrapping;
use crate::tokens::{TokenType, bearer};

/// The one whose valid access token came with the request.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) id: String,
    pub(super) username: String,
}

impl FromRequestParts<Backend> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or_else(|| Failure::unauthorized("a Bearer token is required"))?;
        let claims = backend.tokens.verify(token, TokenType::Access)?;
        Ok(Self { id: claims.sub, username: claims.username })
    }
}

impl Wrapping for Authjs {
    type Caller = Caller;

    fn author(caller: Caller) -> String {
        caller.username
    }

    fn wrap<T: Serialize>(status: StatusCode, data: T) -> Response {
        (status, Json(data)).into_response()
    }
}

/// What the caller is told of the own account.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    id: String,
    username: String,
    email: String,
}

/// `GET /api/me`: the caller's own account.
pub(super) async fn me(caller: Caller, State(backend): State<Backend>) -> Result<Json<Profile>, Failure> {
    let account = Account::by_id(&backend.database, caller.id).await?;
    let Account { id, username, email } =
        account.ok_or_else(|| Failure::unauthorized("the account no longer exists"))?;
    Ok(Json(Profile { id, username, email }))
}
