//! `POST /auth/logout`: the end of the cookie, whoever asks.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;

use super::answer::Answer;
use super::caller;
use super::failure::Failure;
use super::sign_in::cookie;
use crate::backend::Backend;

/// Takes the cookie away; there is nobody who may not sign out.
pub(super) async fn sign_out(
    State(backend): State<Backend>,
    headers: HeaderMap,
) -> Result<(CookieJar, Answer<()>), Failure> {
    if let Some(claims) = caller::claims(&backend, &headers) {
        tracing::info!(id = claims.id, username = claims.username, "signed out");
    } else {
        tracing::info!("signed out without a valid token");
    }
    // The name, path and flags of the cookie that goes, and no life left.
    let gone = cookie(String::new(), Duration::ZERO, backend.stage)?;
    Ok((CookieJar::new().add(gone), Answer::done("退出成功")))
}
