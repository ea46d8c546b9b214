//! `GET /api/auth/google/callback`: back from the provider, with a code for who it is.

use std::ops::Deref;

use anyhow::Context as _;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use openidconnect::core::CoreIdTokenClaims;
use openidconnect::{AuthorizationCode, LocalizedClaim, Nonce, PkceCodeVerifier, TokenResponse as _};
use serde::Deserialize;

use super::failure::Failure;
use super::provider::{self, Pending};
use super::session;
use super::start::{Found, found};
use super::users::{Identity, User};
use crate::backend::Backend;
use crate::tokens;

/// What the provider sends along.
#[derive(Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Signs in; whatever comes of it, what waited for this is gone.
pub(super) async fn sign_in(
    State(backend): State<Backend>,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Result<Response, Failure> {
    let cookies = CookieJar::new().add(provider::forget()?);
    let signed_in = match answer {
        Ok(Query(answer)) => complete(&backend, backend.sign_in.pending(&headers), answer).await,
        Err(rejection) => Err(rejection.into()),
    };
    Ok(match signed_in {
        Ok((session, found)) => (cookies.add(session), found).into_response(),
        Err(failure) => (cookies, failure).into_response(),
    })
}

async fn complete(
    backend: &Backend,
    pending: Option<Pending>,
    answer: Answer,
) -> Result<(axum_extra::extract::cookie::Cookie<'static>, Found), Failure> {
    let refused = || Failure::bad_request("登录请求无效或已过期，请重新登录");
    let pending = pending.filter(|pending| pending.until > tokens::now()).ok_or_else(refused)?;
    if answer.state.as_ref() != Some(&pending.state) {
        return Err(refused());
    }
    // Once only, also for who kept a copy of the cookie.
    if !backend.deny_list.deny(format!("state:{}", pending.state), pending.until).await? {
        return Err(refused());
    }
    if answer.error.is_some() {
        return Err(Failure::bad_request("登录已取消或被拒绝"));
    }
    let code = answer.code.ok_or_else(refused)?;
    let return_to = pending.return_to.clone();
    let identity = match identity(backend, pending, code).await {
        Ok(identity) => identity,
        Err(cause) => {
            // Quoted: a part of it may be the provider's own words.
            tracing::warn!(cause = ?cause.to_string(), "sign-in refused");
            return Err(Failure::unauthorized("登录失败，请重新登录"));
        }
    };
    let user = User::synchronised(&backend.database, identity).await?;
    tracing::info!(id = user.id, "signed in");
    Ok((session::begin(backend, &user)?, found(format!("{}{return_to}", backend.sign_in.frontend_origin))))
}

/// Exchanges the code, and believes an `id_token` only for its signature, issuer, audience, nonce and expiry.
async fn identity(backend: &Backend, pending: Pending, code: String) -> anyhow::Result<Identity> {
    let client = backend.sign_in.client().await?;
    let answer = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(PkceCodeVerifier::new(pending.code_verifier))
        .request_async(&backend.sign_in.http)
        .await
        // What the provider writes is not for our log.
        .ok()
        .context("the provider gave no tokens for the code")?;
    let id_token = answer.id_token().context("the provider gave no id_token")?;
    let claims = id_token.claims(&client.id_token_verifier(), &Nonce::new(pending.nonce))?;
    Ok(Identity {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        nickname: claims.name().and_then(plain),
        avatar_url: claims.picture().and_then(plain),
        preferred_language: language(claims),
    })
}

fn language(claims: &CoreIdTokenClaims) -> Option<String> {
    claims.locale().map(ToString::to_string)
}

fn plain<T: Deref<Target = String>>(claim: &LocalizedClaim<T>) -> Option<String> {
    claim.get(None).map(|text| text.deref().clone())
}
