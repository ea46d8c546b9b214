//! The cookie `app_session`: what is in it, how it comes and how it goes.

use std::time::Duration;

use anyhow::Context as _;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::Failure;
use super::users::{Identity, User};
use crate::backend::Backend;
use crate::tokens::{Lifespan, Refusal, bearer};

const COOKIE: &str = "app_session";

/// What the token in the cookie says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) email: Option<String>,
    pub(super) iat: u64,
    pub(super) exp: u64,
}

/// The claims of the token in the cookie.
pub(super) fn from_cookie(backend: &Backend, headers: &HeaderMap) -> Result<Claims, Refusal> {
    let cookies = CookieJar::from_headers(headers);
    backend.tokens.read(cookies.get(COOKIE).ok_or(Refusal::Invalid)?.value())
}

/// The claims of the same token, sent as Bearer.
pub(super) fn from_header(backend: &Backend, headers: &HeaderMap) -> Result<Claims, Refusal> {
    backend.tokens.read(bearer(headers).ok_or(Refusal::Invalid)?)
}

/// The cookie with a new token for this user.
pub(super) fn begin(backend: &Backend, user: &User) -> anyhow::Result<Cookie<'static>> {
    let Lifespan { iat, exp } = Lifespan::from_now(backend.token_lifetime);
    let token = backend.tokens.sign(&Claims { sub: user.id.clone(), email: user.email.clone(), iat, exp })?;
    cookie(token, backend.token_lifetime)
}

/// `Secure` on plain HTTP too: browsers take loopback for a safe place.
fn cookie(token: String, lifetime: Duration) -> anyhow::Result<Cookie<'static>> {
    let max_age = lifetime.try_into().context("no cookie lives so long")?;
    let cookie = Cookie::build((COOKIE, token)).path("/").http_only(true).secure(true).same_site(SameSite::Lax);
    Ok(cookie.max_age(max_age).build())
}

/// What ends a session.
type SignedOut = (CookieJar, [(header::HeaderName, &'static str); 1], Json<Value>);

/// `POST /api/auth/logout`: takes the cookie away, whoever asks.
pub(super) async fn sign_out() -> Result<SignedOut, Failure> {
    // The name, path and flags of the cookie that goes, and no life left.
    let gone = CookieJar::new().add(cookie(String::new(), Duration::ZERO)?);
    Ok((gone, [(header::CACHE_CONTROL, "private, no-store")], Json(json!({ "message": "已退出登录" }))))
}

/// `POST /test/session`: what a callback does once the provider has said who it is.
pub(super) async fn sign_in(
    State(backend): State<Backend>,
    identity: Result<Json<Identity>, JsonRejection>,
) -> Result<(CookieJar, Json<User>), Failure> {
    let user = User::synchronised(&backend.database, identity?.0).await?;
    Ok((CookieJar::new().add(begin(&backend, &user)?), Json(user)))
}
