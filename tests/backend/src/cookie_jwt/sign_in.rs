//! `POST /auth/login`: a token for an address and a password, in the body and in a cookie.

use std::time::Duration;

use anyhow::Context as _;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use serde_json::{Value, json};

use super::COOKIE;
use super::answer::Answer;
use super::caller::Claims;
use super::failure::Failure;
use super::members::Member;
use super::permissions::SUPER_ADMINISTRATOR;
use crate::accounts::{Account, Name};
use crate::backend::Backend;
use crate::options::Stage;
use crate::tokens::Lifespan;

/// What one signs in with.
#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

/// Signs in.
pub(super) async fn sign_in(
    State(backend): State<Backend>,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<(CookieJar, Answer<Value>), Failure> {
    let Json(Credentials { email, password }) = credentials?;
    let Some(member) = member(&backend, email.clone(), password).await? else {
        tracing::warn!(%email, "sign-in refused");
        return Err(Failure::unauthorized("邮箱或密码错误"));
    };
    let Lifespan { iat, exp } = Lifespan::from_now(backend.token_lifetime);
    member.signed_in(&backend.database, iat).await?;
    let seconds = backend.token_lifetime.as_secs();
    tracing::info!(id = member.id, username = member.username, email, seconds, "signed in");

    let Member { id, email, username, avatar, role_id } = member;
    let user = json!({ "id": id, "email": email });
    let is_super_administrator = role_id == SUPER_ADMINISTRATOR;
    let token =
        backend.tokens.sign(&Claims { id, email, username, role_id, avatar, is_super_administrator, iat, exp })?;
    let cookies = CookieJar::new().add(cookie(token.clone(), backend.token_lifetime, backend.stage)?);
    Ok((cookies, Answer::of(json!({ "token": token, "user": user })).saying("登录成功")))
}

async fn member(backend: &Backend, email: String, password: String) -> anyhow::Result<Option<Member>> {
    match Account::by_password(&backend.database, Name::Email(email), password).await? {
        Some(account) => Member::by_account(&backend.database, account.id).await,
        None => Ok(None),
    }
}

/// The cookie that holds the token, or none of it with a life of 0.
pub(super) fn cookie(token: String, lifetime: Duration, stage: Stage) -> anyhow::Result<Cookie<'static>> {
    let cookie = Cookie::build((COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(lifetime.try_into().context("no cookie lives so long")?);
    Ok(match stage {
        Stage::Development => cookie.build(),
        Stage::Production => cookie.secure(true).build(),
    })
}
