//! `POST /auth/refresh`: a refresh token for a new pair, once.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;

use super::envelope::{Empty, Envelope};
use super::failure::Failure;
use super::pair::{Pair, RefreshToken};
use crate::accounts::Account;
use crate::backend::Backend;
use crate::rate_limits::Limit;
use crate::tokens::TokenType;

const LIMIT: Limit = Limit { route: "refresh", per_minute: 10 };

/// Gives a new pair and ends the token that was shown.
#[utoipa::path(post, path = "/auth/refresh", tag = "认证", request_body = RefreshToken, responses(
    (status = 200, description = "刷新成功", body = Envelope<Pair>),
    (status = 400, description = "参数错误", body = Envelope<Empty>),
    (status = 401, description = "刷新令牌无效、过期、已使用或已登出", body = Envelope<Empty>),
    (status = 429, description = "请求过多：每分钟最多 10 次", body = Envelope<Empty>),
))]
pub(super) async fn rotate(
    State(backend): State<Backend>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    body: Result<Json<RefreshToken>, JsonRejection>,
) -> Result<Envelope<Pair>, Failure> {
    let entered = backend.rate_limits.enter(LIMIT, caller.ip(), Instant::now());
    entered.map_err(|wait| Failure::too_many_requests("请求过多", wait))?;
    let Json(RefreshToken { refresh_token }) = body?;
    let claims = backend.tokens.verify(&refresh_token, TokenType::Refresh)?;
    let account = Account::by_id(&backend.database, claims.sub).await?;
    let account = account.ok_or_else(|| Failure::unauthorized("用户不存在"))?;
    // Made before the old one ends: who gets no new pair keeps the old token.
    let pair = Pair::issue(&backend, account)?;
    if backend.deny_list.deny(claims.jti, claims.exp).await? {
        Ok(Envelope::done(StatusCode::OK, "刷新成功", pair))
    } else {
        Err(Failure::unauthorized("刷新令牌已失效"))
    }
}
