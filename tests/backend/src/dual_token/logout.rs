//! `POST /auth/logout`: the end of a refresh token.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;

use super::caller::Caller;
use super::envelope::{Empty, Envelope};
use super::failure::Failure;
use super::pair::RefreshToken;
use crate::backend::Backend;
use crate::tokens::{Refusal, TokenType};

/// Ends the caller's refresh token; one that has ended already is no reason to refuse.
#[utoipa::path(post, path = "/auth/logout", tag = "认证", request_body = RefreshToken, security(("bearer" = [])),
    responses(
        (status = 200, description = "登出成功", body = Envelope<Empty>),
        (status = 400, description = "参数错误", body = Envelope<Empty>),
        (status = 401, description = "令牌无效或刷新令牌不属于当前用户", body = Envelope<Empty>),
    )
)]
pub(super) async fn sign_out(
    caller: Caller,
    State(backend): State<Backend>,
    body: Result<Json<RefreshToken>, JsonRejection>,
) -> Result<Envelope<Empty>, Failure> {
    let Json(RefreshToken { refresh_token }) = body?;
    match backend.tokens.verify(&refresh_token, TokenType::Refresh) {
        Ok(claims) if claims.sub == caller.0.id => {
            backend.deny_list.deny(claims.jti, claims.exp).await?;
        }
        Ok(_) => return Err(Failure::unauthorized("无效的令牌")),
        Err(Refusal::Expired) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(Envelope::done(StatusCode::OK, "登出成功", None))
}
