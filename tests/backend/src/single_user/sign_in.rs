//! `POST /auth/login`: a token for the password.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};

use super::USER;
use super::answer::Answer;
use super::caller::Claims;
use super::failure::Failure;
use super::password;
use crate::backend::Backend;
use crate::options::Stage;
use crate::tokens::Lifespan;

const LONGEST: i64 = 7200;

/// What one signs in with.
#[derive(Deserialize)]
pub(super) struct Credentials {
    password: String,
    /// How many seconds the token is to be good; not asked in production.
    ttl: Option<i64>,
}

/// What one gets for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    token: String,
    expires_at: u64,
}

impl Token {
    /// A token of the one user.
    pub(super) fn issue(backend: &Backend, lifetime: Duration) -> anyhow::Result<Self> {
        let Lifespan { iat, exp } = Lifespan::from_now(lifetime);
        let token = backend.tokens.sign(&Claims { sub: USER.to_owned(), iat, exp })?;
        Ok(Self { token, expires_at: exp })
    }
}

/// Signs in.
pub(super) async fn sign_in(
    State(backend): State<Backend>,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<Answer<Token>, Failure> {
    let Json(Credentials { password, ttl }) = credentials?;
    let lifetime = lifetime(&backend, ttl)?;
    if !password::is(&backend.database, password).await? {
        return Err(Failure::unauthorized("密码错误"));
    }
    Ok(Answer::of(Token::issue(&backend, lifetime)?))
}

fn lifetime(backend: &Backend, ttl: Option<i64>) -> Result<Duration, Failure> {
    match ttl.filter(|_| backend.stage == Stage::Development) {
        None => Ok(backend.token_lifetime),
        Some(seconds @ 1..=LONGEST) => Ok(Duration::from_secs(seconds.unsigned_abs())),
        Some(_) => Err(Failure::bad_request(format!("ttl 必须在 1 到 {LONGEST} 秒之间"))),
    }
}
