//! `POST /api/auth/login`: a name and a password for a pair of tokens.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderName, header};
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::accounts::{Account, Name};
use crate::backend::Backend;
use crate::tokens::TokenType;

/// What one signs in with.
#[derive(Deserialize)]
pub(super) struct Credentials {
    username: String,
    password: String,
}

/// What one gets for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedIn {
    id: String,
    username: String,
    email: String,
    access_token: String,
    refresh_token: String,
}

/// Signs in.
pub(super) async fn sign_in(
    State(backend): State<Backend>,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<([(HeaderName, &'static str); 1], Json<SignedIn>), Failure> {
    let Json(Credentials { username, password }) = credentials?;
    let account = Account::by_password(&backend.database, Name::Username(username), password).await?;
    let account = account.ok_or_else(|| Failure::unauthorized("the username or the password is wrong"))?;
    let access_token = backend.tokens.issue(&account, TokenType::Access, backend.token_lifetime)?;
    let refresh_token = backend.tokens.issue(&account, TokenType::Refresh, backend.refresh_lifetime)?;
    let Account { id, username, email } = account;
    // Tokens are not for a cache to keep (RFC 6749, section 5.1).
    let head = [(header::CACHE_CONTROL, "no-store")];
    Ok((head, Json(SignedIn { id, username, email, access_token, refresh_token })))
}
